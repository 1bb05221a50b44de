//! The official DCP TCK against a fresh connector, which is holder, verifier and issuer at once.
//!
//! The kit plays those that the connector meets, never its own opposite: it runs once for each role, as three [`role`]s with
//! identities of their own. What the connector needs to know of them an operator tells it through the management API ([`seed`]);
//! everything else is public protocol. The connector has no code for the kit.
//!
//! The kit that resolves is older than the release the product follows. What it needs of patience are switches of the
//! configuration that partners' older wallets need too ([`SWITCHES`]), and one test contradicts the release ([`KNOWN`]). Other
//! versions of the kit run without both: set `DCP_KIT_JARS` to a folder with their jars.

mod role;
mod seed;
mod tally;

use std::path::Path;

use self::role::Role;
use self::tally::{Known, Tally};
use crate::connector::{Config, Connector};
use crate::kit::{Kit, Properties, Verdict};
use crate::{Failure, ports};

/// Where the jars of another version of the kit are.
const JARS: &str = "DCP_KIT_JARS";
/// All tests of the kit that are not disabled, in every version that we know.
const WHOLE_SUITE: u32 = 85;
/// The package that holds those of all roles.
const PACKAGE: &str = "org.eclipse.dataspacetck.dcp.verification";
/// In `identity.compatibility`: what version 1.0.0-RC6 of the kit, and wallets of its time, leave out or spell otherwise.
const SWITCHES: [&str; 5] = [
    "dids_without_relationships",
    "presentation_context_without_at",
    "credential_format_vc1_0_jwt",
    "subject_is_credential_id",
    "credential_without_base_type",
];
/// What version 1.0.0-RC6 demands and the release 1.0.2 does not, by the name of the test.
const KNOWN: [Known; 1] = [Known {
    test: "cs_05_04_01_02_invalidScopeEscalationRequest",
    because: "wants a refusal where DCP 1.0.1 and kit 1.0.2 want what the access token permits",
    reason: "got 200",
}];

/// Runs the whole suite, or the tests whose display name contains `word`, against a fresh connector. Progress goes to standard
/// output; the last line is in the verdict.
///
/// # Errors
/// When the connector, the harness or the kit cannot do their work. Failed tests are no error.
pub async fn run(word: Option<&str>) -> Result<Verdict, Failure> {
    let jars = std::env::var_os(JARS);
    let kit = kit(jars.as_deref().map(Path::new)).await?;
    let (switches, known): (&[&str], &[Known]) = if jars.is_some() { (&[], &[]) } else { (&SWITCHES, &KNOWN) };
    println!("compatibility switches: {}", if switches.is_empty() { "none".to_owned() } else { switches.join(", ") });
    let roles = Role::ALL.map(|role| ports::free().map(|port| (role, port)).map_err(Failure::io("free port")));
    let connector = Connector::start(config(switches)).await?;
    let (mut tally, mut outputs) = (Tally::default(), Vec::new());
    for role in roles {
        let (role, port) = role?;
        seed::seed(&connector, role, port).await?;
        let ended = kit.run(&role.properties(&connector, port), word).await?;
        tally.add(&ended.output);
        outputs.push(ended.output);
    }
    let verdict = tally.judge(known, word.is_none().then_some(WHOLE_SUITE));
    if !verdict.green {
        eprintln!("--- output of the kit\n{}", outputs.concat());
        eprintln!("--- log of the connector\n{}", connector.log_tail());
    }
    Ok(verdict)
}

/// Runs the suite with the kit in every role: proves the kit's installation, needs no connector.
///
/// # Errors
/// When the kit cannot be built or started.
pub async fn run_locally(word: Option<&str>) -> Result<Verdict, Failure> {
    let port = ports::free().map_err(Failure::io("free port"))?;
    let mut properties = Properties::new("localhost", port);
    properties.set("dataspacetck.test.package", PACKAGE);
    let kit = kit(std::env::var_os(JARS).as_deref().map(Path::new)).await?;
    let mut tally = Tally::default();
    tally.add(&kit.run(&properties, word).await?.output);
    Ok(tally.judge(&[], word.is_none().then_some(WHOLE_SUITE)))
}

async fn kit(jars: Option<&Path>) -> Result<Kit, Failure> {
    match jars {
        Some(jars) => Ok(Kit::with_jars("dcp", "DcpKit", jars)),
        None => Kit::build("dcp", "DcpKit").await,
    }
}

/// The kit shows each of its access tokens once, changes what it holds from test to test, and tells nobody: presentations are
/// not kept.
fn config(switches: &[&str]) -> Config {
    let config = Config::new("under-test").web().relaxed().set("identity.presentation_cache_s", "0");
    let config = config.set("identity.sts_clients", &seed::token_client());
    switches.iter().fold(config, |config, switch| config.set(&format!("identity.compatibility.{switch}"), "true"))
}
