//! People sign in, are who they are, and sign out; nobody else gets in with what a browser sends along.

use serde_json::{Value, json};

use super::browser::{Browser, HOST, ORIGIN, PASSWORD, first_admin, person, token};
use super::fixture::{Fixture, answer, asset, call, request};
use crate::connector::Change;
use crate::operations::people;
use crate::storage::{Statement, events};

const SESSION: &str = "/api/v1/session";

/// Headers.
type Sent<'a> = Vec<(&'a str, &'a str)>;

#[actix_web::test]
async fn the_first_link_makes_the_first_administrator_once() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let ways = answer(&app, request("GET", "/api/v1/session/ways")).await;
    assert_eq!(ways.json, json!({"password": true, "oidc": null, "firstStart": true, "name": "Test"}));

    let older = people::first_start(&fixture.connector).await.unwrap().unwrap();
    let link = people::first_start(&fixture.connector).await.unwrap().unwrap();
    assert!(link.expose().starts_with("http://127.0.0.1:0/welcome#"), "{}", link.expose());
    let mut browser = Browser::default();
    let mut post = async |path: &str, body: Value| browser.send(&app, "POST", path, Some(body)).await;
    let replaced = post("/api/v1/session/link/inspect", json!({"token": token(older.expose())})).await;
    assert_eq!((replaced.status, replaced.json["code"].as_str()), (404, Some("link.unknown")));
    let does = post("/api/v1/session/link/inspect", json!({"token": token(link.expose())})).await;
    assert_eq!(does.json, json!({"name": null, "role": "admin", "kind": "firstStart"}));

    // What is wrong with the password or the name does not use the link up.
    let token = token(link.expose());
    let cases = [
        (json!({"token": token, "password": PASSWORD}), 422, "user.name"),
        (json!({"token": token, "name": "  ", "password": PASSWORD}), 422, "user.name"),
        (json!({"token": token, "name": "admin", "password": PASSWORD}), 409, "user.name-taken"),
        (json!({"token": token, "name": "Automation", "password": PASSWORD}), 409, "user.name-taken"),
        (json!({"token": token, "name": "Ada", "password": "too short"}), 422, "password.weak"),
        (json!({"token": "x", "name": "Ada", "password": PASSWORD}), 404, "link.unknown"),
    ];
    for (body, status, code) in cases {
        let refused = post("/api/v1/session/link", body.clone()).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (status, Some(code)), "{body}");
    }
    let made = post("/api/v1/session/link", json!({"token": token, "name": " Ada ", "password": PASSWORD})).await;
    assert_eq!(made.status, 200, "{made:?}");
    assert_eq!(made.json["operator"], json!({"name": "Ada", "role": "admin", "kind": "user"}));
    assert_eq!(made.json["permissions"], json!(["read", "negotiate", "conclude", "administer", "audit"]));
    let cookie = made.headers.get("Set-Cookie").unwrap().to_str().unwrap().to_owned();
    assert!(cookie.ends_with("; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict"), "{cookie}");

    let again = post("/api/v1/session/link", json!({"token": token, "name": "Eve", "password": PASSWORD})).await;
    assert_eq!((again.status, again.json["code"].as_str()), (404, Some("link.unknown")));
    assert!(people::first_start(&fixture.connector).await.unwrap().is_none());
    let ways = answer(&app, request("GET", "/api/v1/session/ways")).await;
    assert_eq!(ways.json["firstStart"], false);
    let refused = call(&app, "admin", "POST", "/api/v1/session/first-link", None).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (409, Some("link.not-first")));
}

#[actix_web::test]
async fn the_first_link_ends_when_there_is_a_user_and_by_time() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let made = call(&app, "admin", "POST", "/api/v1/session/first-link", None).await;
    let mut browser = Browser::default();
    let use_it = json!({"token": token(made.json["link"].as_str().unwrap()), "name": "Eve", "password": PASSWORD});
    execute(&fixture, "UPDATE sign_in_link SET expires = created").await;
    let ended = browser.send(&app, "POST", "/api/v1/session/link", Some(use_it.clone())).await;
    assert_eq!((ended.status, ended.json["code"].as_str()), (404, Some("link.expired")));
    execute(&fixture, "UPDATE sign_in_link SET expires = created + 100000").await;
    drop(person(&app, "Ada", "viewer").await);
    let refused = browser.send(&app, "POST", "/api/v1/session/link", Some(use_it)).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (404, Some("link.unknown")));
    assert_eq!(browser.cookie, None);
}

