//! Ports of the demo's connectors.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process;

use figment::Figment;
use figment::providers::{Format as _, Toml};

use crate::cli::failure::Failure;

/// Below the range that Linux takes the ports of outgoing connections from (32768 and up).
const FIRST: u32 = 18_000;
const COUNT: u32 = 10_000;

/// A connector's two ports on the loopback address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ports {
    pub(super) public: u16,
    pub(super) management: u16,
}

impl Ports {
    /// Two free ports. `place` sets those of the two connectors apart.
    pub(super) fn free(place: u32) -> Result<Self, Failure> {
        let failed = |error| Failure::machine("there is no free port", error);
        let begin = process::id().wrapping_mul(37).wrapping_add(place * 64);
        let public = free_from(begin).map_err(failed)?;
        let management = free_from(u32::from(public) - FIRST + 1).map_err(failed)?;
        Ok(Self { public, management })
    }

    /// The ports in a configuration file, if both are free.
    pub(super) fn configured(file: &Path) -> Option<Self> {
        let figment = Figment::from(Toml::file_exact(file));
        let port = |member| figment.extract_inner::<SocketAddr>(member).ok().map(|address| address.port());
        let ports = Self { public: port("public.bind")?, management: port("management.bind")? };
        (is_free(ports.public) && is_free(ports.management)).then_some(ports)
    }
}

fn free_from(begin: u32) -> io::Result<u16> {
    let ports = (0..COUNT).map(|step| FIRST + begin.wrapping_add(step) % COUNT);
    let found = ports.filter_map(|port| u16::try_from(port).ok()).find(|port| is_free(*port));
    found.ok_or_else(|| io::Error::from(io::ErrorKind::AddrInUse))
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
