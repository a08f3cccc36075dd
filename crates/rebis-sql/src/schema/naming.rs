//! [`NamingConvention`]: how a constraint is called that nobody named. Invariant: the same table gives the same names everywhere.

use super::{IndexKey, Table};

/// How unnamed constraints and indexes are called.
///
/// The default gives every constraint a name, so that a later migration can always drop it (Alembic's «Constraint must have a name»). Own patterns
/// take the place of SQLAlchemy's `MetaData(naming_convention=…)`:
///
/// | in a pattern | stands for | in SQLAlchemy |
/// |---|---|---|
/// | `{table}` | the table | `%(table_name)s` |
/// | `{column}` | the first column | `%(column_0_name)s` |
/// | `{columns}` | all columns, `_` between them | `%(column_0_N_name)s` |
/// | `{referred_table}`, `{referred_column}`, `{referred_columns}` | what a foreign key refers to | `%(referred_table_name)s` … |
/// | `{number}` | which of the table's checks or exclusions it is | – |
///
/// A name that was given is final: no pattern changes it, so there is nothing for SQLAlchemy's `%(constraint_name)s`, and it is refused. A name of more than 60 bytes is cut, and ends in a hash of the whole.
///
/// ```
/// use rebis_sql::schema::NamingConvention;
///
/// let usual = NamingConvention::default();
/// assert_eq!(usual.unique("user", &["email"]), "uq_user_email");
/// let own = NamingConvention::default().uniques("{table}_{columns}_key").primary_keys("pk_{table}");
/// assert_eq!(own.unique("user", &["first", "last"]), "user_first_last_key");
/// assert_eq!(own.index("user", &["email"]), "ix_user_email");
/// assert!(own.check_patterns().is_ok());
/// assert!(usual.indexes("{tabel}").check_patterns().is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamingConvention {
    index: Option<String>,
    unique: Option<String>,
    foreign_key: Option<String>,
    check: Option<String>,
    primary_key: Option<String>,
    exclusion: Option<String>,
}

macro_rules! patterns {
    ($($(#[$doc:meta])* $name:ident => $field:ident;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, pattern: &str) -> Self {
            self.$field = Some(pattern.to_owned());
            self
        }
    )*};
}

impl NamingConvention {
    patterns! {
        /// The names of indexes: `ix_{table}_{columns}` by itself.
        indexes => index;
        /// The names of unique constraints: `uq_{table}_{columns}` by itself.
        uniques => unique;
        /// The names of foreign keys: `fk_{table}_{columns}_{referred_table}` by itself.
        foreign_keys => foreign_key;
        /// The names of checks: `ck_{table}_{number}` by itself.
        checks => check;
        /// The names of primary keys: by itself the database gives them.
        primary_keys => primary_key;
        /// The names of exclusion constraints: `ex_{table}_{number}` by itself.
        exclusions => exclusion;
    }

    /// `ix_<table>_<columns>`, or by the pattern.
    #[must_use]
    pub fn index(&self, table: &str, columns: &[&str]) -> String {
        named(&self.index, &Parts { table, columns, ..Parts::default() })
            .unwrap_or_else(|| join("ix", table, columns))
    }

    /// `uq_<table>_<columns>`, or by the pattern.
    #[must_use]
    pub fn unique(&self, table: &str, columns: &[&str]) -> String {
        named(&self.unique, &Parts { table, columns, ..Parts::default() })
            .unwrap_or_else(|| join("uq", table, columns))
    }

    /// `fk_<table>_<columns>_<referred table>`, or by the pattern.
    #[must_use]
    pub fn foreign_key(&self, table: &str, columns: &[&str], referred: &str) -> String {
        self.reference(table, columns, referred, &[])
    }

    fn reference(&self, table: &str, columns: &[&str], referred: &str, to: &[&str]) -> String {
        let parts = Parts { table, columns, referred, to, ..Parts::default() };
        named(&self.foreign_key, &parts).unwrap_or_else(|| {
            let mut name = join("fk", table, columns);
            name.push('_');
            name.push_str(referred);
            shorten(name)
        })
    }

    /// `ck_<table>_<what>`, or by the pattern.
    #[must_use]
    pub fn check(&self, table: &str, what: &str) -> String {
        named(&self.check, &Parts { table, number: what, ..Parts::default() })
            .unwrap_or_else(|| join("ck", table, &[what]))
    }

