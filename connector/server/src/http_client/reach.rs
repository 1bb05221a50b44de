//! Which partners answer. Every protocol message and question to a partner goes through one client, which notes here how it
//! went.

use moka::sync::Cache;

use super::{Exchange, PostError};
use crate::clock;

/// More partners than this are not remembered; the ones asked least are forgotten.
const PARTNERS: u64 = 10_000;

/// What is known about reaching partners since this process began.
#[derive(Clone, Debug)]
pub struct Reach {
    known: Cache<String, Contact>,
}

/// What is known about reaching one partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// When it last answered, in milliseconds since the epoch.
    pub answered: Option<i64>,
    /// Since when it does not, and how the last attempt failed.
    pub failing: Option<Failing>,
}

/// A partner does not answer: no connection, no answer in time, or an error of its server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// Of the first attempt that failed, in milliseconds since the epoch.
    pub since: i64,
    /// How the last attempt failed, as a sentence.
    pub detail: String,
}

impl Default for Reach {
    fn default() -> Self {
        Self { known: Cache::new(PARTNERS) }
    }
}

impl Reach {
    /// What is known about this partner.
    pub fn of(&self, partner: &str) -> Contact {
        self.known.get(partner).unwrap_or_default()
    }

    /// The partners that do not answer now.
    pub fn failing(&self) -> Vec<(String, Failing)> {
        let failing = |(partner, contact): (std::sync::Arc<String>, Contact)| {
            contact.failing.map(|failing| (partner.as_str().to_owned(), failing))
        };
        self.known.iter().filter_map(failing).collect()
    }

    /// It did not answer before this process began, and nothing newer is known.
    pub(crate) fn failed_before(&self, partner: &str, since: i64, detail: &str) {
        let known = self.of(partner);
        if known.answered.is_none() && known.failing.is_none() {
            let failing = Some(Failing { since, detail: detail.to_owned() });
            self.known.insert(partner.to_owned(), Contact { answered: None, failing });
        }
    }

    /// How an exchange went. That we may not connect there says nothing about the partner.
    pub(super) fn note(&self, partner: &str, outcome: &Result<Exchange, PostError>) {
        let detail = match outcome {
            Ok(exchange) if exchange.is_server_error() => exchange.refusal(),
            Ok(_) => {
                let contact = Contact { answered: Some(clock::millis(clock::now())), failing: None };
                self.known.insert(partner.to_owned(), contact);
                return;
            }
            Err(PostError::Unreachable(reason)) => reason.clone(),
            Err(PostError::Forbidden(_)) => return,
        };
        let known = self.of(partner);
        let since = known.failing.map_or_else(|| clock::millis(clock::now()), |failing| failing.since);
        let failing = Some(Failing { since, detail });
        self.known.insert(partner.to_owned(), Contact { answered: known.answered, failing });
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use std::time::Duration;

    use super::*;

    fn answered(status: u16) -> Result<Exchange, PostError> {
        let (body, links) = (Vec::new(), Vec::new());
        Ok(Exchange { status, body, links, location: None, duration: Duration::ZERO, attempts: 1 })
    }

    #[test]
    fn a_partner_fails_from_its_first_failure_until_it_answers() {
        let cases = [
            (answered(200), false),
            (answered(404), false),
            (answered(503), true),
            (Err(PostError::Unreachable("no connection".to_owned())), true),
            (Err(PostError::Forbidden("not there".to_owned())), false),
        ];
        for (outcome, failing) in cases {
            let reach = Reach::default();
            reach.note("did:web:a", &outcome);
            assert_eq!(reach.of("did:web:a").failing.is_some(), failing, "{outcome:?}");
            assert_eq!(reach.failing().len(), usize::from(failing));
            reach.note("did:web:a", &answered(200));
            assert_eq!(reach.of("did:web:a").failing, None);
        }
        let reach = Reach::default();
        reach.failed_before("did:web:a", 1, "before");
        reach.note("did:web:a", &answered(500));
        let failing = reach.of("did:web:a").failing.unwrap();
        assert_eq!((failing.since, failing.detail.as_str()), (1, "the partner answered 500"));
        reach.failed_before("did:web:a", 2, "late");
        assert_eq!(reach.of("did:web:a").failing.map(|failing| failing.since), Some(1));
    }
}
