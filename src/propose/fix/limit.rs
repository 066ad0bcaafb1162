//! Bounds a list: a page with a default and a maximum.

use super::{Fixed, Language, Site, done, no};
use crate::{
    ports::ProposeError,
    propose::{
        edits::Edits,
        python::{Module, last_name, range_of},
    },
};
use ruff_python_ast::{
    Expr, ExprCall, Stmt, StmtFunctionDef,
    visitor::{Visitor, walk_expr, walk_stmt},
};
use std::ops::Range;

const REASON: &str = "A list without an end grows with the table; a page has a default and a maximum.";

/// The function that holds the query gets `limit` and `offset` with defaults.
pub(crate) fn fix_python(site: &Site<'_>) -> Result<Fixed, ProposeError> {
    let module = Module::parse(&site.finding.file, site.text)?;
    let mut finder = Finder { wanted: &site.range, best: None };
    for stmt in &module.body {
        finder.visit_stmt(stmt);
    }
    let function = finder.best.ok_or_else(|| no("the finding is not inside a function".into()))?;
    let parameters = &function.parameters;
    if parameters.iter_non_variadic_params().any(|one| matches!(one.name().as_str(), "limit" | "offset")) {
        return Err(no("the function has a limit already; use it in the query".into()));
    }
    if parameters.kwarg.is_some() || parameters.vararg.is_some() {
        return Err(no("the function takes arguments by a star".into()));
    }
    let mut edits = Edits::default();
    let mut queries = Queries { calls: Vec::new() };
    for stmt in &function.body {
        queries.visit_stmt(stmt);
    }
    let is_route = is_route(function);
    let kind = match queries.calls.as_slice() {
        [only] => only,
        [] => {
            return Err(
                no("the query is not in this function; the page must pass through the layers".into()),
            );
        }
        _ => return Err(no("the function runs several queries".into())),
    };
    let mut remarks = Vec::new();
    match kind {
        Query::Built(call) => {
            let top = chain_top(&function.body, call).unwrap_or(call);
            let end = range_of(top).end;
            // `.all()` ends a chain that starts with `session.query`.
            let (at, added) = match &*top.func {
                Expr::Attribute(attribute)
                    if matches!(attribute.attr.as_str(), "all" | "scalars" | "unique")
                        && last_name(&call.func) == Some("query") =>
                {
                    (range_of(&*attribute.value).end, ".limit(limit).offset(offset)")
                }
                _ => (end, ".limit(limit).offset(offset)"),
            };
            edits.insert(at, added);
            if !site.text.get(range_of(top)).is_some_and(|source| source.contains("order_by(")) {
                remarks.push(
                    "The query has no order, so pages may overlap; an order_by is yours to choose.".into(),
                );
            }
        }
        Query::Text(call, literal) => {
            let source = site.text.get(range_of(*literal)).unwrap_or_default();
            let quote = source.chars().last().filter(|quote| matches!(quote, '"' | '\''));
            let quote = quote.ok_or_else(|| no("the statement is written in an unusual way".into()))?;
            if source.ends_with(&quote.to_string().repeat(3)) {
                return Err(no("the statement stands in a long string".into()));
            }
            if !uses_question_marks(site.text) {
                return Err(no("the driver's mark for values does not show in this file".into()));
            }
            edits.insert(range_of(*literal).end - 1, " LIMIT ? OFFSET ?");
            match &call.arguments.args {
                args if args.len() == 1 => edits.insert(range_of(*literal).end, ", (limit, offset)"),
                args => match args.get(1) {
                    Some(Expr::Tuple(tuple)) => {
                        let end = range_of(tuple).end - 1;
                        let inside =
                            site.text.get(range_of(tuple).start + 1..end).unwrap_or_default().trim_end();
                        let lead = if inside.ends_with(',') { " " } else { ", " };
                        edits
                            .insert(range_of(tuple).start + 1 + inside.len(), format!("{lead}limit, offset"));
                    }
                    _ => return Err(no("the values of the statement are made elsewhere".into())),
                },
            }
        }
    }
    add_parameters(&module, &mut edits, function, is_route);
    if is_route {
        module.add_import(&mut edits, "fastapi", "Query");
    } else {
        remarks.push("Callers get the first 100 rows until they pass a limit of their own.".into());
    }
    done(site, edits, REASON, remarks)
}

/// Whether a file's statements mark values with `?`.
fn uses_question_marks(text: &str) -> bool {
    text.contains("sqlite3") || text.contains("aiosqlite") || text.contains("= ?")
}

fn is_route(function: &StmtFunctionDef) -> bool {
    function.decorator_list.iter().any(|decorator| {
        matches!(&decorator.expression, Expr::Call(call)
            if matches!(last_name(&call.func), Some("get" | "route" | "api_route")))
    })
}

