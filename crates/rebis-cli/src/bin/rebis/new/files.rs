//! The files of a new application: those of the folder `scaffold`, with their `__WORDS__` filled in.

use std::fs;
use std::path::Path;

use rebis_web::BoxError;

use super::name::Name;

/// A file's path in the application and its text. Those that cargo or Git would take for their own have another name in `scaffold`.
const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../../../../scaffold/Cargo.toml.txt")),
    ("README.md", include_str!("../../../../scaffold/README.md")),
    (".gitignore", include_str!("../../../../scaffold/gitignore.txt")),
    (".env", include_str!("../../../../scaffold/dotenv.txt")),
    ("config.toml", include_str!("../../../../scaffold/config.toml")),
    ("src/main.rs", include_str!("../../../../scaffold/src/main.rs.txt")),
    ("src/lib.rs", include_str!("../../../../scaffold/src/lib.rs.txt")),
    ("src/models.rs", include_str!("../../../../scaffold/src/models.rs.txt")),
    ("src/routes.rs", include_str!("../../../../scaffold/src/routes.rs.txt")),
    ("src/migrations/mod.rs", include_str!("../../../../scaffold/src/migrations/mod.rs.txt")),
    (
        "src/migrations/__REVISION___notes.rs",
        include_str!("../../../../scaffold/src/migrations/notes.rs.txt"),
    ),
    ("templates/base.html", include_str!("../../../../scaffold/templates/base.html")),
    ("templates/index.html", include_str!("../../../../scaffold/templates/index.html")),
    ("static/style.css", include_str!("../../../../scaffold/static/style.css")),
    ("tests/it.rs", include_str!("../../../../scaffold/tests/it.rs.txt")),
];

/// What stands for each of the words.
pub(super) struct Scaffold {
    words: Vec<(&'static str, String)>,
}

impl Scaffold {
    pub(super) fn new(name: &Name, database: &str, dependency: &str, own_workspace: bool) -> Self {
        let random = || uuid::Uuid::new_v4().simple().to_string();
        let (setting, url, readme) = of_database(database, name);
        let workspace = if own_workspace { "\n[workspace]\n" } else { "" };
        Scaffold {
            words: vec![
                ("__NAME__", name.to_string()),
                ("__CRATE__", name.krate()),
                ("__TITLE__", name.title()),
                ("__REBIS__", dependency.to_owned()),
                ("__WORKSPACE__\n", format!("{workspace}\n")),
                ("__REVISION__", random()[..12].to_owned()),
                ("__DATE__", chrono::Utc::now().format("%Y-%m-%d %H:%M:%S UTC").to_string()),
                ("__SECRET_KEY__", random() + &random()),
                ("__DATABASE__\n", setting),
                ("__DATABASE_URL__\n", url),
                ("__DATABASE_README__\n", readme),
            ],
        }
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), BoxError> {
        for (path, text) in FILES {
            let path = folder.join(self.filled(path));
            let failed = |e: std::io::Error| format!("{} cannot be written: {e}", path.display());
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(failed)?;
            }
            fs::write(&path, self.filled(text)).map_err(failed)?;
        }
        Ok(())
    }

    fn filled(&self, text: &str) -> String {
        self.words.iter().fold(text.to_owned(), |text, (word, value)| text.replace(word, value))
    }
}

/// Lines of config.toml, of .env and of the README.
fn of_database(database: &str, name: &Name) -> (String, String, String) {
    let krate = name.krate();
    if database == "sqlite" {
        let setting = format!(
            "\n# The database is instance/{name}.db unless something else is said here or in the environment.\n# DATABASE_URL = \"sqlite:///{name}.db\"\n"
        );
        return (setting, String::new(), "\n".to_owned());
    }
    let (url, make) = if database == "postgres" {
        let make = format!("createdb -h 127.0.0.1 -U postgres {krate}");
        (format!("postgres://postgres@127.0.0.1:5432/{krate}"), make)
    } else {
        (
            format!("mysql://root@127.0.0.1:3306/{krate}"),
            format!("mariadb -h 127.0.0.1 -u root -e 'CREATE DATABASE {krate} CHARACTER SET utf8mb4'"),
        )
    };
    let server = url.rsplit_once('/').map_or(url.as_str(), |(server, _)| server);
    let existing = if database == "postgres" { "postgres" } else { "mysql" };
    let setting =
        "\n# DATABASE_URL stands in .env here, and in the environment of a deployment.\n".to_owned();
    let readme = format!(
        "\nThe database is the one that `DATABASE_URL` in `.env` names: correct its user and password there; `{make}` makes it.\n\
         Tests run on SQLite, so that they need nothing; `TEST_DATABASE_URL={server}/{existing} cargo test` runs them on the server, each in a \
         database of its own.\n\n"
    );
    (setting, format!("DATABASE_URL={url}\n"), readme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_filled_in() {
        for database in ["sqlite", "postgres", "mysql"] {
            let name = Name::of(Path::new("my-shop")).unwrap();
            let scaffold = Scaffold::new(&name, database, "rebis = \"1\"", true);
            for (path, text) in FILES {
                let filled = scaffold.filled(text);
                let open =
                    filled.split("__").skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
                assert!(!open, "{path}: {filled}");
                assert!(filled.ends_with('\n') && !filled.contains("\n\n\n"), "{path}: {filled:?}");
            }
        }
    }
}
