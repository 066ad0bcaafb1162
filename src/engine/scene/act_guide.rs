//! The walkthrough of a step that nobody fills, and whether its check holds.

use super::act::step_index;
use crate::{
    domain::{
        layer::Layer,
        plan::{Check, Filler, Guide, Step},
    },
    engine::{
        model::Model,
        view::{Body, Mark, PaneView, Role, Row, Target, bold, muted, plain, role},
    },
    keys::Action,
};

/// Whether a walkthrough's check holds on the approved tree; `None` when it is by hand.
pub fn check(model: &Model, guide: &Guide) -> Option<bool> {
    let checked = model.world.checked.as_ref();
    let map = checked.map(|checked| &checked.approved);
    match &guide.check {
        Check::ByHand => None,
        Check::FindingGone { rule, fingerprint } => Some(
            map.is_some_and(|map| {
                !map.findings
                    .iter()
                    .any(|finding| finding.rule == *rule && finding.fingerprint == *fingerprint)
            }) && model.session.held() > 0,
        ),
        Check::SymbolExists { layer, name } => Some(map.is_some_and(|map| {
            map.flows
                .iter()
                .flat_map(|flow| &flow.steps)
                .any(|step| step.layer == *layer && step.symbol.rsplit('.').next() == Some(name.as_str()))
                || map.models.iter().any(|found| *layer == Layer::Model && found.name == *name)
                || map.schemas.iter().any(|found| *layer == Layer::Schema && found.name == *name)
                || held_definition(model, name)
        })),
        Check::EndpointExists { method, path } => Some(map.is_some_and(|map| {
            map.endpoints.iter().any(|found| found.method == *method && found.path == *path)
        })),
        Check::NewFileIn { folder } => Some(model.session.work.edits.values().any(|edit| {
            edit.base.is_none() && edit.approved().is_some() && edit.path.starts_with(&format!("{folder}/"))
        })),
    }
}

/// Whether a held hunk defines the name.
fn held_definition(model: &Model, name: &str) -> bool {
    model.session.hunks().into_iter().filter(|hunk| hunk.decision.is_held()).any(|hunk| {
        hunk.new_lines().iter().any(|line| {
            let mut words =
                line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
            let defines =
                words.any(|word| matches!(word, "def" | "class" | "fn" | "function" | "struct" | "const"));
            defines && line.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
        })
    })
}

pub(super) fn empty(model: &Model, step: Option<&Step>) -> PaneView {
    let mut rows = vec![Row::Blank];
    let Some(step) = step else {
        let text = if model.activity.planning { "Making the plan …" } else { "Nothing is planned yet." };
        rows.push(Row::Text { line: vec![bold(text)], indent: 0 });
        return PaneView { subtitle: "plan".into(), body: Body::Rows(rows), ..PaneView::default() };
    };
    let index = step_index(model, step.id);
    rows.push(Row::Text {
        line: vec![bold(format!("Step {}, ", step.id)), role(Role::Layer(step.layer), step.title.clone())],
        indent: 0,
    });
    rows.push(Row::Blank);
    if let Some((text, hint)) = index.and_then(|index| model.activity.step_errors.get(&index)) {
        rows.push(Row::Text { line: vec![role(Role::Fail, "✗ "), plain(text.clone())], indent: 0 });
        if !hint.is_empty() {
            rows.push(Row::Text { line: vec![muted(hint.clone())], indent: 2 });
        }
        rows.push(Row::Blank);
    }
    let key = |action| role(Role::Accent, model.keys.key(action));
    match &step.filler {
        Filler::Walkthrough { guide } => rows.extend(guide_rows(model, guide)),
        Filler::Recipe { recipe } => {
            let text = format!(" asks the recipe {recipe}, ");
            rows.push(Row::Text {
                line: vec![
                    plain("No proposal yet. "),
                    key(Action::Propose),
                    plain(text),
                    key(Action::Edit),
                    plain(" you write it."),
                ],
                indent: 0,
            });
        }
        Filler::Fix { finding } => {
            rows.push(Row::Text {
                line: vec![
                    plain("No proposal yet. "),
                    key(Action::Propose),
                    plain(format!(" asks for the fix of {}, ", finding.rule)),
                    key(Action::Edit),
                    plain(" you write it."),
                ],
                indent: 0,
            });
        }
        Filler::Agent { name } => rows.push(Row::Text {
            line: vec![plain("No proposal yet. "), key(Action::Propose), plain(format!(" asks {name}."))],
            indent: 0,
        }),
        Filler::Generator { command } => rows.push(Row::Text {
            line: vec![
                plain("Stale output. "),
                key(Action::Propose),
                plain(format!(" runs {command} in the clean copy.")),
            ],
            indent: 0,
        }),
    }
    PaneView {
        subtitle: step.title.clone(),
        count: String::new(),
        body: Body::Rows(rows),
        ..PaneView::default()
    }
}

