//! How one part of a policy stands, for those who take policies apart.

use super::trace::Trace;
use super::truth::Truth;
use super::{Case, Stance};
use crate::decision::Deontic;
use crate::model::{Constraint, Duty, Policy, Prohibition};
use crate::world::{Request, World};

/// How a duty of a permission stands, apart from whether it is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DutyState {
    /// Nothing is owed: it was done, or it is not due.
    Cleared,
    /// It is owed while it is in force.
    Open,
    /// It was violated.
    Violated,
}

pub(crate) fn duty_state(
    policy: &Policy,
    request: &Request,
    world: &World,
    (rule, index): (usize, usize),
    duty: &Duty,
) -> DutyState {
    let mut case = Case::of(policy, request, world, Trace::silent());
    case.trace.enter("permission", rule);
    case.trace.enter("duty", index);
    let standing = case.standing(duty);
    let violated = standing.deontic == Deontic::Violated;
    match (standing.cleared || (standing.not_due && !violated), violated) {
        (true, _) => DutyState::Cleared,
        (false, true) => DutyState::Violated,
        (false, false) => DutyState::Open,
    }
}

/// Whether a prohibition was infringed and still waits for one of its remedies.
pub(crate) fn remedy_is_open(
    policy: &Policy,
    request: &Request,
    world: &World,
    index: usize,
    prohibition: &Prohibition,
) -> bool {
    let mut case = Case::of(policy, request, world, Trace::silent());
    case.stance = Stance::Prohibiting;
    case.trace.enter("prohibition", index);
    case.infringed(prohibition) && case.remedy_is_open(prohibition)
}

/// Whether constraints that hold came to hold one after the other; `None` where nobody knows.
pub(crate) fn in_order(policy: &Policy, request: &Request, world: &World, operands: &[Constraint]) -> Option<bool> {
    match Case::of(policy, request, world, Trace::silent()).sequence(operands) {
        Truth::True => Some(true),
        Truth::False => Some(false),
        Truth::Undecided => None,
    }
}
