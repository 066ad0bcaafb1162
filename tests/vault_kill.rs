//! Killed at any moment, a commit loses nothing and can be finished.
//!
//! The test runs itself as a child that commits, and kills it: at moments spread over the
//! time a commit takes, or, with `PROSCENIUM_KILLS=N` and `strace` at hand, at N faults of system
//! calls one after the other: killed there, disk full, input or output error.

use crate::support::{
    git::{Sandbox, git, run},
    temp,
    vault::{assert_sound, commit, file, open, request, settings, snapshot},
};
use pretty_assertions::assert_eq;
use proscenium::{domain::commit::CommitFile, ports::Vault, vault::GitVault};
use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const BASE: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
const APPROVED: &str = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
const USERS: &str = "mine\n2\n3\n4\n5\n6\n7\n8\n9\n";
const MERGED: &str = "mine\n2\n3\n4\nfive\n6\n7\n8\n9\n";
const CHILD: &str = "vault_kill::the_child_that_is_killed";

fn files() -> Vec<CommitFile> {
    vec![file("f.txt", APPROVED), file("new/n.txt", "n\n")]
}

/// Dirty in every way: staged, unstaged in the same file, untracked.
fn template() -> Sandbox {
    let sandbox = Sandbox::with(&[("f.txt", BASE), ("staged.txt", "a\n")]);
    sandbox.write("staged.txt", "b\n");
    sandbox.git(&["add", "staged.txt"]);
    sandbox.write("f.txt", USERS);
    sandbox.write("untracked.txt", "u\n");
    sandbox
}

/// Not a test by itself: it commits in the sandbox that its parent names, and passes without one.
#[test]
fn the_child_that_is_killed() {
    let Some(dir) = std::env::var_os("PROSCENIUM_KILL_SANDBOX") else { return };
    let sandbox = Sandbox { dir: temp::folder() };
    let mut settings = settings(&sandbox);
    settings.store = Path::new(&dir).join("store");
    let vault = GitVault::open(&Path::new(&dir).join("repo"), settings).unwrap();
    let planned = request(&vault, "orders: cancel", &files());
    std::fs::write(Path::new(&dir).join("ready"), "").unwrap();
    commit(&vault, &planned).0.unwrap();
}

