//! PREPARE, line by line: the stack, the task, the questions, the criteria.

use super::{
    hunk::capital,
    moment::{Do, Memory, Moment, Offer, Takes, onward},
    rows,
    words::{What, Word},
};
use crate::{
    domain::{
        layer::Layer,
        stack::{Confidence, StackKey},
        task::{Criterion, CriterionState, Task},
    },
    engine::{
        Model,
        cx::plural,
        gate, opening,
        scene::prepare,
        text::Purpose,
        view::{Pane, Target},
    },
    keys::Action,
};

/// What is asked in PREPARE.
pub(super) fn moment(model: &Model, memory: &Memory) -> Moment {
    let Some(task) = &model.session.work.task else { return welcome(model) };
    if model.screen.editor.as_ref().is_some_and(|editor| editor.purpose == Purpose::Task) {
        return Moment {
            label: "task".into(),
            lead: vec![
                format!("Task now: {}", task.text),
                "Type it anew; Enter alone or back keeps it.".into(),
            ],
            takes: Takes::Task,
            ..Moment::default()
        };
    }
    if let Some(moment) = question(task) {
        return moment;
    }
    let proposed: Vec<&Criterion> =
        model.session.criteria().filter(|criterion| criterion.state == CriterionState::Proposed).collect();
    if let Some(passed) = &memory.walk
        && let Some(criterion) = proposed.iter().find(|criterion| !passed.contains(&criterion.id))
    {
        return one_criterion(criterion);
    }
    let mut lead = read_as(task);
    lead.extend(criteria(model));
    let mut offers = Vec::new();
    if proposed.is_empty() {
        offers.extend(onward(model));
    } else {
        let label = if proposed.len() == 1 {
            "accept it".to_owned()
        } else {
            format!("accept all {}", proposed.len())
        };
        offers.push(Offer::say(label, Word::Approve(What::All)));
        offers.push(Offer::new("one by one", Do::Walk).with("accept, drop or edit each"));
        offers.extend(onward(model));
    }
    if !gate::stack_known(model) {
        offers.push(Offer::new(
            "say the language",
            Do::On(Pane::Boundaries, Target::StackField(StackKey::Language), Action::Edit),
        ));
    }
    offers.push(Offer::say("edit the task", Word::Edit("task".into())));
    offers.push(Offer::say("add a criterion", Word::Action(Action::AddCriterion)));
    Moment {
        label: if proposed.is_empty() { String::new() } else { "criteria".into() },
        lead,
        offers,
        takes: Takes::Nothing,
    }
}

/// What is known of the repository, in sentences.
pub(super) fn stack(model: &Model) -> Vec<String> {
    let known: Vec<String> = StackKey::ALL
        .into_iter()
        .filter_map(|key| {
            let field = prepare::field(model, key);
            let name = prepare::display_name(field.name.as_deref()?);
            let version =
                if field.version.is_empty() { String::new() } else { format!(" {}", field.version) };
            let doubt = match field.confidence {
                Confidence::Likely => ", likely",
                Confidence::Unknown => ", unsure",
                Confidence::Sure | Confidence::Stated => "",
            };
            let place = field
                .evidence
                .first()
                .map(|evidence| format!(" ({} line {})", evidence.place.path, evidence.place.line))
                .unwrap_or_default();
            Some(format!("  {}: {name}{version}{doubt}{place}", key.name().replace('_', " ")))
        })
        .collect();
    let mut lines = vec![if known.is_empty() {
        "No stack found. edit language names it.".to_owned()
    } else {
        format!("Stack, {}:", plural(known.len(), "fact"))
    }];
    lines.extend(known);
    for notice in &model.world.stack_notices {
        lines.push(format!("  warning: {notice}"));
    }
    if let Some(map) = &model.world.map {
        let functions = |layer: Layer| map.files_in(layer).map(|file| file.functions as usize).sum::<usize>();
        let queries: usize = map.files_in(Layer::Repository).map(|file| file.queries as usize).sum();
        lines.push(format!(
            "This repository: {}, {} in services, {} in repositories, {}.",
            plural(map.endpoints.len(), "endpoint"),
            plural(functions(Layer::Service), "function"),
            plural(queries, "query"),
            plural(map.models.len(), "table")
        ));
    }
    lines
}

