//! The format of a pack file.

use super::{
    conventions::{ActionGroups, Conventions, FileRoutes, RouteFiles},
    pattern::Pattern,
    selector::Selector,
    served::{ClassAction, CodeOperation, HandlerVerbs, MarkedActions},
    signs::{LayerSign, StackSign},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Its name; the same name in a later folder replaces it.
    pub pack: String,
    /// Languages of the files it reads; names as in formats, `python`.
    pub languages: Vec<String>,
    /// Modules that belong to it: who owns an annotation, and whether a file is its business.
    #[serde(default)]
    pub detect: Vec<String>,
    /// Types that make a parameter or field a router.
    #[serde(default)]
    pub router_types: Vec<Pattern>,
    /// Modules whose import makes the function that a file exports as its one value the
    /// beginning of an application, which it gets as its first parameter.
    #[serde(default)]
    pub entry_imports: Vec<String>,
    /// Methods that give the class of an object: `GetType`.
    #[serde(default)]
    pub class_of: Vec<String>,
    /// Attributes of a class that are its name.
    #[serde(default)]
    pub class_name: Vec<String>,
    /// Types whose every value is the application itself.
    #[serde(default)]
    pub app_types: Vec<Pattern>,
    /// Types of applications alone: a parameter of one that no call passes is the only
    /// application of the backend.
    #[serde(default)]
    pub applications: Vec<Pattern>,
    /// Attributes of a router that are the router itself: `app.router`.
    #[serde(default)]
    pub same: Vec<String>,
    /// Words in paths that stand for the name of a class or function.
    #[serde(default)]
    pub tokens: Vec<Token>,
    /// `${key}` in paths stands for a value from property files.
    #[serde(default)]
    pub property_texts: bool,
    /// Calls whose value stands in a property file.
    #[serde(default)]
    pub reads: Vec<PropertyRead>,
    /// Foreign objects that stand for a module of the project.
    #[serde(default)]
    pub settings: Vec<SettingsModule>,
    /// Modules whose names every file sees without an import.
    #[serde(default)]
    pub ambient: Vec<String>,
    /// How parameters of paths are written.
    #[serde(default)]
    pub path_params: PathStyle,
    /// A route `/` below a prefix keeps its slash: `/items/`.
    #[serde(default)]
    pub keeps_slash: bool,
    /// Further names of verbs.
    #[serde(default)]
    pub verbs: BTreeMap<String, String>,
    #[serde(default)]
    pub calls: Vec<Call>,
    #[serde(default)]
    pub classes: Vec<Class>,
    #[serde(default)]
    pub annotations: Vec<Annotation>,
    /// Methods that are operations of GraphQL or gRPC.
    #[serde(default)]
    pub operations: Vec<CodeOperation>,
    /// Module bindings that list routes.
    #[serde(default)]
    pub collections: Vec<Collection>,
    /// Files beside the code that list routes.
    #[serde(default)]
    pub route_tables: Option<RouteFiles>,
    /// Files that are routes by where they stand.
    #[serde(default)]
    pub file_routes: Vec<FileRoutes>,
    /// Paths of handler methods that state none.
    #[serde(default)]
    pub conventions: Option<Conventions>,
    /// Globs of files whose calls outside any block are routes.
    #[serde(default)]
    pub route_files: Vec<String>,
    /// Modules whose import makes a file one of these.
    #[serde(default)]
    pub route_imports: Vec<String>,
    /// How texts name handlers.
    #[serde(default)]
    pub handlers: Option<HandlerNames>,
    #[serde(default)]
    pub properties: Vec<PropertyFile>,
    /// Callees whose value is their first argument with holes.
    #[serde(default)]
    pub format_calls: Vec<Pattern>,
    /// Generic types that stand for their first argument.
    #[serde(default)]
    pub transparent: Vec<Pattern>,
    /// Types that say nothing about their values: containers, `Any`.
    #[serde(default)]
    pub opaque: Vec<Pattern>,
    /// Calls whose value is the result of calling their argument.
    #[serde(default)]
    pub injections: Vec<Injection>,
    /// Calls, types and classes that rules speak of, by family.
    #[serde(default)]
    pub families: BTreeMap<String, Vec<FamilyMember>>,
    #[serde(default)]
    pub layers: Vec<LayerSign>,
    #[serde(default)]
    pub stack: Vec<StackSign>,
}

