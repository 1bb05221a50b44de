//! nginx as a source of files, and as the named alternative: a reverse proxy with one worker process.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::debian;
use crate::{Failure, ports};

const READY_WITHIN: Duration = Duration::from_secs(10);

/// How a proxy holds what it passes on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Buffers {
    /// As it is installed: small ones, and a file for what does not fit.
    Default,
    /// The best found here for large answers: 16 of 64 KiB, never a file.
    Large,
}

/// A server that answers; dropping it kills it. It is one process: there is no worker that could outlive it.
pub(super) struct Nginx {
    address: String,
    _process: Child,
    _folder: TempDir,
}

impl Nginx {
    /// Serves the files of a folder.
    pub(super) async fn source(files: &Path) -> Result<Self, Failure> {
        let location = format!("root {};", files.display());
        Self::start("", &location).await
    }

    /// Passes every request on to another server over connections that stay open.
    pub(super) async fn proxy(to: &Self, buffers: Buffers) -> Result<Self, Failure> {
        let upstream = format!("upstream source {{ server {}; keepalive 64; }}", to.address);
        let buffers = match buffers {
            Buffers::Default => "",
            Buffers::Large => "proxy_buffer_size 64k; proxy_buffers 16 64k; proxy_max_temp_file_size 0;",
        };
        let location =
            format!("proxy_pass http://source; proxy_http_version 1.1; proxy_set_header Connection \"\"; {buffers}");
        Self::start(&upstream, &location).await
    }

    /// Its root, with a slash at the end.
    pub(super) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    async fn start(upstream: &str, location: &str) -> Result<Self, Failure> {
        let program = debian::program("nginx", "nginx").await?;
        let folder = TempDir::with_prefix("bench-nginx-").map_err(Failure::io("folder for nginx"))?;
        let port = ports::free().map_err(Failure::io("free port"))?;
        let address = format!("127.0.0.1:{port}");
        let configuration = configuration(folder.path(), &address, upstream, location)?;
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration).map_err(Failure::io("configuration of nginx"))?;
        let mut command = Command::new(program);
        command.arg("-p").arg(folder.path()).arg("-c").arg(&file).args(["-e", "stderr"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().map_err(Failure::io("starting nginx"))?;
        wait_until_ready(&mut process).await?;
        Ok(Self { address, _process: process, _folder: folder })
    }
}

/// It names its event method once its sockets listen.
async fn wait_until_ready(process: &mut Child) -> Result<(), Failure> {
    let Some(errors) = process.stderr.take() else {
        return Err(Failure::Unexpected("nginx has no error output".to_owned()));
    };
    let mut lines = BufReader::new(errors).lines();
    let mut printed = String::new();
    let ready = async {
        while let Ok(Some(line)) = lines.next_line().await {
            if line.contains("event method") {
                return true;
            }
            printed.push_str(&line);
            printed.push('\n');
        }
        false
    };
    if !matches!(timeout(READY_WITHIN, ready).await, Ok(true)) {
        return Err(Failure::Unexpected(format!("nginx does not start:\n{printed}")));
    }
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok(())
}

fn configuration(folder: &Path, address: &str, upstream: &str, location: &str) -> Result<String, Failure> {
    let owner = fs::metadata(folder).map_err(Failure::io("folder for nginx"))?.uid();
    let user = if owner == 0 { "user root;" } else { "" };
    let at = folder.display();
    Ok(format!(
        "{user} daemon off; master_process off; worker_processes 1; pid {at}/pid; error_log stderr notice;
         events {{ worker_connections 1024; }}
         http {{
           access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; default_type application/octet-stream;
           client_body_temp_path {at}/body; proxy_temp_path {at}/proxy; fastcgi_temp_path {at}/fastcgi;
           uwsgi_temp_path {at}/uwsgi; scgi_temp_path {at}/scgi;
           {upstream}
           server {{ listen {address}; location / {{ {location} }} }}
         }}\n"
    ))
}
