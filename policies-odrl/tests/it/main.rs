#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod decisions;
mod generate;
mod properties;
mod rdf;
mod reading;
mod shared;
mod wire;
