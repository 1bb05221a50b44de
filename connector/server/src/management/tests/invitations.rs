//! Founding a dataspace, inviting into it, and each refusal of an invitation's code.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::fixture::{Fixture, call};
use crate::connector::Change;
use crate::operations::invitations::redeem;
use crate::problem::Problem;
use crate::storage::invitations::{self as rows, InvitationState, StoredInvitation};

const NEWCOMER: &str = "did:web:newcomer.example";
const OTHER: &str = "did:web:other.example";

/// An invitation through the API: the answer, with text and record.
async fn invited(fixture: &Fixture, body: Value) -> Value {
    let app = fixture.app().await;
    let created = call(&app, "admin", "POST", "/api/v1/invitations", Some(body)).await;
    assert_eq!(created.status, 201, "{created:?}");
    created.json
}

async fn founded() -> Fixture {
    let fixture = Fixture::new().await;
    let body = json!({"id": "brakes", "name": "Brake Makers", "bpn": "auto"});
    let created = call(&fixture.app().await, "admin", "POST", "/api/v1/dataspaces", Some(body)).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(created.json["dataspace"]["issuers"][0]["did"], fixture.connector.participant);
    fixture
}

fn newcomer() -> Value {
    json!({"dataspace": "brakes", "name": "Newcomer", "bpn": "auto"})
}

/// The code in the text, which only its bearer and the issuer are to see.
fn code(invitation: &Value) -> String {
    use base64::Engine as _;
    let payload = invitation["invitation"].as_str().unwrap().split('.').nth(1).unwrap();
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap();
    serde_json::from_slice::<Value>(&payload).unwrap()["code"].as_str().unwrap().to_owned()
}

/// Comes with the code, and commits what that means.
async fn come(fixture: &Fixture, code: &str, holder: &str) -> Result<BTreeMap<String, String>, Problem> {
    let mut change = Change::default();
    let member = redeem(&fixture.connector, &mut change, code, holder).await?;
    fixture.connector.commit(change).await?;
    Ok(member.attributes)
}

async fn refused_as(fixture: &Fixture, code: &str, holder: &str, expected: &str) {
    let refused = come(fixture, code, holder).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.kind.status().0), (expected, 403), "{refused:?}");
    assert!(refused.rule.is_some() && refused.hint.is_some(), "{refused:?}");
}

#[actix_web::test]
async fn a_code_admits_one_member_and_no_second() {
    let fixture = founded().await;
    let code = code(&invited(&fixture, newcomer()).await);
    let attributes = come(&fixture, &code, NEWCOMER).await.unwrap();
    assert!(attributes["bpn"].starts_with("BPNL") && attributes["bpn"].len() == 16, "{attributes:?}");
    refused_as(&fixture, &code, OTHER, "invitation.used").await;
    // Whose answer was lost comes again.
    assert_eq!(come(&fixture, &code, NEWCOMER).await.unwrap(), attributes);

    let app = fixture.app().await;
    let member = format!("/api/v1/dataspaces/brakes/members/{NEWCOMER}");
    let removed = call(&app, "admin", "DELETE", &member, None).await;
    assert_eq!(removed.status, 204, "{removed:?}");
    refused_as(&fixture, &code, NEWCOMER, "invitation.used").await;
}

#[actix_web::test]
async fn two_who_come_at_once_do_not_both_get_in() {
    let fixture = founded().await;
    let code = code(&invited(&fixture, newcomer()).await);
    let (mut one, mut two) = (Change::default(), Change::default());
    redeem(&fixture.connector, &mut one, &code, NEWCOMER).await.unwrap();
    redeem(&fixture.connector, &mut two, &code, OTHER).await.unwrap();
    fixture.connector.commit(one).await.unwrap();
    assert!(fixture.connector.commit(two).await.is_err());
}

#[actix_web::test]
async fn a_code_that_is_unknown_withdrawn_or_over_is_refused_as_that() {
    let fixture = founded().await;
    refused_as(&fixture, "made-up", NEWCOMER, "invitation.unknown").await;

    let app = fixture.app().await;
    let withdrawn = invited(&fixture, newcomer()).await;
    let path = format!("/api/v1/invitations/{}", withdrawn["id"].as_str().unwrap());
    assert_eq!(call(&app, "admin", "DELETE", &path, None).await.status, 204);
    refused_as(&fixture, &code(&withdrawn), NEWCOMER, "invitation.withdrawn").await;
    let again = call(&app, "admin", "DELETE", &path, None).await;
    assert_eq!((again.status, again.json["code"].as_str()), (409, Some("invitation.withdrawn")));

    let over = invited(&fixture, newcomer()).await;
    let (id, code) = (over["id"].as_str().unwrap(), code(&over));
    let stored = rows::by_id(&fixture.connector.db, id).await.unwrap().unwrap();
    let ended = StoredInvitation { id: "ended".to_owned(), code_hash: hash("ended"), expires: 1, ..stored.clone() };
    let mut change = Change::default();
    change.write(rows::insert(&ended));
    fixture.connector.commit(change).await.unwrap();
    refused_as(&fixture, "ended", NEWCOMER, "invitation.expired").await;
    assert_eq!(call(&app, "viewer", "GET", "/api/v1/invitations/ended", None).await.json["state"], "EXPIRED");
    assert_eq!(stored.state, InvitationState::Open);
    assert!(come(&fixture, &code, NEWCOMER).await.is_ok());
}

fn hash(code: &str) -> String {
    use sha2::{Digest as _, Sha256};
    hex::encode(Sha256::digest(code))
}

