//! Models, schemas and classes of jobs: definitions that the layer signs recognise.

use super::jobs;
use crate::{
    analysis::{
        facts::{BindKind, CallFlags, Expr, ExprId, FileFacts, Lang, ScopeId, ScopeKind},
        layering::{Signs, annotation_paths},
        resolve::{Project, Target},
    },
    domain::{
        layer::Layer,
        map::{BackendMap, Definition, Model},
    },
    knowledge::packs::{LayerSign, Pattern},
};

#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) models: Vec<Model>,
    pub(super) schemas: Vec<Definition>,
    pub(super) jobs: Vec<Definition>,
}

/// Class-level names that configure a class rather than being part of it.
const NOT_FIELDS: [&str; 6] = ["Meta", "Config", "model_config", "objects", "metadata", "query"];

pub(super) fn find(project: &Project<'_>, signs: &Signs, map: &BackendMap) -> Found {
    let mut found = Found::default();
    for (file, facts) in project.files.iter().enumerate() {
        let layer = map.layer_of(&facts.path);
        if matches!(layer, None | Some(Layer::Test | Layer::Migration)) {
            continue;
        }
        for (id, scope) in facts.scope_ids() {
            match scope.kind {
                ScopeKind::Class => class(project, signs, file, id, layer, &mut found),
                ScopeKind::Function => jobs::marked(project, signs, file, scope, &mut found.jobs),
                ScopeKind::Module | ScopeKind::Interface | ScopeKind::Lambda | ScopeKind::Namespace => {}
            }
        }
        bound(project, signs, file, &mut found);
        jobs::started(project, signs, file, &mut found.jobs);
        jobs::listed(project, signs, file, &mut found.jobs);
    }
    found
}

fn class(
    project: &Project<'_>,
    signs: &Signs,
    file: usize,
    id: ScopeId,
    layer: Option<Layer>,
    found: &mut Found,
) {
    let Some(facts) = project.files.get(file) else { return };
    let Some(scope) = facts.scope(id) else { return };
    let name = facts.text(scope.name);
    // An `impl` repeats the name of a type that is listed by its own definition.
    if name.is_empty() || scope.owner.is_some() {
        return;
    }
    let bases = project.external_bases(file, id);
    let annotations = annotations(project, file, facts.list(scope.annotations));
    let is = |wanted: Layer| {
        signs.of(wanted, facts.lang.name()).any(|sign| {
            any(&sign.bases, bases.iter().map(String::as_str))
                || any(&sign.annotations, annotations.iter().map(|(path, _)| path.as_str()))
        })
    };
    let line = facts.line(scope.name_span.start);
    // A class that only some tables make (SQLModel) is a table when it says so.
    let is_table =
        facts.args(scope.keywords).iter().any(|arg| arg.name.is_some_and(|n| facts.text(n) == "table"));
    let sqlmodel = bases.iter().any(|base| base.starts_with("sqlmodel."));
    if is(Layer::Job) && !is_abstract(facts, id) && has_methods(facts, id) {
        let fields = Vec::new();
        found.jobs.push(Definition { name: name.into(), file: facts.path.clone(), line, fields });
    }
    if is(Layer::Model) && (!sqlmodel || is_table) {
        if is_abstract(facts, id) {
            return;
        }
        let table = table_name(facts, id).or_else(|| table_annotation(facts, &annotations));
        let columns = all_fields(project, file, id);
        // The declarative base of a project has neither table nor columns.
        if columns.is_empty() && table.is_none() && facts.lang == Lang::Python {
            return;
        }
        found.models.push(Model { name: name.into(), table, columns, file: facts.path.clone(), line });
    } else if is(Layer::Schema)
        || sqlmodel
        || (layer == Some(Layer::Schema) && has_field_annotations(facts, id))
    {
        let fields = all_fields(project, file, id);
        found.schemas.push(Definition { name: name.into(), file: facts.path.clone(), line, fields });
    }
}

/// A module-level value made by a call that signs know: a Drizzle table, a zod object.
fn bound(project: &Project<'_>, signs: &Signs, file: usize, found: &mut Found) {
    let Some(facts) = project.files.get(file) else { return };
    for bind in facts.binds.iter().filter(|bind| bind.scope == ScopeId::MODULE && bind.object.is_none()) {
        let Some(Expr::Call(call)) = bind.value.map(|value| facts.expr(value)) else { continue };
        let Some(Target::External(path)) = project.callee(file, call) else { continue };
        let is = |wanted: Layer| {
            signs.of(wanted, facts.lang.name()).any(|s| any(&s.calls, std::iter::once(path.as_str())))
        };
        let name = facts.text(bind.name).to_owned();
        let line = facts.line(bind.name_span.start);
        let Some(call) = facts.call(call) else { continue };
        let args = facts.args(call.args);
        let keys = args.iter().find_map(|arg| map_keys(facts, arg.value)).unwrap_or_default();
        if is(Layer::Model) {
            let table = args.first().and_then(|arg| text(facts, arg.value));
            found.models.push(Model { name, table, columns: keys, file: facts.path.clone(), line });
        } else if is(Layer::Schema) {
            found.schemas.push(Definition { name, file: facts.path.clone(), line, fields: keys });
        }
    }
}

