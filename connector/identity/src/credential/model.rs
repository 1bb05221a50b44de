use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::refusal::{CredentialError, Refusal, named};
use super::status::StatusEntry;
use super::{context, jwt};
use crate::compatibility::Compatibility;

/// The longest credential that is looked at, in bytes of its JWT or JSON text.
pub const MAX_RAW: usize = 256 * 1024;

/// The deepest JSON that is looked at.
pub const MAX_JSON_DEPTH: usize = 32;

/// The most types, contexts, subjects, status entries and schemas a credential may have, each.
const MAX_MEMBERS: usize = 32;

/// The type that every credential has.
pub const BASE_TYPE: &str = "VerifiableCredential";

/// A profile of DCP 1.0 appendix A.1: data model, status list and proof together. What we issue has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Data model 1.1 in a JWT with the claim `vc`, status in a StatusList2021.
    Vc11Sl2021Jwt,
    /// Data model 2.0 as the payload of a JWT, status in a BitstringStatusList.
    Vc20BsslJwt,
}

impl Profile {
    /// All of them, the one that everybody reads first.
    pub const ALL: [Self; 2] = [Self::Vc11Sl2021Jwt, Self::Vc20BsslJwt];

    /// The name in messages: `format`, `profile`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vc11Sl2021Jwt => "vc11-sl2021/jwt",
            Self::Vc20BsslJwt => "vc20-bssl/jwt",
        }
    }

    /// The name that wallets use which are older than DCP 1.0.1.
    pub fn old_name(self) -> &'static str {
        match self {
            Self::Vc11Sl2021Jwt => "VC1_0_JWT",
            Self::Vc20BsslJwt => "VC2_0_JOSE",
        }
    }

    /// The profile of that name; also of its old name if `compatibility` says that old wallets are heard.
    pub fn from_name(name: &str, compatibility: &Compatibility) -> Option<Self> {
        let old = |profile: &Self| compatibility.credential_format_vc1_0_jwt && profile.old_name() == name;
        Self::ALL.into_iter().find(|profile| profile.name() == name || old(profile))
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The data model of a credential or presentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Model {
    /// Verifiable Credentials Data Model 1.1.
    V1_1,
    /// Verifiable Credentials Data Model 2.0.
    V2_0,
}

/// How a credential is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Securing {
    /// A JWT with the claim `vc` (data model 1.1 §6.3.1).
    Vc11Jwt,
    /// A JWT whose payload is the credential, `vc+jwt` (VC-JOSE-COSE).
    Vc20Jwt,
    /// JSON with a Data Integrity `proof`.
    DataIntegrity,
}

/// A credential as it was received.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// A compact JWS.
    Jwt(String),
    /// An object with a `proof`.
    Json(Value),
}

impl Raw {
    /// As it stands in a message: a JSON string or object.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Jwt(jwt) => Value::String(jwt.clone()),
            Self::Json(json) => json.clone(),
        }
    }

    /// As text: the JWT, or the JSON without blanks and in the order in which it came.
    pub fn to_text(&self) -> String {
        match self {
            Self::Jwt(jwt) => jwt.clone(),
            Self::Json(json) => json.to_string(),
        }
    }
}

/// One entry of `credentialSchema`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaReference {
    /// Where the schema is, a URL.
    pub id: String,
    /// `JsonSchema` or `JsonSchemaValidator2018`.
    pub kind: String,
}

/// A credential taken apart and brought to one shape. Nothing in it is to be believed before [`super::Checker::verify`].
#[derive(Debug, Clone, PartialEq)]
pub struct Credential {
    raw: Raw,
    securing: Securing,
    model: Model,
    id: Option<String>,
    issuer: String,
    types: Vec<String>,
    subjects: Vec<Value>,
    valid_from: Option<Timestamp>,
    valid_until: Option<Timestamp>,
    statuses: Vec<StatusEntry>,
    schemas: Vec<SchemaReference>,
    json: Value,
}

impl Credential {
    /// Takes apart what stands in a presentation or message: a JWT as a string, an object with a `proof`, or an
    /// `EnvelopedVerifiableCredential`.
    ///
    /// # Errors
    /// [`CredentialError`] if it is none of these, too large, too deep, or lacks what every credential has.
    pub fn parse(raw: &Value, compatibility: &Compatibility) -> Result<Self, CredentialError> {
        let unnamed = |refusal| CredentialError::new("", &[], refusal);
        match raw {
            Value::String(jwt) => Self::from_jwt(jwt, compatibility),
            Value::Object(object) => match jwt::enveloped(object, "EnvelopedVerifiableCredential", &["vc+jwt"]) {
                Ok(Some(jwt)) => Self::from_jwt(jwt, compatibility),
                Ok(None) => Self::from_object(raw, object, compatibility),
                Err(why) => Err(unnamed(Refusal::Malformed(why))),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
                Err(unnamed(Refusal::Malformed("is neither a JWT nor an object with a proof")))
            }
        }
    }

