//! Duties, remedies, order, contractual terms: what the world must say, and what is decided then.

use serde_json::{Value, json};
use symbolon_policies_odrl::{Decision, Deontic, PolicyDocument, ReasonCode, Request, World, evaluate, explain};

const ASSET: &str = "urn:example:asset";
const PARTNER: &str = "did:web:partner.example";

fn request(action: &str) -> Request {
    Request { action: action.into(), target: ASSET.into(), assignee: PARTNER.into(), assigner: None }
}

fn world() -> World {
    World::at("2026-04-01T09:30:00Z".parse().unwrap())
}

fn at(time: &str) -> jiff::Timestamp {
    time.parse().unwrap()
}

fn decide(policy: &Value, action: &str, world: &World) -> Decision {
    evaluate(PolicyDocument::parse(policy.clone()).unwrap().policy(), &request(action), world)
}

fn atomic(left: &str, operator: &str, right: Value) -> Value {
    json!({"leftOperand": left, "operator": operator, "rightOperand": right})
}

/// `Ok` when permitted, otherwise the code of the first reason.
fn outcome(policy: &Value, action: &str, world: &World) -> Result<(), ReasonCode> {
    let decision = decide(policy, action, world);
    if decision.permitted { Ok(()) } else { Err(decision.reasons[0].code) }
}

#[test]
fn a_duty_holds_a_permission_back_until_it_is_cleared() {
    let duty = |extra: Value| {
        let mut duty = json!({"uid": "urn:pay", "action": "compensate"});
        duty.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({"permission": [{"action": "use", "duty": [duty]}]})
    };
    let plain = duty(json!({}));
    let fined = duty(json!({"consequence": [{"uid": "urn:fine", "action": "compensate"}]}));
    let until = |date: &str| duty(json!({"constraint": [atomic("dateTime", "lteq", json!(date))]}));
    let due = until("2026-05-01");
    let missed = until("2026-03-01");
    let mut missed_fined = missed.clone();
    missed_fined["permission"][0]["duty"][0]["consequence"] = json!([{"uid": "urn:fine", "action": "compensate"}]);
    let later = duty(json!({"constraint": [atomic("dateTime", "gteq", json!("2026-05-01"))]}));
    let only_if = duty(json!({"constraint": [atomic("event", "eq", json!("urn:sold"))]}));
    let path = "permission[0].duty[0]";
    for (case, policy, world, expected) in [
        ("nothing is known", &plain, world(), Err(ReasonCode::DutyUnfulfilled)),
        ("fulfilled by id", &plain, world().with_fulfilled("urn:pay"), Ok(())),
        ("fulfilled by path", &plain, world().with_fulfilled(path), Ok(())),
        ("not due", &plain, world().with_not_due("urn:pay"), Ok(())),
        ("violated", &plain, world().with_violated("urn:pay"), Err(ReasonCode::DutyViolated)),
        ("violated, then done", &plain, world().with_violated("urn:pay").with_fulfilled("urn:pay"), Ok(())),
        (
            "violated, then done, consequence open",
            &fined,
            world().with_violated("urn:pay").with_fulfilled("urn:pay"),
            Err(ReasonCode::DutyViolated),
        ),
        (
            "violated, then done with its consequence",
            &fined,
            world().with_violated("urn:pay").with_fulfilled("urn:pay").with_fulfilled("urn:fine"),
            Ok(()),
        ),
        (
            "a consequence alone clears nothing",
            &fined,
            world().with_fulfilled("urn:fine"),
            Err(ReasonCode::DutyUnfulfilled),
        ),
        ("there is still time", &due, world(), Err(ReasonCode::DutyUnfulfilled)),
        ("done in time", &due, world().with_fulfilled_at("urn:pay", at("2026-03-15T00:00:00Z")), Ok(())),
        ("the date has passed", &missed, world(), Err(ReasonCode::DutyViolated)),
        ("done before the date", &missed, world().with_fulfilled_at("urn:pay", at("2026-02-15T00:00:00Z")), Ok(())),
        (
            "done after the date",
            &missed,
            world().with_fulfilled_at("urn:pay", at("2026-03-15T00:00:00Z")),
            Err(ReasonCode::DutyViolated),
        ),
        (
            "done after the date, with its consequence",
            &missed_fined,
            world().with_fulfilled_at("urn:pay", at("2026-03-15T00:00:00Z")).with_fulfilled("urn:fine"),
            Ok(()),
        ),
        ("its time has not come", &later, world(), Ok(())),
        ("not in force", &only_if, world().with("event", "urn:kept"), Ok(())),
        ("in force", &only_if, world().with("event", "urn:sold"), Err(ReasonCode::DutyUnfulfilled)),
        ("nobody knows whether in force", &only_if, world(), Err(ReasonCode::DutyUnfulfilled)),
    ] {
        assert_eq!(outcome(policy, "use", &world), expected, "{case}");
    }
}

