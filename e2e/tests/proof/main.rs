//! Real connectors, driven as operators and partners drive them.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod attacks;
mod catalogs;
mod cli;
mod dataspace;
mod directory;
mod enforcement;
mod hostile;
mod schemas;
mod vault;
mod verifier;
mod whole_way;
