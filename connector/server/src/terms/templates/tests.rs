use std::collections::BTreeSet;

use symbolon_policies_odrl::{PolicyDocument, Request, Uses, World, dsp, evaluate};
use symbolon_vocab::{admissibility as adm, catenax as cx, export_control as ec, odrl, symbolon};

use super::*;
use crate::terms::Terms;
use crate::terms::explaining::findings;

const NOW: &str = "2026-07-01T12:00:00Z";
const OEM: &str = "did:web:oem.example";

fn world() -> World {
    World::at(NOW.parse().unwrap()).with(symbolon::PARTICIPANT_ID, OEM).with_uses(Uses::default())
}

fn made(id: &str, parameters: Value) -> PolicyDocument {
    PolicyDocument::parse(filled(id, parameters.as_object().unwrap()).unwrap()).unwrap()
}

fn permitted(policy: &PolicyDocument, action: &str, world: &World) -> bool {
    let (action, target) = (action.to_owned(), "urn:asset".to_owned());
    let request = Request { action, target, assignee: OEM.to_owned(), assigner: None };
    evaluate(policy.policy(), &request, world).permitted
}

/// Template, parameters, action, a world that fits and one that does not.
fn cases() -> Vec<(&'static str, Value, &'static str, World, World)> {
    let member = || world().with(cx::MEMBERSHIP, "active");
    let framework = || world().with(cx::FRAMEWORK_AGREEMENT, "DataExchangeGovernance:1.0");
    let purpose = |world: World, purpose: &str| world.with(cx::USAGE_PURPOSE, purpose);
    let at = |now: &str| {
        let mut world = world();
        world.set_now(now.parse().unwrap());
        world
    };
    let exported = |to: &[&str]| world().with(ec::EU_DUAL_USE, "2E003.a").with(ec::LOCATION, json!(to));
    vec![
        ("members", json!({}), cx::ACCESS, member(), world()),
        (
            "numbers",
            json!({"numbers": ["BPNL00000003AYRE"]}),
            cx::ACCESS,
            world().with(cx::BUSINESS_PARTNER_NUMBER, "BPNL00000003AYRE"),
            world().with(cx::BUSINESS_PARTNER_NUMBER, "BPNL0000000OTHER"),
        ),
        (
            "group",
            json!({"groups": "gold"}),
            cx::ACCESS,
            world().with(cx::BUSINESS_PARTNER_GROUP, json!(["silver", "gold"])),
            world().with(cx::BUSINESS_PARTNER_GROUP, "silver"),
        ),
        (
            "until",
            json!({"until": "2027-01-01T00:00:00+01:00"}),
            "use",
            at("2026-12-31T22:59:59Z"),
            at("2026-12-31T23:00:00Z"),
        ),
        (
            "catena-x",
            json!({}),
            "use",
            purpose(framework(), "cx.core.industrycore:1"),
            purpose(framework(), "cx.pcf.base:1"),
        ),
        (
            "catena-x",
            json!({"purposes": ["cx.pcf.base:1", "cx.quality.base:1"]}),
            "use",
            purpose(framework(), "cx.quality.base:1"),
            purpose(world(), "cx.quality.base:1"),
        ),
        (
            "parts",
            json!({"parts": ["P-1", "P-2"]}),
            "use",
            world().with(adm::PART_NUMBER, "P-2"),
            world().with(adm::PART_NUMBER, json!(["P-2", "P-3"])),
        ),
        ("export-control", json!({"countries": ["DE", "FR"]}), "use", exported(&["FR"]), exported(&["FR", "IR"])),
        (
            "export-control",
            json!({"euDualUse": null, "eccn": ["2E003"], "countries": ["DE"], "nationalities": ["DE"]}),
            "use",
            exported(&["DE"]).with(ec::ECCN, "2E003").with(ec::NATIONALITY, "DE"),
            exported(&["DE"]).with(ec::ECCN, "2E003").with(ec::NATIONALITY, json!(["DE", "IR"])),
        ),
    ]
}

