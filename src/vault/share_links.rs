//! Shares a folder of installed packages as a real folder of links.
//!
//! For `node_modules` and untracked `vendor` folders. Package folders are linked whole;
//! scopes and `.bin` are rebuilt, links to workspace packages point into the scratch
//! tree, and PHP's autoloader, which finds the project by its own place, is copied.

use super::{io_error, scratch::remove_all, share::Sharing};
use crate::ports::vault::VaultError;
use std::{
    collections::BTreeSet,
    ffi::OsString,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

/// Caches that tools keep among the packages; each scratch tree has its own.
const CACHES: [&str; 8] =
    [".cache", ".vite", ".vite-temp", ".vitest", ".turbo", ".nyc_output", ".tmp", ".package-lock.json.tmp"];

/// How often a folder inside is rebuilt instead of linked.
const DEPTH: usize = 2;

/// Shares the folder; returns whether it is shared now.
pub(super) fn share(sharing: &mut Sharing<'_>, relative: &str) -> Result<bool, VaultError> {
    let source = sharing.root().join(relative);
    let is_php = source.join("composer").is_dir() && source.join("autoload.php").is_file();
    rebuild(sharing, relative, is_php, 0)?;
    if relative.ends_with("node_modules") {
        check_hoisted(sharing, &source.join(".pnpm").join("node_modules"));
    }
    Ok(true)
}

/// What an entry becomes.
enum Becomes {
    Folder,
    Copy,
    Link(PathBuf),
    /// Nothing: each tree has its own.
    Private,
}

fn rebuild(sharing: &mut Sharing<'_>, relative: &str, is_php: bool, depth: usize) -> Result<(), VaultError> {
    let source = sharing.root().join(relative);
    let target = sharing.scratch.join(relative);
    real_folder(&target)?;
    let mut names: BTreeSet<OsString> = BTreeSet::new();
    let listing = std::fs::read_dir(&source).map_err(|error| io_error(&source, error))?;
    for entry in listing.flatten() {
        names.insert(entry.file_name());
    }
    for name in &names {
        let (from, to) = (source.join(name), target.join(name));
        let Some(text) = name.to_str() else {
            link(&from, &to)?;
            continue;
        };
        let below = format!("{relative}/{text}");
        match becomes(sharing, &from, text, &below, is_php, depth) {
            Becomes::Folder => rebuild(sharing, &below, is_php, depth + 1)?,
            Becomes::Copy => copy(&from, &to)?,
            Becomes::Link(place) => link(&place, &to)?,
            Becomes::Private => {}
        }
    }
    // Links of an earlier call to what is gone since.
    for found in std::fs::read_dir(&target).map_err(|error| io_error(&target, error))?.flatten() {
        let is_link = found.file_type().is_ok_and(|kind| kind.is_symlink());
        if is_link && !names.contains(&found.file_name()) {
            remove_all(&found.path())?;
        }
    }
    Ok(())
}

fn becomes(
    sharing: &mut Sharing<'_>,
    from: &Path,
    name: &str,
    below: &str,
    is_php: bool,
    depth: usize,
) -> Becomes {
    let Ok(metadata) = std::fs::symlink_metadata(from) else { return Becomes::Private };
    if CACHES.contains(&name) {
        return Becomes::Private;
    }
    if metadata.is_symlink() {
        return Becomes::Link(destination(sharing, from, below));
    }
    if is_php && depth == 0 && (name == "composer" || name == "autoload.php") {
        return Becomes::Copy;
    }
    let has_packages = name.starts_with('@') || name == ".bin" || (is_php && depth == 0);
    if metadata.is_dir() && depth < DEPTH && has_packages {
        return Becomes::Folder;
    }
    Becomes::Link(from.to_path_buf())
}

/// Where a link of the user's folder leads to from the scratch tree.
fn destination(sharing: &mut Sharing<'_>, from: &Path, below: &str) -> PathBuf {
    // A broken link stays as broken.
    let Ok(place) = from.canonicalize() else { return from.to_path_buf() };
    match sharing.in_scratch(&place) {
        None => place,
        Some(inside) if inside.exists() => inside,
        Some(_) => {
            let shown = place.strip_prefix(sharing.root()).unwrap_or(&place).display().to_string();
            sharing.doubt(format!("{below} leads to {shown} of your working tree, which is not tracked"));
            place
        }
    }
}

/// pnpm's hoisted links are not rebuilt; one into the sources is a doubt.
fn check_hoisted(sharing: &mut Sharing<'_>, folder: &Path) {
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let Ok(listing) = std::fs::read_dir(&folder) else { continue };
        for entry in listing.flatten() {
            let path = entry.path();
            let is_scope = entry.file_name().as_bytes().starts_with(b"@");
            if is_scope && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push(path);
            } else if let Some(place) = path.canonicalize().ok().filter(|place| *place != path)
                && sharing.in_scratch(&place).is_some()
            {
                let name = entry.file_name().to_string_lossy().into_owned();
                sharing.doubt(format!("the hoisted package {name} is a folder of your working tree"));
            }
        }
    }
}

/// A real folder, whatever stood there.
pub(super) fn real_folder(path: &Path) -> Result<(), VaultError> {
    if std::fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_dir()) {
        remove_all(path)?;
    }
    std::fs::create_dir_all(path).map_err(|source| io_error(path, source))
}

/// A link with exactly this text, whatever stood there.
pub(super) fn link(place: &Path, at: &Path) -> Result<(), VaultError> {
    if std::fs::read_link(at).is_ok_and(|known| known == place) {
        return Ok(());
    }
    remove_all(at)?;
    std::os::unix::fs::symlink(place, at).map_err(|source| io_error(at, source))
}

/// A copy of a file or folder; links inside are kept as links.
fn copy(from: &Path, to: &Path) -> Result<(), VaultError> {
    let metadata = std::fs::symlink_metadata(from).map_err(|source| io_error(from, source))?;
    if metadata.is_symlink() {
        return link(&std::fs::canonicalize(from).unwrap_or_else(|_| from.to_path_buf()), to);
    }
    if !metadata.is_dir() {
        let bytes = std::fs::read(from).map_err(|source| io_error(from, source))?;
        return write_if_other(to, &bytes, metadata.permissions());
    }
    real_folder(to)?;
    for entry in std::fs::read_dir(from).map_err(|source| io_error(from, source))?.flatten() {
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Writes a private copy, unless it is there already.
pub(super) fn write_if_other(
    to: &Path,
    bytes: &[u8],
    permissions: std::fs::Permissions,
) -> Result<(), VaultError> {
    let is_file = std::fs::symlink_metadata(to).is_ok_and(|metadata| metadata.is_file());
    if is_file && std::fs::read(to).is_ok_and(|known| known == bytes) {
        return Ok(());
    }
    remove_all(to)?;
    std::fs::write(to, bytes)
        .and_then(|()| std::fs::set_permissions(to, permissions))
        .map_err(|source| io_error(to, source))
}
