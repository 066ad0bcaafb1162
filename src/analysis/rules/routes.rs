//! Routes that ask for no user, limit no attempts, or show the inside of the service.

use super::{
    context::{Context, last_name},
    draft::{Draft, Source},
    matcher::Rule,
    secret_names::words,
};
use crate::{
    analysis::{
        facts::{Call, Expr, ExprId, FileFacts, Lang, ScopeId, ScopeKind, Span},
        link::{Definition, FileId, Value},
    },
    domain::{layer::Layer, map::Endpoint},
};
use std::collections::BTreeMap;

/// How many bases of a class are looked into, one behind the other.
const BASES: u32 = 5;

/// A route with its handler.
struct Route<'e> {
    endpoint: &'e Endpoint,
    file: FileId,
    scope: ScopeId,
}

/// Routes that change data and know no user while a sibling does.
pub(super) fn check_mutations(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut by_file: BTreeMap<&str, Vec<Route<'_>>> = BTreeMap::new();
    let guarded = guarded_elsewhere(context, rule);
    for route in routes(context) {
        let lang = context.resolver().facts(route.file).map_or("", |facts| facts.lang.name());
        if !guarded.contains(&lang) {
            by_file.entry(route.endpoint.file.as_str()).or_default().push(route);
        }
    }
    let mut found = Vec::new();
    for routes in by_file.values() {
        let judged: Vec<(&Route<'_>, bool)> =
            routes.iter().map(|route| (route, knows_user(context, rule, route))).collect();
        if !judged.iter().any(|(_, knows)| *knows) {
            continue;
        }
        for (route, knows) in &judged {
            let changes = matches!(route.endpoint.method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE");
            if *knows || !changes || says(&route.endpoint.path, &rule.matcher.stranger_words) {
                continue;
            }
            let Some(facts) = context.resolver().facts(route.file) else { continue };
            if !rule.speaks(facts.lang.name()) || guards_all(context, rule, route) {
                continue;
            }
            found.push(draft(context, route, facts));
        }
    }
    found
}

/// Routes for signing in, in a project that limits no attempts anywhere.
pub(super) fn check_logins(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    if limits_somewhere(context) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for route in routes(context) {
        let last =
            route.endpoint.path.rsplit('/').find(|part| !part.is_empty()).unwrap_or_default().to_lowercase();
        let signs_in = matches!(
            last.as_str(),
            "login" | "signin" | "sign-in" | "sign_in" | "authenticate" | "access-token"
        );
        let Some(facts) = context.resolver().facts(route.file) else { continue };
        if signs_in
            && matches!(route.endpoint.method.as_str(), "POST" | "ANY")
            && rule.speaks(facts.lang.name())
        {
            found.push(draft(context, &route, facts));
        }
    }
    found
}

/// Routes that show settings of the process, and Spring's exposure of every endpoint.
pub(super) fn check_management(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for route in routes(context) {
        let Some(facts) = context.resolver().facts(route.file) else { continue };
        if !rule.speaks(facts.lang.name()) {
            continue;
        }
        let Some(scope) = facts.scope(route.scope) else { continue };
        let text = context.text(&facts.path);
        let body = text.get(scope.span.range()).unwrap_or_default();
        let shows_all = ["(process.env)", "dict(os.environ)", "return os.environ", "env: process.env"]
            .iter()
            .any(|sign| body.contains(sign));
        if shows_all && !knows_user(context, rule, &route) {
            found.push(draft(context, &route, facts).word("what", route.endpoint.title()));
        }
    }
    for entry in context.input.files.entries() {
        let path = entry.path.as_str();
        let file = path.rsplit('/').next().unwrap_or(path);
        let is_settings = file.starts_with("application") || file.starts_with("bootstrap");
        if !is_settings || crate::analysis::layering::is_test_path(path) {
            continue;
        }
        let text = context.text(path);
        if let Some(span) = exposes_all(path, &text) {
            found.push(
                Draft::at(Source::Path(path.to_owned()), span).word("what", "every management endpoint"),
            );
        }
    }
    found
}

/// Where a Spring configuration exposes everything: `include: "*"` below `exposure`.
fn exposes_all(path: &str, text: &str) -> Option<Span> {
    let mut offset = 0;
    let mut exposure = None;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let indent = line.len() - line.trim_start().len();
        let place = |line: &str| {
            let start = u32::try_from(offset + indent).ok()?;
            Some(Span::new(start, start + u32::try_from(line.len()).ok()?))
        };
        if path.ends_with(".properties") {
            if let Some(value) = trimmed.strip_prefix("management.endpoints.web.exposure.include") {
                let value = value.trim_start_matches([' ', '=', ':']).trim();
                if value == "*" {
                    return place(trimmed);
                }
            }
        } else if trimmed == "exposure:" {
            exposure = Some(indent);
        } else if exposure.is_some_and(|outer| indent > outer) {
            let value = trimmed.strip_prefix("include:").map(|value| value.trim().trim_matches(['"', '\'']));
            if value == Some("*") {
                return place(trimmed);
            }
        } else if !trimmed.is_empty() {
            exposure = None;
        }
        offset += line.len();
    }
    None
}

fn routes<'e>(context: &Context<'e, '_>) -> impl Iterator<Item = Route<'e>> {
    let linked = context.input.linked;
    linked.endpoints.iter().zip(linked.handlers.iter()).filter_map(|(endpoint, handler)| {
        let handler = handler.as_ref()?;
        Some(Route { endpoint, file: handler.file, scope: handler.scope })
    })
}

fn draft(context: &Context<'_, '_>, route: &Route<'_>, facts: &FileFacts) -> Draft {
    let scope = facts.scope(route.scope);
    let span = scope
        .map(|scope| if scope.name_span.start == scope.name_span.end { scope.span } else { scope.name_span })
        .unwrap_or_default();
    Draft::new(route.file, span)
        .symbol(context.symbol(route.file, facts, route.scope))
        .word("endpoint", route.endpoint.title())
}

/// Languages whose routes are guarded in one place: a chain of filters, a fallback policy.
fn guarded_elsewhere<'r>(context: &Context<'_, '_>, rule: &'r Rule) -> Vec<&'r str> {
    let by_language = rule.matcher.guarded_by.iter();
    let found = by_language.filter(|(language, names)| {
        context.resolver().files().any(|(file, facts)| {
            facts.lang.name() == language.as_str()
                && context.layer(file) != Layer::Test
                && facts.strings.iter().any(|(_, text)| names.iter().any(|name| name == text))
        })
    });
    found.map(|(language, _)| language.as_str()).collect()
}

