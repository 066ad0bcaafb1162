//! Which files of the example are which layer, and how each is written: functions of a module, a
//! class, or a function that makes an object.

use crate::{
    domain::{conventional::layer_by_path, layer::Layer},
    ports::ProposeError,
    propose::{
        recipe::{names::snake, node::plan::Plan, sources::Source},
        script::{Id, Kind, Tree},
    },
};

/// What a layer is made with, where it is not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    /// `private readonly`, empty for the parameter of a function.
    pub(super) modifiers: String,
    pub(super) name: String,
    pub(super) ty: String,
}

/// How a layer is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// Functions, or a router, that a module exports.
    Functions,
    /// A class, whose methods may be told to be public.
    Class { given: Given, is_public: bool },
    /// A function that makes an object; an arrow or a declared one.
    Factory { given: Given, is_arrow: bool },
}

/// One layer of the example.
#[derive(Debug, Clone)]
pub(super) struct Layered {
    pub(super) path: String,
    pub(super) form: Form,
    /// The class or the function that makes it; empty for functions of a module.
    pub(super) name: String,
}

/// The layers of the example that sign-in has too.
pub(super) struct Layers {
    pub(super) router: Layered,
    pub(super) service: Option<Layered>,
    pub(super) repository: Option<Layered>,
    pub(super) schema: Option<String>,
}

impl Layers {
    /// Reads them; `NotApplicable` where the router is put together in a way that is not known.
    pub(super) fn read(plan: &Plan<'_>) -> Result<Self, ProposeError> {
        let files: Vec<&Source> = plan
            .related
            .iter()
            .filter(|path| **path != plan.router && **path != plan.table.path)
            .filter_map(|path| plan.survey.get(path))
            .collect();
        let of = |layer: Layer| files.iter().find(|source| is_of(&source.path, layer));
        let has_rules = |source: &&&Source| {
            ["z.object(", "z.strictObject("].iter().any(|rule| source.text.contains(rule))
        };
        let read = |source: Option<&&Source>| source.map(|source| layered(plan, source)).transpose();
        let router = plan.survey.get(&plan.router).ok_or_else(|| unknown(&plan.router))?;
        Ok(Self {
            router: layered(plan, router)?,
            service: read(of(Layer::Service))?,
            repository: read(of(Layer::Repository))?,
            schema: files.iter().find(has_rules).map(|source| source.path.clone()),
        })
    }

    /// The layer that asks the database.
    pub(super) fn lowest(&self) -> &Layered {
        self.repository.as_ref().or(self.service.as_ref()).unwrap_or(&self.router)
    }
}

fn unknown(path: &str) -> ProposeError {
    ProposeError::NotApplicable(format!(
        "{path} is not put together in a way that sign-in could follow: the recipe knows functions of a module, \
         a class that is given one thing, and a function that is given one and makes an object"
    ))
}

/// Whether the name of a file, else its folder, says that it is of a layer.
fn is_of(path: &str, layer: Layer) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    let words = snake(&file.replace('.', "_"));
    let stated = words.split('_').rev().find_map(|word| match word {
        "repository" | "repo" | "store" | "dao" | "queries" => Some(Layer::Repository),
        "service" | "usecase" => Some(Layer::Service),
        "schema" | "schemas" | "dto" | "validation" | "validator" | "validators" => Some(Layer::Schema),
        "router" | "routes" | "route" | "controller" | "handler" | "handlers" => Some(Layer::Router),
        _ => None,
    });
    stated.or_else(|| layer_by_path(path)) == Some(layer)
}

fn layered(plan: &Plan<'_>, source: &Source) -> Result<Layered, ProposeError> {
    let path = source.path.clone();
    for class in source.script.classes.iter().filter(|class| plan.names.touches(&class.name)) {
        if class.base.as_deref().is_some_and(|base| base.contains("Error")) {
            continue;
        }
        let [one] = class.parameters.as_slice() else { return Err(unknown(&path)) };
        let given =
            Given { modifiers: one.modifiers.trim().to_owned(), name: one.name.clone(), ty: one.ty.clone() };
        let is_public = source.slice(&class.body).lines().any(|line| line.trim().starts_with("public async"));
        let name = class.name.clone();
        return Ok(Layered { path, form: Form::Class { given, is_public }, name });
    }
    let tree = Tree::parse(&path, &source.text)?;
    for id in tree.all() {
        let text = &source.text;
        let named = tree.name(id, text).filter(|name| plan.names.touches(name));
        let (Some(name), true) = (named, is_exported(&tree, id)) else { continue };
        let function = match tree.kind(id) {
            Kind::Function => id,
            Kind::Variable => match tree.value(id).filter(|value| tree.kind(*value) == Kind::Arrow) {
                Some(arrow) => arrow,
                None => continue,
            },
            _ => continue,
        };
        if !makes_an_object(&tree, text, function) {
            continue;
        }
        let parameters =
            tree.child(function, Kind::Parameters).map(|id| tree.children(id)).unwrap_or_default();
        let [one] = parameters else { return Err(unknown(&path)) };
        let (Some(given), Some((_, ty))) = (tree.name(*one, text), tree.text(*one, text).split_once(':'))
        else {
            return Err(unknown(&path));
        };
        let given = Given { modifiers: String::new(), name: given.to_owned(), ty: ty.trim().to_owned() };
        let is_arrow = tree.kind(function) == Kind::Arrow;
        return Ok(Layered { path, form: Form::Factory { given, is_arrow }, name: name.to_owned() });
    }
    Ok(Layered { path, form: Form::Functions, name: String::new() })
}

fn is_exported(tree: &Tree, id: Id) -> bool {
    let parent = tree.parent(id);
    tree.kind(parent) == Kind::Export
        || tree.kind(parent) == Kind::Variables && tree.kind(tree.parent(parent)) == Kind::Export
}

/// Whether what a function gives is an object of functions, or a router.
fn makes_an_object(tree: &Tree, text: &str, function: Id) -> bool {
    let whole = tree.text(function, text);
    if ["Router()", "new Hono", "Router({"].iter().any(|made| whole.contains(made)) {
        return true;
    }
    match tree.child(function, Kind::Body) {
        Some(body) => tree.children(body).iter().any(|statement| {
            tree.kind(*statement) == Kind::Return
                && tree.children(*statement).first().is_some_and(|value| tree.kind(*value) == Kind::Object)
        }),
        None => whole.split_once("=>").is_some_and(|(_, made)| made.trim_start().starts_with("({")),
    }
}
