//! `review --fix`: the safe fixes of all findings, as one patch or written.
//!
//! The patch is made from the files on disk, so that it applies to what is there. With
//! `--apply` the fixes are made from the last commit instead and merged into the working
//! tree: a finding in a line that is not committed yet is left to its author.

use super::{
    apply::{self, Committed, Together},
    args::ReviewArgs,
    failure::Failure,
    output,
    review::verdict,
    subject::{Cache, Subject, open_source},
};
use crate::{
    analysis::source::{Entry, SourceFiles},
    domain::safe,
    domain::{diff::changes_between, finding::Finding},
    propose,
    report::{self, PatchFile, Repair},
};
use std::{collections::BTreeMap, process::ExitCode};

/// Fixes the findings; the status speaks of those that are left.
pub(super) fn run(subject: &Subject, findings: &[Finding], args: &ReviewArgs) -> Result<ExitCode, Failure> {
    let outcome = if args.apply {
        let committed = Committed::open(subject)?;
        let files = open_source(&committed.source)?;
        let cache = if args.no_cache { Cache::Avoid } else { Cache::Use };
        let map = subject.scan_files(files.as_ref(), cache)?;
        let is_wanted =
            |finding: &&Finding| findings.iter().any(|new| new.fingerprint == finding.fingerprint);
        let wanted: Vec<Finding> = map.findings.iter().filter(is_wanted).cloned().collect();
        let outcome = Outcome::of(&wanted, files.as_ref());
        let applied = committed.write(&outcome.files, Together::Each)?;
        apply::tell(&applied);
        outcome
    } else {
        let files = open_source(&subject.on_disk())?;
        let outcome = Outcome::of(findings, files.as_ref());
        output::print(&report::patch(&outcome.printable()))?;
        outcome
    };
    outcome.tell();
    let is_fixed = |finding: &&Finding| outcome.fixed.contains(&finding.fingerprint);
    let left: Vec<Finding> = findings.iter().filter(|finding| !is_fixed(finding)).cloned().collect();
    Ok(verdict(&left, args))
}

/// What would repair each finding alone, by fingerprint: the lines that its fix changes.
pub(super) fn repairs(subject: &Subject, findings: &[Finding]) -> Result<BTreeMap<String, Repair>, Failure> {
    let mut found = BTreeMap::new();
    if !findings.iter().any(|finding| finding.fixable) {
        return Ok(found);
    }
    let files = open_source(&subject.on_disk())?;
    let known: Vec<&str> = files.entries().iter().map(|entry| entry.path.as_str()).collect();
    for finding in findings.iter().filter(|finding| finding.fixable) {
        let Ok(text) = files.text(&finding.file) else { continue };
        // A fix that needs a new file cannot be said as a change of this one.
        let Ok(fixed) = propose::fix(finding, &text, &known) else { continue };
        if fixed.added.is_empty() {
            let changes = changes_between(&text, &fixed.text);
            found.insert(finding.fingerprint.clone(), Repair::of(&text, &changes));
        }
    }
    Ok(found)
}

/// Repaired texts, and what could not be repaired.
#[derive(Debug, Default)]
struct Outcome {
    files: Vec<PatchFile>,
    /// Fingerprints.
    fixed: Vec<String>,
    remarks: Vec<String>,
    left: Vec<String>,
}

impl Outcome {
    fn of(findings: &[Finding], files: &dyn SourceFiles) -> Self {
        let mut outcome = Self::default();
        let mut findings: Vec<Finding> = findings.iter().filter(|finding| finding.fixable).cloned().collect();
        findings.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        for group in findings.chunk_by(|a, b| a.file == b.file) {
            let Some(first) = group.first() else { continue };
            match files.text(&first.file) {
                Ok(text) => outcome.one_file(&first.file, text, group.to_vec(), files.entries()),
                Err(reason) => outcome.left.push(format!("{}: {reason}", first.file)),
            }
        }
        outcome
    }

    /// From the end of the file to its start, so that most fixes move no other finding;
    /// those that do (an import at the top) move the rest of the list along.
    fn one_file(&mut self, path: &str, old: String, mut rest: Vec<Finding>, listed: &[Entry]) {
        let mut text = old.clone();
        while let Some(finding) = rest.pop() {
            let added = self.files.iter().filter(|file| file.old.is_none()).map(|file| file.path.as_str());
            let known: Vec<&str> = listed.iter().map(|entry| entry.path.as_str()).chain(added).collect();
            match propose::fix(&finding, &text, &known) {
                Ok(fixed) => {
                    let (moved, beside) = follow(&text, &fixed.text, rest);
                    rest = moved;
                    for finding in beside {
                        self.left.push(format!(
                            "{}:{} {}: beside another fix; run --fix once more",
                            finding.file, finding.line, finding.rule
                        ));
                    }
                    self.remarks.extend(fixed.remarks.iter().map(|remark| format!("{path}: {remark}")));
                    self.fixed.push(finding.fingerprint);
                    let new = fixed.added.into_iter();
                    self.files.extend(new.map(|(path, text)| PatchFile { path, old: None, new: Some(text) }));
                    text = fixed.text;
                }
                Err(error) => {
                    self.left.push(format!("{}:{} {}: {error}", finding.file, finding.line, finding.rule));
                }
            }
        }
        if text != old {
            self.files.push(PatchFile { path: path.to_owned(), old: Some(old), new: Some(text) });
        }
    }

    /// Files whose lines can be printed as they are. A patch must be exact, and an escape
    /// byte in it would drive the terminal, so a file that holds one is not printed.
    fn printable(&self) -> Vec<PatchFile> {
        let is_hostile =
            |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains(['\u{1b}', '\u{9b}']));
        let (hostile, plain): (Vec<PatchFile>, Vec<PatchFile>) =
            self.files.iter().cloned().partition(|file| is_hostile(&file.old) || is_hostile(&file.new));
        for file in hostile {
            output::say(&format!(
                "not printed: {} holds escape characters; --apply writes its fix",
                safe::clean(&file.path)
            ));
        }
        plain
    }

    fn tell(&self) {
        for line in self.remarks.iter().chain(&self.left) {
            output::say(&format!("note: {}", safe::clean(line)));
        }
        output::say(&format!(
            "fixed {} of {} with a fix, in {}",
            self.fixed.len(),
            report::count(self.fixed.len() + self.left.len(), "finding"),
            report::count(self.files.len(), "file")
        ));
    }
}

/// Findings at their new lines, and those whose own lines were changed.
fn follow(old: &str, new: &str, findings: Vec<Finding>) -> (Vec<Finding>, Vec<Finding>) {
    let changes = changes_between(old, new);
    let mut beside = Vec::new();
    let mut moved = Vec::new();
    'findings: for mut finding in findings {
        let mut shift: i64 = 0;
        for change in &changes {
            // 0-based lines of the finding and of the change.
            let (start, end) = (finding.line.saturating_sub(1), finding.end_line.max(finding.line));
            if change.base_start + change.base_len <= start {
                shift += i64::try_from(change.new_lines.len()).unwrap_or(0) - i64::from(change.base_len);
            } else if change.base_start < end {
                beside.push(finding);
                continue 'findings;
            }
        }
        let at = |line: u32| u32::try_from(i64::from(line) + shift).unwrap_or(line);
        (finding.line, finding.end_line) = (at(finding.line), at(finding.end_line));
        moved.push(finding);
    }
    (moved, beside)
}
