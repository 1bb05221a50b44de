//! wrk, a load generator in C that leaves most of the machine to what is measured.

use std::process::Stdio;

use tokio::process::Command;

use super::debian;
use crate::Failure;

/// What came of a load.
#[derive(Debug, PartialEq)]
pub(super) struct Load {
    /// Complete answers.
    pub(super) answers: u64,
    pub(super) per_second: f64,
}

/// Asks for one address over and over on `connections` connections, each with one request under way.
///
/// # Errors
/// When one answer is not 2xx or a connection fails.
pub(super) async fn load(
    url: &str,
    authorization: Option<&str>,
    connections: usize,
    seconds: u64,
) -> Result<Load, Failure> {
    let mut command = Command::new(debian::program("wrk", "wrk").await?);
    command.args(["-t1", &format!("-c{connections}"), &format!("-d{seconds}s"), "--timeout", "30s"]);
    if let Some(authorization) = authorization {
        command.args(["-H", &format!("Authorization: {authorization}")]);
    }
    command.arg(url).stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.map_err(Failure::io("running wrk"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    read(&text).map_err(|reason| {
        let complaint = String::from_utf8_lossy(&output.stderr);
        Failure::Unexpected(format!("wrk on {url}: {reason}\n{text}{complaint}"))
    })
}

fn read(text: &str) -> Result<Load, String> {
    if let Some(line) = text.lines().find(|line| line.contains("Non-2xx")) {
        return Err(line.trim().to_owned());
    }
    if let Some(line) = text.lines().find(|line| line.contains("Socket errors")) {
        return Err(line.trim().to_owned());
    }
    let answers = text.lines().find_map(|line| line.trim().split_once(" requests in ")?.0.parse().ok());
    let per_second = text.lines().find_map(|line| line.strip_prefix("Requests/sec:")?.trim().parse().ok());
    let (Some(answers), Some(per_second)) = (answers, per_second) else {
        return Err("it printed no result".to_owned());
    };
    Ok(Load { answers, per_second })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "Running 2s test @ http://127.0.0.1:1/\n  1 threads and 32 connections\n\
        \x20 4811 requests in 2.01s, 5.96MB read\nRequests/sec:   2396.51\nTransfer/sec:      2.97MB\n";

    #[test]
    fn answers_and_rate_are_read() {
        assert_eq!(read(GOOD), Ok(Load { answers: 4811, per_second: 2396.51 }));
    }

    #[test]
    fn a_refused_request_spoils_the_load() {
        let text = format!("{GOOD}  Non-2xx or 3xx responses: 12\n");
        assert_eq!(read(&text), Err("Non-2xx or 3xx responses: 12".to_owned()));
        assert!(read("").is_err());
    }
}
