//! The package whose program is served, as `cargo metadata` describes it. Invariant: it is the one that `cargo run` would run with the same
//! options, or an error that says which there are.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rebis_web::BoxError;
use serde_json::Value;

use crate::cargo::{self, Options};

pub(super) struct Package {
    pub(super) name: String,
    /// The folder with its Cargo.toml.
    pub(super) folder: PathBuf,
    /// The program of it that is served.
    pub(super) program: String,
    /// What cargo builds into.
    pub(super) target: PathBuf,
    /// The folder of the workspace, with Cargo.lock.
    pub(super) workspace: PathBuf,
    /// The folders of the packages that it is built from and that are no downloads, its own among them.
    pub(super) sources: Vec<PathBuf>,
    /// Whether templates and static files are compiled in, rather than read.
    pub(super) release: bool,
    options: Options,
}

impl Package {
    /// The package of the folder that one stands in, or the one that is named.
    pub(super) async fn find(options: &Options) -> Result<Self, BoxError> {
        let here = cargo::package_folder()?;
        let mut command = tokio::process::Command::from(options.metadata());
        let output =
            command.stdin(Stdio::null()).output().await.map_err(|e| format!("cargo cannot be run: {e}"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("cargo cannot read the package:\n{}", said.trim_end()).into());
        }
        let all: Value = serde_json::from_slice(&output.stdout)?;
        Package::choose(&all, &here, options)
    }

    /// `cargo <command>` for its program.
    pub(super) fn cargo(&self, command: &str) -> Command {
        self.options.cargo_of(command, &self.name, &self.program)
    }

    /// The folder that settings, templates and the instance folder are relative to.
    pub(super) fn root(&self) -> PathBuf {
        std::env::var_os("REBIS_ROOT").map_or_else(|| self.folder.clone(), PathBuf::from)
    }

    fn choose(all: &Value, here: &Path, options: &Options) -> Result<Self, BoxError> {
        let package = package(all, here, options)?;
        let folder = folder_of(package);
        Ok(Package {
            name: text(&package["name"]),
            program: program(package, options)?,
            target: PathBuf::from(text(&all["target_directory"])),
            workspace: PathBuf::from(text(&all["workspace_root"])),
            sources: sources(all, package),
            release: options.is_release(),
            options: options.clone(),
            folder,
        })
    }
}

fn package<'a>(all: &'a Value, here: &Path, options: &Options) -> Result<&'a Value, BoxError> {
    let members = items(&all["workspace_members"]);
    let packages: Vec<&Value> =
        items(&all["packages"]).iter().filter(|package| members.contains(&package["id"])).collect();
    if let Some(name) = options.package() {
        let named = packages.iter().copied().find(|package| package["name"] == name);
        return named.ok_or_else(|| {
            format!(
                "there is no package `{name}` here; there are {}",
                names(packages.iter().map(|p| &p["name"]))
            )
            .into()
        });
    }
    let here = here.canonicalize().unwrap_or_else(|_| here.to_owned());
    if let Some(package) = packages.iter().copied().find(|package| folder_of(package) == here) {
        return Ok(package);
    }
    let default = items(&all["workspace_default_members"]);
    let mut with_programs = packages
        .iter()
        .copied()
        .filter(|package| default.contains(&package["id"]) && programs(package).next().is_some());
    match (with_programs.next(), with_programs.count()) {
        (Some(package), 0) => Ok(package),
        (None, _) => Err("no package here has a program to run".into()),
        (Some(first), _) => Err(format!(
            "the workspace has several packages with programs: say which one with --package, such as `--package {}`",
            text(&first["name"])
        )
        .into()),
    }
}

fn program(package: &Value, options: &Options) -> Result<String, BoxError> {
    if let Some(bin) = options.bin() {
        let there = programs(package).any(|name| name == bin);
        return if there {
            Ok(bin.to_owned())
        } else {
            Err(format!("the package has no program `{bin}`; it has {}", names(programs(package))).into())
        };
    }
    if let Some(default) = package["default_run"].as_str() {
        return Ok(default.to_owned());
    }
    let mut all = programs(package);
    match (all.next(), all.next()) {
        (Some(only), None) => Ok(text(only)),
        (None, _) => Err(format!("the package `{}` has no program to run", text(&package["name"])).into()),
        _ => Err(format!(
            "the package has several programs, {}: say which one with --bin, or with default-run in its Cargo.toml",
            names(programs(package))
        )
        .into()),
    }
}

fn programs(package: &Value) -> impl Iterator<Item = &Value> {
    let targets = items(&package["targets"]).iter();
    targets
        .filter(|target| items(&target["kind"]).iter().any(|kind| kind == "bin"))
        .map(|target| &target["name"])
}

/// The folders of the package and of all that it needs which have their source on this machine.
fn sources(all: &Value, package: &Value) -> Vec<PathBuf> {
    let nodes: HashMap<&str, &Value> = items(&all["resolve"]["nodes"])
        .iter()
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();
    let (mut needed, mut next) = (HashSet::new(), vec![package["id"].as_str().unwrap_or_default()]);
    while let Some(id) = next.pop() {
        if needed.insert(id)
            && let Some(node) = nodes.get(id)
        {
            next.extend(items(&node["dependencies"]).iter().filter_map(Value::as_str));
        }
    }
    let local = items(&all["packages"]).iter().filter(|other| {
        other["source"].is_null() && other["id"].as_str().is_some_and(|id| needed.contains(id))
    });
    local.map(folder_of).collect()
}

fn folder_of(package: &Value) -> PathBuf {
    let manifest = PathBuf::from(text(&package["manifest_path"]));
    manifest.parent().map(Path::to_owned).unwrap_or_default()
}

fn names<'a>(all: impl Iterator<Item = &'a Value>) -> String {
    all.map(|name| format!("`{}`", text(name))).collect::<Vec<_>>().join(", ")
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn metadata() -> Value {
        let of = |name: &str, bins: &[&str], source: Value| {
            let targets: Vec<Value> = bins.iter().map(|bin| json!({"name": bin, "kind": ["bin"]})).collect();
            json!({"name": name, "id": name, "source": source, "targets": targets, "manifest_path": format!("/w/{name}/Cargo.toml")})
        };
        json!({
            "packages": [
                of("shop", &["shop"], Value::Null),
                of("tools", &["a", "b"], Value::Null),
                of("shared", &[], Value::Null),
                of("serde", &[], json!("registry")),
            ],
            "workspace_members": ["shop", "tools"],
            "workspace_default_members": ["shop", "tools"],
            "target_directory": "/w/target",
            "workspace_root": "/w",
            "resolve": {"nodes": [
                {"id": "shop", "dependencies": ["shared", "serde"]},
                {"id": "shared", "dependencies": ["serde"]},
                {"id": "tools", "dependencies": []},
                {"id": "serde", "dependencies": []},
            ]},
        })
    }

    #[test]
    fn the_package_that_one_stands_in() {
        let shop = Package::choose(&metadata(), Path::new("/w/shop"), &Options::default()).unwrap();
        assert_eq!((shop.name.as_str(), shop.program.as_str()), ("shop", "shop"));
        // Not the other member, and no download.
        assert_eq!(shop.sources, [Path::new("/w/shop"), Path::new("/w/shared")]);
    }

    #[test]
    fn what_is_not_clear_is_asked() {
        let refused = |here: &str| {
            Package::choose(&metadata(), Path::new(here), &Options::default()).err().unwrap().to_string()
        };
        assert!(refused("/w").contains("--package shop"), "{}", refused("/w"));
        assert!(refused("/w/tools").contains("`a`, `b`"), "{}", refused("/w/tools"));
    }
}
