use std::fmt;

use crate::{Code, Rejection, Role, rejection::Breach};

/// One move of a machine: in `from`, `sender` may send `message`, and both sides are then in `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<S, M> {
    /// The state before; `None` if the message opens the process.
    pub from: Option<S>,
    /// The message that moves the machine.
    pub message: M,
    /// Who sends the message.
    pub sender: Role,
    /// The state after.
    pub to: S,
    /// Whether we send the message ourselves when it is our turn. If not, the diagram of the protocol lacks the move but its text allows
    /// it, so that it is accepted from a partner only.
    pub sent: bool,
    /// What else must hold.
    pub condition: Option<Condition>,
}

/// What must hold besides state and sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The offer names a dataset.
    TargetNamed,
    /// The offer is about the dataset of the last offer.
    TargetUnchanged,
    /// The agreement has the rules and the target of the last offer, the provider as assigner and the consumer as assignee.
    TermsOfLastOffer,
    /// The provider's message carries a data address if, and only if, the consumer pulls.
    AddressIfPull,
    /// As `AddressIfPull`. Sent once, as the answer to the consumer's resume. Accepted if the consumer has ever resumed the transfer or messages
    /// have crossed, as the answer may then follow a start message that was no answer; the later address holds.
    AnswerToResume,
    /// The consumer's message carries no data address if it pulls.
    NoAddressIfPull,
    /// The receiver has completed the transfer, and the sender has not acknowledged that.
    Unconfirmed,
}

impl<S: Copy + PartialEq + fmt::Display, M: Copy + PartialEq + fmt::Display> Row<S, M> {
    pub(crate) const fn opening(message: M, sender: Role, to: S) -> Self {
        Self { from: None, message, sender, to, sent: true, condition: None }
    }

    pub(crate) const fn new(from: S, message: M, sender: Role, to: S) -> Self {
        Self { from: Some(from), message, sender, to, sent: true, condition: None }
    }

    pub(crate) const fn accepted_only(self) -> Self {
        Self { sent: false, ..self }
    }

    pub(crate) const fn when(self, condition: Condition) -> Self {
        Self { condition: Some(condition), ..self }
    }
}

impl<S: fmt::Display, M: fmt::Display> fmt::Display for Row<S, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = self.from.as_ref().map_or_else(|| "(none)".to_owned(), S::to_string);
        let use_ = if self.sent { "sent, accepted" } else { "accepted only" };
        let (message, sender, to) = (self.message.to_string(), self.sender.to_string(), self.to.to_string());
        write!(f, "{from:<10} {message:<41} {sender:<9} {to:<10} {use_}")?;
        match self.condition {
            Some(condition) => write!(f, ", if {condition}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TargetNamed => "the offer names a target",
            Self::TargetUnchanged => "the target is that of the last offer",
            Self::TermsOfLastOffer => "rules and target are those of the last offer and the parties are right",
            Self::AddressIfPull => "it carries a data address exactly for a pull",
            Self::AnswerToResume => "it answers a resume of the consumer and carries a data address exactly for a pull",
            Self::NoAddressIfPull => "it carries no data address for a pull",
            Self::Unconfirmed => "the receiver's completion has not been acknowledged",
        })
    }
}

/// Whether the message comes in or is to go out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    In,
    Out,
}

/// Looks a move up. The refusal says what the sender could have sent instead.
pub(crate) fn find<S, M>(
    rows: &'static [Row<S, M>],
    from: Option<S>,
    message: M,
    sender: Role,
    direction: Direction,
) -> Result<&'static Row<S, M>, Breach>
where
    S: Copy + PartialEq + fmt::Display,
    M: Copy + PartialEq + fmt::Display,
{
    let usable = |row: &&Row<S, M>| row.sender == sender && (row.sent || direction == Direction::In);
    let found = rows.iter().filter(usable).find(|row| row.from == from && row.message == message);
    found.ok_or_else(|| {
        if !rows.iter().any(|row| row.sender == sender && row.message == message) {
            let reason = format!("{message} is never sent by the {sender}; it is the {}'s to send.", sender.peer());
            return Breach::new(Code::WrongRole, reason);
        }
        let allowed: Vec<String> =
            rows.iter().filter(usable).filter(|row| row.from == from).map(|row| row.message.to_string()).collect();
        let state = from.map_or_else(|| "(none)".to_owned(), |state| state.to_string());
        let allowed = if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(", ") };
        let reason = format!(
            "{message} from the {sender} is not allowed in {state}. Allowed there from the {sender}: {allowed}."
        );
        Breach::new(Code::IllegalTransition, reason)
    })
}

/// Names what was refused where.
pub(crate) fn reject(state: Option<&'static str>, input: String, role: Role, breach: Breach) -> Rejection {
    Rejection { state, input, role, code: breach.code, reason: breach.reason }
}
