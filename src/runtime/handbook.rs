//! The engine's handbook from the knowledge files.

use crate::{
    domain::{
        event::Scene,
        stack::{Stack, StackKey},
        task::Difficulty,
    },
    engine::handbook::{Handbook, Page, PlaybookNote, RuleNote},
    knowledge::Knowledge,
};

/// Everything the screen can show, for a stack that may not be known yet.
pub fn handbook(knowledge: &Knowledge, stack: &Stack) -> Handbook {
    let mut book = Handbook { checklist: knowledge.checklist.clone(), ..Handbook::default() };
    for card in &knowledge.rules {
        let example = stack
            .name(StackKey::Framework)
            .zip(stack.name(StackKey::Language))
            .and_then(|(framework, language)| card.example_for(framework, language))
            .or_else(|| card.examples.first());
        book.rules.insert(
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
    book.playbook = knowledge
        .playbook
        .iter()
        .map(|entry| PlaybookNote {
            title: entry.title.clone(),
            cause: entry.cause.clone(),
            steps: entry.steps.clone(),
            otherwise: entry.alternative.clone(),
        })
        .collect();
    pages(knowledge, stack, &mut book);
    let all: Vec<String> = Vec::new();
    for difficulty in [Difficulty::Simple, Difficulty::Medium, Difficulty::Complex] {
        for scene in Scene::ALL {
            let steps: Vec<String> =
                knowledge.steps(scene, difficulty, &all).map(|step| format!("- {}", step.text)).collect();
            book.protocol.push((difficulty, scene, steps));
        }
    }
    book.lessons =
        knowledge.lessons.iter().map(|lesson| (lesson.tags.join(" "), lesson.text.clone())).collect();
    book
}

fn pages(knowledge: &Knowledge, stack: &Stack, book: &mut Handbook) {
    let orm = stack.name(StackKey::Orm);
    let mut lines = Vec::new();
    for page in &knowledge.orm {
        let fits = page.orms.is_empty() || orm.is_some_and(|orm| page.orms.iter().any(|known| known == orm));
        if fits {
            lines.push(format!("## {}", page.title));
            lines.push(String::new());
            lines.extend(page.body.lines().map(str::to_owned));
            lines.push(String::new());
        }
    }
    book.pages.insert("orm-reference".into(), Page { title: "ORM guidance".into(), lines });
    let language = stack.name(StackKey::Language).unwrap_or_default();
    for example in &knowledge.examples {
        let lines = example.text_for(language).lines().map(str::to_owned).collect();
        book.pages.insert(example.path.clone(), Page { title: example.title.clone(), lines });
    }
    for card in &knowledge.cards {
        let mut lines = vec![card.question.clone(), String::new()];
        lines.extend(
            card.options
                .iter()
                .map(|option| format!("- {}: {} ({})", option.label, option.trade_off, option.effort.name())),
        );
        lines.extend([String::new(), card.default.clone()]);
        book.cards.insert(card.id.clone(), Page { title: card.title.clone(), lines });
    }
}
