//! Data through the connector, beside nginx as a proxy in front of the same source.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::nginx::{Buffers, Nginx};
use super::partners::{Durability, Partners, publish};
use super::report::{Aim, Line, Report};
use super::transfers::{Address, agree, fetch_address};
use super::usage::{self, Meter};
use super::{Quantities, wrk};
use crate::Failure;
use crate::connector::Management;

const CONNECTIONS: usize = 32;
const WARM_UP_SECONDS: u64 = 1;
const RECORDED_WITHIN: Duration = Duration::from_secs(30);
const SMALL: &str = "1kb";
const MEDIUM: &str = "1mb";
const LARGE: &str = "large";

pub(super) async fn measure(quantities: &Quantities, report: &mut Report) -> Result<(), Failure> {
    report.method(&format!(
        "pull: requests with a transfer's token to the supplier, whose source is nginx with files; load by wrk, {CONNECTIONS} \
         connections, one thread. The alternative is nginx as a reverse proxy, one worker process, in front of the same source, \
         measured just before, as it is installed and with the best buffers found for it; aims are relative to the first. It \
         decides and records nothing"
    ));
    let files = files(quantities.large_file)?;
    let source = Nginx::source(files.path()).await?;
    let proxy = Nginx::proxy(&source, Buffers::Default).await?;
    let tuned = Nginx::proxy(&source, Buffers::Large).await?;
    let mut partners = Partners::start(Durability::Full).await?;
    publish(partners.supplier.management(), 0..1, &source.url()).await?;
    let agreement = agree(&mut partners).await?;
    let servers = Servers { source, proxy, tuned, address: fetch_address(&mut partners, &agreement).await? };
    small(quantities, &servers, &partners, report).await?;
    medium(quantities, &servers, &partners, report).await?;
    large(quantities, &servers, &partners, report).await
}

struct Servers {
    source: Nginx,
    proxy: Nginx,
    tuned: Nginx,
    address: Address,
}

impl Servers {
    fn pulled(&self, file: &str) -> String {
        format!("{}/{file}", self.address.endpoint)
    }

    /// Requests per second of the proxy as installed, and tuned.
    async fn load_proxies(&self, file: &str, seconds: u64) -> Result<(f64, f64), Failure> {
        let load = async |proxy: &Nginx| {
            let url = format!("{}{file}", proxy.url());
            wrk::load(&url, None, CONNECTIONS, WARM_UP_SECONDS).await?;
            Ok::<_, Failure>(wrk::load(&url, None, CONNECTIONS, seconds).await?.per_second)
        };
        Ok((load(&self.proxy).await?, load(&self.tuned).await?))
    }
}

fn alternative((proxy, tuned): (f64, f64), unit: &str) -> Option<String> {
    Some(format!("nginx as proxy {proxy:.0} {unit}, with large buffers {tuned:.0} {unit}"))
}

async fn small(
    quantities: &Quantities,
    servers: &Servers,
    partners: &Partners,
    report: &mut Report,
) -> Result<(), Failure> {
    let seconds = quantities.pull_seconds;
    let source = wrk::load(&format!("{}{SMALL}", servers.source.url()), None, CONNECTIONS, seconds).await?;
    let proxies = servers.load_proxies(SMALL, seconds).await?;
    let (url, token) = (servers.pulled(SMALL), Some(servers.address.authorization.as_str()));
    let warm_up = wrk::load(&url, token, CONNECTIONS, WARM_UP_SECONDS).await?;
    let meter = Meter::start(&[("provider", &partners.supplier)]);
    let pulled = wrk::load(&url, token, CONNECTIONS, seconds).await?;
    let usage = meter.each(usize::try_from(pulled.answers).unwrap_or(usize::MAX));
    let lag = wait_until_recorded(partners.supplier.management(), warm_up.answers + pulled.answers).await?;
    report.add(&Line {
        name: "pull-1kb".to_owned(),
        value: pulled.per_second,
        unit: "/s",
        aim: Some(Aim::Over(10_000.0)),
        beside: alternative(proxies, "/s"),
        notes: vec![
            format!("the source alone {:.0} /s", source.per_second),
            format!("every request found recorded {:.0} ms after the last answer", lag.as_secs_f64() * 1e3),
            usage,
        ],
    });
    Ok(())
}

async fn medium(
    quantities: &Quantities,
    servers: &Servers,
    partners: &Partners,
    report: &mut Report,
) -> Result<(), Failure> {
    let proxies = servers.load_proxies(MEDIUM, quantities.pull_seconds).await?;
    let (url, token) = (servers.pulled(MEDIUM), Some(servers.address.authorization.as_str()));
    wrk::load(&url, token, CONNECTIONS, WARM_UP_SECONDS).await?;
    let meter = Meter::start(&[("provider", &partners.supplier)]);
    let pulled = wrk::load(&url, token, CONNECTIONS, quantities.pull_seconds).await?;
    let usage = meter.each(usize::try_from(pulled.answers).unwrap_or(usize::MAX));
    report.add(&Line {
        name: "pull-1mb".to_owned(),
        value: pulled.per_second / proxies.0,
        unit: "of nginx as proxy",
        aim: Some(Aim::Over(0.8)),
        beside: alternative(proxies, "/s"),
        notes: vec![format!("{:.0} /s", pulled.per_second), usage],
    });
    Ok(())
}