/// The walkthrough of a step: goal, lines, place, example, rules, check.
fn guide_rows(model: &Model, guide: &Guide) -> Vec<Row> {
    let mut rows = vec![Row::head("WHAT TO DO"), Row::text(guide.goal.clone())];
    let place = |label: &str, place: &crate::domain::place::Place| Row::Item {
        mark: Mark::None,
        label: vec![muted(format!("{label:<9}")), plain(place.to_string())],
        note: Vec::new(),
        indent: 0,
        target: Some(Target::Place(place.clone())),
    };
    rows.push(Row::Blank);
    if let Some(from) = &guide.from {
        rows.push(place("from", &crate::domain::place::Place::new(from.path.clone(), from.start)));
        if let Some(Some(text)) = model.world.sources.get(&from.path) {
            let lines = (1_u32..).zip(text.lines()).skip(from.start.saturating_sub(1) as usize);
            for (number, content) in lines.take((from.end.saturating_sub(from.start)).clamp(1, 12) as usize) {
                rows.push(Row::Source {
                    number,
                    text: content.to_owned(),
                    path: from.path.clone(),
                    marked: number == from.start,
                    emphasis: Vec::new(),
                });
            }
        }
    }
    rows.extend(guide.to.iter().map(|to| place("to", to)));
    rows.extend(guide.example.iter().map(|example| place("like", example)));
    if !guide.rules.is_empty() {
        rows.extend([Row::Blank, Row::head("RULES THAT APPLY")]);
        for rule in &guide.rules {
            let why = model.handbook.rules.get(rule).map(|note| note.title.clone()).unwrap_or_default();
            rows.push(Row::Text { line: vec![plain(format!("{rule}  ")), muted(why)], indent: 0 });
        }
    }
    rows.extend([Row::Blank, Row::head("DONE WHEN")]);
    let (mark, text) = match (check(model, guide), &guide.check) {
        (Some(true), _) => (Mark::Done, "the check holds on the approved tree".to_owned()),
        (_, Check::FindingGone { rule, .. }) => (Mark::Open, format!("{rule} is not found there any more")),
        (_, Check::SymbolExists { layer, name }) => {
            (Mark::Open, format!("{name} is defined in the {layer} layer"))
        }
        (_, Check::EndpointExists { method, path }) => (Mark::Open, format!("{method} {path} is served")),
        (_, Check::NewFileIn { folder }) => (Mark::Open, format!("{folder}/ has a new file")),
        (_, Check::ByHand) => (Mark::Open, format!("you say so: {} ticks it", model.keys.key(Action::Tick))),
    };
    rows.push(Row::Item { mark, label: vec![plain(text)], note: Vec::new(), indent: 0, target: None });
    rows.push(Row::Blank);
    let key = |action| role(Role::Accent, model.keys.key(action));
    rows.push(Row::Text {
        line: vec![
            key(Action::Edit),
            muted(" writes it here   "),
            key(Action::OpenEditor),
            muted(" opens it in your editor   "),
            key(Action::RunAgain),
            muted(" takes what you changed on disk"),
        ],
        indent: 0,
    });
    rows
}
