//! Verdicts that people asked for, in words.

use serde_json::{Value, json};
use symbolon_policies_odrl::compose::{Bound, Compatibility, Containment, Knowledge, Normal, Side, meet_policies};
use symbolon_policies_odrl::{PolicyDocument, Request, World, evaluate};

fn read(policy: Value) -> PolicyDocument {
    PolicyDocument::parse(policy).unwrap()
}

fn permitting(constraints: Value) -> PolicyDocument {
    read(json!({"@type": "Set", "permission": [{"action": "use", "constraint": constraints}]}))
}

fn constraint(left: &str, operator: &str, right: Value) -> Value {
    json!({"leftOperand": left, "operator": operator, "rightOperand": right})
}

fn normal(policy: &PolicyDocument, knowledge: &Knowledge) -> Normal {
    Normal::of(policy.policy(), knowledge, Bound::default()).unwrap()
}

fn regions() -> Knowledge {
    Knowledge::default()
        .with_part("urn:bavaria", "urn:germany")
        .with_part("urn:germany", "urn:europe")
        .with_disjoint("urn:germany", "urn:france")
}

/// `⊑` of two constraints on one operand, as a word.
fn within(one: Value, two: Value) -> String {
    let (one, two) = (permitting(json!([one])), permitting(json!([two])));
    match normal(&one, &regions()).is_within(&normal(&two, &regions())) {
        Containment::Yes => "within".to_owned(),
        Containment::No(witness) => {
            let world = witness.world();
            assert!(evaluate(one.policy(), &witness.request, &world).permitted, "{witness:?}");
            assert!(!evaluate(two.policy(), &witness.request, &world).permitted, "{witness:?}");
            witness.sentence.split("; ").last().unwrap().to_owned()
        }
        Containment::Unknown(questions) => questions.join(", "),
    }
}

#[test]
fn containment_names_a_counter_example_or_what_is_not_known() {
    let number = |value: u32| json!({ "@value": value });
    for (one, two, expected) in [
        (constraint("resolution", "lteq", number(300)), constraint("resolution", "lteq", number(600)), "within"),
        (
            constraint("resolution", "lteq", number(600)),
            constraint("resolution", "lt", number(600)),
            "`resolution` is 600",
        ),
        (
            constraint("spatial", "eq", json!("urn:bavaria")),
            constraint("spatial", "isPartOf", json!("urn:europe")),
            "within",
        ),
        (
            constraint("spatial", "isPartOf", json!("urn:europe")),
            constraint("spatial", "isPartOf", json!("urn:germany")),
            "`spatial` is urn:europe",
        ),
        (
            constraint("spatial", "eq", json!("urn:lyon")),
            constraint("spatial", "isPartOf", json!("urn:germany")),
            "whether `urn:lyon` lies within `urn:germany`",
        ),
        (
            constraint("purpose", "isAllOf", json!(["a", "b"])),
            constraint("purpose", "isAnyOf", json!(["b", "c"])),
            "within",
        ),
        (
            constraint("purpose", "isAnyOf", json!(["a"])),
            constraint("purpose", "eq", json!("a")),
            "`purpose` is a and urn:example:anything-else",
        ),
        (constraint("purpose", "neq", json!("a")), constraint("purpose", "isNoneOf", json!(["a"])), "within"),
        (constraint("elapsedTime", "lteq", json!("P1M")), constraint("elapsedTime", "lteq", json!("P2M")), "within"),
    ] {
        assert_eq!(within(one.clone(), two.clone()), expected, "{one} {two}");
    }
}

#[test]
fn a_conflict_names_the_fewest_terms_that_suffice() {
    let offer = permitting(json!([
        constraint("purpose", "eq", json!("quality")),
        constraint("dateTime", "lt", json!("2026-07-01T00:00:00Z")),
        constraint("spatial", "isPartOf", json!("urn:germany")),
    ]));
    let asked = permitting(json!([
        constraint("purpose", "eq", json!("quality")),
        constraint("spatial", "isPartOf", json!("urn:france")),
    ]));
    let Compatibility::Conflict(cause) = normal(&offer, &regions()).conflict(&normal(&asked, &regions())) else {
        panic!()
    };
    let grounds: Vec<_> = cause.grounds.iter().map(|ground| (ground.side, ground.path.as_str())).collect();
    assert_eq!(grounds, [(Side::First, "permission[0].constraint[2]"), (Side::Second, "permission[0].constraint[1]")]);
    assert!(cause.sentence.contains("urn:germany") && cause.sentence.contains("urn:france"), "{}", cause.sentence);

    let nothing_known = Knowledge::default();
    let open = normal(&offer, &nothing_known).conflict(&normal(&asked, &nothing_known));
    assert!(matches!(open, Compatibility::Unknown(_)), "{open:?}");
}

