//! What a key or a click means while somebody learns.

use crate::{
    engine::{
        learn::{Classroom, Do, Place, page, screen},
        view::{Body, Pane},
    },
    keys::{Action, Key},
    runtime::input,
    ui::{Hit, Stage, TextOutcome},
};
use crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};

/// Lines that one turn of the wheel scrolls.
const WHEEL_LINES: i32 = 3;

/// What an input event asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    Wish(Do),
    /// A pane gets the focus.
    Focus(Pane),
    /// Only the drawing changed.
    Redraw,
    /// Every cell is written anew.
    Clear,
    Suspend,
    Nothing,
}

/// A key press.
pub(super) fn key(room: &Classroom, stage: &mut Stage, event: KeyEvent) -> Asked {
    let Some(chord) = input::chord(event) else { return Asked::Nothing };
    let action = room.keys.action(chord);
    if let Some(editing) = &room.editing {
        return match action.filter(|_| !chord.is_text()) {
            Some(Action::Done) => Asked::Wish(Do::Save),
            Some(Action::Escape | Action::Interrupt) => Asked::Wish(Do::Leave),
            Some(Action::External) => Asked::Wish(Do::External(Some(editing.path.clone()))),
            Some(Action::Redraw) => Asked::Clear,
            Some(Action::Suspend) => Asked::Suspend,
            _ => match stage.text_input(event) {
                TextOutcome::Changed(text) => Asked::Wish(Do::Typed(text)),
                TextOutcome::Ignored => Asked::Redraw,
            },
        };
    }
    if let (Key::Char(digit @ '1'..='9'), false, false) = (chord.key, chord.ctrl, chord.alt) {
        let number = digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok());
        return number.map_or(Asked::Nothing, |number| Asked::Wish(Do::Pick(number)));
    }
    action.map_or(Asked::Nothing, |action| meaning(room, stage, action))
}

fn meaning(room: &Classroom, stage: &mut Stage, action: Action) -> Asked {
    let focus = if room.place == Place::List { Pane::Proposal } else { room.focus };
    let is_list = page::choices(room) > 0 && matches!(focus, Pane::Proposal | Pane::Boundaries);
    let half = i32::try_from(stage.page_rows(focus) / 2).unwrap_or(i32::MAX).max(1);
    let mut scrolled = |lines: i32| {
        stage.scroll(focus, lines);
        Asked::Redraw
    };
    match action {
        Action::Down if is_list || room.ask.is_some() => Asked::Wish(Do::Down),
        Action::Up if is_list || room.ask.is_some() => Asked::Wish(Do::Up),
        Action::Down => scrolled(1),
        Action::Up => scrolled(-1),
        Action::HalfDown => scrolled(half),
        Action::HalfUp => scrolled(-half),
        Action::Start => scrolled(i32::MIN / 2),
        Action::End => scrolled(i32::MAX / 2),
        Action::Open | Action::Accept | Action::Choose => Asked::Wish(Do::Take),
        Action::RunAgain | Action::RunAll => Asked::Wish(Do::Check),
        Action::Why => Asked::Wish(Do::Hint),
        Action::Edit => Asked::Wish(Do::Edit(None)),
        Action::OpenEditor | Action::External => Asked::Wish(Do::External(None)),
        Action::Undo => Asked::Wish(Do::Undo),
        Action::Partial => Asked::Wish(Do::Skip),
        Action::Continue | Action::NextNeed => Asked::Wish(Do::Next),
        Action::TurnDown => Asked::Wish(Do::Reset),
        Action::Copy => Asked::Wish(Do::CopyFolder),
        Action::NextPane if room.place != Place::List => Asked::Wish(Do::NextPane),
        Action::PreviousPane if room.place != Place::List => Asked::Wish(Do::PreviousPane),
        Action::Zoom => Asked::Wish(Do::Zoom),
        Action::Help => Asked::Wish(Do::Help),
        Action::Escape => Asked::Wish(Do::Leave),
        Action::Quit | Action::Interrupt => Asked::Wish(Do::Quit),
        Action::Redraw => Asked::Clear,
        Action::Suspend => Asked::Suspend,
        _ => Asked::Nothing,
    }
}

/// A click or a turn of the wheel.
pub(super) fn mouse(room: &Classroom, stage: &mut Stage, event: MouseEvent) -> Asked {
    match event.kind {
        MouseEventKind::ScrollDown | MouseEventKind::ScrollUp => {
            let lines = if event.kind == MouseEventKind::ScrollDown { WHEEL_LINES } else { -WHEEL_LINES };
            let _scrolled = stage.wheel(event.column, event.row, lines);
            Asked::Redraw
        }
        MouseEventKind::Down(MouseButton::Left) => click(room, stage, event),
        _ => Asked::Nothing,
    }
}

fn click(room: &Classroom, stage: &mut Stage, event: MouseEvent) -> Asked {
    match stage.hit(event.column, event.row) {
        Some(Hit::Action(name)) => match Action::from_name(&name) {
            Some(action) => meaning(room, stage, action),
            None => Asked::Nothing,
        },
        Some(Hit::Option(option)) => Asked::Wish(Do::Pick(option + 1)),
        Some(Hit::Row { pane, index }) => match number(room, pane, index) {
            Some(number) if pane == room.focus || room.place == Place::List => Asked::Wish(Do::Pick(number)),
            _ => Asked::Focus(pane),
        },
        Some(Hit::Pane(pane) | Hit::Tab(pane)) => Asked::Focus(pane),
        _ => Asked::Nothing,
    }
}

/// The number of a row among those that can be taken.
fn number(room: &Classroom, pane: Pane, index: usize) -> Option<usize> {
    let view = screen::screen(room, 0);
    let at = Pane::ALL.iter().position(|other| *other == pane)?;
    let Body::Rows(rows) = &view.panes.get(at)?.body else { return None };
    rows.get(index)?.target()?;
    Some(rows.iter().take(index + 1).filter(|row| row.target().is_some()).count())
}
