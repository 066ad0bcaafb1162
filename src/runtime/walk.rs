//! A session as a walkthrough: its report, and where its hunks stand in the approved tree.
//!
//! What is parsed is the approved text that the session itself holds; the repository is
//! not read.

use crate::{
    analysis::{anchors::anchors_of, frontends::STACK_BYTES},
    domain::{anchor::Anchor, ids::HunkId, report::Report, session::Session, walkthrough::Walkthrough},
    report,
};
use std::{collections::BTreeMap, ops::Range, sync::Arc};

/// A held hunk with the text that it is part of.
pub struct Held {
    hunk: HunkId,
    path: String,
    text: Arc<str>,
    /// 0-based lines of the text.
    lines: Range<u32>,
}

/// The held hunks of a session that are text, in no order.
pub fn held(session: &Session) -> Vec<Held> {
    let mut held = Vec::new();
    for edit in session.work.edits.values() {
        let Some(text) = edit.approved().map(Arc::<str>::from) else { continue };
        held.extend(edit.hunks.iter().filter_map(|hunk| {
            let lines = edit.approved_lines(hunk.id)?;
            Some(Held { hunk: hunk.id, path: edit.path.clone(), text: text.clone(), lines })
        }));
    }
    held
}

/// The lesson of a report. Parses; call it from a worker.
pub fn walkthrough(report: &Report, held: &[Held]) -> std::io::Result<Walkthrough> {
    let anchors = deep(|| {
        held.iter()
            .map(|held| (held.hunk, anchors_of(&held.path, &held.text, held.lines.clone())))
            .collect::<BTreeMap<HunkId, Vec<Anchor>>>()
    })?;
    Ok(report::lesson(report, anchors))
}

/// Runs something on the stack that the front ends ask for.
pub fn deep<T: Send>(run: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("anchors".into()).stack_size(STACK_BYTES);
        let worker = builder.spawn_scoped(scope, run)?;
        worker.join().map_err(|_panic| std::io::Error::other("the parser failed; the log says where"))
    })
}
