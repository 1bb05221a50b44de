#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod building;
mod canonical;
mod compact;
mod decisions;
mod generate;
mod graphs;
mod properties;
mod published;
mod rdf;
mod reading;
mod shared;
mod whole;
mod wire;
