//! What may go wrong with a task: from its words, its kind, and the map's findings.

use super::{
    fields::FieldKind,
    lexicon::Meaning,
    marks::{Mark, Marked},
    subject::Subject,
};
use crate::domain::{
    map::BackendMap,
    stack::StackKey,
    task::{Intent, Risk},
};
use std::collections::{BTreeMap, BTreeSet};

/// Risks sorted by kind, each kind once, with what was seen. `elsewhere` says that a part
/// of the task belongs to another specialist.
pub(super) fn risks(
    clauses: &[Marked],
    subject: &Subject,
    intent: Intent,
    map: &BackendMap,
    elsewhere: bool,
) -> Vec<Risk> {
    let mut notes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (kind, note) in clauses.iter().flat_map(risk_words) {
        notes.entry(kind).or_default().insert(note);
    }
    let mut add = |kind: &str, note: String| {
        notes.entry(kind.to_owned()).or_default().insert(note);
    };
    match intent {
        Intent::Auth => add("auth", "who may do what".into()),
        Intent::Resource if !subject.known => add("schema", "one new table".into()),
        Intent::Migration => add("schema", "a migration".into()),
        Intent::Transaction => add("transaction", "several writes".into()),
        Intent::BackingService => add("secret", "an address or key of a service".into()),
        _ => {}
    }
    if matches!(intent, Intent::Endpoint | Intent::Resource) && !subject.actors.is_empty() {
        add("auth", format!("who may: {}", subject.actors.join(", ")));
    }
    for field in &subject.fields {
        if let FieldKind::BelongsTo(model) = &field.kind {
            add("orm", format!("a relation to {model}"));
        }
    }
    for place in orm_findings(map, subject) {
        add("orm", place);
    }
    if elsewhere {
        add("out-of-scope", "a part belongs elsewhere".into());
    }
    // Without an ORM there is no ORM risk: raw SQL is the business of other rules.
    if !map.files.is_empty() && map.stack.name(StackKey::Orm).is_none() {
        notes.remove("orm");
    }
    notes
        .into_iter()
        .map(|(kind, notes)| Risk { kind, note: notes.into_iter().collect::<Vec<_>>().join("; ") })
        .collect()
}

fn risk_words(marked: &Marked) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (word, mark) in marked.iter() {
        let Mark::Phrase { meanings, .. } = mark else { continue };
        for meaning in meanings {
            if let Meaning::Risk(kind) = meaning {
                found.push((kind.clone(), word.lower.clone()));
            }
        }
    }
    found
}

/// ORM findings on the path of the subject's endpoints.
fn orm_findings(map: &BackendMap, subject: &Subject) -> Vec<String> {
    let Some(collection) = &subject.collection else { return Vec::new() };
    let files: BTreeSet<&str> = map
        .endpoints
        .iter()
        .zip(&map.flows)
        .filter(|(endpoint, _)| endpoint.path.starts_with(collection.as_str()))
        .flat_map(|(_, flow)| flow.steps.iter().map(|step| step.file.as_str()))
        .collect();
    map.findings
        .iter()
        .filter(|finding| finding.rule.starts_with("orm/") && files.contains(finding.file.as_str()))
        .map(|finding| format!("{} at {}", finding.rule, finding.place()))
        .take(2)
        .collect()
}
