//! Several connectors together, the official kits against one, foreign peers. Nothing depends on this crate.
//!
//! A connector is always a process of its own ([`connector::Connector`]) and is driven as an operator drives it: through its
//! management API, its event stream and its command line.

pub mod bench;
pub mod connector;
pub mod failure;
pub mod kit_dsp;
pub mod official;
pub mod partners;
pub mod peer;
pub mod ports;
pub mod random;
pub mod recorder;
pub mod server;
pub mod source;

pub use failure::Failure;
