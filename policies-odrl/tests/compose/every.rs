//! The laws, judged by every situation there is in a world so small that all of them are tried.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use symbolon_policies_odrl::compose::{Bound, Compatibility, Containment, Knowledge, Normal};
use symbolon_policies_odrl::{PolicyDocument, Request, World, evaluate};

use crate::worlds::Situation;

const NOON: &str = "2026-01-01T12:00:00Z";
const TIMES: [&str; 3] = ["2026-01-01T11:59:59Z", NOON, "2026-01-01T12:00:01Z"];

/// All of them: 5 purposes, 4 counts, 3 times, 2 actions and 2 parties.
fn every_situation() -> Vec<Situation> {
    let purposes = [json!(null), json!([]), json!("a"), json!("b"), json!(["a", "b"])];
    let counts = [json!(null), json!(4), json!(5), json!([4, 5])];
    let stated = |world: World, operand: &str, value: &Value| match value {
        Value::Null => world,
        value => world.with(operand, value.clone()),
    };
    let mut all = Vec::new();
    for (purpose, count) in purposes.iter().flat_map(|purpose| counts.iter().map(move |count| (purpose, count))) {
        for (at, action) in TIMES.iter().flat_map(|at| ["use", "derive"].map(|action| (at, action))) {
            for assignee in ["did:p1", "did:p2"] {
                let world = stated(stated(World::at(at.parse().unwrap()), "purpose", purpose), "count", count);
                let [action, target, assignee] = [action, "urn:t1", assignee].map(str::to_owned);
                all.push(Situation { request: Request { action, target, assignee, assigner: None }, world });
            }
        }
    }
    assert_eq!(all.len(), 240);
    all
}

fn constraint() -> impl Strategy<Value = Value> {
    let purpose =
        (select(&["eq", "neq", "isAnyOf", "isNoneOf", "isAllOf"][..]), vec(select(&["a", "b", "c"][..]), 1..3))
            .prop_map(|(operator, names)| {
                let names = if matches!(operator, "eq" | "neq") { json!(names[0]) } else { json!(names) };
                json!({"leftOperand": "purpose", "operator": operator, "rightOperand": names})
            });
    let count = (select(&["eq", "neq", "lt", "lteq", "gt", "gteq"][..]), select(&["4", "5"][..])).prop_map(
        |(operator, number)| {
            let number = json!({"@value": number, "@type": "xsd:integer"});
            json!({"leftOperand": "count", "operator": operator, "rightOperand": number})
        },
    );
    let date = select(&["lt", "lteq", "gt", "gteq"][..]).prop_map(|operator| {
        json!({"leftOperand": "dateTime", "operator": operator, "rightOperand": {"@value": NOON, "@type": "xsd:dateTime"}})
    });
    let atom = prop_oneof![purpose, count, date];
    atom.prop_recursive(2, 4, 2, |inner| {
        (select(&["and", "or", "xone"][..]), vec(inner, 2)).prop_map(|(name, parts)| json!({name: parts}))
    })
}

fn rule() -> impl Strategy<Value = Value> {
    (select(&["use", "derive"][..]), prop::option::of(select(&["did:p1", "did:p2"][..])), vec(constraint(), 0..3))
        .prop_map(|(action, assignee, constraints)| match assignee {
            Some(assignee) => json!({"action": action, "assignee": assignee, "constraint": constraints}),
            None => json!({"action": action, "constraint": constraints}),
        })
}

fn policy() -> impl Strategy<Value = PolicyDocument> {
    let conflict = select(&["prohibit", "perm", "invalid"][..]);
    (vec(rule(), 0..3), vec(rule(), 0..2), conflict).prop_map(|(permissions, prohibitions, conflict)| {
        let policy =
            json!({"@type": "Set", "permission": permissions, "prohibition": prohibitions, "conflict": conflict});
        PolicyDocument::parse(policy).unwrap()
    })
}

