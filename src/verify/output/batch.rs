//! Groups lines for the screen: at most 256 lines or 50 ms apart.

use crate::ports::verifier::{OutputLine, OutputSink};
use std::time::{Duration, Instant};

const BATCH_LINES: usize = 256;
const BATCH_TIME: Duration = Duration::from_millis(50);

/// Lines that wait for the sink.
pub(crate) struct Batch<'a> {
    sink: OutputSink<'a>,
    lines: Vec<OutputLine>,
    last_sent_at: Instant,
}

impl<'a> Batch<'a> {
    /// An empty batch for a sink.
    pub(crate) fn new(sink: OutputSink<'a>) -> Self {
        Self { sink, lines: Vec::new(), last_sent_at: Instant::now() }
    }

    /// Adds a line, and sends when the batch is full.
    pub(crate) fn push(&mut self, line: OutputLine) {
        // A line that replaces one which has not been sent needs no second row.
        if line.replaces
            && let Some(last) = self.lines.last_mut()
        {
            let replaces = last.replaces;
            *last = OutputLine { replaces, ..line };
        } else {
            self.lines.push(line);
        }
        if self.lines.len() >= BATCH_LINES {
            self.send();
        }
    }

    /// Whether enough time has passed since the screen last heard.
    pub(crate) fn is_due(&self) -> bool {
        self.last_sent_at.elapsed() >= BATCH_TIME
    }

    /// Sends what waits.
    pub(crate) fn send(&mut self) {
        self.last_sent_at = Instant::now();
        if !self.lines.is_empty() {
            (self.sink)(std::mem::take(&mut self.lines));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::verifier::OutputSpan;
    use pretty_assertions::assert_eq;
    use std::sync::Mutex;

    fn line(text: &str, replaces: bool) -> OutputLine {
        OutputLine { spans: vec![OutputSpan { text: text.into(), ..OutputSpan::default() }], replaces }
    }

    #[test]
    fn full_batches_go_out_and_progress_is_folded() {
        let sent = Mutex::new(Vec::new());
        let sink = |lines: Vec<OutputLine>| sent.lock().expect("lock").push(lines.len());
        let mut batch = Batch::new(&sink);
        for n in 0..300 {
            batch.push(line(&n.to_string(), false));
        }
        batch.push(line("again", true));
        batch.send();
        assert_eq!(*sent.lock().expect("lock"), vec![256, 44]);
    }
}
