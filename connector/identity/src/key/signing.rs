use std::fmt;
use std::sync::Arc;

use ed25519_dalek::Signer as _;
use futures_util::future::BoxFuture;
use josekit::jws::JwsSigner;
use josekit::jws::alg::ecdsa::{EcdsaJwsAlgorithm, EcdsaJwsSigner};
use zeroize::Zeroizing;

use super::curve::Curve;
use super::public::Material;
use super::{Algorithm, KeyError, KeyKind, PublicKey};

/// How many times a random secret may be out of its curve's range, which happens once in 2³².
const ATTEMPTS: usize = 8;

/// Signs a message with a key that somebody else keeps: EdDSA, or ECDSA over the message's SHA-256 with `r` and `s` one after
/// the other.
pub type RemoteSign = Arc<dyn Fn(Vec<u8>) -> BoxFuture<'static, Result<Vec<u8>, KeyError>> + Send + Sync>;

/// A key of ours. Cloning shares it; the secret is overwritten when the last clone is dropped.
#[derive(Clone)]
pub struct SigningKey(Arc<Inner>);

struct Inner {
    kind: KeyKind,
    public: PublicKey,
    signer: Signer,
}

enum Signer {
    /// Overwrites its secret by itself.
    EdDsa(ed25519_dalek::SigningKey),
    Ecdsa {
        secret: Zeroizing<[u8; 32]>,
        signer: EcdsaJwsSigner,
    },
    Remote(RemoteSign),
}

impl SigningKey {
    /// A new key of the operating system's randomness.
    ///
    /// # Errors
    /// [`KeyError::Randomness`].
    pub fn generate(kind: KeyKind) -> Result<Self, KeyError> {
        let mut secret = Zeroizing::new([0; 32]);
        for _ in 0..ATTEMPTS {
            getrandom::fill(secret.as_mut_slice()).map_err(|_| KeyError::Randomness)?;
            if let Ok(key) = Self::from_secret(kind, &secret) {
                return Ok(key);
            }
        }
        Err(KeyError::Randomness)
    }

    /// The key that belongs to a 32-byte secret: RFC 8032 §5.1.5 for Ed25519, a big-endian scalar for the others.
    ///
    /// # Errors
    /// [`KeyError::Refused`] if the scalar is zero or not below the order of the curve.
    pub fn from_secret(kind: KeyKind, secret: &[u8; 32]) -> Result<Self, KeyError> {
        let (public, signer) = match kind {
            KeyKind::Ed25519 => ed25519(secret)?,
            KeyKind::P256 => ecdsa(Curve::P256, EcdsaJwsAlgorithm::Es256, secret)?,
            KeyKind::Secp256k1 => ecdsa(Curve::Secp256k1, EcdsaJwsAlgorithm::Es256k, secret)?,
        };
        Ok(Self(Arc::new(Inner { kind, public, signer })))
    }

    /// A key that is kept elsewhere, such as in a vault. What comes back is checked with the public key.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] if we do not sign with keys like `public`.
    pub fn remote(public: PublicKey, sign: RemoteSign) -> Result<Self, KeyError> {
        let kind = match public.algorithm() {
            Algorithm::EdDsa => KeyKind::Ed25519,
            Algorithm::Es256 => KeyKind::P256,
            Algorithm::Es256K => KeyKind::Secp256k1,
            Algorithm::Es384 | Algorithm::Rs256 | Algorithm::Ps256 => {
                return Err(KeyError::Unsupported(format!("{} to sign with", public.algorithm())));
            }
        };
        Ok(Self(Arc::new(Inner { kind, public, signer: Signer::Remote(sign) })))
    }

    /// The kind of the key.
    pub fn kind(&self) -> KeyKind {
        self.0.kind
    }

    /// What it signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.0.kind.algorithm()
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.0.public
    }

    /// Whether somebody else keeps the secret.
    pub fn is_remote(&self) -> bool {
        matches!(self.0.signer, Signer::Remote(_))
    }

    /// The signature of `message`. ECDSA signatures are `r` and `s`, one after the other (RFC 7518 §3.4).
    ///
    /// # Errors
    /// [`KeyError::Signing`] if the cryptographic library fails, which for a loaded key means that memory ran out;
    /// [`KeyError::Remote`] if the vault does not answer with a signature of this key.
    pub async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.0.signer {
            Signer::EdDsa(_) | Signer::Ecdsa { .. } => self.sign_here(message),
            Signer::Remote(sign) => {
                let signature = sign(message.to_vec()).await?;
                let checked = self.0.public.verify(self.algorithm(), message, &signature);
                checked.map_err(|_| KeyError::Remote("its signature does not match the public key".into()))?;
                Ok(signature)
            }
        }
    }

    /// As [`SigningKey::sign`] for a key that is not remote, without waiting.
    ///
    /// # Errors
    /// As [`SigningKey::sign`]; [`KeyError::Remote`] if the key is kept elsewhere.
    pub fn sign_here(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.0.signer {
            Signer::EdDsa(key) => Ok(key.sign(message).to_vec()),
            Signer::Ecdsa { signer, .. } => signer.sign(message).map_err(|_| KeyError::Signing),
            Signer::Remote(_) => Err(KeyError::Remote("it has to be asked, and was not".into())),
        }
    }

    /// The secret, for the keystore. A remote key has none.
    pub(crate) fn secret(&self) -> Option<&[u8; 32]> {
        match &self.0.signer {
            Signer::EdDsa(key) => Some(key.as_bytes()),
            Signer::Ecdsa { secret, .. } => Some(secret),
            Signer::Remote(_) => None,
        }
    }
}

fn ed25519(secret: &[u8; 32]) -> Result<(PublicKey, Signer), KeyError> {
    let key = ed25519_dalek::SigningKey::from_bytes(secret);
    let public = PublicKey::from_ed25519(key.verifying_key().to_bytes())?;
    Ok((public, Signer::EdDsa(key)))
}

fn ecdsa(curve: Curve, algorithm: EcdsaJwsAlgorithm, secret: &[u8; 32]) -> Result<(PublicKey, Signer), KeyError> {
    let (point, der) = curve.key_pair(secret)?;
    let signer = algorithm.signer_from_der(der.as_slice()).map_err(|_| KeyError::Refused("is not a usable key"))?;
    let public = PublicKey::new(Material::Ec(point), None)?;
    Ok((public, Signer::Ecdsa { secret: Zeroizing::new(*secret), signer }))
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("public", &self.0.public).finish_non_exhaustive()
    }
}
