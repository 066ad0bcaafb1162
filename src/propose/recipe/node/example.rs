//! The resource that a new one is modelled on: the one whose router stands in a file of its
//! own, whose table is known, and whose files lead from one to the other.

use super::{
    model::Table,
    suite::is_test,
    words::{Names, form_of},
};
use crate::{
    ports::ProposeError,
    propose::recipe::{
        examples::resource_of,
        names::Name,
        rename::{Joint, Renamer},
        sources::{Source, Survey, folder},
    },
};
use std::collections::BTreeSet;

/// A resource that could be followed.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) like: Name,
    /// File of its router.
    pub(super) router: String,
}

/// Resources that are about who asks: what names them is found in places that serve all.
const PERSONS: [&str; 8] = ["user", "account", "session", "member", "profile", "admin", "customer", "person"];

/// Those that could be followed, the best first; `NotApplicable` where there is none.
pub(super) fn candidates(survey: &Survey, tables: &[Table]) -> Result<Vec<Candidate>, ProposeError> {
    let mut found: Vec<(usize, usize, Candidate)> = Vec::new();
    for source in survey.sources.values().filter(|source| !is_test(source) && serves(source)) {
        let Some(name) = resource_of(&source.path) else { continue };
        let like = Name::of(&name);
        if !tables.iter().any(|table| table.is_of(&like)) || found.iter().any(|(_, _, one)| one.like == like)
        {
            continue;
        }
        let renamer = Renamer { from: &like, to: &Name::of("proscenium"), joint: Joint::Kebab };
        let files = survey.sources.keys().filter(|path| renamer.touches(path)).count();
        let is_person = usize::from(PERSONS.contains(&like.snake.as_str()));
        found.push((is_person, usize::MAX - files, Candidate { like, router: source.path.clone() }));
    }
    if found.is_empty() {
        return Err(ProposeError::NotApplicable(
            "no resource to learn from: the recipe needs a router in a file that is named after its resource, \
             and the table that it stores"
                .into(),
        ));
    }
    found.sort_by(|a, b| (a.0, a.1, &a.2.like.snake).cmp(&(b.0, b.1, &b.2.like.snake)));
    Ok(found.into_iter().map(|(_, _, one)| one).collect())
}

/// Whether a source answers requests: two handlers with paths.
fn serves(source: &Source) -> bool {
    let verbs = [".get(", ".post(", ".put(", ".patch(", ".delete("];
    let handlers: usize = verbs.iter().map(|verb| source.text.matches(verb).count()).sum();
    handlers >= 2 && ["'/", "\"/", "''"].iter().any(|path| source.text.contains(path))
}

/// Whether a file is about another resource than the example.
pub(super) fn is_of_another(path: &str, like: &Name, tables: &[Table]) -> bool {
    let about = resource_of(path).map(|name| Name::of(&name));
    about.is_some_and(|about| about != *like && tables.iter().any(|table| table.is_of(&about)))
}

/// The example's own files: what its router, and what puts the application together, import.
pub(super) fn related(survey: &Survey, names: &Names, router: &str, tables: &[Table]) -> BTreeSet<String> {
    let is_own = |path: &str| names.path(path) != path;
    let mut found = BTreeSet::from([router.to_owned()]);
    let mut open = vec![router.to_owned()];
    for source in survey.sources.values() {
        if is_own(&source.path) || is_test(source) || is_of_another(&source.path, &names.like, tables) {
            continue;
        }
        open.push(source.path.clone());
    }
    while let Some(path) = open.pop() {
        let Some(source) = survey.get(&path) else { continue };
        let imports = source.script.imports.iter().map(|import| &import.from);
        let exports = source.script.exports.iter().map(|export| &export.from);
        for from in imports.chain(exports) {
            let Some(target) = survey.resolve(&path, from) else { continue };
            let is_new = is_own(&target.path) && !is_test(target) && !is_migration(target);
            if is_new && found.insert(target.path.clone()) {
                open.push(target.path.clone());
            }
        }
    }
    found
}

/// Whether a source changes tables.
pub(super) fn is_migration(source: &Source) -> bool {
    folder(&source.path).contains("migration") && source.text.contains("up")
}

/// How words of file names are joined, as far as the repository shows it.
pub(super) fn joint(survey: &Survey) -> Joint {
    let stems = || survey.sources.keys().filter_map(|path| path.rsplit('/').next()?.split('.').next());
    let is_migration = |stem: &&str| stem.starts_with(|c: char| c.is_ascii_digit());
    let kebab = stems().filter(|stem| !is_migration(stem)).filter(|stem| stem.contains('-')).count();
    match form_of(stems().filter(|stem| !is_migration(stem))) {
        _ if kebab > 0 => Joint::Kebab,
        Some(form) => form,
        None => Joint::Kebab,
    }
}
