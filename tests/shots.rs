//! The pictures of the README, taken from the real program in a real terminal.
//!
//! `scripts/shots` sets `PROSCENIUM_SHOTS=1` and writes them to `assets/`. Without it only
//! the first screen is taken and looked at, so that the road to the pictures stays open.

use crate::support::{
    picture::svg,
    pty::{Home, Start, Terminal},
    source::root,
};

/// Longer than a question waits before Enter answers it.
const READING: std::time::Duration = std::time::Duration::from_millis(400);

/// Keys, and what must stand on the screen after them.
type Step = (&'static [&'static str], &'static str);

/// Where a picture is taken: the steps from the one before.
const SCENES: &[(&str, &[Step])] = &[
    ("first", &[(&[], "the guided first task")]),
    (
        "acquire",
        &[
            (&["↓"], "read my task"),
            (&["Enter"], "accept all 3"),
            (&["A"], "ACQUIRE is open"),
            (&["c"], "take the suggested"),
        ],
    ),
    (
        "act",
        &[
            (&["A"], "ACT is open"),
            (&["c"], "▸ ○ 1 "),
            (&["a"], "▸ ○ 2 "),
            (&["a"], "▸ ○ 3 "),
            (&["a"], "▸ ○ 4 "),
            (&["a"], "▸ ○ 5 "),
        ],
    ),
    (
        "verify",
        &[
            (&["x"], "Reject hunk 5"),
            (&["“logs an e-mail address”", "Enter"], "▸ ○ 6 "),
            (&["a"], "▸ ○ 7 "),
            (&["a"], "▸ ○ 8 "),
            (&["a"], "▸ ○ 9 "),
            (&["a"], "VERIFY is open"),
            (&["c"], "VERIFY 0/4"),
            (&["r"], "Trust these commands"),
            (&["3", "Enter"], "FINALIZE is open"),
        ],
    ),
    ("finalize", &[(&["c"], "Success")]),
];

/// Name, theme, size, and the last scene of a walk; every scene on the way is taken when `all`.
struct Walk {
    suffix: &'static str,
    theme: &'static str,
    size: (u16, u16),
    only: Option<&'static str>,
}

const WALKS: &[Walk] = &[
    Walk { suffix: "120", theme: "dark", size: (120, 40), only: None },
    Walk { suffix: "80", theme: "dark", size: (80, 24), only: Some("act") },
    Walk { suffix: "200", theme: "dark", size: (200, 60), only: Some("act") },
    Walk { suffix: "light", theme: "light", size: (120, 40), only: Some("act") },
    Walk { suffix: "contrast", theme: "contrast", size: (120, 40), only: Some("act") },
    Walk { suffix: "mono", theme: "mono", size: (120, 40), only: Some("act") },
];

/// Takes the pictures of a walk, giving each with its name.
fn take(walk: &Walk, mut taken: impl FnMut(&str, String)) {
    let home = Home::new();
    let arguments = ["demo", "--theme", walk.theme];
    let start = Start { size: walk.size, ..Start::proscenium(&arguments) };
    let mut terminal = Terminal::open(&home, &start);
    for (scene, keys) in SCENES {
        for (keys, shows) in *keys {
            // A question takes no answer before it could be read.
            terminal.wait_quiet(READING);
            terminal.press(keys);
            terminal.wait_for(shows);
        }
        if walk.only.is_none_or(|only| only == *scene) {
            // Colours and guards are computed off the drawing thread and come a little later.
            terminal.wait_until_gone("checking …");
            terminal.wait_quiet(std::time::Duration::from_millis(700));
            let size = format!("{}×{}", walk.size.0, walk.size.1);
            let title = format!("proscenium: {scene}, {} theme, {size}", walk.theme);
            taken(&format!("{scene}-{}", walk.suffix), svg(&terminal.screen(), &title));
        }
        if walk.only == Some(*scene) {
            return;
        }
    }
}

#[test]
fn pictures_can_be_taken_of_the_running_program() {
    if std::env::var_os("PROSCENIUM_SHOTS").is_some_and(|value| value == "1") {
        for walk in WALKS {
            take(walk, |name, picture| {
                std::fs::write(root().join(format!("assets/{name}.svg")), picture).unwrap();
            });
        }
        return;
    }
    let home = Home::new();
    let terminal = Terminal::open(&home, &Start::proscenium(&["demo"]));
    terminal.wait_for("the guided first task");
    let picture = svg(&terminal.screen(), "first");
    for part in ["<title>first</title>", "PREPARE", "<path d=", "fill=\"#14171d\""] {
        assert!(picture.contains(part), "no {part}");
    }
}
