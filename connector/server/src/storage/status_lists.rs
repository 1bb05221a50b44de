//! Status lists that we publish. A list is a row; its bits are the states of the credentials that name it.

use sqlx::sqlite::SqliteRow;

use super::issued::CredentialState;
use super::{Db, Statement, StorageError, column, unknown};

const TABLE: &str = "status_list";

/// A status list, and the list of suspensions beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusList {
    /// Its id, the last part of its URL.
    pub id: String,
    /// In which model it is published.
    pub model: StatusModel,
    /// Milliseconds since the epoch.
    pub created: i64,
}

/// In which model a status list is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusModel {
    /// `StatusList2021Credential`, for credentials of data model 1.1.
    StatusList2021,
    /// `BitstringStatusListCredential`, for credentials of data model 2.0.
    Bitstring,
}

impl StatusModel {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::StatusList2021 => "StatusList2021",
            Self::Bitstring => "BitstringStatusList",
        }
    }

    fn parse(name: &str) -> Result<Self, StorageError> {
        match name {
            "StatusList2021" => Ok(Self::StatusList2021),
            "BitstringStatusList" => Ok(Self::Bitstring),
            other => Err(unknown(TABLE, "model", other)),
        }
    }
}

/// Adds the list.
pub fn insert(list: &StatusList) -> Statement {
    let args = vec![list.id.as_str().into(), list.model.name().into(), list.created.into()];
    Statement::new(TABLE, &list.id, "INSERT INTO status_list (id, model, created) VALUES ($1, $2, $3)", args)
}

/// The list, or `None`.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<StatusList>, StorageError> {
    let row = sqlx::query("SELECT * FROM status_list WHERE id = $1").bind(id).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// The newest list of the model, and how many of its places are taken.
pub async fn newest(db: &Db, model: StatusModel) -> Result<Option<(StatusList, i64)>, StorageError> {
    let sql = "SELECT l.id, l.model, l.created,
        (SELECT count(*) FROM issued_credential i WHERE i.status_list = l.id) AS taken
        FROM status_list l WHERE l.model = $1 ORDER BY l.id DESC LIMIT 1";
    let row = sqlx::query(sql).bind(model.name()).fetch_optional(db.readers()).await?;
    row.as_ref().map(|row| Ok((read(row)?, column(row, TABLE, "taken")?))).transpose()
}

/// The places of the credentials of this list that are in this state.
pub async fn places(db: &Db, list: &str, state: CredentialState) -> Result<Vec<i64>, StorageError> {
    let sql = "SELECT status_index FROM issued_credential WHERE status_list = $1 AND state = $2";
    Ok(sqlx::query_scalar(sql).bind(list).bind(state.name()).fetch_all(db.readers()).await?)
}

fn read(row: &SqliteRow) -> Result<StatusList, StorageError> {
    Ok(StatusList {
        id: column(row, TABLE, "id")?,
        model: StatusModel::parse(column(row, TABLE, "model")?)?,
        created: column(row, TABLE, "created")?,
    })
}
