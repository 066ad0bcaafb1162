//! Python of one new function: its signature, and a body that follows another function's.
//!
//! `⟨a¦b⟩` stands for a list that is broken where it does not fit; what is copied from the
//! repository keeps its own lines.

use crate::propose::{
    edits::{Edits, indent_of, line_end, line_start},
    python::{Module, range_of},
    recipe::lines::RAW,
};
use ruff_python_ast::{
    Expr, ExprCall, Stmt, StmtFunctionDef,
    visitor::{Visitor, walk_expr},
};
use std::ops::Range;

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Param {
    pub(super) text: String,
    pub(super) name: String,
    pub(super) keyword_only: bool,
    pub(super) has_default: bool,
}

impl Param {
    /// A parameter without default that may be given by its place.
    pub(super) fn plain(name: &str, of: &str) -> Self {
        let text = if of.is_empty() { name.to_owned() } else { format!("{name}: {of}") };
        Self { text, name: name.to_owned(), keyword_only: false, has_default: false }
    }

    /// The same with a default.
    pub(super) fn with_default(name: &str, of: &str, default: &str) -> Self {
        let text = format!("{name}: {of} = {default}");
        Self { text, name: name.to_owned(), keyword_only: false, has_default: true }
    }
}

/// The parameters of a function without `self`, in their order.
pub(super) fn params(module: &Module<'_>, function: &StmtFunctionDef) -> Vec<Param> {
    let parameters = &function.parameters;
    let keyword_only: Vec<&str> = parameters.kwonlyargs.iter().map(|one| one.name().as_str()).collect();
    parameters
        .iter_non_variadic_params()
        .filter(|one| !matches!(one.name().as_str(), "self" | "cls"))
        .map(|one| Param {
            text: module.source(one).to_owned(),
            name: one.name().to_string(),
            keyword_only: keyword_only.contains(&one.name().as_str()),
            has_default: one.default.is_some(),
        })
        .collect()
}

/// The parameter of an object's own method.
pub(super) fn receiver(module: &Module<'_>, function: &StmtFunctionDef) -> Option<String> {
    let first = function.parameters.args.first()?;
    matches!(first.name().as_str(), "self" | "cls").then(|| module.source(first).to_owned())
}

/// A parameter list: what has no default first, then what has one, then what is named.
fn arranged(receiver: Option<String>, params: &[Param]) -> Vec<String> {
    let mut all: Vec<String> = receiver.into_iter().collect();
    let by_place = |with: bool| {
        params
            .iter()
            .filter(move |one| !one.keyword_only && one.has_default == with)
            .map(|one| one.text.clone())
    };
    all.extend(by_place(false));
    all.extend(by_place(true));
    let named: Vec<String> =
        params.iter().filter(|one| one.keyword_only).map(|one| one.text.clone()).collect();
    if !named.is_empty() {
        all.push("*".into());
        all.extend(named);
    }
    all
}

/// The head of a function.
pub(super) struct Head<'a> {
    pub(super) name: &'a str,
    pub(super) is_async: bool,
    pub(super) receiver: Option<String>,
    pub(super) params: &'a [Param],
    pub(super) returns: Option<String>,
}

impl Head<'_> {
    /// The whole function, not indented.
    pub(super) fn with(&self, decorators: &[String], body: &[String]) -> String {
        let mut text: String = decorators.iter().map(|line| format!("{line}\n")).collect();
        let arguments = arranged(self.receiver.clone(), self.params);
        let list =
            if arguments.is_empty() { String::new() } else { format!("⟨{}⟩", arguments.join("¦")) };
        let def = if self.is_async { "async def" } else { "def" };
        let returns = self.returns.as_ref().map(|of| format!(" -> {of}")).unwrap_or_default();
        text.push_str(&format!("{def} {}({list}){returns}:\n", self.name));
        for line in body {
            text.push_str(&if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") });
        }
        text
    }
}

/// A call of another name with other arguments, the receiver as it is.
pub(super) fn recall(module: &Module<'_>, call: &ExprCall, name: &str, arguments: &[String]) -> String {
    let callee = match &*call.func {
        Expr::Attribute(attribute) => format!("{}.{name}", module.source(&*attribute.value)),
        _ => name.to_owned(),
    };
    let list = if arguments.is_empty() { String::new() } else { format!("⟨{}⟩", arguments.join("¦")) };
    format!("{callee}({list})")
}

/// The arguments of a call as source, in order.
pub(super) fn arguments(module: &Module<'_>, call: &ExprCall) -> Vec<String> {
    let args = call.arguments.args.iter().map(|argument| module.source(argument).to_owned());
    args.chain(call.arguments.keywords.iter().map(|keyword| module.source(keyword).to_owned())).collect()
}

/// The statements of a function without its docstring.
pub(super) fn statements(function: &StmtFunctionDef) -> &[Stmt] {
    match function.body.split_first() {
        Some((Stmt::Expr(expr), rest)) if matches!(&*expr.value, Expr::StringLiteral(_)) => rest,
        _ => &function.body,
    }
}

