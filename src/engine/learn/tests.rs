//! The classroom's own rules: what comes before what, and what each effect is.

use super::*;
use crate::{
    domain::{
        lesson::{
            Lesson,
            grade::{Answer, Grade, TestsSaid},
            progress::{Phase, Progress},
            tree::Distance,
        },
        map::BackendMap,
    },
    engine::view::{Body, Pane, Row},
    keys::KeyTable,
    knowledge::course,
};
use pretty_assertions::assert_eq;
use std::{collections::BTreeMap, sync::Arc};

fn lesson() -> Lesson {
    let mut lessons = course::shipped().unwrap().into_iter();
    lessons.find(|lesson| lesson.name == "handler-sql").unwrap()
}

fn seen() -> Seen {
    Seen { map: Arc::new(BackendMap::default()), distance: Distance::default() }
}

fn room() -> Classroom {
    let entry = Entry { lesson: Arc::new(lesson()), progress: None, problem: None };
    Classroom::new(vec![entry], Arc::new(KeyTable::shipped().unwrap()), Arc::new(BTreeMap::new()))
}

fn opened() -> Classroom {
    let mut room = room();
    let progress = Progress::begin(&lesson());
    update(&mut room, LearnMsg::Opened { index: 0, progress, folder: "/w".into(), seen: seen() });
    room
}

fn wish(room: &mut Classroom, wish: Do) -> Vec<LearnEffect> {
    update(room, LearnMsg::Do(wish))
}

fn working() -> Classroom {
    let mut room = opened();
    wish(&mut room, Do::Take);
    wish(&mut room, Do::Pick(3));
    assert_eq!(room.phase(), Some(Phase::Work));
    room
}

fn graded(room: &mut Classroom, answer: Answer) -> Vec<LearnEffect> {
    let grade = Grade {
        tests: TestsSaid::Passed { count: 1 },
        goals: Vec::new(),
        new_findings: Vec::new(),
        distance: Distance::default(),
        allowed: 1,
        answer,
    };
    update(room, LearnMsg::Graded { grade: Box::new(grade), seen: seen() })
}

fn text(room: &Classroom) -> String {
    format!("{:?}", page::parts(room))
}

#[test]
fn nothing_of_a_step_is_shown_before_its_question_was_answered() {
    let mut room = opened();
    wish(&mut room, Do::Take);
    assert_eq!(room.phase(), Some(Phase::Predict));
    for early in [Do::Hint, Do::Check, Do::Edit(None), Do::Next, Do::Skip, Do::Undo] {
        assert_eq!(wish(&mut room, early.clone()), Vec::new(), "{early:?}");
        assert!(room.notice.as_ref().is_some_and(|notice| notice.bad), "{early:?}");
        let shown = text(&room);
        assert!(!shown.contains("answer without SQL") && !shown.contains("Three files change"), "{shown}");
    }
    let effects = wish(&mut room, Do::Pick(1));
    assert!(matches!(&effects[..], [LearnEffect::Save(saved)] if saved.steps[0].prediction == Some(0)));
    assert!(text(&room).contains("answer without SQL"));
}

#[test]
fn what_the_review_finds_is_hidden_while_a_question_waits() {
    let mut room = opened();
    wish(&mut room, Do::Take);
    let mut map = BackendMap::default();
    map.files.push(crate::domain::map::SourceFile {
        path: "app/routers/books.py".into(),
        layer: crate::domain::layer::Layer::Router,
        evidence: Vec::new(),
        functions: 1,
        queries: 1,
    });
    map.findings.push(crate::domain::finding::Finding {
        rule: "arch/router-uses-orm".into(),
        family: String::new(),
        level: crate::domain::finding::Level::Error,
        file: "app/routers/books.py".into(),
        line: 1,
        column: 1,
        end_line: 1,
        end_column: 2,
        message: String::new(),
        symbol: String::new(),
        fixable: false,
        fingerprint: String::new(),
    });
    let seen = Seen { map: Arc::new(map), distance: Distance::default() };
    update(&mut room, LearnMsg::Changed { seen, saved: Vec::new() });
    let shown = |room: &Classroom| format!("{:?}", screen::screen(room, 0).panes);
    assert!(!shown(&room).contains("Warn") && !shown(&room).contains('▲'), "{}", shown(&room));
    wish(&mut room, Do::Pick(1));
    assert!(shown(&room).contains("Warn") && shown(&room).contains("▲ 1"), "{}", shown(&room));
}

