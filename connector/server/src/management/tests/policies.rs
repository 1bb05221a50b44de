//! Policies: what is refused when they are created, what they say, and what can be asked about them.

use serde_json::{Value, json};

use symbolon_vocab::messages::{ContractRequestMessage, parse};

use super::fixture::{Answer, Fixture, asset, call, open_policy};
use super::partner::Partner;
use super::presenting::{MEMBERSHIP, asks};
use crate::operations::negotiations::receiving;

const CX: &str = "https://w3id.org/catenax/2025/9/policy/";

/// Terms that follow the Catena-X profile: one term is decided, one binds by contract only.
pub(super) fn catenax() -> Value {
    json!({"@type": "Set", "profile": CX, "permission": [{"action": "use", "constraint": [{"and": [
        constraint("FrameworkAgreement", "eq", json!("DataExchangeGovernance:1.0")),
        constraint("UsagePurpose", "isAnyOf", json!(["cx.core.industrycore:1"])),
        constraint("Liability", "eq", json!("cx.grossNegligence:1")),
    ]}]}]})
}

fn constraint(operand: &str, operator: &str, value: Value) -> Value {
    json!({"leftOperand": format!("{CX}{operand}"), "operator": operator, "rightOperand": value})
}

/// Permits use up to a day.
fn until(day: &str) -> Value {
    json!({"@type": "Set", "permission": [{"action": "use", "constraint": [
        {"leftOperand": "dateTime", "operator": "lt", "rightOperand": format!("{day}T00:00:00Z")}]}]})
}

/// Permits use for one purpose.
fn for_purpose(purpose: &str) -> Value {
    json!({"@type": "Set", "permission": [{"action": "use", "constraint": [
        {"leftOperand": "purpose", "operator": "eq", "rightOperand": purpose}]}]})
}

async fn post(fixture: &Fixture, path: &str, body: Value) -> Answer {
    call(&fixture.app().await, "admin", "POST", &format!("/api/v1/{path}"), Some(body)).await
}

/// All texts of a list as one.
fn texts(list: &Value) -> String {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

#[actix_web::test]
async fn a_policy_that_breaks_its_profile_is_refused_with_every_rule_that_it_breaks() {
    let fixture = Fixture::new().await;
    let mut broken = catenax();
    let constraints = broken["permission"][0]["constraint"][0]["and"].as_array_mut().unwrap();
    constraints[1]["operator"] = json!("eq");
    constraints[2]["rightOperand"] = json!("cx.noNegligence:1");
    let refused = post(&fixture, "policies", json!({"id": "p", "policy": broken})).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (422, Some("policy.profile")), "{refused:?}");
    let findings = refused.json["findings"].as_array().unwrap();
    for place in ["permission[0].constraint[0].and[1]", "permission[0].constraint[0].and[2]"] {
        let named = findings.iter().any(|finding| finding["path"].as_str().unwrap().starts_with(place));
        assert!(named, "{place} is not named: {findings:?}");
    }
    for finding in findings {
        assert!(!finding["code"].as_str().unwrap().is_empty() && !finding["sentence"].as_str().unwrap().is_empty());
    }
    assert_eq!(call(&fixture.app().await, "admin", "GET", "/api/v1/policies/p", None).await.status, 404);
}

