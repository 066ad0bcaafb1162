//! The module that binds an entity, and the new class among what it provides and exports.

use super::super::{
    errors::root,
    example::{Example, Role},
    plan::Plan,
    register::{self, Twin},
    survey::{Source, Survey, relative},
};
use super::like::Like;
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::{
        recipe::{resource::Edited, typescript::Candidate},
        script::{List, Script},
    },
};

/// The module whose `forFeature` has the entity: the resource's own first.
pub(super) fn home<'s>(survey: &'s Survey, own: &Example, entity: &str) -> Option<&'s Source> {
    let binds = |source: &&Source| {
        source.script.lists.iter().any(|list| {
            list.within.iter().any(|call| call.starts_with("forFeature"))
                && list.elements.iter().any(|element| source.slice(element) == entity)
        })
    };
    let of_module = own.part(Role::Module).and_then(|part| survey.get(&part.path)).filter(binds);
    of_module.or_else(|| survey.sources.values().filter(|source| source.script.suites.is_empty()).find(binds))
}

/// A class that is to be known in a module.
pub(super) struct New<'a> {
    pub(super) class: &'a str,
    pub(super) path: &'a str,
}

/// The module with the class in it, and what remains to be said.
pub(super) fn with(
    plan: &Plan<'_>,
    home: &Source,
    like: &Like<'_>,
    new: &New<'_>,
    remarks: &mut Vec<String>,
) -> Result<FileChange, ProposeError> {
    let (text, at) = listed(plan, home, "providers", new)?.map_or_else(|| provided(plan, home, new), Ok)?;
    let mut grown = Source { path: home.path.clone(), script: Script::parse(&home.path, &text)?, text };
    if let Some(from) = exporting(&plan.survey, &like.class.name) {
        match listed(plan, &grown, "exports", new)? {
            Some((text, _)) => {
                let script = Script::parse(&home.path, &text)?;
                grown = Source { path: home.path.clone(), text, script };
            }
            None => remarks.push(format!(
                "{} exports {}; {} exports nothing, so who else may ask {} is yours to say.",
                from.path, like.class.name, home.path, new.class
            )),
        }
    }
    Ok(plan.ask.edited(Edited {
        path: &home.path,
        old: &home.text,
        new: grown.text,
        reason: plan.ask.head.reason(Layer::Config),
        like: Some(home.place(at)),
        layer: Layer::Config,
    }))
}

/// The text with the class beside another one of a list; `None` where no class stands in it.
fn listed(
    plan: &Plan<'_>,
    source: &Source,
    key: &'static str,
    new: &New<'_>,
) -> Result<Option<(String, usize)>, ProposeError> {
    let Some(list) = own_list(source, key) else { return Ok(None) };
    let named = list.elements.iter().rev().filter_map(|element| {
        let name = source.slice(element);
        let (import, _) = source.script.import_of(name)?;
        let home = plan.survey.resolve(&source.path, &import.from)?;
        Some((name, home.path.as_str()))
    });
    // Beside the service of the same entity, where it is there.
    let stem = plan.ask.name.pascal.as_str();
    let Some((like, like_path)) =
        named.clone().find(|(name, _)| name.contains(stem)).or_else(|| named.clone().next())
    else {
        return Ok(None);
    };
    let twin = Twin { like, like_path, class: new.class, path: new.path, list: key };
    Ok(register::list(source, &twin, &plan.habits)?.map(|done| (done.text, done.like_at)))
}

fn own_list<'s>(source: &'s Source, key: &str) -> Option<&'s List> {
    source.script.lists.iter().find(|list| list.key == key && list.within.iter().all(|call| call == "Module"))
}

/// The text with a list of providers of its own, or with the first in one that is empty.
fn provided(plan: &Plan<'_>, source: &Source, new: &New<'_>) -> Result<(String, usize), ProposeError> {
    let specifier = relative(&source.path, new.path, plan.extension);
    let wanted: Vec<Candidate> = Candidate::of(&format!("{specifier}:{}", new.class)).into_iter().collect();
    root::provided(source, new.class, &wanted, &plan.habits)?.ok_or_else(|| {
        ProposeError::NotApplicable(format!(
            "{} has no list beside which {} could be provided",
            source.path, new.class
        ))
    })
}

/// The module that exports a class.
fn exporting<'s>(survey: &'s Survey, class: &str) -> Option<&'s Source> {
    let has = |source: &&Source| {
        own_list(source, "exports")
            .is_some_and(|list| list.elements.iter().any(|element| source.slice(element) == class))
    };
    survey.sources.values().find(has)
}
