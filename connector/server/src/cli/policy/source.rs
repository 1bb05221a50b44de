//! Where a command takes a policy from.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use serde_json::{Value, json};
use symbolon_policies_odrl::PolicyDocument;

use crate::attestation::MAX_FILE;
use crate::cli::client::Connection;
use crate::cli::failure::Failure;
use crate::cli::verify::content;
use crate::http_client::path_segment;
use crate::problem::Problem;
use crate::terms::reading;

/// A file, or something that a connector keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// JSON-LD, Turtle, or an exported agreement; `-` is standard input.
    File(PathBuf),
    /// A policy of the connector, by its id.
    Stored(String),
    /// The terms of an agreement in the connector, by its id.
    Agreement(String),
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match (text.strip_prefix("stored:"), text.strip_prefix("agreement:")) {
            (Some(id), _) => Self::Stored(id.to_owned()),
            (None, Some(id)) => Self::Agreement(id.to_owned()),
            (None, None) => Self::File(PathBuf::from(text)),
        })
    }
}

impl Source {
    /// The policy. A connector is asked only for what it keeps.
    ///
    /// # Errors
    /// When the file cannot be read or holds no policy; when the connector does not answer, or has none of this id.
    pub(super) async fn read(&self, connection: &Connection) -> Result<PolicyDocument, Failure> {
        match self {
            Self::File(path) => {
                let bytes = content(path)?;
                let named = |why: &str| Failure::machine(format!("{} cannot be used", path.display()), why);
                if bytes.len() > MAX_FILE {
                    return Err(named(&format!("it is larger than {MAX_FILE} bytes")));
                }
                let text = String::from_utf8(bytes).map_err(|error| named(&format!("it is not UTF-8: {error}")))?;
                reading::of_text(&text).map_err(|problem| refused(&self.to_string(), problem))
            }
            Self::Stored(id) => self.kept(connection, &format!("policies/{}", path_segment(id))).await,
            Self::Agreement(id) => self.kept(connection, &format!("agreements/{}", path_segment(id))).await,
        }
    }

    async fn kept(&self, connection: &Connection, path: &str) -> Result<PolicyDocument, Failure> {
        let mut kept = connection.client()?.get(path).await?;
        let policy = kept.get_mut("policy").map(Value::take).unwrap_or_default();
        reading::of_json(policy).map_err(|problem| refused(&self.to_string(), problem))
    }

    /// As the management API takes it. A file is sent along.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(super) async fn named(&self, connection: &Connection) -> Result<Value, Failure> {
        Ok(match self {
            Self::File(_) => json!({"policy": self.read(connection).await?}),
            Self::Stored(id) => json!({"id": id}),
            Self::Agreement(id) => json!({"agreement": id}),
        })
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) if path.as_os_str() == "-" => f.write_str("standard input"),
            Self::File(path) => path.display().fmt(f),
            Self::Stored(id) => write!(f, "the stored policy {id}"),
            Self::Agreement(id) => write!(f, "the agreement {id}"),
        }
    }
}

/// Says which of several files it is.
fn refused(source: &str, problem: Problem) -> Failure {
    let detail = format!("{source}: {}", problem.detail);
    Failure::from(Problem { detail, ..problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_told_by_its_prefix() {
        for (text, expected) in [
            ("policy.ttl", Source::File("policy.ttl".into())),
            ("-", Source::File("-".into())),
            ("stored:brakes", Source::Stored("brakes".to_owned())),
            ("agreement:urn:uuid:1", Source::Agreement("urn:uuid:1".to_owned())),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }
}
