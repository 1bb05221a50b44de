//! DIDs and their documents (W3C DID Core 1.0): `did:key`, which is its own document, and `did:web`.

mod document;
mod error;
pub mod key;
mod resolver;
pub mod web;

use std::borrow::Cow;
use std::fmt;

pub use self::document::{DidDocument, Leniency, Relationship, ServiceEntry};
pub use self::error::{DidError, DidFault};
pub use self::resolver::{MAX_DOCUMENT, Resolver, ResolverOptions};

/// The longest DID that is looked at, in bytes.
pub const LONGEST: usize = 1024;

/// A DID that is well formed, in the spelling by which DIDs are compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Did(String);

impl Did {
    /// Takes `did:<method>:<id>` without path, query or fragment (DID Core §3.1), and normalises it as [`normalise`] does.
    ///
    /// # Errors
    /// [`DidFault::NotADid`].
    pub fn parse(did: &str) -> Result<Self, DidError> {
        let well_formed = did.len() <= LONGEST
            && did.strip_prefix("did:").and_then(|rest| rest.split_once(':')).is_some_and(|(method, id)| {
                !method.is_empty()
                    && method.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
                    && !id.is_empty()
                    && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:%".contains(&byte))
            });
        if !well_formed {
            return Err(DidError::new(did, DidFault::NotADid));
        }
        Ok(Self(normalise(did).into_owned()))
    }

    /// The DID.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The method, such as `web`.
    pub fn method(&self) -> &str {
        self.0.split(':').nth(1).unwrap_or_default()
    }

    /// What stands behind the method.
    pub fn method_specific_id(&self) -> &str {
        self.0.splitn(3, ':').nth(2).unwrap_or_default()
    }
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The spelling by which DIDs and DID URLs are compared: percent-encodings in upper case, so that `%3a` and `%3A` are one.
pub fn normalise(did: &str) -> Cow<'_, str> {
    let bytes = did.as_bytes();
    let lower = |position: usize| {
        bytes
            .get(position + 1..position + 3)
            .is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit) && pair.iter().any(u8::is_ascii_lowercase))
    };
    let places: Vec<usize> = did.match_indices('%').map(|(position, _)| position).filter(|at| lower(*at)).collect();
    if places.is_empty() {
        return Cow::Borrowed(did);
    }
    let mut normal = did.to_owned();
    for position in places {
        let upper = did[position..position + 3].to_ascii_uppercase();
        normal.replace_range(position..position + 3, &upper);
    }
    Cow::Owned(normal)
}

/// Whether two spellings are one DID or DID URL.
pub fn same(left: &str, right: &str) -> bool {
    left == right || normalise(left) == normalise(right)
}

/// Takes a DID URL apart: the DID, and the fragment without `#` if there is one. Nothing is checked.
pub fn split(url: &str) -> (&str, Option<&str>) {
    match url.split_once('#') {
        Some((did, fragment)) => (did, Some(fragment)),
        None => (url, None),
    }
}
