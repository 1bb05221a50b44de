#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod front_page;
#[path = "../it/generate.rs"]
mod generate;
mod published;
mod reviews;
mod samples;
mod told;
mod trials;