/// Whether the handler, its annotations or its registration speak of a user.
fn knows_user(context: &Context<'_, '_>, rule: &Rule, route: &Route<'_>) -> bool {
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
    spans.iter().any(|span| text.get(span.range()).is_some_and(|text| says(text, guards))) || {
        // The registration stands elsewhere: its line and the next ones.
        let Some(other) =
            context.input.linked.resolver.files().find(|(_, facts)| facts.path == route.endpoint.file)
        else {
            return true;
        };
        let text = context.text(&other.1.path);
        let line = route.endpoint.line.saturating_sub(1) as usize;
        text.lines().nth(line).is_some_and(|line| {
            let behind_path = line.split_once([',', ')']).map_or("", |(_, rest)| rest);
            says(behind_path, guards)
        })
    }
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
fn says(text: &str, known: &[String]) -> bool {
    words(text).iter().any(|word| known.iter().any(|known| known == word))
}

/// Whether a file guards all its routes at once: `router.use(requireAuth)`.
fn guards_all(context: &Context<'_, '_>, rule: &Rule, route: &Route<'_>) -> bool {
    let resolver = context.resolver();
    let Some((_, facts)) = resolver.files().find(|(_, facts)| facts.path == route.endpoint.file) else {
        return true;
    };
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
        guards && text.get(call.args_span.range()).is_some_and(|args| says(args, &rule.matcher.guard_words))
    })
}

/// Whether the project knows a limiter by any of the usual names.
fn limits_somewhere(context: &Context<'_, '_>) -> bool {
    const SIGNS: [&str; 8] = [
        "limiter",
        "ratelimit",
        "rate_limit",
        "rate-limit",
        "throttle",
        "throttler",
        "governor",
        "slow-down",
    ];
    context.resolver().files().any(|(_, facts)| {
        let says = |text: &str| {
            let lower = text.to_lowercase();
            SIGNS.iter().any(|sign| lower.contains(sign))
        };
        facts.strings.iter().any(|(_, text)| says(text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_exposure_of_everything_is_told() {
        let open = "management:\n  endpoints:\n    web:\n      exposure:\n        include: \"*\"\n";
        assert!(exposes_all("application.yml", open).is_some());
        assert!(exposes_all("application.yml", &open.replace('*', "health")).is_none());
        let line = "management.endpoints.web.exposure.include=*\n";
        assert!(exposes_all("application.properties", line).is_some());
    }
}
