//! Two connectors that know each other: a supplier, who provides, and an OEM, who consumes.

use crate::Failure;
use crate::connector::{Config, Connector};

/// The two.
#[derive(Debug)]
pub struct Partners {
    /// Provides.
    pub supplier: Connector,
    /// Consumes.
    pub oem: Connector,
}

impl Partners {
    /// Both with did:key identities, as processes of their own. Commits are not flushed one by one: use [`Partners::with`]
    /// where power failures matter.
    ///
    /// # Errors
    /// As [`Connector::start`].
    pub async fn start() -> Result<Self, Failure> {
        Self::with(Config::new("supplier").relaxed(), Config::new("oem").relaxed()).await
    }

    /// Both as configured.
    ///
    /// # Errors
    /// As [`Connector::start`].
    pub async fn with(supplier: Config, oem: Config) -> Result<Self, Failure> {
        let supplier = Connector::start(supplier).await?;
        let oem = Connector::start(oem).await?;
        oem.meet(&supplier).await?;
        supplier.meet(&oem).await?;
        Ok(Self { supplier, oem })
    }
}
