//! What the terminal says of itself: believed when it says it, never taken for keys, and
//! never waited for.

use crate::support::pty::{Home, Start, Terminal};
use std::time::{Duration, Instant};

const QUESTION: &str = "\x1b]11;?\x07";
const WHITE: &[u8] = b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\";
const BLACK: &[u8] = b"\x1b]11;rgb:0000/0000/0000\x07";

/// Backgrounds of the themes.
const DARK: vt100::Color = vt100::Color::Rgb(0x14, 0x17, 0x1d);
const LIGHT: vt100::Color = vt100::Color::Rgb(0xfb, 0xfa, 0xf6);

fn ground(screen: &vt100::Screen) -> vt100::Color {
    screen.cell(0, 30).map_or(vt100::Color::Default, vt100::Cell::bgcolor)
}

fn start<'a>(arguments: &'a [&'a str], environment: &'a [(&'a str, &'a str)]) -> Start<'a> {
    Start { environment, ..Start::proscenium(arguments) }
}

fn asked(terminal: &Terminal, question: &str) -> bool {
    terminal.written().windows(question.len()).any(|bytes| bytes == question.as_bytes())
}

/// Waits for the question, so that the answer comes after it as in a real terminal.
fn answer(terminal: &mut Terminal, bytes: &[u8]) {
    terminal.wait_written(QUESTION);
    terminal.send(bytes);
}

/// Nothing of an answer went into the text that has the caret.
fn assert_text_is_empty(terminal: &Terminal) {
    terminal.wait_for("In your own words");
    assert!(!terminal.text().contains("rgb"), "{}", terminal.text());
}

#[test]
fn a_light_terminal_gets_the_light_theme() {
    let home = Home::new();
    let mut terminal = Terminal::open(&home, &start(&["demo"], &[]));
    answer(&mut terminal, WHITE);
    terminal.wait("the light theme", |screen| ground(screen) == LIGHT);
    assert_text_is_empty(&terminal);
}

#[test]
fn a_dark_terminal_gets_the_dark_theme() {
    let home = Home::new();
    let mut terminal = Terminal::open(&home, &start(&["demo"], &[]));
    answer(&mut terminal, BLACK);
    terminal.wait_for("the guided first task");
    assert_eq!(ground(&terminal.screen()), DARK);
    assert_text_is_empty(&terminal);
}

#[test]
fn a_terminal_that_never_answers_gets_its_first_frame_and_its_keys() {
    let home = Home::new();
    let mut terminal = Terminal::open(&home, &start(&["demo"], &[]));
    terminal.wait_written(QUESTION);
    let asked_at = Instant::now();
    terminal.wait_for("1 PREPARE");
    // Far more than the program waits, far less than a timeout that a person would see;
    // the machine of the test may be busy.
    assert!(asked_at.elapsed() < Duration::from_secs(2), "{:?}", asked_at.elapsed());
    assert_eq!(ground(&terminal.screen()), DARK);
    terminal.press(&["“rename it”"]);
    terminal.wait_for("rename it");
}

#[test]
fn an_answer_that_comes_late_changes_the_theme_and_is_no_key() {
    let home = Home::new();
    let mut terminal = Terminal::open(&home, &start(&["demo"], &[]));
    terminal.wait_for("the guided first task");
    terminal.press(&["“rename ”"]);
    terminal.wait_for("rename ");
    // In two pieces, as over a slow line, with a key before and one after it.
    let (head, tail) = WHITE.split_at(9);
    answer(&mut terminal, head);
    terminal.send(tail);
    terminal.wait("the light theme", |screen| ground(screen) == LIGHT);
    terminal.press(&["“it”"]);
    terminal.wait_for("rename it");
}

#[test]
fn what_was_typed_before_the_first_frame_is_kept() {
    let home = Home::new();
    let mut terminal = Terminal::open(&home, &start(&["demo"], &[]));
    terminal.wait_written(QUESTION);
    terminal.send(b"re");
    terminal.send(WHITE);
    terminal.send(b"name");
    terminal.wait_for("rename");
    terminal.wait("the light theme", |screen| ground(screen) == LIGHT);
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn a_theme_that_was_chosen_is_not_asked_for() {
    type Case = (&'static [&'static str], &'static [(&'static str, &'static str)]);
    let cases: [Case; 4] = [
        (&["demo", "--theme", "dark"], &[]),
        (&["demo"], &[("PROSCENIUM_THEME", "dark")]),
        (&["demo"], &[("NO_COLOR", "1")]),
        (&["demo"], &[("TERM", "linux"), ("COLORTERM", "")]),
    ];
    for (arguments, environment) in cases {
        let home = Home::new();
        let terminal = Terminal::open(&home, &start(arguments, environment));
        terminal.wait_for("the guided first task");
        assert!(!asked(&terminal, QUESTION), "{arguments:?} {environment:?}");
    }
    let home = Home::new();
    let folder = home.path().join("home/.config/proscenium");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "theme = \"light\"\n").unwrap();
    let terminal = Terminal::open(&home, &start(&["demo"], &[]));
    terminal.wait_for("the guided first task");
    assert!(!asked(&terminal, QUESTION));
    assert_eq!(ground(&terminal.screen()), LIGHT);
}

#[test]
fn symbols_that_the_terminal_draws_two_cells_wide_are_ascii() {
    for (position, shown) in [(&b"\x1b[1;3R"[..], ". nothing written"), (b"\x1b[1;2R", "○ nothing written")]
    {
        let home = Home::new();
        let environment = [("LC_ALL", "ja_JP.UTF-8")];
        let mut terminal = Terminal::open(&home, &start(&["demo", "--theme", "dark"], &environment));
        terminal.wait_written("\x1b[6n");
        terminal.send(position);
        terminal.wait_for(shown);
        terminal.press(&["“a task”"]);
        terminal.wait_for("a task");
    }
}

#[test]
fn a_terminal_that_does_not_tell_widths_gets_its_first_frame() {
    let home = Home::new();
    let environment = [("LC_ALL", "ko_KR.UTF-8")];
    let mut terminal = Terminal::open(&home, &start(&["demo", "--theme", "dark"], &environment));
    terminal.wait_written("\x1b[6n");
    terminal.send(b"an early task");
    terminal.wait_for("○ nothing written");
    terminal.wait_for("an early task");
    // Too late; still no key.
    terminal.send(b"\x1b[1;3R");
    terminal.press(&["“.”"]);
    terminal.wait_for("an early task.");
}
