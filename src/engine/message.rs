//! The proposed commit message and the parts of the commit.

use super::{effect::CommitOrderPart, judge, model::Model, pairing, reporting, scene::act_diff};
use crate::domain::{
    commit::{CommitFile, CommitShape},
    event::Exit,
    hunk::{Body, Hunk, Origin},
    ids::HunkId,
    layer::Layer,
    task::Intent,
    verdict::Verdict,
};
use std::collections::BTreeMap;

/// Longest subject.
const SUBJECT_LIMIT: usize = 72;

/// The message: the user's own, else one in the repository's convention.
pub fn text(model: &Model) -> String {
    model.session.work.message.clone().unwrap_or_else(|| proposed(model))
}

fn proposed(model: &Model) -> String {
    let task = model.session.work.task.as_ref();
    let sentence = task.map(|task| task.text.as_str()).unwrap_or_default();
    let mut first = sentence.split(['.', '\n']).next().unwrap_or_default().trim().to_owned();
    if task.is_some_and(|task| task.reading.intent == Intent::Review) {
        // The task says what was looked at; the history wants what was done about it.
        first = repairs(model).unwrap_or(first);
    }
    if first.is_empty() {
        first = "Change the backend as approved".into();
    }
    let prefix = convention(model);
    let mut subject = match prefix {
        Some(prefix) => format!("{prefix}: {}", lower_first(&first)),
        None => super::cx::capitalise(&first),
    };
    if subject.chars().count() > SUBJECT_LIMIT {
        let cut: String = subject.chars().take(SUBJECT_LIMIT).collect();
        subject = cut.rsplit_once(' ').map_or(cut.clone(), |(head, _)| head.to_owned());
        // A cut must not leave a word that waits for the next one.
        const WAITING: [&str; 12] =
            ["and", "or", "the", "a", "an", "of", "to", "into", "in", "with", "for", "its"];
        while let Some((head, last)) = subject.rsplit_once(' ')
            && WAITING.contains(&last)
        {
            subject = head.to_owned();
        }
    }
    let mut body = Vec::new();
    let criteria: Vec<String> = model
        .session
        .accepted_criteria()
        .map(|criterion| format!("- AC{} {}", criterion.id, criterion.text))
        .collect();
    if !criteria.is_empty() {
        body.push(criteria.join("\n"));
    }
    let (exit, open) = reporting::standing(model);
    let mut verified = Vec::new();
    for judged in judge::all(model) {
        let title = judged.spec.title();
        match (&judged.verdict, judged.stale) {
            (Some(Verdict::Passed), false) => verified.push(title),
            (Some(Verdict::FailsAsBefore), false) => verified.push(format!("{title} fails as before")),
            _ => {}
        }
    }
    if !verified.is_empty() {
        let tree = super::classify::short(&reporting::tree(model)).to_owned();
        body.push(wrap(&format!("Verified on tree {tree}: {}.", verified.join("; "))));
    }
    if exit == Exit::Partial {
        let open: Vec<String> = open
            .iter()
            .filter(|item| item.blocking)
            .map(|item| format!("- {}: {}", item.what, item.why))
            .collect();
        body.push(format!("Partial success. Open:\n{}", open.join("\n")));
    }
    let trailers = pairing::trailers(model);
    if !trailers.is_empty() {
        body.push(trailers);
    }
    let mut text = subject;
    for part in body {
        text.push_str("\n\n");
        text.push_str(&part);
    }
    text.push('\n');
    text
}

/// What the approved fixes repair, by the titles of their rules; none without a fix.
fn repairs(model: &Model) -> Option<String> {
    let mut found: Vec<(String, usize)> = Vec::new();
    for hunk in model.session.hunks_where(|hunk| hunk.decision.is_held()) {
        let Origin::Finding(rule) = &hunk.origin else { continue };
        let note = model.handbook.rules.get(rule);
        let title = note.map_or_else(|| rule.clone(), |note| note.title.clone());
        match found.iter_mut().find(|(known, _)| *known == title) {
            Some((_, count)) => *count += 1,
            None => found.push((title, 1)),
        }
    }
    let parts: Vec<String> = found
        .into_iter()
        .map(|(title, count)| if count == 1 { title } else { format!("{title} ({count} times)") })
        .collect();
    (!parts.is_empty()).then(|| format!("Repair {}", parts.join(", ")))
}

