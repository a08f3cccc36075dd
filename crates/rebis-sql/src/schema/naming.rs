//! [`NamingConvention`]: how a constraint is called that nobody named. Invariant: the same table gives the same names everywhere.

use super::Table;

/// How unnamed constraints and indexes are called.
///
/// The default gives every constraint a name, so that a later migration can always drop it (Alembic's «Constraint must have a name»).
#[derive(Clone, Copy, Debug, Default)]
pub struct NamingConvention;

impl NamingConvention {
    /// `ix_<table>_<columns>`.
    #[must_use]
    pub fn index(self, table: &str, columns: &[&str]) -> String {
        join("ix", table, columns)
    }

    /// `uq_<table>_<columns>`.
    #[must_use]
    pub fn unique(self, table: &str, columns: &[&str]) -> String {
        join("uq", table, columns)
    }

    /// `fk_<table>_<columns>_<referred table>`.
    #[must_use]
    pub fn foreign_key(self, table: &str, columns: &[&str], referred: &str) -> String {
        let mut name = join("fk", table, columns);
        name.push('_');
        name.push_str(referred);
        shorten(name)
    }

    /// `ck_<table>_<what>`.
    #[must_use]
    pub fn check(self, table: &str, what: &str) -> String {
        join("ck", table, &[what])
    }

    /// Names what is unnamed in `table` (foreign keys, uniques, checks by their position), leaving names that are there.
    pub fn apply(self, table: &mut Table) {
        let name = table.name.clone();
        for u in table.uniques.iter_mut().filter(|u| u.name.is_none()) {
            let columns: Vec<&str> = u.columns.iter().map(String::as_str).collect();
            u.name = Some(self.unique(&name, &columns));
        }
        for fk in table.foreign_keys.iter_mut().filter(|fk| fk.name.is_none()) {
            let columns: Vec<&str> = fk.columns.iter().map(String::as_str).collect();
            fk.name = Some(self.foreign_key(&name, &columns, &fk.ref_table));
        }
        for (i, check) in table.checks.iter_mut().enumerate().filter(|(_, c)| c.name.is_none()) {
            check.name = Some(self.check(&name, &(i + 1).to_string()));
        }
    }
}

fn join(prefix: &str, table: &str, columns: &[&str]) -> String {
    let mut name = format!("{prefix}_{table}");
    for column in columns {
        name.push('_');
        name.push_str(column);
    }
    shorten(name)
}

/// PostgreSQL cuts names at 63 bytes without a word, MySQL refuses them above 64 characters: a longer name keeps its start and
/// ends in a hash of the whole, so that it stays unique and the same on every database.
fn shorten(name: String) -> String {
    const MOST: usize = 60;
    if name.len() <= MOST {
        return name;
    }
    // FNV-1a: stable across builds and platforms, which std's hasher does not promise.
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let mut cut = MOST - 9;
    while !name.is_char_boundary(cut) {
        cut -= 1;
    }
    format!("{}_{:08x}", &name[..cut], hash as u32)
}
