//! VERIFY and FINALIZE while something runs: the bar, stopping commands and hooks.

use crate::{
    pty_walkthrough::{READING, has_python, steps, walk},
    support::{
        git::git,
        pty::{Home, Start, Terminal},
    },
};
use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Plants the demo, lets `change` work on its repository, and opens it again up to the step
/// of the README's walkthrough that shows `last`.
fn demo_until(home: &Home, change: impl FnOnce(&Path), last: &str) -> Terminal {
    let mut terminal = Terminal::open(home, &Start::proscenium(&["demo"]));
    terminal.wait_for("the guided first task");
    terminal.press(&["Ctrl-C", "Ctrl-C"]);
    terminal.wait_exit();
    let demo = home.demo();
    change(&demo);
    let path = demo.display().to_string();
    let mut terminal = Terminal::open(home, &Start::proscenium(&["--new", &path]));
    let steps = steps();
    let at = steps.iter().position(|step| step.shows.iter().any(|text| text.contains(last)));
    walk(&mut terminal, &steps[..=at.expect("a step of the walkthrough")]);
    terminal
}

/// The test command reports half of its tests and goes on when `gate` exists; on the base it
/// has nothing to wait for: the service lacks the method that the change adds.
fn slow_tests(demo: &Path, gate: &Path) {
    let script = format!(
        "echo 'collected 4 items'\necho 'tests/test_a.py ..                    [ 50%]'\n\
         if grep -q top_spenders app/services/reports.py; then while [ ! -e '{}' ]; do sleep 0.05; done; fi\n\
         echo 'tests/test_b.py ..                    [100%]'\necho '4 passed in 0.10s'\n",
        gate.display()
    );
    std::fs::write(demo.join("slow.sh"), script).unwrap();
    let path = demo.join("stack/stack.yaml");
    let stack = std::fs::read_to_string(&path).unwrap();
    let (stated, slow) = ("cmd: python3 -m unittest -v", "cmd: sh slow.sh\n    parser: pytest");
    assert!(stack.contains(stated), "{stack}");
    std::fs::write(path, stack.replace(stated, slow)).unwrap();
    git(demo, &["add", "-A"]);
    git(demo, &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "slow tests"]);
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn a_running_test_command_shows_its_bar_and_is_stopped() {
    if !has_python() {
        println!("python3 is missing: other commands of the demo would shut the gate first");
        return;
    }
    let home = Home::new();
    let gate = home.path().join("gate");
    let mut terminal = demo_until(&home, |demo| slow_tests(demo, &gate), "Trust these commands");
    std::thread::sleep(READING);
    terminal.press(&["3", "Enter"]);
    terminal.wait_for("━━━━━━╌╌╌╌╌╌ 2/4");
    terminal.press(&["Ctrl-C"]);
    terminal.wait_for("stopped by you");
    terminal.wait_until_gone("╌ 2/4");
    terminal.wait_for("FINALIZE is shut: sh slow.sh was stopped");
    std::fs::write(gate, "").unwrap();
    terminal.press(&["r"]);
    terminal.wait_for("4 passed");
    terminal.wait_until_gone("was stopped");
    assert!(!terminal.text().contains("━ 4/4"), "no bar when nothing runs:\n{}", terminal.text());
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn a_running_hook_is_stopped_and_the_same_message_is_committed_later() {
    if !has_python() {
        println!("python3 is missing: the demo does not come as far as its commit");
        return;
    }
    for key in ["Ctrl-C", "Esc"] {
        let home = Home::new();
        let begun = home.path().join("begun");
        let hook = |demo: &Path| -> PathBuf {
            let path = demo.join(".git/hooks/pre-commit");
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, format!("#!/bin/sh\n: > '{}'\nexec sleep 300\n", begun.display())).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            path
        };
        let install = |demo: &Path| {
            hook(demo);
        };
        let mut terminal = demo_until(&home, install, "the tree that was verified");
        terminal.press(&["Ctrl-S"]);
        terminal.wait_for("committing");
        terminal.wait("the hook", |_| begun.exists());
        terminal.press(&[key]);
        terminal.wait_for("pre-commit was stopped by you");
        terminal.wait_for("the tree that was verified");
        let demo = home.demo();
        assert_eq!(git(&demo, &["rev-list", "--count", "--all"]).trim(), "1");
        assert_eq!(git(&demo, &["status", "--porcelain"]), "");
        std::fs::write(hook(&demo), "#!/bin/sh\nexit 0\n").unwrap();
        terminal.press(&["Ctrl-S"]);
        terminal.wait_for("8 hunks committed");
        assert_eq!(git(&demo, &["rev-list", "--count", "HEAD"]).trim(), "2");
    }
}
