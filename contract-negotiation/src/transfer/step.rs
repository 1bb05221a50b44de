use jiff::Timestamp;
use symbolon_vocab::messages::DataAddress;

use super::{
    Command, Effect, Input, Message, MessageName, Opening, State, StateName, Step, Transfer, reconcile, table,
};
use crate::{
    Code, Condition, Party, Pids, Rejection, Role, Settling,
    rejection::{Breach, check_peer_pid, check_pids},
    table::{Direction, find, reject},
};

/// Consumer: opens a transfer by requesting data (REQUESTED).
pub fn start_request(opening: Opening, now: Timestamp) -> Step {
    let message = Message::Request {
        agreement_id: opening.agreement_id.clone(),
        format: opening.format.clone(),
        data_address: opening.data_address.clone(),
    };
    let mut transfer = opened(Role::Consumer, opening, None, now);
    transfer.unanswered = 1;
    Step { transfer, effects: vec![Effect::Open(message)] }
}

/// Provider: a consumer's request has opened a transfer (REQUESTED). `peer_pid` is its `consumerPid`.
pub fn start_requested(opening: Opening, peer_pid: String, now: Timestamp) -> Step {
    Step { transfer: opened(Role::Provider, opening, Some(peer_pid), now), effects: Vec::new() }
}

/// Takes a transfer one input further. Total: every input in every state has an outcome.
///
/// # Errors
/// If the protocol, the flow of data or the process ids forbid the input. The transfer is then as before.
pub fn step(transfer: &Transfer, input: Input, now: Timestamp) -> Result<Step, Rejection> {
    let name = input.name();
    let outcome = match input {
        Input::Received { message, pids } => received(transfer, message, &pids, now),
        Input::Command(command) => commanded(transfer, command, now),
        Input::PeerAcknowledged { peer_pid } => acknowledged(transfer, peer_pid),
        Input::PeerRefused { reason } => Ok(reconcile::refused(transfer, reason, now)),
        Input::PeerReports { state } => Ok(reconcile::reported(transfer, state, now)),
        Input::Undeliverable { reason } => Ok(reconcile::undeliverable(transfer, reason, now)),
    };
    outcome.map_err(|breach| reject(Some(transfer.state_name().as_str()), name, transfer.role, breach))
}

fn opened(role: Role, opening: Opening, peer_pid: Option<String>, now: Timestamp) -> Transfer {
    Transfer {
        role,
        own_pid: opening.own_pid,
        peer_pid,
        agreement_id: opening.agreement_id,
        format: opening.format,
        destination: opening.data_address,
        state: State::Requested,
        since: now,
        unanswered: 0,
        settling: Settling::Settled,
        resumed: false,
        unheeded: 0,
    }
}

fn received(transfer: &Transfer, message: Message, pids: &Pids, now: Timestamp) -> Result<Step, Breach> {
    check_pids(transfer.role, &transfer.own_pid, transfer.peer_pid(), pids)?;
    let mut next = transfer.clone();
    next.peer_pid = Some(pids.of(transfer.role.peer()).to_owned());
    let effects = next.take(message, Direction::In, now)?;
    Ok(Step { transfer: next, effects })
}

fn commanded(transfer: &Transfer, command: Command, now: Timestamp) -> Result<Step, Breach> {
    let answers = matches!(command, Command::Answer { .. });
    let settled = transfer.settling == Settling::Settled;
    if !settled && !answers && command.message() != MessageName::Termination {
        let reason = "Messages have crossed and the partner is being asked for its state; until it has answered, only Terminate is allowed.";
        return Err(Breach::new(Code::Unsettled, reason));
    }
    if answers && !transfer.answer_due() {
        let reason = format!(
            "The consumer has not resumed the transfer, which is {}; there is nothing to answer.",
            transfer.state_name()
        );
        return Err(Breach::new(Code::IllegalTransition, reason));
    }
    if !answers && transfer.state_name() == StateName::Started && command.message() == MessageName::Start {
        let reason = "The transfer is STARTED already; only Suspend, Complete and Terminate are allowed.";
        return Err(Breach::new(Code::IllegalTransition, reason));
    }
    let message = message_for(command);
    let mut next = transfer.clone();
    let mut effects = vec![Effect::Send(message.clone())];
    effects.extend(next.take(message, Direction::Out, now)?);
    next.unanswered = next.unanswered.saturating_add(1);
    Ok(Step { transfer: next, effects })
}

/// An acknowledgement moves nothing, as the state moved when the message was queued. It tells the partner's process id.
fn acknowledged(transfer: &Transfer, peer_pid: Option<String>) -> Result<Step, Breach> {
    let mut next = transfer.clone();
    if let Some(said) = peer_pid {
        check_peer_pid(transfer.role, transfer.peer_pid(), &said)?;
        next.peer_pid = Some(said);
    }
    next.unanswered = next.unanswered.saturating_sub(1);
    next.confirm_if_last();
    Ok(Step { transfer: next, effects: Vec::new() })
}

fn message_for(command: Command) -> Message {
    match command {
        Command::Start { data_address } | Command::Answer { data_address } => Message::Start { data_address },
        Command::Suspend { code, reason } => Message::Suspension { code, reason },
        Command::Complete => Message::Completion,
        Command::Terminate { code, reason } => Message::Termination { code, reason },
    }
}

