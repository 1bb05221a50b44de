//! The keys of this connector: which sign, for what, until when, and how they are published.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use thiserror::Error;

use crate::did::{self, Did, DidError, Relationship};
use crate::key::{KeyError, KeyKind, PublicKey, SigningKey};
use crate::keystore::TokenSecret;

/// How long a key that no longer signs may still be used to check what lives for minutes only (tokens and presentations).
/// Credentials and attestations live longer; for them it counts as long as it is published.
pub const SHORT_LIVED: Duration = Duration::from_secs(900);

/// The most keys in a keyring, those that no longer sign included.
const MOST: usize = 1000;

/// The contexts of our DID document: CX-0049 wants all four.
const CONTEXTS: [&str; 4] = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/suites/jws-2020/v1",
    "https://w3id.org/dspace-dcp/v1.0/dcp.jsonld",
    "https://w3id.org/dspace/2025/1/context.jsonld",
];

/// A key of ours and what it is for.
#[derive(Debug, Clone)]
pub struct Held {
    /// The DID URL of the verification method, absolute.
    pub id: String,
    /// The key.
    pub key: SigningKey,
    /// What it signs.
    pub relationships: Vec<Relationship>,
    /// Since when it signs.
    pub created: Timestamp,
    /// When it stops to sign.
    pub signs_until: Option<Timestamp>,
    /// When it disappears from the DID document.
    pub published_until: Option<Timestamp>,
}

/// A key of ours that signs no more. Its secret is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retired {
    /// The DID URL of the verification method, absolute.
    pub id: String,
    /// The public half.
    pub public: PublicKey,
    /// What it signed.
    pub relationships: Vec<Relationship>,
    /// Since when it signed.
    pub created: Timestamp,
    /// When it stopped to sign.
    pub signed_until: Timestamp,
    /// When it disappears from the DID document.
    pub published_until: Timestamp,
}

/// A service for our DID document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The fragment of its id.
    pub id: String,
    /// Its type, such as `CredentialService`.
    pub kind: String,
    /// Where it is.
    pub endpoint: String,
}

/// All keys of one DID. It does not change; [`Keyring::rotate`] makes another.
#[derive(Debug, Clone)]
pub struct Keyring {
    did: String,
    held: Vec<Held>,
    retired: Vec<Retired>,
    token_secret: TokenSecret,
}

impl Keyring {
    /// A keyring of parts: for keys that a vault keeps, and for tests.
    ///
    /// # Errors
    /// [`KeyringError::Unfit`] if the keys do not fit the DID; [`KeyringError::Did`] if it is none we can be.
    pub fn new(
        did: &str,
        held: Vec<Held>,
        retired: Vec<Retired>,
        token_secret: TokenSecret,
    ) -> Result<Self, KeyringError> {
        let did = Did::parse(did)?;
        let keyring = Self { did: did.as_str().to_owned(), held, retired, token_secret };
        match did.method() {
            "key" => keyring.check_did_key(&did)?,
            _ => {
                // What cannot be resolved by others is no DID for us.
                did::web::url(&did, false)?;
            }
        }
        keyring.check()?;
        Ok(keyring)
    }

    /// A new `did:key` with an Ed25519 key that may do everything, and a new token secret.
    ///
    /// # Errors
    /// [`KeyringError::Key`] if no randomness can be had.
    pub fn generate_did_key(now: Timestamp) -> Result<Self, KeyringError> {
        Self::of_did_key(SigningKey::generate(KeyKind::Ed25519)?, TokenSecret::generate()?, now)
    }

    /// The `did:key` of an Ed25519 key.
    ///
    /// # Errors
    /// [`KeyringError::Unfit`] if the key is of another kind.
    pub fn of_did_key(key: SigningKey, token_secret: TokenSecret, created: Timestamp) -> Result<Self, KeyringError> {
        let did = did::key::did(key.public()).ok_or(KeyringError::Unfit("a did:key has an Ed25519 key"))?;
        let held = Held {
            id: did::key::key_id(&did),
            key,
            relationships: Relationship::ALL.to_vec(),
            created,
            signs_until: None,
            published_until: None,
        };
        Self::new(&did, vec![held], Vec::new(), token_secret)
    }

