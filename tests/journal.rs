//! The journal: what it holds is the session; what is damaged is seen.

use crate::support::{
    temp,
    texts::{text, version_of},
};
use pretty_assertions::assert_eq;
use proptest::{collection::vec, prelude::*};
use proscenium::{
    domain::{
        event::{BaseText, Event, Primitive, Scene, Scope, What},
        hunk::{Decision, Origin},
        ids::HunkId,
        proposal::{Content, FileChange, Proposal},
        session::{JOURNAL_VERSION, Session},
        stack::StackKey,
    },
    journal::{FileJournal, list, load},
    ports::{Journal, journal::JournalError},
};
use std::{os::unix::fs::PermissionsExt, path::Path};

fn event(seq: u64, what: What) -> Event {
    Event {
        seq,
        at: 1_700_000_000_000 + seq,
        by: "ada".into(),
        primitive: Primitive::Select,
        scope: Scope::Codebase,
        evidence: "app/orders.py:3\u{2028}\u{1b}[31m".into(),
        what,
    }
}

fn started() -> What {
    What::Started {
        version: JOURNAL_VERSION,
        session: "s1".into(),
        root: "/r".into(),
        base: String::new(),
        branch: "main".into(),
        title: "r".into(),
    }
}

fn proposed(base: &str, new: &str) -> What {
    let file = FileChange {
        path: "f.py".into(),
        content: Content::Text { text: new.to_owned() },
        notes: Vec::new(),
    };
    let proposal = Proposal {
        origin: Origin::Agent("x".into()),
        title: "t".into(),
        step: None,
        files: vec![file],
        remarks: Vec::new(),
    };
    let bases = vec![BaseText { path: "f.py".into(), text: Some(base.to_owned()) }];
    What::Proposed { proposal: Box::new(proposal), bases }
}

/// Random things that happen; those that the session refuses are left out.
fn happenings() -> impl Strategy<Value = Vec<What>> {
    let versions = text().prop_flat_map(|base| (Just(base.clone()), vec(version_of(base), 1..4)));
    let choices = vec((0..8_u8, 1..9_u32, "[a-z\"\\\\\n\u{e9}\u{2028}]{0,12}"), 0..25);
    (versions, choices).prop_map(|((base, versions), choices)| {
        let mut versions = versions.into_iter();
        choices
            .into_iter()
            .map(|(kind, number, text)| match kind {
                0 => proposed(&base, &versions.next().unwrap_or_else(|| text.clone())),
                1 => What::Decided { hunks: vec![HunkId(number)], decision: Decision::Approved },
                2 => What::Decided {
                    hunks: vec![HunkId(number)],
                    decision: Decision::Rejected { reason: text },
                },
                3 => What::Decided {
                    hunks: vec![HunkId(number)],
                    decision: Decision::Edited { new_lines: vec![format!("{text}\n")] },
                },
                4 => What::Undone,
                5 => What::Redone,
                6 => What::StackFieldStated { key: StackKey::Orm, name: Some(text) },
                _ => What::SceneEntered { scene: Scene::ALL[number as usize % 5] },
            })
            .collect()
    })
}

/// A session and the journal in which it was recorded, event by event.
fn recorded(state: &Path, happenings: Vec<What>) -> (Session, Vec<Event>) {
    let mut journal = FileJournal::create(state, "s1").unwrap();
    let (mut session, mut events) = (Session::default(), Vec::new());
    for what in std::iter::once(started()).chain(happenings) {
        let event = event(session.seq + 1, what);
        if session.apply(&event).is_ok() {
            journal.append(&event).unwrap();
            events.push(event);
        }
    }
    (session, events)
}

fn small() -> Vec<What> {
    vec![
        proposed("a\nb\n", "a\nB é\n"),
        What::Decided { hunks: vec![HunkId(1)], decision: Decision::Approved },
        What::Noticed { text: "saved".into() },
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn replaying_the_journal_gives_the_session(happenings in happenings()) {
        let state = temp::folder();
        let (session, events) = recorded(state.path(), happenings);
        let loaded = load(state.path(), "s1").unwrap();
        prop_assert_eq!(&loaded.events, &events);
        prop_assert_eq!(loaded.torn, None);
        prop_assert_eq!(Session::replay(&loaded.events).unwrap(), session);
    }
}

#[test]
fn cut_off_at_any_byte_it_gives_the_events_before_and_can_go_on() {
    let state = temp::folder();
    let (_, events) = recorded(state.path(), small());
    let path = state.path().join("sessions/s1.jsonl");
    let whole = std::fs::read(&path).unwrap();
    let mut most = 0;
    for length in 0..=whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        let loaded = load(state.path(), "s1").unwrap();
        let count = loaded.events.len();
        assert_eq!(loaded.events, events[..count], "cut at {length}");
        let finished = whole[..length].iter().filter(|byte| **byte == b'\n').count();
        assert!(count == finished || count == finished + 1, "cut at {length}: {count} of {finished}");
        let is_between_lines = length == 0 || whole[length - 1] == b'\n' || count > finished;
        assert_eq!(loaded.torn.is_none(), is_between_lines, "cut at {length}");
        most = most.max(count);
        // Going on costs several fsyncs; around the line ends and now and then in between.
        let near_end = whole[length.saturating_sub(2)..(length + 2).min(whole.len())].contains(&b'\n');
        if !near_end && length % 29 != 0 {
            continue;
        }
        let (mut journal, opened) = FileJournal::open(state.path(), "s1").unwrap();
        assert_eq!(opened, loaded);
        let next = event(count as u64 + 1, What::Noticed { text: "after".into() });
        journal.append(&next).unwrap();
        let again = load(state.path(), "s1").unwrap();
        assert_eq!((again.events.last(), again.events.len()), (Some(&next), count + 1), "cut at {length}");
    }
    assert_eq!(most, events.len());
    assert!(state.path().join("sessions/s1.torn-1").exists(), "what was cut is kept aside");
}

