//! A foreign company that is honest once and hostile in every other way that is known, at a real connector.
//!
//! The connector lives in a dataspace that believes the peer's issuer. Each attack changes one thing of what is honest; each
//! is refused with a code and a reason in the protocol's error, and leaves a line in the log.

mod agreements;
mod credentials;
mod documents;
mod presentations;
mod rotation;
mod stage;
mod tokens;
