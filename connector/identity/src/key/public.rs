use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::VerifyingKey;
use josekit::jws::alg::ecdsa::{EcdsaJwsAlgorithm, EcdsaJwsVerifier};
use josekit::jws::alg::rsassa::RsassaJwsVerifier;
use josekit::jws::alg::rsassa_pss::RsassaPssJwsVerifier;
use josekit::jws::{JwsVerifier, PS256, RS256};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::curve::{Curve, Point};
use super::{Algorithm, BadSignature, KeyError, jwk, multikey};

/// The lengths of RSA moduli that are accepted, in bits: below is too weak, above costs too much.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A public key, ready to verify with. Cloning shares it.
#[derive(Clone)]
pub struct PublicKey(Arc<Inner>);

struct Inner {
    material: Material,
    verifier: Verifier,
    /// The one algorithm the owner allows, where an RSA key could have two.
    only: Option<Algorithm>,
}

/// What two equal keys have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Material {
    Ed25519([u8; 32]),
    Ec(Point),
    /// Modulus and exponent, big-endian without leading zeros.
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

/// Made once: making one costs as much as verifying with it.
enum Verifier {
    EdDsa(VerifyingKey),
    Ecdsa(EcdsaJwsVerifier),
    Rsa { pkcs1: RsassaJwsVerifier, pss: Box<RsassaPssJwsVerifier> },
}

impl PublicKey {
    /// Reads a JWK (RFC 7517): `OKP` with Ed25519; `EC` with P-256, secp256k1 or P-384; `RSA` of 2048 to 8192 bits.
    ///
    /// `use`, `key_ops` and `alg` must allow signatures to be verified, where they are there. Private members are ignored.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] or [`KeyError::Refused`].
    pub fn from_jwk(jwk: &Value) -> Result<Self, KeyError> {
        jwk::parse(jwk)
    }

    /// Reads a Multikey (`z…`, as in `did:key` and `publicKeyMultibase`): Ed25519, P-256, secp256k1 or P-384.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] or [`KeyError::Refused`].
    pub fn from_multikey(multikey: &str) -> Result<Self, KeyError> {
        Self::new(multikey::parse(multikey)?, None)
    }

    /// Takes the 32 bytes of an Ed25519 key (RFC 8032 §5.1.2).
    ///
    /// # Errors
    /// [`KeyError::Refused`] if they are no point of the curve, not its canonical form, or a point of small order (under
    /// which signatures of anyone on anything verify).
    pub fn from_ed25519(bytes: [u8; 32]) -> Result<Self, KeyError> {
        Self::new(Material::Ed25519(bytes), None)
    }

    pub(super) fn new(material: Material, only: Option<Algorithm>) -> Result<Self, KeyError> {
        let verifier = match &material {
            Material::Ed25519(bytes) => Verifier::EdDsa(ed25519(bytes)?),
            Material::Ec(point) => Verifier::Ecdsa(ecdsa(point)?),
            Material::Rsa { n, e } => rsa(n, e)?,
        };
        Ok(Self(Arc::new(Inner { material, verifier, only })))
    }

    /// The public members as a JWK, and nothing else: no `kid`, `alg` or `use`.
    pub fn jwk(&self) -> Value {
        jwk::render(&self.0.material)
    }

    /// The Multikey, `z…`. RSA keys have none here.
    pub fn multikey(&self) -> Option<String> {
        multikey::render(&self.0.material)
    }

