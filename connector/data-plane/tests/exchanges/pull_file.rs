//! Pulling files: ranges, preconditions, folders.

use std::path::Path;

use crate::support::{connector, consumer, file_source};
use symbolon_data_plane::meter::{Ended, Outcome};

const TEXT: &str = "0123456789";

/// Request fields; then status, `Content-Range` and body of the answer.
type Case<'a> = (&'a [(&'a str, &'a str)], u16, &'a str, &'a str);

#[actix_web::test]
async fn ranges_and_preconditions_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, TEXT).unwrap();
    let connector = connector(file_source(&path));
    let client = consumer();
    let first = client.get(&connector.url).send().await.unwrap();
    let etag = first.headers()["etag"].to_str().unwrap().to_owned();
    let date = first.headers()["last-modified"].to_str().unwrap().to_owned();
    let weak = format!("W/{etag}");
    let (past, future) = ("Mon, 01 Jan 2001 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT");
    let cases: &[Case<'_>] = &[
        (&[], 200, "", TEXT),
        (&[("range", "bytes=0-0")], 206, "bytes 0-0/10", "0"),
        (&[("range", "bytes=2-4")], 206, "bytes 2-4/10", "234"),
        (&[("range", "bytes=7-")], 206, "bytes 7-9/10", "789"),
        (&[("range", "bytes=-3")], 206, "bytes 7-9/10", "789"),
        (&[("range", "bytes=-99")], 206, "bytes 0-9/10", TEXT),
        (&[("range", "bytes=5-99")], 206, "bytes 5-9/10", "56789"),
        (&[("range", "bytes=10-")], 416, "bytes */10", ""),
        (&[("range", "bytes=-0")], 416, "bytes */10", ""),
        (&[("range", "bytes=4-2")], 200, "", TEXT),
        (&[("range", "bytes=0-1,4-5")], 200, "", TEXT),
        (&[("range", "lines=0-1")], 200, "", TEXT),
        (&[("range", "nonsense")], 200, "", TEXT),
        (&[("range", "bytes=2-4"), ("if-range", &etag)], 206, "bytes 2-4/10", "234"),
        (&[("range", "bytes=2-4"), ("if-range", &weak)], 200, "", TEXT),
        (&[("range", "bytes=2-4"), ("if-range", "\"other\"")], 200, "", TEXT),
        (&[("range", "bytes=2-4"), ("if-range", &date)], 206, "bytes 2-4/10", "234"),
        (&[("range", "bytes=2-4"), ("if-range", past)], 200, "", TEXT),
        (&[("if-none-match", &etag)], 304, "", ""),
        (&[("if-none-match", &weak)], 304, "", ""),
        (&[("if-none-match", "*")], 304, "", ""),
        (&[("if-none-match", "\"other\"")], 200, "", TEXT),
        (&[("if-none-match", "\"other\""), ("if-modified-since", future)], 200, "", TEXT),
        (&[("if-modified-since", &date)], 304, "", ""),
        (&[("if-modified-since", past)], 200, "", TEXT),
        (&[("if-match", &etag)], 200, "", TEXT),
        (&[("if-match", "*")], 200, "", TEXT),
        (&[("if-match", "\"other\"")], 412, "", ""),
        (&[("if-match", &weak)], 412, "", ""),
        (&[("if-unmodified-since", past)], 412, "", ""),
        (&[("if-unmodified-since", &date)], 200, "", TEXT),
    ];
    for (fields, status, range, body) in cases {
        for head in [false, true] {
            let method = if head { reqwest::Method::HEAD } else { reqwest::Method::GET };
            let mut request = client.request(method, &connector.url);
            for (name, value) in *fields {
                request = request.header(*name, *value);
            }
            let response = request.send().await.unwrap();
            let answered = response.status().as_u16();
            assert_eq!(response.headers()["etag"], etag.as_str());
            if head {
                // RFC 9110 §14.2: ranges are for GET only.
                let expected = if matches!(status, 206 | 416) { 200 } else { *status };
                assert_eq!(answered, expected, "HEAD {fields:?}");
                if answered == 200 {
                    assert_eq!(response.headers()["content-length"], "10", "HEAD {fields:?}");
                }
                continue;
            }
            let given = response.headers().get("content-range").map_or("", |value| value.to_str().unwrap()).to_owned();
            let text = response.text().await.unwrap();
            assert_eq!((answered, given.as_str(), text.as_str()), (*status, *range, *body), "{fields:?}");
        }
    }
}

