//! Whether a term is decided here, and by which fact.

use super::Standing;
use crate::model::{AtomicConstraint, Operator};
use crate::profile::{self, Enforcement, Meaning};
use crate::value::Typed;

/// How a constraint stands. What is written so that nothing can be compared is not understood either.
pub(crate) fn of_constraint(constraint: &AtomicConstraint) -> Standing {
    let unreadable = constraint.right_operands.iter().any(|value| matches!(value.typed(), Typed::Unread));
    let empty = constraint.right_operands.is_empty() && constraint.references.is_empty();
    if matches!(constraint.operator, Operator::Unknown(_)) || !constraint.unknown.is_empty() || unreadable || empty {
        return Standing::NotUnderstood;
    }
    let Some(operand) = profile::operand(&constraint.left_operand) else { return Standing::NotUnderstood };
    match operand.enforcement {
        Enforcement::Contractual => Standing::Contractual,
        // Its operator or its value is none of those that give the operand a meaning.
        Enforcement::Decided { .. } if operand.meaning == Meaning::Always && constraint.meaning != Meaning::Always => {
            Standing::NotUnderstood
        }
        Enforcement::Decided { fact } => Standing::Decided { fact: fact.to_owned() },
    }
}

/// A duty, a remedy, a consequence or an obligation.
pub(crate) fn of_duty() -> Standing {
    Standing::Decided { fact: "a record that it was done".to_owned() }
}
