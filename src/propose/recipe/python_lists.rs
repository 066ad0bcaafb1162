//! Lists and dictionaries of Python source that get more items, in the form that they have.

use crate::{
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end, line_start, newline_of},
        python::{Module, range_of},
    },
};
use ruff_python_ast::Expr;
use std::ops::Range;

/// One level of Python.
const INDENT: &str = "    ";

/// Adds items to a literal list, tuple, set or dictionary before its item `at`, or behind the
/// last where `at` is their number. What stands on one line stays on one where it fits `width`.
pub(super) fn add(
    module: &Module<'_>,
    literal: &Expr,
    at: usize,
    items: &[String],
    width: usize,
) -> Result<String, ProposeError> {
    let text = module.text;
    let whole = range_of(literal);
    let known = item_ranges(literal);
    let newline = newline_of(text);
    let mut edits = Edits::default();
    let source = text.get(whole.clone()).unwrap_or_default();
    if source.contains('\n') && !known.is_empty() {
        match (known.get(at), known.last()) {
            (Some(next), _) => {
                let indent = indent_of(text, next.start).to_owned();
                let added: String = items.iter().map(|item| format!("{item},{newline}{indent}")).collect();
                edits.insert(next.start, added);
            }
            (None, Some(last)) => {
                let indent = indent_of(text, last.start).to_owned();
                let added: String = items.iter().map(|item| format!(",{newline}{indent}{item}")).collect();
                edits.insert(last.end, added);
            }
            (None, None) => {}
        }
        return edits.apply(text);
    }
    let mut all: Vec<&str> = known.iter().map(|range| text.get(range.clone()).unwrap_or_default()).collect();
    let at = at.min(all.len());
    all.splice(at..at, items.iter().map(String::as_str));
    let (Some(open), Some(close)) = (source.chars().next(), source.chars().next_back()) else {
        return Ok(text.to_owned());
    };
    let flat = format!("{open}{}{close}", all.join(", "));
    let before = text.get(line_start(text, whole.start)..whole.start).unwrap_or_default().chars().count();
    let after = text.get(whole.end..line_end(text, whole.end)).unwrap_or_default().trim_end().chars().count();
    let new = if before + flat.chars().count() + after <= width {
        flat
    } else {
        let indent = indent_of(text, whole.start).to_owned();
        let lines: String = all.iter().map(|item| format!("{indent}{INDENT}{item},{newline}")).collect();
        format!("{open}{newline}{lines}{indent}{close}")
    };
    edits.replace(whole, new);
    edits.apply(text)
}

/// Where the items of a literal stand.
fn item_ranges(literal: &Expr) -> Vec<Range<usize>> {
    match literal {
        Expr::Dict(dict) => dict
            .items
            .iter()
            .map(|item| {
                let value = range_of(&item.value);
                let start = item.key.as_ref().map_or(value.start, |key| range_of(key).start);
                start..value.end
            })
            .collect(),
        Expr::List(list) => list.elts.iter().map(range_of).collect(),
        Expr::Tuple(tuple) => tuple.elts.iter().map(range_of).collect(),
        Expr::Set(set) => set.elts.iter().map(range_of).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruff_python_ast::Stmt;

    fn added(text: &str, at: usize, items: &[&str]) -> String {
        let module = Module::parse("settings.py", text).unwrap();
        let Some(Stmt::Assign(assign)) = module.body.first() else { panic!("{text}") };
        let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
        add(&module, &assign.value, at, &items, 30).unwrap()
    }

    #[test]
    fn a_literal_on_several_lines_grows_by_lines() {
        let text = "A = [\n    \"a\",\n    \"b\",\n]\n";
        assert_eq!(added(text, 1, &["\"c\""]), "A = [\n    \"a\",\n    \"c\",\n    \"b\",\n]\n");
        assert_eq!(
            added(text, 2, &["\"c\"", "\"d\""]),
            "A = [\n    \"a\",\n    \"b\",\n    \"c\",\n    \"d\",\n]\n"
        );
        assert_eq!(
            added("A = {\n    \"a\": 1\n}\n", 1, &["\"b\": 2"]),
            "A = {\n    \"a\": 1,\n    \"b\": 2\n}\n"
        );
    }

    #[test]
    fn a_literal_on_one_line_stays_there_where_it_fits() {
        assert_eq!(added("A = (\"a\",)\n", 1, &["\"b\""]), "A = (\"a\", \"b\")\n");
        assert_eq!(added("A = []\n", 0, &["\"b\""]), "A = [\"b\"]\n");
        assert_eq!(
            added("A = [one_thing, another]\n", 1, &["\"b\"", "two"]),
            "A = [\n    one_thing,\n    \"b\",\n    two,\n    another,\n]\n"
        );
    }
}
