//! Whether a source can be had, before anything is published: one question to an HTTP endpoint, one look at a file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderValue, RANGE};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::client::{Client, causes, refusal};
use crate::file::media_type_of;
use crate::source::{FileSource, HttpSource, Source, SourceError};

/// Time for the whole question.
const PATIENCE: Duration = Duration::from_secs(10);
/// Entries of a folder that are shown.
const ENTRIES: usize = 1_000;
/// Entries of a folder that are looked at.
const LOOKED_AT: usize = 100_000;

/// What was found out about a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probed {
    /// Whether it can be had as it is described.
    pub reachable: bool,
    /// Bytes, where they can be told.
    pub size: Option<u64>,
    /// Its media type, where it can be told.
    pub media_type: Option<String>,
    /// A sentence for the operator.
    pub detail: String,
}

/// Looks whether the source can be had. Nothing of its data is kept. The folders that may be published from, and the address
/// as far as it can be told without DNS, are checked before ([`Source::check`]).
pub async fn probe(client: &Client, source: &Source) -> Probed {
    match source {
        Source::Http(source) => match timeout(PATIENCE, http(client, source)).await {
            Ok(probed) => probed,
            Err(_) => Probed::not(format!("there was no answer within {} s", PATIENCE.as_secs())),
        },
        Source::File(source) => {
            let source = source.clone();
            spawn_blocking(move || file(&source)).await.unwrap_or_else(|stopped| Probed::not(stopped.to_string()))
        }
    }
}

impl Probed {
    fn not(detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..Self::default() }
    }
}

/// Asks with HEAD; where that is not answered, with GET for the first byte.
async fn http(client: &Client, source: &HttpSource) -> Probed {
    if let Err(refusal) = client.check(&source.base_url) {
        return Probed::not(refusal.to_string());
    }
    match asked(client, source, reqwest::Method::HEAD).await {
        Ok(answer) if matches!(answer.status().as_u16(), 400 | 405 | 501) && source.method == "GET" => {
            asked(client, source, reqwest::Method::GET).await.map_or_else(Probed::not, |answer| told(source, &answer))
        }
        Ok(answer) => told(source, &answer),
        Err(detail) => Probed::not(detail),
    }
}

async fn asked(client: &Client, source: &HttpSource, method: reqwest::Method) -> Result<reqwest::Response, String> {
    let mut fields: HeaderMap = source.headers.clone();
    if method == reqwest::Method::GET {
        fields.insert(RANGE, HeaderValue::from_static("bytes=0-0"));
    }
    let request = client.http.request(method, source.base_url.clone()).headers(fields);
    request.send().await.map_err(|error| match refusal(&error) {
        Some(refusal) => refusal.to_string(),
        None => causes(error),
    })
}

fn told(source: &HttpSource, answer: &reqwest::Response) -> Probed {
    let field = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let length = |text: &str| text.rsplit('/').next()?.parse().ok();
    let status = answer.status().as_u16();
    let said = |reachable, detail: &str| Probed {
        reachable,
        size: None,
        media_type: None,
        detail: format!("the source answers with status {status}{detail}"),
    };
    match status {
        200..=299 => Probed {
            size: field(CONTENT_RANGE).and_then(length).or_else(|| field(CONTENT_LENGTH).and_then(length)),
            media_type: field(CONTENT_TYPE).map(str::to_owned),
            ..said(true, "")
        },
        300..=399 => said(false, ": it has moved, and redirects are not followed"),
        401 | 403 | 407 => said(false, ": it does not take the credentials in \"headers\""),
        // An endpoint may answer below its address only, or to its own method only.
        404 if source.proxy_path => said(true, " at its address itself; paths below it may be there"),
        400 | 405 | 415 | 422 | 501 if source.method != "GET" => {
            said(true, &format!(" to a question; its method {} was not tried", source.method))
        }
        _ => said(false, ""),
    }
}

fn file(source: &FileSource) -> Probed {
    let path = source.path();
    let metadata = match path.metadata() {
        Ok(metadata) => metadata,
        Err(error) => return Probed::not(format!("{}: {error}", path.display())),
    };
    if metadata.is_dir() {
        return match std::fs::read_dir(path) {
            Ok(_) => Probed {
                reachable: true,
                detail: "a folder, whose files are asked for by path".to_owned(),
                ..Probed::default()
            },
            Err(error) => Probed::not(format!("{}: {error}", path.display())),
        };
    }
    match std::fs::File::open(path) {
        Err(error) => Probed::not(format!("{}: {error}", path.display())),
        Ok(_) => Probed {
            reachable: true,
            size: Some(metadata.len()),
            media_type: Some(source.media_type().unwrap_or_else(|| media_type_of(path)).to_owned()),
            detail: "a file that can be read".to_owned(),
        },
    }
}

/// A folder that may be published from, or one within.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// The folders in it, by name.
    pub folders: Vec<PathBuf>,
    /// The files in it, by name.
    pub files: Vec<Entry>,
    /// Whether there is more than is shown.
    pub truncated: bool,
}

/// A file that may be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Absolute path, as a source takes it.
    pub path: PathBuf,
    /// Bytes.
    pub size: u64,
    /// When it was changed last, where the file system tells.
    pub modified: Option<Timestamp>,
    /// By its name.
    pub media_type: &'static str,
}

/// What a folder holds that may be published: no hidden files, and no links that lead out of the folders `allowed`. 1,000
/// entries at most. Reads the file system: not for the worker thread.
///
/// # Errors
/// When it is not within a folder that may be published from, or cannot be read.
pub fn list(folder: &Path, allowed: &[PathBuf]) -> Result<Folder, SourceError> {
    let missing = |error: std::io::Error| SourceError::FileMissing(folder.to_owned(), error.to_string());
    let roots: Vec<PathBuf> = allowed.iter().filter_map(|folder| folder.canonicalize().ok()).collect();
    let may_be = |path: &Path| path.canonicalize().is_ok_and(|found| roots.iter().any(|root| found.starts_with(root)));
    if !folder.is_absolute() {
        return Err(SourceError::Path(folder.to_owned()));
    }
    if !may_be(folder) {
        folder.metadata().map_err(missing)?;
        return Err(SourceError::FileOutside(folder.to_owned()));
    }
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(missing)?.take(LOOKED_AT) {
        let entry = entry.map_err(missing)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") && entry.file_name().to_str().is_some() {
            paths.push(folder.join(entry.file_name()));
        }
    }
    paths.sort_unstable();
    let mut listed = Folder { truncated: paths.len() > ENTRIES, ..Folder::default() };
    for path in paths.into_iter().take(ENTRIES).filter(|path| may_be(path)) {
        let Ok(metadata) = path.metadata() else { continue };
        if metadata.is_dir() {
            listed.folders.push(path);
        } else if metadata.is_file() {
            let modified = metadata.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
            let size = metadata.len();
            listed.files.push(Entry { media_type: media_type_of(&path), path, size, modified });
        }
    }
    Ok(listed)
}
