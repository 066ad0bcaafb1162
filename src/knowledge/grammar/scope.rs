//! Sentences for work that belongs to another specialist.
//!
//! Such a sentence is said to be so, with what the backend needs from there; it takes
//! no part in reading the rest. Authentication that touches the server's own libraries
//! or its database is never out of scope.

use super::{data::Grammar, lexicon::Meaning, marks::Marked};
use crate::domain::task::Intent;
use std::collections::BTreeSet;

/// Words that keep an authentication task with the backend.
const SERVER_WORDS: [&str; 10] = [
    "adapter",
    "server",
    "database",
    "library",
    "middleware",
    "backend",
    "api",
    "endpoint",
    "session store",
    "route",
];

/// Splits off clauses of sentences that belong elsewhere. Gives the clauses that stay,
/// and one sentence for each that goes.
pub(super) fn split(grammar: &Grammar, text: &str, clauses: Vec<Marked>) -> (Vec<Marked>, Vec<String>) {
    let mut gone: BTreeSet<(usize, usize)> = BTreeSet::new();
    for marked in &clauses {
        if keeps(marked) {
            continue;
        }
        for meaning in marked.meanings() {
            if let Meaning::Elsewhere(index) = meaning {
                gone.insert((marked.clause.sentence, *index));
            }
        }
    }
    let mut said = Vec::new();
    for (sentence, index) in &gone {
        let Some(entry) = grammar.elsewhere.get(*index) else { continue };
        let quote: Vec<&str> = clauses
            .iter()
            .filter(|marked| marked.clause.sentence == *sentence && names(marked, *index))
            .map(|marked| marked.quote(text))
            .collect();
        said.push(format!(
            "This is {} work: “{}”. Needed from there: {}. The backend part goes on.",
            entry.scope,
            quote.join(", ").trim_end_matches(['.', ',', ';']),
            entry.needs
        ));
    }
    let stays = |marked: &Marked| {
        !gone.iter().any(|(sentence, index)| marked.clause.sentence == *sentence && names(marked, *index))
    };
    (clauses.into_iter().filter(stays).collect(), said)
}

fn names(marked: &Marked, index: usize) -> bool {
    marked.has(&Meaning::Elsewhere(index))
}

fn keeps(marked: &Marked) -> bool {
    let auth = marked.meanings().any(|meaning| matches!(meaning, Meaning::Intent(Intent::Auth, _)));
    auth && marked.clause.words.iter().any(|word| SERVER_WORDS.contains(&word.lower.as_str()))
}
