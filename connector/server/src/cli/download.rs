//! Downloads the data of a transfer to a file, and goes on where an earlier attempt broke off.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_RANGE, ETAG, HeaderMap, IF_RANGE, LAST_MODIFIED, RANGE};
use reqwest::{RequestBuilder, Response, StatusCode};
use sha2::{Digest as _, Sha256};
use tokio::time::{sleep, timeout};
use url::Url;

use super::client::{accepted, causes, send};
use super::failure::Failure;
use super::private_file;

/// Attempts in a row that bring no byte.
const FRUITLESS: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// Without a byte for this long the connection counts as broken.
const SILENCE: Duration = Duration::from_secs(60);

/// Where the data is, and the token for it.
#[derive(Clone, Debug)]
pub(super) struct Access {
    endpoint: Url,
    authorization: Option<String>,
}

impl Access {
    /// From the members of a data address.
    pub(super) fn new(endpoint: &str, authorization: Option<String>) -> Result<Self, Failure> {
        let unusable = |why: &str| Failure::Unanswered { call: format!("GET {endpoint}"), why: why.to_owned() };
        let endpoint = Url::parse(endpoint).map_err(|error| unusable(&format!("this is no URL: {error}")))?;
        if endpoint.cannot_be_a_base() {
            return Err(unusable("this is no HTTP URL"));
        }
        Ok(Self { endpoint, authorization })
    }

    /// The endpoint with path and query added.
    pub(super) fn url(&self, path: Option<&str>, query: Option<&str>) -> Url {
        let mut url = self.endpoint.clone();
        if let (Some(path), Ok(mut segments)) = (path, url.path_segments_mut()) {
            segments.pop_if_empty().extend(path.trim_matches('/').split('/'));
        }
        if let Some(query) = query {
            url.set_query(Some(query));
        }
        url
    }

    /// The request with the token.
    pub(super) fn authorize(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.authorization {
            Some(authorization) => request.header(AUTHORIZATION, authorization),
            None => request,
        }
    }
}

/// What to download to which file.
#[derive(Debug)]
pub(super) struct Download<'a> {
    pub(super) http: reqwest::Client,
    pub(super) target: PathBuf,
    pub(super) path: Option<&'a str>,
    pub(super) query: Option<&'a str>,
    /// Whether a file that is there already is replaced.
    pub(super) replace: bool,
    /// The checksum that it must have, in hex. What has another one is thrown away.
    pub(super) sha256: Option<&'a str>,
}

/// A finished download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Received {
    /// Size of the file.
    pub(super) bytes: u64,
    /// Bytes that an earlier run had left.
    pub(super) resumed_at: u64,
    /// Of the whole file, in hex.
    pub(super) sha256: String,
}

/// How an attempt ended that did not complete the file.
enum Broken {
    /// Trying again may help.
    Off(Failure),
    /// It will not.
    For(Failure),
}

impl Download<'_> {
    /// Downloads. `access` is asked before each attempt, so that a token that ended is replaced; `progress` is told the bytes
    /// held and, where known, the bytes of the whole.
    ///
    /// # Errors
    /// When the file is there already, the other side refuses, or [`FRUITLESS`] attempts in a row bring nothing.
    pub(super) async fn run(
        &self,
        access: impl AsyncFn() -> Result<Access, Failure>,
        progress: &impl Fn(u64, Option<u64>),
    ) -> Result<Received, Failure> {
        if !self.replace && self.target.symlink_metadata().is_ok() {
            let why = "it is there already; --force replaces it";
            return Err(Failure::machine(format!("cannot write {}", self.target.display()), why));
        }
        let mut part = Part::open(&self.target).map_err(Failure::file("write beside", &self.target))?;
        let (mut fruitless, mut wait) = (0, FIRST_WAIT);
        loop {
            let before = part.length;
            match self.attempt(&access().await?, &mut part, progress).await {
                Ok(()) => break,
                Err(Broken::For(failure)) => return Err(failure),
                Err(Broken::Off(failure)) => {
                    (fruitless, wait) = if part.length > before { (0, FIRST_WAIT) } else { (fruitless + 1, wait * 2) };
                    if fruitless == FRUITLESS {
                        return Err(failure);
                    }
                    sleep(wait).await;
                }
            }
        }
        let sha256 = hex::encode(part.hash.clone().finalize());
        if let Some(expected) = self.sha256.filter(|expected| !expected.eq_ignore_ascii_case(&sha256)) {
            part.discard().map_err(Failure::file("remove the part of", &self.target))?;
            return Err(Failure::No(format!("the data has the checksum {sha256}, expected was {expected}")));
        }
        let received = Received { bytes: part.length, resumed_at: part.kept, sha256 };
        part.finish(&self.target).map_err(Failure::file("complete", &self.target))?;
        Ok(received)
    }

    async fn attempt(
        &self,
        access: &Access,
        part: &mut Part,
        progress: &impl Fn(u64, Option<u64>),
    ) -> Result<(), Broken> {
        let url = access.url(self.path, self.query);
        let call = format!("GET {url}");
        let mut request = access.authorize(self.http.get(url.clone()));
        let io = |error| Broken::For(Failure::file("write", &part_path(&self.target))(error));
        part.belongs_to(url.as_str()).map_err(io)?;
        if let (1.., Some(version)) = (part.length, &part.version) {
            request = request.header(RANGE, format!("bytes={}-", part.length)).header(IF_RANGE, version);
        }
        let response = send(&call, request).await.map_err(Broken::Off)?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT if first_byte(response.headers()) == Some(part.length) => {}
            StatusCode::RANGE_NOT_SATISFIABLE if whole(response.headers()) == Some(part.length) => return Ok(()),
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
                part.start_over(None).map_err(io)?;
                let why = "it does not go on where the last attempt ended".to_owned();
                return Err(Broken::Off(Failure::Unanswered { call, why }));
            }
            status if status.is_success() => part.start_over(version(response.headers())).map_err(io)?,
            status => {
                let refused = match accepted(&call, response).await {
                    Ok(_) => return Ok(()),
                    Err(failure) => failure,
                };
                let passing = status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429);
                return Err(if passing { Broken::Off(refused) } else { Broken::For(refused) });
            }
        }
        read(response, &call, part, progress, io).await
    }
}

