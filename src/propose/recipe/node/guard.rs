//! The row that a new one belongs to is looked for, the way the example looks for its own.
//!
//! Where the example reads a row and says that there is none (`const user = await
//! users.findById(id)` and the `if` after it), the same is said before a row is made or
//! changed: of another table, and asked of a function beside the one that finds the example's.

use super::{
    files::{Files, units},
    graft::Work,
    model::Parent,
    words::Names,
};
use crate::{
    ports::ProposeError,
    propose::{
        edits::{indent_of, line_end},
        recipe::{
            names::camel,
            rename::{Joint, Renamer},
            typescript::words,
        },
        script::{Id, Kind},
    },
};
use std::{collections::BTreeSet, ops::Range};

/// What a row is asked for by, and what is said where there is none.
pub(super) struct Guard {
    file: usize,
    /// The statement that reads, and what is done where there is no row.
    read: Range<usize>,
    leaves: Range<usize>,
    /// The variable that holds the row, and what it is asked for by.
    row: String,
    argument: Range<usize>,
    /// The function of another part that is asked; empty where the query stands right there.
    finder: String,
    /// What stands before the value where the argument is a shorthand: `id: `.
    lead: &'static str,
    /// What is called, from after `await` to the argument.
    call: Range<usize>,
}

/// A place before which the two statements are put.
struct Spot {
    at: usize,
    indent: String,
    /// The variable that has the new values.
    body: String,
    is_change: bool,
}

/// Finds the example's own.
pub(super) fn find(files: &Files<'_>) -> Option<Guard> {
    for (file, work) in files.works() {
        for read in work.tree.all().filter(|id| work.tree.kind(*id) == Kind::Variables) {
            if let Some(guard) = guard(files, file, work, read) {
                return Some(guard);
            }
        }
    }
    None
}

fn guard(files: &Files<'_>, file: usize, work: &Work<'_>, read: Id) -> Option<Guard> {
    let tree = &work.tree;
    let body = tree.parent(read);
    let siblings = tree.children(body);
    let at = siblings.iter().position(|id| *id == read)?;
    let check = *siblings.get(at + 1)?;
    let variable = *tree.children(read).first()?;
    // `user`, or `[user]` where a query gives a list.
    let pattern = tree.text(*tree.children(variable).first()?, work.text);
    let row = pattern.trim_start_matches('[').trim_end_matches(']').trim();
    if row.is_empty() || !row.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$') {
        return None;
    }
    let awaited = tree.value(variable).filter(|id| tree.kind(*id) == Kind::Await)?;
    let call = *tree.children(awaited).first()?;
    if tree.kind(body) != Kind::Body || tree.kind(check) != Kind::If || tree.kind(call) != Kind::Call {
        return None;
    }
    let test = tree.text(*tree.children(check).first()?, work.text);
    let is_absent = [
        format!("!{row}"),
        format!("{row} === undefined"),
        format!("{row} === null"),
        format!("{row} == null"),
    ];
    let is_left = tree.below(check).any(|id| matches!(tree.kind(id), Kind::Throw | Kind::Return));
    if !is_absent.iter().any(|absent| absent == test) || !is_left {
        return None;
    }
    let (name, _) = tree.callee(call, work.text)?;
    let given = tree.arguments(call);
    let leaves = tree.range(*tree.children(check).get(1)?);
    let start = tree.range(call).start;
    let found = |argument: Id, finder: &str, lead: &'static str| Guard {
        lead,
        file,
        read: tree.range(read),
        leaves: leaves.clone(),
        row: row.to_owned(),
        argument: tree.range(argument),
        finder: finder.to_owned(),
        call: start..tree.range(argument).start,
    };
    if files.unit(name, file).is_some_and(|(other, _)| other != file) {
        return given.last().filter(|_| given.len() < 3).map(|argument| found(*argument, name, ""));
    }
    // The query itself: what it is asked for by is a plain name in it.
    let text = tree.text(call, work.text);
    let reads = ["select", "find", "query"].iter().any(|word| text.contains(word));
    let argument = tree
        .below(call)
        .filter(|id| tree.kind(*id) == Kind::Name && tree.text(*id, work.text) == "id")
        .rfind(|id| tree.kind(tree.parent(*id)) != Kind::Member)
        .filter(|_| reads)?;
    let parent = tree.parent(argument);
    let is_short = tree.kind(parent) == Kind::Property && tree.is_shorthand(parent);
    Some(found(argument, "", if is_short { "id: " } else { "" }))
}

