//! A review sheet for people.

use std::fmt::Write as _;

use super::{Answer, Sheet};
use crate::words::{self, Standing};

pub(super) fn of(sheet: &Sheet) -> String {
    let mut text = format!("# Review\n\n**{}**\n\n{}\n", sheet.question, sheet.sentence);
    if sheet.windows.len() > 1 {
        let times = sheet.windows.iter().map(|window| {
            let until =
                window.until.map_or("without an end".to_owned(), |until| format!("until {}", words::instant(until)));
            format!("from {} {until}", words::instant(window.from))
        });
        list(&mut text, "The times", times);
    }
    if let Some(witness) = &sheet.witness {
        let heading = format!("A request of {} that is permitted supposes", words::instant(witness.at));
        if witness.sentences.is_empty() {
            list(&mut text, &heading, ["nothing besides.".to_owned()].into_iter());
        } else {
            list(&mut text, &heading, witness.sentences.iter().cloned());
        }
    }
    if !sheet.because.is_empty() {
        let heading = if sheet.answer == Answer::Never { "Why not" } else { "What is in the way" };
        let reasons = sheet.because.iter().map(|because| match (because.policy.as_str(), because.path.as_str()) {
            ("", _) => because.sentence.clone(),
            (policy, "") => format!("{}: {}", words::quoted(policy), because.sentence),
            (policy, path) => format!("{}, {}: {}", words::quoted(policy), words::quoted(path), because.sentence),
        });
        list(&mut text, heading, reasons);
    }
    for said in &sheet.policies {
        list(&mut text, &format!("What {} says", words::quoted(&said.policy)), said.sentences.iter().cloned());
        let unenforced = said.terms.iter().filter_map(|term| match &term.standing {
            Standing::Decided { .. } => None,
            Standing::Contractual => Some(format!("By contract only: {}", term.sentence)),
            Standing::NotUnderstood => Some(format!("Not understood: {}", term.sentence)),
        });
        let unenforced: Vec<_> = unenforced.collect();
        if !unenforced.is_empty() {
            list(
                &mut text,
                &format!("What of {} no machine here decides", words::quoted(&said.policy)),
                unenforced.into_iter(),
            );
        }
    }
    text
}

fn list(text: &mut String, heading: &str, items: impl Iterator<Item = String>) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "\n## {heading}\n");
    for item in items {
        let _ = writeln!(text, "- {}", escaped(&item));
    }
}

/// A line that begins with a number would begin a list of its own.
fn escaped(item: &str) -> String {
    match item.split_once(". ") {
        Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => format!("{number}\\. {rest}"),
        Some(_) | None => item.to_owned(),
    }
}
