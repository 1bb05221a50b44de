//! Agreements, and the log from which the graph takes them up.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use symbolon_contract_negotiation::{Party, Role};
use symbolon_policies_odrl::PolicyDocument;

use super::narrowing::{Found, List, Narrowing};
use super::negotiations::role_name;
use super::offers::Step;
use super::{Arg, Db, Page, Statement, StorageError, column, json, to_json};

const TABLE: &str = "agreement";
pub(super) const GRAPH_LOG: &str = "graph_log";

/// Whether the agreement still grants anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AgreementState {
    /// It governs transfers.
    InForce,
    /// We ended it for ourselves; every transfer and data request under it is refused.
    Retired,
    /// A party ended it for both, for good: the rights have ended, and duties that survive still bind.
    Terminated,
}

/// The end of an agreement for both parties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Termination {
    /// Who ended it.
    pub by: Party,
    /// When, in milliseconds since the epoch, as it counts here.
    pub at: i64,
    /// For programs.
    pub code: Option<String>,
    /// For people.
    pub reason: Vec<String>,
}

/// A party's half: its signed word on the canonical agreement, in both forms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attestation {
    /// `consumer` or `provider`.
    pub role: String,
    /// DID of the signer.
    pub signer: String,
    /// Verifiable Credential with a Data Integrity proof. Null in what was written before there were any.
    #[serde(default)]
    pub credential: Value,
    /// The same as a JWT.
    #[serde(default)]
    pub jwt: String,
}

/// A concluded agreement.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredAgreement {
    /// Agreement id, chosen by the provider.
    pub id: String,
    /// Which side we are.
    pub role: Role,
    /// The other participant.
    pub partner: String,
    /// Base of the partner's endpoints.
    pub partner_address: String,
    /// The dataset it is about.
    pub asset: String,
    /// The dataspace that it was made in; empty: outside any.
    pub dataspace: String,
    /// Own process id of the negotiation; none if imported.
    pub negotiation: Option<String>,
    /// In force or retired.
    pub state: AgreementState,
    /// Raised by each update.
    pub version: i64,
    /// The ODRL agreement as it was sent.
    pub document: PolicyDocument,
    /// `sha-256:<hex>` of its canonical RDF.
    pub digest: String,
    /// Signatures of both sides, as far as we have them.
    pub attestations: Vec<Attestation>,
    /// Provider: whether transfers start without a person.
    pub transfer_automation: Step,
    /// Milliseconds since the epoch.
    pub concluded: i64,
    /// Milliseconds since the epoch.
    pub retired: Option<i64>,
    /// Why it was retired.
    pub retire_reason: Option<String>,
    /// How it was terminated.
    pub termination: Option<Termination>,
}

/// Adds the agreement; a duplicate if the id is taken.
pub fn insert(agreement: &StoredAgreement) -> Statement {
    let a = agreement;
    let args: Vec<Arg> = vec![
        a.id.as_str().into(),
        role_name(a.role).into(),
        a.partner.as_str().into(),
        a.partner_address.as_str().into(),
        a.asset.as_str().into(),
        a.negotiation.clone().into(),
        state_name(a.state).into(),
        a.version.into(),
        to_json(&a.document).into(),
        a.digest.as_str().into(),
        to_json(&a.attestations).into(),
        to_json(&a.transfer_automation).into(),
        a.concluded.into(),
        a.retired.into(),
        a.retire_reason.clone().into(),
        a.dataspace.as_str().into(),
        a.termination.as_ref().map(to_json).into(),
    ];
    let sql = "INSERT INTO agreement (id, role, partner, partner_address, asset, negotiation, state, version, document,
        digest, attestations, automation, concluded, retired, retire_reason, dataspace, termination)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    Statement::new(TABLE, &a.id, sql, args)
}

/// Writes state, retirement, termination and attestations; a conflict if somebody else wrote first.
pub fn update(agreement: &StoredAgreement, read_version: i64) -> Statement {
    let a = agreement;
    let args: Vec<Arg> = vec![
        a.id.as_str().into(),
        read_version.into(),
        state_name(a.state).into(),
        to_json(&a.attestations).into(),
        a.retired.into(),
        a.retire_reason.clone().into(),
        a.termination.as_ref().map(to_json).into(),
    ];
    let sql = "UPDATE agreement SET state = $3, version = $2 + 1, attestations = $4, retired = $5, retire_reason = $6,
        termination = $7 WHERE id = $1 AND version = $2";
    Statement::new(TABLE, &a.id, sql, args).exactly_one()
}

/// Retires the agreement whatever its version: the partner does not hold it.
pub fn void(id: &str, at: i64, reason: &str) -> Statement {
    let sql = "UPDATE agreement SET state = 'RETIRED', version = version + 1, retired = $2, retire_reason = $3
        WHERE id = $1 AND state = 'IN_FORCE'";
    Statement::new(TABLE, id, sql, vec![id.into(), at.into(), reason.into()])
}

/// Has the graph take the agreement up (again).
pub fn log_for_graph(id: &str) -> Statement {
    Statement::append(GRAPH_LOG, id, "INSERT INTO graph_log (agreement) VALUES ($1)", vec![id.into()])
}

/// The agreement, or `None`.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<StoredAgreement>, StorageError> {
    let row = sqlx::query("SELECT * FROM agreement WHERE id = $1").bind(id).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// What a list may be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Participant id.
    pub partner: Option<String>,
    /// `consumer` or `provider`.
    pub role: Option<String>,
    /// Whether it still grants anything.
    pub state: Option<AgreementState>,
    /// A text in an id or in the partner's name.
    pub text: Option<String>,
}

