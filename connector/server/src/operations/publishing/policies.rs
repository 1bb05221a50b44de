//! Policies: who may see an offer, and under which terms an asset may be used.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use symbolon_policies_odrl::{Decision, PolicyDocument, PolicyError, dsp, explain};

use super::check_id;
use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::{Change, Connector};
use crate::ids;
use crate::operations::facts;
use crate::problem::{Kind, Problem};
use crate::storage::policies::{self, StoredPolicy};
use crate::storage::{Page, StorageError};

/// Stores a policy under an id, which is chosen here if absent.
///
/// # Errors
/// 403; 409 if the id is taken; 422 if it is no policy, or could not be sent to a partner.
pub async fn create(
    connector: &Arc<Connector>,
    operator: &Operator,
    id: Option<String>,
    document: Value,
) -> Result<StoredPolicy, Problem> {
    operator.must(Permission::Administer)?;
    let id = id.unwrap_or_else(ids::plain);
    check_id("policy", &id)?;
    check_document(&document)?;
    let now = clock::millis(clock::now());
    let policy = StoredPolicy { id, document, created: now, updated: now };
    let mut change = Change::default();
    change.write(policies::insert(&policy));
    change.event("policy.created", &policy.id, None, json!({"by": operator.name()}));
    connector.commit(change).await?;
    Ok(policy)
}

/// Replaces a policy. Offers that name it carry the new terms from now on; agreements keep theirs.
///
/// # Errors
/// 403, 404, 422.
pub async fn replace(
    connector: &Arc<Connector>,
    operator: &Operator,
    id: &str,
    document: Value,
) -> Result<StoredPolicy, Problem> {
    operator.must(Permission::Administer)?;
    check_document(&document)?;
    let stored = by_id(connector, id).await?;
    let policy = StoredPolicy { document, updated: clock::millis(clock::now()), ..stored };
    let mut change = Change::default();
    change.write(policies::update(&policy));
    change.event("policy.changed", id, None, json!({"by": operator.name()}));
    let outcome = connector.commit(change).await;
    connector.policies.clear();
    match outcome {
        Err(StorageError::Conflict { .. }) => Err(Problem::not_found("policy", id)),
        other => other.map(|()| policy).map_err(Problem::from),
    }
}

/// Removes a policy that no offer names.
///
/// # Errors
/// 403, 404; 409 while an offer names it.
pub async fn delete(connector: &Arc<Connector>, operator: &Operator, id: &str) -> Result<(), Problem> {
    operator.must(Permission::Administer)?;
    let mut change = Change::default();
    change.write(policies::delete(id));
    change.event("policy.deleted", id, None, json!({"by": operator.name()}));
    let outcome = connector.commit(change).await;
    connector.policies.clear();
    outcome.map_err(|error| match error {
        StorageError::Conflict { .. } => Problem::not_found("policy", id),
        StorageError::Referenced { .. } => {
            Problem::new(Kind::Conflict, "policy.in-use", format!("an offer names the policy {id:?}"))
                .with_hint("change or delete the offers that name it first")
        }
        other => other.into(),
    })
}

/// The policy as it was given.
///
/// # Errors
/// 403, 404.
pub async fn get(connector: &Connector, operator: &Operator, id: &str) -> Result<StoredPolicy, Problem> {
    operator.must(Permission::Read)?;
    by_id(connector, id).await
}

/// Policies in the order of their ids.
///
/// # Errors
/// 403.
pub async fn list(connector: &Connector, operator: &Operator, page: &Page) -> Result<Vec<StoredPolicy>, Problem> {
    operator.must(Permission::Read)?;
    Ok(policies::list(&connector.db, page).await?)
}

/// What is asked when a policy is tried out.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Participant id of who would act.
    pub partner: String,
    /// The dataspace whose facts count; empty: outside any.
    pub dataspace: String,
    /// When; now if absent.
    pub at: Option<Timestamp>,
    /// ODRL action; `use` if absent.
    pub action: Option<String>,
    /// The asset; any if absent.
    pub asset: Option<String>,
    /// What the data would be for.
    pub purpose: Option<String>,
}

/// Decides the policy for a partner as a negotiation or a data request would, and changes nothing.
///
/// # Errors
/// 403, 404.
pub async fn check(connector: &Connector, operator: &Operator, id: &str, trial: Trial) -> Result<Decision, Problem> {
    operator.must(Permission::Read)?;
    let policy = connector.policy(id).await?;
    let asset = trial.asset.unwrap_or_else(|| "urn:any".to_owned());
    let policy = policy.as_message_offer(id, &asset);
    let at = trial.at.unwrap_or_else(clock::now);
    let world = facts::standing(connector, &trial.partner, &trial.dataspace, at).await?.world;
    let world = facts::with_purpose(world, trial.purpose.as_deref(), &policy);
    let mut request = facts::request_to_use(&trial.partner, &asset);
    if let Some(action) = trial.action {
        request.action = action;
    }
    Ok(explain(policy.policy(), &request, &world))
}

/// The policy as the offer of a contract offer message for an asset.
///
/// # Errors
/// 403, 404.
pub async fn as_offer(
    connector: &Connector,
    operator: &Operator,
    id: &str,
    offer_id: &str,
    asset: &str,
) -> Result<Value, Problem> {
    operator.must(Permission::Read)?;
    Ok(connector.policy(id).await?.as_message_offer(offer_id, asset).json().clone())
}

async fn by_id(connector: &Connector, id: &str) -> Result<StoredPolicy, Problem> {
    policies::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("policy", id))
}

/// A policy must be readable, and its offer form must be one that every partner accepts on the wire.
fn check_document(document: &Value) -> Result<(), Problem> {
    let refused = |error: PolicyError| {
        let at = if error.path.is_empty() { String::new() } else { format!("{}: ", error.path) };
        let problem = Problem::new(Kind::Unprocessable, "policy.unusable", format!("{at}{}", error.reason));
        if error.path.is_empty() { problem } else { problem.with_rule(error.path) }
    };
    let policy = PolicyDocument::parse(document.clone()).map_err(refused)?;
    dsp::check_catalog_offer(policy.as_catalog_offer("urn:offer").json()).map_err(refused)
}
