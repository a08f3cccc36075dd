//! The history of thirty revisions, and the commands as real processes.

mod asking;
mod history;
mod kill;
mod offline;
mod program;
mod reading;
mod squash;
// Compared with what the tool writes, which is laid out for rustfmt's defaults and not for this workspace's settings.
#[rustfmt::skip]
#[path = "squashed/f3004b2ea370_the_first_year.rs"]
mod squashed;