#[test]
fn each_template_is_decided_as_it_says() {
    for (id, parameters, action, fits, does_not) in cases() {
        let policy = made(id, parameters);
        assert!(permitted(&policy, action, &fits), "{id}: {}", policy.json());
        assert!(!permitted(&policy, action, &does_not), "{id}: {}", policy.json());
    }
    for open in ["everyone", "unrestricted", "own-use"] {
        assert!(permitted(&made(open, json!({})), "use", &world()), "{open}");
    }
    for (partner, sees) in [(OEM, true), ("did:web:other.example", false)] {
        assert_eq!(permitted(&made("partners", json!({"partners": [partner]})), "use", &world()), sees, "{partner}");
    }
    let own = made("own-use", json!({}));
    for onward in [odrl::DISTRIBUTE, odrl::PRESENT, odrl::GRANT_USE, adm::DISCLOSE] {
        assert!(!permitted(&own, onward, &world()), "{onward}");
    }
}

#[test]
fn a_number_of_times_is_that_many() {
    let policy = made("count", json!({"times": 2}));
    let request =
        Request { action: "use".to_owned(), target: "urn:asset".to_owned(), assignee: OEM.to_owned(), assigner: None };
    let (mut uses, mut answers) = (Uses::default(), Vec::<bool>::new());
    for _ in 0..3 {
        let decision = evaluate(policy.policy(), &request, &world().with_uses(uses.clone()));
        uses =
            decision.uses.iter().fold(uses, |uses, used| uses.with(&used.counter, answers.len() as u64 + used.amount));
        answers.push(decision.permitted);
    }
    assert_eq!(answers, [true, true, false]);
}

#[test]
fn days_of_use_end() {
    let policy = made("catena-x", json!({"days": 30}));
    let told = Terms::of(policy.policy());
    assert!(told.sentences.iter().any(|sentence| sentence.contains("30")), "{told:?}");
    assert_eq!((told.contractual_only.len(), told.not_understood.len()), (0, 0));
}

/// Every template is told, keeps the rules of its profile, can be sent, and is understood.
#[test]
fn each_template_can_be_published_as_it_is_told() {
    let mut ids = BTreeSet::new();
    for template in all() {
        assert!(ids.insert(template.id), "{} is there twice", template.id);
        assert!(matches!(template.kind, "access" | "usage"), "{}", template.id);
        assert!(template.description.ends_with('.') && !template.description.contains("  "), "{}", template.id);
        let policy = PolicyDocument::parse(template.policy.clone()).unwrap();
        assert_eq!(findings(policy.policy()), [], "{}", template.id);
        dsp::check_catalog_offer(policy.as_catalog_offer("urn:offer").json()).unwrap();
        assert_eq!(Terms::of(policy.policy()).not_understood, Vec::<String>::new(), "{}", template.id);
        for parameter in template.parameters {
            let known = symbolon_policies_odrl::profile::operand(parameter.operand.as_deref().unwrap());
            assert!(known.is_some(), "{} {}", template.id, parameter.name);
        }
    }
    for (id, parameters, ..) in cases() {
        assert_eq!(findings(made(id, parameters.clone()).policy()), [], "{id} {parameters}");
    }
}

#[test]
fn values_that_do_not_fit_are_refused_by_name() {
    for (id, parameters, parameter) in [
        ("partners", json!({}), "partners"),
        ("partners", json!({"partners": []}), "partners"),
        ("partners", json!({"partners": [7]}), "partners"),
        ("partners", json!({"partners": ["a\nb"]}), "partners"),
        ("partners", json!({"partners": vec!["a"; VALUES + 1]}), "partners"),
        ("partners", json!({"partner": "x"}), "partner"),
        ("until", json!({"until": "tomorrow"}), "until"),
        ("until", json!({"until": "2030-01-01"}), "until"),
        ("count", json!({"times": 0}), "times"),
        ("count", json!({"times": 1.5}), "times"),
        ("catena-x", json!({"framework": ""}), "framework"),
        ("export-control", json!({"countries": ["Germany"]}), "countries"),
        ("export-control", json!({"countries": ["DE"], "euDualUse": []}), "euDualUse"),
    ] {
        let problem = filled(id, parameters.as_object().unwrap()).unwrap_err();
        assert_eq!(problem.rule, Some(format!("parameters.{parameter}")), "{id} {parameters}");
    }
    assert_eq!(filled("no-such", &Map::new()).unwrap_err().kind, Kind::NotFound);
}
