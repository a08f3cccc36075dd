//! The folder of migrations: scripts on disk and the `mod.rs` that lists them.
//!
//! **Invariant.** `mod.rs` is rewritten between its first `#[path` and the end of `ALL` only; what people wrote around that stays.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Error, ErrorKind, Result, Script};

const HEADING: &str = "\
//! The migrations of this application. The list is kept by `db revision` and `db migrate`.
//!
//! After a merge keep the entries of both sides, sorted by file name.

";

/// A script as it stands on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OnDisk {
    /// Its path within the folder, with `/` between its parts.
    pub(crate) file: String,
    pub(crate) source: String,
}

/// The scripts in a folder and the folders within it, by file; none when there is no folder (a released program). A folder with a `mod.rs`
/// of its own is another database's.
pub(crate) fn scan(directory: &Path) -> Result<Vec<OnDisk>> {
    let mut found = Vec::new();
    if directory.is_dir() {
        scan_folder(directory, "", &mut found)?;
    }
    found.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(found)
}

fn scan_folder(folder: &Path, within: &str, found: &mut Vec<OnDisk>) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(|e| Error::file("read", folder, e))?;
    for entry in entries {
        let path = entry.map_err(|e| Error::file("read", folder, e))?.path();
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else { continue };
        if path.is_dir() {
            if !path.join("mod.rs").exists() {
                scan_folder(&path, &format!("{within}{name}/"), found)?;
            }
            continue;
        }
        if !name.ends_with(".rs") || name == "mod.rs" || name.starts_with(".#") {
            continue;
        }
        let source = fs::read_to_string(&path).map_err(|e| Error::file("read", &path, e))?;
        if source.contains("REVISION: Revision") {
            found.push(OnDisk { file: format!("{within}{name}"), source });
        }
    }
    Ok(())
}

/// Refuses a program that was compiled before the scripts on disk changed: it would silently miss one.
pub(crate) fn refuse_stale(directory: &Path, scripts: &[Script]) -> Result<()> {
    for on_disk in scan(directory)? {
        let compiled = scripts.iter().find(|s| s.file == on_disk.file);
        if compiled.is_none_or(|s| s.source != on_disk.source) {
            return Err(Error::new(
                ErrorKind::Stale,
                format!(
                    "{} is newer than this program: rebuild it (`cargo run -- db …` does) and make sure that \
                     migrations/mod.rs lists the file",
                    directory.join(&on_disk.file).display()
                ),
            ));
        }
    }
    Ok(())
}

/// Writes `mod.rs` so that it lists every script of the folder; `krate` is the path of this crate in the program. Returns its path.
pub(crate) fn sync(directory: &Path, krate: &str) -> Result<PathBuf> {
    let path = directory.join("mod.rs");
    let existing = match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => return Err(Error::file("read", &path, e)),
    };
    if existing.as_deref().is_some_and(|text| !text.trim().is_empty() && around(text).is_none()) {
        return Err(Error::new(
            ErrorKind::File,
            format!("{} has no `pub const ALL: &[…] = &[];` to list the scripts in: add it", path.display()),
        ));
    }
    let files: Vec<String> = scan(directory)?.into_iter().map(|s| s.file).collect();
    let text = module(existing.as_deref(), &files, krate);
    if existing.as_deref() != Some(&text) {
        write(&path, &text)?;
    }
    Ok(path)
}

/// Writes a file so that a crash leaves the old or the new one.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    let beside = path.with_extension("rs.tmp");
    fs::write(&beside, text).map_err(|e| Error::file("write", &beside, e))?;
    fs::rename(&beside, path).map_err(|e| Error::file("write", path, e))
}

/// The text of `mod.rs` for these files.
pub(crate) fn module(existing: Option<&str>, files: &[String], krate: &str) -> String {
    let (before, after) = existing
        .and_then(around)
        .map_or_else(|| (HEADING.to_owned(), String::new()), |(b, a)| (b.to_owned(), a.to_owned()));
    // Imports are left to people: one that the list does not need yet would be a warning.
    let imports = |word: &str| {
        let whole = |w: &str| w == word;
        before
            .lines()
            .filter(|l| l.starts_with("use "))
            .any(|l| l.split(|c: char| !c.is_alphanumeric()).any(whole))
    };
    let path = |word: &str| if imports(word) { word.to_owned() } else { format!("{krate}::{word}") };
    let (kind, script) = (path("Script"), path("script"));
    let mut text = before;
    let names = module_names(files);
    for (file, name) in files.iter().zip(&names) {
        text.push_str(&format!("#[path = \"{file}\"]\nmod {name};\n"));
    }
    if !files.is_empty() {
        text.push('\n');
    }
    text.push_str(&format!(
        "/// Every migration of the application.\n#[rustfmt::skip]\npub const ALL: &[{kind}] = &[\n"
    ));
    for (file, name) in files.iter().zip(&names) {
        text.push_str(&format!("    {script}!({name}, \"{file}\"),\n"));
    }
    text.push_str("];\n");
    text.push_str(&after);
    text
}

