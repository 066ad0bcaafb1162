//! The terminal while the assistant has it, and how it is given back.
//!
//! Whatever happens (an error, a panic, a signal), the terminal ends as it began. Every
//! mode that is switched on here is switched off in `restore`, which may be called twice.

use crossterm::{
    cursor::Show,
    event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture},
    execute,
    terminal::{
        BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
        LeaveAlternateScreen, SetTitle, disable_raw_mode, enable_raw_mode,
    },
};
use ratatui::{Terminal, backend::CrosstermBackend};
use std::{
    io::{self, Stdout, Write, stdout},
    sync::{
        Mutex, Once, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// The screen.
pub type Screen = Terminal<CrosstermBackend<Stdout>>;

static PANIC_HOOK: Once = Once::new();
/// Whether the modes are on. Leaving the other screen twice would move the cursor back
/// over what was printed in between, which after a panic is its message.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Panics of workers. They are caught and the session goes on, so they must not write on
/// the screen; they are told when it is gone.
static WORKER_PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Gives the terminal back when dropped.
#[derive(Debug)]
pub struct Guard {
    mouse: bool,
}

impl Guard {
    /// Takes the terminal over.
    pub fn take(mouse: bool) -> io::Result<(Self, Screen)> {
        PANIC_HOOK.call_once(|| {
            let before = std::panic::take_hook();
            let screen_thread = std::thread::current().id();
            std::panic::set_hook(Box::new(move |info| {
                if std::thread::current().id() == screen_thread {
                    restore();
                    before(info);
                } else {
                    let thread = std::thread::current().name().unwrap_or("a worker").to_owned();
                    let mut panics = WORKER_PANICS.lock().unwrap_or_else(PoisonError::into_inner);
                    panics.push(format!("{thread}: {info}"));
                }
            }));
        });
        let guard = Self { mouse };
        guard.enter()?;
        Ok((guard, Terminal::new(CrosstermBackend::new(stdout()))?))
    }

    /// Switches the modes on; again after the terminal was lent out.
    pub fn enter(&self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        let mut out = stdout();
        execute!(out, EnterAlternateScreen, EnableBracketedPaste)?;
        if self.mouse {
            execute!(out, EnableMouseCapture)?;
        }
        Ok(())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Switches every mode off, once. Errors are of no use here: the terminal may be gone.
pub fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = stdout();
    let _gone = execute!(out, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _gone = disable_raw_mode();
    let _gone = out.flush();
}

/// What workers panicked with, once.
pub fn worker_panics() -> Vec<String> {
    std::mem::take(&mut WORKER_PANICS.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Lets a test see that a panic gives the terminal back. Nothing in a release build.
pub fn panic_if_asked() {
    #[cfg(debug_assertions)]
    #[expect(clippy::panic, reason = "the panic is what the test asks for")]
    if std::env::var_os("PROSCENIUM_TEST_PANIC").is_some() {
        panic!("asked for by PROSCENIUM_TEST_PANIC");
    }
}

/// Drops the screen. Its own drop would show the cursor and complain on standard error
/// where it cannot, which is a panic when that is gone too.
pub fn let_go(mut screen: Screen) {
    if screen.show_cursor().is_err() {
        std::mem::forget(screen);
    }
}

/// Draws one frame between the marks that let a terminal show it at once.
pub fn draw(screen: &mut Screen, render: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
    execute!(stdout(), BeginSynchronizedUpdate)?;
    let drawn = screen.draw(render).map(|_| ());
    execute!(stdout(), EndSynchronizedUpdate)?;
    drawn
}

/// Empties the screen, so that the next frame writes every cell.
///
/// ratatui's own `clear` asks the terminal where the cursor is, and the answer would be read
/// by whoever waits for keys; a terminal that does not answer would end the session.
pub fn clear(screen: &mut Screen) -> io::Result<()> {
    execute!(stdout(), Clear(ClearType::All))?;
    // What was drawn last is forgotten: its buffer is reset and becomes the next to draw on.
    screen.swap_buffers();
    Ok(())
}

/// Moves the hidden cursor to a cell.
pub fn move_caret(column: u16, row: u16) -> io::Result<()> {
    execute!(stdout(), crossterm::cursor::MoveTo(column, row))
}

/// The window title; control characters are left out, because titles are echoed by some terminals.
pub fn set_title(text: &str) -> io::Result<()> {
    let clean: String = text.chars().filter(|c| !c.is_control()).take(80).collect();
    execute!(stdout(), SetTitle(clean))
}
