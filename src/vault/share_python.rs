//! Shares a Python virtual environment, with editable installs pointed at the scratch tree.
//!
//! The interpreter and the packages are links; `pyvenv.cfg`, scripts and every path file
//! that names the repository are copies that name the scratch tree instead.

use super::{
    io_error,
    share::Sharing,
    share_links::{link, real_folder, write_if_other},
};
use crate::ports::vault::VaultError;
use std::path::{Path, PathBuf};

/// Larger files among scripts and path files are programs, not text.
const LIMIT_BYTES: u64 = 1024 * 1024;

/// Loaders that build compiled parts in a folder of their own, outside any tree.
const BUILDING_LOADERS: [&str; 3] = ["_editable_loader.py", "_pkg_editable.py", "_editable_impl_"];

/// Shares the environment; returns whether it is shared now.
pub(super) fn share(sharing: &mut Sharing<'_>, relative: &str) -> Result<bool, VaultError> {
    let source = sharing.root().join(relative);
    let target = sharing.scratch.join(relative);
    real_folder(&target)?;
    for name in names_in(&source)? {
        let (from, to) = (source.join(&name), target.join(&name));
        let metadata = std::fs::symlink_metadata(&from).map_err(|error| io_error(&from, error))?;
        match name.as_str() {
            "bin" | "Scripts" if metadata.is_dir() => share_scripts(sharing, &from, &to)?,
            "lib" | "lib64" if metadata.is_dir() => share_libraries(sharing, &from, &to)?,
            "pyvenv.cfg" => {
                let bytes = std::fs::read(&from).map_err(|error| io_error(&from, error))?;
                write_if_other(&to, &bytes, metadata.permissions())?;
            }
            // `lib64 -> lib` must lead to the private one.
            _ if metadata.is_symlink() => {
                let place = std::fs::read_link(&from).map_err(|error| io_error(&from, error))?;
                link(&if place.is_relative() { place } else { from.clone() }, &to)?;
            }
            _ => link(&from, &to)?,
        }
    }
    Ok(true)
}

fn names_in(folder: &Path) -> Result<Vec<String>, VaultError> {
    let listing = std::fs::read_dir(folder).map_err(|error| io_error(folder, error))?;
    let mut names: Vec<String> =
        listing.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    Ok(names)
}

/// Scripts begin with the path of their interpreter, which decides whose packages they see.
fn share_scripts(sharing: &mut Sharing<'_>, from: &Path, to: &Path) -> Result<(), VaultError> {
    real_folder(to)?;
    for name in names_in(from)? {
        let (source, target) = (from.join(&name), to.join(&name));
        let metadata = std::fs::symlink_metadata(&source).map_err(|error| io_error(&source, error))?;
        if metadata.is_symlink() {
            let place = std::fs::read_link(&source).map_err(|error| io_error(&source, error))?;
            // `python3 -> python` stays inside; an absolute one leads to the base interpreter.
            let inside = place.is_relative() && place.components().count() == 1;
            let place = if inside { place } else { source.canonicalize().unwrap_or(source) };
            link(&place, &target)?;
            continue;
        }
        let text = small_text(&source);
        match text.and_then(|bytes| sharing.repointed(&bytes)) {
            Some(bytes) => write_if_other(&target, &bytes, metadata.permissions())?,
            None => link(&source, &target)?,
        }
    }
    Ok(())
}

fn share_libraries(sharing: &mut Sharing<'_>, from: &Path, to: &Path) -> Result<(), VaultError> {
    real_folder(to)?;
    for version in names_in(from)? {
        let (from, to) = (from.join(&version), to.join(&version));
        if !from.is_dir() {
            link(&from, &to)?;
            continue;
        }
        real_folder(&to)?;
        for name in names_in(&from)? {
            if name == "site-packages" && from.join(&name).is_dir() {
                share_packages(sharing, &from.join(&name), &to.join(&name))?;
            } else {
                link(&from.join(&name), &to.join(&name))?;
            }
        }
    }
    Ok(())
}

