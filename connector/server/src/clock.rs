//! The one place where the present is read. The cores take time as an argument.

use jiff::Timestamp;

/// The present, cut to milliseconds: what is stored, signed and compared is then the same value everywhere.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// Milliseconds since the epoch, the form in which rows keep time.
pub fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The instant that a row holds. A row outside the representable range reads as the epoch.
pub fn from_millis(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}
