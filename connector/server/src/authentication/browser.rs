//! What a browser sends beside a request, and what of it lets the request through: that it is for us, and comes from our own
//! pages. Cookies go along with requests that others' pages make; these checks do not.

use actix_web::http::header::{COOKIE, HOST, HeaderMap, ORIGIN};
use url::{Host, Url};

use crate::config::Management;
use crate::problem::{Kind, Problem};

/// What matters of a request's head.
#[derive(Clone, Debug)]
pub struct Browser<'a> {
    headers: &'a HeaderMap,
}

impl<'a> Browser<'a> {
    /// Reads these headers.
    pub fn new(headers: &'a HeaderMap) -> Self {
        Self { headers }
    }

    fn text(&self, name: impl actix_web::http::header::AsHeaderName) -> Option<&'a str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The value of the cookie with this name.
    pub fn cookie(&self, name: &str) -> Option<&'a str> {
        let cookies =
            self.headers.get_all(COOKIE).filter_map(|value| value.to_str().ok()).flat_map(|all| all.split(';'));
        cookies
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value)
    }

    /// The header that proves that one of our pages made the request.
    pub fn csrf(&self) -> Option<&'a str> {
        self.text("x-csrf-token")
    }

    /// Refuses a request that is for somebody else. A page of another site, whose name was made to lead to this machine
    /// (DNS rebinding), is told by that name. An address cannot be made to lead elsewhere, so each is taken.
    ///
    /// # Errors
    /// 403 `host`.
    pub fn must_be_for(&self, management: &Management) -> Result<(), Problem> {
        let host = self.text(HOST).and_then(|host| Url::parse(&format!("http://{host}/")).ok());
        let named = management.url.as_ref().and_then(Url::host);
        let ours = match host.as_ref().and_then(Url::host) {
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
            Some(Host::Domain(name)) => name == "localhost" || named == Some(Host::Domain(name)),
            None => false,
        };
        if ours {
            return Ok(());
        }
        let shown = self.text(HOST).unwrap_or("(none)");
        Err(Problem::new(Kind::Forbidden, "host", format!("this connector is not known by the name {shown:?}"))
            .with_rule("Host")
            .with_hint("open it by its address, or set management.url to the URL that people use"))
    }

    /// Refuses what another site's page asks for. What no browser sent (neither header) is left to other proofs.
    ///
    /// # Errors
    /// 403 `origin`.
    pub fn must_not_be_foreign(&self, management: &Management) -> Result<(), Problem> {
        let site_fits = self.text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
        let origin_fits = self.text(ORIGIN).is_none_or(|origin| self.is_our_origin(origin, management));
        if site_fits && origin_fits { Ok(()) } else { Err(foreign(self.text(ORIGIN))) }
    }

    /// Refuses what does not say that it comes from one of our pages.
    ///
    /// # Errors
    /// 403 `origin`.
    pub fn must_be_ours(&self, management: &Management) -> Result<(), Problem> {
        self.must_not_be_foreign(management)?;
        let says = self.text(ORIGIN).is_some() || self.text("sec-fetch-site") == Some("same-origin");
        if says { Ok(()) } else { Err(foreign(None)) }
    }

    /// The port counts: what runs on another port of the same machine is somebody else, though cookies do not tell.
    fn is_our_origin(&self, origin: &str, management: &Management) -> bool {
        let Ok(origin) = Url::parse(origin) else { return false };
        if management.url.as_ref().is_some_and(|ours| ours.origin() == origin.origin()) {
            return true;
        }
        let asked = self.text(HOST).and_then(|host| Url::parse(&format!("http://{host}/")).ok());
        !management.is_secure() && asked.is_some_and(|asked| asked.origin() == origin.origin())
    }
}

fn foreign(origin: Option<&str>) -> Problem {
    let detail = match origin {
        Some(origin) => format!("the request comes from a page of {origin}, not from ours"),
        None => "the request does not say that it comes from one of our pages".to_owned(),
    };
    Problem::new(Kind::Forbidden, "origin", detail)
        .with_rule("Origin, Sec-Fetch-Site")
        .with_hint("behind a proxy set management.url to the URL that people use; programs use an API key")
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    /// Headers.
    type Sent = &'static [(&'static str, &'static str)];

    fn management(url: Option<&str>) -> Management {
        let url = url.and_then(|url| Url::parse(url).ok());
        Management { bind: ([127, 0, 0, 1], 8081).into(), url, keys: Vec::new(), session_hours: 24, oidc: None }
    }

    fn headers(given: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        given.iter().map(pair).collect()
    }

    #[test]
    fn names_that_are_not_ours_are_refused() {
        let url = Some("https://connector.plant.example");
        let cases = [
            ("127.0.0.1:8081", None, true),
            ("127.0.0.1:9000", None, true),
            ("[::1]:8081", None, true),
            ("10.1.2.3", None, true),
            ("localhost:8081", None, true),
            ("LocalHost:8081", None, true),
            ("evil.example:8081", None, false),
            ("localhost.evil.example:8081", None, false),
            ("127.0.0.1.evil.example:8081", None, false),
            ("connector.plant.example", None, false),
            ("connector.plant.example", url, true),
            ("evil.example", url, false),
            ("evil.example#@127.0.0.1:8081", None, false),
            ("", None, false),
        ];
        for (host, url, fine) in cases {
            let headers = headers(&[("host", host)]);
            let judged = Browser::new(&headers).must_be_for(&management(url));
            assert_eq!(judged.is_ok(), fine, "{host} {url:?}: {judged:?}");
        }
        assert!(Browser::new(&HeaderMap::new()).must_be_for(&management(None)).is_err());
    }

    #[test]
    fn pages_that_are_not_ours_are_refused() {
        let url = Some("https://connector.plant.example");
        let local: Sent = &[("host", "127.0.0.1:8081")];
        let proxied: Sent = &[("host", "127.0.0.1:8081")];
        let cases: [(Sent, Option<&str>, Sent, bool); 12] = [
            (local, None, &[("origin", "http://127.0.0.1:8081")], true),
            (local, None, &[("origin", "http://127.0.0.1:8081"), ("sec-fetch-site", "same-origin")], true),
            (local, None, &[("sec-fetch-site", "same-origin")], true),
            (local, None, &[], false),
            (local, None, &[("sec-fetch-site", "none")], false),
            (local, None, &[("origin", "http://127.0.0.1:3000")], false),
            (local, None, &[("origin", "http://localhost:8081")], false),
            (local, None, &[("origin", "null")], false),
            (local, None, &[("origin", "http://127.0.0.1:8081"), ("sec-fetch-site", "same-site")], false),
            (local, None, &[("origin", "https://evil.example")], false),
            (proxied, url, &[("origin", "https://connector.plant.example")], true),
            (proxied, url, &[("origin", "http://127.0.0.1:8081")], false),
        ];
        for (host, url, given, fine) in cases {
            let headers = headers(&[host, given].concat());
            let judged = Browser::new(&headers).must_be_ours(&management(url));
            assert_eq!(judged.is_ok(), fine, "{given:?} {url:?}: {judged:?}");
        }
    }
}
