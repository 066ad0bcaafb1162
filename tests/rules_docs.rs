//! `docs/rules.md` is what the rules' files say.

use crate::support::docs;
use proscenium::knowledge::{Knowledge, rule_text, rules::RuleCard};
use std::fmt::Write as _;

#[test]
fn rules_md_is_what_the_rules_say() {
    let cards: Vec<RuleCard> = Knowledge::load(&[]).expect("the shipped knowledge loads").rules;
    let mut text = String::from(
        "# Rules of the review\n\n\
         Written from `resources/rules/` by a test; `UPDATE_DOCS=1 cargo test rules_docs` renews it.\n\
         `on` means that a finding is a problem; `advice` that the rule knows too little of your program to be sure.\n\
         `proscenium rules show ID` prints one of these pages, `proscenium rules test` runs all examples.\n\n\
         | rule | level | shown | finds | languages |\n| --- | --- | --- | --- | --- |\n",
    );
    for card in &cards {
        let anchor: String = card.id.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect();
        let languages =
            if card.languages.is_empty() { "any file".to_owned() } else { card.languages.join(", ") };
        let shown = if card.default_on { "on" } else { "advice" };
        let level = card.level.name();
        writeln!(text, "| [`{}`](#{anchor}) | {level} | {shown} | {} | {languages} |", card.id, card.title)
            .unwrap();
    }
    let mut folder = "";
    for card in &cards {
        let of = card.id.split('/').next().unwrap_or_default();
        if of != folder {
            folder = of;
            writeln!(text, "\n## {}\n", title(of)).unwrap();
        }
        text.push_str(&rule_text(card));
    }
    docs::check_file("docs/rules.md", &text);
}

fn title(folder: &str) -> &str {
    match folder {
        "api" => "Interfaces",
        "arch" => "Architecture",
        "async" => "Concurrency",
        "cloud" => "Operation",
        "mig" => "Migrations",
        "orm" => "Databases",
        "sec" => "Security",
        other => other,
    }
}
