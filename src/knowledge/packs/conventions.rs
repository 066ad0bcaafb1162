//! The part of the pack format for routes that follow a convention of the framework rather
//! than a line for each: groups of actions, tables, methods by name.

use super::{pattern::Pattern, selector::Selector};
use serde::{Deserialize, Serialize};

/// Groups of actions, each with a controller of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionGroups {
    /// A map from groups to controllers.
    #[serde(default)]
    pub controllers: Vec<Selector>,
    /// The controller of a group that the map does not name: `{}` is the group.
    pub default: String,
    /// A map from words in brackets, in the paths of actions, to those in their place.
    #[serde(default)]
    pub words: Vec<Selector>,
    /// The resource's class, where it does not go by the resource's name.
    #[serde(default)]
    pub class: Vec<Selector>,
    /// The call in the class whose arguments say what it can do.
    pub stated_by: String,
}

/// YAML files that list routes, further files and folders of classes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteFiles {
    /// Globs of the files that the framework reads.
    pub roots: Vec<String>,
    /// Globs of files that only count where another one lists them.
    #[serde(default)]
    pub parts: Vec<String>,
    /// Resources that stand for every class of the application.
    #[serde(default)]
    pub everything: Vec<String>,
    /// Controllers whose routes the framework answers itself.
    #[serde(default)]
    pub skip: Vec<Pattern>,
}

/// Files that are routes by where they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRoutes {
    /// Packages, one of which the manifest of the application names.
    pub dependencies: Vec<String>,
    /// Names of files, without their ending, that make their folder an application too.
    #[serde(default)]
    pub configs: Vec<String>,
    /// Folders of the application below which paths begin.
    pub folders: Vec<String>,
    /// What stands before every path.
    #[serde(default)]
    pub prefix: String,
    /// The name of the files that are routes, without its ending; none where every file is
    /// one, and its name a part of the path.
    #[serde(default)]
    pub file: Option<String>,
    pub verbs: FileVerbs,
    /// The export that answers every verb.
    #[serde(default)]
    pub every: Option<String>,
    /// Folders whose name begins with `_` serve nothing.
    #[serde(default)]
    pub private: bool,
}

/// What says the verbs of a file that is a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileVerbs {
    /// Exports named like verbs.
    Exports,
    /// The end of the file's name, `loaves.post.ts`; the one export answers.
    Name,
    /// What the one export compares the method of the request with.
    Compared,
}

/// The paths of a controller's methods that state none: area, controller, method, item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conventions {
    /// Names of the calls that switch them on.
    pub calls: Vec<String>,
    /// The ending of a class name that the path leaves out.
    pub strip: String,
    /// The controller and the method that a path may leave out.
    pub home: String,
    pub index: String,
    /// Endings of type names, one of which a method must return.
    pub returns: Vec<String>,
    /// The name of the parameter at the end of the path.
    pub item: String,
    /// What stands before the controller.
    #[serde(default)]
    pub area: Vec<Selector>,
    /// Annotations of classes and methods that it does not speak of.
    #[serde(default)]
    pub unless: Vec<String>,
}
