//! Offers of issuers: recorded when they come, accepted or declined by an operator (DCP 1.0, 6.6).

use std::sync::Arc;

use serde_json::{Value, json};
use symbolon_identity::did;
use symbolon_identity::token::Verified;
use symbolon_vocab::dcp::CredentialOfferMessage;

use super::{Asked, Draft, begin};
use crate::authentication::{Operator, Permission};
use crate::connector::{Change, Connector};
use crate::problem::{Kind, Problem};
use crate::storage::Page;
use crate::storage::credential_offers::{self as rows, OfferState, StoredOffer};
use crate::storage::credential_requests::{self, StoredRequest};
use crate::{clock, ids};

/// Offers of one issuer that may wait for a decision.
const WAITING: i64 = 100;
/// Credentials that one offer may hold.
const OFFERED: usize = 32;

/// Records an offer. Its issuer is one that a dataspace of ours believes, or that we have asked before: nobody else may fill
/// our list.
///
/// # Errors
/// 400 if the message speaks for somebody else; 403 for an issuer that nobody here believes or has asked; 409 if too many offers wait.
pub async fn offered(
    connector: &Arc<Connector>,
    sender: &Verified,
    message: CredentialOfferMessage,
) -> Result<StoredOffer, Problem> {
    let issuer = sender.participant.id();
    if !did::same(&message.issuer, issuer) {
        let detail = format!("the offer names {:?} as its issuer, and {issuer:?} sent it", message.issuer);
        return Err(Problem::bad_request("offer.issuer", detail).with_rule("issuer"));
    }
    if message.credentials.len() > OFFERED {
        let detail = format!("an offer holds at most {OFFERED} credentials");
        return Err(Problem::bad_request("offer.too-large", detail).with_rule("credentials"));
    }
    let dataspaces = connector.dataspaces.all();
    let believed =
        dataspaces.iter().flat_map(|dataspace| &dataspace.issuers).any(|known| did::same(&known.did, issuer));
    if !believed && !credential_requests::asked(&connector.db, issuer).await? {
        let detail = format!("no dataspace of ours believes the issuer {issuer}, and we have asked it for nothing");
        return Err(Problem::new(Kind::Forbidden, "issuer.untrusted", detail)
            .with_rule("issuers")
            .with_hint("our operators decide whom a dataspace believes"));
    }
    if rows::waiting(&connector.db, Some(issuer)).await? >= WAITING {
        let detail = format!("{WAITING} offers of this issuer wait for a decision already");
        return Err(Problem::new(Kind::Conflict, "offer.too-many", detail));
    }
    let now = clock::millis(clock::now());
    let stored = StoredOffer {
        id: ids::plain(),
        issuer: issuer.to_owned(),
        credentials: message
            .credentials
            .iter()
            .map(|object| serde_json::to_value(object).unwrap_or_default())
            .collect(),
        state: OfferState::Received,
        request: None,
        version: 1,
        received: now,
        updated: now,
    };
    let mut change = Change::default();
    change.write(rows::insert(&stored));
    change.event("offer.received", &stored.id, Some(issuer), json!({"state": stored.state.name(), "issuer": issuer}));
    connector.commit(change).await?;
    Ok(stored)
}

/// Accepts an offer: what it offers is asked for. What it says by ids only is looked up in the issuer's metadata.
///
/// # Errors
/// 403, 404; 409 if it was decided before; as [`super::request`].
pub async fn accept(connector: &Arc<Connector>, operator: &Operator, id: &str) -> Result<StoredRequest, Problem> {
    operator.must(Permission::Administer)?;
    let stored = undecided(connector, operator, id).await?;
    let asked = |object: &Value| Asked { id: object["id"].as_str().map(str::to_owned), ..Asked::default() };
    let dataspaces = connector.dataspaces.all();
    let believes = |known: &crate::storage::dataspaces::TrustedIssuer| did::same(&known.did, &stored.issuer);
    let dataspace = dataspaces.iter().find(|dataspace| dataspace.issuers.iter().any(believes));
    let draft = Draft {
        issuer: stored.issuer.clone(),
        credentials: stored.credentials.iter().map(asked).collect(),
        dataspace: dataspace.map(|dataspace| dataspace.id.clone()),
        code: None,
        address: None,
        holder_pid: None,
        send: true,
    };
    let mut change = Change::default();
    let request = begin(connector, operator, &mut change, draft).await?;
    decide(&mut change, operator, stored, OfferState::Accepted, Some(request.id.clone()));
    connector.commit(change).await?;
    Ok(request)
}

/// Declines an offer. Its issuer is not told: the protocol has no message for that.
///
/// # Errors
/// 403, 404; 409 if it was decided before.
pub async fn decline(connector: &Arc<Connector>, operator: &Operator, id: &str) -> Result<StoredOffer, Problem> {
    operator.must(Permission::Administer)?;
    let stored = undecided(connector, operator, id).await?;
    let mut change = Change::default();
    let declined = decide(&mut change, operator, stored, OfferState::Declined, None);
    connector.commit(change).await?;
    Ok(declined)
}

async fn undecided(connector: &Connector, operator: &Operator, id: &str) -> Result<StoredOffer, Problem> {
    let stored = get(connector, operator, id).await?;
    if stored.state == OfferState::Received {
        return Ok(stored);
    }
    let detail = format!("this offer is {}", stored.state.name());
    Err(Problem::new(Kind::Conflict, "offer.decided", detail))
}

fn decide(
    change: &mut Change,
    operator: &Operator,
    stored: StoredOffer,
    state: OfferState,
    request: Option<String>,
) -> StoredOffer {
    let (version, updated) = (stored.version + 1, clock::millis(clock::now()));
    let next = StoredOffer { state, request, version, updated, ..stored };
    let kind = if state == OfferState::Accepted { "offer.accepted" } else { "offer.declined" };
    change.write(rows::update(&next));
    let body = json!({"by": operator.name(), "state": state.name(), "request": next.request});
    change.event(kind, &next.id, Some(&next.issuer), body);
    next
}

/// The offer.
///
/// # Errors
/// 403, 404.
pub async fn get(connector: &Connector, operator: &Operator, id: &str) -> Result<StoredOffer, Problem> {
    operator.must(Permission::Read)?;
    rows::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("credential offer", id))
}

/// Offers in the order in which they came.
///
/// # Errors
/// 403.
pub async fn list(connector: &Connector, operator: &Operator, page: &Page) -> Result<Vec<StoredOffer>, Problem> {
    operator.must(Permission::Read)?;
    Ok(rows::list(&connector.db, page).await?)
}
