//! What each node, type and schema change reads like in each dialect, and that nothing from outside becomes SQL.

mod ddl;
mod hostile;
mod queries;
mod show;
mod statements;
mod values;
