//! The thread that parses source for its colours.
//!
//! Loading the grammars takes longer than a frame and a hostile line can take longer still,
//! so none of it happens where frames are drawn. If the thread ends, source stays plain.

use super::{Hue, Paint, scopes::Scopes};
use crate::domain::diff::Sign;
use std::{
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};
use syntect::parsing::{ParseState, ScopeStack, SyntaxReference, SyntaxSet};

/// Jobs that may wait. More are asked for again at the next frame.
const WAITING_JOBS: usize = 64;
/// Longer lines are generated or minified; they stay plain.
const MAX_LINE_BYTES: usize = 1_000;

/// A fragment of one file. Lines of an excerpt have `Sign::Same`.
pub(super) struct Job {
    pub(super) key: u64,
    pub(super) path: String,
    pub(super) lines: Vec<(Sign, String)>,
}

/// The colours of each line of a job.
pub(super) struct Done {
    pub(super) key: u64,
    pub(super) lines: Vec<Vec<Paint>>,
}

/// Called from the thread when something was finished.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// Starts the thread; none when the system gives no thread.
pub(super) fn start(wake: Option<Waker>) -> Option<(SyncSender<Job>, Receiver<Done>)> {
    let (jobs, todo) = sync_channel::<Job>(WAITING_JOBS);
    let (finished, done) = sync_channel::<Done>(WAITING_JOBS);
    let run = move || {
        let Ok(scopes) = Scopes::new() else { return };
        let syntaxes = two_face::syntax::extra_newlines();
        for job in todo {
            let lines = highlight(&syntaxes, &scopes, &job);
            // The receiver is gone when the program ends.
            if finished.send(Done { key: job.key, lines }).is_err() {
                return;
            }
            if let Some(wake) = &wake {
                wake();
            }
        }
    };
    thread::Builder::new().name("highlight".into()).spawn(run).ok()?;
    Some((jobs, done))
}

fn syntax_of<'a>(syntaxes: &'a SyntaxSet, path: &str) -> Option<&'a SyntaxReference> {
    let path = Path::new(path);
    let name = path.file_name()?.to_str()?;
    let extension = path.extension().and_then(|extension| extension.to_str());
    syntaxes.find_syntax_by_extension(name).or_else(|| syntaxes.find_syntax_by_extension(extension?))
}

fn highlight(syntaxes: &SyntaxSet, scopes: &Scopes, job: &Job) -> Vec<Vec<Paint>> {
    let Some(syntax) = syntax_of(syntaxes, &job.path) else { return vec![Vec::new(); job.lines.len()] };
    // The two texts of a diff are parsed each by itself: a string that one of them opens
    // must not colour the other.
    let mut old = Parser::new(syntax);
    let mut new = Parser::new(syntax);
    job.lines
        .iter()
        .map(|(sign, text)| match sign {
            Sign::Removed => old.line(syntaxes, scopes, text),
            Sign::Added => new.line(syntaxes, scopes, text),
            Sign::Same => {
                old.line(syntaxes, scopes, text);
                new.line(syntaxes, scopes, text)
            }
        })
        .collect()
}

struct Parser {
    state: ParseState,
    stack: ScopeStack,
}

impl Parser {
    fn new(syntax: &SyntaxReference) -> Self {
        Self { state: ParseState::new(syntax), stack: ScopeStack::new() }
    }

    fn line(&mut self, syntaxes: &SyntaxSet, scopes: &Scopes, text: &str) -> Vec<Paint> {
        if text.len() > MAX_LINE_BYTES {
            return Vec::new();
        }
        let Ok(ops) = self.state.parse_line(&format!("{text}\n"), syntaxes) else { return Vec::new() };
        let mut paints: Vec<Paint> = Vec::new();
        let mut from = 0;
        for (at, op) in ops {
            push(&mut paints, from..at.min(text.len()), scopes.hue(self.stack.as_slice()));
            from = at;
            // A stack that a broken grammar empties only loses colours.
            if self.stack.apply(&op).is_err() {
                return paints;
            }
        }
        push(&mut paints, from..text.len(), scopes.hue(self.stack.as_slice()));
        paints
    }
}

fn push(paints: &mut Vec<Paint>, range: std::ops::Range<usize>, hue: Option<Hue>) {
    let Some(hue) = hue.filter(|_| range.start < range.end) else { return };
    match paints.last_mut() {
        Some(last) if last.range.end == range.start && last.hue == hue => last.range.end = range.end,
        _ => paints.push(Paint { range, hue }),
    }
}
