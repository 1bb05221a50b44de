//! A real vault on a port of its own: OpenBao in development mode, which speaks the HTTP API of HashiCorp Vault. What it
//! holds is gone with it.

use std::fs::{self, File};
use std::process::Stdio;

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::connector::http_client;
use crate::tools::tool;
use crate::{Failure, eventually, ports};

/// The token that may do everything.
const ROOT: &str = "e2e-root-token";

/// A vault that is unsealed, with a KV store (version 2) at `secret/` and a transit engine at `transit/`. Dropping it ends
/// the process.
#[derive(Debug)]
pub struct Vault {
    http: reqwest::Client,
    address: String,
    folder: TempDir,
    _process: Child,
}

impl Vault {
    /// Installs it if need be, and starts it.
    ///
    /// # Errors
    /// When it cannot be installed or does not start.
    pub async fn start() -> Result<Self, Failure> {
        let binary = tool("openbao").await?;
        let folder = TempDir::with_prefix("symbolon-vault-").map_err(Failure::io("temporary folder"))?;
        let listens = format!("127.0.0.1:{}", two_ports()?);
        let log = File::create(folder.path().join("log")).map_err(Failure::io("log of the vault"))?;
        let errors = log.try_clone().map_err(Failure::io("log of the vault"))?;
        let mut command = Command::new(binary);
        command.args(["server", "-dev", "-dev-no-store-token"]);
        command.arg(format!("-dev-root-token-id={ROOT}")).arg(format!("-dev-listen-address={listens}"));
        command.env("HOME", folder.path()).stdin(Stdio::null()).stdout(log).stderr(errors).kill_on_drop(true);
        let process = command.spawn().map_err(Failure::io("starting the vault"))?;
        let vault = Self { http: http_client()?, address: format!("http://{listens}"), folder, _process: process };
        let ready = eventually("the vault is unsealed and ready", async || {
            vault.status("sys/health").await.filter(|status| *status == 200)
        });
        if let Err(failure) = ready.await {
            return Err(Failure::Unexpected(format!("{failure}; it printed:\n{}", vault.log()?)));
        }
        vault.write("sys/mounts/transit", &json!({"type": "transit"})).await?;
        Ok(vault)
    }

    /// `http://127.0.0.1:<port>`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The token that may do everything.
    pub fn root_token(&self) -> &'static str {
        ROOT
    }

    /// Makes a signing key of the transit engine; `kind` as `ed25519` or `ecdsa-p256`.
    ///
    /// # Errors
    /// As [`Vault::write`].
    pub async fn transit_key(&self, name: &str, kind: &str) -> Result<(), Failure> {
        self.write(&format!("transit/keys/{name}"), &json!({"type": kind})).await.map(drop)
    }

    /// A token that may do only what `rules` say: pairs of path and capabilities, such as
    /// `("transit/sign/*", &["update"])`.
    ///
    /// # Errors
    /// As [`Vault::write`].
    pub async fn token(&self, name: &str, rules: &[(&str, &[&str])]) -> Result<String, Failure> {
        let paths: serde_json::Map<String, Value> = rules
            .iter()
            .map(|(path, capabilities)| ((*path).to_owned(), json!({"capabilities": capabilities})))
            .collect();
        let policy = json!({"path": paths}).to_string();
        self.write(&format!("sys/policies/acl/{name}"), &json!({"policy": policy})).await?;
        let asked = json!({"policies": [name], "no_default_policy": true});
        let answer = self.write("auth/token/create", &asked).await?;
        let token = answer.pointer("/auth/client_token").and_then(Value::as_str).map(str::to_owned);
        token.ok_or_else(|| Failure::Unexpected(format!("no token in {answer}")))
    }

    /// Takes a token back.
    ///
    /// # Errors
    /// As [`Vault::write`].
    pub async fn revoke(&self, token: &str) -> Result<(), Failure> {
        self.write("auth/token/revoke", &json!({"token": token})).await.map(drop)
    }

    /// Locks it, as an operator does in an emergency: every call is answered 503 from now on.
    ///
    /// # Errors
    /// As [`Vault::write`].
    pub async fn seal(&self) -> Result<(), Failure> {
        self.write("sys/seal", &json!({})).await.map(drop)
    }

    /// Unlocks it again with the key that it printed when it started.
    ///
    /// # Errors
    /// As [`Vault::write`]; also when the key is not in its log.
    pub async fn unseal(&self) -> Result<(), Failure> {
        let log = self.log()?;
        let key = log.lines().find_map(|line| line.trim().strip_prefix("Unseal Key: "));
        let key = key.ok_or_else(|| Failure::Unexpected("the vault printed no unseal key".to_owned()))?;
        self.write("sys/unseal", &json!({"key": key.trim()})).await?;
        eventually("the vault is unsealed", async || self.status("sys/health").await.filter(|status| *status == 200))
            .await
            .map(drop)
    }

    /// Reads a path below `/v1/`.
    ///
    /// # Errors
    /// `Refused` for everything but 2xx, `Unanswered` when there is no usable answer.
    pub async fn read(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::GET, path, None).await
    }

    /// Writes to a path below `/v1/`.
    ///
    /// # Errors
    /// As [`Vault::read`].
    pub async fn write(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(Method::POST, path, Some(body)).await
    }

    fn log(&self) -> Result<String, Failure> {
        fs::read_to_string(self.folder.path().join("log")).map_err(Failure::io("log of the vault"))
    }

    async fn status(&self, path: &str) -> Option<u16> {
        let answer = self.http.get(format!("{}/v1/{path}", self.address)).send().await.ok()?;
        Some(answer.status().as_u16())
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let call = format!("{method} {path} at the vault");
        let lost = |error: reqwest::Error| Failure::Unanswered { call: call.clone(), reason: error.to_string() };
        let request = self.http.request(method.clone(), format!("{}/v1/{path}", self.address));
        let request = request.header("X-Vault-Token", ROOT);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await.map_err(lost)?;
        let status = answer.status();
        let body = serde_json::from_slice(&answer.bytes().await.map_err(lost)?).unwrap_or(Value::Null);
        match status.is_success() {
            true => Ok(body),
            false => Err(Failure::Refused { call, status: status.as_u16(), body }),
        }
    }
}

/// The first of two neighbouring ports: the vault takes the next one for its cluster.
fn two_ports() -> Result<u16, Failure> {
    let free = || ports::free().map_err(Failure::io("free port"));
    loop {
        let (first, second) = (free()?, free()?);
        if second == first + 1 {
            return Ok(first);
        }
    }
}
