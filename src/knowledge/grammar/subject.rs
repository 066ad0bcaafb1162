//! What a task is about: a resource, an endpoint, a finding, a file.

use super::{
    data::Grammar,
    fields::{self, Field},
    lexicon::{self, Meaning},
    marks::{Mark, Marked},
    token::WordKind,
};
use crate::domain::{finding::Finding, map::BackendMap, task::Intent};

/// The subject as far as it was matched.
#[derive(Debug, Clone, Default)]
pub(super) struct Subject {
    /// In the singular with underscores: `order_item`.
    pub resource: Option<String>,
    /// Whether the repository has it already.
    pub known: bool,
    /// Operation id and the word of the path.
    pub operation: Option<(String, String)>,
    pub method: Option<String>,
    pub path: Option<String>,
    /// The path was built from the operation; the existing endpoint that it resembles.
    pub path_like: Option<String>,
    /// Path of the collection, when known or built.
    pub collection: Option<String>,
    pub fields: Vec<Field>,
    /// Fields that were written and could not be read, with the reason.
    pub field_problems: Vec<(String, String)>,
    pub rules: Vec<String>,
    /// Path and line, as named in the text.
    pub files: Vec<(String, Option<u32>)>,
    pub actors: Vec<String>,
    /// What a background job is called, where the task says what it does.
    pub job: Option<String>,
}

/// Nouns beside which a new name stands.
const NAMED: [&str; 12] = [
    "resource",
    "entity",
    "crud",
    "endpoint",
    "endpoints",
    "api",
    "table",
    "model",
    "repository",
    "service",
    "router",
    "job",
];
const CALLS: [&str; 3] = ["called", "named", "name"];

/// Finds the subject; words that turn out to be names are marked as such. `job` is what a
/// background job is called.
pub(super) fn find(
    grammar: &Grammar,
    map: &BackendMap,
    clauses: &mut [Marked],
    intent: Intent,
    job: Option<String>,
) -> Subject {
    let mut subject = Subject { job, ..Subject::default() };
    for marked in clauses.iter() {
        forms(marked, &mut subject);
        phrases(marked, &mut subject);
    }
    let known = known_resource(clauses);
    // `Let users delete an article`: who acts is a resource here, what is deleted is not.
    let acts_only = known.as_ref().is_some_and(|(rank, _)| *rank >= ACTS);
    let names_job = subject.job.is_some();
    let other = if acts_only && !names_job { clauses.iter_mut().find_map(object_of_operation) } else { None };
    subject.known = known.is_some() && other.is_none();
    subject.resource =
        other.map(|name| lexicon::singular(&lexicon::snake(&name))).or_else(|| known.map(|(_, name)| name));
    if let Some(job) = &subject.job {
        clauses.iter_mut().for_each(|marked| take_words_of(job, marked));
    }
    if takes_a_new_name(intent, &subject) && !names_job {
        let name = clauses.iter_mut().find_map(new_name);
        if let Some(name) = name {
            subject.resource = Some(lexicon::singular(&lexicon::snake(&name)));
            subject.known = false;
        }
    }
    if subject.resource.is_none()
        && let Some(name) = subject.path.as_deref().and_then(resource_of_path)
    {
        subject.known = lexicon::resource_names(map).contains(&name);
        subject.resource = Some(name);
    }
    if matches!(intent, Intent::Resource | Intent::Job) {
        // A resource has all operations, and a job has none: a verb in its task is not one of them.
        subject.method = None;
        subject.path = None;
    } else {
        subject.operation = operation(clauses).or_else(|| operation_of(&subject));
    }
    if let Some((id, _)) = &subject.operation
        && subject.method.is_none()
    {
        subject.method = grammar.operation(id).map(|operation| operation.method.clone());
    }
    place(grammar, map, &mut subject);
    subject
}

/// The last collection of a path: `order` of `/api/orders/{id}`.
fn resource_of_path(path: &str) -> Option<String> {
    let part = path.split('/').rfind(|part| !part.is_empty() && !part.contains(['{', '}']))?;
    (part.len() > 3 && part.ends_with('s')).then(|| lexicon::singular(&lexicon::snake(part)))
}

/// What a method on a collection or on one of its rows does; nothing for other paths.
fn operation_of(subject: &Subject) -> Option<(String, String)> {
    let path = subject.path.as_deref()?;
    let one = path.ends_with('}');
    let last = path.rsplit('/').next().unwrap_or_default();
    let plural = last.len() > 3 && last.ends_with('s');
    if !one && !plural {
        return None;
    }
    let id = match (subject.method.as_deref()?, one) {
        ("GET", false) => "list",
        ("GET", true) => "read",
        ("POST", false) => "create",
        ("PATCH", true) => "update",
        ("PUT", true) => "replace",
        ("DELETE", true) => "delete",
        _ => return None,
    };
    Some((id.to_owned(), id.to_owned()))
}

