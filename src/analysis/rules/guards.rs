//! Whether a route asks who calls: in its handler, around it, where it is registered, or in one
//! place for all.

use super::{
    context::{Context, last_name},
    matcher::Rule,
    registered::{around_all, beside, has_path},
    routes::Route,
    secret_names::words,
};
use crate::{
    analysis::{
        facts::{Call, Expr, ExprId, FileFacts, Lang, Scope, ScopeId, ScopeKind, Span},
        link::{Definition, Value},
    },
    domain::layer::Layer,
};

/// How many bases of a class are looked into, one behind the other.
const BASES: u32 = 5;

/// Languages whose routes are guarded in one place: a chain of filters, a fallback policy.
pub(super) fn guarded_elsewhere<'r>(context: &Context<'_, '_>, rule: &'r Rule) -> Vec<&'r str> {
    let by_language = rule.matcher.guarded_by.iter();
    let found = by_language.filter(|(language, names)| {
        context.resolver().files().any(|(file, facts)| {
            facts.lang.name() == language.as_str()
                && context.layer(file) != Layer::Test
                && (facts.strings.iter().any(|(_, text)| names.iter().any(|name| name == text))
                    || lays_guard_around_all(context, rule, facts))
        })
    });
    found.map(|(language, _)| language.as_str()).collect()
}

/// Whether the program as a whole stands behind a guard: `App::new().wrap(Authentication)`.
fn lays_guard_around_all(context: &Context<'_, '_>, rule: &Rule, facts: &FileFacts) -> bool {
    let (guards, others) = (&rule.matcher.whole_guard_words, &rule.matcher.whole_other_words);
    let is_guard = |name: &&str| says(name, guards) && !says(name, others);
    if !facts.strings.iter().any(|(_, text)| is_guard(&text)) {
        return false;
    }
    let text = context.text(&facts.path);
    facts.calls.iter().any(|call| around_all(facts, call, &text).iter().any(is_guard))
}

/// Whether the handler, its annotations or its registration speak of a user.
pub(super) fn knows_user(context: &Context<'_, '_>, rule: &Rule, route: &Route<'_>) -> bool {
    let Some(facts) = context.resolver().facts(route.file) else { return true };
    let text = context.text(&facts.path);
    let Some(scope) = facts.scope(route.scope) else { return true };
    let guards = &rule.matcher.guard_words;
    // The function with what is written around it, and the class it stands in.
    let mut spans = vec![scope.span];
    spans.extend(facts.list(scope.annotations).iter().map(|expr| facts.expr_span(*expr)));
    for (id, around) in facts.scopes_around(route.scope) {
        if around.kind == ScopeKind::Class {
            let class = Definition { file: route.file, scope: id };
            if is_guarded_class(context, rule, class, facts.text(scope.name), BASES) {
                return true;
            }
        }
        if around.kind == ScopeKind::Lambda && stands_behind_guard(facts, id, text.as_ref(), guards) {
            return true;
        }
    }
    spans.iter().any(|span| text.get(span.range()).is_some_and(|text| says(text, guards)))
        || is_only_declared(facts, scope, &text)
        || asks_whether(facts, route.scope, &rule.matcher.guard_calls)
        || is_registered_with_guard(context, rule, route)
}

/// Whether a method has no body here: who calls is asked where it is implemented.
fn is_only_declared(facts: &FileFacts, scope: &Scope, text: &str) -> bool {
    let behind_name = scope.name_span.end as usize..scope.span.end as usize;
    let has_body = |text: &str| text.contains('{') || (facts.lang == Lang::Kotlin && text.contains('='));
    matches!(facts.lang, Lang::Java | Lang::Kotlin)
        && text.get(behind_name).is_some_and(|text| !has_body(text))
}

/// Whether a handler calls something such as `can_edit(…)`, itself or in a function inside it.
fn asks_whether(facts: &FileFacts, handler: ScopeId, names: &[String]) -> bool {
    facts.calls.iter().any(|call| {
        last_name(facts, call.callee).is_some_and(|name| says(name, names))
            && facts.scopes_around(call.scope).any(|(around, _)| around == handler)
    })
}

/// Whether the registration, which may stand in another file, speaks of a user.
fn is_registered_with_guard(context: &Context<'_, '_>, rule: &Rule, route: &Route<'_>) -> bool {
    let guards = &rule.matcher.guard_words;
    let Some(facts) = context.facts_at(&route.endpoint.file) else { return true };
    let text = context.text(&facts.path);
    let line = route.endpoint.line.saturating_sub(1) as usize;
    let is_on_line = text.lines().nth(line).is_some_and(|line| {
        let behind_path = line.split_once([',', ')']).map_or("", |(_, rest)| rest);
        says(behind_path, guards)
    });
    is_on_line
        || beside(facts, route.endpoint.line)
            .iter()
            .any(|span| text.get(span.range()).is_some_and(|text| says(text, guards)))
}

