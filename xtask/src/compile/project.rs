//! A program in the target folder: a chain of models, each in a file of its own, each referring to the one before it. Invariant: a file is written
//! only when its text is another, so that a build finds changed what was changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use super::library::Library;
use crate::process::{Outcome, root, target};

/// A generated program.
pub(super) struct Project {
    pub(super) library: Library,
    models: usize,
    folder: PathBuf,
}

impl Project {
    pub(super) fn new(library: Library, models: usize) -> Result<Self, String> {
        let folder = target().join("compile").join(format!("{}-{models}", library.folder()));
        fs::create_dir_all(folder.join("src")).map_err(|e| format!("{}: {e}", folder.display()))?;
        Ok(Project { library, models, folder })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where it is built.
    pub(super) fn built(&self) -> PathBuf {
        self.folder.join("target")
    }

    /// Writes its files. `extra` gives the model in the middle one column more.
    pub(super) fn write(&self, extra: bool) -> Outcome {
        let library = self.library;
        let manifest = library.manifest().replace("@ROOT@", &root().display().to_string());
        self.put("Cargo.toml", &manifest)?;
        if let Some(lockfile) = library.lockfile().filter(|_| !self.folder.join("Cargo.lock").exists()) {
            let text = fs::read_to_string(root().join(lockfile)).map_err(|e| format!("{lockfile}: {e}"))?;
            self.put("Cargo.lock", &text)?;
        }
        self.put("src/main.rs", &self.main())?;
        for model in 0..self.models {
            let text = self.model(model, extra && model == self.models / 2);
            self.put(&format!("src/{}.rs", table(model)), &text)?;
        }
        Ok(())
    }

    /// `main.rs`: the lines that say `//each` stand there once for each model.
    fn main(&self) -> String {
        let mut out = String::new();
        for line in self.library.main().lines() {
            match line.split_once(" //each") {
                Some((line, _)) => (0..self.models)
                    .for_each(|model| out.push_str(&(line.replace("this_model", &table(model)) + "\n"))),
                None => out.push_str(&(line.to_owned() + "\n")),
            }
        }
        out
    }

    /// A model: its lines, without those for a parent where it is the first, for a child where it is the last.
    fn model(&self, model: usize, extra: bool) -> String {
        let mut out = String::new();
        for line in self.library.model().lines() {
            let (line, kept) = match line.rsplit_once(" //") {
                Some((line, "parent")) => (line, model > 0),
                Some((line, "first")) => (line, model == 0),
                Some((line, "child")) => (line, model + 1 < self.models),
                Some((line, "extra")) => (line, extra),
                _ => (line, true),
            };
            if kept {
                out.push_str(line);
                out.push('\n');
            }
        }
        let names = [
            ("ThisModel", "this_model", model),
            ("ParentModel", "parent_model", model.wrapping_sub(1)),
            ("ChildModel", "child_model", model + 1),
        ];
        for (name, file, of) in names {
            out = out.replace(name, &format!("Model{of}")).replace(file, &table(of));
        }
        out
    }

    fn put(&self, name: &str, text: &str) -> Outcome {
        let path = self.folder.join(name);
        if fs::read_to_string(&path).is_ok_and(|there| there == text) {
            return Ok(());
        }
        fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// Makes `main.rs` new without changing it.
    pub(super) fn touch(&self) -> Outcome {
        let path = self.folder.join("src/main.rs");
        let touched = fs::File::options()
            .append(true)
            .open(&path)
            .and_then(|file| file.set_modified(SystemTime::now()));
        touched.map_err(|e| format!("{}: {e}", path.display()))
    }

    pub(super) fn remove_built(&self) -> Outcome {
        let path = self.built();
        if !path.exists() {
            return Ok(());
        }
        fs::remove_dir_all(&path).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// Runs the program and compares what it prints: per model the two rows that a query finds and the two that are left, and for each that is
    /// found the three rows of the same parent.
    pub(super) fn check_run(&self) -> Outcome {
        let path = self.built().join("debug/program");
        let output = Command::new(&path).output().map_err(|e| format!("{}: {e}", path.display()))?;
        let printed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let wanted = (self.models * 4 + (self.models - 1) * 6).to_string();
        if printed == wanted {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        Err(format!("its program printed `{printed}` and not {wanted}: {last}"))
    }

    /// How many crates are built.
    pub(super) fn crates(&self) -> Result<usize, String> {
        let path = self.built().join("debug/.fingerprint");
        let entries = fs::read_dir(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| Some(name.rsplit_once('-')?.0.to_owned()))
            .collect();
        names.sort();
        names.dedup();
        Ok(names.len())
    }
}

fn table(model: usize) -> String {
    format!("model_{model}")
}
