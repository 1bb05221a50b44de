//! Delivery of events to webhooks: in order for each webhook, from the event table, woken by the commit.
//!
//! Each webhook has its own task and its own place, so that one that does not answer holds up no other. The place is
//! kept with the webhook: after a crash an event may be posted again, and the receiver knows it by its `seq`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, Mac as _};
use reqwest::header::{CONTENT_TYPE, HeaderName};
use sha2::Sha256;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::connector::Connector;
use crate::operations::events::{document, is_of_kind};
use crate::storage::StorageError;
use crate::storage::events::{self, Event};
use crate::storage::webhooks::{self, Webhook};

/// `sha256=` and the hex HMAC-SHA-256 of the body under the webhook's secret.
pub const SIGNATURE: HeaderName = HeaderName::from_static("symbolon-signature");
/// Events read at once.
const BATCH: i64 = 100;
/// Commits within this time are looked at together.
const GATHER: Duration = Duration::from_millis(20);

/// Delivers until `stopping`. Webhooks that are added or removed meanwhile are taken up by the event that says so.
pub async fn run(connector: Arc<Connector>, stopping: CancellationToken) {
    tokio::select! {
        () = stopping.cancelled() => {}
        () = keep_tasks(&connector, &stopping) => {}
    }
}

/// One task for each webhook there is.
async fn keep_tasks(connector: &Arc<Connector>, stopping: &CancellationToken) {
    let mut tasks: HashMap<String, CancellationToken> = HashMap::new();
    let mut committed = connector.db.events();
    let mut place = 0;
    loop {
        committed.borrow_and_update();
        let known = async {
            let newest = events::last(&connector.db).await?;
            Ok::<_, StorageError>((newest, webhooks::list(&connector.db).await?))
        };
        match known.await {
            Ok((newest, webhooks)) => {
                place = newest;
                reconcile(connector, stopping, &mut tasks, webhooks);
            }
            Err(error) => tracing::error!(%error, "webhooks could not be read; the next event tries again"),
        }
        loop {
            if committed.changed().await.is_err() {
                return;
            }
            tokio::time::sleep(GATHER).await;
            if webhooks_changed(connector, &mut place).await {
                break;
            }
        }
    }
}

fn reconcile(
    connector: &Arc<Connector>,
    stopping: &CancellationToken,
    tasks: &mut HashMap<String, CancellationToken>,
    webhooks: Vec<Webhook>,
) {
    tasks.retain(|id, task| {
        let kept = webhooks.iter().any(|webhook| webhook.id == *id);
        if !kept {
            task.cancel();
        }
        kept
    });
    for webhook in webhooks {
        if tasks.contains_key(&webhook.id) {
            continue;
        }
        let task = stopping.child_token();
        tasks.insert(webhook.id.clone(), task.clone());
        let connector = Arc::clone(connector);
        tokio::spawn(async move {
            tokio::select! {
                () = task.cancelled() => {}
                () = follow(&connector, webhook) => {}
            }
        });
    }
}

/// Whether an event after `place` says that a webhook was added or removed. `place` moves to the newest event.
async fn webhooks_changed(connector: &Connector, place: &mut i64) -> bool {
    let mut changed = false;
    loop {
        match events::after(&connector.db, *place, None, BATCH).await {
            Ok(batch) => {
                let Some(last) = batch.last() else { return changed };
                *place = last.seq;
                changed |= batch.iter().any(|row| row.event.kind.starts_with("webhook."));
            }
            Err(error) => {
                tracing::error!(%error, "events could not be read; webhooks are looked at anew");
                return true;
            }
        }
    }
}

/// Posts one event after the other.
async fn follow(connector: &Connector, webhook: Webhook) {
    let mut committed = connector.db.events();
    let mut position = webhook.position;
    loop {
        committed.borrow_and_update();
        let batch = events::after(&connector.db, position, None, BATCH).await.unwrap_or_else(|error| {
            tracing::error!(webhook = webhook.id, %error, "events could not be read; the next event tries again");
            Vec::new()
        });
        if batch.is_empty() && committed.changed().await.is_err() {
            return;
        }
        for event in &batch {
            position = event.seq;
            if wants(&webhook, event) {
                let failure = deliver(connector, &webhook, event).await;
                connector.db.commit_later(vec![webhooks::record(&webhook.id, position, failure)]).await;
            }
        }
        if batch.last().is_some_and(|last| !wants(&webhook, last)) {
            connector.db.commit_later(vec![webhooks::record(&webhook.id, position, None)]).await;
        }
    }
}

fn wants(webhook: &Webhook, event: &Event) -> bool {
    webhook.kinds.is_empty() || webhook.kinds.iter().any(|pattern| is_of_kind(&event.event.kind, pattern))
}

/// Tries until the event is taken. After `delivery.give_up_after_h` it is passed over; the reason is returned.
async fn deliver(connector: &Connector, webhook: &Webhook, event: &Event) -> Option<String> {
    let body = document(event).to_string();
    let patience = Duration::from_secs(connector.config.delivery.give_up_after_h.saturating_mul(3600));
    let began = Instant::now();
    let mut attempts = 0;
    loop {
        let Err(reason) = post(connector, webhook, event, &body).await else { return None };
        attempts += 1;
        tracing::info!(webhook = webhook.id, seq = event.seq, attempts, reason, "a webhook did not take an event");
        if began.elapsed() > patience {
            return Some(format!("event {} was passed over after {attempts} attempts: {reason}", event.seq));
        }
        connector.db.commit_later(vec![webhooks::record(&webhook.id, event.seq - 1, Some(reason))]).await;
        tokio::time::sleep(wait_before(connector, attempts)).await;
    }
}

async fn post(connector: &Connector, webhook: &Webhook, event: &Event, body: &str) -> Result<(), String> {
    let url = Url::parse(&webhook.url).map_err(|error| error.to_string())?;
    let client = connector.http.data_client();
    client.check(&url).map_err(|refusal| refusal.to_string())?;
    let mut request = client
        .http()
        .post(url)
        .timeout(Duration::from_secs(connector.config.outgoing.request_timeout_s))
        .header(CONTENT_TYPE, "application/json")
        .header("Symbolon-Event", &event.event.kind)
        .body(body.to_owned());
    if let Some(secret) = &webhook.secret {
        request = request.header(SIGNATURE, signature(secret, body.as_bytes()));
    }
    let response = request.send().await.map_err(symbolon_data_plane::client::causes)?;
    let status = response.status();
    if status.is_success() { Ok(()) } else { Err(format!("it answered {status}")) }
}

/// What a receiver computes from the body it got and the secret it knows.
pub fn signature(secret: &str, body: &[u8]) -> String {
    // HMAC takes keys of any length; the error is of the trait, for other constructions.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// Doubles up to the longest, with a random part so that webhooks of one receiver do not fall into step.
fn wait_before(connector: &Connector, attempts: u32) -> Duration {
    let delivery = &connector.config.delivery;
    let longest = delivery.longest_wait_s.saturating_mul(1000);
    let wait = delivery.first_wait_ms.saturating_mul(1 << (attempts - 1).min(20)).min(longest);
    let random = uuid::Uuid::new_v4().as_u64_pair().0 % (wait / 2 + 1);
    Duration::from_millis(wait / 2 + random)
}

#[cfg(test)]
mod tests {
    use super::signature;

    #[test]
    fn the_signature_is_hmac_sha256_of_the_body() {
        // RFC 4231, test case 2.
        let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature("Jefe", b"what do ya want for nothing?"), expected);
    }
}
