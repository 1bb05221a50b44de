//! Words that others define: the vocabularies, JSON-LD contexts and message shapes that dataspace connectors share.
//!
//! * One module per namespace, one documented constant per term ([`dspace`], [`odrl`], [`dcat`], …).
//! * [`contexts`]: the JSON-LD contexts that messages name, built in. Nothing is ever fetched.
//! * [`messages`]: every message of the Dataspace Protocol 2025-1, with a parser whose refusals name the member at fault.
//!
//! This crate decides nothing and does no IO: no clock, no network, no randomness, no logging.
//!
//! ```
//! use symbolon_vocab::messages::{self, TransferCompletionMessage};
//!
//! let body = br#"{
//!     "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
//!     "@type": "TransferCompletionMessage",
//!     "providerPid": "urn:uuid:1"
//! }"#;
//! let refusal = messages::parse::<TransferCompletionMessage>(body).unwrap_err();
//! assert_eq!(refusal.member, "consumerPid");
//! assert_eq!(refusal.reason, "`consumerPid` is missing.");
//! ```

/// Declares a vocabulary: its namespace, and one constant per term holding the term's full IRI.
macro_rules! vocabulary {
    ($(#[$namespace_doc:meta])* namespace = $namespace:literal; $($(#[$doc:meta])* $name:ident = $local:literal;)*) => {
        $(#[$namespace_doc])*
        pub const NAMESPACE: &str = $namespace;
        $($(#[$doc])* pub const $name: &str = concat!($namespace, $local);)*
    };
}

pub mod admissibility;
pub mod catenax;
pub mod cc;
pub mod contexts;
pub mod dcat;
pub mod dcp;
pub mod dct;
pub mod did;
pub mod dspace;
pub mod edc;
pub mod export_control;
pub mod idsa;
pub mod messages;
pub mod odrl;
pub mod prov;
pub mod rdf;
pub mod symbolon;
pub mod tractusx;
pub mod xsd;
