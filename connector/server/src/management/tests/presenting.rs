//! Partners that present: asked once, believed by each dataspace for itself, refused with a reason.

use std::sync::atomic::Ordering;

use futures_util::future::join_all;
use serde_json::json;
use symbolon_identity::Keyring;

use super::fixture::{Fixture, call};
use super::partner::{Partner, access_of};
use crate::authentication::Caller;
use crate::clock;
use crate::problem::{Kind, Problem};
use crate::storage::presentations;

pub(super) const MEMBERSHIP: &str = "org.eclipse.dspace.dcp.vc.type:MembershipCredential:read";
const NUMBER: &str = "org.eclipse.tractusx.vc.type:BpnCredential:read";

/// A connector that looks at status lists anew each time.
pub(super) async fn connector() -> Fixture {
    connector_with(", status_cache_s = 0").await
}

async fn connector_with(identity: &str) -> Fixture {
    Fixture::with(Keyring::generate_did_key(clock::now()).unwrap(), identity).await
}

/// Describes a dataspace, as an operator does.
pub(super) async fn dataspace(fixture: &Fixture, id: &str, issuer: &str, types: &[&str], required: &[&str]) {
    let body = json!({
        "name": id,
        "issuers": [{"did": issuer, "types": types}],
        "requiredScopes": required,
        "presentedScopes": required,
    });
    let answer = call(&fixture.app().await, "admin", "PUT", &format!("/api/v1/dataspaces/{id}"), Some(body)).await;
    assert!(answer.status < 300, "{}", answer.json);
}

/// What becomes of a request of the partner with this access token.
pub(super) async fn asks(fixture: &Fixture, partner: &Partner, token: Option<&str>) -> Result<Caller, Problem> {
    let header = partner.header(&fixture.connector.participant, token).await;
    fixture.connector.authentication.caller(&fixture.connector, Some(&header)).await
}

fn refused(outcome: Result<Caller, Problem>) -> (Kind, String) {
    let problem = outcome.unwrap_err();
    (problem.kind, problem.code)
}

#[actix_web::test]
async fn without_dataspaces_a_partner_is_who_its_did_says() {
    let (fixture, partner) = (connector().await, Partner::start());
    let caller = asks(&fixture, &partner, Some("t")).await.unwrap();
    assert_eq!((caller.participant(), caller.dataspaces().len()), (partner.did.as_str(), 0));
    assert!(caller.belongs_to("") && !caller.belongs_to("one"));
    assert_eq!(partner.queries(), 0);
}

#[actix_web::test]
async fn a_member_is_asked_once_for_all_that_is_required() {
    let (fixture, partner) = (connector().await, Partner::start());
    dataspace(&fixture, "one", &partner.issuer, &["MembershipCredential"], &[MEMBERSHIP]).await;
    dataspace(&fixture, "two", &partner.issuer, &["MembershipCredential", "BpnCredential"], &[MEMBERSHIP, NUMBER])
        .await;
    partner.state.types.lock().unwrap().push("BpnCredential".to_owned());
    let caller = asks(&fixture, &partner, Some("t")).await.unwrap();
    assert_eq!(caller.dataspaces(), ["one", "two"]);
    let asked = partner.state.asked.lock().unwrap().clone();
    assert_eq!(asked["message"]["scope"], json!([MEMBERSHIP, NUMBER]));
    let own = asked["authorization"].as_str().unwrap().strip_prefix("Bearer ").unwrap().to_owned();
    let claims: serde_json::Value = symbolon_identity::jws::Compact::parse(&own).unwrap().claims().unwrap();
    assert_eq!((&claims["aud"], &claims["token"]), (&json!(partner.did), &json!("t")));
    // Kept: neither the same nor another access token costs a query.
    for token in ["t", "u"] {
        assert_eq!(asks(&fixture, &partner, Some(token)).await.unwrap().dataspaces(), ["one", "two"]);
    }
    assert_eq!(partner.queries(), 1);
}

