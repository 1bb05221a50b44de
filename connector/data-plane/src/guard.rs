//! Which outgoing addresses are allowed.
//!
//! The guard is asked twice: for the URL, before anything is sent, and for each address that DNS gives for its host,
//! because a public name may point into the private network.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// Allowed schemes, hosts and address ranges of outgoing connections. The default allows public addresses only.
///
/// Hosts are given as `mes.example.org`, `*.example.org` (every name below it), an address, or a range such as
/// `10.20.0.0/16`. A host in `deny_hosts` is refused whatever else is said.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AddressGuard {
    /// Whether `http` is allowed beside `https`.
    pub allow_http: bool,
    /// Whether loopback, private (RFC 1918, RFC 4193), shared (RFC 6598) and benchmark (RFC 2544) addresses are allowed.
    /// Link-local addresses, where clouds keep their metadata endpoints, need an entry in `allow_hosts`.
    pub allow_private: bool,
    /// Hosts that are allowed even where their addresses are not public.
    pub allow_hosts: Vec<String>,
    /// Hosts that are never contacted.
    pub deny_hosts: Vec<String>,
}

impl Default for AddressGuard {
    fn default() -> Self {
        Self { allow_http: true, allow_private: false, allow_hosts: Vec::new(), deny_hosts: Vec::new() }
    }
}

impl AddressGuard {
    /// Checks that each entry of `allow_hosts` and `deny_hosts` can be understood.
    pub fn validate(&self) -> Result<(), InvalidPattern> {
        let unclear = |entry: &&String| Pattern::parse(entry).is_none();
        match self.allow_hosts.iter().chain(&self.deny_hosts).find(unclear) {
            Some(entry) => Err(InvalidPattern(entry.clone())),
            None => Ok(()),
        }
    }

    /// Checks the scheme and the host of an address, as far as that is possible without DNS.
    pub fn check_url(&self, url: &Url) -> Result<(), Refusal> {
        match url.scheme() {
            "https" => {}
            "http" if self.allow_http => {}
            scheme => return Err(Refusal::Scheme(scheme.to_owned())),
        }
        match url.host() {
            Some(Host::Domain(name)) if self.denies_name(name) => Err(Refusal::Host(name.to_owned())),
            Some(Host::Domain(_)) => Ok(()),
            Some(Host::Ipv4(address)) => self.check_address(&address.to_string(), address.into()),
            Some(Host::Ipv6(address)) => self.check_address(&address.to_string(), address.into()),
            None => Err(Refusal::Host(String::new())),
        }
    }

    /// Checks one address that DNS gave for `host` (or that `host` itself spells).
    pub fn check_address(&self, host: &str, address: IpAddr) -> Result<(), Refusal> {
        let address = embedded(address);
        if self.denies_name(host) || matches(&self.deny_hosts, host, Some(address)) {
            return Err(Refusal::Host(host.to_owned()));
        }
        let allowed = match reach(address) {
            Reach::Public => true,
            Reach::Private => self.allow_private || matches(&self.allow_hosts, host, Some(address)),
            Reach::Special => matches(&self.allow_hosts, host, Some(address)),
        };
        if allowed { Ok(()) } else { Err(Refusal::Address { host: host.to_owned(), address }) }
    }

    fn denies_name(&self, host: &str) -> bool {
        matches(&self.deny_hosts, host, None)
    }
}

/// Why an outgoing address is refused. The text names the address: it is for the operator, not for a partner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A scheme other than the allowed ones.
    #[error("the scheme \"{0}\" is not allowed for outgoing connections")]
    Scheme(String),
    /// A host that `deny_hosts` names.
    #[error("connections to the host \"{0}\" are denied by configuration")]
    Host(String),
    /// A host whose address is in a range that is not allowed.
    #[error(
        "\"{host}\" has the address {address}, which is not public; allow the host, or private addresses, by configuration"
    )]
    Address {
        /// The host as the URL names it.
        host: String,
        /// The address that was found for it.
        address: IpAddr,
    },
}

