//! Terminal input as messages: chords through the key table, clicks through the hit map.

use crate::{
    engine::{Model, Msg, view::Pane},
    keys::{Action, Chord, Key},
    ui::{Hit, Stage, TextOutcome, WheelOutcome},
};
use crossterm::event::{
    KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

/// A longer paste is a slip (a log, a binary); wrapping it would hold up every frame.
const PASTE_BYTES: usize = 64 * 1024;

/// What an input event asks for.
#[derive(Debug, Default)]
pub struct Input {
    pub messages: Vec<Msg>,
    /// The drawing changed although no message came of it: scrolling, the caret.
    pub redraw: bool,
}

impl Input {
    fn message(msg: Msg) -> Self {
        Self { messages: vec![msg], redraw: true }
    }
}

/// The chord of a key event; none for releases and for keys without a name here.
pub fn chord(event: KeyEvent) -> Option<Chord> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    let key = match event.code {
        KeyCode::Char(c) if ctrl => Key::Char(c.to_ascii_lowercase()),
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::F(n) => Key::F(n),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        _ => return None,
    };
    Some(Chord { key, ctrl, alt })
}

/// A key press: text while a caret is on screen, else an action.
pub fn key(model: &Model, stage: &mut Stage, event: KeyEvent) -> Input {
    let Some(chord) = chord(event) else { return Input::default() };
    let action = model.keys.action(chord);
    if let Some(editor) = &model.screen.editor {
        let long = editor.purpose.is_long();
        if let Some(action) = action.filter(|action| while_typing(*action, chord, long, model)) {
            return Input::message(Msg::Act(action));
        }
        return match stage.text_input(event) {
            TextOutcome::Changed(text) => Input::message(Msg::Text(text)),
            TextOutcome::Ignored => Input { messages: Vec::new(), redraw: true },
        };
    }
    if let (Some(crate::engine::popup::Popup::Choices { .. }), Key::Char(c)) =
        (&model.screen.popup, chord.key)
        && let Some(digit) = c.to_digit(10).and_then(|digit| u8::try_from(digit).ok())
        && !chord.ctrl
    {
        return Input::message(Msg::Digit(digit));
    }
    match action {
        Some(action) => Input::message(Msg::Act(action)),
        None => Input::default(),
    }
}

/// Whether a chord keeps its meaning while text is typed. Letters never do.
fn while_typing(action: Action, chord: Chord, long: bool, model: &Model) -> bool {
    if chord.is_text() {
        return false;
    }
    let in_list = model.screen.popup.is_some() && !long;
    match action {
        Action::Escape
        | Action::Done
        | Action::Interrupt
        | Action::Suspend
        | Action::Redraw
        | Action::External => true,
        Action::Help => chord.key == Key::F(1),
        Action::Open => !long,
        Action::Down => !long && chord.key == Key::Down && moves_rows(model),
        Action::Up => !long && chord.key == Key::Up && (in_list || moves_rows(model)),
        Action::NextPane | Action::PreviousPane => !long && model.screen.popup.is_none(),
        Action::HalfDown | Action::HalfUp => in_list && matches!(chord.key, Key::PageDown | Key::PageUp),
        _ => false,
    }
}

/// Up and Down move among rows where the text is one line with a list below it.
fn moves_rows(model: &Model) -> bool {
    use crate::engine::{popup::Popup, text::Purpose};
    match &model.screen.popup {
        Some(Popup::Help { .. } | Popup::Palette { .. } | Popup::Reject { .. }) => true,
        Some(_) => false,
        None => model.screen.editor.as_ref().is_some_and(|editor| {
            editor.purpose == Purpose::Task
                && (editor.text.is_empty()
                    || model.world.suggestions.iter().any(|known| known.text == editor.text))
        }),
    }
}

/// A paste is text and nothing else: it never submits and never decides.
pub fn paste(model: &Model, stage: &mut Stage, text: &str) -> Input {
    if model.screen.editor.is_none() {
        return Input::message(Msg::Notice("pasted text goes only into a text; e opens one".into()));
    }
    let mut end = text.len().min(PASTE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let whole = stage.paste(text.get(..end).unwrap_or_default());
    let mut input = Input::message(Msg::Text(whole));
    if end < text.len() {
        let kib = PASTE_BYTES / 1024;
        input.messages.push(Msg::Notice(format!("only the first {kib} KiB of it were pasted")));
    }
    input
}

/// A click or a turn of the wheel.
pub fn mouse(stage: &mut Stage, event: MouseEvent, last: &mut Option<(u16, u16, u64)>, now: u64) -> Input {
    match event.kind {
        MouseEventKind::ScrollDown | MouseEventKind::ScrollUp => {
            let delta = if event.kind == MouseEventKind::ScrollDown { 3 } else { -3 };
            match stage.wheel(event.column, event.row, delta) {
                WheelOutcome::Output(delta) => {
                    Input::message(Msg::OutputScrolled { delta, rows: stage.output_rows() })
                }
                WheelOutcome::Card(delta) => {
                    Input::message(Msg::CardScrolled { delta, max: stage.card_max_top() })
                }
                WheelOutcome::Scrolled | WheelOutcome::Nothing => {
                    Input { messages: Vec::new(), redraw: true }
                }
            }
        }
        MouseEventKind::Down(MouseButton::Left) => {
            let twice = last.is_some_and(|(column, row, at)| {
                column == event.column && row == event.row && now.saturating_sub(at) < 400
            });
            *last = Some((event.column, event.row, now));
            click(stage, event, twice)
        }
        _ => Input::default(),
    }
}

fn click(stage: &Stage, event: MouseEvent, twice: bool) -> Input {
    let Some(hit) = stage.hit(event.column, event.row) else { return Input::default() };
    match hit {
        Hit::Action(name) => Action::from_name(&name).map(Msg::Act).map(Input::message).unwrap_or_default(),
        Hit::Pane(pane) | Hit::Tab(pane) => Input::message(Msg::PaneClicked(pane)),
        Hit::Row { pane, index } => Input::message(Msg::Clicked { pane, row: index, twice }),
        Hit::Hunk { index, row } => {
            let mut input = Input::message(Msg::HunkClicked { index, row });
            if twice {
                input.messages.push(Msg::Act(Action::Open));
            }
            input
        }
        Hit::Scene(scene) => {
            let action = [Action::Scene1, Action::Scene2, Action::Scene3, Action::Scene4, Action::Scene5];
            action.get(scene as usize).copied().map(Msg::Act).map(Input::message).unwrap_or_default()
        }
        Hit::Option(option) => Input::message(Msg::OptionClicked(option)),
        Hit::Popup => Input::default(),
    }
}

/// Rows that each pane shows, in the order of `Pane::ALL`.
pub fn pages(stage: &Stage) -> [u16; 4] {
    Pane::ALL.map(|pane| u16::try_from(stage.page_rows(pane)).unwrap_or(u16::MAX))
}
