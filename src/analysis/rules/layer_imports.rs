//! Imports that go against the order of the layers.

use super::{context::Context, draft::Draft, matcher::Rule, secret_names::words, type_names::is_type};
use crate::{
    analysis::{
        facts::{FileFacts, ImportFlags, Lang, ScopeFlags, ScopeKind},
        link::{Definition, FileId},
        settings::SETTINGS_FILE,
    },
    domain::layer::Layer,
};
use serde::Deserialize;
use std::collections::BTreeSet;

/// A direction of imports that is not allowed.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LayerPair {
    pub(super) from: Layer,
    pub(super) to: Layer,
    /// A file that only puts the layers together may do it.
    #[serde(default)]
    pub(super) unless_wiring: bool,
}

/// The usual order, or the repository's own contract where it states one.
pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    if context.input.settings.layers.is_empty() { usual(context, rule) } else { contract(context, rule) }
}

/// Imports that the repository's own contract does not allow.
fn contract(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let settings = context.input.settings;
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        let Some(layer) = settings.layer_of(&facts.path) else { continue };
        // One statement may import several names.
        let mut seen = BTreeSet::new();
        for (position, import) in facts.imports.iter().enumerate() {
            let is_type = import.flags.has(ImportFlags::TYPE_ONLY);
            if is_type || import.flags.has(ImportFlags::DECLARES) {
                continue;
            }
            let Some(target) = context.resolver().import_target(file, position) else { continue };
            let Some(other) = context.resolver().facts(target) else { continue };
            let Some(to) = settings.layer_of(&other.path) else { continue };
            let is_allowed = to.name == layer.name || layer.may_use.contains(&to.name);
            if is_allowed || !seen.insert((import.span.start, target)) {
                continue;
            }
            let allowed = match layer.may_use.as_slice() {
                [] => "no other layer".to_owned(),
                names => names.join(", "),
            };
            let order = format!("{} may use {allowed} ({SETTINGS_FILE}:{})", layer.name, layer.line);
            found.push(
                Draft::new(file, import.span)
                    .word("from", facts.path.clone())
                    .word("to", other.path.clone())
                    .word("order", order),
            );
        }
    }
    found
}

fn usual(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        let from = context.layer(file);
        let pairs: Vec<&LayerPair> = rule.matcher.imports.iter().filter(|pair| pair.from == from).collect();
        if pairs.is_empty() || !context.is_certain(file) {
            continue;
        }
        // One statement may import several names.
        let mut seen = BTreeSet::new();
        let mut types = None;
        for (position, import) in facts.imports.iter().enumerate() {
            let skipped = [ImportFlags::TYPE_ONLY, ImportFlags::DECLARES, ImportFlags::REEXPORT];
            if skipped.iter().any(|flag| import.flags.has(*flag)) || is_index(&facts.path) {
                continue;
            }
            if facts.lang == Lang::TypeScript && is_type(facts, import, &mut types) {
                continue;
            }
            // Of a package that is a folder nobody knows which file is meant: all must be wrong.
            let against = |target: FileId| {
                let to = context.layer(target);
                Some((target, to, pairs.iter().find(|pair| pair.to == to)?))
            };
            let targets = context.resolver().import_targets(file, position);
            let wrong: Option<Vec<_>> = targets.into_iter().map(against).collect();
            let Some((target, to, pair)) = wrong.and_then(|wrong| wrong.into_iter().next()) else { continue };
            if pair.unless_wiring && is_wiring(context, file, facts, to) {
                continue;
            }
            let Some(other) = context.resolver().facts(target) else { continue };
            let name =
                import.name.or(import.alias).map_or_else(|| stem(&other.path), |name| facts.text(name));
            // What gathers or only describes others has no layer of its own.
            let is_guess = !context.is_certain(target)
                || is_own_index(&facts.path, &other.path)
                || (to == Layer::Router && !answers(context, target, &other.path));
            if is_guess || is_index(&other.path) || is_description(other) || is_technical(name) {
                continue;
            }
            if !seen.insert((import.span.start, target)) {
                continue;
            }
            found.push(
                Draft::new(file, import.span)
                    .word("from", facts.path.clone())
                    .word("to", other.path.clone())
                    .word("order", "the order is router, service, repository, model")
                    .word("symbol", name),
            );
        }
    }
    found
}

