//! Raises of HTTP errors in Python, and what is raised in their place.
//!
//! A stack says which calls are HTTP errors; here they are found, exchanged one by one, and the
//! imports that nothing needs any more are taken out.

use super::{
    clash,
    kinds::{self, Kind},
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end, line_start},
        python::{Module, dotted, last_name, range_of},
        recipe::python_text::{Habits, used_names},
    },
};
use ruff_python_ast::{
    Expr, ExprCall, Number, Stmt,
    visitor::{Visitor, walk_stmt},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// Files that hold errors by their names.
const STEMS: [&str; 3] = ["errors", "exceptions", "error_handlers"];

/// One raise of an HTTP error.
pub(in crate::propose::recipe) struct Raise {
    /// The call that makes the error.
    pub(in crate::propose::recipe) call: Range<usize>,
    pub(in crate::propose::recipe) line: u32,
    /// `None` where it is not written as a number or a known constant.
    pub(in crate::propose::recipe) status: Option<u16>,
    pub(in crate::propose::recipe) said: Said,
}

/// What an HTTP error says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::propose::recipe) enum Said {
    Nothing,
    /// A text, as it is written.
    Text(Range<usize>),
    /// Something that is perhaps no text, or more than one thing.
    More,
}

impl Raise {
    /// The domain's error for it; else why there is none that is answered the same.
    pub(in crate::propose::recipe) fn kind(&self) -> Result<&'static Kind, &'static str> {
        match (self.status.and_then(kinds::of), &self.said) {
            (None, _) => Err("its status is no error of the domain"),
            (_, Said::More) => Err("it says more than a text"),
            // What this status is called differs between versions of Python.
            (Some(kind), Said::Nothing) if kind.status == 422 => Err("it says nothing"),
            (Some(kind), _) => Ok(kind),
        }
    }
}

/// What a call says where it is an HTTP error: its status, where that is known, and its text.
pub(in crate::propose::recipe) type ReadRaise<'r> = &'r dyn Fn(&Expr) -> Option<(Option<u16>, Said)>;

/// All raises in a module of calls that `read` knows as HTTP errors.
pub(in crate::propose::recipe) fn raises(module: &Module<'_>, read: ReadRaise<'_>) -> Vec<Raise> {
    struct Finder<'f> {
        module: &'f Module<'f>,
        read: ReadRaise<'f>,
        found: Vec<Raise>,
    }
    impl<'a> Visitor<'a> for Finder<'_> {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            if let Stmt::Raise(raise) = stmt
                && let Some(error) = raise.exc.as_deref()
                && let Some((status, said)) = (self.read)(error)
            {
                let line = self.module.line(error);
                self.found.push(Raise { call: range_of(error), line, status, said });
            }
            walk_stmt(self, stmt);
        }
    }
    let mut finder = Finder { module, read, found: Vec::new() };
    finder.visit_body(&module.body);
    finder.found
}

/// The status that an expression is: a number, `status.HTTP_404_NOT_FOUND`, `HTTPStatus.NOT_FOUND`.
pub(in crate::propose::recipe) fn status(expr: &Expr) -> Option<u16> {
    match expr {
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(number) => number.as_u16(),
            Number::Float(_) | Number::Complex { .. } => None,
        },
        other => last_name(other).and_then(kinds::status_named),
    }
}

/// What a value says, where it is surely a text.
pub(in crate::propose::recipe) fn said(expr: &Expr) -> Said {
    let is_text = match expr {
        Expr::StringLiteral(_) | Expr::FString(_) => true,
        Expr::Call(call) => dotted(&call.func).as_deref() == Some("str"),
        _ => false,
    };
    if is_text { Said::Text(range_of(expr)) } else { Said::More }
}

/// An argument by position or by name.
pub(in crate::propose::recipe) fn argument<'c>(
    call: &'c ExprCall,
    at: usize,
    name: &str,
) -> Option<&'c Expr> {
    let named = |name: &str| call.arguments.keywords.iter().find(|one| one.arg.as_deref() == Some(name));
    call.arguments.args.get(at).or_else(|| named(name).map(|one| &one.value))
}

/// The lines of a text that are one statement each, and where domain errors stand for calls.
pub(in crate::propose::recipe) struct Exchange<'x> {
    pub(in crate::propose::recipe) path: &'x str,
    pub(in crate::propose::recipe) habits: &'x Habits,
    /// The module of the domain's errors, as others import it.
    pub(in crate::propose::recipe) errors: &'x str,
    /// Imported names that may be left without use.
    pub(in crate::propose::recipe) released: &'x [&'x str],
}

