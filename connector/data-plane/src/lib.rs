#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test fails by panicking"))]
#![doc = include_str!("../README.md")]

pub mod client;
pub mod fetch;
pub mod guard;
pub mod meter;
pub mod probe;
pub mod pull;
pub mod push;
pub mod receive;
pub mod source;
pub mod sub_path;
pub mod tokens;

mod file;
mod headers;
mod path;
mod streamed;
