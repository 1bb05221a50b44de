//! Where the bytes of an asset come from.
//!
//! A [`Source`] is configuration of the provider. Its JSON form holds secrets: give [`Source::redacted`] to people.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use actix_web::http::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::guard::AddressGuard;
use crate::headers;

/// Where the bytes of an asset come from: `{"type": "HttpData", ..}` or `{"type": "File", ..}`.
///
/// Deserialising validates; [`Source::parse`] does the same and keeps the stable code of an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub enum Source {
    /// An HTTP endpoint that requests are forwarded to.
    Http(HttpSource),
    /// A file, or a folder whose files are addressed by sub-path.
    File(FileSource),
}

impl Source {
    /// Reads and validates the JSON form.
    pub fn parse(value: Value) -> Result<Self, SourceError> {
        let form: Form = serde_json::from_value(value).map_err(|error| SourceError::Malformed(error.to_string()))?;
        Self::try_from(form)
    }

    /// Checks what depends on this connector's configuration: the guard for an HTTP source, the folders that may be
    /// published for a file. Nothing is contacted; a file must exist.
    pub fn check(&self, guard: &AddressGuard, folders: &[PathBuf]) -> Result<(), SourceError> {
        match self {
            Self::Http(source) => {
                guard.check_url(&source.base_url).map_err(|refusal| SourceError::Address(refusal.to_string()))
            }
            Self::File(source) => source.check(folders),
        }
    }

    /// The JSON form with every secret value replaced by `"***"`.
    pub fn redacted(&self) -> Value {
        let mut value = json!(Form::from(self.clone()));
        if let Some(Value::Object(headers)) = value.get_mut("headers") {
            headers.values_mut().for_each(|secret| *secret = json!("***"));
        }
        value
    }
}

/// An HTTP endpoint that requests are forwarded to.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpSource {
    pub(crate) base_url: Url,
    pub(crate) proxy_path: bool,
    pub(crate) proxy_query_params: bool,
    pub(crate) proxy_method: bool,
    pub(crate) proxy_body: bool,
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
}

impl HttpSource {
    /// The address that sub-path and query are added to.
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }
}

impl Source {
    /// Why a path cannot tell what of this source is asked for, if it cannot: the path is not passed on, or the body of a
    /// request could ask for something else. The end of a sentence about the source.
    pub fn hides_what_is_asked(&self) -> Option<&'static str> {
        match self {
            Self::Http(source) if !source.proxy_path => Some("does not pass the path on (proxyPath)"),
            Self::Http(source) if source.proxy_body => Some("passes the body of a request on (proxyBody)"),
            Self::Http(_) => None,
            Self::File(source) if source.path.is_dir() => None,
            Self::File(_) => Some("is one file, and has no paths"),
        }
    }

    /// Whether the query of a request is passed on.
    pub fn takes_query(&self) -> bool {
        match self {
            Self::Http(source) => source.proxy_query_params,
            Self::File(_) => false,
        }
    }
}

impl fmt::Debug for HttpSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("HttpSource")
            .field("base_url", &self.base_url.as_str())
            .field("proxy_path", &self.proxy_path)
            .field("proxy_query_params", &self.proxy_query_params)
            .field("proxy_method", &self.proxy_method)
            .field("proxy_body", &self.proxy_body)
            .field("method", &self.method)
            .field("header_names", &headers)
            .finish()
    }
}

/// A file, or a folder whose files are addressed by sub-path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSource {
    pub(crate) path: PathBuf,
    pub(crate) media_type: Option<String>,
}

impl FileSource {
    /// The file or folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its media type, where it was given.
    pub fn media_type(&self) -> Option<&str> {
        self.media_type.as_deref()
    }

    fn check(&self, folders: &[PathBuf]) -> Result<(), SourceError> {
        let missing = |error: std::io::Error| SourceError::FileMissing(self.path.clone(), error.to_string());
        let found = self.path.canonicalize().map_err(missing)?;
        let metadata = found.metadata().map_err(missing)?;
        if !metadata.is_file() && !metadata.is_dir() {
            return Err(SourceError::FileKind(self.path.clone()));
        }
        let inside = |folder: &PathBuf| folder.canonicalize().is_ok_and(|folder| found.starts_with(folder));
        if folders.iter().any(inside) { Ok(()) } else { Err(SourceError::FileOutside(self.path.clone())) }
    }
}

