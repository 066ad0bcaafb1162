//! What a run means, alone and against the base.
//!
//! Precision before comfort: green needs exit 0 and, for tests, at least one that ran.
//! Only failures that the base did not have shut the gate.

use super::command::{CommandKind, CommandRun, CommandSpec, Ending, Failure, Outcome};
use serde::{Deserialize, Serialize};

/// The verdict on one command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    Passed,
    /// New failures exist, or failures cannot be compared because the base has not run.
    Failed,
    /// Every parsed failure is in the baseline.
    FailsAsBefore,
    /// It ran and cannot be believed; why.
    Untrusted {
        reason: String,
    },
    /// It could not do its work; why.
    Blocked {
        reason: String,
    },
    TimedOut,
    Stopped,
    NotRun {
        reason: String,
    },
}

impl Verdict {
    /// Whether success may be claimed with it.
    pub fn allows_success(&self) -> bool {
        matches!(self, Self::Passed | Self::FailsAsBefore)
    }

    /// The word of formats and screens.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::FailsAsBefore => "fails as before",
            Self::Untrusted { .. } => "untrusted",
            Self::Blocked { .. } => "blocked",
            Self::TimedOut => "timed out",
            Self::Stopped => "stopped",
            Self::NotRun { .. } => "not run",
        }
    }
}

/// One run compared with the run of the same command on the base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Comparison {
    pub new: Vec<Failure>,
    pub before: Vec<Failure>,
    /// Names that failed and passed when repeated alone: name, failures, runs.
    pub flaky: Vec<(String, u32, u32)>,
    /// Keys that failed on the base and do not fail now.
    pub fixed: Vec<String>,
    pub passed: u32,
    /// The base has not run yet.
    pub base_pending: bool,
}

/// Compares a run with the base's. `flaky` lists keys that were repeated with mixed results.
pub fn compare(run: &CommandRun, base: Option<&CommandRun>, flaky: &[(String, u32, u32)]) -> Comparison {
    let mut comparison =
        Comparison { passed: run.parsed.passed, base_pending: base.is_none(), ..Comparison::default() };
    // Keys may repeat (one lint rule twice in a file): compare as multisets.
    let mut known: Vec<&str> = base.map(failing_keys).unwrap_or_default();
    for failure in run.parsed.failures.iter().filter(|failure| !failure.warning) {
        if let Some(position) = known.iter().position(|key| *key == failure.key) {
            known.swap_remove(position);
            comparison.before.push(failure.clone());
        } else if let Some(entry) = flaky.iter().find(|(key, _, _)| *key == failure.key) {
            comparison.flaky.push(entry.clone());
        } else {
            comparison.new.push(failure.clone());
        }
    }
    // A key is fixed only when this run can vouch for it: it completed.
    if run.parsed.complete {
        comparison.fixed = known.into_iter().map(str::to_owned).collect();
        comparison.fixed.sort();
    }
    comparison
}

fn failing_keys(run: &CommandRun) -> Vec<&str> {
    run.parsed
        .failures
        .iter()
        .filter(|failure| !failure.warning)
        .map(|failure| failure.key.as_str())
        .collect()
}

/// The verdict on a run, given the comparison with the base.
pub fn judge(
    spec: &CommandSpec,
    run: &CommandRun,
    comparison: &Comparison,
    output_has_signal: bool,
) -> Verdict {
    match &run.ending {
        Ending::Blocked { reason } => return Verdict::Blocked { reason: reason.clone() },
        Ending::NotRun { reason } => return Verdict::NotRun { reason: reason.clone() },
        Ending::TimedOut { .. } => return Verdict::TimedOut,
        Ending::Stopped => return Verdict::Stopped,
        Ending::Signal { number } => {
            return Verdict::Untrusted { reason: format!("ended by signal {number}") };
        }
        Ending::Exit { .. } => {}
    }
    if let Some(reason) = &run.parsed.blocked {
        return Verdict::Blocked { reason: reason.clone() };
    }
    let Ending::Exit { code } = run.ending else { return Verdict::Stopped };
    let tests = spec.kind == CommandKind::Tests;
    if code == 0 {
        if comparison.new.iter().chain(&comparison.before).next().is_some() && tests {
            return Verdict::Untrusted { reason: "exit 0, but failures were parsed".into() };
        }
        if tests && !spec.parser.is_empty() && run.parsed.passed == 0 {
            let reason =
                if run.parsed.complete { "exit 0, 0 tests ran" } else { "exit 0, no count of tests" };
            return Verdict::Untrusted { reason: reason.into() };
        }
        if spec.pass_signal.is_some() && !output_has_signal {
            return Verdict::Untrusted { reason: "exit 0 without its pass signal".into() };
        }
        return Verdict::Passed;
    }
    if run.parsed.failures.iter().all(|failure| failure.warning) {
        return Verdict::Untrusted { reason: format!("exit {code}, no failure parsed") };
    }
    if comparison.new.is_empty() && !comparison.base_pending && run.parsed.complete {
        return Verdict::FailsAsBefore;
    }
    Verdict::Failed
}

/// Whether a test of that name passed in the run.
pub fn test_passed(run: &CommandRun, name: &str) -> Option<bool> {
    let named = |full: &str| full == name || full.rsplit(['.', ':', ' ', '/']).next() == Some(name);
    run.parsed.tests.iter().find(|test| named(&test.name)).map(|test| test.outcome == Outcome::Passed)
}
