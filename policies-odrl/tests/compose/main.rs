//! The laws of composition, judged by trying out every situation of small worlds.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod examples;
mod generate;
mod laws;
mod worlds;