#[actix_web::test]
async fn many_messages_at_once_are_one_query() {
    let (fixture, partner) = (connector().await, Partner::start());
    dataspace(&fixture, "one", &partner.issuer, &["MembershipCredential"], &[MEMBERSHIP]).await;
    let callers = join_all((0..64).map(|_| asks(&fixture, &partner, Some("t")))).await;
    assert!(callers.into_iter().all(|caller| caller.unwrap().belongs_to("one")));
    assert_eq!(partner.queries(), 1);
    // So is a refusal.
    let stranger = Partner::start();
    *stranger.state.refuses.lock().unwrap() = Some(403);
    let refusals = join_all((0..64).map(|_| asks(&fixture, &stranger, Some("t")))).await;
    assert!(
        refusals.into_iter().all(|outcome| refused(outcome) == (Kind::Forbidden, "presentation.refused".to_owned()))
    );
    assert_eq!(stranger.queries(), 1);
}

#[actix_web::test]
async fn a_presentation_is_kept_for_as_long_as_configured_and_its_claims_longer() {
    let (fixture, partner) = (connector_with(", presentation_cache_s = 0").await, Partner::start());
    dataspace(&fixture, "one", &partner.issuer, &["MembershipCredential"], &[MEMBERSHIP]).await;
    for queries in [1, 2] {
        assert!(asks(&fixture, &partner, Some("t")).await.unwrap().belongs_to("one"));
        assert_eq!(partner.queries(), queries);
    }
    let row = presentations::by_partner(&fixture.connector.db, &partner.did).await.unwrap().unwrap();
    let [credential] = row.credentials.as_slice() else { panic!("one credential was expected") };
    assert_eq!(
        (&credential.dataspaces[..], credential.issuer.as_str()),
        (&["one".to_owned()][..], partner.issuer.as_str())
    );
    assert!(credential.expires > row.verified + 3_000_000, "a credential counts until it ends");
}

#[actix_web::test]
async fn a_revocation_ends_what_was_kept() {
    let (fixture, partner) = (connector().await, Partner::start());
    dataspace(&fixture, "one", &partner.issuer, &["MembershipCredential"], &[MEMBERSHIP]).await;
    asks(&fixture, &partner, Some("t")).await.unwrap();
    partner.state.revoked.store(true, Ordering::SeqCst);
    let problem = asks(&fixture, &partner, Some("t")).await.unwrap_err();
    assert_eq!((problem.kind, problem.code.as_str()), (Kind::Forbidden, "credential.revoked"));
    assert!(problem.detail.contains(&partner.issuer), "{problem}");
}

#[actix_web::test]
async fn whom_a_dataspace_believes_counts_from_the_change_on() {
    let (fixture, partner) = (connector().await, Partner::start());
    dataspace(&fixture, "one", &partner.issuer, &["MembershipCredential"], &[MEMBERSHIP]).await;
    asks(&fixture, &partner, Some("t")).await.unwrap();
    dataspace(&fixture, "one", "did:web:other.example", &["MembershipCredential"], &[MEMBERSHIP]).await;
    let problem = asks(&fixture, &partner, Some("t")).await.unwrap_err();
    assert_eq!((problem.kind, problem.code.as_str()), (Kind::Forbidden, "dataspace.no-membership"));
    assert!(problem.detail.contains("one: ") && problem.detail.contains(&partner.issuer), "{problem}");
}

#[actix_web::test]
async fn an_issuer_that_is_believed_on_another_type_proves_nothing() {
    let (fixture, partner) = (connector().await, Partner::start());
    dataspace(&fixture, "one", &partner.issuer, &["BpnCredential"], &[MEMBERSHIP]).await;
    let problem = asks(&fixture, &partner, Some("t")).await.unwrap_err();
    assert_eq!((problem.kind, problem.code.as_str()), (Kind::Forbidden, "dataspace.no-membership"));
    assert!(problem.detail.contains("MembershipCredential"), "{problem}");
}

#[actix_web::test]
async fn a_member_of_one_dataspace_is_nobody_in_another() {
    let (fixture, partner) = (connector().await, Partner::start());
    dataspace(&fixture, "one", &partner.issuer, &["MembershipCredential"], &[MEMBERSHIP]).await;
    dataspace(&fixture, "two", "did:web:other.example", &["MembershipCredential"], &[MEMBERSHIP]).await;
    let caller = asks(&fixture, &partner, Some("t")).await.unwrap();
    assert!(caller.belongs_to("one") && !caller.belongs_to("two"));
    // It is not asked for the rest with each message.
    asks(&fixture, &partner, Some("u")).await.unwrap();
    assert_eq!(partner.queries(), 1);
}

