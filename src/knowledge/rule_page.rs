//! One rule as a page: for `rules show` and for the generated documentation.

use super::rules::{FixKind, RuleCard};
use std::fmt::Write as _;

/// The whole rule in Markdown.
pub fn rule_text(card: &RuleCard) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _always_fits = write_rule(&mut text, card);
    text
}

fn write_rule(text: &mut String, card: &RuleCard) -> std::fmt::Result {
    let languages = if card.languages.is_empty() { "any file".to_owned() } else { card.languages.join(", ") };
    let shown = if card.default_on { "on" } else { "advice" };
    writeln!(
        text,
        "### {}\n\n**{}.** {}; {shown}; {}; {languages}.\n",
        card.id,
        card.title,
        card.level.name(),
        card.family
    )?;
    writeln!(text, "{}\n", card.why.trim())?;
    let kind = match card.fix.kind {
        FixKind::Safe => "a fix is written by itself",
        FixKind::Offer => "a fix is offered",
        FixKind::None => "by hand",
    };
    writeln!(text, "To fix ({kind}):\n\n{}\n", card.fix.how.trim())?;
    for example in &card.examples {
        let fence = match example.language.as_str() {
            "dotenv" => "sh",
            language => language,
        };
        let whose =
            if example.framework == "any" { example.language.as_str() } else { example.framework.as_str() };
        writeln!(text, "Bad ({whose}):\n\n```{fence}\n{}\n```\n", example.bad.trim_end())?;
        writeln!(text, "Good:\n\n```{fence}\n{}\n```\n", example.good.trim_end())?;
        if !example.not_found.is_empty() {
            writeln!(text, "Not found yet: {}.\n", example.not_found)?;
        }
    }
    writeln!(text, "Source: {}\n", card.source.join(", "))
}
