//! The two machines against the standard, against each other, and against a bad network.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod agreement;
mod channel;
mod exploration;
mod hostile;
mod negotiation_reference;
mod partners;
mod pids;
mod resume;
mod tables;
mod transfer_reference;
