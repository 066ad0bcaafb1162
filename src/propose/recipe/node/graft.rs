//! The example's source with another resource in it.
//!
//! What lists the example's fields lists the new ones, what only the example can do (a search
//! by one of its fields, a rule on one of them) is left out, and names are exchanged. The
//! rest is the repository's own code, as it is written there.

use super::{
    records::{Holds, Record, record},
    words::{Names, is_field, speaks_of},
};
use crate::{
    ports::ProposeError,
    propose::{
        edits::{Edits, line_end, line_start},
        recipe::{fields::Field, rename::Joint},
        script::{Id, Kind, Tree},
    },
};
use std::{collections::BTreeSet, ops::Range};

/// What a source is changed by.
pub(super) struct Graft<'a> {
    pub(super) names: &'a Names,
    /// The example's fields, and what its requests have beside them.
    pub(super) own: &'a [String],
    /// Every column of the example.
    pub(super) columns: &'a [String],
    pub(super) key: &'a str,
    pub(super) fields: &'a [Field],
    /// The form of a column where a record does not show it.
    pub(super) form: Joint,
    /// Whether plain values of the example's fields are samples, as in a test.
    pub(super) in_tests: bool,
    /// How a member of a record is written for a new field.
    pub(super) member: &'a dyn Fn(&Record<'_>, &Field) -> Result<String, ProposeError>,
}

/// One source under change.
pub(in crate::propose::recipe) struct Work<'t> {
    pub(in crate::propose::recipe) text: &'t str,
    pub(in crate::propose::recipe) tree: Tree,
    /// What is left out, whole lines or parts of a chain.
    pub(super) dropped: Vec<Range<usize>>,
    /// Names that are left out with it, and that others may not use.
    pub(super) dead: BTreeSet<String>,
    /// Variables that are left out, and the body in which they were.
    pub(super) gone: Vec<(String, Range<usize>)>,
    edits: Edits,
    /// Texts that are put beside what is there, not renamed.
    added: Vec<String>,
    /// What is written anew, so that nothing in it is looked at again.
    written: Vec<Range<usize>>,
}

impl<'t> Work<'t> {
    pub(in crate::propose::recipe) fn new(path: &str, text: &'t str) -> Result<Self, ProposeError> {
        Ok(Self {
            text,
            tree: Tree::parse(path, text)?,
            dropped: Vec::new(),
            dead: BTreeSet::new(),
            gone: Vec::new(),
            edits: Edits::default(),
            added: Vec::new(),
            written: Vec::new(),
        })
    }

    /// Leaves out a range.
    pub(in crate::propose::recipe) fn drop(&mut self, range: Range<usize>) {
        if !self.is_dropped(&range) {
            self.dropped.push(range);
        }
    }

    /// Puts a text in place of a range, or before it where the range is empty.
    pub(in crate::propose::recipe) fn write(&mut self, range: Range<usize>, text: String) {
        if range.is_empty() {
            return self.add(range.start, text);
        }
        self.written.push(range.clone());
        self.edits.replace(range, text);
    }

    /// Puts a text beside what is there.
    pub(in crate::propose::recipe) fn add(&mut self, at: usize, text: String) {
        self.added.push(text.clone());
        self.edits.insert(at, text);
    }

    /// What was put beside.
    pub(in crate::propose::recipe) fn added(&self) -> impl Iterator<Item = &str> {
        self.added.iter().map(String::as_str)
    }

    pub(in crate::propose::recipe) fn is_dropped(&self, range: &Range<usize>) -> bool {
        self.dropped.iter().any(|dropped| dropped.start <= range.start && range.end <= dropped.end)
    }

    pub(in crate::propose::recipe) fn is_written(&self, range: &Range<usize>) -> bool {
        self.written.iter().any(|written| written.start <= range.start && range.end <= written.end)
    }

