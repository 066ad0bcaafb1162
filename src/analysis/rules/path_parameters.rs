//! Parameters of paths that a handler does not take, or takes without a type; bodies
//! without a shape.

use super::{
    context::{Context, last_name},
    draft::Draft,
    matcher::Rule,
};
use crate::analysis::{
    facts::{Call, Expr, ExprId, FileFacts, Lang, Param, ParamKind, ScopeId, ScopeKind},
    link::{FileId, Value},
};
use std::collections::BTreeSet;

/// How many dependencies deep names are looked for.
const DEPTH: u32 = 4;

/// Types that say nothing of what is inside.
const SHAPELESS: [&str; 8] = ["dict", "Dict", "Any", "any", "object", "Object", "Record", "unknown"];

/// Routes whose path names a parameter that the handler does not take.
pub(super) fn check_path(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        if facts.lang == Lang::Python && !uses_fastapi(facts) {
            continue;
        }
        for (id, scope) in facts.scope_ids() {
            if !matches!(scope.kind, ScopeKind::Function | ScopeKind::Lambda) {
                continue;
            }
            if facts.lang == Lang::Python {
                for annotation in facts.list(scope.annotations) {
                    let Some(path) = route_path(context, file, facts, *annotation) else { continue };
                    let Some(taken) = taken(context, file, facts, id, DEPTH) else { continue };
                    if reads_whole_path(context, file, facts, id, *annotation) {
                        continue;
                    }
                    for name in names_of(&path) {
                        if !taken.contains(&name) {
                            found.push(
                                Draft::new(file, facts.expr_span(*annotation))
                                    .word("parameter", format!("`{name}`"))
                                    .word("problem", "is taken by no parameter of the handler"),
                            );
                        }
                    }
                }
                continue;
            }
            for param in facts.params(scope.params) {
                if has_annotation(facts, param, "Param") && !says_type(facts, param) {
                    found.push(
                        Draft::new(file, param.span)
                            .word("parameter", format!("`{}`", facts.text(param.name)))
                            .word("problem", "has no type and no pipe that checks it"),
                    );
                }
            }
        }
    }
    found
}

/// Handlers whose body has no shape.
pub(super) fn check_body(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        for (id, scope) in facts.scope_ids() {
            let writes = context
                .endpoint_of(file, id)
                .is_some_and(|endpoint| matches!(endpoint.method.as_str(), "POST" | "PUT" | "PATCH"));
            if !matches!(scope.kind, ScopeKind::Function) || !writes {
                continue;
            }
            for param in facts.params(scope.params) {
                let is_open = match facts.lang {
                    Lang::Python => {
                        uses_fastapi(facts)
                            && param.default.is_none()
                            && param.kind == ParamKind::Plain
                            && param.ty.is_some_and(|ty| is_shapeless(facts, ty))
                    }
                    _ => has_annotation(facts, param, "Body") && !says_type(facts, param),
                };
                if is_open {
                    let name = facts.text(param.name);
                    found.push(Draft::new(file, param.span).word("parameter", format!("`{name}`")));
                }
            }
        }
    }
    found
}

fn uses_fastapi(facts: &FileFacts) -> bool {
    facts.imports.iter().any(|import| facts.text(import.module).split('.').next() == Some("fastapi"))
}

fn has_annotation(facts: &FileFacts, param: &Param, name: &str) -> bool {
    facts.list(param.annotations).iter().any(|annotation| match facts.expr(*annotation) {
        Expr::Call(id) => facts.call(id).is_some_and(|call| last_name(facts, call.callee) == Some(name)),
        _ => last_name(facts, *annotation) == Some(name),
    })
}

/// Whether a parameter has a type that says something, or a pipe that checks it.
fn says_type(facts: &FileFacts, param: &Param) -> bool {
    let typed = param.ty.is_some_and(|ty| !is_shapeless(facts, ty));
    typed
        || facts.list(param.annotations).iter().any(|annotation| match facts.expr(*annotation) {
            Expr::Call(id) => facts.call(id).is_some_and(|call| facts.args(call.args).len() > 1),
            _ => false,
        })
}

fn is_shapeless(facts: &FileFacts, ty: ExprId) -> bool {
    match facts.expr(ty) {
        Expr::Name(_) | Expr::Attr(..) => last_name(facts, ty).is_some_and(|name| SHAPELESS.contains(&name)),
        Expr::Index(object, _) => {
            last_name(facts, object).is_some_and(|name| matches!(name, "dict" | "Dict" | "Record"))
        }
        _ => false,
    }
}

