//! Files as sources: found without leaving their folder, read in large blocks off the worker thread.

use std::fs::File;
use std::future::Future;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::Stream;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::path;
use crate::source::FileSource;

const BLOCK: u64 = 256 * 1024;
/// Files up to this size are read while they are opened, which saves a second change of thread.
const SMALL: u64 = 64 * 1024;

/// A regular file that was opened for one answer.
pub(crate) struct OpenFile {
    file: File,
    content: Option<Bytes>,
    pub(crate) len: u64,
    pub(crate) modified: SystemTime,
    /// A strong entity tag, with its quotes.
    pub(crate) etag: String,
    pub(crate) media_type: String,
}

#[derive(Debug)]
pub(crate) enum OpenError {
    /// Nothing that may be given away is there.
    Missing,
    /// The sub-path is not one.
    Escape,
    Io(io::Error),
}

/// Opens the file itself, or the one that a sub-path names inside the folder.
pub(crate) async fn open(source: &FileSource, sub_path: &str) -> Result<OpenFile, OpenError> {
    let below = match sub_path.trim_matches('/') {
        "" => None,
        path => Some(path::below_folder(path).map_err(|path::Escape| OpenError::Escape)?),
    };
    let (root, media_type) = (source.path.clone(), source.media_type.clone());
    match spawn_blocking(move || open_blocking(&root, below, media_type)).await {
        Ok(opened) => opened,
        Err(stopped) => Err(OpenError::Io(io::Error::other(stopped))),
    }
}

fn open_blocking(root: &Path, below: Option<PathBuf>, media_type: Option<String>) -> Result<OpenFile, OpenError> {
    let root = root.canonicalize()?;
    let found = match below {
        None => root,
        Some(below) => {
            // Symbolic links inside the folder may lead to places inside the folder only.
            let found = root.join(below).canonicalize()?;
            if !root.is_dir() || !found.starts_with(&root) {
                return Err(OpenError::Missing);
            }
            found
        }
    };
    // Asked before opening: to open a named pipe would wait for its writer.
    if !found.metadata()?.is_file() {
        return Err(OpenError::Missing);
    }
    let mut file = File::open(&found)?;
    let metadata = file.metadata()?;
    let (len, modified) = (metadata.len(), metadata.modified()?);
    let content = if len <= SMALL { Some(read_block(&mut file, len)?) } else { None };
    let media_type = media_type.unwrap_or_else(|| media_type_of(&found).to_owned());
    Ok(OpenFile { file, content, len, modified, etag: entity_tag(len, modified), media_type })
}

impl OpenFile {
    /// The bytes of `range`, which lies within the file.
    pub(crate) fn read(self, range: Range<u64>) -> FileStream {
        match self.content {
            Some(content) => FileStream::Content(Some(
                usize::try_from(range.start)
                    .ok()
                    .zip(usize::try_from(range.end).ok())
                    .and_then(|(start, end)| (start <= end && end <= content.len()).then(|| content.slice(start..end)))
                    .ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof)),
            )),
            None => {
                FileStream::Blocks { left: range.end.saturating_sub(range.start), reading: start(self.file, range) }
            }
        }
    }
}

/// The bytes of a file, one block being read while the one before is sent.
pub(crate) enum FileStream {
    Content(Option<io::Result<Bytes>>),
    Blocks { left: u64, reading: Option<Reading> },
}

pub(crate) type Reading = JoinHandle<io::Result<(File, Bytes)>>;

impl Stream for FileStream {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.get_mut() {
            Self::Content(content) => Poll::Ready(content.take()),
            Self::Blocks { left, reading } => {
                let Some(task) = reading.as_mut() else { return Poll::Ready(None) };
                let read = ready!(Pin::new(task).poll(cx));
                *reading = None;
                match read {
                    Ok(Ok((mut file, block))) => {
                        *left = left.saturating_sub(block.len() as u64);
                        let next = (*left).min(BLOCK);
                        if next > 0 {
                            *reading = Some(spawn_blocking(move || {
                                let block = read_block(&mut file, next)?;
                                Ok((file, block))
                            }));
                        }
                        Poll::Ready(Some(Ok(block)))
                    }
                    Ok(Err(error)) => Poll::Ready(Some(Err(error))),
                    Err(stopped) => Poll::Ready(Some(Err(io::Error::other(stopped)))),
                }
            }
        }
    }
}

fn start(mut file: File, range: Range<u64>) -> Option<Reading> {
    let first = range.end.saturating_sub(range.start).min(BLOCK);
    (first > 0).then(|| {
        spawn_blocking(move || {
            file.seek(SeekFrom::Start(range.start))?;
            let block = read_block(&mut file, first)?;
            Ok((file, block))
        })
    })
}

/// Reads exactly `len` bytes; a file that became shorter is an error, never a silent end.
fn read_block(file: &mut File, len: u64) -> io::Result<Bytes> {
    let mut block = Vec::with_capacity(usize::try_from(len).map_err(io::Error::other)?);
    file.take(len).read_to_end(&mut block)?;
    if block.len() as u64 == len {
        Ok(block.into())
    } else {
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter while it was read"))
    }
}

fn entity_tag(len: u64, modified: SystemTime) -> String {
    let nanoseconds = modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    format!("\"{nanoseconds:x}-{len:x}\"")
}

/// What files are called, and what is in them; of several endings of one type the usual one stands first.
const MEDIA_TYPES: &[(&str, &str)] = &[
    ("aasx", "application/asset-administration-shell-package"),
    ("avro", "application/vnd.apache.avro"),
    ("csv", "text/csv"),
    ("gz", "application/gzip"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("json", "application/json"),
    ("ndjson", "application/x-ndjson"),
    ("jsonl", "application/x-ndjson"),
    ("jsonld", "application/ld+json"),
    ("nq", "application/n-quads"),
    ("nt", "application/n-triples"),
    ("parquet", "application/vnd.apache.parquet"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("rdf", "application/rdf+xml"),
    ("step", "model/step"),
    ("stp", "model/step"),
    ("svg", "image/svg+xml"),
    ("tsv", "text/tab-separated-values"),
    ("ttl", "text/turtle"),
    ("txt", "text/plain"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xml", "application/xml"),
    ("zip", "application/zip"),
];

pub(crate) fn media_type_of(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    let known = MEDIA_TYPES.iter().find(|(ending, _)| *ending == extension);
    known.map_or("application/octet-stream", |(_, media_type)| media_type)
}

/// What files of this media type are usually called: the ending, without the dot.
pub(crate) fn ending_of(media_type: &str) -> Option<&'static str> {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    MEDIA_TYPES.iter().find(|(_, known)| *known == essence).map(|(ending, _)| *ending)
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename => Self::Missing,
            _ => Self::Io(error),
        }
    }
}
