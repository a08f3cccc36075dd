//! What the program that goes on serving is told while its sources do not compile: a file, which its debug mode shows in its pages.
//!
//! **Invariants.** No program is started, and none goes on with what was built of the newest sources, while the file is there. All else works
//! without it.

use std::path::{Path, PathBuf};

use super::package::Package;

/// The setting `BUILD_FAILED` of the application.
pub(super) const VARIABLE: &str = "REBIS_BUILD_FAILED";

pub(super) struct Notice(PathBuf);

impl Notice {
    /// In the target folder, which belongs to what is built and is watched by nobody.
    pub(super) fn of(package: &Package) -> Self {
        Notice(package.target.join(format!("rebis-run-{}.txt", std::process::id())))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn write(&self, said: &str) {
        // The terminal says the same.
        let _ = std::fs::write(&self.0, said);
    }

    pub(super) fn remove(&self) {
        // It is not there, usually.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Drop for Notice {
    fn drop(&mut self) {
        self.remove();
    }
}
