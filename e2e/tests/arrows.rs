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
    "Timestamp::now", "Zoned::now", "SystemTime", "Instant::now", "std::time::Instant", " rand::", "(rand::", "random()", "RandomState::new",
    "std::fs", "std::net", "std::process", "std::env", "std::io::std", "std::thread", "async fn", ".await", "println!", "eprintln!",
    "print!", "dbg!", "tracing::", " log::", "(log::",
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
    for name in PURE {
        // oxrdf draws random names for blank nodes that are made without one, and hashes; it does nothing else of the list.
        let brought = brings(name, &["--prune", "oxrdf"]);
        assert!(brought.contains("serde_json"), "{name} brings only {brought:?}");
        let impure: Vec<_> = brought.iter().filter(|dependency| IMPURE.contains(&dependency.as_str())).collect();
        assert!(impure.is_empty(), "{name} brings {impure:?}");
    }
    let of_oxrdf: Vec<String> =
        brings("oxrdf", &[]).into_iter().filter(|dependency| IMPURE.contains(&dependency.as_str())).collect();
    assert_eq!(of_oxrdf, ["getrandom", "rand", "rand_core"]);
}

#[test]
fn pure_sources_read_no_clock_and_do_no_io() {
    for folder in ["vocab/src", "policies-odrl/src", "contract-negotiation/src"] {
        let sources = sources(&root().join(folder));
        assert!(!sources.is_empty(), "{folder} has no sources");
        for path in sources {
            let text = fs::read_to_string(&path).unwrap();
            let code = text
                .lines()
                .map(|line| line.split("//").next().unwrap_or_default())
                .take_while(|line| !line.contains("#[cfg(test)]"));
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

/// What each member names in its manifest, for whatever purpose.
fn workspace_dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let names = |package: &Value| {
        let dependencies = package["dependencies"].as_array().unwrap();
        dependencies.iter().map(|dependency| text(&dependency["name"])).collect()
    };
    let metadata = cargo(&["metadata", "--offline", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    metadata["packages"].as_array().unwrap().iter().map(|package| (text(&package["name"]), names(package))).collect()
}

/// What a package brings when it is built by itself, tests and build scripts aside.
fn brings(package: &str, arguments: &[&str]) -> BTreeSet<String> {
    let arguments = [&["tree", "--offline", "-e", "normal", "--prefix", "none", "-f", "{p}", "-p", package], arguments];
    let output = cargo(&arguments.concat());
    let lines = output.lines().filter_map(|line| line.split_whitespace().next());
    lines.filter(|name| *name != package).map(str::to_owned).collect()
}

fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
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
