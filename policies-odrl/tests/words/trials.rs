//! Dry runs: what would be decided, by which facts, until when, and what would change it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_policies_odrl::dry_run::{Trial, Trialled, dry_run};
use symbolon_policies_odrl::{PolicyDocument, Request, World, evaluate};

use crate::{generate, samples};

const ADM: &str = "https://w3id.org/symbolon/admissibility/1/";
const EC: &str = "https://w3id.org/symbolon/export-control/1/";

fn trial(action: &str) -> Trial {
    let request = Request {
        action: action.into(),
        target: "urn:asset:spindle".into(),
        assignee: "did:web:oem.example".into(),
        assigner: None,
    };
    Trial::new(request, "2026-04-01T09:30:00Z".parse().unwrap())
}

fn told(trialled: &Trialled) -> String {
    let mut text = String::new();
    writeln!(text, "{}", trialled.decision.sentence()).unwrap();
    for fact in &trialled.facts {
        writeln!(text, "fact{}: {}", if fact.decisive { " (decisive)" } else { "" }, fact.sentence).unwrap();
    }
    for missing in &trialled.missing {
        writeln!(text, "missing at {}: {}", missing.paths.join(", "), missing.sentence).unwrap();
    }
    if let Some(until) = trialled.until {
        writeln!(text, "until {until}").unwrap();
    }
    for change in &trialled.changes {
        writeln!(text, "change: {}", change.sentence).unwrap();
    }
    for path in &trialled.contractual {
        writeln!(text, "by contract: {path}").unwrap();
    }
    text
}

#[test]
fn trials_are_told() {
    let cx = |trial: Trial| trial.with("Membership", "active").with("FrameworkAgreement", "DataExchangeGovernance:1.0");
    let purposeful = |purpose: &str| Trial { purpose: Some(purpose.to_owned()), ..trial("use") };
    let early = Trial { at: "2025-06-01T00:00:00Z".parse().unwrap(), ..purposeful("quality") };
    let scoped = |part: &str| Trial {
        scope: BTreeMap::from([(format!("{ADM}partNumber"), json!(part))]),
        ..trial("use")
            .with(&format!("{ADM}country"), "DE")
            .with(&format!("{ADM}storageLocation"), json!(["DE"]))
            .with(&format!("{EC}eccn"), "EAR99")
    };
    let film = |fulfilled: &[&str]| {
        let mut film = trial("play");
        film.request.target = "urn:asset:film".to_owned();
        film.fulfilled = fulfilled.iter().map(|duty| (*duty).to_owned()).collect();
        film
    };
    let mut text = String::new();
    for (name, policy, trial) in [
        ("permitted", samples::offer(), purposeful("quality")),
        ("wrong purpose", samples::offer(), purposeful("sales")),
        ("nothing known", samples::offer(), trial("use")),
        ("too early", samples::offer(), early),
        ("other action", samples::offer(), trial("sell")),
        ("after the end", samples::agreement(), Trial { at: "2026-02-01T00:00:00Z".parse().unwrap(), ..trial("use") }),
        ("Catena-X usage", samples::catenax_usage(), cx(purposeful("cx.pcf.base:1"))),
        ("Catena-X usage without a framework", samples::catenax_usage(), purposeful("cx.pcf.base:1")),
        (
            "Catena-X access",
            samples::catenax_access(),
            cx(trial("access")).with("BusinessPartnerNumber", "BPNL00000000TIER"),
        ),
        ("part number within", samples::admissibility(), scoped("TB-1001")),
        ("neighbouring part number", samples::admissibility(), scoped("TB-1003")),
        ("duties open", samples::duties(), film(&[])),
        ("duties done", samples::duties(), film(&["permission[0].duty[0]", "permission[0].duty[1]"])),
        ("foreign", samples::foreign(), trial("use")),
    ] {
        let document = PolicyDocument::parse(policy).unwrap();
        writeln!(text, "# {name}\n{}", told(&dry_run(document.policy(), &trial))).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_trial_is_json() {
    let document = PolicyDocument::parse(samples::offer()).unwrap();
    insta::assert_json_snapshot!(dry_run(document.policy(), &trial("use")));
}

fn facts() -> impl Strategy<Value = BTreeMap<String, Value>> {
    let value = prop::sample::select(vec![json!("a"), json!("b"), json!([]), json!(5), json!(["a", "b"])]);
    let operand = prop::sample::select(vec!["purpose".to_owned(), "count".to_owned(), "Membership".to_owned()]);
    prop::collection::btree_map(operand, value, 0..3)
}

proptest! {
    /// Whatever a trial proposes is true: after the change the answer is the other one, and until then it is the same.
    #[test]
    fn what_a_trial_says_is_so(policy in prop_oneof![generate::plain_policy(), generate::wire_policy()], claims in facts(), part in 0.0..1.0_f64) {
        let document = PolicyDocument::parse(policy).unwrap();
        let request = Request { action: "use".into(), target: "urn:uuid:2".into(), assignee: "did:web:partner".into(), assigner: None };
        let at = "2026-01-05T00:00:00Z".parse().unwrap();
        let tried = Trial { claims: claims.clone(), ..Trial::new(request.clone(), at) };
        let trialled = dry_run(document.policy(), &tried);
        let world = |facts: &BTreeMap<String, Value>, at| {
            facts.iter().fold(World::at(at), |world, (operand, value)| world.with(operand, value.clone())).with_uses(Default::default())
        };
        let decided = evaluate(document.policy(), &request, &world(&claims, at)).permitted;
        prop_assert_eq!(trialled.decision.permitted, decided);
        if let Some(until) = trialled.until {
            prop_assert_ne!(evaluate(document.policy(), &request, &world(&claims, until)).permitted, decided);
            let between = at + (until - jiff::SignedDuration::from_nanos(1)).duration_since(at).mul_f64(part);
            prop_assert_eq!(evaluate(document.policy(), &request, &world(&claims, between)).permitted, decided);
        }
        for change in &trialled.changes {
            prop_assert_ne!(change.permitted, decided);
            if !decided {
                let mut facts = claims.clone();
                facts.retain(|operand, _| !change.facts.keys().any(|changed| changed.ends_with(operand.as_str())));
                facts.extend(change.facts.clone());
                let world = change.duties.iter().fold(world(&facts, change.at.unwrap_or(at)), |world, duty| world.with_fulfilled(duty));
                prop_assert!(evaluate(document.policy(), &request, &world).permitted, "{change:?}");
            }
        }
        for missing in &trialled.missing {
            prop_assert!(!missing.paths.is_empty());
        }
    }
}
