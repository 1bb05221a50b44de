//! Requests for credentials, followed up: ours to issuers, and holders' to us.
//!
//! Each is a task of its own, begun by the commit that made its row, or at start-up by the rows that are under way. The row
//! decides: what was done before a crash and not recorded is done again, and both ends take that for the same request.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use crate::connector::{Connector, Errand};
use crate::operations::issuing::delivering;
use crate::operations::wallet::asking;
use crate::storage::{Db, StorageError};

/// An issuer that has taken a request is asked after this for the first time how far it got, and then ever more rarely.
const FIRST_LOOK: Duration = Duration::from_secs(60);
/// The longest time between two such questions.
const RAREST_LOOK: Duration = Duration::from_secs(3600);

/// What was under way when the process ended. To be read before anything new can be committed.
///
/// # Errors
/// When the rows cannot be read.
pub async fn under_way(db: &Db) -> Result<Vec<Errand>, StorageError> {
    let mut errands = delivering::under_way(db).await?;
    errands.extend(asking::under_way(db).await?);
    Ok(errands)
}

/// Follows up what was under way, and then what is committed, until nobody can commit any more.
pub async fn run(connector: Arc<Connector>, under_way: Vec<Errand>, mut committed: UnboundedReceiver<Errand>) {
    for errand in under_way {
        tokio::spawn(follow(Arc::clone(&connector), errand));
    }
    while let Some(errand) = committed.recv().await {
        tokio::spawn(follow(Arc::clone(&connector), errand));
    }
}

async fn follow(connector: Arc<Connector>, errand: Errand) {
    match errand {
        Errand::Issue(id) => deliver(&connector, &id).await,
        Errand::Ask(id) => {
            if ask(&connector, &id).await {
                look(&connector, &id).await;
            }
        }
    }
}

/// Until the holder has its answer, or patience ends.
async fn deliver(connector: &Arc<Connector>, id: &str) {
    let mut patience = Patience::new(connector);
    loop {
        match delivering::advance(connector, id, patience.failures).await {
            Ok(delivering::Outcome::Done) => return,
            Ok(delivering::Outcome::Later) => {}
            Err(problem) => {
                tracing::warn!(issuance = id, %problem, "a request for credentials could not be answered now")
            }
        }
        if !patience.wait().await {
            if let Err(problem) = delivering::give_up(connector, id).await {
                tracing::error!(issuance = id, %problem, "that a delivery was given up could not be written");
            }
            return;
        }
    }
}

/// Until the issuer has taken the request. Tells whether there is an answer to wait for.
async fn ask(connector: &Arc<Connector>, id: &str) -> bool {
    let mut patience = Patience::new(connector);
    loop {
        match asking::send(connector, id, patience.failures).await {
            Ok(asking::Outcome::Done) => return false,
            Ok(asking::Outcome::Taken) => return true,
            Ok(asking::Outcome::Later) => {}
            Err(problem) => tracing::warn!(request = id, %problem, "credentials could not be asked for now"),
        }
        if !patience.wait().await {
            if let Err(problem) = asking::give_up(connector, id).await {
                tracing::error!(request = id, %problem, "that a request was given up could not be written");
            }
            return false;
        }
    }
}

/// The issuer brings what it issues. Only that it will not is worth asking for.
async fn look(connector: &Arc<Connector>, id: &str) {
    let (mut pause, until) = (FIRST_LOOK, Instant::now() + give_up_after(connector));
    loop {
        tokio::time::sleep(pause).await;
        match asking::is_open(connector, id).await {
            Ok(true) if Instant::now() < until => pause = (pause * 2).min(RAREST_LOOK),
            Ok(true | false) => return,
            Err(problem) => tracing::info!(request = id, %problem, "an issuer did not say how far a request got"),
        }
    }
}

fn give_up_after(connector: &Connector) -> Duration {
    Duration::from_secs(connector.config.delivery.give_up_after_h.saturating_mul(3600))
}

/// How long an errand is tried, and how often.
struct Patience {
    failures: u32,
    until: Instant,
    first_ms: u64,
    longest_ms: u64,
}

impl Patience {
    fn new(connector: &Connector) -> Self {
        let delivery = &connector.config.delivery;
        Self {
            failures: 0,
            until: Instant::now() + give_up_after(connector),
            first_ms: delivery.first_wait_ms,
            longest_ms: delivery.longest_wait_s.saturating_mul(1000),
        }
    }

    /// Waits before the next attempt, twice as long as before it, with a random part so that attempts do not fall into step.
    /// `false` when patience has ended.
    async fn wait(&mut self) -> bool {
        let wait = self.first_ms.saturating_mul(1 << self.failures.min(20)).min(self.longest_ms);
        self.failures += 1;
        if Instant::now() >= self.until {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(wait / 2 + crate::ids::place(wait / 2 + 1))).await;
        true
    }
}
