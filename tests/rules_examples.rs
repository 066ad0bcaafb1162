//! Every rule over its own examples: the bad code is found, the good code is not.

use crate::support::scan::findings_of;
use proscenium::{
    analysis::rules::examples,
    knowledge::{Knowledge, rules::RuleCard},
};

fn cards() -> Vec<RuleCard> {
    Knowledge::load(&[]).expect("the shipped knowledge loads").rules
}

#[test]
fn every_rule_is_looked_for() {
    let without: Vec<String> =
        cards().into_iter().filter(|card| card.matcher.is_none()).map(|card| card.id).collect();
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn every_example_holds_or_says_why_not() {
    let mut wrong = Vec::new();
    for card in &cards() {
        for example in &card.examples {
            let found = example.not_found.is_empty();
            for (code, expected) in [(&example.bad, found), (&example.good, false)] {
                let Some(files) = examples::project(card, example, code) else { continue };
                let is_found = findings_of(&files).iter().any(|finding| finding.rule == card.id);
                if is_found != expected {
                    let kind = if expected { "bad is not found" } else { "is found" };
                    let place = format!("{} {} {}", card.id, example.framework, example.language);
                    wrong.push(format!("{place}: {kind}\n{code}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}