#[actix_web::test]
async fn the_text_says_who_invites_and_holds_only_as_a_whole() {
    let fixture = founded().await;
    let app = fixture.app().await;
    let created = invited(&fixture, newcomer()).await;
    let text = created["invitation"].as_str().unwrap();
    let inspect = async |text: &str| {
        let body = json!({"invitation": text});
        call(&app, "viewer", "POST", "/api/v1/invitations/inspect", Some(body)).await
    };
    let told = inspect(&format!("  {text}\n")).await;
    assert_eq!(told.status, 200, "{told:?}");
    assert_eq!(told.json["inviter"], fixture.connector.participant);
    assert_eq!((told.json["dataspace"].as_str(), told.json["company"].as_str()), (Some("brakes"), Some("Newcomer")));
    assert!(!told.json.to_string().contains(&code(&created)), "the code is shown to nobody");

    let parts: Vec<&str> = text.split('.').collect();
    let reversed: String = parts[2].chars().rev().collect();
    let cases = [
        (format!("{}.{}.{reversed}", parts[0], parts[1]), "invitation.signature"),
        (format!("{}.{}", parts[0], parts[1]), "invitation.malformed"),
        ("nonsense".to_owned(), "invitation.malformed"),
        ("x".repeat(100_000), "invitation.malformed"),
    ];
    for (text, expected) in cases {
        let refused = inspect(&text).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (422, Some(expected)), "{refused:?}");
    }
    let listed = call(&app, "viewer", "GET", "/api/v1/invitations?dataspace=brakes", None).await;
    assert_eq!(listed.json["items"].as_array().map(Vec::len), Some(1));
    assert!(listed.json["items"][0].get("invitation").is_none(), "the text is told once");
    let own = json!({"invitation": text});
    let own = call(&app, "admin", "POST", "/api/v1/dataspaces/join", Some(own)).await;
    assert_eq!((own.status, own.json["code"].as_str()), (409, Some("invitation.own")));
}

#[actix_web::test]
async fn what_cannot_be_said_of_a_member_is_refused_before_anybody_is_invited() {
    let fixture = founded().await;
    let app = fixture.app().await;
    let cases = [
        (json!({"dataspace": "brakes", "name": "N"}), 422, "member.incomplete"),
        (json!({"dataspace": "brakes", "name": "N", "bpn": "BPNL1"}), 422, "invitation.bpn"),
        (json!({"dataspace": "brakes", "name": "", "bpn": "auto"}), 422, "dataspace"),
        (json!({"dataspace": "brakes", "name": "N", "bpn": "auto", "expiresInSeconds": 0}), 422, "invitation.life"),
        (json!({"dataspace": "gears", "name": "N", "bpn": "auto"}), 404, "not-found"),
    ];
    for (body, status, code) in cases {
        let refused = call(&app, "admin", "POST", "/api/v1/invitations", Some(body.clone())).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (status, Some(code)), "{body}: {refused:?}");
    }
    let again = json!({"id": "brakes", "name": "Brake Makers", "bpn": "auto"});
    let again = call(&app, "admin", "POST", "/api/v1/dataspaces", Some(again)).await;
    assert_eq!((again.status, again.json["code"].as_str()), (409, Some("already-exists")));
    let nameless = json!({"id": "gears", "name": "Gear Makers"});
    let nameless = call(&app, "admin", "POST", "/api/v1/dataspaces", Some(nameless)).await;
    assert_eq!((nameless.status, nameless.json["code"].as_str()), (422, Some("member.incomplete")));
}

#[actix_web::test]
async fn an_offer_is_in_the_first_dataspace_unless_another_is_named() {
    let fixture = founded().await;
    let app = fixture.app().await;
    let policy = json!({"id": "open", "policy": super::fixture::open_policy()});
    call(&app, "admin", "POST", "/api/v1/policies", Some(policy)).await;
    let cases = [
        (Value::Null, 201, json!("brakes")),
        (json!("brakes"), 201, json!("brakes")),
        (json!(""), 201, Value::Null),
        (json!("gears"), 422, Value::Null),
    ];
    for (named, status, expected) in cases {
        let offer = json!({"assets": {"all": true}, "accessPolicy": "open", "usagePolicy": "open", "dataspace": named});
        let created = call(&app, "admin", "POST", "/api/v1/offers", Some(offer)).await;
        assert_eq!((created.status, &created.json["dataspace"]), (status, &expected), "{named}: {created:?}");
    }
}

#[actix_web::test]
async fn scopes_are_spelled_as_the_founder_says() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let cases = [
        ("brakes", Value::Null, "org.eclipse.tractusx.vc.type:MembershipCredential:read"),
        ("gears", json!("tractusx"), "org.eclipse.tractusx.vc.type:MembershipCredential:read"),
        ("tyres", json!("dcp"), "org.eclipse.dspace.dcp.vc.type:MembershipCredential:read"),
    ];
    for (id, scopes, expected) in cases {
        let mut body = json!({"id": id, "name": id, "bpn": "BPNL00000003CRHK", "types": ["AuditCredential"]});
        if !scopes.is_null() {
            body["scopes"] = scopes;
        }
        let created = call(&app, "admin", "POST", "/api/v1/dataspaces", Some(body)).await;
        assert_eq!(created.status, 201, "{created:?}");
        let required = created.json["dataspace"]["requiredScopes"].as_array().unwrap();
        assert_eq!((required[0].as_str(), required.len()), (Some(expected), 4), "{id}");
    }
}
