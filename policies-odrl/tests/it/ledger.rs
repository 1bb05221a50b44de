//! Counts, quantities and intervals: what a request takes from the ledger of uses.

use serde_json::{Value, json};
use symbolon_policies_odrl::{
    Decision, PolicyDocument, ReasonCode, Request, Use, Uses, World, evaluate, explain, next_change_in,
};

const PATH: &str = "permission[0].constraint[0]";
const NOW: &str = "2026-04-01T09:30:00Z";

fn request() -> Request {
    Request { action: "use".into(), target: "urn:a".into(), assignee: "urn:p".into(), assigner: None }
}

fn world() -> World {
    World::at(NOW.parse().unwrap())
}

fn atomic(left: &str, operator: &str, right: Value) -> Value {
    json!({"leftOperand": left, "operator": operator, "rightOperand": right})
}

fn permitting(constraints: Value) -> PolicyDocument {
    PolicyDocument::parse(json!({"permission": [{"action": "use", "constraint": constraints}]})).unwrap()
}

/// The decision, which is the same whether it is explained or not.
fn decide(policy: &PolicyDocument, world: &World) -> Decision {
    let decision = evaluate(policy.policy(), &request(), world);
    let explained = explain(policy.policy(), &request(), world);
    assert_eq!((&decision.uses, &decision.contractual), (&explained.uses, &explained.contractual));
    decision
}

fn taken(counter: &str, amount: u64, most: u64) -> Use {
    Use { counter: counter.to_owned(), amount, most }
}

#[test]
fn a_count_takes_one_as_long_as_there_is_one() {
    for (operator, limit, used, most) in [
        ("lteq", json!(5), 4, Some(5)),
        ("lteq", json!(5), 5, None),
        ("lt", json!(5), 3, Some(4)),
        ("lt", json!(5), 4, None),
        ("lt", json!(0), 0, None),
        ("eq", json!(1), 0, Some(1)),
        ("eq", json!(1), 1, None),
    ] {
        let policy = permitting(json!([atomic("count", operator, limit.clone())]));
        let decision = decide(&policy, &world().with_uses(Uses::default().with(PATH, used)));
        let expected: Vec<_> = most.map(|most| taken(PATH, 1, most)).into_iter().collect();
        assert_eq!(decision.uses, expected, "{operator} {limit} after {used}");
        assert_eq!(decision.permitted, most.is_some());
        if most.is_none() {
            assert_eq!(decision.reasons[0].code, ReasonCode::Exhausted);
        }
    }
}

#[test]
fn whoever_keeps_no_ledger_knows_nothing() {
    let once = permitting(json!([atomic("count", "lteq", json!(1))]));
    let sentence = "refused: `count` must be at most `1`; nothing is known about `count`";
    let refused = decide(&once, &world());
    assert_eq!(refused.reasons[0].code, ReasonCode::MissingFact);
    assert!(refused.reasons[0].sentence.starts_with(sentence), "{}", refused.reasons[0].sentence);
    assert!(decide(&once, &world().with("count", 1)).permitted);
    for operator in ["gt", "neq", "isAnyOf"] {
        let policy = permitting(json!([atomic("count", operator, json!(1))]));
        let refused = decide(&policy, &world().with_uses(Uses::default()));
        assert_eq!(refused.reasons[0].code, ReasonCode::OperatorNotApplicable, "{operator}");
    }
}

#[test]
fn a_prohibition_counts_what_it_does_not_yet_forbid() {
    let policy = |extra: Value| {
        let constraints = json!([atomic("count", "gt", json!(3)), extra]);
        PolicyDocument::parse(json!({
            "permission": [{"action": "use"}], "prohibition": [{"action": "use", "constraint": constraints}]
        }))
        .unwrap()
    };
    let counter = "prohibition[0].constraint[0]";
    let holds = policy(atomic("dateTime", "gt", json!("2026-01-01T00:00:00Z")));
    let over = policy(atomic("dateTime", "lt", json!("2026-01-01T00:00:00Z")));
    let after = |used| world().with_uses(Uses::default().with(counter, used));
    assert_eq!(decide(&holds, &after(2)).uses, [taken(counter, 1, 3)]);
    assert!(!decide(&holds, &after(3)).permitted);
    // It forbids nothing any more, so that nobody needs to count.
    assert_eq!((decide(&over, &after(9)).permitted, decide(&over, &after(1)).uses), (true, vec![]));
}

