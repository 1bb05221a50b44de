//! `symbolon verify`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::Failure;
use super::output::Output;
use crate::attestation::{MAX_FILE, Outcome, Report, verify_bytes};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon verify agreement.json
  curl -s -H \"X-Api-Key: $KEY\" http://127.0.0.1:8081/api/v1/agreements/$ID/export | symbolon verify -

Nothing is asked of anybody: keys are taken from the parties' did:key names, or from the DID documents that the file
carries and both parties signed. So it works years later, when keys have changed. Says what does not fit, and ends with 5
then.")]
pub(super) struct Verify {
    /// An exported agreement; - reads it from standard input
    file: PathBuf,
    /// Also fail when only one party's half is in the file
    #[arg(long)]
    both: bool,
}

pub(super) fn run(verify: &Verify, output: &Output) -> Result<(), Failure> {
    let report = verify_bytes(&content(&verify.file)?);
    show(&report, output);
    output.record(&serde_json::to_value(&report).unwrap_or_default());
    let named = verify.file.display();
    let failures: Vec<&str> = report.failures().collect();
    if !failures.is_empty() {
        return Err(Failure::No(format!("{named} does not hold: {}", failures.join("; "))));
    }
    if verify.both && report.fits != Some(true) {
        return Err(Failure::No(format!("{named} holds only one party's half")));
    }
    output.say(match report.fits {
        Some(_) => "Both halves fit.",
        None => "It holds, with one party's half.",
    });
    Ok(())
}

fn show(report: &Report, output: &Output) {
    for check in &report.checks {
        let outcome = match check.outcome {
            Outcome::Ok => "ok",
            Outcome::Note => "note",
            Outcome::Failed => "FAILED",
        };
        output.say(format!("  {outcome:<7} {}", check.sentence));
    }
}

/// No more than the bytes that are looked at, and one more by which it is known to be too large.
pub(super) fn content(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = Failure::file("read", path);
    let read = |source: &mut dyn Read| {
        let mut bytes = Vec::new();
        source.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes).map(|_| bytes)
    };
    if path.as_os_str() == "-" {
        return read(&mut io::stdin()).map_err(failed);
    }
    File::open(path).and_then(|mut file| read(&mut file)).map_err(failed)
}
