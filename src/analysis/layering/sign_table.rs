//! The signs of one language, found by what a file shows.

use super::{
    score::Votes,
    seen::{Path, Seen},
    signs::{Sign, Signs},
};
use crate::{
    analysis::facts::{FileFacts, Lang},
    domain::{layer::Layer, place::Evidence},
    knowledge::packs::PatternTable,
};
use std::collections::BTreeMap;

/// Signs of a language; tables hold positions in the list.
#[derive(Debug, Default)]
pub(super) struct SignTable<'a> {
    signs: Vec<&'a Sign>,
    imports: PatternTable<'a, usize>,
    bases: PatternTable<'a, usize>,
    annotations: PatternTable<'a, usize>,
    calls: PatternTable<'a, usize>,
}

/// For each layer and kind of sign the strongest counts, and of equals the first.
type Best = BTreeMap<(Layer, &'static str), (u32, Evidence)>;

impl<'a> SignTable<'a> {
    pub(super) fn new(signs: &'a Signs, lang: Lang) -> Self {
        let mut table = Self::default();
        let spoken = |languages: &[String]| languages.iter().any(|name| name == lang.name());
        for (_, found) in signs.signs.iter().filter(|(languages, _)| spoken(languages)) {
            let position = table.signs.len();
            table.imports.extend(&found.sign.imports, position);
            table.bases.extend(&found.sign.bases, position);
            table.annotations.extend(&found.sign.annotations, position);
            table.calls.extend(&found.sign.calls, position);
            table.signs.push(found);
        }
        table
    }

    /// Adds what speaks for each layer of a file.
    pub(super) fn vote(&self, facts: &FileFacts, seen: &Seen, votes: &mut Votes) {
        let mut best = Best::new();
        let path = facts.path.as_str();
        for (kind, words, table, places) in [
            ("import", "imports", &self.imports, &seen.imports),
            ("base", "extends", &self.bases, &seen.bases),
            ("annotation", "annotated", &self.annotations, &seen.annotations),
            ("call", "calls", &self.calls, &seen.calls),
        ] {
            for (position, (found, line)) in first_places(table, places) {
                let Some(sign) = self.signs.get(position) else { continue };
                note(&mut best, sign, kind, || Evidence::new(path, *line, format!("{words} {found}")));
            }
        }
        for sign in &self.signs {
            if sign.paths.iter().any(|glob| glob.is_match(path)) {
                note(&mut best, sign, "path", || Evidence::new(path, 1, "by its path"));
            }
        }
        for ((layer, _), (weight, evidence)) in best {
            votes.add(layer, weight, evidence);
        }
    }
}

/// The first place that each sign speaks of, by the sign's position.
fn first_places<'s>(table: &PatternTable<'_, usize>, places: &'s [Path]) -> BTreeMap<usize, &'s Path> {
    let mut first = BTreeMap::new();
    for place in places {
        for position in table.of(&place.0) {
            first.entry(position).or_insert(place);
        }
    }
    first
}

fn note(best: &mut Best, sign: &Sign, kind: &'static str, evidence: impl FnOnce() -> Evidence) {
    let weight = sign.sign.weight.unwrap_or(1) * 10;
    match best.get_mut(&(sign.sign.layer, kind)) {
        Some(known) if known.0 >= weight => {}
        Some(known) => *known = (weight, evidence()),
        None => {
            best.insert((sign.sign.layer, kind), (weight, evidence()));
        }
    }
}
