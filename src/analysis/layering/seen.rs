//! What a file's facts show, as resolved dotted paths with lines.

use crate::analysis::{
    facts::{CallFlags, Expr, ExprId, FileFacts, ScopeId, ScopeKind},
    resolve::{Project, Target, external},
};

/// A path and the line where it stands.
pub(super) type Path = (String, u32);

/// Everything in a file that a sign can speak of.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) imports: Vec<Path>,
    pub(super) bases: Vec<Path>,
    pub(super) annotations: Vec<Path>,
    pub(super) calls: Vec<Path>,
    /// Names of classes with their lines.
    pub(super) classes: Vec<Path>,
    pub(super) functions: u32,
}

impl Seen {
    pub(super) fn new(project: &Project<'_>, file: usize) -> Self {
        let mut seen = Self::default();
        let Some(facts) = project.files.get(file) else { return seen };
        for import in &facts.imports {
            if project.import_file(file, import).is_none() {
                seen.imports.push((external(facts, import), facts.line(import.span.start)));
            }
        }
        for (id, scope) in facts.scope_ids() {
            let line = facts.line(scope.name_span.start);
            for annotation in facts.list(scope.annotations) {
                seen.annotation(project, file, *annotation);
            }
            match scope.kind {
                ScopeKind::Class | ScopeKind::Interface => {
                    let name = facts.text(scope.name);
                    if !name.is_empty() {
                        seen.classes.push((name.to_owned(), line));
                    }
                    seen.bases.extend(project.external_bases(file, id).into_iter().map(|path| (path, line)));
                }
                ScopeKind::Function | ScopeKind::Lambda if id != ScopeId::MODULE => seen.functions += 1,
                ScopeKind::Function | ScopeKind::Lambda | ScopeKind::Module | ScopeKind::Namespace => {}
            }
        }
        for bind in &facts.binds {
            for annotation in facts.list(bind.annotations) {
                seen.annotation(project, file, *annotation);
            }
        }
        for (id, call) in facts.call_ids() {
            if call.flags.has(CallFlags::ANNOTATION) {
                continue;
            }
            if let Some(Target::External(path)) = project.callee(file, id) {
                seen.calls.push((path, facts.line(call.name_span.start)));
            }
        }
        seen
    }

    fn annotation(&mut self, project: &Project<'_>, file: usize, annotation: ExprId) {
        let Some(facts) = project.files.get(file) else { return };
        let line = facts.line(facts.expr_span(annotation).start);
        let callee = match facts.expr(annotation) {
            Expr::Call(call) => facts.call(call),
            _ => None,
        };
        let Some(target) = project.target(file, callee.map_or(annotation, |call| call.callee)) else {
            return;
        };
        if let Target::External(path) = target {
            // A list of derived traits annotates with each of them.
            if let Some(call) = callee.filter(|_| path == "derive") {
                for argument in facts.args(call.args) {
                    if let Some(Target::External(path)) = project.target(file, argument.value) {
                        self.annotations.push((path, line));
                    }
                }
                return;
            }
            self.annotations.push((path, line));
        }
    }
}

/// Reads of environment variables among resolved calls and attributes.
pub(crate) fn is_env_read(path: &str) -> bool {
    matches!(
        path,
        "os.getenv"
            | "os.environ.get"
            | "std.env.var"
            | "env.var"
            | "std.env.var_os"
            | "dotenvy.var"
            | "dotenv.var"
    )
}

/// Whether an expression is the environment object itself: `process.env`, `os.environ`.
pub(crate) fn is_env_object(facts: &FileFacts, expr: ExprId) -> bool {
    facts.dotted(expr).is_some_and(|path| {
        matches!(path.as_str(), "process.env" | "os.environ" | "environ" | "Bun.env" | "import.meta.env")
    })
}
