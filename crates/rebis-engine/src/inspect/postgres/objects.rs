//! PostgreSQL's views and triggers. Invariant: what belongs to an extension or a constraint is left out.

use rebis_sql::schema::{Objects, Trigger, View};

use crate::{Connection, Result};

const VIEWS_SQL: &str = "SELECT c.relname::text, pg_get_viewdef(c.oid), c.relkind = 'm'
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm') AND n.nspname = current_schema()
AND NOT EXISTS (SELECT FROM pg_depend x
    WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e')";

/// The definition with the table as its place in it says: what stands before and behind it is the trigger's own.
const TRIGGERS_SQL: &str =
    "SELECT g.tgname::text, c.relname::text, pg_get_triggerdef(g.oid), quote_ident(g.tgname),
    quote_ident(n.nspname) || '.' || quote_ident(c.relname)
FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT g.tgisinternal AND g.tgconstraint = 0 AND g.tgparentid = 0 AND n.nspname = current_schema()";

pub(in crate::inspect) async fn objects(connection: &mut Connection) -> Result<Objects> {
    let mut found = Objects::default();
    for (name, sql, materialized) in connection.fetch_all::<(String, String, bool)>(VIEWS_SQL, &[]).await? {
        let sql = sql.trim().trim_end_matches(';').to_owned();
        found.views.push(View { name, sql, materialized });
    }
    let triggers =
        connection.fetch_all::<(String, String, String, String, String)>(TRIGGERS_SQL, &[]).await?;
    for (name, table, sql, quoted, on) in triggers {
        let (when, body) = parts(&sql, &quoted, &on);
        found.triggers.push(Trigger { name, table, when, body });
    }
    Ok(found)
}

fn parts(sql: &str, quoted: &str, on: &str) -> (String, String) {
    let rest = sql.strip_prefix(&format!("CREATE TRIGGER {quoted} ")).unwrap_or(sql);
    let (when, body) = rest.split_once(&format!(" ON {on} ")).unwrap_or((rest, ""));
    (when.to_owned(), body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_definition_is_taken_apart() {
        let sql =
            "CREATE TRIGGER \"on t\" BEFORE UPDATE OF a ON public.\"T\" FOR EACH ROW EXECUTE FUNCTION f()";
        let expected = ("BEFORE UPDATE OF a".to_owned(), "FOR EACH ROW EXECUTE FUNCTION f()".to_owned());
        assert_eq!(parts(sql, "\"on t\"", "public.\"T\""), expected);
    }
}
