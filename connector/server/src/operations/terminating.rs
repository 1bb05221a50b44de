//! The end of an agreement for both parties: either may terminate it, once, and it is final.
//!
//! The rights end with the commit that says so: no data request is permitted any more, and transfers are terminated. A partner
//! that attested the agreement as a Symbolon connector is told by a message of our own (`AgreementTermination`); any other
//! learns it from its terminated transfers. What the agreement's terms let survive goes on binding: received data is deleted
//! where they say so, and what we pass on is decided on what survives (see [`origins`](super::origins)).

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;
use symbolon_contract_negotiation::Party;
use symbolon_vocab::messages::{AgreementTerminationMessage, to_bytes};

use super::{ATTEMPTS, Report, received, transfers};
use crate::authentication::{Caller, Operator, Permission};
use crate::connector::{Change, Connector};
use crate::problem::{Kind, Problem};
use crate::storage::StorageError;
use crate::storage::agreements::{self as rows, AgreementState, StoredAgreement, Termination};
use crate::storage::messages::{self, AGREEMENT_TERMINATION, StoredMessage};
use crate::worker::monitor::About;
use crate::{clock, ids};

/// Path below a partner's base.
pub const PATH: &str = "/agreements/termination";

/// The code that refuses the termination of an agreement that its receiver does not know.
pub const UNKNOWN: &str = "agreement.unknown";

/// The most of a partner's reasons that is kept: sentences, and bytes of each.
const REASONS: usize = 16;
const REASON_BYTES: usize = 4096;