pub(super) fn any<'s>(patterns: &[Pattern], mut paths: impl Iterator<Item = &'s str>) -> bool {
    !patterns.is_empty() && paths.any(|path| patterns.iter().any(|pattern| pattern.matches(path)))
}

/// Resolved paths of annotations with their expressions.
pub(super) fn annotations(project: &Project<'_>, file: usize, list: &[ExprId]) -> Vec<(String, ExprId)> {
    list.iter()
        .flat_map(|annotation| {
            annotation_paths(project, file, *annotation).into_iter().map(|path| (path, *annotation))
        })
        .collect()
}

/// A class without a method of its own is what jobs descend from.
fn has_methods(facts: &FileFacts, class: ScopeId) -> bool {
    facts.scopes.iter().any(|scope| scope.parent == Some(class) && scope.kind == ScopeKind::Function)
}

fn is_abstract(facts: &FileFacts, class: ScopeId) -> bool {
    facts.binds.iter().any(|bind| {
        let name = facts.text(bind.name);
        let is_true = bind.value.is_some_and(|value| facts.expr(value) == Expr::Bool(true));
        is_true
            && ((bind.scope == class && name == "__abstract__")
                || (name == "abstract" && is_meta_of(facts, bind.scope, class)))
    })
}

fn is_meta_of(facts: &FileFacts, scope: ScopeId, class: ScopeId) -> bool {
    facts.scope(scope).is_some_and(|meta| meta.parent == Some(class) && facts.text(meta.name) == "Meta")
}

/// `__tablename__`, or `db_table` and `table` of an inner `Meta`.
fn table_name(facts: &FileFacts, class: ScopeId) -> Option<String> {
    facts.binds.iter().find_map(|bind| {
        let name = facts.text(bind.name);
        let here = bind.scope == class && matches!(name, "__tablename__" | "tableName");
        let in_meta = matches!(name, "db_table" | "table") && is_meta_of(facts, bind.scope, class);
        if here || in_meta { text(facts, bind.value?) } else { None }
    })
}

/// `@Entity('users')`, `@Entity({name: 'users'})`.
fn table_annotation(facts: &FileFacts, annotations: &[(String, ExprId)]) -> Option<String> {
    annotations.iter().find_map(|(_, annotation)| {
        let Expr::Call(call) = facts.expr(*annotation) else { return None };
        let first = facts.args(facts.call(call)?.args).first()?.value;
        text(facts, first).or_else(|| match facts.expr(first) {
            Expr::Map(entries) => facts.entries(entries).iter().find_map(|entry| {
                let key = text(facts, entry.key?)?;
                matches!(key.as_str(), "name" | "tableName").then(|| text(facts, entry.value))?
            }),
            _ => None,
        })
    })
}

/// Fields of the class and of its bases inside the project, the bases' first.
fn all_fields(project: &Project<'_>, file: usize, class: ScopeId) -> Vec<String> {
    let mut names = Vec::new();
    for (file, class) in project.lineage(file, class).iter().copied().rev() {
        let Some(facts) = project.files.get(file) else { continue };
        for name in fields(facts, class) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// Names of the class's own fields, in source order.
fn fields(facts: &FileFacts, class: ScopeId) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for bind in facts.binds.iter().filter(|bind| bind.scope == class && bind.object.is_none()) {
        let name = facts.text(bind.name);
        let is_field = matches!(bind.kind, BindKind::Field | BindKind::Assign)
            && !name.starts_with("__")
            && !NOT_FIELDS.contains(&name);
        // A plain value without a type is a constant of the class.
        let has_shape = bind.ty.is_some()
            || !facts.list(bind.annotations).is_empty()
            || bind.value.is_some_and(|value| matches!(facts.expr(value), Expr::Call(_)));
        if is_field && has_shape && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn has_field_annotations(facts: &FileFacts, class: ScopeId) -> bool {
    facts.binds.iter().any(|bind| bind.scope == class && !facts.list(bind.annotations).is_empty())
        || facts.calls.iter().any(|call| call.flags.has(CallFlags::ANNOTATION) && call.scope == class)
}

fn map_keys(facts: &FileFacts, expr: ExprId) -> Option<Vec<String>> {
    match facts.expr(expr) {
        Expr::Map(entries) => {
            Some(facts.entries(entries).iter().filter_map(|entry| text(facts, entry.key?)).collect())
        }
        _ => None,
    }
}

pub(super) fn text(facts: &FileFacts, expr: ExprId) -> Option<String> {
    match facts.expr(expr) {
        Expr::Str(text) => Some(facts.text(text).to_owned()),
        _ => None,
    }
}

impl Signs {
    /// Signs of a layer for a language.
    pub(super) fn of<'s>(&'s self, layer: Layer, language: &'s str) -> impl Iterator<Item = &'s LayerSign> {
        self.layer_signs()
            .filter(move |(languages, sign)| {
                sign.layer == layer && languages.iter().any(|name| name == language)
            })
            .map(|(_, sign)| sign)
    }
}
