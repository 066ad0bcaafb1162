//! What a command changed in its copy, compared file by file with what was put there.
//!
//! The copy's own git state is not asked: a command may commit, reset or rewrite it. Links
//! are never followed. What cannot be a hunk is named in a remark instead of being lost.

use super::copy::{Entry, PrivateCopy, io, is_agent_configuration};
use crate::{
    domain::proposal::{Content, FileChange},
    ports::{ProposeError, vault::is_safe_path},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt, path::Path};

/// A file above this is not proposed.
const LIMIT_FILE_BYTES: u64 = 5 * 1024 * 1024;
/// More changed files than a person can decide about are not proposed.
const LIMIT_FILES: usize = 2000;

/// The difference of the copy, sorted by path.
#[derive(Debug, Default)]
pub(super) struct Captured {
    pub(super) files: Vec<FileChange>,
    pub(super) remarks: Vec<String>,
}

/// Reads the whole difference.
pub(super) fn capture(copy: &PrivateCopy) -> Result<Captured, ProposeError> {
    let mut paths: BTreeSet<String> = copy.entries().keys().cloned().collect();
    paths.extend(present(copy.path()));
    let mut captured = Captured::default();
    for path in paths {
        if let Some(file) = change_of(copy, &path, &mut captured.remarks)? {
            captured.files.push(file);
        }
        if captured.files.len() > LIMIT_FILES {
            return Err(ProposeError::Rejected(format!("more than {LIMIT_FILES} files were changed")));
        }
    }
    Ok(captured)
}

/// Files in the copy that git would see, relative, `/`-separated.
fn present(root: &Path) -> Vec<String> {
    let walk = ignore::WalkBuilder::new(root)
        .hidden(false)
        .git_global(false)
        .ignore(false)
        .parents(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    walk.filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()))
        .filter_map(|entry| {
            entry.path().strip_prefix(root).ok().and_then(|path| path.to_str()).map(str::to_owned)
        })
        .collect()
}

fn change_of(
    copy: &PrivateCopy,
    path: &str,
    remarks: &mut Vec<String>,
) -> Result<Option<FileChange>, ProposeError> {
    let old = copy.entries().get(path);
    let change = |content| Some(FileChange { path: path.to_owned(), content, notes: Vec::new() });
    if !is_safe_path(path) {
        remarks.push(format!("{path:?} is left out: its name is not safe."));
        return Ok(None);
    }
    let place = copy.path().join(path);
    let found = if is_real_file_path(copy.path(), path) { fs::symlink_metadata(&place).ok() } else { None };
    let Some(metadata) = found else {
        // A link that was not made at the start is not a deletion.
        let was_made = old.is_some_and(|entry| entry.mode != 0o120_000);
        return Ok(if was_made { change(Content::Deleted) } else { None });
    };
    let was_link = old.is_some_and(|entry| entry.mode == 0o120_000);
    if was_link && metadata.is_symlink() {
        return Ok(None);
    }
    if !metadata.is_file() || was_link {
        remarks.push(format!("{path} is left out: it is no regular file."));
        return Ok(None);
    }
    if is_agent_configuration(path) {
        remarks.push(format!("{path} is left out: it configures agents, which is not a code change."));
        return Ok(None);
    }
    if metadata.len() > LIMIT_FILE_BYTES {
        remarks.push(format!("{path} is left out: it has {} bytes.", metadata.len()));
        return Ok(None);
    }
    let bytes = fs::read(&place).map_err(|error| io(&place, &error))?;
    let old_bytes = old.map(|entry| copy.bytes(entry)).transpose()?;
    if old_bytes.as_ref() == Some(&bytes) {
        return Ok(mode_change(old, &metadata).and_then(change));
    }
    let was_text = old_bytes.as_ref().is_none_or(|bytes| is_text(bytes));
    match String::from_utf8(bytes) {
        Ok(text) if was_text && is_text(text.as_bytes()) => Ok(change(Content::Text { text })),
        Ok(text) => Ok(change(binary(text.as_bytes(), old_bytes.as_deref()))),
        Err(error) => Ok(change(binary(error.as_bytes(), old_bytes.as_deref()))),
    }
}

/// Whether every folder of the path is a folder, so that reading it stays inside the copy.
fn is_real_file_path(root: &Path, path: &str) -> bool {
    let mut folder = root.to_path_buf();
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    parts.into_iter().all(|part| {
        folder.push(part);
        fs::symlink_metadata(&folder).is_ok_and(|metadata| metadata.is_dir())
    })
}

fn mode_change(old: Option<&Entry>, metadata: &fs::Metadata) -> Option<Content> {
    let from = old?.mode;
    let to = if metadata.permissions().mode() & 0o100 != 0 { 0o100_755 } else { 0o100_644 };
    (from != to).then_some(Content::Mode { from, to })
}

fn is_text(bytes: &[u8]) -> bool {
    !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok()
}

fn binary(bytes: &[u8], old: Option<&[u8]>) -> Content {
    let base_size_bytes = old.map_or(0, |old| old.len() as u64);
    Content::Binary { base64: STANDARD.encode(bytes), base_size_bytes }
}