fn welcome(model: &Model) -> Moment {
    let mut lead = stack(model);
    lead.push("What do you want to change? One line in your own words, or a number:".into());
    let offers = model
        .world
        .suggestions
        .iter()
        .map(|suggestion| {
            Offer::new(suggestion.text.clone(), Do::Task(suggestion.text.clone()))
                .with(suggestion.note.clone())
        })
        .collect();
    Moment { label: "task".into(), lead, offers, takes: Takes::Task }
}

fn question(task: &Task) -> Option<Moment> {
    let questions = &task.reading.questions;
    let open = questions.iter().position(|question| question.answer.is_none())?;
    let question = questions.get(open)?;
    let mut lead = if open == 0 { read_as(task) } else { Vec::new() };
    lead.push(question.text.clone());
    let offers = question
        .options
        .iter()
        .enumerate()
        .map(|(index, option)| {
            let does = Do::On(Pane::Proposal, Target::Answer(open, index), Action::Accept);
            Offer::new(option.label.clone(), does).with(option.trade_off.clone())
        })
        .collect();
    Some(Moment {
        label: format!("question {} of {}", open + 1, questions.len()),
        lead,
        offers,
        takes: Takes::Nothing,
    })
}

fn one_criterion(criterion: &Criterion) -> Moment {
    let target = || Target::Criterion(criterion.id);
    let on = |action| Do::On(Pane::Checklist, target(), action);
    Moment {
        label: format!("criterion AC{}", criterion.id),
        lead: vec![format!("AC{} {}", criterion.id, criterion.text)],
        offers: vec![
            Offer::new("accept", on(Action::Accept)),
            Offer::new("drop", on(Action::TurnDown)),
            Offer::new("edit", on(Action::Edit)),
            Offer::new("later", Do::Pass(criterion.id)),
        ],
        takes: Takes::Nothing,
    }
}

fn read_as(task: &Task) -> Vec<String> {
    let reading = &task.reading;
    let facts: Vec<String> =
        reading.read_as.iter().map(|(label, value)| format!("{label} {value}")).collect();
    let mut lines = vec![format!("Task: {}", task.text.replace('\n', " "))];
    if !facts.is_empty() {
        lines.push(format!("Read as: {}.", facts.join("; ")));
    }
    for part in &reading.not_understood {
        lines.push(format!("Not understood, yours to say: “{part}”"));
    }
    lines.extend(reading.out_of_scope.iter().map(|sentence| format!("Note: {sentence}")));
    if let Some(example) = &reading.example {
        lines.push(format!("Like it: {example}"));
    }
    lines
}

fn criteria(model: &Model) -> Vec<String> {
    let Some(task) = &model.session.work.task else { return Vec::new() };
    let live: Vec<&Criterion> = model.session.criteria().collect();
    let mut lines = Vec::new();
    if live.is_empty() {
        lines.push("No criterion. A review needs none; anything else needs one.".to_owned());
    } else {
        lines.push(format!("{}:", capital(&plural(live.len(), "criterion"))));
    }
    for criterion in live {
        let state = match criterion.state {
            CriterionState::Proposed => "proposed",
            CriterionState::Accepted => "accepted",
            CriterionState::Dropped => "dropped",
        };
        lines.push(format!("  AC{} {}, {state}", criterion.id, criterion.text));
    }
    let risks: Vec<String> =
        task.reading.risks.iter().map(|risk| format!("{} ({})", risk.kind, rows::say(&risk.note))).collect();
    if !risks.is_empty() {
        lines.push(format!("Risks: {}.", risks.join("; ")));
    }
    lines.extend(
        opening::lessons(model).iter().take(2).map(|lesson| format!("Learnt before: {}", lesson.text)),
    );
    lines.extend(task.reading.assumptions.iter().map(|assumption| format!("Assumed: {assumption}")));
    lines
}
