//! The real program in a real terminal: keys go in, a screen comes out.
//!
//! Nothing sleeps. Whoever waits names what the screen must show; when that does not
//! come in time, the screen is printed. The user's folders are temporary ones.

use super::{temp, tools};
use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, SlavePty, native_pty_system};
use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard},
    time::{Duration, Instant},
};

/// Generous, because a busy machine is no error; a healthy one never comes near it.
const DEADLINE: Duration = Duration::from_secs(90);

/// Folders of a user who has never run the program.
pub struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    pub fn new() -> Self {
        let home = Self { dir: temp::folder() };
        for folder in ["home", "tmp"] {
            std::fs::create_dir(home.path().join(folder)).unwrap();
        }
        home
    }

    /// Without symbolic links.
    pub fn path(&self) -> PathBuf {
        self.dir.path().canonicalize().unwrap()
    }

    /// The repository of the only demo that ran here.
    pub fn demo(&self) -> PathBuf {
        let mut folders =
            std::fs::read_dir(self.path().join("tmp")).unwrap().map(|entry| entry.unwrap().path());
        let is_demo = |path: &PathBuf| path.to_string_lossy().contains("proscenium-demo-");
        folders.find(is_demo).expect("the demo made its folder").join("orders-api")
    }

    /// The environment of every program of this user.
    fn environment(&self) -> Vec<(&'static str, String)> {
        let home = self.path().join("home");
        let below = |folder: &str| home.join(folder).display().to_string();
        vec![
            ("PATH", tools::search_path().into_string().expect("a search path in UTF-8")),
            ("HOME", home.display().to_string()),
            ("XDG_CONFIG_HOME", below(".config")),
            ("XDG_STATE_HOME", below(".local/state")),
            ("XDG_CACHE_HOME", below(".cache")),
            ("XDG_DATA_HOME", below(".local/share")),
            ("TMPDIR", self.path().join("tmp").display().to_string()),
            ("TERM", "xterm-256color".into()),
            ("COLORTERM", "truecolor".into()),
            ("LC_ALL", "C.UTF-8".into()),
            ("TZ", "UTC".into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            ("GIT_CONFIG_GLOBAL", "/dev/null".into()),
        ]
    }
}

/// What is started, and in which terminal.
pub struct Start<'a> {
    pub program: &'a Path,
    pub arguments: &'a [&'a str],
    /// Columns and rows.
    pub size: (u16, u16),
    /// On top of the sandboxed environment; an empty value takes a variable away.
    pub environment: &'a [(&'a str, &'a str)],
}

impl<'a> Start<'a> {
    /// The program itself in 120×40.
    pub fn proscenium(arguments: &'a [&'a str]) -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_proscenium"));
        Self { program, arguments, size: (120, 40), environment: &[] }
    }
}

struct State {
    parser: vt100::Parser,
    /// Every byte that the program wrote.
    written: Vec<u8>,
    exit: Option<ExitStatus>,
}

/// A terminal in which one program runs.
pub struct Terminal {
    state: Arc<(Mutex<State>, Condvar)>,
    keyboard: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    /// Kept open, so that the modes can be read after the program has gone.
    _slave: Box<dyn SlavePty + Send>,
    pid: i32,
    modes_before: String,
}

