#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod attempts;
mod building;
mod canonical;
mod compact;
mod decisions;
mod generate;
mod graphs;
mod ledger;
mod properties;
mod published;
mod rdf;
mod reading;
mod shared;
mod standing;
mod whole;
mod wire;
mod worlds;
