//! `symbolon policy check` and `explain`.

use clap::Args;
use serde_json::json;
use symbolon_policies_odrl::dsp;

use super::source::Source;
use crate::cli::client::Connection;
use crate::cli::failure::Failure;
use crate::cli::output::{Output, table};
use crate::cli::terms;
use crate::problem::Finding;
use crate::terms::explaining::{Explained, findings};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon policy check policy.json
  symbolon policy check policy.ttl --wire            also whether partners accept it in DSP messages
  for f in *.json; do symbolon policy check \"$f\"; done

Ends with 5 if a rule is broken.")]
pub(super) struct Check {
    /// A file, stored:ID or agreement:ID
    policy: Source,
    /// Also check the form that the Dataspace Protocol demands in messages
    #[arg(long)]
    wire: bool,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon policy explain policy.json
  symbolon policy explain agreement.json --tree      rules, conditions and duties as a tree
  symbolon policy explain policy.json --turtle       its canonical form as Turtle
  symbolon policy explain agreement:urn:uuid:0190… --json | jq .contractualOnly")]
pub(super) struct Explain {
    /// A file, stored:ID or agreement:ID
    policy: Source,
    /// Print it as a tree
    #[arg(long, conflicts_with_all = ["turtle", "canonical"])]
    tree: bool,
    /// Print its canonical form as Turtle
    #[arg(long, conflicts_with = "canonical")]
    turtle: bool,
    /// Print its canonical form as JSON-LD
    #[arg(long)]
    canonical: bool,
    #[command(flatten)]
    connection: Connection,
}

pub(super) async fn check(check: &Check, output: &Output) -> Result<(), Failure> {
    let policy = check.policy.read(&check.connection).await?;
    let mut broken = findings(policy.policy());
    if check.wire {
        let form = dsp::check_catalog_offer(policy.as_catalog_offer("urn:offer").json());
        broken.extend(form.err().map(|error| Finding {
            path: error.path,
            code: "WireForm".to_owned(),
            sentence: error.reason,
            hint: None,
        }));
    }
    output.record(&json!({"profiles": policy.policy().profiles, "findings": broken}));
    for line in broken.iter().flat_map(told) {
        output.say(line);
    }
    match (broken.len(), policy.policy().profiles.as_slice()) {
        (0, []) => output.say(format!("{} is well formed, and names no profile.", check.policy)),
        (0, profiles) => output.say(format!("{} keeps the rules of {}.", check.policy, profiles.join(" and "))),
        (1, _) => return Err(Failure::No(format!("{} breaks a rule", check.policy))),
        (count, _) => return Err(Failure::No(format!("{} breaks {count} rules", check.policy))),
    }
    Ok(())
}

/// A finding in lines: where and what, and what to do.
pub(super) fn told(finding: &Finding) -> Vec<String> {
    let place = if finding.path.is_empty() { "policy" } else { &finding.path };
    let mut lines = vec![format!("  {place}: {} [{}]", finding.sentence, finding.code)];
    lines.extend(finding.hint.as_ref().map(|hint| format!("    → {hint}")));
    lines
}

pub(super) async fn explain(explain: &Explain, output: &Output) -> Result<(), Failure> {
    let policy = explain.policy.read(&explain.connection).await?;
    let explained = Explained::of(policy.policy());
    let json = serde_json::to_value(&explained).unwrap_or_default();
    output.record(&json);
    if explain.tree {
        output.say(explained.outline.trim_end());
    } else if explain.turtle {
        output.say(explained.turtle.trim_end());
    } else if explain.canonical {
        output.say(format!("{:#}", explained.canonical));
    } else {
        terms::show(&json, output);
        decided(&explained, output);
        for line in explained.findings.iter().flat_map(told) {
            output.say(line);
        }
    }
    Ok(())
}

/// What is decided, and by which fact.
fn decided(explained: &Explained, output: &Output) {
    let decided = explained.clauses.iter().filter_map(|clause| {
        let fact = clause.fact.as_ref()?;
        Some(vec![format!("    {}", clause.path), fact.clone()])
    });
    let rows: Vec<Vec<String>> = decided.collect();
    if !rows.is_empty() {
        output.say("  Decided at each request, by these facts:");
        output.say(table(&rows).trim_end());
    }
}