#[actix_web::test]
async fn a_person_signs_in_works_and_signs_out() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    first_admin(&fixture, &app, "Ada").await;
    let mut browser = Browser::default();
    let nobody = browser.send(&app, "GET", SESSION, None).await;
    assert_eq!((nobody.status, nobody.json["code"].as_str()), (401, Some("session.none")));
    let signed_in = browser.sign_in(&app, " ADA ", PASSWORD).await;
    assert_eq!((signed_in.status, &signed_in.json["operator"]["name"]), (200, &json!("Ada")));
    let session = browser.send(&app, "GET", SESSION, None).await;
    for member in ["operator", "permissions", "csrf", "connector"] {
        assert_eq!(session.json[member], signed_in.json[member], "{member}");
    }
    assert_eq!(session.json["connector"]["participantId"], json!(fixture.connector.participant));

    let made = browser.send(&app, "POST", "/api/v1/assets", Some(asset("urn:ada"))).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(fixture.event("asset.created", "urn:ada").await["by"], "Ada");

    let before = browser.clone();
    let out = browser.send(&app, "DELETE", SESSION, None).await;
    assert_eq!((out.status, &browser.cookie), (204, &None));
    let mut stolen = before;
    let refused = stolen.send(&app, "GET", "/api/v1/info", None).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (401, Some("session.none")));
}

#[actix_web::test]
async fn an_api_key_is_an_operator_without_a_session() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let session = call(&app, "auditor", "GET", SESSION, None).await;
    assert_eq!(session.json["operator"], json!({"name": "auditor", "role": "auditor", "kind": "key"}));
    assert_eq!(session.json["permissions"], json!(["read", "audit"]));
    assert_eq!((&session.json["csrf"], &session.json["expiresAt"]), (&Value::Null, &Value::Null));
    assert_eq!(call(&app, "auditor", "DELETE", SESSION, None).await.status, 204);
    let body = json!({"current": PASSWORD, "password": PASSWORD});
    let refused = call(&app, "admin", "PUT", "/api/v1/session/password", Some(body)).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (409, Some("user.no-password")));
}

/// What an attacker's page, or another program on this machine, can make a browser send.
#[actix_web::test]
async fn a_cookie_alone_changes_nothing() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let mut ada = first_admin(&fixture, &app, "Ada").await;
    let mut grace = person(&app, "Grace", "admin").await;
    let (own, others) = (ada.csrf.clone().unwrap(), grace.csrf.clone().unwrap());
    let host = ("Host", HOST);
    let ours = ("Origin", ORIGIN);
    let csrf = ("X-Csrf-Token", own.as_str());
    let cases: [(&str, Sent<'_>, &str); 12] = [
        ("no token", vec![host, ours], "csrf"),
        ("an empty token", vec![host, ours, ("X-Csrf-Token", "")], "csrf"),
        ("a made-up token", vec![host, ours, ("X-Csrf-Token", "c3ltYm9sb24")], "csrf"),
        ("another session's token", vec![host, ours, ("X-Csrf-Token", &others)], "csrf"),
        ("no origin", vec![host, csrf], "origin"),
        ("another site", vec![host, csrf, ("Origin", "https://evil.example")], "origin"),
        ("another port", vec![host, csrf, ("Origin", "http://127.0.0.1:3000")], "origin"),
        ("a sandboxed page", vec![host, csrf, ("Origin", "null")], "origin"),
        ("a cross-site form", vec![host, csrf, ours, ("Sec-Fetch-Site", "cross-site")], "origin"),
        ("a rebound name", vec![("Host", "evil.example:8081"), csrf, ("Origin", "http://evil.example:8081")], "host"),
        ("no host", vec![csrf, ours], "host"),
        ("a typed address", vec![host, csrf, ("Sec-Fetch-Site", "none")], "origin"),
    ];
    for (what, headers, code) in cases {
        let refused = ada.send_with(&app, "POST", "/api/v1/assets", &headers, Some(asset("urn:evil"))).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (403, Some(code)), "{what}: {refused:?}");
    }
    let reads = [
        ("a rebound name", vec![("Host", "evil.example:8081")], 403),
        ("another port", vec![host, ("Sec-Fetch-Site", "same-site")], 403),
        ("another site", vec![host, ("Origin", "https://evil.example")], 403),
        ("a typed address", vec![host, ("Sec-Fetch-Site", "none")], 200),
        ("an old browser", vec![host], 200),
    ];
    for (what, headers, status) in reads {
        assert_eq!(ada.send_with(&app, "GET", "/api/v1/info", &headers, None).await.status, status, "{what}");
    }
    // The same request from our page; and the token of a session opens nothing by itself.
    let made = ada.send_with(&app, "POST", "/api/v1/assets", &[host, ours, csrf], Some(asset("urn:fine"))).await;
    assert_eq!(made.status, 201, "{made:?}");
    let alone = Browser::default().send_with(&app, "GET", "/api/v1/info", &[host, csrf], None).await;
    assert_eq!(alone.status, 401);
    assert_eq!(grace.send(&app, "GET", "/api/v1/assets/urn:evil", None).await.status, 404);
}

