//! `did:web` (W3C CCG, did:web Method): the DID is the address of its document.

use url::Url;

use super::{Did, DidError, DidFault};

/// The address of the document of a `did:web`: `https`, or `http` where `plain_http` says so.
///
/// # Errors
/// [`DidFault::UnknownMethod`] for another method, [`DidFault::Malformed`] if it names no host and path.
pub fn url(did: &Did, plain_http: bool) -> Result<String, DidError> {
    let refused = |fault| DidError::new(did.as_str(), fault);
    if did.method() != "web" {
        return Err(refused(DidFault::UnknownMethod));
    }
    build(did.method_specific_id(), plain_http).map_err(|reason| refused(DidFault::Malformed(reason)))
}

fn build(id: &str, plain_http: bool) -> Result<String, &'static str> {
    let mut segments = id.split(':');
    let authority = authority(segments.next().unwrap_or_default())?;
    let path: Vec<&str> = segments.collect();
    let plain =
        |segment: &&str| !segment.is_empty() && !matches!(*segment, "." | "..") && percent_encoding_is_plain(segment);
    if !path.iter().all(plain) {
        return Err("its path has an empty, relative or encoded segment that could name another place");
    }
    let scheme = if plain_http { "http" } else { "https" };
    let path = if path.is_empty() { ".well-known".to_owned() } else { path.join("/") };
    let url = format!("{scheme}://{authority}/{path}/did.json");
    // What is fetched must be what is written: no other host, no credentials, nothing removed or added.
    let parsed = Url::parse(&url).map_err(|_| "it names no host")?;
    let same_host = parsed.host_str().is_some_and(|host| authority.split(':').next() == Some(host));
    if !same_host || !parsed.username().is_empty() || parsed.password().is_some() || parsed.query().is_some() {
        return Err("its host is not written as it is read: use lower case, and no number in place of a name");
    }
    Ok(url)
}

/// A host, with the port behind `%3A`.
fn authority(encoded: &str) -> Result<String, &'static str> {
    let (host, port) = match encoded.split_once("%3A") {
        Some((host, port)) => (host, Some(port)),
        None => (encoded, None),
    };
    let name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    if host.is_empty() || !host.bytes().all(name) {
        return Err("its host is empty, or has other characters than lower-case letters, digits, dots and hyphens");
    }
    match port {
        None => Ok(host.to_owned()),
        Some(port) => {
            let number = port.parse::<u16>().ok().filter(|number| *number > 0 && port == number.to_string());
            let number = number.ok_or("its port is not a number from 1 to 65535")?;
            Ok(format!("{host}:{number}"))
        }
    }
}

/// `%2F`, `%2E`, `%3F` and the like would become another path behind a proxy.
fn percent_encoding_is_plain(segment: &str) -> bool {
    segment.match_indices('%').all(|(position, _)| {
        let pair = segment.get(position + 1..position + 3).unwrap_or_default();
        u8::from_str_radix(pair, 16).is_ok_and(|byte| byte > b' ' && !b"/\\.?#%".contains(&byte))
    })
}
