//! MySQL's views and triggers. Invariant: a trigger's body is the text that was given; a view's is the server's.

use rebis_sql::schema::{Objects, Trigger, View};

use crate::{Connection, Result};

const VIEWS_SQL: &str =
    "SELECT table_name, view_definition FROM information_schema.views WHERE table_schema = DATABASE()";

const TRIGGERS_SQL: &str =
    "SELECT trigger_name, event_object_table, action_timing, event_manipulation, action_statement
FROM information_schema.triggers WHERE trigger_schema = DATABASE()";

pub(in crate::inspect) async fn objects(connection: &mut Connection) -> Result<Objects> {
    let views = connection.fetch_all::<(String, String)>(VIEWS_SQL, &[]).await?;
    let triggers =
        connection.fetch_all::<(String, String, String, String, String)>(TRIGGERS_SQL, &[]).await?;
    let trigger = |(name, table, timing, event, body): (String, String, String, String, String)| {
        Trigger::new(name, table, format!("{timing} {event}"), format!("FOR EACH ROW {body}"))
    };
    Ok(Objects {
        views: views.into_iter().map(|(name, sql)| View::new(name, sql)).collect(),
        triggers: triggers.into_iter().map(trigger).collect(),
    })
}
