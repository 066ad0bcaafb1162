//! What tells, without reading, whether a file is the one that was seen before.
//!
//! A file on disk is told by its size, inode and times of change in nanoseconds; a file of
//! a git tree by the id of its blob. A file that changed a moment before it was listed has
//! no stamp: clocks of file systems tick slowly, and a second write within one tick would
//! leave the same times.

use serde::{Deserialize, Serialize};
use std::{
    fs::Metadata,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Longer than a tick of any file system's clock that Linux or macOS mounts by default.
const TICK: Duration = Duration::from_millis(50);

/// Identifies one state of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
pub enum Stamp {
    /// Only reading tells.
    #[default]
    Unknown,
    /// A file on disk.
    Disk {
        size: u64,
        /// Nanoseconds since the epoch, of the contents.
        modified: u64,
        /// The same of the inode: a tool that sets `modified` back cannot set this.
        changed: u64,
        inode: u64,
    },
    /// The id of a blob in a git repository.
    Blob([u8; 20]),
}

impl Stamp {
    /// The stamp of a file on disk, as it was listed at `now`.
    pub(super) fn of(metadata: &Metadata, now: SystemTime) -> Self {
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let (Some(modified), Some((changed, inode))) = (modified, inode_times(metadata)) else {
            return Self::Unknown;
        };
        let settled = now.duration_since(UNIX_EPOCH).ok().and_then(|now| now.checked_sub(TICK));
        let newest = modified.max(Duration::from_nanos(changed));
        if settled.is_none_or(|settled| newest > settled) {
            return Self::Unknown;
        }
        let modified = u64::try_from(modified.as_nanos()).unwrap_or(u64::MAX);
        Self::Disk { size: metadata.len(), modified, changed, inode }
    }

    /// The stamp of a blob by the bytes of its id.
    pub(super) fn of_blob(id: &[u8]) -> Self {
        id.try_into().map_or(Self::Unknown, Self::Blob)
    }

    /// Whether this and an earlier stamp are of the same bytes.
    pub fn proves(self, earlier: Self) -> bool {
        self != Self::Unknown && self == earlier
    }
}

/// Time of change of the inode in nanoseconds, and its number; none where there are no inodes.
#[cfg(unix)]
fn inode_times(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let seconds = u64::try_from(metadata.ctime()).ok()?;
    let nanoseconds = u64::try_from(metadata.ctime_nsec()).ok()?;
    Some((seconds.checked_mul(1_000_000_000)?.checked_add(nanoseconds)?, metadata.ino()))
}

#[cfg(not(unix))]
fn inode_times(metadata: &Metadata) -> Option<(u64, u64)> {
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((u64::try_from(modified.as_nanos()).ok()?, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_a_moment_ago_proves_nothing() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let metadata = file.as_file().metadata().unwrap();
        let now = SystemTime::now();
        let fresh = Stamp::of(&metadata, now);
        assert!(!fresh.proves(fresh));
        let settled = Stamp::of(&metadata, now + Duration::from_secs(1));
        assert!(settled.proves(settled));
        assert!(!settled.proves(fresh));
    }
}