/// The path of `@router.get("/x/{id}")`.
fn route_path(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    annotation: ExprId,
) -> Option<String> {
    let Expr::Call(id) = facts.expr(annotation) else { return None };
    let call = facts.call(id)?;
    let Expr::Attr(_, verb) = facts.expr(call.callee) else { return None };
    let is_verb = matches!(
        facts.text(verb),
        "get"
            | "post"
            | "put"
            | "delete"
            | "patch"
            | "head"
            | "options"
            | "trace"
            | "api_route"
            | "websocket"
    );
    let args = facts.args(call.args);
    let by_name = args.iter().find(|arg| arg.name.is_some_and(|name| facts.text(name) == "path"));
    let value = by_name.or_else(|| args.first().filter(|arg| arg.name.is_none()))?.value;
    is_verb.then(|| context.resolver().constant(file, value)).flatten()
}

/// `{id}` and `{rest:path}` of a path, as the framework reads them: plain words only.
fn names_of(path: &str) -> Vec<String> {
    let is_word = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    path.split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .filter_map(|(inside, _)| match inside.split_once(':') {
            Some((name, converter)) => (is_word(name) && is_word(converter)).then_some(name),
            None => is_word(inside).then_some(inside),
        })
        .map(str::to_owned)
        .collect()
}

/// The names that a function and its dependencies take; none where a dependency is not known.
fn taken<'f>(
    context: &Context<'_, 'f>,
    file: FileId,
    facts: &'f FileFacts,
    function: ScopeId,
    depth: u32,
) -> Option<BTreeSet<String>> {
    let depth = depth.checked_sub(1)?;
    let scope = facts.scope(function)?;
    let mut names = BTreeSet::new();

    for param in facts.params(scope.params) {
        if matches!(param.kind, ParamKind::Rest | ParamKind::KeywordRest | ParamKind::Receiver) {
            continue;
        }
        let name = facts.text(param.name);

        let mut alias = None;
        let stands_for = param.ty.and_then(|ty| annotated_alias(context, file, facts, ty));
        let written = param.ty.into_iter().chain(param.default).map(|expr| (file, facts, expr));
        for (file, facts, expr) in written.chain(stands_for) {
            for call in calls_of(facts, expr, 4) {
                match last_name(facts, call.callee) {
                    Some("Depends" | "Security") => {
                        let target = facts.args(call.args).first().map(|arg| arg.value);
                        let ty = if stands_for.is_some() { Some(expr) } else { param.ty };
                        let target = target.or_else(|| annotated(facts, ty?))?;
                        names.extend(dependency(context, file, target, depth)?);
                    }
                    Some("Path") => {
                        alias = facts
                            .args(call.args)
                            .iter()
                            .find(|arg| arg.name.is_some_and(|name| facts.text(name) == "alias"))
                            .and_then(|arg| context.resolver().constant(file, arg.value));
                    }
                    _ => {}
                }
            }
        }
        // A type that is an alias may hide a dependency.
        if let Some(ty) = param.ty.filter(|_| stands_for.is_none())
            && hides_dependency(context, file, facts, ty)
        {
            return None;
        }
        names.insert(alias.unwrap_or_else(|| name.to_owned()));
    }
    Some(names)
}

/// Whether the request itself is at hand, which knows every parameter of the path: in the
/// handler's body, or in a dependency that its decorator names.
fn reads_whole_path(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    function: ScopeId,
    route: ExprId,
) -> bool {
    let body = facts.scope(function).map(|scope| scope.span);
    let asked = facts.exprs.iter().enumerate().any(|(index, expr)| {
        matches!(expr, Expr::Attr(_, name) if facts.text(*name) == "path_params")
            && body.is_some_and(|body| body.contains(facts.expr_span(ExprId::from_index(index))))
    });
    let Expr::Call(id) = facts.expr(route) else { return asked };
    let named = facts.call(id).and_then(|call| {
        facts
            .args(call.args)
            .iter()
            .find(|arg| arg.name.is_some_and(|name| facts.text(name) == "dependencies"))
    });
    let unknown = |call: &Call| {
        matches!(last_name(facts, call.callee), Some("Depends" | "Security"))
            && facts
                .args(call.args)
                .first()
                .is_none_or(|arg| dependency(context, file, arg.value, DEPTH).is_none())
    };
    asked || named.is_some_and(|named| calls_of(facts, named.value, 4).into_iter().any(unknown))
}

/// Whether a dependency is given the request and reads the path from it, or hands it on to
/// something that may.
fn takes_request(facts: &FileFacts, function: ScopeId) -> bool {
    let Some(scope) = facts.scope(function) else { return false };
    let is_request = |ty: &str| matches!(ty, "Request" | "HTTPConnection" | "WebSocket");
    let mut params = facts.params(scope.params).iter();
    let Some(request) =
        params.find(|param| param.ty.and_then(|ty| last_name(facts, ty)).is_some_and(is_request))
    else {
        return false;
    };
    let inside = |expr: ExprId| scope.span.contains(facts.expr_span(expr));
    let reads = facts.exprs.iter().enumerate().any(|(index, expr)| {
        matches!(expr, Expr::Attr(_, name) if facts.text(*name) == "path_params")
            && inside(ExprId::from_index(index))
    });
    let is_handed_on = |call: &Call| {
        let args = facts.args(call.args).iter();
        args.map(|arg| arg.value)
            .any(|value| matches!(facts.expr(value), Expr::Name(name) if name == request.name))
    };
    reads || facts.calls.iter().any(|call| scope.span.contains(call.span) && is_handed_on(call))
}

