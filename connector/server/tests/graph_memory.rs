//! What the graph holds in memory. Alone in its process, so that nothing else is measured.

#![cfg(all(feature = "rocksdb", target_os = "linux"))]
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use serde_json::json;
use symbolon::graph::Graph;
use symbolon::storage::agreements::{AgreementState, Attestation, StoredAgreement};
use symbolon::storage::offers::Step;
use symbolon_contract_negotiation::Role;
use symbolon_policies_odrl::PolicyDocument;

/// 10,000 agreements add 60 MB at most: see "Memory" of the graph.
#[tokio::test]
async fn memory_does_not_grow_with_the_number_of_agreements() {
    const AGREEMENTS: i64 = 10_000;
    let dir = tempfile::tempdir().unwrap();
    let before = resident_kb();
    let graph = Graph::open(dir.path()).await.unwrap();
    let opened = resident_kb();
    let (mut done, mut half_way) = (0, 0);
    while done < AGREEMENTS {
        let batch = (done + 1..=done + 20).map(|seq| (seq, agreement(seq))).collect();
        graph.apply(batch).await.unwrap();
        done += 20;
        if done == AGREEMENTS / 2 {
            half_way = resident_kb();
        }
    }
    let after = resident_kb();
    println!("resident: {before} kB, opened {opened} kB, {} agreements {half_way} kB, {done} {after} kB", done / 2);
    assert!(after < before + 60_000, "from {before} kB to {after} kB");
    let start = std::time::Instant::now();
    drop(graph);
    Graph::open(dir.path()).await.unwrap();
    println!("reopened in {} ms", start.elapsed().as_millis());
}

fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn agreement(number: i64) -> StoredAgreement {
    let id = format!("urn:uuid:8f1f5a1e-0000-4000-8000-{number:012}");
    let document = PolicyDocument::parse(json!({
        "@type": "Agreement",
        "@id": id,
        "target": format!("urn:example:dataset:{}", number % 50),
        "assigner": "did:key:z6Mko9hTggMwjSTEaJaPUfE6tqcy2xvU6BnNq3e3o8qVBiyH",
        "assignee": format!("did:web:partner-{}.example", number % 20),
        "timestamp": "2026-06-09T10:13:20Z",
        "permission": [{
            "action": "use",
            "constraint": [
                {"leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": "urn:example:maintenance"},
                {"leftOperand": "dateTime", "operator": "lteq", "rightOperand": "2027-06-09T10:13:20Z"}
            ]
        }]
    }));
    // As long as a signature is; this test verifies none.
    let half = |role: &str| Attestation {
        role: role.to_owned(),
        signer: "did:key:z6Mko9hTggMwjSTEaJaPUfE6tqcy2xvU6BnNq3e3o8qVBiyH".to_owned(),
        credential: serde_json::Value::Null,
        jwt: format!("{number}.{}", "x".repeat(2000)),
    };
    StoredAgreement {
        negotiation: Some(format!("urn:uuid:8f1f5a1e-1111-4000-8000-{number:012}")),
        id,
        role: Role::Provider,
        partner: format!("did:web:partner-{}.example", number % 20),
        partner_address: "https://consumer.example/dsp/2025-1".to_owned(),
        asset: "dataset".to_owned(),
        dataspace: String::new(),
        state: AgreementState::InForce,
        version: 0,
        digest: format!("sha-256:{number:064}"),
        document: document.unwrap(),
        attestations: vec![half("consumer"), half("provider")],
        transfer_automation: Step::Auto,
        concluded: 1_781_000_000_000 + number,
        retired: None,
        retire_reason: None,
        termination: None,
    }
}
