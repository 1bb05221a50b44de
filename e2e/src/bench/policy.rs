//! Decisions under policies: the crate's own benchmarks, and pyodre on the same policy.
//!
//! pyodre (ODRE, an ODRL enforcement framework in Python) reads a policy anew for each request and knows dates only, so that it is
//! given a policy of two dates, and beside it stands what we need from the same text to the decision.

use std::path::PathBuf;

use tokio::process::Command;

use super::report::{Aim, Line, Report};
use super::{QUICK, Quantities};
use super::{compose, debian};
use crate::Failure;
use crate::tools::repository;

const PACKAGE: &str = "symbolon-policies-odrl";
/// What is measured, with the microseconds that it should stay under.
const AIMS: &[(&str, f64)] = &[("catena-x usage, permitted", 2.0), ("100 constraints, permitted", 50.0)];
/// The one that pyodre does too.
const SHARED: &str = "window, read and decided";
const PYODRE: &str = "1.0.6";
const POLICY: &str = "policies-odrl/benches/policies/window.json";

/// Prints the median of some turns in microseconds. The first fills caches.
const SCRIPT: &str = "
import contextlib, io, statistics, sys, time
from pyodre.odre import ODRE
text = open(sys.argv[1]).read()
times = []
with contextlib.redirect_stdout(io.StringIO()):
    for turn in range(int(sys.argv[2])):
        begun = time.perf_counter()
        decision = ODRE().enforce(text)
        times.append(time.perf_counter() - begun)
assert decision, 'pyodre refuses'
print(statistics.median(times[1:]) * 1e6)
";

/// Everything that the benchmarks of the crate measure, each as one line.
pub(super) async fn measure(quantities: &Quantities, report: &mut Report) -> Result<(), Failure> {
    report.method(
        "policy: criterion on one core, policies read before; `read and decided` begins at the text, as pyodre does for each request",
    );
    let quick = *quantities == QUICK;
    let measured = own(quick).await?;
    let turns = if quick { 5 } else { 50 };
    let pyodre = match pyodre(turns).await {
        Ok(micros) => format!("pyodre {PYODRE} {micros:.0} µs in the same run"),
        Err(failure) => format!("pyodre could not be measured: {failure}"),
    };
    for (name, micros) in measured {
        let aim = AIMS.iter().find(|(aimed, _)| *aimed == name).map(|(_, aim)| Aim::Under(*aim));
        let aim = aim.or_else(|| compose::aim(&name));
        let beside = if name == SHARED { Some(pyodre.clone()) } else { compose::beside(&name, turns).await };
        report.add(&Line {
            name: format!("policy: {name}"),
            value: micros,
            unit: "µs",
            aim,
            beside,
            notes: Vec::new(),
        });
    }
    Ok(())
}

/// Name and microseconds of each benchmark of the crate.
async fn own(quick: bool) -> Result<Vec<(String, f64)>, Failure> {
    let mut command = Command::new("cargo");
    command.args(["bench", "--locked", "--quiet", "--package", PACKAGE, "--bench", "*", "--"]);
    command.args(["--noplot"]).args(quick.then_some("--quick"));
    let printed = ended(command.current_dir(repository()), "cargo bench").await?;
    let figures = figures(&printed);
    if figures.is_empty() {
        return Err(Failure::Unexpected(format!("cargo bench printed no figures:\n{printed}")));
    }
    Ok(figures)
}

/// A name, and behind it or below it `time: [LOW MIDDLE HIGH]`, each a number and a unit.
fn figures(printed: &str) -> Vec<(String, f64)> {
    let mut name = "";
    let mut found = Vec::new();
    for line in printed.lines() {
        let (before, times) = line.split_once("time:").unwrap_or((line, ""));
        if !before.trim().is_empty() {
            name = before.trim();
        }
        let parts: Vec<&str> = times.trim().trim_matches(['[', ']']).split(' ').collect();
        let [_, _, middle, unit, _, _] = parts.as_slice() else { continue };
        let scale = match *unit {
            "ps" => 1e-6,
            "ns" => 1e-3,
            "ms" => 1e3,
            "s" => 1e6,
            _ => 1.0,
        };
        found.extend(middle.parse::<f64>().ok().map(|middle| (name.to_owned(), middle * scale)));
    }
    found
}

async fn pyodre(turns: usize) -> Result<f64, Failure> {
    let python = environment("pyodre", PYODRE).await?;
    let mut command = Command::new(python);
    command.args(["-c", SCRIPT]).arg(repository().join(POLICY)).arg(turns.to_string());
    let printed = ended(&mut command, "pyodre").await?;
    let micros = printed.trim().parse();
    micros.map_err(|_| Failure::Unexpected(format!("pyodre printed {printed:?} instead of a number")))
}

/// A Python that has a package of PyPI, in an environment of its own.
pub(super) async fn environment(package: &str, version: &str) -> Result<PathBuf, Failure> {
    let home = std::env::home_dir().ok_or_else(|| Failure::Unexpected("there is no home directory".to_owned()))?;
    let environment = home.join(format!(".cache/symbolon/tools/{package}-{version}"));
    let (python, mark) = (environment.join("bin/python3"), environment.join("complete"));
    if !mark.is_file() {
        let system = debian::program("python3", "python3").await?;
        ended(Command::new(&system).args(["-m", "venv"]).arg(&environment), "python3 -m venv").await?;
        let package = format!("{package}=={version}");
        ended(Command::new(&python).args(["-m", "pip", "install", "--quiet", &package]), "pip").await?;
        std::fs::write(&mark, "").map_err(Failure::io("mark of the environment"))?;
    }
    Ok(python)
}

/// What a command prints.
pub(super) async fn ended(command: &mut Command, what: &str) -> Result<String, Failure> {
    let output = command.kill_on_drop(true).output().await.map_err(Failure::io(what))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(Failure::Unexpected(format!("{what} ended with {}: {complaint}", output.status)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_what_criterion_prints() {
        let printed = "a long name, permitted\n                        time:   [980.00 ns 989.82 ns 992.27 ns]\n\
                       short                   time:   [1.2000 ms 1.5000 ms 1.9000 ms]\n                        change: [-1% +0% +1%]";
        let expected = [("a long name, permitted".to_owned(), 0.98982), ("short".to_owned(), 1_500.0)];
        assert_eq!(figures(printed), expected);
        assert_eq!(figures("running 0 tests"), []);
    }
}