/// A new name is looked for when the task makes something, even beside a known resource.
fn takes_a_new_name(intent: Intent, subject: &Subject) -> bool {
    match intent {
        Intent::Resource => true,
        Intent::Endpoint
        | Intent::Graphql
        | Intent::Repository
        | Intent::ServiceMethod
        | Intent::Migration
        | Intent::Job => subject.resource.is_none() && subject.path.is_none(),
        Intent::Router
        | Intent::Auth
        | Intent::Middleware
        | Intent::Transaction
        | Intent::BackingService
        | Intent::Repair
        | Intent::Review
        | Intent::Other => false,
    }
}

fn forms(marked: &Marked, subject: &mut Subject) {
    for word in &marked.clause.words {
        match word.kind {
            WordKind::Path => subject.path = subject.path.take().or_else(|| Some(clean_path(&word.text))),
            WordKind::Method => subject.method = subject.method.take().or_else(|| Some(word.text.clone())),
            WordKind::Field => match fields::parse_field(&word.text) {
                Ok(field) if subject.fields.iter().any(|known| known.name == field.name) => {
                    subject.field_problems.push((word.text.clone(), "the name stands twice".into()));
                }
                Ok(field) => subject.fields.push(field),
                Err(reason) => subject.field_problems.push((word.text.clone(), reason)),
            },
            WordKind::File => {
                let mut parts = word.text.trim_end_matches(':').splitn(3, ':');
                let path = parts.next().unwrap_or_default().to_owned();
                let line = parts.next().and_then(|line| line.parse().ok());
                subject.files.push((path, line));
            }
            WordKind::Rule => subject.rules.push(word.lower.clone()),
            WordKind::Plain | WordKind::Status | WordKind::Number => {}
        }
    }
}