    /// Takes apart what [`Raw::to_text`] wrote: a JWT, or the JSON of an object.
    ///
    /// # Errors
    /// As [`Credential::parse`].
    pub fn from_text(text: &str, compatibility: &Compatibility) -> Result<Self, CredentialError> {
        if !text.trim_start().starts_with('{') {
            return Self::from_jwt(text.trim(), compatibility);
        }
        if text.len() > MAX_RAW {
            return Err(CredentialError::new("", &[], Refusal::TooLarge));
        }
        let json: Value =
            serde_json::from_str(text).map_err(|_| CredentialError::new("", &[], Refusal::Malformed("is not JSON")))?;
        Self::parse(&json, compatibility)
    }

    fn from_jwt(jwt: &str, compatibility: &Compatibility) -> Result<Self, CredentialError> {
        let (securing, json, window) = jwt::credential(jwt, compatibility)?;
        let credential = Self::read(Raw::Jwt(jwt.to_owned()), securing, json, compatibility)?;
        Ok(credential.within(window))
    }

    fn from_object(
        raw: &Value,
        object: &Map<String, Value>,
        compatibility: &Compatibility,
    ) -> Result<Self, CredentialError> {
        let (issuer, types) = named(object);
        let refuse = |refusal| CredentialError::new(&issuer, &types, refusal);
        if depth(raw) > MAX_JSON_DEPTH {
            return Err(refuse(Refusal::TooDeep));
        }
        if raw.to_string().len() > MAX_RAW {
            return Err(refuse(Refusal::TooLarge));
        }
        if !object.contains_key("proof") {
            return Err(refuse(Refusal::NoProof));
        }
        check_names(object).map_err(|why| refuse(Refusal::Malformed(why)))?;
        let mut json = object.clone();
        json.shift_remove("proof");
        Self::read(Raw::Json(raw.clone()), Securing::DataIntegrity, json, compatibility)
    }

    /// Reads the members that all securings have in common.
    fn read(
        raw: Raw,
        securing: Securing,
        json: Map<String, Value>,
        compatibility: &Compatibility,
    ) -> Result<Self, CredentialError> {
        let (issuer, types) = named(&json);
        let refuse = |refusal| CredentialError::new(&issuer, &types, refusal);
        let malformed = |why| refuse(Refusal::Malformed(why));
        let model = model(&json, securing, compatibility).map_err(malformed)?;
        if issuer.is_empty() {
            return Err(malformed("names no issuer"));
        }
        if types.is_empty() || types.len() > MAX_MEMBERS {
            return Err(malformed("has no type, or too many"));
        }
        if !types.iter().any(|kind| kind == BASE_TYPE) && !compatibility.credential_without_base_type {
            return Err(refuse(Refusal::BaseType));
        }
        let subjects = members(&json, "credentialSubject").map_err(malformed)?;
        if subjects.is_empty() || !subjects.iter().all(Value::is_object) {
            return Err(malformed("has no credentialSubject that is an object"));
        }
        let (from, until) = match model {
            Model::V1_1 => ("issuanceDate", "expirationDate"),
            Model::V2_0 => ("validFrom", "validUntil"),
        };
        let id = match json.get("id") {
            None | Some(Value::Null) => None,
            Some(Value::String(id)) => Some(id.clone()),
            Some(_) => return Err(malformed("has an id that is not a string")),
        };
        let statuses = members(&json, "credentialStatus").map_err(malformed)?;
        Ok(Self {
            securing,
            model,
            id,
            valid_from: date(&json, from).map_err(malformed)?,
            valid_until: date(&json, until).map_err(malformed)?,
            statuses: statuses.iter().map(StatusEntry::parse).collect::<Result<_, _>>().map_err(refuse)?,
            schemas: schemas(&json).map_err(malformed)?,
            raw,
            subjects,
            json: Value::Object(json),
            issuer,
            types,
        })
    }

    /// Narrows the window of validity to what the JWT's own claims say.
    fn within(mut self, (not_before, expires): (Option<Timestamp>, Option<Timestamp>)) -> Self {
        self.valid_from = self.valid_from.max(not_before);
        self.valid_until = match (self.valid_until, expires) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self
    }

    /// As it was received.
    pub fn raw(&self) -> &Raw {
        &self.raw
    }

    /// `sha-256:` and the hexadecimal SHA-256 of [`Raw::to_text`]: names the credential in evidence without showing it.
    pub fn digest(&self) -> String {
        format!("sha-256:{}", hex::encode(Sha256::digest(self.raw.to_text())))
    }

    /// How it is secured.
    pub fn securing(&self) -> Securing {
        self.securing
    }

    /// Its data model.
    pub fn model(&self) -> Model {
        self.model
    }

    /// Its profile in messages; none for JSON with a proof, which no profile of DCP 1.0 covers.
    pub fn profile(&self) -> Option<Profile> {
        match self.securing {
            Securing::Vc11Jwt => Some(Profile::Vc11Sl2021Jwt),
            Securing::Vc20Jwt => Some(Profile::Vc20BsslJwt),
            Securing::DataIntegrity => None,
        }
    }

    /// Its id.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The issuer's DID.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// All its types, `VerifiableCredential` among them.
    pub fn types(&self) -> &[String] {
        &self.types
    }

