use jiff::Timestamp;
use symbolon_policies_odrl::PolicyDocument;

use super::{
    Command, Effect, Input, Message, MessageName, Negotiation, Opening, State, StateName, Step, reconcile, table, terms,
};
use crate::{
    Code, Party, Pids, Rejection, Role, Settling,
    rejection::{Breach, check_peer_pid, check_pids},
    table::{Direction, find, reject},
};

/// Consumer: opens a negotiation by requesting an offer (REQUESTED).
///
/// # Errors
/// If the offer names no target.
pub fn start_request(opening: Opening, now: Timestamp) -> Result<Step, Rejection> {
    open(Role::Consumer, MessageName::Request, opening, None, now)
}

/// Provider: a consumer's request has opened a negotiation (REQUESTED). `peer_pid` is its `consumerPid`.
///
/// # Errors
/// If the offer names no target.
pub fn start_requested(opening: Opening, peer_pid: String, now: Timestamp) -> Result<Step, Rejection> {
    open(Role::Provider, MessageName::Request, opening, Some(peer_pid), now)
}

/// Provider: opens a negotiation by making an offer (OFFERED).
///
/// # Errors
/// If the offer names no target.
pub fn start_offer(opening: Opening, now: Timestamp) -> Result<Step, Rejection> {
    open(Role::Provider, MessageName::Offer, opening, None, now)
}

/// Consumer: a provider's offer has opened a negotiation (OFFERED). `peer_pid` is its `providerPid`.
///
/// # Errors
/// If the offer names no target.
pub fn start_offered(opening: Opening, peer_pid: String, now: Timestamp) -> Result<Step, Rejection> {
    open(Role::Consumer, MessageName::Offer, opening, Some(peer_pid), now)
}

/// Takes a negotiation one input further. Total: every input in every state has an outcome.
///
/// # Errors
/// If the protocol, the terms or the process ids forbid the input. The negotiation is then as before.
pub fn step(negotiation: &Negotiation, input: Input, now: Timestamp) -> Result<Step, Rejection> {
    let name = input.name();
    let outcome = match input {
        Input::Received { message, pids } => received(negotiation, message, &pids, now),
        Input::Command(command) => commanded(negotiation, command, now),
        Input::PeerAcknowledged { peer_pid } => acknowledged(negotiation, peer_pid),
        Input::PeerRefused { reason } => Ok(reconcile::refused(negotiation, reason, now)),
        Input::PeerReports { state } => Ok(reconcile::reported(negotiation, state, now)),
        Input::Undeliverable { reason } => Ok(reconcile::undeliverable(negotiation, reason, now)),
    };
    outcome.map_err(|breach| reject(Some(negotiation.state_name().as_str()), name, negotiation.role, breach))
}

fn open(
    role: Role,
    message: MessageName,
    opening: Opening,
    peer_pid: Option<String>,
    now: Timestamp,
) -> Result<Step, Rejection> {
    let ours = peer_pid.is_none();
    let (sender, direction) = if ours { (role, Direction::Out) } else { (role.peer(), Direction::In) };
    let checked = find(table(), None, message, sender, direction).and_then(|row| {
        terms::check_target_named(&opening.offer)?;
        Ok(row)
    });
    let row = checked.map_err(|breach| {
        let input = if ours { format!("opening {message}") } else { format!("received {message}") };
        reject(None, input, role, breach)
    })?;
    let first = |offer: PolicyDocument| match message {
        MessageName::Offer => Message::Offer { offer },
        MessageName::Request
        | MessageName::Accepted
        | MessageName::Agreement
        | MessageName::Verification
        | MessageName::Finalized
        | MessageName::Termination => Message::Request { offer },
    };
    let effects = if ours { vec![Effect::Open(first(opening.offer.clone()))] } else { Vec::new() };
    let negotiation = Negotiation {
        role,
        own_pid: opening.own_pid,
        peer_pid,
        consumer: opening.consumer,
        provider: opening.provider,
        last_offer: opening.offer,
        state: if row.to == StateName::Offered { State::Offered } else { State::Requested },
        since: now,
        settling: Settling::Settled,
    };
    Ok(Step { negotiation, effects })
}