/// Why a source is refused. The text is a sentence for the operator who configures it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// Not one of the two JSON forms.
    #[error("the source cannot be read: {0}")]
    Malformed(String),
    /// `baseUrl` is not an absolute URL.
    #[error("baseUrl is not a URL: {0}")]
    Url(String),
    /// `baseUrl` has another scheme than http or https.
    #[error("baseUrl has the scheme \"{0}\"; only http and https can be a source")]
    Scheme(String),
    /// `baseUrl` carries a user name or password.
    #[error("baseUrl carries a user name or password; give them as an Authorization header in \"headers\"")]
    Credentials,
    /// `baseUrl` has a fragment, which is never sent.
    #[error("baseUrl has a fragment, which is never sent to a server; remove what follows \"#\"")]
    Fragment,
    /// The guard refuses `baseUrl`.
    #[error("baseUrl is refused: {0}")]
    Address(String),
    /// `method` is not one that can be forwarded.
    #[error("\"{0}\" cannot be the method of a source; use GET, POST, PUT, PATCH, DELETE or OPTIONS")]
    Method(String),
    /// The name or value of a header cannot be sent.
    #[error("the header \"{0}\" cannot be sent: {1}")]
    Header(String, &'static str),
    /// `path` is not absolute, or leaves the folder it begins in.
    #[error("the path \"{0}\" must be absolute and contain no \"..\"")]
    Path(PathBuf),
    /// Nothing is there.
    #[error("the file \"{0}\" cannot be read: {1}")]
    FileMissing(PathBuf, String),
    /// A device, a socket or the like.
    #[error("\"{0}\" is neither a file nor a folder")]
    FileKind(PathBuf),
    /// Not below a folder that the configuration allows to publish.
    #[error("\"{0}\" is in none of the folders that this connector may publish from")]
    FileOutside(PathBuf),
    /// `mediaType` is not a media type.
    #[error("\"{0}\" is not a media type; expected a form such as text/csv")]
    MediaType(String),
}

impl SourceError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "source-malformed",
            Self::Url(_) => "source-url",
            Self::Scheme(_) => "source-scheme",
            Self::Credentials => "source-credentials",
            Self::Fragment => "source-fragment",
            Self::Address(_) => "source-address-refused",
            Self::Method(_) => "source-method",
            Self::Header(..) => "source-header",
            Self::Path(_) => "source-path",
            Self::FileMissing(..) => "source-file-missing",
            Self::FileKind(_) => "source-file-kind",
            Self::FileOutside(_) => "source-file-outside",
            Self::MediaType(_) => "source-media-type",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all_fields = "camelCase", deny_unknown_fields)]
enum Form {
    #[serde(rename = "HttpData")]
    Http {
        base_url: String,
        #[serde(default)]
        proxy_path: bool,
        #[serde(default)]
        proxy_query_params: bool,
        #[serde(default)]
        proxy_method: bool,
        #[serde(default)]
        proxy_body: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        method: Option<String>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, String>,
    },
    #[serde(rename = "File")]
    File {
        path: PathBuf,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media_type: Option<String>,
    },
}

impl TryFrom<Form> for Source {
    type Error = SourceError;

    fn try_from(form: Form) -> Result<Self, SourceError> {
        match form {
            Form::Http { base_url, proxy_path, proxy_query_params, proxy_method, proxy_body, method, headers } => {
                Ok(Self::Http(HttpSource {
                    base_url: parse_base_url(&base_url)?,
                    proxy_path,
                    proxy_query_params,
                    proxy_method,
                    proxy_body,
                    method: parse_method(method.as_deref().unwrap_or("GET"))?,
                    headers: parse_headers(headers)?,
                }))
            }
            Form::File { path, media_type } => {
                let plain = path.components().all(|part| !matches!(part, std::path::Component::ParentDir));
                if !path.is_absolute() || !plain {
                    return Err(SourceError::Path(path));
                }
                let media_type = media_type.map(parse_media_type).transpose()?;
                Ok(Self::File(FileSource { path, media_type }))
            }
        }
    }
}

impl From<Source> for Form {
    fn from(source: Source) -> Self {
        match source {
            Source::Http(source) => {
                let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
                Self::Http {
                    headers: source.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
                    base_url: source.base_url.into(),
                    proxy_path: source.proxy_path,
                    proxy_query_params: source.proxy_query_params,
                    proxy_method: source.proxy_method,
                    proxy_body: source.proxy_body,
                    method: Some(source.method.to_string()),
                }
            }
            Source::File(source) => Self::File { path: source.path, media_type: source.media_type },
        }
    }
}