#[test]
fn obligations_are_reported_as_they_stand_and_block_nothing() {
    let policy = json!({"permission": [{"action": "use"}], "obligation": [
        {"uid": "urn:delete", "action": "delete", "constraint": [atomic("dateTime", "lt", json!("2026-03-01"))]},
        {"uid": "urn:inform", "action": "inform"},
        {"uid": "urn:review", "action": "reviewPolicy"},
    ]});
    let decision = decide(&policy, "use", &world().with_fulfilled("urn:inform"));
    let standing: Vec<_> = decision.rules.iter().skip(1).map(|report| (report.deontic, report.fulfilled)).collect();
    assert!(decision.permitted);
    assert_eq!(
        standing,
        [
            (Some(Deontic::Violated), Some(false)),
            (Some(Deontic::Fulfilled), Some(true)),
            (Some(Deontic::NotSet), Some(false)),
        ]
    );
}

#[test]
fn an_infringed_prohibition_asks_for_its_remedies_first() {
    let policy = |conflict: &str| {
        json!({"conflict": conflict, "permission": [{"action": "use"}], "prohibition": [
            {"uid": "urn:no", "action": "distribute", "remedy": [{"uid": "urn:remedy", "action": "delete"}]}
        ]})
    };
    for (world, conflict, expected) in [
        (world(), "invalid", Ok(())),
        (world().with_infringed("urn:no"), "invalid", Err(ReasonCode::RemedyUnfulfilled)),
        (world().with_infringed("prohibition[0]"), "perm", Err(ReasonCode::RemedyUnfulfilled)),
        (world().with_infringed("urn:no").with_fulfilled("urn:remedy"), "invalid", Ok(())),
        (world().with_infringed("urn:other"), "invalid", Ok(())),
    ] {
        assert_eq!(outcome(&policy(conflict), "use", &world), expected, "{world:?}");
    }
    let infringed = decide(&policy("invalid"), "use", &world().with_infringed("urn:no"));
    assert_eq!(infringed.rules[1].infringed, Some(true));
    assert!(infringed.sentence().contains("the duty to `delete` comes first"), "{}", infringed.sentence());
}

