//! The layers together: requests with a session, what binding a database does, what the compiler says.

mod binding;
mod requests;
mod ui;
