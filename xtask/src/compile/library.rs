//! The libraries that are compared. Invariant: each one's program is written as its documentation writes it, and does the same work.

/// A library, and how its program is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Library {
    /// The ORM with SQLite, which is what the others are.
    Rebis,
    /// With the web layer, migrations, commands and the shell.
    RebisWhole,
    Diesel,
    SeaOrm,
    Toasty,
}

impl Library {
    pub(super) const ALL: [Library; 5] =
        [Library::Rebis, Library::Diesel, Library::SeaOrm, Library::Toasty, Library::RebisWhole];

    pub(super) fn title(self) -> &'static str {
        match self {
            Library::Rebis => "Rebis",
            Library::RebisWhole => "Rebis, all of it",
            Library::Diesel => "Diesel",
            Library::SeaOrm => "SeaORM",
            Library::Toasty => "Toasty",
        }
    }

    pub(super) fn folder(self) -> &'static str {
        match self {
            Library::Rebis => "rebis",
            Library::RebisWhole => "rebis-whole",
            Library::Diesel => "diesel",
            Library::SeaOrm => "sea-orm",
            Library::Toasty => "toasty",
        }
    }

    /// The lockfile that says which versions are built, from the repository's root.
    pub(super) fn lockfile(self) -> Option<&'static str> {
        match self {
            Library::Rebis | Library::RebisWhole => Some("Cargo.lock"),
            Library::Diesel | Library::SeaOrm => Some("benches/Cargo.lock"),
            Library::Toasty => None,
        }
    }

    pub(super) fn manifest(self) -> &'static str {
        match self {
            Library::Rebis => include_str!("programs/rebis/Cargo.toml"),
            Library::RebisWhole => include_str!("programs/rebis-whole/Cargo.toml"),
            Library::Diesel => include_str!("programs/diesel/Cargo.toml"),
            Library::SeaOrm => include_str!("programs/sea-orm/Cargo.toml"),
            Library::Toasty => include_str!("programs/toasty/Cargo.toml"),
        }
    }

    pub(super) fn main(self) -> &'static str {
        match self {
            Library::Rebis => include_str!("programs/rebis/main.rs"),
            Library::RebisWhole => include_str!("programs/rebis-whole/main.rs"),
            Library::Diesel => include_str!("programs/diesel/main.rs"),
            Library::SeaOrm => include_str!("programs/sea-orm/main.rs"),
            Library::Toasty => include_str!("programs/toasty/main.rs"),
        }
    }

    pub(super) fn model(self) -> String {
        match self {
            Library::Rebis => include_str!("programs/rebis/model.rs").to_owned(),
            Library::RebisWhole => Library::Rebis.model().replace("rebis_macros", "rebis"),
            Library::Diesel => include_str!("programs/diesel/model.rs").to_owned(),
            Library::SeaOrm => include_str!("programs/sea-orm/model.rs").to_owned(),
            Library::Toasty => include_str!("programs/toasty/model.rs").to_owned(),
        }
    }
}