#[actix_web::test]
async fn whom_an_operator_has_registered_comes_in_without_proof_and_not_with_a_bad_one() {
    let (fixture, partner) = (connector().await, Partner::start());
    dataspace(&fixture, "one", &partner.issuer, &["MembershipCredential"], &[MEMBERSHIP]).await;
    let problem = asks(&fixture, &partner, None).await.unwrap_err();
    assert_eq!((problem.kind, problem.code.as_str()), (Kind::Unauthenticated, "token.claim-missing"));
    assert!(problem.detail.contains("token"), "{problem}");
    let path = format!("/api/v1/partners/{}", partner.did.replace('%', "%25"));
    let body = json!({"name": "Known", "dspAddress": "http://127.0.0.1:9/dsp"});
    assert_eq!(call(&fixture.app().await, "admin", "PUT", &path, Some(body)).await.status / 100, 2);
    let caller = asks(&fixture, &partner, None).await.unwrap();
    assert!(caller.belongs_to("") && !caller.belongs_to("one"));
    // It may live in other dataspaces than we, and present what is nothing to us; but that has to be in order.
    partner.state.types.lock().unwrap().clear();
    for _ in 0..2 {
        let caller = asks(&fixture, &partner, Some("t")).await.unwrap();
        assert_eq!((caller.dataspaces().len(), partner.queries()), (0, 1));
    }
    let stranger = Partner::start();
    assert_eq!(asks(&fixture, &stranger, Some("t")).await.unwrap_err().code, "dataspace.no-membership");
    let row = presentations::by_partner(&fixture.connector.db, &stranger.did).await.unwrap();
    assert_eq!(row, None, "who proves nothing leaves nothing");
}

#[actix_web::test]
async fn a_bad_presentation_is_refused_of_everybody() {
    let (fixture, partner) = (connector().await, Partner::start());
    dataspace(&fixture, "one", &partner.issuer, &["MembershipCredential"], &[MEMBERSHIP]).await;
    let path = format!("/api/v1/partners/{}", partner.did.replace('%', "%25"));
    let body = json!({"name": "Known", "dspAddress": "http://127.0.0.1:9/dsp"});
    assert_eq!(call(&fixture.app().await, "admin", "PUT", &path, Some(body)).await.status / 100, 2);
    partner.state.revoked.store(true, Ordering::SeqCst);
    assert_eq!(refused(asks(&fixture, &partner, Some("t")).await), (Kind::Forbidden, "credential.revoked".to_owned()));
}

#[actix_web::test]
async fn what_may_pass_is_told_apart_from_what_does_not() {
    let cases = [
        (400, Kind::Forbidden, "presentation.refused"),
        (401, Kind::Forbidden, "presentation.refused"),
        (302, Kind::Forbidden, "presentation.refused"),
        (429, Kind::Unavailable, "presentation.unreachable"),
        (500, Kind::Unavailable, "presentation.unreachable"),
        (503, Kind::Unavailable, "presentation.unreachable"),
    ];
    let (fixture, partner) = (connector().await, Partner::start());
    dataspace(&fixture, "one", &partner.issuer, &["MembershipCredential"], &[MEMBERSHIP]).await;
    for (status, kind, code) in cases {
        *partner.state.refuses.lock().unwrap() = Some(status);
        assert_eq!(refused(asks(&fixture, &partner, Some("t")).await), (kind, code.to_owned()), "{status}");
    }
    // A refusal is not kept.
    *partner.state.refuses.lock().unwrap() = None;
    assert!(asks(&fixture, &partner, Some("t")).await.is_ok());
}

#[actix_web::test]
async fn a_dataspace_that_requires_nothing_has_no_members() {
    let (fixture, partner) = (connector().await, Partner::start());
    dataspace(&fixture, "open", &partner.issuer, &["MembershipCredential"], &[]).await;
    let caller = asks(&fixture, &partner, Some("t")).await.unwrap();
    assert!(!caller.belongs_to("open"));
    assert_eq!(partner.queries(), 0);
}

