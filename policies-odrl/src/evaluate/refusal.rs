//! Sentences of refusals about duties, ledgers and order.

use jiff::Timestamp;

use crate::model::{AtomicConstraint, Duty, Prohibition, RuleTerms};
use crate::names::shown;

/// Names longer than this are cut: they come from a partner.
const MAX_NAME: usize = 120;
/// More names than these are counted instead of listed.
const MAX_NAMES: usize = 5;

pub(super) fn other_order() -> String {
    "refused: the constraints must come to hold one after the other, and they came in another order".to_owned()
}

pub(super) fn unknown_order() -> String {
    "refused: the constraints must come to hold one after the other, and it is not known in which order they did"
        .to_owned()
}

pub(super) fn violated_duty(duty: &Duty) -> String {
    let words = actions(&duty.terms);
    if duty.consequences.is_empty() {
        return format!("refused: the duty to {words} was not fulfilled in time");
    }
    let consequences = list(duty.consequences.iter().map(|consequence| actions(&consequence.terms)));
    format!(
        "refused: the duty to {words} was not fulfilled in time; it comes first, and with it the duty to {consequences}"
    )
}

pub(super) fn open_remedy(prohibition: &Prohibition) -> String {
    let remedies = list(prohibition.remedies.iter().map(|remedy| actions(&remedy.terms)));
    let infringed = actions(&prohibition.terms);
    format!("refused: the prohibition to {infringed} was infringed, and the duty to {remedies} comes first")
}

pub(super) fn exhausted(used: u64, amount: u64, most: u64) -> String {
    format!("refused: {most} may be used in all, {used} have been, and the request takes {amount}")
}

pub(super) fn too_soon(constraint: &AtomicConstraint, last: Timestamp, next: Timestamp, now: Timestamp) -> String {
    let interval = list(constraint.right_operands.iter().map(|right| quoted(right.lexical())));
    format!(
        "refused: between two uses {interval} must pass; the last was {last}, so that the next may be {next}; the request is dated {now}"
    )
}

pub(super) fn too_long(constraint: &AtomicConstraint, first: Timestamp, end: Timestamp, now: Timestamp) -> String {
    let period = list(constraint.right_operands.iter().map(|right| quoted(right.lexical())));
    format!("refused: use may go on for {period}; it began {first}, so that it ended {end}; the request is dated {now}")
}

fn actions(terms: &RuleTerms) -> String {
    list(terms.actions.iter().map(|action| quoted(&action.iri)))
}

fn list(names: impl Iterator<Item = String>) -> String {
    let names: Vec<_> = names.collect();
    let shown = names.iter().take(MAX_NAMES).cloned().collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => "nothing".to_owned(),
        1..=MAX_NAMES => shown,
        more => format!("{shown} and {} more", more - MAX_NAMES),
    }
}

fn quoted(name: &str) -> String {
    let name = shown(name);
    let cut = name.chars().take(MAX_NAME).map(|it| if it.is_control() { ' ' } else { it });
    let rest = if name.chars().nth(MAX_NAME).is_some() { "…" } else { "" };
    format!("`{}{rest}`", cut.collect::<String>())
}