/// Ends an agreement for both parties: also one that we have retired.
///
/// # Errors
/// 403 for the role, 404, or 409 `agreement.terminated` when it has been terminated already.
pub async fn terminate(
    connector: &Arc<Connector>,
    operator: &Operator,
    id: &str,
    code: Option<String>,
    reason: &str,
) -> Result<StoredAgreement, Problem> {
    operator.must(Permission::Conclude)?;
    for _ in 0..ATTEMPTS {
        let stored = rows::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("agreement", id))?;
        if let Some(termination) = &stored.termination {
            return Err(already(termination));
        }
        let now = clock::now();
        let end =
            Termination { by: Party::Own, at: clock::millis(now), code: code.clone(), reason: vec![reason.to_owned()] };
        let mut change = Change::default();
        if attests(&stored) {
            change.send(message(&stored, &end, now));
        }
        let stored = end_of(connector, stored, end, Some(operator.name()), &mut change).await?;
        match connector.commit(change).await {
            Ok(()) => return Ok(stored),
            Err(StorageError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(super::busy())
}

fn already(termination: &Termination) -> Problem {
    let by = match termination.by {
        Party::Own => "by us",
        Party::Peer => "by the partner",
    };
    let at = clock::from_millis(termination.at);
    let detail = format!("the agreement has been terminated {by} on {at:.0}");
    Problem::new(Kind::Conflict, "agreement.terminated", detail)
        .with_rule("an agreement is terminated once")
        .with_hint("negotiate a new agreement")
}

/// Whether the partner attested the agreement, and so knows the message.
fn attests(agreement: &StoredAgreement) -> bool {
    let theirs = agreement.role.peer().to_string();
    agreement.attestations.iter().any(|half| half.role == theirs)
}

fn message(agreement: &StoredAgreement, end: &Termination, now: Timestamp) -> StoredMessage {
    let message_id = ids::urn();
    let body = to_bytes(&AgreementTerminationMessage {
        id: Some(message_id.clone()),
        agreement_id: agreement.id.clone(),
        code: end.code.clone(),
        reason: end.reason.clone(),
    });
    let payload = String::from_utf8(body).unwrap_or_default();
    let at = clock::millis(now);
    let (process, partner) = (&agreement.id, &agreement.partner);
    let message = StoredMessage::outgoing(process, partner, message_id, AGREEMENT_TERMINATION, payload, at);
    StoredMessage { address: Some(format!("{}{PATH}", agreement.partner_address)), ..message }
}

/// The partner has ended the agreement. Repeating it, and ending what has been ended by us meanwhile, changes nothing and is
/// taken.
///
/// # Errors
/// 404 when there is no such agreement with this partner.
pub async fn terminated(
    connector: &Arc<Connector>,
    caller: &Caller,
    incoming: AgreementTerminationMessage,
    payload: &str,
) -> Result<(), Problem> {
    let message_id = incoming.id.clone().unwrap_or_else(ids::urn);
    for _ in 0..ATTEMPTS {
        let stored = of_caller(connector, caller, &incoming.agreement_id).await?;
        if let Some(first) = messages::received(&connector.db, caller.participant(), &message_id).await? {
            return if first.process == stored.id { Ok(()) } else { Err(super::id_used()) };
        }
        let now = clock::now();
        let mut change = Change::default();
        change.write(messages::insert(&record(&stored, &message_id, payload, caller, now)));
        if stored.termination.is_none() {
            let code = incoming.code.clone().map(bounded);
            let reason = incoming.reason.iter().take(REASONS).cloned().map(bounded).collect();
            let end = Termination { by: Party::Peer, at: clock::millis(now), code, reason };
            end_of(connector, stored, end, None, &mut change).await?;
        }
        match connector.commit(change).await {
            Ok(()) => return Ok(()),
            Err(StorageError::Conflict { .. } | StorageError::Duplicate { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(super::busy())
}

/// The agreement, if this partner is its other party. One that does not exist and one of somebody else look alike.
async fn of_caller(connector: &Connector, caller: &Caller, id: &str) -> Result<StoredAgreement, Problem> {
    let found = rows::by_id(&connector.db, id).await?.filter(|found| found.partner == caller.participant());
    found.ok_or_else(|| {
        Problem::new(Kind::NotFound, UNKNOWN, format!("there is no agreement {id:?} with you")).with_rule("agreementId")
    })
}

/// The message as evidence: with the token by which its sender proved who it is.
fn record(stored: &StoredAgreement, id: &str, payload: &str, caller: &Caller, now: Timestamp) -> StoredMessage {
    let at = clock::millis(now);
    let message = StoredMessage::incoming(&stored.id, &stored.partner, id, AGREEMENT_TERMINATION, payload, at);
    StoredMessage { token: caller.token().map(str::to_owned), ..message }
}

/// How the message to the partner fared. A partner that does not know it, or has another view of the agreement, changes nothing
/// here: the agreement has ended.
pub(super) async fn report(connector: &Connector, item: &StoredMessage, report: Report) -> Result<(), Problem> {
    let (kind, reason) = match report {
        Report::Acknowledged { .. } | Report::State { .. } => ("agreement.termination-acknowledged", None),
        Report::Refused { reason } => ("agreement.termination-refused", Some(reason)),
        Report::Undeliverable { reason } => ("agreement.termination-undeliverable", Some(reason)),
    };
    let mut change = Change::default();
    change.event(kind, &item.process, Some(&item.partner), json!({"agreement": item.process, "reason": reason}));
    Ok(connector.commit(change).await?)
}

fn bounded(mut text: String) -> String {
    let mut end = REASON_BYTES.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

/// Everything that ends with the agreement, in one change.
async fn end_of(
    connector: &Connector,
    stored: StoredAgreement,
    end: Termination,
    operator: Option<&str>,
    change: &mut Change,
) -> Result<StoredAgreement, Problem> {
    let read_version = stored.version;
    let by = match end.by {
        Party::Own => "us",
        Party::Peer => "partner",
    };
    let body = json!({"agreement": stored.id, "asset": stored.asset, "by": by, "operator": operator,
        "code": end.code, "reason": end.reason});
    let reason = match end.reason.as_slice() {
        [] => "the agreement has been terminated".to_owned(),
        reasons => format!("the agreement has been terminated: {}", reasons.join("; ")),
    };
    let ended = StoredAgreement { state: AgreementState::Terminated, termination: Some(end), ..stored };
    change.write(rows::update(&ended, read_version));
    change.write(rows::log_for_graph(&ended.id));
    change.event("agreement.terminated", &ended.id, Some(&ended.partner), body);
    change.decide_anew_about(About::Agreement(ended.id.clone()));
    transfers::end_all(connector, &ended.id, "agreement.terminated", &reason, change).await?;
    received::end_all(connector, &ended, change).await?;
    Ok(ended)
}
