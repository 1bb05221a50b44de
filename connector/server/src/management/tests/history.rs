//! What is over is deleted when it is old enough, and only then; evidence stays.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::running::{PROVIDED, Stage, open};
use crate::clock;
use crate::connector::Change;
use crate::storage::messages::{self, Status};
use crate::storage::requests::{self, DataRequest};
use crate::worker::history::delete_what_is_due;

impl Stage {
    /// Deletes as it is done so many days from now: processes are kept for 10 days, requests for 20, events for 30.
    async fn days_later(&self, days: i64) {
        let then = clock::now() + SignedDuration::from_hours(24 * days + 1);
        delete_what_is_due(&self.fixture.connector, then).await.unwrap();
    }

    async fn listed(&self, path: &str) -> Vec<Value> {
        let answer = self.send("GET", path, None).await;
        answer.json["items"].as_array().unwrap().clone()
    }

    /// All messages of the process have reached the partner.
    async fn told(&self, process: &str) {
        let mut change = Change::default();
        for message in messages::of_process(&self.fixture.connector.db, process).await.unwrap() {
            if message.status == Status::Pending {
                let (status, http_status, duration_us) = (Status::Delivered, Some(200), Some(1));
                let how = messages::Attempt { status, attempts: 1, http_status, duration_us, detail: None };
                change.write(messages::record_attempt(&message.partner, &message.message_id, &how));
            }
        }
        self.fixture.connector.commit(change).await.unwrap();
    }

    /// A transfer that was ended here.
    async fn ended(&self) -> String {
        let pid = self.started().await;
        self.send("POST", &format!("/api/v1/transfers/{pid}/terminate"), Some(json!({"reason": "done"}))).await;
        pid
    }
}

#[actix_web::test]
async fn a_transfer_that_is_over_goes_with_its_messages_when_its_days_are_over() {
    let stage = Stage::new().await;
    stage.provide(open(), json!({}), None).await;
    let (untold, over, running) = (stage.ended().await, stage.ended().await, stage.started().await);
    stage.told(&over).await;
    stage.told(&running).await;
    stage.days_later(9).await;
    assert_eq!(stage.listed("/api/v1/transfers").await.len(), 3);
    stage.days_later(10).await;
    let left: Vec<Value> = stage.listed("/api/v1/transfers").await.iter().map(|row| row["pid"].clone()).collect();
    assert_eq!(left, [running, untold], "what the partner has not been told, and what runs, stays");
    assert!(messages::of_process(&stage.fixture.connector.db, &over).await.unwrap().is_empty());
    let event = stage.fixture.event("history.deleted", "transfer").await;
    assert_eq!(event["rows"], 1, "{event}");
    assert_eq!(stage.listed("/api/v1/agreements").await[0]["id"], PROVIDED);
}

#[actix_web::test]
async fn logs_are_deleted_up_to_their_age_however_many_rows_there_are() {
    let stage = Stage::new().await;
    stage.provide(open(), json!({}), None).await;
    let mut change = Change::default();
    for number in 0..1203 {
        let request = DataRequest {
            at: clock::millis(clock::now()),
            transfer: format!("urn:transfer:{number}"),
            agreement: PROVIDED.to_owned(),
            partner: stage.partner.did.clone(),
            permitted: true,
            rule: "permission/0".to_owned(),
            method: "GET".to_owned(),
            path: String::new(),
        };
        change.write(requests::insert(&request));
    }
    stage.fixture.connector.commit(change).await.unwrap();
    stage.days_later(19).await;
    assert_eq!(stage.listed("/api/v1/requests?limit=1000").await.len(), 1000);
    stage.days_later(20).await;
    assert!(stage.listed("/api/v1/requests").await.is_empty());
    let event = stage.fixture.event("history.deleted", "data_request").await;
    assert_eq!(event["rows"], 1203, "{event}");
    assert!(stage.listed("/api/v1/events/log?kind=agreement.*").await.len() == 1);
    stage.days_later(30).await;
    let kinds = stage.listed("/api/v1/events/log").await;
    assert!(kinds.iter().all(|event| event["kind"] == "history.deleted"), "{kinds:?}");
}
