//! Dataspaces that this connector lives in: whom each believes, what has to be presented, and what we issue there.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::sqlite::SqliteRow;

use super::{Arg, Db, Statement, StorageError, column, json, to_json};

const TABLE: &str = "dataspace";

/// A dataspace as this connector knows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoredDataspace {
    /// Short name in lower case, chosen by the operator; what offers and agreements refer to.
    pub id: String,
    /// For people.
    pub name: String,
    /// Whom it believes, and about what.
    pub issuers: Vec<TrustedIssuer>,
    /// Scopes that a partner has to satisfy.
    pub required_scopes: Vec<String>,
    /// Scopes that a partner is granted when it asks what we can present.
    pub presented_scopes: Vec<String>,
    /// IRI of the policy profile that its offers and agreements follow.
    pub profile: Option<String>,
    /// Base URL of a directory that tells BPN and DID apart (BDRS).
    pub directory: Option<String>,
    /// What we issue, where we are the issuer.
    pub issuing: Option<Issuing>,
    /// Which members of which credentials are facts.
    pub claims: Vec<Claim>,
    /// Counts changes, from 1.
    pub version: i64,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// Milliseconds since the epoch.
    pub updated: i64,
}

/// An issuer that a dataspace believes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustedIssuer {
    /// Its DID.
    pub did: String,
    /// The credential types it is believed about; `None`: any.
    pub types: Option<Vec<String>>,
}

/// A member of a credential's subject that is a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// The type of the credential; its issuer must be believed about it.
    pub r#type: String,
    /// Where in `credentialSubject`: names with a slash between, such as `address/country`.
    pub member: String,
    /// The left operand that it is a value of, as an IRI.
    pub operand: String,
}

/// What we issue in a dataspace, and to whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Issuing {
    /// Who may ask.
    pub admission: Admission,
    /// What may be asked for.
    pub types: Vec<CredentialType>,
}

/// Who may ask for credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Admission {
    /// Members, and those who bring the code of an invitation.
    Invited,
    /// Anybody who proves its DID; it becomes a member without attributes.
    Open,
}

/// A credential that we issue: one type in one profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CredentialType {
    /// The type, such as `MembershipCredential`.
    pub r#type: String,
    /// `vc11-sl2021/jwt` or `vc20-bssl/jwt`.
    pub profile: String,
    /// JSON-LD contexts beside that of the data model.
    #[serde(default)]
    pub contexts: Vec<String>,
    /// The JSON schema that the credential names.
    #[serde(default)]
    pub schema: Option<CredentialSchema>,
    /// Members of `credentialSubject`, without `id`. `{name}` in a text is the member's attribute of that name.
    #[serde(default)]
    pub claims: Map<String, Value>,
    /// How long it is valid.
    pub validity_days: u32,
    /// Whether it names a status list of suspensions too. Wallets that read only one status entry refuse such
    /// credentials, so this is asked for where it is needed.
    #[serde(default)]
    pub suspendable: bool,
}

/// The schema that a credential names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialSchema {
    /// Where it is.
    pub id: String,
    /// `JsonSchemaValidator2018` or `JsonSchema`.
    pub r#type: String,
}

impl StoredDataspace {
    /// The ids and types of the credentials that we issue here. An id names dataspace, type and profile, so that it
    /// stays the same as long as these do.
    pub fn credential_objects(&self) -> impl Iterator<Item = (String, &CredentialType)> {
        let types = self.issuing.iter().flat_map(|issuing| &issuing.types);
        types.map(|kind| (self.object_id(kind), kind))
    }

    fn object_id(&self, kind: &CredentialType) -> String {
        let profile = kind.profile.split(['-', '/']).next().unwrap_or_default();
        format!("{}:{}:{profile}", self.id, kind.r#type)
    }
}

/// Adds the dataspace.
pub fn insert(dataspace: &StoredDataspace) -> Statement {
    let sql =
        "INSERT INTO dataspace (id, name, issuers, required_scopes, presented_scopes, profile, directory, issuing,
        version, updated, claims, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let mut args = args(dataspace);
    args.push(dataspace.created.into());
    Statement::new(TABLE, &dataspace.id, sql, args)
}

/// Replaces the dataspace; `dataspace.version` is the new version, and the row must hold the one before.
pub fn update(dataspace: &StoredDataspace) -> Statement {
    let sql = "UPDATE dataspace SET name = $2, issuers = $3, required_scopes = $4, presented_scopes = $5, profile = $6,
        directory = $7, issuing = $8, version = $9, updated = $10, claims = $11 WHERE id = $1 AND version = $9 - 1";
    Statement::new(TABLE, &dataspace.id, sql, args(dataspace)).exactly_one()
}

fn args(dataspace: &StoredDataspace) -> Vec<Arg> {
    vec![
        dataspace.id.as_str().into(),
        dataspace.name.as_str().into(),
        to_json(&dataspace.issuers).into(),
        to_json(&dataspace.required_scopes).into(),
        to_json(&dataspace.presented_scopes).into(),
        dataspace.profile.clone().into(),
        dataspace.directory.clone().into(),
        dataspace.issuing.as_ref().map(to_json).into(),
        dataspace.version.into(),
        dataspace.updated.into(),
        to_json(&dataspace.claims).into(),
    ]
}

/// Forgets the dataspace and its members; a conflict if there is none.
pub fn delete(id: &str) -> Statement {
    Statement::new(TABLE, id, "DELETE FROM dataspace WHERE id = $1", vec![id.into()]).exactly_one()
}

/// All dataspaces, the oldest first. There are few: what operators enter by hand.
pub async fn all(db: &Db) -> Result<Vec<StoredDataspace>, StorageError> {
    let rows = sqlx::query("SELECT * FROM dataspace ORDER BY created, id").fetch_all(db.readers()).await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<StoredDataspace, StorageError> {
    let issuing: Option<&str> = column(row, TABLE, "issuing")?;
    Ok(StoredDataspace {
        id: column(row, TABLE, "id")?,
        name: column(row, TABLE, "name")?,
        issuers: json(row, TABLE, "issuers")?,
        required_scopes: json(row, TABLE, "required_scopes")?,
        presented_scopes: json(row, TABLE, "presented_scopes")?,
        profile: column(row, TABLE, "profile")?,
        directory: column(row, TABLE, "directory")?,
        issuing: issuing.map(|_| json(row, TABLE, "issuing")).transpose()?,
        claims: json(row, TABLE, "claims")?,
        version: column(row, TABLE, "version")?,
        created: column(row, TABLE, "created")?,
        updated: column(row, TABLE, "updated")?,
    })
}
