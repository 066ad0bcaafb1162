//! ACT on screen: the plan, the hunks of the step, quick checks, criteria.

pub use super::act_guide::check;
use super::act_guide::empty;
use super::{act_diff, act_views};
use crate::{
    domain::{
        hunk::{Decision, Hunk},
        ids::StepId,
        layer::Layer,
        plan::{Filler, Step},
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
pub fn hunks_of(model: &Model, id: StepId) -> Vec<&Hunk> {
    model.session.hunks_where(|hunk| hunk.step == Some(id))
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

pub(super) fn plan(model: &Model) -> PaneView {
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
        && let Some(view) = act_diff::view(model, hunk.id)
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

pub(super) fn proposal(model: &Model) -> PaneView {
    let hunks = shown(model);
    if shows_guide(model) {
        return empty(model, current_step(model));
    }
    let current_id = current(model).map(|hunk| hunk.id);
    let index = hunks.iter().position(|hunk| Some(hunk.id) == current_id).unwrap_or(0);
    let views = act_views::of(model, hunks.iter().map(|hunk| hunk.id));
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
