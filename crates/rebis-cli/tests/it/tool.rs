//! The program `rebis`, as a process: what it makes is built and tested, what it cannot do is refused.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn rebis(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rebis")).current_dir(folder).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// cargo in a new application: with the workspace's versions, and built where this test was.
fn cargo(app: &Path, arguments: &[&str]) -> String {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = in_application(app, Command::new(program).args(arguments));
    let text = said(&output);
    assert!(output.status.success(), "cargo {arguments:?}: {text}");
    text
}

/// A program in a folder of the application, told of the folder and the profile that are built already.
fn in_application(app: &Path, program: &mut Command) -> Output {
    let test = std::env::current_exe().unwrap();
    program
        .current_dir(app.join("src"))
        .env("CARGO_TARGET_DIR", test.ancestors().nth(3).unwrap())
        // As the workspace builds what it depends on, so that much of it is built already.
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env_remove("CARGO_MANIFEST_DIR")
        .env_remove("TEST_DATABASE_URL")
        .output()
        .unwrap()
}

fn made(database: &str) {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("made-on-{database}");
    let made = rebis(folder.path(), &["new", &name, "--database", database, "--no-git"]);
    assert!(made.status.success(), "{}", said(&made));
    assert!(said(&made).contains("is not published"), "{}", said(&made));
    let app = folder.path().join(&name);
    std::fs::copy(workspace().join("Cargo.lock"), app.join("Cargo.lock")).unwrap();

    let tests = cargo(&app, &["test", "--quiet", "--offline"]);
    assert!(tests.contains("4 passed"), "{tests}");
    assert!(!tests.contains("warning"), "{tests}");
    if database == "sqlite" {
        cargo(&app, &["fmt", "--check"]);
        cargo(&app, &["run", "--quiet", "--offline", "--", "db", "upgrade"]);
        let clean = cargo(&app, &["run", "--quiet", "--offline", "--", "db", "check"]);
        assert!(clean.contains("No new upgrade operations detected."), "{clean}");
        // Whatever a command of the application's own may be like, the application is asked for it.
        for own in ["newsletter", "tets"] {
            let mut rebis = Command::new(env!("CARGO_BIN_EXE_rebis"));
            let asked = in_application(&app, rebis.args(["--offline", own]));
            let text = said(&asked);
            assert!(
                asked.status.code() == Some(2) && text.contains(&format!("Usage: {name}")),
                "{own}: {text}"
            );
        }
    }

    let again = rebis(folder.path(), &["new", &name]);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("exists already"), "{}", said(&again));
}

#[test]
fn an_application_on_sqlite_passes_its_tests() {
    made("sqlite");
}

#[test]
fn an_application_on_postgres_passes_its_tests() {
    made("postgres");
}

#[test]
fn an_application_on_mysql_passes_its_tests() {
    made("mysql");
}

#[test]
fn what_is_no_name_or_no_checkout_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, words) in [
        (&["new", "My Shop"][..], "such as `my-shop`"),
        (&["new", "nowhere/shop"], "does not exist"),
        (&["new", "shop", "--rebis-path", "/"], "no checkout of Rebis"),
        (&["routes"], "no Cargo.toml"),
        (&["greet"], "no command `greet`"),
    ] {
        let output = rebis(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(said(&output).contains(words), "{arguments:?}: {}", said(&output));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
    let mistyped = rebis(folder.path(), &["neww", "shop"]);
    assert_eq!(mistyped.status.code(), Some(2));
    assert!(said(&mistyped).contains("'new'"), "{}", said(&mistyped));
}

#[test]
fn help_and_completions_need_no_application() {
    let folder = tempfile::tempdir().unwrap();
    let help = rebis(folder.path(), &["db", "upgrade", "--help"]);
    assert!(help.status.success() && said(&help).contains("Examples:"), "{}", said(&help));
    assert!(!said(&help).contains('\u{1b}'), "no colours in a file: {}", said(&help));
    let script = rebis(folder.path(), &["completions", "bash"]);
    assert!(script.status.success() && said(&script).contains("downgrade"), "{}", said(&script));
    let unknown = rebis(folder.path(), &["completions", "bahs"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(said(&unknown).contains("'bash'"), "{}", said(&unknown));
}

#[cfg(unix)]
#[test]
fn shells_complete_the_words() {
    let folder = tempfile::tempdir().unwrap();
    let script = |shell: &str| said(&rebis(folder.path(), &["completions", shell]));
    let rebis = rebis_testkit::Completion::of("rebis");
    rebis.gives(script, "rebis comple", "completions");
    rebis.gives(script, "rebis db upg", "upgrade");
    rebis.gives(script, "rebis run --no-re", "--no-reload");
    rebis.gives(script, "rebis new shop --database postg", "postgres");
}

#[test]
fn a_mistyped_word_is_answered_with_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    for (words, nearest) in [
        (&["rotues"][..], "'routes'"),
        (&["rnu"], "'run'"),
        (&["hlep"], "'help'"),
        (&["completions", "zhs"], "'zsh'"),
        (&["db", "upgarde", "--help"], "'upgrade'"),
        (&["run", "--prt", "1"], "'--port'"),
        (&["new", "shop", "--databse", "sqlite"], "'--database'"),
        (&["new", "shop", "--database", "postgers"], "'postgres'"),
    ] {
        let output = rebis(folder.path(), words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {}", said(&output));
        assert!(said(&output).contains(nearest), "{words:?}: {}", said(&output));
    }
}

#[cfg(unix)]
#[test]
fn colours_are_for_terminals_that_want_them() {
    let folder = tempfile::tempdir().unwrap();
    // clap's words and ours.
    for words in [&["new", "shop", "--databse"][..], &["greet"]] {
        for (wish, coloured) in [(None, true), (Some(""), true), (Some("1"), false)] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_rebis"));
            command.current_dir(folder.path()).args(words).env("TERM", "xterm").env_remove("NO_COLOR");
            command.envs(wish.map(|wish| ("NO_COLOR", wish)));
            let mut terminal = rexpect::session::spawn_command(command, Some(30_000)).unwrap();
            let said = terminal.exp_eof().unwrap();
            assert!(said.to_lowercase().contains("error:"), "{said}");
            assert_eq!(said.contains('\u{1b}'), coloured, "{words:?} with NO_COLOR {wish:?}: {said:?}");
        }
    }
}