/// How parameters stand in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PathStyle {
    /// `{id}`, `{id:int}`.
    #[default]
    Brace,
    /// `<id>`, `<int:id>`.
    Angle,
    /// `<id>`, `<id:int>`.
    Named,
    /// `:id`.
    Colon,
    /// `(?P<id>[0-9]+)`, `<int:id>` as well.
    Regex,
    /// `:id`, `*rest`, and parts in parentheses that may be left out: `(.:format)`.
    Optional,
}

/// What a call means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// The value is a new router.
    Router,
    /// The value is a new router inside the receiver.
    Group,
    /// Endpoints of the receiver; without a receiver, of a new router that is the value.
    Route,
    /// The receiver serves another router.
    Mount,
    /// The receiver gets a prefix.
    Prefix,
    /// Versions of classes and methods become part of the path.
    Versions,
    /// The value is the argument.
    Pass,
    /// The value is the argument behind a prefix.
    Wrap,
    /// The value is a list of the arguments.
    List,
    /// Endpoints for each of the rule's actions, below each of its names; the call's block
    /// is that of one item.
    Resources,
    /// The call's block is remembered under a name.
    Define,
    /// The receiver gets the routes of the blocks of these names.
    Include,
    /// The value is the argument unless something outside the code says otherwise.
    Default,
    /// The value is an object of the class that the argument names.
    Instance,
    /// The value is a path of a file joined from the arguments.
    Join,
    /// The receiver serves the modules of a folder, each below the path of its own folder.
    Folder,
    /// The project's OpenAPI files say what is served; methods named like operations handle it.
    Spec,
    /// It matters to nobody: further rules are not asked.
    Skip,
}

/// What a call or annotation means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Paths of the callee.
    #[serde(default)]
    pub call: Vec<Pattern>,
    /// Methods on a router of this pack.
    #[serde(default)]
    pub on: Vec<String>,
    #[serde(rename = "as")]
    pub operation: Operation,
    #[serde(default)]
    pub path: Vec<Selector>,
    #[serde(default)]
    pub handler: Vec<Selector>,
    #[serde(default)]
    pub child: Vec<Selector>,
    /// Routers that serve the new router, or the receiver of a mount.
    #[serde(default)]
    pub parent: Vec<Selector>,
    #[serde(default)]
    pub verbs: Verbs,
    /// The router is an application: it is served without being mounted.
    #[serde(default)]
    pub app: bool,
    /// It only counts where one of these values is one of `is`.
    #[serde(default)]
    pub only: Vec<Selector>,
    #[serde(default)]
    pub is: Vec<Pattern>,
    /// The version of what states none; what stands before a version is the `path`.
    #[serde(default)]
    pub version: Vec<Selector>,
    /// What makes it the same router as another one: two calls that give the same class
    /// here construct one router.
    #[serde(default)]
    pub identity: Vec<Selector>,
    /// Parameter of the child function that receives the router.
    #[serde(default)]
    pub bind_param: Option<u32>,
    /// It is a call without a receiver, made on the router whose function it stands in.
    #[serde(default)]
    pub within: bool,
    /// The method's name alone tells it: a receiver that cannot be resolved is the
    /// application.
    #[serde(default)]
    pub anywhere: bool,
    /// The mount's prefix takes the place of the child's own one.
    #[serde(default)]
    pub over: bool,
    /// The call has no receiver: it acts on the router whose block it stands in.
    #[serde(default)]
    pub inside: bool,
    /// The folder from which texts name the modules that are mounted.
    #[serde(default)]
    pub folder: Vec<Selector>,
    /// Lists of objects each of which is declared: `{item: true}` selects from the object.
    #[serde(default)]
    pub each: Vec<Selector>,
    /// Of an object of `each`: the objects that are placed below it.
    #[serde(default)]
    pub nested: Vec<Selector>,
    /// Maps of paths and the routers that are served below them.
    #[serde(default)]
    pub table: Vec<Selector>,
    /// Of a folder: it is no part of the path where this is false.
    #[serde(default)]
    pub folder_path: Vec<Selector>,
    /// Of a folder: `_id` in its path is a parameter where this is true.
    #[serde(default)]
    pub folder_params: Vec<Selector>,
    /// The method of the class around the call that handles the route; the first that the
    /// class has.
    #[serde(default)]
    pub invoke: Vec<String>,
    /// It acts on the resource whose block it stands in rather than on one of its items.
    #[serde(default)]
    pub resource: bool,
    /// Namespaces of the handler classes inside.
    #[serde(default)]
    pub module: Vec<Selector>,
    /// The class, or the text that names it, which handles what is inside.
    #[serde(default)]
    pub controller: Vec<Selector>,
    /// The method of the handler class.
    #[serde(default)]
    pub action: Vec<Selector>,
    /// The names of resources or blocks.
    #[serde(default)]
    pub name: Vec<Selector>,
    /// `articles.comments` are the comments of an article.
    #[serde(default)]
    pub dots: bool,
    /// The class of a singular name is named in the plural.
    #[serde(default)]
    pub plural: bool,
    /// The routes of resources: `{id}` stands for the parameter.
    #[serde(default)]
    pub actions: Vec<ClassAction>,
    /// The path of one item, below which its block is: `/{one_id}`, `/{one}`.
    #[serde(default)]
    pub item: String,
    /// The name of the item's parameter.
    #[serde(default)]
    pub param: Vec<Selector>,
    /// Only these actions.
    #[serde(default)]
    pub pick: Vec<Selector>,
    /// All but these actions.
    #[serde(default)]
    pub leave: Vec<Selector>,
    /// Names of blocks that are included.
    #[serde(default)]
    pub include: Vec<Selector>,
    /// The name under which other calls mount the new router; of a mount, the name of what
    /// it mounts.
    #[serde(default)]
    pub known_as: Vec<Selector>,
    /// The actions come in groups, of which `pick` and `leave` speak.
    #[serde(default)]
    pub groups: Option<ActionGroups>,
    /// The actions that are left out where the project switches `lean_by` on.
    #[serde(default)]
    pub lean: Vec<String>,
    /// The setting that is assigned `true`.
    #[serde(default)]
    pub lean_by: String,
    /// Where this is stated, items of resources inside leave out what is around them.
    #[serde(default)]
    pub shallow: Vec<Selector>,
}

