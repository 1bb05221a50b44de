//! Our own catalogue as partners see it: what is shown to operators is what is sent to partners.

use jiff::SignedDuration;
use serde_json::{Value, json};
use symbolon_vocab::messages::{CatalogRequestMessage, parse};

use super::fixture::{Answer, Fixture, asset, call};
use super::partner::Partner;
use super::presenting::{MEMBERSHIP, asks, connector, dataspace};
use crate::authentication::Caller;
use crate::clock;
use crate::operations::catalog::provide;

const REQUEST: &[u8] =
    br#"{"@context": ["https://w3id.org/dspace/2025/1/context.jsonld"], "@type": "CatalogRequestMessage"}"#;

async fn post(fixture: &Fixture, path: &str, body: Value) -> Answer {
    call(&fixture.app().await, "admin", "POST", &format!("/api/v1/{path}"), Some(body)).await
}

async fn from_template(fixture: &Fixture, template: &str, parameters: Value) -> Value {
    let path = format!("policies/templates/{template}");
    let made = post(fixture, &path, json!({"parameters": parameters})).await;
    assert_eq!(made.status, 200, "{made:?}");
    made.json
}

/// Four assets, each under an offer of its own: for everyone, for this partner, for a group, for members of `one`.
async fn published(fixture: &Fixture, partner: &Partner) {
    dataspace(fixture, "one", &partner.issuer, &["MembershipCredential"], &[MEMBERSHIP]).await;
    let audiences = [
        ("everyone", json!({}), ""),
        ("partners", json!({"partners": [partner.did]}), ""),
        ("group", json!({"groups": ["gold"]}), ""),
        ("members", json!({}), "one"),
    ];
    for (template, parameters, dataspace) in audiences {
        let policy = from_template(fixture, template, parameters).await;
        let offer = json!({"id": template, "assets": {"ids": [format!("for-{template}")]}, "dataspace": dataspace,
            "accessPolicy": template, "usagePolicy": template});
        for (path, body) in [
            ("assets", asset(&format!("for-{template}"))),
            ("policies", json!({"id": template, "policy": policy})),
            ("offers", offer),
        ] {
            let created = post(fixture, path, body).await;
            assert_eq!(created.status, 201, "{path}: {created:?}");
        }
    }
}