    /// New keys for a `did:web`: a P-256 key that may do everything, an Ed25519 key that signs credentials, and a new token
    /// secret.
    ///
    /// # Errors
    /// [`KeyringError::Did`] if `did` is not a `did:web`; [`KeyringError::Key`] if no randomness can be had.
    pub fn generate_web(did: &str, now: Timestamp) -> Result<Self, KeyringError> {
        let did = Did::parse(did)?;
        did::web::url(&did, false)?;
        let held = vec![
            Held::new(did.as_str(), SigningKey::generate(KeyKind::P256)?, Relationship::ALL.to_vec(), now),
            Held::new(did.as_str(), SigningKey::generate(KeyKind::Ed25519)?, vec![Relationship::AssertionMethod], now),
        ];
        Self::new(did.as_str(), held, Vec::new(), TokenSecret::generate()?)
    }

    /// Our DID.
    pub fn did(&self) -> &str {
        &self.did
    }

    /// The keys that sign, or will, or did until now.
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    /// The keys that sign no more, oldest first.
    pub fn retired(&self) -> &[Retired] {
        &self.retired
    }

    /// The secret for what only this connector has to verify.
    pub fn token_secret(&self) -> &TokenSecret {
        &self.token_secret
    }

    /// The key to sign a JWT with, in this relationship: the newest that signs now; of several, P-256 before secp256k1 before
    /// Ed25519.
    ///
    /// # Errors
    /// [`KeyringError::NoSigner`].
    pub fn signer(&self, relationship: Relationship, now: Timestamp) -> Result<&Held, KeyringError> {
        let preference = |held: &Held| match held.key.kind() {
            KeyKind::P256 => 2,
            KeyKind::Secp256k1 => 1,
            KeyKind::Ed25519 => 0,
        };
        let signing = self.held.iter().filter(|held| held.signs(relationship, now));
        signing.max_by_key(|held| (preference(held), held.created)).ok_or(KeyringError::NoSigner(relationship))
    }

    /// The key to sign a Data Integrity proof with (`eddsa-rdfc-2022`): the newest Ed25519 key that signs credentials now.
    pub fn data_integrity(&self, now: Timestamp) -> Option<&Held> {
        let signing = self
            .held
            .iter()
            .filter(|held| held.key.kind() == KeyKind::Ed25519 && held.signs(Relationship::AssertionMethod, now));
        signing.max_by_key(|held| held.created)
    }

    /// Our DID document as of now. The services of a `did:key` are left out: nobody could find them.
    pub fn document(&self, services: &[Service], now: Timestamp) -> Value {
        if let [held] = self.held.as_slice()
            && self.did.starts_with("did:key:")
            && let Some(document) = did::key::document(held.key.public())
        {
            return document;
        }
        let published = self.published(now);
        let method = |(id, key, _): &(&str, &PublicKey, Vec<Relationship>)| json!({"id": id, "type": "JsonWebKey2020", "controller": self.did, "publicKeyJwk": key.jwk()});
        let mut document = json!({
            "@context": CONTEXTS,
            "id": self.did,
            "verificationMethod": published.iter().map(method).collect::<Vec<_>>(),
        });
        for relationship in Relationship::ALL {
            let named = published.iter().filter(|(_, _, relationships)| relationships.contains(&relationship));
            document[relationship.name()] = named.map(|(id, _, _)| *id).collect();
        }
        let service = |service: &Service| {
            let id = format!("{}#{}", self.did, service.id);
            json!({"id": id, "type": service.kind, "serviceEndpoint": service.endpoint})
        };
        document["service"] = services.iter().map(service).collect();
        document
    }

    /// What the document lists: id, key, and what the key may be used for.
    fn published(&self, now: Timestamp) -> Vec<(&str, &PublicKey, Vec<Relationship>)> {
        let held = self.held.iter().filter(|held| held.published_until.is_none_or(|until| now < until));
        let held = held.map(|held| {
            let relationships = still(&held.relationships, held.signs_until, now);
            (held.id.as_str(), held.key.public(), relationships)
        });
        let retired = self.retired.iter().filter(|retired| now < retired.published_until).map(|retired| {
            let relationships = still(&retired.relationships, Some(retired.signed_until), now);
            (retired.id.as_str(), &retired.public, relationships)
        });
        held.chain(retired).collect()
    }

