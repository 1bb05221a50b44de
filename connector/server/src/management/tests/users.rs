//! Who may sign in: invited, changed, kept out, removed. What a person may do counts at once.

use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD, first_admin, person, token};
use super::fixture::{Fixture, call};

const USERS: &str = "/api/v1/users";

#[actix_web::test]
async fn an_invited_person_sets_a_password_once() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let mut ada = first_admin(&fixture, &app, "Ada").await;
    let invite = json!({"name": "grace@plant.example", "role": "approver"});
    let invited = ada.send(&app, "POST", USERS, Some(invite.clone())).await;
    assert_eq!(invited.status, 201, "{invited:?}");
    assert_eq!(invited.headers.get("Location").unwrap(), "/api/v1/users/grace%40plant.example");
    assert_eq!((&invited.json["user"]["state"], &invited.json["user"]["kind"]), (&json!("invited"), &json!("local")));
    assert!(invited.json["user"]["linkExpiresAt"].is_string());
    let again = ada.send(&app, "POST", USERS, Some(json!({"name": "Grace@Plant.example", "role": "viewer"}))).await;
    assert_eq!((again.status, again.json["code"].as_str()), (409, Some("user.name-taken")));

    let token = token(invited.json["link"].as_str().unwrap());
    let mut grace = Browser::default();
    let does = grace.send(&app, "POST", "/api/v1/session/link/inspect", Some(json!({"token": token}))).await;
    assert_eq!(does.json, json!({"name": "grace@plant.example", "role": "approver", "kind": "invitation"}));
    let body = json!({"token": token, "password": PASSWORD});
    let used = grace.send(&app, "POST", "/api/v1/session/link", Some(body.clone())).await;
    assert_eq!((used.status, &used.json["operator"]["role"]), (200, &json!("approver")));
    let twice = Browser::default().send(&app, "POST", "/api/v1/session/link", Some(body)).await;
    assert_eq!((twice.status, twice.json["code"].as_str()), (404, Some("link.unknown")));

    let list = ada.send(&app, "GET", USERS, None).await;
    let shown = |name: &str| list.json["items"].as_array().unwrap().iter().find(|user| user["name"] == name).cloned();
    let shown = shown("grace@plant.example").unwrap();
    assert_eq!((&shown["state"], &shown["linkExpiresAt"]), (&json!("active"), &Value::Null));
    assert!(shown["lastSeenAt"].is_string());
    let refused = grace.send(&app, "GET", USERS, None).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (403, Some("role")));
    assert_eq!(refused.json["hint"], "ask an administrator for a wider role");
}

#[actix_web::test]
async fn a_forgotten_password_is_set_anew_and_ends_sessions() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let mut ada = first_admin(&fixture, &app, "Ada").await;
    let mut grace = person(&app, "Grace", "viewer").await;
    let first = ada.send(&app, "POST", "/api/v1/users/Grace/link", None).await;
    let second = ada.send(&app, "POST", "/api/v1/users/grace/link", None).await;
    assert_eq!((first.status, second.status), (201, 201), "{second:?}");
    assert_eq!(grace.send(&app, "GET", "/api/v1/info", None).await.status, 200, "until the link is used");
    let mut elsewhere = Browser::default();
    for (link, status) in [(&first, 404), (&second, 200)] {
        let body = json!({"token": token(link.json["link"].as_str().unwrap()), "password": "another horse battery"});
        assert_eq!(elsewhere.send(&app, "POST", "/api/v1/session/link", Some(body)).await.status, status);
    }
    assert_eq!(grace.send(&app, "GET", "/api/v1/info", None).await.status, 401);
    assert_eq!(Browser::default().sign_in(&app, "Grace", PASSWORD).await.status, 401);
    assert_eq!(ada.send(&app, "POST", "/api/v1/users/nobody/link", None).await.status, 404);
}

