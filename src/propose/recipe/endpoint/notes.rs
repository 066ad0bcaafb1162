//! Notes on the hunks of a file into which several new texts were put.

use crate::{
    domain::{
        diff::changes_between,
        layer::Layer,
        place::Place,
        proposal::{Content, FileChange, Note},
    },
    propose::recipe::resource::Ask,
};

/// One new text: by what it is known, what it follows, and its layer.
pub(in crate::propose::recipe) struct Noted {
    /// Parts of lines that only this text has.
    pub(in crate::propose::recipe) markers: Vec<String>,
    pub(in crate::propose::recipe) like: Place,
    pub(in crate::propose::recipe) layer: Layer,
}

/// The change of a file, each hunk with the text that it belongs to: the one of which it has
/// the most, and the first where it has none.
pub(in crate::propose::recipe) fn noted(
    ask: &Ask<'_>,
    path: &str,
    old: &str,
    new: String,
    parts: &[Noted],
) -> FileChange {
    let lines: Vec<&str> = new.lines().collect();
    let notes = changes_between(old, &new)
        .into_iter()
        .filter_map(|change| {
            let start = change.new_start as usize;
            let own = lines.get(start..start + change.new_lines.len()).unwrap_or_default();
            let held = |part: &&Noted| {
                part.markers
                    .iter()
                    .filter(|marker| own.iter().any(|line| line.contains(marker.as_str())))
                    .count()
            };
            let most = parts.iter().map(|part| held(&part)).max().unwrap_or(0);
            let part = parts.iter().find(|part| held(part) == most)?;
            Some(Note {
                start: change.new_start + 1,
                end: change.new_start + 1 + u32::try_from(change.new_lines.len()).unwrap_or(0),
                reason: ask.head.reason(part.layer),
                citation: Some(part.like.clone()),
                criteria: Vec::new(),
                step: ask.step_for(part.layer),
            })
        })
        .collect();
    FileChange { path: path.to_owned(), content: Content::Text { text: new }, notes }
}
