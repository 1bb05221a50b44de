//! What partners pushed into our inbox: until when it may be kept, and its deletion with the evidence of it.
//!
//! What is deleted is deleted by its agreement's own terms: when the retention that they set ends, or, after the agreement was
//! terminated, by the duties to delete that survive. An agreement that asks for no deletion leaves what was received where it
//! is.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use symbolon_policies_odrl::{Deletion, deletion_at_end, deletion_due};

use super::transfers::inbox_path;
use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::{Change, Connector};
use crate::problem::Problem;
use crate::storage::agreements::{self, StoredAgreement};
use crate::storage::received::{self as rows, Received};
use crate::storage::transfers::{self, StoredTransfer};
use crate::storage::{Page, Statement, StorageError};

/// Rows that are read at once.
const ROWS: i64 = 500;
/// Bytes of a file that are hashed at once.
const BLOCK: usize = 256 * 1024;

/// What was received, under one agreement or all, the newest transfer first.
///
/// # Errors
/// When storage fails.
pub async fn list(
    connector: &Connector,
    operator: &Operator,
    agreement: Option<&str>,
    page: &Page,
) -> Result<Vec<Received>, Problem> {
    operator.must(Permission::Read)?;
    Ok(rows::list(&connector.db, agreement, page).await?)
}

/// What one transfer brought.
///
/// # Errors
/// 404 when it brought nothing.
pub async fn get(connector: &Connector, operator: &Operator, transfer: &str) -> Result<Received, Problem> {
    operator.must(Permission::Read)?;
    let row = rows::by_transfer(&connector.db, transfer).await?;
    row.ok_or_else(|| Problem::not_found("received data of the transfer", transfer))
}

/// A push has brought `bytes` in all; `complete`: that is everything.
///
/// # Errors
/// When storage fails.
pub(crate) async fn note(
    connector: &Connector,
    transfer: &StoredTransfer,
    bytes: u64,
    complete: bool,
) -> Result<(), Problem> {
    let now = clock::now();
    let Some(received) = described(connector, transfer, bytes, now).await? else { return Ok(()) };
    if !complete && received.delete_at.is_none() {
        connector.db.commit_later(vec![rows::keep(&received), receipt(&received)]).await;
        return Ok(());
    }
    let mut change = Change::default();
    keep(&mut change, &received, complete);
    Ok(connector.commit(change).await?)
}

fn keep(change: &mut Change, received: &Received, complete: bool) {
    change.write(rows::keep(received));
    change.write(receipt(received));
    if complete {
        let body = json!({
            "agreement": received.agreement,
            "asset": received.asset,
            "bytes": received.bytes,
            "deleteAt": received.delete_at.map(time),
            "because": received.because,
        });
        change.event("data.received", &received.transfer, Some(&received.partner), body);
    }
    if received.delete_at.is_some() {
        change.delete_what_is_due();
    }
}

/// The transfer's own account of it.
fn receipt(received: &Received) -> Statement {
    transfers::record_receipt(&received.transfer, received.bytes, received.received)
}

/// What came, and until when it may be kept; `None` when it came under no agreement that we know.
async fn described(
    connector: &Connector,
    transfer: &StoredTransfer,
    bytes: u64,
    at: Timestamp,
) -> Result<Option<Received>, Problem> {
    let Some(agreement) = agreements::by_id(&connector.db, &transfer.agreement_id).await? else { return Ok(None) };
    let deletion = deletion_of(&agreement, at);
    Ok(Some(Received {
        transfer: transfer.pid.clone(),
        agreement: agreement.id,
        partner: agreement.partner,
        asset: agreement.asset,
        received: clock::millis(at),
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        delete_at: deletion.as_ref().map(|deletion| clock::millis(deletion.at)),
        because: deletion.map(|deletion| deletion.path),
        digest: None,
        deleted: None,
    }))
}

/// Until when something that was received at `received` may be kept, and the rule that says so.
fn deletion_of(agreement: &StoredAgreement, received: Timestamp) -> Option<Deletion> {
    let policy = agreement.document.policy();
    let by_term = deletion_due(policy, received);
    let at_end = agreement.termination.as_ref().and_then(|termination| {
        let ended = clock::from_millis(termination.at);
        deletion_at_end(&policy.surviving_since(ended), received, ended)
    });
    by_term.into_iter().chain(at_end).min_by_key(|deletion| deletion.at)
}