async fn large(
    quantities: &Quantities,
    servers: &Servers,
    partners: &Partners,
    report: &mut Report,
) -> Result<(), Failure> {
    let size = quantities.large_file;
    let token = Some(servers.address.authorization.as_str());
    let ways = [
        (format!("{}{LARGE}", servers.proxy.url()), None),
        (format!("{}{LARGE}", servers.tuned.url()), None),
        (servers.pulled(LARGE), token),
    ];
    // The first reading of the file fills the memory that later ones are served from.
    download(&format!("{}{LARGE}", servers.source.url()), None, size).await?;
    let mut best = [0.0_f64; 3];
    let meter = Meter::start(&[("provider", &partners.supplier)]);
    for _ in 0..quantities.downloads {
        for (best, (url, token)) in best.iter_mut().zip(&ways) {
            let time = download(url, *token, size).await?;
            *best = best.max(size as f64 / 1e6 / time.as_secs_f64());
        }
    }
    let usage = meter.each(quantities.downloads);
    let [proxied, tuned, pulled] = best;
    let memory = usage::memory(&partners.supplier)?;
    report.add(&Line {
        name: format!("pull-{}", if size >= 1 << 30 { "1gb" } else { "large" }),
        value: pulled / proxied,
        unit: "of nginx as proxy",
        aim: Some(Aim::Over(0.8)),
        beside: alternative((proxied, tuned), "MB/s"),
        notes: vec![
            format!("{pulled:.0} MB/s, one connection, the best of {} of each in turn", quantities.downloads),
            format!("the provider's memory was at most {:.1} MB", memory.highest),
            usage,
        ],
    });
    Ok(())
}

/// The large file is a hole: reading it costs the processor's copy, not the disk.
fn files(large: u64) -> Result<TempDir, Failure> {
    let folder = TempDir::with_prefix("bench-files-").map_err(Failure::io("folder for files"))?;
    let write = |name: &str, size: usize| fs::write(folder.path().join(name), vec![b'x'; size]);
    let made = write(SMALL, 1 << 10).and_then(|()| write(MEDIUM, 1 << 20)).and_then(|()| hole(folder.path(), large));
    made.map_err(Failure::io("files to be pulled"))?;
    Ok(folder)
}

fn hole(folder: &Path, size: u64) -> io::Result<()> {
    File::create(folder.join(LARGE))?.set_len(size)
}

/// Reads an answer to its end on a thread of its own and forgets it: the cheapest client there is.
async fn download(url: &str, authorization: Option<&str>, size: u64) -> Result<Duration, Failure> {
    let unusable = |reason: &str| Failure::Unanswered { call: format!("GET {url}"), reason: reason.to_owned() };
    let (host, path) = url
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .ok_or_else(|| unusable("it is not a plain HTTP URL"))?;
    let authorization = authorization.map(|value| format!("Authorization: {value}\r\n")).unwrap_or_default();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{authorization}\r\n");
    let host = host.to_owned();
    let begun = Instant::now();
    let reading = tokio::task::spawn_blocking(move || read_to_end(&host, request.as_bytes()));
    let (head, bytes) =
        reading.await.map_err(|error| unusable(&error.to_string()))?.map_err(|error| unusable(&error.to_string()))?;
    if !head.starts_with("HTTP/1.1 200") || bytes < size {
        return Err(unusable(&format!("{bytes} bytes of {size}; it begins: {head}")));
    }
    Ok(begun.elapsed())
}

/// The first line, and all bytes.
fn read_to_end(host: &str, request: &[u8]) -> io::Result<(String, u64)> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.write_all(request)?;
    let mut buffer = vec![0; 256 << 10];
    let (mut head, mut bytes) = (String::new(), 0);
    loop {
        let read = stream.read(&mut buffer)?;
        let Some(chunk) = buffer.get(..read).filter(|chunk| !chunk.is_empty()) else { return Ok((head, bytes)) };
        if bytes == 0 {
            head = String::from_utf8_lossy(chunk).lines().next().unwrap_or_default().to_owned();
        }
        bytes += chunk.len() as u64;
    }
}

/// The connector may write records a moment later than it answers; how much later is returned.
async fn wait_until_recorded(management: &Management, answers: u64) -> Result<Duration, Failure> {
    let begun = Instant::now();
    loop {
        let found = recorded(management).await?;
        if found >= answers {
            return Ok(begun.elapsed());
        }
        if begun.elapsed() > RECORDED_WITHIN {
            return Err(Failure::Unexpected(format!("{answers} requests were answered and {found} are recorded")));
        }
    }
}

/// The place of the last record. Places are given in order and without gaps, so it is found by halving.
async fn recorded(management: &Management) -> Result<u64, Failure> {
    let is_after = async |place: u64| {
        let answer = management.get(&format!("requests?after={place}&limit=1")).await?;
        Ok::<_, Failure>(answer.get("items").and_then(Value::as_array).is_some_and(|items| !items.is_empty()))
    };
    if !is_after(0).await? {
        return Ok(0);
    }
    let (mut low, mut high) = (0, 1);
    while is_after(high).await? {
        (low, high) = (high, high * 2);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if is_after(middle).await? { low = middle } else { high = middle }
    }
    Ok(high)
}
