//! Decisions in plain words: which demand, what was wrong with which value, and what to do about it where somebody can.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::Timestamp;

use crate::model::{
    Action, AtomicConstraint, Cause, Connective, Constraint, Doubt, Entity, LogicalConstraint, Operator, RuleTerms,
};
use crate::names::shown;
use crate::profile::{self, Enforcement, Meaning};
use crate::value::{Typed, Value};
use crate::words::cut;
use crate::world::Fact;

/// Values longer than this are cut: they come from a partner.
const MAX_VALUE: usize = 120;
/// More values than these are counted instead of listed.
const MAX_VALUES: usize = 5;
/// Conditions of a prohibition longer than this are cut.
const MAX_WORDS: usize = 600;

const NO_GUESS: &str = "nothing is permitted under a policy that says more than is understood";

pub(crate) fn doubt(doubt: &Doubt) -> String {
    let name = quoted(&doubt.name);
    let path = quoted(&doubt.path);
    let (what, advice) = match doubt.cause {
        Cause::Profile => (
            format!("the policy uses the profile {name}, which is not known here"),
            "its author has to write it without this profile, or in one that is known",
        ),
        Cause::Inheritance => (
            format!("the policy inherits from {name}, which is not at hand"),
            "its author has to write the inherited rules into it",
        ),
        Cause::Replaced => (format!("the policy is void, because {name} replaces it"), ""),
        Cause::Conflict => (
            format!("the policy has the conflict strategy {name}, which is not known"),
            "the strategies are perm, prohibit and invalid",
        ),
        Cause::Action if doubt.name.is_empty() => {
            (format!("the rule has no action at {path}"), "its author has to name the action")
        }
        Cause::Action => {
            (format!("the action {name} at {path} is not known"), "its author has to name an action of a known profile")
        }
        Cause::Operator => {
            (format!("the operator {name} at {path} is not known"), "its author has to use an operator of ODRL 2.2")
        }
        Cause::Member if doubt.name.is_empty() => (format!("{path} is not understood"), NO_GUESS),
        Cause::Member => (format!("{path} {name} is not understood"), NO_GUESS),
    };
    if advice.is_empty() { format!("refused: {what}") } else { format!("refused: {what}; {advice}") }
}

pub(crate) fn other_action(actions: &[Action], wanted: &str) -> String {
    let permitted = list(actions.iter().map(|action| quoted(&action.iri)));
    format!("refused: the rule is for {permitted}, the request is for {}", quoted(wanted))
}

pub(crate) fn not_passed_on(wanted: &str) -> String {
    let wanted = quoted(wanted);
    format!(
        "refused: the request is for {wanted}, and the rule names no affiliated or managed company that may be given the data"
    )
}

pub(crate) fn other_entity(role: &str, named: &[Entity], wanted: &str, undecided: bool) -> String {
    let names = list(named.iter().filter_map(|entity| entity.id.as_deref().or(entity.source.as_deref())).map(quoted));
    let wanted = quoted(wanted);
    if undecided {
        format!(
            "refused: the {role} of the rule is {names}, and it is not known whether {wanted} belongs to it; say who its members are"
        )
    } else {
        format!("refused: the {role} of the rule is {names}, the {role} of the request is {wanted}")
    }
}

pub(crate) fn outside_window(constraint: &AtomicConstraint, early: bool, now: Timestamp) -> String {
    let date = list(constraint.right_operands.iter().map(date));
    match (&constraint.operator, early) {
        (Operator::Lt | Operator::Lteq, _) => {
            format!("refused: usage window ended {date}; the request is dated {now}; it takes a new agreement")
        }
        (Operator::Gt | Operator::Gteq, _) => {
            format!("refused: usage window begins {date}; the request is dated {now}; ask again then")
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
    format!("refused: usage window ended {end}; the request is dated {now}; it takes a new agreement")
}

pub(crate) fn not_met(constraint: &AtomicConstraint, facts: &[Fact]) -> String {
    format!("refused: {}; {}", demand(constraint), has(facts))
}

pub(crate) fn not_met_in_confidence(constraint: &AtomicConstraint) -> String {
    format!("refused: {}, which it is not; its value is confidential", demand(constraint))
}

pub(crate) fn missing(constraint: &AtomicConstraint) -> String {
    let name = quoted(&constraint.left_operand);
    let Some(operand) = profile::operand(&constraint.left_operand) else {
        return format!("nothing is known about {name}, and no profile known here defines it");
    };
    match operand.enforcement {
        Enforcement::Decided { .. } if operand.meaning == Meaning::Always => {
            format!(
                "no profile known here lets {name} say this; its author has to use a value and an operator of its profile"
            )
        }
        Enforcement::Decided { fact } if !fact.starts_with("a fact ") => {
            let fact = fact.split(';').next().unwrap_or(fact);
            format!("nothing is known about {name}; it comes from {fact}")
        }
        Enforcement::Decided { .. } | Enforcement::Contractual => format!("nothing is known about {name}"),
    }
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
    format!("refused: the duty to {actions} comes first, and is not known to be fulfilled; do it and have it recorded")
}

pub(crate) fn prohibition(action: &str, shared: &RuleTerms, terms: &RuleTerms, now: Timestamp) -> String {
    let mut words = format!("the policy prohibits {}", quoted(action));
    let conditions: Vec<_> = terms.constraints.iter().chain(&shared.constraints).collect();
    if !conditions.is_empty() {
        let said = conditions.iter().map(|constraint| said(constraint)).collect::<Vec<_>>().join(" and ");
        // Writing to a string does not fail.
        let more = if said.chars().nth(MAX_WORDS).is_some() { "…" } else { "" };
        let _ = write!(words, " when {}{more}", said.chars().take(MAX_WORDS).collect::<String>());
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
