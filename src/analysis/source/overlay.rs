//! Another source with some texts replaced, added or removed.

use super::{Entry, SkipReason, SourceFiles, Stamp};
use crate::domain::map::Skipped;
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// A source below, and the texts on top of it.
pub struct OverlayFiles {
    below: Box<dyn SourceFiles>,
    texts: Arc<BTreeMap<String, Option<String>>>,
    entries: Vec<Entry>,
    skipped: Vec<Skipped>,
}

impl OverlayFiles {
    /// Lays the texts over the source; `None` removes a file.
    pub fn new(below: Box<dyn SourceFiles>, texts: Arc<BTreeMap<String, Option<String>>>) -> Self {
        let mut entries: Vec<Entry> =
            below.entries().iter().filter(|entry| !texts.contains_key(&entry.path)).cloned().collect();
        entries.extend(texts.iter().filter_map(|(path, text)| {
            text.as_ref().map(|text| Entry {
                path: path.clone(),
                size_bytes: text.len() as u64,
                stamp: Stamp::Unknown,
            })
        }));
        entries.sort();
        let skipped =
            below.skipped().iter().filter(|skipped| !texts.contains_key(&skipped.path)).cloned().collect();
        Self { below, texts, entries, skipped }
    }
}

impl SourceFiles for OverlayFiles {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    fn home(&self) -> Option<&Path> {
        self.below.home()
    }

    fn is_overlaid(&self) -> bool {
        true
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, SkipReason> {
        match self.texts.get(path) {
            Some(Some(text)) => Ok(text.clone().into_bytes()),
            Some(None) => Err(SkipReason::Unreadable("it was removed".into())),
            None => self.below.read(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{analysis::source::open, ports::Source};
    use pretty_assertions::assert_eq;

    #[test]
    fn an_overlay_replaces_adds_and_removes() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.py", "b.py"] {
            std::fs::write(folder.path().join(name), "old").unwrap();
        }
        let texts = BTreeMap::from([
            ("a.py".to_owned(), Some("new text".to_owned())),
            ("b.py".to_owned(), None),
            ("c/d.py".to_owned(), Some(String::new())),
        ]);
        let below = Box::new(Source::Directory { root: folder.path().to_path_buf() });
        let files = open(&Source::Overlay { below, texts: Arc::new(texts) }).unwrap();
        let listed: Vec<_> = files.entries().iter().map(|e| (e.path.as_str(), e.size_bytes)).collect();
        assert_eq!(listed, [("a.py", 8), ("c/d.py", 0)]);
        assert_eq!(files.text("a.py").unwrap(), "new text");
        assert!(files.text("b.py").is_err());
    }
}
