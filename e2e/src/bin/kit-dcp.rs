//! `kit-dcp [--local] [WORD]`: the official DCP TCK against a fresh connector, or with `--local` against the kit's own roles.

use std::process::ExitCode;

use symbolon_e2e::{kit, kit_dcp};

#[tokio::main]
async fn main() -> ExitCode {
    kit::main("kit-dcp", kit_dcp::run, kit_dcp::run_locally).await
}
