//! How documents of others come in: DID documents, status lists, schemas, credential services.

use std::collections::HashMap;
use std::fmt;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use thiserror::Error;

/// The one way in which this crate reaches others. Two implementations: the server's client, which guards addresses, refuses
/// redirects and stops at a time limit; and [`Documents`], which holds what an exported file carries.
pub trait Fetch: Send + Sync + fmt::Debug {
    /// The body at `url`, asked for as `accept` (a media type).
    ///
    /// # Errors
    /// [`FetchError`]; [`FetchError::TooLarge`] once more than `most` bytes have come.
    fn get<'a>(&'a self, url: &'a str, accept: &'a str, most: usize) -> BoxFuture<'a, Result<Vec<u8>, FetchError>>;

    /// The body of the answer to a JSON `body` sent to `url` with this `Authorization` header.
    ///
    /// # Errors
    /// As [`Fetch::get`].
    fn post<'a>(
        &'a self,
        url: &'a str,
        authorization: &'a str,
        body: Vec<u8>,
        most: usize,
    ) -> BoxFuture<'a, Result<Vec<u8>, FetchError>>;
}

/// Why nothing came.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FetchError {
    /// Our own rules do not allow this address; the text says which.
    #[error("the address is not allowed: {0}")]
    Forbidden(String),
    /// No answer; the text says what failed.
    #[error("there was no answer: {0}")]
    Unreachable(String),
    /// An answer with another status than 2xx. Redirects are not followed.
    #[error("the answer has the status {0}")]
    Status(u16),
    /// More bytes than were asked for.
    #[error("the answer is larger than what is accepted")]
    TooLarge,
}

impl FetchError {
    /// A stable code for programs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Forbidden(_) => "fetch-forbidden",
            Self::Unreachable(_) => "fetch-unreachable",
            Self::Status(_) => "fetch-status",
            Self::TooLarge => "fetch-too-large",
        }
    }
}

/// Documents by their address, read without a network: what an exported file carries. Nothing can be posted.
#[derive(Clone, Default)]
pub struct Documents(HashMap<String, Vec<u8>>);

impl Documents {
    /// Adds the document at `url`, in place of one that was there.
    pub fn insert(&mut self, url: impl Into<String>, body: impl Into<Vec<u8>>) {
        self.0.insert(url.into(), body.into());
    }
}

impl Fetch for Documents {
    fn get<'a>(&'a self, url: &'a str, _accept: &'a str, most: usize) -> BoxFuture<'a, Result<Vec<u8>, FetchError>> {
        let found = match self.0.get(url) {
            None => Err(FetchError::Unreachable("the file does not carry this document".into())),
            Some(body) if body.len() > most => Err(FetchError::TooLarge),
            Some(body) => Ok(body.clone()),
        };
        ready(found).boxed()
    }

    fn post<'a>(
        &'a self,
        _url: &'a str,
        _authorization: &'a str,
        _body: Vec<u8>,
        _most: usize,
    ) -> BoxFuture<'a, Result<Vec<u8>, FetchError>> {
        ready(Err(FetchError::Unreachable("nothing is sent offline".into()))).boxed()
    }
}

impl fmt::Debug for Documents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
