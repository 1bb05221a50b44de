use serde_json::{Value as Json, json};
use symbolon_policies_odrl::profile::admissibility::{Profile, Purposes, Terms};
use symbolon_policies_odrl::profile::check;
use symbolon_policies_odrl::{PolicyDocument, ReasonCode, Request, World, evaluate};

/// A profile with something in every part.
fn full() -> Json {
    json!({
        "purposes": ["urn:example:purpose:quality", "urn:example:purpose:recall"],
        "scope": {
            "partNumbers": ["P-100", "P-101"],
            "lots": ["L-7"],
            "assets": ["urn:example:asset:spindle"],
            "semanticIds": ["urn:samm:io.example.part:1.0.0#Part"],
            "sites": ["plant-3"],
            "regions": ["bavaria"],
            "countries": ["DE"],
            "windows": [
                { "from": "2026-01-01T00:00:00Z", "until": "2026-04-01T00:00:00Z" },
                { "from": "2026-10-01T00:00:00Z" },
            ],
            "recorded": { "from": "2025-06-01T00:00:00Z", "until": "2026-06-01T00:00:00Z" },
        },
        "retention": { "for": "P90D" },
        "disclosure": { "to": { "recipients": ["did:web:lab.example"], "hops": 1 } },
        "derivation": "allowed",
        "aggregation": { "groupOf": 5 },
        "localisation": { "storage": ["DE", "FR"], "processing": ["DE"] },
        "tradeSecret": { "for": "P5Y" },
        "exportControl": [
            { "eccn": ["EAR99"], "dualUse": ["none"] },
            {
                "eccn": ["2E003"],
                "dualUse": ["2E003"],
                "destinations": ["DE", "US"],
                "nationalities": ["DE", "US"],
                "organisations": ["did:web:oem.example"],
                "usPerson": true,
                "forbiddenEndUses": ["military"],
                "licence": { "id": "D123456", "quantity": 3, "expires": "2027-01-01T00:00:00Z" },
            },
        ],
    })
}

fn profile(terms: Json) -> Profile {
    Profile::new(serde_json::from_value::<Terms>(terms).unwrap()).unwrap()
}

#[test]
fn a_profile_comes_back_from_its_policy() {
    let with = |member: &str, value: Json| {
        let mut terms = full();
        terms[member] = value;
        terms
    };
    for terms in [
        full(),
        json!({}),
        json!({ "purposes": ["urn:example:purpose:quality"] }),
        json!({ "scope": { "windows": [{ "until": "2026-04-01T00:00:00Z" }] } }),
        json!({ "exportControl": [{ "usml": ["VIII(h)(1)"] }] }),
        with("retention", json!({ "until": "2026-12-31T00:00:00Z" })),
        with("disclosure", json!("free")),
        with("disclosure", json!("forbidden")),
        with("derivation", json!("forbidden")),
        with("aggregation", json!("forbidden")),
        with("aggregation", json!("allowed")),
        with("tradeSecret", json!("forever")),
        with("tradeSecret", json!({ "until": "2031-01-01T00:00:00Z" })),
    ] {
        let profile = profile(terms);
        let policy = profile.to_policy("urn:example:profile").unwrap();
        assert_eq!(check(policy.policy()), [], "{}", policy.json());
        assert_eq!(Profile::from_policy(policy.policy()).unwrap(), profile, "{}", policy.json());
        let kept: Terms = serde_json::from_value(serde_json::to_value(&profile).unwrap()).unwrap();
        assert_eq!(&kept, profile.terms());
    }
}

