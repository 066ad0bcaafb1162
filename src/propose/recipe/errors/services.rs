//! Services that raise errors of the domain in place of HTTP's, one hunk for each.
//!
//! Only files of services and repositories are changed: what a handler raises is its own to say.

use super::{left, waits};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        head::StepHead,
        resource::{Ask, Edited},
    },
};

/// The HTTP errors of one file.
pub(in crate::propose::recipe) struct Raising<'t, C> {
    pub(in crate::propose::recipe) path: &'t str,
    pub(in crate::propose::recipe) text: &'t str,
    /// The line of each, and what takes its place, or why nothing would be answered the same.
    pub(in crate::propose::recipe) errors: Vec<(u32, Result<C, &'static str>)>,
}

/// The changed files; remarks tell what stays. `waited` is a place that waits for HTTP's errors,
/// which keeps them all; `apply` writes a file's text with its changes.
pub(in crate::propose::recipe) fn services<C>(
    ask: &Ask<'_>,
    step: &StepHead,
    (found, waited): (Vec<Raising<'_, C>>, Option<Place>),
    apply: impl Fn(&str, &str, &[C]) -> Result<String, ProposeError>,
) -> Result<(Vec<FileChange>, Vec<String>), ProposeError> {
    let mut files = Vec::new();
    let mut stays = Vec::new();
    let mut first = None;
    for Raising { path, text, errors } in found {
        if !matches!(ask.map.layer_of(path), Some(Layer::Service | Layer::Repository)) {
            continue;
        }
        let mut chosen = Vec::new();
        let mut like = None;
        for (line, change) in errors {
            let place = Place::new(path, line);
            match change {
                Ok(_) if waited.is_some() => first = first.or(Some(place)),
                Ok(change) => {
                    chosen.push(change);
                    like = like.or(Some(place));
                }
                Err(why) => stays.push((place, why)),
            }
        }
        if chosen.is_empty() {
            continue;
        }
        files.push(ask.edited(Edited {
            path,
            old: text,
            new: apply(path, text, &chosen)?,
            reason: step.reason.clone(),
            like,
            layer: step.layer,
        }));
    }
    let remarks = waits(waited.as_ref(), first.as_ref()).into_iter().chain(left(&stays)).collect();
    Ok((files, remarks))
}
