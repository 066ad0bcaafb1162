//! The screen's event loop.
//!
//! One task owns the model and never waits for an adapter. Signals come first, then
//! input, then results of workers; a frame is drawn at most 60 times a second, at once
//! after a key, and only when something changed.

use super::{
    external,
    input::{self, Input},
    inquiry::{self, Inquiry, Shade},
    look::Look,
    open::Opened,
    terminal::{self, Guard, Screen},
};
use crate::{
    engine::{Effect, Model, Msg, update, view::build},
    ui::Stage,
};
use crossterm::event::{Event as Input_, EventStream};
use futures::{FutureExt, StreamExt};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::Notify,
};

const FRAME: Duration = Duration::from_micros(16_600);
const BACKGROUND_FRAME: Duration = Duration::from_millis(33);
const SPINNER: Duration = Duration::from_millis(125);
/// Messages taken from workers between two looks at the keyboard.
const BATCH: usize = 64;
/// How long after the question a quick end waits for the terminal's answer.
const LAST_ANSWER: Duration = Duration::from_millis(200);
/// A run longer than this rings the bell at its end.
const BELL_AFTER: Duration = Duration::from_secs(20);

/// How the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Quit,
    /// Another session is wanted: the same repository, anew or that id.
    Again {
        resume: bool,
    },
    Signal(i32),
}

struct App {
    model: Model,
    opened_host: super::Host,
    stage: Stage,
    inquiry: Inquiry,
    dirty: bool,
    /// A key was pressed: draw without waiting for the next background frame.
    urgent: bool,
    ended: Option<Ended>,
    resume_id: Option<String>,
    last_click: Option<(u16, u16, u64)>,
    run_began: Option<Instant>,
    title: String,
}

/// Runs the assistant until it is left. Returns how, and the session to open next.
pub async fn run(opened: Opened, look: &mut Look) -> anyhow::Result<(Ended, Option<String>, Model)> {
    let Opened { model, host, mut rx, effects } = opened;
    // Before the terminal is taken: a signal in between must not leave it raw.
    let mut signals = Signals::new()?;
    let (guard, mut screen) = Guard::take(look.mouse)?;
    let mut early = Vec::new();
    look.measure(&mut early)?;
    let inquiry = match look.if_light {
        Some(_) => Inquiry::background(&mut std::io::stdout(), Instant::now())?,
        None => Inquiry::silent(),
    };
    let mut stage = Stage::with_theme(look.theme.clone(), look.symbols);
    let wake = Arc::new(Notify::new());
    let waker = wake.clone();
    stage.set_waker(Arc::new(move || waker.notify_one()));
    let mut app = App {
        model,
        opened_host: host,
        stage,
        inquiry,
        dirty: true,
        urgent: true,
        ended: None,
        resume_id: None,
        last_click: None,
        run_began: None,
        title: String::new(),
    };
    let size = screen.size()?;
    app.message(Msg::Resized { columns: size.width, rows: size.height, pages: [0; 4] }, &guard, &mut screen);
    let mut events = EventStream::new();
    app.listen(&mut events, inquiry::FIRST_FRAME, look, &mut early).await;
    app.draw(&mut screen)?;
    app.effects(effects, &guard, &mut screen);
    for event in early {
        app.input(event, look, &guard, &mut screen);
    }
    let mut last_draw = Instant::now();
    loop {
        if app.ended.is_some() {
            break;
        }
        let gap = if app.urgent { FRAME } else { BACKGROUND_FRAME };
        let wait =
            if app.dirty { gap.saturating_sub(last_draw.elapsed()) } else { Duration::from_secs(3600) };
        if app.dirty && wait.is_zero() {
            if app.draw(&mut screen).is_err() {
                // Nothing can be drawn any more: the terminal is gone, as after a hang-up.
                app.ended = Some(Ended::Signal(1));
                break;
            }
            last_draw = Instant::now();
            continue;
        }
        let busy = app.model.is_busy();
        tokio::select! {
            biased;
            caught = signals.next() => match caught {
                Caught::End(number) => app.ended = Some(Ended::Signal(number)),
                Caught::Stop => {
                    app.own_effect(Effect::Suspend, &guard, &mut screen);
                    // A new stream waits for the lock that the old one holds while it reads.
                    drop(events);
                    events = EventStream::new();
                    signals.forget_keys();
                }
            },
            event = events.next() => match event {
                Some(Ok(event)) => {
                    let lent = app.input(event, look, &guard, &mut screen);
                    if lent {
                        // The editor read the keyboard; a new stream does not replay its keys.
                        drop(events);
                        events = EventStream::new();
                        // Ctrl-C in the editor reached this process too; it was not meant for it.
                        signals.forget_keys();
                    }
                }
                Some(Err(_)) | None => app.ended = Some(Ended::Signal(1)),
            },
            msg = rx.recv() => {
                let more = std::iter::from_fn(|| rx.try_recv().ok()).take(BATCH);
                for msg in msg.into_iter().chain(more) {
                    app.message(msg, &guard, &mut screen);
                }
            }
            () = wake.notified() => { app.dirty |= app.stage.take_finished(); }
            () = tokio::time::sleep(wait) => {}
            () = tokio::time::sleep(SPINNER), if busy => { app.message(Msg::Tick, &guard, &mut screen); }
        }
    }
    // The shell must not get an answer that is still on its way.
    app.listen(&mut events, LAST_ANSWER, look, &mut Vec::new()).await;
    drop(guard);
    terminal::let_go(screen);
    // Workers that wait for room in the channel go on when it is gone.
    drop(rx);
    app.opened_host.shutdown();
    Ok((app.ended.unwrap_or(Ended::Quit), app.resume_id, app.model))
}

