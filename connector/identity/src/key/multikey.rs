//! Multikeys (W3C Controlled Identifiers 1.0 §2.2.2): multibase base58btc over a multicodec and the key.

use super::KeyError;
use super::curve::{Curve, Point};
use super::public::Material;

/// The multicodecs `ed25519-pub`, `p256-pub`, `secp256k1-pub` and `p384-pub` as varints.
const ED25519: [u8; 2] = [0xed, 0x01];
const P256: [u8; 2] = [0x80, 0x24];
const SECP256K1: [u8; 2] = [0xe7, 0x01];
const P384: [u8; 2] = [0x81, 0x24];

/// The longest value looked at, in characters. The longest supported one has 70.
const LONGEST: usize = 128;

pub(super) fn parse(multikey: &str) -> Result<Material, KeyError> {
    let base58 = multikey.strip_prefix('z').ok_or(KeyError::Refused("is not in multibase base58btc"))?;
    if base58.len() > LONGEST {
        return Err(KeyError::Unsupported("a Multikey that is too long".into()));
    }
    let bytes = bs58::decode(base58).into_vec().map_err(|_| KeyError::Refused("is not in base58"))?;
    let Some((codec, key)) = bytes.split_first_chunk::<2>() else {
        return Err(KeyError::Refused("has no multicodec"));
    };
    match *codec {
        ED25519 => {
            let key = key.try_into().map_err(|_| KeyError::Refused("does not have the 32 bytes of an Ed25519 key"))?;
            Ok(Material::Ed25519(key))
        }
        P256 => Point::from_compressed(Curve::P256, key).map(Material::Ec),
        SECP256K1 => Point::from_compressed(Curve::Secp256k1, key).map(Material::Ec),
        P384 => Point::from_compressed(Curve::P384, key).map(Material::Ec),
        [first, second] => Err(KeyError::Unsupported(format!("multicodec {first:02x}{second:02x}"))),
    }
}

pub(super) fn render(material: &Material) -> Option<String> {
    let bytes = match material {
        Material::Ed25519(bytes) => [ED25519.as_slice(), bytes].concat(),
        Material::Ec(point) => {
            let codec = match point.curve {
                Curve::P256 => P256,
                Curve::Secp256k1 => SECP256K1,
                Curve::P384 => P384,
            };
            [codec.as_slice(), &point.compressed()].concat()
        }
        Material::Rsa { .. } => return None,
    };
    Some(format!("z{}", bs58::encode(bytes).into_string()))
}
