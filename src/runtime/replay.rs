//! The screen on which a walkthrough is stepped through.
//!
//! A smaller loop than the assistant's: no workers, no journal, no effects. Takes the
//! terminal and gives it back the same way, also on a signal.

use super::{
    app::{Caught, Signals},
    external, input,
    inquiry::Inquiry,
    look::Look,
    terminal::{self, Guard, Screen},
};
use crate::{
    engine::{
        Msg,
        tour::{self, Tour, Turn},
        view::{Pane, Target},
    },
    ui::Stage,
};
use crossterm::event::{Event, EventStream, KeyEventKind};
use futures::StreamExt;
use std::{sync::Arc, time::Instant};
use tokio::sync::Notify;

/// Shows the walkthrough until it is left. Returns the number of the signal that ended it.
pub async fn run(mut tour: Tour, look: &mut Look) -> anyhow::Result<Option<i32>> {
    let mut signals = Signals::new()?;
    let (guard, mut screen) = Guard::take(look.mouse)?;
    let mut early = Vec::new();
    look.measure(&mut early)?;
    let mut inquiry = match look.if_light {
        Some(_) => Inquiry::background(&mut std::io::stdout(), Instant::now())?,
        None => Inquiry::silent(),
    };
    let mut stage = Stage::with_theme(look.theme.clone(), look.symbols);
    let wake = Arc::new(Notify::new());
    let waker = wake.clone();
    stage.set_waker(Arc::new(move || waker.notify_one()));
    terminal::set_title(&format!("proscenium: replay of {}", tour.lesson.title))?;
    let mut events = EventStream::new();
    let mut early = early.into_iter();
    let ended = loop {
        let view = tour::screen(&tour);
        terminal::draw(&mut screen, |frame| stage.draw(frame, &view))?;
        let event = match early.next() {
            Some(event) => Some(event),
            None => tokio::select! {
                biased;
                caught = signals.next() => match caught {
                    Caught::End(number) => break Some(number),
                    Caught::Stop => {
                        drop(events);
                        suspend(&guard, &mut screen)?;
                        events = EventStream::new();
                        signals.forget_keys();
                        continue;
                    }
                },
                event = events.next() => match event {
                    Some(Ok(event)) => Some(event),
                    // The terminal is gone, as after a hang-up.
                    Some(Err(_)) | None => break Some(1),
                },
                () = wake.notified() => {
                    stage.take_finished();
                    None
                }
            },
        };
        let Some(event) = event else { continue };
        let passed = inquiry.pass(event, Instant::now());
        if passed.shade.is_some_and(|shade| look.answered(shade)) {
            stage.set_theme(look.theme.clone());
        }
        let mut turn = Turn::Stay;
        for event in passed.events {
            if matches!(event, Event::Resize(..)) {
                terminal::clear(&mut screen)?;
            }
            turn = took(&mut tour, &mut stage, &event);
        }
        match turn {
            Turn::Stay => {}
            Turn::Leave => break None,
            Turn::Redraw => terminal::clear(&mut screen)?,
            Turn::Suspend => {
                drop(events);
                suspend(&guard, &mut screen)?;
                events = EventStream::new();
                signals.forget_keys();
            }
        }
    };
    drop(guard);
    terminal::let_go(screen);
    Ok(ended)
}

/// What an event does to the walkthrough.
fn took(tour: &mut Tour, stage: &mut Stage, event: &Event) -> Turn {
    match *event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            let action = input::chord(key).and_then(|chord| tour.keys.action(chord));
            action.map_or(Turn::Stay, |action| tour.act(action))
        }
        Event::Mouse(mouse) => {
            let mut turn = Turn::Stay;
            for msg in input::mouse(stage, mouse, &mut None, 0).messages {
                turn = clicked(tour, &msg);
            }
            turn
        }
        Event::Key(_) | Event::Paste(_) | Event::Resize(..) | Event::FocusGained | Event::FocusLost => {
            Turn::Stay
        }
    }
}

fn clicked(tour: &mut Tour, msg: &Msg) -> Turn {
    match *msg {
        Msg::Act(action) => tour.act(action),
        Msg::PaneClicked(pane) | Msg::Clicked { pane, .. } if pane != Pane::Boundaries => {
            tour.show(pane);
            Turn::Stay
        }
        Msg::Clicked { row, .. } => {
            tour.show(Pane::Boundaries);
            let view = tour::screen(tour);
            let target = match &view.panes.first().map(|pane| &pane.body) {
                Some(crate::engine::view::Body::Rows(rows)) => {
                    rows.get(row).and_then(|row| row.target()).cloned()
                }
                _ => None,
            };
            if let Some(Target::Hunk(id)) = target
                && let Some(step) = tour.lesson.steps.iter().position(|step| step.hunk.id == id)
            {
                tour.jump(step);
            }
            Turn::Stay
        }
        _ => Turn::Stay,
    }
}

fn suspend(guard: &Guard, screen: &mut Screen) -> std::io::Result<()> {
    terminal::restore();
    external::stop()?;
    guard.enter()?;
    terminal::clear(screen)
}
