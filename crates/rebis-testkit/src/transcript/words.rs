//! Words that are others in each run. Invariant: a revision is twelve hexadecimal digits that stand alone.

use crate::Backend;

/// What `db` says in its log on SQLite, as it says it elsewhere.
pub(super) fn of(backend: Backend, line: &str) -> String {
    match backend {
        Backend::Sqlite => line.to_owned(),
        Backend::Postgres => line.replace("SQLiteImpl", "PostgresqlImpl"),
        Backend::MySql => line
            .replace("SQLiteImpl", "MySQLImpl")
            .replace("assume transactional", "assume non-transactional"),
    }
}

/// The revisions of a text, each once, in their order.
pub(super) fn revisions(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let digits = word.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
        if word.len() == 12 && digits && !found.iter().any(|other| other == word) {
            found.push(word.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::revisions;

    #[test]
    fn revisions_stand_alone() {
        assert_eq!(
            revisions("e517276bb1c2 -> 780739b227a7 (head), e517276bb1c2_x"),
            ["e517276bb1c2", "780739b227a7"]
        );
        assert_eq!(revisions("ffffffffffffff 2026-11-21 10:00 feedbeeffeeg"), [""; 0]);
    }
}
