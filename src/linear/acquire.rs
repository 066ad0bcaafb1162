//! ACQUIRE, line by line: the path of the task, what to know, the boundaries; findings of a review.

use super::{
    moment::{Do, Memory, Moment, Offer, Takes, onward},
    rows,
    words::{What, Word},
};
use crate::{
    domain::{finding::Finding, map::BackendMap},
    engine::{
        Model, cursor,
        cx::plural,
        scene::{self, acquire, review},
        subject,
        view::{Body, Mark, Pane, Row, Target, plain},
    },
};

/// What is asked in ACQUIRE.
pub(super) fn moment(model: &Model, memory: &Memory) -> Moment {
    if model.is_review() {
        return of_review(model);
    }
    let chosen = &model.session.work.boundaries;
    if memory.changing {
        let mut lead = files(model).0;
        lead.push("A number chooses or unchooses that file; Enter alone ends.".into());
        return Moment { label: "boundaries".into(), lead, offers: Vec::new(), takes: Takes::Nothing };
    }
    let mut lead = flow(model, None);
    lead.extend(know(model));
    let mut offers = Vec::new();
    let suggestion = subject::suggested(model);
    if chosen.is_empty() {
        if suggestion.paths.is_empty() {
            lead.push("The task names nothing that the map knows; choose the files it touches.".into());
        } else {
            lead.push(format!(
                "Suggested boundaries, {}, because {}:",
                plural(suggestion.paths.len(), "file"),
                suggestion.why
            ));
            lead.extend(suggestion.paths.iter().map(|path| format!("  {path}")));
            let label = format!("take these {}", suggestion.paths.len());
            offers.push(Offer::say(label, Word::Approve(What::All)));
        }
    } else {
        let paths: Vec<&str> = chosen.iter().map(String::as_str).collect();
        lead.push(format!("Boundaries, {} chosen: {}.", paths.len(), paths.join(", ")));
        offers.extend(onward(model));
    }
    offers.push(Offer::new("change them", Do::Change(true)).with("by number"));
    offers.push(Offer::say("every endpoint", Word::Endpoints(String::new())));
    offers.push(Offer::say("why", Word::Why(None)));
    Moment { label: "boundaries".into(), lead, offers, takes: Takes::Nothing }
}

fn of_review(model: &Model) -> Moment {
    let list = review::visible(model);
    let mut lead = findings(model).0;
    let chosen = model.session.work.findings.len();
    if list.is_empty() {
        lead.push(format!("{} rules over {} files.", model.map().stats.rules, model.map().stats.files));
    } else {
        lead.push(format!("{} chosen. choose N, dismiss N or why N act on one.", plural(chosen, "finding")));
    }
    let fixable = list.iter().filter(|finding| finding.fixable).count();
    let mut offers: Vec<Offer> = onward(model).into_iter().collect();
    if fixable > 0 && chosen < fixable {
        offers.push(Offer::say(format!("choose all {fixable} fixable"), Word::Approve(What::All)));
    }
    offers.push(Offer::say("another task", Word::Edit("task".into())));
    Moment { label: "findings".into(), lead, offers, takes: Takes::Nothing }
}

/// The flow of an endpoint, the nearest to the task when none is named.
pub(super) fn flow(model: &Model, index: Option<usize>) -> Vec<String> {
    let map = model.map();
    let named = index.or_else(|| acquire::shown_endpoint(model));
    let found = named.and_then(|at| Some((map.endpoints.get(at)?, map.flows.get(at)?)));
    let Some((endpoint, flow)) = found else {
        return vec!["No endpoint stands near the task; endpoints lists all.".to_owned()];
    };
    let nearest = if index.is_none() { "Nearest path" } else { "Path" };
    let mut lines = vec![format!("{nearest}, {}:", endpoint.title())];
    let rows = acquire::flow_rows(model, endpoint, flow);
    lines.extend(rows::lines(&rows).into_iter().filter(|line| line.starts_with("  ")));
    lines
}

