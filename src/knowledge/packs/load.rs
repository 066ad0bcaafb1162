//! Reads packs: the built-in ones, then folders on top.

use super::format::Pack;
use include_dir::{Dir, DirEntry, include_dir};
use std::{collections::BTreeMap, fs, path::Path};

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/resources/packs");

/// Larger pack files are refused.
const MAX_PACK_BYTES: u64 = 1 << 20;

/// More files in one folder are refused.
const MAX_PACK_FILES: usize = 500;

/// Why a pack cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// Line and column are 1-based.
    #[error("{file}:{line}:{column}: {reason}")]
    Invalid { file: String, line: u64, column: u64, reason: String },
    #[error("{file}: {reason}")]
    Unreadable { file: String, reason: String },
}

/// Every pack, sorted by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Packs {
    packs: Vec<Pack>,
}

impl Packs {
    /// The packs inside the program.
    pub fn built_in() -> Result<Self, PackError> {
        let mut texts = Vec::new();
        collect(&BUILT_IN, &mut texts);
        let mut packs = Self::default();
        for (file, text) in texts {
            packs.add(&file, &text)?;
        }
        Ok(packs)
    }

    /// Adds the `.yaml` files of a folder; those that do not exist add nothing.
    pub fn add_folder(&mut self, folder: &Path) -> Result<usize, PackError> {
        let unreadable = |error: &dyn std::fmt::Display| PackError::Unreadable {
            file: folder.display().to_string(),
            reason: error.to_string(),
        };
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(unreadable(&error)),
        };
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&error))?;
            let path = entry.path();
            let is_file = entry.file_type().map_err(|error| unreadable(&error))?.is_file();
            if is_file && path.extension().is_some_and(|extension| extension == "yaml") {
                files.push(path);
            }
        }
        if files.len() > MAX_PACK_FILES {
            return Err(unreadable(&"too many pack files"));
        }
        files.sort();
        for path in &files {
            let file = path.display().to_string();
            let unreadable = |reason: String| PackError::Unreadable { file: file.clone(), reason };
            let size = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
            if size > MAX_PACK_BYTES {
                return Err(unreadable(format!("{size} bytes, more than {MAX_PACK_BYTES}")));
            }
            let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
            self.add(&file, &text)?;
        }
        Ok(files.len())
    }

    /// Adds the pack of a file's text; `file` is named in errors.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), PackError> {
        let pack: Pack = serde_saphyr::from_str(text).map_err(|error| {
            let error = error.without_snippet();
            let (line, column) = error.location().map_or((1, 1), |place| (place.line(), place.column()));
            PackError::Invalid { file: file.to_owned(), line, column, reason: error.to_string() }
        })?;
        if let Some(known) = self.packs.iter_mut().find(|known| known.pack == pack.pack) {
            *known = pack;
        } else {
            self.packs.push(pack);
            self.packs.sort_by(|a, b| a.pack.cmp(&b.pack));
        }
        Ok(())
    }

    /// The packs in order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Pack> {
        self.packs.iter()
    }

    /// The pack of that name.
    pub fn get(&self, name: &str) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.pack == name)
    }

    /// Number of packs.
    pub fn len(&self) -> usize {
        self.packs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.packs.is_empty()
    }

    /// How many packs there are for each language.
    pub fn count_by_language(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for language in self.packs.iter().flat_map(|pack| &pack.languages) {
            *counts.entry(language.as_str()).or_insert(0) += 1;
        }
        counts
    }
}

fn collect(folder: &Dir<'_>, texts: &mut Vec<(String, String)>) {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(inner) => collect(inner, texts),
            DirEntry::File(file) => {
                let path = file.path();
                if path.extension().is_some_and(|extension| extension == "yaml")
                    && let Some(text) = file.contents_utf8()
                {
                    texts.push((path.display().to_string(), text.to_owned()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_pack_is_valid() {
        let packs = Packs::built_in().unwrap_or_else(|error| panic!("{error}"));
        assert!(packs.get("fastapi").is_some());
        assert!(packs.count_by_language()["python"] >= 6);
    }

    #[test]
    fn an_unknown_key_is_an_error_with_its_place() {
        let mut packs = Packs::default();
        let error = packs.add("x.yaml", "pack: x\nlanguages: [python]\nwrong: 1\n").expect_err("refused");
        assert!(matches!(error, PackError::Invalid { line: 3, column: 1, .. }), "{error}");
        assert!(error.to_string().starts_with("x.yaml:3:1: "), "{error}");
    }

    #[test]
    fn a_pack_of_the_same_name_replaces_the_one_before() {
        let mut packs = Packs::default();
        packs.add("a.yaml", "{pack: x, languages: [python]}").expect("valid");
        packs.add("b.yaml", "{pack: x, languages: [rust]}").expect("valid");
        assert_eq!(packs.get("x").map(|pack| pack.languages.clone()), Some(vec!["rust".to_owned()]));
        assert_eq!(packs.len(), 1);
    }

    #[test]
    fn a_folder_is_read_in_order_and_a_missing_one_adds_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("b.yaml"), "{pack: x, languages: [rust]}").expect("written");
        fs::write(folder.path().join("a.yaml"), "{pack: x, languages: [python]}").expect("written");
        fs::write(folder.path().join("note.txt"), "no pack").expect("written");
        let mut packs = Packs::default();
        assert_eq!(packs.add_folder(folder.path()), Ok(2));
        assert_eq!(packs.get("x").map(|pack| pack.languages.clone()), Some(vec!["rust".to_owned()]));
        assert_eq!(packs.add_folder(&folder.path().join("none")), Ok(0));
    }
}