/// A function's body with some places replaced and some lines before statements, each line
/// without the body's own indent.
pub(super) fn body_with(
    module: &Module<'_>,
    statements: &[Stmt],
    replaced: &[(Range<usize>, String)],
    before: &[(usize, String)],
) -> Vec<String> {
    let (Some(first), Some(last)) = (statements.first(), statements.last()) else { return Vec::new() };
    let start = line_start(module.text, range_of(first).start);
    let end = line_end(module.text, range_of(last).end);
    let indent = indent_of(module.text, range_of(first).start);
    let Some(source) = module.text.get(start..end) else { return Vec::new() };
    let mut edits = Edits::default();
    for (at, line) in before {
        edits.insert(at.saturating_sub(start), format!("{line}\n"));
    }
    for (range, new) in replaced {
        edits.replace(range.start.saturating_sub(start)..range.end.saturating_sub(start), new.clone());
    }
    let Ok(text) = edits.apply(source) else { return Vec::new() };
    text.lines().map(|line| line.strip_prefix(indent).unwrap_or(line).trim_end().to_owned()).collect()
}

/// The start of the line of the statement that holds a place.
pub(super) fn statement_line(module: &Module<'_>, statements: &[Stmt], at: usize) -> Option<(usize, String)> {
    let holding = statements.iter().find(|stmt| range_of(*stmt).contains(&at))?;
    let start = range_of(holding).start;
    Some((line_start(module.text, start), indent_of(module.text, start).to_owned()))
}

struct Names<'n> {
    wanted: &'n str,
    found: Vec<Range<usize>>,
}

impl<'a> Visitor<'a> for Names<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if matches!(expr, Expr::Name(name) if name.id.as_str() == self.wanted) {
            self.found.push(range_of(expr));
        }
        walk_expr(self, expr);
    }
}

/// Every place where statements use a name.
pub(super) fn uses_of(statements: &[Stmt], name: &str) -> Vec<Range<usize>> {
    let mut names = Names { wanted: name, found: Vec::new() };
    statements.iter().for_each(|stmt| names.visit_stmt(stmt));
    names.found
}

/// A chain of calls on one line, or in brackets with a line for each where it is too long.
pub(super) fn chained(lead: &str, base: &str, calls: &[String], width: usize) -> Vec<String> {
    let flat = format!("{lead}{base}{}", calls.concat());
    if flat.chars().count() <= width {
        return vec![flat];
    }
    let whole = format!("    {base}{}", calls.concat());
    if whole.chars().count() <= width {
        return vec![format!("{lead}("), whole, ")".into()];
    }
    let mut lines = vec![format!("{lead}("), format!("    {base}")];
    lines.extend(calls.iter().map(|call| format!("    {call}")));
    lines.push(")".into());
    lines
}

/// The base of a chain of calls and the calls on it: `select(X)` and `.where(y)`.
pub(super) fn unchained(module: &Module<'_>, expr: &Expr) -> (String, Vec<String>) {
    let mut calls = Vec::new();
    let mut at = expr;
    while let Expr::Call(call) = at
        && let Expr::Attribute(attribute) = &*call.func
    {
        let start = range_of(&*attribute.value).end;
        let source = module.text.get(start..range_of(call).end).unwrap_or_default().trim();
        calls.push(source.to_owned());
        at = &attribute.value;
    }
    calls.reverse();
    (module.source(at).to_owned(), calls)
}

/// Text indented for a class body; copied lines stay as they are from there.
pub(super) fn indented(text: &str, levels: usize) -> String {
    let lead = "    ".repeat(levels);
    let mut all = String::new();
    for line in text.lines() {
        // What has no list in it is in the repository's form already.
        match (line.is_empty(), line.contains('⟨')) {
            (true, _) => all.push('\n'),
            (false, true) => all.push_str(&format!("{lead}{line}\n")),
            (false, false) => all.push_str(&format!("{RAW}{lead}{line}\n")),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_keeps_pythons_order() {
        let params = [
            Param::with_default("limit", "int", "50"),
            Param::plain("author_id", "int"),
            Param { keyword_only: true, ..Param::plain("session", "Session") },
        ];
        let head =
            Head { name: "f", is_async: true, receiver: Some("self".into()), params: &params, returns: None };
        assert_eq!(
            head.with(&[], &["return 1".into()]),
            "async def f(⟨self¦author_id: int¦limit: int = 50¦*¦session: Session⟩):\n    return 1\n"
        );
    }

    #[test]
    fn a_body_is_followed_with_places_exchanged() {
        let text = "def f(id):\n    \"\"\"Doc.\"\"\"\n    row = get(id)\n    if row is None:\n        raise X(f\"no {id}\")\n    return row\n";
        let module = Module::parse("a.py", text).unwrap();
        let function = module.functions().next().unwrap();
        let statements = statements(function);
        let replaced: Vec<_> =
            uses_of(statements, "id").into_iter().map(|range| (range, "sku".to_owned())).collect();
        assert_eq!(
            body_with(&module, statements, &replaced, &[]),
            ["row = get(sku)", "if row is None:", "    raise X(f\"no {sku}\")", "return row"]
        );
    }

    #[test]
    fn a_chain_is_broken_where_it_is_too_long() {
        let calls = [".where(a)".to_owned(), ".limit(b)".to_owned()];
        assert_eq!(chained("query = ", "select(X)", &calls, 80), ["query = select(X).where(a).limit(b)"]);
        assert_eq!(
            chained("query = ", "select(X)", &calls, 34),
            ["query = (", "    select(X).where(a).limit(b)", ")"]
        );
        assert_eq!(
            chained("query = ", "select(X)", &calls, 20),
            ["query = (", "    select(X)", "    .where(a)", "    .limit(b)", ")"]
        );
    }
}
