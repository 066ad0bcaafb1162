//! The execution protocol: the steps of each scene, one file per difficulty.
//!
//! The body has one section per scene with a numbered list; each item begins with the
//! step's id. The head adds what a program needs: when a step applies, and after which
//! steps a complex task pauses for a checkpoint.

use super::{
    error::KnowledgeError,
    page,
    source::Text,
    yaml::{self, Placed},
};
use crate::domain::{event::Scene, task::Difficulty};
use serde::Deserialize;
use std::collections::BTreeMap;

/// One step of a scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtocolStep {
    /// For example `read-flow`.
    pub id: String,
    pub scene: Scene,
    /// One or two sentences; the footer shows them.
    pub text: String,
    /// Applies only when the change has one of these risks or intents; empty for always.
    pub when: Vec<String>,
    /// The work pauses after it until the user goes on.
    pub checkpoint: bool,
}

/// The steps of all scenes for one difficulty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protocol {
    pub difficulty: Difficulty,
    /// In scene order, then file order.
    pub steps: Vec<ProtocolStep>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[expect(dead_code, reason = "names the format for a reader of the file")]
    kind: ProtocolKind,
    difficulty: Placed<Difficulty>,
    #[serde(default)]
    when: BTreeMap<String, Placed<Vec<String>>>,
    #[serde(default)]
    checkpoints: Vec<Placed<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ProtocolKind {
    Protocol,
}

/// The protocol of one difficulty; the topmost text wins as a whole, because steps of
/// two protocols do not mix.
pub(crate) fn load(texts: &[Text], difficulty: Difficulty) -> Result<Protocol, KnowledgeError> {
    let Some(text) = texts.last() else {
        let file = format!("resources/protocol/{}.md", difficulty.name());
        return Err(KnowledgeError::Unreadable { file, reason: "the file is missing".into() });
    };
    parse(text, difficulty)
}

fn parse(text: &Text, difficulty: Difficulty) -> Result<Protocol, KnowledgeError> {
    let file = text.label.as_str();
    let page: page::Page<Head> = page::of(text)?;
    if page.head.difficulty.value != difficulty {
        let reason = format!("this file is for `{}`", difficulty.name());
        return Err(yaml::error_at(file, &page.head.difficulty, reason));
    }
    let mut steps: Vec<ProtocolStep> = Vec::new();
    for scene in Scene::ALL {
        let name = scene.name().to_lowercase();
        let Some(section) = page.sections.iter().find(|section| section.id == name) else {
            return Err(KnowledgeError::at(file, 1, 1, format!("scene `{name}` has no section")));
        };
        for item in page::list_items(&section.body) {
            let Some((id, text)) = page::marked(&item) else {
                let reason = format!("`{item}` does not begin with an id in backticks");
                return Err(KnowledgeError::at(file, section.line, 1, reason));
            };
            if steps.iter().any(|step| step.id == id) {
                return Err(KnowledgeError::at(file, section.line, 1, format!("step `{id}` exists twice")));
            }
            steps.push(ProtocolStep {
                id: id.to_owned(),
                scene,
                text: text.to_owned(),
                when: page.head.when.get(id).map(|when| when.value.clone()).unwrap_or_default(),
                checkpoint: page.head.checkpoints.iter().any(|mark| mark.value == id),
            });
        }
    }
    let exists = |id: &str| steps.iter().any(|step| step.id == id);
    for (id, when) in &page.head.when {
        if !exists(id) {
            return Err(yaml::error_at(file, when, format!("step `{id}` is not in the body")));
        }
    }
    if let Some(mark) = page.head.checkpoints.iter().find(|mark| !exists(&mark.value)) {
        return Err(yaml::error_at(file, mark, format!("step `{}` is not in the body", mark.value)));
    }
    Ok(Protocol { difficulty, steps })
}

impl Protocol {
    /// Steps of a scene that apply to a change with these risks and intents.
    pub fn steps_of<'a>(
        &'a self,
        scene: Scene,
        present: &'a [String],
    ) -> impl Iterator<Item = &'a ProtocolStep> {
        self.steps.iter().filter(move |step| {
            step.scene == scene
                && (step.when.is_empty() || step.when.iter().any(|name| present.contains(name)))
        })
    }
}
