//! What a run means, alone and against the base.
//!
//! Precision before comfort: green needs exit 0 and, for tests, at least one that ran.
//! Only failures that the base did not have shut the gate.

use super::command::{CommandKind, CommandRun, CommandSpec, Ending, Failure, Outcome};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for key in base.map(failing_keys).unwrap_or_default() {
        *known.entry(key).or_default() += 1;
    }
    for failure in run.parsed.failures.iter().filter(|failure| !failure.warning) {
        if let Some(left) = known.get_mut(failure.key.as_str()).filter(|left| **left > 0) {
            *left -= 1;
            comparison.before.push(failure.clone());
        } else if let Some(entry) = flaky.iter().find(|(key, _, _)| *key == failure.key) {
            comparison.flaky.push(entry.clone());
        } else {
            comparison.new.push(failure.clone());
        }
    }
    // A key is fixed only when this run can vouch for it: it completed.
    if run.parsed.complete {
        comparison.fixed =
            known.into_iter().flat_map(|(key, left)| std::iter::repeat_n(key.to_owned(), left)).collect();
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

/// The verdict on a run, given the comparison with the base. The pass signal counts when
/// the verifier saw it (`Parsed::pass_signal`) or the caller did.
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
    if code == 0 {
        return judge_exit_0(spec, run, output_has_signal);
    }
    if run.parsed.failures.iter().all(|failure| failure.warning) {
        return Verdict::Untrusted { reason: format!("exit {code}, no failure parsed") };
    }
    if comparison.new.is_empty() && !comparison.base_pending && run.parsed.complete {
        return Verdict::FailsAsBefore;
    }
    if comparison.new.is_empty() && comparison.flaky.is_empty() && !comparison.base_pending {
        return Verdict::Untrusted { reason: format!("exit {code}, and its summary is not understood") };
    }
    Verdict::Failed
}

/// Exit 0 is believed only when nothing that was read speaks against it.
fn judge_exit_0(spec: &CommandSpec, run: &CommandRun, output_has_signal: bool) -> Verdict {
    let parsed = &run.parsed;
    let untrusted = |reason: String| Verdict::Untrusted { reason };
    let failures = parsed.failures.iter().filter(|failure| !failure.warning).count();
    if failures > 0 {
        let word = if failures == 1 { "failure was" } else { "failures were" };
        return untrusted(format!("exit 0, but {failures} {word} parsed"));
    }
    if spec.kind == CommandKind::Tests && !spec.parser.is_empty() && parsed.passed == 0 {
        return untrusted(match (parsed.complete, parsed.skipped) {
            (true, 0) => "0 tests ran".into(),
            (true, skipped) => format!("0 tests passed, {skipped} skipped"),
            (false, _) => "no count of tests".into(),
        });
    }
    if spec.pass_signal.is_some() && !parsed.pass_signal && !output_has_signal {
        return untrusted("exit 0 without its pass signal".into());
    }
    Verdict::Passed
}

