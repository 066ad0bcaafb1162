//! The binding table: which chords mean which action.
//!
//! The shipped table is `resources/keymap.toml`; a user's own table replaces the chords
//! of the actions it names. One chord means one action, in every scene.

use super::{action::Action, chord::Chord};
use std::collections::BTreeMap;

const SHIPPED: &str = include_str!("../../resources/keymap.toml");

/// Chords to actions, and back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTable {
    chords: BTreeMap<Chord, Action>,
    /// First chord of an action is the one that screens print.
    actions: BTreeMap<Action, Vec<Chord>>,
    /// Words that stand for actions where nobody presses keys; empty on a screen.
    words: BTreeMap<Action, String>,
}

/// Why a table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyTableError {
    #[error("{0}")]
    Toml(String),
    #[error("`{0}` is not an action")]
    UnknownAction(String),
    #[error("{action}: {source}")]
    Chord { action: String, source: super::chord::ChordError },
    #[error("{chord} is bound to both {first} and {second}")]
    Twice { chord: String, first: String, second: String },
}

impl KeyTable {
    /// The shipped table.
    pub fn shipped() -> Result<Self, KeyTableError> {
        Self::from_lists(parse(SHIPPED)?)
    }

    /// The shipped table with the user's own `[keys]` on top.
    pub fn with_overrides(own: &BTreeMap<String, Vec<String>>) -> Result<Self, KeyTableError> {
        let mut lists = parse(SHIPPED)?;
        for (name, chords) in own {
            let action = Action::from_name(name).ok_or_else(|| KeyTableError::UnknownAction(name.clone()))?;
            let read = read_chords(name, chords)?;
            // A chord that the user gives to one action is taken from the shipped ones.
            for (other, list) in &mut lists {
                if *other != action && !own.contains_key(other.name()) {
                    list.retain(|chord| !read.contains(chord));
                }
            }
            lists.insert(action, read);
        }
        Self::from_lists(lists)
    }

    fn from_lists(actions: BTreeMap<Action, Vec<Chord>>) -> Result<Self, KeyTableError> {
        let mut chords = BTreeMap::new();
        for (action, list) in &actions {
            for chord in list {
                if let Some(first) = chords.insert(*chord, *action) {
                    return Err(KeyTableError::Twice {
                        chord: chord.to_string(),
                        first: first.name().into(),
                        second: action.name().into(),
                    });
                }
            }
        }
        Ok(Self { chords, actions, words: BTreeMap::new() })
    }

    /// A table for a session without keys: sentences name these words, and the plain name
    /// of an action that has none.
    pub fn spoken(words: impl Fn(Action) -> Option<&'static str>) -> Self {
        let words = Action::ALL
            .iter()
            .map(|action| (*action, words(*action).unwrap_or_else(|| action.name()).to_owned()))
            .collect();
        Self { chords: BTreeMap::new(), actions: BTreeMap::new(), words }
    }

    /// What a chord means.
    pub fn action(&self, chord: Chord) -> Option<Action> {
        self.chords.get(&chord).copied()
    }

    /// The chord (or word) that screens print for an action; empty when it has none.
    pub fn key(&self, action: Action) -> String {
        if let Some(word) = self.words.get(&action) {
            return word.clone();
        }
        self.actions.get(&action).and_then(|list| list.first()).map(Chord::to_string).unwrap_or_default()
    }

    /// All chords of an action, in order, or its word.
    pub fn keys(&self, action: Action) -> Vec<String> {
        if let Some(word) = self.words.get(&action) {
            return vec![word.clone()];
        }
        self.actions.get(&action).into_iter().flatten().map(Chord::to_string).collect()
    }
}

fn parse(text: &str) -> Result<BTreeMap<Action, Vec<Chord>>, KeyTableError> {
    let lists: BTreeMap<String, Vec<String>> =
        toml::from_str(text).map_err(|error| KeyTableError::Toml(error.to_string()))?;
    lists
        .into_iter()
        .map(|(name, chords)| {
            let action =
                Action::from_name(&name).ok_or_else(|| KeyTableError::UnknownAction(name.clone()))?;
            Ok((action, read_chords(&name, &chords)?))
        })
        .collect()
}

fn read_chords(name: &str, chords: &[String]) -> Result<Vec<Chord>, KeyTableError> {
    chords
        .iter()
        .map(|text| {
            Chord::parse(text).map_err(|source| KeyTableError::Chord { action: name.to_owned(), source })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::action::Group;

    #[test]
    fn every_action_outside_the_palette_has_a_key() {
        let table = KeyTable::shipped().expect("the shipped table is right");
        for action in Action::ALL.iter().filter(|action| action.group() != Group::More) {
            assert!(!table.key(*action).is_empty(), "{} has no key", action.name());
        }
    }

    #[test]
    fn a_users_chord_is_taken_from_the_shipped_action() {
        let own = BTreeMap::from([("accept".to_owned(), vec!["x".to_owned()])]);
        let table = KeyTable::with_overrides(&own).expect("the table is right");
        let chord = Chord::parse("x").expect("x is a key");
        assert_eq!(table.action(chord), Some(Action::Accept));
        assert_eq!(table.key(Action::TurnDown), "");
    }

    #[test]
    fn a_session_without_keys_prints_words() {
        let table = KeyTable::spoken(|action| (action == Action::Continue).then_some("next"));
        assert_eq!(table.key(Action::Continue), "next");
        assert_eq!(table.keys(Action::Journal), ["journal"]);
        assert!(Action::ALL.iter().all(|action| !table.key(*action).is_empty()));
    }

    #[test]
    fn wrong_tables_say_what_is_wrong() {
        let own = |name: &str, chord: &str| BTreeMap::from([(name.to_owned(), vec![chord.to_owned()])]);
        assert_eq!(
            KeyTable::with_overrides(&own("approve", "a")),
            Err(KeyTableError::UnknownAction("approve".into()))
        );
        assert!(matches!(
            KeyTable::with_overrides(&own("accept", "Hyper-a")),
            Err(KeyTableError::Chord { .. })
        ));
        let twice = BTreeMap::from([
            ("accept".to_owned(), vec!["a".to_owned()]),
            ("choose".to_owned(), vec!["a".to_owned()]),
        ]);
        assert!(matches!(KeyTable::with_overrides(&twice), Err(KeyTableError::Twice { .. })));
    }
}