impl Exchange<'_> {
    /// The text with the domain's errors in place of these raises, and its imports in order.
    pub(in crate::propose::recipe) fn applied(
        &self,
        text: &str,
        raises: &[(&Raise, &'static Kind)],
    ) -> Result<String, ProposeError> {
        let mut edits = Edits::default();
        for (raise, kind) in raises {
            edits.replace(raise.call.clone(), self.call(text, raise, kind));
        }
        let text = edits.apply(text)?;
        let used = used_names(&Module::parse(self.path, &text)?);
        let candidates: Vec<String> =
            raises.iter().map(|(_, kind)| format!("{}:{}Error", self.errors, kind.name)).collect();
        let text = self.habits.with_imports(self.path, &text, &used, &candidates)?;
        without_unused(self.path, &text, self.released)
    }

    /// `NotFoundError("…")`, on lines of its own where it is too long.
    fn call(&self, text: &str, raise: &Raise, kind: &Kind) -> String {
        let said = match &raise.said {
            Said::Text(range) => text.get(range.clone()).unwrap_or_default(),
            Said::Nothing | Said::More => "",
        };
        let flat = format!("{}Error({said})", kind.name);
        let before = text.get(line_start(text, raise.call.start)..raise.call.start).unwrap_or_default();
        let after = text.get(raise.call.end..line_end(text, raise.call.end)).unwrap_or_default().trim_end();
        let width = before.chars().count() + flat.chars().count() + after.chars().count();
        if width <= self.habits.width || said.is_empty() || said.contains('\n') {
            return flat;
        }
        let indent = indent_of(text, raise.call.start);
        format!("{}Error(\n{indent}    {said}\n{indent})", kind.name)
    }
}

/// A text without those of some imported names that nothing in it uses.
fn without_unused(path: &str, text: &str, names: &[&str]) -> Result<String, ProposeError> {
    let mut text = text.to_owned();
    for name in names {
        let module = Module::parse(path, &text)?;
        let is_quoted = text.contains(&format!("\"{name}\"")) || text.contains(&format!("'{name}'"));
        if is_quoted || used_names(&module).contains(*name) {
            continue;
        }
        let Some((import, at)) = module.import_froms().find_map(|import| {
            let bound = |alias: &ruff_python_ast::Alias| {
                alias.asname.as_ref().unwrap_or(&alias.name).as_str() == *name
            };
            import.names.iter().position(bound).map(|at| (import, at))
        }) else {
            continue;
        };
        let range = |at: usize| import.names.get(at).map(range_of);
        let mut edits = Edits::default();
        match (at.checked_sub(1).and_then(range), range(at), range(at + 1)) {
            (_, Some(own), Some(next)) => edits.replace(own.start..next.start, ""),
            (Some(last), Some(own), None) => edits.replace(last.end..own.end, ""),
            _ => edits.replace(whole_lines(&text, &range_of(import)), ""),
        }
        text = edits.apply(&text)?;
    }
    Ok(text)
}

/// The lines of a statement, with the blank one behind it where it was a group of its own.
fn whole_lines(text: &str, range: &Range<usize>) -> Range<usize> {
    let (start, end) = (line_start(text, range.start), line_end(text, range.end));
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let stands_alone = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\r\n\r\n");
    match (stands_alone, after.starts_with("\r\n"), after.starts_with('\n')) {
        (true, true, _) => start..end + 2,
        (true, _, true) => start..end + 1,
        _ => start..end,
    }
}

/// Names that a module imports from some others, each as it is called here, with its name there.
pub(in crate::propose::recipe) fn imported(module: &Module<'_>, from: &[&str]) -> Vec<(String, String)> {
    let is_one = |name: &str| from.contains(&name);
    module
        .import_froms()
        .filter(|import| import.level == 0 && import.module.as_ref().is_some_and(|one| is_one(one.as_str())))
        .flat_map(|import| import.names.iter())
        .map(|alias| (alias.asname.as_ref().unwrap_or(&alias.name).to_string(), alias.name.to_string()))
        .collect()
}

/// The first line on which somebody waits for one of these errors: code or tests that would not
/// see the domain's in its place.
pub(in crate::propose::recipe) fn waited_for(text: &str, names: &BTreeSet<&str>) -> Option<u32> {
    let waits = |line: &str| {
        let line = line.trim_start();
        let word = |name: &&str| {
            line.match_indices(*name).any(|(at, _)| {
                let is_part = |c: char| c.is_alphanumeric() || c == '_';
                !line.get(..at).unwrap_or_default().ends_with(is_part)
                    && !line.get(at + name.len()..).unwrap_or_default().starts_with(is_part)
            })
        };
        let starts = ["except ", "except(", "except*"].iter().any(|word| line.starts_with(word));
        (starts || line.contains("raises(") || line.contains("assertRaises")) && names.iter().any(word)
    };
    (1..).zip(text.lines()).find_map(|(number, line)| waits(line).then_some(number))
}

/// Whether a file is a test by its path.
pub(in crate::propose::recipe) fn is_test(path: &str) -> bool {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    folders.split('/').any(|folder| matches!(folder, "test" | "tests"))
        || file.starts_with("test_")
        || file == "conftest.py"
}

/// Refuses a project that has a module of errors.
pub(in crate::propose::recipe) fn refuse_module(
    modules: &BTreeMap<&str, &Module<'_>>,
) -> Result<(), ProposeError> {
    for (path, module) in modules {
        let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".py");
        if !STEMS.contains(&stem) {
            continue;
        }
        let is_error = |base: &Expr| {
            last_name(base).is_some_and(|name| name.ends_with("Exception") || name.ends_with("Error"))
        };
        let found = module
            .classes()
            .find(|class| class.arguments.iter().flat_map(|arguments| arguments.args.iter()).any(is_error));
        if let Some(class) = found {
            return clash(
                format!("a module of errors, with {},", class.name),
                &Place::new(*path, module.line(&class.name)),
            );
        }
    }
    Ok(())
}

