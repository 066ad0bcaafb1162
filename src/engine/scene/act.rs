//! ACT on screen: the plan, the hunks of the step, quick checks, criteria.

use super::act_diff;
use crate::{
    domain::{
        hunk::{Decision, Hunk},
        ids::StepId,
        layer::Layer,
        plan::{Check, Filler, Guide, Step},
        task::CriterionState,
    },
    engine::{
        cx::plural,
        model::Model,
        opening, protocol,
        view::{Body, DiffView, Mark, Pane, PaneView, Role, Row, Target, bold, muted, plain, role},
    },
    keys::Action,
};

/// Above this number of hunks one step is shown at a time.
const ALL_HUNKS_LIMIT: usize = 60;

/// One pane.
pub fn pane(model: &Model, pane: Pane) -> PaneView {
    match pane {
        Pane::Boundaries => plan(model),
        Pane::Proposal => proposal(model),
        Pane::Checklist => criteria(model),
        Pane::Verify => super::verify::quick(model),
    }
}

/// Hunks on screen, in plan order.
pub fn shown(model: &Model) -> Vec<&Hunk> {
    let all = model.session.hunks();
    if all.len() <= ALL_HUNKS_LIMIT {
        return all;
    }
    // The step of the hunk under the cursor; hunks without a step are a group too.
    let of_cursor =
        model.screen.hunk.and_then(|id| all.iter().find(|hunk| hunk.id == id)).map(|hunk| hunk.step);
    let step = of_cursor.unwrap_or_else(|| current_step(model).map(|step| step.id));
    all.into_iter().filter(|hunk| hunk.step == step).collect()
}

/// The hunk under the cursor: the remembered one, else the first undecided, else the first.
pub fn current(model: &Model) -> Option<&Hunk> {
    let all = shown(model);
    let wanted = model.screen.hunk;
    all.iter()
        .find(|hunk| Some(hunk.id) == wanted)
        .or_else(|| all.iter().find(|hunk| hunk.decision == Decision::Undecided))
        .or_else(|| all.first())
        .copied()
}

/// The step that is worked on: the marked one, else the current hunk's, else the first
/// that is not done.
pub fn current_step(model: &Model) -> Option<&Step> {
    let steps = &model.session.work.steps;
    let marked = match model.screen.marked.get(&(model.kind(), Pane::Boundaries)) {
        Some(Target::Step(id)) => steps.iter().find(|step| step.id == *id),
        _ => None,
    };
    marked.or_else(|| steps.iter().find(|step| !step_done(model, step))).or_else(|| steps.first())
}

/// Index of a step in the plan.
pub fn step_index(model: &Model, id: StepId) -> Option<usize> {
    model.session.work.steps.iter().position(|step| step.id == id)
}

/// Hunks of a step.
pub fn hunks_of<'a>(model: &'a Model, id: StepId) -> Vec<&'a Hunk> {
    model.session.hunks().into_iter().filter(|hunk| hunk.step == Some(id)).collect()
}

/// Whether nothing of the step waits any more.
pub fn step_done(model: &Model, step: &Step) -> bool {
    let hunks = hunks_of(model, step.id);
    match &step.filler {
        Filler::Walkthrough { guide } => match check(model, guide) {
            Some(done) => done && hunks.iter().all(|hunk| hunk.decision != Decision::Undecided),
            None => model.session.work.ticks.contains_key(&format!("step-{}", step.id)),
        },
        Filler::Recipe { .. } | Filler::Fix { .. } | Filler::Agent { .. } | Filler::Generator { .. } => {
            !hunks.is_empty() && hunks.iter().all(|hunk| hunk.decision != Decision::Undecided)
        }
    }
}

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

