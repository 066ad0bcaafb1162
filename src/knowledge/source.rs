//! Where knowledge files come from: the binary, the user's folder, the repository.
//!
//! A text of a later source stands above one of an earlier source with the same
//! relative name. Overlay folders are untrusted: only regular files of a stated size are
//! read, links are refused, and what is not a knowledge file is left alone.

use super::error::KnowledgeError;
use include_dir::{Dir, include_dir};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/resources");

/// The shipped texts by name: `Dir` compares paths one after the other.
static BY_NAME: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let mut texts = BTreeMap::new();
    collect_embedded(&EMBEDDED, &mut texts);
    texts
});

/// Larger overlay files are refused: no knowledge file comes near it.
const LIMIT_BYTES: u64 = 1_048_576;
/// More entries than this in one overlay folder are a mistake, for example a home folder.
const LIMIT_ENTRIES: usize = 2_000;

/// Top-level names that an overlay may hold. Everything else in `stack/` belongs to
/// others: `stack.yaml`, `tech-stack.md`, `snippets.md`, `proscenium.toml`, ….
const KNOWN: [&str; 13] = [
    "agents",
    "checklist.md",
    "clarification.md",
    "context.md",
    "error-playbook.md",
    "examples",
    "grammar.yaml",
    "lessons.md",
    "orm-reference.md",
    "protocol",
    "reasoning.md",
    "rules",
    "stacks",
];

/// One text and the name that errors show for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub label: String,
    pub text: String,
    /// Comes with the program, and was checked by its tests.
    pub shipped: bool,
}

impl Text {
    /// Its name under `resources/`, where it comes with the program.
    pub(super) fn shipped_name(&self) -> Option<&str> {
        self.label.strip_prefix("resources/").filter(|_| self.shipped)
    }
}

/// All texts by relative name, each list from lowest to highest precedence.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    files: BTreeMap<String, Vec<Text>>,
}

/// A shipped file by its name under `resources/`, for example `schema/stack.schema.json`.
pub fn embedded(name: &str) -> Option<&'static str> {
    BY_NAME.get(name).copied()
}

/// Names of the shipped files below a folder, sorted; `""` for all.
pub fn embedded_names(folder: &str) -> Vec<String> {
    below(folder).map(str::to_owned).collect()
}

/// Names of the shipped files below a folder, sorted; `""` for all.
pub(super) fn below(folder: &str) -> impl Iterator<Item = &'static str> {
    let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    BY_NAME.keys().map(String::as_str).filter(move |name| name.starts_with(&start))
}

fn collect_embedded(dir: &Dir<'static>, texts: &mut BTreeMap<String, &'static str>) {
    for file in dir.files() {
        if let Some(text) = file.contents_utf8() {
            texts.insert(file.path().to_string_lossy().replace('\\', "/"), text);
        }
    }
    for child in dir.dirs() {
        collect_embedded(child, texts);
    }
}

