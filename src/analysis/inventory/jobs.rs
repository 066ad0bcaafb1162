//! Jobs that are no classes: functions that an annotation, a list or a call makes one.

use super::classes::{annotations, any, text};
use crate::{
    analysis::{
        facts::{Call, CallFlags, Expr, ExprId, FileFacts, Scope, ScopeId, ScopeKind},
        layering::Signs,
        resolve::{Project, Target},
    },
    domain::{layer::Layer, map::Definition},
    knowledge::packs::LayerSign,
};

/// A function with the annotation of a job.
pub(super) fn marked(
    project: &Project<'_>,
    signs: &Signs,
    file: usize,
    scope: &Scope,
    jobs: &mut Vec<Definition>,
) {
    let Some(facts) = project.files.get(file) else { return };
    let list = facts.list(scope.annotations);
    if list.is_empty() {
        return;
    }
    let mut paths: Vec<String> = annotations(project, file, list).into_iter().map(|(path, _)| path).collect();
    paths.extend(list.iter().filter_map(|annotation| made_annotation(project, file, *annotation)));
    let is_job = signs
        .of(Layer::Job, facts.lang.name())
        .any(|sign| any(&sign.annotations, paths.iter().map(String::as_str)));
    if is_job {
        jobs.push(definition(facts, facts.text(scope.name), scope.name_span.start));
    }
}

/// The path of an annotation on what a function of the project makes: `@celery.task`, where
/// `celery = create_celery()`.
fn made_annotation(project: &Project<'_>, file: usize, annotation: ExprId) -> Option<String> {
    let facts = project.files.get(file)?;
    let callee = match facts.expr(annotation) {
        Expr::Call(call) => facts.call(call)?.callee,
        _ => annotation,
    };
    let Expr::Attr(object, name) = facts.expr(callee) else { return None };
    let Some(Target::Instance(other, function)) = project.target(file, object) else { return None };
    let made = project.files.get(other)?;
    made.scope(function).filter(|scope| scope.kind == ScopeKind::Function)?;
    let returned = made.returns.iter().find(|returned| returned.scope == function)?.value;
    let Target::External(path) = local(project, other, function, returned)? else { return None };
    Some(format!("{path}.{}", facts.text(name)))
}

/// What an expression inside a function is, where a local name may stand for it.
fn local(project: &Project<'_>, file: usize, scope: ScopeId, expr: ExprId) -> Option<Target> {
    let facts = project.files.get(file)?;
    let Expr::Name(name) = facts.expr(expr) else { return project.target(file, expr) };
    let around: Vec<ScopeId> = facts.scopes_around(scope).map(|(id, _)| id).collect();
    let bound = facts.binds.iter().find(|bind| {
        bind.name == name && bind.object.is_none() && bind.value.is_some() && around.contains(&bind.scope)
    });
    project.target(file, bound.and_then(|bind| bind.value).unwrap_or(expr))
}

/// Jobs that a call starts: `new Worker("mail", send)`, `schedule("0 0 * * *", f)`,
/// `$schedule->job(new Clean)`.
pub(super) fn started(project: &Project<'_>, signs: &Signs, file: usize, jobs: &mut Vec<Definition>) {
    let Some(facts) = project.files.get(file) else { return };
    let wanted: Vec<&LayerSign> =
        signs.of(Layer::Job, facts.lang.name()).filter(|sign| !sign.calls.is_empty()).collect();
    if wanted.is_empty() {
        return;
    }
    for (id, call) in facts.call_ids() {
        let Some(name) = name_of(facts, call) else { continue };
        let known = match project.callee(file, id) {
            Some(Target::External(path)) => is_wanted(&wanted, &path),
            _ => false,
        };
        if known || on_local(project, file, call).is_some_and(|path| is_wanted(&wanted, &path)) {
            jobs.push(definition(facts, &name, call.name_span.start));
        }
    }
}

fn is_wanted(wanted: &[&LayerSign], path: &str) -> bool {
    wanted.iter().any(|sign| any(&sign.calls, std::iter::once(path)))
}

