//! Cases of our own for families with few cases elsewhere: small texts in several
//! languages, each with what must and must not be found.

use crate::support::scan::findings_of;
use proscenium::{
    analysis::rules::examples,
    knowledge::{
        Knowledge,
        rules::{RuleCard, RuleExample},
    },
};
use serde::Deserialize;
use std::{collections::BTreeSet, fs, path::Path};

/// The cases of one family.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    family: String,
    groups: Vec<Group>,
}

/// Texts that stand in one frame.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    language: String,
    path: String,
    frame: String,
    bad: Vec<String>,
    clean: Vec<String>,
}

fn cases() -> Vec<Cases> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("a case").path()).collect();
    paths.sort();
    let read = |path: &Path| {
        let text = fs::read_to_string(path).expect("a readable file");
        serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    paths.iter().map(|path| read(path)).collect()
}

#[test]
fn every_family_has_enough_cases_in_three_languages() {
    for family in cases() {
        let bad: usize = family.groups.iter().map(|group| group.bad.len()).sum();
        let clean: usize = family.groups.iter().map(|group| group.clean.len()).sum();
        let languages: BTreeSet<&str> = family.groups.iter().map(|group| group.language.as_str()).collect();
        assert!(
            bad >= 15 && clean >= 15 && languages.len() >= 3,
            "{}: {bad} bad and {clean} clean in {languages:?}",
            family.family
        );
    }
}

#[test]
fn what_is_bad_is_found_and_what_is_clean_is_not() {
    let cards: Vec<RuleCard> = Knowledge::load(&[]).expect("the shipped knowledge loads").rules;
    let mut wrong = Vec::new();
    for family in cases() {
        let card = cards.iter().find(|card| card.family == family.family).expect("a rule of the family");
        for group in &family.groups {
            let texts = group.bad.iter().map(|text| (text, true));
            for (text, expected) in texts.chain(group.clean.iter().map(|text| (text, false))) {
                let code = group.frame.replace("{code}", text);
                let example = RuleExample {
                    framework: "any".to_owned(),
                    language: group.language.clone(),
                    path: group.path.clone(),
                    bad: String::new(),
                    good: String::new(),
                    not_found: String::new(),
                };
                let files = examples::project(card, &example, &code).expect("a language with a front end");
                let is_found = findings_of(&files).iter().any(|finding| finding.family == family.family);
                if is_found != expected {
                    let kind = if expected { "is not found" } else { "is found" };
                    wrong.push(format!("{} {}: {kind}: {text}", family.family, group.language));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}
