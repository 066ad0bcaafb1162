//! The handler that answers with a number.

use super::{code::Unit, copy::Copy, count};
use crate::{
    ports::ProposeError,
    propose::{
        edits::indent_of,
        recipe::node::{
            beside::whole_of,
            guard::{replace_word, work_indent},
        },
        script::{Id, Kind, Tree},
    },
};

/// The handler that answers with the number, in the envelope that one row has.
pub(super) fn counting(copy: &Copy<'_, '_>, get: Unit<'_>) -> Result<String, ProposeError> {
    let (asked, unit) = (copy.asked, copy.unit());
    let (tree, text) = (&copy.work.tree, copy.work.text);
    let number = count::number(copy)?;
    let gone = || {
        ProposeError::NotApplicable(format!("how {} answers could not be followed", asked.code.place(unit)))
    };
    let answer = answer(tree, text, unit.function).ok_or_else(gone)?;
    let callee = tree.children(answer).first().map_or("", |id| tree.text(*id, text));
    let body = tree.children(unit.function).last().copied().ok_or_else(gone)?;
    let is_returned = tree.kind(tree.parent(answer)) == Kind::Return || tree.kind(body) != Kind::Body;
    let (source, row) = asked.code.get(get.path)?;
    let wrapped = answer_key(row, &source.text, get.function)
        .map_or("{ count }".to_owned(), |key| format!("{{ {key}: {{ count }} }}"));
    let end = asked.end();
    let mut lines: Vec<String> = number.before.iter().map(|line| format!("{line}{end}")).collect();
    let waits = if number.waits { "await " } else { "" };
    lines.push(format!("const count = {waits}{}{end}", number.value));
    lines.push(format!("{}{callee}({wrapped}){end}", if is_returned { "return " } else { "" }));
    let base = indent_of(text, tree.range(unit.function).end.saturating_sub(1));
    let deeper = format!("{base}{}", work_indent(text));
    let lines: String =
        lines.iter().flat_map(|one| one.lines()).map(|line| format!("{deeper}{line}\n")).collect();
    if unit.node != unit.function {
        let name = asked.name_for(asked.code.name(unit));
        let whole = whole_of(tree, unit.node);
        let head = text.get(tree.range(whole).start..tree.range(body).start).unwrap_or_default();
        let head = replace_word(head, asked.code.name(unit), &name);
        let tail = text.get(tree.range(body).end..tree.range(whole).end).unwrap_or_default();
        return Ok(format!("{head}{{\n{lines}{base}}}{tail}"));
    }
    let head = text.get(tree.range(unit.function).start..tree.range(body).start).unwrap_or_default();
    Ok(format!("{head}{{\n{lines}{base}}}"))
}

/// The call with which a handler answers.
fn answer(tree: &Tree, text: &str, function: Id) -> Option<Id> {
    tree.below(function).filter(|id| tree.kind(*id) == Kind::Call).find(|id| {
        tree.callee(*id, text).is_some_and(|(name, object)| {
            matches!(name, "json" | "send")
                && object.is_some_and(|object| !tree.text(object, text).contains("req"))
        })
    })
}

/// The member in which an answer has its row: `data` of `{ data: user }`.
fn answer_key<'t>(tree: &Tree, text: &'t str, function: Id) -> Option<&'t str> {
    let given = *tree.arguments(answer(tree, text, function)?).first()?;
    match tree.children(given) {
        [one] if tree.kind(given) == Kind::Object && tree.kind(*one) == Kind::Property => {
            tree.name(*one, text)
        }
        _ => None,
    }
}
