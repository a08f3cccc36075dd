//! The history of thirty revisions, and the commands as real processes.

mod history;
mod kill;
mod offline;
mod program;
mod reading;