const LIST: List = List {
    rows: "SELECT * FROM agreement",
    keys: "SELECT id AS key FROM agreement",
    order: " ORDER BY concluded DESC, id DESC",
    down_to: ("(concluded, id) >= (SELECT concluded, id FROM agreement WHERE id = ", ")"),
    searched: &["id", "partner", "asset", "negotiation", "digest"],
};

/// Agreements, newest first.
pub async fn list(db: &Db, filter: &Filter, page: &Page) -> Result<Found<StoredAgreement>, StorageError> {
    let mut narrowing = Narrowing::default();
    narrowing.equal("partner", filter.partner.as_deref());
    narrowing.equal("role", filter.role.as_deref());
    narrowing.equal("state", filter.state.map(state_name));
    let after = page.after.as_deref();
    narrowing.with("(concluded, id) < (SELECT concluded, id FROM agreement WHERE id = ", after, ")");
    narrowing.list(db, &LIST, filter.text.as_deref(), page.limit, read).await
}

/// No end is agreed.
pub const NEVER: i64 = i64::MAX;

/// How many agreements are in force.
pub async fn count_in_force(db: &Db) -> Result<i64, StorageError> {
    let mut narrowing = Narrowing::default();
    narrowing.equal("state", Some(state_name(AgreementState::InForce)));
    narrowing.count(db, "SELECT count(*) AS key FROM agreement").await
}

/// Agreements whose end has not been worked out, in the order of their ids.
pub async fn without_end(db: &Db, limit: i64) -> Result<Vec<StoredAgreement>, StorageError> {
    let sql = "SELECT * FROM agreement WHERE ends IS NULL ORDER BY id LIMIT $1";
    let rows = sqlx::query(sql).bind(limit).fetch_all(db.readers()).await?;
    rows.iter().map(read).collect()
}

/// Notes when the right to use ends, as the agreement's text says: milliseconds since the epoch, or [`NEVER`].
pub fn note_end(id: &str, ends: i64) -> Statement {
    Statement::new(TABLE, id, "UPDATE agreement SET ends = $2 WHERE id = $1", vec![id.into(), ends.into()])
}

/// An agreement in force that will end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Agreement id.
    pub id: String,
    /// Dataset id.
    pub asset: String,
    /// The other participant.
    pub partner: String,
    /// Milliseconds since the epoch.
    pub ends: i64,
}

/// Agreements in force that end in this time, the soonest first.
pub async fn ending(db: &Db, from: i64, until: i64, limit: i64) -> Result<Vec<Ending>, StorageError> {
    let sql = "SELECT id, asset, partner, ends FROM agreement WHERE state = 'IN_FORCE' AND ends >= $1 AND ends < $2
        ORDER BY ends LIMIT $3";
    let rows = sqlx::query(sql).bind(from).bind(until).bind(limit).fetch_all(db.readers()).await?;
    let ending = |row: &SqliteRow| {
        Ok(Ending {
            id: column(row, TABLE, "id")?,
            asset: column(row, TABLE, "asset")?,
            partner: column(row, TABLE, "partner")?,
            ends: column(row, TABLE, "ends")?,
        })
    };
    rows.iter().map(ending).collect()
}

/// What the graph has to take up after `seq`: the place in the log and the agreement as it is now.
pub async fn graph_log_after(db: &Db, seq: i64, limit: i64) -> Result<Vec<(i64, StoredAgreement)>, StorageError> {
    let rows = sqlx::query(
        "SELECT g.seq, a.* FROM graph_log g JOIN agreement a ON a.id = g.agreement WHERE g.seq > $1 ORDER BY g.seq LIMIT $2",
    )
    .bind(seq)
    .bind(limit)
    .fetch_all(db.readers())
    .await?;
    rows.iter().map(|row| Ok((column(row, GRAPH_LOG, "seq")?, read(row)?))).collect()
}

fn state_name(state: AgreementState) -> &'static str {
    match state {
        AgreementState::InForce => "IN_FORCE",
        AgreementState::Retired => "RETIRED",
        AgreementState::Terminated => "TERMINATED",
    }
}

fn read(row: &SqliteRow) -> Result<StoredAgreement, StorageError> {
    let wrong = |name: &str, value: &str| StorageError::Row {
        table: TABLE,
        column: name.to_owned(),
        detail: format!("unknown value {value:?}"),
    };
    let termination: Option<&str> = column(row, TABLE, "termination")?;
    Ok(StoredAgreement {
        id: column(row, TABLE, "id")?,
        role: match column(row, TABLE, "role")? {
            "consumer" => Role::Consumer,
            "provider" => Role::Provider,
            other => return Err(wrong("role", other)),
        },
        partner: column(row, TABLE, "partner")?,
        partner_address: column(row, TABLE, "partner_address")?,
        asset: column(row, TABLE, "asset")?,
        dataspace: column(row, TABLE, "dataspace")?,
        negotiation: column(row, TABLE, "negotiation")?,
        state: match column(row, TABLE, "state")? {
            "IN_FORCE" => AgreementState::InForce,
            "RETIRED" => AgreementState::Retired,
            "TERMINATED" => AgreementState::Terminated,
            other => return Err(wrong("state", other)),
        },
        version: column(row, TABLE, "version")?,
        document: json(row, TABLE, "document")?,
        digest: column(row, TABLE, "digest")?,
        attestations: json(row, TABLE, "attestations")?,
        transfer_automation: json(row, TABLE, "automation")?,
        concluded: column(row, TABLE, "concluded")?,
        retired: column(row, TABLE, "retired")?,
        retire_reason: column(row, TABLE, "retire_reason")?,
        termination: termination.map(|_| json(row, TABLE, "termination")).transpose()?,
    })
}
