//! Syntax colours, kept for what is on screen and computed off the drawing thread.
//!
//! Asking never blocks: what is not known yet is plain, and a redraw is worthwhile once
//! `take_finished` says so. Entries are keyed by the path's extension and a hash of the
//! text (hunks: their revision), and the least recently drawn go first.

use super::{
    Paint,
    worker::{self, Done, Job, Waker},
};
use crate::{
    domain::diff::Sign,
    engine::view::{HunkView, Row, pane::DiffPiece},
};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    ops::Range,
    sync::mpsc::{Receiver, SyncSender, TrySendError},
};

/// Fragments that are remembered.
const KEPT: usize = 256;
/// Hunks with more rows stay plain.
const MAX_HUNK_ROWS: usize = 2_000;
/// Excerpts are highlighted in blocks of so many rows, so that scrolling keeps its entries.
const BLOCK_ROWS: usize = 512;

pub(crate) struct Highlighter {
    wake: Option<Waker>,
    worker: Worker,
    entries: HashMap<u64, Entry>,
    has_finished: bool,
    frame: u64,
    /// The excerpt asked for last: its rows and its key.
    excerpt: Option<(Range<usize>, u64)>,
}

enum Worker {
    /// Starts with the first fragment.
    Idle,
    Running(SyncSender<Job>, Receiver<Done>),
    Gone,
}

struct Entry {
    frame: u64,
    /// None while the worker has it.
    lines: Option<Vec<Vec<Paint>>>,
}

impl Highlighter {
    pub(crate) fn new(wake: Option<Waker>) -> Self {
        Self {
            wake,
            worker: Worker::Idle,
            entries: HashMap::new(),
            has_finished: false,
            frame: 0,
            excerpt: None,
        }
    }

    /// Takes what the worker has finished and forgets what was not drawn for long.
    pub(crate) fn begin_frame(&mut self) {
        self.collect();
        self.has_finished = false;
        self.frame += 1;
        if self.entries.len() > KEPT {
            let mut frames: Vec<u64> = self.entries.values().map(|entry| entry.frame).collect();
            frames.sort_unstable();
            let oldest = frames.get(frames.len() - KEPT / 2).copied().unwrap_or_default();
            self.entries.retain(|_, entry| entry.frame >= oldest || entry.lines.is_none());
        }
    }

    /// Whether something was finished since the last frame: a redraw is worthwhile.
    pub(crate) fn take_finished(&mut self) -> bool {
        self.collect();
        std::mem::take(&mut self.has_finished)
    }

    fn collect(&mut self) {
        let Worker::Running(_, done) = &self.worker else { return };
        while let Ok(Done { key, lines }) = done.try_recv() {
            if let Some(entry) = self.entries.get_mut(&key) {
                entry.lines = Some(lines);
                self.has_finished = true;
            }
        }
    }

    /// Forgets which excerpt was asked for last; call before each list.
    pub(crate) fn begin_list(&mut self) {
        self.excerpt = None;
    }

    /// The colours of a source row of a list, and none for other rows.
    pub(crate) fn excerpt(&mut self, rows: &[Row], index: usize) -> &[Paint] {
        let Some(Row::Source { path, .. }) = rows.get(index) else { return &[] };
        let known = self.excerpt.as_ref().filter(|(range, _)| range.contains(&index)).cloned();
        let (range, key) = known.unwrap_or_else(|| {
            let range = run_of(rows, index, path);
            let mut hasher = DefaultHasher::new();
            extension(path).hash(&mut hasher);
            texts(rows, &range).for_each(|text| text.hash(&mut hasher));
            (range, hasher.finish())
        });
        self.excerpt = Some((range.clone(), key));
        self.ask(key, || Job {
            key,
            path: path.clone(),
            lines: texts(rows, &range).map(|text| (Sign::Same, text.to_owned())).collect(),
        });
        self.line(key, index - range.start)
    }