/// How a text names a handler: `articles#index`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandlerNames {
    /// Marks between class and method; the first is the one to show.
    pub split: Vec<String>,
    /// The class of a name: `{}Controller`.
    #[serde(default = "itself")]
    pub class: String,
    /// The name is in snake case, the class in camel case.
    #[serde(default)]
    pub camel: bool,
    /// The method of a class that is named alone.
    #[serde(default)]
    pub invoke: String,
}

fn itself() -> String {
    "{}".to_owned()
}

/// Where the verbs of a route come from; the first that is stated and gives verbs counts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Verbs {
    /// The name of the method or annotation.
    pub name: bool,
    /// Values of arguments.
    pub from: Vec<Selector>,
    /// The names of a chain of calls that makes the argument: `get(h).post(h2)`.
    pub chain: Option<Selector>,
    /// The first word of the path: `GET /x`.
    pub in_path: bool,
    /// The methods of the handler class that are named like verbs.
    pub class_members: bool,
    /// The handler class has a route for each of its actions, as the class rules list them.
    pub class_actions: bool,
    /// A method of the router's class that adds actions from a map of verbs and methods:
    /// `mapping.update` in `self.routes[0].mapping.update({"put": "bulk_update"})`.
    pub added_by: Option<String>,
    /// A map of verbs and methods of the handler class.
    pub table: Vec<Selector>,
    /// Annotations of the handler that state them.
    pub on_handler: Vec<HandlerVerbs>,
    /// Where nothing else gives any.
    pub default: Vec<String>,
}

/// What a class means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Names of annotations.
    #[serde(default)]
    pub annotation: Vec<String>,
    /// Names of annotations that make it something else: a client of another service.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Base classes, also indirect ones.
    #[serde(default)]
    pub base: Vec<Pattern>,
    #[serde(default)]
    pub prefix: Vec<Selector>,
    /// Any class with a method that one of the pack's annotations makes a route.
    #[serde(default)]
    pub with_routes: bool,
    /// Other annotations of the class that state a prefix.
    #[serde(default)]
    pub prefix_from: Vec<String>,
    /// Its versions, where the application has them in paths.
    #[serde(default)]
    pub version: Vec<Selector>,
    /// Routers and classes that it serves.
    #[serde(default)]
    pub child: Vec<Selector>,
    /// Routers and classes that serve it.
    #[serde(default)]
    pub parent: Vec<Selector>,
    /// Routers and classes that it serves below the path at which a call places it.
    #[serde(default)]
    pub placed: Vec<Selector>,
    /// It is served by every application of the pack, unless something mounts it.
    #[serde(default)]
    pub attach: bool,
    /// It is served where an application mounts something that cannot be resolved, and
    /// nothing else mounts it.
    #[serde(default)]
    pub attach_orphans: bool,
    #[serde(default)]
    pub app: bool,
    /// Methods that the application calls with its router.
    #[serde(default)]
    pub serves: Vec<String>,
    /// Names of bases that are generated from an OpenAPI file, `*` for any beginning: their
    /// methods are operations of it.
    #[serde(default)]
    pub spec_bases: Vec<String>,
    /// Methods by name: verb and path below the class, for `verbs: {class_actions: true}`.
    #[serde(default)]
    pub actions: Vec<ClassAction>,
    /// Methods that annotations make further actions.
    #[serde(default)]
    pub marked: Vec<MarkedActions>,
    /// The name of the parameter in paths of one item, in place of the one written there.
    #[serde(default)]
    pub param: Vec<Selector>,
    /// Verbs that the base answers itself, for `verbs: {class_members: true}`.
    #[serde(default)]
    pub verbs: Vec<String>,
    /// The list of verbs that classes are confined to.
    #[serde(default)]
    pub allowed: Vec<Selector>,
}

