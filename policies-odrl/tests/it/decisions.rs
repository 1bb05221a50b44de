use std::fmt::Write as _;

use serde_json::{Value, json};
use symbolon_policies_odrl::{
    Activation, Decision, PolicyDocument, ReasonCode, Request, World, evaluate, explain, next_change,
};

use crate::shared;

const ASSET: &str = "urn:example:asset";
const PARTNER: &str = "did:web:partner.example";

fn request(action: &str) -> Request {
    Request { action: action.into(), target: ASSET.into(), assignee: PARTNER.into(), assigner: None }
}

fn world() -> World {
    World::at("2026-04-01T09:30:00Z".parse().unwrap())
}

fn decide(policy: &Value, request: &Request, world: &World) -> Decision {
    evaluate(PolicyDocument::parse(policy.clone()).unwrap().policy(), request, world)
}

/// Whether `use` is permitted under one constraint.
fn permits(constraint: Value, world: &World) -> bool {
    decide(&json!({"permission": [{"action": "use", "constraint": [constraint]}]}), &request("use"), world).permitted
}

/// Whether `use` is permitted under one constraint, and whether its opposite, a prohibition under the same constraint, lets it be.
/// An undecided constraint gives neither.
fn verdict(constraint: Value, world: &World) -> &'static str {
    let permission = permits(constraint.clone(), world);
    let prohibition =
        json!({"permission": [{"action": "use"}], "prohibition": [{"action": "use", "constraint": [constraint]}]});
    match (permission, decide(&prohibition, &request("use"), world).permitted) {
        (true, false) => "true",
        (false, true) => "false",
        (false, false) => "undecided",
        (true, true) => "both",
    }
}

fn atomic(left: &str, operator: &str, right: Value) -> Value {
    json!({"leftOperand": left, "operator": operator, "rightOperand": right})
}

