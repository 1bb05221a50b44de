//! The International Data Spaces' operands, older Catena-X policies and EDC's time of use.

use serde_json::{Value as Json, json};
use symbolon_policies_odrl::profile::{check, ids};
use symbolon_policies_odrl::{Decision, PolicyDocument, Request, Uses, World, evaluate};

fn decide(constraint: Json, world: &World) -> Decision {
    let policy = PolicyDocument::parse(json!({
        "@type": "Agreement", "@id": "urn:example:agreement", "timestamp": "2026-01-01T12:00:00Z",
        "permission": [{ "action": "use", "constraint": [constraint] }],
    }))
    .unwrap();
    assert_eq!(check(policy.policy()), []);
    let request = Request {
        action: "use".to_owned(),
        target: "urn:example:asset".to_owned(),
        assignee: "did:web:consumer.example".to_owned(),
        assigner: None,
    };
    evaluate(policy.policy(), &request, world)
}

fn atomic(left: &str, operator: &str, right: impl Into<Json>) -> Json {
    json!({ "leftOperand": left, "operator": operator, "rightOperand": right.into() })
}

fn now() -> World {
    World::at("2026-02-03T08:00:00Z".parse().unwrap())
}

#[test]
fn operands_of_the_data_spaces_are_decided() {
    let level = "https://w3id.org/idsa/code/TRUST_SECURITY_PROFILE";
    let reached = |level: &str| now().with("idsc:SECURITY_LEVEL", ids::levels_reached(level));
    let counter = "permission[0].constraint[0]";
    for (constraint, world, permitted) in [
        (atomic("idsc:COUNT", "lteq", 3), now().with_uses(Uses::default().with(counter, 2)), true),
        (atomic("idsc:COUNT", "lteq", 3), now().with_uses(Uses::default().with(counter, 3)), false),
        (atomic("idsc:CONNECTOR", "eq", "urn:example:c1"), now().with("idsc:CONNECTOR", "urn:example:c1"), true),
        (atomic("idsc:CONNECTOR", "eq", "urn:example:c1"), now().with("idsc:CONNECTOR", "urn:example:c2"), false),
        (atomic("idsc:CONNECTOR", "eq", "urn:example:c1"), now(), false),
        (
            atomic("idsc:SECURITY_LEVEL", "isAnyOf", level),
            reached("https://w3id.org/idsa/code/TRUST_PLUS_SECURITY_PROFILE"),
            true,
        ),
        (atomic("idsc:SECURITY_LEVEL", "isAnyOf", level), reached(level), true),
        (
            atomic("idsc:SECURITY_LEVEL", "isAnyOf", level),
            reached("https://w3id.org/idsa/code/BASE_SECURITY_PROFILE"),
            false,
        ),
        (atomic("idsc:SECURITY_LEVEL", "isAnyOf", level), reached("urn:example:own-level"), false),
        (atomic("idsc:APPLICATION", "isAnyOf", json!(["planner"])), now().with("idsc:APPLICATION", "planner"), true),
        (atomic("idsc:EVENT", "eq", "recall"), now().with("idsc:EVENT", "audit"), false),
        (atomic("idsc:PURPOSE", "eq", "quality"), now().with("purpose", "quality"), true),
        (atomic("idsc:POLICY_EVALUATION_TIME", "lt", "2026-02-03T08:00:01Z"), now(), true),
        (atomic("idsc:POLICY_EVALUATION_TIME", "lt", "2026-02-03T08:00:00Z"), now(), false),
    ] {
        let decision = decide(constraint.clone(), &world);
        assert_eq!(decision.permitted, permitted, "{constraint}: {}", decision.sentence());
    }
}

/// Facts of the current vocabulary are facts of the older one as well.
#[test]
fn older_policies_and_the_time_of_edc_are_decided() {
    let older = |name: &str| format!("https://w3id.org/catenax/policy/{name}");
    let world = now().with("Membership", "active").with("FrameworkAgreement", "DataExchangeGovernance:1.0");
    let world = world.with("UsagePurpose", "cx.core.industrycore:1").with("BusinessPartnerNumber", "BPNL000000000042");
    for (constraint, permitted) in [
        (atomic(&older("Membership"), "eq", "active"), true),
        (atomic(&older("FrameworkAgreement"), "eq", "DataExchangeGovernance:1.0"), true),
        (atomic(&older("FrameworkAgreement"), "eq", "Traceability:1.0"), false),
        (atomic(&older("UsagePurpose"), "eq", "cx.core.industrycore:1"), true),
        (atomic(&older("Dismantler"), "eq", "active"), false),
        (atomic("tx:BusinessPartnerNumber", "eq", "BPNL000000000042"), true),
        (atomic("tx:BusinessPartnerNumber", "eq", "BPNL000000000043"), false),
        (atomic("edc:inForceDate", "lteq", "contractAgreement+40d"), true),
        (atomic("edc:inForceDate", "lteq", "contractAgreement+30d"), false),
        (atomic("edc:inForceDate", "gteq", "2026-02-03T08:00:00Z"), true),
    ] {
        let decision = decide(constraint.clone(), &world);
        assert_eq!(decision.permitted, permitted, "{constraint}: {}", decision.sentence());
    }
}
