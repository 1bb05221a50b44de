use jiff::Timestamp;

use super::truth::{Truth, exactly_one};
use super::{Case, Stance, refusal};
use crate::decision::ReasonCode;
use crate::model::{Connective, Constraint, LogicalConstraint};
use crate::profile::Meaning;
use crate::sentence;

impl Case<'_> {
    /// Whether all constraints of a list hold.
    pub(super) fn constraints(&mut self, member: &'static str, constraints: &[Constraint]) -> Truth {
        if self.stance == Stance::Prohibiting && constraints.iter().any(names_the_forbidden) {
            let others = self.all(member, constraints, |constraint| !names_the_forbidden(constraint));
            return others.and(self.forbidden(member, constraints));
        }
        self.all(member, constraints, |_| true)
    }

    fn all(&mut self, member: &'static str, constraints: &[Constraint], wanted: fn(&Constraint) -> bool) -> Truth {
        let start = self.taken.level();
        let (mut truth, mut plainly_false) = (Truth::True, false);
        for (index, constraint) in constraints.iter().enumerate().filter(|(_, constraint)| wanted(constraint)) {
            let before = self.taken.level();
            let found = self.placed(member, index, constraint);
            truth = truth.and(found);
            if found == Truth::False && self.taken.level() == before {
                plainly_false = true;
                if !self.trace.speaks() {
                    break;
                }
            }
        }
        if plainly_false && self.stance == Stance::Prohibiting {
            self.taken.drop_to(start);
        }
        truth
    }

    /// Constraints that each name something forbidden: any of them suffices, however they are joined.
    fn forbidden(&mut self, member: &'static str, constraints: &[Constraint]) -> Truth {
        let mut truth = Truth::False;
        for (index, constraint) in constraints.iter().enumerate().filter(|(_, it)| names_the_forbidden(it)) {
            truth = truth.or(self.placed(member, index, constraint));
        }
        truth
    }

    fn placed(&mut self, member: &'static str, index: usize, constraint: &Constraint) -> Truth {
        let place = self.trace.enter(member, index);
        let truth = self.constraint(constraint);
        self.trace.leave(place);
        truth
    }

    pub(super) fn constraint(&mut self, constraint: &Constraint) -> Truth {
        match constraint {
            Constraint::Atomic(atomic) => self.atomic(atomic),
            Constraint::Logical(logical) => self.logical(logical),
        }
    }

    /// Without operands a logical constraint says nothing that could be decided.
    fn logical(&mut self, logical: &LogicalConstraint) -> Truth {
        let mark = self.trace.mark();
        let name = logical.connective.name();
        let truth = match (logical.connective, logical.operands.as_slice()) {
            (_, []) => {
                self.trace.add(ReasonCode::Ambiguous, || format!("refused: `{name}` joins no constraints"));
                return Truth::Undecided;
            }
            (Connective::And, operands) => self.constraints(name, operands),
            (Connective::AndSequence, operands) => match self.constraints(name, operands) {
                Truth::True => return self.sequence(operands),
                truth @ (Truth::False | Truth::Undecided) => truth,
            },
            (Connective::Or, operands) => self.any(name, operands),
            (Connective::Xone, _) => self.one(logical),
        };
        if truth == Truth::True {
            self.trace.forget(mark);
        }
        truth
    }

    /// Whether constraints that hold came to hold one after the other.
    pub(super) fn sequence(&mut self, operands: &[Constraint]) -> Truth {
        let decided = || operands.iter().filter(|operand| !is_contractual(operand));
        if decided().count() < 2 {
            return Truth::True;
        }
        let times: Option<Vec<Timestamp>> = decided().map(|operand| self.holds_since(operand)).collect();
        match times {
            Some(times) if times.is_sorted() => Truth::True,
            Some(_) => {
                self.trace.add(ReasonCode::OutOfOrder, refusal::other_order);
                Truth::False
            }
            None => {
                self.trace.add(ReasonCode::OutOfOrder, refusal::unknown_order);
                Truth::Undecided
            }
        }
    }

    /// One alternative suffices. Of several that hold, the one is kept that takes nothing and relies on nothing.
    fn any(&mut self, name: &'static str, operands: &[Constraint]) -> Truth {
        let start = self.taken.level();
        let (mut truth, mut settled) = (Truth::False, false);
        for (index, operand) in operands.iter().enumerate() {
            let before = self.taken.level();
            let found = self.placed(name, index, operand);
            let is_plain = found == Truth::True && self.taken.level() == before;
            if is_plain {
                self.taken.drop_to(start);
                settled = true;
            } else if settled || self.is_needless(found, truth) {
                self.taken.drop_to(before);
            }
            truth = truth.or(found);
            if is_plain && !self.trace.speaks() {
                break;
            }
        }
        truth
    }

    /// Whether what an alternative takes need not be taken: it does not hold, or another holds already. What does not hold in a
    /// prohibition may do so only because it was counted.
    fn is_needless(&self, found: Truth, before: Truth) -> bool {
        self.stance != Stance::Prohibiting && (found != Truth::True || before == Truth::True)
    }

    /// Exactly one alternative. Those that no machine decides count only where no other holds.
    fn one(&mut self, logical: &LogicalConstraint) -> Truth {
        let (mark, name) = (self.trace.mark(), logical.connective.name());
        let (mut truths, mut contractual) = (Vec::with_capacity(logical.operands.len()), false);
        for (index, operand) in logical.operands.iter().enumerate() {
            let before = self.taken.level();
            let truth = self.placed(name, index, operand);
            if is_contractual(operand) {
                contractual = true;
                continue;
            }
            if truth != Truth::True && self.stance != Stance::Prohibiting {
                self.taken.drop_to(before);
            }
            truths.push(truth);
        }
        let held = truths.iter().filter(|truth| **truth == Truth::True).count();
        if held > 1 {
            self.trace.forget(mark);
            self.trace.add(ReasonCode::ConstraintNotMet, || sentence::too_many(logical, held));
        }
        if held == 0 && contractual && self.stance != Stance::Prohibiting {
            return Truth::True;
        }
        exactly_one(truths.into_iter())
    }

    /// Since when a constraint that holds has held, where that is known.
    fn holds_since(&self, constraint: &Constraint) -> Option<Timestamp> {
        match constraint {
            Constraint::Atomic(atomic) => match atomic.meaning {
                Meaning::Clock => super::time::holds_since(atomic, self.policy),
                Meaning::EndOfUse | Meaning::DaysOfUse | Meaning::Always | Meaning::Contractual => Some(Timestamp::MIN),
                Meaning::Participant
                | Meaning::Fact
                | Meaning::EveryFact
                | Meaning::Counter
                | Meaning::Quantity
                | Meaning::Interval
                | Meaning::Elapsed
                | Meaning::Restriction
                | Meaning::Recipient => {
                    let facts = self.facts_of(&atomic.left_operand)?;
                    let since: Option<Vec<Timestamp>> = facts.iter().map(|fact| fact.since).collect();
                    since?.into_iter().max()
                }
            },
            Constraint::Logical(logical) => match logical.connective {
                Connective::And | Connective::AndSequence => {
                    let since: Option<Vec<Timestamp>> =
                        logical.operands.iter().map(|operand| self.holds_since(operand)).collect();
                    since?.into_iter().max()
                }
                Connective::Or | Connective::Xone => None,
            },
        }
    }
}

/// Whether a constraint names something that a prohibition forbids by itself.
pub(crate) fn names_the_forbidden(constraint: &Constraint) -> bool {
    match constraint {
        Constraint::Atomic(atomic) => atomic.meaning.names_the_forbidden(),
        Constraint::Logical(_) => false,
    }
}

/// Whether nothing of a constraint is decided by a machine.
pub(crate) fn is_contractual(constraint: &Constraint) -> bool {
    match constraint {
        Constraint::Atomic(atomic) => atomic.meaning == Meaning::Contractual,
        Constraint::Logical(logical) => !logical.operands.is_empty() && logical.operands.iter().all(is_contractual),
    }
}
