//! Sub-paths that a consumer appends to the address of an asset.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use url::Url;

/// The sub-path would leave the asset.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Escape;

/// Adds a sub-path (percent-encoded, as received) and a query to the address of an HTTP source.
pub(crate) fn join_url(base: &Url, sub_path: &str, query: &str) -> Result<Url, Escape> {
    let mut url = base.clone();
    if !sub_path.is_empty() {
        if escapes(sub_path) {
            return Err(Escape);
        }
        let folder = base.path().trim_end_matches('/');
        url.set_path(&format!("{folder}/{}", sub_path.trim_start_matches('/')));
        let rest = url.path().strip_prefix(folder).ok_or(Escape)?;
        if !rest.starts_with('/') || url.origin() != base.origin() {
            return Err(Escape);
        }
    }
    match (query, base.query()) {
        ("", _) => {}
        (query, None | Some("")) => url.set_query(Some(query)),
        (query, Some(own)) => url.set_query(Some(&format!("{own}&{query}"))),
    }
    Ok(url)
}

/// The path below a folder that a sub-path names; no part of it begins with a dot.
pub(crate) fn below_folder(sub_path: &str) -> Result<PathBuf, Escape> {
    let mut path = PathBuf::new();
    for segment in sub_path.trim_matches('/').split('/') {
        let name = percent_decode_str(segment).decode_utf8().map_err(|_| Escape)?;
        let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
        if !plain || Path::new(name.as_ref()).components().count() != 1 {
            return Err(Escape);
        }
        path.push(name.as_ref());
    }
    Ok(path)
}

/// Whether any reading of the path (decoded up to twice, cut at slashes, backslashes and path parameters, as various
/// servers do) contains a dot segment or a control character.
fn escapes(sub_path: &str) -> bool {
    let once: Vec<u8> = percent_decode_str(sub_path).collect();
    let twice: Vec<u8> = percent_encoding::percent_decode(&once).collect();
    [sub_path.as_bytes(), &once, &twice].into_iter().any(|reading| {
        reading.iter().any(u8::is_ascii_control)
            || reading.split(|byte| matches!(byte, b'/' | b'\\')).any(|segment| {
                let name = segment.split(|byte| *byte == b';').next().unwrap_or_default();
                matches!(name, b"." | b"..")
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sub_paths_stay_below_the_base_url() {
        let cases = [
            ("http://a/api", "shells/1", "", Ok("http://a/api/shells/1")),
            ("http://a/api/", "shells/1", "x=1&y", Ok("http://a/api/shells/1?x=1&y")),
            ("http://a", "shells", "", Ok("http://a/shells")),
            ("http://a/api?key=1", "", "x=1", Ok("http://a/api?key=1&x=1")),
            ("http://a/api?key=1", "b", "", Ok("http://a/api/b?key=1")),
            ("http://a/api", "", "", Ok("http://a/api")),
            ("http://a/api", "//b.example/c", "", Ok("http://a/api/b.example/c")),
            ("http://a/api", "urn%3Auuid%2F1", "", Ok("http://a/api/urn%3Auuid%2F1")),
            ("http://a/api", "a%3Fb%23c", "", Ok("http://a/api/a%3Fb%23c")),
            ("http://a/api", "a..b/...", "", Ok("http://a/api/a..b/...")),
            ("http://a/api", "..", "", Err(Escape)),
            ("http://a/api", "a/../../b", "", Err(Escape)),
            ("http://a/api", "./a", "", Err(Escape)),
            ("http://a/api", "%2e%2E/a", "", Err(Escape)),
            ("http://a/api", ".%2e/a", "", Err(Escape)),
            ("http://a/api", "a%2f..%2fb", "", Err(Escape)),
            ("http://a/api", "a%5c..%5cb", "", Err(Escape)),
            ("http://a/api", "a\\..\\b", "", Err(Escape)),
            ("http://a/api", "..;/b", "", Err(Escape)),
            ("http://a/api", "..;x=1/b", "", Err(Escape)),
            ("http://a/api", "%252e%252e/b", "", Err(Escape)),
            ("http://a/api", "a%00b", "", Err(Escape)),
            ("http://a/api", "a%0d%0ab", "", Err(Escape)),
            ("http://a/api", "a\tb", "", Err(Escape)),
        ];
        for (base, sub_path, query, expected) in cases {
            let joined = join_url(&Url::parse(base).unwrap(), sub_path, query).map(String::from);
            assert_eq!(joined, expected.map(str::to_owned), "{base} + {sub_path}");
        }
    }

    #[test]
    fn sub_paths_stay_below_the_folder() {
        let cases = [
            ("a.csv", Some("a.csv")),
            ("shift/a.csv", Some("shift/a.csv")),
            ("/shift/a.csv", Some("shift/a.csv")),
            ("sch%C3%B6n.csv", Some("schön.csv")),
            ("a%20b", Some("a b")),
            ("", None),
            ("..", None),
            ("a/../b", None),
            ("%2e%2e/a", None),
            ("a%2fb", None),
            ("a%5cb", None),
            ("a//b", None),
            ("a%00", None),
            (".git/config", None),
            ("a/.env", None),
            ("%ff", None),
        ];
        for (sub_path, expected) in cases {
            assert_eq!(below_folder(sub_path).ok(), expected.map(PathBuf::from), "{sub_path}");
        }
    }
}
