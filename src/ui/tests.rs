//! Tests of the whole screen: what it says at the sizes that matter, and that no size and no
//! text can break it.

use super::{fixtures, *};
use proptest::prelude::*;
use ratatui::{buffer::Buffer, layout::Rect};

fn drawn(view: &crate::engine::view::ScreenView, cols: u16, rows: u16) -> (Stage, Buffer) {
    let mut stage = Stage::new(ThemeChoice::default(), Symbols::Unicode);
    let area = Rect::new(0, 0, cols, rows);
    let mut buf = Buffer::empty(area);
    stage.paint(&mut buf, area, view);
    (stage, buf)
}

fn text_of(buf: &Buffer) -> String {
    let mut text = String::new();
    for y in buf.area.top()..buf.area.bottom() {
        let mut line = String::new();
        let mut x = buf.area.left();
        while x < buf.area.right() {
            let symbol = buf.cell((x, y)).map_or(" ", |cell| cell.symbol());
            line.push_str(symbol);
            x += u16::try_from(text::width(symbol)).unwrap_or(1).max(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn check(name: &str, cols: u16, rows: u16) {
    let (_, buf) = drawn(&fixtures::named(name), cols, rows);
    insta::assert_snapshot!(format!("{name}-{cols}x{rows}"), text_of(&buf));
}

#[test]
fn scenes_at_120_by_40() {
    for name in ["prepare-first", "prepare", "typing", "acquire", "review", "act", "verify", "finalize"] {
        check(name, 120, 40);
    }
}

#[test]
fn scenes_at_80_by_24() {
    for name in ["prepare-first", "acquire", "review", "act", "verify-running", "finalize"] {
        check(name, 80, 24);
    }
}

#[test]
fn scenes_at_200_by_60() {
    for name in ["prepare-first", "acquire", "act", "verify"] {
        check(name, 200, 60);
    }
}

#[test]
fn scenes_at_the_edges() {
    check("act", 60, 16);
    check("act", 48, 12);
    check("act", 100, 30);
    check("verify", 100, 30);
}

#[test]
fn hunks_with_everything() {
    check("act-split", 120, 40);
    check("act-wide", 120, 40);
    check("act-wide", 200, 60);
    check("act-learn", 120, 40);
    check("act-zoom", 120, 40);
}

#[test]
fn popups() {
    for name in ["popup-confirm", "popup-why", "popup-edit", "popup-reject", "popup-help", "popup-actions"] {
        check(name, 120, 40);
    }
    check("popup-why", 80, 24);
    check("popup-help", 80, 24);
}

#[test]
fn the_ascii_set_draws_ascii_but_leaves_source_alone() {
    let mut stage = Stage::new(ThemeChoice::default(), Symbols::Ascii);
    for name in ["act", "prepare-first", "acquire", "verify", "finalize", "popup-confirm"] {
        let area = Rect::new(0, 0, 120, 40);
        let mut buf = Buffer::empty(area);
        stage.paint(&mut buf, area, &fixtures::named(name));
        let text = text_of(&buf);
        let other: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
        assert!(other.is_empty(), "{name}: {other:?}");
    }
    let area = Rect::new(0, 0, 120, 40);
    let mut buf = Buffer::empty(area);
    stage.paint(&mut buf, area, &fixtures::with_source("mark = \"✓\""));
    assert!(text_of(&buf).contains("mark = \"✓\""));
}

#[test]
fn nothing_is_drawn_below_the_last_hunk() {
    let (_, buf) = drawn(&fixtures::named("act"), 200, 60);
    assert_eq!(text_of(&buf).matches("needs nothing").count(), 1);
}

#[test]
fn a_change_of_blanks_alone_is_visible() {
    let (_, buf) = drawn(&fixtures::named("act-wide"), 120, 40);
    let text = text_of(&buf);
    assert!(text.contains("− ····x·=·1"), "{text}");
    assert!(text.contains("+ →   x·=·1···"), "{text}");
}

#[test]
fn hostile_texts_stay_in_their_cells() {
    let (_, buf) = drawn(&fixtures::named("hostile"), 120, 40);
    for cell in &buf.content {
        assert!(!cell.symbol().chars().any(safe::is_unsafe), "{:?}", cell.symbol());
    }
}

#[test]
fn mono_and_sixteen_colours_paint_no_background() {
    use ratatui::style::Color;
    for depth in [Depth::Mono, Depth::Ansi16] {
        let choice = ThemeChoice { depth, ..ThemeChoice::default() };
        let mut stage = Stage::new(choice, Symbols::Unicode);
        let area = Rect::new(0, 0, 120, 40);
        let mut buf = Buffer::empty(area);
        stage.paint(&mut buf, area, &fixtures::named("act"));
        let painted = buf.content.iter().filter(|cell| cell.bg != Color::Reset).count();
        // Chips only: the suggested key, the scene, the pane's name.
        assert!(painted <= if depth == Depth::Mono { 0 } else { 40 }, "{depth:?}: {painted}");
    }
}

#[test]
fn a_popup_takes_all_colour_from_the_screen() {
    let (stage, buf) = drawn(&fixtures::named("popup-confirm"), 120, 40);
    let colours: std::collections::HashSet<_> =
        (0..120).filter_map(|x| buf.cell((x, 2))).map(|cell| (cell.fg, cell.bg)).collect();
    assert_eq!(colours.len(), 1);
    assert_eq!(stage.hit(5, 5), Some(Hit::Popup));
}

#[test]
fn a_click_finds_what_is_under_it() {
    use crate::{domain::event::Scene, engine::view::Pane};
    let (stage, buf) = drawn(&fixtures::named("act"), 120, 40);
    let text = text_of(&buf);
    let find = |needle: &str| {
        let (y, line) = text.lines().enumerate().find(|(_, line)| line.contains(needle)).expect(needle);
        let x = text::width(line.split(needle).next().unwrap());
        (u16::try_from(x).unwrap(), u16::try_from(y).unwrap())
    };
    let hit = |needle: &str| {
        let (x, y) = find(needle);
        stage.hit(x, y)
    };
    assert_eq!(hit("2 ACQUIRE"), Some(Hit::Scene(Scene::Acquire)));
    assert_eq!(hit("x reject"), Some(Hit::Action("action reject".into())));
    assert_eq!(hit("6 router"), Some(Hit::Row { pane: Pane::Boundaries, index: 5 }));
    assert_eq!(hit("cancelled_at"), Some(Hit::Hunk { index: 2, row: 12 }));
    assert_eq!(hit("AC3"), Some(Hit::Row { pane: Pane::Checklist, index: 2 }));
    assert_eq!(stage.page_rows(Pane::Proposal), 26);
}

#[test]
fn the_caret_stands_in_the_text_or_on_the_marked_row() {
    use ratatui::layout::Position;
    let caret = |name: &str| drawn(&fixtures::named(name), 120, 40).0.caret();
    assert_eq!(caret("prepare-first"), Some(Position::new(37, 20)));
    assert_eq!(caret("acquire"), Some(Position::new(1, 6)));
    assert_eq!(caret("act"), Some(Position::new(31, 6)));
    assert_eq!(caret("popup-reject"), Some(Position::new(61, 15)));
    assert_eq!(caret("popup-confirm"), Some(Position::new(25, 20)));
}

#[test]
fn output_follows_its_end_until_it_is_scrolled() {
    use crate::engine::view::{Body, plain};
    let screen = |top: Option<usize>| {
        let mut view = fixtures::named("verify");
        if let Body::Output { output, .. } = &mut view.panes[3].body {
            // Only a window of them is made ready, somewhere around what can be seen.
            let first = top.map_or(49_950, |top| top.saturating_sub(3));
            let lines = (first..first + 50).map(|number| vec![plain(format!("line {number}"))]);
            (output.lines, output.first, output.len) = (lines.collect(), first, 50_000);
            output.top = top;
        }
        let (mut stage, buf) = drawn(&view, 120, 40);
        assert_eq!(stage.output_rows(), 20);
        assert_eq!(stage.wheel(80, 30, -3), WheelOutcome::Output(-3));
        text_of(&buf)
    };
    let end = screen(None);
    assert!(end.contains("following") && end.contains("line 49999") && end.contains("line 49980"), "{end}");
    let paused = screen(Some(7));
    assert!(paused.contains("paused, G follows") && paused.contains("line 7 "), "{paused}");
    assert!(!paused.contains("line 49999"));
}

#[test]
fn side_by_side_is_offered_from_118_columns() {
    use crate::engine::view::Body;
    let dividers = |cols: u16, asked: Option<bool>| {
        let mut view = fixtures::named("act-zoom");
        if let Body::Diff(diff) = &mut view.panes[1].body {
            diff.side_by_side = asked;
        }
        let text = text_of(&drawn(&view, cols, 40).1);
        text.lines().filter(|line| line.matches("return order").count() == 2).count()
    };
    assert_eq!(dividers(120, Some(true)), 1);
    assert_eq!(dividers(119, Some(true)), 0);
    assert_eq!(dividers(120, None), 0);
    assert_eq!(dividers(160, None), 1);
    assert_eq!(dividers(200, Some(false)), 0);
}

#[test]
fn the_wheel_scrolls_the_pane_under_it() {
    let view = fixtures::named("act");
    let area = Rect::new(0, 0, 80, 24);
    let mut stage = Stage::new(ThemeChoice::default(), Symbols::Unicode);
    let draw = |stage: &mut Stage| {
        let mut buf = Buffer::empty(area);
        stage.paint(&mut buf, area, &view);
        text_of(&buf)
    };
    let before = draw(&mut stage);
    assert!(!before.contains("✓ 7") && before.contains("needs ✓ 5"), "{before}");
    assert_eq!(stage.wheel(40, 10, -9), WheelOutcome::Scrolled);
    let after = draw(&mut stage);
    assert!(after.contains("✓ 7") && !after.contains("needs ✓ 5"), "{after}");
}

#[test]
fn colours_of_source_come_later_and_change_no_text() {
    let view = fixtures::named("act");
    let (mut stage, plain) = drawn(&view, 120, 40);
    stage.finish_syntax();
    assert!(stage.take_finished());
    let mut coloured = Buffer::empty(plain.area);
    stage.paint(&mut coloured, plain.area, &view);
    assert_eq!(text_of(&plain), text_of(&coloured));
    assert_ne!(plain, coloured);
}

#[test]
fn a_hunk_of_ten_thousand_lines_costs_one_screen() {
    let view = fixtures::huge();
    let area = Rect::new(0, 0, 200, 60);
    let mut stage = Stage::new(ThemeChoice::default(), Symbols::Unicode);
    let mut buf = Buffer::empty(area);
    stage.paint(&mut buf, area, &view);
    let text = text_of(&buf);
    assert!(text.contains("line 7000"), "{text}");
    assert!(!text.contains("line 6900"));
}

fn stages() -> Vec<Stage> {
    let mut stages = Vec::new();
    for name in ThemeName::ALL {
        for depth in [Depth::TrueColor, Depth::Indexed256, Depth::Ansi16, Depth::Mono] {
            let choice = ThemeChoice { name, depth, background: Background::Theme };
            let symbols = if depth == Depth::Ansi16 { Symbols::Ascii } else { Symbols::Unicode };
            stages.push(Stage::new(choice, symbols));
        }
    }
    stages
}

/// `PROSCENIUM_FULL=1` is the stage of `.ci/run` that has the time for many sizes.
fn is_full() -> bool {
    std::env::var_os("PROSCENIUM_FULL").is_some_and(|value| value == "1")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if is_full() { 240 } else { 8 }, ..ProptestConfig::default() })]

    #[test]
    fn no_size_panics(cols in 1u16..=250, rows in 1u16..=80, wheel in -50i32..50) {
        let area = Rect::new(0, 0, cols, rows);
        let all = fixtures::all();
        for (at, stage) in stages().iter_mut().enumerate() {
            for (_, view) in all.iter().skip(at % 4).step_by(4) {
                let mut buf = Buffer::empty(area);
                stage.paint(&mut buf, area, view);
                stage.wheel(cols / 2, rows / 2, wheel);
                let mut buf = Buffer::empty(area);
                stage.paint(&mut buf, area, view);
            }
        }
    }
}