impl Texts {
    /// The shipped texts, then those of each overlay folder in order. A folder that does
    /// not exist is no error: most repositories have none.
    pub(crate) fn load(overlays: &[PathBuf]) -> Result<Self, KnowledgeError> {
        let (texts, problems) = Self::load_tolerant(overlays);
        match problems.into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(texts),
        }
    }

    /// Like `load`, without the overlay files that cannot be read, which come back as
    /// problems in the order of their names.
    pub(crate) fn load_tolerant(overlays: &[PathBuf]) -> (Self, Vec<KnowledgeError>) {
        let mut problems = Vec::new();
        let mut texts = Self::default();
        for (name, text) in BY_NAME.iter().filter(|(name, _)| is_known(name) || name.starts_with("schema/")) {
            let label = format!("resources/{name}");
            texts.add(name, Text { label, text: (*text).to_owned(), shipped: true });
        }
        for root in overlays {
            let mut budget = LIMIT_ENTRIES;
            texts.read_folder(root, "", &mut budget, &mut problems);
        }
        (texts, problems)
    }

    /// Takes an overlay's text away by the name that errors show. Returns whether there
    /// was one; shipped texts stay.
    pub(crate) fn remove_overlay(&mut self, label: &str) -> bool {
        self.remove(|text| !text.shipped && text.label == label)
    }

    /// Takes every overlay's text away. Returns whether there was one.
    pub(crate) fn remove_overlays(&mut self) -> bool {
        self.remove(|text| !text.shipped)
    }

    fn remove(&mut self, goes: impl Fn(&Text) -> bool) -> bool {
        let mut removed = false;
        for texts in self.files.values_mut() {
            let before = texts.len();
            texts.retain(|text| !goes(text));
            removed |= texts.len() < before;
        }
        self.files.retain(|_, texts| !texts.is_empty());
        removed
    }

    /// Adds one text above those of the same name.
    fn add(&mut self, name: &str, text: Text) {
        self.files.entry(name.to_owned()).or_default().push(text);
    }

    /// Texts of exactly that name, lowest precedence first.
    pub(crate) fn of(&self, name: &str) -> &[Text] {
        self.files.get(name).map_or(&[], Vec::as_slice)
    }

    /// Names below a folder with their texts, sorted by name.
    pub(crate) fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a [Text])> {
        self.files
            .iter()
            .filter(move |(name, _)| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
            .map(|(name, texts)| (name.as_str(), texts.as_slice()))
    }

    fn read_folder(
        &mut self,
        root: &Path,
        below: &str,
        budget: &mut usize,
        problems: &mut Vec<KnowledgeError>,
    ) {
        let folder = if below.is_empty() { root.to_path_buf() } else { root.join(below) };
        let Ok(entries) = fs::read_dir(&folder) else { return };
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        names.sort();
        for file_name in names {
            let name = if below.is_empty() { file_name } else { format!("{below}/{file_name}") };
            if !is_known(&name) {
                continue;
            }
            let path = root.join(&name);
            let label = path.display().to_string();
            if *budget == 0 {
                problems.push(unreadable(&label, format!("more than {LIMIT_ENTRIES} entries")));
                return;
            }
            *budget -= 1;
            // Knowledge folders are two levels deep; deeper ones hold something else.
            if fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir()) {
                if name.matches('/').count() < 2 {
                    self.read_folder(root, &name, budget, problems);
                }
            } else if let Err(problem) = self.read_file(&name, &path, &label) {
                problems.push(problem);
            }
        }
    }

    fn read_file(&mut self, name: &str, path: &Path, label: &str) -> Result<(), KnowledgeError> {
        let meta = fs::symlink_metadata(path).map_err(|error| unreadable(label, error.to_string()))?;
        if !meta.is_file() {
            return Err(unreadable(label, "not a regular file; links are not followed"));
        }
        if meta.len() > LIMIT_BYTES {
            return Err(unreadable(label, format!("larger than {LIMIT_BYTES} bytes")));
        }
        let bytes = fs::read(path).map_err(|error| unreadable(label, error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|error| not_utf8(label, &error))?;
        self.add(name, Text { label: label.to_owned(), text, shipped: false });
        Ok(())
    }
}

fn is_known(name: &str) -> bool {
    let first = name.split('/').next().unwrap_or_default();
    KNOWN.contains(&first)
}

fn unreadable(label: &str, reason: impl Into<String>) -> KnowledgeError {
    KnowledgeError::Unreadable { file: label.to_owned(), reason: reason.into() }
}

/// Names the line and column of the first bad byte.
fn not_utf8(label: &str, error: &std::string::FromUtf8Error) -> KnowledgeError {
    let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
    let text = String::from_utf8_lossy(good);
    let line = text.matches('\n').count() + 1;
    let column = text.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    KnowledgeError::at(
        label,
        u32::try_from(line).unwrap_or(u32::MAX),
        u32::try_from(column).unwrap_or(u32::MAX),
        "not valid UTF-8",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlay(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("temporary folder");
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("parent")).expect("folders");
            fs::write(path, bytes).expect("file");
        }
        folder
    }

    #[test]
    fn a_missing_overlay_folder_is_no_error() {
        let texts = Texts::load(&[PathBuf::from("/does/not/exist")]).expect("loads");
        assert_eq!(texts.of("checklist.md").len(), 1);
    }

    #[test]
    fn files_that_belong_to_others_are_left_alone() {
        let folder =
            overlay(&[("stack.yaml", b"\xff"), ("api-template.py", b"\xff"), ("checklist.md", b"x")]);
        let texts = Texts::load(&[folder.path().to_path_buf()]).expect("loads");
        assert_eq!(texts.of("checklist.md").len(), 2);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_named_with_their_place() {
        let folder = overlay(&[("checklist.md", b"ab\ncd\xff")]);
        let error = Texts::load(&[folder.path().to_path_buf()]).expect_err("not UTF-8");
        assert_eq!(error.position(), (2, 3));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_refused() {
        let folder = overlay(&[]);
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("lessons.md")).expect("link");
        assert!(Texts::load(&[folder.path().to_path_buf()]).is_err());
    }

    #[test]
    fn an_overlay_file_of_enormous_size_is_refused() {
        let folder = overlay(&[("lessons.md", &vec![b'a'; 1_048_577])]);
        assert!(Texts::load(&[folder.path().to_path_buf()]).is_err());
    }
}
