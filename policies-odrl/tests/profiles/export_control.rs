use serde_json::{Value as Json, json};
use symbolon_policies_odrl::profile::admissibility::{Profile, Terms};
use symbolon_policies_odrl::{PolicyDocument, Request, Uses, World, evaluate};

fn policy(rules: Json) -> PolicyDocument {
    let terms: Terms = serde_json::from_value(json!({ "derivation": "allowed", "exportControl": rules })).unwrap();
    Profile::new(terms).unwrap().to_policy("urn:example:export").unwrap()
}

fn ask() -> Request {
    Request {
        action: "use".to_owned(),
        target: "urn:example:asset:tool-path".to_owned(),
        assignee: "did:web:oem.example".to_owned(),
        assigner: None,
    }
}

fn world(facts: &[(&str, Json)]) -> World {
    let world = World::at("2026-02-03T08:00:00Z".parse().unwrap());
    facts.iter().fold(world, |world, (name, value)| world.with(name, value.clone()))
}

/// The same file for three requesters, and what else may go wrong: each is explained.
#[test]
fn who_sees_a_classified_file_is_decided_on_every_nationality_and_place() {
    let policy = policy(json!([
        { "eccn": ["EAR99"] },
        { "eccn": ["2E003"], "destinations": ["US", "DE"], "nationalities": ["US", "DE"], "forbiddenEndUses": ["military"] },
    ]));
    let person = |class: &str, location: Json, nationality: Json, use_: &str| {
        vec![
            ("ec:eccn", json!(class)),
            ("ec:location", location),
            ("ec:nationality", nationality),
            ("ec:endUse", json!(use_)),
        ]
    };
    let mut told = Vec::new();
    for (who, facts, permitted) in [
        ("US person in the US", person("2E003", json!("US"), json!("US"), "machining"), true),
        ("foreign person in the US (deemed export)", person("2E003", json!("US"), json!("CN"), "machining"), false),
        ("US person abroad", person("2E003", json!("BR"), json!("US"), "machining"), false),
        ("person with two nationalities", person("2E003", json!("DE"), json!(["DE", "IR"]), "machining"), false),
        ("person with two listed nationalities", person("2E003", json!("DE"), json!(["DE", "US"]), "machining"), true),
        ("two places, one of them not listed", person("2E003", json!(["DE", "SG"]), json!("DE"), "machining"), false),
        ("nobody says which nationality", person("2E003", json!("DE"), json!([]), "machining"), false),
        ("for a military end use", person("2E003", json!("DE"), json!("DE"), "military"), false),
        ("a paragraph of the entry", person("2E003.a", json!("DE"), json!("DE"), "machining"), true),
        ("another entry", person("2E001", json!("DE"), json!("DE"), "machining"), false),
        ("not listed", vec![("ec:eccn", json!("EAR99"))], true),
        ("listed twice, one not in the rule", vec![("ec:eccn", json!(["EAR99", "2E001"]))], false),
        ("not classified", vec![("ec:location", json!("US")), ("ec:nationality", json!("US"))], false),
    ] {
        let decision = evaluate(policy.policy(), &ask(), &world(&facts));
        assert_eq!(decision.permitted, permitted, "{who}: {}", decision.sentence());
        told.push(format!("{who}\n  {}", decision.sentence().replace('\n', "\n  ")));
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn an_asset_on_two_lists_has_to_be_free_on_both() {
    let policy = policy(json!([{ "eccn": ["EAR99"], "dualUse": ["none"] }, { "usml": ["VIII(h)"], "usPerson": true }]));
    for (facts, permitted) in [
        (vec![("ec:eccn", json!("EAR99")), ("ec:euDualUse", json!("none"))], true),
        (vec![("ec:eccn", json!("EAR99")), ("ec:euDualUse", json!("2E003"))], false),
        (vec![("ec:eccn", json!("EAR99"))], false),
        (vec![("ec:usml", json!("VIII(h)(1)")), ("ec:usPerson", json!(true))], true),
        (vec![("ec:usml", json!("VIII(h)(1)")), ("ec:usPerson", json!(false))], false),
        (vec![("ec:usml", json!("VIII(h)(1)"))], false),
    ] {
        let decision = evaluate(policy.policy(), &ask(), &world(&facts));
        assert_eq!(decision.permitted, permitted, "{facts:?}: {}", decision.sentence());
    }
}

#[test]
fn a_licence_ends_with_its_quantity_and_with_its_term() {
    let policy = policy(json!([{
        "eccn": ["2E003"],
        "destinations": ["DE"],
        "licence": { "id": "D123456", "quantity": 3, "expires": "2027-01-01T00:00:00Z" },
    }]));
    let facts = [
        ("ec:eccn", json!("2E003")),
        ("ec:location", json!("DE")),
        ("ec:licence", json!("D123456")),
        ("ec:licenceQuantity", json!(2)),
    ];
    let counter = "permission[0].constraint[0].and[3]";
    let decide = |used: u64, now: &str| {
        let mut world = world(&facts).with_uses(Uses::default().with(counter, used));
        world.set_now(now.parse().unwrap());
        evaluate(policy.policy(), &ask(), &world)
    };
    let first = decide(1, "2026-02-03T08:00:00Z");
    assert!(first.permitted, "{}", first.sentence());
    let taken: Vec<_> = first.uses.iter().map(|taken| (taken.counter.as_str(), taken.amount, taken.most)).collect();
    assert_eq!(taken, [(counter, 2, 3)]);
    for (used, now) in [(2, "2026-02-03T08:00:00Z"), (0, "2027-01-01T00:00:00Z")] {
        assert!(!decide(used, now).permitted, "{used} used at {now}");
    }
    assert!(!evaluate(policy.policy(), &ask(), &world(&facts)).permitted, "nobody keeps the ledger");
}
