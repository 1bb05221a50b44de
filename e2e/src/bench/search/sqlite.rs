//! The alternative: the same texts in SQLite, asked by LIKE and by an index of trigrams.

use std::time::Instant;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::offering::Offering;
use super::{PARTNERS, QUESTIONS};
use crate::Failure;
use crate::bench::latency::Latencies;

/// Rows that are inserted in one commit.
const AT_ONCE: usize = 10_000;
const FACETS: [&str; 3] = ["partner", "kind", "format"];

/// What each question takes, in words.
pub(super) async fn measure(offering: &Offering, size: usize, searches: usize) -> Result<Vec<String>, Failure> {
    let folder = tempfile::tempdir().map_err(Failure::io("folder of SQLite"))?;
    let options = SqliteConnectOptions::new().filename(folder.path().join("beside.sqlite")).create_if_missing(true);
    let mut connection = options.connect().await.map_err(failed)?;
    fill(&mut connection, offering).await?;
    let searches = (searches * 1_000 / size.max(1_000)).clamp(3, searches);
    let mut told = Vec::with_capacity(QUESTIONS.len());
    for (_, question) in QUESTIONS {
        let like = timed(&mut connection, &conditions(question, false), question, searches).await?;
        let trigrams = timed(&mut connection, &conditions(question, true), question, searches).await?;
        told.push(format!("SQLite LIKE {like:.1} ms, FTS5 {trigrams:.1} ms"));
    }
    connection.close().await.map_err(failed)?;
    Ok(told)
}

async fn fill(connection: &mut SqliteConnection, offering: &Offering) -> Result<(), Failure> {
    let tables =
        "CREATE TABLE d (n INTEGER PRIMARY KEY, partner TEXT, id TEXT, title TEXT, text TEXT, kind TEXT, format TEXT);
        CREATE VIRTUAL TABLE f USING fts5(text, content='d', content_rowid='n', tokenize='trigram');";
    sqlx::raw_sql(tables).execute(&mut *connection).await.map_err(failed)?;
    let mut transaction = connection.begin().await.map_err(failed)?;
    for (n, [partner, id, title, description, kind, format]) in offering.texts(PARTNERS).enumerate() {
        let text = format!("{title}\n{id}\n{description}\n{kind}").to_lowercase();
        let insert =
            sqlx::query("INSERT INTO d VALUES ($1, $2, $3, $4, $5, $6, $7)").bind(i64::try_from(n).unwrap_or(0));
        let insert = insert.bind(partner).bind(id).bind(title).bind(text).bind(kind).bind(format);
        insert.execute(&mut *transaction).await.map_err(failed)?;
        if (n + 1).is_multiple_of(AT_ONCE) {
            transaction.commit().await.map_err(failed)?;
            transaction = connection.begin().await.map_err(failed)?;
        }
    }
    transaction.commit().await.map_err(failed)?;
    sqlx::raw_sql("INSERT INTO f(f) VALUES('rebuild'); ANALYZE;").execute(&mut *connection).await.map_err(failed)?;
    Ok(())
}

/// The question as a condition: words of ours, nothing from outside.
fn conditions(question: &str, trigrams: bool) -> String {
    let mut all = vec!["1".to_owned()];
    for parameter in question.split('&') {
        match parameter.split_once('=') {
            Some(("q", words)) if trigrams => {
                let words: Vec<String> = words.split('+').map(|word| format!("\"{word}\"")).collect();
                all.push(format!("n IN (SELECT rowid FROM f WHERE f MATCH '{}')", words.join(" ")));
            }
            Some(("q", words)) => all.extend(words.split('+').map(|word| format!("text LIKE '%{word}%'"))),
            Some(("format", format)) => all.push(format!("format = '{format}'")),
            _ => {}
        }
    }
    all.join(" AND ")
}

/// The median of a count, 50 rows and the facets that a table has; those of terms would need a further table.
async fn timed(
    connection: &mut SqliteConnection,
    condition: &str,
    question: &str,
    searches: usize,
) -> Result<f64, Failure> {
    let offset = if question.contains("offset=5000") { 5000 } else { 0 };
    let mut asked = vec![
        format!("SELECT count(*) FROM d WHERE {condition}"),
        format!("SELECT id, title FROM d WHERE {condition} ORDER BY title LIMIT 50 OFFSET {offset}"),
    ];
    asked.extend(FACETS.map(|facet| format!("SELECT {facet}, count(*) FROM d WHERE {condition} GROUP BY {facet}")));
    let mut times = Vec::with_capacity(searches);
    for round in 0..=searches {
        let begun = Instant::now();
        for sql in &asked {
            sqlx::query(sqlx::AssertSqlSafe(sql.as_str())).fetch_all(&mut *connection).await.map_err(failed)?;
        }
        if round > 0 {
            times.push(begun.elapsed());
        }
    }
    Ok(Latencies::of(times).map_or(0.0, |times| times.p50()))
}

fn failed(error: sqlx::Error) -> Failure {
    Failure::Unexpected(format!("SQLite beside: {error}"))
}
