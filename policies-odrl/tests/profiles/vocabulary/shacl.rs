//! The shapes, tried by pySHACL: a test without it skips. `make vocabulary` installs it.

use std::path::PathBuf;
use std::process::Command;

use oxrdf::GraphName;
use serde_json::{Value as Json, json};
use symbolon_policies_odrl::profile::admissibility::{Profile, Terms};
use symbolon_policies_odrl::{PolicyDocument, rdf};

use super::{EXAMPLES, folder};

/// Reads shapes and policies, and prints a line for each policy.
const SCRIPT: &str = "
import sys
from rdflib import Graph
from pyshacl import validate
shapes = Graph()
for path in sys.argv[1:3]:
    shapes.parse(path, format='turtle')
for path in sys.argv[3:]:
    conforms, _, text = validate(Graph().parse(path, format='nt'), shacl_graph=shapes)
    print('conforms' if conforms else 'violates ' + ' '.join(text.split()))
";

/// A Python that has pySHACL.
fn python() -> Option<PathBuf> {
    let installed = std::env::var_os("HOME")
        .map(|home| PathBuf::from(home).join(".cache/symbolon/tools/pyshacl-0.30.1/bin/python"));
    let mut found = installed.into_iter().chain([PathBuf::from("python3")]);
    let found = found.find(|python| {
        let tried = Command::new(python).args(["-c", "import pyshacl"]).output();
        tried.is_ok_and(|output| output.status.success())
    });
    if found.is_none() {
        println!("skipped: pySHACL is not installed; `make vocabulary` does so");
    }
    found
}

fn profile(terms: Json) -> Json {
    let terms: Terms = serde_json::from_value(terms).unwrap();
    Profile::new(terms).unwrap().to_policy("urn:example:profile").unwrap().json().clone()
}

fn full() -> Json {
    profile(json!({
        "purposes": ["urn:example:quality", "urn:example:recall"],
        "scope": {
            "partNumbers": ["P-100", "P-101"],
            "countries": ["DE"],
            "windows": [{ "from": "2026-01-01T00:00:00Z", "until": "2026-04-01T00:00:00Z" }],
        },
        "retention": { "for": "P90D" },
        "disclosure": { "to": { "recipients": ["did:web:lab.example"], "hops": 1 } },
        "aggregation": { "groupOf": 5 },
        "localisation": { "storage": ["DE"], "processing": ["DE", "FR"] },
        "tradeSecret": { "for": "P5Y" },
        "exportControl": [
            { "eccn": ["EAR99"], "dualUse": ["none"] },
            {
                "eccn": ["2E003.a"],
                "usml": ["VIII(h)(1)"],
                "destinations": ["DE", "US"],
                "nationalities": ["DE"],
                "usPerson": true,
                "licence": { "id": "D123456", "quantity": 3, "expires": "2027-01-01T00:00:00Z" },
            },
        ],
    }))
}

/// Policies, and a part of the message that each is refused with; `None` for those that are right.
fn policies() -> Vec<(&'static str, Json, Option<&'static str>)> {
    let changed = |pointer: &str, value: Json| {
        let mut policy = full();
        *policy.pointer_mut(pointer).unwrap() = value;
        policy
    };
    let parts = "/permission/0/constraint/1";
    let country = "/permission/0/constraint/2/rightOperand";
    let export = "/permission/0/constraint/6/or";
    vec![
        ("everything", full(), None),
        ("nothing", profile(json!({})), None),
        ("a secret for ever", profile(json!({ "tradeSecret": "forever" })), None),
        (
            "a policy of others",
            json!({ "@type": "Set", "@id": "urn:example:policy", "permission": [{ "action": "use" }] }),
            None,
        ),
        ("an operator", changed(&format!("{parts}/operator"), json!("gt")), Some("adm:partNumber")),
        (
            "a left operand",
            changed(&format!("{parts}/leftOperand"), json!("https://w3id.org/symbolon/admissibility/1/shoeSize")),
            Some("no such term"),
        ),
        ("an empty part number", changed(&format!("{parts}/rightOperand"), json!([" "])), Some("adm:partNumber")),
        ("a country", changed(country, json!(["Germany"])), Some("adm:country")),
        ("a class", changed(&format!("{export}/1/and/0/rightOperand"), json!(["2F003"])), Some("ec:eccn")),
        ("a category", changed(&format!("{export}/1/and/1/rightOperand"), json!(["XXII"])), Some("ec:usml")),
        (
            "a licence to anywhere",
            changed(
                &format!("{export}/1/and/2"),
                json!({ "leftOperand": "http://www.w3.org/ns/odrl/2/language", "operator": "eq", "rightOperand": "en" }),
            ),
            Some("named destinations"),
        ),
        (
            "who wins",
            changed("/http:~1~1www.w3.org~1ns~1odrl~12~1conflict/@id", json!("http://www.w3.org/ns/odrl/2/perm")),
            Some("its prohibitions win"),
        ),
        (
            "an action of ours",
            changed("/prohibition/0/action", json!("https://w3id.org/symbolon/admissibility/1/publish")),
            Some("no such term"),
        ),
        ("a size", changed("/prohibition/4/constraint/0/rightOperand", json!("five")), Some("adm:groupSize")),
        (
            "a survival in words",
            changed("/prohibition/0/constraint/1/rightOperand", json!("five years")),
            Some("adm:survivesFor"),
        ),
        (
            "a survival of a right",
            changed(
                parts,
                json!({ "leftOperand": "https://w3id.org/symbolon/admissibility/1/survivesFor", "operator": "eq", "rightOperand": "P5Y" }),
            ),
            Some("may not stand in a rule of the class odrl:Permission"),
        ),
        (
            "a duty about nationality",
            changed(
                "/obligation/0/constraint/0",
                json!({ "leftOperand": "https://w3id.org/symbolon/export-control/1/nationality", "operator": "isAnyOf", "rightOperand": ["DE"] }),
            ),
            Some("may not stand in a rule of the class odrl:Duty"),
        ),
    ]
}

#[test]
fn a_shacl_engine_accepts_our_policies_and_refuses_broken_ones() {
    let Some(python) = python() else { return };
    let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("shacl");
    std::fs::create_dir_all(&scratch).unwrap();
    let examples = EXAMPLES.map(|name| {
        let policy = std::fs::read(folder().join(format!("examples/{name}.json"))).unwrap();
        (name, serde_json::from_slice(&policy).unwrap(), None)
    });
    let policies: Vec<_> = policies().into_iter().chain(examples).collect();
    let mut paths = Vec::new();
    for (index, (_, policy, _)) in policies.iter().enumerate() {
        let document = PolicyDocument::parse(policy.clone()).unwrap();
        let quads = rdf::to_dataset(&document, GraphName::DefaultGraph);
        let path = scratch.join(format!("{index}.nt"));
        std::fs::write(&path, quads.iter().map(|quad| format!("{quad} .\n")).collect::<String>()).unwrap();
        paths.push(path);
    }
    let shapes = ["shapes.ttl", "policy-shapes.ttl"].map(|file| folder().join(file));
    let output = Command::new(python).arg("-c").arg(SCRIPT).args(shapes).args(paths).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told.lines().count(), policies.len());
    for ((name, policy, expected), line) in policies.iter().zip(told.lines()) {
        match expected {
            None => assert_eq!(line, "conforms", "{name}: {policy:#}"),
            Some(message) => assert!(line.starts_with("violates") && line.contains(message), "{name}: {line}"),
        }
    }
    println!("shapes: {} policies judged by pySHACL", policies.len());
}
