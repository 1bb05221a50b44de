//! What is known of a partner when a policy is decided: in each dataspace what it proved there, and for as long as it holds.

use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use symbolon_policies_odrl::{PolicyDocument, World, evaluate};
use symbolon_vocab::catenax::{BUSINESS_PARTNER_GROUP, BUSINESS_PARTNER_NUMBER, MEMBERSHIP as OPERAND};

use super::fixture::{Fixture, call};
use super::partner::Partner;
use super::presenting::{MEMBERSHIP, asks, connector, dataspace};
use crate::clock;
use crate::operations::facts::{self, Standing};

const TYPES: &[&str] = &["MembershipCredential"];

/// A partner that has presented its membership of the dataspace `one`.
async fn member() -> (Fixture, Partner) {
    let (fixture, partner) = (connector().await, Partner::start());
    dataspace(&fixture, "one", &partner.issuer, TYPES, &[MEMBERSHIP]).await;
    assert!(asks(&fixture, &partner, Some("t")).await.unwrap().belongs_to("one"));
    (fixture, partner)
}

async fn standing(fixture: &Fixture, partner: &Partner, dataspace: &str, at: Timestamp) -> Standing {
    facts::standing(&fixture.connector, &partner.did, dataspace, at).await.unwrap()
}

/// Whether a policy with this one constraint permits the partner to use something.
fn permits(world: &World, operand: &str, operator: &str, value: Value) -> bool {
    let constraint = json!({"leftOperand": operand, "operator": operator, "rightOperand": value});
    let policy = json!({"@type": "Set", "@id": "urn:p", "permission": [{"action": "use", "constraint": [constraint]}]});
    let policy = PolicyDocument::parse(policy).unwrap();
    evaluate(policy.policy(), &facts::request_to_use("did:web:anybody", "urn:a"), world).permitted
}

fn is_member(world: &World) -> bool {
    permits(world, OPERAND, "eq", json!("active"))
}

#[actix_web::test]
async fn a_claim_is_a_fact_in_the_dataspace_whose_issuer_said_it_and_in_no_other() {
    let (fixture, partner) = member().await;
    dataspace(&fixture, "two", "did:web:other.example", TYPES, &[MEMBERSHIP]).await;
    let now = clock::now();
    let one = standing(&fixture, &partner, "one", now).await;
    assert!(is_member(&one.world) && one.must_belong().is_ok());
    assert!(permits(&one.world, BUSINESS_PARTNER_NUMBER, "isAnyOf", json!(["BPNL00000003CRHK"])));
    for elsewhere in ["two", "nowhere"] {
        let other = standing(&fixture, &partner, elsewhere, now).await;
        assert!(!is_member(&other.world), "{elsewhere}");
        assert_eq!(other.must_belong().map_err(|problem| problem.code), Err("dataspace.membership".to_owned()));
    }
    let outside = standing(&fixture, &partner, "", now).await;
    assert!(!is_member(&outside.world) && outside.must_belong().is_ok());
}

#[actix_web::test]
async fn a_claim_ends_with_its_credential() {
    let (fixture, partner) = member().await;
    let facts = facts::about(&fixture.connector, &partner.did, "one", clock::now()).await.unwrap();
    let at = |seconds| clock::now() + SignedDuration::from_secs(seconds);
    let before = facts.standing(&fixture.connector, at(3500)).await;
    assert!(is_member(&before.world) && before.must_belong().is_ok());
    let after = facts.standing(&fixture.connector, at(3700)).await;
    assert!(!is_member(&after.world));
    let refused = after.must_belong().unwrap_err();
    assert!(refused.detail.contains("expired") && refused.detail.contains(&partner.issuer), "{refused}");
}

#[actix_web::test]
async fn a_claim_ends_with_its_revocation() {
    let (fixture, partner) = member().await;
    let facts = facts::about(&fixture.connector, &partner.did, "one", clock::now()).await.unwrap();
    partner.state.revoked.store(true, Ordering::SeqCst);
    let after = facts.standing(&fixture.connector, clock::now()).await;
    assert!(!is_member(&after.world));
    assert!(after.must_belong().unwrap_err().detail.contains("revoked"));
}

#[actix_web::test]
async fn a_claim_ends_when_its_issuer_is_believed_no_more() {
    let (fixture, partner) = member().await;
    let facts = facts::about(&fixture.connector, &partner.did, "one", clock::now()).await.unwrap();
    dataspace(&fixture, "one", &partner.issuer, &["BpnCredential"], &[MEMBERSHIP]).await;
    let after = facts.standing(&fixture.connector, clock::now()).await;
    assert!(!is_member(&after.world));
    assert!(after.must_belong().unwrap_err().detail.contains("does not believe"));
}

