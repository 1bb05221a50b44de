//! Decisions in plain words.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::Timestamp;

use crate::model::{
    Action, AtomicConstraint, Cause, Connective, Constraint, Doubt, Entity, LogicalConstraint, Operator, RuleTerms,
};
use crate::names::shown;
use crate::profile::{self, Meaning};
use crate::value::{Typed, Value};
use crate::world::Fact;

/// Values longer than this are cut: they come from a partner.
const MAX_VALUE: usize = 120;
/// More values than these are counted instead of listed.
const MAX_VALUES: usize = 5;
/// Conditions of a prohibition longer than this are cut.
const MAX_WORDS: usize = 600;

pub(crate) fn doubt(doubt: &Doubt) -> String {
    let name = quoted(&doubt.name);
    let path = cut(&doubt.path, MAX_VALUE);
    match doubt.cause {
        Cause::Profile => format!("refused: the policy uses the profile {name}, which is not known here"),
        Cause::Inheritance => format!("refused: the policy inherits from {name}, which is not at hand"),
        Cause::Replaced => format!("refused: the policy is void, because {name} replaces it"),
        Cause::Conflict => format!("refused: the policy has the conflict strategy {name}, which is not known"),
        Cause::Action => format!("refused: the action {name} at {path} is not known"),
        Cause::Operator => format!("refused: the operator {name} at {path} is not known"),
        Cause::Member if doubt.name.is_empty() => format!("refused: {path} is not understood"),
        Cause::Member => format!("refused: {path} {name} is not understood"),
    }
}

pub(crate) fn other_action(actions: &[Action], wanted: &str) -> String {
    let permitted = list(actions.iter().map(|action| quoted(&action.iri)));
    format!("refused: the rule is for {permitted}, the request is for {}", quoted(wanted))
}

pub(crate) fn other_entity(role: &str, named: &[Entity], wanted: &str, undecided: bool) -> String {
    let names = list(named.iter().filter_map(|entity| entity.id.as_deref().or(entity.source.as_deref())).map(quoted));
    let wanted = quoted(wanted);
    if undecided {
        format!("refused: the {role} of the rule is {names}, and it is not known whether {wanted} belongs to it")
    } else {
        format!("refused: the {role} of the rule is {names}, the {role} of the request is {wanted}")
    }
}

pub(crate) fn outside_window(constraint: &AtomicConstraint, early: bool, now: Timestamp) -> String {
    let date = list(constraint.right_operands.iter().map(date));
    match (&constraint.operator, early) {
        (Operator::Lt | Operator::Lteq, _) => format!("refused: usage window ended {date}; the request is dated {now}"),
        (Operator::Gt | Operator::Gteq, _) => {
            format!("refused: usage window begins {date}; the request is dated {now}")
        }
        (operator, _) => {
            format!("refused: the time of use must be {}{date}; the request is dated {now}", predicate(operator))
        }
    }
}

pub(crate) fn ended(constraint: &AtomicConstraint, end: Timestamp, now: Timestamp) -> String {
    let end = match (constraint.meaning, constraint.right_operands.as_slice()) {
        (Meaning::EndOfUse, [right]) => date(right),
        (_, _) => Cow::Owned(end.to_string()),
    };
    format!("refused: usage window ended {end}; the request is dated {now}")
}

pub(crate) fn not_met(constraint: &AtomicConstraint, facts: &[Fact]) -> String {
    format!("refused: {}; {}", demand(constraint), has(facts))
}

pub(crate) fn missing(constraint: &AtomicConstraint) -> String {
    let name = quoted(&constraint.left_operand);
    let known = if profile::operand(&constraint.left_operand).is_some() {
        ""
    } else {
        ", and no profile known here defines it"
    };
    format!("nothing is known about {name}{known}")
}

pub(crate) fn open(why: &str, facts: Option<&[Fact]>) -> String {
    match facts {
        Some(facts) => format!("{}, and {why}", has(facts)),
        None => why.to_owned(),
    }
}

pub(crate) fn unit(constraint: &AtomicConstraint) -> String {
    match &constraint.unit {
        Some(unit) => format!("it has to be known in the unit {}", quoted(unit)),
        None => "it is known in a unit, and the policy names none".to_owned(),
    }
}

pub(crate) fn unresolved(constraint: &AtomicConstraint) -> String {
    let references = list(constraint.references.iter().map(|reference| quoted(reference)));
    format!("nothing is known about {references}")
}

pub(crate) fn too_many(logical: &LogicalConstraint, held: usize) -> String {
    format!("refused: exactly one of {} constraints must hold, and {held} do", logical.operands.len())
}

pub(crate) fn duty(terms: &RuleTerms) -> String {
    let actions = list(terms.actions.iter().map(|action| quoted(&action.iri)));
    format!("refused: the duty to {actions} comes first, and is not known to be fulfilled")
}

