//! Calls that reach the database.

use super::signs::{QueryRule, Signs};
use crate::analysis::{
    facts::{CallFlags, CallId, Expr, ExprId, FileFacts},
    resolve::{Project, Target},
};
use std::{cell::LazyCell, collections::HashSet};

/// Finds queries with the rules of the signs.
pub struct QueryFinder<'a> {
    signs: &'a Signs,
    /// Files whose classes are persisted.
    models: HashSet<usize>,
}

impl<'a> QueryFinder<'a> {
    /// `models` are the files of the model layer.
    pub fn new(signs: &'a Signs, models: HashSet<usize>) -> Self {
        Self { signs, models }
    }

    /// The calls of a file that reach the database, in source order.
    pub fn queries(&self, project: &Project<'_>, file: usize) -> Vec<CallId> {
        let Some(facts) = project.files.get(file) else { return Vec::new() };
        let language = facts.lang.name();
        let rules: Vec<&QueryRule> = self
            .signs
            .queries
            .iter()
            .filter(|(languages, _)| languages.iter().any(|name| name == language))
            .map(|(_, rule)| rule)
            .collect();
        let mut found: Vec<CallId> = facts
            .call_ids()
            .filter(|(_, call)| !call.flags.has(CallFlags::ANNOTATION))
            .filter(|(id, _)| {
                // Following a name is dear; rules by method name mostly do not ask for it.
                let callee = LazyCell::new(|| project.callee(file, *id));
                rules.iter().any(|rule| self.matches(rule, project, file, *id, &callee))
            })
            .map(|(id, _)| id)
            .collect();
        found.sort_by_key(|id| facts.call(*id).map_or(0, |call| call.name_span.start));
        found
    }

    fn matches(
        &self,
        rule: &QueryRule,
        project: &Project<'_>,
        file: usize,
        id: CallId,
        callee: &LazyCell<Option<Target>, impl FnOnce() -> Option<Target>>,
    ) -> bool {
        let Some(facts) = project.files.get(file) else { return false };
        let Some(call) = facts.call(id) else { return false };
        if !rule.calls.is_empty()
            && let Some(Target::External(path)) = &**callee
        {
            return rule.calls.iter().any(|pattern| pattern.matches(path));
        }
        let Expr::Attr(object, name) = facts.expr(call.callee) else { return false };
        let method = facts.text(name);
        if !rule.methods.iter().any(|known| known == method) {
            return false;
        }
        let receiver = receiver_name(facts, object);
        let by_name =
            receiver.is_some_and(|name| rule.receivers.iter().any(|known| name_matches(known, name)));
        by_name || (rule.models && self.is_model(project, file, object))
    }

    /// Whether the receiver is a class of the model layer itself: `Article.findAll()`. What
    /// a models folder loads at run time is known only by where its name comes from.
    fn is_model(&self, project: &Project<'_>, file: usize, object: ExprId) -> bool {
        if let Some(Target::Definition(other, _)) = project.target(file, object) {
            return self.models.contains(&other);
        }
        let Some(facts) = project.files.get(file) else { return false };
        let Expr::Name(name) = facts.expr(object) else { return false };
        project.imported_from(file, facts.text(name)).is_some_and(|other| self.models.contains(&other))
    }
}

/// The last name of a receiver: `session` of `self.session`, `objects` of `User.objects`;
/// a chain of calls is looked through to the name it started from.
fn receiver_name(facts: &FileFacts, expr: ExprId) -> Option<&str> {
    let mut expr = expr;
    for _ in 0..16 {
        match facts.expr(expr) {
            Expr::Name(name) | Expr::Attr(_, name) => return Some(facts.text(name)),
            Expr::Call(call) => match facts.expr(facts.call(call)?.callee) {
                Expr::Attr(object, _) => expr = object,
                Expr::Name(name) => return Some(facts.text(name)),
                _ => return None,
            },
            Expr::Index(object, _) => expr = object,
            _ => return None,
        }
    }
    None
}

/// `*Repository` matches any name that ends so.
pub(super) fn name_matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => name.ends_with(end),
        None => name == pattern,
    }
}

/// Whether a path is one of a test by convention, whatever the language.
pub fn is_test_path(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let in_folder = path.split('/').rev().skip(1).any(is_test_folder);
    in_folder
        || file.starts_with("test_")
        || matches!(file, "conftest.py" | "test.rs" | "tests.rs")
        || [".test.", ".spec.", "_test.", "-spec.", "_spec.", "Test.", "Tests."]
            .iter()
            .any(|part| file.contains(part))
}

/// `tests`, `tests_api`, `integration-tests`, `Shop.Tests`, `ShopTests`.
fn is_test_folder(folder: &str) -> bool {
    let is_word = |rest: &str| rest.ends_with(['_', '-', '.']);
    matches!(folder, "test" | "tests" | "__tests__" | "spec" | "specs" | "e2e")
        || folder.strip_prefix("tests").is_some_and(|rest| rest.starts_with(['_', '-']))
        || folder.strip_suffix("tests").is_some_and(is_word)
        || folder
            .strip_suffix("Tests")
            .is_some_and(|rest| is_word(rest) || rest.ends_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_tests_is_known_by_its_words() {
        for (path, expected) in [
            ("tests_api/__init__.py", true),
            ("src/integration-tests/setup.ts", true),
            ("Shop.IntegrationTests/Fixture.cs", true),
            ("ShopTests/Fixture.cs", true),
            ("app/contests/router.py", false),
            ("app/protests/router.py", false),
            ("app/test_results/router.py", false),
        ] {
            assert_eq!(is_test_path(path), expected, "{path}");
        }
    }
}
