//! How much has been taken from the counters of an agreement. A draw is never given back.

use serde::{Deserialize, Serialize};

use super::{Arg, Db, Statement, StorageError, column};

const TABLE: &str = "usage";

/// What has been taken from one counter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// Path of the constraint in the policy.
    pub counter: String,
    /// How much, in all.
    pub amount: i64,
    /// When first, in milliseconds since the epoch.
    pub first: i64,
    /// When last, in milliseconds since the epoch.
    pub last: i64,
}

/// Takes `amount` from a counter that gives `most` in all; a conflict if that is more than is left.
pub fn draw(agreement: &str, counter: &str, amount: i64, most: i64, at: i64) -> Statement {
    let sql = "INSERT INTO usage (agreement, counter, used, first, last)
        SELECT $1, $2, $3, $5, $5 WHERE $3 >= 0 AND $3 <= $4
        ON CONFLICT (agreement, counter) DO UPDATE SET used = usage.used + excluded.used, last = excluded.last
        WHERE usage.used <= $4 - excluded.used";
    let args: Vec<Arg> = vec![agreement.into(), counter.into(), amount.into(), most.into(), at.into()];
    Statement::new(TABLE, format!("{agreement} {counter}"), sql, args).exactly_one()
}

/// What has been taken under the agreement, in the order of the counters.
pub async fn under(db: &Db, agreement: &str) -> Result<Vec<Used>, StorageError> {
    let sql = "SELECT counter, used, first, last FROM usage WHERE agreement = $1 ORDER BY counter";
    let rows = sqlx::query(sql).bind(agreement).fetch_all(db.readers()).await?;
    let read = |row| {
        Ok(Used {
            counter: column(row, TABLE, "counter")?,
            amount: column(row, TABLE, "used")?,
            first: column(row, TABLE, "first")?,
            last: column(row, TABLE, "last")?,
        })
    };
    rows.iter().map(read).collect()
}