#[test]
fn of_several_ways_the_one_is_taken_that_costs_least() {
    let count = || atomic("count", "lteq", json!(5));
    let purpose = |value: &str| atomic("purpose", "eq", json!(value));
    let world = || world().with("purpose", "quality").with_uses(Uses::default());
    for (policy, uses) in [
        (permitting(json!([{"or": [count(), purpose("quality")]}])), vec![]),
        (permitting(json!([{"or": [purpose("sales"), count()]}])), vec![taken(&format!("{PATH}.or[1]"), 1, 5)]),
        (permitting(json!([{"or": [count(), count()]}])), vec![taken(&format!("{PATH}.or[0]"), 1, 5)]),
        (permitting(json!([{"xone": [purpose("sales"), count()]}])), vec![taken(&format!("{PATH}.xone[1]"), 1, 5)]),
        (permitting(json!([{"and": [count(), purpose("quality")]}])), vec![taken(&format!("{PATH}.and[0]"), 1, 5)]),
    ] {
        let decision = decide(&policy, &world());
        assert!(decision.permitted, "{}", decision.sentence());
        assert_eq!(decision.uses, uses);
    }
    let two = PolicyDocument::parse(json!({"permission": [
        {"action": "use", "constraint": [count()]}, {"action": "use", "constraint": [purpose("quality")]}
    ]}));
    assert_eq!(decide(&two.unwrap(), &world()).uses, []);
    let shared = PolicyDocument::parse(json!({"constraint": [count()], "permission": [{"action": "use"}]}));
    assert_eq!(decide(&shared.unwrap(), &world()).uses, [taken("constraint[0]", 1, 5)]);
    let refined = PolicyDocument::parse(json!({"permission": [
        {"action": {"rdf:value": {"@id": "odrl:use"}, "refinement": [count()]}}
    ]}));
    assert_eq!(decide(&refined.unwrap(), &world()).uses, [taken("permission[0].action[0].refinement[0]", 1, 5)]);
}

#[test]
fn between_two_uses_time_must_pass() {
    let policy = permitting(json!([atomic("timeInterval", "gteq", json!("P1D"))]));
    let at = |time: &str| time.parse::<jiff::Timestamp>().unwrap();
    let last = |time: &str| {
        world().with_uses(Uses::default().with(PATH, 3).with_times(PATH, at("2026-01-01T00:00:00Z"), at(time)))
    };
    let fresh = decide(&policy, &world().with_uses(Uses::default()));
    assert_eq!(fresh.uses, [taken(PATH, 1, 1)]);
    // Two replicas that read the same ledger both ask for the fourth use, and only one gets it.
    assert_eq!(decide(&policy, &last("2026-03-31T09:30:00Z")).uses, [taken(PATH, 1, 4)]);
    let refused = decide(&policy, &last("2026-03-31T10:00:00Z"));
    assert_eq!(refused.reasons[0].code, ReasonCode::TooSoon);
    assert!(refused.sentence().contains("the next may be 2026-04-01T10:00:00Z"), "{}", refused.sentence());
    let next = next_change_in(policy.policy(), &last("2026-03-31T10:00:00Z"));
    assert_eq!(next, Some(at("2026-04-01T10:00:00Z")));
    let without_times = world().with_uses(Uses::default().with(PATH, 3));
    assert_eq!(decide(&policy, &without_times).reasons[0].code, ReasonCode::MissingFact);
    let monthly = permitting(json!([atomic("timeInterval", "gteq", json!("P1M"))]));
    assert!(decide(&monthly, &last("2026-03-01T09:30:00Z")).permitted);
    assert!(!decide(&monthly, &last("2026-03-02T09:30:00Z")).permitted);
}

#[test]
fn use_may_go_on_for_a_while() {
    let policy = permitting(json!([atomic("elapsedTime", "lteq", json!("P30D"))]));
    let at = |time: &str| time.parse::<jiff::Timestamp>().unwrap();
    let first = |time: &str| world().with_uses(Uses::default().with(PATH, 3).with_times(PATH, at(time), at(NOW)));
    assert!(decide(&policy, &world().with_uses(Uses::default())).permitted);
    assert!(decide(&policy, &first("2026-03-02T09:30:00Z")).permitted);
    let refused = decide(&policy, &first("2026-03-02T09:29:59Z"));
    assert_eq!(refused.reasons[0].code, ReasonCode::Expired);
    assert!(refused.sentence().contains("the request is dated 2026-04-01T09:30:00Z"), "{}", refused.sentence());
    let next = next_change_in(policy.policy(), &first("2026-03-10T00:00:00Z"));
    assert_eq!(next, Some(at("2026-04-09T00:00:00.000000001Z")));
}

#[test]
fn a_licence_gives_so_much_in_all() {
    let quantity = "https://w3id.org/symbolon/export-control/1/licenceQuantity";
    let limit = json!({"leftOperand": quantity, "operator": "lteq", "rightOperand": 100, "unit": "urn:unit:piece"});
    let policy = permitting(json!([limit]));
    let asks = |amount: Value, used: u64| world().with_uses(Uses::default().with(PATH, used)).with(quantity, amount);
    let pieces = |amount: Value| json!({"@value": amount, "unit": "urn:unit:piece"});
    for (amount, used, expected) in [
        (pieces(json!(40)), 60, Ok(40)),
        (pieces(json!(41)), 60, Err(ReasonCode::Exhausted)),
        (pieces(json!(39.5)), 60, Ok(40)),
        (pieces(json!(0)), 100, Ok(0)),
        (pieces(json!(-1)), 0, Err(ReasonCode::TypeMismatch)),
        (json!([pieces(json!(1)), pieces(json!(2))]), 0, Err(ReasonCode::Ambiguous)),
        (json!(40), 0, Err(ReasonCode::UnitMismatch)),
    ] {
        let decision = decide(&policy, &asks(amount.clone(), used));
        let outcome = decision.uses.first().map(|taken| taken.amount).ok_or_else(|| decision.reasons[0].code);
        assert_eq!(outcome, expected, "{amount} after {used}");
    }
    let silent = decide(&policy, &world().with_uses(Uses::default()));
    assert_eq!(silent.reasons[0].code, ReasonCode::MissingFact);
}