/// What stands before and after the part that the tool keeps.
fn around(text: &str) -> Option<(&str, &str)> {
    let all = text.find("pub const ALL")?;
    let end = all + text[all..].find("];")? + 2;
    let start = ["#[path", "/// Every migration of the application."]
        .iter()
        .filter_map(|mark| text[..all].find(mark))
        .min()
        .unwrap_or(all);
    Some((&text[..start], text[end..].strip_prefix('\n').unwrap_or(&text[end..])))
}

/// `r` and the revision, since an id may start with a digit and a Rust name may not; the whole file name where ids hold underscores and
/// begin alike.
fn module_names(files: &[String]) -> Vec<String> {
    let short = |file: &str| {
        let name = file.rsplit('/').next().unwrap_or(file);
        name_of(name.split('_').next().unwrap_or(name))
    };
    files
        .iter()
        .map(|file| {
            let stem = file.trim_end_matches(".rs");
            let alone = files.iter().filter(|f| short(f.trim_end_matches(".rs")) == short(stem)).count() == 1;
            if alone && short(stem) != "r" { short(stem) } else { name_of(stem) }
        })
        .collect()
}

fn name_of(text: &str) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    std::iter::once('r').chain(text.chars().map(word)).collect()
}

/// The message of a script: the heading's first paragraph.
pub(crate) fn doc(source: &str) -> String {
    heading(source).split("\n\n").next().unwrap_or_default().trim().replace('\n', " ")
}

/// The `//!` lines at the head of a script.
pub(crate) fn heading(source: &str) -> String {
    let lines: Vec<&str> = source
        .lines()
        .take_while(|l| l.starts_with("//!"))
        .map(|l| l.trim_start_matches("//!").strip_prefix(' ').unwrap_or(l.trim_start_matches("//!")))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_rewritten_and_the_rest_kept() {
        let files =
            vec![String::from("780739b227a7_posts_table.rs"), String::from("e517276bb1c2_users_table.rs")];
        let fresh = module(None, &files[1..], "rebis::migrate");
        assert!(fresh.contains("#[path = \"e517276bb1c2_users_table.rs\"]\nmod re517276bb1c2;\n"), "{fresh}");
        let edited =
            fresh.replace("//! After", "//! Ours. After") + "\n/// Mine.\npub const N: usize = ALL.len();\n";
        let again = module(Some(&edited), &files, "rebis::migrate");
        assert!(
            again.starts_with(HEADING.split("//! After").next().unwrap())
                && again.contains("//! Ours. After")
        );
        assert!(
            again.contains("    rebis::migrate::script!(r780739b227a7, \"780739b227a7_posts_table.rs\"),\n    rebis::migrate::script!(re5"),
            "{again}"
        );
        assert!(again.ends_with("/// Mine.\npub const N: usize = ALL.len();\n"));
        assert_eq!(module(Some(&again), &files, "rebis::migrate"), again);
    }

    #[test]
    fn a_list_that_imports_its_words_keeps_them() {
        let mine = "//! Mine.\n\nuse rebis::migrate::Script;\n\npub const ALL: &[Script] = &[];\n";
        let text = module(Some(mine), &[String::from("a1_x.rs"), String::from("a1_y.rs")], "rebis::migrate");
        assert!(
            text.starts_with(
                "//! Mine.\n\nuse rebis::migrate::Script;\n\n#[path = \"a1_x.rs\"]\nmod ra1_x;\n"
            ),
            "{text}"
        );
        assert!(
            text.contains(
                "pub const ALL: &[Script] = &[\n    rebis::migrate::script!(ra1_x, \"a1_x.rs\"),\n"
            )
        );
        assert_eq!(module(Some(&text), &[], "rebis::migrate").matches("ALL").count(), 1);
    }

    #[test]
    fn the_heading_is_the_message() {
        let source = "//! users table\n//!\n//! Revision ID: e5\n\nuse x;";
        assert_eq!(doc(source), "users table");
    }
}
