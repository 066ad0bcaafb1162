//! What happens to the output of a command while it arrives.
//!
//! Every byte is hashed and counted; every line goes to the screen in batches, to the
//! log, and to the lines that the parser will see. Trouble with the log never stops the
//! run: it becomes a note.

use super::{names::NameReport, pipe::Limits};
use crate::{
    domain::command::{CommandSpec, Ending, Parsed},
    ports::verifier::{OutputLine, OutputSink, OutputSpan, RunPlace},
    verify::{
        output::{Assembler, Batch, CappedLog, Kept},
        parsers,
        redact::redact_report,
    },
};
use sha2::{Digest, Sha256};

/// What is done with the output while it arrives.
pub(super) struct Hearing<'a> {
    assembler: Assembler,
    batch: Batch<'a>,
    kept: Kept,
    log: Option<CappedLog>,
    log_path: String,
    hash: Sha256,
    bytes: u64,
    signal: Option<&'a str>,
    signal_seen: bool,
    notes: Vec<String>,
    /// How many of the notes the screen has heard.
    said: usize,
    /// Names the tests that the output does not name.
    names: Option<NameReport>,
}

/// What is left of it at the end.
pub(super) struct Heard {
    pub(super) parsed: Parsed,
    pub(super) sha256: String,
    pub(super) bytes: u64,
    pub(super) log: String,
}

impl<'a> Hearing<'a> {
    /// Opens the log, if one is wanted.
    pub(super) fn new(
        spec: &'a CommandSpec,
        place: &RunPlace,
        limits: &Limits,
        sink: OutputSink<'a>,
    ) -> Self {
        let mut notes = Vec::new();
        let mut log_path = String::new();
        let log = place.log.as_ref().and_then(|path| {
            match CappedLog::create(path, limits.log_head_bytes, limits.log_tail_bytes) {
                Ok(log) => {
                    log_path = path.to_string_lossy().into_owned();
                    Some(log)
                }
                Err(error) => {
                    notes.push(format!("no log was kept: {error}"));
                    None
                }
            }
        });
        Self {
            assembler: Assembler::default(),
            batch: Batch::new(sink),
            kept: Kept::default(),
            log,
            log_path,
            hash: Sha256::new(),
            bytes: 0,
            signal: spec.pass_signal.as_deref().filter(|signal| !signal.is_empty()),
            signal_seen: false,
            notes,
            said: 0,
            names: None,
        }
    }

    /// The same with a report that names tests.
    pub(super) fn with_names(self, names: Option<NameReport>) -> Self {
        Self { names, ..self }
    }

    /// Takes the next bytes.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        for line in self.assembler.feed(bytes) {
            // What our own wish added to the output is nothing that the command says.
            if self.names.as_ref().is_some_and(|names| names.caused(&line.text)) {
                continue;
            }
            self.keep(line.text);
            self.batch.push(line.shown);
        }
    }

    fn keep(&mut self, text: String) {
        if let Some(signal) = self.signal
            && !self.signal_seen
        {
            self.signal_seen = text.contains(signal);
        }
        self.write_log(&text);
        self.kept.push(text);
    }

    fn write_log(&mut self, text: &str) {
        if let Some(log) = &mut self.log
            && let Err(error) = log.line(text)
        {
            self.log = None;
            self.notes.push(format!("the log is not whole: {error}"));
        }
    }

    /// Lets the screen hear what waits, when it is time.
    pub(super) fn tick(&mut self) {
        if self.batch.is_due() {
            if let Some(partial) = self.assembler.partial() {
                self.batch.push(partial);
            }
            self.batch.send();
        }
    }

    /// Something the user must know about the run; said at its end.
    pub(super) fn note(&mut self, text: String) {
        self.notes.push(text);
    }

    /// The same for what is seen again and again; said at once.
    pub(super) fn note_once(&mut self, text: &str) {
        if !self.notes.iter().any(|note| note == text) {
            self.notes.push(text.to_owned());
            self.say();
        }
    }

    /// Shows the notes that were not shown yet, as lines of ours among the output.
    fn say(&mut self) {
        self.assembler.keep_partial();
        for note in self.notes.get(self.said..).unwrap_or_default() {
            let text = format!("[proscenium: {note}]");
            let spans = vec![OutputSpan { text, colour: Some(3), bold: false }];
            self.batch.push(OutputLine { spans, replaces: false });
        }
        self.said = self.notes.len();
    }

    /// Ends the output and reads what it says.
    pub(super) fn finish(mut self, spec: &CommandSpec, place: &RunPlace, ending: &Ending) -> Heard {
        if let Some(last) = self.assembler.finish() {
            self.keep(last.text);
            self.batch.push(last.shown);
        }
        if let Some(log) = self.log.take() {
            match log.finish() {
                Ok(0) => {}
                Ok(dropped) => self.notes.push(format!("{dropped} bytes dropped from the log")),
                Err(error) => self.notes.push(format!("the log is not whole: {error}")),
            }
        }
        let dropped_lines = self.kept.dropped_lines();
        if dropped_lines > 0 {
            self.notes.push(format!("{dropped_lines} lines in the middle were not parsed"));
        }
        self.say();
        self.batch.send();
        let exit = match ending {
            Ending::Exit { code } => Some(*code),
            Ending::Signal { .. }
            | Ending::TimedOut { .. }
            | Ending::Stopped
            | Ending::Blocked { .. }
            | Ending::NotRun { .. } => None,
        };
        let mut parsed = parsers::parse(&spec.parser, &self.kept.lines(), exit);
        for failure in &mut parsed.failures {
            failure.output_line = self.kept.output_line(failure.output_line);
        }
        parsers::anchor(&mut parsed, &place.root, &spec.folder);
        if let Some(names) = &self.names {
            names.name(&mut parsed);
        }
        redact_report(&mut parsed);
        parsed.pass_signal = self.signal_seen;
        parsed.notes = self.notes;
        Heard {
            parsed,
            sha256: self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
            bytes: self.bytes,
            log: self.log_path,
        }
    }
}