/// Whether a block is that of a guard, as `authenticate("jwt") { … }` has it, and of one that
/// lets no stranger pass.
fn stands_behind_guard(facts: &FileFacts, block: ScopeId, text: &str, guards: &[String]) -> bool {
    facts.calls.iter().any(|call| {
        let takes = |value: ExprId| matches!(facts.expr(value), Expr::Fun(scope) if scope == block);
        let args = facts.args(call.args);
        let Some(taken) = args.iter().find(|arg| takes(arg.value)) else { return false };
        let before = call.args_span.start as usize..facts.expr_span(taken.value).start as usize;
        last_name(facts, call.callee).is_some_and(|name| says(name, guards))
            && !text.get(before).is_some_and(|text| text.contains("optional"))
    })
}

/// Whether a class, or one that it is made from, says that it knows its user.
fn is_guarded_class(
    context: &Context<'_, '_>,
    rule: &Rule,
    class: Definition,
    action: &str,
    depth: u32,
) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let Some(facts) = context.resolver().facts(class.file) else { return false };
    let Some(scope) = facts.scope(class.scope) else { return false };
    let text = context.text(&facts.path);
    let guards = &rule.matcher.guard_words;
    let written = facts.list(scope.annotations).iter().chain(facts.list(scope.bases));
    let mut spans: Vec<Span> = written.map(|expr| facts.expr_span(*expr)).collect();
    // `guards = [requires_superuser]`, `permission_classes = […]`.
    let members = facts.binds.iter().filter(|bind| bind.scope == class.scope);
    spans.extend(members.filter(|bind| says(facts.text(bind.name), guards)).map(|bind| bind.span));
    spans.extend(before_actions(facts, class.scope, action));
    // A method of such a name is what asks: `def check_permissions(self, request)`.
    let asks = || {
        facts.scopes.iter().any(|method| {
            method.parent == Some(class.scope)
                && depth + 1 < BASES
                && method.kind == ScopeKind::Function
                && says(facts.text(method.name), guards)
        })
    };
    spans.iter().any(|span| text.get(span.range()).is_some_and(|text| says(text, guards)))
        || asks()
        || facts.list(scope.bases).iter().any(|base| {
            context.resolver().value(class.file, *base).alternatives().iter().any(|value| match value {
                Value::Class(file, scope) => {
                    let base = Definition { file: *file, scope: *scope };
                    base != class && is_guarded_class(context, rule, base, action, depth)
                }
                _ => false,
            })
        })
}

/// What a controller of Rails runs before an action: `before_action :require_user, except:
/// [:index]`.
fn before_actions(facts: &FileFacts, class: ScopeId, action: &str) -> Vec<Span> {
    let lists = |value: ExprId| {
        let is_it =
            |value: ExprId| matches!(facts.expr(value), Expr::Str(text) if facts.text(text) == action);
        match facts.expr(value) {
            Expr::List(items) => facts.list(items).iter().any(|item| is_it(*item)),
            _ => is_it(value),
        }
    };
    let runs = |call: &&Call| {
        let name = last_name(facts, call.callee).unwrap_or_default();
        let args = facts.args(call.args);
        let named =
            |wanted: &str| args.iter().find(|arg| arg.name.is_some_and(|name| facts.text(name) == wanted));
        call.scope == class
            && matches!(name, "before_action" | "before_filter" | "prepend_before_action")
            && named("only").is_none_or(|arg| lists(arg.value))
            && !named("except").is_some_and(|arg| lists(arg.value))
    };
    if facts.lang != Lang::Ruby {
        return Vec::new();
    }
    let first = |call: &Call| facts.args(call.args).first().map(|arg| facts.expr_span(arg.value));
    facts.calls.iter().filter(runs).filter_map(first).collect()
}

/// Whether a text has one of these among its words, those of comments and texts included.
pub(super) fn says(text: &str, known: &[String]) -> bool {
    words(text).iter().any(|word| known.iter().any(|known| known == word))
}

/// Whether a file guards all its routes at once: `router.use(requireAuth)`.
pub(super) fn guards_all(context: &Context<'_, '_>, rule: &Rule, route: &Route<'_>) -> bool {
    let Some(facts) = context.facts_at(&route.endpoint.file) else { return true };
    let text = context.text(&facts.path);
    facts.calls.iter().any(|call| {
        let guards = last_name(facts, call.callee).is_some_and(|name| {
            matches!(
                name,
                "use"
                    | "addHook"
                    | "before_request"
                    | "before"
                    | "layer"
                    | "route_layer"
                    | "wrap"
                    | "add_middleware"
                    | "APIRouter"
                    | "Router"
                    | "Blueprint"
            )
        });
        let is_guard = |text: &str| {
            says(text, &rule.matcher.guard_words)
                && (last_name(facts, call.callee) != Some("use")
                    || !says(text, &rule.matcher.whole_other_words))
        };
        let mut args = facts.args(call.args).iter().map(|arg| facts.expr_span(arg.value));
        guards && !has_path(facts, call) && args.any(|arg| text.get(arg.range()).is_some_and(is_guard))
    })
}