/// An entry of the guard's configuration that names neither a host, nor an address, nor a range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is neither a host name, nor \"*.\" and a host name, nor an address, nor an address range")]
pub struct InvalidPattern(pub String);

/// Resolves names by the system's resolver and drops the addresses that the guard refuses.
pub(crate) struct GuardedResolver(pub(crate) AddressGuard);

impl reqwest::dns::Resolve for GuardedResolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let mut refusal = None;
            let mut allowed: Vec<SocketAddr> = Vec::new();
            for address in found {
                match guard.check_address(name.as_str(), address.ip()) {
                    Ok(()) => allowed.push(address),
                    Err(refused) => refusal = Some(refused),
                }
            }
            match (allowed.is_empty(), refusal) {
                (true, Some(refusal)) => Err(refusal.into()),
                (true, None) | (false, _) => Ok(Box::new(allowed.into_iter()) as reqwest::dns::Addrs),
            }
        })
    }
}

enum Reach {
    Public,
    Private,
    Special,
}

fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(v4) => reach_v4(v4),
        IpAddr::V6(v6) => reach_v6(v6),
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (0, ..) | (169, 254, _) | (224..=255, ..) => Reach::Special,
        (10 | 127, ..) | (172, 16..=31, _) | (192, 168, _) => Reach::Private,
        (100, 64..=127, _) | (192, 0, 0) | (198, 18..=19, _) => Reach::Private,
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    if address.is_loopback() || address.is_unique_local() {
        return Reach::Private;
    }
    // RFC 4291 §2.4: what is neither global unicast (2000::/3) nor one of the two above has no place in a data address.
    if address.segments()[0] & 0xe000 == 0x2000 { Reach::Public } else { Reach::Special }
}

/// The IPv4 address inside an IPv6 one: mapped (RFC 4291), NAT64 (RFC 6052) and 6to4 (RFC 3056) forms.
fn embedded(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let s = v6.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        [0x2002, high, low, ..] => v4(high, low),
        _ => address,
    }
}

enum Pattern<'a> {
    Name(&'a str),
    Below(&'a str),
    Range(IpAddr, u8),
}

impl<'a> Pattern<'a> {
    fn parse(entry: &'a str) -> Option<Self> {
        if let Some(name) = entry.strip_prefix("*.") {
            return is_name(name).then_some(Self::Below(name));
        }
        if let Some((address, bits)) = entry.split_once('/') {
            let address: IpAddr = address.parse().ok()?;
            let bits: u8 = bits.parse().ok()?;
            return (bits <= width(address)).then_some(Self::Range(address, bits));
        }
        if let Ok(address) = entry.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return Some(Self::Range(address, width(address)));
        }
        is_name(entry).then_some(Self::Name(entry))
    }

    fn fits(&self, host: &str, address: Option<IpAddr>) -> bool {
        match self {
            Self::Name(name) => host.eq_ignore_ascii_case(name),
            Self::Below(name) => {
                let (host, name) = (host.to_ascii_lowercase(), name.to_ascii_lowercase());
                host.strip_suffix(&name).is_some_and(|rest| rest.ends_with('.') && rest.len() > 1)
            }
            Self::Range(net, bits) => address.is_some_and(|address| within(embedded(*net), *bits, address)),
        }
    }
}

