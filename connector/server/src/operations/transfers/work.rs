//! One step of a transfer on its way into storage: the machine's value, and the change that its effects make.

use jiff::Timestamp;
use serde_json::json;
use symbolon_contract_negotiation::transfer::{self, Effect, Input, Message};
use symbolon_contract_negotiation::{Party, Role};

use super::super::StepError;
use super::wire;
use crate::connector::{Change, Connector};
use crate::storage::messages::{self, StoredMessage, TRANSFER_QUESTION};
use crate::storage::negotiations::role_name;
use crate::storage::transfers::{self as rows, StoredTransfer};
use crate::worker::monitor::About;
use crate::{clock, ids};

/// A transfer being changed.
pub(super) struct Work<'a> {
    connector: &'a Connector,
    pub(super) stored: StoredTransfer,
    pub(super) change: Change,
    pub(super) now: Timestamp,
    /// The consumer has resumed, and its answer has to be prepared.
    pub(super) answer_due: bool,
    read_version: Option<i64>,
}

impl<'a> Work<'a> {
    /// Takes up what was read.
    pub(super) fn on(connector: &'a Connector, stored: StoredTransfer, now: Timestamp) -> Self {
        let read_version = Some(stored.version);
        Self { connector, stored, change: Change::default(), now, answer_due: false, read_version }
    }

    /// Begins a new one with the machine's opening step.
    pub(super) fn open(connector: &'a Connector, stored: StoredTransfer, effects: Vec<Effect>, now: Timestamp) -> Self {
        let mut work =
            Self { connector, stored, change: Change::default(), now, answer_due: false, read_version: None };
        work.carry_out(effects);
        work.announce();
        work
    }

    /// Takes the machine one input further.
    pub(super) fn step(&mut self, input: Input) -> Result<(), StepError> {
        let before = self.stored.machine.state_name();
        let step = transfer::step(&self.stored.machine, input, self.now)?;
        self.stored.machine = step.transfer;
        self.carry_out(step.effects);
        if before != self.stored.machine.state_name() {
            // Whoever moves it now, it is not held by the monitor any more.
            self.stored.held = None;
            self.announce();
        }
        Ok(())
    }

    /// The change with the row itself.
    pub(super) fn finish(mut self) -> (StoredTransfer, Change) {
        self.stored.updated = clock::millis(self.now);
        let row = match self.read_version {
            None => rows::insert(&self.stored),
            Some(version) => rows::update(&self.stored, version),
        };
        self.change.write(row);
        self.change.decide_anew(&self.stored.pid);
        if self.stored.machine.role() == Role::Provider {
            self.change.look_again(About::Transfer(self.stored.pid.clone()));
        }
        (self.stored, self.change)
    }

    /// Records the partner's message: the timeline, and the guard against taking it twice.
    pub(super) fn record_received(&mut self, message_id: &str, kind: &str, payload: &str) {
        let (pid, partner) = (&self.stored.pid, &self.stored.partner);
        let message = StoredMessage::incoming(pid, partner, message_id, kind, payload, clock::millis(self.now));
        self.change.write(messages::insert(&message));
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Open(message) => {
                    let callback = self.connector.config.dsp_address();
                    self.send(&message, Some(&callback));
                }
                Effect::Send(message) => self.send(&message, None),
                Effect::AskPeer => {
                    let path = self.stored.machine.peer_pid().map(wire::question);
                    self.queue(ids::urn(), TRANSFER_QUESTION, String::new(), path);
                }
                Effect::PrepareData => self.answer_due = true,
                Effect::Started { .. } => self.change.start_push(&self.stored),
                Effect::Suspended | Effect::Completed => {}
                Effect::Ended { from, by, code, reason } => {
                    let by = match by {
                        Party::Own => "us",
                        Party::Peer => "partner",
                    };
                    let body = json!({"from": from.as_str(), "by": by, "code": code, "reason": reason});
                    self.change.event("transfer.ended", &self.stored.pid, Some(&self.stored.partner), body);
                }
            }
        }
    }

    fn send(&mut self, message: &Message, callback: Option<&str>) {
        let message_id = ids::urn();
        let (kind, path, payload) = wire::render(message, &message_id, callback, &self.stored);
        // Without the partner's process id there is no path yet: it is filled in when the message's turn comes.
        let known = callback.is_some() || self.stored.machine.peer_pid().is_some();
        self.queue(message_id, kind, payload, known.then_some(path));
    }

    fn queue(&mut self, message_id: String, kind: &str, payload: String, path: Option<String>) {
        let (pid, partner) = (&self.stored.pid, &self.stored.partner);
        let address = path.map(|path| format!("{}{path}", self.stored.peer_address));
        let at = clock::millis(self.now);
        let message = StoredMessage { address, ..StoredMessage::outgoing(pid, partner, message_id, kind, payload, at) };
        self.change.send(message);
    }

    /// The event that says which state has been entered.
    fn announce(&mut self) {
        let machine = &self.stored.machine;
        let body = json!({
            "state": machine.state_name().as_str(),
            "role": role_name(machine.role()),
            "asset": self.stored.asset,
            "agreement": self.stored.agreement_id,
            "format": self.stored.format,
        });
        let kind = format!("transfer.{}", machine.state_name().as_str().to_lowercase());
        self.change.event(&kind, &self.stored.pid, Some(&self.stored.partner), body);
    }
}