    /// The new text of a range of the old.
    pub(in crate::propose::recipe) fn slice(&self, range: Range<usize>) -> Result<String, ProposeError> {
        let mut dropped: Vec<Range<usize>> = self.dropped.clone();
        dropped.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        let mut outer: Vec<Range<usize>> = Vec::new();
        for range in dropped {
            match outer.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => outer.push(range),
            }
        }
        let mut edits = Edits::default();
        for (at, new) in self.edits.within(&range) {
            let is_gone = |dropped: &Range<usize>| match at.is_empty() {
                true => dropped.start < at.start && at.end < dropped.end,
                false => dropped.start <= at.start && at.end <= dropped.end,
            };
            if !outer.iter().any(is_gone) {
                edits.replace(at.start - range.start..at.end - range.start, new);
            }
        }
        for dropped in outer {
            let (start, end) = (dropped.start.max(range.start), dropped.end.min(range.end));
            if start < end {
                edits.replace(start - range.start..end - range.start, "");
            }
        }
        edits.apply(self.text.get(range).unwrap_or_default())
    }
}

impl Graft<'_> {
    /// Writes the new fields where the example's are listed.
    pub(super) fn records(&self, work: &mut Work<'_>) -> Result<(), ProposeError> {
        for id in work.tree.all() {
            if work.is_written(&work.tree.range(id)) {
                continue;
            }
            let found = record(work.text, &work.tree, id, self.own, self.form);
            let found = found.filter(|found| self.in_tests || found.holds != Holds::Samples);
            if let Some(found) = found {
                self.rewrite(work, &found)?;
            } else if work.tree.kind(id) == Kind::Array {
                self.names_in(work, id);
            }
        }
        Ok(())
    }

    fn rewrite(&self, work: &mut Work<'_>, found: &Record<'_>) -> Result<(), ProposeError> {
        let mut members = Vec::new();
        if !found.is_covered {
            for field in self.fields {
                members.push((self.member)(found, field)?);
            }
        }
        let ranges: Vec<Range<usize>> = found.members.iter().map(|id| work.tree.range(*id)).collect();
        let (Some(first), Some(body)) = (ranges.first(), Some(work.tree.range(found.id))) else {
            return Ok(());
        };
        let is_broken = line_start(work.text, first.start) > body.start;
        let indent = crate::propose::edits::indent_of(work.text, first.start).to_owned();
        let separator = match (is_broken, found.end) {
            (true, end) => format!("{end}\n{indent}"),
            (false, "") => ", ".to_owned(),
            (false, end) => format!("{end} "),
        };
        if members.is_empty() {
            for range in &ranges {
                work.drop(with_separator(work.text, range, is_broken));
            }
            return Ok(());
        }
        let end_of = |range: &Range<usize>| {
            let own = work.text.get(range.clone()).unwrap_or_default();
            range.start + own.trim_end_matches([';', ',']).len()
        };
        let mut text = members.join(&separator);
        if found.is_stated_end && first.end > end_of(first) {
            text.push_str(found.end);
        }
        // Where the last member goes and had no comma after it, the new last one has none.
        let children = work.tree.children(found.id);
        let is_end =
            ranges.len() > 1 && children.last() == found.members.last() && is_broken && !found.is_stated_end;
        let rest = ranges.last().and_then(|last| work.text.get(last.end..)).unwrap_or_default();
        let comma = work.text.get(first.end..).is_some_and(|rest| rest.starts_with(','));
        let end = first.end + usize::from(is_end && comma && !rest.starts_with(','));
        work.write(first.start..end, text);
        for range in ranges.iter().skip(1) {
            work.drop(with_separator(work.text, range, is_broken));
        }
        Ok(())
    }

    /// A list of the example's columns by name.
    fn names_in(&self, work: &mut Work<'_>, id: Id) {
        let elements: Vec<Id> = work.tree.children(id).to_vec();
        let content = |id: &Id| work.tree.text(*id, work.text).trim_matches(['\'', '"', '`']).to_owned();
        let is_text = |id: &Id| work.tree.kind(*id) == Kind::Text;
        let known = |id: &Id| self.columns.iter().any(|column| is_field(&content(id), column));
        if elements.is_empty() || !elements.iter().all(|id| is_text(id) && known(id)) {
            return;
        }
        let own: Vec<Id> = elements
            .iter()
            .copied()
            .filter(|id| self.own.iter().any(|field| is_field(&content(id), field)))
            .collect();
        let Some(first) = own.first() else { return };
        let quote = work.tree.text(*first, work.text).chars().next().unwrap_or('\'');
        let all: Vec<String> = elements.iter().map(content).collect();
        let form = super::words::form_of(all.iter().map(String::as_str)).unwrap_or(self.form);
        let new: Vec<String> = self
            .fields
            .iter()
            .map(|field| format!("{quote}{}{quote}", super::words::in_form(&field.column(), form)))
            .collect();
        let body = work.tree.range(id);
        let first_range = work.tree.range(*first);
        let is_broken = line_start(work.text, first_range.start) > body.start;
        let indent = crate::propose::edits::indent_of(work.text, first_range.start);
        let separator = if is_broken { format!(",\n{indent}") } else { ", ".to_owned() };
        work.write(first_range, new.join(&separator));
        for id in own.iter().skip(1) {
            let range = work.tree.range(*id);
            work.drop(with_separator(work.text, &range, is_broken));
        }
    }

    /// Leaves out what speaks of the example's fields or of names that are left out; says
    /// whether anything was.
    pub(super) fn prune(&self, work: &mut Work<'_>, dead: &BTreeSet<String>) -> bool {
        let mut again = false;
        loop {
            let mut found = None;
            for id in work.tree.all() {
                let range = work.tree.range(id);
                if work.is_dropped(&range) || work.is_written(&range) || !self.is_foreign(work, id, dead) {
                    continue;
                }
                if self.in_order(work, id) {
                    continue;
                }
                found = Some(id);
                break;
            }
            let Some(id) = found else { return again };
            again = true;
            let range = removable(work, id);
            work.drop(range.clone());
            // A function that lost its last statement has lost its result.
            let bodies: Vec<Id> = work
                .tree
                .above(id)
                .filter(|above| work.tree.kind(*above) == Kind::Body)
                .filter(|body| {
                    let last = work.tree.children(*body).last().map(|last| work.tree.range(*last));
                    last.is_some_and(|last| range.start <= last.start && last.end <= range.end)
                })
                .collect();
            for body in bodies {
                let function = work.tree.parent(body);
                let range = removable(work, function);
                work.drop(range);
            }
        }
    }

    /// Whether a name or a text belongs to the example alone.
    fn is_foreign(&self, work: &Work<'_>, id: Id, dead: &BTreeSet<String>) -> bool {
        let text = work.tree.text(id, work.text);
        let parent = work.tree.parent(id);
        match work.tree.kind(id) {
            Kind::Name => {
                let at = work.tree.range(id);
                let is_gone = work
                    .gone
                    .iter()
                    .any(|(name, body)| name == text && body.start <= at.start && at.end <= body.end);
                if is_gone || (dead.contains(text) && work.tree.kind(parent) != Kind::Specifier) {
                    return true;
                }
                let fields = || self.own.iter().any(|field| speaks_of(text, field, &self.names.like));
                fields() && !self.is_of_another(work, id, parent)
            }
            Kind::Text => {
                let content = text.trim_matches(['\'', '"']);
                self.own.iter().any(|field| is_field(content, field))
                    && work.tree.kind(parent) != Kind::Import
            }
            Kind::TextPart => {
                let before = work.text.get(..work.tree.range(parent).start).unwrap_or_default();
                let is_query = before.ends_with("sql");
                is_query
                    && text
                        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                        .any(|word| self.own.iter().any(|field| is_field(word, field)))
            }
            _ => false,
        }
    }

    /// The same word, but of something else: `error.name`, `res.status(…)`, `message: '…'`.
    fn is_of_another(&self, work: &Work<'_>, id: Id, parent: Id) -> bool {
        match work.tree.kind(parent) {
            Kind::Specifier => true,
            Kind::Member => {
                let children = work.tree.children(parent);
                let is_property = children.last() == Some(&id);
                let object = children.first().map_or("", |id| work.tree.text(*id, work.text));
                let above = work.tree.parent(parent);
                let is_called =
                    work.tree.kind(above) == Kind::Call && work.tree.children(above).first() == Some(&parent);
                is_property
                    && (is_called
                        && !self.names.touches(work.tree.text(id, work.text))
                        && work.tree.text(id, work.text).len() < 9
                        || matches!(object, "error" | "err" | "e" | "cause" | "this"))
            }
            Kind::Property => {
                let is_key = work.tree.children(parent).first() == Some(&id);
                let value = work.tree.value(parent).map(|id| work.tree.kind(id));
                is_key
                    && !work.tree.is_shorthand(parent)
                    && matches!(value, Some(Kind::Text | Kind::Template | Kind::Number))
            }
            _ => false,
        }
    }

    /// Exchanges the name in what is left.
    pub(super) fn rename(&self, work: &mut Work<'_>) {
        let mut changes = Vec::new();
        for id in work.tree.all() {
            let range = work.tree.range(id);
            if work.is_dropped(&range) || work.is_written(&range) {
                continue;
            }
            let text = work.tree.text(id, work.text);
            let new = match work.tree.kind(id) {
                // A type that lists tables by the names that the database has.
                Kind::Name
                    if self.names.by_table
                        && text == self.names.like_table
                        && work.tree.kind(work.tree.parent(id)) == Kind::ShapeMember =>
                {
                    self.names.table.clone()
                }
                Kind::Name => self.names.code(text),
                Kind::Text => {
                    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
                    let quote = text.get(..1).unwrap_or("'");
                    let is_source =
                        matches!(work.tree.kind(work.tree.parent(id)), Kind::Import | Kind::ExportFrom);
                    let above = work.tree.callee(work.tree.parent(id), work.text);
                    let is_title =
                        above.is_some_and(|(name, _)| matches!(name, "describe" | "suite" | "it" | "test"));
                    let new = match (is_source, is_title) {
                        (true, _) => self.names.path(inner),
                        (_, true) => self.names.sentence(inner),
                        _ => self.names.literal(inner, self.form),
                    };
                    format!("{quote}{new}{quote}")
                }
                Kind::TextPart => self.names.literal(text, self.form),
                _ => continue,
            };
            // A shorthand's key and value, and a name that is imported as itself, are one.
            if new != text && !changes.iter().any(|(known, _)| *known == range) {
                changes.push((range, new));
            }
        }
        changes.extend(comments(work.text).into_iter().filter_map(|range| {
            let text = work.text.get(range.clone())?;
            let new = self.names.sentence(text);
            (new != text && !work.is_dropped(&range)).then_some((range, new))
        }));
        for (range, new) in changes {
            work.edits.replace(range, new);
        }
    }
}

/// A member with the comma and blanks that part it from what stands before.
pub(in crate::propose::recipe) fn with_separator(
    text: &str,
    range: &Range<usize>,
    is_broken: bool,
) -> Range<usize> {
    if is_broken {
        return line_start(text, range.start)..line_end(text, range.end);
    }
    let before = text.get(..range.start).unwrap_or_default();
    let trimmed = before.trim_end();
    match trimmed.strip_suffix([',', ';']) {
        Some(shorter) => shorter.len()..range.end,
        None => {
            let rest = text.get(range.end..).unwrap_or_default();
            let skip = rest.len() - rest.trim_start_matches([',', ';', ' ']).len();
            range.start..range.end + skip
        }
    }
}

/// Comments of a source, outside of texts.
fn comments(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let inner = line.trim_start();
        if inner.starts_with("//") || inner.starts_with("/*") || inner.starts_with('*') {
            found.push(at..at + line.len());
        }
        at += line.len();
    }
    found
}

/// What has to go where a name has to go: the statement, the member, the link of a chain.
fn removable(work: &mut Work<'_>, id: Id) -> Range<usize> {
    super::removal::removable(work, id)
}
