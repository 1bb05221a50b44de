//! What runs without being asked: delivery of messages, pushes, the graph's projection, webhooks, records,
//! requests for credentials, and partners' catalogues.

pub mod crawler;
pub mod history;
pub mod issuance;
pub mod monitor;
pub mod outbox;
pub mod projector;
pub mod push;
pub mod recorder;
pub mod retention;
pub mod webhooks;
