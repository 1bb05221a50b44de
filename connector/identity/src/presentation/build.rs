use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::verify::{MAX_CREDENTIALS, MAX_PRESENTATION};
use crate::credential::context::{CREDENTIALS_V1, CREDENTIALS_V2};
use crate::credential::{Credential, Model, Raw};
use crate::did;
use crate::jws;
use crate::key::KeyError;
use crate::keyring::Held;

/// How long a presentation should live: long enough to be read, too short to be of use to others.
pub const DEFAULT_LIFETIME: SignedDuration = SignedDuration::from_secs(60);

/// Puts credentials of ours into presentations for one verifier.
#[derive(Debug, Clone, Copy)]
pub struct Presenter<'a> {
    /// A key of our `authentication`; its DID is the holder's.
    pub held: &'a Held,
    /// The verifier's DID.
    pub audience: &'a str,
    /// How long the presentations live.
    pub lifetime: SignedDuration,
}

impl Presenter<'_> {
    /// One presentation for each data model among `credentials` (DCP 1.0 §5.4.2), each a JWT. No credentials, one empty
    /// presentation: the verifier sees that it was answered.
    ///
    /// # Errors
    /// [`BuildError`].
    pub async fn present(&self, credentials: &[Credential], now: Timestamp) -> Result<Vec<Value>, BuildError> {
        if credentials.len() > MAX_CREDENTIALS {
            return Err(BuildError::TooMany);
        }
        let of_model = |model| -> Vec<&Credential> {
            credentials.iter().filter(|credential| credential.model() == model).collect()
        };
        let (older, newer) = (of_model(Model::V1_1), of_model(Model::V2_0));
        let mut presentations = Vec::new();
        if !older.is_empty() || newer.is_empty() {
            presentations.push(self.sign(&older, Model::V1_1, now).await?.into());
        }
        if !newer.is_empty() {
            presentations.push(self.sign(&newer, Model::V2_0, now).await?.into());
        }
        Ok(presentations)
    }

    async fn sign(&self, credentials: &[&Credential], model: Model, now: Timestamp) -> Result<String, BuildError> {
        let holder = did::split(&self.held.id).0;
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|_| KeyError::Randomness)?;
        let id = URL_SAFE_NO_PAD.encode(id);
        let context = match model {
            Model::V1_1 => CREDENTIALS_V1,
            Model::V2_0 => CREDENTIALS_V2,
        };
        let content = json!({
            "@context": [context],
            "type": ["VerifiablePresentation"],
            "holder": holder,
            "verifiableCredential": credentials.iter().map(|one| contained(one, model)).collect::<Vec<_>>(),
        });
        let (typ, cty, mut claims) = match (model, content) {
            (Model::V2_0, Value::Object(members)) => ("vp+jwt", Some("vp"), members),
            (_, content) => ("JWT", None, Map::from_iter([("vp".to_owned(), content)])),
        };
        let expires = now.checked_add(self.lifetime).unwrap_or(Timestamp::MAX);
        claims.extend([
            ("iss".to_owned(), holder.into()),
            ("sub".to_owned(), holder.into()),
            ("aud".to_owned(), self.audience.into()),
            ("jti".to_owned(), id.into()),
            ("iat".to_owned(), now.as_second().into()),
            ("nbf".to_owned(), now.as_second().into()),
            ("exp".to_owned(), expires.as_second().into()),
        ]);
        let jwt = jws::sign(self.held, typ, cty, Value::Object(claims).to_string().as_bytes()).await?;
        if jwt.len() > MAX_PRESENTATION { Err(BuildError::TooMany) } else { Ok(jwt) }
    }
}

/// A credential as it stands in a presentation of its model.
fn contained(credential: &Credential, model: Model) -> Value {
    match (credential.raw(), model) {
        (Raw::Jwt(jwt), Model::V2_0) => json!({
            "@context": CREDENTIALS_V2,
            "type": "EnvelopedVerifiableCredential",
            "id": format!("data:application/vc+jwt,{jwt}"),
        }),
        (raw, Model::V1_1 | Model::V2_0) => raw.to_value(),
    }
}

/// Why credentials cannot be presented.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BuildError {
    /// More credentials than a verifier reads.
    #[error("there are more credentials than fit into one presentation")]
    TooMany,
    /// Our key could not sign.
    #[error("the presentation could not be signed: {0}")]
    Key(#[from] KeyError),
}
