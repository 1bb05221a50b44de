//! Partners: whom we know, where they are, and what we hold for true about them.

mod discovery;
pub mod presented;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use url::Url;

use super::bdrs;
use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::{Change, Connector};
use crate::problem::{Kind, Problem};
use crate::storage::partners::{self, Partner};
use crate::storage::{Page, StorageError};
use crate::worker::monitor::About;

/// Facts that may be held about one partner.
const CLAIMS: usize = 256;

/// A partner as an operator describes it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// For people.
    pub name: String,
    /// Base of its Dataspace Protocol endpoints.
    pub dsp_address: String,
    /// Facts for policy decisions: operand IRI → values.
    pub claims: BTreeMap<String, Vec<Value>>,
}

/// Whom something is asked of, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterparty {
    /// Participant id.
    pub id: String,
    /// Base of its Dataspace Protocol endpoints, without a trailing slash.
    pub dsp_address: String,
}

/// How an operator says who the counterparty is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// A partner of the registry, by its participant id or business partner number, or whoever can be found by a DID.
    Known(String),
    /// Anybody, by participant id and base address.
    Elsewhere(Counterparty),
}

/// Finds the counterparty.
///
/// # Errors
/// 404 for a partner that is not in the registry and cannot be found; 422 for an address that cannot be used; 502 if
/// finding it fails.
pub async fn counterparty(connector: &Connector, operator: &Operator, named: Named) -> Result<Counterparty, Problem> {
    match named {
        Named::Known(id) => {
            operator.must(Permission::Read)?;
            let mut partner = partners::by_id(&connector.db, &id).await?;
            let mut id = id;
            if partner.is_none() {
                id = bdrs::resolved(connector, &id).await?;
                partner = partners::by_id(&connector.db, &id).await?;
            }
            match partner {
                Some(partner) => Ok(Counterparty { id: partner.id, dsp_address: partner.dsp_address }),
                None => discovery::counterparty(connector, &id).await,
            }
        }
        Named::Elsewhere(Counterparty { id, dsp_address }) => {
            operator.must(Permission::Read)?;
            check_id(&id)?;
            let id = bdrs::resolved(connector, &id).await?;
            let dsp_address = checked_address(connector, "counterPartyAddress", &dsp_address)?;
            Ok(Counterparty { id, dsp_address })
        }
    }
}

/// Makes a partner known, or replaces what is known of it. Tells whether it was new.
///
/// # Errors
/// 403; 422 if the address cannot be used or a claim is not about an IRI.
pub async fn put(
    connector: &Arc<Connector>,
    operator: &Operator,
    id: &str,
    draft: Draft,
) -> Result<(Partner, bool), Problem> {
    operator.must(Permission::Administer)?;
    check_id(id)?;
    check_claims(&draft.claims)?;
    let dsp_address = checked_address(connector, "dspAddress", &draft.dsp_address)?;
    let known = partners::by_id(&connector.db, id).await?;
    let now = clock::millis(clock::now());
    let partner = Partner {
        id: id.to_owned(),
        name: draft.name,
        dsp_address,
        claims: draft.claims,
        created: known.as_ref().map_or(now, |known| known.created),
        updated: now,
    };
    let mut change = Change::default();
    change.write(partners::put(&partner));
    let kind = if known.is_some() { "partner.changed" } else { "partner.created" };
    change.event(kind, id, Some(id), json!({"by": operator.name()}));
    change.registered(id);
    change.decide_anew_about(About::Partner(id.to_owned()));
    connector.commit(change).await?;
    Ok((partner, known.is_none()))
}

/// Forgets a partner. Its negotiations, agreements and transfers stay; facts about it no longer count.
///
/// # Errors
/// 403, 404.
pub async fn delete(connector: &Arc<Connector>, operator: &Operator, id: &str) -> Result<(), Problem> {
    operator.must(Permission::Administer)?;
    let mut change = Change::default();
    change.write(partners::delete(id));
    change.event("partner.deleted", id, Some(id), json!({"by": operator.name()}));
    change.registered(id);
    change.decide_anew_about(About::Partner(id.to_owned()));
    match connector.commit(change).await {
        Err(StorageError::Conflict { .. }) => Err(Problem::not_found("partner", id)),
        other => Ok(other?),
    }
}

/// The partner.
///
/// # Errors
/// 403, 404.
pub async fn get(connector: &Connector, operator: &Operator, id: &str) -> Result<Partner, Problem> {
    operator.must(Permission::Read)?;
    partners::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("partner", id))
}

/// Partners in the order of their ids.
///
/// # Errors
/// 403.
pub async fn list(connector: &Connector, operator: &Operator, page: &Page) -> Result<Vec<Partner>, Problem> {
    operator.must(Permission::Read)?;
    Ok(partners::list(&connector.db, page).await?)
}

pub(super) fn check_id(id: &str) -> Result<(), Problem> {
    if id.is_empty() || id.len() > 2048 || id.chars().any(|c| c.is_control() || c.is_whitespace()) {
        let detail = "a participant id has 1 to 2048 bytes and no blanks";
        return Err(Problem::new(Kind::Unprocessable, "partner.id", detail));
    }
    Ok(())
}

/// The base address without a trailing slash, if we may connect there.
pub(super) fn checked_address(connector: &Connector, member: &str, address: &str) -> Result<String, Problem> {
    let refused = |detail: String| {
        Problem::new(Kind::Unprocessable, "partner.address", format!("{member}: {detail}")).with_rule(member.to_owned())
    };
    let url = Url::parse(address).map_err(|error| refused(error.to_string()))?;
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(refused("a base address has no query, fragment or credentials".to_owned()));
    }
    connector.http.check(address).map_err(|refusal| {
        refused(refusal).with_hint("[outgoing] in the configuration says which addresses are allowed")
    })?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn check_claims(claims: &BTreeMap<String, Vec<Value>>) -> Result<(), Problem> {
    let refused = |rule: &str, detail: &str| {
        Err(Problem::new(Kind::Unprocessable, "partner.claims", detail).with_rule(rule.to_owned()))
    };
    if claims.len() > CLAIMS {
        return refused("claims", "at most 256 operands can have values");
    }
    for (operand, values) in claims {
        let rule = format!("claims.{operand}");
        if Url::parse(operand).is_err() {
            return refused(&rule, "a claim is named by the IRI of the operand that policies use");
        }
        if values.iter().any(|value| value.is_object() || value.is_array() || value.is_null()) {
            return refused(&rule, "the values of a claim are texts, numbers or booleans");
        }
    }
    Ok(())
}