fn plan(model: &Model) -> PaneView {
    let steps = &model.session.work.steps;
    let mut rows = vec![Row::Blank];
    if steps.is_empty() {
        let text = if model.activity.planning { "Making the plan …" } else { "No plan yet." };
        rows.push(Row::Text { line: vec![bold(text)], indent: 0 });
    }
    for step in steps {
        let hunks = hunks_of(model, step.id);
        let left = hunks.iter().filter(|hunk| hunk.decision == Decision::Undecided).count();
        let done = step_done(model, step);
        let proposing =
            model.activity.proposing.is_some() && step_index(model, step.id) == model.activity.proposing;
        let failed =
            step_index(model, step.id).is_some_and(|index| model.activity.step_errors.contains_key(&index));
        let mark = match (done, proposing, failed) {
            (true, _, _) => Mark::Done,
            (_, true, _) => Mark::Spinner,
            (_, _, true) => Mark::Failed,
            _ => Mark::None,
        };
        let note = if left > 0 {
            vec![role(Role::Warn, "○ "), bold(left.to_string()), muted(format!(" of {}", hunks.len()))]
        } else if hunks.is_empty() {
            match step.filler {
                Filler::Walkthrough { .. } => vec![muted("by hand")],
                _ => vec![muted("–")],
            }
        } else {
            vec![muted(hunks.len().to_string())]
        };
        rows.push(Row::Item {
            mark,
            label: vec![plain(format!("{} ", step.id)), role(Role::Layer(step.layer), step.title.clone())],
            note,
            indent: 0,
            target: Some(Target::Step(step.id)),
        });
    }
    if let Some(hunk) = current(model)
        && let Some((edit, _)) = model.session.hunk(hunk.id)
    {
        rows.extend([Row::Blank, Row::head("THIS HUNK")]);
        rows.push(Row::pair(vec![plain(short_path(&edit.path, 26))], Vec::new()));
        rows.push(Row::Text { line: vec![muted("from "), plain(hunk.origin.label())], indent: 0 });
        if let Some(citation) = &hunk.citation {
            let place = short_path(&citation.to_string(), 21);
            rows.push(Row::pair(vec![muted("like "), plain(place)], Vec::new()));
        }
        let unparsed =
            model.world.checked.as_ref().is_some_and(|checked| checked.unparsed.contains_key(&edit.path));
        let view = act_diff::view(model, edit, hunk);
        rows.extend([Row::Blank, Row::head("GUARDS")]);
        let guard = |mark, text: &str| Row::Item {
            mark,
            label: vec![plain(text.to_owned())],
            note: Vec::new(),
            indent: 0,
            target: None,
        };
        rows.push(guard(Mark::Done, "applies cleanly"));
        if unparsed {
            rows.push(guard(Mark::Failed, "does not parse"));
        } else if !view.guard.1.is_empty() {
            rows.push(guard(view.guard.0, &view.guard.1));
        }
        if act_diff::is_broken(model, hunk) {
            rows.push(guard(Mark::Warn, "needs a rejected hunk"));
        }
        rows.extend([Row::Blank, Row::head("WHERE THIS HUNK IS")]);
        rows.push(Row::MiniArch { lit: Some(view.layer) });
    }
    rows.extend(protocol::foot(model));
    let step = current_step(model).and_then(|step| step_index(model, step.id));
    let count = step.map(|index| format!("{} of {}", index + 1, steps.len())).unwrap_or_default();
    PaneView { subtitle: "plan".into(), count, body: Body::Rows(rows), ..PaneView::default() }
}

fn proposal(model: &Model) -> PaneView {
    let hunks = shown(model);
    if shows_guide(model) {
        return empty(model, current_step(model));
    }
    let current_id = current(model).map(|hunk| hunk.id);
    let index = hunks.iter().position(|hunk| Some(hunk.id) == current_id).unwrap_or(0);
    let views = hunks
        .iter()
        .filter_map(|hunk| model.session.hunk(hunk.id).map(|(edit, hunk)| act_diff::view(model, edit, hunk)))
        .collect();
    let undecided = model.session.undecided();
    let above = if undecided == 0 {
        let held = model.session.held();
        let rejected = hunks.len().saturating_sub(held);
        vec![
            Row::Text {
                line: vec![
                    bold(format!("All {} decided.", plural(hunks.len(), "hunk"))),
                    plain(format!(" {held} approved, {rejected} rejected. ")),
                    role(Role::Accent, model.keys.key(Action::Continue)),
                    plain(" on to VERIFY."),
                ],
                indent: 0,
            },
            Row::Blank,
        ]
    } else {
        Vec::new()
    };
    let layer = current(model).map_or(Layer::Other, |hunk| hunk.layer);
    PaneView {
        subtitle: layer.name().into(),
        count: format!("hunk {} of {}", current_id.map(|id| id.0).unwrap_or(0), hunks.len()),
        tab: if undecided > 0 { format!("{undecided} left") } else { String::new() },
        body: Body::Diff(DiffView {
            hunks: views,
            current: index,
            row: model.screen.diff_row,
            side_by_side: model.screen.side_by_side,
            cut: model.screen.cut,
            above,
        }),
        cursor: None,
    }
}