#[test]
fn what_several_policies_permit_is_a_policy() {
    let one = read(json!({"@type": "Set", "conflict": "prohibit", "permission": [{"action": "use",
        "constraint": [constraint("purpose", "isAnyOf", json!(["quality", "safety"]))]}], "prohibition": [{"action": "distribute"}]}));
    let two = read(json!({"@type": "Set", "permission": [
        {"action": "use", "constraint": [constraint("dateTime", "lt", json!("2026-07-01T00:00:00Z"))]},
        {"action": "transfer"}]}));
    let met = meet_policies(&[one.policy(), two.policy()], &Knowledge::default()).unwrap();
    let ask = |action: &str, now: &str| {
        let request =
            Request { action: action.into(), target: "urn:t".into(), assignee: "urn:p".into(), assigner: None };
        let world = World::at(now.parse().unwrap()).with("purpose", "safety");
        evaluate(met.policy(), &request, &world).permitted
    };
    assert!(ask("read", "2026-06-01T00:00:00Z"));
    assert!(!ask("read", "2026-07-01T00:00:00Z"));
    assert!(!ask("distribute", "2026-06-01T00:00:00Z"));
    assert!(!ask("sell", "2026-06-01T00:00:00Z"));
}

#[test]
fn a_demand_of_the_wider_policy_must_be_one_of_the_narrower() {
    let with = |obligations: Value| {
        read(json!({"@type": "Set", "permission": [{"action": "use"}], "obligation": obligations}))
    };
    let deletion =
        |from: &str| json!({"action": "delete", "constraint": [constraint("dateTime", "gteq", json!(from))]});
    let none = normal(&with(json!([])), &Knowledge::default());
    let early = normal(&with(json!([deletion("2026-07-01T00:00:00Z")])), &Knowledge::default());
    let late = normal(&with(json!([deletion("2027-07-01T00:00:00Z")])), &Knowledge::default());
    assert_eq!(early.is_within(&late), Containment::Yes);
    assert!(matches!(late.is_within(&early), Containment::No(_)));
    assert_eq!(early.is_within(&none), Containment::Yes);
    assert!(matches!(none.is_within(&early), Containment::No(_)));
    assert_eq!(early.meet(&late).unwrap().is_within(&early), Containment::Yes);
}

#[test]
fn over_the_bound_it_refuses_and_says_how_large() {
    let choice = |left: &str| json!({"or": [constraint(left, "eq", json!("a")), constraint(&format!("{left}x"), "eq", json!("a"))]});
    let many: Vec<Value> = (0..12).map(|number| choice(&format!("urn:example:{number}"))).collect();
    let policy = permitting(json!(many));
    let refusal = Normal::of(policy.policy(), &Knowledge::default(), Bound { boxes: 50 }).unwrap_err();
    assert_eq!(refusal.code, "policy.composition.too-large");
    assert!(refusal.sentence.contains("50 are the bound"), "{refusal}");
}

#[test]
fn what_is_not_understood_permits_nothing() {
    for policy in [
        json!({"@type": "Set", "permission": [{"action": "use", "constraint": [constraint("purpose", "resembles", json!("a"))]}]}),
        json!({"@type": "Set", "profile": "urn:example:unknown", "permission": [{"action": "use"}]}),
        json!({"@type": "Set", "permission": [{"action": "urn:example:unknown"}]}),
    ] {
        assert_eq!(normal(&read(policy.clone()), &Knowledge::default()).anything(), Ok(None), "{policy}");
    }
    let looked_up =
        permitting(json!([{"leftOperand": "purpose", "operator": "eq", "rightOperandReference": "urn:example:list"}]));
    let refusal = Normal::of(looked_up.policy(), &Knowledge::default(), Bound::default()).unwrap_err();
    assert_eq!(refusal.code, "policy.composition.reference");
}

#[test]
fn what_is_left_says_what_may_still_be_done() {
    let offer = permitting(json!([
        constraint("purpose", "eq", json!("quality")),
        constraint("dateTime", "lt", json!("2026-07-01T00:00:00Z")),
    ]));
    let left = normal(&offer, &Knowledge::default()).residual(&[("purpose", json!("quality"))]);
    let written = left.to_policy().unwrap();
    assert_eq!(written.policy().permissions[0].terms.constraints.len(), 1);
    let none = normal(&offer, &Knowledge::default()).residual(&[("purpose", json!("marketing"))]);
    assert_eq!(none.anything(), Ok(None));
    assert!(none.to_policy().unwrap().policy().permissions.is_empty());
}
