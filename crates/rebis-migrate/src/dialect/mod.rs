//! What takes more than one statement, per database; the crate's one registry of dialects.
