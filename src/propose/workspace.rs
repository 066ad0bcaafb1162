//! The texts a proposer may look at: base plus this session's hunks.
//!
//! The working tree is never read: what the user has there is not part of the plan, and
//! a proposal made from it would carry the user's unfinished lines into the commit.

use crate::{
    domain::place::Place,
    ports::{ProposalRequest, ProposeError, Vault},
};
use std::sync::Arc;

/// Reads a file at a commit: (commit, path) to its text; `None` where there is no such
/// file or it is not text.
pub type ReadBase = Arc<dyn Fn(&str, &str) -> Result<Option<String>, ProposeError> + Send + Sync>;

/// Reads base texts through the vault.
pub fn read_base_of(vault: Arc<dyn Vault>) -> ReadBase {
    Arc::new(move |commit, path| match vault.read(commit, path) {
        Ok(file) => Ok(file.and_then(|file| String::from_utf8(file.bytes).ok())),
        Err(error) => Err(ProposeError::Io { path: path.to_owned(), reason: error.to_string() }),
    })
}

/// Base texts with the session's hunks on top, for one request.
#[derive(Clone)]
pub(crate) struct Workspace<'a> {
    request: &'a ProposalRequest,
    base: &'a ReadBase,
}

impl<'a> Workspace<'a> {
    pub(crate) fn new(request: &'a ProposalRequest, base: &'a ReadBase) -> Self {
        Self { request, base }
    }

    /// The same base under another request: one with more texts on top.
    pub(crate) fn under<'b>(&self, request: &'b ProposalRequest) -> Workspace<'b>
    where
        'a: 'b,
    {
        Workspace { request, base: self.base }
    }

    /// The text of a file as it would stand now; `None` where it would not exist.
    pub(crate) fn text(&self, path: &str) -> Result<Option<String>, ProposeError> {
        if let Some(text) = self.request.texts.get(path) {
            return Ok(text.clone());
        }
        if self.request.base.is_empty() {
            return Ok(None);
        }
        (self.base)(&self.request.base, path)
    }

    /// The text of a file that must exist.
    pub(crate) fn require(&self, path: &str) -> Result<String, ProposeError> {
        self.text(path)?
            .ok_or_else(|| ProposeError::Io { path: path.to_owned(), reason: "no such text file".into() })
    }

    /// Paths of all source files of the map and of this session's new files, sorted.
    pub(crate) fn paths(&self) -> Vec<&'a str> {
        let removed = |path: &str| matches!(self.request.texts.get(path), Some(None));
        let known = self.request.map.files.iter().map(|file| file.path.as_str());
        let fresh = self.request.texts.keys().map(String::as_str);
        let mut paths: Vec<&str> = known.chain(fresh).filter(|path| !removed(path)).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// The place of the only line of a file that reads `line`, blanks at both ends aside.
    pub(crate) fn place_of(&self, path: &str, line: &str) -> Result<Option<Place>, ProposeError> {
        let Some(text) = self.text(path)? else { return Ok(None) };
        Ok(line_of(&text, line).map(|line| Place::new(path, line)))
    }
}

/// The 1-based number of the only line that reads `wanted`, blanks at both ends aside.
pub(crate) fn line_of(text: &str, wanted: &str) -> Option<u32> {
    let mut found = text.lines().enumerate().filter(|(_, line)| line.trim() == wanted.trim());
    let (index, _) = found.next()?;
    if found.next().is_some() {
        return None;
    }
    u32::try_from(index + 1).ok()
}
