//! The hand of `update`: records events, collects effects, tells the user.

use super::{
    effect::Effect,
    model::{Model, Notice},
    text::{Editor, Purpose},
    view::{Mark, Target},
};
use crate::{
    domain::{
        event::{Event, What},
        hunk::Decision,
        ids::HunkId,
        person::name_of,
    },
    keys::Action,
};

/// The model while a message is handled, and the effects so far.
#[derive(Debug)]
pub struct Cx<'a> {
    pub model: &'a mut Model,
    pub effects: Vec<Effect>,
}

impl Cx<'_> {
    /// Applies an event to the session and asks for it to be journalled.
    ///
    /// Returns whether it was applied; when not, the reason stands on the floor.
    pub fn record(&mut self, what: What) -> bool {
        let looks = is_looking(&what) && self.model.activity.journal_failed_at.is_none();
        let allowed = is_fact(&what) || looks || self.may_act();
        if !allowed {
            return false;
        }
        let (primitive, scope, evidence) = super::classify::classify(&what);
        let event = Event {
            seq: self.model.session.seq + 1,
            at: self.model.now,
            by: self.driver(),
            primitive,
            scope,
            evidence,
            what,
        };
        if let Err(error) = self.model.session.apply(&event) {
            self.refuse(format!("{}.", capitalise(&error.to_string())));
            return false;
        }
        self.effects.push(Effect::Append(Box::new(event)));
        true
    }

    /// Whether this session may decide and run things; when not, the reason stands on the floor.
    pub fn may_act(&mut self) -> bool {
        if self.model.activity.journal_failed_at.is_some() {
            let key = self.key(Action::Quit);
            self.refuse(format!(
                "The session file cannot be written; deciding waits until it can. {key} quits."
            ));
            return false;
        }
        if let Some(text) = self.model.options.read_only.clone() {
            self.refuse(text);
            return false;
        }
        true
    }

    /// Who acts.
    pub fn driver(&self) -> String {
        let identity = &self.model.session.identity;
        let driver = if identity.driver.is_empty() { &self.model.options.driver } else { &identity.driver };
        name_of(driver).to_owned()
    }

    /// Something done or to know, at the right of the floor.
    pub fn notice(&mut self, mark: Mark, text: impl Into<String>) {
        self.model.screen.notice = Some(Notice { mark, text: text.into(), undo: false });
    }

    /// Something done that `u` takes back.
    pub fn undoable(&mut self, text: impl Into<String>) {
        self.model.screen.notice = Some(Notice { mark: Mark::Before, text: text.into(), undo: true });
    }

    /// A key that cannot act now: the reason and the key that helps.
    pub fn refuse(&mut self, text: impl Into<String>) {
        self.model.screen.refusal = Some(text.into());
    }

    /// Says that another proposal is being made; a reason that stands already is kept.
    pub fn refuse_proposing(&mut self) {
        if self.model.screen.refusal.is_none() {
            let key = self.key(Action::Interrupt);
            self.refuse(format!("A proposal is being made; {key} stops it."));
        }
    }

    /// Asks for something outside.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// The key bound to an action, for sentences.
    pub fn key(&self, action: Action) -> String {
        self.model.keys.key(action)
    }

    /// Opens a text: what was typed there before and left, else this.
    pub fn open_editor(&mut self, purpose: Purpose, text: impl Into<String>, placeholder: impl Into<String>) {
        self.put_away_text();
        self.model.screen.editor_revision += 1;
        let original = text.into();
        let drafts = &mut self.model.screen.drafts;
        let draft = drafts.iter().position(|(known, _)| *known == purpose).map(|at| drafts.remove(at).1);
        self.model.screen.editor = Some(Editor {
            purpose,
            text: draft.unwrap_or_else(|| original.clone()),
            original,
            revision: self.model.screen.editor_revision,
            placeholder: placeholder.into(),
        });
    }

    /// Takes the caret away. What was typed is kept for the next time; returns whether it was.
    pub fn put_away_text(&mut self) -> bool {
        let Some(editor) = self.model.screen.editor.take() else { return false };
        let fleeting = matches!(editor.purpose, Purpose::Search | Purpose::Palette | Purpose::Help);
        // No lines at all are a change of a hunk; elsewhere an empty text is no draft.
        let says = !editor.text.trim().is_empty() || matches!(editor.purpose, Purpose::Hunk(_));
        let keep = !fleeting && says && editor.text != editor.original;
        if keep {
            self.model.screen.drafts.push((editor.purpose, editor.text));
        }
        keep
    }

    /// Replaces the text under the caret.
    pub fn set_text(&mut self, text: impl Into<String>) {
        self.model.screen.editor_revision += 1;
        let revision = self.model.screen.editor_revision;
        if let Some(editor) = &mut self.model.screen.editor {
            editor.text = text.into();
            editor.revision = revision;
        }
    }

    /// Marks a thing in the focused pane.
    pub fn mark(&mut self, target: Target) {
        let key = (self.model.kind(), self.model.screen.focus);
        self.model.screen.marked.insert(key, target);
    }

    /// The marked thing of the focused pane.
    pub fn marked(&self) -> Option<Target> {
        super::cursor::marked(self.model, self.model.screen.focus)
    }

    /// The composed texts changed: guards, maps and results are old now.
    pub fn touched(&mut self) {
        self.model.world.revision += 1;
        let revision = self.model.world.revision;
        self.model.activity.checking = true;
        self.effects.push(Effect::Check { revision });
    }

    /// Records a decision and moves on.
    pub fn decide(&mut self, hunks: Vec<HunkId>, decision: Decision) -> bool {
        let done = self.record(What::Decided { hunks, decision });
        if done {
            self.touched();
        }
        done
    }
}

/// Events that say what the world did: refusing them would make the session wrong.
fn is_fact(what: &What) -> bool {
    matches!(
        what,
        What::Noticed { .. }
            | What::Committed { .. }
            | What::CommitUndone { .. }
            | What::Applied { .. }
            | What::Finished { .. }
    )
}

/// Events that only look: they decide nothing and touch nothing.
fn is_looking(what: &What) -> bool {
    matches!(
        what,
        What::SceneEntered { .. }
            | What::Scanned { .. }
            | What::CommandsFound { .. }
            | What::PageOpened { .. }
    )
}

/// The first letter in upper case; a path stays as it is.
pub fn capitalise(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default().trim_end_matches(['.', ',', ':']);
    if first.contains(['/', '.', '\\', '_']) {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// `1 hunk`, `2 hunks`.
pub fn plural(count: usize, noun: &str) -> String {
    let suffix = match noun.strip_suffix('y') {
        Some(stem) if count != 1 && !noun.ends_with("ey") => return format!("{count} {stem}ies"),
        _ if count == 1 => "",
        _ if noun.ends_with('s') => "es",
        _ => "s",
    };
    if noun == "criterion" && count != 1 {
        return format!("{count} criteria");
    }
    format!("{count} {noun}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_sentence_begins_with_a_capital_and_a_path_stays_a_path() {
        for (text, said) in [
            ("no hook is installed", "No hook is installed"),
            ("done.", "Done."),
            ("backend/pyproject.toml has your own change", "backend/pyproject.toml has your own change"),
            ("setup.py: gone", "setup.py: gone"),
            ("one_file is locked", "one_file is locked"),
            ("", ""),
        ] {
            assert_eq!(capitalise(text), said);
        }
    }
}
