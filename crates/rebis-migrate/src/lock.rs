//! The lock that lets one migrator at a time work on a database.