fn received(negotiation: &Negotiation, message: Message, pids: &Pids, now: Timestamp) -> Result<Step, Breach> {
    check_pids(negotiation.role, &negotiation.own_pid, negotiation.peer_pid(), pids)?;
    let sender = negotiation.role.peer();
    let mut next = negotiation.clone();
    next.peer_pid = Some(pids.of(sender).to_owned());
    let effects = next.take(message, Direction::In, now)?;
    Ok(Step { negotiation: next, effects })
}

fn commanded(negotiation: &Negotiation, command: Command, now: Timestamp) -> Result<Step, Breach> {
    let message = negotiation.message_for(command, now);
    let mut next = negotiation.clone();
    let mut effects = vec![Effect::Send(message.clone())];
    effects.extend(next.take(message, Direction::Out, now)?);
    Ok(Step { negotiation: next, effects })
}

/// An acknowledgement moves nothing, as the state moved when the message was queued. It tells the partner's process id.
fn acknowledged(negotiation: &Negotiation, peer_pid: Option<String>) -> Result<Step, Breach> {
    let mut next = negotiation.clone();
    if let Some(said) = peer_pid {
        check_peer_pid(negotiation.role, negotiation.peer_pid(), &said)?;
        next.peer_pid = Some(said);
    }
    Ok(Step { negotiation: next, effects: Vec::new() })
}

impl Negotiation {
    /// Moves by a message in either direction, if the table and the message's content allow it.
    fn take(&mut self, message: Message, direction: Direction, now: Timestamp) -> Result<Vec<Effect>, Breach> {
        let (sender, by) = match direction {
            Direction::In => (self.role.peer(), Party::Peer),
            Direction::Out => (self.role, Party::Own),
        };
        let row = find(table(), Some(self.state_name()), message.name(), sender, direction)?;
        terms::check(row.condition, self, &message)?;
        let state = self.state_after(message, by)?;
        self.settling.overtake();
        Ok(self.enter(state, now))
    }

    /// The state that a message leads to. The table has been asked before.
    fn state_after(&mut self, message: Message, by: Party) -> Result<State, Breach> {
        Ok(match message {
            Message::Request { offer } => {
                self.last_offer = offer;
                State::Requested
            }
            Message::Offer { offer } => {
                self.last_offer = offer;
                State::Offered
            }
            Message::Accepted => State::Accepted,
            Message::Agreement { agreement } => State::Agreed { agreement },
            Message::Verification => State::Verified { agreement: self.agreed()? },
            Message::Finalized => State::Finalized { agreement: self.agreed()? },
            Message::Termination { code, reason } => State::Terminated { by, code, reason, from: self.state_name() },
        })
    }

    fn agreed(&self) -> Result<PolicyDocument, Breach> {
        let breach =
            || Breach::new(Code::IllegalTransition, format!("There is no agreement in {}.", self.state_name()));
        self.agreement().cloned().ok_or_else(breach)
    }

    /// Enters a state and says what follows from having entered it.
    pub(super) fn enter(&mut self, state: State, now: Timestamp) -> Vec<Effect> {
        self.state = state;
        self.since = now;
        match &self.state {
            State::Finalized { agreement } => vec![Effect::Concluded { agreement: agreement.clone() }],
            State::Terminated { by, code, reason, from } => {
                vec![Effect::Ended { from: *from, by: *by, code: code.clone(), reason: reason.clone() }]
            }
            State::Requested | State::Offered | State::Accepted | State::Agreed { .. } | State::Verified { .. } => {
                Vec::new()
            }
        }
    }

    fn message_for(&self, command: Command, now: Timestamp) -> Message {
        match command {
            Command::Request { offer } => Message::Request { offer },
            Command::Offer { offer } => Message::Offer { offer },
            Command::Accept => Message::Accepted,
            Command::Agree { agreement_id } => {
                let target = self.dataset().unwrap_or_default();
                let timestamp = now.to_string();
                Message::Agreement {
                    agreement: self.last_offer.as_agreement(
                        &agreement_id,
                        target,
                        &self.provider,
                        &self.consumer,
                        &timestamp,
                    ),
                }
            }
            Command::Verify => Message::Verification,
            Command::Finalize => Message::Finalized,
            Command::Terminate { code, reason } => Message::Termination { code, reason },
        }
    }
}
