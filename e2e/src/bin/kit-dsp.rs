//! `kit-dsp [--local] [WORD]`: the official DSP TCK against a fresh connector, or with `--local` against the kit's own.

use std::process::ExitCode;

use symbolon_e2e::{kit, kit_dsp};

#[tokio::main]
async fn main() -> ExitCode {
    kit::main("kit-dsp", kit_dsp::run, kit_dsp::run_locally).await
}
