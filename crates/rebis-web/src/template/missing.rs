//! `TemplateError`: a template that is missing or wrong, said so that the fix is plain.
//!
//! Invariant: folders are searched for similar names only when an error is made, never on the way of a request that succeeds.

use std::fmt;
use std::fs;
use std::path::Path;

use minijinja::ErrorKind;

use super::Settings;
use crate::near::nearest;

/// Why a template could not be rendered. The source is minijinja's error.
#[derive(Debug)]
pub(super) struct TemplateError {
    message: String,
    error: minijinja::Error,
}

impl TemplateError {
    pub(super) fn new(error: minijinja::Error, settings: &Settings) -> Self {
        let mut message = error.to_string();
        if error.kind() == ErrorKind::TemplateNotFound {
            explain_missing(&mut message, error.detail().unwrap_or_default(), settings);
        }
        Self { message, error }
    }
}

fn explain_missing(message: &mut String, detail: &str, settings: &Settings) {
    // minijinja quotes the name and keeps it nowhere else.
    let wanted = detail.split('"').nth(1).unwrap_or_default();
    let mut names: Vec<String> = settings.sources.keys().cloned().collect();
    for folder in &settings.folders {
        collect(folder, "", 0, &mut names);
    }
    if settings.folders.is_empty() {
        message.push_str("; the application has no template folder: add .templates(\"templates\") to it");
    } else {
        let folders: Vec<String> = settings.folders.iter().map(|folder| shown(folder)).collect();
        message.push_str(&format!("; searched in {}", folders.join(", ")));
    }
    let file_name = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let near = nearest(wanted, names.iter().map(String::as_str))
        .or_else(|| names.iter().map(String::as_str).find(|name| file_name(name) == file_name(wanted)));
    if let Some(near) = near {
        message.push_str(&format!(". Did you mean {near:?}?"));
    }
}

fn shown(folder: &Path) -> String {
    let lacking = if folder.is_dir() { "" } else { " (there is no such folder)" };
    format!("{}{lacking}", folder.display())
}

fn collect(folder: &Path, prefix: &str, depth: usize, names: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth < 4 => {
                collect(&entry.path(), &format!("{name}/"), depth + 1, names);
            }
            Ok(kind) if kind.is_file() && names.len() < 1000 => names.push(name),
            _ => {}
        }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TemplateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The message already says what minijinja's error says; its cause is the next thing to know.
        std::error::Error::source(&self.error)
    }
}
