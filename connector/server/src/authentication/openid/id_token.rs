//! Whether an id token holds (OpenID Connect Core 1.0, 3.1.3.7).

use serde_json::Value;
use symbolon_identity::PublicKey;
use symbolon_identity::jws::Compact;

use super::refused;
use crate::problem::Problem;

/// The code for a token whose key is not among those that are known.
pub(super) const UNKNOWN_KEY: &str = "oidc.key-unknown";
/// Difference of clocks that is allowed for, in seconds.
const SKEW: i64 = 30;
/// Keys that are read of a provider's set.
const KEYS: usize = 100;

/// The provider's keys that we can verify with.
#[derive(Debug)]
pub(super) struct Keys(Vec<(Option<String>, PublicKey)>);

impl Keys {
    /// Reads a set (RFC 7517, 5). What we cannot use is left out, as the RFC demands.
    pub(super) fn of(set: &Value) -> Self {
        let keys = set.get("keys").and_then(Value::as_array).into_iter().flatten().take(KEYS);
        let read = |jwk: &Value| {
            let kid = jwk.get("kid").and_then(Value::as_str).map(str::to_owned);
            PublicKey::from_jwk(jwk).ok().map(|key| (kid, key))
        };
        Self(keys.filter_map(read).collect())
    }

    /// The key with this id, or the only one where none is named.
    fn of_token(&self, kid: Option<&str>) -> Option<&PublicKey> {
        match (kid, self.0.as_slice()) {
            (Some(kid), keys) => keys.iter().find(|(id, _)| id.as_deref() == Some(kid)).map(|(_, key)| key),
            (None, [(_, only)]) => Some(only),
            (None, _) => None,
        }
    }
}

/// What a token has to say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a str,
    pub(super) nonce: &'a str,
    /// Seconds since the epoch.
    pub(super) now: i64,
}

/// The claims of a token that holds.
///
/// # Errors
/// `oidc.…`, naming what does not hold; [`UNKNOWN_KEY`] where newer keys may help.
pub(super) fn verify(token: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Value, Problem> {
    let malformed = |why: &str| refused("oidc.id-token", &format!("the id token {why}"));
    let jws = Compact::parse(token).map_err(malformed)?;
    if jws.algorithm().is_none() {
        return Err(refused("oidc.algorithm", "the id token names an algorithm that proves nothing here"));
    }
    let Some(key) = keys.of_token(jws.kid()) else {
        return Err(refused(UNKNOWN_KEY, "the id token is signed with a key that the provider does not publish"));
    };
    jws.verify(key).map_err(|_| refused("oidc.signature", "the signature of the id token does not hold"))?;
    let claims: Value = jws.claims().ok_or_else(|| malformed("has claims that are not a JSON object"))?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let time = |name: &str| claims.get(name).and_then(Value::as_f64).map(|time| time as i64);
    if text("iss") != Some(expected.issuer) {
        return Err(refused("oidc.issuer", "the id token is of another issuer"));
    }
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let party = text("azp");
    let party_fits = party.map_or(audience.len() == 1, |party| party == expected.client);
    if !audience.contains(&expected.client) || !party_fits {
        return Err(refused("oidc.audience", "the id token is for somebody else"));
    }
    let lives = time("exp").is_some_and(|end| expected.now < end.saturating_add(SKEW));
    let begun =
        [time("iat"), time("nbf")].into_iter().flatten().all(|begin| begin <= expected.now.saturating_add(SKEW));
    if !lives || !begun || time("iat").is_none() {
        return Err(refused("oidc.expired", "the id token does not hold at this time"));
    }
    if text("nonce") != Some(expected.nonce) {
        return Err(refused("oidc.nonce", "the id token belongs to another sign-in"));
    }
    Ok(claims)
}
