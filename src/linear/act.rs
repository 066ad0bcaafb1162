//! ACT, line by line: the plan, the step without hunks, the hunk that waits.

use super::{
    hunk,
    moment::{Moment, Offer, Takes, onward},
    rows,
    words::{What, Word},
};
use crate::{
    domain::{diff, diff::Sign, hunk::Decision, plan::Filler},
    engine::{
        Model,
        cx::plural,
        scene::{self, act},
        view::{Body, Pane},
    },
    keys::Action,
};

/// What is asked in ACT.
pub(super) fn moment(model: &Model) -> Moment {
    match scene::pane(model, Pane::Proposal).body {
        Body::Diff(_) if model.session.undecided() == 0 && model.screen.hunk.is_none() => decided(model),
        Body::Diff(_) => this_hunk(model),
        Body::Rows(rows) => step(model, &rows::lines(&rows)),
        Body::Shared(rows) => step(model, &rows::lines(&rows)),
        Body::Welcome(_) | Body::Output { .. } | Body::Editor { .. } => Moment::default(),
    }
}

fn this_hunk(model: &Model) -> Moment {
    let Some(hunk) = act::current(model) else { return Moment::default() };
    let undecided = model.session.undecided();
    if hunk.decision != Decision::Undecided && undecided == 0 {
        return decided(model);
    }
    let mut offers = Vec::new();
    if hunk.decision != Decision::Undecided {
        offers.push(Offer::say("next undecided", Word::Action(Action::NextNeed)));
    }
    offers.extend([
        Offer::say("approve", Word::Approve(What::This)),
        Offer::say("reject", Word::Reject(What::This)),
        Offer::say("edit", Word::Edit(String::new())),
        Offer::say("split", Word::Split(None)),
        Offer::say("why", Word::Why(None)),
        Offer::say("context", Word::Action(Action::Unfold)),
    ]);
    let count = model.session.count(|_| true);
    Moment {
        label: format!("hunk {} of {count}, {undecided} undecided", hunk.id),
        lead: hunk::lines(model, hunk.id),
        offers,
        takes: Takes::Nothing,
    }
}

fn decided(model: &Model) -> Moment {
    let all = model.session.count(|_| true);
    let held = model.session.held();
    let mut lead = vec![format!(
        "All {} decided: {held} approved, {} rejected.",
        plural(all, "hunk"),
        all.saturating_sub(held)
    )];
    let mut offers: Vec<Offer> = onward(model).into_iter().collect();
    let open = model.session.work.steps.iter().filter(|step| !act::step_done(model, step)).count();
    if open > 0 {
        lead.push(format!("{} of the plan not done yet; plan lists them.", is(open, "step")));
        offers.push(Offer::say("the next open step", Word::Action(Action::NextNeed)));
    }
    offers.push(Offer::say("the plan", Word::Plan));
    offers.push(Offer::say("undo the last decision", Word::Action(Action::Undo)));
    Moment { label: String::new(), lead, offers, takes: Takes::Nothing }
}

fn is(count: usize, noun: &str) -> String {
    format!("{} {}", plural(count, noun), if count == 1 { "is" } else { "are" })
}

/// A step that has no hunk: how it is filled.
fn step(model: &Model, lines: &[String]) -> Moment {
    let Some(step) = act::current_step(model) else {
        return Moment {
            label: "plan".into(),
            lead: lines.to_vec(),
            offers: vec![
                Offer::say("take what I changed in my files", Word::Action(Action::Seen)),
                Offer::say("back to the boundaries", Word::Scene(crate::domain::event::Scene::Acquire)),
            ],
            takes: Takes::Nothing,
        };
    };
    let mut offers = Vec::new();
    match &step.filler {
        Filler::Walkthrough { guide } => {
            offers.push(Offer::say("take what I changed in my files", Word::Action(Action::Seen)));
            offers.push(Offer::say("write the file here", Word::Edit(String::new())));
            if act::check(model, guide).is_none() {
                offers.push(Offer::say("done by hand", Word::Action(Action::Tick)));
            }
        }
        Filler::Recipe { .. } | Filler::Fix { .. } | Filler::Agent { .. } | Filler::Generator { .. } => {
            offers.push(Offer::say("ask for a proposal", Word::Action(Action::Propose)));
            offers.push(Offer::say("take what I changed in my files", Word::Action(Action::Seen)));
            offers.push(Offer::say("write the file here", Word::Edit(String::new())));
        }
    }
    offers.extend(onward(model));
    offers.push(Offer::say("the plan", Word::Plan));
    let number = act::step_index(model, step.id).map_or(0, |index| index + 1);
    let mut offers_first = offers;
    if !model.session.hunks().is_empty() && model.session.undecided() > 0 {
        offers_first.push(Offer::say("next undecided hunk", Word::Action(Action::NextNeed)));
    }
    Moment {
        label: format!("step {number} of {}", model.session.work.steps.len()),
        lead: lines.to_vec(),
        offers: offers_first,
        takes: Takes::Nothing,
    }
}

/// The plan with its states.
pub(super) fn plan(model: &Model) -> Vec<String> {
    let steps = &model.session.work.steps;
    let mut lines = vec![format!("Plan, {}:", plural(steps.len(), "step"))];
    for step in steps {
        let hunks = act::hunks_of(model, step.id);
        let left = hunks.iter().filter(|hunk| hunk.decision == Decision::Undecided).count();
        let state = match (act::step_done(model, step), hunks.len(), left) {
            (true, _, _) => "done".to_owned(),
            (false, 0, _) => match step.filler {
                Filler::Walkthrough { .. } => "by hand".to_owned(),
                _ => "no proposal yet".to_owned(),
            },
            (false, all, left) => format!("{left} of {} undecided", plural(all, "hunk")),
        };
        lines.push(format!("{:>3} {}, {} layer, {state}", step.id.0, step.title, step.layer.name()));
    }
    lines
}

/// Where a hunk is to be cut: its changed lines with their numbers.
pub(super) fn cut(model: &Model) -> Option<Moment> {
    let hunk = act::current(model)?;
    let (edit, hunk) = model.session.hunk(hunk.id)?;
    let base = diff::split_lines(edit.base.as_deref().unwrap_or(""));
    let range = hunk.base_range();
    let old: Vec<&str> =
        base.get(range.start as usize..range.end as usize).map(<[&str]>::to_vec).unwrap_or_default();
    let rows = diff::rows(&old, hunk.new_lines());
    let last = rows.len().saturating_sub(1);
    let mut lead =
        vec![format!("Split hunk {} after which line, 1 to {last}? back leaves it whole.", hunk.id)];
    lead.extend((1..).zip(&rows).map(|(number, row)| {
        let sign = match row.sign {
            Sign::Removed => "removed",
            Sign::Added => "added  ",
            Sign::Same => "same   ",
        };
        format!("{number:>3} {sign} {}", row.text)
    }));
    Some(Moment { label: "split".into(), lead, takes: Takes::Cut, ..Moment::default() })
}
