//! What differs between a database and the models, as operations.

/// What somebody says was renamed; a comparison alone sees a removal and an addition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rename {
    /// A table.
    Table {
        /// The name in the database.
        from: String,
        /// The name in the models.
        to: String,
    },
    /// A column.
    Column {
        /// Its table, as the models name it.
        table: String,
        /// The name in the database.
        from: String,
        /// The name in the models.
        to: String,
    },
}