    /// The key of a hunk's colours, asked for if need be; none when it stays plain.
    pub(crate) fn hunk(&mut self, hunk: &HunkView) -> Option<u64> {
        if hunk.rows.len() > MAX_HUNK_ROWS {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        (hunk.id.to_string(), hunk.revision, &hunk.path, hunk.rows.len()).hash(&mut hasher);
        let first = hunk.rows.iter().find_map(|piece| match piece {
            DiffPiece::Line { row, .. } => Some(&row.text),
            DiffPiece::Fold { .. } => None,
        });
        first.hash(&mut hasher);
        let key = hasher.finish();
        self.ask(key, || Job {
            key,
            path: hunk.path.clone(),
            lines: hunk
                .rows
                .iter()
                .map(|piece| match piece {
                    DiffPiece::Line { row, .. } => (row.sign, row.text.clone()),
                    DiffPiece::Fold { .. } => (Sign::Same, String::new()),
                })
                .collect(),
        });
        Some(key)
    }

    /// The colours of one line of a fragment; none while they are not known.
    pub(crate) fn line(&self, key: u64, line: usize) -> &[Paint] {
        let lines = self.entries.get(&key).and_then(|entry| entry.lines.as_ref());
        lines.and_then(|lines| lines.get(line)).map_or(&[], Vec::as_slice)
    }

    fn ask(&mut self, key: u64, job: impl FnOnce() -> Job) {
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.frame = self.frame;
            return;
        }
        if matches!(self.worker, Worker::Idle) {
            self.worker = match worker::start(self.wake.clone()) {
                Some((jobs, done)) => Worker::Running(jobs, done),
                None => Worker::Gone,
            };
        }
        let Worker::Running(jobs, _) = &self.worker else { return };
        match jobs.try_send(job()) {
            Ok(()) => {
                self.entries.insert(key, Entry { frame: self.frame, lines: None });
            }
            // Asked for again at the next frame.
            Err(TrySendError::Full(_)) => {}
            Err(TrySendError::Disconnected(_)) => self.worker = Worker::Gone,
        }
    }

    /// Waits until everything asked for is known.
    #[cfg(test)]
    pub(crate) fn finish(&mut self) {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while self.entries.values().any(|entry| entry.lines.is_none()) {
            let Worker::Running(_, done) = &self.worker else { panic!("no worker") };
            let left = deadline.saturating_duration_since(std::time::Instant::now());
            let Done { key, lines } = done.recv_timeout(left).expect("the worker answers");
            if let Some(entry) = self.entries.get_mut(&key) {
                entry.lines = Some(lines);
                self.has_finished = true;
            }
        }
    }
}

fn extension(path: &str) -> &str {
    path.rsplit(['/', '.']).next().unwrap_or_default()
}

/// The source rows around `index` that belong to one excerpt.
fn run_of(rows: &[Row], index: usize, path: &str) -> Range<usize> {
    let is_same = |row: &Row| matches!(row, Row::Source { path: other, .. } if other == path);
    let block = index / BLOCK_ROWS * BLOCK_ROWS;
    let above =
        rows.get(block..index).unwrap_or_default().iter().rev().take_while(|row| is_same(row)).count();
    let end = (block + BLOCK_ROWS).min(rows.len());
    let below = rows.get(index..end).unwrap_or_default().iter().take_while(|row| is_same(row)).count();
    index - above..index + below
}

fn texts<'a>(rows: &'a [Row], range: &Range<usize>) -> impl Iterator<Item = &'a str> {
    rows.get(range.clone()).unwrap_or_default().iter().filter_map(|row| match row {
        Row::Source { text, .. } => Some(text.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Hue;
    use super::*;
    use pretty_assertions::assert_eq;

    fn source(path: &str, number: u32, text: &str) -> Row {
        Row::Source { number, text: text.into(), path: path.into(), marked: false, emphasis: Vec::new() }
    }

    fn hues(path: &str, text: &str) -> Vec<(String, Hue)> {
        let rows = [source(path, 1, text)];
        let mut highlighter = Highlighter::new(None);
        assert!(highlighter.excerpt(&rows, 0).is_empty(), "the first frame is plain");
        highlighter.finish();
        assert!(highlighter.take_finished());
        assert!(!highlighter.take_finished());
        let paints = highlighter.excerpt(&rows, 0);
        paints.iter().map(|paint| (text[paint.range.clone()].to_owned(), paint.hue)).collect()
    }

    #[test]
    fn four_hues_and_no_more() {
        let own = |list: &[(&str, Hue)]| -> Vec<(String, Hue)> {
            list.iter().map(|(text, hue)| ((*text).to_owned(), *hue)).collect()
        };
        assert_eq!(
            hues("app/a.py", "    raise Conflict(\"late\")  # why"),
            own(&[
                ("raise", Hue::Keyword),
                ("Conflict", Hue::Function),
                ("\"late\"", Hue::Str),
                ("# why", Hue::Comment)
            ])
        );
        assert_eq!(hues("src/a.ts", "const x = 'a';"), own(&[("const", Hue::Keyword), ("'a'", Hue::Str)]));
    }

    #[test]
    fn an_unknown_language_stays_plain() {
        assert_eq!(hues("notes.unknown", "if x then y"), []);
    }

    #[test]
    fn entries_that_are_not_drawn_are_forgotten() {
        let mut highlighter = Highlighter::new(None);
        for number in 0..400 {
            highlighter.begin_frame();
            let rows = [source("a.py", number, &format!("x = {number}"))];
            highlighter.excerpt(&rows, 0);
            highlighter.finish();
        }
        highlighter.begin_frame();
        assert!(highlighter.entries.len() <= KEPT);
    }
}
