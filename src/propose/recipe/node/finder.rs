//! The function that says whether a parent's row is there, beside the one that finds the
//! example's: the same modifiers, parameters and place, another body.

use super::{
    beside::{Beside, beside, function_of, whole_of},
    files::units,
    graft::Work,
    model::Parent,
};
use crate::{
    ports::ProposeError,
    propose::{
        edits::{indent_of, line_start},
        recipe::names::pascal,
        script::{Id, Kind},
    },
};

/// `hasAuthor`.
pub(super) fn name(parent: &Parent) -> String {
    format!("has{}", pascal(&parent.field.name))
}

/// Puts it into one file, or its name where the file imports or lists the finder; `asking`
/// gives the body that asks a database of that name. Says whether a body was written.
pub(super) fn put(
    work: &mut Work<'_>,
    finder: &str,
    parents: &[Parent],
    asking: &dyn Fn(&str, &Parent, &str) -> Result<String, ProposeError>,
) -> Result<bool, ProposeError> {
    let unit = units(work).find(|id| work.tree.name(*id, work.text) == Some(finder));
    let mut is_put = false;
    if let Some(unit) = unit {
        let Some((whole, made)) = made(work, unit, parents, asking)? else { return Ok(false) };
        is_put = true;
        let range = work.tree.range(whole);
        let is_member = matches!(work.tree.kind(work.tree.parent(whole)), Kind::Object);
        let indent = indent_of(work.text, range.start).to_owned();
        let lead = if is_member { ",\n\n" } else { "\n\n" };
        let text: String = made.iter().map(|one| format!("{lead}{indent}{one}")).collect();
        work.add(range.end, text);
    }
    let tree = &work.tree;
    let mut named = Vec::new();
    for id in tree.all().filter(|id| !work.is_dropped(&tree.range(*id))) {
        let is_it = tree.name(id, work.text) == Some(finder);
        match tree.kind(id) {
            Kind::ShapeMember if is_it => named.push((id, true)),
            Kind::Property if is_it && tree.is_shorthand(id) => named.push((id, false)),
            Kind::Specifier if tree.text(id, work.text) == finder => named.push((id, false)),
            _ => {}
        }
    }
    for (id, is_signature) in named {
        let range = work.tree.range(id);
        let indent = indent_of(work.text, range.start).to_owned();
        let before = work.text.get(line_start(work.text, range.start)..range.start).unwrap_or_default();
        let is_alone = before.trim().is_empty();
        for parent in parents {
            let text = if is_signature { signature(work, id, parent) } else { name(parent) };
            let lead = match (is_signature, is_alone) {
                (true, _) => format!("\n{indent}"),
                (false, true) => format!(",\n{indent}"),
                (false, false) => ", ".to_owned(),
            };
            work.add(range.end, format!("{lead}{text}"));
        }
    }
    Ok(is_put)
}

/// `hasAuthor(id: number): Promise<boolean>;`
fn signature(work: &Work<'_>, id: Id, parent: &Parent) -> String {
    let source = work.tree.text(id, work.text);
    let head = source.rsplit_once("Promise<").map_or(source, |(head, _)| head);
    let end = if source.ends_with(';') { ";" } else { "" };
    let head = head.trim_end().trim_end_matches(';');
    let head =
        super::guard::replace_word(head, work.tree.name(id, work.text).unwrap_or_default(), &name(parent));
    format!("{head} Promise<boolean>{end}")
}

/// The whole of the finder, and the functions that stand beside it.
fn made(
    work: &Work<'_>,
    unit: Id,
    parents: &[Parent],
    asking: &dyn Fn(&str, &Parent, &str) -> Result<String, ProposeError>,
) -> Result<Option<(Id, Vec<String>)>, ProposeError> {
    let tree = &work.tree;
    let Some(function) = function_of(tree, unit) else { return Ok(None) };
    let Some(parameters) = tree.child(function, Kind::Parameters) else { return Ok(None) };
    let Some(body) = tree.children(function).last().copied() else { return Ok(None) };
    let Some(last) = tree.children(parameters).last().and_then(|one| tree.name(*one, work.text)) else {
        return Ok(None);
    };
    let Some(database) = database(tree.text(body, work.text)) else { return Ok(None) };
    let mut all = Vec::new();
    for parent in parents {
        let lines = asking(&database, parent, last)?;
        let name = name(parent);
        let new = Beside { name: &name, parameters: None, returns: "boolean", lines: &lines, waits: true };
        all.extend(beside(work, unit, &new));
    }
    Ok(Some((whole_of(tree, unit), all)))
}

/// What a query is asked of: what stands before its first word.
pub(super) fn database(body: &str) -> Option<String> {
    const WORDS: [&str; 6] =
        [".selectFrom(", ".select(", ".query.", ".findUnique", ".findFirst", ".findMany"];
    let flat: String = body.split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".");
    let at = WORDS.iter().filter_map(|word| flat.find(word)).min()?;
    let before = flat.get(..at)?;
    let start = before
        .rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '#')))
        .map_or(0, |at| at + 1);
    let mut found = before.get(start..)?.to_owned();
    if flat.get(at..)?.starts_with(".find") {
        // `prisma.user.findUnique`: the model is no part of it.
        found = found.rsplit_once('.')?.0.to_owned();
    }
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_asked_of_what_stands_before_it() {
        for (body, expected) in [
            ("{ return db.selectFrom('users').selectAll() }", Some("db")),
            ("{ const row = await this.database\n\t\t.selectFrom(\"a\") }", Some("this.database")),
            ("prisma.user.findUnique({ where: { id } })", Some("prisma")),
            ("{ return rows.get(id) }", None),
        ] {
            assert_eq!(database(body).as_deref(), expected);
        }
    }
}
