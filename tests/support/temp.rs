//! Folders that tests write in: in memory where the system has a place there.
//!
//! A run of all tests makes and removes tens of thousands of small files; on a disk that is a
//! third of its time. Whoever sets `TMPDIR` gets what they ask for.

use std::{path::Path, sync::OnceLock};
use tempfile::TempDir;

/// Room that there has to be for all tests that run side by side, in bytes.
const ROOM_BYTES: u64 = 2 << 30;

/// A new folder that goes when it is dropped.
pub fn folder() -> TempDir {
    match memory() {
        Some(place) => tempfile::tempdir_in(place),
        None => tempfile::tempdir(),
    }
    .expect("a temporary folder")
}

/// The system's place in memory, if programs may be run from it and it has room.
fn memory() -> Option<&'static Path> {
    static PLACE: OnceLock<Option<&'static Path>> = OnceLock::new();
    *PLACE.get_or_init(|| {
        let place = Path::new("/dev/shm");
        let fits = std::env::var_os("TMPDIR").is_none() && cfg!(target_os = "linux") && has_room(place);
        Some(place).filter(|place| fits && tempfile::tempdir_in(place).is_ok())
    })
}

#[cfg(target_os = "linux")]
fn has_room(place: &Path) -> bool {
    use nix::sys::statvfs::{FsFlags, statvfs};
    let closed = FsFlags::ST_NOEXEC | FsFlags::ST_RDONLY;
    statvfs(place).is_ok_and(|found| {
        let free = found.blocks_available().saturating_mul(found.fragment_size());
        !found.flags().intersects(closed) && free >= ROOM_BYTES
    })
}

#[cfg(not(target_os = "linux"))]
fn has_room(_: &Path) -> bool {
    false
}
