//! Credentials and presentations in JWTs: which kind a JWT is, and how its registered claims and its content become one.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::model::{MAX_JSON_DEPTH, MAX_RAW, Securing, depth};
use super::refusal::{CredentialError, Refusal, named};
use crate::compatibility::Compatibility;
use crate::jws::Compact;

/// What the registered claims `nbf` and `exp` say.
pub(super) type Window = (Option<Timestamp>, Option<Timestamp>);

/// The `typ` of a credential of data model 2.0; the second is an older draft's.
const VC_TYPES: [&str; 2] = ["vc+jwt", "vc-ld+jwt"];

/// The JWT in an enveloped credential or presentation (data model 2.0 §4.12, §4.13): `data:application/vc+jwt,…`. `None` if
/// `object` has another type.
pub(crate) fn enveloped<'a>(
    object: &'a Map<String, Value>,
    kind: &str,
    media: &[&str],
) -> Result<Option<&'a str>, &'static str> {
    let is_kind = match object.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(several)) => several.iter().any(|one| one == kind),
        Some(_) | None => false,
    };
    if !is_kind {
        return Ok(None);
    }
    let data = object.get("id").and_then(Value::as_str).and_then(|id| id.strip_prefix("data:application/"));
    // Some write the first comma of a data URL as a semicolon.
    let (kind, jwt) = data.and_then(|data| data.split_once([',', ';'])).ok_or("is an envelope without a data URL")?;
    if media.contains(&kind) { Ok(Some(jwt)) } else { Err("is an envelope of a media type that is not read here") }
}

/// The `typ` of a header without what may be left out: `application/` and its case.
pub(crate) fn media_type(compact: &Compact<'_>) -> String {
    let kind = compact.typ().unwrap_or_default().to_ascii_lowercase();
    kind.strip_prefix("application/").unwrap_or(&kind).to_owned()
}

/// The payload as an object of bounded depth.
pub(crate) fn claims(compact: &Compact<'_>) -> Result<Map<String, Value>, Refusal> {
    let claims: Map<String, Value> =
        compact.claims().ok_or(Refusal::Malformed("has a payload that is not a JSON object"))?;
    if claims.values().any(|claim| depth(claim) >= MAX_JSON_DEPTH) {
        return Err(Refusal::TooDeep);
    }
    Ok(claims)
}

/// A claim that is a NumericDate (RFC 7519 §2).
pub(crate) fn time(claims: &Map<String, Value>, name: &'static str) -> Result<Option<Timestamp>, &'static str> {
    let unreadable = "has a claim that should be a number of seconds and is not";
    match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(seconds)) => {
            let whole = seconds.as_i64().and_then(|seconds| Timestamp::from_second(seconds).ok());
            let broken = || {
                let seconds = seconds.as_f64()?;
                let duration = jiff::SignedDuration::try_from_secs_f64(seconds).ok()?;
                Timestamp::from_duration(duration).ok()
            };
            whole.or_else(broken).map(Some).ok_or(unreadable)
        }
        Some(_) => Err(unreadable),
    }
}

/// A claim that is a text.
pub(crate) fn text<'a>(claims: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a str>, &'static str> {
    match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err("has a claim that should be a text and is not"),
    }
}

/// Opens a credential in a JWT of at most [`MAX_RAW`] bytes.
pub(super) fn credential(
    jwt: &str,
    compatibility: &Compatibility,
) -> Result<(Securing, Map<String, Value>, Window), CredentialError> {
    let unnamed = |refusal| CredentialError::new("", &[], refusal);
    if jwt.len() > MAX_RAW {
        return Err(unnamed(Refusal::TooLarge));
    }
    let compact = Compact::parse(jwt).map_err(|why| unnamed(Refusal::Malformed(why)))?;
    open(&compact, compatibility)
}

