//! The files of one upload. Each change happens off the worker thread, and holds the lock until it is done, even if the
//! request that asked for it is gone.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use super::{Destination, Held, Piece, ReceiveError, Received};

const BLOCK: usize = 256 * 1024;
/// What of an upload is not whole yet.
const PART: &str = ".part";
/// What is known of it.
const RECORD: &str = ".upload";

/// An upload that this request holds the lock of.
pub(super) struct Upload {
    path: PathBuf,
    part: PathBuf,
    /// `<name>.upload`, locked: it outlives the part, which is renamed.
    record: File,
    about: About,
    file: Option<File>,
    written: u64,
    buffer: BytesMut,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct About {
    version: Option<String>,
    total: Option<u64>,
    complete: bool,
}

impl Upload {
    pub(super) async fn open(destination: &Destination) -> Result<Self, ReceiveError> {
        let path = destination.path.clone();
        blocking(move || Self::open_blocking(path)).await
    }

    /// Prepares for a piece, which must begin where the held bytes end.
    pub(super) async fn begin(mut self, piece: &Piece) -> Result<Self, ReceiveError> {
        let same =
            self.about.version.is_some() && self.about.version == piece.version && self.about.total == piece.total;
        let held = if same { self.written } else { 0 };
        if !piece.replace && piece.start != held {
            return Err(ReceiveError::Offset(held));
        }
        let fresh = piece.replace || !same;
        let about = About { version: piece.version.clone(), total: piece.total, complete: false };
        blocking(move || {
            let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&self.part)?;
            if fresh {
                // First the bytes go, then the record changes: at no moment do old bytes bear the new version.
                file.set_len(0)?;
                file.sync_all()?;
                self.about = about;
                self.write_record()?;
                self.written = 0;
            }
            file.seek(SeekFrom::Start(self.written))?;
            self.file = Some(file);
            Ok(self)
        })
        .await
    }

    /// Takes bytes; they are written in large blocks.
    pub(super) async fn write(mut self, bytes: Bytes) -> Result<Self, ReceiveError> {
        self.buffer.extend_from_slice(&bytes);
        if self.buffer.len() < BLOCK {
            return Ok(self);
        }
        blocking(move || {
            self.flush()?;
            Ok(self)
        })
        .await
    }

    /// Bytes taken so far, from the beginning of the whole.
    pub(super) fn offset(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    /// Keeps what came before the sender was lost; returns how many bytes are held.
    pub(super) async fn keep(mut self) -> Result<u64, ReceiveError> {
        blocking(move || {
            self.flush()?;
            self.sync()?;
            Ok(self.written)
        })
        .await
    }

    /// Makes the bytes durable and, when they are all there, puts the file in its place.
    pub(super) async fn finish(mut self, total: Option<u64>) -> Result<Self, ReceiveError> {
        blocking(move || {
            self.flush()?;
            self.sync()?;
            if total.is_none_or(|total| total == self.written) {
                self.about.total = Some(self.written);
                self.about.complete = true;
                self.write_record()?;
                place(&self.part, &self.path)?;
            }
            Ok(self)
        })
        .await
    }

    pub(super) fn received(&self, bytes: u64) -> Received {
        Received {
            offset: self.written,
            total: self.about.total,
            version: self.about.version.clone(),
            complete: self.about.complete,
            bytes,
        }
    }

    fn open_blocking(path: PathBuf) -> io::Result<Self> {
        let (part, record) = (beside(&path, PART), beside(&path, RECORD));
        let mut record = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(record)?;
        match record.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::ResourceBusy.into()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let mut text = Vec::new();
        record.read_to_end(&mut text)?;
        // A record that was cut off by a crash describes nothing: the upload starts over.
        let mut about: About = serde_json::from_slice(&text).unwrap_or_default();
        let held = length(&part)?;
        if about.complete && held.is_some() && held == about.total {
            place(&part, &path)?;
        }
        let written = if about.complete { length(&path)? } else { length(&part)? };
        about.complete = about.complete && written == about.total;
        let known = about.complete || about.version.is_some();
        let written = written.filter(|_| known).unwrap_or(0);
        Ok(Self { path, part, record, about, file: None, written, buffer: BytesMut::new() })
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.write_all(&self.buffer)?;
            self.written += self.buffer.len() as u64;
            self.buffer.clear();
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.file.as_ref().map_or(Ok(()), File::sync_data)
    }

    fn write_record(&mut self) -> io::Result<()> {
        let text = serde_json::to_vec(&self.about)?;
        self.record.set_len(0)?;
        self.record.seek(SeekFrom::Start(0))?;
        self.record.write_all(&text)?;
        self.record.sync_all()
    }
}

/// What has come, as it stands: nobody is kept from writing more.
pub(super) fn held(path: &Path) -> Option<Held> {
    let about = std::fs::read(beside(path, RECORD)).ok();
    let about: About = about.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    let whole = length(path).ok().flatten();
    let bytes = whole.or_else(|| length(&beside(path, PART)).ok().flatten())?;
    Some(Held { bytes, total: about.total.or(whole) })
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(ending);
    PathBuf::from(name)
}

fn length(path: &Path) -> io::Result<Option<u64>> {
    match path.metadata() {
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn place(part: &Path, path: &Path) -> io::Result<()> {
    std::fs::rename(part, path)?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, ReceiveError> {
    match spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) if error.kind() == io::ErrorKind::ResourceBusy => Err(ReceiveError::Busy),
        Ok(Err(error)) => Err(ReceiveError::Storage(error.to_string())),
        Err(stopped) => Err(ReceiveError::Storage(stopped.to_string())),
    }
}