    /// Names what is unnamed in `table` (foreign keys, uniques; checks and exclusions by their position; the primary key where there is a
    /// pattern for it, and an index whose name is empty), leaving names that are there.
    pub fn apply(&self, table: &mut Table) {
        let name = table.name.clone();
        if let (Some(pattern), Some(key)) = (&self.primary_key, &mut table.primary_key)
            && key.name.is_none()
        {
            let columns: Vec<&str> = key.columns.iter().map(String::as_str).collect();
            key.name = Some(fill(pattern, &Parts { table: &name, columns: &columns, ..Parts::default() }));
        }
        for index in table.indexes.iter_mut().filter(|i| i.name.is_empty()) {
            let columns: Vec<&str> = index
                .keys
                .iter()
                .filter_map(|key| match key {
                    IndexKey::Column { name, .. } => Some(name.as_str()),
                    IndexKey::Expression(_) => None,
                })
                .collect();
            index.name = self.index(&name, &columns);
        }
        for u in table.uniques.iter_mut().filter(|u| u.name.is_none()) {
            let columns: Vec<&str> = u.columns.iter().map(String::as_str).collect();
            u.name = Some(self.unique(&name, &columns));
        }
        for fk in table.foreign_keys.iter_mut().filter(|fk| fk.name.is_none()) {
            let columns: Vec<&str> = fk.columns.iter().map(String::as_str).collect();
            let to: Vec<&str> = fk.ref_columns.iter().map(String::as_str).collect();
            fk.name = Some(self.reference(&name, &columns, &fk.ref_table, &to));
        }
        for (i, exclusion) in table.exclusions.iter_mut().enumerate().filter(|(_, e)| e.name.is_none()) {
            let number = (i + 1).to_string();
            let own = named(&self.exclusion, &Parts { table: &name, number: &number, ..Parts::default() });
            exclusion.name = Some(own.unwrap_or_else(|| join("ex", &name, &[&number])));
        }
        for (i, check) in table.checks.iter_mut().enumerate().filter(|(_, c)| c.name.is_none()) {
            check.name = Some(self.check(&name, &(i + 1).to_string()));
        }
    }

    /// Whether all that stands in brackets is known.
    ///
    /// # Errors
    /// What a pattern holds that stands for nothing, and what could.
    pub fn check_patterns(&self) -> Result<(), String> {
        let all =
            [&self.index, &self.unique, &self.foreign_key, &self.check, &self.primary_key, &self.exclusion];
        for pattern in all.into_iter().flatten() {
            // In SQLAlchemy's words, which are no words here.
            if pattern.contains("constraint_name") {
                return Err(format!(
                    "the pattern {pattern:?} puts something before names that were given, but such a name is final: write the whole of it at the \
                     constraint, and leave the pattern to those that have none"
                ));
            }
            if pattern.contains("%(") {
                return Err(format!(
                    "the pattern {pattern:?} for names is written in SQLAlchemy's way; here it has words in braces: {}",
                    words()
                ));
            }
            let mut rest = pattern.as_str();
            while let Some((_, behind)) = rest.split_once('{') {
                let (word, after) = behind.split_once('}').unwrap_or((behind, ""));
                if !WORDS.contains(&word) {
                    return Err(format!(
                        "{{{word}}} in the pattern {pattern:?} for names stands for nothing; known: {}",
                        words()
                    ));
                }
                rest = after;
            }
        }
        Ok(())
    }
}

const WORDS: [&str; 7] =
    ["table", "column", "columns", "referred_table", "referred_column", "referred_columns", "number"];

fn words() -> String {
    WORDS.map(|w| format!("{{{w}}}")).join(", ")
}

/// What a pattern's words stand for.
#[derive(Default)]
struct Parts<'a> {
    table: &'a str,
    columns: &'a [&'a str],
    referred: &'a str,
    to: &'a [&'a str],
    number: &'a str,
}

fn named(pattern: &Option<String>, parts: &Parts<'_>) -> Option<String> {
    pattern.as_deref().map(|pattern| fill(pattern, parts))
}

/// The name by a pattern. Each word is replaced once, so a table called `{column}` stays what it is.
fn fill(pattern: &str, parts: &Parts<'_>) -> String {
    let mut rest = pattern;
    let mut name = String::new();
    while let Some((before, behind)) = rest.split_once('{') {
        name.push_str(before);
        let Some((word, after)) = behind.split_once('}') else {
            name.push('{');
            rest = behind;
            continue;
        };
        match word {
            "table" => name.push_str(parts.table),
            "column" => name.push_str(parts.columns.first().unwrap_or(&"")),
            "columns" => name.push_str(&parts.columns.join("_")),
            "referred_table" => name.push_str(parts.referred),
            "referred_column" => name.push_str(parts.to.first().unwrap_or(&"")),
            "referred_columns" => name.push_str(&parts.to.join("_")),
            "number" => name.push_str(parts.number),
            word => name.push_str(&format!("{{{word}}}")),
        }
        rest = after;
    }
    name.push_str(rest);
    shorten(name)
}

fn join(prefix: &str, table: &str, columns: &[&str]) -> String {
    let mut name = format!("{prefix}_{table}");
    for column in columns {
        name.push('_');
        name.push_str(column);
    }
    shorten(name)
}

/// PostgreSQL cuts names at 63 bytes without a word, MySQL refuses them above 64 characters: a longer name keeps its start and
/// ends in a hash of the whole, so that it stays unique and the same on every database.
fn shorten(name: String) -> String {
    const MOST: usize = 60;
    if name.len() <= MOST {
        return name;
    }
    // FNV-1a: stable across builds and platforms, which std's hasher does not promise.
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let mut cut = MOST - 9;
    while !name.is_char_boundary(cut) {
        cut -= 1;
    }
    format!("{}_{:08x}", &name[..cut], hash as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_in_sqlalchemys_words_are_refused_with_what_to_do() {
        let refused =
            |pattern: &str| NamingConvention::default().checks(pattern).check_patterns().unwrap_err();
        assert!(
            refused("ck_%(table_name)s_%(constraint_name)s")
                .contains("write the whole of it at the constraint")
        );
        assert!(refused("ck_{table}_{constraint_name}").contains("such a name is final"));
        assert!(refused("ck_%(table_name)s").contains("words in braces: {table}, {column}"));
        assert!(refused("ck_{tabel}").contains("{tabel}"));
    }
}
