//! What others publish, without a network.

use std::collections::HashMap;
use std::sync::Mutex;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use serde_json::Value;
use symbolon_identity::fetch::{Fetch, FetchError};

/// Documents by their address, changeable, with a record of what was asked for.
#[derive(Debug, Default)]
pub(crate) struct Peers {
    documents: Mutex<HashMap<String, Result<Vec<u8>, FetchError>>>,
    asked: Mutex<Vec<String>>,
}

impl Peers {
    pub(crate) fn publish(&self, url: &str, document: &Value) {
        self.answer(url, Ok(document.to_string().into_bytes()));
    }

    pub(crate) fn answer(&self, url: &str, answer: Result<Vec<u8>, FetchError>) {
        self.documents.lock().unwrap().insert(url.to_owned(), answer);
    }

    /// The addresses that were asked for since the last call.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl Fetch for Peers {
    fn get<'a>(&'a self, url: &'a str, _accept: &'a str, most: usize) -> BoxFuture<'a, Result<Vec<u8>, FetchError>> {
        self.asked.lock().unwrap().push(url.to_owned());
        let unknown = Err(FetchError::Status(404));
        let answer = self.documents.lock().unwrap().get(url).cloned().unwrap_or(unknown);
        ready(answer.and_then(|body| if body.len() > most { Err(FetchError::TooLarge) } else { Ok(body) })).boxed()
    }

    fn post<'a>(
        &'a self,
        _url: &'a str,
        _authorization: &'a str,
        _body: Vec<u8>,
        _most: usize,
    ) -> BoxFuture<'a, Result<Vec<u8>, FetchError>> {
        ready(Err(FetchError::Status(405))).boxed()
    }
}