impl Guard {
    /// Puts the look for a parent before every place where rows are made or changed, and the
    /// function that looks beside the example's own; says whether there was such a place.
    pub(super) fn put(
        &self,
        files: &mut Files<'_>,
        names: &Names,
        parents: &[Parent],
        asking: &dyn Fn(&str, &Parent, &str) -> Result<String, ProposeError>,
        form: Joint,
    ) -> Result<bool, ProposeError> {
        let Some(work) = files.work_mut(self.file) else { return Ok(false) };
        let spots = spots(work);
        if !spots.iter().any(|spot| !spot.is_change) {
            return Ok(false);
        }
        for spot in &spots {
            let text: String =
                parents.iter().map(|parent| self.statements(work, parent, names, spot, form)).collect();
            work.add(spot.at, text);
        }
        if self.finder.is_empty() {
            return Ok(true);
        }
        let mut is_put = false;
        for file in 0..files.works().count() {
            let Some(work) = files.work_mut(file) else { continue };
            is_put |= super::finder::put(work, &self.finder, parents, asking)?;
        }
        if is_put {
            return Ok(true);
        }
        Err(ProposeError::NotApplicable(format!(
            "{} is not written in a way that another could follow",
            self.finder
        )))
    }

    fn statements(
        &self,
        work: &Work<'_>,
        parent: &Parent,
        names: &Names,
        spot: &Spot,
        form: Joint,
    ) -> String {
        let field = &parent.field;
        let variable = camel(&field.name);
        let column = super::words::in_form(&field.column(), form);
        let value = format!("{}.{column}", spot.body);
        let to_parent = Renamer { from: &names.like, to: &parent.model, joint: Joint::Camel };
        let source = |range: Range<usize>| work.text.get(range).unwrap_or_default();
        let argument = source(self.argument.clone());
        let leaves = replace_word(source(self.leaves.clone()), argument, "\u{1}");
        let leaves = to_parent.apply(&replace_word(&leaves, &self.row, &variable)).replace('\u{1}', &value);
        let (indent, deeper) = (&spot.indent, work_indent(work.text));
        let own = indent_of(work.text, self.read.start);
        let leaves = leaves.replace(&format!("\n{own}"), &format!("\n{indent}"));
        let lines = if self.finder.is_empty() {
            let head = source(self.read.start..self.argument.start);
            let read = format!("{head}\u{1}{}", source(self.argument.end..self.read.end));
            // Only the variable: with Prisma the table is called the same.
            let read = read.replacen(&self.row, "\u{2}", 1);
            let read = to_parent
                .apply(&read)
                .replace('\u{1}', &format!("{}{value}", self.lead))
                .replace('\u{2}', &variable);
            let read = read.replace(&format!("\n{own}"), &format!("\n{indent}"));
            format!("{read}\n{indent}if (!{variable}) {leaves}")
        } else {
            let call = replace_word(source(self.call.clone()), &self.finder, "\u{1}");
            let call = names.code(&call).replace('\u{1}', &super::finder::name(parent));
            format!("if (!(await {call}{value}))) {leaves}")
        };
        let condition = match (field.optional, spot.is_change) {
            (true, _) => format!("{value} != null"),
            (false, true) => format!("{value} !== undefined"),
            (false, false) => return format!("\n{indent}{lines}"),
        };
        let end = if leaves.ends_with(['}', ';']) || !self.ends(work) { "" } else { ";" };
        let lines = lines.replace('\n', &format!("\n{deeper}"));
        format!("\n{indent}if ({condition}) {{\n{indent}{deeper}{lines}{end}\n{indent}}}")
    }

    fn ends(&self, work: &Work<'_>) -> bool {
        work.text.get(self.leaves.end..).is_some_and(|rest| rest.starts_with(';'))
    }

    /// Names of the parents' that new texts use, as the example's file imports its own.
    pub(super) fn needs(&self, work: &Work<'_>, parents: &[Parent], names: &Names) -> BTreeSet<String> {
        let mut needed = BTreeSet::new();
        for parent in parents {
            let to_parent = Renamer { from: &names.like, to: &parent.model, joint: Joint::Camel };
            needed.extend(work.added().flat_map(|text| words(&to_parent.apply(&without_texts(text)))));
        }
        needed
    }
}

