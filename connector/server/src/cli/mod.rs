//! The command line of `symbolon`.
//!
//! `serve`, `init`, `reindex`, `verify`, `compare` and `policy` work on this machine; `users`, `open`, `dataspace`, `invite`, `join`,
//! `catalog`, `search`, `catalogs`, `negotiate`, `agreements`, `monitor`, `received`, `origins`, `transfer` and `fetch` are thin
//! clients of a running connector's management API; `demo` runs two
//! connectors and walks the whole way through them.

mod agreements;
mod catalog;
mod catalogs;
mod client;
mod compare;
mod dataspace;
mod demo;
mod download;
mod events;
mod failure;
mod fetch;
mod follow;
mod init;
mod invite;
mod join;
mod keys;
mod monitor;
mod negotiate;
mod open;
mod origins;
mod output;
mod policy;
mod private_file;
mod received;
mod reindex;
mod search;
mod serve;
mod terms;
mod transfer;
mod users;
mod verify;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;

use self::failure::Failure;
use self::output::Output;
use crate::graph;

/// Background work that still runs when a command is done gets this long.
const ENDS_WITHIN: Duration = Duration::from_secs(2);

/// The name that people type.
const NAME: &str = "symbolon";

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed on this machine: a file, the configuration, the network listener
  2  the command line cannot be understood
  3  the connector refused; the reason is printed
  4  the connector, or the partner's data endpoint, cannot be reached or broke off
  5  the answer is no: an attestation that does not hold, a process that ended otherwise, a wrong checksum
  130  interrupted

The management API key of client commands is read from the environment variable SYMBOLON_API_KEY, else from the file that
--key-file names (./api.key if it does not), never from the command line.";

const EXAMPLES: &str = "\
Examples:
  symbolon demo                                        two fictional companies, the whole way through
  symbolon init --dir /var/lib/symbolon --name Plant-3 a connector of one's own
  symbolon serve --config /var/lib/symbolon/symbolon.toml
  symbolon catalog --partner did:key:z6Mk…             what a partner offers us
  symbolon completions bash > /etc/bash_completion.d/symbolon";

/// A dataspace connector: negotiates usage contracts with partners, keeps the attested agreements, and releases data only
/// under them.
#[derive(Debug, Parser)]
#[command(name = NAME, version, after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
struct CommandLine {
    /// Print for machines: JSON on standard output, one object a line; failures as JSON on standard error
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a connector until it is told to stop (SIGTERM, Ctrl-C)
    Serve(serve::Serve),
    /// Make a folder with configuration, keys and a first API key
    Init(init::Init),
    /// Show or replace the keys of a running connector
    Keys(keys::Keys),
    /// Show where the UI is, and how the first user gets in
    Open(open::Open),
    /// Show, invite, change and remove those who may sign in
    Users(users::Users),
    /// Run two fictional companies' connectors and walk the whole way through
    Demo(demo::Demo),
    /// Check an exported agreement and its attestations, without any network
    Verify(verify::Verify),
    /// Say whether two exports of an agreement fit, and where they first differ if not
    Compare(compare::Compare),
    /// Rebuild the graph of agreements from the database
    Reindex(reindex::Reindex),
    /// Found a dataspace, and look after those that this connector lives in
    Dataspace(dataspace::Dataspace),
    /// Invite a company into a dataspace that this connector runs
    Invite(invite::Invite),
    /// Join a dataspace by an invitation
    Join(join::Join),
    /// Show what a partner offers us
    Catalog(catalog::Catalog),
    /// Search what all partners offer, from their kept catalogues
    Search(search::Search),
    /// Show how partners' kept catalogues stand, or have them read anew
    Catalogs(catalogs::Catalogs),
    /// Ask a partner for a contract and follow the negotiation to its end
    Negotiate(negotiate::Negotiate),
    /// Show agreements: what they permit, until when, and what outlives them
    Agreements(agreements::Agreements),
    /// Show which running transfers are watched, when each is decided next, and why some are held
    Monitor(monitor::Monitor),
    /// Show what partners pushed into the inbox, until when it is kept, and what was deleted
    Received(received::Received),
    /// Show or say which agreements an asset comes from
    Origins(origins::Origins),
    /// Read, try, compare and review policies, also as files without a connector
    Policy(policy::Policy),
    /// Ask for data under an agreement and follow the transfer until data may flow
    Transfer(transfer::Transfer),
    /// Download the data of a started transfer to a file
    Fetch(fetch::Fetch),
    /// Print completions for a shell
    #[command(after_help = "Examples:\n  symbolon completions bash > /etc/bash_completion.d/symbolon\n  \
                            symbolon completions zsh > ~/.zfunc/_symbolon")]
    Completions(Completions),
}

