//! The application through its test client, its CRUD program and its README as real processes.

#[cfg(unix)]
mod completion;
mod crud;
mod migrations;
mod pages;
mod readme;
mod shell;
mod takeover;
