//! One step of a negotiation on its way into storage: the machine's value, and the change that its effects make.

use jiff::Timestamp;
use serde_json::json;
use symbolon_contract_negotiation::negotiation::{self, Effect, Input, Message, Negotiation, StateName};
use symbolon_contract_negotiation::{Party, Role};
use symbolon_identity::attestation::Half;
use symbolon_policies_odrl::PolicyDocument;

use super::super::StepError;
use super::super::attesting::{self, Parties};
use super::super::facts::Standing;
use super::wire::{self, Place, Rendered};
use crate::attestation;
use crate::connector::{Change, Connector};
use crate::problem::Problem;
use crate::storage::StorageError;
use crate::storage::agreements::{self, AgreementState, StoredAgreement};
use crate::storage::messages::{NEGOTIATION_QUESTION, StoredMessage};
use crate::storage::negotiations::{self as rows, StoredNegotiation, role_name};
use crate::storage::offers::Offer;
use crate::worker::monitor::About;
use crate::{clock, ids};

/// The published offer that was asked for, and what is known of who asks.
pub(super) struct Known {
    pub(super) offer: Offer,
    pub(super) standing: Standing,
}

/// A negotiation being changed.
pub(super) struct Work<'a> {
    connector: &'a Connector,
    pub(super) stored: StoredNegotiation,
    pub(super) change: Change,
    pub(super) now: Timestamp,
    /// What the opening request was found to be about, so that the answer need not look again.
    pub(super) known: Option<Known>,
    /// The agreement that turned out void, whose transfers have to end.
    pub(super) voided: Option<String>,
    /// The version that was read; `None` for a new negotiation.
    read_version: Option<i64>,
}

impl<'a> Work<'a> {
    /// Takes up what was read.
    pub(super) fn on(connector: &'a Connector, stored: StoredNegotiation, now: Timestamp) -> Self {
        let read_version = Some(stored.version);
        Self { connector, stored, change: Change::default(), now, known: None, voided: None, read_version }
    }

    /// Begins a new one with the machine's opening step.
    pub(super) async fn open(
        connector: &'a Connector,
        stored: StoredNegotiation,
        effects: Vec<Effect>,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let mut work =
            Self { connector, stored, change: Change::default(), now, known: None, voided: None, read_version: None };
        work.carry_out(effects).await?;
        work.announce();
        Ok(work)
    }

    /// Takes the machine one input further.
    pub(super) async fn step(&mut self, input: Input) -> Result<(), StepError> {
        let before = self.stored.machine.state_name();
        let step = negotiation::step(&self.stored.machine, input, self.now)?;
        self.stored.machine = step.negotiation;
        self.carry_out(step.effects).await?;
        if before != self.stored.machine.state_name() {
            self.announce();
        }
        Ok(())
    }

    /// Commits the row with everything that the steps made, and keeps it at hand for the next message.
    pub(super) async fn save(mut self) -> Result<StoredNegotiation, StorageError> {
        self.stored.updated = clock::millis(self.now);
        let row = match self.read_version {
            None => rows::insert(&self.stored),
            Some(version) => rows::update(&self.stored, version),
        };
        self.change.write(row);
        self.stored.version = self.read_version.map_or(0, |version| version + 1);
        let outcome = self.connector.commit(self.change).await;
        match outcome {
            Ok(()) => {
                self.connector.recent.keep(&self.stored);
                Ok(self.stored)
            }
            Err(error) => {
                self.connector.recent.forget(&self.stored.pid);
                Err(error)
            }
        }
    }

    /// Records the partner's message: the timeline, the guard against taking it twice, and with its token the evidence.
    pub(super) fn record_received(&mut self, message_id: &str, kind: &str, payload: &str, token: Option<&str>) {
        let (pid, partner) = (&self.stored.pid, &self.stored.partner);
        let message = StoredMessage::incoming(pid, partner, message_id, kind, payload, clock::millis(self.now));
        let message = StoredMessage { token: token.map(str::to_owned), ..message };
        self.change.write(crate::storage::messages::insert(&message));
    }