/// The path of a method on a local variable that a foreign call makes.
fn on_local(project: &Project<'_>, file: usize, call: &Call) -> Option<String> {
    let facts = project.files.get(file)?;
    let Expr::Attr(object, method) = facts.expr(call.callee) else { return None };
    // At module level, names are followed already.
    if call.scope == ScopeId::MODULE || !matches!(facts.expr(object), Expr::Name(_)) {
        return None;
    }
    match local(project, file, call.scope, object)? {
        Target::External(path) if path.contains("()") => Some(format!("{path}.{}", facts.text(method))),
        _ => None,
    }
}

/// What a call that starts a job names: a text, or else the function or class that runs.
fn name_of(facts: &FileFacts, call: &Call) -> Option<String> {
    let stated = |expr: ExprId| -> Option<String> {
        let Expr::Name(name) = facts.expr(expr) else { return text(facts, expr) };
        let bound = facts.binds.iter().find(|bind| bind.name == name && bind.object.is_none());
        bound.and_then(|bind| text(facts, bind.value?))
    };
    let given = |expr: ExprId| -> Option<String> {
        match facts.expr(expr) {
            Expr::Name(name) => Some(stated(expr).unwrap_or_else(|| facts.text(name).to_owned())),
            Expr::Attr(_, name) => Some(facts.text(name).to_owned()),
            Expr::Call(made) => {
                let made = facts.call(made)?;
                // A function that makes the name of a worker of what it is told: `named(NAME)`.
                let told = facts.args(made.args).first().filter(|_| !made.flags.has(CallFlags::NEW));
                let told = told.and_then(|arg| stated(arg.value));
                told.or_else(|| match facts.expr(made.callee) {
                    Expr::Name(name) | Expr::Attr(_, name) => {
                        facts.text(name).rsplit('.').next().map(str::to_owned)
                    }
                    _ => None,
                })
            }
            _ => None,
        }
    };
    let args = facts.args(call.args);
    let positional: Vec<ExprId> =
        args.iter().filter(|arg| arg.name.is_none() && !arg.spread).map(|arg| arg.value).collect();
    let first = positional.first().copied()?;
    text(facts, first).or_else(|| given(first)).filter(|name| !name.is_empty())
}

/// Functions that an attribute of a class lists as jobs: `functions = [send, clean]`.
pub(super) fn listed(project: &Project<'_>, signs: &Signs, file: usize, jobs: &mut Vec<Definition>) {
    let Some(facts) = project.files.get(file) else { return };
    let lists: Vec<&LayerSign> =
        signs.of(Layer::Job, facts.lang.name()).filter(|sign| !sign.lists.is_empty()).collect();
    if lists.is_empty() {
        return;
    }
    let imports = || facts.imports.iter().map(|import| crate::analysis::resolve::external(facts, import));
    for bind in &facts.binds {
        let in_class = facts.scope(bind.scope).is_some_and(|scope| scope.kind == ScopeKind::Class);
        let name = facts.text(bind.name);
        let is_listed = |sign: &&LayerSign| {
            sign.lists.iter().any(|list| list == name)
                && imports().any(|path| any(&sign.imports, std::iter::once(path.as_str())))
        };
        let Some(Expr::List(items)) = bind.value.map(|value| facts.expr(value)) else { continue };
        if !in_class || !lists.iter().any(is_listed) {
            continue;
        }
        for item in facts.list(items) {
            let Some(Target::Definition(other, scope)) = project.target(file, *item) else { continue };
            let Some(of) = project.files.get(other) else { continue };
            let Some(found) = of.scope(scope) else { continue };
            jobs.push(definition(of, of.text(found.name), found.name_span.start));
        }
    }
}

fn definition(facts: &FileFacts, name: &str, at: u32) -> Definition {
    Definition { name: name.to_owned(), file: facts.path.clone(), line: facts.line(at), fields: Vec::new() }
}
