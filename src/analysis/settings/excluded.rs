//! A source without the files that its settings exclude; they are listed with the reason,
//! a folder that is excluded as a whole once.

use super::{SETTINGS_FILE, Settings};
use crate::{
    analysis::source::{Entry, SkipReason, SourceFiles},
    domain::map::Skipped,
};
use std::path::Path;

/// A source below, less what is excluded.
pub struct ExcludedFiles<'s> {
    below: &'s dyn SourceFiles,
    entries: Vec<Entry>,
    skipped: Vec<Skipped>,
}

impl<'s> ExcludedFiles<'s> {
    /// Leaves out what the settings exclude.
    pub fn new(below: &'s dyn SourceFiles, settings: &Settings) -> Self {
        let mut entries = Vec::new();
        let mut skipped = below.skipped().to_vec();
        for entry in below.entries() {
            match settings.excluding(&entry.path) {
                None => entries.push(entry.clone()),
                Some(exclude) => {
                    let reason = format!("excluded: {} ({SETTINGS_FILE}:{})", exclude.reason, exclude.line);
                    skipped.push(SkipReason::Excluded(reason).at(exclude.paths.topmost(&entry.path)));
                }
            }
        }
        skipped.sort_by(|a, b| (&a.path, &a.path_bytes).cmp(&(&b.path, &b.path_bytes)));
        // A folder that is excluded as a whole is one entry.
        skipped.dedup();
        Self { below, entries, skipped }
    }
}

impl SourceFiles for ExcludedFiles<'_> {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    fn home(&self) -> Option<&Path> {
        self.below.home()
    }

    fn is_overlaid(&self) -> bool {
        self.below.is_overlaid()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, SkipReason> {
        self.below.read(path)
    }
}
