//! Points and secrets of the three Weierstrass curves, checked with OpenSSL.

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint, PointConversionForm};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use zeroize::Zeroizing;

use super::{Algorithm, KeyError};

/// A curve for ECDSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    Secp256k1,
    P384,
}

/// A point on a curve: both coordinates, big-endian, of the curve's length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) curve: Curve,
    pub(super) x: Vec<u8>,
    pub(super) y: Vec<u8>,
}

const NOT_A_POINT: KeyError = KeyError::Refused("is not a point on its curve");

impl Curve {
    /// The curve that a JWK's `crv` names.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::P256, Self::Secp256k1, Self::P384].into_iter().find(|curve| curve.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::Secp256k1 => "secp256k1",
            Self::P384 => "P-384",
        }
    }

    pub(super) fn algorithm(self) -> Algorithm {
        match self {
            Self::P256 => Algorithm::Es256,
            Self::Secp256k1 => Algorithm::Es256K,
            Self::P384 => Algorithm::Es384,
        }
    }

    /// The length of a coordinate, in bytes.
    pub(super) fn length(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
        }
    }

    fn group(self) -> Result<EcGroup, ErrorStack> {
        EcGroup::from_curve_name(match self {
            Self::P256 => Nid::X9_62_PRIME256V1,
            Self::Secp256k1 => Nid::SECP256K1,
            Self::P384 => Nid::SECP384R1,
        })
    }

    /// The public point of a secret, and the secret as PKCS#8 in DER.
    pub(super) fn key_pair(self, secret: &[u8; 32]) -> Result<(Point, Zeroizing<Vec<u8>>), KeyError> {
        let out_of_range = |_: ErrorStack| KeyError::Refused("has a secret that is out of range");
        let make = || -> Result<_, ErrorStack> {
            let group = self.group()?;
            let mut number = BigNum::from_slice(secret)?;
            let mut point = EcPoint::new(&group)?;
            let mut context = BigNumContext::new()?;
            point.mul_generator2(&group, &number, &mut context)?;
            let key = EcKey::from_private_components(&group, &number, &point)?;
            number.clear();
            key.check_key()?;
            let der = Zeroizing::new(PKey::from_ec_key(key)?.private_key_to_pkcs8()?);
            Ok((Point::read(self, &group, &point)?, der))
        };
        make().map_err(out_of_range)
    }
}

impl Point {
    /// From both coordinates, each of the curve's length (RFC 7518 §6.2.1).
    pub(super) fn from_coordinates(curve: Curve, x: &[u8], y: &[u8]) -> Result<Self, KeyError> {
        if x.len() != curve.length() || y.len() != curve.length() {
            return Err(KeyError::Refused("has a coordinate of the wrong length"));
        }
        let encoded = [&[0x04], x, y].concat();
        Self::decode(curve, &encoded).map_err(|_| NOT_A_POINT)
    }

    /// From the compressed form of SEC 1 §2.3.3.
    pub(super) fn from_compressed(curve: Curve, encoded: &[u8]) -> Result<Self, KeyError> {
        if encoded.len() != curve.length() + 1 || !matches!(encoded.first(), Some(2 | 3)) {
            return Err(KeyError::Refused("is not a compressed point of its curve's length"));
        }
        Self::decode(curve, encoded).map_err(|_| NOT_A_POINT)
    }

    /// OpenSSL refuses what is not on the curve.
    fn decode(curve: Curve, encoded: &[u8]) -> Result<Self, ErrorStack> {
        let group = curve.group()?;
        let mut context = BigNumContext::new()?;
        let point = EcPoint::from_bytes(&group, encoded, &mut context)?;
        Self::read(curve, &group, &point)
    }

    fn read(curve: Curve, group: &EcGroup, point: &EcPoint) -> Result<Self, ErrorStack> {
        let mut context = BigNumContext::new()?;
        let bytes = point.to_bytes(group, PointConversionForm::UNCOMPRESSED, &mut context)?;
        let (x, y) = bytes.get(1..).unwrap_or_default().split_at(curve.length().min(bytes.len().saturating_sub(1)));
        Ok(Self { curve, x: x.to_vec(), y: y.to_vec() })
    }

    /// The compressed form of SEC 1 §2.3.3.
    pub(super) fn compressed(&self) -> Vec<u8> {
        let odd = self.y.last().is_some_and(|last| last & 1 == 1);
        [&[if odd { 3 } else { 2 }], self.x.as_slice()].concat()
    }

    /// The `SubjectPublicKeyInfo` in DER (RFC 5480).
    pub(super) fn to_spki(&self) -> Result<Vec<u8>, KeyError> {
        let make = || {
            let group = self.curve.group()?;
            let mut context = BigNumContext::new()?;
            let encoded = [&[0x04], self.x.as_slice(), &self.y].concat();
            let point = EcPoint::from_bytes(&group, &encoded, &mut context)?;
            PKey::from_ec_key(EcKey::from_public_key(&group, &point)?)?.public_key_to_der()
        };
        make().map_err(|_: ErrorStack| NOT_A_POINT)
    }
}
