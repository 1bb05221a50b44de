//! Questions to the graph that operators have saved.

use sqlx::sqlite::SqliteRow;

use super::{Db, Statement, StorageError, column};

const TABLE: &str = "question";

/// A saved question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its id.
    pub id: String,
    /// What it asks, in a few words.
    pub title: String,
    /// What the answer means.
    pub description: String,
    /// SPARQL.
    pub query: String,
    /// The operator who saved it last.
    pub saved_by: String,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// Milliseconds since the epoch.
    pub updated: i64,
}

/// Adds the question or replaces it.
pub fn put(question: &Question) -> Statement {
    let q = question;
    let args = vec![
        q.id.as_str().into(),
        q.title.as_str().into(),
        q.description.as_str().into(),
        q.query.as_str().into(),
        q.saved_by.as_str().into(),
        q.created.into(),
        q.updated.into(),
    ];
    let sql = "INSERT INTO question (id, title, description, query, saved_by, created, updated)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (id) DO UPDATE SET title = $2, description = $3, query = $4, saved_by = $5, updated = $7";
    Statement::new(TABLE, &q.id, sql, args)
}

/// Forgets the question; a conflict if there is none.
pub fn delete(id: &str) -> Statement {
    Statement::new(TABLE, id, "DELETE FROM question WHERE id = $1", vec![id.into()]).exactly_one()
}

/// The question, or `None`.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<Question>, StorageError> {
    let row = sqlx::query("SELECT * FROM question WHERE id = $1").bind(id).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// Saved questions in the order of their titles.
pub async fn list(db: &Db, limit: i64) -> Result<Vec<Question>, StorageError> {
    let sql = "SELECT * FROM question ORDER BY title, id LIMIT $1";
    let rows = sqlx::query(sql).bind(limit).fetch_all(db.readers()).await?;
    rows.iter().map(read).collect()
}

/// How many questions are saved.
pub async fn count(db: &Db) -> Result<i64, StorageError> {
    let row = sqlx::query("SELECT count(*) AS saved FROM question").fetch_one(db.readers()).await?;
    column(&row, TABLE, "saved")
}

fn read(row: &SqliteRow) -> Result<Question, StorageError> {
    Ok(Question {
        id: column(row, TABLE, "id")?,
        title: column(row, TABLE, "title")?,
        description: column(row, TABLE, "description")?,
        query: column(row, TABLE, "query")?,
        saved_by: column(row, TABLE, "saved_by")?,
        created: column(row, TABLE, "created")?,
        updated: column(row, TABLE, "updated")?,
    })
}
