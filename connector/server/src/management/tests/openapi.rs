use std::collections::BTreeSet;
use std::path::Path;

use super::fixture::{Fixture, answer, request};
use crate::management::openapi::document;

#[test]
fn the_checked_in_description_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let fresh = format!("{}\n", document().to_pretty_json().unwrap());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == fresh, "connector/server/openapi.json is stale; run this test with UPDATE=1");
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let described = serde_json::to_value(document()).unwrap();
    let mut names = BTreeSet::new();
    for item in described["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let name = operation["operationId"].as_str().unwrap().to_owned();
            assert!(names.insert(name.clone()), "{name} is the name of two operations");
        }
    }
    assert!(names.contains("negotiations_approve"), "{names:?}");
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a serde_json::Value, found: &mut Vec<&'a str>) {
        match value {
            serde_json::Value::Object(members) => {
                found.extend(members.get("$ref").and_then(serde_json::Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let described = serde_json::to_value(document()).unwrap();
    let mut found = Vec::new();
    references(&described, &mut found);
    assert!(found.len() > 100);
    for reference in found {
        let place = reference.strip_prefix('#').unwrap();
        assert!(described.pointer(place).is_some(), "{reference}: name it in components(schemas(…))");
    }
}

#[actix_web::test]
async fn the_description_is_served_without_a_key() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let served = answer(&app, request("GET", "/api/v1/openapi.json")).await;
    assert_eq!((served.status, served.media_type.as_str()), (200, "application/json"));
    assert_eq!(served.json["openapi"], "3.1.0");
    assert_eq!(served.json["info"]["version"], env!("CARGO_PKG_VERSION"));
    for probe in ["live", "ready", "startup"] {
        let health = answer(&app, request("GET", &format!("/health/{probe}"))).await;
        assert_eq!((health.status, health.json["status"].as_str()), (200, Some("up")), "{probe}");
    }
}
