//! Versions of classes and methods that become part of their paths.
//!
//! A version stands between the application's prefix and the class's own, and a method
//! may have another version than its class. So the class keeps no prefix of its own where
//! versions are in use: its routes carry version, prefix and path together.

use super::{
    graph::{NodeId, texts_of},
    linker::Linker,
    path,
    select::Site,
    value::Value,
};
use crate::knowledge::packs::{Call, Selector};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// What is known of versions in paths.
#[derive(Debug, Default)]
pub(super) struct Versions {
    /// By pack, where an application has enabled them.
    styles: FxHashMap<u16, Style>,
    /// By the router of a class.
    classes: FxHashMap<NodeId, Versioned>,
}

#[derive(Debug, Clone)]
struct Style {
    /// What stands before a version: `v`.
    prefix: Rc<str>,
    /// Versions of classes that state none.
    default: Vec<Rc<str>>,
}

#[derive(Debug, Clone)]
struct Versioned {
    style: Style,
    own: Vec<Rc<str>>,
    versions: Vec<Rc<str>>,
}

impl Linker<'_> {
    /// An application has versions in its paths.
    pub fn enable_versions(&mut self, site: Site<'_>, pack: u16, rule: &Call) {
        let stated = self.select(site, &rule.only);
        let counts = rule.only.is_empty()
            || stated.iter().any(|selected| match &selected.value {
                Value::External(path) => rule.is.iter().any(|pattern| pattern.matches(path)),
                _ => false,
            });
        if !counts {
            return;
        }
        let prefix = self.select_path(site, &rule.path).and_then(|texts| texts.first().cloned());
        let default = self.versions_in(site, &rule.version).unwrap_or_default();
        self.versions.styles.insert(pack, Style { prefix: prefix.unwrap_or_else(|| "".into()), default });
    }

    /// The prefix that is left to a class: none of its own where its routes carry it.
    pub fn version_class(
        &mut self,
        site: Site<'_>,
        node: NodeId,
        pack: u16,
        selectors: &[Selector],
        own: Vec<Rc<str>>,
    ) -> Vec<Rc<str>> {
        let Some(style) = self.versions.styles.get(&pack).cloned() else { return own };
        let versions = self.versions_in(site, selectors).unwrap_or_else(|| style.default.clone());
        self.versions.classes.insert(node, Versioned { style, own, versions });
        vec!["".into()]
    }

    /// The paths of a method's route below its class.
    pub fn version_route(
        &mut self,
        site: Site<'_>,
        node: NodeId,
        selectors: &[Selector],
        paths: Vec<Rc<str>>,
    ) -> Vec<Rc<str>> {
        let Some(class) = self.versions.classes.get(&node).cloned() else { return paths };
        let mut versions = self.versions_in(site, selectors).unwrap_or(class.versions);
        if versions.is_empty() {
            versions.push("".into());
        }
        let mut found: Vec<Rc<str>> = Vec::new();
        for version in &versions {
            let version =
                if version.is_empty() { String::new() } else { format!("{}{version}", class.style.prefix) };
            for own in &class.own {
                for path in &paths {
                    let whole = path::join(&path::join(&version, own), path);
                    found.push(whole.into());
                }
            }
        }
        found
    }

    /// The versions that selectors give; a foreign constant stands for no version at all.
    fn versions_in(&mut self, site: Site<'_>, selectors: &[Selector]) -> Option<Vec<Rc<str>>> {
        let selected = self.select(site, selectors).into_iter().next()?;
        let values: Vec<Value> = match &selected.value {
            Value::List(values) => values.to_vec(),
            other => vec![other.clone()],
        };
        let mut versions: Vec<Rc<str>> = Vec::new();
        for value in values {
            match value {
                Value::External(_) => versions.push("".into()),
                other => versions.extend(texts_of(&other).into_iter().flatten()),
            }
        }
        Some(versions)
    }
}
