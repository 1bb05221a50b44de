//! A company at the peer: its DID, its keys, and what it honestly says. Tests replace single members of it.

use serde_json::{Value, json};

use super::jwt::Jwt;
use super::key::{Key, Kind};
use crate::Failure;
use crate::peer::fresh_id;

/// The context of data model 1.1.
pub const VC_1: &str = "https://www.w3.org/2018/credentials/v1";
/// The context of data model 2.0.
pub const VC_2: &str = "https://www.w3.org/ns/credentials/v2";
/// The context of the Catena-X credentials.
pub const CATENA_X: &str = "https://w3id.org/catenax/credentials/v1.0.0";
/// Seconds that a token of the peer lives.
pub const TOKEN_LIFE: i64 = 300;
/// Seconds that a credential of the peer lives.
pub const CREDENTIAL_LIFE: i64 = 86_400;

/// A party with a `did:web` below the peer's address.
#[derive(Clone, Debug)]
pub struct Party {
    /// `did:web:localhost%3A<port>:<name>`
    pub did: String,
    /// `http://localhost:<port>/<name>`
    pub url: String,
    /// Its keys; the first signs.
    pub keys: Vec<Key>,
}

impl Party {
    pub(super) fn new(host: &str, name: &str, kind: Kind) -> Result<Self, Failure> {
        let did = format!("did:web:{}:{name}", host.replace(':', "%3A"));
        Ok(Self { did, url: format!("http://{host}/{name}"), keys: vec![Key::generate("key-1", kind)?] })
    }

    /// The key that signs.
    pub fn key(&self) -> &Key {
        &self.keys[0]
    }

    /// The DID URL of a key.
    pub fn kid(&self, key: &Key) -> String {
        format!("{}#{}", self.did, key.fragment)
    }

    /// Its DID document: every key has every relationship.
    pub fn document(&self) -> Value {
        let ids: Vec<String> = self.keys.iter().map(|key| self.kid(key)).collect();
        let method = |key: &Key| json!({"id": self.kid(key), "type": "JsonWebKey2020", "controller": self.did, "publicKeyJwk": key.public()});
        let methods: Vec<Value> = self.keys.iter().map(method).collect();
        let service = |kind: &str, path: &str| json!({"id": format!("{}#{kind}", self.did), "type": kind, "serviceEndpoint": format!("{}{path}", self.url)});
        json!({
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
            "id": self.did,
            "verificationMethod": methods,
            "authentication": ids,
            "assertionMethod": ids,
            "capabilityInvocation": ids,
            "service": [service("CredentialService", ""), service("IssuerService", "/issuer")],
        })
    }

    /// A self-issued token for this receiver, with an access token for presentations.
    pub fn id_token(&self, audience: &str, now: i64) -> Jwt {
        let access = format!("access-to-{}", self.did);
        Jwt::of(json!({"iss": self.did, "sub": self.did, "aud": audience, "jti": fresh_id(), "iat": now,
            "exp": now + TOKEN_LIFE, "token": access}))
    }

    /// A credential of data model 1.1 about a subject, as a JWT: membership with a business partner number.
    pub fn membership(&self, subject: &str, now: i64) -> Jwt {
        self.credential(
            "MembershipCredential",
            subject,
            json!({"holderIdentifier": "BPNL000000000H01", "memberOf": "Example"}),
            now,
        )
    }

    /// A credential of data model 1.1 of any type.
    pub fn credential(&self, kind: &str, subject: &str, claims: Value, now: i64) -> Jwt {
        let id = fresh_id();
        let mut about = json!({"id": subject});
        if let (Some(about), Value::Object(claims)) = (about.as_object_mut(), claims) {
            about.extend(claims);
        }
        let until = now + CREDENTIAL_LIFE;
        Jwt::of(json!({"iss": self.did, "sub": subject, "jti": id, "iat": now, "nbf": now, "exp": until, "vc": {
            "@context": [VC_1, CATENA_X], "id": id, "type": ["VerifiableCredential", kind], "issuer": self.did,
            "issuanceDate": date(now), "expirationDate": date(until), "credentialSubject": about}}))
    }

    /// A credential of data model 2.0 of any type: the payload is the credential.
    pub fn credential_2(&self, kind: &str, subject: &str, claims: Value, now: i64) -> Jwt {
        let mut about = json!({"id": subject});
        if let (Some(about), Value::Object(claims)) = (about.as_object_mut(), claims) {
            about.extend(claims);
        }
        let jwt =
            Jwt::of(json!({"@context": [VC_2, CATENA_X], "id": fresh_id(), "type": ["VerifiableCredential", kind],
            "issuer": self.did, "validFrom": date(now), "validUntil": date(now + CREDENTIAL_LIFE),
            "credentialSubject": about}));
        jwt.header("typ", "vc+jwt").header("cty", "vc")
    }

    /// A presentation of these credentials of data model 1.1 to this verifier.
    pub fn presentation(&self, verifier: &str, credentials: &[String], now: i64) -> Jwt {
        Jwt::of(json!({"iss": self.did, "sub": self.did, "aud": verifier, "jti": fresh_id(), "iat": now, "nbf": now,
            "exp": now + 60, "vp": {"@context": [VC_1], "type": ["VerifiablePresentation"], "holder": self.did,
            "verifiableCredential": credentials}}))
    }

    /// A presentation of credentials of data model 2.0.
    pub fn presentation_2(&self, verifier: &str, credentials: &[String], now: i64) -> Jwt {
        let enveloped = |credential: &String| {
            json!({"@context": VC_2, "type": "EnvelopedVerifiableCredential",
                "id": format!("data:application/vc+jwt,{credential}")})
        };
        let enveloped: Vec<Value> = credentials.iter().map(enveloped).collect();
        let jwt = Jwt::of(json!({"@context": [VC_2], "type": ["VerifiablePresentation"], "holder": self.did,
            "iss": self.did, "aud": verifier, "jti": fresh_id(), "iat": now, "exp": now + 60,
            "verifiableCredential": enveloped}));
        jwt.header("typ", "vp+jwt").header("cty", "vp")
    }

    /// What an operator enters to have a dataspace that believes this party about these types, and asks partners for the
    /// first of them.
    pub fn dataspace(&self, name: &str, types: &[&str]) -> Value {
        let scope = |kind: &&str| format!("org.eclipse.dspace.dcp.vc.type:{kind}:read");
        let scopes: Vec<String> = types.iter().take(1).map(scope).collect();
        json!({"name": name, "issuers": [{"did": self.did, "types": types}], "requiredScopes": scopes,
            "presentedScopes": []})
    }

    /// Signs with the first key under its own DID.
    ///
    /// # Errors
    /// When the key refuses.
    pub fn sign(&self, jwt: &Jwt) -> Result<String, Failure> {
        jwt.signed(&self.did, self.key())
    }
}

/// Seconds since 1970 as the standards write a moment.
pub fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map(|moment| moment.to_string()).unwrap_or_default()
}

/// The present, in seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the peer lives in real time, beside connectors that do")]
pub fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
