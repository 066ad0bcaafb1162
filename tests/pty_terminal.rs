//! The terminal is a guest's room: it is left as it was found, whatever happens.

use crate::support::pty::{Home, Start, Terminal};
use nix::sys::signal::Signal;
use proscenium::runtime::terminal::Guard;

/// Set for the test that plays the panicking program.
const PANIC: &str = "PROSCENIUM_TEST_PANICS_ON_SCREEN";

fn demo(home: &Home) -> Terminal {
    let terminal = Terminal::open(home, &Start::proscenium(&["demo"]));
    terminal.wait_for("the guided first task");
    terminal
}

/// Esc, and only then the next key: together they would be read as Alt with that key.
fn leave_the_text(terminal: &mut Terminal) {
    terminal.press(&["Esc"]);
    terminal.wait_until_gone("typing");
}

#[test]
fn quitting_restores_the_terminal() {
    let home = Home::new();
    let mut terminal = demo(&home);
    assert!(terminal.screen().alternate_screen() && terminal.screen().bracketed_paste());
    leave_the_text(&mut terminal);
    terminal.press(&["q"]);
    assert_eq!(terminal.wait_exit(), 0);
    terminal.assert_restored();
}

#[test]
fn signals_restore_the_terminal_and_are_told_in_the_exit_status() {
    for (signal, status) in [(Signal::SIGTERM, 143), (Signal::SIGHUP, 129)] {
        let home = Home::new();
        let terminal = demo(&home);
        terminal.signal(signal);
        assert_eq!(terminal.wait_exit(), status);
        terminal.assert_restored();
    }
}

#[test]
fn a_panic_restores_the_terminal_before_it_is_printed() {
    let home = Home::new();
    let own = std::env::current_exe().unwrap();
    let arguments = ["--exact", "pty_terminal::a_program_that_panics_on_the_screen", "--nocapture"];
    let start = Start { program: &own, arguments: &arguments, size: (120, 40), environment: &[(PANIC, "1")] };
    let terminal = Terminal::open(&home, &start);
    assert_ne!(terminal.wait_exit(), 0);
    terminal.assert_restored();
    terminal.wait_for("the scenery fell over");
}

/// Not a test of its own: the program of the test above, when that one starts it.
#[test]
fn a_program_that_panics_on_the_screen() {
    if std::env::var_os(PANIC).is_some() {
        let (_guard, mut screen) = Guard::take(true).unwrap();
        screen.draw(|frame| frame.render_widget("on stage", frame.area())).unwrap();
        panic!("the scenery fell over");
    }
}

#[test]
fn below_the_minimum_there_is_a_message_and_growing_brings_the_scene_back() {
    let home = Home::new();
    let terminal = demo(&home);
    terminal.resize(59, 15);
    terminal.wait_for("Proscenium needs 60 by 16; this is 59 by 15.");
    assert!(!terminal.text().contains("Boundaries"), "{}", terminal.text());
    terminal.resize(80, 24);
    terminal.wait_for("Proposal");
    terminal.resize(200, 60);
    terminal.wait_for("Checklist");
}

#[test]
fn no_color_means_no_colour() {
    let home = Home::new();
    let start = Start { environment: &[("NO_COLOR", "1")], ..Start::proscenium(&["demo"]) };
    let mut terminal = Terminal::open(&home, &start);
    terminal.wait_for("the guided first task");
    terminal.press(&["↓", "Enter"]);
    terminal.wait_for("CRITERIA");
    let written = terminal.written();
    let codes = colour_codes(&written);
    assert!(codes.is_empty(), "colours were set: {codes:?}");
}

#[test]
fn a_terminal_with_colours_gets_them() {
    let home = Home::new();
    assert!(!colour_codes(&demo(&home).written()).is_empty());
}

/// Parameters of SGR sequences that choose a colour.
fn colour_codes(written: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(written);
    let mut found = Vec::new();
    for part in text.split("\x1b[").skip(1) {
        let Some(end) = part.find(|c: char| !(c.is_ascii_digit() || c == ';' || c == ':')) else { continue };
        if !part[end..].starts_with('m') {
            continue;
        }
        let codes = part[..end].split([';', ':']).filter_map(|code| code.parse::<u8>().ok());
        let is_colour = |code: u8| matches!(code, 30..=38 | 40..=48 | 90..=97 | 100..=107);
        if codes.into_iter().any(is_colour) {
            found.push(part[..end].to_owned());
        }
    }
    found
}

#[test]
fn an_idle_screen_sends_no_byte() {
    let home = Home::new();
    let mut terminal = demo(&home);
    leave_the_text(&mut terminal);
    terminal.press(&["?"]);
    terminal.wait_for("DECIDE");
    terminal.wait_quiet(std::time::Duration::from_millis(600));
}