#[derive(Debug, Args)]
struct Completions {
    /// Which shell
    shell: Shell,
}

/// Parses the command line, does what it says, and says how the process is to end.
pub fn main() -> ExitCode {
    let line = CommandLine::parse();
    let output = Output::new(line.json);
    match run(line.command, &output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(command: Command, output: &Output) -> Result<(), Failure> {
    if let Command::Completions(completions) = command {
        let mut script = Vec::new();
        clap_complete::generate(completions.shell, &mut CommandLine::command(), NAME, &mut script);
        return io::stdout()
            .write_all(&script)
            .map_err(|error| Failure::machine("the completions cannot be written", error));
    }
    // Refused only if the process has chosen a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::machine("the threads cannot be started", error))?;
    let done = runtime.block_on(async {
        match command {
            Command::Serve(serve) => serve::run(serve).await,
            Command::Init(init) => init::run(&init, output),
            Command::Keys(keys) => keys::run(keys, output).await,
            Command::Open(open) => open::run(open, output).await,
            Command::Users(users) => users::run(users, output).await,
            Command::Demo(demo) => demo::run(demo, output).await,
            Command::Verify(verify) => verify::run(&verify, output),
            Command::Compare(files) => compare::run(&files, output),
            Command::Reindex(reindex) => reindex::run(reindex, output).await,
            Command::Dataspace(dataspace) => dataspace::run(dataspace, output).await,
            Command::Invite(invite) => invite::run(invite, output).await,
            Command::Join(join) => join::run(join, output).await,
            Command::Catalog(catalog) => catalog::run(catalog, output).await,
            Command::Search(search) => search::run(search, output).await,
            Command::Catalogs(catalogs) => catalogs::run(catalogs, output).await,
            Command::Negotiate(negotiate) => negotiate::run(negotiate, output).await,
            Command::Agreements(agreements) => agreements::run(agreements, output).await,
            Command::Monitor(monitor) => monitor::run(monitor, output).await,
            Command::Received(received) => received::run(received, output).await,
            Command::Origins(origins) => origins::run(origins, output).await,
            Command::Policy(policy) => policy::run(policy, output).await,
            Command::Transfer(transfer) => transfer::run(transfer, output).await,
            Command::Fetch(fetch) => fetch::run(fetch, output).await,
            Command::Completions(_) => Ok(()),
        }
    });
    // What blocks (a name being resolved) must not keep the process from ending.
    runtime.shutdown_timeout(ENDS_WITHIN);
    graph::wait_until_closed(ENDS_WITHIN);
    done
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn what_people_read_first() {
        insta::assert_snapshot!("help", CommandLine::command().render_long_help().to_string());
    }

    #[test]
    fn every_command_shows_examples() {
        let mut line = CommandLine::command();
        line.build();
        for command in line.get_subcommands_mut().filter(|command| command.get_name() != "help") {
            let help = command.render_long_help().to_string();
            assert!(help.contains("Examples:"), "{} shows no example:\n{help}", command.get_name());
        }
    }

    #[test]
    fn the_help_of_each_command() {
        let mut line = CommandLine::command();
        line.build();
        let mut all = String::new();
        for command in line.get_subcommands_mut().filter(|command| command.get_name() != "help") {
            let help = command.render_long_help();
            all.push_str(&format!("==== {}\n{help}\n", command.get_name()));
        }
        insta::assert_snapshot!("commands", all);
    }

    #[test]
    fn no_secret_is_taken_from_the_command_line() {
        let mut line = CommandLine::command();
        line.build();
        for command in line.get_subcommands() {
            for argument in command.get_arguments() {
                assert!(!matches!(argument.get_id().as_str(), "key" | "api_key" | "password" | "passphrase"));
            }
        }
    }
}
