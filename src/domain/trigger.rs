//! What makes a knowledge page open by itself.
//!
//! Written in heads as a kind and a name: `rule orm/n-plus-one`, `risk transaction`,
//! `intent migration`, `word lazy`, `failure lazy-load-outside-session`, `scene verify`,
//! `choice` or `always`.

use super::{
    event::Scene,
    task::{Intent, Reading},
};
use std::fmt;

/// How many words of a task are looked at.
const WORDS: usize = 2_000;

/// One reason to open a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// A finding of that rule, by id.
    Rule(String),
    /// A risk of the task, by kind.
    Risk(String),
    /// The task's intent, by name.
    Intent(String),
    /// A word of the task, lower case.
    Word(String),
    /// A playbook entry that matched, by id.
    Failure(String),
    /// A scene was entered, by lower-case name.
    Scene(String),
    /// A choice is asked of the user.
    Choice,
    /// The user left something unclear: a question is open.
    Unclear,
    Always,
}

impl Trigger {
    /// Reads the written form. The error is a sentence fragment.
    pub fn parse(written: &str) -> Result<Self, String> {
        let (kind, name) = written.split_once(' ').unwrap_or((written, ""));
        let name = name.trim();
        let named = |make: fn(String) -> Self| -> Result<Self, String> {
            if name.is_empty() {
                return Err(format!("trigger `{written}` names nothing"));
            }
            Ok(make(name.to_owned()))
        };
        match kind {
            "rule" => named(Self::Rule),
            "risk" => named(Self::Risk),
            "intent" => named(Self::Intent),
            "word" => named(Self::Word),
            "failure" => named(Self::Failure),
            "scene" => named(Self::Scene),
            "choice" => Ok(Self::Choice),
            "unclear" => Ok(Self::Unclear),
            "always" => Ok(Self::Always),
            _ => Err(format!(
                "`{written}` is no trigger; known kinds: rule, risk, intent, word, failure, scene, choice, unclear, always"
            )),
        }
    }

    /// The trigger of an intent.
    pub fn intent(intent: Intent) -> Self {
        Self::Intent(intent.name().to_owned())
    }

    /// Everything that a task says: its intent, its risks, its open questions, and its
    /// words. Sorted, each once.
    pub fn of_task(text: &str, reading: &Reading) -> Vec<Self> {
        let mut triggers = vec![Self::intent(reading.intent)];
        triggers.extend(reading.risks.iter().map(|risk| Self::Risk(risk.kind.clone())));
        if reading.questions.iter().any(|question| question.answer.is_none()) {
            triggers.extend([Self::Unclear, Self::Choice]);
        }
        let words: Vec<String> = text
            .split(|letter: char| !letter.is_alphanumeric() && letter != '+')
            .filter(|word| !word.is_empty())
            .take(WORDS)
            .map(str::to_lowercase)
            .collect();
        triggers.extend(words.iter().cloned().map(Self::Word));
        triggers.sort();
        triggers.dedup();
        triggers
    }

    /// The trigger of a scene.
    pub fn scene(scene: Scene) -> Self {
        Self::Scene(scene.name().to_lowercase())
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(name) => write!(f, "rule {name}"),
            Self::Risk(name) => write!(f, "risk {name}"),
            Self::Intent(name) => write!(f, "intent {name}"),
            Self::Word(name) => write!(f, "word {name}"),
            Self::Failure(name) => write!(f, "failure {name}"),
            Self::Scene(name) => write!(f, "scene {name}"),
            Self::Choice => f.write_str("choice"),
            Self::Unclear => f.write_str("unclear"),
            Self::Always => f.write_str("always"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_form_round_trips() {
        for written in [
            "rule orm/n-plus-one",
            "risk orm",
            "intent job",
            "word lazy load",
            "failure x",
            "scene act",
            "choice",
            "unclear",
            "always",
        ] {
            assert_eq!(Trigger::parse(written).expect(written).to_string(), written);
        }
        for wrong in ["rule", "mood good", ""] {
            assert!(Trigger::parse(wrong).is_err(), "{wrong}");
        }
    }
}
