//! Slips of the hand and of the machine: keys typed too early, kills, pastes.

use crate::support::pty::{Home, Start, Terminal};
use nix::sys::signal::Signal;

/// The demo with its guided task read and its criteria accepted, in ACT.
fn act(home: &Home) -> Terminal {
    let mut terminal = Terminal::open(home, &Start::proscenium(&["demo"]));
    terminal.wait_for("the guided first task");
    terminal.press(&["↓", "Enter"]);
    terminal.wait_for("CRITERIA");
    terminal.press(&["A"]);
    terminal.wait_for("ACQUIRE is open");
    terminal.press(&["c"]);
    terminal.wait_for("GET /api/reports/top-customers");
    terminal.press(&["A"]);
    terminal.wait_for("ACT is open");
    terminal.press(&["c"]);
    terminal.wait_for("hunk 1 of 9");
    terminal
}

#[test]
fn keys_typed_before_the_trust_question_do_not_answer_it() {
    let home = Home::new();
    let mut terminal = act(&home);
    terminal.press(&["r", "3", "Enter"]);
    terminal.wait_for("Trust these commands?");
    terminal.wait_quiet(std::time::Duration::from_millis(600));
    let text = terminal.text();
    assert!(text.contains("Trust these commands?"), "the question was answered unseen:\n{text}");
    terminal.press(&["3", "Enter"]);
    terminal.wait_until_gone("Trust these commands?");
    terminal.wait_for("exit 0");
}

#[test]
fn a_killed_session_comes_back_behind_its_last_decision() {
    let home = Home::new();
    let mut terminal = act(&home);
    terminal.press(&["a", "a"]);
    terminal.wait_for("2 hunks held");
    terminal.signal(Signal::SIGKILL);
    terminal.wait_exit();
    let root = home.demo().display().to_string();
    let mut again = Terminal::open(&home, &Start::proscenium(&[&root]));
    again.wait_for("You were in ACT, hunk 3");
    again.press(&["Enter"]);
    again.wait_until_gone("Welcome back");
    again.wait_for("2 hunks held");
    again.wait_for("○ 3 app/services/reports.py:9");
}

#[test]
fn a_second_window_says_all_the_time_that_it_only_looks() {
    let home = Home::new();
    let _first = act(&home);
    let root = home.demo().display().to_string();
    let second = Terminal::open(&home, &Start::proscenium(&[&root]));
    second.wait_for("the guided first task");
    second.wait_for("looking only");
}

#[test]
fn a_paste_never_decides() {
    let home = Home::new();
    let mut terminal = act(&home);
    terminal.press(&["“\u{1b}[200~aaxcy3\r\rq\u{1b}[201~”"]);
    terminal.wait_for("pasted text goes only into a text");
    assert!(terminal.text().contains("nothing written to your files"), "{}", terminal.text());
    terminal.wait_for("3 ACT 0/9");
}

#[test]
fn a_stop_that_no_shell_would_end_is_refused_and_the_session_goes_on() {
    let home = Home::new();
    let mut terminal = act(&home);
    terminal.signal(Signal::SIGTSTP);
    // Nothing above it controls jobs here, so it says so and stays.
    terminal.wait_for("not stopped: no shell would bring it back");
    terminal.press(&["a"]);
    terminal.wait_for("1 hunk held");
}

#[test]
fn an_asked_for_panic_gives_the_terminal_back() {
    let home = Home::new();
    let start = Start { environment: &[("PROSCENIUM_TEST_PANIC", "1")], ..Start::proscenium(&["demo"]) };
    let terminal = Terminal::open(&home, &start);
    assert_eq!(terminal.wait_exit(), 101);
    terminal.assert_restored();
}
