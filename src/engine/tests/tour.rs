//! A walkthrough stepped through: what keys do, what the screen says.

use super::driver::{rows_of, text_of};
use crate::{
    domain::{place::Place, walkthrough::Walkthrough},
    engine::{
        tour::{Standing, Tour, Turn, screen},
        view::{Body, Pane},
    },
    keys::{Action, Chord, KeyTable},
};
use pretty_assertions::assert_eq;
use std::sync::Arc;

const LESSON: &str = r#"{"schema_version":1,"kind":"tour","name":"t","title":"Cancel an order","repository":"orders",
"base":"","tree":"","people":["Ada","Grace"],"criteria":[{"id":1,"text":"it answers 200"}],"steps":[
{"layer":"repository","path":"app/repositories/orders.py","hunk":{"id":4,"origin":"recipe endpoint","state":"approved",
 "by":"Ada","seconded_by":"Grace","lines":[" class Orders:","     def get(self):","+        return 1","-        return 2"],
 "numbers":[1,9,10,10]},"reason":"Queries live here.","like":"app/users.py:3",
 "evidence":["AC1 it answers 200: proven, test_cancel","rules: adds no violation"],
 "anchors":[{"path":"app/repositories/orders.py","symbol":"Orders.get","content":[]}]},
{"layer":"router","path":"app/api/orders.py","hunk":{"id":2,"origin":"you","state":"rejected","lines":["+log()"]},
 "reason":"Rejected: logs an address"}],"evidence":["pytest: passed, exit 0"]}"#;

fn tour() -> Tour {
    let lesson = Walkthrough::parse(LESSON).expect("a lesson");
    let place = Ok(Place::new("app/repositories/orders.py", 9));
    let standings = vec![vec![Standing { title: "Orders.get".into(), place }], Vec::new()];
    Tour::new(lesson, standings, Arc::new(KeyTable::shipped().expect("the shipped table")))
}

fn press(tour: &mut Tour, chords: &str) -> Turn {
    let mut turn = Turn::Stay;
    for chord in chords.split(' ') {
        let action = tour.keys.action(Chord::parse(chord).expect(chord)).expect(chord);
        turn = tour.act(action);
    }
    turn
}

fn rows(tour: &Tour, pane: Pane) -> String {
    let at = Pane::ALL.iter().position(|known| *known == pane).expect("a pane");
    rows_of(&screen(tour).panes[at].body).join("\n")
}

fn state(tour: &Tour) -> String {
    match &screen(tour).panes[1].body {
        Body::Diff(diff) => format!("{} {}", diff.hunks[0].path, diff.hunks[0].state),
        other => panic!("{other:?}"),
    }
}

#[test]
fn steps_go_forwards_and_backwards_and_stop_at_both_ends() {
    let mut tour = tour();
    assert_eq!(state(&tour), "app/repositories/orders.py approved by Ada and Grace");
    assert_eq!(text_of(&screen(&tour).floor.gate), "Step 1 of 2: repository in app/repositories/orders.py");
    press(&mut tour, "N");
    assert_eq!(tour.refusal, "This is the first step. n goes on.");
    press(&mut tour, "n");
    assert_eq!(state(&tour), "app/api/orders.py rejected");
    press(&mut tour, "Enter");
    assert_eq!(tour.refusal, "This is the last step. N goes back, q ends the replay.");
    press(&mut tour, "N");
    assert_eq!(tour.at, 0);
    press(&mut tour, "→ ← G");
    assert_eq!(tour.at, 1);
    press(&mut tour, "g Tab Tab Tab j");
    assert_eq!((tour.focus, tour.at), (Pane::Boundaries, 1), "in the list of steps a row is a step");
    assert_eq!(press(&mut tour, "a"), Turn::Stay);
    assert_eq!(tour.refusal, "A replay only looks; nothing is decided here. ? lists its keys.");
    assert_eq!(press(&mut tour, "q"), Turn::Leave);
}

#[test]
fn every_step_says_why_what_proves_it_and_where_it_stands() {
    let mut tour = tour();
    let why = rows(&tour, Pane::Checklist);
    for expected in
        ["Queries live here.", "shaped like app/users.py:3", "AC1 it answers 200", "proven, test_cancel"]
    {
        assert!(why.contains(expected), "{expected}\n{why}");
    }
    let stands = rows(&tour, Pane::Verify);
    for expected in ["Orders.get", "app/repositories/orders.py:9", "pytest: passed, exit 0"] {
        assert!(stands.contains(expected), "{expected}\n{stands}");
    }
    assert_eq!(screen(&tour).people.text, "by Ada and Grace");
    tour.act(Action::End);
    assert!(rows(&tour, Pane::Checklist).contains("Rejected: logs an address"));
    assert!(rows(&tour, Pane::Verify).contains("nowhere: it is in no tree"));
}

#[test]
fn lines_that_were_left_out_are_a_fold() {
    use crate::engine::view::pane::DiffPiece;
    let Body::Diff(diff) = screen(&tour()).panes[1].body.clone() else { panic!("no diff") };
    let shown: Vec<String> = diff.hunks[0]
        .rows
        .iter()
        .map(|piece| match piece {
            DiffPiece::Fold { lines } => format!("{lines} folded"),
            DiffPiece::Line { number, .. } => number.to_string(),
        })
        .collect();
    assert_eq!(shown, ["1", "7 folded", "9", "10", "10"]);
}
