//! Decision cards of `reasoning.md`: options, trade-offs and effort of a choice.
//!
//! A card teaches how to choose; the choice itself is recorded by the session.

use super::{
    error::KnowledgeError,
    merge, page,
    source::Text,
    yaml::{self, Placed},
};
use serde::Deserialize;

/// One card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionCard {
    /// For example `where-logic-lives`.
    pub id: String,
    pub title: String,
    /// The question in one or two sentences.
    pub question: String,
    pub options: Vec<CardOption>,
    /// What to choose when nothing speaks against it, and why.
    pub default: String,
    /// Ids of clarification questions and names of choices where the card is shown.
    pub shown_at: Vec<String>,
}

/// One option of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardOption {
    pub label: String,
    pub trade_off: String,
    pub effort: Effort,
}

/// Rough cost of an option in this codebase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    Small,
    Medium,
    Large,
}

impl Effort {
    /// The word of screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[expect(dead_code, reason = "names the format for a reader of the file")]
    kind: CardsKind,
    #[serde(default)]
    replace: bool,
    cards: Vec<HeadCard>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CardsKind {
    Reasoning,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadCard {
    id: Placed<String>,
    #[serde(default)]
    shown_at: Vec<String>,
    /// Efforts of the options, in their order in the body.
    efforts: Vec<Effort>,
}

/// Cards in file order.
pub(crate) fn load(texts: &[Text]) -> Result<Vec<DecisionCard>, KnowledgeError> {
    let mut cards: Vec<DecisionCard> = Vec::new();
    for text in texts {
        let page: page::Page<Head> = page::of(text)?;
        if page.head.replace {
            cards.clear();
        }
        let mut more = Vec::new();
        for head in &page.head.cards {
            let id = &head.id.value;
            let Some(section) = page.sections.iter().find(|section| section.id == *id) else {
                let reason = format!("card `{id}` has no section in the body");
                return Err(yaml::error_at(&text.label, &head.id, reason));
            };
            more.push(card(&text.label, head, section)?);
        }
        merge::merge(&mut cards, more, |card| card.id.clone());
    }
    Ok(cards)
}

fn card(file: &str, head: &HeadCard, section: &page::Section) -> Result<DecisionCard, KnowledgeError> {
    let labelled: Vec<(String, String)> =
        page::list_items(&section.part("Options")).iter().filter_map(|item| page::labelled(item)).collect();
    if labelled.len() < 2 || labelled.len() != head.efforts.len() {
        let reason = format!(
            "card `{}` has {} options and {} efforts; both count the same, at least two",
            head.id.value,
            labelled.len(),
            head.efforts.len()
        );
        return Err(KnowledgeError::at(file, section.line, 1, reason));
    }
    let options = labelled
        .into_iter()
        .zip(&head.efforts)
        .map(|((label, trade_off), effort)| CardOption { label, trade_off, effort: *effort })
        .collect();
    Ok(DecisionCard {
        id: head.id.value.clone(),
        title: section.title.clone(),
        question: section.lead(),
        options,
        default: section.part("Unless something speaks against it"),
        shown_at: head.shown_at.clone(),
    })
}
