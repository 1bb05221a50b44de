use std::fmt;
use std::sync::Arc;

use ::did_key::{Ed25519KeyPair, Fingerprint, from_existing_key};
use curve25519_dalek::edwards::CompressedEdwardsY;
use josekit::jws::alg::eddsa::{EddsaJwsSigner, EddsaJwsVerifier};
use josekit::jws::{EdDSA, JwsSigner, JwsVerifier};
use thiserror::Error;
use zeroize::Zeroizing;

/// RFC 8410 §7: the `PrivateKeyInfo` of an Ed25519 key is this, then the 32-byte secret.
const PRIVATE_KEY_INFO: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// RFC 8410 §4: the `SubjectPublicKeyInfo` of an Ed25519 key is this, then the 32-byte public key.
const SUBJECT_PUBLIC_KEY_INFO: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The connector's Ed25519 key, named by the `did:key` made of its public half. Cloning shares the key.
#[derive(Clone)]
pub struct SigningKey {
    signer: EddsaJwsSigner,
    public: Arc<VerificationKey>,
}

impl SigningKey {
    /// The key that belongs to a 32-byte Ed25519 secret (RFC 8032 §5.1.5).
    ///
    /// # Errors
    /// [`KeyError::Refused`] if the cryptographic library does not take it.
    pub fn from_secret(secret: &[u8; 32]) -> Result<Self, KeyError> {
        let mut der = Zeroizing::new([0; PRIVATE_KEY_INFO.len() + 32]);
        let (head, tail) = der.split_at_mut(PRIVATE_KEY_INFO.len());
        head.copy_from_slice(&PRIVATE_KEY_INFO);
        tail.copy_from_slice(secret);
        let pair = EdDSA.key_pair_from_der(der.as_slice()).map_err(|_| KeyError::Refused)?;
        let spki = pair.to_der_public_key();
        let bytes = spki.strip_prefix(&SUBJECT_PUBLIC_KEY_INFO).ok_or(KeyError::Refused)?;
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| KeyError::Refused)?;
        let public = VerificationKey::from_bytes(bytes)?;
        let signer = EdDSA.signer_from_der(der.as_slice()).map_err(|_| KeyError::Refused)?;
        Ok(Self { signer, public: Arc::new(public) })
    }

    /// The DID, `did:key:z6Mk…`.
    pub fn did(&self) -> &str {
        self.public.did()
    }

    /// The DID URL of the verification method, `did:key:z6Mk…#z6Mk…`.
    pub fn key_id(&self) -> &str {
        self.public.key_id()
    }

    /// The public half.
    pub fn verification_key(&self) -> &VerificationKey {
        &self.public
    }

    /// The Ed25519 signature of `message`.
    ///
    /// # Errors
    /// [`KeyError::Signing`] if the cryptographic library fails, which for a loaded key means that memory ran out.
    pub fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError> {
        let signature = self.signer.sign(message).map_err(|_| KeyError::Signing)?;
        signature.try_into().map_err(|_| KeyError::Signing)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("did", &self.did()).finish_non_exhaustive()
    }
}

/// A public Ed25519 key, ready to verify with, and the names a `did:key` gives it.
#[derive(Clone)]
pub struct VerificationKey {
    bytes: [u8; 32],
    verifier: EddsaJwsVerifier,
    did: String,
    key_id: String,
}

impl VerificationKey {
    /// Takes the 32 bytes of RFC 8032 §5.1.2.
    ///
    /// # Errors
    /// [`KeyError::Refused`] if they are no point of the curve, not its canonical form, or a point of small order (under
    /// which signatures of anyone on anything verify).
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, KeyError> {
        let point = CompressedEdwardsY(bytes).decompress().ok_or(KeyError::Refused)?;
        if point.is_small_order() || point.compress().to_bytes() != bytes {
            return Err(KeyError::Refused);
        }
        let mut spki = SUBJECT_PUBLIC_KEY_INFO.to_vec();
        spki.extend_from_slice(&bytes);
        let verifier = EdDSA.verifier_from_der(&spki).map_err(|_| KeyError::Refused)?;
        let fingerprint = from_existing_key::<Ed25519KeyPair>(&bytes, None).fingerprint();
        let did = format!("did:key:{fingerprint}");
        let key_id = format!("{did}#{fingerprint}");
        Ok(Self { bytes, verifier, did, key_id })
    }

    /// The 32 bytes of RFC 8032 §5.1.2.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The DID, `did:key:z6Mk…`.
    pub fn did(&self) -> &str {
        &self.did
    }

    /// The DID URL of the verification method, `did:key:z6Mk…#z6Mk…`.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Checks an Ed25519 signature of `message`.
    ///
    /// # Errors
    /// [`BadSignature`] if it is not one by this key; nothing more is known about why.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), BadSignature> {
        self.verifier.verify(message, signature).map_err(|_| BadSignature)
    }
}

impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VerificationKey").field(&self.did).finish()
    }
}

impl PartialEq for VerificationKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for VerificationKey {}

/// The signature is not one of this key over this message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the signature does not match")]
pub struct BadSignature;

/// What can go wrong with a key of our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The bytes are not a usable Ed25519 key.
    #[error("the bytes are not a usable Ed25519 key")]
    Refused,
    /// The cryptographic library could not sign.
    #[error("the cryptographic library could not sign")]
    Signing,
    /// The operating system gave no randomness.
    #[error("the operating system gave no random bytes")]
    Randomness,
}
