//! The UI for people, which is built into the binary: a face that hands out files. What it shows it asks of the management
//! API, as anybody else does.

use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderName, IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use crate::authentication::browser::Browser;
use crate::authentication::new_key;
use crate::connector::Connector;
use crate::management;
use crate::problem::Problem;

/// Where the build of the UI wants the nonce of the answer.
const NONCE: &str = "%NONCE%";
const PAGE: &str = "index.html";
/// Paths of programs, which are never answered with a page.
const OF_PROGRAMS: [&str; 3] = ["/api", "/health", "/metrics"];
/// Headers of every answer, against what a page must never be used for.
const HEADERS: [(HeaderName, &str); 4] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), \
    display-capture=(), browsing-topics=()";

/// A file of the built UI.
#[derive(Clone, Copy, Debug)]
struct File {
    /// Below the root, without a slash before it.
    path: &'static str,
    /// The beginning of its SHA-256, in hex.
    tag: &'static str,
    bytes: &'static [u8],
}

/// What was built: the files, and beside some of them the same compressed, as `.br` and `.gz`. Sorted by path.
static BUILT: &[File] = include!(concat!(env!("OUT_DIR"), "/ui.rs"));

/// Answers whatever no other path of the listener does.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.default_service(web::to(any));
}

async fn any(request: HttpRequest, connector: web::Data<Connector>) -> Result<HttpResponse, Problem> {
    let asked = Asked { path: request.path(), headers: request.headers() };
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_ours = asked.is_file(BUILT) || asked.is_page();
    if !reads || !is_ours {
        return management::no_such_path(request.clone()).await;
    }
    Browser::new(request.headers()).must_be_for(&connector.config.management)?;
    asked.answer(BUILT)
}

/// What a browser asks for.
struct Asked<'a> {
    path: &'a str,
    headers: &'a HeaderMap,
}

impl Asked<'_> {
    /// A place in the UI: whoever wants a page, wherever the UI's own paths lead.
    fn is_page(&self) -> bool {
        let below = |of: &str| self.path.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let accepts = self.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        accepts.contains("text/html") && !OF_PROGRAMS.iter().any(|of| below(of)) && !below("/static")
    }

    fn is_file(&self, files: &[File]) -> bool {
        self.path != "/index.html" && self.file(files, "").is_some()
    }

    /// The file at this path with this ending, which compressed ones have.
    fn file(&self, files: &[File], ending: &str) -> Option<File> {
        let path = format!("{}{ending}", self.path.strip_prefix('/')?);
        let at = files.binary_search_by(|file| file.path.cmp(&path)).ok()?;
        files.get(at).copied()
    }

    fn answer(&self, files: &[File]) -> Result<HttpResponse, Problem> {
        if self.is_file(files) {
            return Ok(self.whole(files));
        }
        match files.iter().find(|file| file.path == PAGE) {
            Some(page) => document(page),
            None => Ok(not_built()),
        }
    }

    /// The file in the smallest form that the browser reads. The names of those below `/static/` change with what is in them.
    fn whole(&self, files: &[File]) -> HttpResponse {
        let forms = [("br", ".br"), ("gzip", ".gz")];
        let compressed = forms.into_iter().filter(|(coding, _)| self.reads(coding));
        let mut found = compressed.filter_map(|(coding, ending)| Some((Some(coding), self.file(files, ending)?)));
        let plain = self.file(files, "").map(|file| (None, file));
        let Some((coding, file)) = found.next().or(plain) else { return HttpResponse::NotFound().finish() };
        let tag = format!("\"{}\"", file.tag);
        let known = self.headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let known = known.split(',').any(|known| known.trim() == tag);
        let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        let lasting = self.path.starts_with("/static/");
        let caching = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
        guarded(&mut response)
            .insert_header((CACHE_CONTROL, caching))
            .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
            .insert_header((ETAG, tag))
            .insert_header((VARY, "Accept-Encoding"));
        if known {
            return response.finish();
        }
        if let Some(coding) = coding {
            response.insert_header((CONTENT_ENCODING, coding));
        }
        response.insert_header((CONTENT_TYPE, media_type(self.path))).body(file.bytes)
    }

    fn reads(&self, coding: &str) -> bool {
        let accepted = self.headers.get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
        accepted.flat_map(|all| all.split(',')).any(|one| {
            let (name, quality) = one.split_once(';').unwrap_or((one, ""));
            let refused = matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
            name.trim().eq_ignore_ascii_case(coding) && !refused
        })
    }
}

/// The page, with a nonce that nobody knew before.
fn document(page: &File) -> Result<HttpResponse, Problem> {
    let nonce = new_key()?;
    let text = std::str::from_utf8(page.bytes).map_err(Problem::internal)?.replace(NONCE, &nonce);
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'; \
         manifest-src 'self'; worker-src 'self' blob:"
    );
    Ok(guarded(&mut HttpResponse::Ok())
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(text))
}

fn not_built() -> HttpResponse {
    let text = "<!doctype html><title>Symbolon</title><p>This connector was built without its UI. \
        <code>make build</code> builds both. The management API is at <code>/api/v1</code>.";
    guarded(&mut HttpResponse::ServiceUnavailable())
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(text)
}

