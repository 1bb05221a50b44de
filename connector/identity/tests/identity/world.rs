//! An issuer, a holder and a stranger with published documents, and a verifier that looks at them.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use symbolon_identity::credential::{
    Checker, Credential, CredentialError, Issuers, SchemaOptions, Schemas, StatusLists, StatusOptions,
    VerifiedCredential,
};
use symbolon_identity::did::{Relationship, Resolver, ResolverOptions};
use symbolon_identity::{Compatibility, Held, KeyKind, Keyring, SigningKey, TokenSecret, jws};

use crate::done;
use crate::peers::Peers;

pub(crate) const ISSUER: &str = "did:web:issuer.example";
pub(crate) const HOLDER: &str = "did:web:holder.example";
pub(crate) const STRANGER: &str = "did:web:stranger.example";
pub(crate) const VERIFIER: &str = "did:web:verifier.example";
/// Seconds since 1970 of [`now`].
pub(crate) const S: i64 = 1_790_000_000;
pub(crate) const V1: &str = "https://www.w3.org/2018/credentials/v1";
pub(crate) const V2: &str = "https://www.w3.org/ns/credentials/v2";

pub(crate) fn now() -> Timestamp {
    second(S)
}

pub(crate) fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A key of `did` that is the same in every run.
pub(crate) fn held(did: &str, kind: KeyKind, relationships: &[Relationship]) -> Held {
    let number = match kind {
        KeyKind::Ed25519 => 11,
        KeyKind::P256 => 12,
        KeyKind::Secp256k1 => 13,
    };
    // The first letter of the host: h, i, s.
    let number = number + did.as_bytes()[8];
    let key = SigningKey::from_secret(kind, &[number; 32]).unwrap();
    Held {
        id: format!("{did}#{kind:?}-{}", relationships.len()),
        key,
        relationships: relationships.to_vec(),
        created: second(0),
        signs_until: None,
        published_until: None,
    }
}

/// The P-256 key of `did` that does everything.
pub(crate) fn main_key(did: &str) -> Held {
    held(did, KeyKind::P256, &Relationship::ALL)
}

/// The Ed25519 key of `did` that signs credentials.
pub(crate) fn proof_key(did: &str) -> Held {
    held(did, KeyKind::Ed25519, &[Relationship::AssertionMethod])
}

/// The Ed25519 key of `did` that signs presentations.
pub(crate) fn presentation_key(did: &str) -> Held {
    let mut key = held(did, KeyKind::Ed25519, &[Relationship::Authentication, Relationship::CapabilityInvocation]);
    key.key = SigningKey::from_secret(KeyKind::Ed25519, &[77; 32]).unwrap();
    key
}

pub(crate) fn keys(did: &str) -> Vec<Held> {
    let exotic = held(did, KeyKind::Secp256k1, &[Relationship::AssertionMethod]);
    vec![main_key(did), proof_key(did), presentation_key(did), exotic]
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) peers: Arc<Peers>,
    pub(crate) resolver: Resolver,
    pub(crate) statuses: StatusLists,
    pub(crate) schemas: Schemas,
    pub(crate) issuers: Issuers,
    pub(crate) compatibility: Compatibility,
}

impl World {
    pub(crate) fn new() -> Self {
        let peers = Arc::new(Peers::default());
        for did in [ISSUER, HOLDER, STRANGER] {
            let keyring = Keyring::new(did, keys(did), Vec::new(), TokenSecret::from_bytes([1; 32])).unwrap();
            let host = did.strip_prefix("did:web:").unwrap();
            peers.publish(&format!("https://{host}/.well-known/did.json"), &keyring.document(&[], now()));
        }
        Self {
            resolver: Resolver::new(peers.clone(), ResolverOptions::default()),
            statuses: StatusLists::new(peers.clone(), StatusOptions::default()),
            schemas: Schemas::new(peers.clone(), SchemaOptions::default()),
            issuers: Issuers::Anyone,
            compatibility: Compatibility::default(),
            peers,
        }
    }

    pub(crate) fn checker(&self) -> Checker<'_> {
        Checker {
            resolver: &self.resolver,
            statuses: &self.statuses,
            schemas: &self.schemas,
            issuers: &self.issuers,
            compatibility: &self.compatibility,
            skew: SignedDuration::from_secs(5),
        }
    }

    pub(crate) fn check(&self, raw: &Value) -> Result<VerifiedCredential, CredentialError> {
        let credential = Credential::parse(raw, &self.compatibility)?;
        done(self.checker().verify(&credential, HOLDER, now()))
    }
}

/// A credential of data model 1.1 before it is signed; `null` takes a member away.
pub(crate) fn vc11(change: &Value) -> Value {
    let content = json!({
        "@context": [V1],
        "id": "urn:example:credential",
        "type": ["VerifiableCredential", "MembershipCredential"],
        "issuer": ISSUER,
        "issuanceDate": second(S - 100).to_string(),
        "expirationDate": second(S + 600).to_string(),
        "credentialSubject": {"id": HOLDER, "holderIdentifier": "BPNL000000000001"},
    });
    changed(content, change)
}

/// A credential of data model 2.0 before it is signed.
pub(crate) fn vc20(change: &Value) -> Value {
    let content = json!({
        "@context": [V2],
        "id": "urn:example:credential",
        "type": ["VerifiableCredential", "MembershipCredential"],
        "issuer": ISSUER,
        "validFrom": second(S - 100).to_string(),
        "validUntil": second(S + 600).to_string(),
        "credentialSubject": {"id": HOLDER, "holderIdentifier": "BPNL000000000001"},
    });
    changed(content, change)
}

/// The claims of a JWT around a credential of data model 1.1.
pub(crate) fn claims11(change: &Value, credential: &Value) -> Value {
    let claims = json!({"iss": ISSUER, "sub": HOLDER, "nbf": S - 100, "exp": S + 500, "vc": credential});
    changed(claims, change)
}

pub(crate) fn changed(mut value: Value, change: &Value) -> Value {
    let members = value.as_object_mut().unwrap();
    for (name, change) in change.as_object().unwrap() {
        members.shift_remove(name);
        if !change.is_null() {
            members.insert(name.clone(), change.clone());
        }
    }
    value
}

pub(crate) fn jwt(held: &Held, typ: &str, claims: &Value) -> Value {
    Value::String(done(jws::sign(held, typ, None, claims.to_string().as_bytes())).unwrap())
}
