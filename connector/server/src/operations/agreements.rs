//! Agreements: what was concluded, what proves it, and its end.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};
use symbolon_contract_negotiation::Role;
use symbolon_policies_odrl::PolicyDocument;

use super::attesting::{self, Parties};
use super::{ATTEMPTS, transfers};
use crate::attestation::{self, Carried, Evidence, Received};
use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::{Change, Connector};
use crate::problem::{Kind, Problem};
use crate::storage::agreements::{self as rows, AgreementState, Filter, StoredAgreement};
use crate::storage::evidence::{self, Kept};
use crate::storage::messages::{self, Status};
use crate::storage::offers::Step;
use crate::storage::{self, Found, Page, StorageError};
use crate::worker::monitor::About;

/// Agreements, newest first.
///
/// # Errors
/// When storage fails.
pub async fn list(
    connector: &Connector,
    operator: &Operator,
    filter: &Filter,
    page: &Page,
) -> Result<Found<StoredAgreement>, Problem> {
    operator.must(Permission::Read)?;
    Ok(rows::list(&connector.db, filter, page).await?)
}

/// How many transfers each of these agreements has had; one that is not named has had none.
///
/// # Errors
/// When storage fails.
pub async fn transfers_under(
    connector: &Connector,
    agreements: &[StoredAgreement],
) -> Result<HashMap<String, i64>, Problem> {
    let ids: Vec<&str> = agreements.iter().map(|agreement| agreement.id.as_str()).collect();
    Ok(storage::transfers::per_agreement(&connector.db, &ids).await?)
}

/// One agreement.
///
/// # Errors
/// 404.
pub async fn get(connector: &Connector, operator: &Operator, id: &str) -> Result<StoredAgreement, Problem> {
    operator.must(Permission::Read)?;
    find(connector, id).await
}

/// The DID documents that the halves of these agreements name.
///
/// # Errors
/// When storage fails.
pub async fn documents(connector: &Connector, agreements: &[StoredAgreement]) -> Result<Carried, Problem> {
    let digests: Vec<String> = agreements.iter().flat_map(|of| attestation::documents_of(&of.attestations)).collect();
    let kept = evidence::by_digests(&connector.db, &digests).await?;
    Ok(Carried::new(kept.values().filter_map(document)))
}

/// One agreement with all that proves it, as the file that [`attestation::verify`] checks. What partners presented, and the
/// tokens with which they signed, are for auditors; others get the file without.
///
/// # Errors
/// 404; when storage fails.
pub async fn export(connector: &Connector, operator: &Operator, id: &str) -> Result<Value, Problem> {
    let stored = get(connector, operator, id).await?;
    let audits = operator.must(Permission::Audit).is_ok();
    let kept = evidence::by_digests(&connector.db, &attestation::evidence_of(&stored)).await?;
    let documents = kept.values().filter_map(document).collect();
    let presented: Vec<String> = kept.into_values().filter(is_credential).map(|kept| kept.body).collect();
    let received = received(connector, &stored).await?;
    let withheld = !audits && (!presented.is_empty() || !received.is_empty());
    let evidence = if audits {
        Evidence { documents, presented, received, withheld }
    } else {
        Evidence { documents, withheld, ..Evidence::default() }
    };
    Ok(attestation::export(&stored, &connector.participant, &evidence, clock::now()))
}

fn is_credential(kept: &Kept) -> bool {
    match kept.kind {
        evidence::Kind::Credential => true,
        evidence::Kind::Document => false,
    }
}

fn document(kept: &Kept) -> Option<Value> {
    (!is_credential(kept)).then(|| serde_json::from_str(&kept.body).ok()).flatten()
}

/// What a partner that does not attest has sent: its messages, with the tokens by which it proved who it is. Of any partner, that
/// it has terminated the agreement.
async fn received(connector: &Connector, stored: &StoredAgreement) -> Result<Vec<Received>, Problem> {
    let theirs = stored.role.peer().to_string();
    let attests = stored.attestations.iter().any(|half| half.role == theirs);
    let mut messages = match stored.negotiation.as_ref().filter(|_| !attests) {
        Some(negotiation) => messages::of_process(&connector.db, negotiation).await?,
        None => Vec::new(),
    };
    messages.extend(messages::of_process(&connector.db, &stored.id).await?);
    let received = messages.into_iter().filter(|message| message.inbound && message.status == Status::Received);
    Ok(received
        .map(|message| Received {
            kind: message.kind,
            at: clock::from_millis(message.at).to_string(),
            body: message.payload,
            token: message.token,
        })
        .collect())
}

async fn find(connector: &Connector, id: &str) -> Result<StoredAgreement, Problem> {
    rows::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("agreement", id))
}

/// An agreement that was concluded elsewhere.
#[derive(Debug)]
pub struct Import {
    /// The ODRL agreement.
    pub agreement: Value,
    /// Which side we are.
    pub role: Role,
    /// The other participant.
    pub partner: String,
    /// Base of the partner's endpoints.
    pub partner_address: String,
    /// The dataspace that it was made in; empty: outside any.
    pub dataspace: String,
    /// Provider: whether transfers start without a person.
    pub transfer: Step,
}

