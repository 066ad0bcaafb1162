//! The demo's session as a lesson: exported, checked, and checked again after the
//! repository went on without it.

use crate::support::{
    linear::{Done, Linear},
    program::schema_errors,
    pty::{Home, Start, Terminal},
};
use pretty_assertions::assert_eq;
use serde_json::Value;
use std::{fs, path::Path};

/// The demo from the task to the commit; the hunk that serves nothing is rejected.
const WHOLE: &str = "1\n1\nnext\n1\nnext\nhunk 5\nreject\nlogs an address\napprove all\nnext\n3\ntick 1\nread it\n\
                     next\n3\n1\ncommit\nquit\n";

fn ok(done: Done) -> Done {
    assert_eq!(done.status, Some(0), "{}\n{}", done.text, done.errors);
    done
}

/// What `learn check` says of the lesson; the status, and the anchors as JSON.
fn check(linear: &Linear) -> (Option<i32>, Vec<Value>) {
    let root = linear.root().display().to_string();
    let done =
        linear.program(&["learn", "check", "out/walkthrough.lesson.json", &root, "--format", "json"], "");
    let document: Value = serde_json::from_str(&done.text).unwrap_or_else(|_| panic!("{}", done.errors));
    (done.status, document["anchors"].as_array().expect("anchors").clone())
}

fn edit(path: &Path, change: impl Fn(&str) -> String) {
    let text = fs::read_to_string(path).expect("a file of the demo");
    fs::write(path, change(&text)).expect("written");
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn the_demo_as_a_lesson_outlives_inserted_lines_and_a_renamed_file_but_not_a_lost_symbol() {
    let linear = Linear::new();
    ok(linear.demo(WHOLE));
    let id = linear.session();
    ok(linear.program(&["sessions", "export", &id, "--walkthrough", "--to", "out"], ""));
    let text = fs::read_to_string(linear.path("out/walkthrough.md")).expect("the Markdown");
    let printed = ok(linear.program(&["sessions", "export", &id, "--format", "walkthrough"], "")).text;
    assert_eq!(text, printed, "the file and the printed walkthrough are one");
    let lesson = fs::read_to_string(linear.path("out/walkthrough.lesson.json")).expect("the lesson");
    let lesson: Value = serde_json::from_str(&lesson).expect("JSON");
    assert_eq!(schema_errors("lesson", &lesson), Vec::<String>::new());

    // From the foundations to the entry points; what was rejected comes last, in no tree.
    let steps = lesson["steps"].as_array().expect("steps");
    let layers: Vec<&str> = steps.iter().map(|step| step["layer"].as_str().expect("a layer")).collect();
    let first = |layer: &str| layers.iter().position(|known| *known == layer).expect("a step of the layer");
    assert!(first("repository") < first("service") && first("service") < first("router"), "{layers:?}");
    let last = steps.last().expect("a step");
    assert_eq!(last["hunk"]["state"], "rejected");
    assert_eq!(
        (&last["reason"], &last["anchors"]),
        (&"Rejected: logs an address".into(), &Value::Array(vec![]))
    );
    for step in &steps[..steps.len() - 1] {
        assert!(!step["anchors"].as_array().expect("anchors").is_empty(), "{step:#}");
        assert!(!step["reason"].as_str().expect("a reason").is_empty(), "{step:#}");
    }
    let symbols: Vec<&str> = steps
        .iter()
        .flat_map(|step| step["anchors"].as_array().expect("anchors"))
        .filter_map(|anchor| anchor["symbol"].as_str())
        .collect();
    assert!(symbols.iter().any(|symbol| symbol.ends_with(".top_spenders")), "{symbols:?}");

    // Nothing moved yet.
    let (status, before) = check(&linear);
    assert_eq!(status, Some(0), "{before:#?}");
    assert!(before.iter().all(|anchor| anchor["moved"] == false), "{before:#?}");

    // Stepped through line by line: from the session and from the file, both ways.
    let root = linear.root().display().to_string();
    let count = steps.len();
    let words = format!("\n\nback\n{count}\n\n99\nlist\nquit\n");
    let session = ok(linear.program(&["sessions", "replay", &id, "--linear"], &words));
    let file =
        ok(linear.program(&["sessions", "replay", "out/walkthrough.lesson.json", &root, "--linear"], &words));
    assert_eq!(session.text, file.text);
    for expected in [
        "Step 1 of ",
        "[REPLAY] step 3 of ",
        "Why: ",
        "Evidence: AC2 ",
        "Stands in ReportRepository.spend_by_customer, app/repositories/reports.py line ",
        "Why: Rejected: logs an address",
        "This is the last step; back goes back, quit ends the replay.",
        "“99” is not possible here",
    ] {
        assert!(session.text.contains(expected), "{expected}\n{}", session.text);
    }
    let order: Vec<&str> =
        session.text.lines().filter_map(|line| line.strip_prefix("Step ")?.split(' ').next()).collect();
    assert_eq!(order, ["1", "2", "3", "2", count.to_string().as_str()]);

    // A hundred lines above every anchor, and one of the files under another name.
    let root = linear.root();
    let mut paths: Vec<&str> = before.iter().map(|anchor| anchor["path"].as_str().expect("a path")).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in &paths {
        edit(&root.join(path), |text| format!("{}{text}", "# one more line\n".repeat(100)));
    }
    let (old, new) = ("app/services/reports.py", "app/services/figures.py");
    assert!(paths.contains(&old), "{paths:?}");
    fs::rename(root.join(old), root.join(new)).expect("renamed");
    let (status, after) = check(&linear);
    assert_eq!(status, Some(0), "{after:#?}");
    let line = |anchor: &Value| {
        let place = anchor["place"].as_str().expect("a place");
        place.rsplit(':').next().expect("a line").parse::<u32>().expect("a number")
    };
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(line(after), line(before) + 100, "{before:#} {after:#}");
        let is_moved = before["path"] == old;
        assert_eq!(after["moved"], is_moved, "{after:#}");
        assert_eq!(after["place"].as_str().expect("a place").starts_with(new), is_moved, "{after:#}");
    }

    // A symbol is gone: it is named, and the check fails.
    edit(&root.join(new), |text| {
        let (above, method) = text.split_once("    def top_spenders").expect("the method that the demo adds");
        let below =
            method.split_once("\n    def ").map_or(String::new(), |(_, below)| format!("    def {below}"));
        format!("{above}{below}")
    });
    let (status, lost) = check(&linear);
    assert_eq!(status, Some(1));
    let lost: Vec<&Value> = lost.iter().filter(|anchor| anchor["place"].is_null()).collect();
    assert!(!lost.is_empty());
    for anchor in lost {
        assert!(anchor["symbol"].as_str().expect("a symbol").ends_with(".top_spenders"), "{anchor:#}");
    }
    let root = root.display().to_string();
    let said = linear.program(&["learn", "check", "out/walkthrough.lesson.json", &root], "");
    assert!(said.text.contains("lost   step") && said.text.contains(".top_spenders: "), "{}", said.text);
    assert!(said.text.contains("not resolve"), "{}", said.text);

    // What stands there is nobody's to overwrite.
    let again = linear.program(&["sessions", "export", &id, "--walkthrough", "--to", "out"], "");
    assert_eq!(again.status, Some(2), "{}", again.errors);
    assert!(again.errors.contains("holds a walkthrough already"), "{}", again.errors);
}