#[actix_web::test]
async fn large_files_arrive_whole_and_from_any_offset() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.bin");
    let content: Vec<u8> = (0..3_000_001_u32).map(|number| number.to_le_bytes()[0] ^ number.to_le_bytes()[1]).collect();
    std::fs::write(&path, &content).unwrap();
    let mut connector = connector(file_source(&path));
    let client = consumer();
    for (range, expected) in [
        ("bytes=0-", &content[..]),
        ("bytes=262143-262144", &content[262_143..=262_144]),
        ("bytes=1000000-2000000", &content[1_000_000..=2_000_000]),
        ("bytes=-1", &content[3_000_000..]),
    ] {
        let bytes = client.get(&connector.url).header("range", range).send().await.unwrap().bytes().await.unwrap();
        assert!(bytes == expected, "{range}: {} bytes", bytes.len());
        let ended = connector.ends.recv().await.unwrap();
        assert_eq!(ended, Ended { bytes: expected.len() as u64, outcome: Outcome::Complete });
    }
}

#[actix_web::test]
async fn a_folder_gives_its_files_and_nothing_else() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.txt"), "secret").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir(root.join("shift")).unwrap();
    for (name, text) in [("a.csv", "a"), ("shift/b c.json", "{}"), (".env", "secret"), ("empty", "")] {
        std::fs::write(root.join(name), text).unwrap();
    }
    let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, root.join(name)).unwrap();
    link(&root.join("a.csv"), "inside.csv");
    link(&outside.path().join("secret.txt"), "outside.txt");
    link(outside.path(), "out");
    link(Path::new("/dev/zero"), "zero");
    let connector = connector(file_source(root));
    let name = outside.path().file_name().unwrap().to_str().unwrap().to_owned();
    let cases = [
        ("/a.csv", 200, "a"),
        ("/inside.csv", 200, "a"),
        ("/shift/b%20c.json", 200, "{}"),
        ("/empty", 200, ""),
        ("", 404, "data-not-found"),
        ("/shift", 404, "data-not-found"),
        ("/none", 404, "data-not-found"),
        ("/a.csv/b", 404, "data-not-found"),
        ("/outside.txt", 404, "data-not-found"),
        ("/out/secret.txt", 404, "data-not-found"),
        ("/zero", 404, "data-not-found"),
        ("/.env", 400, "data-path-refused"),
        ("/shift%2f..%2fa.csv", 400, "data-path-refused"),
        ("/shift//b%20c.json", 400, "data-path-refused"),
        ("/%2e%2e/a.csv", 400, "data-path-refused"),
        (&format!("/..%2f{name}%2fsecret.txt"), 400, "data-path-refused"),
        (&format!("/%2f{name}/secret.txt"), 400, "data-path-refused"),
    ];
    for (path, status, expected) in cases {
        let (answered, text) = raw(&connector.url, path).await;
        assert!(answered == status && text.contains(expected), "{path}: {answered} {text}");
        assert!(!text.contains("secret"), "{path}: {text}");
    }
    let (status, _) = raw(&connector.url, "/../a.csv").await;
    assert_eq!(status, 400);
    let refused = consumer().post(format!("{}/a.csv", connector.url)).body("x").send().await.unwrap();
    assert_eq!((refused.status().as_u16(), &refused.headers()["allow"]), (405, &"GET, HEAD".parse().unwrap()));
}

async fn raw(url: &str, path: &str) -> (u16, String) {
    use tokio::io::AsyncReadExt;
    let address = url.trim_start_matches("http://").trim_end_matches("/data");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    crate::support::write(&mut stream, &format!("GET /data{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
        .await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}
