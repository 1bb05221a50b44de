use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_policies_odrl::{PolicyDocument, PolicyError, dsp};

use crate::{generate, shared};

type Check = fn(&Value) -> Result<(), PolicyError>;
/// The name of a definition in the schema, our check, and the official one.
type Shape = (&'static str, Check, Validator);

const SHAPES: [(&str, Check); 3] = [
    ("MessageOffer", dsp::check_message_offer),
    ("Offer", dsp::check_catalog_offer),
    ("Agreement", dsp::check_agreement),
];

/// The official schema, once per shape of policy.
static OFFICIAL: LazyLock<Option<Vec<Shape>>> = LazyLock::new(|| {
    let schema = shared::json("dsp-2025-1/negotiation/contract-schema.json")?;
    let validator = |name: &str| {
        let mut schema = schema.clone();
        schema["allOf"] = json!([{"$ref": format!("#/definitions/{name}")}]);
        jsonschema::validator_for(&schema).unwrap()
    };
    Some(SHAPES.map(|(name, check)| (name, check, validator(name))).into())
});

fn agrees(official: &[Shape], policy: &Value) {
    for (name, check, validator) in official {
        let ours = check(policy);
        assert_eq!(validator.is_valid(policy), ours.is_ok(), "{name}: we say {ours:?} of {policy:#}");
    }
}

#[test]
fn official_examples_pass() {
    for (name, message) in shared::folder("dsp-2025-1/negotiation/example") {
        for (member, check) in [("offer", dsp::check_message_offer as Check), ("agreement", dsp::check_agreement)] {
            if let Some(policy) = message.get(member) {
                assert_eq!(check(policy), Ok(()), "{name}");
                assert!(PolicyDocument::parse(policy.clone()).is_ok(), "{name}");
            }
        }
    }
    for (name, dataset) in shared::folder("dsp-2025-1/catalog/example") {
        for offer in dataset.get("hasPolicy").and_then(Value::as_array).into_iter().flatten() {
            assert_eq!(dsp::check_catalog_offer(offer), Ok(()), "{name}");
        }
    }
}

#[test]
fn errors_name_the_member() {
    let offer = |permission: Value| json!({"@id": "urn:o", "@type": "Offer", "permission": permission});
    let with = |constraint: Value| offer(json!([{"action": "use", "constraint": [constraint]}]));
    let policies = [
        json!(1),
        json!({"@type": "Offer", "permission": [{"action": "use"}]}),
        json!({"@id": "urn:o", "permission": [{"action": "use"}]}),
        json!({"@id": "urn:o", "@type": "Set", "permission": [{"action": "use"}]}),
        json!({"@id": "urn:o", "@type": "Offer", "obligation": [{"action": "use"}]}),
        json!({"@id": "urn:o", "@type": "Offer", "profile": [1], "permission": [{"action": "use"}]}),
        json!({"@id": "urn:o", "@type": "Offer", "target": {}, "permission": [{"action": "use"}]}),
        offer(json!([])),
        offer(json!({"action": "use"})),
        offer(json!([{"action": {"@id": "odrl:use"}}])),
        offer(json!([{"action": "use", "constraint": {}}])),
        with(json!({"leftOperand": "purpose", "operator": "odrl:eq", "rightOperand": "x"})),
        with(json!({"leftOperand": "purpose", "operator": "eq", "rightOperand": 5})),
        with(json!({"leftOperand": "purpose", "operator": "eq"})),
        with(json!({"and": {}})),
        with(json!({"and": [], "or": []})),
        with(json!({"and": [{"leftOperand": 1}]})),
        with(json!({"and": [], "leftOperand": "purpose", "operator": "eq", "rightOperand": "x"})),
    ];
    let mut sentences: Vec<_> =
        policies.iter().map(|policy| dsp::check_message_offer(policy).unwrap_err().to_string()).collect();
    let agreement = json!({"@id": "urn:a", "@type": "Agreement", "target": "t", "assigner": "a", "permission": [{"action": "use"}]});
    sentences.push(dsp::check_agreement(&agreement).unwrap_err().to_string());
    let mut agreement = agreement;
    agreement["assignee"] = json!("b");
    assert_eq!(dsp::check_agreement(&agreement), Ok(()));
    agreement["timestamp"] = json!("yesterday");
    sentences.push(dsp::check_agreement(&agreement).unwrap_err().to_string());
    let targeted = json!({"@id": "urn:o", "@type": "Offer", "target": "t", "permission": [{"action": "use"}]});
    sentences.push(dsp::check_catalog_offer(&targeted).unwrap_err().to_string());
    assert_eq!(dsp::check_targeted_offer(&targeted), Ok(()));
    sentences.push(dsp::check_targeted_offer(&offer(json!([{"action": "use"}]))).unwrap_err().to_string());
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn verdicts_on_timestamps_are_those_of_the_schema() {
    let Some(official) = OFFICIAL.as_ref() else { return };
    for timestamp in [
        "2026-01-31T12:00:00Z",
        "2026-01-31T12:00:00",
        "2026-01-31T12:00:00.123456789+14:00",
        "2026-01-31T24:00:00Z",
        "2026-01-31T24:00:01Z",
        "2026-13-31T12:00:00Z",
        "2026-00-10T12:00:00Z",
        "2026-01-32T12:00:00Z",
        "2026-01-31T12:00Z",
        "2026-01-31",
        "0026-01-31T12:00:00Z",
        "026-01-31T12:00:00Z",
        "12026-01-31T12:00:00Z",
        "-2026-01-31T12:00:00Z",
        "at 2026-01-31T12:00:00Z sharp",
        "2026-01-31T12:60:00Z",
        "2026-01-31T12:00:60Z",
        "2026-01-31t12:00:00z",
        "",
        "٢٠٢٦-01-31T12:00:00Z",
    ] {
        agrees(
            official,
            &json!({"@id": "urn:a", "@type": "Agreement", "target": "t", "assigner": "a", "assignee": "b", "timestamp": timestamp,
                "permission": [{"action": "use"}]}),
        );
    }
}

proptest! {
    #[test]
    fn verdicts_are_those_of_the_schema(policy in generate::wire_policy(), breakage in generate::breakages()) {
        if let Some(official) = OFFICIAL.as_ref() {
            agrees(official, &policy);
            let mut broken = policy;
            for step in breakage {
                step.apply(&mut broken);
            }
            agrees(official, &broken);
        }
    }
}
