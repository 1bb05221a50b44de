//! From the tree to numbered sentences, to indented text, and to the list of terms.

use std::fmt::Write as _;

use super::phrase::sentence;
use super::text::{capital, list};
use super::{Node, Role, Standing, Term};

/// Sentences under their numbers; remarks on the policy as a whole have none.
pub(super) fn sentences(root: &Node) -> Vec<String> {
    let mut said = vec![sentence(&root.label)];
    let mut clauses = 0_usize;
    for node in &root.children {
        if matches!(node.role, Role::Remark | Role::Unknown) {
            said.push(sentence(&node.label));
        } else {
            clauses += 1;
            clause(node, &clauses.to_string(), &mut said);
        }
    }
    if clauses == 0 {
        said.push("It has no rules, so it permits nothing.".to_owned());
    }
    said
}

/// A node as one sentence, and the sentences that it refers to after it.
fn clause(node: &Node, number: &str, said: &mut Vec<String>) {
    let mut parts = Parts::of(node);
    parts.number(number);
    said.push(format!("{number}. {}", words(node, number, &parts)));
    for (number, part) in &parts.numbered {
        clause(part, number, said);
    }
}

/// What belongs to a clause, sorted by how it is referred to.
#[derive(Default)]
struct Parts<'a> {
    /// All that get a number of their own, in order.
    numbered: Vec<(String, &'a Node)>,
    /// The only condition, where it is short enough to stand within the sentence.
    inline: Option<&'a Node>,
}

impl<'a> Parts<'a> {
    fn of(node: &'a Node) -> Self {
        let mut flat = Vec::new();
        for child in &node.children {
            // Conditions that stand beside each other are joined by `and` already.
            if child.role == Role::All
                && node.role != Role::Any
                && node.role != Role::One
                && node.role != Role::Sequence
            {
                flat.extend(&child.children);
            } else {
                flat.push(child);
            }
        }
        let mut conditions = flat.iter().filter(|part| is_condition(part.role));
        let inline = match (conditions.next(), conditions.next()) {
            (Some(only), None) if is_short(only, node.role) && !is_group(node.role) => Some(*only),
            (_, _) => None,
        };
        let numbered = flat.into_iter().filter(|part| !inline.is_some_and(|inline| std::ptr::eq(inline, *part)));
        Self { numbered: numbered.map(|part| (String::new(), part)).collect(), inline }
    }

    fn number(&mut self, parent: &str) {
        for (index, (number, _)) in self.numbered.iter_mut().enumerate() {
            *number = format!("{parent}.{}", index + 1);
        }
    }

    fn numbers(&self, wanted: impl Fn(&Node) -> bool) -> Vec<&str> {
        self.numbered.iter().filter(|(_, part)| wanted(part)).map(|(number, _)| number.as_str()).collect()
    }
}

fn words(node: &Node, number: &str, parts: &Parts<'_>) -> String {
    let parent = number.rsplit_once('.').map_or("", |(parent, _)| parent);
    let label = node.label.as_str();
    match node.role {
        Role::Permission => permission(label, parts),
        Role::Prohibition => format!("{}{}.{}", capital(label), narrowed(parts, &forbidden(parts)), terms_of(parts)),
        Role::Obligation => format!("{}{}.{}", capital(label), narrowed(parts, &conditional(parts)), terms_of(parts)),
        Role::Duty => format!("Before {parent} applies, {label}{}.", narrowed(parts, &conditional(parts))),
        Role::Remedy => format!("If {parent} is infringed, {label}{}.", narrowed(parts, &conditional(parts))),
        Role::Consequence => format!("If {parent} is not fulfilled, {label}{}.", narrowed(parts, &conditional(parts))),
        Role::Refinement => format!("{}{}.", capital(label), conditional(parts)),
        Role::Any => group(parts, "At least one of", "holds"),
        Role::One => group(parts, "Exactly one of", "holds"),
        Role::Sequence => group(parts, "All of", "hold, one after the other in this order"),
        Role::Shared => format!("{}{}.", capital(label), conditional(parts).trim_start_matches(" if")),
        Role::All => match parts.numbers(|part| is_condition(part.role)).as_slice() {
            [one, two] => format!("Both {one} and {two} hold."),
            _ => group(parts, "All of", "hold"),
        },
        Role::Condition | Role::Manner | Role::Term => format!("{}.{}", capital(label), remark(node)),
        Role::Policy | Role::Remark | Role::Unknown => sentence(label),
    }
}

/// What is agreed by contract only does not decide, so it is no condition.
fn permission(label: &str, parts: &Parts<'_>) -> String {
    let contractual = |part: &Node| part.enforcement == Some(Standing::Contractual);
    let decided = parts.numbers(|part| is_condition(part.role) && !contractual(part));
    let condition = match parts.inline {
        Some(only) => format!(" if {}", only.label),
        None if decided.is_empty() => String::new(),
        None => format!(" if {}", hold(&decided)),
    };
    let duties = parts.numbers(|part| part.role == Role::Duty);
    let duties = match duties.as_slice() {
        [] => String::new(),
        [one] => format!(", once {one} is fulfilled"),
        [_, _, ..] => format!(", once {} are fulfilled", ranges(&duties)),
    };
    let agreed = parts.numbers(contractual);
    let agreed = match agreed.as_slice() {
        [] => String::new(),
        [one] => format!(" {one} is agreed besides, by contract only."),
        [_, _, ..] => format!(" {} are agreed besides, by contract only.", ranges(&agreed)),
    };
    format!("{}{}.{agreed}{}", capital(label), narrowed(parts, &format!("{condition}{duties}")), terms_of(parts))
}

