//! Queries of one table as the four mappers have them: where a key is compared, where a
//! condition belongs, and where values are set.

use super::asked::Asked;
use crate::{
    ports::ProposeError,
    propose::{
        edits::{indent_of, line_start},
        recipe::node::graft::Work,
        script::{Id, Kind},
    },
};

/// What asks for rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::propose::recipe) enum Asking {
    Kysely,
    Drizzle,
    Prisma,
    /// The receivers of an entity's repository, each with the source that has it: `this.users`.
    TypeOrm(Vec<(String, String)>),
}

/// A mapper and a table of its.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::propose::recipe) struct Store {
    pub(in crate::propose::recipe) asking: Asking,
    /// As queries name it.
    pub(in crate::propose::recipe) table: String,
}

/// What a query does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::propose::recipe) enum Way {
    Read,
    Change,
}

impl Store {
    /// Whether a function's text without blanks asks the table, in a source.
    pub(in crate::propose::recipe) fn asks(&self, path: &str, flat: &str, way: Way) -> bool {
        let table = &self.table;
        let given = |call: &str| {
            ['\'', '"', '`'].iter().any(|quote| flat.contains(&format!("{call}({quote}{table}{quote}")))
        };
        match (&self.asking, way) {
            (Asking::Kysely, Way::Read) => given("selectFrom"),
            (Asking::Kysely, Way::Change) => given("updateTable"),
            (Asking::Drizzle, Way::Read) => {
                flat.contains(&format!(".from({table})")) || flat.contains(&format!(".query.{table}.find"))
            }
            (Asking::Drizzle, Way::Change) => flat.contains(&format!(".update({table})")),
            (Asking::Prisma, Way::Read) => flat.contains(&format!(".{table}.find")),
            (Asking::Prisma, Way::Change) => flat.contains(&format!(".{table}.update(")),
            (Asking::TypeOrm(_), Way::Read) => self.receivers(path).any(|one| {
                flat.contains(&format!("{one}.find")) || flat.contains(&format!("{one}.createQueryBuilder("))
            }),
            (Asking::TypeOrm(_), Way::Change) => self
                .receivers(path)
                .any(|one| ["save", "update"].iter().any(|verb| flat.contains(&format!("{one}.{verb}(")))),
        }
    }

    /// What the repository of TypeORM is called in a source.
    pub(in crate::propose::recipe) fn receivers<'a>(
        &'a self,
        path: &'a str,
    ) -> impl Iterator<Item = &'a str> {
        let all = match &self.asking {
            Asking::TypeOrm(receivers) => receivers.as_slice(),
            Asking::Kysely | Asking::Drizzle | Asking::Prisma => &[],
        };
        all.iter().filter(move |(home, _)| home == path).map(|(_, receiver)| receiver.as_str())
    }

    /// Whether a call asks the table by a method of that kind: `prisma.user.findMany`.
    fn is_asked(&self, work: &Work<'_>, call: Id, verbs: &[&str]) -> bool {
        let Some((name, Some(object))) = work.tree.callee(call, work.text) else { return false };
        let receiver: String = work.tree.text(object, work.text).split_whitespace().collect();
        let is_it = match &self.asking {
            Asking::Prisma => receiver.ends_with(&format!(".{}", self.table)),
            Asking::TypeOrm(receivers) => receivers.iter().any(|(_, one)| *one == receiver),
            Asking::Drizzle => receiver.ends_with(&format!(".query.{}", self.table)),
            Asking::Kysely => false,
        };
        is_it && verbs.contains(&name)
    }
}

