//! Lessons on the screen: one loop owns the classroom, a worker carries effects out.
//!
//! Keys come before results; a frame is drawn only when something changed. The terminal
//! is given back on every way out, and what was asked to be saved is saved.

use super::{
    keys::{self, Asked},
    tutor::Tutor,
    worker::{Wish, Worker},
};
use crate::{
    domain::lesson::progress::Phase,
    engine::{
        learn::{Classroom, LearnEffect, LearnMsg, Place, screen, update},
        view::Pane,
    },
    runtime::{
        external,
        inquiry::Inquiry,
        look::Look,
        terminal::{self, Guard, Screen},
    },
    ui::Stage,
};
use crossterm::event::{Event, EventStream};
use futures::StreamExt;
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{Notify, mpsc},
};

const SPINNER: Duration = Duration::from_millis(125);
/// Results that may wait; the worker waits when there are more.
const CHANNEL: usize = 16;
/// Back to the top of any text.
const TO_THE_TOP: i32 = i32::MIN / 2;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LearnEnded {
    Quit,
    Signal(i32),
}

/// What stands on the page; another page is shown from its top.
type PageKey = (Place, Option<Phase>, usize, u8, Option<u32>);

struct App {
    room: Classroom,
    stage: Stage,
    worker: Worker,
    inquiry: Inquiry,
    editor: String,
    page: Option<PageKey>,
    turned: u8,
    dirty: bool,
    ended: Option<LearnEnded>,
}

/// Leads until it is left.
pub async fn run(
    room: Classroom,
    tutor: Tutor,
    first: Vec<LearnMsg>,
    look: &mut Look,
) -> anyhow::Result<LearnEnded> {
    let cancel = tutor.cancel();
    let editor = tutor.editor().to_owned();
    let (tx, mut results) = mpsc::channel(CHANNEL);
    // Before the terminal is taken: a signal in between must not leave it raw.
    let mut term = signal(SignalKind::terminate())?;
    let mut hup = signal(SignalKind::hangup())?;
    let mut int = signal(SignalKind::interrupt())?;
    let worker = Worker::start(tutor, tx)?;
    let (guard, mut frame) = Guard::take(look.mouse)?;
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
    let mut app =
        App { room, stage, worker, inquiry, editor, page: None, turned: 0, dirty: true, ended: None };
    terminal::set_title("proscenium: lessons")?;
    for msg in first {
        app.message(msg, &guard, &mut frame);
    }
    for event in early {
        app.event(event, look, &guard, &mut frame);
    }
    let mut events = EventStream::new();
    while app.ended.is_none() {
        if std::mem::take(&mut app.dirty) && app.draw(&mut frame).is_err() {
            // Nothing can be drawn any more: the terminal is gone.
            app.ended = Some(LearnEnded::Signal(1));
            break;
        }
        tokio::select! {
            biased;
            _ = term.recv() => app.ended = Some(LearnEnded::Signal(15)),
            _ = hup.recv() => app.ended = Some(LearnEnded::Signal(1)),
            // Raw mode reads Ctrl-C as a key; this one was meant for an editor, or sent by hand.
            _ = int.recv() => {}
            event = events.next() => match event {
                Some(Ok(event)) => {
                    if app.event(event, look, &guard, &mut frame) {
                        // The editor read the keyboard; a new stream does not replay its keys.
                        drop(events);
                        events = EventStream::new();
                    }
                }
                Some(Err(_)) | None => app.ended = Some(LearnEnded::Signal(1)),
            },
            Some(msg) = results.recv() => { app.message(msg, &guard, &mut frame); }
            () = wake.notified() => app.dirty |= app.stage.take_finished(),
            () = tokio::time::sleep(SPINNER), if app.room.busy.is_some() => {
                app.turned = app.turned.wrapping_add(1);
                app.dirty = true;
            }
        }
    }
    drop(guard);
    terminal::let_go(frame);
    cancel.ask();
    // A worker that waits for room in the channel goes on when it is gone.
    drop(results);
    let App { worker, ended, .. } = app;
    worker.finish();
    Ok(ended.unwrap_or(LearnEnded::Quit))
}

