//! Profiles as data and as types: tables, admissibility, export control, composition of parts, and the published vocabulary.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod admissibility;
mod composite;
mod export_control;
mod others;
mod random;
mod survival;
mod tables;
mod vocabulary;
