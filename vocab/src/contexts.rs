//! JSON-LD contexts, built in.
//!
//! Messages name their contexts by URL. [`document`] answers for the URLs that this crate knows and for no other: a message
//! can never make anybody fetch something. The documents are rendered once, on first use, from tables of terms; they mean
//! the same as the documents that the standards publish.
//!
//! ```
//! use symbolon_vocab::{contexts, dspace};
//!
//! assert!(contexts::document(dspace::CONTEXT).is_some());
//! assert!(contexts::document("https://example.com/context.jsonld").is_none());
//! ```

mod dataspace_protocol;
mod others;
mod tables;

use std::sync::LazyLock;

use crate::{catenax, did, dspace, edc, tractusx};

/// The JSON-LD document behind exactly this URL; `None` if it is not built in.
///
/// A `None` has to be treated as an error by the caller: terms of an unknown context have no meaning.
pub fn document(url: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == url).map(|(_, document)| document.as_str())
}

/// The URLs that [`document`] answers for.
pub fn urls() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(url, _)| *url)
}

static BUILT_IN: [(&str, LazyLock<String>); 6] = [
    (dspace::CONTEXT, LazyLock::new(dataspace_protocol::messages)),
    (dspace::ODRL_PROFILE, LazyLock::new(dataspace_protocol::odrl_profile)),
    (edc::DSPACE_CONTEXT, LazyLock::new(others::edc)),
    (tractusx::AUTH_CONTEXT, LazyLock::new(others::tractusx_auth)),
    (catenax::CONTEXT, LazyLock::new(others::catenax_policy)),
    (did::CONTEXT, LazyLock::new(others::did)),
];
