//! Routes that ask for no user, limit no attempts, or show the inside of the service.

use super::{
    context::Context,
    draft::{Draft, Source},
    guards::{guarded_elsewhere, guards_all, knows_user, says},
    matcher::Rule,
};
use crate::{
    analysis::{
        facts::{FileFacts, ScopeId, Span},
        link::FileId,
    },
    domain::map::Endpoint,
};
use std::collections::BTreeMap;

/// A route with its handler.
pub(super) struct Route<'e> {
    pub(super) endpoint: &'e Endpoint,
    pub(super) file: FileId,
    pub(super) scope: ScopeId,
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
            let is_open = [&route.endpoint.path, &route.endpoint.handler]
                .iter()
                .any(|name| says(name, &rule.matcher.stranger_words));
            if *knows || !changes || is_open {
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
            && !refuses_too_many(context, &route, facts)
        {
            found.push(draft(context, &route, facts));
        }
    }
    found
}

/// Whether a handler answers 429 by itself: it counts in a way of its own.
fn refuses_too_many(context: &Context<'_, '_>, route: &Route<'_>, facts: &FileFacts) -> bool {
    let text = context.text(&facts.path);
    let body = facts.scope(route.scope).and_then(|scope| text.get(scope.span.range())).unwrap_or_default();
    let lower = body.to_lowercase();
    ["429", "too_many_requests", "toomanyrequests"].iter().any(|sign| lower.contains(sign))
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