#[actix_web::test]
async fn our_own_requests_let_the_partner_ask_for_what_its_dataspaces_need() {
    let fixture = connector().await;
    let (connector, audience) = (&fixture.connector, "did:web:partner.example");
    let claims = async || {
        let header = connector.authentication.header_for(audience).await.unwrap();
        let token = header.strip_prefix("Bearer ").unwrap().to_owned();
        symbolon_identity::jws::Compact::parse(&token).unwrap().claims::<serde_json::Value>().unwrap()
    };
    assert_eq!(claims().await.get("token"), None, "nothing to present");
    dataspace(&fixture, "one", "did:web:issuer.example", &["MembershipCredential"], &[MEMBERSHIP]).await;
    let granted = claims().await["token"].as_str().unwrap().to_owned();
    assert_eq!(claims().await["token"], granted.as_str(), "kept for a while");
    let access = access_of(&connector.keys());
    assert_eq!(access.open(&granted, audience, clock::now()).unwrap(), [MEMBERSHIP]);
    dataspace(&fixture, "two", "did:web:issuer.example", &["BpnCredential"], &[MEMBERSHIP, NUMBER]).await;
    let wider = claims().await;
    assert_eq!(access.open(wider["token"].as_str().unwrap(), audience, clock::now()).unwrap(), [MEMBERSHIP, NUMBER]);
    let service = "http://127.0.0.1:1/identity/credentials";
    assert_eq!(
        wider[symbolon_identity::token::CREDENTIAL_SERVICE_CLAIM],
        service,
        "a did:key has no other place to say it"
    );
}

#[actix_web::test]
async fn a_token_counts_once() {
    let (fixture, partner) = (connector().await, Partner::start());
    let header = partner.header(&fixture.connector.participant, None).await;
    let authentication = &fixture.connector.authentication;
    assert!(authentication.caller(&fixture.connector, Some(&header)).await.is_ok());
    let again = refused(authentication.caller(&fixture.connector, Some(&header)).await);
    assert_eq!(again, (Kind::Unauthenticated, "token.replayed".to_owned()));
    let missing = refused(authentication.caller(&fixture.connector, None).await);
    assert_eq!(missing, (Kind::Unauthenticated, "token.missing".to_owned()));
}

#[actix_web::test]
async fn what_a_partner_presented_is_told_as_it_stands_now() {
    let (fixture, partner) = (connector().await, Partner::start());
    dataspace(&fixture, "one", &partner.issuer, &["MembershipCredential"], &[MEMBERSHIP]).await;
    dataspace(&fixture, "two", "did:web:other.example", &["MembershipCredential"], &[MEMBERSHIP]).await;
    let path = format!("/api/v1/partners/{}", partner.did.replace('%', "%25"));
    let app = fixture.app().await;
    let shown = async || call(&app, "viewer", "GET", &format!("{path}/presentation"), None).await;
    assert_eq!(shown().await.status, 404);
    let known = json!({"name": "N", "dspAddress": "http://127.0.0.1:9/dsp"});
    assert_eq!(call(&app, "admin", "PUT", &path, Some(known)).await.status, 201);
    let never = shown().await.json;
    for part in ["presentedAt", "credentials", "numbers"] {
        assert!(never[part].is_null(), "{never}");
    }
    assert_eq!(never["memberships"].as_array().unwrap().len(), 2);

    asks(&fixture, &partner, Some("t")).await.unwrap();
    let presented = shown().await.json;
    let credential = &presented["credentials"][0];
    assert_eq!(
        (&credential["status"], &credential["issuer"]),
        (&json!("valid"), &json!(partner.issuer)),
        "{presented}"
    );
    assert_eq!(credential["id"], "urn:credential:MembershipCredential");
    assert_eq!((&credential["dataspaces"], &presented["numbers"]), (&json!(["one"]), &json!(["BPNL00000003CRHK"])));
    assert!(presented["presentedAt"].is_string() && credential["validUntil"].is_string());
    let proved: Vec<bool> =
        presented["memberships"].as_array().unwrap().iter().map(|one| one["proved"].as_bool().unwrap()).collect();
    assert_eq!(proved, [true, false]);
    assert!(!presented.to_string().contains("eyJ"), "the signed text is not shown");

    partner.state.revoked.store(true, Ordering::SeqCst);
    let revoked = shown().await.json;
    assert_eq!(
        (&revoked["credentials"][0]["status"], &revoked["numbers"]),
        (&json!("revoked"), &json!([])),
        "{revoked}"
    );
    assert!(revoked["memberships"][0]["detail"].as_str().unwrap().contains("revoked"));
}
