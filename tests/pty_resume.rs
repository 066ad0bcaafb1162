//! Killed at any moment, resumed with every decision in place.

use crate::support::pty::{Home, Start, Terminal};
use nix::sys::signal::Signal;

/// Walks the demo to the middle of ACT: four hunks approved, one rejected, the sixth marked.
fn in_the_middle_of_act(home: &Home) -> Terminal {
    let mut terminal = Terminal::open(home, &Start::proscenium(&["demo"]));
    for (keys, shows) in [
        (&[][..], "the guided first task"),
        (&["↓", "Enter"], "accept all 3"),
        (&["A"], "ACQUIRE is open"),
        (&["c"], "take the suggested"),
        (&["A"], "ACT is open"),
        (&["c"], "hunk 1 of 9"),
        (&["a"], "hunk 2 of 9"),
        (&["a"], "hunk 3 of 9"),
        (&["a"], "hunk 4 of 9"),
        (&["a"], "hunk 5 of 9"),
        (&["x"], "Reject hunk 5"),
        (&["“not now”", "Enter"], "hunk 6 of 9"),
    ] {
        terminal.press(keys);
        terminal.wait_for(shows);
    }
    terminal
}

#[test]
fn after_kill_nine_the_same_scene_and_hunk_are_on_screen() {
    let home = Home::new();
    let terminal = in_the_middle_of_act(&home);
    terminal.wait_for("4 hunks held");
    terminal.signal(Signal::SIGKILL);
    terminal.wait_exit();

    let demo = home.demo().display().to_string();
    let mut again = Terminal::open(&home, &Start::proscenium(&[&demo]));
    again.wait_for("You were in ACT, hunk 6");
    again.press(&["Enter"]);
    again.wait_until_gone("Welcome back");
    again.wait_for("hunk 6 of 9");
    again.wait_for("4 hunks held");
    let text = again.text();
    assert!(text.contains("3 ACT 5/9"), "{text}");
    assert!(text.contains("“not now”") && text.contains("rejected"), "{text}");
    again.press(&["q"]);
    assert_eq!(again.wait_exit(), 0);
    again.assert_restored();
}

#[test]
fn a_second_instance_on_the_repository_may_only_look() {
    let home = Home::new();
    let _first = in_the_middle_of_act(&home);
    let demo = home.demo().display().to_string();
    let second = Terminal::open(&home, &Start::proscenium(&[&demo]));
    second.wait_for("Another proscenium works on this repository");
}

#[test]
fn nothing_reaches_the_files_before_finalize() {
    let home = Home::new();
    let _terminal = in_the_middle_of_act(&home);
    let demo = home.demo();
    assert_eq!(crate::support::git::git(&demo, &["status", "--porcelain"]), "");
    assert_eq!(crate::support::git::git(&demo, &["rev-list", "--count", "--all"]).trim(), "1");
}