#[actix_web::test]
async fn what_binds_by_contract_only_is_shown_wherever_the_policy_is() {
    let fixture = Fixture::new().await;
    let created = post(&fixture, "policies", json!({"id": "p", "policy": catenax()})).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert!(texts(&created.json["terms"]["contractualOnly"]).contains("negligence"), "{created:?}");
    assert_eq!(created.json["terms"]["notUnderstood"], json!([]));
    assert_eq!(post(&fixture, "assets", asset("a")).await.status, 201);
    let offer = json!({"id": "o", "assets": {"all": true}, "accessPolicy": "p", "usagePolicy": "p"});
    let offer = post(&fixture, "offers", offer).await;
    assert_eq!((offer.status, &offer.json["terms"]), (201, &created.json["terms"]));
    let app = fixture.app().await;
    for (path, place) in [("offers/o", "/terms"), ("offers", "/items/0/terms"), ("policies", "/items/0/terms")] {
        let shown = call(&app, "viewer", "GET", &format!("/api/v1/{path}"), None).await;
        assert_eq!(shown.json.pointer(place), Some(&created.json["terms"]), "{path}");
    }
    for role in ["consumer", "provider"] {
        let mut terms = catenax();
        (terms["@type"], terms["@id"], terms["target"]) = (json!("Offer"), json!("urn:o"), json!("a"));
        let body = json!({"role": role, "counterPartyId": "did:web:other.example",
            "counterPartyAddress": "http://127.0.0.1:9/dsp", "offer": terms});
        let begun = post(&fixture, "negotiations", body).await;
        assert_eq!(begun.status, 201, "{begun:?}");
        assert_eq!(begun.json["terms"]["contractualOnly"], created.json["terms"]["contractualOnly"], "{role}");
    }
}

#[actix_web::test]
async fn a_policy_may_be_given_as_turtle() {
    let fixture = Fixture::new().await;
    let turtle = r#"
        @prefix odrl: <http://www.w3.org/ns/odrl/2/> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        <urn:policy:1> a odrl:Set ; odrl:permission [
            odrl:action odrl:use ;
            odrl:constraint [ odrl:leftOperand odrl:dateTime ; odrl:operator odrl:lt ;
                odrl:rightOperand "2035-12-31T23:00:00Z"^^xsd:dateTime ] ] ."#;
    let created = post(&fixture, "policies", json!({"id": "t", "turtle": turtle})).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert!(texts(&created.json["terms"]["sentences"]).contains("31 December 2035"), "{created:?}");
    for (at, permitted) in [("2035-12-31T22:59:59Z", true), ("2035-12-31T23:00:00Z", false)] {
        let tried = post(&fixture, "policies/dry-run", json!({"of": {"id": "t"}, "at": at})).await;
        assert_eq!((tried.status, &tried.json["permitted"]), (200, &json!(permitted)), "{at}: {tried:?}");
    }
    for (body, status, code) in [
        (json!({"turtle": turtle, "policy": open_policy()}), 400, "body"),
        (json!({"id": "x"}), 400, "body"),
        (json!({"turtle": "<urn:a> <urn:b> <urn:c> ."}), 422, "policy.unusable"),
        (json!({"turtle": "this is no Turtle"}), 422, "policy.unusable"),
    ] {
        let refused = post(&fixture, "policies", body.clone()).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (status, Some(code)), "{body}: {refused:?}");
    }
}

#[actix_web::test]
async fn any_policy_is_explained_with_what_is_not_understood() {
    let fixture = Fixture::new().await;
    let foreign = json!({"@type": "Set", "permission": [{"action": "use", "constraint": [
        {"leftOperand": "https://foreign.example/moonPhase", "operator": "eq", "rightOperand": "full"}]}]});
    let explained = post(&fixture, "policies/explain", json!({"of": {"policy": foreign}})).await;
    assert_eq!(explained.status, 200, "{explained:?}");
    assert!(texts(&explained.json["notUnderstood"]).contains("moonPhase"), "{explained:?}");
    let clause = &explained.json["clauses"][0];
    assert_eq!(clause["path"], "permission[0].constraint[0]", "{explained:?}");
    assert_eq!(clause["standing"], "not-understood");
    // The canonical form says the same.
    let again = json!({"of": {"policy": explained.json["canonical"]}});
    let again = post(&fixture, "policies/explain", again).await;
    assert_eq!(
        (&again.json["sentences"], &again.json["turtle"]),
        (&explained.json["sentences"], &explained.json["turtle"])
    );
    let turtle = post(&fixture, "policies/explain", json!({"of": {"turtle": explained.json["turtle"]}})).await;
    assert_eq!(turtle.json["canonical"], explained.json["canonical"]);
}

