//! The book as a whole. Invariant: a page that is not listed, not tested, or links to nothing, or to what the book does not hold, is a failure.

use std::fs;
use std::path::{Path, PathBuf};

use super::workspace;

/// Pages whose Rust is not run: the tutorial is, by being built.
const NOT_RUN: [&str; 2] = ["tutorial/", "design/"];

fn docs() -> PathBuf {
    workspace().join("docs")
}

/// Every page of the book, as a path within it.
fn pages() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![docs()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "md") {
                found.push(path.strip_prefix(docs()).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}

/// What a page links to, without what leads out of the repository.
fn links(text: &str) -> Vec<String> {
    let mut outside_code = String::new();
    let mut code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            code = !code;
        } else if !code {
            // Every second piece between backticks is code.
            outside_code.extend(line.split('`').step_by(2));
            outside_code.push('\n');
        }
    }
    let targets = outside_code.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let targets = targets.map(|t| t.split('#').next().unwrap_or_default().to_owned());
    targets.filter(|t| !t.is_empty() && !t.contains("://")).collect()
}

#[test]
fn every_page_is_listed() {
    let summary = fs::read_to_string(docs().join("SUMMARY.md")).unwrap();
    let listed = links(&summary);
    for page in pages() {
        assert!(page == "SUMMARY.md" || listed.contains(&page), "docs/SUMMARY.md does not list {page}");
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut documents: Vec<PathBuf> = pages().iter().map(|page| docs().join(page)).collect();
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "COMPATIBILITY.md"] {
        documents.push(workspace().join(name));
    }
    for example in fs::read_dir(workspace().join("examples")).unwrap() {
        documents.push(example.unwrap().path().join("README.md"));
    }
    let mut seen = 0;
    for document in documents.iter().filter(|d| d.exists()) {
        let folder = document.parent().unwrap_or(Path::new("."));
        for link in links(&fs::read_to_string(document).unwrap()) {
            assert!(
                folder.join(&link).exists(),
                "{} links to {link}, which is not there",
                document.display()
            );
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}

#[test]
fn no_link_leads_out_of_the_book() {
    let listed: Vec<PathBuf> = pages().iter().map(|page| real(&docs().join(page))).collect();
    for page in pages() {
        let page = docs().join(page);
        for link in links(&fs::read_to_string(&page).unwrap()) {
            assert!(
                listed.contains(&real(&page.with_file_name(&link))),
                "{} links to {link}, which is no page of the book: name it, as in `COMPATIBILITY.md` in the repository",
                page.display()
            );
        }
    }
}

/// Without `..` in it.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_piece_of_rust_is_compiled() {
    let list = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).unwrap();
    for page in pages() {
        if NOT_RUN.iter().any(|folder| page.starts_with(folder)) {
            continue;
        }
        let text = fs::read_to_string(docs().join(&page)).unwrap();
        let rust = text.lines().any(|line| line.starts_with("```rust"));
        assert!(!rust || list.contains(&page), "docs/tests/src/lib.rs does not have {page}");
        assert!(
            !text.contains("```rust,ignore") && !text.contains("```ignore"),
            "{page} has Rust that nothing compiles"
        );
    }
}
