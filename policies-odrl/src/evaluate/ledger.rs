//! Constraints on how often, how much, how soon again and how long: facts from the ledger of uses.

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp};

use super::operator::Open;
use super::truth::Truth;
use super::{Case, Stance, refusal, time};
use crate::decimal::Decimal;
use crate::decision::ReasonCode;
use crate::duration::Duration;
use crate::model::{AtomicConstraint, Operator};
use crate::profile::Meaning;
use crate::sentence;
use crate::uses::{Use, Used};
use crate::value::Typed;

/// As much as any ledger can hold: what is drawn only to be recorded.
const NO_LIMIT: u64 = i64::MAX as u64;

impl Case<'_> {
    /// A ledger is asked first. Without one, a fact of the same operand decides.
    pub(super) fn ledger(&mut self, constraint: &AtomicConstraint) -> Truth {
        let Some(used) = self.world.used(|| self.trace.path()) else {
            if constraint.meaning != Meaning::Quantity {
                return self.fact(constraint);
            }
            let sentence = || "nothing is known about what was taken so far".to_owned();
            self.unknown(ReasonCode::MissingFact, constraint, sentence);
            return Truth::Undecided;
        };
        if !constraint.references.is_empty() {
            return self.not_applicable(constraint);
        }
        if constraint.meaning == Meaning::Interval {
            self.interval(constraint, used)
        } else if constraint.meaning == Meaning::Elapsed {
            self.elapsed(constraint, used)
        } else {
            self.counted(constraint, used)
        }
    }

    /// How often or how much: `lteq`, `lt` and `eq` in a permission set how much may be taken in all, `gt` and `gteq` in a prohibition
    /// what may not be taken. No other operator can be met by taking.
    fn counted(&mut self, constraint: &AtomicConstraint, used: Used) -> Truth {
        let amount = match self.amount(constraint) {
            Ok(amount) => amount,
            Err(truth) => return truth,
        };
        let Some(limit) = number(constraint) else {
            self.open(constraint, Open::Types, None);
            return Truth::Undecided;
        };
        let after = used.amount.saturating_add(amount);
        let most = match (self.stance, &constraint.operator) {
            (Stance::Permitting, Operator::Lteq | Operator::Eq) | (Stance::Prohibiting, Operator::Gt) => Some(limit),
            (Stance::Permitting, Operator::Lt) | (Stance::Prohibiting, Operator::Gteq) => limit.checked_sub(1),
            (Stance::Demanding, operator) => return self.counted_before(constraint, operator, used.amount.cmp(&limit)),
            (Stance::Permitting | Stance::Prohibiting, _) => return self.not_applicable(constraint),
        };
        match most.filter(|most| after <= *most) {
            Some(most) => self.takes(amount, most),
            None => {
                let most = most.unwrap_or(0);
                self.trace.add(ReasonCode::Exhausted, || refusal::exhausted(used.amount, amount, most));
                self.exceeded()
            }
        }
    }

    /// What the request takes: one use, or as much as a fact says.
    fn amount(&mut self, constraint: &AtomicConstraint) -> Result<u64, Truth> {
        if constraint.meaning == Meaning::Counter {
            return if constraint.unit.is_none() { Ok(1) } else { Err(self.not_applicable(constraint)) };
        }
        let Some(facts) = self.facts_of(&constraint.left_operand) else {
            self.unknown(ReasonCode::MissingFact, constraint, || sentence::missing(constraint));
            return Err(Truth::Undecided);
        };
        let [fact] = facts else {
            self.open(constraint, Open::Values, Some(facts));
            return Err(Truth::Undecided);
        };
        if fact.unit != constraint.unit {
            self.unknown(ReasonCode::UnitMismatch, constraint, || sentence::unit(constraint));
            return Err(Truth::Undecided);
        }
        rounded_up(fact.value.typed()).ok_or_else(|| {
            self.open(constraint, Open::Types, Some(facts));
            Truth::Undecided
        })
    }

    /// A duty may depend on how much was used before; it takes nothing.
    fn counted_before(&mut self, constraint: &AtomicConstraint, operator: &Operator, used: Ordering) -> Truth {
        let holds = match operator {
            Operator::Eq => used.is_eq(),
            Operator::Neq => used.is_ne(),
            Operator::Lt => used.is_lt(),
            Operator::Lteq => used.is_le(),
            Operator::Gt => used.is_gt(),
            Operator::Gteq => used.is_ge(),
            Operator::IsA
            | Operator::HasPart
            | Operator::IsPartOf
            | Operator::IsAllOf
            | Operator::IsAnyOf
            | Operator::IsNoneOf
            | Operator::Unknown(_) => return self.not_applicable(constraint),
        };
        Truth::from(Some(holds))
    }

    /// `gteq`, `gt` and `eq` in a permission set how much time must pass between two uses; `lt` and `lteq` in a prohibition likewise.
    fn interval(&mut self, constraint: &AtomicConstraint, used: Used) -> Truth {
        let fits = match self.stance {
            Stance::Permitting => matches!(constraint.operator, Operator::Gteq | Operator::Gt | Operator::Eq),
            Stance::Prohibiting => matches!(constraint.operator, Operator::Lt | Operator::Lteq),
            Stance::Demanding => false,
        };
        let strict = matches!(constraint.operator, Operator::Gt | Operator::Lteq);
        // Whoever was faster has made the next use too early, so that this draw fails.
        let most = used.amount.saturating_add(1);
        let next = match (fits, used.amount, used.last) {
            (false, _, _) => return self.not_applicable(constraint),
            (true, 0, None) => return self.takes(1, most),
            (true, _, None) => return self.time_unknown(constraint),
            (true, _, Some(last)) => duration(constraint).and_then(|by| time::later(last, by)).map(|next| (last, next)),
        };
        let Some((last, next)) = next else { return self.not_applicable(constraint) };
        if self.now > next || (self.now == next && !strict) {
            return self.takes(1, most);
        }
        let now = self.now;
        self.trace.add(ReasonCode::TooSoon, || refusal::too_soon(constraint, last, next, now));
        self.exceeded()
    }

    /// `lteq`, `lt` and `eq` in a permission set for how long use may go on; `gt` and `gteq` in a prohibition likewise.
    fn elapsed(&mut self, constraint: &AtomicConstraint, used: Used) -> Truth {
        let fits = match self.stance {
            Stance::Permitting => matches!(constraint.operator, Operator::Lteq | Operator::Lt | Operator::Eq),
            Stance::Prohibiting => matches!(constraint.operator, Operator::Gt | Operator::Gteq),
            Stance::Demanding => false,
        };
        let strict = matches!(constraint.operator, Operator::Lt | Operator::Gteq);
        let end = match (fits, used.amount, used.first) {
            (false, _, _) => return self.not_applicable(constraint),
            (true, 0, None) => return self.takes(1, NO_LIMIT),
            (true, _, None) => return self.time_unknown(constraint),
            (true, _, Some(first)) => {
                duration(constraint).and_then(|by| time::later(first, by)).map(|end| (first, end))
            }
        };
        let Some((first, end)) = end else { return self.not_applicable(constraint) };
        if self.now < end || (self.now == end && !strict) {
            return self.takes(1, NO_LIMIT);
        }
        let now = self.now;
        self.trace.add(ReasonCode::Expired, || refusal::too_long(constraint, first, end, now));
        self.exceeded()
    }

    fn time_unknown(&mut self, constraint: &AtomicConstraint) -> Truth {
        self.unknown(ReasonCode::MissingFact, constraint, || "it is not known when use was made of it".to_owned());
        Truth::Undecided
    }

    /// There is enough left.
    fn takes(&mut self, amount: u64, most: u64) -> Truth {
        let counter = self.trace.path();
        self.taken.uses.push(Use { counter, amount, most });
        match self.stance {
            Stance::Permitting | Stance::Demanding => Truth::True,
            Stance::Prohibiting => Truth::False,
        }
    }

    fn exceeded(&self) -> Truth {
        match self.stance {
            Stance::Permitting | Stance::Demanding => Truth::False,
            Stance::Prohibiting => Truth::True,
        }
    }
}