#[actix_web::test]
async fn questions_about_what_is_not_there_are_refused() {
    let fixture = Fixture::new().await;
    let who = json!({"who": "did:web:a.example", "what": "a"});
    for (path, body, status, code) in [
        ("policies/explain", json!({"of": {"id": "none"}}), 404, "not-found"),
        ("policies/explain", json!({"of": {"agreement": "urn:none"}}), 404, "not-found"),
        ("policies/explain", json!({"of": {"policy": {"permission": 5}}}), 422, "policy.unusable"),
        ("policies/explain", json!({"of": {"other": 1}}), 400, "body"),
        ("policies/explain", json!({}), 400, "body"),
        ("policies/dry-run", json!({"of": {"id": "none"}}), 404, "not-found"),
        ("policies/dry-run", json!({"of": {"policy": open_policy()}, "at": "yesterday"}), 400, "body"),
        ("policies/compare", json!({"a": {"id": "none"}, "b": {"policy": open_policy()}}), 404, "not-found"),
        ("policies/compare", json!({"a": {"policy": open_policy()}}), 400, "body"),
        ("policies/meet", json!({"of": []}), 422, "policy.count"),
        ("policies/meet", json!({"of": vec![json!({"policy": open_policy()}); 17]}), 422, "policy.count"),
        ("policies/review", json!({"of": [], "question": who}), 422, "policy.count"),
        ("policies/review", json!({"of": [{"policy": open_policy()}]}), 400, "body"),
    ] {
        let refused = post(&fixture, path, body.clone()).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (status, Some(code)), "{path} {body}: {refused:?}");
    }
}

#[actix_web::test]
async fn a_dry_run_decides_on_what_is_supposed_and_says_what_would_change_it() {
    let fixture = Fixture::new().await;
    let created = post(&fixture, "policies", json!({"id": "p", "policy": catenax()})).await;
    assert_eq!(created.status, 201, "{created:?}");
    let ask = |claims: Value| json!({"of": {"id": "p"}, "partner": "did:web:oem.example", "claims": claims});
    let refused = post(&fixture, "policies/dry-run", ask(json!({}))).await;
    assert_eq!((refused.status, &refused.json["permitted"]), (200, &json!(false)));
    let reason = &refused.json["reasons"][0];
    assert_eq!(
        (reason["code"].as_str(), reason["path"].as_str().unwrap().starts_with("permission[0]")),
        (Some("MissingFact"), true)
    );
    assert!(texts(&refused.json["wouldChange"]).to_lowercase().contains("framework"), "{refused:?}");
    let claims = json!({format!("{CX}FrameworkAgreement"): "DataExchangeGovernance:1.0"});
    let permitted = post(&fixture, "policies/dry-run", ask(claims.clone())).await;
    assert_eq!(permitted.json["permitted"], true, "{permitted:?}");
    assert!(texts(&permitted.json["contractualOnly"]).contains("negligence"), "{permitted:?}");
    let mut otherwise = ask(claims);
    otherwise["purpose"] = json!("cx.other:1");
    let refused = post(&fixture, "policies/dry-run", otherwise).await;
    assert_eq!(refused.json["permitted"], false, "{refused:?}");
    assert_eq!(refused.json["reasons"][0]["code"], "ConstraintNotMet");
}

#[actix_web::test]
async fn a_dry_run_counts_what_the_connector_knows_of_a_partner() {
    let fixture = Fixture::new().await;
    let group = json!({"@type": "Set", "permission": [{"action": "use",
        "constraint": [constraint("BusinessPartnerGroup", "isAnyOf", json!(["gold"]))]}]});
    let partner = json!({"name": "N", "dspAddress": "http://127.0.0.1:9/dsp",
        "claims": {format!("{CX}BusinessPartnerGroup"): ["gold"]}});
    let app = fixture.app().await;
    assert_eq!(call(&app, "admin", "PUT", "/api/v1/partners/did:web:a.example", Some(partner)).await.status, 201);
    for (partner, permitted) in [("did:web:a.example", true), ("did:web:b.example", false)] {
        let tried = post(&fixture, "policies/dry-run", json!({"of": {"policy": group}, "partner": partner})).await;
        assert_eq!(tried.json["permitted"], permitted, "{partner}: {tried:?}");
    }
}

