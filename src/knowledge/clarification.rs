//! Reads `clarification.md`: what makes a task unclear, and what to ask then.
//!
//! A question belongs to intents and risks, and is silent when the task's own words
//! answer it. Its level decides what happens: low lists the first option as an
//! assumption, medium offers the options, high asks and waits.

use super::{
    error::KnowledgeError,
    merge, page,
    source::Text,
    yaml::{self, Placed},
};
use crate::domain::task::{Choice, Intent, Question, Uncertainty};
use serde::Deserialize;

/// One question and when it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clarification {
    /// As the screen shows it, unanswered.
    pub question: Question,
    /// Asked for these intents; empty for any.
    pub intents: Vec<Intent>,
    /// Asked only when one of these words or risks is present; empty for always.
    pub needs: Vec<String>,
    /// Not asked when one of these words is present: the task says it.
    pub unless: Vec<String>,
    /// What is assumed when nobody answers: shown under `ASSUMED`.
    pub assumption: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[expect(dead_code, reason = "names the format for a reader of the file")]
    kind: ClarificationKind,
    #[serde(default)]
    replace: bool,
    questions: Vec<HeadQuestion>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ClarificationKind {
    Clarification,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadQuestion {
    id: Placed<String>,
    level: Uncertainty,
    #[serde(default)]
    intents: Vec<Intent>,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
}

/// Questions in file order.
pub(crate) fn load(texts: &[Text]) -> Result<Vec<Clarification>, KnowledgeError> {
    let mut questions: Vec<Clarification> = Vec::new();
    for text in texts {
        let page: page::Page<Head> = page::of(text)?;
        if page.head.replace {
            questions.clear();
        }
        let mut more = Vec::new();
        for head in page.head.questions {
            let section = page.sections.iter().find(|section| section.id == head.id.value);
            more.push(one(&text.label, head, section)?);
        }
        merge::merge(&mut questions, more, |entry| entry.question.id.clone());
    }
    Ok(questions)
}

fn one(
    file: &str,
    head: HeadQuestion,
    section: Option<&page::Section>,
) -> Result<Clarification, KnowledgeError> {
    let id = head.id.value.clone();
    let Some(section) = section else {
        return Err(yaml::error_at(file, &head.id, format!("question `{id}` has no section in the body")));
    };
    let options: Vec<Choice> = page::list_items(&section.part("Options"))
        .iter()
        .filter_map(|item| page::labelled(item))
        .map(|(label, trade_off)| Choice { label, trade_off })
        .collect();
    if !(2..=3).contains(&options.len()) {
        let reason = format!("question `{id}` has {} options; two or three are asked", options.len());
        return Err(KnowledgeError::at(file, section.line, 1, reason));
    }
    let assumption = section.part("Assumed");
    if assumption.is_empty() {
        return Err(KnowledgeError::at(
            file,
            section.line,
            1,
            format!("question `{id}` has no `### Assumed`"),
        ));
    }
    Ok(Clarification {
        question: Question { id, level: head.level, text: section.lead(), options, answer: None },
        intents: head.intents,
        needs: head.needs,
        unless: head.unless,
        assumption,
    })
}