#[actix_web::test]
async fn signing_in_is_not_for_other_sites() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    drop(first_admin(&fixture, &app, "Ada").await);
    let body = || json!({"user": "Ada", "password": PASSWORD});
    let cases = [
        (vec![("Host", HOST), ("Origin", "https://evil.example")], 403, "origin"),
        (vec![("Host", HOST), ("Sec-Fetch-Site", "cross-site")], 403, "origin"),
        (vec![("Host", "evil.example"), ("Origin", "http://evil.example")], 403, "host"),
    ];
    for (headers, status, code) in cases {
        let mut browser = Browser::default();
        let refused = browser.send_with(&app, "POST", SESSION, &headers, Some(body())).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (status, Some(code)), "{headers:?}");
        assert_eq!(browser.cookie, None);
    }
    // A form of another site cannot send JSON.
    let form = request("POST", SESSION)
        .insert_header(("Host", HOST))
        .insert_header(("Content-Type", "text/plain"))
        .set_payload(body().to_string());
    assert_eq!(answer(&app, form).await.status, 415);
}

#[actix_web::test]
async fn a_session_that_somebody_else_put_there_is_not_gone_on_with() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    first_admin(&fixture, &app, "Ada").await;
    let attacker = person(&app, "Eve", "viewer").await;
    let made_up = attacker.cookie.clone().unwrap().split('=').next().unwrap().to_owned() + "=fixed";
    for planted in [attacker.cookie.clone().unwrap(), made_up] {
        let mut victim = Browser { cookie: Some(planted.clone()), csrf: None };
        assert_eq!(victim.sign_in(&app, "Ada", PASSWORD).await.status, 200);
        assert_ne!(victim.cookie.as_ref(), Some(&planted));
        let mut with_planted = Browser { cookie: Some(planted), csrf: None };
        assert_eq!(with_planted.send(&app, "GET", SESSION, None).await.status, 401, "it has ended");
    }
}

#[actix_web::test]
async fn sessions_end_by_time() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let mut ada = first_admin(&fixture, &app, "Ada").await;
    let cases = [
        ("used, but too old", "UPDATE session SET expires = seen"),
        ("not used for long", "UPDATE session SET expires = seen + 100000000, seen = seen - 28800001"),
    ];
    for (what, sql) in cases {
        execute(&fixture, sql).await;
        let refused = ada.send(&app, "GET", "/api/v1/info", None).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (401, Some("session.none")), "{what}");
    }
    execute(&fixture, "UPDATE session SET seen = seen + 28800001 - 120000").await;
    assert_eq!(ada.send(&app, "GET", "/api/v1/info", None).await.status, 200, "both were the reason");
    // What has ended is cleared away at the next sign-in.
    execute(&fixture, "UPDATE session SET expires = 1").await;
    assert_eq!(Browser::default().sign_in(&app, "Ada", PASSWORD).await.status, 200);
    execute(&fixture, "UPDATE session SET expires = seen + 100000000").await;
    assert_eq!(ada.send(&app, "GET", "/api/v1/info", None).await.status, 401);
}

