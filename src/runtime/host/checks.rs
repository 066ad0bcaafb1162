//! Guards: the composed texts, parsed and reviewed.

use super::{Host, scans::base_source};
use crate::{
    domain::{edit::FileEdit, map::BackendMap, session::Session},
    engine::{Model, Msg, effect::Checked},
    ports::{ScanOptions, Source},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
};

/// Texts by path; `None` removes the file.
pub(super) type Texts = BTreeMap<String, Option<String>>;

/// Texts of all edited files, taken by `text`; files that stay as on the base are left out.
pub(super) fn texts(session: &Session, text: impl Fn(&FileEdit) -> Option<String>) -> Texts {
    session
        .work
        .edits
        .values()
        .map(|edit| (edit, text(edit)))
        .filter(|(edit, text)| *text != edit.base)
        .map(|(edit, text)| (edit.path.clone(), text))
        .collect()
}

impl Host {
    pub(super) fn check(&self, model: &Model, revision: u64) {
        let generation = self.check_generation.fetch_add(1, Ordering::SeqCst) + 1;
        let live = self.check_generation.clone();
        let current = texts(&model.session, FileEdit::current);
        let approved = texts(&model.session, FileEdit::approved);
        let base = base_source(&self.tools.root, &model.session.identity.base);
        self.spawn("check", move |worker| {
            let scan = |texts: &Texts| -> Result<Arc<BackendMap>, String> {
                let source = if texts.is_empty() {
                    base.clone()
                } else {
                    Source::Overlay { below: Box::new(base.clone()), texts: Arc::new(texts.clone()) }
                };
                let keep_on = |_: u64| live.load(Ordering::SeqCst) == generation;
                let options = ScanOptions { no_cache: false, rules: true };
                worker
                    .tools
                    .scanner
                    .scan(&source, &options, &keep_on)
                    .map(Arc::new)
                    .map_err(|error| error.to_string())
            };
            let outcome = scan(&current).and_then(|first| {
                let second = if approved == current { Ok(first.clone()) } else { scan(&approved) };
                second.map(|second| (first, second))
            });
            if live.load(Ordering::SeqCst) != generation {
                return;
            }
            match outcome {
                Ok((map, approved)) => {
                    let unparsed = map
                        .skipped
                        .iter()
                        .filter(|skipped| current.contains_key(&skipped.path))
                        .map(|skipped| (skipped.path.clone(), skipped.reason.clone()))
                        .collect();
                    let checked = Checked { revision, current: map, approved, unparsed };
                    worker.send(Msg::Checked(Box::new(checked)));
                }
                Err(reason) => {
                    worker.send(Msg::Failed(format!("the composed text was not reviewed: {reason}")))
                }
            }
        });
    }
}
