//! `kit-dsp [--local] [WORD]`: the official DSP TCK against a fresh connector, or with `--local` against the kit's own.

use std::process::ExitCode;

use symbolon_e2e::{Failure, kit_dsp};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    let (flags, words): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let word = words.first().map(String::as_str);
    let run = async {
        match flags.first().map(String::as_str) {
            None => kit_dsp::run(word).await,
            Some("--local") => kit_dsp::run_locally(word).await,
            Some(other) => Err(Failure::Unexpected(format!("unknown option {other}; usage: kit-dsp [--local] [WORD]"))),
        }
    };
    // Leaving `run` drops and so kills the processes it started.
    let outcome = tokio::select! {
        outcome = run => outcome,
        failure = interrupted() => Err(failure),
    };
    match outcome {
        Ok(verdict) => {
            println!("{}", verdict.line);
            if verdict.green { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(failure) => {
            eprintln!("kit-dsp: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn interrupted() -> Failure {
    let wait = async |kind| match signal(kind) {
        Ok(mut signals) => signals.recv().await,
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        _ = wait(SignalKind::interrupt()) => {},
        _ = wait(SignalKind::terminate()) => {},
    }
    Failure::Unexpected("interrupted".to_owned())
}