/// What stands in the pane “what to know”, but for the keys.
fn know(model: &Model) -> Vec<String> {
    let mut rows = match scene::pane(model, Pane::Checklist).body {
        Body::Rows(rows) => rows,
        Body::Shared(_) | Body::Welcome(_) | Body::Diff(_) | Body::Output { .. } | Body::Editor { .. } => {
            Vec::new()
        }
    };
    if let Some(at) = rows.iter().position(|row| matches!(row.target(), Some(Target::Page(_)))) {
        rows.truncate(at);
        for (page, trigger) in &model.session.evidence.pages {
            let title = model.handbook.pages.get(page).map_or(page.as_str(), |page| page.title.as_str());
            rows.push(Row::text(format!("Page opened: {title}, because of {trigger}. why shows it.")));
        }
    }
    rows::lines(&rows)
}

/// Every endpoint that matches, numbered as in the map.
pub(super) fn endpoints(map: &BackendMap, needle: &str) -> Vec<String> {
    let order = subject::matching_endpoints(map, needle);
    let mut lines = vec![format!("{} of {}:", plural(order.len(), "endpoint"), map.endpoints.len())];
    for index in order {
        let Some(endpoint) = map.endpoints.get(index) else { continue };
        let holes = map.flows.get(index).map_or(0, |flow| flow.holes.len());
        let holes = if holes == 0 { String::new() } else { format!(", {}", plural(holes, "hole")) };
        let place = format!("{} line {}", endpoint.file, endpoint.line);
        lines.push(format!("{:>3} {}, {place}{holes}", index + 1, endpoint.title()));
    }
    for unknown in &map.unknown {
        lines.push(format!(
            "    not understood: {} at {} line {}, {}",
            unknown.partial, unknown.file, unknown.line, unknown.reason
        ));
    }
    lines
}

/// The files of the tree pane with their numbers, and what the numbers stand for.
pub(super) fn files(model: &Model) -> (Vec<String>, Vec<(Pane, Target)>) {
    let rows = cursor::rows(model, Pane::Boundaries);
    let mut lines = Vec::new();
    let mut list = Vec::new();
    for row in rows.iter() {
        match row.target() {
            Some(Target::Layer(layer)) => lines.push(format!("{}:", layer.name())),
            Some(target @ Target::File(_)) => {
                list.push((Pane::Boundaries, target.clone()));
                let text = rows::line(row).unwrap_or_default();
                lines.push(format!("{:>3} {}", list.len(), text.trim_start()));
            }
            _ => {}
        }
    }
    (lines, list)
}

/// Findings with their numbers: those of the review, else all.
pub(super) fn findings(model: &Model) -> (Vec<String>, Vec<(Pane, Target)>) {
    let list: Vec<&Finding> = if model.is_review() {
        review::visible(model)
    } else {
        model.world.map.iter().flat_map(|map| &map.findings).collect()
    };
    let mut lines = vec![format!("{}:", plural(list.len(), "finding"))];
    let mut targets = Vec::new();
    for finding in &list {
        let chosen = model.session.work.findings.contains(&finding.fingerprint);
        let mark = match (model.is_review(), chosen) {
            (false, _) => Mark::None,
            (true, true) => Mark::Chosen,
            (true, false) => Mark::NotChosen,
        };
        targets.push((Pane::Proposal, Target::Finding(finding.fingerprint.clone())));
        let how = if finding.fixable { "has a fix" } else { "by hand" };
        let row = Row::Item {
            mark,
            label: vec![plain(format!(
                "{}, {} line {}, {}",
                finding.level.name(),
                finding.file,
                finding.line,
                finding.message
            ))],
            note: vec![plain(how)],
            indent: 0,
            target: None,
        };
        lines.push(format!("{:>3} {}", targets.len(), rows::line(&row).unwrap_or_default()));
    }
    (lines, targets)
}
