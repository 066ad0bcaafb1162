//! The example of a resource, found by the names of files.
//!
//! The example is the resource that is present in most layers. Paths of a new resource are
//! those of the example with its name exchanged, whatever the folders are called and whether
//! files are named in the singular or the plural.

use super::names::{Name, singular, snake};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, map::BackendMap},
    ports::ProposeError,
    propose::workspace::Workspace,
};
use std::collections::BTreeMap;

/// The layers that a resource has files in.
const RESOURCE_LAYERS: [Layer; 6] =
    [Layer::Model, Layer::Schema, Layer::Repository, Layer::Service, Layer::Router, Layer::Test];
/// Parts of a file name that say the layer, not the resource.
const LAYER_WORDS: [&str; 26] = [
    "test",
    "tests",
    "router",
    "routers",
    "route",
    "routes",
    "controller",
    "endpoint",
    "endpoints",
    "service",
    "services",
    "repository",
    "repositories",
    "repo",
    "crud",
    "dao",
    "model",
    "models",
    "schema",
    "schemas",
    "entity",
    "api",
    "views",
    "dto",
    "handler",
    "handlers",
];
/// Files that are no resource of their own.
const GENERAL: [&str; 24] = [
    "init",
    "mod",
    "lib",
    "state",
    "error",
    "main",
    "deps",
    "dependencies",
    "dependency",
    "base",
    "utils",
    "common",
    "conftest",
    "health",
    "root",
    "app",
    "types",
    "mixin",
    "mixins",
    "login",
    "auth",
    "token",
    "private",
    "security",
];

/// The file of one layer of the example resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Example {
    pub(crate) path: String,
    /// The resource the file belongs to.
    pub(crate) name: Name,
    pub(crate) text: String,
}

/// The resource that most files belong to, and its file of each layer; `NotApplicable`
/// without a router file that is named after one.
pub(crate) fn find(
    map: &BackendMap,
    workspace: &Workspace<'_>,
    extension: &str,
) -> Result<(Name, BTreeMap<Layer, Example>), ProposeError> {
    let mut by_resource: BTreeMap<String, BTreeMap<Layer, String>> = BTreeMap::new();
    for path in workspace.paths().into_iter().filter(|path| path.ends_with(extension)) {
        let layer = map.layer_of(path).or_else(|| layer_by_path(path));
        let Some(layer) = layer.filter(|layer| RESOURCE_LAYERS.contains(layer)) else { continue };
        let Some(resource) = resource_of(path) else { continue };
        // The map may know files that the base does not have: the user's untracked ones.
        if workspace.text(path)?.is_none() {
            continue;
        }
        by_resource.entry(resource).or_default().entry(layer).or_insert_with(|| path.to_owned());
    }
    let rank = |files: &BTreeMap<Layer, String>| {
        (
            files.contains_key(&Layer::Router) && files.contains_key(&Layer::Model),
            files.contains_key(&Layer::Router),
            files.len(),
        )
    };
    // The first of equals by name, so that the same repository always gives the same answer.
    let best = by_resource.iter().rev().max_by_key(|(_, files)| rank(files));
    let Some((like, _)) = best.filter(|(_, files)| files.contains_key(&Layer::Router)) else {
        return Err(ProposeError::NotApplicable(
            "no resource to learn from: the recipe needs one router file named after its resource".into(),
        ));
    };
    let mut examples = BTreeMap::new();
    for layer in RESOURCE_LAYERS {
        let own = by_resource.get(like).and_then(|files| files.get(&layer)).map(|path| (like, path));
        let other = || by_resource.iter().find_map(|(resource, files)| Some((resource, files.get(&layer)?)));
        let Some((resource, path)) = own.or_else(other) else { continue };
        let text = workspace.require(path)?;
        examples.insert(layer, Example { path: path.clone(), name: Name::of(resource), text });
    }
    Ok((Name::of(like), examples))
}

/// The singular name of the resource that a file is about, or none.
pub(crate) fn resource_of(path: &str) -> Option<String> {
    let mut parts = path.rsplit('/');
    let stem = parts.next()?.rsplit_once('.')?.0;
    let folder = parts.next().unwrap_or_default();
    let words = |text: &str| -> Vec<String> {
        let words: Vec<String> = snake(text).split('_').map(str::to_owned).collect();
        words.into_iter().filter(|word| !word.is_empty() && !LAYER_WORDS.contains(&word.as_str())).collect()
    };
    // `users.routes.ts`: points part words as lines do.
    let mut own = words(stem.replace('.', "_").trim_matches('_'));
    if own.is_empty() {
        // `orders/router.py`: the folder names the resource.
        own = words(folder);
    }
    let name = singular(&own.join("_"));
    (!name.is_empty() && !GENERAL.contains(&name.as_str()) && !GENERAL.contains(&own.join("_").as_str()))
        .then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_names_its_resource_whatever_the_convention() {
        for (path, expected) in [
            ("app/routers/orders.py", Some("order")),
            ("app/services/order_service.py", Some("order")),
            ("src/orders/router.py", Some("order")),
            ("tests/api/test_order_items.py", Some("order_item")),
            ("app/api/deps.py", None),
            ("app/models/__init__.py", None),
            ("app/models/base.py", None),
            ("src/authors/authors.routes.ts", Some("author")),
        ] {
            assert_eq!(resource_of(path).as_deref(), expected, "{path}");
        }
    }
}
