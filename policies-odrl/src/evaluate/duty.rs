use super::truth::Truth;
use super::{Case, Stance, refusal, time};
use crate::decision::{Deontic, ReasonCode};
use crate::model::{Duty, Prohibition};
use crate::sentence;

/// How a duty stands.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    pub(super) deontic: Deontic,
    /// Whether its constraints are such that it binds.
    pub(super) in_force: Truth,
    /// Nothing is owed: it was done, in time or with all its consequences.
    pub(super) cleared: bool,
    /// The world says that it is not due yet.
    pub(super) not_due: bool,
}

impl Case<'_> {
    /// Whether the constraints of a duty are such that it binds.
    pub(super) fn in_force(&mut self, duty: &Duty) -> Truth {
        self.constraints("constraint", &duty.terms.constraints)
    }

    /// An obligation binds under the constraints of the policy as well.
    pub(super) fn obligation_in_force(&mut self, duty: &Duty) -> Truth {
        self.in_force(duty).and(self.shared_constraints())
    }

    /// How the duty at the present place stands.
    pub(super) fn standing(&mut self, duty: &Duty) -> Standing {
        let (stance, mark, level) = (self.stance, self.trace.mark(), self.taken.level());
        self.stance = Stance::Demanding;
        let standing = self.judged(duty);
        self.taken.drop_to(level);
        self.trace.forget(mark);
        self.stance = stance;
        standing
    }

    fn judged(&mut self, duty: &Duty) -> Standing {
        let known = self.world.duty(duty.terms.id.as_deref(), || self.trace.path());
        let in_force = self.in_force(duty);
        let constraints = &duty.terms.constraints;
        let is_late = |now| constraints.iter().any(|constraint| time::is_over(constraint, self.policy, now));
        let missed = in_force == Truth::False && is_late(self.now);
        let was_late = known.at.is_some_and(is_late);
        let in_time = known.fulfilled && self.was_in_time(duty, known.at);
        let violated = known.violated || (missed && !known.fulfilled) || was_late;
        let done = in_time || (was_late && known.fulfilled && !duty.consequences.is_empty());
        let cleared = done && (!violated || self.are_cleared("consequence", &duty.consequences));
        let deontic = match (cleared, violated) {
            (true, _) => Deontic::Fulfilled,
            (false, true) => Deontic::Violated,
            (false, false) => Deontic::NotSet,
        };
        Standing { deontic, in_force: if missed { Truth::True } else { in_force }, cleared, not_due: known.not_due }
    }

    /// Whether a duty was fulfilled when its constraints allowed it; where nobody says when, it is believed.
    fn was_in_time(&mut self, duty: &Duty, at: Option<jiff::Timestamp>) -> bool {
        let Some(at) = at else { return true };
        let now = std::mem::replace(&mut self.now, at);
        let then = self.in_force(duty);
        self.now = now;
        then != Truth::False
    }

    fn are_cleared(&mut self, member: &'static str, duties: &[Duty]) -> bool {
        duties.iter().enumerate().all(|(index, duty)| {
            let place = self.trace.enter(member, index);
            let cleared = self.standing(duty).cleared;
            self.trace.leave(place);
            cleared
        })
    }

    /// A duty of a permission that is not in force demands nothing; any other has to be fulfilled first.
    pub(super) fn precondition(&mut self, duty: &Duty) -> Truth {
        let standing = self.standing(duty);
        let violated = standing.deontic == Deontic::Violated;
        if standing.cleared || (!violated && (standing.in_force == Truth::False || standing.not_due)) {
            return Truth::True;
        }
        if violated {
            self.trace.add(ReasonCode::DutyViolated, || refusal::violated_duty(duty));
        } else {
            self.trace.add(ReasonCode::DutyUnfulfilled, || sentence::duty(&duty.terms));
        }
        Truth::False
    }

    pub(super) fn infringed(&self, prohibition: &Prohibition) -> bool {
        self.world.is_infringed(prohibition.terms.id.as_deref(), || self.trace.path())
    }

    /// Whether an infringed prohibition still waits for one of its remedies.
    pub(super) fn remedy_is_open(&mut self, prohibition: &Prohibition) -> bool {
        let open = !self.are_cleared("remedy", &prohibition.remedies);
        if open {
            self.trace.add(ReasonCode::RemedyUnfulfilled, || refusal::open_remedy(prohibition));
        }
        open
    }
}
