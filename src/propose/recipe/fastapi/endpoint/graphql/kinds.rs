//! The project's own errors and the codes that clients of GraphQL know them by.
//!
//! Only errors that the routes answer are told: one that nobody answers over HTTP says nothing here.

use super::super::reader::{Class, Definition, Found, Reader};
use crate::propose::{
    python::last_name,
    recipe::{errors::python::is_test, fastapi::errors::shape},
};
use ruff_python_ast::{Expr, Stmt, StmtClassDef};

/// One error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) path: String,
    pub(super) class: String,
    pub(super) code: &'static str,
}

const CODES: [(u16, &str); 4] =
    [(401, "UNAUTHENTICATED"), (403, "FORBIDDEN"), (404, "NOT_FOUND"), (409, "CONFLICT")];
/// What every other error is that a client can do something about.
const INPUT: &str = "BAD_USER_INPUT";

/// Errors that the project answers, those that inherit before those that they inherit from.
pub(super) fn read(reader: &Reader<'_>) -> Vec<Kind> {
    let mut roots: Vec<Class<'_>> = Vec::new();
    for (path, module) in reader.modules.iter().filter(|(path, _)| !is_test(path)) {
        for error in shape::answered(module) {
            if let Some(Found { path, what: Definition::Class(node) }) = reader.find(path, &error) {
                roots.push(Class { path, node });
            }
        }
    }
    let mut found: Vec<(usize, Kind)> = Vec::new();
    for (path, module) in reader.modules.iter().filter(|(path, _)| !is_test(path)) {
        for node in module.classes() {
            let class = Class { path, node };
            let line = lineage(reader, class);
            let depth = line.iter().position(|one| {
                roots.iter().any(|root| root.path == one.path && root.node.name == one.node.name)
            });
            let Some(depth) = depth else { continue };
            if let Some(code) = code(&line) {
                let kind = Kind { path: (*path).to_owned(), class: node.name.to_string(), code };
                if !found.iter().any(|(_, known)| known.class == kind.class) {
                    found.push((depth, kind));
                }
            }
        }
    }
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.class.cmp(&b.1.class)));
    found.into_iter().map(|(_, kind)| kind).collect()
}

/// A class and what it inherits from first, and so on.
fn lineage<'m>(reader: &'m Reader<'_>, class: Class<'m>) -> Vec<Class<'m>> {
    let mut line = vec![class];
    while let Some(base) = line.last().and_then(|last| reader.bases(*last).into_iter().next()) {
        if line.len() > 8 {
            break;
        }
        line.push(base);
    }
    line
}

/// The code of an error; `None` where what happened is not for clients.
fn code(line: &[Class<'_>]) -> Option<&'static str> {
    let status = line.iter().find_map(|class| status(class.node));
    if let Some(status) = status {
        return (status < 500)
            .then(|| CODES.iter().find(|(known, _)| *known == status).map_or(INPUT, |(_, code)| *code));
    }
    let name = line.first()?.node.name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    Some(match () {
        () if has(&["notfound", "doesnotexist", "missing"]) => "NOT_FOUND",
        () if has(&["conflict", "duplicate", "alreadyexists"]) => "CONFLICT",
        () if has(&["forbidden", "permission", "notallowed"]) => "FORBIDDEN",
        () if has(&["unauthorized", "unauthenticated", "credentials"]) => "UNAUTHENTICATED",
        () => INPUT,
    })
}

/// The status that a class states for itself.
fn status(class: &StmtClassDef) -> Option<u16> {
    class.body.iter().find_map(|stmt| {
        let (target, value) = match stmt {
            Stmt::Assign(assign) => (assign.targets.first()?, &*assign.value),
            Stmt::AnnAssign(assign) => (&*assign.target, assign.value.as_deref()?),
            _ => return None,
        };
        if !matches!(last_name(target)?, "status" | "status_code" | "http_status" | "code") {
            return None;
        }
        match value {
            Expr::NumberLiteral(literal) => u16::try_from(literal.value.as_int()?.as_i64()?).ok(),
            // `status.HTTP_404_NOT_FOUND`
            other => last_name(other)?.split('_').nth(1)?.parse().ok(),
        }
    })
}