impl App {
    fn draw(&mut self, frame: &mut Screen) -> anyhow::Result<()> {
        let record = self.room.open().and_then(|(_, progress)| progress.current());
        let key = (
            self.room.place,
            self.room.phase(),
            self.room.open().map_or(0, |(_, progress)| progress.step),
            record.map_or(0, |record| record.hints),
            self.room.desk.grade.as_ref().and(record.map(|record| record.attempts)),
        );
        if self.page.replace(key) != Some(key) {
            self.stage.scroll(Pane::Proposal, TO_THE_TOP);
        }
        self.worker.watch(&self.room.desk.folder);
        let view = screen::screen(&self.room, self.turned);
        let stage = &mut self.stage;
        terminal::draw(frame, |frame| stage.draw(frame, &view))?;
        if let Some(caret) = self.stage.caret() {
            terminal::move_caret(caret.x, caret.y)?;
        }
        terminal::panic_if_asked();
        Ok(())
    }

    /// Handles an input event. Returns whether the terminal was lent to another program.
    fn event(&mut self, event: Event, look: &mut Look, guard: &Guard, frame: &mut Screen) -> bool {
        let passed = self.inquiry.pass(event, Instant::now());
        if passed.shade.is_some_and(|shade| look.answered(shade)) {
            self.stage.set_theme(look.theme.clone());
            self.dirty = true;
        }
        let mut lent = false;
        for event in passed.events {
            let asked = match event {
                Event::Key(key) => keys::key(&self.room, &mut self.stage, key),
                Event::Mouse(mouse) => keys::mouse(&self.room, &mut self.stage, mouse),
                Event::Paste(text) if self.room.editing.is_some() => {
                    Asked::Wish(crate::engine::learn::Do::Typed(self.stage.paste(&text)))
                }
                Event::Resize(..) => Asked::Clear,
                Event::Paste(_) | Event::FocusGained | Event::FocusLost => Asked::Nothing,
            };
            lent |= self.asked(asked, guard, frame);
        }
        lent
    }

    fn asked(&mut self, asked: Asked, guard: &Guard, frame: &mut Screen) -> bool {
        self.dirty |= asked != Asked::Nothing;
        match asked {
            Asked::Wish(wish) => return self.message(LearnMsg::Do(wish), guard, frame),
            Asked::Focus(pane) => {
                self.room.focus = pane;
                self.room.marked = 0;
            }
            Asked::Clear => {
                let _drawn_anew = terminal::clear(frame);
            }
            Asked::Suspend => {
                let stopped = self.lend(guard, frame, external::stop);
                if let Err(error) = stopped {
                    self.message(LearnMsg::Note(format!("Not stopped: {error}.")), guard, frame);
                }
                return true;
            }
            Asked::Redraw | Asked::Nothing => {}
        }
        false
    }

    fn message(&mut self, msg: LearnMsg, guard: &Guard, frame: &mut Screen) -> bool {
        self.dirty = true;
        let mut lent = false;
        for effect in update(&mut self.room, msg) {
            match effect {
                LearnEffect::Quit => self.ended = Some(LearnEnded::Quit),
                LearnEffect::External { path } => {
                    self.external(&path, guard, frame);
                    lent = true;
                }
                LearnEffect::Copy(text) => {
                    if let Err(error) = external::copy(&text) {
                        lent |= self.message(LearnMsg::Failed(error.to_string()), guard, frame);
                    }
                }
                effect => self.worker.ask(Wish::Effect(effect)),
            }
        }
        lent
    }

    fn external(&mut self, path: &str, guard: &Guard, frame: &mut Screen) {
        let full = Path::new(&self.room.desk.folder).join(path);
        let editor = self.editor.clone();
        self.room.editing = None;
        if let Err(error) = self.lend(guard, frame, || external::open_at(&editor, &full, 1)) {
            let text = format!("The editor could not be started: {error}.");
            self.message(LearnMsg::Failed(text), guard, frame);
        }
        self.worker.ask(Wish::Look);
    }

    /// Gives the terminal to another program and takes it back.
    fn lend<T>(
        &mut self,
        guard: &Guard,
        frame: &mut Screen,
        work: impl FnOnce() -> std::io::Result<T>,
    ) -> std::io::Result<T> {
        terminal::restore();
        let outcome = work();
        guard.enter()?;
        terminal::clear(frame)?;
        self.dirty = true;
        outcome
    }
}
