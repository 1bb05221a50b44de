//! The laws of composition: judged by every situation of a small world, and by random situations of a larger one.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod every;
mod examples;
mod generate;
mod laws;
mod worlds;