impl Transfer {
    /// Whether the consumer has resumed and the provider's answer has not followed.
    fn answer_due(&self) -> bool {
        matches!(self.state, State::Started { answer_due: true, .. })
    }

    /// A completion is the last message of its side, so the last acknowledgement is the one of the completion.
    fn confirm_if_last(&mut self) {
        if let State::Completed { confirmed, .. } = &mut self.state {
            *confirmed |= self.unanswered == 0;
        }
    }

    /// Moves by a message in either direction, if the table and the message's content allow it.
    fn take(&mut self, message: Message, direction: Direction, now: Timestamp) -> Result<Vec<Effect>, Breach> {
        let (sender, by) = match direction {
            Direction::In => (self.role.peer(), Party::Peer),
            Direction::Out => (self.role, Party::Own),
        };
        let row = find(table(), Some(self.state_name()), message.name(), sender, direction)?;
        self.check(row.condition, &message)?;
        let crossed = direction == Direction::In && self.unanswered > 0 && may_cross(row.from, row.to);
        let state = self.state_after(message, sender, by)?;
        self.settling.overtake();
        self.unheeded = 0;
        let mut effects = self.enter(state, now);
        if crossed {
            self.resumed = true;
            if self.settling.doubt() {
                effects.push(Effect::AskPeer);
            }
        }
        Ok(effects)
    }

    fn check(&self, condition: Option<Condition>, message: &Message) -> Result<(), Breach> {
        let given = matches!(message, Message::Start { data_address: Some(_) });
        match condition {
            Some(Condition::AddressIfPull) => self.check_address(given),
            Some(Condition::AnswerToResume) if self.resumed => self.check_address(given),
            Some(Condition::AnswerToResume) => {
                let reason = "The transfer is STARTED and the consumer has not resumed it; a start message would change nothing.";
                Err(Breach::new(Code::IllegalTransition, reason))
            }
            Some(Condition::Unconfirmed) if matches!(self.state, State::Completed { confirmed: true, .. }) => {
                let reason = "The transfer is COMPLETED on both sides; nothing is allowed any more.";
                Err(Breach::new(Code::IllegalTransition, reason))
            }
            Some(Condition::NoAddressIfPull) if self.is_pull() && given => {
                let reason = "The consumer's start message carries a data address; in a pull only the provider's does.";
                Err(Breach::new(Code::DataAddressUnexpected, reason))
            }
            Some(
                Condition::NoAddressIfPull
                | Condition::Unconfirmed
                | Condition::TargetNamed
                | Condition::TargetUnchanged
                | Condition::TermsOfLastOffer,
            )
            | None => Ok(()),
        }
    }

    /// DSP 2025-1, data address: the start message of a pull carries it; a push goes where the request said.
    fn check_address(&self, given: bool) -> Result<(), Breach> {
        match (self.is_pull(), given) {
            (true, false) => {
                let reason = "The start message has no `dataAddress`; as the request named no destination, it must say where to fetch from.";
                Err(Breach::new(Code::DataAddressMissing, reason))
            }
            (false, true) => {
                let reason = "The start message has a `dataAddress`; as the request named a destination, data is delivered there.";
                Err(Breach::new(Code::DataAddressUnexpected, reason))
            }
            (true, true) | (false, false) => Ok(()),
        }
    }

    /// The state that a message leads to. The table has been asked before.
    fn state_after(&mut self, message: Message, sender: Role, by: Party) -> Result<State, Breach> {
        Ok(match message {
            Message::Request { .. } => State::Requested,
            Message::Start { data_address } => match sender {
                Role::Provider => State::Started { data_address, answer_due: false },
                Role::Consumer => {
                    self.redirect(data_address);
                    self.resumed = true;
                    State::Started { data_address: None, answer_due: true }
                }
            },
            Message::Suspension { code, reason } => State::Suspended { by, code, reason },
            Message::Completion => State::Completed { by, confirmed: by == Party::Peer },
            Message::Termination { code, reason } => State::Terminated { by, code, reason, from: self.state_name() },
        })
    }

    /// The consumer of a push may name a new destination when it resumes.
    fn redirect(&mut self, data_address: Option<DataAddress>) {
        if data_address.is_some() {
            self.destination = data_address;
        }
    }

    /// Enters a state and says what follows from having entered it.
    pub(super) fn enter(&mut self, state: State, now: Timestamp) -> Vec<Effect> {
        self.state = state;
        self.since = now;
        match &self.state {
            State::Requested => Vec::new(),
            State::Started { answer_due: true, .. } if self.role == Role::Provider => vec![Effect::PrepareData],
            State::Started { answer_due: true, .. } => Vec::new(),
            State::Started { data_address, answer_due: false } => {
                vec![Effect::Started { data_address: data_address.clone() }]
            }
            State::Suspended { .. } => vec![Effect::Suspended],
            State::Completed { .. } => vec![Effect::Completed],
            State::Terminated { by, code, reason, from } => {
                vec![Effect::Ended { from: *from, by: *by, code: code.clone(), reason: reason.clone() }]
            }
        }
    }
}

/// Starts and suspensions undo each other. If one arrives while a message of ours is unanswered, the two may have crossed, and each side
/// would end where the other began.
fn may_cross(from: Option<StateName>, to: StateName) -> bool {
    matches!(
        (from, to),
        (Some(StateName::Started), StateName::Suspended) | (Some(StateName::Suspended), StateName::Started)
    )
}
