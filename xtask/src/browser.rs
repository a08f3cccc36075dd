//! `cargo xtask browser`: the example applications in Chromium, headless. Invariant: what is installed for it is in the target folder; a machine
//! without a browser is told so in one line, and fails under `--require-all`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::options::Options;
use crate::process::{self, Outcome, cargo, root, succeeds};

/// The applications that the cases visit.
const EXAMPLES: &[&str] = &["flasky", "microblog", "movies", "people"];

/// What Debian, and who installs it by hand, calls the browser.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// The command: all cases, or those whose name holds the argument behind `--`.
pub(crate) fn run(options: &Options) -> Outcome {
    let found = match find() {
        Ok(found) => found,
        Err(why) if options.require_all => return Err(format!("the browser tests cannot run: {why}")),
        Err(why) => {
            println!("The browser is not tested: {why}");
            return Ok(());
        }
    };
    let target = target();
    let modules = target.join("browser");
    install(&modules)?;
    let mut build = cargo(&["build"]);
    build.args(EXAMPLES.iter().flat_map(|name| ["--package", name]));
    process::run(&mut build)?;
    let mut node = Command::new("node");
    node.current_dir(root()).arg("tests/browser/run.mjs").args(&options.rest);
    node.env("REBIS_BROWSER_MODULES", &modules)
        .env("REBIS_BROWSER_SHOTS", modules.join("shots"))
        .env("REBIS_BROWSER_BIN", target.join("debug"))
        .env("REBIS_BROWSER_CHROMIUM", found);
    process::run(&mut node)
}

/// The browser's program, where everything else is there too.
fn find() -> Result<PathBuf, String> {
    for (program, package) in [("node", "nodejs"), ("npm", "npm")] {
        if !succeeds(Command::new(program).arg("--version")) {
            return Err(format!("no `{program}` installed (Debian: {package})"));
        }
    }
    if let Some(told) = std::env::var_os("REBIS_TEST_CHROMIUM").filter(|told| !told.is_empty()) {
        return Ok(PathBuf::from(told));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::env::split_paths(&path).flat_map(|folder| NAMES.iter().map(move |name| folder.join(name)));
    let mut all = all.filter(|program| program.is_file());
    all.next().ok_or_else(|| String::from("no `chromium` installed (or set REBIS_TEST_CHROMIUM)"))
}

/// The two packages that the cases are written with, unless they are there.
fn install(folder: &Path) -> Outcome {
    let wanted = root().join("tests/browser/package.json");
    let text = fs::read_to_string(&wanted).map_err(|e| format!("{}: {e}", wanted.display()))?;
    let stamp = folder.join("installed.json");
    if fs::read_to_string(&stamp).is_ok_and(|there| there == text) {
        return Ok(());
    }
    let failed = |e: std::io::Error| format!("{}: {e}", folder.display());
    fs::create_dir_all(folder).map_err(failed)?;
    fs::write(folder.join("package.json"), &text).map_err(failed)?;
    // Both are plain JavaScript: nothing of theirs has to run to install them, and no browser is downloaded.
    let arguments =
        ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"];
    process::run(Command::new("npm").current_dir(folder).args(arguments))?;
    fs::write(stamp, text).map_err(failed)
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
