//! Real processes, well behaved and hostile, under the pipe verifier.

#![expect(clippy::expect_used, reason = "a helper of a test fails by panicking")]

use crate::support::temp;
use pretty_assertions::assert_eq;
use proscenium::{
    domain::{
        command::{CommandKind, CommandRun, CommandSpec, Ending, Requirement},
        ids::RunId,
        place::Place,
    },
    ports::{
        Cancel, Clock, Verifier,
        verifier::{OutputLine, RunPlace},
    },
    verify::{Limits, PipeVerifier, end_strays_of_dead_owners, strays_of_dead_owners},
};
use sha2::Digest;
use std::{
    ffi::OsString,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> u64 {
        1_700_000_000_000
    }

    fn session_id(&self) -> String {
        "fixed".into()
    }
}

/// A folder, a shell script in it, and what became of running it.
struct Stage {
    folder: tempfile::TempDir,
    spec: CommandSpec,
    limits: Limits,
    cancel: Cancel,
    env: Vec<(&'static str, String)>,
    /// Commands are guarded as in the program itself.
    is_guarded: bool,
}

impl Stage {
    fn new(script: &str) -> Self {
        let folder = temp::folder();
        std::fs::write(folder.path().join("run.sh"), script).expect("script");
        let spec = CommandSpec {
            id: "checks".into(),
            kind: CommandKind::Syntax,
            argv: vec!["sh".into(), "run.sh".into()],
            folder: String::new(),
            from: Place::new("stack/stack.yaml", 4),
            parser: String::new(),
            timeout: Duration::from_secs(30),
            optional: false,
            pass_signal: None,
            needs: Vec::new(),
            env: Vec::new(),
        };
        let limits = Limits { grace: Duration::from_millis(400), ..Limits::default() };
        Self { folder, spec, limits, cancel: Cancel::default(), env: Vec::new(), is_guarded: true }
    }

