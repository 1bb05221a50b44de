//! Requests to the vault: bounded, timed, without redirects, each with the token as the file has it now.

use std::time::Duration;

use reqwest::{Certificate, Method};
use serde_json::Value;
use symbolon_data_plane::client::causes;
use zeroize::Zeroizing;

use super::VaultError;
use crate::config;

/// Largest answer that is read, in bytes: a keyring with a thousand retired keys has half of it.
const ANSWER_BYTES: usize = 1 << 20;

/// The vault's HTTP API, version 1.
#[derive(Debug)]
pub(super) struct Http {
    http: reqwest::Client,
    config: config::Vault,
}

impl Http {
    pub(super) fn new(config: &config::Vault) -> Result<Self, VaultError> {
        let timeout = Duration::from_secs(config.timeout_s);
        // Fails only where the process has chosen a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(timeout)
            .timeout(timeout)
            .https_only(config.address.scheme() == "https");
        if let Some(path) = &config.ca_file {
            let unusable = |reason: String| VaultError::File { path: path.clone(), reason };
            let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
            let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| unusable(causes(error)))?;
            builder = certificates.into_iter().fold(builder, reqwest::ClientBuilder::add_root_certificate);
        }
        let http = builder.build().map_err(|error| VaultError::Client(causes(error)))?;
        Ok(Self { http, config: config.clone() })
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, VaultError> {
        self.call(Method::GET, path, None).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, VaultError> {
        self.call(Method::POST, path, Some(body)).await
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, VaultError> {
        let address = self.config.address.as_str().trim_end_matches('/');
        let mut request = self.http.request(method, format!("{address}/v1/{path}"));
        request = request.header("X-Vault-Token", self.token()?.as_str()).header("X-Vault-Request", "true");
        if let Some(namespace) = &self.config.namespace {
            request = request.header("X-Vault-Namespace", namespace);
        }
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body.to_string());
        }
        let unreachable = |error| VaultError::Unreachable(causes(error));
        let mut response = request.send().await.map_err(unreachable)?;
        let path = path.to_owned();
        match response.status().as_u16() {
            200..300 => {}
            403 => return Err(VaultError::Denied { path }),
            404 => return Err(VaultError::Absent { path }),
            503 => return Err(VaultError::Sealed),
            status => return Err(VaultError::Status { status, path }),
        }
        let mut answer = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if answer.len() + chunk.len() > ANSWER_BYTES {
                return Err(VaultError::Unexpected { path, what: "the answer is larger than 1 MiB" });
            }
            answer.extend_from_slice(&chunk);
        }
        if answer.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer).map_err(|_| VaultError::Unexpected { path, what: "the answer is not JSON" })
    }

    /// An agent beside us may have renewed the token since the last request.
    fn token(&self) -> Result<Zeroizing<String>, VaultError> {
        let path = &self.config.token_file;
        let unusable = |reason: String| VaultError::File { path: path.clone(), reason };
        let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?);
        let token = Zeroizing::new(text.trim().to_owned());
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(unusable("it does not hold a token".to_owned()));
        }
        Ok(token)
    }
}
