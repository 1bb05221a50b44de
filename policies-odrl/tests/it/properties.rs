use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_policies_odrl::{PolicyDocument, Request, World, dsp, evaluate, explain, next_change, rdf};

use crate::generate;

fn now() -> Timestamp {
    "2025-12-31T12:00:00Z".parse().unwrap()
}

fn request() -> Request {
    Request { action: "read".into(), target: "urn:uuid:2".into(), assignee: "did:web:partner".into(), assigner: None }
}

fn worlds() -> impl Strategy<Value = World> {
    let values =
        || prop::sample::select(vec![json!("a"), json!("b"), json!("active"), json!([]), json!(5), json!(["a", "b"])]);
    let fact = prop::option::of(values());
    let known = [fact.clone(), fact.clone(), fact.clone(), fact.clone(), fact.clone(), fact];
    (known, any::<bool>(), -40_i64..40).prop_map(|(facts, paid, days)| {
        let operands = ["purpose", "count", "Membership", "partner", "UsagePurpose", "odrl:elapsedTime"];
        let world = World::at(now() + SignedDuration::from_hours(24 * days)).with_part("a", "urn:example:a");
        let world = if paid { world.with_fulfilled("permission[0].duty[0]") } else { world };
        operands.into_iter().zip(facts).fold(world, |world, (operand, fact)| match fact {
            Some(fact) => world.with(operand, fact),
            None => world,
        })
    })
}

fn policies() -> impl Strategy<Value = Value> {
    prop_oneof![generate::wire_policy(), generate::plain_policy()]
}

fn constraints() -> impl Strategy<Value = Value> {
    prop_oneof![generate::constraint(), generate::plain_constraint()]
}

fn parsed(policy: &Value) -> PolicyDocument {
    PolicyDocument::parse(policy.clone()).unwrap()
}

proptest! {
    #[test]
    fn nothing_panics(json in generate::anything(), world in worlds()) {
        for check in [dsp::check_agreement, dsp::check_catalog_offer, dsp::check_message_offer, dsp::check_targeted_offer] {
            let _ = check(&json);
        }
        let mut policy = json.clone();
        if let Some(members) = policy.as_object_mut() {
            members.insert("prohibition".to_owned(), json!([]));
        }
        for json in [json.clone(), policy, json!({"permission": [json]})] {
            if let Ok(document) = PolicyDocument::parse(json) {
                evaluate(document.policy(), &request(), &world);
                next_change(document.policy(), now());
                rdf::to_dataset(&document, oxrdf::GraphName::DefaultGraph);
            }
        }
    }

    #[test]
    fn the_json_stays_as_it_was(policy in generate::wire_policy()) {
        let document = parsed(&policy);
        prop_assert_eq!(document.json(), &policy);
        prop_assert_eq!(&serde_json::to_value(&document).unwrap(), &policy);
        prop_assert_eq!(serde_json::from_value::<PolicyDocument>(policy).unwrap(), document);
    }

    #[test]
    fn terms_do_not_depend_on_header_or_order(policy in generate::wire_policy()) {
        let document = parsed(&policy);
        prop_assert!(document.same_terms(&document));
        let mut turned = policy.clone();
        for member in ["permission", "prohibition", "obligation"] {
            if let Some(rules) = turned.get_mut(member).and_then(Value::as_array_mut) {
                rules.reverse();
            }
        }
        prop_assert!(document.same_terms(&parsed(&turned)));
        let agreement = document.as_agreement("urn:other", "urn:t", "urn:us", "urn:them", "2026-02-02T00:00:00Z");
        prop_assert!(agreement.same_terms(&document));
        prop_assert!(document.same_terms(&agreement.as_message_offer("urn:o", "urn:t2")));
        prop_assert_eq!(dsp::check_agreement(agreement.json()), Ok(()));
        prop_assert_eq!(dsp::check_targeted_offer(document.as_message_offer("urn:o", "urn:t").json()), Ok(()));
        prop_assert_eq!(dsp::check_catalog_offer(document.as_catalog_offer("urn:o").json()), Ok(()));
        let read_again = parsed(agreement.json());
        prop_assert_eq!(read_again.policy(), agreement.policy());
    }

    #[test]
    fn a_decision_is_determined_and_explained(policy in policies(), world in worlds()) {
        let document = parsed(&policy);
        let decision = evaluate(document.policy(), &request(), &world);
        prop_assert_eq!(&evaluate(parsed(&policy).policy(), &request(), &world), &decision);
        prop_assert_eq!(explain(document.policy(), &request(), &world).permitted, decision.permitted);
        prop_assert_eq!(decision.permitted, decision.reasons.is_empty(), "{:?}", decision);
        for reason in &decision.reasons {
            prop_assert!(reason.sentence.starts_with("refused: "), "{}", reason.sentence);
        }
    }

    #[test]
    fn one_more_constraint_never_permits_more(
        policy in policies(),
        constraint in constraints(),
        place in any::<prop::sample::Index>(),
        world in worlds(),
    ) {
        let before = evaluate(parsed(&policy).policy(), &request(), &world);
        let mut narrowed = policy;
        let permissions = narrowed["permission"].as_array_mut().unwrap();
        let index = place.index(permissions.len());
        let permission = permissions[index].as_object_mut().unwrap();
        permission.entry("constraint").or_insert_with(|| json!([])).as_array_mut().unwrap().push(constraint);
        let after = evaluate(parsed(&narrowed).policy(), &request(), &world);
        prop_assert!(before.permitted || !after.permitted, "{narrowed:#}");
    }

    #[test]
    fn one_more_prohibition_never_permits_more(policy in policies(), rule in generate::rule(), world in worlds()) {
        let before = evaluate(parsed(&policy).policy(), &request(), &world);
        let mut narrowed = policy;
        let rules = narrowed.as_object_mut().unwrap().entry("prohibition").or_insert_with(|| json!([]));
        let mut rule = rule;
        rule.as_object_mut().unwrap().remove("duty");
        rules.as_array_mut().unwrap().push(rule);
        let after = evaluate(parsed(&narrowed).policy(), &request(), &world);
        prop_assert!(before.permitted || !after.permitted, "{narrowed:#}");
    }

    #[test]
    fn no_decision_changes_before_the_next_change(policy in generate::plain_policy(), mut world in worlds(), part in 0.0..1.0_f64) {
        let document = parsed(&policy);
        let start = world.now();
        let decided = evaluate(document.policy(), &request(), &world).permitted;
        let end = next_change(document.policy(), start).unwrap_or(start + SignedDuration::from_hours(24 * 400));
        world.set_now(start + (end - SignedDuration::from_nanos(1)).duration_since(start).mul_f64(part));
        prop_assert_eq!(evaluate(document.policy(), &request(), &world).permitted, decided);
    }
}
