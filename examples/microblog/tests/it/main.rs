//! The application through its test client, its CRUD program and its migrations as real processes.

mod crud;
mod migrations;
mod pages;
mod readme;
mod shell;
mod takeover;
mod transcript;