fn matches(entries: &[String], host: &str, address: Option<IpAddr>) -> bool {
    // "mes.example.org." is the same host as "mes.example.org".
    let host = host.trim_end_matches('.');
    entries.iter().filter_map(|entry| Pattern::parse(entry)).any(|pattern| pattern.fits(host, address))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn within(net: IpAddr, bits: u8, address: IpAddr) -> bool {
    let shift = |width: u8| u32::from(width.saturating_sub(bits));
    match (net, address) {
        (IpAddr::V4(net), IpAddr::V4(address)) => {
            let differing = net.to_bits() ^ address.to_bits();
            differing.checked_shr(shift(32)).unwrap_or(0) == 0
        }
        (IpAddr::V6(net), IpAddr::V6(address)) => {
            let differing = net.to_bits() ^ address.to_bits();
            differing.checked_shr(shift(128)).unwrap_or(0) == 0
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

impl fmt::Display for AddressGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schemes = if self.allow_http { "http and https" } else { "https" };
        let reach = if self.allow_private { "public and private addresses" } else { "public addresses" };
        write!(f, "{schemes} to {reach}, {} hosts allowed, {} denied", self.allow_hosts.len(), self.deny_hosts.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_checked_by_scheme_host_and_literal_address() {
        let public = AddressGuard::default();
        let private = AddressGuard { allow_private: true, ..AddressGuard::default() };
        let named = AddressGuard {
            allow_http: false,
            allow_hosts: vec!["10.1.0.0/16".into(), "169.254.169.254".into()],
            deny_hosts: vec!["*.evil.example".into(), "10.1.2.3".into(), "internal".into()],
            ..AddressGuard::default()
        };
        let cases = [
            (&public, "https://example.org/a", true),
            (&public, "http://example.org/a", true),
            (&public, "ftp://example.org/a", false),
            (&public, "file:///etc/passwd", false),
            (&public, "http://93.184.216.34/", true),
            (&public, "http://127.0.0.1/", false),
            (&public, "http://2130706433/", false),
            (&public, "http://0x7f.1/", false),
            (&public, "http://[::1]/", false),
            (&public, "http://[::ffff:10.0.0.1]/", false),
            (&public, "http://[64:ff9b::a00:1]/", false),
            (&public, "http://[2002:7f00:1::]/", false),
            (&public, "http://[fe80::1]/", false),
            (&public, "http://[2606:4700::1]/", true),
            (&public, "http://100.64.0.1/", false),
            (&private, "http://127.0.0.1/", true),
            (&private, "http://192.168.1.1/", true),
            (&private, "http://[fd00::1]/", true),
            (&private, "http://169.254.169.254/latest", false),
            (&private, "http://0.0.0.0/", false),
            (&private, "http://224.0.0.1/", false),
            (&named, "http://example.org/", false),
            (&named, "https://10.1.9.9/", true),
            (&named, "https://10.1.2.3/", false),
            (&named, "https://10.2.0.1/", false),
            (&named, "https://169.254.169.254/", true),
            (&named, "https://a.evil.example/", false),
            (&named, "https://a.EVIL.example./", false),
            (&named, "https://evil.example/", true),
            (&named, "https://notevil.example/", true),
            (&named, "https://internal/", false),
        ];
        for (guard, url, allowed) in cases {
            let answer = guard.check_url(&Url::parse(url).unwrap());
            assert_eq!(answer.is_ok(), allowed, "{url} under {guard}: {answer:?}");
        }
    }

    #[test]
    fn resolved_addresses_are_checked_too() {
        let guard = AddressGuard {
            allow_hosts: vec!["mes.plant.example".into()],
            deny_hosts: vec!["198.51.100.0/24".into()],
            ..AddressGuard::default()
        };
        let cases = [
            ("mes.plant.example", "10.0.0.1", true),
            ("MES.plant.example", "10.0.0.1", true),
            ("rebound.example", "10.0.0.1", false),
            ("rebound.example", "93.184.216.34", true),
            ("mes.plant.example", "198.51.100.7", false),
        ];
        for (host, address, allowed) in cases {
            assert_eq!(guard.check_address(host, address.parse().unwrap()).is_ok(), allowed, "{host} at {address}");
        }
    }

    #[test]
    fn entries_that_cannot_be_understood_are_named() {
        for (entry, fine) in [
            ("mes.example.org", true),
            ("*.example.org", true),
            ("10.0.0.0/8", true),
            ("::1", true),
            ("[::1]", true),
            ("0.0.0.0/0", true),
            ("10.0.0.0/33", false),
            ("https://example.org", false),
            ("*", false),
            ("", false),
        ] {
            let guard = AddressGuard { deny_hosts: vec![entry.into()], ..AddressGuard::default() };
            assert_eq!(guard.validate().is_ok(), fine, "{entry}");
        }
    }
}
