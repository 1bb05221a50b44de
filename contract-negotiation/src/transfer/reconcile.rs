//! What to do when the partner did not follow.

use jiff::Timestamp;

use super::{Effect, Message, State, StateName, Step, Transfer};
use crate::{Party, Role, Settling};

/// How many times a suspension that the partner does not heed is repeated before the transfer is terminated.
const REPEATED_SUSPENSIONS: u8 = 2;

/// A message of ours was refused. Unless we have ended anyway, the partner is asked where it stands; if it never learnt of the transfer,
/// there is nobody to ask and the transfer ends.
pub(super) fn refused(transfer: &Transfer, reason: String, now: Timestamp) -> Step {
    let mut next = transfer.clone();
    next.unanswered = next.unanswered.saturating_sub(1);
    let effects = if next.state_name() == StateName::Terminated {
        Vec::new()
    } else if next.peer_pid.is_none() {
        next.terminate(Party::Peer, "refused", reason, now)
    } else if next.settling.doubt() {
        vec![Effect::AskPeer]
    } else {
        Vec::new()
    };
    Step { transfer: next, effects }
}

/// Delivery was given up. What the partner knows cannot be known, so the transfer ends on this side; the partner's next message will be
/// refused, and tell it.
pub(super) fn undeliverable(transfer: &Transfer, reason: String, now: Timestamp) -> Step {
    let mut next = transfer.clone();
    next.settling = Settling::Settled;
    next.unanswered = 0;
    let ended = next.state_name().is_terminal();
    let effects = if ended { Vec::new() } else { next.terminate(Party::Own, "undeliverable", reason, now) };
    Step { transfer: next, effects }
}

/// The partner told where it stands.
pub(super) fn reported(transfer: &Transfer, theirs: StateName, now: Timestamp) -> Step {
    let mut next = transfer.clone();
    let asked = std::mem::take(&mut next.settling);
    let fresh = asked == Settling::Asked && next.unanswered == 0;
    let effects = match verdict(next.role, next.state_name(), theirs) {
        Verdict::AdoptTermination => {
            let reason = "The partner reports that it has terminated the transfer.".to_owned();
            next.terminate(Party::Peer, "terminated_by_partner", reason, now)
        }
        Verdict::Follows if asked == Settling::Settled || fresh || next.state_name() == StateName::Terminated => {
            next.unheeded = 0;
            if let State::Completed { confirmed, .. } = &mut next.state {
                *confirmed |= theirs == StateName::Completed;
            }
            Vec::new()
        }
        verdict if fresh => next.settle(verdict, theirs, now),
        Verdict::Follows
        | Verdict::AdoptCompletion
        | Verdict::AdoptSuspension
        | Verdict::RepeatSuspension
        | Verdict::Disagrees => {
            next.settling = Settling::Asked;
            vec![Effect::AskPeer]
        }
    };
    Step { transfer: next, effects }
}

/// What a report means, were it up to date.
#[derive(Clone, Copy)]
enum Verdict {
    /// The states are equal, or the partner's message is on its way, or the partner will ask us in turn.
    Follows,
    /// The partner has terminated, which nothing can undo.
    AdoptTermination,
    /// The partner has completed.
    AdoptCompletion,
    /// The partner has suspended; of STARTED and SUSPENDED the latter holds.
    AdoptSuspension,
    /// The partner has missed our suspension.
    RepeatSuspension,
    /// No rule brings the two together.
    Disagrees,
}

fn verdict(role: Role, ours: StateName, theirs: StateName) -> Verdict {
    use StateName::{Completed, Requested, Started, Suspended, Terminated};
    match (ours, theirs) {
        (Terminated, _) => Verdict::Follows,
        (_, Terminated) => Verdict::AdoptTermination,
        (Requested, Requested) | (Started, Started) | (Suspended, Suspended) | (Completed, Completed) => {
            Verdict::Follows
        }
        (Requested | Started | Suspended, Completed) => Verdict::AdoptCompletion,
        (Started, Suspended) => Verdict::AdoptSuspension,
        (Suspended, Started) => Verdict::RepeatSuspension,
        // Whatever the partner still sends is refused, whereupon it asks us, or is a termination.
        (Completed, Started | Suspended) => Verdict::Follows,
        // The provider's start message is on its way.
        (Requested, Started | Suspended) if role == Role::Consumer => Verdict::Follows,
        (Requested, Started | Suspended) | (Started | Suspended | Completed, Requested) => Verdict::Disagrees,
    }
}

impl Transfer {
    fn settle(&mut self, verdict: Verdict, theirs: StateName, now: Timestamp) -> Vec<Effect> {
        match verdict {
            Verdict::Follows | Verdict::AdoptTermination => Vec::new(),
            Verdict::AdoptCompletion => self.enter(State::Completed { by: Party::Peer, confirmed: true }, now),
            Verdict::AdoptSuspension => {
                let reason = "The partner reports that the transfer is suspended.".to_owned();
                let code = Some("suspended_by_partner".to_owned());
                let mut effects = self.enter(State::Suspended { by: Party::Peer, code, reason: vec![reason] }, now);
                // The partner may have resumed since it reported, and we have refused it; the next report tells.
                self.settling = Settling::Asked;
                effects.push(Effect::AskPeer);
                effects
            }
            Verdict::RepeatSuspension if self.unheeded < REPEATED_SUSPENSIONS => {
                self.unheeded += 1;
                self.unanswered = self.unanswered.saturating_add(1);
                let (code, reason) = match &self.state {
                    State::Suspended { code, reason, .. } => (code.clone(), reason.clone()),
                    State::Requested | State::Started { .. } | State::Completed { .. } | State::Terminated { .. } => {
                        (None, Vec::new())
                    }
                };
                vec![Effect::Send(Message::Suspension { code, reason })]
            }
            Verdict::RepeatSuspension | Verdict::Disagrees => self.give_up(theirs, now),
        }
    }

    fn terminate(&mut self, by: Party, code: &str, reason: String, now: Timestamp) -> Vec<Effect> {
        let from = self.state_name();
        self.settling = Settling::Settled;
        self.enter(State::Terminated { by, code: Some(code.to_owned()), reason: vec![reason], from }, now)
    }

    fn give_up(&mut self, theirs: StateName, now: Timestamp) -> Vec<Effect> {
        let reason = format!("The transfer is {} here and {theirs} at the partner.", self.state_name());
        let message = Message::Termination { code: Some("state_mismatch".to_owned()), reason: vec![reason.clone()] };
        self.unanswered = self.unanswered.saturating_add(1);
        let mut effects = vec![Effect::Send(message)];
        effects.extend(self.terminate(Party::Own, "state_mismatch", reason, now));
        effects
    }
}
