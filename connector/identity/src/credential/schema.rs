//! `credentialSchema`: fetched once, bounded, and never followed to other documents.

mod references;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use jsonschema::{PatternOptions, Validator};
use serde_json::Value;
use thiserror::Error;

use super::model::{Credential, MAX_JSON_DEPTH, SchemaReference, depth};
use super::refusal::shown;
use crate::fetch::{Fetch, FetchError};
use crate::kept::Kept;

/// How schemas are fetched and kept.
#[derive(Debug, Clone)]
pub struct SchemaOptions {
    /// How long a schema is believed.
    pub ttl: Duration,
    /// How long it is believed that a schema cannot be had.
    pub failure_ttl: Duration,
    /// The largest schema that is fetched, in bytes.
    pub most_fetched: usize,
    /// How many bytes of schemas are kept, roughly.
    pub capacity: u64,
}

impl Default for SchemaOptions {
    /// Schemas for an hour, failures for 3 s, 256 KiB each, 16 MiB kept.
    fn default() -> Self {
        Self {
            ttl: Duration::from_secs(3600),
            failure_ttl: Duration::from_secs(3),
            most_fetched: 256 * 1024,
            capacity: 16 * 1024 * 1024,
        }
    }
}

type Outcome = Result<Arc<Schema>, SchemaError>;

struct Schema {
    validator: Validator,
    /// Whether it speaks of a subject's members and not of a credential's.
    is_of_subject: bool,
    size: usize,
}

/// Schemas of others, kept for a while.
pub struct Schemas {
    fetch: Arc<dyn Fetch>,
    options: SchemaOptions,
    kept: Kept<Outcome>,
}

impl Schemas {
    /// Schemas that are fetched by `fetch`.
    pub fn new(fetch: Arc<dyn Fetch>, options: SchemaOptions) -> Self {
        // A compiled schema takes a multiple of its text.
        let weigh = |outcome: &Outcome| match outcome {
            Ok(schema) => u32::try_from(schema.size.saturating_mul(8)).unwrap_or(u32::MAX),
            Err(_) => 512,
        };
        let kept = Kept::new(options.capacity, weigh);
        Self { fetch, options, kept }
    }

    /// Whether `credential` follows every schema that it names.
    ///
    /// A `JsonSchema` is about the whole credential (VC JSON Schema §2). What a `JsonSchemaValidator2018` is about was never
    /// written down, and both readings are in use: one that names members, and none that only a credential has, is about every
    /// subject; any other is about the whole credential.
    ///
    /// # Errors
    /// [`SchemaError`] names the first that it does not follow, or that cannot be had.
    pub async fn check(&self, credential: &Credential, now: Timestamp) -> Result<(), SchemaError> {
        for reference in credential.schemas() {
            let may_be_of_subject = match reference.kind.as_str() {
                "JsonSchema" => false,
                "JsonSchemaValidator2018" => true,
                other => return Err(SchemaError::Kind(shown(other))),
            };
            let schema = self.schema(&reference.id, now).await?;
            if may_be_of_subject && schema.is_of_subject {
                credential.subjects().iter().try_for_each(|subject| follows(&schema.validator, subject, reference))?;
            } else {
                follows(&schema.validator, credential.json(), reference)?;
            }
        }
        Ok(())
    }

    async fn schema(&self, url: &str, now: Timestamp) -> Outcome {
        let fetch = async {
            let outcome = self.fetch_schema(url).await.map(Arc::new);
            let life = if outcome.is_ok() { self.options.ttl } else { self.options.failure_ttl };
            let life = SignedDuration::try_from(life).unwrap_or(SignedDuration::MAX);
            (outcome, now.checked_add(life).unwrap_or(Timestamp::MAX))
        };
        self.kept.get_or(url, now, fetch).await
    }

    async fn fetch_schema(&self, url: &str) -> Result<Schema, SchemaError> {
        let accept = "application/schema+json, application/json";
        let body = self.fetch.get(url, accept, self.options.most_fetched).await;
        let body = body.map_err(|source| SchemaError::Unreachable { url: shown(url), source })?;
        let json: Value = serde_json::from_slice(&body).map_err(|_| SchemaError::Malformed("it is not JSON"))?;
        if depth(&json) > MAX_JSON_DEPTH {
            return Err(SchemaError::Malformed("it is nested too deep"));
        }
        references::check(&json).map_err(SchemaError::Malformed)?;
        // Patterns run in linear time; formats are annotations, as in the standard's default.
        let options = jsonschema::options().offline().with_pattern_options(PatternOptions::regex());
        let validator =
            options.build(&json).map_err(|_| SchemaError::Malformed("it is not a JSON Schema that is understood"))?;
        Ok(Schema { validator, is_of_subject: is_of_subject(&json), size: body.len() })
    }
}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schemas").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Whether the members that a schema names are a subject's.
fn is_of_subject(schema: &Value) -> bool {
    let properties = schema.get("properties").and_then(Value::as_object);
    let properties = properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str));
    let required = schema.get("required").and_then(Value::as_array);
    let required = required.into_iter().flatten().filter_map(Value::as_str);
    let named: Vec<&str> = properties.chain(required).collect();
    !named.is_empty() && !named.iter().any(|name| ["credentialSubject", "issuer", "@context"].contains(name))
}

/// Whether `json` follows the schema. If not, the places are told and nothing else: its content is nobody's business.
fn follows(validator: &Validator, json: &Value, reference: &SchemaReference) -> Result<(), SchemaError> {
    match validator.iter_errors(json).next() {
        None => Ok(()),
        Some(error) => Err(SchemaError::Violated {
            schema: shown(&reference.id),
            place: shown(&error.instance_path().to_string()),
            rule: shown(&error.schema_path().to_string()),
        }),
    }
}

/// Why a credential does not pass a schema.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SchemaError {
    /// A type of schema that is not understood.
    #[error("{0:?} is neither JsonSchema nor JsonSchemaValidator2018")]
    Kind(String),
    /// The schema did not come.
    #[error("the schema at {url} cannot be had: {source}")]
    Unreachable {
        /// Where it was looked for.
        url: String,
        /// What happened.
        source: FetchError,
    },
    /// What came is no schema that is used here; the text says why.
    #[error("what is published as the schema cannot be used: {0}")]
    Malformed(&'static str),
    /// The credential does not follow it.
    #[error("at {place:?} it breaks the rule {rule:?} of {schema}")]
    Violated {
        /// The schema's URL.
        schema: String,
        /// Where in the credential, a JSON pointer.
        place: String,
        /// Which rule of the schema, a JSON pointer.
        rule: String,
    },
}

impl SchemaError {
    /// A stable code for programs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Kind(_) => "schema-kind",
            Self::Unreachable { .. } => "schema-unreachable",
            Self::Malformed(_) => "schema-malformed",
            Self::Violated { .. } => "schema-violated",
        }
    }

    /// Whether trying again later may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { source, .. } => match source {
                FetchError::Unreachable(_) => true,
                FetchError::Status(status) => *status >= 500 || *status == 429,
                FetchError::Forbidden(_) | FetchError::TooLarge => false,
            },
            Self::Kind(_) | Self::Malformed(_) | Self::Violated { .. } => false,
        }
    }
}
