use serde_json::{Value as Json, json};
use symbolon_policies_odrl::composite::{Outcome, Part, decide};
use symbolon_policies_odrl::{PolicyDocument, Request, World};

/// Intellectual property: drawings may be used for quality.
fn ip_protection() -> PolicyDocument {
    policy(json!({
        "permission": [{ "action": "use", "target": collection("drawings"), "constraint": [
            { "leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": ["urn:example:quality"] },
        ]}],
    }))
}

/// Export control: controlled files may go to the US and Germany, whatever nationality counts.
fn export_control() -> PolicyDocument {
    policy(json!({
        "permission": [{ "action": "use", "target": collection("controlled"), "constraint": [
            { "leftOperand": "ec:eccn", "operator": "isAnyOf", "rightOperand": ["2E003"] },
            { "leftOperand": "ec:nationality", "operator": "isAnyOf", "rightOperand": ["US", "DE"] },
        ]}],
    }))
}

/// Trade secret: recipes stay in one plant.
fn trade_secret() -> PolicyDocument {
    policy(json!({
        "conflict": "prohibit",
        "permission": [{ "action": "use", "target": collection("recipes") }],
        "prohibition": [{ "action": "use", "target": collection("recipes"), "constraint": [
            { "leftOperand": "adm:site", "operator": "isNoneOf", "rightOperand": ["plant-3"] },
        ]}],
    }))
}

/// A fourth part: what is embargoed goes to nobody before the date.
fn embargo() -> PolicyDocument {
    policy(json!({
        "permission": [{ "action": "use", "target": collection("embargoed"), "constraint": [
            { "leftOperand": "dateTime", "operator": "gteq", "rightOperand": "2027-01-01T00:00:00Z" },
        ]}],
    }))
}

fn collection(name: &str) -> Json {
    json!({ "@type": "AssetCollection", "@id": format!("urn:example:{name}") })
}

fn policy(mut rules: Json) -> PolicyDocument {
    rules["@type"] = json!("Set");
    rules["@id"] = json!("urn:example:part");
    PolicyDocument::parse(rules).unwrap()
}

const FILE: &str = "urn:example:file";

fn request() -> Request {
    Request {
        action: "use".to_owned(),
        target: FILE.to_owned(),
        assignee: "did:web:oem.example".to_owned(),
        assigner: None,
    }
}

/// A world in which each part answers as wanted: a part is not applicable where the file is not in its collection.
fn world(wanted: [Outcome; 3]) -> World {
    let parts = [
        ("drawings", "purpose", "urn:example:quality", "urn:example:marketing"),
        ("controlled", "ec:nationality", "DE", "IR"),
        ("recipes", "adm:site", "plant-3", "plant-4"),
    ];
    let world = World::at("2026-02-03T08:00:00Z".parse().unwrap())
        .with("ec:eccn", "2E003")
        .with_part(FILE, "urn:example:files");
    parts.into_iter().zip(wanted).fold(world, |world, ((name, operand, good, bad), outcome)| {
        let within = format!("urn:example:{name}");
        match outcome {
            Outcome::Permit => world.with_part(FILE, &within).with(operand, good),
            Outcome::Deny => world.with_part(FILE, &within).with(operand, bad),
            Outcome::NotApplicable => world,
        }
    })
}

const OUTCOMES: [Outcome; 3] = [Outcome::Permit, Outcome::Deny, Outcome::NotApplicable];

/// Three parts that answer in three ways each: 27 rows.
#[test]
fn the_truth_table_of_three_parts() {
    let (ip, export, secret) = (ip_protection(), export_control(), trade_secret());
    let parts = [
        Part::new("ip-protection", ip.policy()),
        Part::new("export-control", export.policy()),
        Part::new("trade-secret", secret.policy()),
    ];
    let mut rows = vec![row(["ip-protection", "export-control", "trade-secret"], "together")];
    for one in OUTCOMES {
        for two in OUTCOMES {
            for three in OUTCOMES {
                let composite = decide(&parts, &request(), &world([one, two, three]));
                let found: Vec<_> = composite.parts.iter().map(|part| part.outcome).collect();
                assert_eq!(found, [one, two, three], "{composite:?}");
                rows.push(row([one, two, three].map(shown), shown(composite.outcome)));
            }
        }
    }
    assert_eq!(rows.len(), 1 + 27);
    insta::assert_snapshot!(rows.join("\n"));
}

fn row(cells: [&str; 3], last: &str) -> String {
    let [one, two, three] = cells;
    format!("{one:<16}{two:<16}{three:<16}{last}")
}

fn shown(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Permit => "permit",
        Outcome::Deny => "deny",
        Outcome::NotApplicable => "not applicable",
    }
}

#[test]
fn a_fourth_part_is_added_without_touching_the_others() {
    let (ip, export, secret, embargo) = (ip_protection(), export_control(), trade_secret(), embargo());
    let three = [
        Part::new("ip-protection", ip.policy()),
        Part::new("export-control", export.policy()),
        Part::new("trade-secret", secret.policy()),
    ];
    let four = [&three[..], &[Part::new("embargo", embargo.policy())]].concat();
    let permitting = world([Outcome::Permit; 3]);
    let denying = world([Outcome::Permit; 3]).with_part(FILE, "urn:example:embargoed");
    for (world, outcome) in [(permitting, Outcome::Permit), (denying, Outcome::Deny)] {
        let before = decide(&three, &request(), &world);
        let after = decide(&four, &request(), &world);
        assert_eq!(before.parts, after.parts[..3], "the first three say what they said");
        assert_eq!(after.outcome, outcome);
    }
}

#[test]
fn what_is_missing_or_not_known_denies() {
    let (ip, broken) =
        (ip_protection(), policy(json!({ "profile": ["urn:example:unknown"], "permission": [{ "action": "use" }] })));
    let world = world([Outcome::Permit; 3]);
    let outcome = |parts: &[Part<'_>]| {
        let composite = decide(parts, &request(), &world);
        (composite.outcome, composite.sentences().join("\n"))
    };
    let ip = Part::new("ip-protection", ip.policy());
    assert_eq!(outcome(&[ip]), (Outcome::Permit, String::new()));
    assert_eq!(outcome(&[]).0, Outcome::Deny);
    let (denied, why) = outcome(&[ip, Part::missing("export-control")]);
    assert_eq!(denied, Outcome::Deny);
    assert!(why.starts_with("export-control: refused: the part `export-control` is missing"), "{why}");
    assert_eq!(outcome(&[ip, Part::new("broken", broken.policy())]).0, Outcome::Deny);

    // Whether the file is in the collection is not known: then it may be.
    let undecided = decide(&[ip], &request(), &World::at("2026-02-03T08:00:00Z".parse().unwrap()));
    assert_eq!(undecided.outcome, Outcome::Deny);
}