    fn argv(mut self, argv: &[&str]) -> Self {
        self.spec.argv = argv.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    fn place(&self) -> RunPlace {
        let mut env: std::collections::BTreeMap<OsString, OsString> =
            self.env.iter().map(|(name, value)| ((*name).into(), value.into())).collect();
        env.insert("PATH".into(), crate::support::tools::search_path());
        RunPlace {
            root: self.folder.path().to_path_buf(),
            tree: "4be19c2".into(),
            env,
            log: Some(self.folder.path().join("run.log")),
        }
    }

    fn run(&self) -> (CommandRun, Vec<String>) {
        self.run_hearing(|_| {})
    }

    fn run_hearing(&self, hear: impl Fn(&OutputLine) + Sync) -> (CommandRun, Vec<String>) {
        let lines = Mutex::new(Vec::<String>::new());
        let sink = |batch: Vec<OutputLine>| {
            let mut lines = lines.lock().expect("lock");
            for line in batch {
                hear(&line);
                if line.replaces {
                    lines.pop();
                }
                lines.push(line.text());
            }
        };
        let mut verifier = PipeVerifier::new(Arc::new(FixedClock)).with_limits(self.limits.clone());
        if self.is_guarded {
            verifier = verifier.guarded_by(env!("CARGO_BIN_EXE_proscenium").into());
        }
        let run = verifier.run(RunId(1), &self.spec, &self.place(), &sink, &self.cancel);
        (run, lines.into_inner().expect("lock"))
    }
}

fn sha256(text: &str) -> String {
    sha2::Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_alive(pid: u32) -> bool {
    // A zombie has no command line; whoever adopted it has not looked yet.
    std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn an_exit_status_output_hash_and_log_are_recorded() {
    let stage = Stage::new("printf 'one\\n'; printf 'two\\n' >&2; printf three; exit 3");
    let (run, lines) = stage.run();
    assert_eq!(run.ending, Ending::Exit { code: 3 });
    assert_eq!(lines, ["one", "two", "three"]);
    assert_eq!(run.output_bytes, 13);
    assert_eq!(run.output_sha256, sha256("one\ntwo\nthree"));
    assert_eq!(std::fs::read_to_string(&run.log).expect("log"), "one\ntwo\nthree\n");
    assert_eq!(run.tree, "4be19c2");
    assert_eq!(run.env, ["PATH", "PROSCENIUM_RUN"]);
}

#[test]
fn the_hash_is_that_of_every_byte() {
    let stage =
        Stage::new("i=0; while [ $i -lt 3000 ]; do printf 'line %d\\033[31m\\r\\n' $i; i=$((i+1)); done");
    let (run, _) = stage.run();
    let text: String = (0..3000).map(|n| format!("line {n}\x1b[31m\r\n")).collect();
    assert_eq!((run.output_bytes, run.output_sha256), (text.len() as u64, sha256(&text)));
}

#[test]
fn nothing_is_inherited_and_standard_input_is_empty() {
    let mut stage = Stage::new("cat; echo \"got [$GIVEN] [$HOME] [$CARGO]\"");
    stage.env.push(("GIVEN", "yes".into()));
    let (run, lines) = stage.run();
    assert_eq!(run.ending, Ending::Exit { code: 0 });
    assert_eq!(lines, ["got [yes] [] []"]);
}

#[test]
fn there_is_no_terminal_to_write_to() {
    let (_, lines) = Stage::new("(echo title > /dev/tty) 2>/dev/null && echo opened || echo none").run();
    assert_eq!(lines, ["none"]);
}

#[test]
fn a_signal_is_a_signal() {
    let (run, _) = Stage::new("kill -11 $$").run();
    assert_eq!(run.ending, Ending::Signal { number: 11 });
}

#[test]
fn a_missing_program_is_blocked_by_name() {
    let (run, _) = Stage::new("").argv(&["no-such-tool", "check"]).run();
    assert_eq!(run.ending, Ending::Blocked { reason: "no-such-tool is not installed".into() });
    assert_eq!(run.output_bytes, 0);
}

#[test]
fn requirements_decide_between_not_run_and_blocked() {
    let table = [
        (Requirement::Program("no-such-tool".into()), Some("not run: no-such-tool is not installed")),
        (
            Requirement::PythonModule("no_such_module".into()),
            Some("blocked: no_such_module is not installed"),
        ),
        (Requirement::PythonModule("os; print(1)".into()), Some("blocked: os; print(1) is not installed")),
        (Requirement::PythonModule("json".into()), None),
        (
            Requirement::Variable("DATABASE_URL".into()),
            Some("blocked: DATABASE_URL is not set (stack/stack.yaml:4)"),
        ),
        (Requirement::Path("pyproject.toml".into()), Some("blocked: pyproject.toml is not there")),
        (Requirement::Path("run.sh".into()), None),
    ];
    for (need, expected) in table {
        let mut stage = Stage::new("echo ran");
        stage.spec.needs = vec![need.clone()];
        let (run, _) = stage.run();
        let said = match run.ending {
            Ending::NotRun { reason } => Some(format!("not run: {reason}")),
            Ending::Blocked { reason } => Some(format!("blocked: {reason}")),
            other => {
                assert_eq!(other, Ending::Exit { code: 0 });
                None
            }
        };
        assert_eq!(said.as_deref(), expected, "{need:?}");
    }
}

#[test]
fn folders_outside_the_tree_are_refused() {
    for folder in ["../elsewhere", "/tmp", "missing"] {
        let mut stage = Stage::new("echo ran");
        stage.spec.folder = folder.into();
        let (run, _) = stage.run();
        assert!(matches!(run.ending, Ending::Blocked { .. }), "{folder}: {:?}", run.ending);
    }
}

#[test]
fn a_command_that_takes_too_long_is_ended() {
    let mut stage = Stage::new("trap '' TERM; echo waiting; while :; do sleep 0.05; done");
    stage.spec.timeout = Duration::from_secs(1);
    let begun = Instant::now();
    let (run, _) = stage.run();
    assert_eq!(run.ending, Ending::TimedOut { after_seconds: 1 });
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[test]
fn asking_once_ends_gently_and_asking_twice_ends_at_once() {
    let gentle = Stage::new("trap 'echo tidied; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
    let (run, lines) = gentle.run_hearing(|line| {
        if line.text() == "ready" {
            gentle.cancel.ask();
        }
    });
    assert_eq!(run.ending, Ending::Stopped);
    assert_eq!(lines.last().map(String::as_str), Some("tidied"), "{lines:?}");

    let mut deaf = Stage::new("trap '' TERM; echo ready; while :; do sleep 0.05; done");
    deaf.limits.grace = Duration::from_secs(60);
    let begun = Instant::now();
    let (run, _) = deaf.run_hearing(|line| {
        if line.text() == "ready" {
            deaf.cancel.ask();
            deaf.cancel.ask();
        }
    });
    assert_eq!(run.ending, Ending::Stopped);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[test]
fn a_stopped_command_is_noticed_and_can_be_ended() {
    let stage = Stage::new("echo ready; kill -STOP $$; echo never");
    let (run, lines) = stage.run_hearing(|line| {
        if line.text().contains("SIGSTOP") {
            stage.cancel.ask();
        }
    });
    assert_eq!(run.ending, Ending::Stopped);
    assert!(lines.iter().any(|line| line.contains("stopped itself")), "{lines:?}");
}

#[test]
fn children_that_hold_the_output_open_neither_delay_the_result_nor_survive() {
    let script = "trap '' TERM; (trap '' TERM; while :; do sleep 0.05; done) & echo $!; exit 0";
    let begun = Instant::now();
    let (run, lines) = Stage::new(script).run();
    assert_eq!(run.ending, Ending::Exit { code: 0 });
    assert!(begun.elapsed() < Duration::from_millis(2500), "{:?}", begun.elapsed());
    let child: u32 = lines.first().and_then(|line| line.parse().ok()).expect("pid");
    wait_until("the child is gone", || !is_alive(child));
}

#[test]
fn many_children_are_all_gone_after_a_stop() {
    let script = "i=0; while [ $i -lt 60 ]; do sleep 300 & echo $!; i=$((i+1)); done; echo ready; wait";
    let stage = Stage::new(script);
    let (run, lines) = stage.run_hearing(|line| {
        if line.text() == "ready" {
            stage.cancel.ask();
        }
    });
    assert_eq!(run.ending, Ending::Stopped);
    let pids: Vec<u32> = lines.iter().filter_map(|line| line.parse().ok()).collect();
    assert_eq!(pids.len(), 60);
    for pid in pids {
        wait_until("a child is gone", || !is_alive(pid));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_left_the_group_is_named() {
    let script = "import os,time\n\
        if os.fork() == 0:\n    os.setsid()\n    d=os.open('/dev/null',os.O_RDWR)\n    \
        [os.dup2(d,k) for k in (0,1,2)]\n    time.sleep(60)\n    os._exit(0)\n\
        time.sleep(0.3)\n";
    let stage = Stage::new("").argv(&["python3", "daemon.py"]);
    std::fs::write(stage.folder.path().join("daemon.py"), script).expect("script");
    let (run, _) = stage.run();
    assert_eq!(run.ending, Ending::Exit { code: 0 });
    let note = run.parsed.notes.iter().find(|note| note.starts_with("left running: ")).expect("a note");
    let pid: i32 = note.split_whitespace().nth(2).and_then(|word| word.parse().ok()).expect("a process id");
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL)
        .expect("it was alive");
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_killed_program_left_behind_is_found_and_ended() {
    // No process has this number: it is above the kernel's limit.
    let mut orphan = std::process::Command::new("sleep")
        .arg("60")
        .env("PROSCENIUM_RUN", "4194305:1:1:1")
        .spawn()
        .expect("sleep");
    let pid = orphan.id();
    let mut found = Vec::new();
    wait_until("the orphan is found", || {
        found = strays_of_dead_owners();
        found.iter().any(|stray| stray.pid == pid && stray.name == "sleep")
    });
    found.retain(|stray| stray.pid == pid);
    assert_eq!(end_strays_of_dead_owners(&found), found);
    assert!(!orphan.wait().expect("status").success());
    assert_eq!(end_strays_of_dead_owners(&found), []);
}

#[test]
fn progress_lines_are_replaced_and_titles_never_arrive() {
    let script =
        "printf 'a 1%%\\ra 50%%\\r'; sleep 0.2; printf 'a 100%%\\n\\033]0;owned\\007\\033[32mok\\033[0m\\n'";
    let (_, lines) = Stage::new(script).run();
    assert_eq!(lines, ["a 100%", "ok"]);
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn a_flood_is_bounded_counted_and_judged_by_its_last_line() {
    let mut stage =
        Stage::new("yes 'a line of some length that repeats' | head -c 12000000; echo; echo ALL GOOD");
    stage.limits.log_head_bytes = 10_000;
    stage.limits.log_tail_bytes = 10_000;
    stage.spec.pass_signal = Some("ALL GOOD".into());
    let (run, lines) = stage.run();
    assert_eq!(run.output_bytes, 12_000_000 + 10);
    assert!(run.parsed.pass_signal);
    let log = std::fs::read_to_string(&run.log).expect("log");
    assert!(log.len() < 21_000, "{}", log.len());
    assert!(log.contains(" bytes dropped]\n") && log.ends_with("ALL GOOD\n"));
    assert!(lines.iter().any(|line| line.contains("bytes dropped from the log")));
}

#[test]
fn a_report_is_read_without_the_folder_of_the_tree_and_without_secrets() {
    let script = "echo \"$PWD/app.py:3:1: F401 unused\"; echo \"$PWD/app.py:4:1: E501 password=hunter2\"; echo Found 2 errors.; exit 1";
    let mut stage = Stage::new("");
    stage.spec.argv = vec!["sh".into(), "lint.sh".into()];
    stage.spec.parser = "ruff".into();
    stage.spec.folder = "api".into();
    std::fs::create_dir(stage.folder.path().join("api")).expect("folder");
    std::fs::write(stage.folder.path().join("api/lint.sh"), script).expect("script");
    let (run, lines) = stage.run();
    let failures: Vec<(&str, String)> = run
        .parsed
        .failures
        .iter()
        .map(|failure| {
            (failure.key.as_str(), failure.place.as_ref().map(ToString::to_string).unwrap_or_default())
        })
        .collect();
    let expected = [
        ("F401 api/app.py unused", "api/app.py:3".to_owned()),
        ("E501 api/app.py password=«hidden»", "api/app.py:4".to_owned()),
    ];
    assert_eq!(failures, expected);
    assert!(lines.iter().any(|line| line.contains("hunter2")), "the screen shows what was printed");
}

#[test]
fn closing_its_outputs_does_not_hide_a_command() {
    let (run, _) = Stage::new("exec >&- 2>&-; sleep 0.3; exit 7").run();
    assert_eq!(run.ending, Ending::Exit { code: 7 });
    assert!(run.elapsed >= Duration::from_millis(300));
}

/// What a run came to, without what differs from one run to the next.
fn came_to(script: &str, argv: Option<&[&str]>, is_guarded: bool) -> (Ending, Vec<String>, Vec<String>) {
    let mut stage = Stage { is_guarded, ..Stage::new(script) };
    if let Some(argv) = argv {
        std::fs::write(stage.folder.path().join("no-interpreter"), "#!/nonexistent/x\n").expect("write");
        let path = stage.folder.path().join("no-interpreter");
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("mode");
        stage = stage.argv(argv);
    }
    let (run, lines) = stage.run();
    (run.ending, lines, run.env)
}

#[test]
fn a_guard_is_not_noticed_by_the_command_nor_by_who_reads_its_end() {
    let scripts = [
        "echo out; echo err >&2; exit 7",
        "kill -TERM $$",
        "kill -SEGV $$",
        "kill -KILL $$",
        "trap 'echo told; exit 3' TERM; kill -TERM $$; sleep 5",
        // Nothing is blocked or ignored; 32 and 33 are the C library's own.
        "sed -nE 's/^Sig(Blk|Ign).*(.{7})$/\\1 \\2/p' /proc/self/status; ls /proc/self/fd | wc -l",
        "cat; exec >&- 2>&-; sleep 0.2; exit 4",
    ];
    for script in scripts {
        assert_eq!(came_to(script, None, true), came_to(script, None, false), "{script}");
    }
    let missing: &[&str] = &["./no-interpreter"];
    assert_eq!(came_to("", Some(missing), true), came_to("", Some(missing), false));
}

#[test]
fn a_quiet_pytest_names_its_tests_through_a_report_that_nobody_sees() {
    // Stands in for pytest: it writes the report where PYTEST_ADDOPTS says.
    let script = "#!/bin/sh\nreport=${PYTEST_ADDOPTS#--junitxml=}\n\
        printf '<testsuites><testsuite><testcase classname=\"tests.test_a\" name=\"test_one\" /></testsuite></testsuites>' > $report\n\
        echo '.                                        [100%]'\n\
        echo \"---- generated xml file: $report ----\"\necho '1 passed in 0.01s'\n";
    let mut stage = Stage::new("").argv(&["sh", "pytest", "-q"]);
    std::fs::write(stage.folder.path().join("pytest"), script).expect("script");
    std::fs::create_dir(stage.folder.path().join("tests")).expect("folder");
    std::fs::write(stage.folder.path().join("tests/test_a.py"), "").expect("test");
    stage.spec.parser = "pytest".into();
    stage.spec.kind = CommandKind::Tests;
    let (run, lines) = stage.run();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!((run.ending, run.parsed.passed), (Ending::Exit { code: 0 }, 1));
    let names: Vec<&str> = run.parsed.tests.iter().map(|test| test.name.as_str()).collect();
    assert_eq!(names, ["tests/test_a.py::test_one"]);
    assert_eq!(run.env, ["PATH", "PROSCENIUM_RUN", "PYTEST_ADDOPTS"]);
    assert_eq!(run.argv, ["sh", "pytest", "-q"], "the command is as it was stated");
}
