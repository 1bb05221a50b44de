//! The text of a first configuration file, with comments for who edits it.

use std::net::SocketAddr;

use serde_json::Value;

/// What differs from one new connector to the next.
#[derive(Debug)]
pub(super) struct Settings<'a> {
    pub(super) name: &'a str,
    pub(super) data: &'a str,
    pub(super) published: &'a str,
    pub(super) public: SocketAddr,
    pub(super) public_url: &'a str,
    pub(super) management: SocketAddr,
    pub(super) key_hash: &'a str,
    /// The DID that the keys belong to.
    pub(super) did: &'a str,
    pub(super) keystore: &'a str,
    /// The member that says what opens the keystore, and its value.
    pub(super) opener: (&'a str, &'a str),
    pub(super) loopback: bool,
}

impl Settings<'_> {
    /// The TOML document.
    pub(super) fn text(&self) -> String {
        format!(
            r#"# The configuration of a Symbolon connector. Relative paths count from this folder.
# Each member can be replaced by an environment variable: SYMBOLON__PUBLIC__URL replaces url in [public].

# What people call this connector.
name = {name}
# Database, graph of agreements, and what partners push to us.
data_dir = {data}

# Where partners reach us: /dsp, /data, /.well-known. Behind a proxy that ends TLS, `url` is the proxy's address.
[public]
bind = "{public}"
url = {public_url}

# Where operators work: /api/v1. Keep it on loopback, or put a proxy that authenticates in front of it.
[management]
bind = "{management}"

# One block for each API key. Only its hash is kept: printf %s "$KEY" | sha256sum
# Roles: viewer, negotiator, approver, admin, auditor.
[[management.keys]]
name = "first-admin"
role = "admin"
sha256 = "{key_hash}"

# Who we are: a DID whose keys are in the encrypted keystore, opened by passphrase_file or key_file. Without either, the
# passphrase is taken from the environment variable SYMBOLON_KEYSTORE_PASSPHRASE.
[identity]
mode = "did"
did = {did}
keystore = {keystore}
{opener_member} = {opener}
# A partner's presentation counts for at most this long, and a revoked credential for at most this long after its revocation.
presentation_cache_s = 3600
status_cache_s = 300

# full: a commit is on disk before it counts. relaxed: faster, and a power failure may lose the last moment.
[storage]
durability = "full"

# Where the data of assets may come from: folders whose files may be published, and addresses of our own applications.
[sources]
folders = [{published}]
allow_http = true
allow_private = true

# Where we may connect to when a partner names the address. Loopback, private and link-local addresses and plain HTTP are
# refused unless allowed here.
[outgoing]
allow_http = {loopback}
allow_private = {loopback}

[log]
filter = "info"
json = false
"#,
            name = quoted(self.name),
            data = quoted(self.data),
            published = quoted(self.published),
            public = self.public,
            public_url = quoted(self.public_url),
            management = self.management,
            key_hash = self.key_hash,
            keystore = quoted(self.keystore),
            did = quoted(self.did),
            opener_member = self.opener.0,
            opener = quoted(self.opener.1),
            loopback = self.loopback,
        )
    }
}

/// A basic string of TOML. JSON's form of a text without control characters is one.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
