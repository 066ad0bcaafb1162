//! `proscenium verify`: trust, verdicts, formats and statuses.

use crate::support::{
    git,
    program::{Sandboxed, schema_errors},
    tools,
};
use pretty_assertions::assert_eq;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Commands that need nothing but a shell: one that passes, one that fails when `broken` exists.
const STACK: &str = "language: python\nverify:\n  lint:\n    cmd: sh check.sh\n  tests:\n    cmd: sh -c 'echo 1 passed'\n    pass_signal: passed\n";

fn repository(stack: &str) -> (Sandboxed, PathBuf) {
    let (sandbox, root) = Sandboxed::with_files(&[
        ("stack/stack.yaml", stack),
        ("check.sh", "if [ -e broken ]; then echo broken; exit 1; fi\n"),
        ("app.py", "x = 1\n"),
    ]);
    git::git(&root, &["init", "-q", "-b", "main"]);
    commit(&root);
    (sandbox, root)
}

fn commit(root: &Path) {
    git::git(root, &["add", "-A"]);
    git::git(root, &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "base"]);
}

fn digest(sandbox: &Sandboxed, root: &Path) -> String {
    let text = sandbox.run(root, &["verify", "--show"]).expect(0).without_escapes().text();
    text.lines().last().expect("a line").to_owned()
}

#[test]
fn untrusted_commands_do_not_run_whatever_ci_says() {
    let (sandbox, root) = repository("language: python\nverify:\n  lint:\n    cmd: touch ran\n");
    let digest = digest(&sandbox, &root);
    assert!(digest.starts_with("sha256:") && digest.len() == 71, "{digest}");
    for variables in [vec![], vec![("CI", "true"), ("GITHUB_ACTIONS", "true")]] {
        let mut command = sandbox.command(&root);
        let ran =
            crate::support::program::finish(command.args(["verify", "--in-place"]).envs(variables)).expect(3);
        assert!(ran.err.contains(&digest) && ran.err.contains("verify --trust sha256:"), "{}", ran.err);
        assert!(!root.join("ran").exists());
    }
    let wrong = format!("sha256:{}", "0".repeat(64));
    let ran = sandbox.run(&root, &["verify", "--in-place", "--trust", &wrong]).expect(3);
    assert!(ran.err.contains("--trust names sha256:000"), "{}", ran.err);
    assert!(!root.join("ran").exists());
    sandbox.run(&root, &["verify", "--in-place", "--trust", &digest]).expect(0);
    assert!(root.join("ran").exists());
}

#[test]
fn one_byte_more_in_the_stack_file_asks_again() {
    let (sandbox, root) = repository(STACK);
    let before = digest(&sandbox, &root);
    fs::write(root.join("stack/stack.yaml"), format!("{STACK}# more\n")).expect("written");
    // A clean copy of the commit is what runs, so only the commit counts.
    assert_eq!(digest(&sandbox, &root), before);
    commit(&root);
    assert!(digest(&sandbox, &root) != before);
    sandbox.run(&root, &["verify", "--trust", &before]).expect(3);
}

/// Running only what could be read would call a change verified that was not.
#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn nothing_runs_while_a_stated_command_cannot_be_read() {
    for wrong in [
        "language: python\nverify:\n  tests:\n    command: touch ran\n",
        "language: python\nverify:\n  tests:\n    cmd: touch 'ran\n",
        "language: python\nverify: [\n",
        "language: python\nverify:\n  tests:\n    cmd: touch ran\n  end_to_end:\n    cmd: touch ran\n",
        "language: python\nverify:\n  smoke:\n    kind: smoke\n    cmd: touch ran\n",
    ] {
        let (sandbox, root) = repository(wrong);
        for arguments in [["verify", "--show"], ["verify", "--in-place"]] {
            let ran = sandbox.run(&root, &arguments).expect(2);
            assert!(ran.err.contains("stack/stack.yaml:") && ran.err.contains("stack check"), "{}", ran.err);
        }
        assert!(!root.join("ran").exists());
    }
    // What is wrong elsewhere in the file hides no command.
    let (sandbox, root) = repository("language: [python]\nverify:\n  tests:\n    cmd: sh check.sh\n");
    sandbox.run(&root, &["verify", "--show"]).expect(0);
}

