//! Reads `checklist.md` into checklist items.
//!
//! The head says what decides an item and when it applies; the body, grouped by
//! sections, holds the sentence that a person reads. Every item must have both.

use super::{
    error::KnowledgeError,
    merge, page,
    source::Text,
    yaml::{self, Placed},
};
use crate::domain::{
    checklist::{Decider, Item},
    command::CommandKind,
    layer::Layer,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[expect(dead_code, reason = "names the format for a reader of the file")]
    kind: ChecklistKind,
    /// Take this file instead of those below it, not on top of them.
    #[serde(default)]
    replace: bool,
    items: Vec<HeadItem>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ChecklistKind {
    Checklist,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadItem {
    id: Placed<String>,
    decide: Decide,
    #[serde(default)]
    when: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Decide {
    Rules(Vec<String>),
    Command(CommandKind),
    Hunks(Layer),
    Hand,
}

/// Items in the order of the body. A later text replaces items of the same id where they
/// stand and adds its new ones at the end.
pub(crate) fn load(texts: &[Text]) -> Result<Vec<Item>, KnowledgeError> {
    let mut items: Vec<Item> = Vec::new();
    for text in texts {
        let (replace, more) = parse(text)?;
        if replace {
            items.clear();
        }
        merge::merge(&mut items, more, |item| item.id.clone());
    }
    Ok(items)
}

fn parse(text: &Text) -> Result<(bool, Vec<Item>), KnowledgeError> {
    let file = text.label.as_str();
    let page: page::Page<Head> = page::of(text)?;
    let mut items = Vec::new();
    for section in &page.sections {
        for line in page::list_items(&section.body) {
            let Some((id, text)) = page::marked(&line) else {
                let reason = format!("`{line}` does not begin with an id in backticks");
                return Err(KnowledgeError::at(file, section.line, 1, reason));
            };
            let Some(head) = page.head.items.iter().find(|item| item.id.value == id) else {
                let reason = format!("item `{id}` is not in the head");
                return Err(KnowledgeError::at(file, section.line, 1, reason));
            };
            items.push(Item {
                id: id.to_owned(),
                group: section.id.clone(),
                text: text.to_owned(),
                decider: head.decide.to_domain(),
                when: head.when.clone(),
            });
        }
    }
    for head in &page.head.items {
        let times = items.iter().filter(|item| item.id == head.id.value).count();
        if times != 1 {
            let reason = format!("item `{}` stands {times} times in the body, not once", head.id.value);
            return Err(yaml::error_at(file, &head.id, reason));
        }
    }
    Ok((page.head.replace, items))
}

impl Decide {
    fn to_domain(&self) -> Decider {
        match self {
            Self::Rules(rules) => Decider::Rules { rules: rules.clone() },
            Self::Command(kind) => Decider::Command { kind: *kind },
            Self::Hunks(layer) => Decider::Hunks { layer: *layer },
            Self::Hand => Decider::ByHand,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(head: &str, body: &str) -> Text {
        Text {
            label: "c.md".into(),
            text: format!("---\nkind: checklist\nitems:\n{head}---\n{body}"),
            shipped: false,
        }
    }

    #[test]
    fn a_later_file_replaces_by_id_and_adds() {
        let below =
            text("  - {id: a, decide: hand}\n  - {id: b, decide: hand}\n", "## G\n- `a` one\n- `b` two\n");
        let above = text(
            "  - {id: a, decide: {command: tests}}\n  - {id: c, decide: {hunks: test}, when: [orm]}\n",
            "## G\n- `a` uno\n- `c` three\n",
        );
        let items = load(&[below, above]).expect("loads");
        let seen: Vec<(&str, &str)> = items.iter().map(|i| (i.id.as_str(), i.text.as_str())).collect();
        assert_eq!(seen, [("a", "uno"), ("b", "two"), ("c", "three")]);
        assert_eq!(items[0].decider, Decider::Command { kind: CommandKind::Tests });
    }

    #[test]
    fn head_and_body_must_agree() {
        let missing = text("  - {id: a, decide: hand}\n  - {id: b, decide: hand}\n", "## G\n- `a` one\n");
        assert_eq!(load(&[missing]).expect_err("b has no text").position(), (5, 10));
        let unknown = text("  - {id: a, decide: hand}\n", "## G\n- `a` one\n- `z` two\n");
        assert_eq!(load(&[unknown]).expect_err("z is unknown").position().0, 6);
        let decider = text("  - {id: a, decide: magic}\n", "## G\n- `a` one\n");
        assert_eq!(load(&[decider]).expect_err("no such decider").position().0, 4);
    }
}
