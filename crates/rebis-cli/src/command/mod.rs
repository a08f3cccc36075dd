//! The commands, a file each.

pub(crate) mod db;
pub(crate) mod routes;
pub(crate) mod run;
pub(crate) mod shell;