    async fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), Problem> {
        for effect in effects {
            match effect {
                Effect::Open(message) => {
                    let callback = self.connector.config.dsp_address();
                    self.send(&message, Place::Opening { callback: &callback }).await?;
                }
                Effect::Send(message) => self.send(&message, Place::Process).await?,
                Effect::AskPeer => self.ask(),
                Effect::Concluded { agreement } => self.conclude(&agreement).await?,
                Effect::Ended { from, by, code, reason } => self.end(from, by, code, &reason),
            }
        }
        Ok(())
    }

    async fn send(&mut self, message: &Message, place: Place<'_>) -> Result<(), Problem> {
        if matches!(message, Message::Verification | Message::Finalized) {
            self.attest().await?;
        }
        let message_id = ids::urn();
        let role = role_name(self.stored.machine.role());
        let own = self.stored.attestations.iter().find(|attestation| attestation.role == role);
        let Rendered { kind, path, payload } = wire::render(&self.stored.machine, message, &message_id, place, own);
        // Without the partner's process id there is no path yet: it is filled in when the message's turn comes.
        let known = place != Place::Process || self.stored.machine.peer_pid().is_some();
        let address = known.then(|| format!("{}{path}", self.stored.peer_address));
        self.queue(message_id, kind, payload, address);
        Ok(())
    }

    fn ask(&mut self) {
        let address = self.stored.machine.peer_pid().is_some().then(|| {
            let path = wire::question(&self.stored.machine);
            format!("{}{path}", self.stored.peer_address)
        });
        self.queue(ids::urn(), NEGOTIATION_QUESTION, String::new(), address);
    }

    fn queue(&mut self, message_id: String, kind: &str, payload: String, address: Option<String>) {
        let (pid, partner) = (&self.stored.pid, &self.stored.partner);
        let at = clock::millis(self.now);
        let message = StoredMessage { address, ..StoredMessage::outgoing(pid, partner, message_id, kind, payload, at) };
        self.change.send(message);
    }

    /// Signs the agreement once.
    async fn attest(&mut self) -> Result<(), Problem> {
        let role = role_name(self.stored.machine.role());
        if self.stored.attestations.iter().any(|attestation| attestation.role == role) {
            return Ok(());
        }
        let Some(parties) = parties_of(&self.stored) else { return Ok(()) };
        let own = attesting::attest(self.connector, parties, &mut self.change, self.now).await?;
        self.stored.attestations.push(own);
        Ok(())
    }

    /// Takes the partner's half in, which goes with the messages that conclude.
    pub(super) async fn countersigned(&mut self, half: Half) -> Result<(), Problem> {
        let Some(parties) = parties_of(&self.stored) else { return Ok(()) };
        let half = attesting::check(self.connector, parties, half, &mut self.change, self.now).await?;
        self.stored.attestations.push(half);
        Ok(())
    }

    /// FINALIZED: the agreement is in force on this side.
    async fn conclude(&mut self, agreement: &PolicyDocument) -> Result<(), Problem> {
        self.attest().await?;
        let id = agreement.policy().id.clone().unwrap_or_default();
        let concluded = StoredAgreement {
            id: id.clone(),
            role: self.stored.machine.role(),
            partner: self.stored.partner.clone(),
            partner_address: self.stored.peer_address.clone(),
            asset: self.stored.asset.clone(),
            dataspace: self.stored.dataspace.clone(),
            negotiation: Some(self.stored.pid.clone()),
            state: AgreementState::InForce,
            version: 0,
            document: agreement.clone(),
            digest: attestation::digest(agreement)?,
            attestations: self.stored.attestations.clone(),
            transfer_automation: self.stored.automation.transfer,
            concluded: clock::millis(self.now),
            retired: None,
            retire_reason: None,
            termination: None,
        };
        self.change.write(agreements::insert(&concluded));
        self.change.write(agreements::log_for_graph(&id));
        let body = json!({"agreement": id, "negotiation": self.stored.pid, "asset": self.stored.asset});
        self.change.event("agreement.concluded", &id, Some(&self.stored.partner), body);
        Ok(())
    }

    fn end(&mut self, from: StateName, by: Party, code: Option<String>, reason: &[String]) {
        let by = match by {
            Party::Own => "us",
            Party::Peer => "partner",
        };
        let body = json!({"from": from.as_str(), "by": by, "code": code, "reason": reason});
        self.change.event("negotiation.ended", &self.stored.pid, Some(&self.stored.partner), body);
        if let (StateName::Finalized, Some(agreement)) = (from, &self.stored.agreement_id) {
            // The partner does not hold what we took for concluded: it grants nothing.
            self.change.write(agreements::void(agreement, clock::millis(self.now), &reason.join("; ")));
            self.change.write(agreements::log_for_graph(agreement));
            self.change.decide_anew_about(About::Agreement(agreement.clone()));
            self.voided = Some(agreement.clone());
        }
    }

    /// The event that says which state has been entered.
    fn announce(&mut self) {
        let machine = &self.stored.machine;
        if let Some(agreement) = machine.agreement() {
            self.stored.agreement_id = agreement.policy().id.clone();
        }
        let body = json!({
            "state": machine.state_name().as_str(),
            "role": role_name(machine.role()),
            "asset": self.stored.asset,
            "offer": self.stored.offer_id,
            "agreement": self.stored.agreement_id,
        });
        let kind = format!("negotiation.{}", machine.state_name().as_str().to_lowercase());
        self.change.event(&kind, &self.stored.pid, Some(&self.stored.partner), body);
    }
}

/// The agreement to be signed; none before there is one.
fn parties_of(stored: &StoredNegotiation) -> Option<Parties<'_>> {
    Some(Parties {
        agreement: stored.machine.agreement()?,
        role: stored.machine.role(),
        partner: &stored.partner,
        dataspace: &stored.dataspace,
    })
}

/// Who the parties of a negotiation are, seen from our role.
pub(super) fn parties(connector: &Connector, role: Role, partner: &str) -> (String, String) {
    let (own, partner) = (connector.participant.clone(), partner.to_owned());
    match role {
        Role::Consumer => (own, partner),
        Role::Provider => (partner, own),
    }
}

/// A new row around the machine's opening.
pub(super) fn new_row(
    machine: Negotiation,
    partner: &str,
    peer_address: &str,
    asset: &str,
    offer_id: &str,
    automation: rows::Automation,
    now: Timestamp,
) -> StoredNegotiation {
    StoredNegotiation {
        pid: machine.own_pid().to_owned(),
        partner: partner.to_owned(),
        peer_address: peer_address.trim_end_matches('/').to_owned(),
        version: 0,
        asset: asset.to_owned(),
        offer_id: offer_id.to_owned(),
        dataspace: String::new(),
        agreement_id: None,
        automation,
        attestations: Vec::new(),
        machine,
        created: clock::millis(now),
        updated: clock::millis(now),
    }
}
