//! Real connectors, driven as operators and partners drive them.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod cli;
mod hostile;
mod schemas;
mod whole_way;
