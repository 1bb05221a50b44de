//! `symbolon compare`.

use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use super::output::Output;
use super::verify::content;
use crate::attestation::compare;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon compare ours.json theirs.json
  curl -s -H \"X-Api-Key: $KEY\" http://127.0.0.1:8081/api/v1/agreements/$ID/export | symbolon compare - theirs.json

The files are exported agreements, each with one half or both. Says whether both halves are there and fit, and otherwise
where the files first differ. Ends with 0 if they fit, with 5 if they do not, and with 1 if a file cannot be read.")]
pub(super) struct Compare {
    /// An exported agreement; - reads it from standard input
    a: PathBuf,
    /// Another export of the same agreement, such as the partner's
    b: PathBuf,
}

pub(super) fn run(files: &Compare, output: &Output) -> Result<(), Failure> {
    let comparison = compare(&content(&files.a)?, &content(&files.b)?);
    output.record(&serde_json::to_value(&comparison).unwrap_or_default());
    match comparison.difference {
        None => {
            let agreement = comparison.agreement.unwrap_or_default();
            output.say(format!("Both halves of agreement {agreement} are there, and they fit."));
            Ok(())
        }
        Some(difference) => {
            output.say(format!("  {:<10} {}", difference.what, difference.path));
            Err(Failure::No(format!("the halves do not fit: {}", difference.sentence)))
        }
    }
}
