//! The sign files, parsed.

use crate::{
    analysis::glob::Glob,
    domain::layer::Layer,
    knowledge::{
        self, KnowledgeError,
        packs::{LayerSign, Packs, Pattern},
    },
    ports::ScanError,
};
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::{collections::BTreeMap, sync::LazyLock};

static SHIPPED: LazyLock<Result<Signs, String>> =
    LazyLock::new(|| Signs::read().map_err(|error| error.to_string()));

/// The signs that ship with the program.
pub fn shipped() -> Result<&'static Signs, ScanError> {
    SHIPPED.as_ref().map_err(|reason| ScanError::Knowledge(reason.clone()))
}

/// All signs, ready to match.
#[derive(Debug, Default, Clone)]
pub struct Signs {
    /// What each word says, in the order of layers where several do.
    pub(super) words: FxHashMap<String, (Layer, Strength)>,
    pub(super) inside: Vec<Inside>,
    pub(super) neutral: Vec<String>,
    pub(super) signs: Vec<(Vec<String>, Sign)>,
    pub(super) queries: Vec<(Vec<String>, QueryRule)>,
    /// Names of the types that keep models.
    pub(super) keepers: Vec<(Vec<String>, Vec<String>)>,
}

/// How much a word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strength {
    Full,
    FileOnly,
    Weak,
}

/// A layer sign with its globs read.
#[derive(Debug, Clone)]
pub(super) struct Sign {
    pub(super) sign: LayerSign,
    pub(super) paths: Vec<Glob>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WordList {
    pub(super) names: Vec<String>,
    /// Names that speak for a file but not for what stands in a folder of that name.
    #[serde(default)]
    pub(super) files: Vec<String>,
    #[serde(default)]
    pub(super) weak: Vec<String>,
}

/// What a word says below folders of certain names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Inside {
    pub(super) word: String,
    pub(super) below: Vec<String>,
    pub(super) layer: Layer,
}

/// Calls that reach the database.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct QueryRule {
    pub(super) calls: Vec<Pattern>,
    pub(super) methods: Vec<String>,
    pub(super) receivers: Vec<String>,
    pub(super) models: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordFile {
    words: BTreeMap<Layer, WordList>,
    inside: Vec<Inside>,
    neutral: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignFile {
    languages: Vec<String>,
    signs: Vec<LayerSign>,
    #[serde(default)]
    queries: Vec<QueryRule>,
    #[serde(default)]
    kept_by: Vec<String>,
}

impl Signs {
    fn read() -> Result<Self, KnowledgeError> {
        let mut signs = Self::default();
        for name in knowledge::shipped_names("layer-signs") {
            if name == "layer-signs/words.yaml" {
                let words: WordFile = knowledge::shipped(name)?;
                signs.add_words(words.words);
                (signs.inside, signs.neutral) = (words.inside, words.neutral);
                continue;
            }
            let found: SignFile = knowledge::shipped(name)?;
            for sign in found.signs {
                signs.add(&found.languages, sign);
            }
            signs.keepers.push((found.languages.clone(), found.kept_by));
            signs.queries.extend(found.queries.into_iter().map(|rule| (found.languages.clone(), rule)));
        }
        Ok(signs)
    }

    fn add_words(&mut self, words: BTreeMap<Layer, WordList>) {
        for (layer, list) in words {
            let lists =
                [(list.names, Strength::Full), (list.files, Strength::FileOnly), (list.weak, Strength::Weak)];
            for (names, strength) in lists {
                for name in names {
                    self.words.entry(name).or_insert((layer, strength));
                }
            }
        }
    }

    fn add(&mut self, languages: &[String], sign: LayerSign) {
        let paths = sign.paths.iter().map(|glob| Glob::new(glob)).collect();
        self.signs.push((languages.to_vec(), Sign { sign, paths }));
    }

    /// Every sign with the languages it is for.
    pub fn layer_signs(&self) -> impl Iterator<Item = (&[String], &LayerSign)> {
        self.signs.iter().map(|(languages, sign)| (languages.as_slice(), &sign.sign))
    }

    /// These signs with those of packs on top.
    pub fn with_packs(&self, packs: &Packs) -> Self {
        let mut signs = self.clone();
        for pack in packs.iter() {
            for sign in &pack.layers {
                signs.add(&pack.languages, sign.clone());
            }
        }
        signs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_sign_file_parses() {
        let signs = shipped().unwrap();
        assert!(signs.words.values().any(|(layer, _)| *layer == Layer::Router) && signs.signs.len() > 40);
    }

    #[test]
    fn no_shipped_file_is_read_as_yaml_at_a_start() {
        assert!(knowledge::ahead::<WordFile>("layer-signs/words.yaml").is_some());
        for name in knowledge::shipped_names("layer-signs").filter(|name| !name.ends_with("/words.yaml")) {
            assert!(knowledge::ahead::<SignFile>(name).is_some(), "{name}");
        }
    }
}