/// What is agreed without being a condition.
fn terms_of(parts: &Parts<'_>) -> String {
    let terms = parts.numbers(|part| part.role == Role::Term && part.enforcement != Some(Standing::Contractual));
    match terms.as_slice() {
        [] => String::new(),
        [one] => format!(" {one} is agreed besides."),
        [_, _, ..] => format!(" {} are agreed besides.", ranges(&terms)),
    }
}

/// Manners of use are forbidden each by itself; other conditions have to hold together.
fn forbidden(parts: &Parts<'_>) -> String {
    let manners = parts.numbers(|part| part.role == Role::Manner);
    let others = parts.numbers(|part| is_condition(part.role) && part.role != Role::Manner);
    let others = if others.is_empty() { None } else { Some(hold(&others)) };
    match (parts.inline, manners.as_slice(), others) {
        (Some(only), _, _) => format!(" if {}", only.label),
        (None, [], None) => String::new(),
        (None, [], Some(others)) => format!(" if {others}"),
        (None, [one], None) => format!(" if {one} holds"),
        (None, [_, ..], None) => format!(" if at least one of {} holds", ranges(&manners)),
        (None, [_, ..], Some(others)) => format!(" if at least one of {} holds, and {others}", ranges(&manners)),
    }
}

fn conditional(parts: &Parts<'_>) -> String {
    match (parts.inline, parts.numbers(|part| is_condition(part.role))) {
        (Some(only), _) => format!(" if {}", only.label),
        (None, numbers) if numbers.is_empty() => String::new(),
        (None, numbers) => format!(" if {}", hold(&numbers)),
    }
}

/// The rest of a sentence, after what narrows its action, asset or parties.
fn narrowed(parts: &Parts<'_>, rest: &str) -> String {
    let numbers = parts.numbers(|part| part.role == Role::Refinement);
    match (numbers.is_empty(), rest.starts_with(" if")) {
        (true, _) => rest.to_owned(),
        (false, true) => format!(", as narrowed by {},{rest}", ranges(&numbers)),
        (false, false) => format!(", as narrowed by {}{rest}", ranges(&numbers)),
    }
}

fn group(parts: &Parts<'_>, before: &str, after: &str) -> String {
    let numbers = parts.numbers(|part| is_condition(part.role));
    if numbers.is_empty() {
        "No condition is named.".to_owned()
    } else {
        format!("{before} {} {after}.", ranges(&numbers))
    }
}

fn hold(numbers: &[&str]) -> String {
    match numbers {
        [one] => format!("{one} holds"),
        [one, two] => format!("{one} and {two} both hold"),
        _ => format!("{} all hold", ranges(numbers)),
    }
}

/// `1.1 to 1.4, 1.6 and 1.8`.
fn ranges(numbers: &[&str]) -> String {
    let last = |number: &str| number.rsplit('.').next().and_then(|last| last.parse::<usize>().ok()).unwrap_or_default();
    let mut runs: Vec<(&str, &str)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, end)) if last(end) + 1 == last(number) => *end = number,
            Some(_) | None => runs.push((number, number)),
        }
    }
    let written = runs.iter().flat_map(|(start, end)| match last(end) - last(start) {
        0 => vec![(*start).to_owned()],
        1 => vec![(*start).to_owned(), (*end).to_owned()],
        _ => vec![format!("{start} to {end}")],
    });
    list(written, "and")
}

fn remark(node: &Node) -> String {
    match &node.enforcement {
        Some(Standing::NotUnderstood) => {
            " This is not understood here, so nothing is permitted that depends on it.".to_owned()
        }
        Some(Standing::Contractual) => " This binds by contract only.".to_owned(),
        Some(Standing::Decided { .. }) | None => String::new(),
    }
}

fn is_condition(role: Role) -> bool {
    is_group(role) || matches!(role, Role::Condition | Role::Manner)
}

fn is_group(role: Role) -> bool {
    matches!(role, Role::All | Role::Any | Role::One | Role::Sequence)
}

fn is_short(node: &Node, within: Role) -> bool {
    let plain = matches!(node.role, Role::Condition | Role::Manner) && node.children.is_empty();
    let agreed =
        node.enforcement == Some(Standing::Contractual) && (within == Role::Permission || within == Role::Prohibition);
    plain && !agreed && node.enforcement != Some(Standing::NotUnderstood)
}

/// Every node with a standing.
pub(super) fn terms(root: &Node) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        open.extend(node.children.iter().rev());
        if let Some(standing) = &node.enforcement {
            terms.push(Term { path: node.path.clone(), sentence: sentence(&node.label), standing: standing.clone() });
        }
    }
    terms
}

/// One node a line, two blanks for each level.
pub(super) fn text(root: &Node) -> String {
    let mut text = String::new();
    let mut open = vec![(root, 0_usize)];
    while let Some((node, depth)) = open.pop() {
        open.extend(node.children.iter().rev().map(|child| (child, depth + 1)));
        let standing = node.enforcement.as_ref().filter(|_| node.role != Role::Unknown);
        let standing = standing.map(|standing| format!(" [{}]", standing.sentence())).unwrap_or_default();
        let before = match node.role {
            Role::Duty => "before: ",
            Role::Remedy => "if infringed: ",
            Role::Consequence => "if not fulfilled: ",
            Role::Condition | Role::Manner | Role::All | Role::Any | Role::One | Role::Sequence => "if ",
            Role::Term => "agreed: ",
            Role::Policy
            | Role::Remark
            | Role::Permission
            | Role::Prohibition
            | Role::Obligation
            | Role::Refinement
            | Role::Shared
            | Role::Unknown => "",
        };
        let line = capital(&format!("{before}{}", node.label));
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:indent$}{line}{standing}", "", indent = depth * 2);
    }
    text
}