fn add_parameters(module: &Module<'_>, edits: &mut Edits, function: &StmtFunctionDef, is_route: bool) {
    let (limit, offset) = if is_route {
        ("limit: int = Query(default=50, ge=1, le=200)", "offset: int = Query(default=0, ge=0)")
    } else {
        ("limit: int = 100", "offset: int = 0")
    };
    let range = range_of(&*function.parameters);
    let source = module.text.get(range.clone()).unwrap_or_default();
    let last = function
        .parameters
        .args
        .iter()
        .chain(&function.parameters.posonlyargs)
        .chain(&function.parameters.kwonlyargs)
        .map(|one| range_of(one).end)
        .max();
    let Some(last) = last else {
        edits.insert(range.start + 1, format!("{limit}, {offset}"));
        return;
    };
    if source.contains('\n') {
        let indent = crate::propose::edits::indent_of(module.text, last);
        let newline = crate::propose::edits::newline_of(module.text);
        edits.insert(last, format!(",{newline}{indent}{limit},{newline}{indent}{offset}"));
    } else {
        edits.insert(last, format!(", {limit}, {offset}"));
    }
}

struct Finder<'f, 'm> {
    wanted: &'f Range<usize>,
    best: Option<&'m StmtFunctionDef>,
}

impl<'m> Visitor<'m> for Finder<'_, 'm> {
    fn visit_stmt(&mut self, stmt: &'m Stmt) {
        let range = range_of(stmt);
        if range.start >= self.wanted.end.max(self.wanted.start + 1) || range.end <= self.wanted.start {
            return;
        }
        if let Stmt::FunctionDef(function) = stmt {
            self.best = Some(function);
        }
        walk_stmt(self, stmt);
    }
}

enum Query<'m> {
    /// `select(…)` or `session.query(…)`.
    Built(&'m ExprCall),
    /// `execute("SELECT …")`: the call and its literal.
    Text(&'m ExprCall, &'m Expr),
}

struct Queries<'m> {
    calls: Vec<Query<'m>>,
}

impl<'m> Visitor<'m> for Queries<'m> {
    fn visit_expr(&mut self, expr: &'m Expr) {
        if let Expr::Call(call) = expr {
            match (last_name(&call.func), call.arguments.args.first()) {
                (Some("select" | "query"), Some(first)) if !matches!(first, Expr::StringLiteral(_)) => {
                    self.calls.push(Query::Built(call));
                }
                (Some("execute" | "query"), Some(first @ Expr::StringLiteral(literal))) => {
                    let text = literal.value.to_str().to_uppercase();
                    if text.trim_start().starts_with("SELECT") && !text.contains(" LIMIT ") {
                        self.calls.push(Query::Text(call, first));
                    }
                }
                _ => {}
            }
        }
        walk_expr(self, expr);
    }
}

/// The outermost call of the method chain that starts with `inner`.
fn chain_top<'m>(body: &'m [Stmt], inner: &ExprCall) -> Option<&'m ExprCall> {
    struct Chain<'c, 'm> {
        inner: &'c ExprCall,
        top: Option<&'m ExprCall>,
    }
    impl<'m> Visitor<'m> for Chain<'_, 'm> {
        fn visit_expr(&mut self, expr: &'m Expr) {
            if let Expr::Call(call) = expr
                && self.top.is_none()
                && starts_with(call, self.inner)
            {
                self.top = Some(call);
                return;
            }
            walk_expr(self, expr);
        }
    }
    fn starts_with(call: &ExprCall, inner: &ExprCall) -> bool {
        if range_of(call) == range_of(inner) {
            return true;
        }
        matches!(&*call.func, Expr::Attribute(attribute)
            if matches!(&*attribute.value, Expr::Call(below) if starts_with(below, inner)))
    }
    let mut chain = Chain { inner, top: None };
    for stmt in body {
        chain.visit_stmt(stmt);
    }
    chain.top
}