/// What a name stands for that is bound to `Annotated[…]`, in this file or where it is
/// imported from.
fn annotated_alias<'f>(
    context: &Context<'_, 'f>,
    file: FileId,
    facts: &'f FileFacts,
    ty: ExprId,
) -> Option<(FileId, &'f FileFacts, ExprId)> {
    let Expr::Name(name) = facts.expr(ty) else { return None };
    let name = facts.text(name);
    let bound = |facts: &FileFacts, name: &str| {
        let mut binds =
            facts.binds.iter().filter(|bind| bind.object.is_none() && facts.text(bind.name) == name);
        binds.find_map(|bind| {
            let value = bind.value?;
            match facts.expr(value) {
                Expr::Index(of, _) if last_name(facts, of) == Some("Annotated") => Some(value),
                _ => None,
            }
        })
    };
    if let Some(value) = bound(facts, name) {
        return Some((file, facts, value));
    }
    let (position, import) = facts
        .imports
        .iter()
        .enumerate()
        .find(|(_, import)| import.alias.is_some_and(|alias| facts.text(alias) == name))?;
    let target = context.resolver().import_target(file, position)?;
    let of = context.resolver().facts(target)?;
    Some((target, of, bound(of, facts.text(import.name?))?))
}

/// `X` of `Annotated[X, Depends()]` and of a plain type.
fn annotated(facts: &FileFacts, ty: ExprId) -> Option<ExprId> {
    match facts.expr(ty) {
        Expr::Index(_, key) => match facts.expr(key) {
            Expr::List(items) => facts.list(items).first().copied(),
            _ => Some(key),
        },
        _ => Some(ty),
    }
}

/// Whether a type is a name of the project or of elsewhere that stands for `Annotated[…]`.
fn hides_dependency(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, ty: ExprId) -> bool {
    matches!(facts.expr(ty), Expr::Name(_) | Expr::Attr(..))
        && match context.resolver().value(file, ty) {
            Value::Class(..) | Value::Null | Value::Number => false,
            Value::External(path) => path.contains("[") || path.contains("Annotated"),
            Value::Unknown => last_name(facts, ty).is_some_and(|name| name.starts_with(char::is_uppercase)),
            _ => true,
        }
}

/// The names that a dependency takes.
fn dependency(
    context: &Context<'_, '_>,
    file: FileId,
    target: ExprId,
    depth: u32,
) -> Option<BTreeSet<String>> {
    match context.resolver().value(file, target) {
        Value::Function(file, scope) => {
            let facts = context.resolver().facts(file)?;
            if takes_request(facts, scope) {
                return None;
            }
            taken(context, file, facts, scope, depth)
        }
        Value::Class(file, class) => {
            let facts = context.resolver().facts(file)?;
            let maker = facts
                .scope_ids()
                .find(|(_, scope)| scope.parent == Some(class) && facts.text(scope.name) == "__init__");
            match maker {
                Some((id, _)) => taken(context, file, facts, id, depth),
                // A model or data class takes its fields.
                None => Some(fields(facts, class)),
            }
        }
        Value::Instance(file, class) => {
            let facts = context.resolver().facts(file)?;
            let caller = facts
                .scope_ids()
                .find(|(_, scope)| scope.parent == Some(class) && facts.text(scope.name) == "__call__");
            let (caller, _) = caller?;
            if takes_request(facts, caller) {
                return None;
            }
            taken(context, file, facts, caller, depth)
        }
        _ => None,
    }
}

fn fields(facts: &FileFacts, class: ScopeId) -> BTreeSet<String> {
    facts
        .binds
        .iter()
        .filter(|bind| bind.scope == class && bind.object.is_none())
        .map(|bind| facts.text(bind.name).to_owned())
        .collect()
}

/// Calls inside an expression, as deep as types and defaults go.
fn calls_of(facts: &FileFacts, expr: ExprId, depth: u32) -> Vec<&Call> {
    let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
    match facts.expr(expr) {
        Expr::Call(id) => facts.call(id).into_iter().collect(),
        Expr::Index(_, key) => calls_of(facts, key, depth),
        Expr::List(parts) | Expr::Either(parts) | Expr::Other(parts) => {
            facts.list(parts).iter().flat_map(|part| calls_of(facts, *part, depth)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::names_of;
    use pretty_assertions::assert_eq;

    #[test]
    fn parameters_of_paths_lose_their_converters() {
        assert_eq!(names_of("/a/{id}/b/{rest:path}"), ["id", "rest"]);
        assert!(names_of("/a/b").is_empty() && names_of("/{a-b}/{ c }/{d: int}").is_empty());
    }
}
