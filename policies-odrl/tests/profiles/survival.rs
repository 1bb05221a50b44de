use serde_json::{Value as Json, json};
use symbolon_policies_odrl::profile::admissibility::{Profile, Terms};
use symbolon_policies_odrl::{
    Policy, PolicyDocument, ReasonCode, Request, World, deletion_at_end, deletion_due, evaluate,
};

fn profile(terms: Json) -> PolicyDocument {
    let terms: Terms = serde_json::from_value(terms).unwrap();
    Profile::new(terms).unwrap().to_policy("urn:example:profile").unwrap()
}

fn code(policy: &Policy, action: &str, now: &str) -> ReasonCode {
    let request = Request {
        action: action.to_owned(),
        target: "urn:example:asset".to_owned(),
        assignee: "did:web:oem.example".to_owned(),
        assigner: None,
    };
    let decision = evaluate(policy, &request, &World::at(now.parse().unwrap()));
    assert!(!decision.permitted, "{action} at {now}");
    decision.reasons[0].code
}

#[test]
fn rights_end_and_secrecy_stays_as_long_as_was_agreed() {
    let ended = "2026-03-31T12:00:00Z";
    let secret = |survival: Json| profile(json!({ "tradeSecret": survival, "derivation": "allowed" }));
    for (survival, last, after) in [
        (json!({ "for": "P5Y" }), "2031-03-31T11:59:59Z", Some("2031-03-31T12:00:00Z")),
        (json!({ "for": "P1M" }), "2026-04-30T11:59:59Z", Some("2026-04-30T12:00:00Z")),
        (json!({ "until": "2030-01-01T00:00:00Z" }), "2029-12-31T23:59:59Z", Some("2030-01-01T00:00:00Z")),
        (json!("forever"), "2099-01-01T00:00:00Z", None),
    ] {
        let document = secret(survival.clone());
        let left = document.policy().surviving_since(ended.parse().unwrap());
        assert_eq!(code(&left, "use", ended), ReasonCode::NoPermission);
        assert_eq!(code(&left, "adm:disclose", last), ReasonCode::Prohibited, "{survival}");
        if let Some(after) = after {
            assert_eq!(code(&left, "adm:disclose", after), ReasonCode::NoPermission, "{survival}");
        }
    }
    let unsaid = secret(json!({ "for": "P5Y" })).policy().surviving();
    assert_eq!(code(&unsaid, "adm:disclose", "2099-01-01T00:00:00Z"), ReasonCode::Prohibited);
}

#[test]
fn only_lasting_duties_survive() {
    let document = PolicyDocument::parse(json!({
        "@type": "Agreement",
        "@id": "urn:example:agreement",
        "permission": [{ "action": "use", "constraint": [{ "and": [
            { "leftOperand": "ContractTermination", "operator": "eq", "rightOperand": "cx.data.deletion:1" },
        ]}]}],
        "prohibition": [{ "action": "distribute" }],
        "obligation": [
            { "action": "attribute" },
            { "action": "adm:keepSecret" },
            { "action": "compensate", "constraint": [
                { "leftOperand": "adm:survivesFor", "operator": "eq", "rightOperand": "P1Y" },
            ]},
        ],
    }))
    .unwrap();
    let left = document.policy().surviving();
    let duties: Vec<_> =
        left.obligations.iter().map(|duty| duty.terms.actions[0].iri.rsplit('/').next().unwrap()).collect();
    assert_eq!(duties, ["keepSecret", "compensate", "delete"]);
    assert_eq!((left.permissions.len(), left.prohibitions.len()), (0, 1));
}

/// CX-0152: data is deleted when use or the agreement ends, unless it may be kept.
#[test]
fn catenax_data_is_deleted_when_its_use_ends() {
    let atom = |left: &str, right: &str| json!({ "leftOperand": left, "operator": "eq", "rightOperand": right });
    let until = || atom("DataUsageEndDate", "2027-01-01T00:00:00Z");
    let termination = |what: &str| atom("ContractTermination", what);
    for (constraints, due, at_end) in [
        (json!([until()]), Some("2027-01-01T00:00:00.000000001Z"), true),
        (json!([until(), termination("cx.data.keeping:1")]), None, false),
        (json!([until(), termination("cx.data.deletion:1")]), Some("2027-01-01T00:00:00.000000001Z"), true),
        (json!([atom("DataUsageEndDurationDays", "30")]), Some("2026-01-31T00:00:00Z"), true),
        (json!([atom("DataUsageEndDefinition", "cx.dataUsageEnd.unlimited:1")]), None, false),
        (json!([termination("cx.data.deletion:1")]), None, true),
    ] {
        let document = PolicyDocument::parse(json!({
            "@type": "Agreement", "@id": "urn:example:agreement", "timestamp": "2026-01-01T12:00:00Z",
            "permission": [{ "action": "use", "constraint": [{ "and": constraints }] }],
        }))
        .unwrap();
        let (received, ended) = ("2026-01-02T00:00:00Z".parse().unwrap(), "2026-03-31T12:00:00Z".parse().unwrap());
        let found = deletion_due(document.policy(), received).map(|deletion| deletion.at.to_string());
        assert_eq!(found.as_deref(), due, "{constraints}");
        let left = document.policy().surviving_since(ended);
        let found = deletion_at_end(&left, received, ended).map(|deletion| deletion.at);
        assert_eq!(found, at_end.then_some(ended), "{constraints}");
    }
}
