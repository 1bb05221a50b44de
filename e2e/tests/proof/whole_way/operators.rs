use reqwest::Method;
use serde_json::json;
use symbolon_e2e::connector::{Config, Connector, http_client, odrl, segment};
use symbolon_e2e::partners::Partners;

use super::{Outcome, text};

const ROLES: [&str; 4] = ["viewer", "negotiator", "approver", "auditor"];

#[tokio::test]
async fn a_role_does_what_it_may_and_no_more() -> Outcome {
    let config =
        ROLES.iter().fold(Config::new("oem").relaxed(), |config, role| config.key(role, &format!("{role}-key")));
    let Partners { supplier, oem } = Partners::with(Config::new("supplier").relaxed(), config).await?;
    supplier.publish_openly("part", b"data").await?;
    let offer = oem.offer_of(&supplier, "part").await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let ask = json!({"partner": supplier.participant(), "offer": offer});
    let retire = format!("agreements/{}/retire", segment(&agreement));
    let asset = json!({"id": "mine", "source": {"type": "HttpData", "baseUrl": "http://127.0.0.1:9"}});
    // Which of: read, negotiate, conclude, administer, audit.
    let permitted = [
        ("viewer", [true, false, false, false, false]),
        ("negotiator", [true, true, false, false, false]),
        ("auditor", [true, false, false, false, true]),
        ("approver", [true, true, true, false, false]),
    ];
    for (role, may) in permitted {
        let management = oem.management().with_key(format!("{role}-key"));
        let sparql = |request: reqwest::RequestBuilder| {
            request.header("Content-Type", "application/sparql-query").body("ASK {}")
        };
        let answers = [
            status(management.get("agreements").await),
            status(management.post("negotiations", &ask).await),
            status(management.post(&retire, &json!({"reason": "tidying up"})).await),
            status(management.post("assets", &asset).await),
            management.raw(Method::POST, "sparql", sparql).await?.status().as_u16(),
        ];
        for (what, (may, answer)) in
            ["read", "negotiate", "conclude", "administer", "audit"].iter().zip(may.into_iter().zip(answers))
        {
            assert_eq!(answer < 300, may, "{role} {what}: {answer}");
            assert!(may || answer == 403, "{role} {what}: {answer}");
        }
    }
    for key in ["", "wrong", "viewer-key "] {
        let trimmed = key.trim() == "viewer-key";
        let answer = oem.management().with_key(key).get("agreements").await;
        assert!(trimmed || answer.unwrap_err().status() == Some(401), "{key:?}");
    }
    Ok(())
}

fn status(answer: Result<serde_json::Value, symbolon_e2e::Failure>) -> u16 {
    answer.map_or_else(|failure| failure.status().unwrap_or(0), |_| 200)
}

#[tokio::test]
async fn a_refusal_is_a_problem_document() -> Outcome {
    let connector = Connector::start(Config::new("alone").relaxed()).await?;
    let management = connector.management();
    connector.store_policy("open", odrl(&[])).await?;
    let cases = [
        (management.get("negotiations/absent").await, 404),
        (management.get("no-such-thing").await, 404),
        (management.post("negotiations", &json!({"partner": "absent", "offer": {}})).await, 404),
        (management.post("policies", &json!({"id": "open", "policy": odrl(&[])})).await, 409),
        (management.post("policies", &json!({"policy": {"permission": 7}})).await, 400),
        (management.post("offers", &json!({"assets": {"all": true}, "accessPolicy": "open"})).await, 400),
    ];
    for (answer, expected) in cases {
        let Err(symbolon_e2e::Failure::Refused { call, status, body }) = answer else { panic!("not refused") };
        assert!(status == expected || (expected == 400 && status == 422), "{call}: {status} {body}");
        for member in ["type", "title", "code", "detail"] {
            assert!(!text(&body, member).is_empty(), "{call}: {body}");
        }
        assert_eq!(body["status"], status);
    }
    Ok(())
}

#[tokio::test]
async fn both_listeners_say_they_are_well() -> Outcome {
    let connector = Connector::start(Config::new("alone").relaxed()).await?;
    let http = http_client()?;
    for root in [connector.public_url(), connector.management_url()] {
        for check in ["live", "ready", "startup"] {
            let answer = http.get(format!("{root}/health/{check}")).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{root} {check}");
        }
    }
    // What is for operators is not on the partners' listener.
    assert_eq!(http.get(format!("{}/api/v1/info", connector.public_url())).send().await.unwrap().status(), 404);
    let openapi: serde_json::Value = http
        .get(format!("{}/api/v1/openapi.json", connector.management_url()))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert!(text(&openapi, "openapi").starts_with("3.1"));
    Ok(())
}