/// A new module: its docstring, what it imports of `candidates`, and the rest.
pub(in crate::propose::recipe) fn file(
    habits: &Habits,
    path: &str,
    rendered: &str,
    candidates: &[String],
) -> Result<String, ProposeError> {
    let (doc, body) = rendered.split_once("\n\n").unwrap_or(("", rendered));
    let written = habits.written(body);
    let module = Module::parse(path, &written)?;
    let own: BTreeSet<&str> = module
        .classes()
        .map(|class| class.name.as_str())
        .chain(module.functions().map(|function| function.name.as_str()))
        .collect();
    let is_own = |candidate: &&String| candidate.rsplit(':').next().is_some_and(|name| own.contains(name));
    let others: Vec<String> = candidates.iter().filter(|one| !is_own(one)).cloned().collect();
    let text = habits.file(path, body, &others)?;
    // Without imports between them a definition stands two lines below.
    let defines = ["class ", "def ", "async ", "@"].iter().any(|word| text.starts_with(word));
    let gap = if defines { "\n\n\n" } else { "\n\n" };
    Ok(format!("{doc}{gap}{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchanged(text: &str, width: usize) -> String {
        let habits = Habits { width, quote: '"', own: BTreeSet::from(["app".to_owned()]) };
        let module = Module::parse("app/services/a.py", text).unwrap();
        let read = |expr: &Expr| {
            let Expr::Call(call) = expr else { return None };
            (dotted(&call.func).as_deref() == Some("HTTPException")).then(|| {
                let said = argument(call, 1, "detail").map_or(Said::Nothing, said);
                (argument(call, 0, "status_code").and_then(status), said)
            })
        };
        let found = raises(&module, &read);
        let chosen: Vec<(&Raise, &'static Kind)> =
            found.iter().filter_map(|raise| Some((raise, raise.kind().ok()?))).collect();
        let released = ["HTTPException", "status"];
        Exchange { path: "app/services/a.py", habits: &habits, errors: "app.errors", released: &released }
            .applied(text, &chosen)
            .unwrap()
    }

    #[test]
    fn a_raise_is_exchanged_and_imports_that_nobody_needs_go() {
        let text = "from fastapi import HTTPException, status\n\nfrom app.models import User\n\n\ndef f(a):\n    try:\n        raise HTTPException(\n            status_code=status.HTTP_404_NOT_FOUND,\n            detail=f\"no {a}\",\n        )\n    except KeyError as error:\n        raise HTTPException(409) from error\n";
        assert_eq!(
            exchanged(text, 88),
            "from app.errors import ConflictError, NotFoundError\nfrom app.models import User\n\n\ndef f(a):\n    try:\n        raise NotFoundError(f\"no {a}\")\n    except KeyError as error:\n        raise ConflictError() from error\n"
        );
    }

    #[test]
    fn what_says_more_than_a_text_stays_and_so_does_what_it_needs() {
        let text = "from fastapi import Depends, HTTPException\n\n\ndef f(a):\n    raise HTTPException(404, {\"id\": a})\n\n\ndef g():\n    raise HTTPException(404, \"a long reason\")\n";
        assert_eq!(
            exchanged(text, 36),
            "from fastapi import Depends, HTTPException\n\nfrom app.errors import NotFoundError\n\n\ndef f(a):\n    raise HTTPException(404, {\"id\": a})\n\n\ndef g():\n    raise NotFoundError(\n        \"a long reason\"\n    )\n"
        );
    }

    #[test]
    fn one_of_several_lines_of_an_import_goes() {
        let text = "from fastapi import (\n    APIRouter,\n    HTTPException,\n)\n\nrouter = APIRouter()\n";
        assert_eq!(
            without_unused("a.py", text, &["HTTPException"]).unwrap(),
            "from fastapi import (\n    APIRouter,\n)\n\nrouter = APIRouter()\n"
        );
    }

    #[test]
    fn who_waits_for_an_error_is_seen() {
        let names = BTreeSet::from(["HTTPException"]);
        let of = |line: &str| waited_for(line, &names);
        assert_eq!(of("x = 1\nexcept (KeyError, HTTPException):\n"), Some(2));
        assert_eq!(of("    with pytest.raises(HTTPException) as error:\n"), Some(1));
        assert_eq!(of("except StarletteHTTPException:\nraise HTTPException(404)\n"), None);
    }
}
