//! The layers of the configuration.
//!
//! Invariant: these tests give the environment by hand.

use std::collections::HashMap;
use std::fs;

use rebis_web::{Config, ConfigError};
use serde::Deserialize;

fn load(files: &[(&str, &str)], environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let root = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(root.path().join(name), text).unwrap();
    }
    let environment: HashMap<String, String> =
        environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Config::load_from(root.path(), environment)
}

#[test]
fn later_layers_win() {
    let files = [
        ("config.toml", "A = 'file'\nB = 'file'\nC = 'file'\nD = 'file'\nE = 'file'\n"),
        ("config.test.toml", "B = 'test file'"),
        (".env", "C=dotenv\nD=dotenv\nREBIS_ENV=test\n# a comment\nQUOTED=\"a b\""),
    ];
    let mut config = load(&files, &[("D", "environment"), ("E", "environment")]).unwrap();
    config.set("E", "program").set_default("A", "default").set_default("F", "default");
    let all: Vec<String> =
        ["A", "B", "C", "D", "E", "F", "QUOTED"].map(|key| config.get(key).unwrap()).into();
    assert_eq!(all, ["file", "test file", "dotenv", "environment", "program", "default", "a b"]);
    assert_eq!(config.env(), "test");
    assert_eq!(config.instance_path(), config.root().join("instance"));
}

#[test]
fn tables_nest_and_the_environment_reaches_into_them() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Mail {
        server: String,
        port: u16,
        tls: bool,
    }
    let files = [("config.toml", "[mail]\nserver = 'a'\nport = 25\ntls = true\n")];
    let config = load(&files, &[("MAIL__PORT", "587")]).unwrap();
    assert_eq!(config.get::<u16>("mail.port").unwrap(), 587);
    // Inside a struct the environment's text is a number too.
    assert_eq!(config.get::<Mail>("MAIL").unwrap(), Mail { server: "a".into(), port: 587, tls: true });
}

#[test]
fn short_framework_names_need_the_prefix() {
    let config = load(&[], &[("DEBUG", "*"), ("NAME", "host-17")]).unwrap();
    assert!(!config.debug());
    assert_ne!(config.name(), "host-17");
    let config = load(&[], &[("REBIS_DEBUG", "1"), ("REBIS_NAME", "shop")]).unwrap();
    assert!(config.debug());
    assert_eq!(config.name(), "shop");
    assert!(load(&[], &[("REBIS_DEBUG", "perhaps")]).is_err());
}

#[test]
fn errors_name_key_source_and_type_but_no_secret() {
    let config = load(&[("config.toml", "SIZE = 'big'")], &[("API_TOKEN", "hunter2")]).unwrap();
    let error = config.get::<u16>("SIZE").unwrap_err().to_string();
    assert!(
        error.contains("SIZE = \"big\"")
            && error.contains("config.toml")
            && error.ends_with("is no whole number from 0 to 65535"),
        "{error}"
    );
    let error = config.get::<u16>("API_TOKEN").unwrap_err().to_string();
    assert!(error.contains("the environment variable API_TOKEN") && !error.contains("hunter2"), "{error}");
    let error = config.get::<u16>("NOWHERE").unwrap_err();
    assert!(error.is_missing() && error.to_string().contains("NOWHERE is not set"));
    assert_eq!(config.get_or("NOWHERE", 3).unwrap(), 3);
    assert_eq!(config.find::<u16>("NOWHERE").unwrap(), None);
}

#[test]
fn malformed_files_name_the_line_and_no_value() {
    let error = load(&[("config.toml", "A = 1\nSECRET_KEY = hunter2\n")], &[]).unwrap_err().to_string();
    assert!(error.contains("config.toml: line 2") && !error.contains("hunter2"), "{error}");
    let error = load(&[(".env", "A=1\nSECRET_KEY hunter2\n")], &[]).unwrap_err().to_string();
    assert!(error.contains(".env: line 2") && !error.contains("hunter2"), "{error}");
}

#[test]
fn a_folder_in_the_place_of_a_file_is_said() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join(".env")).unwrap();
    let error = Config::load_from(root.path(), []).unwrap_err().to_string();
    assert!(error.contains(".env cannot be read: ") && error.ends_with("; it has to be a file"), "{error}");
}

#[test]
fn printing_hides_secrets() {
    let config = Config::new("/srv/shop")
        .with("SECRET_KEY", "hunter2")
        .with("DATABASE_URL", "postgres://shop:hunter2@db/shop")
        .with("MAIL", serde_json::json!({ "password": "hunter2", "server": "mail" }))
        .with("PAGE", 20);
    for text in [format!("{config:?}"), format!("{config:#?}"), config.to_string()] {
        assert!(!text.contains("hunter2"), "{text}");
        assert!(
            text.contains("postgres://shop:***@db/shop") && text.contains("20") && text.contains("mail"),
            "{text}"
        );
    }
    assert_eq!(config.database_url().unwrap(), "postgres://shop:hunter2@db/shop");
}