/// `:id` and `<id>` become `{id}`, as everywhere else.
fn clean_path(path: &str) -> String {
    let parts = path.trim_end_matches(['.', ',', ')']).split('/').map(|part| {
        if let Some(name) = part.strip_prefix(':') {
            format!("{{{name}}}")
        } else if let Some(name) = part.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
            format!("{{{name}}}")
        } else {
            part.to_owned()
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

fn phrases(marked: &Marked, subject: &mut Subject) {
    for meaning in marked.meanings() {
        match meaning {
            Meaning::Rule(rule) if !subject.rules.contains(rule) => subject.rules.push(rule.clone()),
            Meaning::Actor(actor) if !subject.actors.contains(actor) => subject.actors.push(actor.clone()),
            Meaning::Stop
            | Meaning::Condition
            | Meaning::Actor(_)
            | Meaning::Builder
            | Meaning::Operation(..)
            | Meaning::Intent(..)
            | Meaning::Rule(_)
            | Meaning::Risk(_)
            | Meaning::Known
            | Meaning::Elsewhere(_)
            | Meaning::Resource(_) => {}
        }
    }
}

/// The rank from which on a resource is only who acts.
const ACTS: u8 = 2;

/// The resource after the operation, else the first one; who acts comes last. With its
/// rank: lower is surer.
fn known_resource(clauses: &[Marked]) -> Option<(u8, String)> {
    let mut best: Option<(u8, String)> = None;
    for marked in clauses {
        let mut after = false;
        for mark in &marked.marks {
            let Mark::Phrase { meanings, .. } = mark else { continue };
            let actor = meanings.iter().any(|meaning| matches!(meaning, Meaning::Actor(_)));
            for meaning in meanings {
                match meaning {
                    Meaning::Operation(..) => after = true,
                    Meaning::Resource(name) => {
                        let rank = u8::from(!after) + if actor && !after { ACTS } else { 0 };
                        if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                            best = Some((rank, name.clone()));
                        }
                    }
                    Meaning::Stop
                    | Meaning::Condition
                    | Meaning::Actor(_)
                    | Meaning::Builder
                    | Meaning::Intent(..)
                    | Meaning::Rule(_)
                    | Meaning::Risk(_)
                    | Meaning::Known
                    | Meaning::Elsewhere(_) => {}
                }
            }
        }
    }
    best
}

/// An unknown word right after the operation: `delete an article`.
fn object_of_operation(marked: &mut Marked) -> Option<String> {
    let at = marked.marks.iter().position(is_operation)?;
    let object = (at + 1..at + 4).find(|at| marked.may_be_name(*at))?;
    marked.take_name(object)
}

/// Words that a job is called by are understood: `receipt` of `send_receipt`.
fn take_words_of(job: &str, marked: &mut Marked) {
    for at in 0..marked.clause.words.len() {
        let word = marked.clause.words.get(at).map(|word| word.lower.replace('-', "_"));
        let is_part = |word: String| word == job || job.split('_').any(|part| part == word);
        if marked.may_be_name(at) && word.is_some_and(is_part) {
            marked.take_name(at);
        }
    }
}

fn is_operation(mark: &Mark) -> bool {
    matches!(mark, Mark::Phrase { meanings, .. }
        if meanings.iter().any(|meaning| matches!(meaning, Meaning::Operation(..))))
}

/// An unknown word beside a noun such as `resource`, or after `called`.
fn new_name(marked: &mut Marked) -> Option<String> {
    let words = &marked.clause.words;
    let is_name = |at: usize| marked.may_be_name(at).then_some(at);
    let nouns = words.iter().enumerate().filter(|(_, word)| NAMED.contains(&word.lower.as_str()));
    let calls = words.iter().enumerate().filter(|(_, word)| CALLS.contains(&word.lower.as_str()));
    let at = calls
        .map(|(at, _)| at + 1)
        .find_map(is_name)
        .or_else(|| {
            nouns.into_iter().find_map(|(at, _)| {
                let near = at.checked_sub(1).and_then(is_name).or_else(|| is_name(at + 1));
                // `a resource for invoices`: the small word between does not count.
                near.or_else(|| is_name(at + 2))
            })
        })
        .or_else(|| {
            let has_fields = words.iter().any(|word| word.kind == WordKind::Field);
            if has_fields { (0..words.len()).find_map(is_name) } else { None }
        });
    match at {
        Some(at) => marked.take_name(at),
        None => object_of_operation(marked),
    }
}

/// The operation that is asked for. `create` at the beginning of a sentence that makes
/// something else ("Create an endpoint …") only carries the task.
fn operation(clauses: &[Marked]) -> Option<(String, String)> {
    let mut found: Option<(String, String)> = None;
    for marked in clauses {
        let makes = marked.meanings().any(|meaning| matches!(meaning, Meaning::Intent(..)));
        for (at, mark) in marked.marks.iter().enumerate() {
            let Mark::Phrase { meanings, .. } = mark else { continue };
            if meanings.contains(&Meaning::Stop) || (makes && at == 0) {
                continue;
            }
            for meaning in meanings {
                let Meaning::Operation(id, word) = meaning else { continue };
                let weak = meanings.contains(&Meaning::Builder) || id == "create";
                if found.is_none() || (!weak && found.as_ref().is_some_and(|(known, _)| known == "create")) {
                    found = Some((id.clone(), word.clone()));
                }
            }
        }
    }
    found
}

/// Fills collection and path from the endpoints that the repository has.
fn place(grammar: &Grammar, map: &BackendMap, subject: &mut Subject) {
    let Some(resource) = subject.resource.clone() else { return };
    let known = collection_of(map, &resource);
    let collection = known.clone().map_or_else(
        || format!("{}/{}", common_prefix(map), lexicon::plural(&resource).replace('_', "-")),
        |(path, _)| path,
    );
    subject.collection = Some(collection.clone());
    let Some((id, word)) = &subject.operation else { return };
    if subject.path.is_some() {
        return;
    }
    let Some(operation) = grammar.operation(id) else { return };
    subject.path = Some(operation.path.replace("{collection}", &collection).replace("{verb}", word));
    subject.path_like = known.map(|(_, title)| title);
}

/// The path of a resource's collection and one endpoint that shows it.
fn collection_of(map: &BackendMap, resource: &str) -> Option<(String, String)> {
    let mut best: Option<(String, String)> = None;
    for endpoint in &map.endpoints {
        let mut path = String::new();
        for part in endpoint.path.split('/').filter(|part| !part.is_empty()) {
            path.push('/');
            path.push_str(part);
            if !part.contains('{') && lexicon::singular(&lexicon::snake(part)) == resource {
                if best.as_ref().is_none_or(|(known, _)| path.len() < known.len()) {
                    best = Some((path.clone(), endpoint.title()));
                }
                break;
            }
        }
    }
    best
}

/// The parts that most endpoints begin with, such as `/api/v1`; at least two share it.
fn common_prefix(map: &BackendMap) -> String {
    let mut prefix = String::new();
    loop {
        let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
        let mut total = 0;
        for endpoint in &map.endpoints {
            let Some(rest) = endpoint.path.strip_prefix(&prefix).and_then(|rest| rest.strip_prefix('/'))
            else {
                continue;
            };
            total += 1;
            if let Some((part, _)) = rest.split_once('/')
                && !part.contains('{')
            {
                *counts.entry(part).or_default() += 1;
            }
        }
        let Some((part, count)) =
            counts.into_iter().max_by_key(|(part, count)| (*count, std::cmp::Reverse(*part)))
        else {
            return prefix;
        };
        // A collection of one resource is no prefix: the name must not be a plural.
        if count < 2 || count * 4 < total * 3 || (part.ends_with('s') && part.len() > 3) || prefix.len() > 60
        {
            return prefix;
        }
        prefix = format!("{prefix}/{part}");
    }
}

/// Findings that a repair is about: of the named rules, in the named places.
pub(super) fn findings<'m>(map: &'m BackendMap, subject: &Subject) -> Vec<&'m Finding> {
    if subject.rules.is_empty() && subject.files.is_empty() {
        return Vec::new();
    }
    let in_place = |finding: &Finding| {
        subject.files.is_empty()
            || subject.files.iter().any(|(path, line)| {
                let same = finding.file == *path || finding.file.ends_with(&format!("/{path}"));
                same && line.is_none_or(|line| line == finding.line)
            })
    };
    let of_rule = |finding: &Finding| subject.rules.is_empty() || subject.rules.contains(&finding.rule);
    map.findings.iter().filter(|finding| in_place(finding) && of_rule(finding)).collect()
}
