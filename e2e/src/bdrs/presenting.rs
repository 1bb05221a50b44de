//! Who calls the directory: a presentation as the bearer token, with membership credentials and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jws::{ES256, ES256K, EdDSA, JwsVerifier};
use serde_json::Value;

use crate::Failure;
use crate::dcp_peer::{header, now, payload};

const MEMBERSHIP: &str = "MembershipCredential";

/// Checks presentations; fetches the DID documents that it needs.
#[derive(Debug)]
pub(super) struct Presenting {
    http: reqwest::Client,
}

impl Presenting {
    pub(super) fn new() -> Result<Self, Failure> {
        Ok(Self { http: crate::connector::http_client()? })
    }

    /// The DID of the caller, or the reason why it is none.
    pub(super) async fn member(&self, authorization: &str, issuers: &[String]) -> Result<String, String> {
        let token = authorization.strip_prefix("Bearer ").ok_or("no bearer token")?;
        let presentation = self.opened(token, "authentication").await?;
        let holder = text(&presentation, "/iss")?;
        if text(&presentation, "/aud").ok().as_deref() != Some(&holder) {
            return Err("the audience is not the holder, who asks itself for its presentation".to_owned());
        }
        if presentation.pointer("/exp").and_then(Value::as_i64).is_none_or(|end| end <= now()) {
            return Err("the presentation has expired".to_owned());
        }
        let credentials = presentation.pointer("/vp/verifiableCredential").and_then(Value::as_array);
        let credentials = credentials.filter(|list| !list.is_empty()).ok_or("the presentation holds no credential")?;
        for credential in credentials {
            let credential = credential.as_str().ok_or("a credential is no JWT")?;
            self.membership(credential, &holder, issuers).await?;
        }
        Ok(holder)
    }

    async fn membership(&self, credential: &str, holder: &str, issuers: &[String]) -> Result<(), String> {
        let claims = self.opened(credential, "assertionMethod").await?;
        let types = claims.pointer("/vc/type").and_then(Value::as_array).ok_or("a credential has no type")?;
        if !types.iter().any(|of_type| of_type == MEMBERSHIP) {
            return Err(format!("{types:?} is no membership, and nothing else may be presented"));
        }
        if !issuers.contains(&text(&claims, "/iss")?) {
            return Err(format!("{} is not trusted", text(&claims, "/iss")?));
        }
        if text(&claims, "/vc/credentialSubject/id")? != holder {
            return Err("a credential is about somebody else".to_owned());
        }
        match claims.pointer("/exp").and_then(Value::as_i64) {
            Some(end) if end <= now() => Err("a credential has expired".to_owned()),
            Some(_) | None => Ok(()),
        }
    }

    /// The claims of a token that its `iss` signed with a key of this relationship.
    async fn opened(&self, token: &str, relationship: &str) -> Result<Value, String> {
        let told = |failure: Failure| failure.to_string();
        let (header, claims) = (header(token).map_err(told)?, payload(token).map_err(told)?);
        let kid = text(&header, "/kid")?;
        let issuer = text(&claims, "/iss")?;
        if kid.split('#').next() != Some(&issuer) {
            return Err(format!("the key {kid} is not of {issuer}"));
        }
        let document = self.document(&issuer).await?;
        let list = |member: &str| document.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
        let named = |entry: &Value| entry == &kid || entry.get("id").is_some_and(|id| id == &kid);
        if !list(relationship).iter().any(named) {
            return Err(format!("{kid} is not in {relationship}"));
        }
        let method = list("verificationMethod").into_iter().find(named).ok_or("no such key")?;
        let jwk = method.get("publicKeyJwk").and_then(Value::as_object).cloned().ok_or("the key is no JWK")?;
        verify(token, &text(&header, "/alg")?, Jwk::from_map(jwk).map_err(|error| error.to_string())?)?;
        Ok(claims)
    }

    async fn document(&self, did: &str) -> Result<Value, String> {
        let rest = did.strip_prefix("did:web:").ok_or_else(|| format!("{did} is no did:web"))?;
        let mut parts = rest.split(':');
        let host = parts.next().unwrap_or_default().replace("%3A", ":");
        let path = parts.collect::<Vec<_>>().join("/");
        let path = if path.is_empty() { ".well-known".to_owned() } else { path };
        let url = format!("http://{host}/{path}/did.json");
        let lost = |error: reqwest::Error| format!("{url}: {error}");
        self.http.get(&url).send().await.map_err(lost)?.json().await.map_err(lost)
    }
}

fn verify(token: &str, algorithm: &str, key: Jwk) -> Result<(), String> {
    let refused = |error: josekit::JoseError| error.to_string();
    let verifier: Box<dyn JwsVerifier> = match algorithm {
        "ES256" => Box::new(ES256.verifier_from_jwk(&key).map_err(refused)?),
        "ES256K" => Box::new(ES256K.verifier_from_jwk(&key).map_err(refused)?),
        "EdDSA" => Box::new(EdDSA.verifier_from_jwk(&key).map_err(refused)?),
        other => return Err(format!("{other} is not accepted")),
    };
    let (input, signature) = token.rsplit_once('.').ok_or("no signature")?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|error| error.to_string())?;
    verifier.verify(input.as_bytes(), &signature).map_err(refused)
}

fn text(value: &Value, pointer: &str) -> Result<String, String> {
    let text = value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    text.ok_or_else(|| format!("no text at {pointer}"))
}