async fn preview(fixture: &Fixture, question: Value) -> Value {
    let answer = call(&fixture.app().await, "viewer", "POST", "/api/v1/catalog/preview", Some(question)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json
}

fn seen(preview: &Value) -> Vec<&str> {
    preview["visible"].as_array().unwrap().iter().map(|one| one["asset"].as_str().unwrap()).collect()
}

/// Asset and code.
fn hidden(preview: &Value) -> Vec<(&str, &str)> {
    let hidden = preview["hidden"].as_array().unwrap().iter();
    hidden.map(|one| (one["asset"].as_str().unwrap(), one["code"].as_str().unwrap())).collect()
}

async fn served(fixture: &Fixture, caller: &Caller) -> Value {
    let request: CatalogRequestMessage = parse(REQUEST).unwrap();
    let page = provide(&fixture.connector, caller, &request, "").await.unwrap();
    serde_json::to_value(page.catalog.dataset).unwrap()
}

#[actix_web::test]
async fn the_preview_is_what_the_partner_is_sent() {
    let (fixture, partner) = (connector().await, Partner::start());
    published(&fixture, &partner).await;
    let caller = asks(&fixture, &partner, Some("t")).await.unwrap();
    let shown = preview(&fixture, json!({"partner": partner.did})).await;
    let datasets: Vec<&Value> = shown["visible"].as_array().unwrap().iter().map(|one| &one["dataset"]).collect();
    assert_eq!(json!(datasets), served(&fixture, &caller).await);
    assert_eq!((seen(&shown), &shown["total"]), (vec!["for-everyone", "for-members", "for-partners"], &json!(3)));
    assert_eq!(shown["memberships"], json!(["one"]));
    assert_eq!(hidden(&shown), [("for-group", "policy.denied")]);
    let group = &shown["hidden"][0];
    assert!(group["why"].as_str().unwrap().contains("BusinessPartnerGroup"), "{group}");
    assert_eq!(
        (&group["offer"], &group["accessPolicy"], &group["dataspace"]),
        (&json!("group"), &json!("group"), &Value::Null)
    );
    let offer = &shown["visible"][0]["offers"][0];
    assert_eq!(
        (&offer["offer"], &offer["dspOffer"]),
        (&json!("everyone"), &shown["visible"][0]["dataset"]["hasPolicy"][0]["@id"])
    );
    assert!(!offer["terms"]["sentences"].as_array().unwrap().is_empty());
}

#[actix_web::test]
async fn who_has_proved_nothing_sees_what_is_outside_if_it_is_let_in() {
    let (fixture, partner) = (connector().await, Partner::start());
    published(&fixture, &partner).await;
    let unknown = preview(&fixture, json!({"partner": partner.did})).await;
    assert_eq!(seen(&unknown), Vec::<&str>::new());
    let codes =
        ["dataspace.no-membership", "dataspace.no-membership", "dataspace.membership", "dataspace.no-membership"];
    let assets = ["for-everyone", "for-group", "for-members", "for-partners"];
    assert_eq!(hidden(&unknown), assets.into_iter().zip(codes).collect::<Vec<_>>());
    let known = json!({"name": "N", "dspAddress": "http://127.0.0.1:9/dsp",
        "claims": {"https://w3id.org/catenax/2025/9/policy/BusinessPartnerGroup": ["gold"]}});
    let path = format!("/api/v1/partners/{}", partner.did.replace('%', "%25"));
    assert_eq!(call(&fixture.app().await, "admin", "PUT", &path, Some(known)).await.status, 201);
    let registered = preview(&fixture, json!({"partner": partner.did})).await;
    assert_eq!(seen(&registered), ["for-everyone", "for-group", "for-partners"]);
    assert_eq!(hidden(&registered), [("for-members", "dataspace.membership")]);
}

#[actix_web::test]
async fn what_is_supposed_counts_in_place_of_what_is_known() {
    let (fixture, partner) = (connector().await, Partner::start());
    published(&fixture, &partner).await;
    let gold = json!({"BusinessPartnerGroup": ["gold"]});
    let cases = [
        (json!({}), vec!["for-everyone"]),
        (json!({"claims": gold}), vec!["for-everyone", "for-group"]),
        (json!({"dataspace": "one"}), vec!["for-everyone"]),
        (json!({"dataspace": "one", "claims": {"Membership": "active"}}), vec!["for-everyone", "for-members"]),
        (json!({"dataspace": "", "claims": {"Membership": "active"}}), vec!["for-everyone"]),
        (json!({"dataspace": "one", "partner": partner.did}), vec![]),
    ];
    for (question, expected) in cases {
        assert_eq!(seen(&preview(&fixture, question.clone()).await), expected, "{question}");
    }
    for (question, rule) in [
        (json!({"dataspace": "two"}), "dataspace"),
        (json!({"limit": 0}), "limit"),
        (json!({"limit": 201}), "limit"),
        (json!({"q": "x".repeat(257)}), "q"),
    ] {
        let refused = post(&fixture, "catalog/preview", question.clone()).await;
        assert_eq!((refused.status / 100, refused.json["rule"].as_str()), (4, Some(rule)), "{question}: {refused:?}");
    }
}

#[actix_web::test]
async fn a_later_moment_is_decided_as_it_will_be() {
    let (fixture, partner) = (connector().await, Partner::start());
    published(&fixture, &partner).await;
    asks(&fixture, &partner, Some("t")).await.unwrap();
    let later = format!("{:.3}", clock::now() + SignedDuration::from_secs(3700));
    let shown = preview(&fixture, json!({"partner": partner.did, "at": later})).await;
    assert_eq!(hidden(&shown).last(), Some(&("for-partners", "dataspace.no-membership")));
    let members = shown["hidden"].as_array().unwrap().iter().find(|one| one["asset"] == "for-members").unwrap();
    assert!(members["why"].as_str().unwrap().contains("expired"), "{members}");
}

#[actix_web::test]
async fn a_preview_is_searched_and_read_in_slices() {
    let (fixture, partner) = (connector().await, Partner::start());
    published(&fixture, &partner).await;
    asks(&fixture, &partner, Some("t")).await.unwrap();
    let ask = async |rest: Value| {
        let mut question = json!({"partner": partner.did});
        question.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        let shown = preview(&fixture, question).await;
        let seen: Vec<String> = seen(&shown).into_iter().map(str::to_owned).collect();
        (seen, shown["total"].as_i64().unwrap(), shown["hiddenTotal"].as_i64().unwrap())
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(ask(json!({"limit": 2})).await, (names(&["for-everyone", "for-members"]), 3, 1));
    assert_eq!(ask(json!({"limit": 2, "offset": 2})).await, (names(&["for-partners"]), 3, 1));
    assert_eq!(ask(json!({"q": "MEMBERS"})).await, (names(&["for-members"]), 1, 0));
    assert_eq!(ask(json!({"q": "group"})).await, (names(&[]), 0, 1));
    assert_eq!(ask(json!({"q": "100%"})).await, (names(&[]), 0, 0));
}
