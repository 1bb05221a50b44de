//! `symbolon demo`: two fictional companies, each with a connector of its own, walk the whole way.

mod data;
mod home;
mod invitation;
mod partner;
mod ports;
mod publication;
mod source;
mod story;
mod walk;

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;
use clap::builder::FalseyValueParser;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use self::home::Home;
use self::partner::Partner;
use self::source::PartSource;
use self::story::Story;
use super::failure::Failure;
use super::output::Output;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon demo                  walks, then stays up until Ctrl-C, with addresses to try
  symbolon demo --once           walks and ends; ONCE=1 does the same
  symbolon demo --dir ./demo     keeps both connectors' folders, and goes on with them the next time

Both companies and all their data are fictional. Ends with another status than 0 as soon as a step does not go as it should,
and says which.")]
pub(super) struct Demo {
    /// End after the walk
    #[arg(long, env = "ONCE", hide_env_values = true, value_parser = FalseyValueParser::new())]
    once: bool,
    /// Where both connectors live; a temporary folder, removed at the end, if absent
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

/// Everything that runs.
#[derive(Default)]
struct Stage {
    oem: Option<Partner>,
    supplier: Option<Partner>,
    source: Option<PartSource>,
}

pub(super) async fn run(demo: Demo, output: &Output) -> Result<(), Failure> {
    let mut signals = Signals::new()?;
    let home = Home::open(demo.dir.as_deref())?;
    let story = Story::new(output);
    let mut stage = Stage::default();
    let walked = tokio::select! {
        walked = walk::walk(&story, &home, &mut stage) => walked,
        () = signals.next() => Err(Failure::Interrupted),
    };
    let result = match walked {
        Ok(result) => result,
        Err(failure) => {
            if !matches!(failure, Failure::Interrupted) {
                stage.show_logs();
            }
            stage.stop().await.ok();
            return Err(failure.at_step(story.current()));
        }
    };
    if demo.once {
        stage.stop().await.map_err(|failure| failure.at_step("stop both connectors"))?;
        conclude(&result, output);
        return Ok(());
    }
    invitation::print(&home, &stage, output).await.map_err(|failure| failure.at_step("stay up"))?;
    conclude(&result, output);
    let ended = tokio::select! {
        () = signals.next() => Ok(()),
        failure = stage.broken() => Err(failure.at_step("stay up")),
    };
    // The first failure is the one to tell: a connector that ended by itself cannot be stopped in order either.
    let stopped = stage.stop().await;
    ended.and(stopped)
}

/// The last line.
fn conclude(result: &str, output: &Output) {
    output.say(result);
    output.record(&json!({"result": result}));
}

impl Stage {
    /// Ends both connectors, waits until they are gone, and then the supplier's application.
    async fn stop(&mut self) -> Result<(), Failure> {
        let stop = async |partner: Option<Partner>| match partner {
            Some(partner) => partner.stop().await,
            None => Ok(()),
        };
        let (oem, supplier) = tokio::join!(stop(self.oem.take()), stop(self.supplier.take()));
        if let Some(source) = self.source.take() {
            source.stop().await;
        }
        oem.and(supplier)
    }

    /// Completes when one of the connectors ends by itself.
    async fn broken(&mut self) -> Failure {
        match (&mut self.oem, &mut self.supplier) {
            (Some(oem), Some(supplier)) => tokio::select! {
                failure = oem.ended() => failure,
                failure = supplier.ended() => failure,
            },
            _ => std::future::pending().await,
        }
    }

    fn show_logs(&self) {
        for partner in [&self.oem, &self.supplier].into_iter().flatten() {
            let _ = writeln!(io::stderr(), "--- the end of the log of {}\n{}", partner.name(), partner.log_tail());
        }
    }
}

/// What asks the demo to end. A terminal that is closed does, too.
struct Signals {
    received: [tokio::signal::unix::Signal; 3],
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(|error| Failure::machine("signals cannot be received", error));
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let [interrupt, terminate, hangup] = kinds.map(listen);
        Ok(Self { received: [interrupt?, terminate?, hangup?] })
    }

    async fn next(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.received;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}
