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
        for (at, import) in facts.imports.iter().enumerate() {
            if project.import_file(file, at).is_none() {
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
        self.annotations
            .extend(annotation_paths(project, file, annotation).into_iter().map(|path| (path, line)));
    }
}

/// The foreign things that an annotation names: itself, or each trait of a Rust `derive`.
pub(crate) fn annotation_paths(project: &Project<'_>, file: usize, annotation: ExprId) -> Vec<String> {
    let external = |expr: ExprId| match project.target(file, expr) {
        Some(Target::External(path)) => Some(path),
        Some(Target::Definition(..) | Target::Instance(..) | Target::File(_)) | None => None,
    };
    let Some(facts) = project.files.get(file) else { return Vec::new() };
    let callee = match facts.expr(annotation) {
        Expr::Call(call) => facts.call(call),
        _ => None,
    };
    match external(callee.map_or(annotation, |call| call.callee)) {
        Some(path) if path == "derive" => callee
            .into_iter()
            .flat_map(|call| facts.args(call.args))
            .filter_map(|argument| external(argument.value))
            .collect(),
        Some(path) => vec![path],
        None => Vec::new(),
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
    // Asked of every attribute of every file: most are told by their last name.
    let last = match facts.expr(expr) {
        Expr::Name(name) | Expr::Attr(_, name) => facts.text(name),
        _ => return false,
    };
    matches!(last, "env" | "environ")
        && facts.dotted(expr).is_some_and(|path| {
            matches!(path.as_str(), "process.env" | "os.environ" | "environ" | "Bun.env" | "import.meta.env")
        })
}
