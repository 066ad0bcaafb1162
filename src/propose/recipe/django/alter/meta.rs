//! Indexes and constraints among a model's options.

use super::{
    super::{
        survey::{assigned, bases, elements, nested},
        write::Habits,
    },
    Alter,
};
use crate::propose::{
    edits::{Edits, indent_of, line_end},
    python::{Module, last_name, range_of},
    recipe::alter::Index,
};
use ruff_python_ast::{Expr, Stmt, StmtClassDef};

/// Longest name of an index that Django takes.
const LONGEST: usize = 30;

/// `book_title_idx`, shortened where Django would not take it.
pub(super) fn name_of(model: &str, index: &Index) -> String {
    let end = if index.unique { "uniq" } else { "idx" };
    let whole = format!("{}_{}_{end}", model.to_lowercase(), index.field);
    if whole.len() <= LONGEST {
        return whole;
    }
    // The sum tells two long names with one beginning apart.
    let sum = whole.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    let head: String = whole.chars().take(LONGEST - end.len() - 8).collect();
    format!("{}_{:06x}_{end}", head.trim_end_matches('_'), sum & 0x00ff_ffff)
}

/// The entry of an index: `models.Index(fields=["title"], name="book_title_idx")`.
pub(super) fn entry(model: &str, index: &Index) -> String {
    let kind = if index.unique { "UniqueConstraint" } else { "Index" };
    format!("models.{kind}(⟨fields=[\"{}\"]¦name=\"{}\"⟩)", index.field, name_of(model, index))
}

/// Adds the entries to the model's options; gives the statement that was changed, if any.
pub(super) fn options<'m>(
    alter: &Alter<'_>,
    module: &Module<'_>,
    class: &'m StmtClassDef,
    indent: &str,
    at: usize,
    edits: &mut Edits,
) -> Option<&'m Stmt> {
    let model = alter.model.class.as_str();
    let mut lists: Vec<(&str, Vec<String>)> = Vec::new();
    for (name, unique) in [("indexes", false), ("constraints", true)] {
        let wanted = alter.named_indexes();
        let entries = wanted.iter().filter(|index| index.unique == unique);
        let entries: Vec<String> = entries.map(|index| entry(model, index)).collect();
        if !entries.is_empty() {
            lists.push((name, entries));
        }
    }
    if lists.is_empty() {
        return None;
    }
    let stmt =
        class.body.iter().find(|stmt| matches!(stmt, Stmt::ClassDef(inner) if inner.name.as_str() == "Meta"));
    match nested(class, "Meta") {
        Some(body) => {
            let inner = body.first().map_or("        ", |stmt| indent_of(module.text, range_of(stmt).start));
            for (name, entries) in &lists {
                grow(module, body, inner, (name, entries), &alter.habits, edits);
            }
        }
        None => {
            let base = options_base(alter, class);
            let mut text = format!("\n{indent}class Meta{base}:\n");
            for (name, entries) in &lists {
                text.push_str(&format!("{indent}    {name} = [⟨{}⟩]\n", entries.join("¦")));
            }
            edits.insert(at, format!("\n{}", alter.habits.written(&text).trim_start_matches('\n')));
        }
    }
    stmt
}

/// `(TimeStamped.Meta)` where options of a base would be lost otherwise.
fn options_base(alter: &Alter<'_>, class: &StmtClassDef) -> String {
    for base in bases(class).iter().filter_map(last_name) {
        let Some(model) = alter.survey.models.get(base).filter(|model| model.is_abstract) else { continue };
        let body = alter.survey.class(&model.path, base).and_then(|(_, class)| nested(class, "Meta"));
        let has_more = body
            .into_iter()
            .flatten()
            .any(|stmt| super::columns::name_of(stmt).is_some_and(|name| name != "abstract"));
        if has_more {
            return format!("({base}.Meta)");
        }
    }
    String::new()
}

/// A list among the options, with entries more.
fn grow(
    module: &Module<'_>,
    body: &[Stmt],
    indent: &str,
    (name, entries): (&str, &[String]),
    habits: &Habits,
    edits: &mut Edits,
) {
    let text = module.text;
    let added = entries.join("¦");
    let stmt = body.iter().find(|stmt| super::columns::name_of(stmt) == Some(name));
    let list = assigned(body, name).filter(|list| matches!(list, Expr::List(_)));
    match (stmt, list) {
        (Some(stmt), Some(list)) => {
            let known: Vec<&str> = elements(list).iter().map(|one| module.source(one)).collect();
            let last = elements(list).last().map(range_of);
            match last.filter(|_| module.source(list).contains('\n')) {
                Some(last) => {
                    let inner = indent_of(text, last.start);
                    let more = habits.written(&format!("{inner}{}", entries.join(&format!(",\n{inner}"))));
                    edits.insert(last.end, format!(",\n{}", more.trim_end()));
                }
                None => {
                    let all = known.iter().map(|one| (*one).to_owned()).chain([added]);
                    let line = format!("{indent}{name} = [⟨{}⟩]", all.collect::<Vec<_>>().join("¦"));
                    edits.replace(range_of(stmt), habits.written(&line).trim().to_owned());
                }
            }
        }
        _ => {
            let at = body.last().map_or(0, |last| line_end(text, range_of(last).end));
            edits.insert(at, habits.written(&format!("{indent}{name} = [⟨{added}⟩]")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_indexes_are_never_too_long_and_never_the_same() {
        let index = |field: &str| Index { field: field.into(), unique: false };
        assert_eq!(name_of("Book", &index("title")), "book_title_idx");
        let long = ["a_very_long_name_of_a_field_one", "a_very_long_name_of_a_field_two"]
            .map(|field| name_of("Bookshelf", &index(field)));
        assert!(long.iter().all(|name| name.len() <= LONGEST) && long[0] != long[1], "{long:?}");
    }
}
