//! What a decision costs on one core: `cargo bench -p symbolon-policies-odrl --bench evaluate`.
//!
//! The policies lie as files in `benches/policies`, so that another evaluator can be given the same ones.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};
use symbolon_policies_odrl::{PolicyDocument, Request, Uses, World, evaluate};

const USAGE: &str = include_str!("policies/usage.json");
const COUNTED: &str = include_str!("policies/counted.json");
const WINDOW: &str = include_str!("policies/window.json");

fn decisions(criterion: &mut Criterion) {
    let request = Request {
        action: "http://www.w3.org/ns/odrl/2/use".into(),
        target: "urn:example:part-twin".into(),
        assignee: "did:web:partner.example".into(),
        assigner: Some("did:web:provider.example".into()),
    };
    let usage = read(serde_json::from_str(USAGE).unwrap());
    let counted = read(serde_json::from_str(COUNTED).unwrap());
    let hundred = read(hundred());
    let world = world();
    let late = World::at("2031-01-01T00:00:00Z".parse().unwrap());
    let with_ledger = world.clone().with_uses(Uses::default().with("permission[0].constraint[1]", 3));
    for (name, policy, world, permitted) in [
        ("catena-x usage, permitted", &usage, &world, true),
        ("catena-x usage, refused with reasons", &usage, &late, false),
        ("count and interval from the ledger, permitted", &counted, &with_ledger, true),
        ("100 constraints, permitted", &hundred, &world, true),
    ] {
        let decision = evaluate(policy.policy(), &request, world);
        assert_eq!(decision.permitted, permitted, "{name}: {}", decision.sentence());
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| evaluate(black_box(policy.policy()), black_box(&request), black_box(world)));
        });
    }
}

/// From the text of a policy to the decision, which is what evaluators that keep no model do for each request.
fn texts(criterion: &mut Criterion) {
    let request = Request {
        action: "read".into(),
        target: "urn:example:part-twin".into(),
        assignee: "urn:p".into(),
        assigner: None,
    };
    let world = world();
    let decide = |text: &str| {
        let document = read(serde_json::from_str(text).unwrap());
        evaluate(document.policy(), &request, &world).permitted
    };
    assert!(decide(WINDOW));
    criterion.bench_function("window, read and decided", |bencher| bencher.iter(|| decide(black_box(WINDOW))));
}

fn read(policy: Value) -> PolicyDocument {
    PolicyDocument::parse(policy).unwrap()
}

fn world() -> World {
    let region = "urn:example:region:europe";
    let world = World::at("2026-04-01T09:30:00Z".parse().unwrap())
        .with("Membership", "active")
        .with("FrameworkAgreement", "DataExchangeGovernance:1.0")
        .with("UsagePurpose", "cx.quality.base:1")
        .with("purpose", "urn:example:purpose:quality")
        .with("spatial", "urn:example:site:17")
        .with_part("urn:example:site:17", region)
        .with("resolution", 300);
    (0..20).fold(world, |world, number| {
        world.with(&format!("urn:example:operand:{number}"), format!("urn:example:value:{number}"))
    })
}

/// One permission under 100 constraints of the common kinds: sets of names, dates, numbers, parts of wholes, alternatives.
fn hundred() -> Value {
    let constraints: Vec<Value> = (0..100).map(constraint).collect();
    json!({
        "@type": "Agreement", "@id": "urn:example:agreement:100", "target": "urn:example:part-twin",
        "assigner": "did:web:provider.example", "assignee": "did:web:partner.example", "timestamp": "2026-01-15T08:00:00Z",
        "permission": [{"action": "use", "constraint": constraints}]
    })
}

fn constraint(number: usize) -> Value {
    let atomic = |left: &str, operator: &str, right: Value| json!({"leftOperand": left, "operator": operator, "rightOperand": right});
    let operand = format!("urn:example:operand:{}", number % 20);
    let value = |shift: usize| format!("urn:example:value:{}", (number + shift) % 20);
    match number % 5 {
        0 => atomic(&operand, "eq", json!(value(0))),
        1 => atomic(&operand, "isAnyOf", json!([value(3), value(2), value(1), value(0)])),
        2 => atomic("dateTime", "lt", json!(format!("2030-01-01T00:00:{:02}Z", number % 60))),
        3 => json!({"or": [
            atomic(&operand, "eq", json!(value(1))),
            atomic("resolution", "lteq", json!(1_200 + number)),
        ]}),
        _ => atomic("spatial", "isPartOf", json!("urn:example:region:europe")),
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().without_plots();
    targets = decisions, texts
}
criterion_main!(benches);
