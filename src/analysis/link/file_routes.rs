//! Routes that files are by where they stand: `app/loaves/[id]/route.ts`.
//!
//! The folder says the path, the file's exports or its name say the verbs. Only files below
//! the root of an application that uses the framework count, so that a folder of the same
//! name elsewhere is none.

use super::{
    graph::Handler,
    linker::Linker,
    path,
    project::{FileId, ProjectFiles, parent},
    report::Report,
};
use crate::{
    analysis::facts::{Expr, ExprId, FileFacts, ImportFlags, Lang, ScopeFlags, ScopeId},
    domain::{
        map::{Endpoint, EndpointKind},
        place::Place,
    },
    knowledge::packs::{FileRoutes, FileVerbs, Packs},
};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Verbs that a module or the name of a file can state.
const VERBS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Where dependencies stand in a `package.json`.
const DEPENDENCIES: [&str; 3] = ["dependencies", "devDependencies", "peerDependencies"];

/// One answer of a file: a verb, and who gives it.
struct Answer {
    verb: String,
    handler: Handler,
    line: u32,
}

impl Linker<'_> {
    /// Adds the routes that files are by where they stand.
    pub fn add_file_routes(&mut self, packs: &Packs, project: &ProjectFiles, report: &mut Report) {
        let rules =
            packs.iter().flat_map(|pack| pack.file_routes.iter().map(move |rule| (&pack.languages, rule)));
        let before = report.endpoints.len();
        for (languages, rule) in rules {
            let roots = self.roots_of(project, rule);
            if roots.is_empty() {
                continue;
            }
            for (index, facts) in self.files.iter().enumerate() {
                let Ok(number) = u32::try_from(index) else { break };
                // What is named like a route is one, whatever the folders around it are called.
                let muted = rule.file.is_none() && self.muted.get(index).copied().unwrap_or(false);
                if muted || !languages.iter().any(|name| Lang::from_name(name) == Some(facts.lang)) {
                    continue;
                }
                let Some((path, verb)) = served(rule, &roots, &facts.path) else { continue };
                for answer in self.answers(FileId(number), facts, rule, verb) {
                    report.endpoints.push(endpoint(self, facts, &path, answer));
                }
            }
        }
        if report.endpoints.len() > before {
            report.sort();
        }
    }

    /// The folders of applications that use the framework.
    fn roots_of(&self, project: &ProjectFiles, rule: &FileRoutes) -> BTreeSet<String> {
        let manifests = project.texts.iter().filter(|(path, text)| {
            path.rsplit('/').next() == Some("package.json") && depends(text, &rule.dependencies)
        });
        let configured = self.files.iter().filter(|file| {
            let name = file.path.rsplit('/').next().unwrap_or_default();
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            rule.configs.iter().any(|config| config == stem)
        });
        let manifests = manifests.map(|(path, _)| path.as_str());
        manifests
            .chain(configured.map(|file| file.path.as_str()))
            .map(|path| parent(path).to_owned())
            .collect()
    }

    fn answers(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        rule: &FileRoutes,
        verb: Option<String>,
    ) -> Vec<Answer> {
        self.refuel();
        if rule.verbs == FileVerbs::Exports {
            let names = VERBS.iter().map(|verb| (*verb, *verb));
            let every = rule.every.iter().map(|name| (name.as_str(), "ANY"));
            return names
                .chain(every)
                .filter_map(|(name, verb)| {
                    let (handler, line) = self.exported(file, facts, name)?;
                    Some(Answer {
                        verb: verb.to_owned(),
                        handler: Handler { name: name.to_owned(), ..handler },
                        line,
                    })
                })
                .collect();
        }
        let Some((mut handler, line)) = self.exported(file, facts, "default") else { return Vec::new() };
        if handler.name.is_empty() {
            "default".clone_into(&mut handler.name);
        }
        let verbs = match verb {
            Some(verb) => vec![verb],
            None if rule.verbs == FileVerbs::Compared => compared(facts),
            None => vec!["ANY".to_owned()],
        };
        verbs.into_iter().map(|verb| Answer { verb, handler: handler.clone(), line }).collect()
    }

    /// What a module exports under a name, with its line.
    fn exported(&mut self, file: FileId, facts: &FileFacts, name: &str) -> Option<(Handler, u32)> {
        let export = facts.exports.iter().rev().find(|export| facts.text(export.name) == name);
        if let Some(export) = export {
            let handler = match facts.expr(export.value) {
                Expr::Fun(scope) => self.function(file, facts, scope),
                _ => self.handler_at(file, export.value),
            };
            return Some((handler, facts.line(export.span.start)));
        }
        let declared = facts.scope_ids().find(|(_, scope)| {
            scope.parent == Some(ScopeId::MODULE)
                && scope.flags.has(ScopeFlags::EXPORTED)
                && facts.text(scope.name) == name
        });
        if let Some((id, scope)) = declared {
            return Some((self.function(file, facts, id), facts.line(scope.name_span.start)));
        }
        let bind = facts.binds.iter().find(|bind| {
            bind.scope == ScopeId::MODULE && bind.object.is_none() && facts.text(bind.name) == name
        });
        if let Some(bind) = bind {
            let handler = bind.value.map(|value: ExprId| self.handler_at(file, value)).unwrap_or_default();
            return Some((handler, facts.line(bind.name_span.start)));
        }
        // `export { GET } from './loaves'`
        let passed = facts.imports.iter().find(|import| {
            import.flags.has(ImportFlags::REEXPORT)
                && import.alias.or(import.name).is_some_and(|alias| facts.text(alias) == name)
        })?;
        Some((Handler::default(), facts.line(passed.span.start)))
    }

    fn function(&self, file: FileId, facts: &FileFacts, scope: ScopeId) -> Handler {
        let name = facts.scope(scope).map(|scope| facts.text(scope.name).to_owned()).unwrap_or_default();
        Handler { name, definition: Some((file, scope)) }
    }
}

