//! Hostile names and values. Invariant: read back by a scanner, a quoted name or text is what went in, and nothing follows it.

use proptest::prelude::*;
use rebis_sql::{Dialect, Expr, Select, SqlType, Value, compile, expr::func, stmt::TableRef};

/// Reads one quoted token as the database does; the token and what follows.
fn scan(sql: &str, quote: char, backslash: bool) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = sql.strip_prefix(quote)?.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        if backslash && c == '\\' {
            out.push(chars.next()?.1);
        } else if c == quote {
            if chars.next_if(|(_, next)| *next == quote).is_none() {
                return Some((out, &sql[quote.len_utf8() + i + c.len_utf8()..]));
            }
            out.push(quote);
        } else {
            out.push(c);
        }
    }
    None
}

fn quote_of(dialect: Dialect) -> char {
    let mut sql = String::new();
    dialect.quote_into("", &mut sql);
    sql.chars().next().unwrap_or_default()
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        ".*",
        "['\"`\\\\;$ -]*",
        Just(String::from("'; DROP TABLE user; --")),
        Just(String::from("$rebis$; DROP TABLE a"))
    ]
}

proptest! {
    #[test]
    fn a_name_ends_where_it_ends(name in hostile()) {
        for dialect in Dialect::ALL {
            let mut sql = String::new();
            dialect.quote_into(&name, &mut sql);
            prop_assert_eq!(scan(&sql, quote_of(dialect), false), Some((name.replace('\0', "\u{fffd}"), "")));
        }
    }

    #[test]
    fn a_text_literal_ends_where_it_ends(text in hostile()) {
        for dialect in Dialect::ALL {
            let Ok(sql) = dialect.literal(&Value::Text(text.clone())) else {
                prop_assert!(text.contains('\0'));
                continue;
            };
            let (escapes, body) = match sql.strip_prefix('E') {
                Some(body) => (true, body),
                None => (dialect.capabilities().max_identifier == 64, sql.as_str()),
            };
            prop_assert!(escapes || quote_of(dialect) == '"');
            prop_assert_eq!(scan(body, '\'', escapes), Some((text.clone(), "")));
        }
    }

    #[test]
    fn values_never_reach_the_text(text in "[a-z]{8}'?") {
        let select = Select {
            columns: vec![func::count_star().into()],
            from: vec![TableRef::table("t")],
            filter: Some(Expr::col("a").eq(text.as_str()).or(Expr::col("b").in_([text.as_str()])).or(Expr::col("c").ilike(text.as_str()))),
            ..Select::default()
        };
        for dialect in Dialect::ALL {
            let out = compile::compile_select(&select, dialect).unwrap();
            prop_assert!(!out.sql.contains(&text));
            prop_assert_eq!(out.binds, vec![Value::Text(text.clone()); 3]);
        }
    }

    #[test]
    fn parentheses_keep_the_tree(e in tree()) {
        // A parser that knows no precedence at all between unlike operators must find the same tree.
        for dialect in Dialect::ALL {
            let select = Select { columns: vec![e.clone().into()], ..Select::default() };
            let sql = compile::compile_select(&select, dialect).unwrap().sql;
            prop_assert!(unambiguous(sql.strip_prefix("SELECT ").unwrap()), "{}", sql);
        }
    }
}

fn tree() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![Just(Expr::col("a")), Just(Expr::value(1_i64))];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.and(b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.or(b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.eq(b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.concat(b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.sub(b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.is_distinct_from(b)),
            inner.clone().prop_map(Expr::not),
            inner.clone().prop_map(Expr::neg),
            inner.prop_map(Expr::is_null),
        ]
    })
}

/// Whether, between any pair of brackets, logical operators are of one kind, comparisons do not follow each other, and `||` does not
/// meet `-`: then no table of precedence can give another tree.
fn unambiguous(sql: &str) -> bool {
    let mut levels = vec![Vec::new()];
    let spaced = sql.replace('(', " ( ").replace(')', " ) ").replace(',', " , ");
    for word in spaced.split_whitespace() {
        match word {
            "(" => levels.push(Vec::new()),
            ")" => {
                if !fits(&levels.pop().unwrap_or_default()) {
                    return false;
                }
            }
            // What a comma divides stands apart, as arguments do.
            "," => {
                if !levels.last_mut().is_some_and(|level| fits(&std::mem::take(level))) {
                    return false;
                }
            }
            word => {
                if let Some(level) = levels.last_mut() {
                    level.push(word.to_owned());
                }
            }
        }
    }
    levels.iter().all(|l| fits(l))
}

fn fits(words: &[String]) -> bool {
    let has = |w: &str| words.iter().any(|x| x == w);
    if has("AND") && has("OR") {
        return false;
    }
    words.split(|w| w == "AND" || w == "OR" || w == ",").all(|part| {
        let compares = |w: &String| matches!(w.as_str(), "=" | "IS" | "<=>");
        let comparisons = part.iter().filter(|w| compares(w)).count();
        let not = part.first().is_some_and(|w| w == "NOT");
        // Every database reads arithmetic and `||` before comparisons, but not in the same order.
        let mixed = part
            .split(compares)
            .any(|operand| operand.iter().any(|w| w == "||") && operand.iter().any(|w| w.starts_with('-')));
        let comment = part.iter().any(|w| w.starts_with("--"));
        let wrong = comparisons > 1 || mixed || comment || (not && comparisons > 0);
        !wrong
    })
}

#[test]
fn names_that_no_database_takes_are_refused() {
    let with = |name: &'static str| Select { columns: vec![Expr::col(name).into()], ..Select::default() };
    for dialect in Dialect::ALL {
        assert!(compile::compile_select(&with("a\0b"), dialect).is_err());
        assert!(compile::compile_select(&with(""), dialect).is_err());
        for name in ["now(); DROP TABLE a; --", "", "a b", "1a", "a..b", "é"] {
            let select = Select { columns: vec![func::call(name, vec![]).into()], ..Select::default() };
            assert!(compile::compile_select(&select, dialect).is_err(), "{name}");
        }
    }
    // PostgreSQL cuts a long name without a word.
    let long = rebis_sql::Ddl::DropTable { schema: None, table: "x".repeat(64), if_exists: false };
    assert!(Dialect::Postgres.ddl(&long).is_err());
    assert!(Dialect::Sqlite.ddl(&long).is_ok());
}

#[test]
fn a_label_cannot_leave_the_block_that_makes_its_type() {
    let mut table = rebis_sql::schema::Table::new("t");
    let values = vec![String::from("$rebis$; DROP TABLE a; --")];
    table.columns.push(rebis_sql::schema::Column::new("c", SqlType::Enum { name: "e".into(), values }));
    let sql = Dialect::Postgres.ddl(&rebis_sql::Ddl::CreateTable { table, if_not_exists: false }).unwrap();
    assert!(sql[0].starts_with("DO $xrebis$ ") && sql[0].ends_with(" $xrebis$"), "{}", sql[0]);
    assert_eq!(sql[0].matches("$xrebis$").count(), 2);
}