pub(crate) fn prohibition(action: &str, shared: &RuleTerms, terms: &RuleTerms, now: Timestamp) -> String {
    let mut words = format!("the policy prohibits {}", quoted(action));
    let conditions: Vec<_> = terms.constraints.iter().chain(&shared.constraints).collect();
    if !conditions.is_empty() {
        let said = conditions.iter().map(|constraint| said(constraint)).collect::<Vec<_>>().join(" and ");
        // Writing to a string does not fail.
        let _ = write!(words, " when {}", cut(&said, MAX_WORDS));
    }
    if conditions.iter().any(|constraint| is_dated(constraint)) {
        let _ = write!(words, "; the request is dated {now}");
    }
    words
}

fn said(constraint: &Constraint) -> String {
    match constraint {
        Constraint::Atomic(atomic) => format!("{} is {}", left(atomic), right(atomic)),
        Constraint::Logical(logical) => {
            let word = match logical.connective {
                Connective::And => " and ",
                Connective::Or => " or ",
                Connective::Xone => " or else ",
                Connective::AndSequence => " and then ",
            };
            format!("({})", logical.operands.iter().take(MAX_VALUES).map(said).collect::<Vec<_>>().join(word))
        }
    }
}

fn is_dated(constraint: &Constraint) -> bool {
    match constraint {
        Constraint::Atomic(atomic) => {
            matches!(atomic.meaning, Meaning::Clock | Meaning::EndOfUse | Meaning::DaysOfUse)
        }
        Constraint::Logical(logical) => logical.operands.iter().any(is_dated),
    }
}

pub(crate) fn demand(constraint: &AtomicConstraint) -> String {
    format!("{} must be {}", left(constraint), right(constraint))
}

fn left(constraint: &AtomicConstraint) -> String {
    if constraint.meaning == Meaning::Clock { "the time of use".to_owned() } else { quoted(&constraint.left_operand) }
}

fn right(constraint: &AtomicConstraint) -> String {
    if constraint.meaning == Meaning::Clock {
        let dates = list(constraint.right_operands.iter().map(date));
        return format!("{}{dates}", temporal_predicate(&constraint.operator));
    }
    let values = constraint.right_operands.iter().map(|value| quoted(value.lexical()));
    let values = list(values.chain(constraint.references.iter().map(|reference| quoted(reference))));
    format!("{}{values}", predicate(&constraint.operator))
}

fn temporal_predicate(operator: &Operator) -> &'static str {
    match operator {
        Operator::Lt => "before ",
        Operator::Lteq => "no later than ",
        Operator::Gt => "after ",
        Operator::Gteq => "no earlier than ",
        other => predicate(other),
    }
}

fn has(facts: &[Fact]) -> String {
    if facts.is_empty() {
        "it has no value".to_owned()
    } else {
        format!("it is {}", list(facts.iter().map(|fact| quoted(fact.value.lexical()))))
    }
}

fn predicate(operator: &Operator) -> &'static str {
    match operator {
        Operator::Eq => "",
        Operator::Neq => "other than ",
        Operator::Lt => "less than ",
        Operator::Lteq => "at most ",
        Operator::Gt => "greater than ",
        Operator::Gteq => "at least ",
        Operator::IsA => "one of the kind ",
        Operator::HasPart => "a whole with the part ",
        Operator::IsPartOf => "part of ",
        Operator::IsAllOf => "all of ",
        Operator::IsAnyOf => "any of ",
        Operator::IsNoneOf => "none of ",
        Operator::Unknown(_) => "in an unknown relation to ",
    }
}

/// An instant in UTC; anything else as it was written.
fn date(value: &Value) -> Cow<'_, str> {
    match value.typed() {
        Typed::Moment(moment) if moment.end.duration_since(moment.start).as_nanos() == 1 => {
            Cow::Owned(moment.start.to_string())
        }
        _ => Cow::Owned(cut(value.lexical(), MAX_VALUE)),
    }
}

fn list<S: AsRef<str>>(names: impl Iterator<Item = S>) -> String {
    let names: Vec<_> = names.collect();
    let mut text = names.iter().take(MAX_VALUES).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if names.len() > MAX_VALUES {
        let _ = write!(text, " and {} more", names.len() - MAX_VALUES);
    }
    if text.is_empty() { "nothing".to_owned() } else { text }
}

fn quoted(name: &str) -> String {
    format!("`{}`", cut(&shown(name), MAX_VALUE))
}

/// Shortened, without characters that would break a line of a log.
pub(crate) fn cut(text: &str, length: usize) -> String {
    let mut cut: String =
        text.chars().take(length).map(|character| if character.is_control() { ' ' } else { character }).collect();
    if text.chars().nth(length).is_some() {
        cut.push('…');
    }
    cut
}
