use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::did;

#[derive(Serialize)]
pub(super) struct Issued<'a> {
    pub(super) iss: &'a str,
    pub(super) sub: &'a str,
    pub(super) aud: &'a str,
    pub(super) iat: NumericDate,
    pub(super) exp: NumericDate,
    pub(super) jti: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<&'a str>,
    #[serde(rename = "pre-authorized_code", skip_serializing_if = "Option::is_none")]
    pub(super) pre_authorized_code: Option<&'a str>,
    // The name of `super::CREDENTIAL_SERVICE_CLAIM`, which an attribute cannot refer to.
    #[serde(rename = "https://w3id.org/symbolon/1/credentialService", skip_serializing_if = "Option::is_none")]
    pub(super) credential_service: Option<&'a str>,
}

/// A claims set as received. Each claim may be absent, so that the refusal can name it.
#[derive(Deserialize)]
pub(super) struct Received {
    pub(super) iss: Option<String>,
    pub(super) sub: Option<String>,
    pub(super) aud: Option<Audience>,
    pub(super) iat: Option<NumericDate>,
    pub(super) exp: Option<NumericDate>,
    pub(super) nbf: Option<NumericDate>,
    pub(super) jti: Option<String>,
    pub(super) token: Option<String>,
    #[serde(rename = "pre-authorized_code")]
    pub(super) pre_authorized_code: Option<String>,
    #[serde(rename = "https://w3id.org/symbolon/1/credentialService")]
    pub(super) credential_service: Option<String>,
}

/// RFC 7519 §4.1.3: one string or an array of them.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    /// A token that is also for somebody else could be used by them, so it is for nobody.
    pub(super) fn is_only(&self, did: &str) -> bool {
        match self {
            Self::One(audience) => did::same(audience, did),
            Self::Several(audiences) => matches!(audiences.as_slice(), [audience] if did::same(audience, did)),
        }
    }
}

/// RFC 7519 §2: seconds since 1970, possibly with a fraction. Held in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NumericDate(i64);

impl NumericDate {
    /// Later than any time that is a millisecond count of [`Timestamp`], and far from the limits of `i64`.
    const LIMIT: i64 = 1_000_000_000_000_000;

    pub(super) fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(milliseconds(duration)))
    }

    /// The number of whole seconds, rounded up.
    pub(super) fn seconds_up(self) -> i64 {
        self.0.div_euclid(1000) + i64::from(self.0.rem_euclid(1000) != 0)
    }

    /// The number of whole seconds, rounded down.
    pub(super) fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl NumericDate {
    /// The time, or the last one there is.
    pub(super) fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::MAX)
    }
}

impl From<Timestamp> for NumericDate {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_millisecond())
    }
}

impl Serialize for NumericDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 1000 == 0 {
            serializer.serialize_i64(self.0 / 1000)
        } else {
            serializer.serialize_f64(self.0 as f64 / 1000.0)
        }
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        let milliseconds = (seconds * 1000.0).round();
        if milliseconds.is_finite() && milliseconds.abs() <= Self::LIMIT as f64 {
            Ok(Self(milliseconds as i64))
        } else {
            Err(de::Error::custom("out of range"))
        }
    }
}
