use std::collections::VecDeque;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::cli::client;

type Outcome = Result<(), Box<dyn Error>>;

const WHOLE: &str = "0123456789";

/// What the source does with one request.
#[derive(Clone, Copy)]
enum Act {
    /// Sends this many bytes of the whole and breaks the connection.
    BreakAfter(usize),
    /// Answers what was asked for.
    Answer,
    /// Has become another file.
    Change,
    /// Refuses.
    Refuse,
}

#[derive(Clone, Default)]
struct Source {
    acts: Arc<Mutex<VecDeque<Act>>>,
    /// `Range` of each request, and the whole address.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Source {
    fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        Self { acts: Arc::new(Mutex::new(acts.into_iter().collect())), asked: Arc::default() }
    }

    async fn start(&self) -> Result<Access, Box<dyn Error>> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let endpoint = format!("http://{}/data", listener.local_addr()?);
        let source = self.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                // The connection is closed behind each answer, whole or not.
                source.serve(connection).await.ok();
            }
        });
        Ok(Access::new(&endpoint, Some("Bearer token".to_owned()))?)
    }

    async fn serve(&self, connection: TcpStream) -> io::Result<()> {
        let mut connection = BufReader::new(connection);
        let (mut head, mut line) = (Vec::new(), String::new());
        while connection.read_line(&mut line).await? > 2 {
            head.push(line.trim_end().to_owned());
            line.clear();
        }
        let answer = self.answer(&head);
        connection.get_mut().write_all(answer.as_bytes()).await?;
        connection.get_mut().shutdown().await
    }

    fn answer(&self, head: &[String]) -> String {
        let header = |name: &str| {
            let mut fields = head.iter().filter_map(|line| line.split_once(": "));
            fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map_or("-", |(_, value)| value)
        };
        let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
        let range = header("Range");
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{path} {range}"));
        if header("Authorization") != "Bearer token" {
            return response("401 Unauthorized", &[], "");
        }
        let act = self.acts.lock().unwrap_or_else(PoisonError::into_inner).pop_front().unwrap_or(Act::Answer);
        let from = range.strip_prefix("bytes=").and_then(|range| range.strip_suffix('-')?.parse().ok()).unwrap_or(0);
        let rest = WHOLE.get(from..).unwrap_or_default();
        let first = ["ETag: \"1\""];
        match act {
            Act::Refuse => response("403 Forbidden", &[], r#"{"detail": "the agreement is retired"}"#),
            Act::Change => response("200 OK", &["ETag: \"2\""], "another file"),
            Act::BreakAfter(count) => {
                let whole = response("200 OK", &first, rest);
                whole.get(..whole.len() - rest.len() + count).unwrap_or_default().to_owned()
            }
            Act::Answer if from == 0 => response("200 OK", &first, rest),
            Act::Answer => response("206 Partial Content", &[&format!("Content-Range: bytes {from}-9/10")], rest),
        }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn response(status: &str, fields: &[&str], body: &str) -> String {
    let (begin, length) = (format!("HTTP/1.1 {status}"), format!("Content-Length: {}", body.len()));
    let head = [&[begin.as_str(), &length, "Connection: close"], fields].concat();
    format!("{}\r\n\r\n{body}", head.join("\r\n"))
}

async fn download(source: &Source, folder: &TempDir) -> Result<Received, Box<dyn Error>> {
    Ok(fetch(&source.start().await?, folder, None).await?)
}

async fn fetch(access: &Access, folder: &TempDir, sha256: Option<&str>) -> Result<Received, Failure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let target = folder.path().join("file");
    let download = Download { http: client::http()?, target, path: None, query: None, replace: false, sha256 };
    download.run(async || Ok(access.clone()), &|_, _| {}).await
}

#[tokio::test]
async fn a_broken_download_goes_on_where_it_stopped() -> Outcome {
    let folder = TempDir::new()?;
    let source = Source::new([Act::BreakAfter(4), Act::Answer]);
    let received = download(&source, &folder).await?;
    assert_eq!((received.bytes, received.sha256), (10, hex::encode(Sha256::digest(WHOLE))));
    assert_eq!(source.asked(), ["/data -", "/data bytes=4-"]);
    assert_eq!(fs::read_to_string(folder.path().join("file"))?, WHOLE);
    assert_eq!(fs::read_dir(folder.path())?.count(), 1, "nothing is left beside the file");
    Ok(())
}

#[tokio::test]
async fn a_later_run_goes_on_too() -> Outcome {
    let folder = TempDir::new()?;
    let source = Source::new([]);
    let access = source.start().await?;
    fs::write(folder.path().join("file.part"), "012")?;
    fs::write(folder.path().join("file.part.version"), format!("\"1\"\n{}", access.endpoint))?;
    let received = fetch(&access, &folder, None).await?;
    assert_eq!((received.bytes, received.resumed_at), (10, 3));
    assert_eq!(received.sha256, hex::encode(Sha256::digest(WHOLE)));
    assert_eq!(source.asked(), ["/data bytes=3-"]);
    Ok(())
}

#[tokio::test]
async fn the_bytes_of_another_address_are_not_kept() -> Outcome {
    let folder = TempDir::new()?;
    fs::write(folder.path().join("file.part"), "xyz")?;
    fs::write(folder.path().join("file.part.version"), "\"1\"\nhttp://elsewhere/data")?;
    let source = Source::new([]);
    let received = download(&source, &folder).await?;
    assert_eq!((received.bytes, received.resumed_at), (10, 0));
    assert_eq!(source.asked(), ["/data -"]);
    Ok(())
}

#[tokio::test]
async fn a_wrong_checksum_leaves_nothing() -> Outcome {
    let folder = TempDir::new()?;
    let source = Source::new([]);
    let Err(failure) = fetch(&source.start().await?, &folder, Some("00")).await else {
        return Err("no failure".into());
    };
    assert_eq!(failure.exit_code(), 5);
    assert_eq!(fs::read_dir(folder.path())?.count(), 0);
    Ok(())
}

#[tokio::test]
async fn another_version_is_never_appended() -> Outcome {
    let folder = TempDir::new()?;
    let source = Source::new([Act::BreakAfter(4), Act::Change]);
    let received = download(&source, &folder).await?;
    assert_eq!((received.bytes, received.resumed_at), (12, 0));
    assert_eq!(fs::read(folder.path().join("file"))?, b"another file");
    Ok(())
}

#[tokio::test]
async fn bytes_of_an_unknown_version_are_not_kept() -> Outcome {
    let folder = TempDir::new()?;
    fs::write(folder.path().join("file.part"), "xyz")?;
    let source = Source::new([]);
    let received = download(&source, &folder).await?;
    assert_eq!((received.bytes, received.resumed_at), (10, 0));
    assert_eq!(source.asked(), ["/data -"]);
    Ok(())
}

#[tokio::test]
async fn a_refusal_is_told_at_once() -> Outcome {
    let folder = TempDir::new()?;
    let source = Source::new([Act::Refuse]);
    let Err(refusal) = download(&source, &folder).await else { return Err("a refusal was expected".into()) };
    assert!(refusal.to_string().contains("403: the agreement is retired"), "{refusal}");
    assert_eq!(source.asked().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_there_is_not_replaced() -> Outcome {
    let folder = TempDir::new()?;
    fs::write(folder.path().join("file"), "mine")?;
    let source = Source::new([]);
    assert!(download(&source, &folder).await.is_err());
    assert_eq!(source.asked().len(), 0);
    assert_eq!(fs::read(folder.path().join("file"))?, b"mine");
    Ok(())
}

#[test]
fn path_and_query_are_added_to_the_endpoint() -> Outcome {
    let access = Access::new("http://a/data/1/?x=1", None)?;
    assert_eq!(access.url(None, None).as_str(), "http://a/data/1/?x=1");
    assert_eq!(access.url(Some("/parts/SN 1"), Some("y=2")).as_str(), "http://a/data/1/parts/SN%201?y=2");
    Ok(())
}