fn number(constraint: &AtomicConstraint) -> Option<u64> {
    let [right] = constraint.right_operands.as_slice() else { return None };
    let Typed::Number(number) = right.typed() else { return None };
    whole(number)
}

fn duration(constraint: &AtomicConstraint) -> Option<Duration> {
    let [right] = constraint.right_operands.as_slice() else { return None };
    let Typed::Duration(duration) = right.typed() else { return None };
    constraint.unit.is_none().then_some(*duration)
}

fn rounded_up(amount: &Typed) -> Option<u64> {
    let Typed::Number(number) = amount else { return None };
    if *number < Decimal::zero() {
        return None;
    }
    whole(number).or_else(|| whole(&number.next_whole()))
}

fn whole(number: &Decimal) -> Option<u64> {
    if *number == Decimal::zero() { Some(0) } else { u64::try_from(number.count()?).ok() }
}

/// When the ledger will let a request pass that it holds back now, or the other way round.
pub(crate) fn ledger_boundary(constraint: &AtomicConstraint, used: Used) -> Option<Timestamp> {
    let operator = &constraint.operator;
    let (from, includes_end) = if constraint.meaning == Meaning::Interval {
        (used.last?, matches!(operator, Operator::Gt | Operator::Lteq))
    } else if constraint.meaning == Meaning::Elapsed {
        (used.first?, matches!(operator, Operator::Gt | Operator::Lteq | Operator::Eq))
    } else {
        return None;
    };
    let at = time::later(from, duration(constraint)?)?;
    if includes_end { at.checked_add(SignedDuration::from_nanos(1)).ok() } else { Some(at) }
}