#[actix_web::test]
async fn policies_are_compared_in_both_directions() {
    let fixture = Fixture::new().await;
    let ask = |a: Value, b: Value| json!({"a": {"policy": a}, "b": {"policy": b}});
    let compared = post(&fixture, "policies/compare", ask(until("2027-01-01"), until("2030-01-01"))).await;
    assert_eq!(compared.status, 200, "{compared:?}");
    assert_eq!(
        (&compared.json["aWithinB"]["answer"], &compared.json["bWithinA"]["answer"]),
        (&json!("yes"), &json!("no"))
    );
    assert!(!texts(&compared.json["bWithinA"]["because"]).is_empty(), "an example is given");
    assert_eq!(compared.json["compatible"]["answer"], "yes");
    let apart = post(&fixture, "policies/compare", ask(for_purpose("urn:quality"), for_purpose("urn:sales"))).await;
    assert_eq!(apart.status, 200, "{apart:?}");
    assert_ne!(apart.json["compatible"]["answer"], "yes", "{apart:?}");
    assert!(!texts(&apart.json["compatible"]["because"]).is_empty(), "{apart:?}");
}

#[actix_web::test]
async fn the_meet_permits_what_all_permit() {
    let fixture = Fixture::new().await;
    let created = post(&fixture, "policies", json!({"id": "p", "policy": until("2027-01-01")})).await;
    assert_eq!(created.status, 201, "{created:?}");
    let of = json!({"of": [{"id": "p"}, {"policy": for_purpose("urn:quality")}]});
    let met = post(&fixture, "policies/meet", of).await;
    assert_eq!(met.status, 200, "{met:?}");
    assert!(texts(&met.json["sentences"]).contains("2027"), "{met:?}");
    for (at, purpose, permitted) in [
        ("2026-12-31T23:59:59Z", "urn:quality", true),
        ("2027-01-01T00:00:00Z", "urn:quality", false),
        ("2026-12-31T23:59:59Z", "urn:sales", false),
    ] {
        let ask = json!({"of": {"policy": met.json["policy"]}, "at": at, "purpose": purpose});
        let tried = post(&fixture, "policies/dry-run", ask).await;
        assert_eq!((tried.status, &tried.json["permitted"]), (200, &json!(permitted)), "{at} {purpose}: {tried:?}");
    }
}

#[actix_web::test]
async fn a_review_says_until_when_and_why() {
    let fixture = Fixture::new().await;
    let ask = |policy: Value, action: &str| {
        json!({"of": [{"policy": policy}],
        "question": {"who": "did:web:oem.example", "what": "spindle", "action": action}})
    };
    let reviewed = post(&fixture, "policies/review", ask(until("2099-01-01"), "use")).await;
    assert_eq!((reviewed.status, reviewed.json["answer"].as_str()), (200, Some("now")), "{reviewed:?}");
    assert!(reviewed.json["until"].as_str().unwrap().starts_with("2099-01-01"), "{reviewed:?}");
    assert!(reviewed.json["sheet"].as_str().unwrap().contains("2099"), "{reviewed:?}");
    for never in [ask(until("2020-01-01"), "use"), ask(until("2099-01-01"), "sell")] {
        let reviewed = post(&fixture, "policies/review", never.clone()).await;
        assert_eq!(reviewed.json["answer"], "never", "{never}: {reviewed:?}");
    }
}