#[test]
fn a_policy_that_says_something_else_is_no_profile() {
    let written = profile(full()).to_policy("urn:example:profile").unwrap().json().clone();
    let changed = |pointer: &str, value: Json| {
        let mut policy = written.clone();
        *policy.pointer_mut(pointer).unwrap() = value;
        policy
    };
    let mut told = Vec::new();
    for policy in [
        changed("/http:~1~1www.w3.org~1ns~1odrl~12~1conflict/@id", json!("odrl:perm")),
        changed("/permission/0/action", json!("display")),
        changed("/permission/0/constraint/1/operator", json!("isNoneOf")),
        changed("/permission/0/constraint/1/leftOperand", json!("adm:groupSize")),
        changed(
            "/permission/0/constraint/7",
            json!({ "leftOperand": "dateTime", "operator": "eq", "rightOperand": "soon" }),
        ),
        changed("/prohibition/0/action", json!("play")),
        changed("/prohibition", json!([])),
        changed("/obligation/0/constraint", json!([])),
        changed("/permission", json!([])),
    ] {
        let policy = PolicyDocument::parse(policy).unwrap();
        told.push(Profile::from_policy(policy.policy()).unwrap_err().to_string());
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn terms_that_contradict_themselves_are_refused() {
    let mut told = Vec::new();
    for terms in [
        json!({ "purposes": [" "] }),
        json!({ "scope": { "windows": [{}] } }),
        json!({ "scope": { "windows": [{ "from": "2026-04-01T00:00:00Z", "until": "2026-04-01T00:00:00Z" }] } }),
        json!({ "retention": { "for": "three months" } }),
        json!({ "retention": { "for": "-P3M" } }),
        json!({ "disclosure": { "to": { "recipients": [], "hops": 1 } } }),
        json!({ "disclosure": { "to": { "recipients": ["did:web:lab.example"], "hops": 0 } } }),
        json!({ "aggregation": { "groupOf": 1 } }),
        json!({ "tradeSecret": { "for": "P0D" } }),
        json!({ "exportControl": [{}] }),
        json!({ "exportControl": [{ "eccn": ["EAR99"], "licence": { "id": "D1" } }] }),
        json!({ "exportControl": [{ "eccn": ["EAR99"], "destinations": ["DE"], "licence": { "id": "D1", "quantity": 0 } }] }),
    ] {
        let terms: Terms = serde_json::from_value(terms).unwrap();
        told.push(Profile::new(terms).unwrap_err().to_string());
    }
    for terms in [
        json!({ "scope": { "countries": ["UK"] } }),
        json!({ "exportControl": [{ "eccn": ["2F003"] }] }),
        json!({ "exportControl": [{ "usml": ["XXII"] }] }),
        json!({ "licence": "D1" }),
        json!({ "aggregation": { "groupOf": 1 } }),
    ] {
        told.push(serde_json::from_value::<Profile>(terms).unwrap_err().to_string());
    }
    insta::assert_snapshot!(told.join("\n"));
}

fn ask(action: &str) -> Request {
    Request {
        action: action.to_owned(),
        target: "urn:example:asset:spindle".to_owned(),
        assignee: "did:web:oem.example".to_owned(),
        assigner: None,
    }
}

#[test]
fn each_part_of_a_profile_is_decided() {
    let profile = profile(json!({
        "purposes": ["quality"],
        "scope": {
            "partNumbers": ["P-100"],
            "windows": [{ "from": "2026-01-01T00:00:00Z", "until": "2026-04-01T00:00:00Z" }],
        },
        "disclosure": { "to": { "recipients": ["did:web:lab.example"], "hops": 1 } },
        "derivation": "allowed",
        "aggregation": { "groupOf": 5 },
        "localisation": { "storage": ["DE", "FR"] },
        "tradeSecret": { "for": "P5Y" },
    }));
    let policy = profile.to_policy("urn:example:profile").unwrap();
    let purposes = Purposes::new([("root-cause", "quality"), ("quality", "all"), ("marketing", "all")]).unwrap();
    let facts = |changed: &[(&str, Json)], now: &str| {
        let mut facts = vec![
            ("purpose", json!("root-cause")),
            ("adm:partNumber", json!("P-100")),
            ("adm:storageLocation", json!(["DE"])),
        ];
        facts.retain(|(name, _)| changed.iter().all(|(other, _)| other != name));
        facts.extend(changed.iter().cloned());
        facts.into_iter().fold(purposes.known_to(World::at(now.parse().unwrap())), |world, (name, value)| {
            if value.is_null() { world } else { world.with(name, value) }
        })
    };
    let (within, over) = ("2026-03-31T23:59:59Z", "2026-04-01T00:00:00Z");
    for (action, changed, now, permitted) in [
        ("use", vec![], within, true),
        ("use", vec![], over, false),
        ("use", vec![("purpose", json!("quality"))], within, true),
        ("use", vec![("purpose", json!("all"))], within, false),
        ("use", vec![("purpose", json!("marketing"))], within, false),
        ("use", vec![("purpose", json!("something else"))], within, false),
        ("use", vec![("adm:partNumber", json!("P-101"))], within, false),
        ("use", vec![("adm:partNumber", json!(["P-100", "P-101"]))], within, false),
        ("use", vec![("adm:partNumber", json!("P-100.1"))], within, false),
        ("use", vec![("adm:partNumber", Json::Null)], within, false),
        ("use", vec![("adm:storageLocation", json!(["DE", "FR"]))], within, true),
        ("use", vec![("adm:storageLocation", json!(["DE", "US"]))], within, false),
        ("use", vec![("adm:storageLocation", json!([]))], within, false),
        ("adm:train", vec![], within, true),
        ("adm:reverseEngineer", vec![], within, false),
        ("adm:disclose", vec![("recipient", json!("did:web:lab.example")), ("adm:hops", json!(1))], within, true),
        ("adm:disclose", vec![("recipient", json!("did:web:lab.example")), ("adm:hops", json!(2))], within, false),
        ("adm:disclose", vec![("recipient", json!("did:web:rival.example")), ("adm:hops", json!(1))], within, false),
        ("adm:disclose", vec![("recipient", json!("did:web:lab.example"))], within, false),
        (
            "adm:disclose",
            vec![("recipient", json!(["did:web:lab.example", "did:web:rival.example"])), ("adm:hops", json!(1))],
            within,
            false,
        ),
        ("distribute", vec![], within, false),
        ("adm:aggregate", vec![("adm:groupSize", json!(5))], within, true),
        ("adm:aggregate", vec![("adm:groupSize", json!(4))], within, false),
        ("adm:aggregate", vec![], within, false),
    ] {
        let decision = evaluate(policy.policy(), &ask(action), &facts(&changed, now));
        assert_eq!(decision.permitted, permitted, "{action} {changed:?} {now}: {}", decision.sentence());
    }
}

#[test]
fn an_empty_profile_gives_use_and_nothing_that_leads_on() {
    let policy = profile(json!({})).to_policy("urn:example:profile").unwrap();
    let world = World::at("2026-02-03T08:00:00Z".parse().unwrap());
    for (action, permitted) in [
        ("use", true),
        ("display", true),
        ("distribute", false),
        ("adm:disclose", false),
        ("grantUse", false),
        ("sell", false),
        ("derive", false),
        ("adm:train", false),
        ("aggregate", false),
    ] {
        let decision = evaluate(policy.policy(), &ask(action), &world);
        assert_eq!(decision.permitted, permitted, "{action}: {}", decision.sentence());
    }
    let refused = evaluate(policy.policy(), &ask("adm:disclose"), &world);
    assert_eq!(refused.reasons[0].code, ReasonCode::Prohibited);
}

#[test]
fn purposes_are_an_order_without_circles() {
    let purposes = Purposes::new([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]).unwrap();
    for (narrow, wide, expected) in
        [("a", "a", true), ("a", "d", true), ("b", "c", false), ("d", "a", false), ("x", "x", true), ("x", "d", false)]
    {
        assert_eq!(purposes.is_within(narrow, wide), expected, "{narrow} within {wide}");
    }
    for circle in [vec![("a", "a")], vec![("a", "b"), ("b", "c"), ("c", "a")], vec![("x", "a"), ("a", "b"), ("b", "a")]]
    {
        let told = Purposes::new(circle.clone()).unwrap_err().to_string();
        assert!(
            told.ends_with("would be a kind of itself; purposes are ordered without circles"),
            "{circle:?}: {told}"
        );
    }
}
