//! `symbolon policy review`.

use clap::Args;
use jiff::Timestamp;
use serde_json::Value;

use super::source::Source;
use super::trying::{claim, gathered};
use crate::cli::client::Connection;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::clock;
use crate::terms::reviewing::{Named, Question, reviewed};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon policy review agreement.json --who did:web:oem.example --asset spindle
  symbolon policy review agreement.json --who did:web:other.example --asset spindle --action distribute
  symbolon policy review ours.json theirs.ttl --who did:web:oem.example --asset spindle > review.md

Answers whether it can ever happen, from when, until when, and why, as a sheet in Markdown.")]
pub(super) struct Review {
    /// Files, stored:ID or agreement:ID; all of them apply
    #[arg(required = true, num_args = 1..=16)]
    policies: Vec<Source>,
    /// Participant id of who would act
    #[arg(long, value_name = "ID")]
    who: String,
    /// With which dataset
    #[arg(long, value_name = "ID")]
    asset: String,
    /// What it would do; use if absent
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// Each policy is a way of its own, as offers are; otherwise all of them have to permit
    #[arg(long)]
    any: bool,
    /// From when on (RFC 3339); now if absent
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// A fact that will not be otherwise: a left operand (IRI or short name) and a value; may be given again
    #[arg(long = "fixed", value_name = "OPERAND=VALUE", value_parser = claim)]
    fixed: Vec<(String, Value)>,
    #[command(flatten)]
    connection: Connection,
}

pub(super) async fn run(review: &Review, output: &Output) -> Result<(), Failure> {
    let mut policies = Vec::new();
    for source in &review.policies {
        policies.push((source.to_string(), source.read(&review.connection).await?));
    }
    let named: Vec<Named<'_>> = policies.iter().map(|(name, policy)| Named { name, policy: policy.policy() }).collect();
    let question = Question {
        who: review.who.clone(),
        what: review.asset.clone(),
        action: review.action.clone(),
        at: review.at,
        any: review.any,
        fixed: gathered(&review.fixed),
    };
    let reviewed = reviewed(&named, &question, clock::now());
    output.record(&serde_json::to_value(&reviewed).unwrap_or_default());
    output.say(reviewed.sheet.trim_end());
    Ok(())
}
