//! Questions to the graph: those that come with the connector answer, those that are saved are kept.

use serde_json::{Value, json};

use super::fixture::{answer, call, request};
use super::running::{Stage, permits};

#[actix_web::test]
async fn every_question_that_comes_with_the_connector_is_answered() {
    let stage = Stage::new().await;
    let purpose = json!({"leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": "urn:example:maintenance"});
    let mut rules = permits(purpose);
    rules["permission"][0]["duty"] = json!([{"action": "delete"}]);
    rules["prohibition"] = json!([{"action": "distribute"}]);
    stage.provide(rules.clone(), json!({}), None).await;
    stage.consume(rules).await;
    let retired = json!({"reason": "sold"});
    stage.send("POST", "/api/v1/agreements/urn:agreement:consumed/retire", Some(retired)).await;
    let app = stage.fixture.app().await;
    let listed = call(&app, "auditor", "GET", "/api/v1/sparql/questions", None).await;
    let expected = json!({"in-force": 1, "per-partner": 2, "per-month": 2, "ended": 1, "half-missing": 2, "credentials": 0,
        "constraints": 1, "duties": 2, "prohibitions": 2});
    let mut answered = json!({});
    for question in listed.json["items"].as_array().unwrap() {
        assert_eq!(question["builtIn"], true);
        let asked = request("POST", "/api/v1/sparql").insert_header(("X-Api-Key", "auditor"));
        let asked = asked.insert_header(("Content-Type", "application/sparql-query"));
        let answer = answer(&app, asked.set_payload(question["query"].as_str().unwrap().to_owned())).await;
        assert_eq!(answer.status, 200, "{question}: {answer:?}");
        let rows = answer.json["results"]["bindings"].as_array().unwrap().len();
        answered[question["id"].as_str().unwrap()] = json!(rows);
    }
    assert_eq!(answered, expected);
}

#[actix_web::test]
async fn questions_are_saved_replaced_and_forgotten() {
    let stage = Stage::new().await;
    let app = stage.fixture.app().await;
    let send = async |method, id: &str, body: Option<Value>| {
        call(&app, "auditor", method, &format!("/api/v1/sparql/questions/{id}"), body).await
    };
    let question = |query: &str| Some(json!({"title": "How many", "description": "of all", "query": query}));
    let saved = send("PUT", "how-many", question("ASK {}")).await;
    assert_eq!((saved.status, &saved.json["savedBy"]), (201, &json!("auditor")), "{saved:?}");
    assert_eq!(saved.headers.get("Location").unwrap(), "/api/v1/sparql/questions/how-many");
    let replaced = send("PUT", "how-many", question("SELECT * {}")).await;
    assert_eq!((replaced.status, &replaced.json["query"]), (200, &json!("SELECT * {}")));
    assert_eq!(send("GET", "how-many", None).await.json, replaced.json);
    let listed = call(&app, "auditor", "GET", "/api/v1/sparql/questions", None).await;
    assert_eq!(listed.json["items"].as_array().unwrap().last(), Some(&replaced.json));
    let long = json!({"title": "x".repeat(201), "query": "ASK {}"});
    let cases = [
        ("PUT", "in-force", question("ASK {}"), 409, "question.built-in"),
        ("DELETE", "in-force", None, 409, "question.built-in"),
        ("PUT", "Loud", question("ASK {}"), 422, "question.malformed"),
        ("PUT", "long", Some(long), 422, "question.malformed"),
        ("PUT", "broken", question("SELECT"), 400, "sparql.syntax"),
        ("PUT", "update", question("CLEAR ALL"), 400, "sparql.update"),
        ("PUT", "service", question("ASK { SERVICE <http://a.example> { ?s ?p ?o } }"), 400, "sparql.service"),
        ("GET", "unknown", None, 404, "not-found"),
        ("DELETE", "unknown", None, 404, "not-found"),
    ];
    for (method, id, body, status, code) in cases {
        let refused = send(method, id, body).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (status, Some(code)), "{method} {id}: {refused:?}");
    }
    assert_eq!(send("DELETE", "how-many", None).await.status, 204);
    assert_eq!(send("GET", "how-many", None).await.status, 404);
    stage.fixture.event("question.deleted", "how-many").await;
}
