//! The connector: faces, operations, storage, graph, workers, and the command line.
//!
//! A request comes in through a face (`dsp`, `data`, `management`), which parses it and calls one operation; the
//! operation loads, asks a pure core what may happen, and commits the new state with its effects in one transaction.

mod arrival;
pub mod attestation;
pub mod authentication;
pub mod catalog_index;
pub mod cli;
pub mod clock;
pub mod config;
pub mod connector;
pub mod data;
pub mod dsp;
pub mod graph;
pub mod http_client;
pub mod identity;
pub mod ids;
pub mod keys;
pub mod management;
pub mod operations;
pub mod problem;
pub mod startup;
pub mod statistics;
pub mod storage;
pub mod telemetry;
pub mod terms;
pub mod ui;
pub mod vault;
pub mod worker;
