//! Where a repository keeps the parts of a resource, learnt from one it has.
//!
//! The example is the resource that is present in most layers. Paths and names of a new
//! resource are those of the example with its name exchanged, whatever the folders are
//! called and whether files are named in the singular or the plural.

use super::names::Name;
use crate::{
    domain::{layer::Layer, map::BackendMap},
    ports::ProposeError,
    propose::{
        recipe::{
            examples::{self, Example},
            rename::{Joint, Renamer},
        },
        workspace::Workspace,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// The example, and the folder from which its modules are imported.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// The resource that most files belong to.
    pub(crate) like: Name,
    pub(crate) examples: BTreeMap<Layer, Example>,
    /// `backend/` where `backend/app/db.py` is imported as `app.db`; empty at the root.
    pub(crate) import_root: String,
}

impl Layout {
    /// Finds the example; `NotApplicable` without a router and a model file of one resource.
    pub(crate) fn find(map: &BackendMap, workspace: &Workspace<'_>) -> Result<Self, ProposeError> {
        let (like, examples) = examples::find(map, workspace, ".py")?;
        let paths: BTreeSet<&str> = workspace.paths().into_iter().collect();
        let import_root = import_root(&examples, &paths);
        Ok(Self { like, examples, import_root })
    }

    /// The layout around one model's file, where the resource itself is what is changed.
    pub(crate) fn around(name: &Name, path: &str, text: &str, workspace: &Workspace<'_>) -> Self {
        let example = Example { path: path.to_owned(), name: name.clone(), text: text.to_owned() };
        let examples = BTreeMap::from([(Layer::Model, example)]);
        let paths: BTreeSet<&str> = workspace.paths().into_iter().collect();
        let import_root = import_root(&examples, &paths);
        Self { like: name.clone(), examples, import_root }
    }

    /// The path of a layer's file for another resource.
    pub(crate) fn path_for(&self, layer: Layer, name: &Name) -> String {
        if let Some(example) = self.examples.get(&layer) {
            return retarget(&example.path, &example.name, name);
        }
        // A layer that the repository does not have yet starts beside the routers.
        let router = self.examples.get(&Layer::Router).map_or("", |example| example.path.as_str());
        let parent =
            |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        let mut package = parent(&parent(router));
        while package.ends_with("/api") || package.ends_with("/v1") || package == "api" {
            package = parent(&package);
        }
        let lead = if package.is_empty() { String::new() } else { format!("{package}/") };
        let folder = match layer {
            Layer::Repository => "repositories",
            Layer::Schema => "schemas",
            Layer::Model => "models",
            Layer::Test => return format!("{}tests/test_{}.py", self.import_root, name.plural),
            _ => "services",
        };
        format!("{lead}{folder}/{}.py", name.plural)
    }

    /// The dotted module of a file.
    pub(crate) fn module_of(&self, path: &str) -> String {
        let inside = path.strip_prefix(&self.import_root).unwrap_or(path);
        let stem =
            inside.strip_suffix("/__init__.py").or_else(|| inside.strip_suffix(".py")).unwrap_or(inside);
        stem.replace('/', ".")
    }

    /// The file of a dotted module, when it is one of `paths`.
    pub(crate) fn file_of(&self, module: &str, paths: &BTreeSet<&str>) -> Option<String> {
        let stem = format!("{}{}", self.import_root, module.replace('.', "/"));
        [format!("{stem}.py"), format!("{stem}/__init__.py")]
            .into_iter()
            .find(|path| paths.contains(path.as_str()))
    }
}

/// Exchanges a resource's name in all its forms, in identifiers and paths.
pub(crate) fn retarget(text: &str, from: &Name, to: &Name) -> String {
    Renamer { from, to, joint: Joint::Snake }.apply(text)
}

/// The folder below which the examples' absolute imports resolve.
fn import_root(examples: &BTreeMap<Layer, Example>, paths: &BTreeSet<&str>) -> String {
    for example in examples.values() {
        for line in example.text.lines() {
            let Some(module) = line.strip_prefix("from ").and_then(|rest| rest.split(' ').next()) else {
                continue;
            };
            if module.starts_with('.') || module.is_empty() {
                continue;
            }
            let stem = module.replace('.', "/");
            let ends = [format!("{stem}.py"), format!("{stem}/__init__.py")];
            for path in paths {
                for end in &ends {
                    if let Some(root) = path.strip_suffix(end.as_str())
                        && (root.is_empty() || root.ends_with('/'))
                        && example.path.starts_with(root)
                    {
                        return root.to_owned();
                    }
                }
            }
        }
    }
    // Only relative imports: the package starts below the last folder without `__init__.py`.
    let router = examples.get(&Layer::Router).or_else(|| examples.values().next());
    let mut folder = router.map_or("", |example| example.path.as_str());
    while let Some((parent, _)) = folder.rsplit_once('/') {
        if !paths.contains(format!("{parent}/__init__.py").as_str()) {
            break;
        }
        folder = parent;
    }
    folder.rsplit_once('/').map_or(String::new(), |(parent, _)| format!("{parent}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_exchanged_in_every_form_and_nowhere_else() {
        let (from, to) = (Name::of("user"), Name::of("book_review"));
        for (text, expected) in [
            ("app/services/user_service.py", "app/services/book_review_service.py"),
            ("users/router.py", "book_reviews/router.py"),
            ("UserService(UserRepository(db))", "BookReviewService(BookReviewRepository(db))"),
            (
                "from app.api import users as users_api",
                "from app.api import book_reviews as book_reviews_api",
            ),
            ("superuser, Username, user.name", "superuser, Username, book_review.name"),
            ("prefix=\"/users\", tags=[\"Users\"]", "prefix=\"/book_reviews\", tags=[\"BookReviews\"]"),
        ] {
            assert_eq!(retarget(text, &from, &to), expected);
        }
    }
}
