//! Everything that the program knows, loaded and checked once.
//!
//! The shipped files come first, then each overlay folder in order: the user's, then the
//! repository's `stack/`. What a later one says about the same name wins. Strict loading
//! stops at the first broken file and says where; tolerant loading goes on without it.

use super::{
    agents::{self, AgentCard},
    cards::{self, DecisionCard},
    checklist,
    clarification::{self, Clarification},
    context::{self, Context},
    error::KnowledgeError,
    examples::{self, Example},
    grammar::Grammar,
    lessons::{self, Lesson},
    orm::{self, OrmPage},
    playbook::{self, PlaybookEntry, PlaybookMatch},
    protocol::{self, Protocol, ProtocolStep},
    rules::{self, RuleCard},
    source::Texts,
    stacks::{self, StackFolder},
};
use crate::domain::{
    checklist::Item,
    event::Scene,
    task::{Difficulty, Intent},
    trigger::Trigger,
};
use std::path::PathBuf;

/// The knowledge of one session.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// In display order.
    pub checklist: Vec<Item>,
    pub playbook: Vec<PlaybookEntry>,
    pub orm: Vec<OrmPage>,
    /// Simple, medium, complex.
    pub protocols: [Protocol; 3],
    pub clarifications: Vec<Clarification>,
    pub cards: Vec<DecisionCard>,
    pub context: Context,
    pub examples: Vec<Example>,
    pub lessons: Vec<Lesson>,
    pub agents: Vec<AgentCard>,
    pub stacks: Vec<StackFolder>,
    /// Sorted by id.
    pub rules: Vec<RuleCard>,
    pub grammar: Grammar,
}

impl Knowledge {
    /// Loads the shipped files with overlay folders on top, lowest precedence first.
    pub fn load(overlays: &[PathBuf]) -> Result<Self, KnowledgeError> {
        Self::parse(&Texts::load(overlays)?)
    }

    /// Loads what can be loaded: a broken overlay file counts as absent, so that what
    /// stands below it is used. Returns the problems in the order they were found. Fails
    /// only when a shipped file is broken, which tests rule out.
    pub fn load_tolerant(overlays: &[PathBuf]) -> Result<(Self, Vec<KnowledgeError>), KnowledgeError> {
        let (mut texts, mut problems) = Texts::load_tolerant(overlays);
        loop {
            match Self::parse(&texts) {
                Ok(knowledge) => return Ok((knowledge, problems)),
                // Each turn takes files of overlays away, so the loop ends. An error that
                // names none of them (a stack folder that lacks a file) costs all of them.
                Err(error) if texts.remove_overlay(error.file()) || texts.remove_overlays() => {
                    problems.push(error);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn parse(texts: &Texts) -> Result<Self, KnowledgeError> {
        let protocol = |difficulty: Difficulty| {
            protocol::load(texts.of(&format!("protocol/{}.md", difficulty.name())), difficulty)
        };
        Ok(Self {
            checklist: checklist::load(texts.of("checklist.md"))?,
            playbook: playbook::load(texts.of("error-playbook.md"))?,
            orm: orm::load(texts.of("orm-reference.md"))?,
            protocols: [
                protocol(Difficulty::Simple)?,
                protocol(Difficulty::Medium)?,
                protocol(Difficulty::Complex)?,
            ],
            clarifications: clarification::load(texts.of("clarification.md"))?,
            cards: cards::load(texts.of("reasoning.md"))?,
            context: context::load(texts.of("context.md"))?,
            examples: examples::load(texts.below("examples"))?,
            lessons: lessons::load(texts.of("lessons.md")),
            agents: agents::load(texts.below("agents"))?,
            stacks: stacks::load(texts)?,
            rules: rules::load(texts.below("rules"))?,
            grammar: Grammar::load(texts.of("grammar.yaml"))?,
        })
    }

    /// Steps of a scene for a difficulty, for a change with these risks and intents.
    pub fn steps<'a>(
        &'a self,
        scene: Scene,
        difficulty: Difficulty,
        present: &'a [String],
    ) -> impl Iterator<Item = &'a ProtocolStep> {
        let [simple, medium, complex] = &self.protocols;
        let protocol = match difficulty {
            Difficulty::Simple => simple,
            Difficulty::Medium => medium,
            Difficulty::Complex => complex,
        };
        protocol.steps_of(scene, present)
    }

    /// Checklist items that apply to a change with these risks.
    pub fn items_for<'a>(&'a self, present: &'a [String]) -> impl Iterator<Item = &'a Item> {
        self.checklist
            .iter()
            .filter(move |item| item.when.is_empty() || item.when.iter().any(|name| present.contains(name)))
    }

    /// Playbook entries that match an output, closest first. `language` is the stack's
    /// language, empty when unknown.
    pub fn playbook_for<'a>(&'a self, output: &str, language: &str) -> Vec<PlaybookMatch<'a>> {
        let language = stacks::folder_name(language).unwrap_or_default();
        playbook::matching(&self.playbook, output, language)
    }

    /// A playbook entry by id.
    pub fn playbook_entry(&self, id: &str) -> Option<&PlaybookEntry> {
        self.playbook.iter().find(|entry| entry.id == id)
    }

    /// ORM pages that the triggers open, each with its trigger.
    pub fn pages_for<'a>(&'a self, orm: Option<&str>, triggers: &[Trigger]) -> Vec<(&'a OrmPage, Trigger)> {
        orm::pages_for(&self.orm, orm, triggers)
    }

    /// The rule of that id.
    pub fn rule(&self, id: &str) -> Option<&RuleCard> {
        self.rules
            .binary_search_by(|card| card.id.as_str().cmp(id))
            .ok()
            .and_then(|index| self.rules.get(index))
    }

    /// The example that is most like a task.
    pub fn example_for(&self, intent: Intent, words: &[String], risks: &[String]) -> Option<&Example> {
        examples::nearest(&self.examples, intent, words, risks)
    }

    /// The example of that path.
    pub fn example(&self, path: &str) -> Option<&Example> {
        self.examples.iter().find(|example| example.path == path)
    }

    /// Lessons for a kind of task.
    pub fn lessons_for(&self, intent: Intent) -> Vec<&Lesson> {
        lessons::lessons_for(&self.lessons, intent)
    }

    /// The card of that id.
    pub fn card(&self, id: &str) -> Option<&DecisionCard> {
        self.cards.iter().find(|card| card.id == id)
    }

    /// Cards that are shown at a question or another choice.
    pub fn cards_at<'a>(&'a self, place: &'a str) -> impl Iterator<Item = &'a DecisionCard> {
        self.cards.iter().filter(move |card| card.shown_at.iter().any(|name| name == place))
    }

    /// The agent of that id.
    pub fn agent(&self, id: &str) -> Option<&AgentCard> {
        self.agents.iter().find(|agent| agent.id == id)
    }

    /// The ready stack folder for a language.
    pub fn stack_folder(&self, language: &str) -> Option<&StackFolder> {
        let name = stacks::folder_name(language)?;
        self.stacks.iter().find(|folder| folder.name == name)
    }
}
