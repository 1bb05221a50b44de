//! Composition of policies: what its benchmarks should stay under, and Z3 on the same containment problems.
//!
//! Z3 is given both policies as formulas over one value for each operand, and asked for a situation that the one permits and the other
//! does not. It proves less than we do (one value where an operand may have several, nothing missing), and no kind above a kind.

use std::path::PathBuf;

use tokio::process::Command;

use super::policy::{ended, environment};
use super::report::Aim;
use crate::Failure;
use crate::tools::repository;

const Z3: &str = "4.15.4.0";
const POLICIES: &str = "policies-odrl/benches/policies";
/// What is measured, and the microseconds that it should stay under.
const AIM: f64 = 20.0;
/// The one that Z3 does too.
const SHARED: &str = "containment of two admissibility profiles, within";

/// Prints the median of some turns in microseconds: a solver is made anew, as the policies are new ones each time.
const SCRIPT: &str = "
import json, statistics, sys, time
import z3
names = {}
def number(value):
    if isinstance(value, dict):
        value = value['@value']
    return value if isinstance(value, (int, float)) else names.setdefault(value, len(names))
def date(value):
    return int(''.join(letter for letter in value if letter.isdigit()))
def atom(constraint, kinds):
    left, operator, right = constraint['leftOperand'], constraint['operator'], constraint['rightOperand']
    variable = z3.Int(left)
    read = date if left == 'dateTime' else number
    rights = [read(value) for value in (right if isinstance(right, list) else [right])]
    if operator in ('eq', 'isAnyOf'):
        return z3.Or([variable == right for right in rights])
    if operator == 'isA':
        return z3.Or([variable == number(name) for name in [right] + kinds.get(right, [])])
    return {'lt': variable < rights[0], 'lteq': variable <= rights[0], 'gt': variable > rights[0], 'gteq': variable >= rights[0]}[operator]
def formula(policy, kinds):
    action = z3.Int('action')
    permitted = z3.Or([z3.And([atom(one, kinds) for one in rule.get('constraint', [])]) for rule in policy['permission']])
    return z3.And(permitted, z3.And([action != number(rule['action']) for rule in policy.get('prohibition', [])]))
kinds = {'urn:example:purpose:quality': ['urn:example:purpose:warranty']}
narrow, wide = [formula(json.load(open(path)), kinds) for path in sys.argv[1:3]]
times = []
for turn in range(int(sys.argv[3])):
    begun = time.perf_counter()
    solver = z3.Solver()
    solver.add(narrow, z3.Not(wide))
    verdict = solver.check()
    times.append(time.perf_counter() - begun)
assert verdict == z3.unsat, 'Z3 finds a counter-example'
print(statistics.median(times[1:]) * 1e6)
";

/// What a benchmark of the crate should stay under, if it is one of composition.
pub(super) fn aim(name: &str) -> Option<Aim> {
    let is_aimed = name.starts_with("meet of") || (name.starts_with("containment of") && name.ends_with("within"));
    is_aimed.then_some(Aim::Under(AIM))
}

/// What Z3 needs for the same, in words, where it does the same.
pub(super) async fn beside(name: &str, turns: usize) -> Option<String> {
    if name != SHARED {
        return None;
    }
    Some(match z3(turns).await {
        Ok(micros) => format!("z3-solver {Z3} {micros:.0} µs in the same run, formulas made before"),
        Err(failure) => format!("z3 could not be measured: {failure}"),
    })
}

async fn z3(turns: usize) -> Result<f64, Failure> {
    let python = environment("z3-solver", Z3).await?;
    let policy = |name: &str| -> PathBuf { repository().join(POLICIES).join(name) };
    let mut command = Command::new(python);
    command.args(["-c", SCRIPT]).arg(policy("profile-narrow.json")).arg(policy("profile-wide.json"));
    let printed = ended(command.arg(turns.to_string()), "z3").await?;
    let micros = printed.trim().parse();
    micros.map_err(|_| Failure::Unexpected(format!("z3 printed {printed:?} instead of a number")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meets_and_containments_have_an_aim() {
        for (name, aimed) in [
            ("meet of two catena-x usage policies", true),
            (SHARED, true),
            ("containment of two admissibility profiles, counter-example", false),
            ("catena-x usage, permitted", false),
        ] {
            assert_eq!(aim(name).is_some(), aimed, "{name}");
        }
    }
}
