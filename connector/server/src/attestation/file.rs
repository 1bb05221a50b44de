//! What an exported file holds, taken apart.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;
use symbolon_identity::attestation::{Role, digest, document_digest};
use symbolon_identity::did::{self, Did, DidDocument};

use crate::storage::agreements::Attestation;

/// The largest file that is looked at, in bytes.
pub const MAX_FILE: usize = 8 * 1024 * 1024;

/// The entries of `attestations` for one role. An entry that cannot be read is one whose signature does not verify.
pub(super) fn halves(file: &Value, role: Role) -> Vec<Attestation> {
    let text = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    entries(file, &["attestations"])
        .iter()
        .map(|entry| Attestation {
            role: text(entry, "role"),
            signer: text(entry, "signer"),
            credential: entry.get("credential").cloned().unwrap_or_default(),
            jwt: text(entry, "jwt"),
        })
        .filter(|half| half.role == role.to_string())
        .collect()
}

/// The party that the file names in this role.
pub(super) fn party(file: &Value, role: Role) -> Option<&str> {
    file.get("parties").and_then(|parties| parties.get(role.to_string())).and_then(Value::as_str)
}

/// The items of a list, none if there is no list.
pub(super) fn entries<'a>(file: &'a Value, path: &[&str]) -> &'a [Value] {
    let found = path.iter().try_fold(file, |value, name| value.get(name));
    found.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// DID documents by their digest, so that nobody can put another in the place of one.
#[derive(Clone, Debug, Default)]
pub struct Carried(HashMap<String, DidDocument>);

impl Carried {
    /// Takes in what is a DID document; anything else is as good as absent.
    pub fn new(documents: impl IntoIterator<Item = Value>) -> Self {
        let parsed = documents.into_iter().filter_map(|json| {
            let did = json.get("id").and_then(Value::as_str)?.to_owned();
            Some((document_digest(&json), DidDocument::parse(json, &did).ok()?))
        });
        Self(parsed.collect())
    }

    /// The documents in an exported file.
    pub(super) fn of(file: &Value) -> Self {
        Self::new(entries(file, &["evidence", "documents"]).iter().cloned())
    }

    /// The document of `did` with this digest. A `did:key` needs none: its document is made of its name.
    pub(super) fn find(&self, did: &str, digest: Option<&str>) -> Option<Cow<'_, DidDocument>> {
        match digest {
            Some(digest) => self.0.get(digest).filter(|document| did::same(document.id(), did)).map(Cow::Borrowed),
            None => of_key(did).map(Cow::Owned),
        }
    }
}

fn of_key(did: &str) -> Option<DidDocument> {
    let did = Did::parse(did).ok()?;
    let key = did::key::resolve(&did).ok()?;
    DidDocument::parse(did::key::document(&key)?, did.as_str()).ok()
}

/// The presented credentials in an exported file, by their digest.
pub(super) fn presented(file: &Value) -> HashMap<String, &str> {
    let texts = entries(file, &["evidence", "presented"]).iter().filter_map(Value::as_str);
    texts.map(|text| (digest(text.as_bytes()), text)).collect()
}
