//! `bench [--quick] [NAME]`: the benchmarks, or one of them. With `PEER=edc` in the environment EDC is measured too.

use std::process::ExitCode;

use symbolon_e2e::bench::{self, Bench, Selection};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let selection = match selection(std::env::args().skip(1), std::env::var("PEER").ok().as_deref()) {
        Ok(selection) => selection,
        Err(complaint) => {
            eprintln!("bench: {complaint}");
            return ExitCode::FAILURE;
        }
    };
    // Leaving `run` drops and so kills the processes it started.
    let measured = tokio::select! {
        measured = bench::run(&selection) => measured,
        () = interrupted() => {
            eprintln!("bench: interrupted");
            false
        }
    };
    if measured { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn selection(arguments: impl Iterator<Item = String>, peer: Option<&str>) -> Result<Selection, String> {
    let edc = match peer {
        None | Some("") => false,
        Some("edc") => true,
        Some(other) => return Err(format!("PEER={other} is not known; PEER=edc is")),
    };
    let mut selection = Selection { benches: Vec::new(), quantities: bench::WHOLE, edc };
    for argument in arguments {
        match Bench::ALL.into_iter().find(|bench| bench.name() == argument) {
            Some(bench) => selection.benches.push(bench),
            None if argument == "--quick" => selection.quantities = bench::QUICK,
            None => {
                let names = Bench::ALL.map(Bench::name).join(", ");
                return Err(format!(
                    "{argument:?} is no benchmark; usage: bench [--quick] [NAME], with NAME of {names}"
                ));
            }
        }
    }
    if selection.benches.is_empty() {
        selection.benches = Bench::ALL.to_vec();
    }
    Ok(selection)
}

async fn interrupted() {
    let wait = async |kind| match signal(kind) {
        Ok(mut signals) => signals.recv().await,
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        _ = wait(SignalKind::interrupt()) => {},
        _ = wait(SignalKind::terminate()) => {},
    }
}