impl Terminal {
    pub fn open(home: &Home, start: &Start<'_>) -> Self {
        let (columns, rows) = start.size;
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let modes_before = format!("{:?}", pair.master.get_termios());
        let mut command = CommandBuilder::new(start.program);
        command.args(start.arguments);
        command.cwd(home.path());
        command.env_clear();
        for (name, value) in home.environment() {
            command.env(name, value);
        }
        for (name, value) in start.environment {
            if value.is_empty() { command.env_remove(name) } else { command.env(name, value) }
        }
        let mut child = pair.slave.spawn_command(command).expect("the program starts");
        let pid = i32::try_from(child.process_id().unwrap()).unwrap();
        let parser = vt100::Parser::new(rows, columns, 0);
        let state = Arc::new((Mutex::new(State { parser, written: Vec::new(), exit: None }), Condvar::new()));
        let mut output = pair.master.try_clone_reader().unwrap();
        let shared = state.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 1 << 16];
            while let Ok(length @ 1..) = output.read(&mut buffer) {
                let mut state = shared.0.lock().unwrap();
                state.parser.process(&buffer[..length]);
                state.written.extend_from_slice(&buffer[..length]);
                shared.1.notify_all();
            }
        });
        let shared = state.clone();
        std::thread::spawn(move || {
            let exit = child.wait().unwrap();
            shared.0.lock().unwrap().exit = Some(exit);
            shared.1.notify_all();
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self { state, keyboard, master: pair.master, _slave: pair.slave, pid, modes_before }
    }

    /// Presses keys, named as in the key table; `“text”` is typed letter by letter.
    pub fn press(&mut self, keys: &[&str]) {
        for key in keys {
            let bytes = match key.strip_prefix('“').and_then(|text| text.strip_suffix('”')) {
                Some(text) => text.as_bytes().to_vec(),
                None => bytes_of(key),
            };
            self.keyboard.write_all(&bytes).unwrap();
            self.keyboard.flush().unwrap();
        }
    }

    /// Sends bytes as a terminal does that answers a question.
    pub fn send(&mut self, bytes: &[u8]) {
        self.keyboard.write_all(bytes).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Clicks on the first cell of a text as soon as the screen shows it.
    pub fn click_on(&mut self, text: &str) {
        self.wait_for(text);
        let shown = self.text();
        let at = shown.lines().enumerate().find_map(|(row, line)| {
            let (before, _) = line.split_once(text)?;
            // Everything on screen is one cell wide.
            Some((before.chars().count() + 1, row + 1))
        });
        let (column, row) = at.unwrap_or_else(|| panic!("no `{text}` on\n{shown}"));
        self.send(format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m").as_bytes());
    }

    /// Waits until the program wrote these bytes.
    pub fn wait_written(&self, bytes: &str) {
        let is_there =
            |state: &State| state.written.windows(bytes.len()).any(|part| part == bytes.as_bytes());
        let _locked = self.wait_state(&format!("{bytes:?} to be written"), is_there);
    }

    /// Waits until the screen shows this text in one row.
    pub fn wait_for(&self, text: &str) {
        self.wait(text, |screen| screen.contents().contains(text));
    }

    /// Waits until the screen no longer shows this text.
    pub fn wait_until_gone(&self, text: &str) {
        self.wait(&format!("no `{text}`"), |screen| !screen.contents().contains(text));
    }

    /// Waits for a condition of the screen; `what` names it in the message of a failure.
    pub fn wait(&self, what: &str, is_met: impl Fn(&vt100::Screen) -> bool) {
        let _locked = self.wait_state(what, |state| is_met(state.parser.screen()));
    }

    /// Waits until nothing was written for this long.
    pub fn wait_quiet(&self, quiet: Duration) {
        let began = Instant::now();
        let mut state = self.state.0.lock().unwrap();
        let (mut length, mut since) = (state.written.len(), Instant::now());
        while since.elapsed() < quiet {
            assert!(
                began.elapsed() < DEADLINE,
                "never quiet; the screen:\n{}",
                state.parser.screen().contents()
            );
            state = self.state.1.wait_timeout(state, quiet.saturating_sub(since.elapsed())).unwrap().0;
            if state.written.len() != length {
                (length, since) = (state.written.len(), Instant::now());
            }
        }
    }

    /// Waits for the end of the program.
    pub fn wait_exit(&self) -> u32 {
        let state = self.wait_state("the end of the program", |state| state.exit.is_some());
        state.exit.as_ref().unwrap().exit_code()
    }

    fn wait_state(&self, what: &str, is_met: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let began = Instant::now();
        let mut state = self.state.0.lock().unwrap();
        while !is_met(&state) {
            let left = DEADLINE.saturating_sub(began.elapsed());
            let exit = state.exit.as_ref().map(ExitStatus::exit_code);
            if left.is_zero() {
                let screen = state.parser.screen().contents();
                // The reading thread goes on while the test fails.
                drop(state);
                panic!("waited {DEADLINE:?} for {what}; exit {exit:?}; the screen:\n{screen}");
            }
            state = self.state.1.wait_timeout(state, left.min(Duration::from_secs(1))).unwrap().0;
        }
        state
    }

    /// The screen as text, rows without their trailing blanks.
    pub fn text(&self) -> String {
        self.state.0.lock().unwrap().parser.screen().contents()
    }

    /// The screen with its colours.
    pub fn screen(&self) -> vt100::Screen {
        self.state.0.lock().unwrap().parser.screen().clone()
    }

    /// Every byte written so far.
    pub fn written(&self) -> Vec<u8> {
        self.state.0.lock().unwrap().written.clone()
    }

    /// Gives the terminal another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.state.0.lock().unwrap().parser.screen_mut().set_size(rows, columns);
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: nix::sys::signal::Signal) {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(self.pid), signal).unwrap();
    }

    /// After the end: every mode of the terminal is as it was found.
    pub fn assert_restored(&self) {
        self.wait("the main screen", |screen| !screen.alternate_screen());
        let screen = self.screen();
        assert!(!screen.hide_cursor(), "the cursor stays hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste stays on");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse stays captured");
        assert_eq!(format!("{:?}", self.master.get_termios()), self.modes_before, "raw mode stays on");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let is_running = self.state.0.lock().is_ok_and(|state| state.exit.is_none());
        if is_running {
            // A failed test must not leave a program behind; it may have ended since.
            let _gone = nix::sys::signal::kill(
                nix::unistd::Pid::from_raw(self.pid),
                nix::sys::signal::Signal::SIGKILL,
            );
        }
    }
}

/// What a terminal sends for a key.
fn bytes_of(key: &str) -> Vec<u8> {
    let text: &[u8] = match key {
        "Enter" => b"\r",
        "Esc" => b"\x1b",
        "Tab" => b"\t",
        "Shift-Tab" => b"\x1b[Z",
        "Space" => b" ",
        "Backspace" => b"\x7f",
        "↑" => b"\x1b[A",
        "↓" => b"\x1b[B",
        "→" => b"\x1b[C",
        "←" => b"\x1b[D",
        "PgUp" => b"\x1b[5~",
        "PgDn" => b"\x1b[6~",
        "F1" => b"\x1bOP",
        _ => match key.strip_prefix("Ctrl-") {
            Some(letter) => return vec![letter.bytes().next().unwrap() & 0x1f],
            None => {
                assert_eq!(key.chars().count(), 1, "`{key}` is no key that this terminal knows");
                key.as_bytes()
            }
        },
    };
    text.to_vec()
}
