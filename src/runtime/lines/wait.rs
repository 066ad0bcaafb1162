//! Waiting for whatever comes first: a signal, a message of a worker, an answer.

use super::answers::Answers;
use crate::{engine::Msg, linear::Woken};
use std::{io, time::Duration};
use tokio::{
    runtime::Runtime,
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc::Receiver,
};

/// How long nothing may happen before the loop looks again whether work is over.
const LOOK_AGAIN: Duration = Duration::from_millis(15);

/// The three sources, and what waits for them.
pub(super) struct Wait {
    runtime: Runtime,
    signals: Signals,
    rx: Receiver<Msg>,
}

impl Wait {
    /// Takes over signals and messages.
    pub(super) fn new(rx: Receiver<Msg>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let signals = {
            let _inside = runtime.enter();
            Signals::new()?
        };
        Ok(Self { runtime, signals, rx })
    }

    /// A message that is there already.
    pub(super) fn ready(&mut self) -> Option<Msg> {
        self.rx.try_recv().ok()
    }

    /// Waits a moment for a message or a signal.
    pub(super) fn for_work(&mut self) -> Woken {
        let Self { runtime, signals, rx } = self;
        runtime.block_on(async {
            tokio::select! {
                biased;
                woken = signals.next() => woken,
                Some(msg) = rx.recv() => Woken::Msg(msg),
                () = tokio::time::sleep(LOOK_AGAIN) => Woken::Nothing,
            }
        })
    }

    /// Waits as long as it takes for an answer, a message or a signal.
    pub(super) fn for_answer(&mut self, answers: &mut Answers) -> Woken {
        let Self { runtime, signals, rx } = self;
        runtime.block_on(async {
            tokio::select! {
                biased;
                woken = signals.next() => woken,
                Some(msg) = rx.recv() => Woken::Msg(msg),
                answer = answers.next() => Woken::Answer(answer),
            }
        })
    }
}

/// Signals that this mode answers itself; Ctrl-Z does what it does in any program.
struct Signals {
    term: Signal,
    hup: Signal,
    int: Signal,
    quit: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            hup: signal(SignalKind::hangup())?,
            int: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
        })
    }

    async fn next(&mut self) -> Woken {
        tokio::select! {
            _ = self.term.recv() => Woken::Ended(15),
            _ = self.hup.recv() => Woken::Ended(1),
            _ = self.int.recv() => Woken::Interrupt,
            _ = self.quit.recv() => Woken::Ended(3),
        }
    }
}
