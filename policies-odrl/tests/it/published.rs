//! Every policy that the public suites hold is read.

use std::path::{Path, PathBuf};

use serde_json::Value;
use symbolon_policies_odrl::{PolicyDocument, PolicyError};

use crate::shared;

/// The prefixes of these name `<http://…/\>`: a backslash and a bracket where the IRI should end.
const MALFORMED: &[&str] = &["HARD002-policy.ttl", "NFV002-policy.ttl"];

#[test]
fn turtle_of_the_suites_is_read() {
    let (mut policies, mut refused, mut without) = (0, Vec::new(), Vec::new());
    for folder in ["suites/odrl-solidlab/policies", "suites/odrl-conflicts"] {
        for path in files(folder, "ttl").into_iter().filter(|path| !is_resource(path)) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            match PolicyDocument::policies_in_turtle(&std::fs::read_to_string(&path).unwrap()) {
                Ok(found) => {
                    without.extend(found.is_empty().then(|| name.clone()));
                    policies += found.len();
                    found.iter().for_each(|policy| comes_back(&name, policy));
                }
                Err(error) => {
                    assert!(error.reason.starts_with("not valid Turtle"), "{name}: {error}");
                    refused.push(name);
                }
            }
        }
    }
    if policies > 0 {
        refused.sort();
        assert_eq!(refused, MALFORMED);
        let bare = without.iter().all(|name| name.starts_with("KGC"));
        assert!(bare && without.len() == 20, "these hold rules and constraints without a policy: {without:?}");
        println!("{policies} policies read; {MALFORMED:?} refused; {} files hold no policy", without.len());
    }
}

#[test]
fn json_of_the_suites_is_read() {
    let files = files("suites/odrl-w3c", "json");
    let policies: Vec<_> =
        files.iter().filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("policy")).collect();
    assert!(files.is_empty() || policies.len() == 5, "{policies:?}");
    for path in policies {
        let json: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let policy = PolicyDocument::parse(json).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(policy.policy().permissions.len() + policy.policy().prohibitions.len() > 0);
        comes_back(&path.to_string_lossy(), &policy);
    }
}

fn comes_back(name: &str, policy: &PolicyDocument) {
    let again = |read: Result<PolicyDocument, PolicyError>| match read {
        Ok(again) => assert!(again.same_terms(policy), "{name}: {:#?}", again.policy()),
        // Rules without an action are read from Turtle with several policies only.
        Err(error) => assert!(error.path.ends_with("action"), "{name}: {error}"),
    };
    again(PolicyDocument::parse(policy.policy().canonical_json()));
    again(PolicyDocument::parse_turtle(&policy.policy().to_turtle()));
    let mut several = PolicyDocument::policies_in_turtle(&policy.policy().to_turtle()).unwrap();
    assert!(several.len() == 1 && several.remove(0).same_terms(policy), "{name}");
}

/// Concept schemes, which have no policies.
fn is_resource(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "Resources")
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut open: Vec<PathBuf> = shared::path(folder).into_iter().collect();
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|own| own == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}
