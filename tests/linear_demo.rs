//! The demo line by line through the real program: from a file of answers to a commit.

use crate::support::{
    docs::check_file,
    linear::{Linear, redacted},
};

/// The hunk that serves no criterion is rejected with this reason.
const REASON: &str = "logs the customer's e-mail address";

/// What stands above the transcript in the document.
const HEAD: &str = "# A whole session, line by line

`proscenium --linear` plays the same five scenes as numbered prompts, for screen readers and scripts; it is chosen by itself where there is no terminal to draw on.
This is the demo, from `proscenium demo --linear` and a file of answers to the commit; a test runs it and compares every line.
Behind `>` stands what was answered. Times are written as 0.0 and ids by name.

";

/// Answers up to ACT: the guided task, its criteria, the suggested boundaries.
const TO_ACT: &str = "1\n1\nnext\n1\nnext\n";

#[test]
fn a_file_of_answers_completes_the_demo() {
    let linear = Linear::new();
    let answers = format!(
        "{TO_ACT}hunk 5\nreject\n{REASON}\napprove all\nnext\n3\ntick 1\nread the handler\nnext\n3\n1\ncommit\nquit\n"
    );
    let done = linear.demo(&answers);
    assert_eq!(done.status, Some(0), "{}", done.text);
    let repository = linear.repository();

    let verified = done.after("Verified tree: ");
    assert_eq!(repository.git(&["rev-parse", "HEAD^{tree}"]).trim(), verified);
    assert_eq!(
        repository.git(&["rev-parse", "HEAD"]).trim(),
        done.after("Committed ").split(',').next().unwrap()
    );
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
    assert_eq!(repository.git(&["fsck", "--strict", "--no-dangling"]), "");

    let rejected = "customer and customer.email";
    assert!(done.text.contains(rejected), "the rejected hunk was shown");
    assert!(!repository.objects().contains(rejected), "rejected text is in an object of the repository");
    assert!(repository.objects().contains("def top_spenders"), "approved text is in the repository");

    assert!(done.text.contains("fixed 1 test_top_spenders_come_largest_first"), "{}", done.text);
    assert!(!done.text.bytes().any(|byte| byte == 0x1b), "no escape byte is written");
    check_file("docs/linear.md", &format!("{HEAD}```text\n{}```\n", redacted(&done.text, &linear)));

    // The journal alone does not say what behaviour changed; the repository does.
    let shown = linear.show_the_session();
    assert!(shown.contains("/api/reports/top-customers"), "{shown}");
    assert!(!shown.contains("not computed"), "{shown}");
}

/// Tests that fail to load fail alike before and after: nothing about the change is proven.
#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn tests_that_cannot_be_collected_leave_partial_success_only() {
    let linear = Linear::new();
    assert_eq!(linear.demo("quit\n").status, Some(0));
    let repository = linear.repository();
    let support = repository.path().join("tests/support.py");
    let text = std::fs::read_to_string(&support).expect("the sample's tests");
    std::fs::write(&support, text.replacen("import sqlite3", "import not_there\nimport sqlite3", 1))
        .expect("written");
    repository.git(&[
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "commit",
        "-q",
        "-a",
        "-m",
        "a module is missing",
    ]);

    let to_finalize = format!("{TO_ACT}approve all\nnext\n3\ntick 1\nread the handler\nnext\n");
    let done = linear.anew(&format!("{to_finalize}partial\n2\nquit\n"));
    assert_eq!(done.status, Some(0), "{}", done.text);
    let missing = "test_customers cannot be imported: not_there is not installed";
    let shut = format!(
        "FINALIZE is shut: python3 -m unittest -v is blocked, {missing}; partial finishes as partial."
    );
    assert!(done.text.contains(&shut), "{shut}\n{}", done.text);
    let (_, finalize) = done.text.split_once("Scene 5 of 5, FINALIZE.").expect("FINALIZE was reached");
    assert!(finalize.contains("\nPartial success.\n"), "{finalize}");
    assert!(finalize.contains(&format!("- python3 -m unittest -v: blocked: {missing}")), "{finalize}");
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn quitting_in_act_and_coming_back_keeps_every_decision() {
    let linear = Linear::new();
    let left = linear.demo(&format!("{TO_ACT}approve 1\nreject 5\n{REASON}\nundo\nreject 5\n2\nquit\n"));
    assert_eq!(left.status, Some(0), "{}", left.text);
    let back = linear.resume("1\nshow\nhunk 5\n");
    assert_eq!(back.status, Some(0), "{}", back.text);
    assert!(back.text.contains("Welcome back"), "{}", back.text);
    assert!(back.text.contains("Hunk 1, app/repositories/reports.py line 8, AC2, approved"), "{}", back.text);
    assert!(back.text.contains("Rejected, because: belongs in another layer."), "{}", back.text);
    assert!(back.text.contains("7 undecided"), "{}", back.text);
    assert!(back.text.contains("End of input. The session is kept"), "{}", back.text);
}

#[test]
fn a_hunk_is_edited_and_split_line_by_line() {
    let linear = Linear::new();
    let answers =
        format!("{TO_ACT}hunk 5\nedit\n        logger.info(\"printed\")\n.\nhunk 2\nsplit 4\nundo\nshow\n");
    let done = linear.demo(&answers);
    assert!(done.text.contains("Approved hunk 5 as edited"), "{}", done.text);
    assert!(done.text.contains("Split hunk 2"), "{}", done.text);
    assert!(done.text.contains("Undone: split hunk 2"), "{}", done.text);
    assert!(
        done.text.contains("app/services/reports.py line 50, no criterion, approved as edited"),
        "{}",
        done.text
    );
}

#[test]
fn answers_that_are_none_are_refused_with_what_is_possible() {
    let linear = Linear::new();
    let rubbish = "x".repeat(1 << 20);
    let done = linear
        .demo(&format!("9\nnonsense\n{rubbish}\n\u{1b}[2J\u{7}\n1\nnext\n7\nscene verify\ncommit\nhunk 3\n"));
    assert_eq!(done.status, Some(0), "{}", done.text);
    for expected in [
        "“9” is not possible here: 1 to ",
        "“nonsense” is not possible here: 1 to ",
        "That line is longer than 64 KiB; nothing was done.",
        "ACQUIRE opens when one criterion is accepted. approve all accepts them.",
        "“7” is not possible here: 1 to 4, or a word; ? lists them.",
        "VERIFY has nothing to show yet.",
        "There is no hunk 3; there is none yet.",
    ] {
        assert!(done.text.contains(expected), "{expected}\n{}", done.text);
    }
    assert!(
        !done.text.bytes().any(|byte| byte == 0x1b || byte == 0x07),
        "input does not reach the output raw"
    );
}

#[test]
fn an_input_that_cannot_answer_is_refused_with_the_reason() {
    let linear = Linear::new();
    let silent = linear.without_input();
    assert_eq!(silent.status, Some(2), "{}", silent.text);
    assert!(silent.errors.contains("no terminal to draw on and no answer to read"), "{}", silent.errors);
    assert!(silent.errors.contains("hint: "), "{}", silent.errors);
    let closed = linear.demo("");
    assert_eq!(closed.status, Some(2), "{}", closed.text);
    assert!(closed.errors.contains("standard input ended before the first answer"), "{}", closed.errors);
}
