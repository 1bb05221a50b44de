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
