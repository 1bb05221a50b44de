//! What is true of every decision, in worlds with ledgers, duties and facts about single parties.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_policies_odrl::{PolicyDocument, Request, Uses, World, evaluate, explain, next_change_in, report};

use crate::generate;

/// Where counters of generated policies often are.
const COUNTERS: &[&str] = &[
    "permission[0].constraint[0]",
    "permission[0].constraint[1]",
    "permission[0].constraint[0].or[0]",
    "permission[0].constraint[0].and[0]",
    "permission[1].constraint[0]",
    "prohibition[0].constraint[0]",
    "permission[0].action[0].refinement[0]",
];
const DUTIES: &[&str] = &["permission[0].duty[0]", "permission[1].duty[0]", "obligation[0]"];

fn now() -> Timestamp {
    "2025-12-31T12:00:00Z".parse().unwrap()
}

fn request() -> Request {
    Request { action: "read".into(), target: "urn:uuid:2".into(), assignee: "did:web:partner".into(), assigner: None }
}

fn policies() -> impl Strategy<Value = Value> {
    prop_oneof![generate::wire_policy(), generate::plain_policy()]
}

fn parsed(policy: &Value) -> PolicyDocument {
    PolicyDocument::parse(policy.clone()).unwrap()
}

/// Amounts and hours since the last use, for each of the counters.
fn ledgers() -> impl Strategy<Value = Vec<(u64, Option<i64>)>> {
    proptest::collection::vec((0..7_u64, prop::option::of(0..72_i64)), COUNTERS.len())
}

fn ledger(counters: &[(u64, Option<i64>)]) -> Uses {
    COUNTERS.iter().zip(counters).fold(Uses::default(), |uses, (path, (used, hours))| {
        let uses = uses.with(path, *used);
        match hours {
            Some(hours) => {
                let last = now() - SignedDuration::from_hours(*hours);
                uses.with_times(path, last - SignedDuration::from_hours(24), last)
            }
            None => uses,
        }
    })
}

fn worlds() -> impl Strategy<Value = World> {
    let values = || prop::sample::select(vec![json!("a"), json!("active"), json!([]), json!(5), json!(["a", "b"])]);
    let facts = proptest::collection::vec(prop::option::of(values()), 3);
    let duties = proptest::collection::vec(0..4_u8, DUTIES.len());
    (facts, duties, any::<bool>(), prop::option::of(ledgers())).prop_map(|(facts, duties, infringed, counters)| {
        let mut world = World::at(now()).with_about("urn:uuid:2", "event", "a");
        for (operand, fact) in ["purpose", "Membership", "UsagePurpose"].into_iter().zip(facts) {
            world = fact.into_iter().fold(world, |world, fact| world.with_since(operand, fact, now()));
        }
        for (duty, standing) in DUTIES.iter().zip(duties) {
            world = match standing {
                0 => world.with_violated(duty),
                1 => world.with_not_due(duty),
                2 => world.with_fulfilled_at(duty, now()),
                _ => world,
            };
        }
        let world = if infringed { world.with_infringed("prohibition[0]") } else { world };
        counters.iter().fold(world, |world, counters| world.with_uses(ledger(counters)))
    })
}

proptest! {
    #[test]
    fn a_decision_is_whole(policy in policies(), world in worlds()) {
        let document = parsed(&policy);
        let decision = evaluate(document.policy(), &request(), &world);
        let explained = explain(document.policy(), &request(), &world);
        prop_assert_eq!(decision.permitted, explained.permitted);
        prop_assert_eq!(&decision.uses, &explained.uses);
        prop_assert_eq!(&decision.contractual, &explained.contractual);
        prop_assert_eq!(&evaluate(document.policy(), &request(), &world), &decision);
        prop_assert!(decision.permitted || decision.uses.is_empty());
        let names =
            report::Names { report: "urn:report", request: "urn:request", rule_request: None, created: now() };
        let text = report::turtle(document.policy(), &request(), &world, &decision, names);
        let read = oxttl::TurtleParser::new().for_slice(text.as_bytes()).collect::<Result<Vec<_>, _>>();
        let rules = document.policy().permissions.len() + document.policy().prohibitions.len()
            + document.policy().obligations.len();
        let reports = read.unwrap().iter().filter(|triple| triple.predicate.as_str().ends_with("#ruleReport")).count();
        prop_assert_eq!(reports, rules);
    }

    #[test]
    fn what_is_taken_is_there(policy in policies(), world in worlds(), counters in ledgers()) {
        let document = parsed(&policy);
        let decision = evaluate(document.policy(), &request(), &world.with_uses(ledger(&counters)));
        for taken in &decision.uses {
            let place = COUNTERS.iter().position(|path| *path == taken.counter);
            let used = place.map_or(0, |place| counters[place].0);
            prop_assert!(used + taken.amount <= taken.most, "{taken:?} after {used}");
        }
        let mut places: Vec<_> = decision.uses.iter().map(|taken| &taken.counter).collect();
        places.sort();
        places.dedup();
        prop_assert_eq!(places.len(), decision.uses.len(), "a counter is drawn upon once");
    }

    #[test]
    fn whoever_used_more_may_not_do_more(policy in policies(), world in worlds(), counters in ledgers(), more in 0..5_u64) {
        let mut policy = policy;
        for rule in policy["permission"].as_array_mut().into_iter().flatten() {
            rule.as_object_mut().unwrap().remove("duty");
        }
        let document = parsed(&policy);
        let later: Vec<_> = counters.iter().map(|(used, hours)| (used + more, *hours)).collect();
        let decided = |counters: &[_]| {
            evaluate(document.policy(), &request(), &world.clone().with_uses(ledger(counters))).permitted
        };
        prop_assert!(decided(&counters) || !decided(&later), "{policy:#}");
    }

    #[test]
    fn a_fulfilled_duty_never_refuses(policy in policies(), world in worlds(), duty in prop::sample::select(DUTIES)) {
        let document = parsed(&policy);
        let before = evaluate(document.policy(), &request(), &world).permitted;
        let after = evaluate(document.policy(), &request(), &world.with_fulfilled(duty)).permitted;
        prop_assert!(after || !before, "{policy:#}");
    }

    #[test]
    fn no_decision_changes_before_the_next_change(policy in generate::plain_policy(), mut world in worlds(), part in 0.0..1.0_f64) {
        let document = parsed(&policy);
        let decided = evaluate(document.policy(), &request(), &world).permitted;
        let end = next_change_in(document.policy(), &world).unwrap_or(now() + SignedDuration::from_hours(24 * 400));
        world.set_now(now() + (end - SignedDuration::from_nanos(1)).duration_since(now()).mul_f64(part));
        prop_assert_eq!(evaluate(document.policy(), &request(), &world).permitted, decided);
    }
}
