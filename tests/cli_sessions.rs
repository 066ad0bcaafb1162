//! `proscenium sessions`, `doctor`, `completions` and `man`.

use crate::support::program::{Sandboxed, tree};
use pretty_assertions::assert_eq;
use proscenium::{
    domain::event::{Event, Primitive, Scene, Scope, What},
    journal::FileJournal,
    ports::Journal,
};
use std::fs;

const ID: &str = "20260102-030405-0001";

/// A sandbox whose state folder holds one session with hostile texts.
fn with_session() -> Sandboxed {
    let sandbox = Sandboxed::new();
    let state = sandbox.home().join("state/proscenium");
    let mut journal = FileJournal::create(&state, ID).expect("a journal");
    let event = |seq: u64, what: What| Event {
        seq,
        at: 1_767_322_800_000 + seq * 1000,
        by: "ada".into(),
        primitive: Primitive::Read,
        scope: Scope::Codebase,
        evidence: "main at 0123\u{1b}[31m\nabc".into(),
        what,
    };
    let started = What::Started {
        version: proscenium::domain::session::JOURNAL_VERSION,
        session: ID.into(),
        root: sandbox.path("gone").display().to_string(),
        base: "0".repeat(40),
        branch: "main\u{1b}]0;x\u{7}".into(),
        title: "orders\u{202e}".into(),
    };
    journal.append(&event(1, started)).expect("appended");
    journal.append(&event(2, What::SceneEntered { scene: Scene::Acquire })).expect("appended");
    sandbox
}

#[test]
fn sessions_are_listed_shown_exported_replayed_and_deleted() {
    let sandbox = with_session();
    let here = sandbox.path("");
    let text = sandbox.run(&here, &["sessions", "list"]).expect(0).without_escapes().text();
    assert!(text.starts_with(&format!("{ID}  open in ACQUIRE  orders<U+202E> on main␛]0;x␇, ")), "{text}");
    let json =
        sandbox.run(&here, &["sessions", "list", "--format", "json"]).expect(0).without_escapes().json();
    assert_eq!(json["sessions"][0]["events"], 2);
    let text = sandbox.run(&here, &["sessions", "replay", ID]).expect(0).without_escapes().text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(
        lines[1].contains("scene entered") && lines[1].contains("ACQUIRE, 0 held, 0 undecided"),
        "{text}"
    );
    let shown = sandbox.run(&here, &["sessions", "show", ID]).expect(0).without_escapes().text();
    for (format, start) in [("markdown", "# "), ("html", "<!doctype html>"), ("walkthrough", "# ")] {
        let ran =
            sandbox.run(&here, &["sessions", "export", ID, "--format", format]).expect(0).without_escapes();
        assert!(ran.text().to_lowercase().starts_with(start), "{}", ran.text());
        if format == "markdown" {
            assert_eq!(ran.text(), shown);
        }
    }
    sandbox.run(&here, &["sessions", "delete", ID]).expect(0);
    let ran = sandbox.run(&here, &["sessions", "show", ID]).expect(2);
    assert!(ran.err.contains("does not exist") && ran.err.contains("sessions list"), "{}", ran.err);
    assert_eq!(sandbox.run(&here, &["sessions", "list"]).expect(0).text(), "");
}

#[test]
fn an_id_cannot_lead_out_of_the_folder_of_sessions() {
    let sandbox = with_session();
    let outside = sandbox.home().join("state/proscenium/secret.jsonl");
    fs::write(&outside, "x").expect("a file");
    for id in ["../secret", "/etc/passwd", "", ".", "a\u{1b}[31m"] {
        let ran = sandbox.run(&sandbox.path(""), &["sessions", "delete", id]).without_escapes();
        assert_eq!(ran.status, Some(2), "{id}: {}", ran.err);
    }
    assert!(outside.exists());
}

#[test]
fn a_damaged_journal_is_named_with_its_line() {
    let sandbox = with_session();
    let file = tree(&sandbox.home())
        .into_iter()
        .find(|path| path.ends_with(format!("{ID}.jsonl")))
        .expect("the journal");
    let mut bytes = fs::read(&file).expect("read");
    bytes[40] ^= 1;
    fs::write(&file, &bytes).expect("written");
    let here = sandbox.path("");
    let ran = sandbox.run(&here, &["sessions", "replay", ID]).expect(2).without_escapes();
    assert!(ran.err.contains("line 1 of "), "{}", ran.err);
    let text = sandbox.run(&here, &["sessions", "list"]).expect(0).without_escapes().text();
    assert!(text.contains("damaged: "), "{text}");
    assert_eq!(fs::read(&file).expect("read"), bytes);
}

#[test]
fn the_doctor_names_what_is_missing_and_what_it_means() {
    let sandbox = Sandboxed::new();
    let here = sandbox.path("");
    let text = sandbox.run(&here, &["doctor"]).expect(0).without_escapes().text();
    assert!(text.contains("terminal        TERM is not set"), "{text}");
    // A program in the folder that one stands in is never taken for the real one.
    let mut command = sandbox.command(&here);
    fs::write(sandbox.path("git"), "#!/bin/sh\ntouch ran\n").expect("a file");
    let ran = crate::support::program::finish(command.env("PATH", ".").arg("doctor")).expect(0);
    assert!(ran.text().contains("git             not found on PATH"), "{}", ran.text());
    assert!(!sandbox.path("ran").exists());
    fs::create_dir_all(sandbox.home().join("config/proscenium")).expect("a folder");
    fs::write(sandbox.home().join("config/proscenium/config.toml"), "mouse = true\nthem = \"dark\"\n")
        .expect("a file");
    let text = sandbox.run(&here, &["doctor"]).expect(3).text();
    assert!(text.contains("config.toml:2:1: "), "{text}");
}

#[test]
fn completions_and_pages_know_every_command() {
    let sandbox = Sandboxed::new();
    let here = sandbox.path("");
    for shell in ["bash", "zsh", "fish"] {
        let text = sandbox.run(&here, &["completions", shell]).expect(0).without_escapes().text();
        assert!(text.contains("proscenium") && text.contains("review"), "{text}");
    }
    sandbox.run(&here, &["completions", "no-shell"]).expect(2);
    let page = sandbox.run(&here, &["man"]).expect(0).without_escapes().text();
    assert!(page.contains(".TH proscenium"), "{page}");
    sandbox.run(&here, &["man", "pages"]).expect(0);
    for page in ["proscenium.1", "proscenium-scan.1", "proscenium-sessions-replay.1"] {
        assert!(sandbox.path("pages").join(page).is_file(), "{page}");
    }
}