#[test]
fn the_ladder_has_four_rungs_and_each_is_saved() {
    let mut room = working();
    for rung in 1..=4 {
        let effects = wish(&mut room, Do::Hint);
        assert!(matches!(&effects[..], [LearnEffect::Save(saved)] if saved.steps[0].hints == rung));
    }
    assert!(text(&room).contains("THE DIFF"));
    assert_eq!(wish(&mut room, Do::Hint), Vec::new());
}

#[test]
fn a_passed_step_is_remembered_before_it_is_saved() {
    let mut room = working();
    assert_eq!(wish(&mut room, Do::Check), vec![LearnEffect::Check]);
    assert_eq!(wish(&mut room, Do::Check), Vec::new(), "one check at a time");
    let failed = graded(&mut room, Answer::MissesGoal);
    assert!(matches!(&failed[..], [LearnEffect::Save(saved)] if saved.steps[0].attempts == 1));
    assert_eq!(room.phase(), Some(Phase::Work));
    let passed = graded(&mut room, Answer::Passed);
    assert!(matches!(&passed[..], [LearnEffect::Remember { step: 1 }, LearnEffect::Save(_)]), "{passed:?}");
    wish(&mut room, Do::Next);
    assert_eq!((room.phase(), room.open().unwrap().1.step), (Some(Phase::Predict), 1));
    assert!(room.desk.grade.is_none(), "the next step begins without an answer");
}

#[test]
fn what_cannot_be_taken_back_is_asked_first() {
    let mut room = working();
    assert_eq!(wish(&mut room, Do::Skip), Vec::new());
    assert_eq!(wish(&mut room, Do::Take), Vec::new(), "the first option does nothing");
    assert_eq!(room.ask, None);
    wish(&mut room, Do::Skip);
    let effects = wish(&mut room, Do::Pick(2));
    assert!(matches!(
        &effects[..],
        [LearnEffect::Solve { step: 0 }, LearnEffect::Remember { step: 1 }, LearnEffect::Save(_)]
    ));
    wish(&mut room, Do::Reset);
    wish(&mut room, Do::Down);
    assert_eq!(wish(&mut room, Do::Take), vec![LearnEffect::Reset(0)]);
}

#[test]
fn a_grade_that_comes_after_a_skip_changes_nothing() {
    let mut room = working();
    wish(&mut room, Do::Check);
    wish(&mut room, Do::Skip);
    wish(&mut room, Do::Pick(2));
    assert_eq!(graded(&mut room, Answer::TestsFail), Vec::new());
    assert_eq!(room.phase(), Some(Phase::After));
    assert!(room.desk.grade.is_none() && room.busy.is_none());
}

#[test]
fn fixed_files_are_put_back_without_a_question_and_alone() {
    let mut room = working();
    let files = vec!["tests/test_books.py".to_owned()];
    graded(&mut room, Answer::TouchedFixed { files: files.clone() });
    room.desk.distance.files.push(crate::domain::lesson::tree::FileDistance::default());
    assert_eq!(wish(&mut room, Do::Undo), vec![LearnEffect::Restore { only: files }]);
    assert_eq!(wish(&mut room, Do::Edit(Some("tests/test_books.py".into()))), Vec::new());
}

#[test]
fn a_lesson_that_changed_can_only_be_begun_anew() {
    let mut room = room();
    room.shelf[0].problem = Some("changed".into());
    assert_eq!(wish(&mut room, Do::Take), Vec::new());
    assert_eq!(room.ask, Some((Ask::Reset(0), 0)));
}

#[test]
fn the_newest_part_stands_at_the_top_of_the_screen() {
    let mut room = working();
    wish(&mut room, Do::Hint);
    graded(&mut room, Answer::Unchanged);
    let view = screen::screen(&room, 0);
    let at = Pane::ALL.iter().position(|pane| *pane == Pane::Proposal).unwrap();
    let Body::Rows(rows) = &view.panes[at].body else { panic!("rows") };
    assert!(matches!(&rows[0], Row::Item { label, .. } if label[0].text.starts_with("Nothing has changed")));
    assert_eq!(view.footer[0].label, "edit", "what helps next comes first");
    wish(&mut room, Do::Hint);
    let view = screen::screen(&room, 0);
    let Body::Rows(rows) = &view.panes[at].body else { panic!("rows") };
    assert!(matches!(&rows[0], Row::Head { text, .. } if text == "HINT: WHAT"), "{:?}", rows[0]);
}
