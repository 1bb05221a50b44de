//! Review sheets: can somebody ever do something, until when, and why.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_policies_odrl::compose::{Bound, Knowledge, Normal};
use symbolon_policies_odrl::composite::{Outcome, Part, decide};
use symbolon_policies_odrl::review::{Answer, Question, Reviewed, sheet};
use symbolon_policies_odrl::{PolicyDocument, Request, World};

use crate::{generate, samples};

const EC: &str = "https://w3id.org/symbolon/export-control/1/";

fn question(action: &str) -> Question {
    Question::new("did:web:oem.example", "urn:asset:spindle", action, "2026-04-01T09:30:00Z".parse().unwrap())
}

fn rule(constraints: &[Value]) -> Value {
    json!({"permission": [{"action": "use", "constraint": constraints}]})
}

fn atomic(left: &str, operator: &str, right: impl Into<Value>) -> Value {
    json!({"leftOperand": left, "operator": operator, "rightOperand": right.into()})
}

fn answered(policies: &[Value], question: &Question) -> symbolon_policies_odrl::review::Sheet {
    let documents: Vec<_> = policies.iter().map(|policy| PolicyDocument::parse(policy.clone()).unwrap()).collect();
    let names = ["first", "second", "third"];
    let reviewed: Vec<_> =
        documents.iter().zip(names).map(|(document, name)| Reviewed { name, policy: document.policy() }).collect();
    sheet(&reviewed, question)
}

