//! Exchanges over real sockets: pulls, pushes and the receiving side.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod pull_file;
mod pull_http;
mod push;
mod support;
