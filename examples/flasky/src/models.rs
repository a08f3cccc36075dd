//! The tables `roles` and `users`.

use std::fmt;

use rebis::prelude::*;

/// What users may do.
#[derive(Model, Clone, Debug)]
#[model(table = "roles")]
pub struct Role {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 64, unique)]
    pub name: String,
    #[relation(back_populates = role)]
    pub users: HasMany<User>,
}

/// Somebody who gave a name.
#[derive(Model, Clone, Debug)]
#[model(table = "users")]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 64, unique, index)]
    pub username: String,
    // A user may have no role yet: NULL in the table, `Option` here and in the relation.
    #[column(foreign_key = Role::id)]
    pub role_id: Option<i64>,
    #[relation(key = role_id, back_populates = users)]
    pub role: BelongsTo<Option<Role>>,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Role '{}'>", self.name)
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<User '{}'>", self.username)
    }
}