#[test]
fn operators_compare_by_type() {
    let world = world()
        .with("purpose", "quality")
        .with("count", 5)
        .with("elapsedTime", "PT90M")
        .with("Membership", "active")
        .with("urn:example:roles", json!(["dealer", "importer"]))
        .with("urn:example:none", json!([]))
        .with("urn:example:text", "9")
        .with("urn:example:shipped", json!({"@value": "2026-03-01", "@type": "xsd:date"}))
        .with("spatial", json!({"@id": "urn:place:munich"}))
        .with("fileFormat", "application/json")
        .with("event", true)
        .with_part("urn:place:munich", "urn:place:germany")
        .with_part("urn:place:germany", "urn:place:europe")
        .with_kind("application/json", "urn:kind:text");
    let (roles, place) = ("urn:example:roles", |name: &str| json!({"@id": format!("urn:place:{name}")}));
    let mut table = String::new();
    for (left, operator, right) in [
        ("purpose", "eq", json!("quality")),
        ("purpose", "eq", json!("sales")),
        ("purpose", "neq", json!("sales")),
        ("odrl:purpose", "odrl:isAnyOf", json!(["sales", "quality"])),
        ("purpose", "isNoneOf", json!(["sales", "quality"])),
        ("purpose", "isNoneOf", json!(["sales"])),
        ("purpose", "lt", json!("zzz")),
        ("purpose", "eq", json!(5)),
        ("purpose", "isAnyOf", json!([5, "quality"])),
        ("purpose", "isAnyOf", json!([5, "sales"])),
        ("purpose", "eq", json!(["quality", "sales"])),
        ("purpose", "isAnyOf", json!([])),
        ("purpose", "eq", json!({"@value": "quality", "@language": "en"})),
        ("purpose", "eq", json!({"@id": "quality"})),
        ("count", "eq", json!("5")),
        ("count", "lteq", json!({"@value": "5.00", "@type": "xsd:decimal"})),
        ("count", "lt", json!(5)),
        ("count", "gt", json!("4.999")),
        ("count", "gteq", json!("10")),
        ("count", "gteq", json!("many")),
        ("count", "lteq", json!({"@value": "5", "@type": "urn:example:unit"})),
        ("elapsedTime", "lt", json!("PT2H")),
        ("elapsedTime", "lt", json!("P1M")),
        ("elapsedTime", "gt", json!("P1D")),
        ("Membership", "eq", json!("active")),
        ("urn:example:shipped", "lt", json!({"@value": "2026-03-02T00:00:00Z", "@type": "xsd:dateTime"})),
        ("urn:example:shipped", "eq", json!({"@value": "2026-03-01", "@type": "xsd:date"})),
        ("urn:example:shipped", "lt", json!("2026-03-02")),
        ("urn:example:text", "lt", json!("10")),
        ("urn:example:text", "gteq", json!({"@value": "10", "@type": "xsd:integer"})),
        (roles, "isAllOf", json!(["importer", "dealer"])),
        (roles, "isAllOf", json!(["importer", "maker"])),
        (roles, "isAnyOf", json!(["importer", "maker"])),
        (roles, "eq", json!("dealer")),
        (roles, "eq", json!("maker")),
        (roles, "hasPart", json!("dealer")),
        ("urn:example:none", "isAnyOf", json!(["x"])),
        ("urn:example:none", "isNoneOf", json!(["x"])),
        ("urn:example:none", "eq", json!("x")),
        ("urn:example:none", "lt", json!(5)),
        ("urn:example:unheard", "eq", json!("x")),
        ("urn:example:unheard", "isNoneOf", json!(["x"])),
        ("spatial", "isPartOf", place("europe")),
        ("spatial", "isPartOf", place("munich")),
        ("spatial", "isPartOf", place("asia")),
        ("spatial", "hasPart", place("munich")),
        ("spatial", "hasPart", place("altstadt")),
        ("purpose", "isPartOf", json!("operations")),
        ("fileFormat", "isA", json!("urn:kind:text")),
        ("fileFormat", "isA", json!("urn:kind:image")),
        ("event", "eq", json!(true)),
        ("event", "eq", json!("true")),
        ("event", "lt", json!(true)),
        ("purpose", "resembles", json!("quality")),
        ("purpose", "term-lteq", json!("quality")),
        ("https://w3id.org/symbolon/1/participantId", "isAnyOf", json!([PARTNER])),
        ("https://w3id.org/symbolon/1/participantId", "neq", json!(PARTNER)),
        ("BusinessPartnerNumber", "isAnyOf", json!(["BPNL000000000001"])),
    ] {
        let verdict = verdict(atomic(left, operator, right.clone()), &world);
        writeln!(table, "{left} {operator} {right}: {verdict}").unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn dates_are_compared_with_the_time_of_the_request() {
    let mut table = String::new();
    let typed = |text: &str, kind: &str| json!({"@value": text, "@type": kind});
    for (left, operator, right) in [
        ("dateTime", "lt", json!("2026-04-01T09:30:00Z")),
        ("dateTime", "lteq", json!("2026-04-01T09:30:00Z")),
        ("dateTime", "lteq", json!("2026-04-01T09:30Z")),
        ("dateTime", "eq", json!("2026-04-01T11:30:00+02:00")),
        ("dateTime", "gt", json!("2026-04-01T09:29:59.999999999Z")),
        ("dateTime", "gteq", json!("2026-04-01T09:30:00.000000001Z")),
        ("dateTime", "lt", typed("2026-04-01", "xsd:date")),
        ("dateTime", "lteq", typed("2026-04-01", "xsd:date")),
        ("dateTime", "eq", typed("2026-04-01", "http://www.w3.org/2001/XMLSchema#date")),
        ("dateTime", "gt", typed("2026-03-31", "xsd:date")),
        ("dateTime", "neq", typed("2026-04-01", "xsd:date")),
        ("dateTime", "lteq", json!("tomorrow")),
        ("dateTime", "lteq", json!(1_800_000_000)),
        ("dateTime", "lteq", typed("2027-01-01", "xsd:string")),
        ("dateTime", "isPartOf", json!("2026-04-01")),
        ("dateTime", "isAnyOf", json!(["2026-03-31", "2026-04-01"])),
        ("dateTime", "isNoneOf", json!(["2026-03-31", "2026-04-01"])),
        ("https://w3id.org/edc/v0.0.1/ns/inForceDate", "gteq", json!("2026-01-01T00:00:00Z")),
        ("edc:inForceDate", "lteq", json!("contractAgreement+3d")),
        ("edc:inForceDate", "lteq", json!("contractAgreement+2h")),
        ("edc:inForceDate", "gteq", json!("contractAgreement+-1m")),
        ("DataUsageEndDate", "eq", json!("2026-04-01T09:30:00Z")),
        ("DataUsageEndDate", "eq", json!("2026-04-01T09:29:59Z")),
        ("DataUsageEndDate", "lt", json!("2027-04-01T09:29:59Z")),
        ("DataUsageEndDurationDays", "eq", json!("3")),
        ("DataUsageEndDurationDays", "eq", json!("2")),
        ("DataUsageEndDurationDays", "eq", json!("-2")),
        ("DataUsageEndDurationDays", "eq", json!("99999999999")),
    ] {
        let constraint = atomic(left, operator, right.clone());
        let signed = |members: Value| {
            let mut policy = members;
            policy["timestamp"] = json!("2026-03-30T10:00:00Z");
            policy
        };
        let permission = decide(
            &signed(json!({"permission": [{"action": "use", "constraint": [constraint]}]})),
            &request("use"),
            &world(),
        );
        let reason = permission.reasons.first().map_or("permitted", |reason| reason.sentence.as_str());
        writeln!(table, "{left} {operator} {right}: {reason}").unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn logical_constraints_know_three_values() {
    let world = world().with("purpose", "quality");
    let (yes, no, open) = (
        atomic("purpose", "eq", json!("quality")),
        atomic("purpose", "eq", json!("sales")),
        atomic("event", "eq", json!("x")),
    );
    for (operands, and, or, xone) in [
        (vec![&yes, &yes], "true", "true", "false"),
        (vec![&yes, &no], "false", "true", "true"),
        (vec![&yes, &open], "undecided", "true", "undecided"),
        (vec![&no, &open], "false", "undecided", "undecided"),
        (vec![&no, &no], "false", "false", "false"),
        (vec![&open, &open], "undecided", "undecided", "undecided"),
        (vec![&yes, &yes, &open], "undecided", "true", "false"),
        (vec![&yes], "true", "true", "true"),
        (vec![], "undecided", "undecided", "undecided"),
    ] {
        // Nobody knows what came first, so that several that hold do not yet hold one after the other.
        let sequence = if and == "true" && operands.len() > 1 { "undecided" } else { and };
        for (connective, expected) in [("and", and), ("andSequence", sequence), ("or", or), ("xone", xone)] {
            assert_eq!(verdict(json!({connective: operands}), &world), expected, "{connective} {operands:?}");
            let nested = json!({"or": [{"and": [{connective: operands}]}]});
            assert_eq!(verdict(nested, &world), expected, "nested {connective} {operands:?}");
        }
    }
}

/// Policies, requests and worlds that are refused, for the sentences.
fn refusals() -> Vec<(&'static str, Value, Request, World)> {
    let permitting = |rule: Value| json!({"permission": [rule]});
    let constrained = |constraint: Value| json!({"permission": [{"action": "use", "constraint": [constraint]}]});
    let with = |name: &str, value: Value| {
        let mut policy = json!({"permission": [{"action": "use"}]});
        policy[name] = value;
        policy
    };
    let use_it = || request("use");
    let until = |at: &str| atomic("dateTime", "lteq", json!(at));
    vec![
        ("window ended", constrained(until("2026-03-31T00:00:00Z")), use_it(), world()),
        ("window ended on a day", constrained(until("2026-03-31")), use_it(), world()),
        ("window not begun", constrained(atomic("dateTime", "gteq", json!("2027-01-01"))), use_it(), world()),
        (
            "wrong purpose",
            constrained(atomic("purpose", "isAnyOf", json!(["a", "b"]))),
            use_it(),
            world().with("purpose", "c"),
        ),
        ("missing purpose", constrained(atomic("purpose", "isAnyOf", json!(["a", "b"]))), use_it(), world()),
        ("missing membership", constrained(atomic("Membership", "eq", json!("active"))), use_it(), world()),
        (
            "no membership",
            constrained(atomic("Membership", "eq", json!("active"))),
            use_it(),
            world().with("Membership", json!([])),
        ),
        ("operand nobody knows", constrained(atomic("urn:x:mood", "eq", json!("good"))), use_it(), world()),
        ("types differ", constrained(atomic("count", "lteq", json!("five"))), use_it(), world().with("count", 3)),
        (
            "several values",
            constrained(atomic("purpose", "eq", json!("a"))),
            use_it(),
            world().with("purpose", json!(["a", "b"])),
        ),
        ("no order", constrained(atomic("purpose", "lt", json!("a"))), use_it(), world().with("purpose", "b")),
        (
            "no parts known",
            constrained(atomic("spatial", "isPartOf", json!("EU"))),
            use_it(),
            world().with("spatial", "DE"),
        ),
        (
            "unit differs",
            constrained(json!({"leftOperand": "payAmount", "operator": "eq", "rightOperand": "5", "unit": "urn:euro"})),
            use_it(),
            world().with("payAmount", 5),
        ),
        (
            "reference leads nowhere",
            constrained(
                json!({"leftOperand": "count", "operator": "lt", "rightOperandReference": {"@id": "urn:limit"}}),
            ),
            use_it(),
            world().with("count", 5),
        ),
        ("two of one", constrained(json!({"xone": [until("2027-01-01"), until("2028-01-01")]})), use_it(), world()),
        (
            "neither of two",
            constrained(json!({"or": [until("2025-01-01"), atomic("purpose", "eq", json!("a"))]})),
            use_it(),
            world(),
        ),
        ("other action", permitting(json!({"action": "print"})), request("distribute"), world()),
        ("wider action", permitting(json!({"action": "print"})), use_it(), world()),
        ("other target", permitting(json!({"action": "use", "target": "urn:other"})), use_it(), world()),
        ("other assignee", with("assignee", json!("did:web:somebody.example")), use_it(), world()),
        (
            "collection of unknown members",
            permitting(json!({"action": "use", "assignee": {"@type": "PartyCollection", "uid": "urn:dealers"}})),
            use_it(),
            world(),
        ),
        (
            "other assigner",
            with("assigner", json!("did:web:us.example")),
            Request { assigner: Some("did:web:them.example".into()), ..use_it() },
            world(),
        ),
        (
            "refined action",
            permitting(
                json!({"action": {"rdf:value": {"@id": "odrl:print"}, "refinement": [atomic("resolution", "lteq", json!("600"))]}}),
            ),
            request("print"),
            world().with("resolution", 1200),
        ),
        ("duty", permitting(json!({"action": "use", "duty": [{"action": "compensate"}]})), use_it(), world()),
        ("nothing permitted", json!({"prohibition": [{"action": "distribute"}]}), use_it(), world()),
        ("empty policy", json!({}), use_it(), world()),
        ("prohibited", with("prohibition", json!([{"action": "use"}])), use_it(), world()),
        ("prohibited within", with("prohibition", json!([{"action": "use"}])), request("print"), world()),
        (
            "prohibited until",
            with(
                "prohibition",
                json!([{"action": "use", "constraint": [atomic("dateTime", "lt", json!("2027-01-01"))]}]),
            ),
            use_it(),
            world(),
        ),
        (
            "prohibition cannot be ruled out",
            with(
                "prohibition",
                json!([{"action": "use", "constraint": [{"and": [atomic("purpose", "eq", json!("sales")), until("2027-01-01")]}]}]),
            ),
            use_it(),
            world(),
        ),
        ("unknown profile", with("profile", json!("urn:profile:x")), use_it(), world()),
        ("inherits", with("inheritFrom", json!("urn:parent")), use_it(), world()),
        ("unknown strategy", with("conflict", json!("toss")), use_it(), world()),
        ("unknown action", permitting(json!({"action": "urn:x:frame"})), request("urn:x:frame"), world()),
        ("unknown operator", constrained(atomic("purpose", "resembles", json!("x"))), use_it(), world()),
        ("unknown member", with("urn:x:extra", json!(true)), use_it(), world()),
        (
            "unknown member of a rule",
            permitting(json!({"action": "use", "except": {"b": 1, "a": 2}})),
            use_it(),
            world(),
        ),
        ("unknown type", with("@type", json!("Wish")), use_it(), world()),
        (
            "unknown context",
            with("@context", json!("https://example.org/turns-everything-round.jsonld")),
            use_it(),
            world(),
        ),
        ("context that renames", with("@context", json!({"permission": "odrl:prohibition"})), use_it(), world()),
        ("context that takes a prefix", with("@context", json!({"odrl": "https://example.org/"})), use_it(), world()),
    ]
}

#[test]
fn refusals_say_why() {
    let mut text = String::new();
    for (name, policy, request, world) in refusals() {
        let decision = decide(&policy, &request, &world);
        assert!(!decision.permitted, "{name}");
        writeln!(text, "# {name}").unwrap();
        for reason in &decision.reasons {
            writeln!(text, "{:?} at `{}`\n  {}", reason.code, reason.path, reason.sentence).unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn what_is_permitted() {
    let permission = |rule: Value| json!({"target": ASSET, "assignee": PARTNER, "permission": [rule]});
    let paid = json!({"action": "use", "duty": [{"uid": "urn:duty", "action": "compensate"}]});
    let sunday = json!({"action": "use", "duty": [{"action": "compensate", "constraint": [atomic("event", "eq", json!("sunday"))]}]});
    let both = |conflict: &str| json!({"conflict": conflict, "permission": [{"action": "use"}], "prohibition": [{"action": "print"}]});
    let member = permission(json!({"action": "use", "assignee": {"@type": "PartyCollection", "uid": "urn:dealers"}}));
    let refined = json!({"action": "use", "target": {"@type": "AssetCollection", "source": "urn:all", "refinement": [atomic("media", "eq", json!("x"))]}});
    let known = |name: &str, value: &str| world().with(name, value);
    for (policy, action, world, expected) in [
        (permission(json!({"action": "use"})), "use", world(), true),
        (permission(json!({"action": "use"})), "http://www.w3.org/ns/odrl/2/display", world(), true),
        (permission(json!({"action": "use"})), "transfer", world(), false),
        (permission(json!({"action": "use", "constraint": []})), "read", world(), true),
        (permission(json!({"action": ["read", "print"]})), "print", world(), true),
        (permission(json!({"action": "access"})), "access", world(), true),
        (permission(paid.clone()), "use", world().with_fulfilled("urn:duty"), true),
        (permission(paid.clone()), "use", world().with_fulfilled("permission[0].duty[0]"), true),
        (permission(paid), "use", world().with_fulfilled("permission[1].duty[0]"), false),
        (permission(sunday.clone()), "use", known("event", "monday"), true),
        (permission(sunday.clone()), "use", known("event", "sunday"), false),
        (permission(sunday), "use", world(), false),
        (both("perm"), "print", world(), true),
        (both("prohibit"), "print", world(), false),
        (both("invalid"), "print", world(), false),
        (both("invalid"), "read", world(), true),
        (member.clone(), "use", world().with_part(PARTNER, "urn:dealers"), true),
        (member, "use", world().with_part(PARTNER, "urn:importers"), false),
        (permission(refined.clone()), "use", world().with_part(ASSET, "urn:all").with("media", "x"), true),
        (permission(refined.clone()), "use", world().with_part(ASSET, "urn:all").with("media", "y"), false),
        (permission(refined), "use", world().with_part(ASSET, "urn:all"), false),
        (
            json!({"action": "use", "constraint": [atomic("purpose", "eq", json!("a"))], "permission": [{"target": ASSET}]}),
            "use",
            known("purpose", "b"),
            false,
        ),
        (
            json!({"permission": [{"action": "use", "constraint": [
                {"leftOperand": "payAmount", "operator": "gteq", "rightOperand": "5", "unit": "urn:euro"}]}]}),
            "use",
            world().with("payAmount", json!({"@value": "7.5", "@type": "xsd:decimal", "unit": "urn:euro"})),
            true,
        ),
        (
            json!({"permission": [{"action": "use", "constraint": [
                {"leftOperand": "count", "operator": "lt", "rightOperandReference": "urn:limit"}]}]}),
            "use",
            world().with("count", 5).with_reference("urn:limit", 6),
            true,
        ),
        (
            json!({"permission": [{"action": "use"}], "obligation": [{"action": "delete", "constraint": [until_end()]}]}),
            "use",
            world(),
            true,
        ),
    ] {
        let decision = decide(&policy, &request(action), &world);
        assert_eq!(decision.permitted, expected, "{action} under {policy:#}: {}", decision.sentence());
    }
}

fn until_end() -> Value {
    atomic("DataProvisioningEndDate", "eq", json!("2027-01-01T00:00:00Z"))
}

#[test]
fn every_rule_is_reported() {
    let policy = PolicyDocument::parse(json!({
        "permission": [{"action": "print"}, {"action": "use"}],
        "prohibition": [{"action": "distribute"}, {"action": "use", "constraint": [atomic("purpose", "eq", json!("sales"))]}],
        "obligation": [{"uid": "urn:duty", "action": "delete"}, {"action": "inform", "constraint": [atomic("event", "eq", json!("urn:end"))]}]
    }))
    .unwrap();
    let world = world().with("purpose", "quality").with_fulfilled("urn:duty");
    let decision = evaluate(policy.policy(), &request("use"), &world);
    let states: Vec<_> =
        decision.rules.iter().map(|report| (report.rule.to_string(), report.activation, report.fulfilled)).collect();
    assert!(decision.permitted && decision.rules.iter().all(|report| report.reasons.is_empty()));
    assert_eq!(
        states,
        [
            ("permission[0]".to_owned(), Activation::Inactive, None),
            ("permission[1]".to_owned(), Activation::Active, None),
            ("prohibition[0]".to_owned(), Activation::Inactive, None),
            ("prohibition[1]".to_owned(), Activation::Inactive, None),
            ("obligation[0]".to_owned(), Activation::Active, Some(true)),
            ("obligation[1]".to_owned(), Activation::Undecided, Some(false)),
        ]
    );
    let explained = explain(policy.policy(), &request("use"), &world);
    assert_eq!(explained.rules[0].reasons[0].code, ReasonCode::OtherAction);
}

#[test]
fn a_long_list_of_reasons_is_cut() {
    let constraints: Vec<_> = (0..100).map(|number| atomic("purpose", "eq", json!(format!("{number}")))).collect();
    let decision =
        decide(&json!({"permission": [{"action": "use", "constraint": constraints}]}), &request("use"), &world());
    let last = decision.reasons.last().unwrap();
    assert_eq!(last.code, ReasonCode::More);
    assert_eq!(decision.reasons.len(), 65);
}

#[test]
fn sentences_are_short_and_on_one_line_whatever_a_partner_writes() {
    let long = format!("urn:x:{}\nrefused: nothing, all is well", "y".repeat(5_000));
    let decision = decide(
        &json!({"permission": [{"action": "use", "constraint": [atomic(&long, "isAnyOf", json!(vec![long.clone(); 50]))]}]}),
        &request("use"),
        &world(),
    );
    assert!(
        decision.reasons[0].sentence.len() < 1_500 && !decision.sentence().contains('\n'),
        "{}",
        decision.sentence()
    );
}

#[test]
fn the_next_change_is_the_next_boundary() {
    let policy = PolicyDocument::parse(json!({
        "timestamp": "2026-03-30T10:00:00Z",
        "permission": [{"action": "use", "constraint": [{"or": [
            {"and": [atomic("dateTime", "gteq", json!("2026-05-01")), atomic("dateTime", "lteq", json!("2026-06-30"))]},
            atomic("purpose", "eq", json!("2026-04-15"))
        ]}]}],
        "prohibition": [{"action": "use", "constraint": [atomic("dateTime", "lt", json!("2026-04-02T00:00:00Z"))]},
            {"action": "use", "constraint": [atomic("DataUsageEndDurationDays", "eq", json!("90"))]}]
    }))
    .unwrap();
    let mut now = world().now();
    let mut changes = Vec::new();
    while let Some(next) = next_change(policy.policy(), now) {
        changes.push(next.to_string());
        now = next;
    }
    assert_eq!(
        changes,
        ["2026-04-02T00:00:00Z", "2026-05-01T00:00:00Z", "2026-06-28T00:00:00Z", "2026-07-01T00:00:00Z"]
    );
}

/// The formal semantics group's examples of constraints and refinements.
#[test]
fn w3c_examples_of_constraints_and_refinements() {
    let folder = "suites/odrl-w3c/A Evaluation of Constraints/";
    let a1 = format!("{folder}A1 Example of a constrained permission/");
    let Some(policy) = shared::json(&format!("{a1}policyA1.json")) else { return };
    for (name, expected) in [("A11", true), ("A12", false)] {
        let asked = shared::json(&format!("{a1}{name}/evaluationrequest{name}.json")).unwrap();
        let text = |member: &str| asked[member].as_str().unwrap().to_owned();
        let at = asked["requestParameters"]["value"]["@value"].as_str().unwrap().to_owned() + "Z";
        let request = Request {
            action: text("evaluatedAction"),
            target: text("evaluatedTarget"),
            assignee: text("evaluatedParty"),
            assigner: None,
        };
        let decision = decide(&policy, &request, &World::at(at.parse().unwrap()));
        assert_eq!(decision.permitted, expected, "{name}: {}", decision.sentence());
    }
    let b1 = "suites/odrl-w3c/B Evaluation of Refinements/B1 Example of a permission with refinement/policyB1.json";
    let policy = shared::json(b1).unwrap();
    let request = Request {
        action: "odrl:print".into(),
        target: "http://example.com/document/1234".into(),
        assignee: "urn:p".into(),
        assigner: None,
    };
    for (dots, expected) in [(1200, true), (1201, false)] {
        let fact = json!({"@value": dots, "unit": "http://dbpedia.org/resource/Dots_per_inch"});
        assert_eq!(decide(&policy, &request, &world().with("resolution", fact)).permitted, expected, "{dots}");
    }
}

#[test]
fn catena_x_samples_are_decided() {
    let Some(policy) = shared::json("suites/cx-odrl-profile/schema/samples/usage-policy-sample.json") else { return };
    let refused = decide(&policy, &request("use"), &world());
    assert!(!refused.permitted);
    let known = world()
        .with("FrameworkAgreement", "DataExchangeGovernance:1.0")
        .with("UsagePurpose", "cx.pcf.base:1")
        .with("DataUsageEndDefinition", "cx.dataUsageEnd.unlimited")
        .with("UsageRestriction", json!([]));
    let permitted = decide(&policy, &request("use"), &known);
    assert!(permitted.permitted, "{}", permitted.sentence());
}
