//! Ctrl-C and the like while commands run: the command is asked to end, then we do.

use super::failure::Failure;
use crate::ports::Cancel;
use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens until the process ends.
#[derive(Debug)]
pub(super) struct Interrupt {
    cancel: Cancel,
    /// The first signal that came; 0 for none.
    number: Arc<AtomicU8>,
}

impl Interrupt {
    /// Starts listening for INT, TERM and HUP on a thread of its own.
    pub(super) fn listen() -> Result<Self, Failure> {
        let interrupt = Self { cancel: Cancel::default(), number: Arc::default() };
        let (cancel, number) = (interrupt.cancel.clone(), interrupt.number.clone());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::blocked(format!("no signal handling: {error}"), ""))?;
        // Taken before the thread starts, so that no signal falls in between.
        let taken = runtime.block_on(async {
            let on = |kind| signal(kind);
            Ok::<_, std::io::Error>([
                on(SignalKind::interrupt())?,
                on(SignalKind::terminate())?,
                on(SignalKind::hangup())?,
            ])
        });
        let signals = taken.map_err(|error| Failure::blocked(format!("no signal handling: {error}"), ""))?;
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || runtime.block_on(watch(signals, &cancel, &number)))
            .map_err(|error| Failure::blocked(format!("no thread: {error}"), ""))?;
        Ok(interrupt)
    }

    /// What stops the running command.
    pub(super) fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    /// The signal that came, if one did.
    pub(super) fn signal(&self) -> Option<u8> {
        Some(self.number.load(Ordering::SeqCst)).filter(|number| *number != 0)
    }
}

/// Asked once, a command gets TERM; asked again, KILL.
async fn watch(signals: [Signal; 3], cancel: &Cancel, number: &AtomicU8) {
    let [mut interrupt, mut terminate, mut hangup] = signals;
    loop {
        let came = tokio::select! {
            _ = interrupt.recv() => 2,
            _ = terminate.recv() => 15,
            _ = hangup.recv() => 1,
        };
        // Only the first one is remembered: it is why we end.
        let _already = number.compare_exchange(0, came, Ordering::SeqCst, Ordering::SeqCst);
        cancel.ask();
    }
}