/// An annotation on a function that makes it an endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annotation {
    pub names: Vec<String>,
    #[serde(default)]
    pub path: Vec<Selector>,
    #[serde(default)]
    pub verbs: Verbs,
    /// Beginnings of paths that the prefix of the class does not apply to.
    #[serde(default)]
    pub absolute: Vec<String>,
    /// Its versions, in place of those of the class.
    #[serde(default)]
    pub version: Vec<Selector>,
    /// Also outside a class; the function is then a router that is mounted by name.
    #[serde(default)]
    pub free: bool,
    /// It stands on a class rather than on a method.
    #[serde(default)]
    pub on_class: bool,
    /// The method gives the object that serves what is below the path, where no other
    /// annotation makes it a route.
    #[serde(default)]
    pub locator: bool,
    /// Of a class: lists of further such annotations, made like objects.
    #[serde(default)]
    pub operations: Vec<Selector>,
    /// Of a class: what handles it.
    #[serde(default)]
    pub handler: Vec<Selector>,
    /// Of a class: the method that handles it, where no method has a route of its own.
    #[serde(default)]
    pub invoke: String,
}

/// A binding of a module whose value lists routes: `urlpatterns`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collection {
    pub bind: String,
    /// A module is served by itself where no other module mounts it.
    #[serde(default)]
    pub app: bool,
}

/// A prefix that stands in a property file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropertyFile {
    /// The file's name without its ending, which is `.properties`, `.yml`, `.yaml` or `.json`.
    pub file: String,
    pub key: String,
}

/// A call that reads a property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropertyRead {
    pub call: Vec<Pattern>,
    /// The key.
    pub from: Vec<Selector>,
    /// The file's name without its ending; `*` where any will do.
    #[serde(default)]
    pub file: Option<String>,
    /// Calls that register a value under the first part of the key.
    #[serde(default)]
    pub registered: Vec<Pattern>,
    /// What holds where nothing is configured.
    #[serde(default)]
    pub default: Vec<Selector>,
}

/// An object whose attributes are the names of a module that a variable names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsModule {
    pub object: Vec<Pattern>,
    /// Calls put the module's path beside this text: `setdefault(VARIABLE, "app.settings")`.
    pub variable: String,
    /// Globs of files that are meant where no call names one.
    #[serde(default)]
    pub files: Vec<String>,
}

/// A word in a path that stands for a name: `[controller]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    pub text: String,
    pub of: TokenOf,
    /// Endings that the name loses.
    #[serde(default)]
    pub strip: Vec<String>,
    /// It stands for several of the name, in snake case: `OrderLine` is `order_lines`.
    #[serde(default)]
    pub several: bool,
}

/// Whose name a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenOf {
    Class,
    Function,
}

/// A call that stands for what its argument gives: `Depends(get_db)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Injection {
    pub call: Vec<Pattern>,
    #[serde(default)]
    pub from: Vec<Selector>,
}

/// One member of a family. Stated keys must all hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FamilyMember {
    /// Paths of the callee.
    pub call: Vec<Pattern>,
    /// Names of the called method.
    pub method: Vec<String>,
    /// Types of the receiver.
    pub recv_type: Vec<Pattern>,
    /// Names of the variable or attribute that is the receiver.
    pub recv_name: Vec<String>,
    /// Segments of the module path that the receiver comes from.
    pub recv_from: Vec<String>,
    /// Types, for families of types.
    #[serde(rename = "type")]
    pub types: Vec<Pattern>,
    /// Base classes, for families of classes.
    pub base: Vec<Pattern>,
    /// Named arguments of the class header or call that must be there.
    pub with: Vec<String>,
    /// The argument that the rule looks at.
    pub arg: Vec<Selector>,
}
