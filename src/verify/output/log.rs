//! The file that gets the output of a run: safe text, bounded, its end never lost.
//!
//! The file holds what was visible, without escapes, so that reading it with `cat` is
//! safe. Of a flood it holds the start and the end, and says how many bytes fell out.

use std::{
    collections::VecDeque,
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// Writes lines to a file of bounded size.
pub(crate) struct CappedLog {
    file: BufWriter<File>,
    room_bytes: u64,
    tail: VecDeque<u8>,
    tail_limit: usize,
    dropped_bytes: u64,
}

impl CappedLog {
    /// Creates or empties the file, readable by the user only. A link is refused.
    pub(crate) fn create(path: &Path, head_bytes: u64, tail_bytes: usize) -> io::Result<Self> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .custom_flags(nix::fcntl::OFlag::O_NOFOLLOW.bits())
            .open(path)?;
        Ok(Self {
            file: BufWriter::new(file),
            room_bytes: head_bytes,
            tail: VecDeque::new(),
            tail_limit: tail_bytes,
            dropped_bytes: 0,
        })
    }

    /// Adds one line.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        let size = text.len() as u64 + 1;
        if self.tail.is_empty() && self.dropped_bytes == 0 && size <= self.room_bytes {
            self.room_bytes -= size;
            self.file.write_all(text.as_bytes())?;
            return self.file.write_all(b"\n");
        }
        self.tail.extend(text.as_bytes());
        self.tail.push_back(b'\n');
        if self.tail.len() > self.tail_limit {
            let over = self.tail.len() - self.tail_limit;
            // Whole lines only, so that the end is readable and no character is cut.
            let cut = self.tail.iter().skip(over).position(|byte| *byte == b'\n');
            let cut = cut.map_or(self.tail.len(), |at| over + at + 1);
            self.tail.drain(..cut);
            self.dropped_bytes += cut as u64;
        }
        Ok(())
    }

    /// Writes the end. Returns how many bytes fell out.
    pub(crate) fn finish(mut self) -> io::Result<u64> {
        if self.dropped_bytes > 0 {
            writeln!(self.file, "[{} bytes dropped]", self.dropped_bytes)?;
        }
        let (first, second) = self.tail.as_slices();
        self.file.write_all(first)?;
        self.file.write_all(second)?;
        self.file.flush()?;
        Ok(self.dropped_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_flood_leaves_start_end_and_the_count_between() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("run.log");
        let mut log = CappedLog::create(&path, 12, 12).expect("log");
        for n in 0..100 {
            log.line(&format!("line{n:02}")).expect("write");
        }
        assert_eq!(log.finish().expect("finish"), 98 * 7);
        let text = std::fs::read_to_string(&path).expect("read");
        assert_eq!(text, "line00\n[686 bytes dropped]\nline99\n");
    }

    #[test]
    fn a_link_in_its_place_is_not_followed() {
        let folder = tempfile::tempdir().expect("folder");
        let target = folder.path().join("precious");
        std::fs::write(&target, "kept").expect("write");
        let link = folder.path().join("run.log");
        std::os::unix::fs::symlink(&target, &link).expect("link");
        assert!(CappedLog::create(&link, 10, 10).is_err());
        assert_eq!(std::fs::read_to_string(&target).expect("read"), "kept");
    }
}
