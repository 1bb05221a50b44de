//! What processes used of the machine, from `/proc`: tells whether the processor or the disk bounds a figure.

use std::fs;
use std::os::linux::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::connector::Connector;

/// `USER_HZ`: the unit of `/proc/<pid>/stat` on every architecture that Linux runs connectors on.
const TICKS_PER_SECOND: f64 = 100.0;

/// Measures from its start to [`Meter::each`].
pub(super) struct Meter {
    processes: Vec<(&'static str, u32)>,
    device: Option<(u64, u64)>,
    begun: Instant,
    before: Sample,
}

struct Sample {
    processes: Vec<Duration>,
    machine: Option<Machine>,
    flushes: Option<u64>,
}

#[derive(Clone, Copy)]
struct Machine {
    busy: f64,
    all: f64,
}

impl Meter {
    /// Watches the connectors under their names, and this process as the driver.
    pub(super) fn start(connectors: &[(&'static str, &Connector)]) -> Self {
        let named = connectors.iter().filter_map(|(name, connector)| Some((*name, connector.pid()?)));
        let processes: Vec<_> = named.chain([("driver", std::process::id())]).collect();
        let device = connectors.first().and_then(|(_, connector)| device_of(&connector.home()));
        let before = sample(&processes, device);
        Self { processes, device, begun: Instant::now(), before }
    }

    /// A sentence: the use for each of `count` equal things.
    pub(super) fn each(&self, count: usize) -> String {
        let elapsed = self.begun.elapsed().as_secs_f64();
        let after = sample(&self.processes, self.device);
        let each = 1.0 / count.max(1) as f64;
        let mut parts = Vec::new();
        for (index, (name, _)) in self.processes.iter().enumerate() {
            if let (Some(before), Some(after)) = (self.before.processes.get(index), after.processes.get(index)) {
                let used = after.saturating_sub(*before).as_secs_f64();
                parts.push(format!("{name} {:.2} ms ({:.0} % of a core)", used * each * 1e3, used / elapsed * 100.0));
            }
        }
        let mut sentence = format!("processor time each: {}", parts.join(", "));
        if let (Some(before), Some(after)) = (self.before.machine, after.machine) {
            let busy = (after.busy - before.busy) / (after.all - before.all).max(1.0) * 100.0;
            sentence.push_str(&format!("; machine {busy:.0} % busy"));
        }
        if let (Some(before), Some(after)) = (self.before.flushes, after.flushes) {
            let flushes = after.saturating_sub(before) as f64;
            sentence.push_str(&format!("; flushes of the disk each: {:.1} (whole machine)", flushes * each));
        }
        sentence
    }
}

/// Resident memory in MB (10^6 bytes).
pub(super) struct Memory {
    pub(super) now: f64,
    pub(super) highest: f64,
    /// What of it is the process's own, not pages of files such as its program.
    pub(super) own: f64,
}

/// The memory of a connector that runs.
///
/// # Errors
/// When it does not run or `/proc` does not tell.
pub(super) fn memory(connector: &Connector) -> Result<Memory, Failure> {
    let missing = || Failure::Unexpected("/proc does not tell the memory of the connector".to_owned());
    let pid = connector.pid().ok_or_else(missing)?;
    let status = fs::read_to_string(format!("/proc/{pid}/status")).map_err(Failure::io("/proc/<pid>/status"))?;
    let kib = |field: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(field))?;
        line.split_whitespace().next()?.parse::<f64>().ok()
    };
    let megabytes = |field: &str| kib(field).map(|kib| kib * 1024.0 / 1e6).ok_or_else(missing);
    Ok(Memory { now: megabytes("VmRSS:")?, highest: megabytes("VmHWM:")?, own: megabytes("RssAnon:")? })
}

fn sample(processes: &[(&'static str, u32)], device: Option<(u64, u64)>) -> Sample {
    Sample {
        processes: processes.iter().map(|(_, pid)| processor_time(*pid)).collect(),
        machine: fs::read_to_string("/proc/stat").ok().and_then(|stat| machine(&stat)),
        flushes: device.and_then(|device| flushes(&fs::read_to_string("/proc/diskstats").ok()?, device)),
    }
}

/// User and system time of a process, zero once it is gone.
fn processor_time(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    Duration::from_secs_f64(ticks(&stat).unwrap_or_default() / TICKS_PER_SECOND)
}

/// The name of the program, in brackets, may hold blanks: fields are counted after it.
fn ticks(stat: &str) -> Option<f64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut times = after_name.split_whitespace().skip(11).map_while(|field| field.parse::<f64>().ok());
    Some(times.next()? + times.next()?)
}

/// The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal, …
fn machine(stat: &str) -> Option<Machine> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let times: Vec<f64> = line.split_whitespace().take(8).filter_map(|field| field.parse().ok()).collect();
    let idle: f64 = times.get(3..5)?.iter().sum();
    let all = times.iter().sum();
    Some(Machine { busy: all - idle, all })
}

fn device_of(folder: &Path) -> Option<(u64, u64)> {
    let device = fs::metadata(folder).ok()?.st_dev();
    Some(((device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xf_ff00)))
}

/// Field 16 after the name in `/proc/diskstats` (since Linux 5.5).
fn flushes(diskstats: &str, (major, minor): (u64, u64)) -> Option<u64> {
    let fields = diskstats.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let of_device = |fields: &Vec<&str>| {
        fields.first() == Some(&major.to_string().as_str()) && fields.get(1) == Some(&minor.to_string().as_str())
    };
    fields.into_iter().find(of_device)?.get(18)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_blanks_does_not_shift_the_fields() {
        let stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 1 0 100 1 1";
        assert_eq!(ticks(stat), Some(300.0));
        assert_eq!(ticks(""), None);
    }

    #[test]
    fn waiting_for_the_disk_is_not_busy() {
        let machine = machine("cpu  100 0 50 800 40 5 5 0 0 0\ncpu0 1 1 1 1\n");
        assert_eq!(machine.map(|machine| (machine.busy, machine.all)), Some((160.0, 1000.0)));
    }

    #[test]
    fn flushes_are_those_of_the_device() {
        let text =
            " 7 0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n 254 0 vda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 23575 3276\n";
        assert_eq!(flushes(text, (254, 0)), Some(23_575));
        assert_eq!(flushes(text, (8, 0)), None);
    }
}