/// The agreement ends at `ended`, as part of the change that ends it: what surviving duties want deleted is deleted.
pub(super) async fn end_all(
    connector: &Connector,
    agreement: &StoredAgreement,
    change: &mut Change,
) -> Result<(), StorageError> {
    let mut page = Page { after: None, limit: ROWS };
    loop {
        let held = rows::list(&connector.db, Some(&agreement.id), &page).await?;
        let Some(last) = held.last() else { break };
        page.after = Some(last.transfer.clone());
        for row in held.iter().filter(|row| row.deleted.is_none()) {
            let Some(deletion) = deletion_of(agreement, clock::from_millis(row.received)) else { continue };
            change.write(rows::delete_at(&row.transfer, clock::millis(deletion.at), &deletion.path));
        }
    }
    change.delete_what_is_due();
    Ok(())
}

/// What came while the connector could not write it down any more is written down.
///
/// # Errors
/// When storage fails.
pub(crate) async fn take_stock(connector: &Connector) -> Result<(), Problem> {
    let mut after = String::new();
    loop {
        let unknown = transfers::without_record_of_receipt(&connector.db, &after, ROWS).await?;
        let Some(last) = unknown.last() else { return Ok(()) };
        after.clone_from(&last.pid);
        for transfer in &unknown {
            let path = inbox_path(connector, &transfer.pid);
            let found = files(&path).into_iter().find_map(|file| std::fs::metadata(file).ok());
            let Some(file) = found else { continue };
            let at = file.modified().ok().and_then(|at| Timestamp::try_from(at).ok()).unwrap_or_else(clock::now);
            let Some(received) = described(connector, transfer, file.len(), at).await? else { continue };
            let mut change = Change::default();
            keep(&mut change, &received, path.exists());
            connector.commit(change).await?;
        }
    }
}

/// Deletes what one transfer brought. What the file was is on record before it is removed, and that it is gone afterwards;
/// a crash in between repeats what is left to do.
///
/// # Errors
/// When the file cannot be read or removed, or storage fails; it is to be tried again.
pub(crate) async fn delete(connector: &Arc<Connector>, row: &Received, now: Timestamp) -> Result<(), Problem> {
    let path = inbox_path(connector, &row.transfer);
    let mut digest = row.digest.clone();
    if digest.is_none() {
        let path = path.clone();
        let found = tokio::task::spawn_blocking(move || identified(&path)).await.map_err(Problem::internal)?;
        if let Some((found, bytes)) = found.map_err(Problem::internal)? {
            let mut change = Change::default();
            change.write(rows::identify(&row.transfer, &found, i64::try_from(bytes).unwrap_or(i64::MAX)));
            connector.commit(change).await?;
            digest = Some(found);
        }
    }
    let removed = tokio::task::spawn_blocking(move || remove(&path)).await.map_err(Problem::internal)?;
    removed.map_err(Problem::internal)?;
    let mut change = Change::default();
    change.write(rows::record_deletion(row, clock::millis(now)));
    let body = json!({
        "agreement": row.agreement,
        "asset": row.asset,
        "bytes": row.bytes,
        "digest": digest,
        "because": row.because,
        "dueAt": row.delete_at.map(time),
    });
    change.event("data.deleted", &row.transfer, Some(&row.partner), body);
    match connector.commit(change).await {
        // More has come meanwhile; it is due as well, and the next turn takes it.
        Ok(()) | Err(StorageError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The file, what of it has come so far, and what is known of the latter.
fn files(path: &Path) -> [PathBuf; 3] {
    let with = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    [path.to_owned(), with(".part"), with(".upload")]
}

/// Digest and length of what is there; `None` when nothing is.
fn identified(path: &Path) -> io::Result<Option<(String, u64)>> {
    let [whole, part, _] = files(path);
    let mut file = match File::open(&whole) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => match File::open(&part) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            part => part?,
        },
        whole => whole?,
    };
    let (mut hash, mut bytes, mut block) = (Sha256::new(), 0, vec![0; BLOCK]);
    loop {
        let read = file.read(&mut block)?;
        if read == 0 {
            return Ok(Some((format!("sha-256:{}", hex::encode(hash.finalize())), bytes)));
        }
        hash.update(block.get(..read).unwrap_or_default());
        bytes += read as u64;
    }
}

/// Removes everything of it, durably.
fn remove(path: &Path) -> io::Result<()> {
    for file in files(path) {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    match path.parent().map(File::open) {
        Some(Ok(folder)) => folder.sync_all(),
        // Without the folder there is nothing in it.
        Some(Err(_)) | None => Ok(()),
    }
}

fn time(millis: i64) -> Value {
    Value::from(format!("{:.3}", clock::from_millis(millis)))
}
