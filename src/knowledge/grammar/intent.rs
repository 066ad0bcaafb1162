//! Which kind of change a task asks for: the intent with the most evidence.

use super::{
    data::Grammar,
    lexicon::Meaning,
    marks::{Mark, Marked},
    token::WordKind,
};
use crate::domain::task::Intent;
use std::collections::BTreeMap;

/// Points of each intent that has any.
#[derive(Debug, Clone, Default)]
pub(super) struct Scores {
    points: BTreeMap<Intent, u32>,
    /// The phrases that gave them, as written, in order.
    phrases: BTreeMap<Intent, Vec<String>>,
}

/// Counts the evidence of all clauses.
pub(super) fn score(clauses: &[Marked]) -> Scores {
    let mut scores = Scores::default();
    for marked in clauses {
        let mut operation = false;
        let mut resource = false;
        let mut builder = false;
        let mut rule = false;
        let mut follows = false;
        // What comes after `when` or `after` is context, not what is asked.
        let mut context = false;
        for (word, mark) in marked.iter() {
            match word.kind {
                WordKind::Path | WordKind::Method => scores.add(Intent::Endpoint, 4),
                WordKind::Rule => scores.add(Intent::Repair, 6),
                WordKind::Field => scores.add(Intent::Resource, 1),
                WordKind::Plain | WordKind::Status | WordKind::File | WordKind::Number => {}
            }
            let Mark::Phrase { meanings, length } = mark else {
                follows |= operation && *mark == Mark::Unknown;
                continue;
            };
            let small = meanings.contains(&Meaning::Stop);
            for meaning in meanings {
                match meaning {
                    Meaning::Intent(intent, weight) => {
                        let weight = if context { weight.div_ceil(4) } else { *weight };
                        scores.add(*intent, weight);
                        scores.note(*intent, marked.phrase(word, *length));
                    }
                    Meaning::Rule(_) => rule = true,
                    Meaning::Operation(..) if !small => operation = true,
                    Meaning::Resource(_) => resource = true,
                    Meaning::Builder => builder = true,
                    Meaning::Condition => context = true,
                    Meaning::Stop
                    | Meaning::Actor(_)
                    | Meaning::Operation(..)
                    | Meaning::Risk(_)
                    | Meaning::Known
                    | Meaning::Elsewhere(_) => {}
                }
            }
        }
        if rule {
            scores.add(Intent::Repair, 4);
        }
        if operation && resource {
            scores.add(Intent::Endpoint, 3);
        } else if operation && follows {
            // `cancel a booking`: something is done to a thing that is not known here.
            scores.add(Intent::Endpoint, 2);
        }
        let fields = marked.clause.words.iter().filter(|word| word.kind == WordKind::Field).count();
        if builder && fields > 0 && !resource {
            scores.add(Intent::Resource, 2);
        }
    }
    scores
}

impl Scores {
    fn add(&mut self, intent: Intent, points: u32) {
        *self.points.entry(intent).or_default() += points;
    }

    fn note(&mut self, intent: Intent, phrase: String) {
        let phrases = self.phrases.entry(intent).or_default();
        if !phrases.contains(&phrase) && phrases.len() < 4 {
            phrases.push(phrase);
        }
    }

    /// The phrases that speak for an intent, joined; empty without any.
    pub(super) fn phrases(&self, intent: Intent) -> String {
        self.phrases.get(&intent).map(|phrases| phrases.join(", ")).unwrap_or_default()
    }

    pub(super) fn of(&self, intent: Intent) -> u32 {
        self.points.get(&intent).copied().unwrap_or_default()
    }

    /// The intent with the most points; equal points go to the one that the grammar
    /// lists first. `Other` without any.
    pub(super) fn best(&self, grammar: &Grammar) -> Intent {
        let mut best = (Intent::Other, 0);
        for entry in &grammar.intents {
            let points = self.of(entry.intent);
            if points > best.1 {
                best = (entry.intent, points);
            }
        }
        best.0
    }

    /// How many other kinds of change are named too, each with some weight.
    pub(super) fn others(&self, best: Intent) -> usize {
        let plain =
            [Intent::Endpoint, Intent::Resource, Intent::Router, Intent::Repository, Intent::ServiceMethod];
        self.points
            .iter()
            .filter(|(intent, points)| **intent != best && **points >= 4 && !plain.contains(intent))
            .count()
    }
}
