//! Contract negotiations.

use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::negotiation::{Negotiation, StateName};

use super::agreements::Attestation;
use super::narrowing::{Found, List, Narrowing};
use super::offers::Step;
use super::{Arg, Db, Page, Statement, StorageError, column, json, to_json};

pub(crate) const TABLE: &str = "negotiation";

/// Which steps of a negotiation the connector takes by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Automation {
    /// Consumer: accept an offer whose terms are those that were asked for.
    pub accept: Step,
    /// Consumer: verify an agreement that is the last offer.
    pub verify: Step,
    /// Provider: agree to a request that equals the published offer and whose policy the partner satisfies.
    pub answer: Step,
    /// Provider: finalize when verified.
    pub finalize: Step,
    /// Provider: start transfers under the agreement.
    pub transfer: Step,
}

/// A negotiation with what the connector keeps beside the machine's value.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredNegotiation {
    /// Own process id.
    pub pid: String,
    /// The other participant.
    pub partner: String,
    /// Base of the partner's endpoints for this process.
    pub peer_address: String,
    /// Raised by each update.
    pub version: i64,
    /// The dataset negotiated about.
    pub asset: String,
    /// Id of the offer it began with.
    pub offer_id: String,
    /// The dataspace whose facts decide; empty: it is outside any.
    pub dataspace: String,
    /// Once agreed.
    pub agreement_id: Option<String>,
    /// Which steps are taken without a person.
    pub automation: Automation,
    /// Signatures over the agreement, ours and theirs, until it is concluded.
    pub attestations: Vec<Attestation>,
    /// The machine's value.
    pub machine: Negotiation,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// Milliseconds since the epoch.
    pub updated: i64,
}

/// Adds the negotiation; a duplicate if the partner's process id is known.
pub fn insert(negotiation: &StoredNegotiation) -> Statement {
    let sql = "INSERT INTO negotiation (pid, role, partner, peer_pid, peer_address, state, version, asset, offer_id,
        agreement_id, automation, attestations, body, created, updated, dataspace)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    let n = negotiation;
    let args: Vec<Arg> = vec![
        n.pid.as_str().into(),
        role_name(n.machine.role()).into(),
        n.partner.as_str().into(),
        n.machine.peer_pid().map(str::to_owned).into(),
        n.peer_address.as_str().into(),
        n.machine.state_name().to_string().into(),
        n.version.into(),
        n.asset.as_str().into(),
        n.offer_id.as_str().into(),
        n.agreement_id.clone().into(),
        to_json(&n.automation).into(),
        to_json(&n.attestations).into(),
        to_json(&n.machine).into(),
        n.created.into(),
        n.updated.into(),
        n.dataspace.as_str().into(),
    ];
    Statement::new(TABLE, &n.pid, sql, args)
}

/// Writes the next version; a conflict if somebody else wrote it first.
pub fn update(negotiation: &StoredNegotiation, read_version: i64) -> Statement {
    let sql = "UPDATE negotiation SET peer_pid = $3, state = $4, version = $2 + 1, agreement_id = $5, automation = $6,
        attestations = $7, body = $8, updated = $9 WHERE pid = $1 AND version = $2";
    let n = negotiation;
    let args: Vec<Arg> = vec![
        n.pid.as_str().into(),
        read_version.into(),
        n.machine.peer_pid().map(str::to_owned).into(),
        n.machine.state_name().to_string().into(),
        n.agreement_id.clone().into(),
        to_json(&n.automation).into(),
        to_json(&n.attestations).into(),
        to_json(&n.machine).into(),
        n.updated.into(),
    ];
    Statement::new(TABLE, &n.pid, sql, args).exactly_one()
}

/// The negotiation with this own process id, or `None`.
pub async fn by_pid(db: &Db, pid: &str) -> Result<Option<StoredNegotiation>, StorageError> {
    let row = sqlx::query("SELECT * FROM negotiation WHERE pid = $1").bind(pid).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// The negotiation that the partner knows under `peer_pid`, or `None`.
pub async fn by_peer_pid(
    db: &Db,
    partner: &str,
    role: Role,
    peer_pid: &str,
) -> Result<Option<StoredNegotiation>, StorageError> {
    let row = sqlx::query("SELECT * FROM negotiation WHERE partner = $1 AND role = $2 AND peer_pid = $3")
        .bind(partner)
        .bind(role_name(role))
        .bind(peer_pid)
        .fetch_optional(db.readers())
        .await?;
    row.as_ref().map(read).transpose()
}

/// Where negotiations stand: states, with the role in which we are; none: in either.
pub type Standing = Vec<(Option<Role>, Vec<StateName>)>;

/// What a list may be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// DSP state name.
    pub state: Option<String>,
    /// `consumer` or `provider`.
    pub role: Option<String>,
    /// Participant id.
    pub partner: Option<String>,
    /// In one of these states and roles.
    pub standing: Option<Standing>,
    /// A text in an id or in the partner's name.
    pub text: Option<String>,
}

impl Filter {
    /// The conditions, without the text.
    fn narrowing(&self) -> Narrowing {
        let mut narrowing = Narrowing::default();
        narrowing.equal("state", self.state.as_deref());
        narrowing.equal("role", self.role.as_deref());
        narrowing.equal("partner", self.partner.as_deref());
        if let Some(standing) = &self.standing {
            let alternative = |(role, states): &(Option<Role>, Vec<StateName>)| {
                let states = states.iter().map(|state| state.as_str().to_owned()).collect();
                let role = role.map(|role| ("role", vec![role_name(role).to_owned()]));
                std::iter::once(("state", states)).chain(role).collect()
            };
            narrowing.any_of(&standing.iter().map(alternative).collect::<Vec<_>>());
        }
        narrowing
    }
}

const LIST: List = List {
    rows: "SELECT * FROM negotiation",
    keys: "SELECT pid AS key FROM negotiation",
    order: " ORDER BY pid DESC",
    down_to: ("pid >= ", ""),
    searched: &["pid", "peer_pid", "partner", "asset", "offer_id", "agreement_id"],
};

/// Negotiations, newest first (own process ids grow with time).
pub async fn list(db: &Db, filter: &Filter, page: &Page) -> Result<Found<StoredNegotiation>, StorageError> {
    let mut narrowing = filter.narrowing();
    narrowing.with("pid < ", page.after.as_deref(), "");
    narrowing.list(db, &LIST, filter.text.as_deref(), page.limit, read).await
}

/// How many negotiations stand so.
pub async fn count(db: &Db, standing: &Standing) -> Result<i64, StorageError> {
    let filter = Filter { standing: Some(standing.clone()), ..Filter::default() };
    filter.narrowing().count(db, "SELECT count(*) AS key FROM negotiation").await
}

/// How a role is written in rows.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Consumer => "consumer",
        Role::Provider => "provider",
    }
}

fn read(row: &SqliteRow) -> Result<StoredNegotiation, StorageError> {
    Ok(StoredNegotiation {
        pid: column(row, TABLE, "pid")?,
        partner: column(row, TABLE, "partner")?,
        peer_address: column(row, TABLE, "peer_address")?,
        version: column(row, TABLE, "version")?,
        asset: column(row, TABLE, "asset")?,
        offer_id: column(row, TABLE, "offer_id")?,
        dataspace: column(row, TABLE, "dataspace")?,
        agreement_id: column(row, TABLE, "agreement_id")?,
        automation: json(row, TABLE, "automation")?,
        attestations: json(row, TABLE, "attestations")?,
        machine: json(row, TABLE, "body")?,
        created: column(row, TABLE, "created")?,
        updated: column(row, TABLE, "updated")?,
    })
}