    /// The SHA-256 thumbprint of RFC 7638, base64url.
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(jwk::canonical(&self.0.material)))
    }

    /// The algorithm to sign with under this key. For RSA it is RS256, unless the key is for PS256 only.
    pub fn algorithm(&self) -> Algorithm {
        match &self.0.material {
            Material::Ed25519(_) => Algorithm::EdDsa,
            Material::Ec(point) => point.curve.algorithm(),
            Material::Rsa { .. } => self.0.only.unwrap_or(Algorithm::Rs256),
        }
    }

    /// Whether signatures of this algorithm are checked with this key. Every other combination is refused.
    pub fn accepts(&self, algorithm: Algorithm) -> bool {
        match &self.0.material {
            Material::Ed25519(_) | Material::Ec(_) => algorithm == self.algorithm(),
            Material::Rsa { .. } => match self.0.only {
                Some(only) => algorithm == only,
                None => matches!(algorithm, Algorithm::Rs256 | Algorithm::Ps256),
            },
        }
    }

    /// Checks a signature of `message`. ECDSA signatures are `r` and `s`, one after the other (RFC 7518 §3.4).
    ///
    /// # Errors
    /// [`BadSignature`] if it is not one by this key, or the algorithm does not fit the key; nothing more is known about why.
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        if !self.accepts(algorithm) {
            return Err(BadSignature);
        }
        let verified = match &self.0.verifier {
            Verifier::EdDsa(key) => {
                let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| BadSignature)?;
                // Strict: one signature has one encoding, and a point of small order is no commitment.
                return key.verify_strict(message, &signature).map_err(|_| BadSignature);
            }
            Verifier::Ecdsa(verifier) => verifier.verify(message, signature),
            Verifier::Rsa { pss, .. } if algorithm == Algorithm::Ps256 => pss.verify(message, signature),
            Verifier::Rsa { pkcs1, .. } => pkcs1.verify(message, signature),
        };
        verified.map_err(|_| BadSignature)
    }

    /// The 32 bytes of an Ed25519 key (RFC 8032 §5.1.2).
    pub fn ed25519_bytes(&self) -> Option<&[u8; 32]> {
        match &self.0.material {
            Material::Ed25519(bytes) => Some(bytes),
            Material::Ec(_) | Material::Rsa { .. } => None,
        }
    }
}

fn ed25519(bytes: &[u8; 32]) -> Result<VerifyingKey, KeyError> {
    let unusable = KeyError::Refused("is not a usable Ed25519 key");
    let key = VerifyingKey::from_bytes(bytes).map_err(|_| unusable.clone())?;
    // Small order, or a coordinate that was not reduced.
    if key.is_weak() || key.to_edwards().compress().as_bytes() != bytes {
        return Err(unusable);
    }
    Ok(key)
}

fn ecdsa(point: &Point) -> Result<EcdsaJwsVerifier, KeyError> {
    let algorithm = match point.curve {
        Curve::P256 => EcdsaJwsAlgorithm::Es256,
        Curve::Secp256k1 => EcdsaJwsAlgorithm::Es256k,
        Curve::P384 => EcdsaJwsAlgorithm::Es384,
    };
    algorithm.verifier_from_der(point.to_spki()?).map_err(|_| KeyError::Refused("is not a usable key of its curve"))
}

fn rsa(n: &[u8], e: &[u8]) -> Result<Verifier, KeyError> {
    let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
    if !RSA_BITS.contains(&bits) {
        return Err(KeyError::Refused("is an RSA key of fewer than 2048 or more than 8192 bits"));
    }
    // A large exponent makes every check slow, an even one or 1 is no key. 65537 is what everybody has; 3 and 17 exist.
    if e.len() > 4 || n.last().is_none_or(|last| last & 1 == 0) || e.last().is_none_or(|last| last & 1 == 0) || e == [1]
    {
        return Err(KeyError::Refused("is an RSA key with an unusable modulus or exponent"));
    }
    let unusable = |_| KeyError::Refused("is not a usable RSA key");
    let jwk = josekit::jwk::Jwk::from_map(jwk::members(&Material::Rsa { n: n.to_vec(), e: e.to_vec() }));
    let jwk = jwk.map_err(unusable)?;
    Ok(Verifier::Rsa {
        pkcs1: RS256.verifier_from_jwk(&jwk).map_err(unusable)?,
        pss: Box::new(PS256.verifier_from_jwk(&jwk).map_err(unusable)?),
    })
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.material == other.0.material
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {})", self.algorithm(), self.thumbprint())
    }
}