#[actix_web::test]
async fn a_dataspace_with_a_profile_has_no_offer_that_breaks_it() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let send = async |method, path: &str, body| call(&app, "admin", method, path, Some(body)).await;
    let dataspace = json!({"name": "C", "profile": CX});
    assert_eq!(send("PUT", "/api/v1/dataspaces/cx", dataspace).await.status, 201);
    for (id, policy) in [("open", open_policy()), ("follows", catenax())] {
        let created = send("POST", "/api/v1/policies", json!({"id": id, "policy": policy})).await;
        assert_eq!(created.status, 201, "{created:?}");
    }
    let offer = |policy: &str, dataspace: &str| {
        json!({"id": "o", "assets": {"all": true}, "dataspace": dataspace,
        "accessPolicy": "open", "usagePolicy": policy})
    };
    let unfollowed = |answer: &Answer| {
        assert_eq!((answer.status, answer.json["code"].as_str()), (422, Some("policy.profile")), "{answer:?}");
        assert_eq!(answer.json["findings"][0]["code"], "profile.unnamed");
    };
    unfollowed(&send("POST", "/api/v1/offers", offer("open", "cx")).await);
    assert_eq!(send("POST", "/api/v1/offers", offer("open", "")).await.status, 201, "outside there is no profile");
    unfollowed(&send("PUT", "/api/v1/offers/o", offer("open", "cx")).await);
    assert_eq!(send("PUT", "/api/v1/offers/o", offer("follows", "cx")).await.status, 200);
    unfollowed(&send("PUT", "/api/v1/policies/follows", json!({"policy": open_policy()})).await);
    let proposal = json!({"role": "provider", "counterPartyId": "did:web:other.example", "policy": "open", "asset": "a",
        "counterPartyAddress": "http://127.0.0.1:9/dsp"});
    unfollowed(&send("POST", "/api/v1/negotiations", proposal).await);
}

/// Publishes the asset `a` under these terms, visible to everybody.
async fn published(fixture: &Fixture, terms: Value, dataspace: &str) {
    for (path, body) in [
        ("assets", asset("a")),
        ("policies", json!({"id": "open", "policy": open_policy()})),
        ("policies", json!({"id": "terms", "policy": terms})),
        (
            "offers",
            json!({"id": "o", "assets": {"all": true}, "dataspace": dataspace, "accessPolicy": "open", "usagePolicy": "terms"}),
        ),
    ] {
        let created = post(fixture, path, body).await;
        assert_eq!(created.status, 201, "{path}: {created:?}");
    }
}

/// How a partner's request for these terms ends, when nobody but the connector answers.
async fn ended(fixture: &Fixture, partner: &Partner, terms: &Value) -> Value {
    let caller = asks(fixture, partner, Some("t")).await.unwrap();
    let offer = json!({"@type": "Offer", "@id": "o:a", "target": "a", "permission": terms["permission"], "profile": terms["profile"]});
    let mut request = json!({"@context": ["https://w3id.org/dspace/2025/1/context.jsonld"], "consumerPid": "urn:c",
        "@type": "ContractRequestMessage", "callbackAddress": "http://127.0.0.1:9/dsp", "offer": offer});
    if terms.get("profile").is_none() {
        request["offer"].as_object_mut().unwrap().remove("profile");
    }
    let message: ContractRequestMessage = parse(request.to_string().as_bytes()).unwrap();
    receiving::requested(&fixture.connector, &caller, message, &request.to_string()).await.unwrap();
    let negotiation =
        call(&fixture.app().await, "viewer", "GET", "/api/v1/negotiations", None).await.json["items"][0].clone();
    assert_eq!(negotiation["state"], "TERMINATED", "{negotiation}");
    negotiation["termination"].clone()
}

#[actix_web::test]
async fn a_refused_proposal_ends_with_a_code_and_a_sentence_for_each_reason() {
    let fixture = Fixture::new().await;
    let terms = json!({"@type": "Set", "permission": [{"action": "use", "constraint": [
        constraint("Membership", "eq", json!("active")),
        {"leftOperand": "dateTime", "operator": "lt", "rightOperand": "2020-01-01T00:00:00Z"}]}]});
    published(&fixture, terms.clone(), "").await;
    let termination = ended(&fixture, &Partner::start(), &terms).await;
    assert_eq!((&termination["by"], &termination["code"]), (&json!("us"), &json!("policy.denied")));
    let reasons = texts(&termination["reason"]);
    for part in ["[MissingFact at permission[0].constraint[0]]", "[Expired at permission[0].constraint[1]]", "2020"] {
        assert!(reasons.contains(part), "{part} is missing: {reasons}");
    }
}