fn guarded(response: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    for (name, value) in HEADERS {
        response.insert_header((name, value));
    }
    response.insert_header(("permissions-policy", PERMISSIONS))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        Some("woff") => "font/woff",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("txt") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use actix_web::http::header::HeaderValue;

    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    const FILES: &[File] = &[
        File { path: "favicon.ico", tag: "f", bytes: b"icon" },
        File { path: "index.html", tag: "i", bytes: b"<style nonce=\"%NONCE%\"></style><link nonce=\"%NONCE%\">" },
        File { path: "static/app-1.js", tag: "a", bytes: b"plain" },
        File { path: "static/app-1.js.br", tag: "b", bytes: b"brotli" },
        File { path: "static/app-1.js.gz", tag: "g", bytes: b"gzip" },
    ];

    fn headers(given: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        given.iter().map(pair).collect()
    }

    async fn answered(
        path: &str,
        given: &[(&'static str, &'static str)],
    ) -> Result<(u16, HeaderMap, String), Box<dyn std::error::Error>> {
        let headers = headers(given);
        let response = Asked { path, headers: &headers }.answer(FILES)?;
        let (status, head) = (response.status().as_u16(), response.headers().clone());
        let body = to_bytes(response.into_body()).await.map_err(|_| "no body")?;
        Ok((status, head, String::from_utf8(body.to_vec())?))
    }

    #[actix_web::test]
    async fn a_file_comes_in_the_smallest_form_that_is_read() -> Outcome {
        let cases = [
            ("gzip, deflate, br, zstd", "brotli", Some("br"), "\"b\""),
            ("gzip", "gzip", Some("gzip"), "\"g\""),
            ("br;q=0, gzip;q=0.5", "gzip", Some("gzip"), "\"g\""),
            ("identity", "plain", None, "\"a\""),
            ("", "plain", None, "\"a\""),
        ];
        for (accepted, body, coding, tag) in cases {
            let (status, head, found) = answered("/static/app-1.js", &[("accept-encoding", accepted)]).await?;
            assert_eq!((status, found.as_str()), (200, body), "{accepted}");
            assert_eq!(head.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()), coding, "{accepted}");
            assert_eq!(head.get(ETAG).and_then(|value| value.to_str().ok()), Some(tag));
            assert_eq!(
                head.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()),
                Some("text/javascript; charset=utf-8")
            );
            let caching = head.get(CACHE_CONTROL).and_then(|value| value.to_str().ok());
            assert_eq!(caching, Some("public, max-age=31536000, immutable"));
        }
        let known = [("accept-encoding", "br"), ("if-none-match", "\"x\", \"b\"")];
        let (status, _, body) = answered("/static/app-1.js", &known).await?;
        assert_eq!((status, body.as_str()), (304, ""));
        let (_, head, _) = answered("/favicon.ico", &[]).await?;
        assert_eq!(head.get(CACHE_CONTROL).and_then(|value| value.to_str().ok()), Some("no-cache"));
        Ok(())
    }

    #[actix_web::test]
    async fn the_page_has_a_fresh_nonce_in_every_place() -> Outcome {
        let mut nonces = Vec::new();
        for path in ["/", "/negotiations/urn:uuid:1", "/index.html"] {
            let (status, head, body) = answered(path, &[("accept", "text/html")]).await?;
            assert_eq!(status, 200);
            let policy = head.get(CONTENT_SECURITY_POLICY).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or_default();
            assert_eq!((nonce.len(), body.matches(nonce).count(), body.contains(NONCE)), (43, 2, false), "{path}");
            assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{policy}");
            assert!(!policy.contains("unsafe"), "{policy}");
            assert_eq!(head.get(CACHE_CONTROL).and_then(|value| value.to_str().ok()), Some("no-store"));
            assert!(HEADERS.iter().all(|(name, _)| head.contains_key(name)) && head.contains_key("permissions-policy"));
            nonces.push(nonce.to_owned());
        }
        nonces.dedup();
        assert_eq!(nonces.len(), 3);
        Ok(())
    }

    #[test]
    fn programs_are_not_answered_with_a_page() {
        let html = headers(&[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")]);
        let json = headers(&[("accept", "application/json")]);
        let cases = [
            ("/", &html, true),
            ("/apiary", &html, true),
            ("/partners/did:web:a", &html, true),
            ("/api", &html, false),
            ("/api/v2/x", &html, false),
            ("/health/none", &html, false),
            ("/metrics", &html, false),
            ("/static/gone-2.js", &html, false),
            ("/", &json, false),
            ("/", &HeaderMap::new(), false),
        ];
        for (path, headers, page) in cases {
            assert_eq!(Asked { path, headers }.is_page(), page, "{path}");
        }
    }

    #[test]
    fn without_its_files_it_says_so() -> Outcome {
        let headers = headers(&[("accept", "text/html")]);
        assert_eq!(Asked { path: "/", headers: &headers }.answer(&[])?.status(), 503);
        Ok(())
    }
}
