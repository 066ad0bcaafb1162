//! What one file gave, and the states of the file for which that holds.

use crate::{
    analysis::{
        facts::FileFacts,
        source::{Entry, Stamp},
        stack::FileUse,
    },
    domain::map::Skipped,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The part of a SHA-256 that tells contents apart.
pub type Content = [u8; 16];

/// What reading and parsing one file gave. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub usage: Option<Arc<FileUse>>,
    pub facts: Option<FileFacts>,
    /// Why the file was left out.
    pub skipped: Option<String>,
    /// Size of the text; 0 for a file that was left out.
    pub bytes: u64,
}

impl Seen {
    /// A file that was left out.
    pub fn left_out(reason: String) -> Self {
        Self { usage: None, facts: None, skipped: Some(reason), bytes: 0 }
    }
}

/// What a file gave, kept for the next scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub path: String,
    /// The last state seen on disk and the last blob seen, either of these contents.
    stamps: [Stamp; 2],
    content: Content,
    pub seen: Seen,
}

impl Kept {
    /// What a file of these bytes gave.
    pub fn new(entry: &Entry, content: Content, seen: Seen) -> Self {
        let mut kept = Self { path: entry.path.clone(), stamps: [Stamp::Unknown; 2], content, seen };
        kept.note(entry.stamp);
        kept
    }

    /// Whether the file is known, without reading it, to be as it was.
    pub fn is_proven(&self, stamp: Stamp) -> bool {
        self.stamps.iter().any(|known| stamp.proves(*known))
    }

    /// The same for another state of the file, when the contents are equal.
    pub fn seen_again(&self, stamp: Stamp, content: Content) -> Option<Self> {
        (self.content == content).then(|| {
            let mut kept = self.clone();
            kept.note(stamp);
            kept
        })
    }

    fn note(&mut self, stamp: Stamp) {
        let [disk, blob] = &mut self.stamps;
        match stamp {
            Stamp::Unknown => {}
            Stamp::Disk { .. } => *disk = stamp,
            Stamp::Blob(_) => *blob = stamp,
        }
    }

    /// The entry of `skipped[]`, for a file that was left out.
    pub fn skipped(&self) -> Option<Skipped> {
        let reason = self.seen.skipped.clone()?;
        Some(Skipped { path: self.path.clone(), reason, path_bytes: None })
    }
}

/// The digest of a file's bytes.
pub fn content_of(bytes: &[u8]) -> Content {
    let digest = Sha256::digest(bytes);
    let mut content = [0; 16];
    for (to, from) in content.iter_mut().zip(digest) {
        *to = from;
    }
    content
}

/// What is kept of every file of one source, sorted by path. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<[Kept]>);

impl Memory {
    /// Takes files over; the order does not matter.
    pub fn new(mut files: Vec<Kept>) -> Self {
        if !files.is_sorted_by(|a, b| a.path <= b.path) {
            files.sort_by(|a, b| a.path.cmp(&b.path));
        }
        Self(files.into())
    }

    /// Every file.
    pub fn files(&self) -> &[Kept] {
        &self.0
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For each entry of a sorted listing what is kept of that path.
    pub fn beside<'m>(&'m self, entries: &[Entry]) -> Vec<Option<&'m Kept>> {
        let mut rest = self.0.iter().peekable();
        entries
            .iter()
            .map(|entry| {
                while rest.next_if(|kept| kept.path < entry.path).is_some() {}
                rest.next_if(|kept| kept.path == entry.path)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, stamp: Stamp) -> Entry {
        Entry { path: path.to_owned(), size_bytes: 1, stamp }
    }

    fn kept(path: &str, stamp: Stamp) -> Kept {
        Kept::new(&entry(path, stamp), content_of(path.as_bytes()), Seen::left_out("binary".into()))
    }

    #[test]
    fn a_file_is_known_by_its_blob_and_by_its_state_on_disk() {
        let (disk, blob) = (Stamp::Disk { size: 1, modified: 2, changed: 2, inode: 3 }, Stamp::Blob([7; 20]));
        let first = kept("a.py", blob);
        assert!(first.is_proven(blob) && !first.is_proven(disk) && !first.is_proven(Stamp::Unknown));
        let both = first.seen_again(disk, content_of(b"a.py")).unwrap();
        assert!(both.is_proven(blob) && both.is_proven(disk));
        assert_eq!(first.seen_again(disk, content_of(b"other")), None);
    }

    #[test]
    fn listings_and_memories_that_differ_are_joined_by_path() {
        let memory = Memory::new(vec![
            kept("d.py", Stamp::Unknown),
            kept("a.py", Stamp::Unknown),
            kept("c.py", Stamp::Unknown),
        ]);
        let entries: Vec<Entry> =
            ["b.py", "c.py", "d.py", "e.py"].iter().map(|path| entry(path, Stamp::Unknown)).collect();
        let found: Vec<Option<&str>> =
            memory.beside(&entries).iter().map(|kept| kept.map(|kept| kept.path.as_str())).collect();
        assert_eq!(found, [None, Some("c.py"), Some("d.py"), None]);
    }
}
