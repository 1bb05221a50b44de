use jiff::Timestamp;
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::context::{CREDENTIALS_V1, CREDENTIALS_V2, DATA_INTEGRITY_V2};
use super::data_integrity::{self, DataIntegrityError, Inline};
use super::model::{BASE_TYPE, MAX_RAW, Model, Profile, SchemaReference};
use super::status::StatusEntry;
use crate::did::{self, Relationship};
use crate::jws;
use crate::key::KeyError;
use crate::keyring::Held;

/// A credential that is to be issued, for either data model. Times are written without fractions of a second.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Its id, an IRI.
    pub id: Option<String>,
    /// Its types, without `VerifiableCredential`.
    pub types: Vec<String>,
    /// Contexts beyond the one of the data model.
    pub contexts: Vec<String>,
    /// `credentialSubject`, an object; its `id` is the holder's DID.
    pub subject: Value,
    /// From when it is valid.
    pub valid_from: Timestamp,
    /// Until when it is valid.
    pub valid_until: Option<Timestamp>,
    /// Where its revocation and suspension stand.
    pub statuses: Vec<StatusEntry>,
    /// The schemas it follows.
    pub schemas: Vec<SchemaReference>,
}

impl Draft {
    /// The credential as a JWT of this profile, signed by the one whose key `held` is. The key should be one of its
    /// `assertionMethod`.
    ///
    /// # Errors
    /// [`DraftError`].
    pub async fn sign(&self, profile: Profile, held: &Held, now: Timestamp) -> Result<String, DraftError> {
        let issuer = did::split(&held.id).0;
        let content = self.unsigned(profile, issuer);
        let mut claims = match profile {
            Profile::Vc11Sl2021Jwt => Map::from_iter([("vc".to_owned(), content)]),
            Profile::Vc20BsslJwt => match content {
                Value::Object(members) => members,
                _ => Map::new(),
            },
        };
        claims.insert("iss".into(), issuer.into());
        claims.insert("iat".into(), now.as_second().into());
        claims.insert("nbf".into(), self.valid_from.as_second().into());
        if let Some(until) = self.valid_until {
            claims.insert("exp".into(), until.as_second().into());
        }
        if let Some(subject) = self.subject.get("id").and_then(Value::as_str) {
            claims.insert("sub".into(), subject.into());
        }
        if let Some(id) = &self.id {
            claims.insert("jti".into(), id.as_str().into());
        }
        let (typ, cty) = match profile {
            Profile::Vc11Sl2021Jwt => ("JWT", None),
            Profile::Vc20BsslJwt => ("vc+jwt", Some("vc")),
        };
        let jwt = jws::sign(held, typ, cty, Value::Object(claims).to_string().as_bytes()).await?;
        if jwt.len() > MAX_RAW { Err(DraftError::TooLarge) } else { Ok(jwt) }
    }

    /// The credential as JSON with a Data Integrity proof (`eddsa-rdfc-2022`); `held` must be an Ed25519 key. Every term has to
    /// be defined in a context that is built in.
    ///
    /// # Errors
    /// [`DraftError`].
    pub async fn sign_data_integrity(&self, model: Model, held: &Held, now: Timestamp) -> Result<Value, DraftError> {
        let profile = match model {
            Model::V1_1 => Profile::Vc11Sl2021Jwt,
            Model::V2_0 => Profile::Vc20BsslJwt,
        };
        let mut content = self.unsigned(profile, did::split(&held.id).0);
        if let (Model::V1_1, Some(contexts)) = (model, content["@context"].as_array_mut()) {
            contexts.push(DATA_INTEGRITY_V2.into());
        }
        let purpose = Relationship::AssertionMethod;
        Ok(data_integrity::sign(&content, held, purpose, Inline::Refused, now).await?)
    }

    /// The credential before it is signed.
    pub fn unsigned(&self, profile: Profile, issuer: &str) -> Value {
        let (context, from, until) = match profile {
            Profile::Vc11Sl2021Jwt => (CREDENTIALS_V1, "issuanceDate", "expirationDate"),
            Profile::Vc20BsslJwt => (CREDENTIALS_V2, "validFrom", "validUntil"),
        };
        let contexts = std::iter::once(context).chain(self.contexts.iter().map(String::as_str));
        let types = std::iter::once(BASE_TYPE).chain(self.types.iter().map(String::as_str));
        let mut content = json!({
            "@context": contexts.collect::<Vec<_>>(),
            "type": types.collect::<Vec<_>>(),
            "issuer": issuer,
            "credentialSubject": self.subject,
        });
        if let Some(id) = &self.id {
            content["id"] = id.as_str().into();
        }
        content[from] = whole(self.valid_from);
        if let Some(time) = self.valid_until {
            content[until] = whole(time);
        }
        let statuses: Vec<Value> = self.statuses.iter().map(|entry| entry.to_value(profile)).collect();
        let schema = |schema: &SchemaReference| json!({"id": schema.id, "type": schema.kind});
        for (name, mut entries) in
            [("credentialStatus", statuses), ("credentialSchema", self.schemas.iter().map(schema).collect())]
        {
            // One entry stands alone: wallets of data model 1.1 do not expect an array.
            if entries.len() == 1 {
                content[name] = entries.remove(0);
            } else if !entries.is_empty() {
                content[name] = entries.into();
            }
        }
        content
    }
}

fn whole(time: Timestamp) -> Value {
    Timestamp::from_second(time.as_second()).unwrap_or(time).to_string().into()
}

/// Why a credential cannot be issued.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DraftError {
    /// Our key could not sign.
    #[error("the credential could not be signed: {0}")]
    Key(#[from] KeyError),
    /// It cannot have a Data Integrity proof.
    #[error("the credential cannot be given a proof: {0}")]
    Proof(#[from] DataIntegrityError),
    /// Nobody would read it.
    #[error("the credential is larger than {MAX_RAW} bytes, which no verifier reads")]
    TooLarge,
}