/// Whether a file only hands the lower layer to another one that it imports: it calls nothing
/// of it but what makes it.
fn is_wiring(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, lower: Layer) -> bool {
    let imports = |layer: Layer| {
        (0..facts.imports.len()).any(|position| {
            let targets = context.resolver().import_targets(file, position);
            targets.into_iter().any(|target| context.layer(target) == layer)
        })
    };
    let (has_service, has_router) = (imports(Layer::Service), imports(Layer::Router));
    if !has_service && !has_router {
        return false;
    }
    let called: Vec<Definition> = facts
        .call_ids()
        .flat_map(|(call, _)| context.functions(file, call))
        .filter(|function| context.layer(function.file) == lower)
        .collect();
    (has_service || !called.is_empty()) && called.iter().all(|function| is_maker(context, *function))
}

/// Whether a function makes an object: a constructor, or `NewStore` where a language has none.
fn is_maker(context: &Context<'_, '_>, function: Definition) -> bool {
    let facts = context.resolver().facts(function.file);
    let name = facts.and_then(|facts| Some(facts.text(facts.scope(function.scope)?.name)));
    name.is_some_and(|name| {
        matches!(name, "__init__" | "constructor" | "new")
            || words(name).first().is_some_and(|word| matches!(word.as_str(), "new" | "make" | "create"))
                && name.starts_with(|first: char| first.is_uppercase())
    })
}

/// Whether a file answers requests, or has a name that says so. A folder named `api` is often
/// the whole program.
fn answers(context: &Context<'_, '_>, file: FileId, path: &str) -> bool {
    const SAYS: [&str; 9] =
        ["router", "routes", "route", "routing", "controller", "controllers", "handler", "handlers", "views"];
    let map = context.input.map;
    context.has_handlers(file)
        || map.endpoints.iter().any(|endpoint| endpoint.file == path)
        || map.unknown.iter().any(|unknown| unknown.what == "endpoint" && unknown.file == path)
        || words(stem(path)).iter().any(|word| SAYS.contains(&word.as_str()))
}

/// Files that only gather what stands beside them.
fn is_index(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let is_rust = Lang::from_path(path) == Some(Lang::Rust);
    file == "__init__.py" || file.starts_with("index.") || (is_rust && matches!(file, "main.rs" | "lib.rs"))
}

/// Whether a file gathers the folder that the other one is in: they are one module.
fn is_own_index(path: &str, index: &str) -> bool {
    index.rsplit_once('/').is_some_and(|(folder, file)| {
        let gathers = file == "mod.rs" || file == "__init__.py" || file.starts_with("index.");
        gathers && path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    })
}

/// Whether a file holds interfaces and types, and nothing that runs.
fn is_description(facts: &FileFacts) -> bool {
    facts.calls.is_empty()
        && facts.scopes.iter().any(|scope| scope.kind == ScopeKind::Interface)
        && facts.scopes.iter().all(|scope| {
            scope.flags.has(ScopeFlags::ABSTRACT)
                || !matches!(scope.kind, ScopeKind::Class | ScopeKind::Function)
        })
}

/// Whether something called a service is a part of the technical ground: `PrismaService`.
fn is_technical(name: &str) -> bool {
    let technical = [
        "prisma",
        "database",
        "db",
        "config",
        "logger",
        "logging",
        "transaction",
        "cache",
        "redis",
        "orm",
        "knex",
        "typeorm",
    ];
    words(name).iter().any(|word| technical.contains(&word.as_str()))
}

fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.split('.').next().unwrap_or(file)
}
