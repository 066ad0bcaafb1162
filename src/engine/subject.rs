//! What the task is about, on the map: the nearest endpoint and the files it touches.

use super::model::Model;
use crate::domain::{
    map::BackendMap,
    task::{CriterionSource, Intent, Task},
};
use std::{collections::BTreeSet, sync::Arc};

/// Boundaries that the task suggests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suggested {
    /// Sorted.
    pub paths: Vec<String>,
    /// Ends the sentence "…, because".
    pub why: String,
}

/// What follows from the map and the task alone, kept until one of them is another: every
/// frame asks for it several times.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    map: Option<Arc<BackendMap>>,
    task: Option<Task>,
    nearest: Option<usize>,
    suggested: Suggested,
}

impl Subject {
    fn is_of(&self, model: &Model) -> bool {
        let same_map = match (&self.map, model.shown()) {
            (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
            (None, None) => true,
            _ => false,
        };
        same_map && self.task == model.session.work.task
    }
}

/// Keeps what the map and the task say together.
pub fn refresh(model: &mut Model) {
    if !model.world.subject.is_of(model) {
        let nearest = find_nearest(model);
        model.world.subject = Subject {
            map: model.shown().cloned(),
            task: model.session.work.task.clone(),
            nearest,
            suggested: suggest(model, nearest),
        };
    }
}

/// The endpoint nearest to the task: by path, by finding, by words.
pub fn nearest_endpoint(model: &Model) -> Option<usize> {
    let known = &model.world.subject;
    if known.is_of(model) { known.nearest } else { find_nearest(model) }
}

/// The files that the task suggests as boundaries.
pub fn suggested(model: &Model) -> Suggested {
    let known = &model.world.subject;
    if known.is_of(model) { known.suggested.clone() } else { suggest(model, find_nearest(model)) }
}

fn find_nearest(model: &Model) -> Option<usize> {
    let map = model.shown_map();
    let task = model.session.work.task.as_ref()?;
    let wanted = task.reading.inputs.get("path").map(String::as_str).unwrap_or_default();
    if let Some(index) =
        map.endpoints.iter().position(|endpoint| !wanted.is_empty() && endpoint.path == wanted)
    {
        return Some(index);
    }
    if let Some(place) = finding_place(model) {
        // The last handler that begins at or before the finding.
        let by_line = |index: &usize| map.endpoints.get(*index).map_or(0, |endpoint| endpoint.line);
        let found = (0..map.endpoints.len())
            .filter(|index| {
                map.endpoints
                    .get(*index)
                    .is_some_and(|endpoint| endpoint.file == place.0 && endpoint.line <= place.1)
            })
            .max_by_key(by_line);
        if found.is_some() {
            return found;
        }
    }
    let words = words(&format!("{} {}", task.text, task.reading.subject));
    let score = |index: usize| -> usize {
        let Some(endpoint) = map.endpoints.get(index) else { return 0 };
        let text = format!("{} {} {}", endpoint.path, endpoint.handler, endpoint.method).to_lowercase();
        let own: BTreeSet<String> = super::subject::words(&text);
        let hits = words.iter().filter(|word| own.contains(*word)).count();
        hits * 10 + usize::from(endpoint.path.contains('{')) * 2
    };
    (0..map.endpoints.len())
        .map(|index| (score(index), std::cmp::Reverse(index)))
        .filter(|(score, _)| *score >= 10)
        .max()
        .map(|(_, index)| index.0)
}

fn finding_place(model: &Model) -> Option<(String, u32)> {
    let reading = &model.session.work.task.as_ref()?.reading;
    reading.criteria.iter().find_map(|criterion| match &criterion.source {
        CriterionSource::Finding { place, .. } => Some((place.path.clone(), place.line)),
        CriterionSource::Assumed | CriterionSource::Contract { .. } | CriterionSource::You => None,
    })
}

fn suggest(model: &Model, nearest: Option<usize>) -> Suggested {
    let map = model.shown_map();
    let Some(task) = &model.session.work.task else { return Suggested::default() };
    let mut paths = BTreeSet::new();
    let mut why = String::new();
    if let Some((path, line)) = finding_place(model) {
        why = format!("the finding stands at {path}:{line}");
        paths.insert(path);
    }
    if let Some(index) = nearest
        && let (Some(endpoint), Some(flow)) = (map.endpoints.get(index), map.flows.get(index))
    {
        paths.insert(endpoint.file.clone());
        paths.extend(flow.steps.iter().map(|step| step.file.clone()));
        paths.extend(flow.tests.iter().map(|step| step.file.clone()));
        why = format!("the path {} crosses them", endpoint.title());
    }
    // Files of the other layers that carry the same subject in their names; a known
    // endpoint names it better than the sentence does.
    let subject = match nearest.and_then(|index| map.endpoints.get(index)) {
        Some(endpoint) => words(endpoint.file.rsplit('/').next().unwrap_or_default()),
        None => words(&task.reading.subject),
    };
    for file in &map.files {
        let name = file.path.rsplit('/').next().unwrap_or_default().to_lowercase();
        let own = words(&name);
        if subject.iter().any(|word| own.contains(word)) {
            paths.insert(file.path.clone());
        }
    }
    if paths.is_empty()
        && matches!(
            task.reading.intent,
            Intent::Resource | Intent::Endpoint | Intent::Auth | Intent::Migration
        )
    {
        // A new thing lives beside its nearest kin: the first file of each layer of the path.
        for layer in crate::domain::layer::Layer::ALL.into_iter().filter(|layer| layer.depth().is_some()) {
            paths.extend(map.files_in(layer).next().map(|file| file.path.clone()));
        }
        why = "new code follows the first file of each layer".into();
    }
    if why.is_empty() {
        why = format!("they carry the name {}", task.reading.subject);
    }
    paths.retain(|path| map.layer_of(path).is_some());
    Suggested { paths: paths.into_iter().collect(), why }
}

/// Endpoints that match a needle by subsequence or substring, best first; all in map order
/// for an empty needle.
pub fn matching_endpoints(map: &BackendMap, needle: &str) -> Vec<usize> {
    if needle.is_empty() {
        return (0..map.endpoints.len()).collect();
    }
    let titles: Vec<String> =
        map.endpoints.iter().map(|endpoint| format!("{} {}", endpoint.title(), endpoint.handler)).collect();
    super::fuzzy::rank(needle, &titles).into_iter().map(|hit| hit.index).collect()
}

/// Lower-case words of a text, plural endings taken off, without the ones that say nothing.
pub fn words(text: &str) -> BTreeSet<String> {
    const EMPTY: &[&str] = &[
        "the",
        "a",
        "an",
        "to",
        "of",
        "and",
        "or",
        "in",
        "into",
        "out",
        "its",
        "let",
        "add",
        "for",
        "with",
        "api",
        "get",
        "post",
        "put",
        "delete",
        "patch",
        "move",
        "that",
        "by",
        "py",
        "ts",
        "js",
        "rs",
        "route",
        "router",
        "controller",
        "service",
        "repository",
        "model",
        "test",
        "index",
        "mod",
        "main",
    ];
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 1 && !EMPTY.contains(word))
        .map(|word| match word.strip_suffix("ies") {
            Some(stem) => format!("{stem}y"),
            None => word.strip_suffix('s').filter(|stem| stem.len() > 2).unwrap_or(word).to_owned(),
        })
        .collect()
}
