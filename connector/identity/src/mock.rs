//! Mock identity: a raw JSON object in the `Authorization` header, as EDC's `iam-mock` and the conformance kits send it.
//!
//! It proves nothing. This module is only the codec; the server decides when it is spoken at all.

use serde::Deserialize;
use serde_json::json;
use thiserror::Error;

use crate::participant::Participant;

/// The longest header that is read, in bytes.
pub const MAX_HEADER: usize = 8 * 1024;

/// The longest `clientId` that is accepted, in bytes.
pub const MAX_CLIENT_ID: usize = 2 * 1024;

/// The participant that the header's `clientId` names. `region` and `audience` say nothing and are not looked at.
///
/// # Errors
/// [`MockError`] if the header is not such an object or names nobody.
pub fn parse(authorization_header: &str) -> Result<Participant, MockError> {
    if authorization_header.len() > MAX_HEADER {
        return Err(MockError::TooLarge);
    }
    if !authorization_header.trim_start().starts_with('{') {
        return Err(MockError::NotAnObject);
    }
    let token: Token = serde_json::from_str(authorization_header).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => MockError::ClientId,
        serde_json::error::Category::Io | serde_json::error::Category::Syntax | serde_json::error::Category::Eof => {
            MockError::NotAnObject
        }
    })?;
    let id = token.client_id;
    if id.is_empty() || id.len() > MAX_CLIENT_ID || id.chars().any(char::is_control) {
        return Err(MockError::ClientId);
    }
    Ok(Participant::new(id))
}

/// The `Authorization` header with which `participant_id` speaks to `audience`. Plain ASCII, whatever the ids hold.
pub fn header_for(participant_id: &str, audience: &str) -> String {
    let json = json!({"region": "any", "audience": audience, "clientId": participant_id}).to_string();
    let mut header = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() && character != '\u{7f}' {
            header.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                header.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    header
}

#[derive(Deserialize)]
struct Token {
    #[serde(rename = "clientId")]
    client_id: String,
}

/// Why a header is not a mock identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MockError {
    /// Longer than [`MAX_HEADER`].
    #[error("the Authorization header is longer than {MAX_HEADER} bytes")]
    TooLarge,
    /// Not a JSON object.
    #[error("the Authorization header is not a JSON object, which mock identity requires")]
    NotAnObject,
    /// `clientId` is absent, no string, empty, longer than [`MAX_CLIENT_ID`], or has control characters.
    #[error("the Authorization header has no usable clientId")]
    ClientId,
}

impl MockError {
    /// A stable code for programs and logs.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "mock-too-large",
            Self::NotAnObject => "mock-not-an-object",
            Self::ClientId => "mock-client-id",
        }
    }
}
