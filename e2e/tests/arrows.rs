//! Which crate may know which, and what the pure ones may not know. The arrows stand in ARCHITECTURE.md.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The workspace's crates, and those of them that each may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("symbolon-vocab", &[]),
    ("symbolon-policies-odrl", &["symbolon-vocab"]),
    ("symbolon-contract-negotiation", &["symbolon-vocab", "symbolon-policies-odrl"]),
    ("symbolon-identity", &["symbolon-vocab", "symbolon-policies-odrl"]),
    ("symbolon-data-plane", &["symbolon-vocab", "symbolon-policies-odrl"]),
    (
        "symbolon",
        &[
            "symbolon-vocab",
            "symbolon-policies-odrl",
            "symbolon-contract-negotiation",
            "symbolon-identity",
            "symbolon-data-plane",
        ],
    ),
    ("symbolon-e2e", &["symbolon"]),
];

/// No IO, clock, randomness or logging: what happens there follows from the arguments alone.
const PURE: &[&str] = &["symbolon-vocab", "symbolon-policies-odrl", "symbolon-contract-negotiation"];

/// Crates that bring a runtime, the network, a database, a clock, randomness or a log.
#[rustfmt::skip]
const IMPURE: &[&str] = &[
    "actix-http", "actix-rt", "actix-web", "async-std", "async-trait", "axum", "chrono", "console", "diesel", "env_logger",
    "fastrand", "fern", "futures", "futures-executor", "futures-util", "getrandom", "h2", "hyper", "isahc", "log", "mio",
    "oxigraph", "postgres", "rand", "rand_core", "reqwest", "rusqlite", "rustls", "slog", "smol", "socket2", "sqlx",
    "sqlx-core", "time", "tokio", "tokio-util", "tonic", "tracing", "tracing-core", "ureq", "uuid", "warp",
];

/// What reads a clock, draws a random number, does IO, prints or waits.
#[rustfmt::skip]
const IMPURE_WORDS: &[&str] = &[
    "Timestamp::now", "Zoned::now", "SystemTime", "Instant::now", "std::time::Instant", "rand::", "random()", "RandomState::new",
    "std::fs", "std::net", "std::process", "std::env", "std::io::std", "std::thread", "async fn", ".await", "println!", "eprintln!",
    "print!", "dbg!", "tracing::", "log::",
];

#[test]
fn arrows_point_one_way() {
    let dependencies = workspace_dependencies();
    let known: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    let members: BTreeSet<&str> = dependencies.keys().map(String::as_str).collect();
    assert_eq!(members, known, "every crate of the workspace has its arrows here");
    for (name, allowed) in ARROWS {
        for dependency in dependencies[*name].iter().filter(|dependency| known.contains(dependency.as_str())) {
            assert!(allowed.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
}

#[test]
fn nothing_depends_on_the_end_to_end_tests() {
    for (name, dependencies) in workspace_dependencies() {
        assert!(!dependencies.contains("symbolon-e2e"), "{name} depends on symbolon-e2e");
    }
}

#[test]
fn pure_crates_bring_nothing_impure() {
    let tree = resolved_dependencies();
    for name in PURE {
        let all = everything_below(&tree, name);
        assert!(all.len() > 1 || *name == "symbolon-vocab", "{name} has no dependencies at all: {all:?}");
        let impure: Vec<_> = all.iter().filter(|dependency| IMPURE.contains(&dependency.as_str())).collect();
        // Hashing of RDF canonicalisation is no randomness: oxrdf's blank nodes draw from `rand` when they are made anew.
        let explained = ["getrandom", "rand", "rand_core"];
        let unexplained: Vec<_> = impure
            .into_iter()
            .filter(|dependency| {
                !(explained.contains(&dependency.as_str()) && only_through(&tree, name, dependency, "oxrdf"))
            })
            .collect();
        assert!(unexplained.is_empty(), "{name} brings {unexplained:?}");
    }
}

#[test]
fn pure_sources_read_no_clock_and_do_no_io() {
    for folder in ["vocab/src", "policies-odrl/src", "contract-negotiation/src"] {
        let sources = sources(&root().join(folder));
        assert!(!sources.is_empty(), "{folder} has no sources");
        for path in sources {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().map(|line| line.split("//").next().unwrap_or_default()).take_while(|line| !line.contains("#[cfg(test)]"));
            for (number, line) in code.enumerate() {
                for word in IMPURE_WORDS {
                    assert!(!line.contains(word), "{}:{}: {word}", path.display(), number + 1);
                }
            }
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn metadata(arguments: &[&str]) -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--offline", "--format-version", "1"])
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What each member names in its manifest, for whatever purpose.
fn workspace_dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let names = |package: &Value| {
        let dependencies = package["dependencies"].as_array().unwrap();
        dependencies.iter().map(|dependency| text(&dependency["name"])).collect()
    };
    let metadata = metadata(&["--no-deps"]);
    metadata["packages"].as_array().unwrap().iter().map(|package| (text(&package["name"]), names(package))).collect()
}

/// What each package really brings, tests and build scripts aside.
fn resolved_dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = metadata(&[]);
    let packages = metadata["packages"].as_array().unwrap();
    let names: BTreeMap<String, String> =
        packages.iter().map(|package| (text(&package["id"]), text(&package["name"]))).collect();
    let mut tree: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for node in metadata["resolve"]["nodes"].as_array().unwrap() {
        let needed = node["deps"].as_array().unwrap().iter().filter(|dependency| {
            dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null() && applies(&kind["target"]))
        });
        let needed = needed.map(|dependency| names[&text(&dependency["pkg"])].clone());
        tree.entry(names[&text(&node["id"])].clone()).or_default().extend(needed);
    }
    tree
}

/// Dependencies of browsers and other systems than Unix are not built here.
fn applies(target: &Value) -> bool {
    target.as_str().is_none_or(|target| !target.contains("wasm") && !target.contains("windows"))
}

fn everything_below(tree: &BTreeMap<String, BTreeSet<String>>, name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![name.to_owned()];
    while let Some(name) = open.pop() {
        if found.insert(name.clone()) {
            open.extend(tree.get(&name).into_iter().flatten().cloned());
        }
    }
    found
}

/// Whether `dependency` is gone from below `name` when `gate` is.
fn only_through(tree: &BTreeMap<String, BTreeSet<String>>, name: &str, dependency: &str, gate: &str) -> bool {
    let mut without = tree.clone();
    without.insert(gate.to_owned(), BTreeSet::new());
    !everything_below(&without, name).contains(dependency)
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
