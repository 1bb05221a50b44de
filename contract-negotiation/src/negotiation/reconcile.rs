//! What to do when the partner did not follow.

use jiff::Timestamp;

use super::{Effect, Message, MessageName, Negotiation, State, StateName, Step, table};
use crate::{
    Party, Role, Settling,
    table::{Direction, find},
};

/// A message of ours was refused. Unless we have ended anyway, the partner is asked where it stands; if it never learnt of the negotiation,
/// there is nobody to ask and the negotiation ends.
pub(super) fn refused(negotiation: &Negotiation, reason: String, now: Timestamp) -> Step {
    let mut next = negotiation.clone();
    let effects = if next.state_name() == StateName::Terminated {
        Vec::new()
    } else if next.peer_pid.is_none() {
        next.terminate(Party::Peer, "refused", reason, now)
    } else if next.settling.doubt() {
        vec![Effect::AskPeer]
    } else {
        Vec::new()
    };
    Step { negotiation: next, effects }
}

/// Delivery was given up. What the partner knows cannot be known, so the negotiation ends on this side; the partner's next message will
/// be refused, and tell it.
pub(super) fn undeliverable(negotiation: &Negotiation, reason: String, now: Timestamp) -> Step {
    let mut next = negotiation.clone();
    next.settling = Settling::Settled;
    let ended = next.state_name().is_terminal();
    let effects = if ended { Vec::new() } else { next.terminate(Party::Own, "undeliverable", reason, now) };
    Step { negotiation: next, effects }
}

/// The partner told where it stands.
pub(super) fn reported(negotiation: &Negotiation, theirs: StateName, now: Timestamp) -> Step {
    let mut next = negotiation.clone();
    let asked = std::mem::take(&mut next.settling);
    let verdict = verdict(next.role, next.state_name(), theirs);
    let effects = match (verdict, asked) {
        (Verdict::AdoptTermination, _) => {
            let reason = "The partner reports that it has terminated the negotiation.".to_owned();
            next.terminate(Party::Peer, "terminated_by_partner", reason, now)
        }
        // The answer may be older than what happened since the question.
        (Verdict::Follows | Verdict::AdoptAgreement | Verdict::Disagrees { .. }, Settling::Overtaken)
        | (Verdict::Disagrees { .. }, Settling::Settled) => {
            next.settling = Settling::Asked;
            vec![Effect::AskPeer]
        }
        (Verdict::Follows, Settling::Settled | Settling::Asked) => Vec::new(),
        (Verdict::AdoptAgreement, Settling::Settled | Settling::Asked) => next.finalize(now),
        (Verdict::Disagrees { tell }, Settling::Asked) => next.give_up(theirs, tell, now),
    };
    Step { negotiation: next, effects }
}

/// What a report means, were it up to date.
#[derive(Clone, Copy)]
enum Verdict {
    /// The states are equal, or the partner is one message ahead and that message is on its way, or there is nothing left to tell.
    Follows,
    /// The partner has terminated, which nothing can undo.
    AdoptTermination,
    /// The partner has finalized the agreement that we verified.
    AdoptAgreement,
    /// "The negotiation must be terminated" (DSP 2025-1, states); `tell` if the diagram lets us send the termination there.
    Disagrees { tell: bool },
}

fn verdict(role: Role, ours: StateName, theirs: StateName) -> Verdict {
    if ours == theirs || ours == StateName::Terminated {
        return Verdict::Follows;
    }
    if theirs == StateName::Terminated {
        return Verdict::AdoptTermination;
    }
    if role == Role::Consumer && ours == StateName::Verified && theirs == StateName::Finalized {
        return Verdict::AdoptAgreement;
    }
    let ahead = |row: &super::table::Row| row.from == Some(ours) && row.sender == role.peer() && row.to == theirs;
    if table().iter().any(ahead) {
        return Verdict::Follows;
    }
    Verdict::Disagrees { tell: find(table(), Some(theirs), MessageName::Termination, role, Direction::Out).is_ok() }
}

impl Negotiation {
    fn terminate(&mut self, by: Party, code: &str, reason: String, now: Timestamp) -> Vec<Effect> {
        let from = self.state_name();
        self.settling = Settling::Settled;
        self.enter(State::Terminated { by, code: Some(code.to_owned()), reason: vec![reason], from }, now)
    }

    fn finalize(&mut self, now: Timestamp) -> Vec<Effect> {
        match self.state.agreement().cloned() {
            Some(agreement) => self.enter(State::Finalized { agreement }, now),
            None => Vec::new(),
        }
    }

    fn give_up(&mut self, theirs: StateName, tell: bool, now: Timestamp) -> Vec<Effect> {
        let reason = format!("The negotiation is {} here and {theirs} at the partner.", self.state_name());
        let message = Message::Termination { code: Some("state_mismatch".to_owned()), reason: vec![reason.clone()] };
        let mut effects = if tell { vec![Effect::Send(message)] } else { Vec::new() };
        effects.extend(self.terminate(Party::Own, "state_mismatch", reason, now));
        effects
    }
}
