//! What is left to write by hand after `db --bind NAME init`. Invariant: it is said only while the program carries none of the scripts.

use rebis_migrate::Script;

/// The lines that give the scripts of a database to the program; None for the application's own, whose `init` says them itself.
pub(super) fn advice(bind: Option<&str>, scripts: Option<&[Script]>) -> Option<String> {
    let name = bind?;
    scripts.is_none_or(<[_]>::is_empty).then(|| {
        format!(
            "Unless it is there, add to migrations/mod.rs:  pub mod {name};\n\
             and to the application:  .bind(\"{name}\", Database::new(), migrations::{name}::ALL)"
        )
    })
}

#[cfg(test)]
mod tests {
    use rebis_migrate::revision;

    use super::*;

    const ONE: &[Script] = &[Script {
        revision: revision("aaaa1111"),
        file: "aaaa1111_news.rs",
        source: "//! news",
        program: "tests 1",
        upgrade: |_| (),
        downgrade: |_| (),
    }];

    #[test]
    fn it_is_said_of_a_database_whose_scripts_the_program_lacks() {
        let said = advice(Some("audit"), Some(&[])).unwrap();
        assert!(said.contains("pub mod audit;") && said.contains("migrations::audit::ALL"), "{said}");
        assert!(advice(Some("audit"), None).is_some());
        assert_eq!(advice(Some("audit"), Some(ONE)), None);
        assert_eq!(advice(None, None), None);
    }
}
