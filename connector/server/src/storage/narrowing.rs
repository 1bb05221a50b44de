//! Lists that are narrowed: the conditions that are asked for and no others, so that the engine can use its indexes.

use sqlx::sqlite::{SqliteArguments, SqliteRow};

use super::{Arg, Db, StorageError, column};

/// Rows that are looked through for a text before the list is cut. Whoever wants more continues from there.
pub(super) const LOOKED_THROUGH: i64 = 50_000;

/// The conditions of one query. Its text is made of constants of this crate; values are parameters.
#[derive(Clone, Debug, Default)]
pub(super) struct Narrowing {
    conditions: String,
    args: Vec<Arg>,
}

/// What was found, and where to go on where the search for a text stopped before the end.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// At most as many as were asked for.
    pub rows: Vec<T>,
    /// The last key that was looked at; none: everything has been.
    pub looked_to: Option<String>,
}

/// A list: how its rows and their keys are asked for, in which order, and which rows come no later than a key.
pub(super) struct List {
    pub(super) rows: &'static str,
    /// As `rows`, but selects the key alone, as `key`.
    pub(super) keys: &'static str,
    pub(super) order: &'static str,
    /// What stands before and after the key.
    pub(super) down_to: (&'static str, &'static str),
    /// Where a text is looked for.
    pub(super) searched: &'static [&'static str],
}