/// TypeORM, Prisma and SQLx: a maximum in the query itself.
pub(crate) fn fix_code(site: &Site<'_>, language: Language) -> Result<Fixed, ProposeError> {
    let text = site.text;
    let start = crate::propose::edits::line_start(text, site.range.start);
    let window = text.get(start..).unwrap_or_default();
    let end = window.find(';').map_or(window.len(), |at| at + 1);
    let statement = window.get(..end).unwrap_or_default();
    let mut edits = Edits::default();
    let remark = "100 is a maximum for every caller; a page that the client chooses is yours to add.";
    if language == Language::Rust {
        let open = statement.find("\"SELECT").or_else(|| statement.find("\"select"));
        let open = open.ok_or_else(|| no("no statement stands at the finding".into()))?;
        let close = statement.get(open + 1..).and_then(|rest| rest.find('"')).map(|at| open + 1 + at);
        let close = close.ok_or_else(|| no("the statement is written in an unusual way".into()))?;
        let sql = statement.get(open..close).unwrap_or_default().to_uppercase();
        if sql.contains(" LIMIT ") || !statement.contains("fetch_all") {
            return Err(no("the statement has a limit already, or its rows are read elsewhere".into()));
        }
        edits.insert(start + close, " LIMIT 100");
        return done(site, edits, REASON, vec![remark.into()]);
    }
    for method in [".findMany(", ".find(", ".findAndCount("] {
        let Some(at) = statement.find(method) else { continue };
        let option = "take: 100";
        let inside = statement.get(at + method.len()..).unwrap_or_default();
        if inside.contains("take:") {
            return Err(no("the query has a limit already".into()));
        }
        let place = start + at + method.len();
        if inside.trim_start().starts_with(')') {
            edits.insert(place, format!("{{ {option} }}"));
        } else if inside.trim_start().starts_with('{') {
            let brace = place + (inside.len() - inside.trim_start().len()) + 1;
            let empty = text.get(brace..).is_some_and(|rest| rest.trim_start().starts_with('}'));
            edits.insert(brace, if empty { format!(" {option} ") } else { format!(" {option},") });
        } else {
            return Err(no("the options of the query are made elsewhere".into()));
        }
        return done(site, edits, REASON, vec![remark.into()]);
    }
    Err(no("the query is not in this statement".into()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::fixed;

    const RULE: &str = "orm/unbounded-list";

    #[test]
    fn a_route_gets_a_page_with_a_maximum() {
        let before = "from fastapi import APIRouter, Depends\n\n\n@router.get(\"/\")\nasync def all_of(session: S) -> list[T]:\n    return (await session.scalars(select(T).order_by(T.id))).all()\n";
        let after = "from fastapi import APIRouter, Depends, Query\n\n\n@router.get(\"/\")\nasync def all_of(session: S, limit: int = Query(default=50, ge=1, le=200), offset: int = Query(default=0, ge=0)) -> list[T]:\n    return (await session.scalars(select(T).order_by(T.id).limit(limit).offset(offset))).all()\n";
        assert_eq!(fixed(RULE, "a.py", before, "all_of").as_deref(), Ok(after));
    }

    #[test]
    fn a_repository_keeps_its_callers_working() {
        let before =
            "class R:\n    def all(self):\n        return self.session.query(T).filter(T.open).all()\n";
        let after = "class R:\n    def all(self, limit: int = 100, offset: int = 0):\n        return self.session.query(T).filter(T.open).limit(limit).offset(offset).all()\n";
        assert_eq!(fixed(RULE, "a.py", before, "self.session").as_deref(), Ok(after));
    }

    #[test]
    fn the_list_of_the_sample_is_bounded() {
        let files = crate::propose::sample_files("python");
        let file = files.iter().find(|file| file.path == "app/repositories/customers.py").unwrap();
        let text = std::str::from_utf8(file.bytes).unwrap();
        let result = fixed(RULE, file.path, text, "def list_all").unwrap();
        assert!(result.contains("def list_all(self, limit: int = 100, offset: int = 0) -> List[Customer]:"));
        assert!(result.contains("ORDER BY name LIMIT ? OFFSET ?\", (limit, offset)\n"));
    }

    #[test]
    fn queries_in_other_languages_get_a_maximum() {
        assert_eq!(
            fixed(RULE, "a.ts", "const a = await this.repo.find();\n", "this.repo").as_deref(),
            Ok("const a = await this.repo.find({ take: 100 });\n")
        );
        assert_eq!(
            fixed(RULE, "a.ts", "const a = await prisma.user.findMany({ where: { a: 1 } });\n", "prisma")
                .as_deref(),
            Ok("const a = await prisma.user.findMany({ take: 100, where: { a: 1 } });\n")
        );
        assert_eq!(
            fixed(
                RULE,
                "a.rs",
                "fn f() {\n    let a = sqlx::query(\"SELECT a FROM t\").fetch_all(p);\n}\n",
                "sqlx"
            )
            .as_deref(),
            Ok("fn f() {\n    let a = sqlx::query(\"SELECT a FROM t LIMIT 100\").fetch_all(p);\n}\n")
        );
    }

    #[test]
    fn a_query_in_another_layer_is_not_bounded_from_here() {
        let text = "@router.get(\"/\")\ndef all_of(service: S):\n    return service.all()\n";
        assert!(fixed(RULE, "a.py", text, "all_of").is_err());
    }
}
