//! The map on screen follows the user's editor.

use crate::support::pty::{Home, Start, Terminal};
use std::{
    fs,
    time::{Duration, Instant},
};

/// The demo, in ACQUIRE.
fn acquire(home: &Home) -> Terminal {
    let mut terminal = Terminal::open(home, &Start::proscenium(&["demo"]));
    for (keys, shows) in [
        (&[][..], "the guided first task"),
        (&["↓", "Enter"], "accept all 3"),
        (&["A"], "ACQUIRE is open"),
        (&["c"], "take the suggested"),
    ] {
        terminal.press(keys);
        terminal.wait_for(shows);
    }
    terminal
}

const ENDPOINT: &str = "\n\n@router.get(\"/followed\")\ndef followed():\n    return {}\n";

#[test]
fn an_endpoint_that_another_program_writes_appears() {
    let home = Home::new();
    let mut terminal = acquire(&home);
    let router = home.demo().join("app/routers/orders.py");
    let text = fs::read_to_string(&router).unwrap();
    // The watch begins when the base has been read; ACQUIRE is on screen by then.
    std::thread::sleep(Duration::from_millis(500));
    fs::write(&router, format!("{text}{ENDPOINT}")).unwrap();
    terminal.wait_for("GET /api/orders/followed is new");
    terminal.wait_for("Follows your files");
    terminal.press(&["v"]);
    terminal.wait_for("/api/orders/followed");
    // It goes when the file is as it was; editors write beside a file and rename.
    let beside = router.with_extension("tmp");
    fs::write(&beside, text).unwrap();
    fs::rename(&beside, &router).unwrap();
    terminal.wait_for("is gone");
    terminal.press(&["q"]);
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn a_burst_of_changes_freezes_nothing() {
    let home = Home::new();
    let mut terminal = acquire(&home);
    let folder = home.demo().join("app/burst");
    fs::create_dir(&folder).unwrap();
    for number in 0..3000 {
        fs::write(folder.join(format!("file_{number}.py")), "x = 1\n").unwrap();
    }
    // A key is answered while the files are read.
    let began = Instant::now();
    terminal.press(&["?"]);
    terminal.wait_for("DECIDE");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
