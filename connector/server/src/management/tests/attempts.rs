//! What partners try in order to get data, or to learn what is not theirs to know.

use serde_json::json;
use symbolon_contract_negotiation::Pids;
use symbolon_contract_negotiation::transfer::{Message, State};
use symbolon_vocab::messages::AgreementTerminationMessage;

use super::running::{CONSUMED, PROVIDED, Stage, open, permits};
use crate::clock;
use crate::connector::Change;
use crate::operations::data::{self, Asked};
use crate::operations::grants::Occasion;
use crate::operations::terminating;
use crate::operations::transfers::receiving::{self, Incoming};
use crate::storage::Statement;

const ECCN: &str = "https://w3id.org/symbolon/export-control/1/eccn";

impl Stage {
    /// The token that the last start message of a transfer gave.
    async fn token(&self, pid: &str) -> String {
        let (_, sent) = self.last_message(pid).await;
        let properties = sent["dataAddress"]["endpointProperties"].as_array().unwrap();
        let token = properties.iter().find(|property| property["name"] == "authorization").unwrap();
        token["value"].as_str().unwrap().to_owned()
    }

    /// The partner asks for data with this token: the code of the refusal.
    async fn fetches(&self, pid: &str, token: &str) -> Result<(), String> {
        let asked = Asked { transfer: pid, token: Some(token), method: "GET", path: "", query: "" };
        data::release(&self.fixture.connector, asked).await.map(|_| ()).map_err(|problem| problem.code)
    }

    /// The partner resumes the transfer.
    async fn resumes(&self, pid: &str) {
        let stored = self.transfer(pid).await;
        let named = |pid: Option<&str>| pid.unwrap_or_default().to_owned();
        let pids = Pids {
            provider_pid: named(stored.machine.provider_pid()),
            consumer_pid: named(stored.machine.consumer_pid()),
        };
        let message = Message::Start { data_address: None };
        let incoming = Incoming { pid: pid.to_owned(), message_id: None, pids, message, payload: "{}".to_owned() };
        receiving::receive(&self.fixture.connector, &self.caller, incoming).await.unwrap();
    }
}

#[actix_web::test]
async fn a_refusal_does_not_tell_how_an_asset_is_classified() {
    let only = permits(json!({"leftOperand": ECCN, "operator": "isAnyOf", "rightOperand": ["EAR99"]}));
    let stage = Stage::new().await;
    stage.provide(only, json!({"privateProperties": {"ec:eccn": "9A610"}}), None).await;
    let pid = stage.asked().await;
    let (_, told) = stage.last_message(&pid).await;
    assert_eq!(told["code"], "policy.denied", "{told}");
    assert!(told["reason"].to_string().contains("EAR99") && !told.to_string().contains("9A610"), "{told}");
}

#[actix_web::test]
async fn a_refusal_does_not_tell_the_terms_of_an_origin() {
    let only = json!({"leftOperand": "recipient", "operator": "eq", "rightOperand": {"@id": "did:web:rival.example"}});
    let stage = Stage::new().await;
    stage.consume(permits(only)).await;
    stage.provide(open(), json!({"origins": [CONSUMED]}), None).await;
    let pid = stage.asked().await;
    let (_, told) = stage.last_message(&pid).await;
    assert_eq!(told["code"], "origin.denied", "{told}");
    let reason = told["reason"].to_string();
    assert!(reason.contains(CONSUMED) && reason.contains("permission[0]"), "{told}");
    assert!(!told.to_string().contains("rival"), "{told}");
}

#[actix_web::test]
async fn a_consumer_that_resumes_what_we_suspended_has_nothing_until_we_answer() {
    let stage = Stage::new().await;
    stage.provide(open(), json!({}), None).await;
    let pid = stage.started().await;
    let token = stage.token(&pid).await;
    assert_eq!(stage.fetches(&pid, &token).await, Ok(()));
    // From here on a person answers.
    let by_hand = r#"UPDATE transfer SET automation = '{"start":"hold"}'"#;
    let mut change = Change::default();
    change.write(Statement::new("transfer", pid.clone(), by_hand, Vec::new()));
    change.decide_anew(&pid);
    stage.fixture.connector.commit(change).await.unwrap();
    let reason = Some(json!({"reason": "a person says so"}));
    stage.send("POST", &format!("/api/v1/transfers/{pid}/suspend"), reason).await;
    let stopped = Err("transfer.not-started".to_owned());
    assert_eq!(stage.fetches(&pid, &token).await, stopped);
    stage.resumes(&pid).await;
    assert!(matches!(stage.transfer(&pid).await.machine.state(), State::Started { answer_due: true, .. }));
    assert_eq!(stage.fetches(&pid, &token).await, stopped);
    stage.send("POST", &format!("/api/v1/transfers/{pid}/start"), Some(json!({}))).await;
    assert_eq!(stage.fetches(&pid, &token).await, Err("token-superseded".to_owned()));
    assert_eq!(stage.fetches(&pid, &stage.token(&pid).await).await, Ok(()));
}

#[actix_web::test]
async fn what_was_looked_up_before_the_end_of_an_agreement_releases_nothing_after_it() {
    let stage = Stage::new().await;
    stage.provide(open(), json!({}), None).await;
    let pid = stage.started().await;
    let (connector, token) = (&stage.fixture.connector, stage.token(&pid).await);
    let grant = connector.grants.of(connector, &pid, clock::now()).await.unwrap().unwrap();
    let claims = connector.tokens.verify(&token, clock::now()).unwrap();
    let on = Occasion::Request { claims: &claims, path: "", query: "" };
    grant.decide(connector, clock::now(), on).await.unwrap();
    let path = format!("/api/v1/agreements/{PROVIDED}/terminate");
    stage.send("POST", &path, Some(json!({"reason": "it is over"}))).await;
    grant.decide(connector, clock::now(), on).await.unwrap_err();
    assert_eq!(stage.fetches(&pid, &token).await, Err("agreement.terminated".to_owned()));
}

#[actix_web::test]
async fn a_third_party_ends_no_agreement_and_does_not_learn_of_it() {
    let stage = Stage::new().await;
    stage.provide(open(), json!({}), None).await;
    stage.consume(open()).await;
    let connector = &stage.fixture.connector;
    let says = |agreement: &str| AgreementTerminationMessage {
        id: Some("urn:message".to_owned()),
        agreement_id: agreement.to_owned(),
        code: None,
        reason: vec!["x".repeat(100_000)],
    };
    // The one with the supplier is not this partner's; it looks like one that does not exist.
    let mut told = Vec::new();
    for agreement in [CONSUMED, "urn:agreement:never"] {
        let refused = terminating::terminated(connector, &stage.caller, says(agreement), "{}").await.unwrap_err();
        told.push((refused.code, refused.detail.replace(agreement, "")));
    }
    assert_eq!(told[0], told[1]);
    let shown = stage.send("GET", &format!("/api/v1/agreements/{CONSUMED}"), None).await;
    assert_eq!(shown.json["state"], "IN_FORCE", "{shown:?}");
    // Its own it may end, once, whatever it repeats, and of its reasons no more is kept than is of use.
    for _ in 0..2 {
        terminating::terminated(connector, &stage.caller, says(PROVIDED), "{}").await.unwrap();
    }
    let shown = stage.send("GET", &format!("/api/v1/agreements/{PROVIDED}"), None).await;
    assert_eq!(shown.json["state"], "TERMINATED", "{shown:?}");
    assert!(shown.json.to_string().len() < 20_000);
}