async fn read(
    mut response: Response,
    call: &str,
    part: &mut Part,
    progress: &impl Fn(u64, Option<u64>),
    io: impl Fn(io::Error) -> Broken,
) -> Result<(), Broken> {
    let total = response.content_length().map(|rest| part.length + rest);
    let broken = |why: String| Broken::Off(Failure::Unanswered { call: call.to_owned(), why });
    progress(part.length, total);
    loop {
        match timeout(SILENCE, response.chunk()).await {
            Ok(Ok(Some(chunk))) => part.append(&chunk).map_err(&io)?,
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(broken(causes(&error))),
            Err(_) => return Err(broken(format!("no byte came for {} s", SILENCE.as_secs()))),
        }
        progress(part.length, total);
    }
}

/// The bytes that are here: a file beside the target, and another one with the version of the source they belong to in its
/// first line and the address they came from in its second.
#[derive(Debug)]
struct Part {
    file: File,
    path: PathBuf,
    version_path: PathBuf,
    version: Option<String>,
    address: String,
    length: u64,
    /// Of these, what an earlier run had left.
    kept: u64,
    hash: Sha256,
}

impl Part {
    fn open(target: &Path) -> io::Result<Self> {
        let path = part_path(target);
        let version_path = suffixed(target, ".part.version");
        let file = private_file::append(&path)?;
        let known = fs::read_to_string(&version_path).unwrap_or_default();
        let (version, address) = known.split_once('\n').map_or((None, ""), |(version, from)| (Some(version), from));
        let (version, address) = (version.map(str::to_owned), address.to_owned());
        let mut part = Self { file, path, version_path, version, address, length: 0, kept: 0, hash: Sha256::new() };
        if part.version.is_none() {
            part.start_over(None)?;
            return Ok(part);
        }
        let mut kept = File::open(&part.path)?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            match kept.read(&mut buffer)? {
                0 => break,
                count => {
                    part.hash.update(buffer.get(..count).unwrap_or_default());
                    part.length += count as u64;
                }
            }
        }
        part.kept = part.length;
        Ok(part)
    }

    /// Forgets all bytes if they came from elsewhere.
    fn belongs_to(&mut self, address: &str) -> io::Result<()> {
        if self.address != address {
            self.start_over(None)?;
            address.clone_into(&mut self.address);
        }
        Ok(())
    }

    /// Forgets all bytes. Those that come next belong to `version`; without one they cannot be resumed.
    fn start_over(&mut self, version: Option<String>) -> io::Result<()> {
        self.file.set_len(0)?;
        (self.length, self.kept, self.hash) = (0, 0, Sha256::new());
        match &version {
            Some(version) => {
                private_file::replace(&self.version_path, format!("{version}\n{}", self.address).as_bytes())?
            }
            None => remove(&self.version_path)?,
        }
        self.version = version;
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    fn finish(self, target: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, target)?;
        remove(&self.version_path)
    }

    fn discard(self) -> io::Result<()> {
        remove(&self.path)?;
        remove(&self.version_path)
    }
}

fn part_path(target: &Path) -> PathBuf {
    suffixed(target, ".part")
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What names the version of the source: a strong entity tag, else its date (RFC 9110 §13.1.5).
fn version(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let tag = text(ETAG).filter(|tag| !tag.starts_with("W/"));
    tag.or_else(|| text(LAST_MODIFIED)).map(str::to_owned)
}

/// `bytes 100-199/1000` begins at 100 (RFC 9110 §14.4).
fn first_byte(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?;
    range.split_once('-')?.0.parse().ok()
}

/// `bytes */1000` says that the whole has 1000.
fn whole(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes */")?.parse().ok()
}

#[cfg(test)]
mod tests;