impl App {
    fn draw(&mut self, screen: &mut Screen) -> anyhow::Result<()> {
        let view = build::screen(&self.model);
        let stage = &mut self.stage;
        terminal::draw(screen, |frame| stage.draw(frame, &view))?;
        // The caret is painted; the terminal's own follows it, for screen readers and input methods.
        if let Some(caret) = self.stage.caret() {
            terminal::move_caret(caret.x, caret.y)?;
        }
        self.dirty = false;
        self.urgent = false;
        terminal::panic_if_asked();
        let pages = input::pages(&self.stage);
        if pages != self.model.screen.pages {
            self.model.screen.pages = pages;
        }
        let title = window_title(&self.model);
        if title != self.title {
            terminal::set_title(&title)?;
            self.title = title;
        }
        Ok(())
    }

    /// Waits for the terminal's answer until so long after the question; other events are
    /// added to `early`.
    async fn listen(
        &mut self,
        events: &mut EventStream,
        limit: Duration,
        look: &mut Look,
        early: &mut Vec<Input_>,
    ) {
        while let Some(asked_at) = self.inquiry.asked_at() {
            let left = limit.saturating_sub(asked_at.elapsed());
            if left.is_zero() {
                break;
            }
            match tokio::time::timeout(left, events.next()).await {
                Ok(Some(Ok(event))) => {
                    let passed = self.inquiry.pass(event, Instant::now());
                    early.extend(passed.events);
                    self.shade(passed.shade, look);
                }
                Ok(Some(Err(_)) | None) | Err(_) => break,
            }
        }
    }

    fn shade(&mut self, shade: Option<Shade>, look: &mut Look) {
        if shade.is_some_and(|shade| look.answered(shade)) {
            self.stage.set_theme(look.theme.clone());
            self.dirty = true;
        }
    }

    /// Handles an input event. Returns whether the terminal was lent to another program.
    fn input(&mut self, event: Input_, look: &mut Look, guard: &Guard, screen: &mut Screen) -> bool {
        let passed = self.inquiry.pass(event, Instant::now());
        self.shade(passed.shade, look);
        let mut lent = false;
        for event in passed.events {
            lent |= self.event(event, guard, screen);
        }
        lent
    }

    fn event(&mut self, event: Input_, guard: &Guard, screen: &mut Screen) -> bool {
        let found = match event {
            Input_::Key(key) => input::key(&self.model, &mut self.stage, key),
            Input_::Paste(text) => input::paste(&self.model, &mut self.stage, &text),
            Input_::Mouse(mouse) => {
                let now = self.opened_host.tools.clock.now();
                input::mouse(&mut self.stage, mouse, &mut self.last_click, now)
            }
            Input_::Resize(columns, rows) => {
                // Back at the size of the last frame nothing would be drawn anew, but what
                // stood there was cut or moved in between.
                let _drawn_anew = terminal::clear(screen);
                let pages = self.model.screen.pages;
                Input { messages: vec![Msg::Resized { columns, rows, pages }], redraw: true }
            }
            Input_::FocusGained | Input_::FocusLost => Input::default(),
        };
        self.dirty |= found.redraw;
        self.urgent |= found.redraw;
        let mut lent = false;
        for msg in found.messages {
            lent |= self.message(msg, guard, screen);
        }
        lent
    }

    fn message(&mut self, msg: Msg, guard: &Guard, screen: &mut Screen) -> bool {
        self.model.now = self.opened_host.tools.clock.now();
        self.bell(&msg);
        let is_scanned = matches!(&msg, Msg::Scanned { outcome: Ok(_), .. });
        let effects = update(&mut self.model, msg);
        self.dirty = true;
        if is_scanned {
            self.opened_host.watch(&self.model);
        }
        self.effects(effects, guard, screen)
    }

    /// Carries effects out. Returns whether the terminal was lent to another program.
    fn effects(&mut self, effects: Vec<Effect>, guard: &Guard, screen: &mut Screen) -> bool {
        let mut lent = false;
        for effect in effects {
            match self.opened_host.perform(&self.model, effect) {
                Ok(messages) => {
                    for msg in messages {
                        lent |= self.message(msg, guard, screen);
                    }
                }
                Err(effect) => lent |= self.own_effect(effect, guard, screen),
            }
        }
        lent
    }

