#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test fails by panicking"))]
//! The data plane: moves the bytes of a transfer process, and decides nothing.
//!
//! Whoever calls [`pull::pull`], [`push::push`] or [`receive::receive`] has already authenticated the access token
//! ([`tokens`]), and has decided that the agreement is in force and its policy holds. This crate knows neither
//! agreements nor policies.
//!
//! | Module | Holds |
//! |---|---|
//! | [`source`] | where the bytes of an asset come from: an HTTP endpoint, a file or a folder |
//! | [`guard`] | which outgoing addresses are allowed, before and after DNS resolution |
//! | [`client`] | the pooled HTTP client that the guard is built into |
//! | [`pull`] | answers one request of a consumer from a source, streaming both ways |
//! | [`push`] | one attempt to bring a source to a consumer's endpoint, resuming where the last one ended |
//! | [`receive`] | the receiving side of [`push`] |
//! | [`tokens`] | the access token of a transfer process |
//! | [`meter`] | counts the bytes of one exchange and says how it ended |
//!
//! No function here holds a whole body in memory, and none follows a redirect.

pub mod client;
pub mod guard;
pub mod meter;
pub mod pull;
pub mod push;
pub mod receive;
pub mod source;
pub mod tokens;

mod file;
mod headers;
mod path;
mod streamed;