impl Narrowing {
    /// The column has this value, where one is given.
    pub(super) fn equal(&mut self, column: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            let place = self.place(value.into());
            self.and(&format!("{column} = {place}"));
        }
    }

    /// A condition with one parameter in it, where one is given.
    pub(super) fn with(&mut self, before: &'static str, value: Option<impl Into<Arg>>, after: &'static str) {
        if let Some(value) = value {
            let place = self.place(value.into());
            self.and(&format!("{before}{place}{after}"));
        }
    }

    /// The second column, or both together where the first has a value, compared with the place.
    pub(super) fn pair(
        &mut self,
        (first, second): (&'static str, &'static str),
        operator: &'static str,
        (one, other): (Option<i64>, i64),
    ) {
        let other = self.place(other.into());
        let condition = match one {
            Some(one) => {
                let one = self.place(one.into());
                format!("({first}, {second}){operator}({one}, {other})")
            }
            None => format!("{second}{operator}{other}"),
        };
        self.and(&condition);
    }

    /// The column begins with this text.
    pub(super) fn beginning(&mut self, column: &'static str, text: &str) {
        let place = self.place(format!("{}%", escaped(text)).into());
        self.and(&format!("{column} LIKE {place} ESCAPE '\\'"));
    }

    /// One of these alternatives holds: each gives values of columns.
    pub(super) fn any_of(&mut self, alternatives: &[Vec<(&'static str, Vec<String>)>]) {
        let mut text = String::new();
        for (i, alternative) in alternatives.iter().enumerate() {
            text.push_str(if i == 0 { "(" } else { " OR " });
            for (j, (column, values)) in alternative.iter().enumerate() {
                text.push_str(if j == 0 { "(" } else { " AND " });
                text.push_str(column);
                text.push_str(" IN (");
                let places = values.iter().map(|value| self.place(value.as_str().into()));
                text.push_str(&places.collect::<Vec<_>>().join(", "));
                text.push(')');
            }
            text.push(')');
        }
        if !alternatives.is_empty() {
            text.push(')');
            self.and(&text);
        }
    }

    /// The text stands in one of the columns, or in the name of the partner; letters of either case are the same.
    pub(super) fn containing(&mut self, columns: &[&'static str], text: Option<&str>) {
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return };
        let place = self.place(pattern(text).into());
        let mut alternatives: Vec<String> =
            columns.iter().map(|column| format!("lower({column}) LIKE {place} ESCAPE '\\'")).collect();
        alternatives.push(format!("partner IN (SELECT id FROM partner WHERE lower(name) LIKE {place} ESCAPE '\\')"));
        self.and(&format!("({})", alternatives.join(" OR ")));
    }

    /// At most `limit` of the rows that hold the text, if one is given.
    pub(super) async fn list<T>(
        mut self,
        db: &Db,
        list: &List,
        text: Option<&str>,
        limit: i64,
        read: impl Fn(&SqliteRow) -> Result<T, StorageError>,
    ) -> Result<Found<T>, StorageError> {
        let looked_to = match text {
            Some(_) => self.clone().floor(db, list).await?,
            None => None,
        };
        self.with(list.down_to.0, looked_to.clone(), list.down_to.1);
        self.containing(list.searched, text);
        let rows = self.rows(db, list.rows, list.order, limit).await?;
        Ok(Found { rows: rows.iter().map(read).collect::<Result<_, _>>()?, looked_to })
    }

    /// At most `limit` rows.
    pub(super) async fn rows(
        mut self,
        db: &Db,
        head: &'static str,
        order: &'static str,
        limit: i64,
    ) -> Result<Vec<SqliteRow>, StorageError> {
        let limit = self.place(limit.into());
        let sql = format!("{head}{}{order} LIMIT {limit}", self.conditions);
        Ok(bound(&sql, &self.args).fetch_all(db.readers()).await?)
    }

    /// The row that is the `n`th; none if there are not so many.
    pub(super) async fn nth(
        mut self,
        db: &Db,
        head: &'static str,
        order: &'static str,
        n: i64,
    ) -> Result<Option<SqliteRow>, StorageError> {
        let skip = self.place((n - 1).into());
        let sql = format!("{head}{}{order} LIMIT 1 OFFSET {skip}", self.conditions);
        Ok(bound(&sql, &self.args).fetch_optional(db.readers()).await?)
    }

    /// The key of the row at which the search for a text stops; none if there are not so many rows.
    async fn floor(self, db: &Db, list: &List) -> Result<Option<String>, StorageError> {
        let row = self.nth(db, list.keys, list.order, LOOKED_THROUGH).await?;
        row.as_ref().map(|row| column(row, "list", "key")).transpose()
    }

    /// The number of rows; `head` selects `count(*) AS key`.
    pub(super) async fn count(self, db: &Db, head: &'static str) -> Result<i64, StorageError> {
        let sql = format!("{head}{}", self.conditions);
        let row = bound(&sql, &self.args).fetch_one(db.readers()).await?;
        column(&row, "list", "key")
    }

    fn and(&mut self, condition: &str) {
        self.conditions.push_str(if self.conditions.is_empty() { " WHERE " } else { " AND " });
        self.conditions.push_str(condition);
    }

    fn place(&mut self, value: Arg) -> String {
        self.args.push(value);
        format!("${}", self.args.len())
    }
}

/// Matches what holds the text somewhere, in small letters. The engine knows the small form of ASCII letters only.
fn pattern(text: &str) -> String {
    format!("%{}%", escaped(&text.to_ascii_lowercase()))
}

/// The text with what means something in a pattern escaped.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

fn bound<'q>(sql: &str, args: &'q [Arg]) -> sqlx::query::Query<'q, sqlx::Sqlite, SqliteArguments> {
    // The text is ours: constants, and numbers of parameters.
    let query = sqlx::query::<sqlx::Sqlite>(sqlx::AssertSqlSafe(sql.to_owned()));
    args.iter().fold(query, |query, arg| match arg {
        Arg::Null => query.bind(None::<String>),
        Arg::Int(value) => query.bind(*value),
        Arg::Text(value) => query.bind(value.as_str()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_what_was_asked_for() {
        let mut narrowing = Narrowing::default();
        narrowing.equal("state", None);
        assert_eq!(narrowing.conditions, "");
        narrowing.equal("role", Some("consumer"));
        narrowing.any_of(&[
            vec![("state", vec!["A".to_owned(), "B".to_owned()])],
            vec![("role", vec!["provider".to_owned()]), ("state", vec!["C".to_owned()])],
        ]);
        narrowing.containing(&["pid"], Some(" 50%_Off "));
        assert_eq!(
            narrowing.conditions,
            " WHERE role = $1 AND ((state IN ($2, $3)) OR (role IN ($4) AND state IN ($5))) AND \
             (lower(pid) LIKE $6 ESCAPE '\\' OR partner IN (SELECT id FROM partner WHERE lower(name) LIKE $6 ESCAPE '\\'))"
        );
        assert_eq!(narrowing.args.last(), Some(&Arg::Text("%50\\%\\_off%".to_owned())));
    }
}
