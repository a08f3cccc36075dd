//! `diagram`: the models' schema as a Mermaid entity-relationship diagram, or as a picture. Invariant: its text depends on the schema only.

mod svg;

use rebis_sql::schema::{Schema, Table};

/// The picture, for a page or a README.
pub(super) fn picture(schema: &Schema) -> String {
    svg::draw(schema)
}

/// The diagram: ` ```mermaid ` blocks of Markdown show it.
pub(super) fn mermaid(schema: &Schema) -> String {
    let mut text = String::from("erDiagram\n");
    for table in &schema.tables {
        text.push_str(&format!("    {} {{\n", word(&table.name)));
        for column in &table.columns {
            let refers = table.foreign_keys.iter().any(|k| k.columns.contains(&column.name));
            let unique = table.uniques.iter().any(|u| u.columns == [column.name.clone()])
                || table.indexes.iter().any(|i| i.unique && is_only(i, &column.name));
            let marks = [(table.is_key(&column.name), "PK"), (refers, "FK"), (unique, "UK")];
            let marks: Vec<&str> = marks.iter().filter(|(yes, _)| *yes).map(|(_, mark)| *mark).collect();
            let marks = if marks.is_empty() { String::new() } else { format!(" {}", marks.join(", ")) };
            let comment = match (&column.comment, column.nullable) {
                (Some(comment), _) => format!(" \"{}\"", comment.replace('"', "'").replace('\n', " ")),
                (None, true) => String::from(" \"may be NULL\""),
                (None, false) => String::new(),
            };
            text.push_str(&format!("        {} {}{marks}{comment}\n", kind(&column.ty), word(&column.name)));
        }
        text.push_str("    }\n");
    }
    for table in &schema.tables {
        for key in &table.foreign_keys {
            let (many, one) = ends(table, &key.columns);
            let label = key.columns.join(", ");
            text.push_str(&format!(
                "    {} {one}--{many} {} : \"{label}\"\n",
                word(&key.ref_table),
                word(&table.name)
            ));
        }
    }
    text
}

fn is_only(index: &rebis_sql::schema::Index, column: &str) -> bool {
    matches!(&index.keys[..], [rebis_sql::schema::IndexKey::Column { name, .. }] if name == column)
}

/// How many rows stand at the ends: a key that is unique has one row at most, one that may be NULL may have no parent.
fn ends(table: &Table, columns: &[String]) -> (&'static str, &'static str) {
    let unique = table.primary_key.as_ref().is_some_and(|k| k.columns == columns)
        || table.uniques.iter().any(|u| u.columns == columns)
        || matches!(columns, [one] if table.indexes.iter().any(|i| i.unique && is_only(i, one)));
    let optional = columns.iter().any(|c| table.column(c).is_some_and(|c| c.nullable));
    (if unique { "o|" } else { "o{" }, if optional { "|o" } else { "||" })
}

/// Mermaid takes letters, digits and underscores.
fn word(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect()
}

fn kind(ty: &rebis_sql::SqlType) -> String {
    use rebis_sql::SqlType;
    match ty {
        SqlType::String(Some(length)) => format!("String({length})"),
        SqlType::String(None) => String::from("String"),
        SqlType::Numeric { precision: Some(p), scale } => format!("Numeric({p},{})", scale.unwrap_or(0)),
        SqlType::Numeric { .. } => String::from("Numeric"),
        SqlType::DateTime { timezone } => String::from(if *timezone { "DateTimeTz" } else { "DateTime" }),
        SqlType::Enum { name, .. } => word(name),
        SqlType::Array(of) => format!("{}[]", kind(of)),
        SqlType::Other(spelled) => word(spelled),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rebis_sql::SqlType;
    use rebis_sql::schema::{Column, ForeignKey, PrimaryKey};

    #[test]
    fn tables_columns_and_references() {
        let mut user = Table::new("user");
        user.columns.push(Column::new("id", SqlType::Integer).not_null());
        user.primary_key = Some(PrimaryKey { name: None, columns: vec!["id".into()] });
        let mut post = Table::new("post");
        post.columns.push(Column::new("user_id", SqlType::Integer));
        post.foreign_keys.push(ForeignKey {
            columns: vec!["user_id".into()],
            ref_table: "user".into(),
            ref_columns: vec!["id".into()],
            ..ForeignKey::default()
        });
        assert_eq!(
            mermaid(&Schema { tables: vec![post, user] }),
            "erDiagram\n    post {\n        Integer user_id FK \"may be NULL\"\n    }\n    user {\n        Integer id PK\n    }\n    \
             user |o--o{ post : \"user_id\"\n"
        );
    }
}
