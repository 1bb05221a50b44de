//! `first-transfer`: from an empty machine to the first governed transfer, with the seconds of each step.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match symbolon_e2e::first_transfer::run().await {
        Ok(steps) => {
            println!("{steps}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("first-transfer: {failure}");
            ExitCode::FAILURE
        }
    }
}