#[actix_web::test]
async fn unknown_user_wrong_password_and_disabled_user_get_the_same_answer() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    drop(first_admin(&fixture, &app, "Ada").await);
    drop(person(&app, "Eve", "viewer").await);
    drop(call(&app, "admin", "POST", "/api/v1/users", Some(json!({"name": "Ida", "role": "viewer"}))).await);
    let disabled = Some(json!({"role": "viewer", "disabled": true}));
    assert_eq!(call(&app, "admin", "PUT", "/api/v1/users/Eve", disabled).await.status, 200);
    let mut answers = Vec::new();
    for (user, password) in [("Ada", "not the password"), ("nobody", PASSWORD), ("Eve", PASSWORD), ("Ida", "")] {
        let refused = Browser::default().sign_in(&app, user, password).await;
        assert!(!refused.headers.contains_key("Set-Cookie"), "{user}");
        answers.push((refused.status, refused.json));
    }
    assert_eq!((answers[0].0, answers[0].1["code"].as_str()), (401, Some("session.refused")));
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[actix_web::test]
async fn wrong_passwords_are_limited_and_the_right_one_too() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let mut ada = first_admin(&fixture, &app, "Ada").await;
    drop(person(&app, "Grace", "viewer").await);
    for user in ["Ada", "nobody"] {
        for _ in 0..10 {
            assert_eq!(Browser::default().sign_in(&app, user, "not the password").await.status, 401);
        }
        let limited = Browser::default().sign_in(&app, user, PASSWORD).await;
        assert_eq!((limited.status, limited.json["code"].as_str()), (429, Some("session.too-many-attempts")), "{user}");
        let wait: u32 = limited.headers.get("Retry-After").unwrap().to_str().unwrap().parse().unwrap();
        assert!((1..=30).contains(&wait), "{wait}");
    }
    assert_eq!(Browser::default().sign_in(&app, "Grace", PASSWORD).await.status, 200, "others are let in");
    assert_eq!(ada.send(&app, "GET", SESSION, None).await.status, 200, "who is in stays in");
    let body = json!({"current": PASSWORD, "password": "another horse battery"});
    assert_eq!(ada.send(&app, "PUT", "/api/v1/session/password", Some(body)).await.status, 429, "one limit for both");
}

#[actix_web::test]
async fn a_new_password_ends_all_other_sessions() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let mut ada = first_admin(&fixture, &app, "Ada").await;
    let mut elsewhere = Browser::default();
    elsewhere.sign_in(&app, "Ada", PASSWORD).await;
    let new = "another horse battery";
    let change = |current: &str, password: &str| Some(json!({"current": current, "password": password}));
    let path = "/api/v1/session/password";
    let wrong = ada.send(&app, "PUT", path, change("not the password", new)).await;
    assert_eq!((wrong.status, wrong.json["code"].as_str()), (403, Some("password.wrong")));
    let weak = ada.send(&app, "PUT", path, change(PASSWORD, "aaaaaaaaaaaaaaa")).await;
    assert_eq!((weak.status, weak.json["code"].as_str()), (422, Some("password.weak")));
    assert_eq!(ada.send(&app, "PUT", path, change(PASSWORD, new)).await.status, 204);
    assert_eq!(ada.send(&app, "GET", SESSION, None).await.status, 200);
    assert_eq!(elsewhere.send(&app, "GET", SESSION, None).await.status, 401);
    assert_eq!(Browser::default().sign_in(&app, "Ada", PASSWORD).await.status, 401);
    assert_eq!(Browser::default().sign_in(&app, "Ada", new).await.status, 200);
}

#[actix_web::test]
async fn no_secret_is_in_the_database_or_in_events() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let mut ada = first_admin(&fixture, &app, "Ada").await;
    let invited = call(&app, "admin", "POST", "/api/v1/users", Some(json!({"name": "Eve", "role": "viewer"}))).await;
    drop(Browser::default().sign_in(&app, "a password in the wrong field", PASSWORD).await);
    drop(ada.send(&app, "GET", "/api/v1/info", None).await);
    let cookie = ada.cookie.unwrap().split_once('=').unwrap().1.to_owned();
    let link = token(invited.json["link"].as_str().unwrap());
    let secrets = [cookie, ada.csrf.unwrap(), link, PASSWORD.to_owned(), "wrong field".to_owned()];
    let all = events::after(&fixture.connector.db, 0, None, 1000).await.unwrap();
    let mut kept = format!("{all:?}");
    fixture.connector.db.close().await;
    for file in ["symbolon.sqlite", "symbolon.sqlite-wal"] {
        let bytes = std::fs::read(fixture.dir.path().join("data").join(file)).unwrap_or_default();
        kept.push_str(&String::from_utf8_lossy(&bytes));
    }
    assert!(kept.contains("session.refused") && kept.contains("$argon2id$"), "what is looked through is there");
    for secret in secrets {
        assert!(!kept.contains(&secret), "{secret}");
    }
}

async fn execute(fixture: &Fixture, sql: &'static str) {
    let mut change = Change::default();
    change.write(Statement::new("test", "test", sql, Vec::new()));
    fixture.connector.commit(change).await.unwrap();
}