/// Whether a test of that name passed in the run.
pub fn test_passed(run: &CommandRun, name: &str) -> Option<bool> {
    let named = |full: &str| full == name || full.rsplit(['.', ':', ' ', '/']).next() == Some(name);
    run.parsed.tests.iter().find(|test| named(&test.name)).map(|test| test.outcome == Outcome::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        command::{Parsed, TestResult},
        ids::RunId,
        place::Place,
    };
    use pretty_assertions::assert_eq;
    use std::time::Duration;

    fn spec(kind: CommandKind) -> CommandSpec {
        CommandSpec {
            id: "checks".into(),
            kind,
            argv: vec!["run".into()],
            folder: String::new(),
            from: Place::new("stack/stack.yaml", 1),
            parser: "pytest".into(),
            timeout: Duration::from_secs(1),
            optional: false,
            pass_signal: None,
            needs: Vec::new(),
            env: Vec::new(),
        }
    }

    fn failure(key: &str) -> Failure {
        Failure {
            key: key.into(),
            name: key.into(),
            message: String::new(),
            place: None,
            output_line: 1,
            warning: false,
        }
    }

    /// A run that ended with a status, with failures by key and a count of passed tests.
    fn run(code: i32, keys: &[&str], passed: u32) -> CommandRun {
        let failures: Vec<Failure> = keys.iter().map(|key| failure(key)).collect();
        CommandRun {
            id: RunId(1),
            command: "checks".into(),
            argv: Vec::new(),
            tree: String::new(),
            ending: Ending::Exit { code },
            elapsed: Duration::ZERO,
            started_at: 0,
            parsed: Parsed { failures, passed, complete: true, ..Parsed::default() },
            output_sha256: String::new(),
            output_bytes: 0,
            log: String::new(),
            env: Vec::new(),
        }
    }

    fn ended(ending: Ending) -> CommandRun {
        CommandRun { ending, ..run(0, &[], 0) }
    }

    fn verdict(spec: &CommandSpec, run: &CommandRun, base: Option<&CommandRun>) -> String {
        match judge(spec, run, &compare(run, base, &[]), false) {
            Verdict::Untrusted { reason } => format!("untrusted: {reason}"),
            Verdict::Blocked { reason } => format!("blocked: {reason}"),
            Verdict::NotRun { reason } => format!("not run: {reason}"),
            other => other.name().to_owned(),
        }
    }

    #[test]
    fn every_state_of_the_list_has_its_verdict() {
        let (tests, lint) = (spec(CommandKind::Tests), spec(CommandKind::Lint));
        let base = run(1, &["old"], 3);
        let blocked = {
            let mut run = run(2, &["a"], 0);
            run.parsed.blocked = Some("fastapi is not installed".into());
            run
        };
        let warned = {
            let mut run = run(1, &["a"], 0);
            run.parsed.failures.iter_mut().for_each(|failure| failure.warning = true);
            run
        };
        let skipped = {
            let mut run = run(0, &[], 0);
            run.parsed.skipped = 2;
            run
        };
        let uncounted = {
            let mut run = run(0, &[], 0);
            run.parsed.complete = false;
            run
        };
        let cut = {
            let mut run = run(1, &["old"], 3);
            run.parsed.complete = false;
            run
        };
        let why = |reason: &str| reason.to_owned();
        let table = [
            (&tests, run(0, &[], 4), None, "passed"),
            (&lint, run(0, &[], 0), None, "passed"),
            (&tests, run(1, &["new"], 3), None, "failed"),
            (&tests, run(1, &["new"], 3), Some(&base), "failed"),
            (&tests, run(1, &["new", "old"], 3), Some(&base), "failed"),
            (&tests, run(1, &["old"], 3), Some(&base), "fails as before"),
            (&tests, run(1, &["old"], 3), None, "failed"),
            (&tests, run(1, &["old", "old"], 3), Some(&base), "failed"),
            (&tests, cut, Some(&base), "untrusted: exit 1, and its summary is not understood"),
            (&tests, run(1, &["old"], 3), Some(&blocked), "failed"),
            (&tests, run(3, &[], 0), None, "untrusted: exit 3, no failure parsed"),
            (&lint, warned, None, "untrusted: exit 1, no failure parsed"),
            (&tests, run(0, &[], 0), None, "untrusted: 0 tests ran"),
            (&tests, skipped, None, "untrusted: 0 tests passed, 2 skipped"),
            (&tests, uncounted, None, "untrusted: no count of tests"),
            (&tests, run(0, &["a"], 3), None, "untrusted: exit 0, but 1 failure was parsed"),
            (&lint, run(0, &["a", "b"], 0), Some(&base), "untrusted: exit 0, but 2 failures were parsed"),
            (&tests, blocked.clone(), Some(&blocked), "blocked: fastapi is not installed"),
            (&tests, ended(Ending::Signal { number: 11 }), None, "untrusted: ended by signal 11"),
            (&tests, ended(Ending::TimedOut { after_seconds: 120 }), None, "timed out"),
            (&tests, ended(Ending::Stopped), None, "stopped"),
            (&tests, ended(Ending::Blocked { reason: why("no pytest") }), None, "blocked: no pytest"),
            (&tests, ended(Ending::NotRun { reason: why("no ruff") }), None, "not run: no ruff"),
        ];
        for (spec, run, base, expected) in &table {
            assert_eq!(verdict(spec, run, *base), *expected, "{run:?}");
        }
    }

    #[test]
    fn only_passed_and_fails_as_before_allow_success() {
        let reason = String::new;
        let table = [
            (Verdict::Passed, true),
            (Verdict::FailsAsBefore, true),
            (Verdict::Failed, false),
            (Verdict::Untrusted { reason: reason() }, false),
            (Verdict::Blocked { reason: reason() }, false),
            (Verdict::NotRun { reason: reason() }, false),
            (Verdict::TimedOut, false),
            (Verdict::Stopped, false),
        ];
        for (verdict, allowed) in table {
            assert_eq!(verdict.allows_success(), allowed, "{verdict:?}");
        }
    }

    #[test]
    fn a_pass_signal_must_have_been_seen() {
        let spec = CommandSpec { pass_signal: Some("OK".into()), ..spec(CommandKind::Syntax) };
        let mut run = run(0, &[], 0);
        assert_eq!(verdict(&spec, &run, None), "untrusted: exit 0 without its pass signal");
        assert_eq!(judge(&spec, &run, &Comparison::default(), true), Verdict::Passed);
        run.parsed.pass_signal = true;
        assert_eq!(verdict(&spec, &run, None), "passed");
    }

    #[test]
    fn against_the_base_each_failure_is_new_before_flaky_or_fixed() {
        let base = run(1, &["tax", "gone", "twice"], 40);
        let mut now = run(1, &["shipped", "tax", "export", "twice", "twice"], 43);
        now.parsed.failures.push(Failure { warning: true, ..failure("a warning") });
        let comparison = compare(&now, Some(&base), &[("export".into(), 1, 3)]);
        let keys = |failures: &[Failure]| failures.iter().map(|it| it.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(&comparison.new), ["shipped", "twice"]);
        assert_eq!(keys(&comparison.before), ["tax", "twice"]);
        assert_eq!(comparison.flaky, [("export".to_owned(), 1, 3)]);
        assert_eq!(comparison.fixed, ["gone"]);
        assert_eq!((comparison.passed, comparison.base_pending), (43, false));
    }

    #[test]
    fn a_run_that_did_not_complete_fixes_nothing() {
        let base = run(1, &["gone"], 40);
        let mut now = run(1, &["new"], 3);
        now.parsed.complete = false;
        assert_eq!(compare(&now, Some(&base), &[]).fixed, Vec::<String>::new());
        assert!(compare(&now, None, &[]).base_pending);
    }

    #[test]
    fn flaky_failures_alone_do_not_shut_the_gate() {
        let (base, now) = (run(0, &[], 40), run(1, &["export"], 39));
        let comparison = compare(&now, Some(&base), &[("export".into(), 1, 3)]);
        let verdict = judge(&spec(CommandKind::Tests), &now, &comparison, false);
        assert_eq!((comparison.new.len(), verdict.allows_success()), (0, true));
    }

    #[test]
    fn a_criterion_finds_its_test_by_short_or_full_name() {
        let mut now = run(0, &[], 2);
        now.parsed.tests = vec![
            TestResult { name: "tests/test_orders.py::T::test_cancel".into(), outcome: Outcome::Passed },
            TestResult { name: "app tests::ships".into(), outcome: Outcome::Failed },
        ];
        assert_eq!(test_passed(&now, "test_cancel"), Some(true));
        assert_eq!(test_passed(&now, "tests/test_orders.py::T::test_cancel"), Some(true));
        assert_eq!(test_passed(&now, "ships"), Some(false));
        assert_eq!(test_passed(&now, "cancel"), None);
    }
}
