//! The policies of the public suites: whatever others wrote is told in full, and can be tried and reviewed.

use std::path::{Path, PathBuf};

use symbolon_policies_odrl::dry_run::{Trial, dry_run};
use symbolon_policies_odrl::review::{Question, Reviewed, sheet};
use symbolon_policies_odrl::{PolicyDocument, Request};

use crate::told;

/// The suites; says so when they are absent.
fn suites() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/suites");
    let folder = std::env::var_os("SYMBOLON_SUITES").map_or_else(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the suites are not at {}", folder.display());
    None
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
    found.sort();
}

fn policies(path: &Path) -> Vec<PolicyDocument> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let text = || std::fs::read_to_string(path).unwrap_or_default();
    if name.ends_with(".ttl") {
        return PolicyDocument::policies_in_turtle(&text()).unwrap_or_default();
    }
    let is_policy = name.ends_with(".json") && (name.contains("policy") || name.starts_with("policy"));
    let json = if is_policy { serde_json::from_str(&text()).ok() } else { None };
    json.and_then(|json| PolicyDocument::parse(json).ok()).into_iter().collect()
}

#[test]
fn published_policies_are_told() {
    let Some(suites) = suites() else { return };
    for (suite, least) in [
        ("odrl-solidlab/policies", 20),
        ("odrl-w3c", 5),
        ("odrl-conflicts", 150),
        ("cx-odrl-profile/schema/samples", 4),
    ] {
        let mut found = Vec::new();
        files(&suites.join(suite), &mut found);
        let mut told = 0;
        for path in &found {
            for document in policies(path) {
                check(&document).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
                told += 1;
            }
        }
        println!("{suite}: {told} policies told");
        assert!(told >= least, "{suite}: only {told} policies were read");
    }
}

fn check(document: &PolicyDocument) -> Result<(), String> {
    let policy = document.policy();
    let size = document.json().to_string().len();
    told::check(policy, Some(document.json()), size).map_err(|why| why.to_string())?;
    let request = Request {
        action: "use".into(),
        target: "urn:example:asset".into(),
        assignee: "did:web:partner.example".into(),
        assigner: None,
    };
    let at = "2026-04-01T09:30:00Z".parse().map_err(|why| format!("{why}"))?;
    let trialled = dry_run(policy, &Trial::new(request, at));
    if !trialled.decision.permitted && trialled.decision.reasons.is_empty() {
        return Err("a refusal without a reason".to_owned());
    }
    let question = Question::new("did:web:partner.example", "urn:example:asset", "use", at);
    let sheet = sheet(&[Reviewed { name: "the policy", policy }], &question);
    if sheet.witness.is_none() && sheet.because.is_empty() {
        return Err("a no without a reason".to_owned());
    }
    if trialled.decision.permitted && sheet.witness.is_none() {
        return Err("permitted, and yet not found".to_owned());
    }
    Ok(())
}
