//! Rules whose findings say truly whether there is a fix.
//!
//! A rule knows which languages its fix is written for; whether this one can be repaired
//! without guessing only the fix itself knows. So it is tried, and a finding that it
//! declines is not called fixable: its step is a walkthrough from the start.

use crate::{
    analysis::{
        rules::RuleEngine,
        scan::{FindingInput, FindingSource},
    },
    domain::finding::Finding,
    propose,
};

/// The rules of a scan, with every promised fix tried.
pub struct Repairable(RuleEngine);

impl Repairable {
    /// Over these rules.
    pub fn new(rules: RuleEngine) -> Self {
        Self(rules)
    }
}

impl FindingSource for Repairable {
    fn findings(&self, input: &FindingInput<'_, '_>) -> Vec<Finding> {
        let mut findings = self.0.findings(input);
        let known: Vec<&str> = input.files.entries().iter().map(|entry| entry.path.as_str()).collect();
        // Findings come file by file: one text at a time is enough.
        let (mut file, mut text) = (String::new(), None);
        for finding in findings.iter_mut().filter(|finding| finding.fixable) {
            if finding.file != file {
                text = input.files.text(&finding.file).ok();
                file.clone_from(&finding.file);
            }
            finding.fixable = text.as_deref().is_some_and(|text| propose::fix(finding, text, &known).is_ok());
        }
        findings
    }

    fn rules(&self) -> u64 {
        self.0.rules()
    }
}
