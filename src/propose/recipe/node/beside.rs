//! A function beside another: the same modifiers and place, another name and body.

use super::{graft::Work, guard::work_indent};
use crate::propose::{
    edits::indent_of,
    script::{Id, Kind, Tree},
};

/// What is different.
pub(in crate::propose::recipe) struct Beside<'a> {
    pub(in crate::propose::recipe) name: &'a str,
    /// With their brackets; the other's own where nothing is said.
    pub(in crate::propose::recipe) parameters: Option<&'a str>,
    /// What it promises, where the other one states that.
    pub(in crate::propose::recipe) returns: &'a str,
    /// The statements, each with its end, from the first column.
    pub(in crate::propose::recipe) lines: &'a str,
    pub(in crate::propose::recipe) waits: bool,
}

/// The function of a unit: itself, or its value.
pub(in crate::propose::recipe) fn function_of(tree: &Tree, unit: Id) -> Option<Id> {
    match tree.kind(unit) {
        Kind::Function | Kind::Arrow => Some(unit),
        _ => tree.value(unit),
    }
}

/// A unit with what declares and exports it.
pub(in crate::propose::recipe) fn whole_of(tree: &Tree, unit: Id) -> Id {
    let is_lead = |above: &Id| matches!(tree.kind(*above), Kind::Variables | Kind::Export);
    tree.above(unit).take_while(is_lead).last().unwrap_or(unit)
}

/// The text of a function beside a unit, without the indent of its first line.
pub(in crate::propose::recipe) fn beside(work: &Work<'_>, unit: Id, new: &Beside<'_>) -> Option<String> {
    let tree = &work.tree;
    let whole = whole_of(tree, unit);
    let function = function_of(tree, unit)?;
    let parameters = tree.child(function, Kind::Parameters)?;
    let body = *tree.children(function).last()?;
    let (from, to) = (tree.range(parameters), tree.range(body).start);
    let name = tree.name(unit, work.text)?;
    let head = work.text.get(tree.range(whole).start..from.start)?;
    let head = super::guard::replace_word(head, name, new.name);
    let given = new.parameters.unwrap_or(work.text.get(from.clone())?);
    let head = format!("{head}{given}");
    let is_arrow = tree.kind(function) == Kind::Arrow;
    let head = match head.contains("async ") || !new.waits {
        true => head,
        false => asynchronous(&head, is_arrow, new.name),
    };
    let stated = work.text.get(from.end..to)?;
    let returns =
        if stated.contains("Promise<") { format!(": Promise<{}>", new.returns) } else { String::new() };
    let indent = indent_of(work.text, tree.range(whole).start);
    let deeper = work_indent(work.text);
    let end = if is_arrow && tree.text(whole, work.text).ends_with(';') { ";" } else { "" };
    let lines: String = new
        .lines
        .lines()
        .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{indent}{deeper}{line}\n") })
        .collect();
    let arrow = if is_arrow { " =>" } else { "" };
    Some(format!("{head}{returns}{arrow} {{\n{lines}{indent}}}{end}"))
}

/// With `async` where it belongs.
fn asynchronous(head: &str, is_arrow: bool, name: &str) -> String {
    if is_arrow {
        let at = head.find('(').unwrap_or(0);
        return format!("{}async {}", head.get(..at).unwrap_or_default(), head.get(at..).unwrap_or_default());
    }
    if head.contains("function ") {
        return head.replacen("function ", "async function ", 1);
    }
    head.replacen(name, &format!("async {name}"), 1)
}