pub(crate) fn parse_base_url(text: &str) -> Result<Url, SourceError> {
    let url = Url::parse(text).map_err(|error| SourceError::Url(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(SourceError::Scheme(url.scheme().to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(SourceError::Credentials);
    }
    if url.fragment().is_some() {
        return Err(SourceError::Fragment);
    }
    Ok(url)
}

fn parse_method(text: &str) -> Result<Method, SourceError> {
    let method = Method::from_bytes(text.as_bytes()).map_err(|_| SourceError::Method(text.to_owned()))?;
    match method {
        Method::GET | Method::POST | Method::PUT | Method::PATCH | Method::DELETE | Method::OPTIONS => Ok(method),
        _ => Err(SourceError::Method(text.to_owned())),
    }
}

pub(crate) fn parse_headers(form: BTreeMap<String, String>) -> Result<HeaderMap, SourceError> {
    let mut map = HeaderMap::with_capacity(form.len());
    for (name, value) in form {
        let refused = |reason| SourceError::Header(name.clone(), reason);
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused("this is not a header name"))?;
        if headers::is_hop_by_hop(parsed.as_str()) || matches!(parsed.as_str(), "host" | "content-length") {
            return Err(refused("it belongs to the connection, and the connector sets it itself"));
        }
        let mut value = HeaderValue::from_str(&value).map_err(|_| refused("its value contains control characters"))?;
        value.set_sensitive(true);
        if map.insert(parsed, value).is_some() {
            return Err(refused("it is given twice, in different letter case"));
        }
    }
    Ok(map)
}

fn parse_media_type(text: String) -> Result<String, SourceError> {
    let token = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    let essence = text.split(';').next().unwrap_or_default().trim_end();
    let fine = essence.split_once('/').is_some_and(|(kind, rest)| token(kind) && token(rest));
    let printable = text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if fine && printable { Ok(text) } else { Err(SourceError::MediaType(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_source_is_refused_with_a_code() {
        let http = |url: &str| json!({"type": "HttpData", "baseUrl": url});
        let headers =
            |name: &str, value: &str| json!({"type": "HttpData", "baseUrl": "http://a/", "headers": {name: value}});
        let cases = [
            (http("https://mes.example/api"), "ok"),
            (http("nonsense"), "source-url"),
            (http("ftp://mes.example/"), "source-scheme"),
            (http("file:///etc/passwd"), "source-scheme"),
            (http("https://u:p@mes.example/"), "source-credentials"),
            (http("https://u@mes.example/"), "source-credentials"),
            (http("https://mes.example/#a"), "source-fragment"),
            (headers("X-Api-Key", "k"), "ok"),
            (headers("X Api", "k"), "source-header"),
            (headers("X-Api", "a\r\nb: c"), "source-header"),
            (headers("Transfer-Encoding", "chunked"), "source-header"),
            (headers("Host", "b"), "source-header"),
            (json!({"type": "HttpData", "baseUrl": "http://a/", "method": "TRACE"}), "source-method"),
            (json!({"type": "HttpData", "baseUrl": "http://a/", "method": "POST"}), "ok"),
            (json!({"type": "HttpData"}), "source-malformed"),
            (json!({"type": "HttpData", "baseUrl": "http://a/", "proxypath": true}), "source-malformed"),
            (json!({"type": "S3"}), "source-malformed"),
            (json!({"type": "File", "path": "/data/a.csv", "mediaType": "text/csv; charset=utf-8"}), "ok"),
            (json!({"type": "File", "path": "a.csv"}), "source-path"),
            (json!({"type": "File", "path": "/data/../etc"}), "source-path"),
            (json!({"type": "File", "path": "/data", "mediaType": "csv"}), "source-media-type"),
            (json!({"type": "File", "path": "/data", "mediaType": "a/b\r\nc: d"}), "source-media-type"),
        ];
        for (form, expected) in cases {
            let code = Source::parse(form.clone()).map_or_else(|error| error.code(), |_| "ok");
            assert_eq!(code, expected, "{form}");
        }
    }

    #[test]
    fn secrets_are_stored_and_never_shown() {
        let form = json!({"type": "HttpData", "baseUrl": "http://a.example/", "headers": {"x-api-key": "s3cret"}});
        let source = Source::parse(form).unwrap();
        let stored = serde_json::to_string(&source).unwrap();
        assert!(stored.contains("s3cret"));
        assert_eq!(serde_json::from_str::<Source>(&stored).unwrap(), source);
        assert_eq!(source.redacted()["headers"]["x-api-key"], "***");
        assert!(!format!("{source:?} {}", source.redacted()).contains("s3cret"));
    }

    #[test]
    fn a_file_must_be_in_a_folder_that_may_be_published() {
        let allowed = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        for folder in [&allowed, &other] {
            std::fs::write(folder.path().join("a.csv"), "a").unwrap();
        }
        std::os::unix::fs::symlink(other.path(), allowed.path().join("out")).unwrap();
        for (path, expected) in [
            (allowed.path().join("a.csv"), "ok"),
            (allowed.path().to_owned(), "ok"),
            (allowed.path().join("none"), "source-file-missing"),
            (other.path().join("a.csv"), "source-file-outside"),
            (allowed.path().join("out"), "source-file-outside"),
            (allowed.path().join("out/a.csv"), "source-file-outside"),
            (PathBuf::from("/dev/null"), "source-file-kind"),
        ] {
            let source = Source::parse(json!({"type": "File", "path": path})).unwrap();
            let code = source
                .check(&AddressGuard::default(), &[allowed.path().to_owned()])
                .map_or_else(|error| error.code(), |()| "ok");
            assert_eq!(code, expected, "{}", path.display());
        }
    }
}
