//! Situations of a world with many operands.

use serde_json::{Value, json};
use symbolon_policies_odrl::compose::Knowledge;
use symbolon_policies_odrl::{Policy, Request, World, evaluate};

use crate::generate::ACTIONS;

pub(crate) struct Situation {
    pub(crate) request: Request,
    pub(crate) world: World,
}

/// What is part of what, in all of the worlds.
const PARTS: [(&str, &str); 3] = [("urn:munich", "urn:germany"), ("urn:t1", "urn:t"), ("did:p1", "urn:group")];

pub(crate) fn knowledge() -> Knowledge {
    let knowledge = PARTS.iter().fold(Knowledge::default(), |known, (part, whole)| known.with_part(part, whole));
    knowledge.with_kind("a", "k")
}

/// 300 situations, in each of which every axis takes one of its values at random.
pub(crate) fn situations(seed: u64) -> Vec<Situation> {
    situations_where(seed, None)
}

/// Likewise, with one value of one operand and one time in all of them.
pub(crate) fn situations_where(seed: u64, fixed: Option<(&str, Value, &str)>) -> Vec<Situation> {
    let facts: [(&str, Vec<Value>); 7] = [
        (
            "purpose",
            vec![json!(null), json!([]), json!("a"), json!("b"), json!("c"), json!(["a", "b"]), json!(["a", 5])],
        ),
        ("count", vec![json!(null), json!(4), json!(4.5), json!(5), json!([4, 5]), json!("many"), json!([])]),
        (
            "spatial",
            vec![
                json!(null),
                json!("urn:munich"),
                json!("urn:germany"),
                json!("urn:france"),
                json!(["urn:munich", "urn:germany"]),
            ],
        ),
        ("elapsedTime", vec![json!(null), json!("P1D"), json!("P40D"), json!("P1M"), json!("P1M1D")]),
        ("payAmount", vec![json!(null), json!({"@value": "5", "@type": "xsd:decimal", "unit": "urn:eur"}), json!(5)]),
        ("language", vec![json!(null), json!("a"), json!(["a", "b"]), json!("c")]),
        ("cx-policy:AffiliatesRegion", vec![json!(null), json!("cx.region.europe:1"), json!("cx.region.asia:1")]),
    ];
    let times = [
        "2025-12-31T23:59:59Z",
        "2026-01-01T00:00:00Z",
        "2026-01-01T12:00:00Z",
        "2026-01-02T00:00:00Z",
        "2026-01-04T00:00:00Z",
    ];
    let facts = facts.map(|(operand, values)| match &fixed {
        Some((name, value, _)) if *name == operand => (operand, vec![value.clone()]),
        _ => (operand, values),
    });
    let times = fixed.as_ref().map_or(times.to_vec(), |(_, _, at)| vec![*at]);
    let mut random = seed;
    let mut draw = move |most: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap() % most
    };
    (0..300)
        .map(|_| {
            let world = World::at(times[draw(times.len())].parse().unwrap()).with_kind("a", "k");
            let world = PARTS.iter().fold(world, |world, (part, whole)| world.with_part(part, whole));
            let world = facts.iter().fold(world, |world, (operand, values)| match &values[draw(values.len())] {
                Value::Null => world,
                value => world.with(operand, value.clone()),
            });
            let world = match draw(4) {
                0 => world.with_fulfilled("permission[0].duty[0]").with_fulfilled("permission[1].duty[0]"),
                1 => world.with_violated("permission[0].duty[0]"),
                _ => world,
            };
            let world = if draw(4) == 0 { world.with_about("urn:t1", "spatial", "urn:munich") } else { world };
            let request = Request {
                action: ACTIONS[draw(4)].to_owned(),
                target: ["urn:t1", "urn:t", "urn:t2"][draw(3)].to_owned(),
                assignee: ["did:p1", "did:p2"][draw(2)].to_owned(),
                assigner: None,
            };
            Situation { request, world }
        })
        .collect()
}

impl Situation {
    pub(crate) fn permits(&self, policy: &Policy) -> bool {
        evaluate(policy, &self.request, &self.world).permitted
    }
}