/// `feat`, `fix` or an area, when the repository's own subjects are written that way.
fn convention(model: &Model) -> Option<String> {
    let repo = model.world.repo.as_ref()?;
    let conventional = repo.subjects.iter().filter(|subject| {
        let head = subject.split(':').next().unwrap_or_default();
        let kind = head.split(['(', '!']).next().unwrap_or_default();
        matches!(kind, "feat" | "fix" | "chore" | "docs" | "refactor" | "test" | "perf" | "build" | "ci")
    });
    if repo.subjects.is_empty() || conventional.count() * 2 <= repo.subjects.len() {
        return None;
    }
    let repair = model
        .session
        .work
        .task
        .as_ref()
        .is_some_and(|task| matches!(task.reading.intent, Intent::Repair | Intent::Review));
    Some(if repair { "refactor".into() } else { "feat".into() })
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        // An acronym keeps its capitals.
        (Some(first), Some(second)) if second.is_uppercase() => format!("{first}{}", chars.as_str()),
        (Some(first), _) => first.to_lowercase().chain(chars).collect(),
        (None, _) => String::new(),
    }
}

fn wrap(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let needs = lines.last().map_or(0, |line| line.chars().count()) + word.chars().count() + 1;
        if needs > SUBJECT_LIMIT && lines.last().is_some_and(|line| !line.is_empty()) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

/// The files of the approved tree that differ from the base.
pub fn files(model: &Model, take: impl Fn(&Hunk) -> bool + Copy) -> Vec<CommitFile> {
    let mut files = Vec::new();
    for edit in model.session.work.edits.values() {
        if !edit.hunks.iter().any(take) {
            continue;
        }
        let mode = edit.hunks.iter().filter(|hunk| take(hunk)).find_map(|hunk| match hunk.body {
            Body::Mode { to, .. } => Some(to),
            Body::Text { .. } | Body::Delete | Body::Binary { .. } => None,
        });
        let binary = edit.hunks.iter().filter(|hunk| take(hunk)).find_map(|hunk| match &hunk.body {
            Body::Binary { new_base64, .. } => Some(crate::domain::binary::decode(new_base64)),
            Body::Text { .. } | Body::Delete | Body::Mode { .. } => None,
        });
        let bytes = match binary {
            Some(bytes) => Some(bytes),
            None => edit.text_with(take).map(String::into_bytes),
        };
        files.push(CommitFile { path: edit.path.clone(), bytes, mode });
    }
    files
}

/// Approved files, the whole change.
pub fn approved_files(model: &Model) -> Vec<CommitFile> {
    files(model, |hunk| hunk.decision.is_held())
}

/// The commits: one, or one for each layer in build order, each with the files it changes.
pub fn parts(model: &Model) -> Vec<CommitOrderPart> {
    let whole = text(model);
    let held: Vec<&Hunk> = model.session.hunks().into_iter().filter(|hunk| hunk.decision.is_held()).collect();
    if model.session.work.shape == CommitShape::One {
        return vec![CommitOrderPart {
            message: whole,
            layer: None,
            hunks: held.iter().map(|hunk| hunk.id).collect(),
            files: approved_files(model),
        }];
    }
    let mut by_layer: BTreeMap<u8, (Layer, Vec<HunkId>)> = BTreeMap::new();
    for hunk in &held {
        let layer =
            model.session.hunk(hunk.id).map_or(hunk.layer, |(edit, hunk)| act_diff::layer(model, edit, hunk));
        by_layer.entry(layer.build_order()).or_insert_with(|| (layer, Vec::new())).1.push(hunk.id);
    }
    let mut so_far: Vec<HunkId> = Vec::new();
    let count = by_layer.len();
    let (subject, body) =
        whole.split_once('\n').map_or((whole.as_str(), ""), |(subject, body)| (subject, body));
    by_layer
        .into_values()
        .enumerate()
        .map(|(index, (layer, hunks))| {
            so_far.extend(&hunks);
            let taken = so_far.clone();
            let own = hunks.clone();
            let touched: Vec<CommitFile> = files(model, |hunk| taken.contains(&hunk.id))
                .into_iter()
                .filter(|file| {
                    model
                        .session
                        .work
                        .edits
                        .get(&file.path)
                        .is_some_and(|edit| edit.hunks.iter().any(|hunk| own.contains(&hunk.id)))
                })
                .collect();
            let message = if index + 1 == count {
                format!("{subject} ({layer})\n{body}")
            } else {
                let trailers = pairing::trailers(model);
                let trailers = if trailers.is_empty() { trailers } else { format!("\n{trailers}\n") };
                format!(
                    "{subject} ({layer})\n\nPart {} of {count}; not verified alone.\n{trailers}",
                    index + 1
                )
            };
            CommitOrderPart { message, layer: Some(layer), hunks, files: touched }
        })
        .collect()
}