/// In which of all situations it permits.
fn permitted(normal: &Normal, all: &[Situation]) -> Vec<bool> {
    all.iter().map(|it| normal.holds(&it.request, &it.world)).collect()
}

fn is_subset(one: &[bool], two: &[bool]) -> bool {
    one.iter().zip(two).all(|(one, two)| !one || *two)
}

fn normals(policies: &[PolicyDocument]) -> Option<Vec<Normal>> {
    let known = Knowledge::default().complete();
    policies.iter().map(|policy| Normal::of(policy.policy(), &known, Bound::default()).ok()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_laws_hold_in_every_situation(policies in vec(policy(), 3)) {
        let all = every_situation();
        let Some(normals) = normals(&policies) else { return Ok(()) };
        let [one, two, three] = normals.as_slice() else { return Ok(()) };
        let [in_one, in_two, in_three] = [one, two, three].map(|normal| permitted(normal, &all));
        // Evaluator and normal form agree.
        for (policy, inside) in policies.iter().zip([&in_one, &in_two, &in_three]) {
            let decided: Vec<_> =
                all.iter().map(|it| evaluate(policy.policy(), &it.request, &it.world).permitted).collect();
            prop_assert_eq!(&decided, inside, "{:#}", policy.json());
        }
        // A meet permits what both permit, whichever comes first, and nothing else than itself with itself.
        let Ok(met) = one.meet(two) else { return Ok(()) };
        let in_both: Vec<_> = in_one.iter().zip(&in_two).map(|(one, two)| *one && *two).collect();
        let in_met = permitted(&met, &all);
        prop_assert_eq!(&in_met, &in_both);
        prop_assert_eq!(permitted(&two.meet(one).unwrap(), &all), in_both);
        prop_assert_eq!(permitted(&one.meet(one).unwrap(), &all), in_one.clone());
        // Associative, and monotone: what is less permits less after a meet, too.
        if let (Ok(left), Ok(right)) = (met.meet(three), two.meet(three).and_then(|met| one.meet(&met))) {
            prop_assert_eq!(permitted(&left, &all), permitted(&right, &all));
            prop_assert!(is_subset(&permitted(&left, &all), &in_three));
        }
        if let (true, Ok(low), Ok(high)) = (is_subset(&in_one, &in_two), one.meet(three), two.meet(three)) {
            prop_assert!(is_subset(&permitted(&low, &all), &permitted(&high, &all)));
        }
        for whole in [one, two] {
            prop_assert!(!matches!(met.is_within(whole), Containment::No(_)));
        }
    }

    #[test]
    fn verdicts_are_those_of_every_situation(policies in vec(policy(), 2)) {
        let all = every_situation();
        let Some(normals) = normals(&policies) else { return Ok(()) };
        let [one, two] = normals.as_slice() else { return Ok(()) };
        let [in_one, in_two] = [one, two].map(|normal| permitted(normal, &all));
        match one.is_within(two) {
            Containment::Yes => prop_assert!(is_subset(&in_one, &in_two), "{:#} {:#}", policies[0].json(), policies[1].json()),
            Containment::No(witness) => {
                let world = witness.world();
                prop_assert!(evaluate(policies[0].policy(), &witness.request, &world).permitted);
                prop_assert!(!evaluate(policies[1].policy(), &witness.request, &world).permitted);
            }
            Containment::Unknown(questions) => prop_assert!(!questions.is_empty()),
        }
        match one.conflict(two) {
            Compatibility::Conflict(_) => prop_assert!(in_one.iter().zip(&in_two).all(|(one, two)| !(*one && *two))),
            Compatibility::Compatible(witness) => {
                let world = witness.world();
                for policy in &policies {
                    prop_assert!(evaluate(policy.policy(), &witness.request, &world).permitted, "{:#}", policy.json());
                }
            }
            Compatibility::Unknown(questions) => prop_assert!(!questions.is_empty()),
        }
    }
}