    /// Effects of the terminal.
    fn own_effect(&mut self, effect: Effect, guard: &Guard, screen: &mut Screen) -> bool {
        let editor = self.opened_host.tools.config.editor.clone();
        match effect {
            Effect::OpenEditor { path, line } => {
                let full = self.opened_host.tools.root.join(&path);
                let opened = self.lend(guard, screen, || external::open_at(&editor, &full, line));
                let msg = match opened {
                    Ok(_) => Msg::Notice(format!("back from {path}; r takes what you changed")),
                    Err(error) => Msg::Failed(format!("the editor could not be started: {error}")),
                };
                self.message(msg, guard, screen);
                return true;
            }
            Effect::EditText { text, extension } => {
                let edited = self.lend(guard, screen, || external::edit_text(&editor, &text, &extension));
                let msg = match edited {
                    Ok(text) => Msg::Edited(text),
                    Err(error) => Msg::Failed(format!("the editor could not be started: {error}")),
                };
                self.message(msg, guard, screen);
                return true;
            }
            Effect::CopyText(text) => {
                if let Err(error) = external::copy(&text) {
                    self.message(Msg::Failed(error.to_string()), guard, screen);
                }
            }
            Effect::Redraw => {
                let _drawn_anew = terminal::clear(screen);
            }
            Effect::Suspend => {
                if let Err(error) = self.lend(guard, screen, external::stop) {
                    self.message(Msg::Notice(format!("not stopped: {error}")), guard, screen);
                }
                return true;
            }
            Effect::ResumeSession(id) => {
                self.resume_id = Some(id);
                self.ended = Some(Ended::Again { resume: true });
            }
            Effect::NewSession => self.ended = Some(Ended::Again { resume: false }),
            Effect::Quit => self.ended = Some(Ended::Quit),
            _ => {}
        }
        false
    }

    /// Gives the terminal to another program and takes it back.
    fn lend<T>(
        &mut self,
        guard: &Guard,
        screen: &mut Screen,
        work: impl FnOnce() -> std::io::Result<T>,
    ) -> std::io::Result<T> {
        terminal::restore();
        let outcome = work();
        guard.enter()?;
        terminal::clear(screen)?;
        // The window may have another size by now.
        let size = screen.size()?;
        let pages = self.model.screen.pages;
        self.message(Msg::Resized { columns: size.width, rows: size.height, pages }, guard, screen);
        outcome
    }

    fn bell(&mut self, msg: &Msg) {
        match msg {
            Msg::RunStarted { base: false, .. } => {
                self.run_began.get_or_insert_with(Instant::now);
            }
            Msg::RunsEnded { base: false } => {
                let long = self.run_began.take().is_some_and(|began| began.elapsed() > BELL_AFTER);
                if long && self.opened_host.tools.config.bell {
                    use std::io::Write;
                    let mut out = std::io::stdout();
                    let _no_bell = out.write_all(b"\x07").and_then(|()| out.flush());
                }
            }
            _ => {}
        }
    }
}

fn window_title(model: &Model) -> String {
    let scene = model.session.scene.name();
    let detail = match model.session.scene {
        crate::domain::event::Scene::Act => crate::engine::scene::act::current(model)
            .map(|hunk| format!(", hunk {} of {}", hunk.id, model.session.count(|_| true)))
            .unwrap_or_default(),
        crate::domain::event::Scene::Verify => crate::engine::judge::standing(model)
            .first_reason
            .map(|reason| format!(", {reason}"))
            .unwrap_or_default(),
        _ => String::new(),
    };
    format!("proscenium: {scene}{detail}")
}

/// What a signal asks for.
pub(super) enum Caught {
    /// The program ends; the number is the signal's.
    End(i32),
    /// The program is stopped from outside, as Ctrl-Z does from inside.
    Stop,
}

pub(super) struct Signals {
    term: Signal,
    hup: Signal,
    int: Signal,
    quit: Signal,
    /// SIGTSTP from another process; Ctrl-Z itself is a key in raw mode.
    stop: Signal,
}

impl Signals {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            hup: signal(SignalKind::hangup())?,
            int: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            stop: signal(SignalKind::from_raw(nix::libc::SIGTSTP))?,
        })
    }

    /// Drops signals of keys that were pressed while another program had the terminal.
    pub(super) fn forget_keys(&mut self) {
        for signal in [&mut self.int, &mut self.quit, &mut self.stop] {
            while signal.recv().now_or_never().is_some() {}
        }
    }

    pub(super) async fn next(&mut self) -> Caught {
        tokio::select! {
            _ = self.term.recv() => Caught::End(15),
            _ = self.hup.recv() => Caught::End(1),
            _ = self.int.recv() => Caught::End(2),
            _ = self.quit.recv() => Caught::End(3),
            _ = self.stop.recv() => Caught::Stop,
        }
    }
}
