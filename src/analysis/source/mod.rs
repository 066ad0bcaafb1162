//! Reading what is scanned: a folder on disk, a git tree, or either with other texts on top.
//!
//! The rest of the scanner sees only [`SourceFiles`]: a sorted list of entries and a way to
//! read one. Nothing outside the root is ever opened, links are not followed, and whatever
//! was left out is listed with its reason. Called by the scanner and by command discovery.

mod directory;
mod leave_out;
mod overlay;
mod skip;
mod stamp;
mod text;
mod tree;

pub use directory::{DirectoryFiles, open_no_follow, read_regular};
pub use leave_out::is_never_source;
pub use overlay::OverlayFiles;
pub use skip::SkipReason;
pub use stamp::Stamp;
pub use text::{LINE_LIMIT_BYTES, source_text};
pub use tree::TreeFiles;

use crate::{
    domain::map::Skipped,
    ports::{ScanError, Source},
};
use std::path::Path;

/// A file larger than this is listed as skipped and never read.
pub const SIZE_LIMIT_BYTES: u64 = 2 * 1024 * 1024;

/// One regular file of a source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// Relative to the root, with `/`, always UTF-8.
    pub path: String,
    pub size_bytes: u64,
    /// Tells without reading whether the file is as it was.
    pub stamp: Stamp,
}

/// The files of a source at one moment.
pub trait SourceFiles: Send + Sync {
    /// Every file that may be read, sorted by path.
    fn entries(&self) -> &[Entry];

    /// What was left out while listing, sorted by path.
    fn skipped(&self) -> &[Skipped];

    /// The folder or repository that the files belong to; none for files of nowhere.
    fn home(&self) -> Option<&Path> {
        None
    }

    /// Whether other texts lie on top, so that the files are nobody's lasting state.
    fn is_overlaid(&self) -> bool {
        false
    }

    /// The bytes of a listed file. Blocks on disk or on the object store.
    fn read(&self, path: &str) -> Result<Vec<u8>, SkipReason>;

    /// Whether the path is listed.
    fn contains(&self, path: &str) -> bool {
        self.entries().binary_search_by(|entry| entry.path.as_str().cmp(path)).is_ok()
    }

    /// The text of a listed file, when it is UTF-8; for manifests and configuration.
    fn text(&self, path: &str) -> Result<String, SkipReason> {
        if !self.contains(path) {
            return Err(SkipReason::Unreadable("it is not listed".into()));
        }
        String::from_utf8(self.read(path)?).map_err(|_| SkipReason::NotUtf8)
    }
}

/// Lists a source. Blocks; call it from a worker.
pub fn open(source: &Source) -> Result<Box<dyn SourceFiles>, ScanError> {
    Ok(match source {
        Source::Directory { root } => Box::new(DirectoryFiles::list(root)?),
        Source::Tree { repository, tree } => Box::new(TreeFiles::list(repository, tree)?),
        Source::Overlay { below, texts } => Box::new(OverlayFiles::new(open(below)?, texts.clone())),
    })
}

/// Brings listings into the order that the trait promises.
fn sort(entries: &mut Vec<Entry>, skipped: &mut [Skipped]) {
    entries.sort();
    entries.dedup_by(|a, b| a.path == b.path);
    skipped.sort_by(|a, b| (&a.path, &a.path_bytes).cmp(&(&b.path, &b.path_bytes)));
}
