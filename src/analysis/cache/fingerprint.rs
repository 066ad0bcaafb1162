//! Digests of what a cached result depends on beside the files of the repository.

use crate::{
    analysis::source::{SourceFiles, Stamp},
    ports::ScanOptions,
};
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// More files than this in the knowledge folders: no map is kept.
const MAX_FILES: usize = 4000;
/// Larger knowledge files do not exist; the loader refuses them.
const MAX_BYTES: u64 = 4 << 20;

/// A SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The digest of some parts, each told apart from its neighbours.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            add(&mut digest, part);
        }
        Self(digest.finalize().into())
    }

    /// This very build of the program: its version, and size and time of its file. Facts
    /// change with the front ends, and nobody could keep a number for that by hand.
    pub fn of_build() -> Option<Self> {
        let metadata = fs::metadata(std::env::current_exe().ok()?).ok()?;
        let built = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self::of(&[
            env!("CARGO_PKG_VERSION").as_bytes(),
            &metadata.len().to_le_bytes(),
            &built.as_nanos().to_le_bytes(),
        ]))
    }

    /// The knowledge folders of the user and the repository; none when they hold too much
    /// to be knowledge.
    pub fn of_folders(folders: &[PathBuf]) -> Option<Self> {
        let mut digest = Sha256::new();
        let mut left = MAX_FILES;
        for folder in folders {
            add(&mut digest, folder.as_os_str().as_encoded_bytes());
            add_folder(&mut digest, folder, &mut left, 0)?;
        }
        Some(Self(digest.finalize().into()))
    }

    /// The state of every file of a source and what is asked for; none when the state of a
    /// file is not known without reading it.
    pub fn of_source(self, files: &dyn SourceFiles, options: &ScanOptions) -> Option<Self> {
        let mut digest = Sha256::new();
        digest.update(self.0);
        digest.update([u8::from(options.rules)]);
        let mut line = Vec::with_capacity(256);
        for entry in files.entries() {
            line.clear();
            line.extend_from_slice(entry.path.as_bytes());
            line.push(0);
            match entry.stamp {
                Stamp::Unknown => return None,
                Stamp::Disk { size, modified, changed, inode } => {
                    for number in [size, modified, changed, inode] {
                        line.extend_from_slice(&number.to_le_bytes());
                    }
                }
                Stamp::Blob(id) => line.extend_from_slice(&id),
            }
            add(&mut digest, &line);
        }
        for skipped in files.skipped() {
            add(&mut digest, skipped.path.as_bytes());
            add(&mut digest, skipped.path_bytes.as_deref().unwrap_or("").as_bytes());
            add(&mut digest, skipped.reason.as_bytes());
        }
        Some(Self(digest.finalize().into()))
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first half in hexadecimal, for names of files.
    pub fn short(&self) -> String {
        self.0.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

fn add(digest: &mut Sha256, part: &[u8]) {
    digest.update((part.len() as u64).to_le_bytes());
    digest.update(part);
}

/// Regular files only, as the loaders do; links count by their being there.
fn add_folder(digest: &mut Sha256, folder: &Path, left: &mut usize, depth: u32) -> Option<()> {
    let mut names: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries
            .take(*left + 1)
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()
            .ok()?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Some(()),
        Err(_) => return None,
    };
    names.sort();
    for path in names {
        *left = left.checked_sub(1)?;
        add(digest, path.as_os_str().as_encoded_bytes());
        let metadata = fs::symlink_metadata(&path).ok()?;
        if metadata.is_dir() {
            if depth >= 8 {
                return None;
            }
            add_folder(digest, &path, left, depth + 1)?;
        } else if metadata.is_file() {
            if metadata.len() > MAX_BYTES {
                return None;
            }
            add(digest, &fs::read(&path).ok()?);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_knowledge_file_changes_the_fingerprint() {
        let folder = tempfile::tempdir().unwrap();
        let folders = [folder.path().to_path_buf(), folder.path().join("missing")];
        let empty = Fingerprint::of_folders(&folders).unwrap();
        assert_eq!(Fingerprint::of_folders(&folders), Some(empty));
        fs::create_dir(folder.path().join("packs")).unwrap();
        fs::write(folder.path().join("packs/a.yaml"), "pack: a").unwrap();
        let first = Fingerprint::of_folders(&folders).unwrap();
        fs::write(folder.path().join("packs/a.yaml"), "pack: b").unwrap();
        let second = Fingerprint::of_folders(&folders).unwrap();
        assert!(empty != first && first != second);
    }

    #[test]
    fn parts_are_told_apart() {
        assert_ne!(Fingerprint::of(&[b"ab", b"c"]), Fingerprint::of(&[b"a", b"bc"]));
    }
}
