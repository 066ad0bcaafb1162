//! Reads packs: the built-in ones, then folders on top.

use super::format::Pack;
use crate::knowledge::{KnowledgeError, shipped, shipped_names};
use std::{collections::BTreeMap, fs, path::Path};

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
        let mut packs = Self::default();
        for name in shipped_names("packs") {
            packs.put(shipped(name).map_err(invalid)?);
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
        self.put(pack);
        Ok(())
    }

    /// Puts a pack in the place of the one of that name, if there is one.
    fn put(&mut self, pack: Pack) {
        match self.packs.binary_search_by(|known| known.pack.cmp(&pack.pack)) {
            Ok(at) => {
                if let Some(known) = self.packs.get_mut(at) {
                    *known = pack;
                }
            }
            Err(at) => self.packs.insert(at, pack),
        }
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

/// A shipped pack that is broken, in the words of this module.
fn invalid(error: KnowledgeError) -> PackError {
    match error {
        KnowledgeError::Invalid { file, line, column, reason } => {
            PackError::Invalid { file, line: line.into(), column: column.into(), reason }
        }
        KnowledgeError::Unreadable { file, reason } => PackError::Unreadable { file, reason },
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
    fn a_broken_shipped_pack_is_told_with_its_place_once() {
        let broken = KnowledgeError::at("resources/packs/x.yaml", 2, 3, "wrong");
        assert_eq!(invalid(broken).to_string(), "resources/packs/x.yaml:2:3: wrong");
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