#[actix_web::test]
async fn nothing_is_agreed_without_a_person_that_breaks_the_profile_of_the_dataspace() {
    let (fixture, partner) = (Fixture::new().await, Partner::start());
    let issuers = json!([{"did": partner.issuer, "types": ["MembershipCredential"]}]);
    let put = async |profile: Value| {
        let body = json!({"name": "C", "issuers": issuers, "requiredScopes": [MEMBERSHIP], "profile": profile});
        call(&fixture.app().await, "admin", "PUT", "/api/v1/dataspaces/cx", Some(body)).await.status
    };
    assert_eq!(put(Value::Null).await, 201);
    published(&fixture, open_policy(), "cx").await;
    assert_eq!(put(json!(CX)).await, 200);
    let termination = ended(&fixture, &partner, &open_policy()).await;
    assert_eq!(termination["code"], "policy.profile");
    assert!(texts(&termination["reason"]).contains("[profile.unnamed at profile]"), "{termination}");
}

#[actix_web::test]
async fn what_policies_can_be_made_of_is_what_is_decided_by() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let known = call(&app, "viewer", "GET", "/api/v1/policies/operands", None).await;
    assert_eq!(known.status, 200);
    let find = |list: &str, member: &str, value: &str| {
        let found = known.json[list].as_array().unwrap().iter().find(|one| one[member] == value).cloned();
        found.unwrap_or_else(|| panic!("{list} has no {member} {value}"))
    };
    let membership = find("items", "iri", &format!("{CX}Membership"));
    assert_eq!(
        (&membership["kind"], &membership["operators"], &membership["values"][0]["value"], &membership["closed"]),
        (&json!("decided"), &json!(["eq"]), &json!("active"), &json!(true))
    );
    let liability = find("items", "iri", &format!("{CX}Liability"));
    assert_eq!((&liability["kind"], &liability["fact"]), (&json!("contractual"), &Value::Null));
    let part = find("items", "written", "adm:partNumber");
    assert_eq!((&part["values"], &part["everyValueCounts"]), (&Value::Null, &json!(true)));
    assert_eq!(find("actions", "written", "distribute")["onward"], json!(true));
    assert_eq!(find("actions", "written", "access")["includedIn"], Value::Null);
    assert_eq!(find("profiles", "iri", CX)["isProfile"], json!(true));
    // What the list says of an operand is what the check of a policy says.
    let purpose = find("items", "iri", &format!("{CX}UsagePurpose"));
    assert_eq!((&purpose["operators"], &purpose["closed"]), (&json!(["isAnyOf"]), &json!(false)));
}

#[actix_web::test]
async fn every_template_can_be_stored_as_it_is() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let templates = call(&app, "viewer", "GET", "/api/v1/policies/templates", None).await.json;
    let templates = templates["items"].as_array().unwrap().clone();
    assert!(templates.len() >= 10, "{templates:?}");
    for template in templates {
        let id = template["id"].as_str().unwrap();
        let stored = post(&fixture, "policies", json!({"id": id, "policy": template["policy"]})).await;
        assert_eq!(stored.status, 201, "{stored:?}");
        assert_eq!(stored.json["terms"]["notUnderstood"], json!([]), "{id}");
    }
    let refused = post(&fixture, "policies/templates/until", json!({"parameters": {"until": "soon"}})).await;
    assert_eq!((refused.status, refused.json["rule"].as_str()), (422, Some("parameters.until")), "{refused:?}");
    assert_eq!(post(&fixture, "policies/templates/none", json!({})).await.status, 404);
}
