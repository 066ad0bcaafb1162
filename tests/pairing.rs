//! Two people go through the whole demo: line by line with a guarded hunk, and on screen.

use crate::{
    pty_walkthrough::{has_python, steps, walk},
    support::{
        git::git,
        linear::Linear,
        pty::{Home, Start, Terminal},
    },
};
use pretty_assertions::assert_eq;

const PAIR: [&str; 5] = ["--driver", "Ada", "--navigator", "Grace <grace@example.org>", "--two-approvals"];

/// ACT with everything but the hunk that serves nothing approved, by Ada.
const BY_ADA: &str = "1\n1\nnext\n1\nnext\nhunk 5\nreject\nlogs an address\napprove all\nquit\n";

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn one_persons_word_commits_no_guarded_hunk_and_both_are_named_everywhere() {
    let linear = Linear::new();
    let mut arguments = vec!["demo", "--linear"];
    arguments.extend(PAIR);
    let done = linear.program(&arguments, BY_ADA);
    assert_eq!(done.status, Some(0), "{}{}", done.text, done.errors);
    assert!(done.text.contains("Ada drives, Grace navigates."), "{}", done.text);

    // A change of a migration, seen in the working tree, on the next day.
    let repository = linear.repository();
    let migration = linear.root().join("migrations/0003_shipments.sql");
    let text = std::fs::read_to_string(&migration).expect("a migration of the demo");
    let text = text.replace("CREATE TABLE", "-- Codes come from the courier.\nCREATE TABLE");
    std::fs::write(&migration, text).expect("written");
    let alone = linear.resume("1\nseen\napprove all\nnext\n3\ntick 1\nread it\nnext\n3\nquit\n");
    let refusal = "Hunk 10 touches a migration; only Ada approved it, so it stays held. \
                   hand-over hands over to Grace, who approves it in ACT.";
    for expected in [
        "Approved hunk 10; it waits for Grace.",
        "9 approved, 1 rejected, 1 waits for a second person",
        refusal,
    ] {
        assert!(alone.text.contains(expected), "{expected}\n{}", alone.text);
    }
    assert!(!alone.text.contains("Committed "), "{}", alone.text);
    assert_eq!(repository.git(&["rev-list", "--count", "HEAD"]).trim(), "1");

    let both =
        linear.resume("1\nhand-over\nscene act\nhunk 10\napprove\nscene finalize\n3\n1\ncommit\nquit\n");
    for expected in [
        "Grace drives now, Ada navigates; 1 hunk waits for a second approval.",
        "Approved by Ada, waits for Grace.",
        "Grace approved hunk 10 as the second person.",
        "Committed ",
    ] {
        assert!(both.text.contains(expected), "{expected}\n{}", both.text);
    }
    let message = repository.git(&["log", "-1", "--format=%B"]);
    let trailers = "\n\nDriver: Grace\nNavigator: Ada\nCo-authored-by: Grace <grace@example.org>";
    assert!(message.trim_end().ends_with(trailers), "{message}");
    assert!(repository.git(&["show", "HEAD:migrations/0003_shipments.sql"]).contains("courier"));

    let report = linear.show_the_session();
    assert!(report.contains("- people: Grace, Ada"), "{report}");
    assert!(report.contains("hunk 10 approved by Grace too"), "{report}");
    assert!(report.contains("approved by Ada\n"), "{report}");

    // Every decision says whose it was.
    let events = linear.program(&["sessions", "replay", &linear.session(), "--events"], "");
    assert_eq!(events.status, Some(0), "{}", events.errors);
    assert!(events.text.contains("approved hunk 10 as the second person"), "{}", events.text);
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn two_names_go_through_the_whole_demo_on_screen() {
    if !has_python() {
        println!("python3 is missing: the commands of the demo cannot run");
        return;
    }
    let home = Home::new();
    let mut arguments = vec!["demo"];
    arguments.extend(&PAIR[..4]);
    let mut terminal = Terminal::open(&home, &Start::proscenium(&arguments));
    terminal.wait_for("Ada drives, Grace navigates");
    let steps = steps();
    let in_act = steps.iter().position(|step| step.shows.iter().any(|text| text.contains("hunk 2 of 9")));
    let in_act = in_act.expect("the walkthrough approves a hunk") + 1;
    walk(&mut terminal, &steps[..in_act]);
    terminal.press(&["H"]);
    terminal.wait_for("Grace drives, Ada navigates");
    walk(&mut terminal, &steps[in_act..]);
    assert_eq!(terminal.wait_exit(), 0, "{}", terminal.text());
    let message = git(&home.demo(), &["log", "-1", "--format=%B"]);
    assert!(message.contains("\nDriver: Grace\nNavigator: Ada\n"), "{message}");
}

#[test]
fn in_a_small_terminal_the_title_names_both() {
    let home = Home::new();
    let start =
        Start { size: (80, 24), ..Start::proscenium(&["demo", "--driver", "Ada", "--navigator", "Grace"]) };
    let mut terminal = Terminal::open(&home, &start);
    terminal.wait_for("Ada drives, Grace navigates");
    terminal.wait_for("the guided first task");
    terminal.press(&["Esc"]);
    // A key that follows at once would be read as Alt with that key.
    terminal.wait_until_gone("typing");
    terminal.press(&["H"]);
    terminal.wait_for("Grace drives, Ada navigates");
    terminal.press(&["q"]);
    assert_eq!(terminal.wait_exit(), 0);
}