/// Takes up an agreement that was concluded elsewhere: on paper, or by another connector of ours. It is attested by us
/// alone.
///
/// # Errors
/// 400 when it is no agreement or its parties are not the two of us; 409 when its id is taken.
pub async fn import(
    connector: &Arc<Connector>,
    operator: &Operator,
    import: Import,
) -> Result<StoredAgreement, Problem> {
    operator.must(Permission::Administer)?;
    let document = read_agreement(import.agreement)?;
    let member = |name: &str| document.json().get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (assigner, assignee) = match import.role {
        Role::Consumer => (import.partner.as_str(), connector.participant.as_str()),
        Role::Provider => (connector.participant.as_str(), import.partner.as_str()),
    };
    for (name, expected) in [("assigner", assigner), ("assignee", assignee)] {
        let found = member(name);
        if found != expected {
            let detail = format!("{name} is {found:?}, but as {} under this agreement it is {expected:?}", import.role);
            return Err(Problem::bad_request("agreement.parties", detail).with_rule(format!("agreement.{name}")));
        }
    }
    let now = clock::now();
    let parties =
        Parties { agreement: &document, role: import.role, partner: &import.partner, dataspace: &import.dataspace };
    let mut change = Change::default();
    let own = attesting::attest(connector, parties, &mut change, now).await?;
    let stored = StoredAgreement {
        id: member("@id"),
        role: import.role,
        partner: import.partner,
        partner_address: import.partner_address.trim_end_matches('/').to_owned(),
        asset: member("target"),
        dataspace: import.dataspace,
        negotiation: None,
        state: AgreementState::InForce,
        version: 0,
        digest: attestation::digest(&document)?,
        document,
        attestations: vec![own],
        transfer_automation: import.transfer,
        concluded: clock::millis(now),
        retired: None,
        retire_reason: None,
        termination: None,
    };
    change.write(rows::insert(&stored));
    change.write(rows::log_for_graph(&stored.id));
    let body = json!({"agreement": stored.id, "asset": stored.asset, "by": operator.name()});
    change.event("agreement.imported", &stored.id, Some(&stored.partner), body);
    connector.commit(change).await?;
    Ok(stored)
}

fn read_agreement(value: Value) -> Result<PolicyDocument, Problem> {
    let refused = |error| Problem::of_policy("agreement.malformed", "agreement", &error);
    symbolon_policies_odrl::dsp::check_agreement(&value).map_err(refused)?;
    PolicyDocument::parse(value).map_err(refused)
}

/// Refuses what an agreement that has ended does not grant any more.
///
/// # Errors
/// `agreement.retired` or `agreement.terminated`, with the reason that was given.
pub(super) fn must_be_in_force(agreement: &StoredAgreement, kind: Kind) -> Result<(), Problem> {
    let (code, detail) = match agreement.state {
        AgreementState::InForce => return Ok(()),
        AgreementState::Retired => {
            let reason = agreement.retire_reason.as_deref().unwrap_or("no reason was given");
            ("agreement.retired", format!("the agreement has been retired: {reason}"))
        }
        AgreementState::Terminated => {
            let reason =
                agreement.termination.as_ref().map(|end| end.reason.join("; ")).filter(|said| !said.is_empty());
            let reason = reason.unwrap_or_else(|| "no reason was given".to_owned());
            ("agreement.terminated", format!("the agreement has been terminated: {reason}"))
        }
    };
    Err(Problem::new(kind, code, detail).with_rule("agreement in force").with_hint("negotiate a new agreement"))
}

/// Ends an agreement: from this commit on, no data request under it is permitted, and its transfers are terminated.
///
/// # Errors
/// 404, or 409 when it is retired already.
pub async fn retire(
    connector: &Arc<Connector>,
    operator: &Operator,
    id: &str,
    reason: &str,
) -> Result<StoredAgreement, Problem> {
    operator.must(Permission::Conclude)?;
    for _ in 0..ATTEMPTS {
        let mut stored = find(connector, id).await?;
        must_be_in_force(&stored, Kind::Conflict)?;
        let read_version = stored.version;
        stored.state = AgreementState::Retired;
        stored.retired = Some(clock::millis(clock::now()));
        stored.retire_reason = Some(reason.to_owned());
        let mut change = Change::default();
        change.write(rows::update(&stored, read_version));
        change.write(rows::log_for_graph(id));
        let body = json!({"agreement": id, "asset": stored.asset, "reason": reason, "by": operator.name()});
        change.event("agreement.retired", id, Some(&stored.partner), body);
        change.decide_anew_about(About::Agreement(id.to_owned()));
        let reason = format!("the agreement has been retired: {reason}");
        transfers::end_all(connector, id, "agreement.retired", &reason, &mut change).await?;
        match connector.commit(change).await {
            Ok(()) => return Ok(stored),
            Err(StorageError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(super::busy())
}
