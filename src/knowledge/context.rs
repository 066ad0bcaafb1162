//! Reads `context.md`: which knowledge opens for which situation, and how much source
//! fits a budget when a bundle is made for an agent.

use super::{
    error::KnowledgeError,
    page,
    source::Text,
    yaml::{self, Placed},
};
use crate::domain::trigger::Trigger;
use serde::Deserialize;

/// Which file opens when, and the budgets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// In display order.
    pub openings: Vec<Opening>,
    /// In ascending order of size.
    pub budgets: Vec<Budget>,
}

/// One knowledge file and its triggers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Name under `resources/`: a file, or a folder with a trailing `/`.
    pub page: String,
    pub opens: Vec<Trigger>,
    /// Where it shows, in a few words.
    pub shown: String,
}

/// Shares of a bundle for an agent, in per cent of `tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    pub name: String,
    pub tokens: u32,
    /// Source of the chosen boundaries.
    pub source: u8,
    /// The nearest example in the repository and its tests.
    pub neighbours: u8,
    /// Rules, stack conventions and knowledge pages.
    pub guidance: u8,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[expect(dead_code, reason = "names the format for a reader of the file")]
    kind: ContextKind,
    openings: Vec<HeadOpening>,
    budgets: Vec<Placed<Budget>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ContextKind {
    Context,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadOpening {
    page: String,
    opens: Vec<Placed<String>>,
    shown: String,
}

/// The topmost text wins as a whole.
pub(crate) fn load(texts: &[Text]) -> Result<Context, KnowledgeError> {
    let Some(text) = texts.last() else { return Ok(Context::default()) };
    let page: page::Page<Head> = page::of(text)?;
    let mut openings = Vec::new();
    for head in page.head.openings {
        let mut opens = Vec::new();
        for written in &head.opens {
            opens.push(
                Trigger::parse(&written.value)
                    .map_err(|reason| yaml::error_at(&text.label, written, reason))?,
            );
        }
        openings.push(Opening { page: head.page, opens, shown: head.shown });
    }
    let mut budgets = Vec::new();
    for placed in page.head.budgets {
        let shares = u32::from(placed.value.source)
            + u32::from(placed.value.neighbours)
            + u32::from(placed.value.guidance);
        if shares > 100 {
            let reason = format!("shares of `{}` add up to {shares} per cent", placed.value.name);
            return Err(yaml::error_at(&text.label, &placed, reason));
        }
        budgets.push(placed.value);
    }
    budgets.sort_by_key(|budget| budget.tokens);
    Ok(Context { openings, budgets })
}

impl Context {
    /// Files that one of the triggers opens, each with that trigger, in display order.
    pub fn opened_by(&self, triggers: &[Trigger]) -> Vec<(&Opening, Trigger)> {
        self.openings
            .iter()
            .filter_map(|opening| {
                let trigger = triggers
                    .iter()
                    .find(|trigger| opening.opens.contains(trigger))
                    .cloned()
                    .or_else(|| opening.opens.contains(&Trigger::Always).then_some(Trigger::Always))?;
                Some((opening, trigger))
            })
            .collect()
    }

    /// The largest budget that fits into a number of tokens; the smallest when none does.
    pub fn budget_for(&self, tokens: u32) -> Option<&Budget> {
        self.budgets.iter().rev().find(|budget| budget.tokens <= tokens).or(self.budgets.first())
    }
}

/// A cautious count of the tokens of a text: code runs at about three bytes each.
pub fn estimated_tokens(text: &str) -> u32 {
    u32::try_from(text.len().div_ceil(3)).unwrap_or(u32::MAX)
}
