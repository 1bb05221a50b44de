//! The data: pulled, pushed, and read part by part.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use super::{Scene, WITHIN, ensure, read};
use crate::cli::client::{http, required, text};
use crate::cli::demo::data::{ROUGH_SERIAL, TELEMETRY_FILE};
use crate::cli::demo::publication::{PARTS, PURPOSE};
use crate::cli::demo::source;
use crate::cli::demo::story::told;
use crate::cli::download::{Access, Download, Received};
use crate::cli::events::Event;
use crate::cli::failure::Failure;
use crate::cli::fetch;
use crate::cli::output::bytes;
use crate::cli::private_file;
use crate::cli::transfer::{Asked, Kind};
use crate::operations::transfers::INBOX;

impl Scene<'_> {
    /// Fetches the telemetry. Returns what was received, and where it was to be had.
    pub(super) async fn pull(&self, agreement: &str) -> Result<(Received, Access), Failure> {
        self.story.step("7. The OEM pulls the telemetry");
        let pid = self.transfer(agreement, Kind::Pull).await?;
        let access = fetch::access(self.oem.client(), &pid).await?;
        let began = Instant::now();
        let received = self.download(&access, None, TELEMETRY_FILE).await?;
        let took = began.elapsed();
        let expected = sha256(&read(&self.telemetry)?);
        self.story.tell(format!(
            "{} received in {} ({})",
            bytes(received.bytes),
            told(took),
            rate(received.bytes, took)
        ));
        ensure(received.sha256 == expected, || format!("the checksum is {}, not {expected}", received.sha256))?;
        self.story.tell(format!("sha256 {expected}: equal to the supplier's file"));
        Ok((received, access))
    }

    /// Has the supplier bring the same.
    pub(super) async fn push(&self, agreement: &str) -> Result<(), Failure> {
        self.story.step("8. The supplier pushes the same");
        let pid = self.transfer(agreement, Kind::Push).await?;
        let file = self.pushed(&pid)?;
        let (received, expected) = (read(&file)?, sha256(&read(&self.telemetry)?));
        let found = sha256(&received);
        ensure(found == expected, || format!("the checksum of {} is {found}, not {expected}", file.display()))?;
        self.story.tell(format!("{} in {}", bytes(received.len() as u64), file.display()));
        self.story.tell(format!("sha256 {expected}: equal again"));
        Ok(())
    }

    /// Reads one record of the supplier's application, under an agreement of its own.
    pub(super) async fn read_part(&self) -> Result<(), Failure> {
        let agreement = self.negotiate("9. The OEM asks for the record of one part", PARTS).await?;
        let pid = self.transfer(&agreement, Kind::Pull).await?;
        let access = fetch::access(self.oem.client(), &pid).await?;
        let serial = format!("SN-{ROUGH_SERIAL}");
        let file = format!("{serial}.json");
        let received = self.download(&access, Some(&serial), &file).await?;
        let expected = source::bytes(&serial).map(|bytes| sha256(&bytes));
        let differs = || format!("the checksum of the record is {}, not {expected:?}", received.sha256);
        ensure(expected.as_deref() == Some(received.sha256.as_str()), differs)?;
        let record: serde_json::Value = serde_json::from_slice(&read(&self.received(&file))?).unwrap_or_default();
        let verdict = text(&record, "verdict");
        self.story.tell(format!(
            "The record of {serial} ({}) is here, checksum equal; its verdict: {verdict}",
            bytes(received.bytes)
        ));
        Ok(())
    }

    async fn transfer(&self, agreement: &str, kind: Kind) -> Result<String, Failure> {
        let began = Instant::now();
        let (agreement, purpose) = (agreement.to_owned(), Some(PURPOSE.to_owned()));
        let asked = Asked { agreement, kind, purpose, scope: Vec::new(), within: WITHIN };
        let tell = |event: &Event| {
            let state = text(&event.data, "state");
            if !state.is_empty() {
                self.story.tell(format!("{state} {} after the request", told(began.elapsed())));
            }
        };
        let transfer = asked.follow(self.oem.client(), tell).await?;
        Ok(required(&transfer, "pid", "GET transfers")?.to_owned())
    }

    async fn download(&self, access: &Access, path: Option<&str>, name: &str) -> Result<Received, Failure> {
        let target = self.received(name);
        let folder = self.oem.path(RECEIVED);
        private_file::folder(&folder).map_err(Failure::file("make the folder", &folder))?;
        let bar = self.story.output().bytes_bar(None);
        let download = Download { http: http()?, target, path, query: None, replace: true, sha256: None };
        let outcome = download.run(async || Ok(access.clone()), &|done, _| bar.set_position(done)).await;
        bar.finish_and_clear();
        outcome
    }

    fn received(&self, name: &str) -> PathBuf {
        self.oem.path(RECEIVED).join(name)
    }

    /// The file in the OEM's inbox that a push under this process has written.
    fn pushed(&self, pid: &str) -> Result<PathBuf, Failure> {
        let inbox = self.oem.data(INBOX);
        let unique = pid.rsplit(':').next().unwrap_or(pid);
        let files = fs::read_dir(&inbox).map_err(Failure::file("read", &inbox))?;
        let mut names = files.filter_map(|entry| entry.ok()).map(|entry| entry.path());
        let found = names.find(|path| path.to_string_lossy().ends_with(unique));
        found.ok_or_else(|| Failure::No(format!("there is no file of {pid} in {}", inbox.display())))
    }
}

/// The OEM's folder for what it fetches.
const RECEIVED: &str = "received";

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn rate(count: u64, took: Duration) -> String {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
    format!("{}/s", bytes(count.saturating_mul(1_000_000) / micros))
}