fn endpoint(
    linker: &Linker<'_>,
    facts: &FileFacts,
    path: &str,
    answer: Answer,
) -> (Endpoint, Option<(FileId, ScopeId)>) {
    let definition = answer.handler.definition;
    let handler_place = definition.and_then(|(file, scope)| {
        let facts = linker.facts(file)?;
        let scope = facts.scope(scope)?;
        Some(Place::new(facts.path.clone(), facts.line(scope.name_span.start)))
    });
    let endpoint = Endpoint {
        kind: EndpointKind::Http,
        method: answer.verb,
        path: path.to_owned(),
        handler: answer.handler.name,
        file: facts.path.clone(),
        line: answer.line,
        handler_place,
    };
    (endpoint, definition)
}

/// Whether a manifest names one of the packages.
fn depends(manifest: &str, packages: &[String]) -> bool {
    // Most manifests do not speak of it at all, and need not be read.
    if !packages.iter().any(|package| manifest.contains(&format!("\"{package}\""))) {
        return false;
    }
    let Ok(manifest) = serde_json::from_str::<Json>(manifest) else { return false };
    DEPENDENCIES
        .iter()
        .filter_map(|key| manifest.get(key))
        .any(|listed| packages.iter().any(|package| listed.get(package).is_some()))
}

/// The path that a file serves and the verb that its name states; none where it serves none.
fn served(rule: &FileRoutes, roots: &BTreeSet<String>, file: &str) -> Option<(String, Option<String>)> {
    let mut root = parent(file);
    while !roots.contains(root) {
        if root.is_empty() {
            return None;
        }
        root = parent(root);
    }
    let inside = if root.is_empty() { file } else { file.strip_prefix(root)?.strip_prefix('/')? };
    let rest =
        rule.folders.iter().find_map(|folder| inside.strip_prefix(folder.as_str())?.strip_prefix('/'))?;
    let (folder, name) = rest.rsplit_once('/').unwrap_or(("", rest));
    let (stem, _) = name.rsplit_once('.')?;
    if stem.ends_with(".d") || stem.ends_with(".test") || stem.ends_with(".spec") {
        return None;
    }
    let mut segments: Vec<&str> = folder.split('/').filter(|segment| !segment.is_empty()).collect();
    if rule.private && segments.iter().any(|segment| segment.starts_with('_')) {
        return None;
    }
    let mut verb = None;
    if let Some(wanted) = &rule.file {
        if wanted != stem {
            return None;
        }
    } else {
        let mut own = stem;
        if rule.verbs == FileVerbs::Name
            && let Some((rest, ending)) = stem.rsplit_once('.')
            && let Some(known) = VERBS.iter().find(|verb| verb.eq_ignore_ascii_case(ending))
        {
            (own, verb) = (rest, Some((*known).to_owned()));
        }
        if own != "index" {
            segments.push(own);
        }
    }
    let path = segments.iter().filter_map(|segment| shown(segment)).collect::<Vec<_>>().join("/");
    let path = path::join(&rule.prefix, &path);
    Some((if path.starts_with('/') { path } else { format!("/{path}") }, verb))
}

