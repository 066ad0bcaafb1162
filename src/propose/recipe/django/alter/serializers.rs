//! The new fields in the serializers of a model that list what they show.

use super::{
    super::{
        survey::{assigned, bases, elements, nested},
        write::Habits,
    },
    Alter,
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of},
        python::{Module, last_name, range_of, string_value},
        recipe::alter::is_time,
    },
};
use ruff_python_ast::{Expr, Stmt, StmtClassDef};

/// Words beside the model's name in the name of a serializer that shows all of a row.
const WHOLE: [&str; 15] = [
    "", "Base", "Create", "Update", "Patch", "Write", "Read", "Detail", "Detailed", "Full", "In", "Out",
    "Input", "Output", "Model",
];

/// Every file with such serializers, changed.
pub(super) fn changed(alter: &mut Alter<'_>) -> Result<Vec<FileChange>, ProposeError> {
    let mut files = Vec::new();
    let mut remarks = Vec::new();
    let mut is_found = false;
    for (path, module) in &alter.survey.modules {
        let mut edits = Edits::default();
        let mut like = None;
        for class in module.classes() {
            let Some(meta) = meta_of(class, &alter.model.class) else { continue };
            let line = module.line(&class.name);
            let Some((stmt, list)) = listed(meta) else {
                is_found |= assigned(meta, "fields").is_some() || assigned(meta, "exclude").is_some();
                continue;
            };
            if !is_whole(class.name.as_str(), &alter.model.class) {
                remarks.push(format!(
                    "{} at {path}:{line} shows some fields only; whether it shows the new ones is yours to say.",
                    class.name
                ));
                continue;
            }
            is_found = true;
            let names = alter.change.ask.fields.iter().map(|field| field.name.as_str());
            let names: Vec<&str> = names.filter(|name| !has(list, name)).collect();
            if !names.is_empty() {
                grow(module, stmt, list, &names, &alter.habits, &mut edits);
                like.get_or_insert(Place::new(*path, module.line(stmt)));
            }
        }
        let new = edits.apply(module.text)?;
        if new != module.text {
            files.push(alter.edited(module, path, new, like, Layer::Schema));
        }
    }
    if !is_found {
        remarks.push(format!(
            "No serializer of {} lists its fields, so nothing sends or shows the new one yet.",
            alter.model.class
        ));
    }
    alter.remarks.extend(remarks);
    Ok(files)
}

/// The options of a serializer of the model.
fn meta_of<'c>(class: &'c StmtClassDef, model: &str) -> Option<&'c [Stmt]> {
    let is_serializer = bases(class).iter().filter_map(last_name).any(|name| name.ends_with("Serializer"));
    let meta = nested(class, "Meta").filter(|_| is_serializer)?;
    (assigned(meta, "model").and_then(last_name) == Some(model)).then_some(meta)
}

/// The statement that lists the fields, and the list.
fn listed(meta: &[Stmt]) -> Option<(&Stmt, &Expr)> {
    let stmt = meta.iter().find(|stmt| super::columns::name_of(stmt) == Some("fields"))?;
    let list = assigned(meta, "fields").filter(|list| matches!(list, Expr::List(_) | Expr::Tuple(_)))?;
    elements(list).iter().all(|one| string_value(one).is_some()).then_some((stmt, list))
}

fn is_whole(serializer: &str, model: &str) -> bool {
    let stem = serializer.strip_suffix("Serializer").unwrap_or(serializer);
    let rest = stem.strip_prefix(model).or_else(|| stem.strip_suffix(model));
    rest.is_some_and(|rest| WHOLE.contains(&rest.trim_end_matches("Model")))
}

fn has(list: &Expr, name: &str) -> bool {
    elements(list).iter().any(|one| string_value(one).as_deref() == Some(name))
}

/// The list with names more, before those of times.
fn grow(module: &Module<'_>, stmt: &Stmt, list: &Expr, names: &[&str], habits: &Habits, edits: &mut Edits) {
    let known = elements(list);
    let is_own = |one: &Expr| string_value(one).is_some_and(|name| !is_time(&name));
    let after = known.iter().rposition(is_own).or(known.len().checked_sub(1));
    let several_lines = module.source(list).contains('\n');
    if let (true, Some(after)) = (several_lines, after.and_then(|after| known.get(after))) {
        let at = range_of(after);
        let indent = indent_of(module.text, at.start);
        let first = indent.len() == at.start - crate::propose::edits::line_start(module.text, at.start);
        let mut added = String::new();
        for name in names {
            let quoted = format!("{0}{name}{0}", habits.quote);
            added.push_str(&if first { format!(",\n{indent}{quoted}") } else { format!(", {quoted}") });
        }
        edits.insert(at.end, added);
        return;
    }
    let mut all: Vec<String> =
        known.iter().filter_map(string_value).map(|name| format!("\"{name}\"")).collect();
    let at = after.map_or(0, |after| after + 1);
    for (offset, name) in names.iter().enumerate() {
        all.insert((at + offset).min(all.len()), format!("\"{name}\""));
    }
    let (open, close) = if matches!(list, Expr::Tuple(_)) { ('(', ')') } else { ('[', ']') };
    let end = if all.len() == 1 && open == '(' { "," } else { "" };
    let indent = indent_of(module.text, range_of(stmt).start);
    let line = habits.written(&format!("{indent}fields = {open}⟨{}{end}⟩{close}", all.join("¦")));
    edits.replace(range_of(stmt), line.trim().to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serializer_shows_all_where_its_name_does_not_say_otherwise() {
        for name in ["BookSerializer", "BookCreateSerializer", "CreateBookSerializer", "BookModelSerializer"]
        {
            assert!(is_whole(name, "Book"), "{name}");
        }
        for name in ["BookSummarySerializer", "BookListSerializer", "BookshelfSerializer"] {
            assert!(!is_whole(name, "Book"), "{name}");
        }
    }
}