fn share_packages(sharing: &mut Sharing<'_>, from: &Path, to: &Path) -> Result<(), VaultError> {
    real_folder(to)?;
    let mut repointed = 0_usize;
    let mut editable = Vec::new();
    for name in names_in(from)? {
        let (source, target) = (from.join(&name), to.join(&name));
        let metadata = std::fs::symlink_metadata(&source).map_err(|error| io_error(&source, error))?;
        if name == "__pycache__" {
            // Compiled copies of what is changed here must not reach the user's.
            continue;
        }
        if metadata.is_symlink() {
            repointed += usize::from(share_link(sharing, &source, &target, &name)?);
            continue;
        }
        if metadata.is_dir() {
            let record = source.join("direct_url.json");
            let text = small_text(&record).unwrap_or_default();
            let is_editable = String::from_utf8_lossy(&text).contains("\"editable\"");
            if is_editable && sharing.repointed(&text).is_some() {
                editable.push(name.clone());
            }
            link(&source, &target)?;
            continue;
        }
        let is_path_file = [".pth", ".egg-link", ".py"].iter().any(|end| name.ends_with(end));
        let text = if is_path_file { small_text(&source) } else { None };
        match text.and_then(|bytes| sharing.repointed(&bytes)) {
            Some(bytes) => {
                check_paths(sharing, &name, &bytes);
                write_if_other(&target, &bytes, metadata.permissions())?;
                repointed += 1;
            }
            None => link(&source, &target)?,
        }
    }
    if repointed == 0 {
        for name in editable {
            sharing.doubt(format!("{name} is an editable install whose path was not found"));
        }
    }
    remove_gone(from, to)
}

/// A package that is itself a link, as `flit install --symlink` makes it. Returns whether it
/// leads into the scratch tree now.
fn share_link(
    sharing: &mut Sharing<'_>,
    source: &Path,
    target: &Path,
    name: &str,
) -> Result<bool, VaultError> {
    let place = source.canonicalize().unwrap_or_else(|_| source.to_path_buf());
    match sharing.in_scratch(&place) {
        Some(inside) if inside.exists() => link(&inside, target).map(|()| true),
        Some(_) => {
            sharing.doubt(format!("the package {name} is a folder of your working tree"));
            link(&place, target).map(|()| false)
        }
        None => link(&place, target).map(|()| false),
    }
}

/// Looks whether what was pointed at the scratch tree is there.
fn check_paths(sharing: &mut Sharing<'_>, name: &str, bytes: &[u8]) {
    if BUILDING_LOADERS.iter().any(|loader| name.contains(loader)) {
        sharing.doubt(format!("{name} loads compiled parts that were built from your working tree"));
    }
    if !name.ends_with(".pth") && !name.ends_with(".egg-link") {
        return;
    }
    for line in String::from_utf8_lossy(bytes).lines() {
        let path = PathBuf::from(line.trim());
        if path.starts_with(sharing.scratch) && !path.exists() {
            let shown = path.strip_prefix(sharing.scratch).unwrap_or(&path).display().to_string();
            sharing.doubt(format!("{name} names {shown}, which is not part of the tree"));
        }
    }
}

/// Removes links to packages that were uninstalled since.
fn remove_gone(from: &Path, to: &Path) -> Result<(), VaultError> {
    for name in names_in(to)? {
        if name != "__pycache__" && std::fs::symlink_metadata(from.join(&name)).is_err() {
            super::scratch::remove_all(&to.join(&name))?;
        }
    }
    Ok(())
}

/// An environment that is active but not in the repository cannot be rebuilt; when it
/// imports from the working tree, say so.
pub(super) fn check_active_environment(sharing: &mut Sharing<'_>) {
    let Some(active) = std::env::var_os("VIRTUAL_ENV").map(PathBuf::from) else { return };
    if active.starts_with(sharing.root()) {
        return;
    }
    let Ok(versions) = std::fs::read_dir(active.join("lib")) else { return };
    for packages in versions.flatten().map(|entry| entry.path().join("site-packages")) {
        for name in names_in(&packages).unwrap_or_default() {
            let is_path_file = name.ends_with(".pth") || name.starts_with("__editable__");
            let text = if is_path_file { small_text(&packages.join(&name)) } else { None };
            if text.is_some_and(|bytes| sharing.repointed(&bytes).is_some()) {
                sharing.doubt(format!("the active environment imports your working tree through {name}"));
            }
        }
    }
}

fn small_text(path: &Path) -> Option<Vec<u8>> {
    let metadata = std::fs::symlink_metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > LIMIT_BYTES {
        return None;
    }
    std::fs::read(path).ok().filter(|bytes| !bytes.contains(&0))
}
