//! Ports for processes that have to be told theirs.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the range from which Linux takes the local ports of outgoing connections (32768 and up): while a connector is down
/// no connection of another process can take its port, so it can be started again on the same one.
const FIRST: u16 = 12_000;
const COUNT: u16 = 20_000;

static HANDED_OUT: AtomicU16 = AtomicU16::new(0);

/// A port on loopback that nobody listens on now and that this process has not handed out before. Processes that run at the
/// same time begin at different places of the range.
///
/// # Errors
/// `AddrInUse` when every port of the range is taken.
pub fn free() -> io::Result<u16> {
    for _ in 0..COUNT {
        let turn = HANDED_OUT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (process_start() + u32::from(turn)).rem_euclid(u32::from(COUNT)) as u16;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(io::Error::from(io::ErrorKind::AddrInUse))
}

/// Neighbouring process ids land far apart.
fn process_start() -> u32 {
    process::id().wrapping_mul(0x9E37_79B1) >> 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_handed_out_twice() -> io::Result<()> {
        let mut ports = (0..100).map(|_| free()).collect::<io::Result<Vec<_>>>()?;
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 100);
        assert!(ports.iter().all(|port| (FIRST..FIRST + COUNT).contains(port)));
        Ok(())
    }
}
