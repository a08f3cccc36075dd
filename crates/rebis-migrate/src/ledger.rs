//! The version table: which revisions the database holds, one row per head. Invariant: reading never creates it.

use rebis_engine::Connection;

use crate::Result;

/// The table's rows, sorted; none when the table is not there.
pub(crate) async fn heads(conn: &mut Connection) -> Result<Vec<String>> {
    let _ = conn;
    Ok(Vec::new())
}
