//! The mouse does what the keys do: rows, options, tabs, scenes, footer keys, the wheel.

use crate::support::pty::{Home, Start, Terminal};

fn demo(home: &Home, size: (u16, u16)) -> Terminal {
    let terminal = Terminal::open(home, &Start { size, ..Start::proscenium(&["demo", "--theme", "dark"]) });
    terminal.wait_for("the guided first task");
    terminal
}

#[test]
fn a_change_is_walked_to_its_hunks_with_clicks_alone() {
    let home = Home::new();
    let mut terminal = demo(&home, (120, 40));
    // An example is a row; the footer's keys, the rail's scenes and popups' rows are buttons.
    terminal.click_on("Move the top customers");
    terminal.wait_for("accept all 3");
    terminal.click_on("accept all 3");
    terminal.wait_for("ACQUIRE is open");
    terminal.click_on("2 ACQUIRE");
    terminal.wait_for("take the suggested");
    terminal.click_on("take the suggested");
    terminal.wait_for("ACT is open");
    terminal.click_on("3 ACT");
    terminal.wait_for("▸ ○ 1 ");
    terminal.click_on("○ 2 app/repositories");
    terminal.wait_for("▸ ○ 2 ");
    terminal.click_on("x reject");
    terminal.wait_for("Rejecting hunk 2");
    terminal.click_on("1 keep hunk 2 undecided");
    terminal.wait_until_gone("Rejecting hunk 2");
    terminal.click_on(": all");
    terminal.wait_for("an action by name");
    // The first click marks, the second does it.
    terminal.click_on("approve this file");
    terminal.wait_for("▸   approve this file");
    terminal.click_on("approve this file");
    terminal.wait_until_gone("an action by name");
    terminal.wait_for("2 hunks held");
    terminal.click_on("? help");
    terminal.wait_for("search keys and actions");
    terminal.click_on("z zoom");
    terminal.wait_for("▸ z zoom");
    terminal.click_on("z zoom");
    terminal.wait_until_gone("search keys and actions");
    // Zoomed, the other panes are tabs.
    terminal.click_on("Checklist");
    terminal.wait_for("▸ ○ AC1");
}

#[test]
fn the_wheel_scrolls_what_is_under_it_and_leaves_the_mark() {
    let home = Home::new();
    let mut terminal = demo(&home, (120, 40));
    terminal.press(&["↓", "Enter"]);
    terminal.wait_for("accept all 3");
    terminal.press(&["A", "c"]);
    terminal.wait_for("▸ router");
    for _ in 0..4 {
        // Wheel down over the tree, cell (10, 15).
        terminal.send(b"\x1b[<65;10;15M");
    }
    terminal.wait_until_gone("▸ router");
    terminal.wait_for("migration");
    for _ in 0..4 {
        terminal.send(b"\x1b[<64;10;15M");
    }
    terminal.wait_for("▸ router");
}

#[test]
fn below_the_smallest_size_one_sentence_says_so_and_growing_brings_the_screen_back() {
    let home = Home::new();
    let mut terminal = demo(&home, (120, 40));
    terminal.resize(48, 12);
    terminal.wait_for("Proscenium needs 60 by 16; this is 48 by 12.");
    terminal.press(&["“a task”"]);
    terminal.resize(80, 24);
    terminal.wait_for("a task");
    terminal.wait_for("What do you want to change?");
}

/// A key and a change of size that come at the same moment are both heard: a source of events
/// that asks only for changes forgets the key until the next one is pressed.
#[test]
fn a_key_that_comes_with_a_change_of_size_is_not_lost() {
    let home = Home::new();
    let mut terminal = demo(&home, (120, 40));
    let mut typed = String::new();
    for (round, letter) in ('a'..='z').chain('A'..='N').enumerate() {
        // Every other time the size comes first.
        let size = if round % 4 < 2 { (100, 30) } else { (120, 40) };
        if round % 2 == 0 {
            terminal.resize(size.0, size.1);
        }
        terminal.press(&[&letter.to_string()]);
        if round % 2 == 1 {
            terminal.resize(size.0 - 1, size.1);
        }
        typed.push(letter);
        terminal.wait_for(&typed);
    }
}
