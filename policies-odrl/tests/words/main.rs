#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "../it/generate.rs"]
mod generate;
mod published;
mod reviews;
mod samples;
mod told;
mod trials;