/// A segment as paths show it; none where it only groups files.
fn shown(segment: &str) -> Option<String> {
    if (segment.starts_with('(') && segment.ends_with(')')) || segment.starts_with('@') {
        return None;
    }
    let mut out = String::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let inner = after.trim_start_matches('[');
        let (name, behind) = inner.split_once(']').unwrap_or((inner, ""));
        let name = name.trim_start_matches("...").split('=').next().unwrap_or_default();
        let name = if name.is_empty() { "rest" } else { name };
        out = format!("{out}{{{name}}}");
        rest = behind.trim_start_matches(']');
    }
    out.push_str(rest);
    Some(out)
}

/// The verbs with which a file compares the method of the request; any where it does not.
fn compared(facts: &FileFacts) -> Vec<String> {
    let verb = |expr: ExprId| match facts.expr(expr) {
        Expr::Str(text) => VERBS.iter().find(|verb| **verb == facts.text(text)).copied(),
        _ => None,
    };
    let is_method =
        |expr: ExprId| matches!(facts.expr(expr), Expr::Attr(_, name) if facts.text(name) == "method");
    let mut found = BTreeSet::new();
    for expr in &facts.exprs {
        if let Expr::Other(parts) = expr {
            let parts = facts.list(*parts);
            if parts.iter().any(|part| is_method(*part)) {
                found.extend(parts.iter().filter_map(|part| verb(*part)));
            }
        }
    }
    // `case 'GET':`
    found.extend(facts.blocks.iter().filter_map(|block| verb(block.head?)));
    if found.is_empty() {
        return vec!["ANY".to_owned()];
    }
    found.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn segments_name_their_parameters_and_groups_are_no_part() {
        let read = |segment| shown(segment);
        for (segment, wanted) in [
            ("loaves", Some("loaves")),
            ("(shop)", None),
            ("@modal", None),
            ("[id]", Some("{id}")),
            ("[id=integer]", Some("{id}")),
            ("[...rest]", Some("{rest}")),
            ("[[...rest]]", Some("{rest}")),
            ("[[lang]]", Some("{lang}")),
            ("[...]", Some("{rest}")),
            ("[id].json", Some("{id}.json")),
            ("v[major].[minor]", Some("v{major}.{minor}")),
        ] {
            assert_eq!(read(segment).as_deref(), wanted, "{segment}");
        }
    }

    #[test]
    fn a_manifest_names_what_it_depends_on() {
        let wanted = ["next".to_owned()];
        assert!(depends(r#"{"dependencies": {"next": "15"}}"#, &wanted));
        assert!(!depends(r#"{"dependencies": {"next-auth": "5"}}"#, &wanted));
        assert!(!depends("{", &wanted));
    }
}
