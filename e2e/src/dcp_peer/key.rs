//! Keys of the peer.

use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jws::{ES256, ES256K, EdDSA, HS256, JwsSigner};
use serde_json::{Map, Value};

use super::by_josekit;
use crate::Failure;

/// What kind of key it is, and so how it signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `EdDSA`
    Ed25519,
    /// `ES256`
    P256,
    /// `ES256K`
    Secp256k1,
}

impl Kind {
    /// The JOSE `alg`.
    pub fn algorithm(self) -> &'static str {
        match self {
            Self::Ed25519 => "EdDSA",
            Self::P256 => "ES256",
            Self::Secp256k1 => "ES256K",
        }
    }
}

/// A private key with the fragment that it has in its DID document.
#[derive(Clone, Debug)]
pub struct Key {
    /// The part after `#`.
    pub fragment: String,
    /// What kind of key it is.
    pub kind: Kind,
    jwk: Jwk,
}

impl Key {
    /// A new random key.
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn generate(fragment: &str, kind: Kind) -> Result<Self, Failure> {
        let jwk = match kind {
            Kind::Ed25519 => Jwk::generate_ed_key(EdCurve::Ed25519),
            Kind::P256 => Jwk::generate_ec_key(EcCurve::P256),
            Kind::Secp256k1 => Jwk::generate_ec_key(EcCurve::Secp256k1),
        };
        Ok(Self { fragment: fragment.to_owned(), kind, jwk: jwk.map_err(by_josekit)? })
    }

    /// The public half as a JSON Web Key without any further member.
    pub fn public(&self) -> Value {
        let members = ["kty", "crv", "x", "y"];
        let found = members.into_iter().filter_map(|name| Some((name.to_owned(), self.jwk.parameter(name)?.clone())));
        let mut members: Map<String, Value> = found.collect();
        members.insert("kty".to_owned(), self.jwk.key_type().into());
        Value::Object(members)
    }

    /// The signature over these bytes; ECDSA as r‖s.
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let signer: Box<dyn JwsSigner> = match self.kind {
            Kind::Ed25519 => Box::new(EdDSA.signer_from_jwk(&self.jwk).map_err(by_josekit)?),
            Kind::P256 => Box::new(ES256.signer_from_jwk(&self.jwk).map_err(by_josekit)?),
            Kind::Secp256k1 => Box::new(ES256K.signer_from_jwk(&self.jwk).map_err(by_josekit)?),
        };
        signer.sign(bytes).map_err(by_josekit)
    }
}

/// The HMAC that a careless verifier would accept when it takes a public key for a shared secret.
///
/// # Errors
/// When the secret is too short.
pub(super) fn hmac(secret: &[u8], bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    HS256.signer_from_bytes(secret).map_err(by_josekit)?.sign(bytes).map_err(by_josekit)
}
