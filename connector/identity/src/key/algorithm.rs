use std::fmt;

/// The JOSE algorithms that are accepted (RFC 7518 §3.1, RFC 8037, RFC 8812). There is no `none` here and nothing symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Ed25519.
    EdDsa,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// ECDSA with secp256k1 and SHA-256.
    Es256K,
    /// ECDSA with P-384 and SHA-384. Verified only.
    Es384,
    /// RSASSA-PKCS1-v1_5 with SHA-256. Verified only.
    Rs256,
    /// RSASSA-PSS with SHA-256. Verified only.
    Ps256,
}

impl Algorithm {
    const ALL: [Self; 6] = [Self::EdDsa, Self::Es256, Self::Es256K, Self::Es384, Self::Rs256, Self::Ps256];

    /// The value of the JOSE header's `alg`.
    pub fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Es256K => "ES256K",
            Self::Es384 => "ES384",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }

    /// The algorithm with this name. The case matters (RFC 7515 §4.1.1).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The kinds of keys that can be made and signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// Signs with [`Algorithm::EdDsa`].
    Ed25519,
    /// Signs with [`Algorithm::Es256`].
    P256,
    /// Signs with [`Algorithm::Es256K`].
    Secp256k1,
}

impl KeyKind {
    /// The name of the curve in a JWK, which is also the name in a keystore.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::P256 => "P-256",
            Self::Secp256k1 => "secp256k1",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Ed25519, Self::P256, Self::Secp256k1].into_iter().find(|kind| kind.name() == name)
    }

    /// What keys of this kind sign with.
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::Ed25519 => Algorithm::EdDsa,
            Self::P256 => Algorithm::Es256,
            Self::Secp256k1 => Algorithm::Es256K,
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