#[test]
fn questions_are_answered() {
    let until = |date: &str| atomic("dateTime", "lt", date);
    let from = |date: &str| atomic("dateTime", "gteq", date);
    let purpose = |purposes: &[&str]| atomic("purpose", "isAnyOf", json!(purposes));
    let barred = |constraint: Value| json!({"permission": [{"action": "use"}], "prohibition": [{"action": "use", "constraint": [constraint]}]});
    let mut text = String::new();
    for (name, policies, question) in [
        ("now, for good", vec![rule(&[])], question("use")),
        ("now, until", vec![samples::offer()], question("use")),
        ("later", vec![rule(&[from("2027-01-01T00:00:00Z"), until("2028-01-01T00:00:00Z")])], question("use")),
        ("over", vec![rule(&[until("2026-01-01T00:00:00Z")])], question("use")),
        (
            "two that agree",
            vec![
                rule(&[purpose(&["a", "b"]), until("2027-01-01")]),
                rule(&[purpose(&["b", "c"]), until("2026-06-01")]),
            ],
            question("use"),
        ),
        (
            "two that do not",
            vec![rule(&[purpose(&["a"])]), rule(&[atomic("purpose", "isNoneOf", json!(["a"]))])],
            question("use"),
        ),
        ("times that do not meet", vec![rule(&[until("2026-06-01")]), rule(&[from("2026-07-01")])], question("use")),
        (
            "either of two",
            vec![rule(&[until("2026-06-01T00:00:00Z")]), rule(&[from("2026-07-01T00:00:00Z")])],
            question("use").of_any(),
        ),
        (
            "numbers that leave room",
            vec![rule(&[atomic("percentage", "gt", "1"), atomic("percentage", "lt", "2")])],
            question("use"),
        ),
        (
            "numbers that leave none",
            vec![rule(&[atomic("percentage", "gt", "2"), atomic("percentage", "lt", "2")])],
            question("use"),
        ),
        (
            "a prohibition without conditions",
            vec![barred(json!({"or": [atomic("purpose", "eq", "a"), atomic("purpose", "neq", "a")]}))],
            question("use"),
        ),
        ("a prohibition that can be avoided", vec![barred(atomic("purpose", "eq", "sales"))], question("use")),
        ("a prohibition for some time", vec![barred(until("2026-12-31T00:00:00Z"))], question("use")),
        ("a duty", vec![samples::duties()], Question { what: "urn:asset:film".into(), ..question("play") }),
        (
            "one that is about something else",
            vec![rule(&[]), json!({"permission": [{"action": "use", "target": "urn:asset:other"}]})],
            question("use"),
        ),
        (
            "only one that is about something else",
            vec![json!({"permission": [{"action": "use", "target": "urn:asset:other"}]})],
            question("use"),
        ),
        (
            "one that only forbids",
            vec![rule(&[]), json!({"prohibition": [{"action": "use", "constraint": [purpose(&["sales"])]}]})],
            question("use"),
        ),
        (
            "an asset and a party of which different things are asked",
            vec![json!({"permission": [{"action": "use",
            "target": {"@id": "urn:asset:spindle", "@type": "AssetCollection", "refinement": [atomic("version", "eq", "3")]},
            "assignee": {"@id": "did:web:oem.example", "@type": "PartyCollection", "refinement": [atomic("version", "eq", "4")]}}]})],
            question("use"),
        ),
        (
            "one of two assets",
            vec![json!({"permission": [{"action": "use", "target": [
            {"@id": "urn:asset:spindle", "@type": "AssetCollection", "refinement": [atomic("version", "eq", "3")]},
            {"@id": "urn:asset:other", "@type": "AssetCollection", "refinement": [atomic("version", "eq", "4")]}]}]})],
            question("use"),
        ),
        ("no such action", vec![samples::offer()], question("sell")),
        ("nationality fixed", vec![samples::admissibility()], question("use").with(&format!("{EC}eccn"), "9E003.a")),
        ("classification open", vec![samples::admissibility()], question("use")),
        ("not understood", vec![samples::foreign()], question("use")),
        (
            "several values at once",
            vec![
                rule(&[atomic("event", "isAllOf", json!(["a", "b"]))]),
                rule(&[atomic("event", "isNoneOf", json!(["a"]))]),
            ],
            question("use"),
        ),
        ("kinds nobody knows", vec![barred(atomic("spatial", "isPartOf", "urn:place:europe"))], question("use")),
        ("no policy", vec![], question("use")),
    ] {
        let sheet = answered(&policies, &question);
        writeln!(text, "# {name}: {}", sheet.sentence).unwrap();
        if sheet.windows.len() > 1 {
            writeln!(text, "{} windows", sheet.windows.len()).unwrap();
        }
        for sentence in sheet.witness.iter().flat_map(|witness| &witness.sentences) {
            writeln!(text, "supposed: {sentence}").unwrap();
        }
        for because in &sheet.because {
            writeln!(text, "because: {} {} {}", because.policy, because.path, because.sentence).unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_sheet_is_markdown_and_json() {
    let usage = answered(&[samples::catenax_usage()], &question("use").with("Membership", "active"));
    insta::assert_snapshot!(usage.markdown());
    let never = answered(&[samples::offer()], &question("sell"));
    insta::assert_json_snapshot!(never);
}

fn worlds() -> impl Strategy<Value = World> {
    let value = || {
        prop::sample::select(vec![
            json!("a"),
            json!("b"),
            json!("c"),
            json!([]),
            json!(5),
            json!("4.5"),
            json!(["a", "b"]),
        ])
    };
    let fact = || prop::option::of(value());
    (fact(), fact(), fact(), 0_i64..80).prop_map(|(purpose, count, member, days)| {
        let start: jiff::Timestamp = "2026-01-05T00:00:00Z".parse().unwrap();
        let world = World::at(start + jiff::SignedDuration::from_hours(24 * days));
        [("purpose", purpose), ("count", count), ("Membership", member)]
            .into_iter()
            .filter_map(|(operand, value)| value.map(|value| (operand, value)))
            .fold(world, |world, (operand, value)| world.with(operand, value))
    })
}

proptest! {
    /// Reviews search for facts, normal forms compute with sets. Both have to come to the same. (Counters have a ledger in a review, and
    /// are facts in a normal form; so there are none here.)
    #[test]
    fn reviews_and_normal_forms_agree(one in generate::plain_policy(), two in generate::plain_policy()) {
        let uncounted = |policy: Value| serde_json::from_str(&policy.to_string().replace("\"count\"", "\"percentage\"")).unwrap();
        let (one, two) = (PolicyDocument::parse(uncounted(one)).unwrap(), PolicyDocument::parse(uncounted(two)).unwrap());
        let reviewed = [Reviewed { name: "one", policy: one.policy() }, Reviewed { name: "two", policy: two.policy() }];
        let answer = sheet(&reviewed, &Question::new("did:web:partner", "urn:uuid:2", "use", "1900-01-01T00:00:00Z".parse().unwrap())).answer;
        let normal = |document: &PolicyDocument| Normal::of(document.policy(), &Knowledge::default(), Bound::default());
        let Ok(met) = normal(&one).and_then(|one| one.meet(&normal(&two)?)) else { return Ok(()) };
        let fixed = [("action", json!("use")), ("target", json!("urn:uuid:2")), ("assignee", json!("did:web:partner"))];
        match (answer, met.residual(&fixed).anything()) {
            (Answer::Never, Ok(Some(witness))) => prop_assert!(false, "never, and yet: {}", witness.sentence),
            (Answer::Now { .. } | Answer::Later { .. }, Ok(None)) => prop_assert!(false, "a yes where the sets are empty"),
            (Answer::Unknown | Answer::Never | Answer::Now { .. } | Answer::Later { .. }, Ok(_) | Err(_)) => {}
        }
    }

    /// A yes has a witness that every policy permits, and what is never so is so in no world.
    #[test]
    fn answers_are_so(one in prop_oneof![generate::plain_policy(), generate::wire_policy()], two in generate::plain_policy(), worlds in prop::collection::vec(worlds(), 8)) {
        let (one, two) = (PolicyDocument::parse(one).unwrap(), PolicyDocument::parse(two).unwrap());
        let reviewed = [Reviewed { name: "one", policy: one.policy() }, Reviewed { name: "two", policy: two.policy() }];
        let request = Request { action: "use".into(), target: "urn:uuid:2".into(), assignee: "did:web:partner".into(), assigner: None };
        let question = Question::new("did:web:partner", "urn:uuid:2", "use", "2026-01-05T00:00:00Z".parse().unwrap());
        let sheet = sheet(&reviewed, &question);
        prop_assert_eq!(sheet.witness.is_some(), matches!(sheet.answer, Answer::Now { .. } | Answer::Later { .. }));
        prop_assert_eq!(sheet.because.is_empty(), sheet.witness.is_some());
        if let Some(witness) = &sheet.witness {
            let known = World::at(witness.at).with_uses(Default::default());
            let world = witness.facts.iter().fold(known, |world, (operand, value)| world.with(operand, value.clone()));
            let outcomes = reviewed.map(|Reviewed { name, policy }| {
                let owed = witness.duties.iter().filter(|duty| duty.policy == name);
                let world = owed.fold(world.clone(), |world, duty| world.with_fulfilled(&duty.path));
                decide(&[Part::new(name, policy)], &request, &world).outcome
            });
            prop_assert!(!outcomes.contains(&Outcome::Deny) && outcomes.contains(&Outcome::Permit), "{witness:?}");
        }
        if sheet.answer == Answer::Never {
            for world in worlds {
                let done = (0..3).fold(world.clone(), |world, rule| world.with_fulfilled(&format!("permission[{rule}].duty[0]")));
                let parts = reviewed.map(|Reviewed { name, policy }| Part::new(name, policy));
                prop_assert!(!decide(&parts, &request, &done).permitted(), "never, and yet in {done:?}");
            }
        }
    }
}
