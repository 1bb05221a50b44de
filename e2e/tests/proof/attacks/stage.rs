//! The connector under attack, and what each attack is measured by.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use symbolon_e2e::connector::{Config, Connector};
use symbolon_e2e::dcp_peer::{DcpPeer, Party, Reply, now, status};
use symbolon_e2e::peer::Answer;
use symbolon_e2e::{Failure, eventually};

pub(super) type Outcome = Result<(), Failure>;

pub(super) const REVOCATIONS: &str = "/status/revocation";
const BITSTRING: &str = "/status/bitstring";
pub(super) const SUSPENSIONS: &str = "/status/suspension";
/// The bit that is set in both lists.
pub(super) const BAD_BIT: usize = 4711;
/// Honest requests before memory is looked at.
const HONEST: usize = 50;
/// Memory that may be taken for good by whatever is sent; allocators keep some of what they are given back.
pub(super) const GROWTH_MIB: u64 = 48;

/// A connector that lives in a dataspace, the peer, and the issuer that the dataspace believes about memberships.
pub(super) struct Stage {
    pub(super) connector: Connector,
    pub(super) peer: DcpPeer,
    pub(super) issuer: Party,
    bits: AtomicUsize,
}

/// How an attack is refused.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused {
    /// HTTP status.
    pub(super) status: u16,
    /// The code, in the answer and in the log.
    pub(super) code: &'static str,
    /// What the reason says among other things.
    pub(super) because: &'static str,
}

/// Not let in: what was sent proves nothing.
pub(super) const fn unproved(code: &'static str, because: &'static str) -> Refused {
    Refused { status: 401, code, because }
}

/// Known, and not let in.
pub(super) const fn forbidden(code: &'static str, because: &'static str) -> Refused {
    Refused { status: 403, code, because }
}

impl Stage {
    pub(super) async fn set() -> Result<Self, Failure> {
        Self::with(Config::new("supplier")).await
    }

    pub(super) async fn with(config: Config) -> Result<Self, Failure> {
        let connector = Connector::start(config.web().relaxed()).await?;
        let peer = DcpPeer::start()?;
        let issuer = peer.party()?;
        let bits = status::bits(&[BAD_BIT]);
        for (path, purpose) in [(REVOCATIONS, "revocation"), (SUSPENSIONS, "suspension")] {
            let id = format!("{}{path}", issuer.url);
            let list = status::list(status::Model::StatusList2021, &id, &issuer.did, purpose, &bits)?;
            peer.serve(&issuer, path, Reply::Json(list));
        }
        let id = format!("{}{BITSTRING}", issuer.url);
        let list = status::list(status::Model::Bitstring, &id, &issuer.did, "revocation", &bits)?;
        peer.serve(&issuer, BITSTRING, Reply::Json(list));
        let dataspace = issuer.dataspace("Example", &["MembershipCredential"]);
        connector.management().put("dataspaces/example", &dataspace).await?;
        connector.publish_openly("part", b"data").await?;
        let stage = Self { connector, peer, issuer, bits: AtomicUsize::new(0) };
        // A token of the very second of the start may be older than the connector, and is refused for that.
        eventually("the first honest request is accepted", async || {
            let answer = stage.honest().await.ok()?;
            (answer.status == 200).then_some(())
        })
        .await?;
        Ok(stage)
    }

    /// A company with an honest membership that is neither revoked nor suspended.
    pub(super) fn member(&self) -> Result<Party, Failure> {
        let holder = self.peer.party()?;
        let credential = self.membership(&holder)?;
        self.peer.presents(&holder, vec![credential]);
        Ok(holder)
    }

    /// An honest credential with both status entries.
    pub(super) fn membership(&self, holder: &Party) -> Result<String, Failure> {
        let bit = self.bits.fetch_add(1, Ordering::Relaxed);
        let statuses =
            json!([self.status(REVOCATIONS, "revocation", bit), self.status(SUSPENSIONS, "suspension", bit)]);
        let mut credential = self.issuer.membership(&holder.did, now());
        credential.payload["vc"]["credentialStatus"] = statuses;
        self.issuer.sign(&credential)
    }

    pub(super) fn status(&self, path: &str, purpose: &str, bit: usize) -> Value {
        let list = format!("{}{path}", self.issuer.url);
        status::entry(status::Model::StatusList2021, &list, purpose, bit)
    }

    /// An entry in the revocation list of data model 2.0.
    pub(super) fn bitstring_status(&self, bit: usize) -> Value {
        status::entry(status::Model::Bitstring, &format!("{}{BITSTRING}", self.issuer.url), "revocation", bit)
    }

    /// Asks for the catalogue with this token.
    pub(super) async fn ask(&self, token: &str) -> Result<Answer, Failure> {
        self.peer.catalog(&self.connector.dsp_address(), token).await
    }

    /// Asks for the catalogue with an honest token of this party.
    pub(super) async fn ask_as(&self, holder: &Party) -> Result<Answer, Failure> {
        let token = holder.sign(&holder.id_token(self.connector.participant(), now()))?;
        self.ask(&token).await
    }

    /// Everything honest, by a company that was not seen before.
    pub(super) async fn honest(&self) -> Result<Answer, Failure> {
        let holder = self.member()?;
        self.ask_as(&holder).await
    }

    /// The answer is the refusal that is expected, and the log has a new line that says so.
    pub(super) fn check(&self, attack: &str, answer: &Answer, refused: &Refused, log_before: usize) {
        let (code, reasons) = (answer.text("code"), answer.reasons());
        assert_eq!((answer.status, code), (refused.status, refused.code), "{attack}: {}", answer.body);
        assert!(reasons.contains(refused.because), "{attack}: {reasons}");
        let log = self.connector.log();
        let news = log.get(log_before..).unwrap_or_default();
        let line = news.lines().find(|line| line.contains("WARN") && line.contains(refused.code));
        assert!(line.is_some(), "{attack}: no line about {} in:\n{news}", refused.code);
    }

    /// Bytes in the log now.
    pub(super) fn logged(&self) -> usize {
        self.connector.log().len()
    }

    /// The most memory that the process has had since it started, in MiB, after it has done for a while what it does: by then
    /// its pools and caches are there.
    pub(super) async fn most_memory_when_warm(&self) -> Result<u64, Failure> {
        for _ in 0..HONEST {
            assert_eq!(self.honest().await?.status, 200);
        }
        Ok(self.most_memory())
    }

    /// The most memory that the process has had since it started, in MiB.
    pub(super) fn most_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.connector.pid().unwrap())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }

    /// It still lets in who is honest, and has not panicked.
    pub(super) async fn is_well(&self) -> Outcome {
        let answer = self.honest().await?;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.body.to_string().contains("part"), "{}", answer.body);
        let log = self.connector.log();
        assert!(!log.contains("panicked") && !log.contains("internal error"), "{log}");
        Ok(())
    }
}
