//! `symbolon policy`: what policies say, whether they hold, and how they stand to each other. Files need no connector.

mod comparing;
mod explaining;
mod reviewing;
mod source;
mod trying;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::output::Output;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon policy check policy.json                         does it keep the rules of the profiles that it names
  symbolon policy explain agreement.json                    what it says, and what of it no connector checks
  symbolon policy try policy.ttl --at 2026-03-31T22:00:00Z --claim Membership=active
  symbolon policy try stored:brakes --partner did:web:oem.example --ask
  symbolon policy compare ours.json theirs.json             is one within the other, do they conflict
  symbolon policy meet ours.json theirs.ttl --turtle        what both permit
  symbolon policy review agreement.json --who did:web:oem.example --asset spindle

A policy is a file (- is standard input) with JSON-LD, Turtle or an exported agreement; stored:ID is a policy of the
connector, agreement:ID the terms of an agreement in it. Files are judged on this machine, without any network.")]
pub(super) struct Policy {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say whether a policy is well formed and keeps the rules of the profiles that it names
    Check(explaining::Check),
    /// Say in plain English what a policy says, who decides it, and what binds by contract only
    Explain(explaining::Explain),
    /// Decide a policy for supposed facts: what would be answered, why, until when, and what would change it
    Try(trying::Try),
    /// Say whether one policy permits no more than another, and whether they conflict
    Compare(comparing::Compare),
    /// Make the policy that permits what all of several permit
    Meet(comparing::Meet),
    /// Answer whether somebody can ever do something with an asset, until when, and why
    Review(reviewing::Review),
}

pub(super) async fn run(policy: Policy, output: &Output) -> Result<(), Failure> {
    match policy.action {
        Action::Check(check) => explaining::check(&check, output).await,
        Action::Explain(explain) => explaining::explain(&explain, output).await,
        Action::Try(trial) => trying::run(trial, output).await,
        Action::Compare(compare) => comparing::compare(&compare, output).await,
        Action::Meet(meet) => comparing::meet(&meet, output).await,
        Action::Review(review) => reviewing::run(&review, output).await,
    }
}
