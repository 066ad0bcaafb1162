//! The engine's handbook from the knowledge files.

use crate::{
    domain::{
        event::Scene,
        stack::{Stack, StackKey},
        task::Difficulty,
    },
    engine::handbook::{
        AgentNote, CardNote, CardOption, Handbook, LessonNote, OpeningNote, OrmNote, Page, PlaybookNote,
        RuleNote, StepNote,
    },
    knowledge::{
        Knowledge,
        agents::{AgentCard, Launch},
        cards::DecisionCard,
        protocol::Protocol,
    },
};
use std::collections::BTreeMap;

/// Everything the screen can show, for a stack that may not be known yet. Without a known
/// ORM only what holds for every ORM is in the reference.
pub fn handbook(knowledge: &Knowledge, stack: &Stack) -> Handbook {
    Handbook {
        rules: rules(knowledge, stack),
        checklist: knowledge.checklist.clone(),
        playbook: knowledge
            .playbook
            .iter()
            .map(|entry| PlaybookNote {
                id: entry.id.clone(),
                title: entry.title.clone(),
                cause: entry.cause.clone(),
                steps: entry.steps.clone(),
                otherwise: entry.alternative.clone(),
            })
            .collect(),
        pages: examples(knowledge, stack),
        orm: orm(knowledge, stack),
        openings: knowledge
            .context
            .openings
            .iter()
            .map(|opening| OpeningNote { file: opening.page.clone(), opens: opening.opens.clone() })
            .collect(),
        cards: knowledge.cards.iter().map(card).collect(),
        protocol: knowledge.protocols.iter().flat_map(steps).collect(),
        lessons: knowledge
            .lessons
            .iter()
            .map(|lesson| LessonNote {
                tags: lesson.tags.clone(),
                text: lesson.text.clone(),
                place: format!("{}:{}", lesson.file, lesson.line),
            })
            .collect(),
        agents: knowledge.agents.iter().map(agent).collect(),
        problems: Vec::new(),
    }
}

fn rules(knowledge: &Knowledge, stack: &Stack) -> BTreeMap<String, RuleNote> {
    let mut rules = BTreeMap::new();
    for card in &knowledge.rules {
        let example = stack
            .name(StackKey::Framework)
            .zip(stack.name(StackKey::Language))
            .and_then(|(framework, language)| card.example_for(framework, language))
            .or_else(|| card.examples.first());
        rules.insert(
            card.id.clone(),
            RuleNote {
                title: card.title.clone(),
                family: card.family.clone(),
                level: Some(card.level),
                why: card.why.clone(),
                fix: card.fix.how.clone(),
                source: card.source.join(", "),
                bad: example.iter().map(|example| example.bad.clone()).collect(),
                good: example.iter().map(|example| example.good.clone()).collect(),
            },
        );
    }
    rules
}

/// Examples by path, with the code of the stack's language.
fn examples(knowledge: &Knowledge, stack: &Stack) -> BTreeMap<String, Page> {
    let folder = stack.name(StackKey::Language).and_then(|language| knowledge.stack_folder(language));
    let language = folder.map_or("", |folder| folder.name.as_str());
    let page = |example: &crate::knowledge::examples::Example| Page {
        title: example.title.clone(),
        lines: example.text_for(language).lines().map(str::to_owned).collect(),
    };
    knowledge.examples.iter().map(|example| (example.path.clone(), page(example))).collect()
}

fn orm(knowledge: &Knowledge, stack: &Stack) -> Vec<OrmNote> {
    let orm = stack.name(StackKey::Orm);
    knowledge
        .orm
        .iter()
        .filter(|page| {
            page.orms.is_empty() || orm.is_some_and(|orm| page.orms.iter().any(|known| known == orm))
        })
        .map(|page| OrmNote {
            title: page.title.clone(),
            topic: page.topic.clone(),
            opens: page.opens.clone(),
            lines: page.body.lines().map(str::to_owned).collect(),
        })
        .collect()
}

fn card(card: &DecisionCard) -> CardNote {
    CardNote {
        id: card.id.clone(),
        title: card.title.clone(),
        question: card.question.clone(),
        options: card
            .options
            .iter()
            .map(|option| CardOption {
                label: option.label.clone(),
                trade_off: option.trade_off.clone(),
                effort: option.effort.name().to_owned(),
            })
            .collect(),
        default: card.default.clone(),
        shown_at: card.shown_at.clone(),
    }
}

fn steps(protocol: &Protocol) -> Vec<StepNote> {
    let (difficulty, steps): (Difficulty, _) = (protocol.difficulty, &protocol.steps);
    let in_scene = |scene: Scene| steps.iter().filter(move |step| step.scene == scene);
    Scene::ALL
        .into_iter()
        .flat_map(in_scene)
        .map(|step| StepNote {
            difficulty,
            scene: step.scene,
            id: step.id.clone(),
            text: step.text.clone(),
            when: step.when.clone(),
            checkpoint: step.checkpoint,
        })
        .collect()
}

fn agent(card: &AgentCard) -> AgentNote {
    let launch: Option<&Launch> = card.headless.as_ref();
    AgentNote {
        id: card.id.clone(),
        name: card.name.clone(),
        setup: card.setup.clone(),
        argv: launch.map(|launch| launch.argv.clone()).unwrap_or_default(),
        env: launch.or(card.acp.as_ref()).map(|launch| launch.env.clone()).unwrap_or_default(),
        notes: card.notes.clone(),
    }
}
