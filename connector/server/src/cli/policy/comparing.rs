//! `symbolon policy compare` and `meet`.

use clap::Args;
use serde_json::Value;

use super::source::Source;
use crate::cli::catalog::several;
use crate::cli::client::{Connection, text};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::terms;
use crate::terms::comparing::{Known, compared, met};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon policy compare ours.json theirs.json
  symbolon policy compare ours.ttl agreement:urn:uuid:0190…
  symbolon policy compare a.json b.json --part urn:site:munich=urn:region:eu

Says for both directions whether one permits no more than the other, with an example where it does, and whether the two
conflict, with the smallest cause. Ends with 5 if they conflict.")]
pub(super) struct Compare {
    /// A file, stored:ID or agreement:ID
    a: Source,
    /// Another
    b: Source,
    #[command(flatten)]
    names: Names,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon policy meet ours.json theirs.json            the policy as JSON-LD
  symbolon policy meet ours.json theirs.json --turtle
  symbolon policy meet a.json b.ttl c.json --words      what it says")]
pub(super) struct Meet {
    /// Files, stored:ID or agreement:ID
    #[arg(required = true, num_args = 2..=16)]
    policies: Vec<Source>,
    /// Print the policy as Turtle
    #[arg(long, conflicts_with = "words")]
    turtle: bool,
    /// Print what it says in place of the policy itself
    #[arg(long)]
    words: bool,
    #[command(flatten)]
    names: Names,
    #[command(flatten)]
    connection: Connection,
}

/// What is known of the names that policies use.
#[derive(Debug, Args)]
struct Names {
    /// Of two places, assets or groups the first is a part of the second; may be given again
    #[arg(long = "part", value_name = "PART=WHOLE", value_parser = pair)]
    parts: Vec<(String, String)>,
    /// Of two purposes or classes the first is a kind of the second; may be given again
    #[arg(long = "kind", value_name = "KIND=OF", value_parser = pair)]
    kinds: Vec<(String, String)>,
    /// Nothing belongs to both; may be given again
    #[arg(long = "disjoint", value_name = "A=B", value_parser = pair)]
    disjoint: Vec<(String, String)>,
}

impl Names {
    fn known(&self) -> Known {
        Known { parts: self.parts.clone(), kinds: self.kinds.clone(), disjoint: self.disjoint.clone() }
    }
}

/// Two names with `=` between them. Names may hold the sign themselves, so the middle is where both sides are equally many.
fn pair(argument: &str) -> Result<(String, String), String> {
    let signs: Vec<usize> = argument.match_indices('=').map(|(place, _)| place).collect();
    let middle = signs.get(signs.len() / 2).and_then(|place| argument.split_at_checked(*place));
    match middle.map(|(a, b)| (a, b.trim_start_matches('='))) {
        Some((a, b)) if !a.is_empty() && !b.is_empty() => Ok((a.to_owned(), b.to_owned())),
        Some(_) | None => Err("expected two names with = between them".to_owned()),
    }
}

pub(super) async fn compare(compare: &Compare, output: &Output) -> Result<(), Failure> {
    let a = compare.a.read(&compare.connection).await?;
    let b = compare.b.read(&compare.connection).await?;
    let compared = compared(a.policy(), b.policy(), &compare.names.known())?;
    let json = serde_json::to_value(&compared).unwrap_or_default();
    output.record(&json);
    for line in told(&json, &compare.a.to_string(), &compare.b.to_string()) {
        output.say(line);
    }
    match text(&json["compatible"], "answer") {
        "no" => Err(Failure::No("the policies conflict".to_owned())),
        _ => Ok(()),
    }
}

fn told(compared: &Value, a: &str, b: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (member, question) in [
        ("aWithinB", format!("{a} permits no more than {b}")),
        ("bWithinA", format!("{b} permits no more than {a}")),
        ("compatible", "Both can be kept at once".to_owned()),
    ] {
        let verdict = &compared[member];
        lines.push(format!("{question}: {}.", text(verdict, "answer")));
        lines.extend(terms::list("  ", several(verdict, "because")));
    }
    lines
}

pub(super) async fn meet(meet: &Meet, output: &Output) -> Result<(), Failure> {
    let mut policies = Vec::new();
    for source in &meet.policies {
        policies.push(std::sync::Arc::new(source.read(&meet.connection).await?));
    }
    let met = met(&policies, &meet.names.known())?;
    let json = serde_json::to_value(&met).unwrap_or_default();
    output.record(&json);
    if meet.words {
        terms::show(&json, output);
    } else if meet.turtle {
        output.say(met.turtle.trim_end());
    } else {
        output.say(format!("{:#}", met.policy));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_parted_in_the_middle() {
        for (argument, expected) in [("a=b", Some(("a", "b"))), ("x?q=1=y?q=2", Some(("x?q=1", "y?q=2"))), ("a", None)]
        {
            let expected = expected.map(|(a, b)| (a.to_owned(), b.to_owned()));
            assert_eq!(pair(argument).ok(), expected, "{argument}");
        }
    }

    #[test]
    fn a_comparison_is_told_in_both_directions() {
        let compared = json!({
            "aWithinB": {"answer": "no", "because": ["a permits use on 2027-01-01, b does not"]},
            "bWithinA": {"answer": "yes", "because": []},
            "compatible": {"answer": "yes", "because": []},
        });
        insta::assert_snapshot!(told(&compared, "ours.json", "theirs.json").join("\n"), @r"
        ours.json permits no more than theirs.json: no.
          - a permits use on 2027-01-01, b does not
        theirs.json permits no more than ours.json: yes.
        Both can be kept at once: yes.
        ");
    }
}
