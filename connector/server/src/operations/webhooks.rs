//! Webhooks: who is told of events.

use std::sync::Arc;

use serde_json::json;

use crate::authentication::{self, Operator, Permission};
use crate::clock;
use crate::connector::{Change, Connector};
use crate::ids;
use crate::problem::{Kind, Problem};
use crate::storage::webhooks::{self, Webhook};
use crate::storage::{StorageError, events};

/// Webhooks a connector keeps; each is a task and a cursor.
const WEBHOOKS: usize = 100;
/// Patterns one webhook may have.
const KINDS: usize = 50;
/// Longest secret, in bytes.
const SECRET_BYTES: usize = 256;

/// A webhook as an operator describes it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Where events are posted.
    pub url: String,
    /// Which kinds: exact, or a prefix that ends in `*`. Empty: all.
    pub kinds: Vec<String>,
    /// Key of the signature; made here if absent.
    pub secret: Option<String>,
}

/// Adds a webhook, which is told of what happens from now on. Its secret is shown this once.
///
/// # Errors
/// 403; 422 if the address or a kind cannot be used.
pub async fn create(connector: &Arc<Connector>, operator: &Operator, draft: Draft) -> Result<Webhook, Problem> {
    operator.must(Permission::Administer)?;
    check(connector, &draft)?;
    if webhooks::list(&connector.db).await?.len() >= WEBHOOKS {
        let detail = format!("this connector keeps at most {WEBHOOKS} webhooks");
        return Err(Problem::new(Kind::Conflict, "webhook.too-many", detail));
    }
    let webhook = Webhook {
        id: ids::plain(),
        url: draft.url,
        kinds: draft.kinds,
        secret: Some(draft.secret.map_or_else(authentication::new_key, Ok)?),
        position: events::last(&connector.db).await?,
        failure: None,
        created: clock::millis(clock::now()),
    };
    let mut change = Change::default();
    change.write(webhooks::insert(&webhook));
    change.event("webhook.created", &webhook.id, None, json!({"by": operator.name()}));
    connector.commit(change).await?;
    Ok(webhook)
}

/// Removes a webhook.
///
/// # Errors
/// 403, 404.
pub async fn delete(connector: &Arc<Connector>, operator: &Operator, id: &str) -> Result<(), Problem> {
    operator.must(Permission::Administer)?;
    let mut change = Change::default();
    change.write(webhooks::delete(id));
    change.event("webhook.deleted", id, None, json!({"by": operator.name()}));
    match connector.commit(change).await {
        Err(StorageError::Conflict { .. }) => Err(Problem::not_found("webhook", id)),
        other => Ok(other?),
    }
}

/// All webhooks, with secrets.
///
/// # Errors
/// 403.
pub async fn list(connector: &Connector, operator: &Operator) -> Result<Vec<Webhook>, Problem> {
    operator.must(Permission::Administer)?;
    Ok(webhooks::list(&connector.db).await?)
}

fn check(connector: &Connector, draft: &Draft) -> Result<(), Problem> {
    let refused = |member: &str, detail: String| {
        Problem::new(Kind::Unprocessable, format!("webhook.{member}"), detail).with_rule(member.to_owned())
    };
    connector.http.check(&draft.url).map_err(|refusal| {
        refused("url", format!("url: {refusal}"))
            .with_hint("[outgoing] in the configuration says which addresses are allowed")
    })?;
    let plain = |kind: &String| {
        let name = kind.strip_suffix('*').unwrap_or(kind);
        kind.len() <= 100
            && !kind.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || b".-".contains(&byte))
    };
    if let Some(kind) = draft.kinds.iter().find(|kind| !plain(kind)) {
        let problem = refused("kinds", format!("{kind:?} is no kind of event"));
        return Err(
            problem.with_hint("give a kind such as \"negotiation.agreed\", or a prefix such as \"negotiation.*\"")
        );
    }
    if draft.kinds.len() > KINDS {
        return Err(refused("kinds", format!("a webhook has at most {KINDS} kinds")));
    }
    match draft.secret.as_ref().map(String::len) {
        Some(length) if !(16..=SECRET_BYTES).contains(&length) => {
            Err(refused("secret", format!("a secret has 16 to {SECRET_BYTES} bytes")))
        }
        _ => Ok(()),
    }
}