#[test]
fn only_a_finished_session_is_a_lesson_and_only_a_lesson_is_checked() {
    let linear = Linear::new();
    ok(linear.demo("1\n1\nnext\nquit\n"));
    let refused = linear.program(&["sessions", "export", &linear.session(), "--walkthrough"], "");
    assert_eq!(refused.status, Some(2), "{}", refused.text);
    assert!(refused.errors.contains("is not finished: it stands in ACQUIRE"), "{}", refused.errors);
    fs::write(linear.path("no.json"), "{\"schema_version\": 1}").expect("a file");
    let refused = linear.program(&["learn", "check", "no.json"], "");
    assert_eq!(refused.status, Some(2), "{}", refused.text);
    assert!(refused.errors.contains("it is no walkthrough: line 1: missing field"), "{}", refused.errors);
}

/// A lesson of two steps about a repository that is not there.
const SMALL: &str = r#"{"schema_version":1,"kind":"tour","name":"t","title":"Cancel an order","repository":"orders",
"base":"","tree":"","people":["Ada","Grace"],"steps":[
{"layer":"repository","path":"app/orders.py","hunk":{"id":1,"origin":"you","state":"approved","by":"Ada",
 "lines":["+def get():","+    return 1"],"numbers":[1,2]},"reason":"Queries live here.",
 "anchors":[{"path":"app/orders.py","symbol":"get","content":["0123456789abcdef"]}]},
{"layer":"router","path":"app/api.py","hunk":{"id":2,"origin":"you","state":"approved","lines":["+\u001b[2Jroute()"]}}]}"#;

#[test]
fn a_lesson_is_stepped_through_on_screen_and_the_terminal_is_given_back() {
    let home = Home::new();
    fs::write(home.path().join("lesson.json"), SMALL).expect("a file");
    for size in [(80, 24), (120, 40)] {
        let start = Start { size, ..Start::proscenium(&["sessions", "replay", "lesson.json"]) };
        let mut terminal = Terminal::open(&home, &start);
        terminal.wait_for("Step 1 of 2: repository in app/orders.py");
        terminal.wait_for("return 1");
        terminal.press(&["n"]);
        terminal.wait_for("Step 2 of 2: router in app/api.py");
        terminal.press(&["N"]);
        terminal.wait_for("Step 1 of 2");
        terminal.press(&["w"]);
        terminal.wait_for("Queries live here.");
        terminal.press(&["Tab"]);
        terminal.wait_for("is gone");
        terminal.press(&["?"]);
        terminal.wait_for("end the replay");
        terminal.press(&["q"]);
        assert_eq!(terminal.wait_exit(), 0, "{}", terminal.text());
        terminal.assert_restored();
    }
}