fn child(sandbox: &Sandbox, wrapper: &[String]) -> Command {
    let program = std::env::current_exe().unwrap();
    let mut command = match wrapper.split_first() {
        Some((first, rest)) => {
            let mut command = Command::new(first);
            command.args(rest).arg(program);
            command
        }
        None => Command::new(program),
    };
    command
        .args(["--exact", CHILD, "--test-threads=1"])
        .env("PROSCENIUM_KILL_SANDBOX", sandbox.dir.path().canonicalize().unwrap())
        .env("GIT_AUTHOR_DATE", "1767323045 +0000")
        .env("GIT_COMMITTER_DATE", "1767323045 +0000")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Runs the child and kills it this long after it began to commit. Returns the time that a
/// child that was not killed took.
fn kill_after(sandbox: &Sandbox, delay: Option<Duration>) -> Duration {
    let mut child = child(sandbox, &[]).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    let ready = sandbox.dir.path().join("ready");
    while !ready.exists() {
        assert!(Instant::now() < deadline, "the child never began");
        std::thread::yield_now();
    }
    let began = Instant::now();
    if let Some(delay) = delay {
        while began.elapsed() < delay {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
    }
    child.wait().unwrap();
    began.elapsed()
}

/// Everything that must hold whenever the child died, and after it was finished.
fn check(sandbox: &Sandbox, at: &str) {
    let base = sandbox.git(&["rev-list", "--max-parents=0", "HEAD"]).trim().to_owned();
    let moved = sandbox.head() != base;
    let text = sandbox.read("f.txt");
    assert!(text == USERS || (moved && text == MERGED), "{at}: {text:?}");
    assert_eq!(sandbox.read("staged.txt"), "b\n", "{at}");
    assert_eq!(sandbox.read("untracked.txt"), "u\n", "{at}");
    if sandbox.path("new/n.txt").exists() {
        assert!(moved && sandbox.read("new/n.txt") == "n\n", "{at}");
    }
    // What `git commit` would do now never takes anything back.
    let staged = sandbox.git(&["diff", "--cached", "--name-status", base.as_str()]);
    let with_ours = "M\tf.txt\nA\tnew/n.txt\nM\tstaged.txt\n";
    assert!(staged == with_ours || (!moved && staged == "M\tstaged.txt\n"), "{at}: {staged}");
    let vault = open(sandbox);
    if moved {
        vault.apply(&base, &files()).unwrap();
    } else {
        let planned = request(&vault, "orders: cancel", &files());
        commit(&vault, &planned).0.unwrap_or_else(|error| panic!("{at}: {error}"));
    }
    assert_eq!(sandbox.read("f.txt"), MERGED, "{at}");
    assert_eq!(sandbox.git(&["show", "HEAD:f.txt"]), APPROVED, "{at}");
    assert_eq!(
        sandbox.git(&["status", "--porcelain"]),
        " M f.txt\nM  staged.txt\n?? untracked.txt\n",
        "{at}"
    );
    assert_eq!(sandbox.git(&["rev-list", "--count", "HEAD"]), "2\n", "{at}");
    assert_eq!(snapshot(sandbox, false).len(), 4, "{at}");
    assert_sound(sandbox);
}

/// A copy of the template, which is faster to make than a repository.
fn copy_of(template: &Sandbox) -> Sandbox {
    let sandbox = Sandbox { dir: temp::folder() };
    let copied = Command::new("cp")
        .args(["-a"])
        .arg(template.root())
        .arg(sandbox.dir.path().join("repo"))
        .status()
        .unwrap();
    assert!(copied.success());
    // Times and inodes of the copy are others: git looks once.
    git(&sandbox.root(), &["status", "--porcelain"]);
    sandbox
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn killed_at_any_moment_a_commit_loses_nothing_and_can_be_finished() {
    let template = template();
    let whole = copy_of(&template);
    let time = kill_after(&whole, None);
    check(&whole, "not killed");
    for number in 0..16_u32 {
        let sandbox = copy_of(&template);
        kill_after(&sandbox, Some(time * number / 16));
        check(&sandbox, &format!("moment {number} of 16 in {time:?}"));
    }
}

#[test]
fn whatever_a_system_call_does_a_commit_loses_nothing_and_can_be_finished() {
    let wanted: usize =
        std::env::var("PROSCENIUM_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(0);
    let here = std::env::temp_dir();
    let has_strace = wanted > 0 && Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok();
    if !has_strace || !run(&here, &["--version"]).status.success() {
        return;
    }
    let template = template();
    let calls = "openat,write,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,fsync,fdatasync,ftruncate,fchmod,symlinkat,close";
    let log = template.dir.path().join("strace.log");
    let log_path = log.to_str().unwrap();
    let faults = ["signal=KILL", "error=ENOSPC", "error=EIO"];
    let (mut points, mut moved) = (0, 0);
    for fault in faults {
        let mut open: Vec<&str> = calls.split(',').collect();
        let until = points + wanted.div_ceil(faults.len());
        // The first of every call, then the second: a small number reaches all of them.
        for number in 1.. {
            open.retain(|call| {
                if points >= until {
                    return false;
                }
                let sandbox = copy_of(&template);
                let (trace, inject) =
                    (format!("trace={call}"), format!("inject={call}:{fault}:when={number}"));
                let wrapper = ["strace", "-f", "-qq", "-o", log_path, "-e", &trace, "-e", &inject];
                let status = child(&sandbox, &wrapper.map(str::to_owned)).status().unwrap();
                let injected = String::from_utf8_lossy(&std::fs::read(&log).unwrap()).contains("INJECTED");
                moved += usize::from(sandbox.git(&["rev-list", "--count", "HEAD"]) != "1\n");
                check(&sandbox, &format!("{call} {number} {fault}"));
                let reached = injected || !status.success();
                points += usize::from(reached);
                reached
            });
            if open.is_empty() {
                break;
            }
        }
    }
    println!("{points} faults, {moved} runs in which the branch had moved");
    assert!(moved > 0 && points > moved);
}