#[test]
fn what_must_hold_in_sequence_must_have_come_in_sequence() {
    let policy = json!({"permission": [{"action": "use", "constraint": [{"andSequence": {"@list": [
        atomic("event", "eq", json!("urn:paid")),
        atomic("purpose", "eq", json!("quality")),
        atomic("Liability", "eq", json!("cx.grossNegligence:1")),
        atomic("dateTime", "gteq", json!("2026-03-01T00:00:00Z")),
    ]}}]}]});
    let (early, late) = (at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z"));
    let told =
        |event, purpose| world().with_since("event", "urn:paid", event).with_since("purpose", "quality", purpose);
    for (world, expected) in [
        (told(early, late), Ok(())),
        (told(early, early), Ok(())),
        (told(late, early), Err(ReasonCode::OutOfOrder)),
        (told(early, at("2026-03-02T00:00:00Z")), Err(ReasonCode::OutOfOrder)),
        (world().with("event", "urn:paid").with("purpose", "quality"), Err(ReasonCode::OutOfOrder)),
        (world().with("event", "urn:paid").with("purpose", "sales"), Err(ReasonCode::ConstraintNotMet)),
    ] {
        assert_eq!(outcome(&policy, "use", &world), expected);
    }
    let alone = json!({"permission": [{"action": "use", "constraint": [
        {"andSequence": {"@list": [atomic("purpose", "eq", json!("quality"))]}}
    ]}]});
    assert_eq!(outcome(&alone, "use", &world().with("purpose", "quality")), Ok(()));
}

#[test]
fn contractual_terms_never_block_and_are_always_told() {
    let contractual =
        || atomic("https://w3id.org/catenax/2025/9/policy/Liability", "eq", json!("cx.grossNegligence:1"));
    let decided = |value: &str| atomic("purpose", "eq", json!(value));
    let permission = |constraint: Value| json!({"permission": [{"action": "use", "constraint": [constraint]}]});
    let prohibition = |constraint: Value| json!({"permission": [{"action": "use"}], "prohibition": [{"action": "use", "constraint": [constraint]}]});
    let (first, second) = ("permission[0].constraint[0]", "permission[0].constraint[1]");
    let with_two = json!({"permission": [{"action": "use", "constraint": [decided("quality"), contractual()]}]});
    let joined = |connective: &str, purpose: &str| json!({connective: [decided(purpose), contractual()]});
    for (case, policy, permitted, told) in [
        ("alone", permission(contractual()), true, vec![first.to_owned()]),
        ("beside what holds", with_two, true, vec![second.to_owned()]),
        ("and what does not hold", permission(joined("and", "sales")), false, vec![format!("{first}.and[1]")]),
        ("or what holds", permission(joined("or", "quality")), true, vec![]),
        ("or what does not hold", permission(joined("or", "sales")), true, vec![format!("{first}.or[1]")]),
        ("xone what holds", permission(joined("xone", "quality")), true, vec![format!("{first}.xone[1]")]),
        ("xone what does not", permission(joined("xone", "sales")), true, vec![format!("{first}.xone[1]")]),
        ("prohibited alone", prohibition(contractual()), true, vec!["prohibition[0].constraint[0]".to_owned()]),
        (
            "prohibited with what holds",
            prohibition(joined("and", "quality")),
            true,
            vec!["prohibition[0].constraint[0].and[1]".to_owned()],
        ),
        ("prohibited with what does not", prohibition(joined("and", "sales")), true, vec![]),
        ("prohibited or what holds", prohibition(joined("or", "quality")), false, vec![]),
    ] {
        let world = world().with("purpose", "quality");
        let decision = decide(&policy, "use", &world);
        assert_eq!(decision.permitted, permitted, "{case}: {}", decision.sentence());
        assert_eq!(decision.contractual, told, "{case}");
        let explained = explain(PolicyDocument::parse(policy).unwrap().policy(), &request("use"), &world);
        assert_eq!(explained.contractual, decision.contractual, "{case}");
    }
}

#[test]
fn refinements_ask_about_the_one_that_they_refine() {
    let of = |member: &str| {
        json!({"permission": [{"action": "use", member: {
            "@type": if member == "target" { "AssetCollection" } else { "PartyCollection" },
            "source": "urn:all", "refinement": [atomic("industry", "eq", json!("urn:automotive"))]
        }}]})
    };
    let member = |name: &str| world().with_part(name, "urn:all");
    let us = "did:web:us.example";
    for (case, policy, world, permitted) in [
        ("what is known of the asset", of("target"), member(ASSET).with("industry", "urn:automotive"), true),
        ("of the asset alone", of("target"), member(ASSET).with_about(ASSET, "industry", "urn:automotive"), true),
        (
            "of the asset before the rest",
            of("target"),
            member(ASSET).with("industry", "urn:automotive").with_about(ASSET, "industry", "urn:rail"),
            false,
        ),
        ("of somebody else", of("assignee"), member(PARTNER).with_about(us, "industry", "urn:automotive"), false),
        ("of the partner, asked of us", of("assigner"), member(us).with("industry", "urn:automotive"), false),
        ("of us", of("assigner"), member(us).with_about(us, "industry", "urn:automotive"), true),
    ] {
        let request = Request { assigner: Some(us.into()), ..request("use") };
        let decision = evaluate(PolicyDocument::parse(policy).unwrap().policy(), &request, &world);
        assert_eq!(decision.permitted, permitted, "{case}: {}", decision.sentence());
    }
}

#[test]
fn actions_include_and_imply_others() {
    let policy =
        json!({"conflict": "prohibit", "permission": [{"action": "use"}], "prohibition": [{"action": "delete"}]});
    for (action, permitted) in [("use", true), ("read", true), ("delete", false), ("move", false), ("sell", false)] {
        assert_eq!(decide(&policy, action, &world()).permitted, permitted, "{action}");
    }
}

#[test]
fn what_all_rules_share_is_at_its_own_place() {
    let policy = json!({
        "constraint": [atomic("purpose", "eq", json!("quality"))],
        "action": {"rdf:value": {"@id": "odrl:use"}, "refinement": [atomic("resolution", "lteq", json!(600))]},
        "permission": [{"constraint": [atomic("spatial", "eq", json!("urn:here"))]}],
    });
    let decision = decide(&policy, "use", &world().with("resolution", 300));
    let paths: Vec<_> = decision.reasons.iter().map(|reason| reason.path.as_str()).collect();
    assert_eq!(paths, ["permission[0].constraint[0]", "constraint[0]"]);
    let refined = decide(&policy, "use", &world().with("resolution", 1_200));
    assert_eq!(refined.reasons[0].path, "action[0].refinement[0]");
}