#[test]
fn any_changed_byte_is_seen() {
    let state = temp::folder();
    let (_, events) = recorded(state.path(), small());
    let path = state.path().join("sessions/s1.jsonl");
    let whole = std::fs::read(&path).unwrap();
    for at in 0..whole.len() {
        for bit in [0x01, 0x20, 0x80] {
            let mut changed = whole.clone();
            changed[at] ^= bit;
            std::fs::write(&path, &changed).unwrap();
            match load(state.path(), "s1") {
                Err(JournalError::Damaged { line, .. }) => {
                    let before = whole[..at].iter().filter(|byte| **byte == b'\n').count();
                    assert_eq!(line, before + 1, "byte {at} ^ {bit:#x}");
                }
                Ok(loaded) => {
                    assert!(loaded.torn.is_some(), "byte {at} ^ {bit:#x} was not seen");
                    assert_eq!(loaded.events, events[..loaded.events.len()]);
                }
                Err(error) => panic!("byte {at} ^ {bit:#x}: {error}"),
            }
        }
    }
}

#[test]
fn lines_that_were_lost_doubled_moved_or_are_of_an_unknown_kind_refuse_to_load() {
    let state = temp::folder();
    recorded(state.path(), small());
    let path = state.path().join("sessions/s1.jsonl");
    let whole = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let cases = [
        (lines[1..].concat(), 1),
        (format!("{}{}", lines[0], lines[2..].concat()), 2),
        (format!("{whole}{}", lines[3]), 5),
        (format!("{}{}{}{}", lines[0], lines[2], lines[1], lines[3]), 2),
        (format!("{whole}garbage\n"), 5),
    ];
    for (text, line) in cases {
        std::fs::write(&path, &text).unwrap();
        match load(state.path(), "s1") {
            Err(JournalError::Damaged { line: found, .. }) => assert_eq!(found, line, "{text}"),
            other => panic!("{other:?}"),
        }
    }
    // Written with a right checksum by a newer version.
    let mut unknown = serde_json::to_value(event(1, started())).unwrap();
    unknown["event"] = "teleported".into();
    let json = unknown.to_string();
    let sum = {
        use sha2::Digest;
        let digest = sha2::Sha256::digest(format!("proscenium/1\n{json}"));
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    std::fs::write(&path, format!("{{\"sum\":\"{sum}\",\"event\":{json}}}\n")).unwrap();
    match load(state.path(), "s1") {
        Err(JournalError::Damaged { line: 1, reason, .. }) => {
            assert!(reason.contains("teleported"), "{reason}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn journals_are_private_and_their_names_cannot_leave_the_folder() {
    let state = temp::folder();
    let journal = FileJournal::create(state.path(), "s1").unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(journal.path()), 0o600);
    assert_eq!(mode(journal.path().parent().unwrap()), 0o700);
    assert!(matches!(FileJournal::create(state.path(), "s1"), Err(JournalError::Write { .. })));
    for name in ["", "..", "../x", "a/b", ".hidden", "a\0b"] {
        assert!(matches!(load(state.path(), name), Err(JournalError::NoSuchSession(_))), "{name:?}");
    }
    let outside = state.path().join("outside");
    std::fs::write(&outside, "precious").unwrap();
    std::os::unix::fs::symlink(&outside, state.path().join("sessions/s2.jsonl")).unwrap();
    assert!(matches!(FileJournal::open(state.path(), "s2"), Err(JournalError::Read { .. })));
    assert!(FileJournal::create(state.path(), "s2").is_err());
    assert_eq!(std::fs::read_to_string(&outside).unwrap(), "precious");
}

#[test]
fn the_list_has_what_one_needs_to_choose_and_names_what_is_damaged() {
    let state = temp::folder();
    assert_eq!(list(state.path()).unwrap(), vec![]);
    recorded(state.path(), vec![What::SceneEntered { scene: Scene::Act }]);
    std::fs::write(state.path().join("sessions/s0.jsonl"), "garbage\n").unwrap();
    let sessions = list(state.path()).unwrap();
    let first = &sessions[0];
    assert_eq!((first.session.as_str(), first.title.as_str(), first.scene), ("s1", "r", Scene::Act));
    assert_eq!((first.saved_at, first.events, first.problem.clone()), (1_700_000_000_002, 2, None));
    assert_eq!(sessions[1].session, "s0");
    assert!(sessions[1].problem.as_ref().unwrap().starts_with("line 1 of"));
}
