//! What events named since somebody looked: a bounded set behind a condition.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// More names than this are only counted as "many": a checkout, a build.
const MOST: usize = 500;

/// Paths that events named.
#[derive(Debug)]
pub(super) struct Touched {
    root: PathBuf,
    state: Mutex<State>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct State {
    paths: BTreeSet<String>,
    /// Something happened that no name tells.
    many: bool,
    /// Grows with every event.
    events: u64,
}

impl Touched {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf(), state: Mutex::default(), news: Condvar::new() }
    }

    /// Notes an event's paths; none of them stands for "anything may have changed".
    pub(super) fn note(&self, paths: &[PathBuf]) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.events += 1;
        state.many |= paths.is_empty();
        for path in paths {
            if state.paths.len() >= MOST {
                state.many = true;
                break;
            }
            if let Some(path) = path.strip_prefix(&self.root).ok().and_then(Path::to_str) {
                state.paths.insert(path.to_owned());
            }
        }
        self.news.notify_all();
    }

    /// Waits for something to happen. Whether it did.
    pub(super) fn wait(&self, patience: Duration) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.news.wait_timeout_while(state, patience, |state| state.is_quiet());
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !state.is_quiet()
    }

    /// Waits until nothing happened for `quiet`, but not longer than `patience`.
    pub(super) fn settle(&self, quiet: Duration, patience: Duration) {
        let began = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while began.elapsed() < patience {
            let events = state.events;
            let waited = self.news.wait_timeout_while(state, quiet, |state| state.events == events);
            let (now, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = now;
            if timeout.timed_out() {
                return;
            }
        }
    }

    /// The paths since the last call; none when there were too many to name.
    pub(super) fn take(&self) -> Option<BTreeSet<String>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = std::mem::take(&mut *state);
        (!taken.many).then_some(taken.paths)
    }
}

impl State {
    fn is_quiet(&self) -> bool {
        self.paths.is_empty() && !self.many
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::sync::Arc;

    #[test]
    fn a_burst_is_one_wake_and_no_more_memory_than_its_first_names() {
        let touched = Arc::new(Touched::new(Path::new("/repo")));
        let busy = touched.clone();
        let burst = std::thread::spawn(move || {
            for number in 0..10_000 {
                busy.note(&[PathBuf::from(format!("/repo/app/file_{number}.py"))]);
            }
        });
        assert!(touched.wait(Duration::from_secs(10)));
        burst.join().unwrap();
        touched.settle(Duration::from_millis(1), Duration::from_secs(1));
        assert_eq!(touched.state.lock().unwrap().paths.len(), MOST);
        assert_eq!(touched.take(), None);
        assert!(!touched.wait(Duration::from_millis(1)));
    }

    #[test]
    fn paths_are_told_from_the_root_on_and_foreign_ones_are_dropped() {
        let touched = Touched::new(Path::new("/repo"));
        touched.note(&["/repo/a.py".into(), "/elsewhere/b.py".into()]);
        assert_eq!(touched.take(), Some(BTreeSet::from(["a.py".to_owned()])));
    }
}
