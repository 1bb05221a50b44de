//! JSON Web Keys: RFC 7517, RFC 7518 §6, RFC 8037 §2, RFC 8812 §3.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::curve::{Curve, Point};
use super::public::Material;
use super::{Algorithm, KeyError, PublicKey};

/// The longest member that is decoded, in characters. An RSA modulus of 8192 bits has 1366.
const LONGEST: usize = 2048;

pub(super) fn parse(jwk: &Value) -> Result<PublicKey, KeyError> {
    let text = |name| jwk.get(name).and_then(Value::as_str);
    let material = match text("kty") {
        Some("OKP") => match text("crv") {
            Some("Ed25519") => {
                let x = decode(jwk, "x")?.try_into();
                Material::Ed25519(x.map_err(|_| KeyError::Refused("does not have the 32 bytes of an Ed25519 key"))?)
            }
            other => return Err(unsupported("OKP", other)),
        },
        Some("EC") => {
            let curve = text("crv").and_then(Curve::from_name).ok_or_else(|| unsupported("EC", text("crv")))?;
            Material::Ec(Point::from_coordinates(curve, &decode(jwk, "x")?, &decode(jwk, "y")?)?)
        }
        Some("RSA") => Material::Rsa { n: number(jwk, "n")?, e: number(jwk, "e")? },
        Some(other) => return Err(unsupported(other, None)),
        None => return Err(KeyError::Refused("is not a JWK: it has no kty")),
    };
    check_use(jwk)?;
    let only = match jwk.get("alg") {
        None => None,
        Some(alg) => Some(algorithm(alg)?),
    };
    let key = PublicKey::new(material, only)?;
    match only {
        Some(only) if !key.accepts(only) => Err(KeyError::Refused("has an alg that does not fit its kty and crv")),
        Some(_) | None => Ok(key),
    }
}

/// RFC 7517 §4.2 and §4.3: what the owner does not allow is not done.
fn check_use(jwk: &Value) -> Result<(), KeyError> {
    if jwk.get("use").is_some_and(|purpose| purpose != "sig") {
        return Err(KeyError::Refused("has a use other than sig"));
    }
    let operations = jwk.get("key_ops").map(|operations| operations.as_array().map(Vec::as_slice).unwrap_or_default());
    if operations.is_some_and(|operations| !operations.iter().any(|operation| operation == "verify")) {
        return Err(KeyError::Refused("has key_ops that do not include verify"));
    }
    Ok(())
}

/// `Ed25519` is the name of RFC 9864 for what RFC 8037 calls `EdDSA`.
fn algorithm(alg: &Value) -> Result<Algorithm, KeyError> {
    let name = alg.as_str().ok_or(KeyError::Refused("has an alg that is not a string"))?;
    let known = if name == "Ed25519" { Some(Algorithm::EdDsa) } else { Algorithm::from_name(name) };
    known.ok_or_else(|| KeyError::Unsupported(format!("alg {}", shortened(name))))
}

fn unsupported(kty: &str, crv: Option<&str>) -> KeyError {
    KeyError::Unsupported(format!("kty {}, crv {}", shortened(kty), crv.map_or_else(|| "none".to_owned(), shortened)))
}

/// Names from outside go into messages at bounded length and without control characters.
fn shortened(name: &str) -> String {
    name.chars().filter(|character| !character.is_control()).take(32).collect()
}

fn decode(jwk: &Value, name: &'static str) -> Result<Vec<u8>, KeyError> {
    let value = jwk.get(name).and_then(Value::as_str).filter(|value| value.len() <= LONGEST);
    value
        .and_then(|value| URL_SAFE_NO_PAD.decode(value).ok())
        .ok_or(KeyError::Refused("is a JWK with a member that is absent, too long or not base64url"))
}

/// RFC 7518 §2, Base64urlUInt; leading zeros, which it forbids and some write, are dropped.
fn number(jwk: &Value, name: &'static str) -> Result<Vec<u8>, KeyError> {
    let bytes = decode(jwk, name)?;
    Ok(bytes.into_iter().skip_while(|byte| *byte == 0).collect())
}

pub(super) fn render(material: &Material) -> Value {
    Value::Object(members(material))
}

/// RFC 7638 §3.3: the required members only, ordered by name, without spaces.
pub(super) fn canonical(material: &Material) -> String {
    render(material).to_string()
}

/// The required members in the order of their names.
pub(super) fn members(material: &Material) -> Map<String, Value> {
    let encode = |bytes: &[u8]| Value::String(URL_SAFE_NO_PAD.encode(bytes));
    let members = match material {
        Material::Ed25519(bytes) => vec![("crv", json!("Ed25519")), ("kty", json!("OKP")), ("x", encode(bytes))],
        Material::Ec(point) => vec![
            ("crv", json!(point.curve.name())),
            ("kty", json!("EC")),
            ("x", encode(&point.x)),
            ("y", encode(&point.y)),
        ],
        Material::Rsa { n, e } => vec![("e", encode(e)), ("kty", json!("RSA")), ("n", encode(n))],
    };
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
