//! The keys of a new connector, and the DID that they belong to.

use std::net::IpAddr;

use symbolon_identity::Keyring;
use symbolon_identity::keystore::{self, KeyFile, Passphrase, Unlock};
use url::{Host, Url};

use super::{Drafts, Init, KEY_FILE, KEYSTORE, Method, PASSPHRASE};
use crate::authentication::new_key;
use crate::cli::failure::Failure;
use crate::clock;

/// Makes the keystore and what opens it.
pub(super) fn make(init: &Init, public_url: &str, drafts: &mut Drafts) -> Result<Keyring, Failure> {
    let failed = |error| Failure::machine("the keys cannot be made", error);
    let keyring = match init.did {
        Method::Key => Keyring::generate_did_key(clock::now()).map_err(failed)?,
        Method::Web => Keyring::generate_web(&did_of(public_url)?, clock::now()).map_err(failed)?,
    };
    let unlock = unlock(init, drafts)?;
    let path = init.dir.join(KEYSTORE);
    keystore::create(&path, &unlock, &keyring)
        .map_err(|error| Failure::machine("the keystore cannot be made", error))?;
    drafts.files.push(path);
    Ok(keyring)
}

fn unlock(init: &Init, drafts: &mut Drafts) -> Result<Unlock, Failure> {
    if init.key_file {
        let path = init.dir.join(KEY_FILE);
        let key = KeyFile::create(&path).map_err(|error| Failure::machine("no key file can be made", error))?;
        drafts.files.push(path);
        return Ok(key.into());
    }
    let passphrase = new_key()?;
    drafts.write(&init.dir.join(PASSPHRASE), &format!("{passphrase}\n"))?;
    let passphrase =
        Passphrase::new(passphrase).map_err(|error| Failure::machine("no passphrase can be made", error))?;
    Ok(passphrase.into())
}

/// The did:web whose document is found at this URL: below `/.well-known` if it has no path, else directly below it.
fn did_of(public_url: &str) -> Result<String, Failure> {
    let refused = |why: &str| Failure::machine(format!("{public_url} cannot become a did:web"), why);
    let url = Url::parse(public_url).map_err(|error| refused(&error.to_string()))?;
    let host = match url.host() {
        Some(Host::Domain(name)) if name.parse::<IpAddr>().is_err() => name,
        Some(_) | None => return Err(refused("it needs a host name; a did:web cannot be made of an address")),
    };
    let mut did = format!("did:web:{host}");
    if let Some(port) = url.port() {
        did.push_str(&format!("%3A{port}"));
    }
    for segment in url.path().split('/').filter(|segment| !segment.is_empty()) {
        did.push(':');
        did.push_str(segment);
    }
    Ok(did)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_did_web_is_where_the_connector_is() {
        let cases = [
            ("https://connector.example", "did:web:connector.example"),
            ("https://connector.example:8443", "did:web:connector.example%3A8443"),
            ("https://data.example/plants/3", "did:web:data.example:plants:3"),
            ("http://localhost:8080", "did:web:localhost%3A8080"),
        ];
        for (url, did) in cases {
            assert_eq!(did_of(url).ok().as_deref(), Some(did), "{url}");
        }
    }

    #[test]
    fn an_address_is_no_did_web() {
        for url in ["https://192.0.2.7", "http://127.0.0.1:8080", "https://[::1]"] {
            assert!(did_of(url).is_err(), "{url}");
        }
    }
}