    /// A keyring with a new key in the place of each that signs. The old ones stop to sign at once and lose their secrets. They
    /// stay published for `overlap`, so that what they signed still verifies.
    ///
    /// # Errors
    /// [`KeyringError::DidKey`] for a `did:key`, [`KeyringError::Elsewhere`] if a vault keeps a key, [`KeyringError::Key`] if no
    /// randomness can be had.
    pub fn rotate(&self, now: Timestamp, overlap: Duration) -> Result<Self, KeyringError> {
        if self.did.starts_with("did:key:") {
            return Err(KeyringError::DidKey);
        }
        if self.held.iter().any(|held| held.key.is_remote()) {
            return Err(KeyringError::Elsewhere);
        }
        let published_until = plus(now, overlap);
        let (mut held, mut retired) = (Vec::new(), self.retired.clone());
        for old in &self.held {
            let signed_until = old.signs_until.map_or(now, |until| until.min(now));
            retired.push(Retired {
                id: old.id.clone(),
                public: old.key.public().clone(),
                relationships: old.relationships.clone(),
                created: old.created,
                signed_until,
                published_until: old.published_until.map_or(published_until, |until| until.min(published_until)),
            });
            if old.signs_until.is_none_or(|until| now < until) {
                let key = SigningKey::generate(old.key.kind())?;
                held.push(Held::new(&self.did, key, old.relationships.clone(), now));
            }
        }
        // The oldest are forgotten first; the newest may still be published.
        let excess = (retired.len() + held.len()).saturating_sub(MOST);
        retired.drain(..excess);
        Self::new(&self.did, held, retired, self.token_secret.clone())
    }

    fn check_did_key(&self, did: &Did) -> Result<(), KeyringError> {
        let key = did::key::resolve(did)?;
        match self.held.as_slice() {
            [held] if held.key.public() == &key && held.id == did::key::key_id(&self.did) => {}
            _ => return Err(KeyringError::Unfit("a did:key has one key, the one that it is made of")),
        }
        if key.ed25519_bytes().is_none() || !self.retired.is_empty() {
            return Err(KeyringError::Unfit("a did:key has an Ed25519 key, and no other before it"));
        }
        Ok(())
    }

    fn check(&self) -> Result<(), KeyringError> {
        let ids = || self.held.iter().map(|held| &held.id).chain(self.retired.iter().map(|retired| &retired.id));
        if ids().any(|id| !matches!(did::split(id), (did, Some(fragment)) if did == self.did && !fragment.is_empty())) {
            return Err(KeyringError::Unfit("the id of a key is its DID, # and a name"));
        }
        let distinct: std::collections::HashSet<&String> = ids().collect();
        if distinct.len() != ids().count() {
            return Err(KeyringError::Unfit("two keys have the same id"));
        }
        if distinct.len() > MOST {
            return Err(KeyringError::Unfit("there are too many keys"));
        }
        Ok(())
    }
}

impl Held {
    /// A key that signs from `created` on, named by its thumbprint (RFC 7638).
    pub fn new(did: &str, key: SigningKey, relationships: Vec<Relationship>, created: Timestamp) -> Self {
        let id = format!("{did}#{}", key.public().thumbprint());
        Self { id, key, relationships, created, signs_until: None, published_until: None }
    }

    /// Whether the key signs in this relationship now.
    pub fn signs(&self, relationship: Relationship, now: Timestamp) -> bool {
        self.relationships.contains(&relationship) && self.signs_until.is_none_or(|until| now < until)
    }
}

/// What a key may still be used for when it has stopped to sign.
fn still(relationships: &[Relationship], signed_until: Option<Timestamp>, now: Timestamp) -> Vec<Relationship> {
    let short_lived = signed_until.is_none_or(|until| now < plus(until, SHORT_LIVED));
    let counts = |relationship: &&Relationship| match relationship {
        Relationship::AssertionMethod => true,
        Relationship::Authentication | Relationship::CapabilityInvocation => short_lived,
    };
    relationships.iter().filter(counts).copied().collect()
}

fn plus(time: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| time.checked_add(duration).ok())
        .unwrap_or(Timestamp::MAX)
}

/// What can be wrong with a keyring, or what it cannot do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyringError {
    /// No key signs in this relationship now.
    #[error("no key of this connector signs for {0} at this time")]
    NoSigner(Relationship),
    /// The keys and the DID do not fit; the text says the rule.
    #[error("the keys do not fit the DID: {0}")]
    Unfit(&'static str),
    /// A `did:key` is its key.
    #[error(
        "a did:key is its key, so the key cannot be changed without becoming somebody else: use a did:web to rotate keys"
    )]
    DidKey,
    /// A vault keeps the key.
    #[error("the keys are kept in a vault: rotate them there")]
    Elsewhere,
    /// The DID is none that we can have.
    #[error("the DID cannot be used: {0}")]
    Did(#[from] DidError),
    /// A key could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl KeyringError {
    /// A stable code for programs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSigner(_) => "keyring-no-signer",
            Self::Unfit(_) => "keyring-unfit",
            Self::DidKey => "keyring-did-key",
            Self::Elsewhere => "keyring-elsewhere",
            Self::Did(error) => error.code(),
            Self::Key(error) => error.code(),
        }
    }
}