/// Exchanges the key for the column wherever a query of a function compares it with a
/// variable; says whether one does.
pub(super) fn compare(asked: &Asked<'_>, work: &mut Work<'_>, function: Id, key: &str) -> bool {
    let mut changes = Vec::new();
    let is_key =
        |work: &Work<'_>, id: Id| work.tree.kind(id) == Kind::Name && work.tree.text(id, work.text) == key;
    for id in work.tree.below(function) {
        match work.tree.kind(id) {
            Kind::Property if work.tree.kind(work.tree.parent(id)) == Kind::Object => {
                let value = work.tree.value(id).filter(|value| is_key(work, *value));
                if work.tree.name(id, work.text) == Some(&asked.key) && value.is_some() {
                    changes.push((work.tree.range(id), asked.pair()));
                }
            }
            Kind::Call => {
                let Some((name, _)) = work.tree.callee(id, work.text) else { continue };
                let given = work.tree.arguments(id);
                match (name, given.as_slice()) {
                    ("eq", [column, value]) if is_key(work, *value) => {
                        let property = work.tree.children(*column).last().copied();
                        let property = property.filter(|_| work.tree.kind(*column) == Kind::Member);
                        if let Some(property) = property
                            && work.tree.text(property, work.text) == asked.key
                        {
                            changes.push((work.tree.range(property), asked.column.clone()));
                            changes.push((work.tree.range(*value), asked.variable.clone()));
                        }
                    }
                    ("where" | "andWhere", [column, _, value]) if is_key(work, *value) => {
                        let text = work.tree.text(*column, work.text);
                        let inner = text.trim_matches(['\'', '"', '`']);
                        let lead = inner.strip_suffix(asked.key.as_str());
                        if let Some(lead) = lead.filter(|lead| lead.is_empty() || lead.ends_with('.')) {
                            let new = asked.quoted(&format!("{lead}{}", asked.column));
                            changes.push((work.tree.range(*column), new));
                            changes.push((work.tree.range(*value), asked.variable.clone()));
                        }
                    }
                    ("where" | "andWhere", [condition, values])
                        if work.tree.kind(*values) == Kind::Object =>
                    {
                        let text = work.tree.text(*condition, work.text).trim_matches(['\'', '"', '`']);
                        let Some((left, right)) = text.split_once('=') else { continue };
                        let (left, right) = (left.trim(), right.trim());
                        let lead = left.strip_suffix(asked.key.as_str()).filter(|lead| lead.ends_with('.'));
                        if let (Some(lead), true) = (lead, right.starts_with(':')) {
                            let (column, variable) = (&asked.column, &asked.variable);
                            let new = asked.quoted(&format!("{lead}{column} = :{variable}"));
                            changes.push((work.tree.range(*condition), new));
                            changes.push((work.tree.range(*values), format!("{{ {variable} }}")));
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    let is_found = !changes.is_empty();
    for (range, text) in changes {
        if !work.is_written(&range) {
            work.write(range, text);
        }
    }
    is_found
}

/// Puts the condition into every query of a function that reads rows; the error says what
/// could not be followed.
pub(super) fn filter(asked: &Asked<'_>, work: &mut Work<'_>, function: Id) -> Result<(), ProposeError> {
    let before = work.added().count();
    let calls: Vec<Id> = work.tree.below(function).filter(|id| work.tree.kind(*id) == Kind::Call).collect();
    for call in calls {
        match &asked.store.asking {
            Asking::Kysely => filter_kysely(asked, work, call),
            Asking::Drizzle => filter_drizzle(asked, work, call)?,
            Asking::Prisma | Asking::TypeOrm(_) => filter_object(asked, work, call)?,
        }
    }
    if work.added().count() > before { Ok(()) } else { Err(not_followed(asked)) }
}

fn not_followed(asked: &Asked<'_>) -> ProposeError {
    ProposeError::NotApplicable(format!(
        "no query of {} was found that a condition could be put into",
        asked.ask.name.plural
    ))
}

/// The call that a call is the receiver of, and its name.
fn next_link<'t>(work: &Work<'t>, call: Id) -> Option<(Id, &'t str)> {
    let member = work.tree.parent(call);
    let is_receiver =
        work.tree.kind(member) == Kind::Member && work.tree.children(member).first() == Some(&call);
    let next = work.tree.parent(member);
    let is_call = work.tree.kind(next) == Kind::Call && work.tree.children(next).first() == Some(&member);
    let name = work.tree.text(*work.tree.children(member).last()?, work.text);
    (is_receiver && is_call).then_some((next, name))
}

/// Blanks between a call and the link after it.
fn gap<'t>(work: &Work<'t>, call: Id) -> &'t str {
    let rest = work.text.get(work.tree.range(call).end..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start().len();
    if rest.trim_start().starts_with('.') { rest.get(..blanks).unwrap_or_default() } else { "" }
}

fn filter_kysely(asked: &Asked<'_>, work: &mut Work<'_>, call: Id) {
    let Some((name, _)) = work.tree.callee(call, work.text) else { return };
    let first = work.tree.arguments(call).first().map_or("", |id| work.tree.text(*id, work.text));
    if name != "selectFrom" || first.trim_matches(['\'', '"', '`']) != asked.store.table {
        return;
    }
    let (mut last, mut joins) = (call, false);
    while let Some((next, name)) = next_link(work, last) {
        joins |= name.ends_with("Join");
        if !(name.ends_with("Join") || name.starts_with("select") || name.starts_with("distinct")) {
            break;
        }
        last = next;
    }
    let lead = gap(work, call).to_owned();
    let column = if joins { format!("{}.{}", asked.store.table, asked.column) } else { asked.column.clone() };
    let text = format!("{lead}.where({}, {}, {})", asked.quoted(&column), asked.quoted("="), asked.variable);
    work.add(work.tree.range(last).end, text);
}

fn filter_drizzle(asked: &Asked<'_>, work: &mut Work<'_>, call: Id) -> Result<(), ProposeError> {
    let Some((name, _)) = work.tree.callee(call, work.text) else { return Ok(()) };
    let table = &asked.store.table;
    let given = work.tree.arguments(call);
    let is_table = given.first().is_some_and(|id| work.tree.text(*id, work.text) == table);
    let equal = format!("eq({table}.{}, {})", asked.column, asked.variable);
    let both = |work: &mut Work<'_>, old: Id| {
        let range = work.tree.range(old);
        work.add(range.start, "and(".into());
        work.add(range.end, format!(", {equal})"));
    };
    match name {
        "from" if is_table => {
            let mut last = call;
            while let Some((next, name)) = next_link(work, last) {
                if name == "where" {
                    if let Some(old) = work.tree.arguments(next).first().copied() {
                        both(work, old);
                    }
                    return Ok(());
                }
                if !name.ends_with("Join") {
                    break;
                }
                last = next;
            }
            let lead = gap(work, call).to_owned();
            work.add(work.tree.range(last).end, format!("{lead}.where({equal})"));
        }
        "$count" if is_table => match given.as_slice() {
            [one] => work.add(work.tree.range(*one).end, format!(", {equal}")),
            [_, old, ..] => both(work, *old),
            [] => {}
        },
        _ if asked.store.is_asked(work, call, &["findMany"]) => {
            let Some(object) = given.first().copied() else { return Err(not_followed(asked)) };
            match property(work, object, "where").and_then(|one| work.tree.value(one)) {
                Some(old) if !matches!(work.tree.kind(old), Kind::Arrow | Kind::Object) => both(work, old),
                Some(_) => return Err(not_followed(asked)),
                None => first_member(work, object, &format!("where: {equal}")),
            }
        }
        _ => {}
    }
    Ok(())
}

/// The member of an object.
pub(super) fn property(work: &Work<'_>, object: Id, name: &str) -> Option<Id> {
    let mut members = work.tree.children(object).iter().copied();
    members.find(|id| work.tree.kind(*id) == Kind::Property && work.tree.name(*id, work.text) == Some(name))
}

/// Puts a member before those of an object.
fn first_member(work: &mut Work<'_>, object: Id, text: &str) {
    let Some(first) = work.tree.children(object).first().copied() else {
        let range = work.tree.range(object);
        return work.add(range.start + 1, format!(" {text} "));
    };
    let start = work.tree.range(first).start;
    let is_broken = line_start(work.text, start) > work.tree.range(object).start;
    let gap = if is_broken { format!(",\n{}", indent_of(work.text, start)) } else { ", ".to_owned() };
    work.add(start, format!("{text}{gap}"));
}

fn filter_object(asked: &Asked<'_>, work: &mut Work<'_>, call: Id) -> Result<(), ProposeError> {
    let given = work.tree.arguments(call);
    let pair = asked.pair();
    if asked.store.is_asked(work, call, &["createQueryBuilder"]) {
        let alias = given.first().map_or("", |id| work.tree.text(*id, work.text));
        let alias = alias.trim_matches(['\'', '"', '`']).to_owned();
        let (mut last, mut at) = (call, call);
        let mut verb = "where";
        while let Some((next, name)) = next_link(work, at) {
            if name == "where" {
                (last, verb) = (next, "andWhere");
            }
            at = next;
        }
        if alias.is_empty() {
            return Err(not_followed(asked));
        }
        let condition = asked.quoted(&format!("{alias}.{} = :{}", asked.column, asked.variable));
        let lead = gap(work, call).to_owned();
        let text = format!("{lead}.{verb}({condition}, {{ {} }})", asked.variable);
        work.add(work.tree.range(last).end, text);
        return Ok(());
    }
    if asked.store.is_asked(work, call, &["findBy", "countBy", "findAndCountBy"]) {
        let object = given.first().copied().filter(|id| work.tree.kind(*id) == Kind::Object);
        let object = object.ok_or_else(|| not_followed(asked))?;
        first_member(work, object, &pair);
        return Ok(());
    }
    if !asked.store.is_asked(work, call, &["findMany", "find", "findAndCount", "count"]) {
        return Ok(());
    }
    let Some(object) = given.first().copied() else {
        let end = work.tree.range(call).end;
        work.add(end.saturating_sub(1), format!("{{ where: {{ {pair} }} }}"));
        return Ok(());
    };
    if work.tree.kind(object) != Kind::Object {
        return Err(not_followed(asked));
    }
    match property(work, object, "where") {
        None => first_member(work, object, &format!("where: {{ {pair} }}")),
        Some(old) if work.tree.is_shorthand(old) => {
            work.add(work.tree.range(old).end, format!(": {{ ...where, {pair} }}"));
        }
        Some(old) => match work.tree.value(old).filter(|value| work.tree.kind(*value) == Kind::Object) {
            Some(value) => first_member(work, value, &pair),
            None => return Err(not_followed(asked)),
        },
    }
    Ok(())
}