    /// The first type that is not `VerifiableCredential`: what people call the credential.
    pub fn kind(&self) -> &str {
        self.types.iter().map(String::as_str).find(|kind| *kind != BASE_TYPE).unwrap_or(BASE_TYPE)
    }

    /// Whether it has the type `kind`.
    pub fn has_type(&self, kind: &str) -> bool {
        self.types.iter().any(|own| own == kind)
    }

    /// `credentialSubject`, each a JSON object.
    pub fn subjects(&self) -> &[Value] {
        &self.subjects
    }

    /// From when it is valid: the latest that the credential and its JWT name.
    pub fn valid_from(&self) -> Option<Timestamp> {
        self.valid_from
    }

    /// Until when it is valid: the earliest that the credential and its JWT name.
    pub fn valid_until(&self) -> Option<Timestamp> {
        self.valid_until
    }

    /// Where its revocation and suspension stand.
    pub fn statuses(&self) -> &[StatusEntry] {
        &self.statuses
    }

    /// The schemas it says it follows.
    pub fn schemas(&self) -> &[SchemaReference] {
        &self.schemas
    }

    /// The credential as JSON, without proof; for data model 1.1 in a JWT with the registered claims put in.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// A refusal that names this credential.
    pub(crate) fn refuse(&self, refusal: Refusal) -> CredentialError {
        CredentialError::new(&self.issuer, &self.types, refusal)
    }
}

/// The first context says which data model it is (data model 1.1 §4.1, 2.0 §4.3).
fn model(json: &Map<String, Value>, securing: Securing, compatibility: &Compatibility) -> Result<Model, &'static str> {
    let first = match json.get("@context") {
        Some(Value::String(one)) => Some(one.as_str()),
        Some(Value::Array(several)) if several.len() <= MAX_MEMBERS => several.first().and_then(Value::as_str),
        Some(_) | None => None,
    };
    match (first, securing) {
        (Some(context::CREDENTIALS_V1), Securing::Vc11Jwt | Securing::DataIntegrity) => Ok(Model::V1_1),
        (Some(context::CREDENTIALS_V2), Securing::Vc20Jwt | Securing::DataIntegrity) => Ok(Model::V2_0),
        (Some(context::CREDENTIALS_V2), Securing::Vc11Jwt) => Err("has the @context of another data model"),
        // Wallets that leave the base type out name no context, or their credential in its place.
        (Some(_) | None, Securing::Vc11Jwt) if compatibility.credential_without_base_type => Ok(Model::V1_1),
        (Some(_) | None, _) => Err("does not begin its @context with the one of its data model"),
    }
}

/// A member that may be absent, one value, or an array of them.
fn members(json: &Map<String, Value>, name: &str) -> Result<Vec<Value>, &'static str> {
    match json.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(several)) if several.len() > MAX_MEMBERS => Err("has too many entries in one member"),
        Some(Value::Array(several)) => Ok(several.clone()),
        Some(one) => Ok(vec![one.clone()]),
    }
}

fn date(json: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, &'static str> {
    match json.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|_| "has a date that is not an RFC 3339 timestamp"),
        Some(_) => Err("has a date that is not a string"),
    }
}

fn schemas(json: &Map<String, Value>) -> Result<Vec<SchemaReference>, &'static str> {
    let entries = members(json, "credentialSchema")?;
    let read = |entry: &Value| {
        let id = entry.get("id")?.as_str()?.to_owned();
        let kind = entry.get("type")?.as_str()?.to_owned();
        Some(SchemaReference { id, kind })
    };
    entries.iter().map(read).collect::<Option<_>>().ok_or("has a credentialSchema without id or type")
}

/// A proof covers RDF, and RDF can be written as JSON in many ways. Whoever passes a credential on could write `credentialStatus`
/// or `validUntil` in a way that holds under the proof and is not found by its name. So each member has to be written as the
/// standard's own name for it.
pub(super) fn check_names(document: &Map<String, Value>) -> Result<(), &'static str> {
    let id = document.get("id").and_then(Value::as_str);
    for (name, value) in document {
        if name == "@context" {
            continue;
        }
        if name.contains([':', '@']) {
            return Err("has a member that is not written by its plain name");
        }
        check_nested(value, id)?;
    }
    Ok(())
}

fn check_nested(value: &Value, id: Option<&str>) -> Result<(), &'static str> {
    match value {
        Value::Object(members) => {
            if id.is_some() && members.get("id").and_then(Value::as_str) == id {
                return Err("says something of itself inside another member");
            }
            members.iter().try_for_each(|(name, value)| match name.as_str() {
                "@value" | "@language" | "@direction" => Ok(()),
                "@type" if members.contains_key("@value") => Ok(()),
                name if name.starts_with('@') => Err("has a member that is not written by its plain name"),
                _ => check_nested(value, id),
            })
        }
        Value::Array(items) => items.iter().try_for_each(|item| check_nested(item, id)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

/// How deep `value` is nested: 1 for a value that holds no other.
pub(crate) fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    }
}
