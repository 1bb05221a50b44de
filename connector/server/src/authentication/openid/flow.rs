//! One sign-in on its way to the provider and back. The server keeps nothing: a cookie carries a secret that the browser alone
//! knows, and everything that the provider sees is made from it. So what comes back fits only the browser that left.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::authentication::new_key;
use crate::authentication::passwords::Secret;
use crate::problem::Problem;

/// A sign-in takes at most this long, in milliseconds.
const LIFE: i64 = 600_000;
/// Longest path to come back to, in bytes.
const LONGEST_PATH: usize = 1000;

/// A path in the UI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return(String);

impl Return {
    /// A path of ours, and nothing that a browser could take for another site's address.
    pub fn parse(path: &str) -> Option<Self> {
        let plain = path.bytes().all(|byte| (b'!'..=b'~').contains(&byte) && byte != b'\\');
        let ours = path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/api/");
        (plain && ours && path.len() <= LONGEST_PATH).then(|| Self(path.to_owned()))
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A sign-in that is under way.
#[derive(Clone, Debug)]
pub struct Flow {
    secret: Secret,
    began: i64,
    back_to: Return,
}

impl Flow {
    /// Begins one.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn begin(back_to: Return, now: i64) -> Result<Self, Problem> {
        Ok(Self { secret: Secret::new(new_key()?), began: now, back_to })
    }

    /// The value of its cookie.
    pub fn cookie(&self) -> String {
        format!("{}.{}.{}", self.secret.expose(), self.began, URL_SAFE_NO_PAD.encode(self.back_to.as_str()))
    }

    /// Reads the cookie; none if it is not one of ours, or too old.
    pub fn of_cookie(cookie: &str, now: i64) -> Option<Self> {
        let mut parts = cookie.split('.');
        let (secret, began, back_to) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        let back_to = Return::parse(&String::from_utf8(URL_SAFE_NO_PAD.decode(back_to).ok()?).ok()?)?;
        let fits = secret.len() == 43 && parts.next().is_none() && (began..began + LIFE).contains(&now);
        fits.then(|| Self { secret: Secret::new(secret.to_owned()), began, back_to })
    }

    /// Where the browser goes at the end.
    pub fn back_to(&self) -> &Return {
        &self.back_to
    }

    /// What the provider sends back with the browser. It holds for everything in the cookie.
    pub fn state(&self) -> String {
        self.made("state")
    }

    /// Whether the state that came back is that of this sign-in. Takes the same time wherever they differ.
    pub fn is_answered_by(&self, state: &str) -> bool {
        let state = URL_SAFE_NO_PAD.decode(state).ok();
        self.mac("state").zip(state).is_some_and(|(mac, state)| mac.verify_slice(&state).is_ok())
    }

    /// What the id token has to repeat.
    pub fn nonce(&self) -> String {
        self.made("nonce")
    }

    /// PKCE (RFC 7636): what only we can say to the token endpoint.
    pub fn verifier(&self) -> String {
        self.made("verifier")
    }

    /// PKCE: what the authorization endpoint sees of the verifier.
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()))
    }

    fn made(&self, purpose: &str) -> String {
        self.mac(purpose).map(|mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())).unwrap_or_default()
    }

    /// HMAC takes keys of any length.
    fn mac(&self, purpose: &str) -> Option<Hmac<Sha256>> {
        let mac = Hmac::<Sha256>::new_from_slice(self.secret.expose().as_bytes()).ok()?;
        Some(mac.chain_update(format!("symbolon oidc {purpose} {} {}", self.began, self.back_to.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_returned_to() {
        let fine = ["/", "/negotiations/urn%3Auuid%3A1?box=us#top", "/apiary"];
        assert!(fine.iter().all(|path| Return::parse(path).is_some()));
        let long = format!("/{}", "a".repeat(1000));
        let refused = [
            "",
            "negotiations",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "/\t/evil",
            "/a\r\nSet-Cookie: x",
            "javascript:alert(1)",
            "/api/v1/users",
            "/ä",
            " /",
            &long,
        ];
        for path in refused {
            assert_eq!(Return::parse(path), None, "{path:?}");
        }
    }

    #[test]
    fn a_flow_comes_back_from_its_cookie_and_fits_no_other() -> Result<(), Box<dyn std::error::Error>> {
        let back_to = Return::parse("/partners").ok_or("a path")?;
        let flow = Flow::begin(back_to.clone(), 1000)?;
        let cookie = flow.cookie();
        let again = Flow::of_cookie(&cookie, 1000 + LIFE - 1).ok_or("the flow")?;
        assert_eq!((again.nonce(), again.verifier(), again.back_to()), (flow.nonce(), flow.verifier(), &back_to));
        assert!(again.is_answered_by(&flow.state()));
        assert!(flow.verifier().len() >= 43 && flow.verifier() != flow.state() && flow.nonce() != flow.state());
        assert!(!again.is_answered_by(&Flow::begin(back_to, 1000)?.state()));
        assert!(!again.is_answered_by(""));
        // Another way back, or another time: another state.
        let elsewhere = cookie.rsplit_once('.').map(|(rest, _)| format!("{rest}.{}", URL_SAFE_NO_PAD.encode("/users")));
        let elsewhere = Flow::of_cookie(&elsewhere.ok_or("a cookie")?, 2000).ok_or("the flow")?;
        assert!(!elsewhere.is_answered_by(&flow.state()));
        for (cookie, now) in [(cookie.as_str(), 1000 + LIFE), (&cookie, 999), ("", 1000), ("a.1000.Lw", 1000)] {
            assert!(Flow::of_cookie(cookie, now).is_none(), "{cookie} {now}");
        }
        Ok(())
    }
}
