//! What holds for every sequence of keys.

use super::driver::{Driver, World};
use crate::{
    domain::session::Session,
    engine::Msg,
    keys::{Action, Chord, Key},
};
use proptest::prelude::*;

/// Any key of the table, a few letters that are bound to nothing, and a digit.
fn chord() -> impl Strategy<Value = Chord> {
    let named = prop::sample::select(vec![
        Key::Enter,
        Key::Esc,
        Key::Tab,
        Key::BackTab,
        Key::Up,
        Key::Down,
        Key::Left,
        Key::Right,
        Key::Home,
        Key::End,
        Key::PageDown,
        Key::PageUp,
        Key::F(1),
        Key::Backspace,
    ]);
    // Keys that go forward are frequent, so that sequences come far.
    let deciding =
        prop::sample::select("aAcCxXeEspnNuwvzyrRtf123456[]jkhlgG/:?o q".chars().collect::<Vec<_>>());
    let control = prop::sample::select("srlde".chars().collect::<Vec<_>>());
    prop_oneof![
        2 => named.prop_map(Chord::plain),
        6 => deciding.prop_map(|c| Chord::plain(Key::Char(c))),
        1 => control.prop_map(Chord::ctrl),
    ]
}

fn start(at: u8) -> Driver {
    match at % 6 {
        0 => Driver::new(World::default()),
        1 => Driver::prepared(World::default()),
        2 => Driver::acquiring(World::default()),
        3 => Driver::acting(World::default()),
        4 => Driver::verified(World::default()),
        _ => Driver::finalizing(World::default()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn replaying_the_journal_gives_the_session_whatever_was_pressed(
        at in 0_u8..6,
        chords in prop::collection::vec(chord(), 0..40),
    ) {
        let mut driver = start(at);
        for chord in chords {
            driver.press(&chord.to_string());
        }
        let replayed = Session::replay(&driver.events);
        prop_assert_eq!(replayed.as_ref(), Ok(&driver.model.session));
    }

    #[test]
    fn no_keys_at_no_size_break_the_screen(
        at in 0_u8..6,
        columns in 1_u16..220,
        rows in 1_u16..70,
        chords in prop::collection::vec(chord(), 0..25),
    ) {
        let mut driver = start(at);
        driver.send(Msg::Resized { columns, rows, pages: [rows / 2; 4] });
        for chord in chords {
            driver.press(&chord.to_string());
            let screen = driver.screen();
            prop_assert!(screen.footer.len() <= 12);
            for (view, pane) in screen.panes.iter().zip(crate::engine::view::Pane::ALL) {
                if let crate::engine::view::Body::Rows(list) = &view.body {
                    prop_assert!(view.cursor.is_none_or(|row| row < list.len()), "{pane:?}");
                }
            }
        }
    }

    #[test]
    fn nothing_but_trust_lets_a_command_run(
        at in 0_u8..4,
        chords in prop::collection::vec(chord(), 0..40),
    ) {
        let mut driver = start(at);
        driver.asked.clear();
        for chord in chords {
            driver.press(&chord.to_string());
            let ran = driver.asked.iter().any(|effect| super::driver::name(effect) == "run");
            prop_assert!(!ran || !driver.model.session.evidence.trusted.is_empty());
        }
    }

    #[test]
    fn escape_pressed_often_enough_leaves_everything_and_never_quits(
        at in 0_u8..6,
        chords in prop::collection::vec(chord(), 0..25),
    ) {
        let mut driver = start(at);
        for chord in chords.iter().filter(|chord| chord.key != Key::Char('q')) {
            driver.press(&chord.to_string());
        }
        let quit = driver.model.screen.quit;
        for _ in 0..12 {
            driver.send(Msg::Act(Action::Escape));
        }
        prop_assert!(driver.model.screen.popup.is_none());
        prop_assert_eq!(driver.model.screen.quit, quit);
    }
}