#[actix_web::test]
async fn what_credentials_say_is_not_taken_from_the_registry_within_a_dataspace() {
    let (fixture, partner) = member().await;
    let number = "BPNL0000000WRONG";
    let claims = json!({BUSINESS_PARTNER_NUMBER: [number], BUSINESS_PARTNER_GROUP: ["gold"]});
    let body = json!({"name": "N", "dspAddress": "http://127.0.0.1:9/dsp", "claims": claims});
    let path = format!("/api/v1/partners/{}", partner.did.replace('%', "%25"));
    let known = call(&fixture.app().await, "admin", "PUT", &path, Some(body)).await;
    assert_eq!(known.status, 201, "{known:?}");
    for (dataspace, counts) in [("one", false), ("", true)] {
        let world = standing(&fixture, &partner, dataspace, clock::now()).await.world;
        assert_eq!(permits(&world, BUSINESS_PARTNER_NUMBER, "isAnyOf", json!([number])), counts, "{dataspace:?}");
        assert!(permits(&world, BUSINESS_PARTNER_GROUP, "isAnyOf", json!(["gold"])), "{dataspace:?}");
    }
}

#[actix_web::test]
async fn an_access_policy_may_speak_of_use_or_of_access() {
    let world = World::at(clock::now());
    for (action, seen) in [("use", true), ("https://w3id.org/catenax/2025/9/policy/access", true), ("delete", false)] {
        let policy = json!({"@type": "Set", "@id": "urn:p", "permission": [{"action": action}]});
        let policy = PolicyDocument::parse(policy).unwrap();
        assert_eq!(facts::may_see(policy.policy(), "did:web:anybody", &world), seen, "{action}");
    }
}

const NATIONALITY: &str = "https://w3id.org/symbolon/export-control/1/nationality";
const LOCATION: &str = "https://w3id.org/symbolon/export-control/1/location";

/// Describes the dataspace `one` with claims of the membership credential.
async fn claiming(fixture: &Fixture, issuer: &str, types: &[&str], claims: Value) -> u16 {
    let body = json!({"name": "one", "issuers": [{"did": issuer, "types": types}], "requiredScopes": [MEMBERSHIP],
        "presentedScopes": [MEMBERSHIP], "claims": claims});
    call(&fixture.app().await, "admin", "PUT", "/api/v1/dataspaces/one", Some(body)).await.status
}

#[actix_web::test]
async fn a_dataspace_says_which_members_of_a_credential_are_facts() {
    let (fixture, partner) = member().await;
    let claim = |kind: &str, member: &str, operand: &str| json!({"type": kind, "member": member, "operand": operand});
    let nationality = claim("MembershipCredential", "nationality", "ec:nationality");
    let location = claim("MembershipCredential", "address/country", LOCATION);
    let all_of = json!(["DE", "FR"]);
    let known = async || {
        let world = standing(&fixture, &partner, "one", clock::now()).await.world;
        let nationality = permits(&world, NATIONALITY, "isAnyOf", all_of.clone());
        (nationality, permits(&world, LOCATION, "isAnyOf", json!(["DE"])))
    };
    let cases = [
        (TYPES, json!([]), (false, false)),
        (TYPES, json!([nationality]), (true, false)),
        (TYPES, json!([nationality, location]), (true, true)),
        // The issuer is believed about another type than the claim's.
        (TYPES, json!([claim("OtherCredential", "nationality", NATIONALITY)]), (false, false)),
        (&["OtherCredential"], json!([nationality]), (false, false)),
        (TYPES, json!([claim("MembershipCredential", "nothing/there", NATIONALITY)]), (false, false)),
        (TYPES, json!([claim("MembershipCredential", "address", NATIONALITY)]), (false, false)),
    ];
    for (types, claims, expected) in cases {
        assert_eq!(claiming(&fixture, &partner.issuer, types, claims.clone()).await, 200);
        assert_eq!(known().await, expected, "{types:?} {claims}");
    }
    // An operator cannot say what the dataspace lets credentials say.
    assert_eq!(claiming(&fixture, &partner.issuer, TYPES, json!([nationality])).await, 200);
    let body = json!({"name": "N", "dspAddress": "http://127.0.0.1:9/dsp", "claims": {NATIONALITY: ["US"]}});
    let path = format!("/api/v1/partners/{}", partner.did.replace('%', "%25"));
    assert_eq!(call(&fixture.app().await, "admin", "PUT", &path, Some(body)).await.status, 201);
    let world = standing(&fixture, &partner, "one", clock::now()).await.world;
    assert!(permits(&world, NATIONALITY, "isAnyOf", all_of) && !permits(&world, NATIONALITY, "isAnyOf", json!(["US"])));
}

#[actix_web::test]
async fn a_claim_that_could_say_who_asks_or_what_is_asked_is_refused() {
    let (fixture, partner) = member().await;
    let cases = [
        ("", "nationality", NATIONALITY),
        ("MembershipCredential", "", NATIONALITY),
        ("MembershipCredential", "id", NATIONALITY),
        ("MembershipCredential", "a//b", NATIONALITY),
        ("MembershipCredential", "nationality", "nationality"),
        ("MembershipCredential", "nationality", "https://w3id.org/symbolon/1/participantId"),
        ("MembershipCredential", "nationality", "adm:partNumber"),
    ];
    for (kind, member, operand) in cases {
        let claims = json!([{"type": kind, "member": member, "operand": operand}]);
        assert_eq!(claiming(&fixture, &partner.issuer, TYPES, claims.clone()).await, 422, "{claims}");
    }
}