#[actix_web::test]
async fn a_change_counts_at_once() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let mut ada = first_admin(&fixture, &app, "Ada").await;
    let mut grace = person(&app, "Grace", "approver").await;
    let put = |role: &str, disabled: bool| Some(json!({"role": role, "disabled": disabled}));
    let same = ada.send(&app, "PUT", "/api/v1/users/Grace", put("approver", false)).await;
    assert_eq!((same.status, &same.json["state"]), (200, &json!("active")));
    assert_eq!(grace.send(&app, "GET", "/api/v1/session", None).await.status, 200, "nothing has changed");

    assert_eq!(ada.send(&app, "PUT", "/api/v1/users/Grace", put("viewer", false)).await.status, 200);
    assert_eq!(grace.send(&app, "GET", "/api/v1/session", None).await.status, 401, "the session has ended");
    let signed_in = grace.sign_in(&app, "Grace", PASSWORD).await;
    assert_eq!(signed_in.json["permissions"], json!(["read"]));

    assert_eq!(ada.send(&app, "PUT", "/api/v1/users/Grace", put("viewer", true)).await.status, 200);
    assert_eq!(grace.send(&app, "GET", "/api/v1/session", None).await.status, 401);
    assert_eq!(grace.sign_in(&app, "Grace", PASSWORD).await.status, 401);
    let refused = ada.send(&app, "POST", "/api/v1/users/Grace/link", None).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (409, Some("user.disabled")));
    assert_eq!(ada.send(&app, "PUT", "/api/v1/users/Grace", put("viewer", false)).await.status, 200);
    assert_eq!(grace.sign_in(&app, "Grace", PASSWORD).await.status, 200);

    assert_eq!(ada.send(&app, "DELETE", "/api/v1/users/Grace", None).await.status, 204);
    assert_eq!(grace.send(&app, "GET", "/api/v1/session", None).await.status, 401);
    assert_eq!(ada.send(&app, "DELETE", "/api/v1/users/Grace", None).await.status, 404);
    let kinds =
        ["user.created", "user.password-set", "session.begun", "user.changed", "session.refused", "user.removed"];
    for kind in kinds {
        drop(fixture.event(kind, "Grace").await);
    }
}

#[actix_web::test]
async fn the_last_administrator_stays() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let mut ada = first_admin(&fixture, &app, "Ada").await;
    // Who has not set a password yet cannot help anybody.
    drop(call(&app, "admin", "POST", USERS, Some(json!({"name": "Ida", "role": "admin"}))).await);
    let put = |role: &str, disabled: bool| Some(json!({"role": role, "disabled": disabled}));
    let cases = [("PUT", put("viewer", false)), ("PUT", put("admin", true)), ("DELETE", None)];
    for (method, body) in cases {
        for mut by in [ada.clone(), Browser::default()] {
            let refused = match by.cookie {
                Some(_) => by.send(&app, method, "/api/v1/users/Ada", body.clone()).await,
                None => call(&app, "admin", method, "/api/v1/users/Ada", body.clone()).await,
            };
            assert_eq!((refused.status, refused.json["code"].as_str()), (409, Some("user.last-admin")), "{method}");
        }
    }
    let mut grace = person(&app, "Grace", "admin").await;
    assert_eq!(ada.send(&app, "PUT", "/api/v1/users/Ada", put("viewer", false)).await.status, 200);
    assert_eq!(ada.send(&app, "GET", "/api/v1/session", None).await.status, 401);
    let refused = grace.send(&app, "DELETE", "/api/v1/users/Grace", None).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (409, Some("user.last-admin")));
    assert_eq!(grace.send(&app, "DELETE", "/api/v1/users/Ida", None).await.status, 204, "an invitation may go");
}

#[actix_web::test]
async fn two_administrators_who_remove_each_other_leave_one() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let mut ada = first_admin(&fixture, &app, "Ada").await;
    let mut grace = person(&app, "Grace", "admin").await;
    let (one, two) = futures_util::join!(
        ada.send(&app, "DELETE", "/api/v1/users/Grace", None),
        grace.send(&app, "DELETE", "/api/v1/users/Ada", None)
    );
    let mut seen = [one.status, two.status];
    seen.sort_unstable();
    assert!(matches!(seen, [204, 401 | 409]), "{one:?} {two:?}");
    let left = call(&app, "admin", "GET", USERS, None).await;
    assert_eq!(left.json["items"].as_array().unwrap().len(), 1);
}

/// An event stream stays open longer than a request: it ends with the session.
#[actix_web::test]
async fn an_open_event_stream_ends_with_the_session() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    drop(first_admin(&fixture, &app, "Ada").await);
    let mut grace = person(&app, "Grace", "viewer").await;
    let removed = async {
        let removed = call(&app, "admin", "DELETE", "/api/v1/users/Grace", None).await;
        assert_eq!(removed.status, 204);
    };
    // The answer is complete when the stream has ended.
    let (followed, ()) = futures_util::join!(grace.send(&app, "GET", "/api/v1/events?after=0", None), removed);
    assert_eq!(followed.status, 200);
}
