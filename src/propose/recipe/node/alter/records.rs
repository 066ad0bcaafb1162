//! The new fields in every list of the resource's fields.

use super::{
    super::records::{Holds, record},
    super::{graft::Work, model::Mapper},
    Alter,
};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{indent_of, line_start},
        script::{Id, Kind},
    },
};
use std::collections::BTreeSet;

/// Every source with such a list, changed.
pub(super) fn changed(alter: &mut Alter<'_>) -> Result<Vec<FileChange>, ProposeError> {
    let plan = &alter.plan;
    let mut files = Vec::new();
    let mut has_rules = false;
    let mut paths: BTreeSet<String> = plan.related.clone();
    paths.insert(plan.table.path.clone());
    for path in paths {
        let Some(source) = plan.survey.get(&path) else { continue };
        let mut work = Work::new(&path, &source.text)?;
        let is_shared = !plan.related.contains(&path);
        let form = if layer_by_path(&path) == Some(Layer::Repository) { plan.form } else { plan.api };
        let mut first = None;
        for id in work.tree.all() {
            let Some(found) = record(work.text, &work.tree, id, &plan.own, form) else { continue };
            let is_listed = !found.is_covered && found.holds != Holds::Samples;
            if alter.change.ask.fields.is_empty() || !is_listed || is_shared && !is_of_table(alter, &work, id)
            {
                continue;
            }
            has_rules |= found.holds == Holds::Rules;
            let mut members = Vec::new();
            for field in &alter.change.ask.fields {
                members.push(alter.context().member(&found, field)?);
            }
            let at = work.tree.range(id).start;
            if let Some(last) = found.members.last() {
                grow(&mut work, (found.id, *last), found.end, &members);
            }
            first.get_or_insert(at);
        }
        for id in work.tree.all() {
            if work.tree.kind(id) != Kind::Array || is_shared || alter.change.ask.fields.is_empty() {
                continue;
            }
            if let Some((at, text)) = names(alter, &work, id) {
                work.add(at, text);
                first.get_or_insert(at);
            }
        }
        if plan.mapper == Mapper::Drizzle && path == plan.table.path {
            first = super::drizzle::declare_indexes(alter, &mut work)?.or(first);
        }
        let new = alter.finished(&path, &work)?;
        if new != source.text {
            files.push(alter.edited(&path, &source.text, new, first.unwrap_or_default()));
        }
    }
    if !has_rules && !alter.change.ask.fields.is_empty() {
        alter.remarks.push(format!(
            "No rules of zod of {} were found, so nothing sends the new field yet.",
            alter.change.ask.name.plural.replace('_', " ")
        ));
    }
    Ok(files)
}

/// Whether a list in a file of several tables is of this one.
pub(super) fn is_of_table(alter: &Alter<'_>, work: &Work<'_>, id: Id) -> bool {
    let line = |id: Id| crate::propose::edits::line_number(work.text, work.tree.range(id).start);
    let mut around = [id].into_iter().chain(work.tree.above(id));
    around.any(|one| {
        let is_home = matches!(work.tree.kind(one), Kind::Interface | Kind::Alias | Kind::Call);
        is_home && line(one) == alter.plan.table.place.line
    })
}

/// Puts members of a list after the last of the resource's own.
pub(super) fn grow(work: &mut Work<'_>, (list, last): (Id, Id), end: &str, members: &[String]) {
    let last = work.tree.range(last);
    let body = work.tree.range(list);
    let is_broken = line_start(work.text, last.start) > body.start;
    let indent = indent_of(work.text, last.start).to_owned();
    let gap = if is_broken { format!("\n{indent}") } else { " ".to_owned() };
    let own = work.text.get(last.clone()).unwrap_or_default();
    let is_closed = own.ends_with([';', ',']);
    let mut text = String::new();
    for member in members {
        match is_closed {
            true => text.push_str(&format!("{gap}{member}{end}")),
            false => text.push_str(&format!("{end}{gap}{member}")),
        }
    }
    work.add(last.end, text);
}

/// Names that join a list of the table's columns, and where.
fn names(alter: &Alter<'_>, work: &Work<'_>, id: Id) -> Option<(usize, String)> {
    use super::super::words::{form_of, in_form, is_field};
    let elements = work.tree.children(id);
    let content = |id: &Id| work.tree.text(*id, work.text).trim_matches(['\'', '"', '`']);
    let is_known = |id: &Id| {
        work.tree.kind(*id) == Kind::Text
            && alter.plan.columns.iter().any(|column| is_field(content(id), column))
    };
    let is_own = |id: &&Id| alter.plan.own.iter().any(|field| is_field(content(id), field));
    // Two names or more say that it lists columns; one may be any text.
    let last =
        elements.iter().rfind(is_own).filter(|_| elements.len() > 1 && elements.iter().all(is_known))?;
    let form = form_of(elements.iter().map(content)).unwrap_or(alter.plan.form);
    let quote = work.tree.text(*last, work.text).chars().next()?;
    let range = work.tree.range(*last);
    let is_broken = line_start(work.text, range.start) > work.tree.range(id).start;
    let gap = if is_broken { format!("\n{}", indent_of(work.text, range.start)) } else { " ".into() };
    let fields = alter.change.ask.fields.iter();
    let added = fields.map(|field| format!(",{gap}{quote}{}{quote}", in_form(&field.column(), form)));
    Some((range.end, added.collect()))
}