#[test]
fn a_clean_copy_of_the_commit_is_judged_and_not_the_working_tree() {
    let (sandbox, root) = repository(STACK);
    let digest = digest(&sandbox, &root);
    fs::write(root.join("broken"), "").expect("written");
    let json = sandbox
        .run(&root, &["verify", "--trust", &digest, "--format", "json"])
        .expect(0)
        .without_escapes()
        .json();
    assert_eq!(schema_errors("verify", &json), Vec::<String>::new());
    assert_eq!(json["success"], true);
    assert_eq!(json["tree"], git::git(&root, &["rev-parse", "HEAD^{tree}"]).trim());
    assert_eq!(json["digest"], digest.as_str());
    let text =
        sandbox.run(&root, &["verify", "--trust", &digest, "--in-place"]).expect(1).without_escapes().text();
    assert!(text.starts_with("lint untrusted: exit 1, no failure parsed"), "{text}");
    // Nothing of a run stays in the user's folder.
    assert_eq!(git::git(&root, &["status", "--porcelain"]), "?? broken\n");
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn the_demo_fails_its_test_and_is_blocked_where_fastapi_is_missing() {
    let (sandbox, root) = Sandboxed::with_demo();
    let digest = digest(&sandbox, &root);
    let ran = sandbox.run(&root, &["verify", "--trust", &digest, "--format", "json"]);
    let json = ran.json();
    let verdict = |id: &str| {
        let commands = json["commands"].as_array().expect("a list");
        let command = commands.iter().find(|command| command["run"]["command"] == id);
        command.expect("the command ran")["verdict"]["verdict"].as_str().unwrap_or_default().to_owned()
    };
    if tools::python_command().arg("--version").output().is_err() {
        assert_eq!((ran.status, verdict("tests")), (Some(3), "blocked".to_owned()));
        return;
    }
    assert_eq!(schema_errors("verify", &json), Vec::<String>::new());
    assert_eq!(ran.status, Some(1));
    assert_eq!(verdict("tests"), "failed");
    assert_eq!(verdict("migration"), "passed");
    let junit =
        sandbox.run(&root, &["verify", "--trust", &digest, "--format", "junit"]).expect(1).without_escapes();
    let text = junit.text();
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "), "{text}");
    assert_eq!(text.matches("<testsuite ").count(), 4);
    assert_eq!(text.matches("<testsuite ").count(), text.matches("</testsuite>").count());
    assert!(text.contains("<failure type=\"failed\""), "{text}");
    // The same failure stood on the base: the change is not to blame.
    let text = sandbox.run(&root, &["verify", "--trust", &digest, "--base", "HEAD"]).expect(0).text();
    assert!(text.contains("tests fails as before: "), "{text}");
}

#[test]
fn shards_share_the_commands_out_and_none_runs_twice() {
    let (sandbox, root) = repository(STACK);
    let digest = digest(&sandbox, &root);
    let mut seen = Vec::new();
    for shard in ["1/2", "2/2"] {
        let ran = sandbox
            .run(&root, &["verify", "--trust", &digest, "--shard", shard, "--format", "json"])
            .expect(0);
        let json = ran.json();
        let commands = json["commands"].as_array().expect("a list").clone();
        seen.extend(
            commands.iter().map(|command| command["run"]["command"].as_str().unwrap_or_default().to_owned()),
        );
    }
    assert_eq!(seen, ["lint", "tests"]);
    for wrong in ["0/2", "3/2", "x", "1/0"] {
        sandbox.run(&root, &["verify", "--shard", wrong]).expect(2);
    }
}

#[test]
fn what_cannot_run_is_blocked_and_says_what_to_do() {
    let (sandbox, root) =
        repository("language: python\nverify:\n  lint:\n    cmd: no-such-program-here --x\n");
    let digest = digest(&sandbox, &root);
    let text = sandbox.run(&root, &["verify", "--trust", &digest]).expect(3).text();
    assert!(text.starts_with("lint blocked: "), "{text}");
    let (other, plain) = Sandboxed::with_files(&[("notes.txt", "x\n")]);
    let ran = other.run(&plain, &["verify", "--in-place"]).expect(3);
    assert!(ran.err.contains("no command to verify with was found"), "{}", ran.err);
    let ran = other.run(&plain, &["verify"]).expect(2);
    assert!(ran.err.contains("is not in a git repository"), "{}", ran.err);
}

/// A command that migrates would write to whatever database the user's environment names.
#[test]
fn a_database_of_the_users_environment_is_never_written_to() {
    let (sandbox, root) = repository("language: python\nverify:\n  migration:\n    cmd: sh migrate.sh\n");
    fs::write(root.join("migrate.sh"), "echo changed > \"${DATABASE_URL#sqlite:///}\"\n").expect("written");
    commit(&root);
    let database = sandbox.path("real.db");
    fs::write(&database, "precious").expect("written");
    let url = format!("sqlite:///{}", database.display());
    let digest = digest(&sandbox, &root);
    for place in [&[][..], &["--in-place"]] {
        let mut command = sandbox.command(&root);
        command.args(["verify", "--trust", &digest]).args(place).env("DATABASE_URL", &url);
        let ran = crate::support::program::finish(&mut command);
        let text = format!("{}{}", String::from_utf8_lossy(&ran.out), ran.err);
        assert_ne!(ran.status, Some(0), "{text}");
        assert_eq!(fs::read_to_string(&database).expect("still there"), "precious", "{text}");
    }
}

/// Each ignores what asks it to end; one has left the session, and one its environment too,
/// so that nothing in the process table names it.
#[cfg(target_os = "linux")]
const FAMILY: &str = "sh loop.sh &\nsetsid sh loop.sh &\n\
    (setsid env -i PATH=\"$PATH\" sh -c 'sh loop.sh & wait' &)\nexec sh loop.sh\n";

#[cfg(target_os = "linux")]
#[test]
fn after_kill_nine_nothing_that_a_command_started_is_left() {
    use std::time::{Duration, Instant};
    let (sandbox, root) = repository("language: python\nverify:\n  lint:\n    cmd: sh family.sh\n");
    let pids = sandbox.path("pids");
    fs::write(root.join("family.sh"), FAMILY).expect("written");
    let looping =
        format!("trap '' HUP TERM INT; echo $$ >> '{}'; while :; do sleep 0.05; done\n", pids.display());
    fs::write(root.join("loop.sh"), looping).expect("written");
    commit(&root);
    let digest = digest(&sandbox, &root);
    let mut program = sandbox.command(&root).args(["verify", "--trust", &digest]).spawn().expect("it starts");
    let known = || -> Vec<u32> {
        let text = fs::read_to_string(&pids).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).collect()
    };
    let until = |what: &str, is_met: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !is_met() {
            assert!(begun.elapsed() < Duration::from_secs(30), "never: {what}; {:?}", known());
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    until("four processes", &|| known().len() == 4);
    let family = known();
    let is_alive = |pid: &u32| fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty());
    assert!(family.iter().all(is_alive), "{family:?}");
    program.kill().expect("killed");
    program.wait().expect("gone");
    until("all of them gone", &|| !family.iter().any(is_alive));
}
