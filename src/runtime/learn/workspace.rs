//! The files of a small backend on disk, as one tree of texts.
//!
//! The folder is the learner's to fill: links are not followed, what tools leave behind is
//! no part of it, and its size is bounded. Writing replaces files whole, one by one.

use crate::domain::lesson::tree::Tree;
use std::{
    fs,
    io::{self, Write},
    path::Path,
};

/// Larger files are no source that a lesson could mean.
const LIMIT_BYTES: u64 = 262_144;
const LIMIT_FILES: usize = 2_000;

/// What tools leave behind.
const LITTER: [&str; 8] =
    ["__pycache__", "target", ".git", ".idea", ".vscode", ".venv", ".pytest_cache", ".DS_Store"];

/// The texts of a folder. What is no text, too large, a link or an editor's own file is left out.
pub(super) fn read(root: &Path) -> io::Result<Tree> {
    let mut tree = Tree::new();
    let mut open = vec![String::new()];
    while let Some(below) = open.pop() {
        for entry in fs::read_dir(root.join(&below))? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            if LITTER.contains(&name.as_str()) || is_scratch(&name) {
                continue;
            }
            let own = if below.is_empty() { name } else { format!("{below}/{name}") };
            let meta = fs::symlink_metadata(root.join(&own))?;
            if meta.is_dir() {
                open.push(own);
            } else if meta.is_file()
                && meta.len() <= LIMIT_BYTES
                && let Ok(text) = String::from_utf8(fs::read(root.join(&own))?)
            {
                tree.insert(own, text);
            }
            if tree.len() > LIMIT_FILES {
                return Err(io::Error::other(format!("more than {LIMIT_FILES} files in the working copy")));
            }
        }
    }
    Ok(tree)
}

/// Swap and backup files of editors.
fn is_scratch(name: &str) -> bool {
    name.ends_with('~')
        || name.starts_with(".#")
        || (name.starts_with('#') && name.ends_with('#'))
        || (name.starts_with('.') && [".swp", ".swo", ".swx"].iter().any(|end| name.ends_with(end)))
}

/// Makes the folder hold exactly this tree, litter aside. Returns the paths that changed.
pub(super) fn write(root: &Path, tree: &Tree) -> io::Result<Vec<String>> {
    fs::create_dir_all(root)?;
    let now = read(root)?;
    let mut changed = Vec::new();
    for path in now.keys().filter(|path| !tree.contains_key(*path)) {
        fs::remove_file(root.join(path))?;
        changed.push(path.clone());
    }
    for (path, text) in tree.iter().filter(|(path, text)| now.get(*path) != Some(text)) {
        write_file(root, path, text)?;
        changed.push(path.clone());
    }
    changed.sort();
    Ok(changed)
}

/// Writes one file whole: whoever is killed in between leaves the old one or the new one.
pub(super) fn write_file(root: &Path, path: &str, text: &str) -> io::Result<()> {
    let safe = !path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if !safe {
        return Err(io::Error::other(format!("{path} is not a path inside the working copy")));
    }
    let full = root.join(path);
    let folder = full.parent().unwrap_or(root);
    fs::create_dir_all(folder)?;
    // A folder that was swapped for a link must not lead out.
    if !folder.canonicalize()?.starts_with(root.canonicalize()?) {
        return Err(io::Error::other(format!("{path} leads out of the working copy")));
    }
    let mut file = tempfile::Builder::new().prefix(".#").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    let mode =
        fs::symlink_metadata(&full).map_or(0o644, |meta| std::os::unix::fs::MetadataExt::mode(&meta) & 0o777);
    fs::set_permissions(file.path(), std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    file.persist(&full).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn tree(files: &[(&str, &str)]) -> Tree {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_folder_becomes_exactly_the_tree_and_litter_stays() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), &tree(&[("a/b.py", "1\n"), ("gone.py", "x\n")])).unwrap();
        for litter in ["__pycache__/b.pyc", ".b.py.swp", "b.py~"] {
            fs::create_dir_all(home.path().join(litter).parent().unwrap()).unwrap();
            fs::write(home.path().join(litter), "l").unwrap();
        }
        let wanted = tree(&[("a/b.py", "2\n"), ("c.py", "3\n")]);
        assert_eq!(write(home.path(), &wanted).unwrap(), ["a/b.py", "c.py", "gone.py"]);
        assert_eq!(read(home.path()).unwrap(), wanted);
        assert!(home.path().join("__pycache__/b.pyc").exists());
    }

    #[test]
    fn nothing_is_written_outside() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("work");
        fs::create_dir(&root).unwrap();
        std::os::unix::fs::symlink(home.path(), root.join("out")).unwrap();
        for path in ["../x", "/x", "a//b", "out/x"] {
            assert!(write_file(&root, path, "x").is_err(), "{path}");
        }
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }
}
