//! Policies: who may see an offer, and under which terms an asset may be used.

use std::sync::Arc;

use serde_json::{Value, json};
use symbolon_policies_odrl::{PolicyDocument, dsp};

use super::{check_id, offers};
use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::{Change, Connector};
use crate::ids;
use crate::operations::policies::must_follow_profile;
use crate::problem::{Kind, Problem};
use crate::storage::policies::{self, StoredPolicy};
use crate::storage::{Page, StorageError};
use crate::terms::{explaining, reading};

/// Stores a policy under an id, which is chosen here if absent.
///
/// # Errors
/// 403; 409 if the id is taken; 422 if it could not be sent to a partner, or breaks rules of a profile that it names.
pub async fn create(
    connector: &Arc<Connector>,
    operator: &Operator,
    id: Option<String>,
    policy: PolicyDocument,
) -> Result<StoredPolicy, Problem> {
    operator.must(Permission::Administer)?;
    let policy = made_of(id, &policy)?;
    let mut change = Change::default();
    change.write(policies::insert(&policy));
    change.event("policy.created", &policy.id, None, json!({"by": operator.name()}));
    connector.commit(change).await?;
    Ok(policy)
}

/// The policy as it is stored, under an id that is chosen here if absent.
pub(super) fn made_of(id: Option<String>, policy: &PolicyDocument) -> Result<StoredPolicy, Problem> {
    let id = id.unwrap_or_else(ids::plain);
    check_id("policy", &id)?;
    check_document(policy)?;
    let now = clock::millis(clock::now());
    Ok(StoredPolicy { id, document: policy.json().clone(), created: now, updated: now })
}

/// Replaces a policy. Offers that name it carry the new terms from now on; agreements keep theirs.
///
/// # Errors
/// 403, 404; 422 as for [`create`], or if an offer has it in a dataspace whose policy profile it does not follow.
pub async fn replace(
    connector: &Arc<Connector>,
    operator: &Operator,
    id: &str,
    policy: PolicyDocument,
) -> Result<StoredPolicy, Problem> {
    operator.must(Permission::Administer)?;
    check_document(&policy)?;
    let _one_at_a_time = connector.publishing.lock().await;
    let stored = by_id(connector, id).await?;
    for offer in offers::under(connector, id).await? {
        must_follow_profile(connector, &offer.dataspace, &policy)?;
    }
    let policy = StoredPolicy { document: policy.json().clone(), updated: clock::millis(clock::now()), ..stored };
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

/// The offer form of a policy must be one that every partner accepts on the wire, and the rules of its profiles are kept.
fn check_document(policy: &PolicyDocument) -> Result<(), Problem> {
    dsp::check_catalog_offer(policy.as_catalog_offer("urn:offer").json()).map_err(|error| reading::unusable(&error))?;
    let findings = explaining::findings(policy.policy());
    if findings.is_empty() {
        return Ok(());
    }
    let detail = format!("the policy breaks rules of the profile that it names, {} in all", findings.len());
    Err(Problem::new(Kind::Unprocessable, "policy.profile", detail).with_findings(findings))
}