/// As [`credential`] for a JWT whose size somebody else bounds.
pub(super) fn open(
    compact: &Compact<'_>,
    compatibility: &Compatibility,
) -> Result<(Securing, Map<String, Value>, Window), CredentialError> {
    let claims = claims(compact).map_err(|refusal| CredentialError::new("", &[], refusal))?;
    let securing = securing(compact, &claims).map_err(|why| CredentialError::new("", &[], Refusal::Malformed(why)))?;
    let content = match securing {
        Securing::Vc11Jwt => claims.get("vc").and_then(Value::as_object),
        Securing::Vc20Jwt | Securing::DataIntegrity => Some(&claims),
    };
    let content = content.cloned().unwrap_or_default();
    let (mut issuer, types) = named(&content);
    if let (Securing::Vc11Jwt, Ok(Some(iss))) = (securing, text(&claims, "iss")) {
        iss.clone_into(&mut issuer);
    }
    let refuse = |refusal| CredentialError::new(&issuer, &types, refusal);
    let malformed = |why| refuse(Refusal::Malformed(why));
    let window = (time(&claims, "nbf").map_err(malformed)?, time(&claims, "exp").map_err(malformed)?);
    let content = match securing {
        Securing::Vc11Jwt => merged(&claims, content, compatibility).map_err(malformed)?,
        Securing::Vc20Jwt | Securing::DataIntegrity => agreeing(&claims, content).map_err(refuse)?,
    };
    Ok((securing, content, window))
}

/// Which kind of credential a JWT is. Its `typ` decides where there is one, so that one kind cannot pass as another.
fn securing(compact: &Compact<'_>, claims: &Map<String, Value>) -> Result<Securing, &'static str> {
    let has_vc = claims.get("vc").is_some_and(Value::is_object);
    let has_context = claims.contains_key("@context");
    match (media_type(compact).as_str(), has_vc, has_context) {
        // VC-JOSE-COSE §3.1.3: the claims `vc` and `vp` do not occur.
        (kind, false, true) if VC_TYPES.contains(&kind) => Ok(Securing::Vc20Jwt),
        ("", false, true) => Ok(Securing::Vc20Jwt),
        ("" | "jwt", true, false) => Ok(Securing::Vc11Jwt),
        _ => Err("is a JWT of another type, or holds no credential"),
    }
}

/// Data model 1.1 §6.3.1: the registered claims stand for members of the credential, and win where both are there. The window
/// of validity is the exception: it is narrowed by both (see [`super::Credential::valid_until`]), never widened.
fn merged(
    claims: &Map<String, Value>,
    mut content: Map<String, Value>,
    compatibility: &Compatibility,
) -> Result<Map<String, Value>, &'static str> {
    if let Some(iss) = text(claims, "iss")? {
        match content.get_mut("issuer") {
            Some(Value::Object(issuer)) => issuer.insert("id".into(), iss.into()),
            Some(_) | None => content.insert("issuer".into(), iss.into()),
        };
    }
    let own_id = content.get("id").and_then(Value::as_str).map(str::to_owned);
    if let Some(jti) = text(claims, "jti")? {
        content.insert("id".into(), jti.into());
    }
    if let Some(sub) = text(claims, "sub")? {
        // Old wallets name the credential where its subject belongs.
        let is_id = compatibility.subject_is_credential_id && own_id.as_deref() == Some(sub);
        if !is_id && let Some(Value::Object(subject)) = content.get_mut("credentialSubject") {
            subject.insert("id".into(), sub.into());
        }
    }
    Ok(content)
}

/// VC-JOSE-COSE §3.1.3: where a registered claim says what a member also says, they are the same.
fn agreeing(claims: &Map<String, Value>, mut content: Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let (issuer, _) = named(&content);
    let subject = content.get("credentialSubject").and_then(|subject| subject.get("id")).and_then(Value::as_str);
    let id = content.get("id").and_then(Value::as_str);
    for (name, own) in [("iss", Some(issuer.as_str())), ("sub", subject), ("jti", id)] {
        let claimed = text(claims, name).map_err(Refusal::Malformed)?;
        if claimed.is_some() && own.is_some_and(|own| !own.is_empty()) && claimed != own {
            return Err(Refusal::ClaimMismatch(name));
        }
    }
    for name in ["iss", "sub", "jti", "iat", "nbf", "exp", "cnf", "aud"] {
        content.shift_remove(name);
    }
    Ok(content)
}
