//! `TemplateFolder`: where templates come from, a folder or the program itself.
//!
//! Invariant: a folder that was compiled in and is there in a debug build is read from the disk, so that a change is seen; a release
//! build needs no file.

use std::path::{Path, PathBuf};

use super::Settings;

/// Where templates come from: a path, or what `rebis::templates!("templates")` compiled into the program.
#[derive(Clone, Debug)]
pub struct TemplateFolder(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Path(PathBuf),
    Embedded { folder: &'static str, files: &'static [(&'static str, &'static str)], live: bool },
}

impl TemplateFolder {
    /// For the expansion of `templates!`.
    #[doc(hidden)]
    pub fn embedded(
        folder: &'static str,
        files: &'static [(&'static str, &'static str)],
        live: bool,
    ) -> Self {
        Self(Kind::Embedded { folder, files, live })
    }

    /// Adds it behind the folders that are there; the first that has a template wins.
    pub(crate) fn add_to(&self, settings: &mut Settings, root: &Path) {
        match &self.0 {
            Kind::Path(path) => settings.folders.push(root.join(path)),
            Kind::Embedded { folder, live: true, .. } if Path::new(folder).is_dir() => {
                settings.folders.push(PathBuf::from(folder));
            }
            Kind::Embedded { files, .. } => {
                for (name, source) in *files {
                    settings.sources.entry((*name).to_owned()).or_insert_with(|| (*source).to_owned());
                }
            }
        }
    }
}

impl<P: AsRef<Path>> From<P> for TemplateFolder {
    fn from(path: P) -> Self {
        Self(Kind::Path(path.as_ref().to_owned()))
    }
}