/// A path that keeps its file name: the folders before it give way first.
pub fn short_path(path: &str, width: usize) -> String {
    let mut shown = path.to_owned();
    while shown.chars().count() > width {
        let rest = shown.trim_start_matches("…/");
        match rest.split_once('/') {
            Some((_, rest)) => shown = format!("…/{rest}"),
            None => break,
        }
    }
    shown
}

/// Whether the walkthrough of a step stands where the hunks would: then no key decides a hunk.
pub fn shows_guide(model: &Model) -> bool {
    shown(model).is_empty()
        || marked_step(model) && current_step(model).is_some_and(|step| hunks_of(model, step.id).is_empty())
}

fn marked_step(model: &Model) -> bool {
    model.screen.focus == Pane::Boundaries || model.session.hunks().is_empty() || model.screen.guide
}

fn empty(model: &Model, step: Option<&Step>) -> PaneView {
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

fn criteria(model: &Model) -> PaneView {
    let mut rows = Vec::new();
    let hunks = model.session.hunks();
    let accepted: Vec<_> =
        model.session.criteria().filter(|criterion| criterion.state == CriterionState::Accepted).collect();
    let mut served = 0;
    for criterion in &accepted {
        let own: Vec<&&Hunk> = hunks
            .iter()
            .filter(|hunk| {
                hunk.criteria.contains(&criterion.id) && !matches!(hunk.decision, Decision::Rejected { .. })
            })
            .collect();
        let undecided = own.iter().find(|hunk| hunk.decision == Decision::Undecided);
        let held: Vec<String> =
            own.iter().filter(|hunk| hunk.decision.is_held()).map(|hunk| hunk.id.to_string()).collect();
        let (mark, note) = match (undecided, held.len()) {
            (Some(hunk), _) => {
                (Mark::Open, vec![plain(format!("hunk\u{a0}{} ", hunk.id)), role(Role::Warn, "undecided")])
            }
            (None, 0) => (Mark::Open, vec![role(Role::Warn, "no hunk")]),
            (None, 1) => (Mark::Dot, vec![muted(format!("hunk\u{a0}{}", held.join(" ")))]),
            (None, n) if n > 6 => (Mark::Dot, vec![muted(format!("{n} hunks"))]),
            (None, _) => (Mark::Dot, vec![muted(format!("hunks\u{a0}{}", held.join("\u{a0}")))]),
        };
        served += usize::from(mark == Mark::Dot);
        rows.push(Row::Item {
            mark,
            label: vec![bold(format!("AC{} ", criterion.id)), plain(criterion.text.clone())],
            note,
            indent: 0,
            target: Some(Target::Criterion(criterion.id)),
        });
    }
    let numbers = |test: &dyn Fn(&Hunk) -> bool| {
        hunks.iter().filter(|hunk| test(hunk)).map(|hunk| hunk.id.to_string()).collect::<Vec<_>>()
    };
    let orphans =
        numbers(&|hunk| hunk.criteria.is_empty() && !matches!(hunk.decision, Decision::Rejected { .. }));
    let tests = numbers(&|hunk| hunk.layer == Layer::Test && hunk.decision == Decision::Undecided);
    if !orphans.is_empty() || !tests.is_empty() {
        rows.push(Row::Blank);
    }
    if !orphans.is_empty() {
        rows.push(Row::pair(
            vec![muted("Serves no criterion")],
            vec![plain(format!("hunk {}", orphans.join(" ")))],
        ));
    }
    if !tests.is_empty() {
        rows.push(Row::pair(vec![muted("Tests to come")], vec![plain(format!("hunk {}", tests.join(" ")))]));
    }
    rows.extend(opening::orm_rows(model));
    PaneView {
        subtitle: "criteria".into(),
        count: format!("{served} of {} served", accepted.len()),
        tab: format!("{served}/{}", accepted.len()),
        body: Body::Rows(rows),
        cursor: None,
    }
}