/// Places in a file where rows are made or changed.
fn spots(work: &Work<'_>) -> Vec<Spot> {
    let mut found = Vec::new();
    for unit in units(work) {
        let tree = &work.tree;
        let name = tree.name(unit, work.text).unwrap_or_default().to_lowercase();
        let starts = |verbs: &[&str]| verbs.iter().any(|verb| name.starts_with(verb));
        let is_change = starts(&["update", "change", "edit", "patch", "modify", "replace", "put", "set"]);
        if !is_change && !starts(&["create", "add", "insert", "register", "new", "store", "post", "make"]) {
            continue;
        }
        let function = match tree.kind(unit) {
            Kind::Function => Some(unit),
            _ => tree.value(unit),
        };
        let Some(function) = function else { continue };
        found.extend(spot(work, function, is_change));
    }
    for call in work.tree.all().filter(|id| work.tree.kind(*id) == Kind::Call) {
        if work.is_dropped(&work.tree.range(call)) {
            continue;
        }
        let Some((verb, Some(_))) = work.tree.callee(call, work.text) else { continue };
        let is_change = matches!(verb, "put" | "patch");
        let Some(last) = work.tree.arguments(call).last().copied().filter(|_| is_change || verb == "post")
        else {
            continue;
        };
        if matches!(work.tree.kind(last), Kind::Arrow | Kind::Function) {
            found.extend(spot(work, last, is_change));
        }
    }
    found
}

fn spot(work: &Work<'_>, function: Id, is_change: bool) -> Option<Spot> {
    const BODIES: [&str; 13] = [
        "body",
        "data",
        "input",
        "dto",
        "values",
        "payload",
        "changes",
        "attributes",
        "attrs",
        "fields",
        "params",
        "props",
        "patch",
    ];
    let tree = &work.tree;
    let body = tree.child(function, Kind::Body)?;
    let first = *tree.children(body).first()?;
    let indent = indent_of(work.text, tree.range(first).start).to_owned();
    let parameters = tree.child(function, Kind::Parameters)?;
    let parameter = tree.children(parameters).iter().rev().find_map(|id| {
        let name = tree.name(*id, work.text)?;
        let whole = tree.text(*id, work.text);
        let ty = whole.split_once(':').map_or("", |(_, ty)| ty);
        let is_body = BODIES.contains(&name)
            || ["Create", "New", "Insert", "Update", "Input", "Dto", "Body", "Data", "Patch", "Changes"]
                .iter()
                .any(|word| ty.contains(word));
        is_body.then(|| name.to_owned())
    });
    if let Some(name) = parameter {
        return Some(Spot { at: tree.range(body).start + 1, indent, body: name, is_change });
    }
    let variable = tree.children(body).iter().find_map(|statement| {
        let variable =
            *tree.children(*statement).first().filter(|_| tree.kind(*statement) == Kind::Variables)?;
        let value = tree.text(tree.value(variable)?, work.text);
        let name = tree.name(variable, work.text)?;
        let is_body =
            value.contains("body") || value.contains("valid('json')") || value.contains("valid(\"json\")");
        is_body.then(|| (name.to_owned(), tree.range(*statement).end))
    });
    let (name, end) = variable?;
    let line = line_end(work.text, end);
    let at = line - usize::from(work.text.get(..line).is_some_and(|before| before.ends_with('\n')));
    Some(Spot { at, indent, body: name, is_change })
}

/// A source without what stands in quotes.
fn without_texts(text: &str) -> String {
    text.split(['\'', '"', '`']).step_by(2).collect::<Vec<_>>().join(" ")
}

/// One level of indent.
pub(super) fn work_indent(text: &str) -> String {
    let line = text.lines().find(|line| line.starts_with([' ', '\t']) && !line.trim_start().starts_with('*'));
    line.map_or("  ", |line| line.get(..line.len() - line.trim_start().len()).unwrap_or("  ")).to_owned()
}

/// Exchanges a whole word.
pub(super) fn replace_word(text: &str, old: &str, new: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(old).filter(|_| !old.is_empty()) {
        let (before, from) = rest.split_at(at);
        let after = from.get(old.len()..).unwrap_or_default();
        let alone = !result.chars().chain(before.chars()).next_back().is_some_and(is_part)
            && !after.starts_with(is_part);
        result.push_str(before);
        result.push_str(if alone { new } else { old });
        rest = after;
    }
    result.push_str(rest);
    result
}
