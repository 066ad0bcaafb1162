//! Fields of a table that are there and become different: in the declaration of the table, in
//! the rules and types of what travels, and in a new migration.

use super::{
    super::{
        chain::Chain,
        graft::Work,
        model::{Column, Mapper},
        records::{Holds, Record, record},
        suite,
        words::is_field,
    },
    Alter,
    carried::changed,
    drizzle_reshape as drizzle, kysely_reshape as kysely, prisma_reshape as prisma,
};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        recipe::{
            alter::{Change, unknown_field},
            fields::{Field, Kind},
            names::snake,
            reshape::{Difference, fits, untrue, widest},
            resource::Draft,
            sources::Survey,
            values::sample_text,
        },
        script::Id,
    },
};
use std::collections::BTreeSet;

/// Links of zod that hold a number or a text to bounds in other words than `min` and `max`.
const OTHER_BOUNDS: [&str; 9] =
    ["gte", "lte", "gt", "lt", "positive", "nonnegative", "negative", "length", "nonempty"];
/// A column as its declaration states it.
pub(super) struct State {
    /// `None` for one that the notation cannot say.
    pub(super) kind: Option<Kind>,
    pub(super) length: Option<i64>,
    pub(super) optional: bool,
    pub(super) unique: bool,
    pub(super) index: bool,
    pub(super) place: Place,
}

/// Proposes the change.
pub(in super::super) fn draft(change: &Change<'_>) -> Result<Draft, ProposeError> {
    let survey = Survey::read(change.ask)?;
    let mapper = Mapper::of(change.ask, &survey)?;
    let tables = mapper.tables(change.ask, &survey)?;
    let mut alter = super::read(change, &survey, mapper, &tables)?;
    let all = change.wanted.differences(|after| known(&alter, after))?;
    for one in &all {
        if let Some(fill) = &one.fill {
            alter.plan.fills.insert(one.after.name.clone(), fill.clone());
        }
    }
    refuse_sqlite(&alter, &all)?;
    let mut files = match alter.plan.mapper {
        Mapper::Kysely => kysely::reshaped(&mut alter, &all)?,
        Mapper::Drizzle => drizzle::reshaped(&mut alter, &all)?,
        Mapper::Prisma => prisma::reshaped(&mut alter, &all)?,
    };
    if !all.iter().any(is_altered) {
        alter.remarks.push(
            "The table stays as it is, so there is no new migration: only bodies are held to other bounds."
                .into(),
        );
    }
    change.ask.go_on()?;
    files.extend(sources(&mut alter, &all)?);
    change.ask.go_on()?;
    files.extend(tests(&mut alter, &all)?);
    alter.remarks.extend(all.iter().flat_map(Difference::remarks));
    let has_way_down = alter.plan.mapper == Mapper::Kysely;
    if !has_way_down {
        alter.remarks.retain(|remark| !remark.starts_with("The way down fails"));
    }
    Ok(change.draft(files, alter.remarks, str::to_owned))
}

/// Whether the database has to know of the change.
pub(super) fn is_altered(one: &Difference) -> bool {
    is_retyped(one) || one.is_required_now() || one.is_optional_now() || one.fill.is_some()
}

/// Whether its type is another one in the database.
pub(super) fn is_retyped(one: &Difference) -> bool {
    one.before.kind != one.after.kind || one.after.kind == Kind::String && one.before.max != one.after.max
}

pub(super) fn by_hand(alter: &Alter<'_>, name: &str, place: &Place, why: &str) -> ProposeError {
    let hint = match alter.plan.mapper {
        Mapper::Kysely => "change it by hand, in a migration of its own",
        Mapper::Drizzle => "change it by hand, and run drizzle-kit generate",
        Mapper::Prisma => "change it by hand, and run prisma migrate dev --create-only",
    };
    ProposeError::Input { what: format!("{name} at {place} {why}"), hint: hint.into() }
}

/// The column of a field.
pub(super) fn column<'a>(alter: &'a Alter<'_>, after: &Field) -> Result<&'a Column, ProposeError> {
    let table = &alter.plan.table;
    let found = table.columns.iter().find(|column| is_field(&column.name, &after.column()));
    found.filter(|column| column.name != alter.plan.key.name).ok_or_else(|| {
        let known: Vec<String> = table.columns.iter().map(|column| snake(&column.name)).collect();
        unknown_field(&after.name, &alter.change.ask.name.pascal, &known)
    })
}

/// The line that declares a column, from the head of its table on.
pub(super) fn place_of(alter: &Alter<'_>, text: &str, column: &Column) -> Place {
    let table = &alter.plan.table.place;
    let head = usize::try_from(table.line).unwrap_or(1);
    let is_it = |line: &str| {
        let rest = line.trim_start().trim_start_matches("readonly ").strip_prefix(column.name.as_str());
        rest.is_some_and(|rest| rest.starts_with([':', '?', ' ']))
    };
    let line = text.lines().enumerate().skip(head).find(|(_, line)| is_it(line));
    let line = line.and_then(|(at, _)| u32::try_from(at + 1).ok()).unwrap_or(table.line);
    Place::new(table.path.clone(), line)
}

/// A field that is there as the notation has it, with the bounds that bodies are held to.
fn known(alter: &Alter<'_>, after: &Field) -> Result<(Field, Place), ProposeError> {
    let column = column(alter, after)?;
    let state = match alter.plan.mapper {
        Mapper::Kysely => kysely::state(alter, column, after)?,
        Mapper::Drizzle => drizzle::state(alter, column, after)?,
        Mapper::Prisma => prisma::state(alter, column, after)?,
    };
    let State { kind, length, optional, unique, index, place } = state;
    let refuse = |why: &str| by_hand(alter, &after.name, &place, why);
    let Some(kind) = kind else {
        return Err(refuse("is of a type that the notation cannot say"));
    };
    let is_reference = matches!(kind, Kind::BelongsTo(_));
    if is_reference && optional != after.optional {
        return Err(refuse("is a reference, and what looks its row up has to change with it"));
    }
    let (is_less, is_more) =
        (unique && !after.unique || index && !after.index, after.unique && !unique || after.index && !index);
    if !is_reference && is_more {
        return Err(ProposeError::Input {
            what: format!("{} at {place} has no such index yet", after.name),
            hint: format!("add it with index={} in a run of its own", after.name),
        });
    }
    if !is_reference && is_less {
        let mark = if unique { "unique" } else { "index" };
        return Err(ProposeError::Input {
            what: format!("{} at {place} has an index, which this recipe does not take away", after.name),
            hint: format!("write :{mark} behind its type to keep it, or drop it by hand"),
        });
    }
    let (min, max) = bounds(alter, after, &place)?;
    let max = if kind == Kind::String { length } else { max };
    let index = if is_reference { after.index } else { index };
    let unique = if is_reference { after.unique } else { unique };
    Ok((Field { name: after.name.clone(), kind, optional, unique, index, min, max }, place))
}

/// The bounds in the rules that a new row is held to.
fn bounds(
    alter: &Alter<'_>,
    after: &Field,
    place: &Place,
) -> Result<(Option<i64>, Option<i64>), ProposeError> {
    let mut found = None;
    let mut refused = None;
    each_record(alter, |work, record| {
        if record.holds != Holds::Rules || record.is_row || record.is_partial && found.is_some() {
            return;
        }
        let Some((_, value)) = member(work, record, after) else { return };
        let chain = Chain::read(work.tree.text(value, work.text));
        let is_number = |name: &str| !chain.has(name) || chain.number(name).is_some();
        if chain.names().any(|name| OTHER_BOUNDS.contains(&name)) || !is_number("min") || !is_number("max") {
            refused =
                Some(work.text.get(..work.tree.range(value).start).map_or(1, |text| text.lines().count()));
        }
        found = Some((chain.number("min"), chain.number("max")));
    })?;
    if let Some(line) = refused {
        return Err(by_hand(
            alter,
            &after.name,
            place,
            &format!("is held to bounds that are no plain min and max, in line {line} of its rules"),
        ));
    }
    let (min, max) = found.unwrap_or_default();
    let is_widest =
        |value: &i64| widest(&after.kind).is_some_and(|(least, most)| *value == least || *value == most);
    let is_key =
        |value: &i64| matches!(after.kind, Kind::BelongsTo(_)) && matches!(*value, 1 | 2_147_483_647);
    let plain = |value: &i64| !is_widest(value) && !is_key(value);
    Ok((min.filter(plain), max.filter(plain)))
}

/// Every list of the resource's fields in its own sources.
fn each_record(alter: &Alter<'_>, mut look: impl FnMut(&Work<'_>, &Record<'_>)) -> Result<(), ProposeError> {
    let plan = &alter.plan;
    for path in &plan.related {
        let Some(source) = plan.survey.get(path) else { continue };
        let work = Work::new(path, &source.text)?;
        for id in work.tree.all() {
            if let Some(found) = record(work.text, &work.tree, id, &plan.own, plan.api) {
                look(&work, &found);
            }
        }
    }
    Ok(())
}

/// A field's member of a list, and its value.
fn member(work: &Work<'_>, record: &Record<'_>, after: &Field) -> Option<(Id, Id)> {
    let is_it =
        |id: &&Id| work.tree.name(**id, work.text).is_some_and(|name| is_field(name, &after.column()));
    let id = *record.members.iter().find(is_it)?;
    Some((id, work.tree.value(id)?))
}

/// SQLite alters no column, so the whole table would have to be copied.
fn refuse_sqlite(alter: &Alter<'_>, all: &[Difference]) -> Result<(), ProposeError> {
    match all.iter().find(|one| is_altered(one)).filter(|_| alter.plan.dialect == "sqlite") {
        Some(one) => Err(by_hand(
            alter,
            &one.after.name,
            &one.place,
            "cannot be altered in SQLite, which has to copy the whole table for it",
        )),
        None => Ok(()),
    }
}

/// Every source with a list of the fields, changed.
fn sources(alter: &mut Alter<'_>, all: &[Difference]) -> Result<Vec<FileChange>, ProposeError> {
    let plan = &alter.plan;
    let mut files = Vec::new();
    let mut paths: BTreeSet<String> = plan.related.clone();
    paths.insert(plan.table.path.clone());
    for path in paths {
        let Some(source) = plan.survey.get(&path).filter(|source| !suite::is_test(source)) else { continue };
        let mut work = Work::new(&path, &source.text)?;
        let is_shared = !plan.related.contains(&path);
        let form = if layer_by_path(&path) == Some(Layer::Repository) { plan.form } else { plan.api };
        let mut first = None;
        for id in work.tree.all() {
            let Some(found) = record(work.text, &work.tree, id, &plan.own, form) else { continue };
            if is_shared && !super::records::is_of_table(alter, &work, id) {
                continue;
            }
            let mut changes = Vec::new();
            for one in all {
                let Some((own, value)) = member(&work, &found, &one.after) else { continue };
                if let Some(new) = changed(alter, &work, &found, (own, value), one)? {
                    changes.push((work.tree.range(own), new));
                }
            }
            for (range, new) in changes {
                first.get_or_insert(range.start);
                work.write(range, new);
            }
        }
        let new = alter.finished(&path, &work)?;
        if new != source.text {
            let is_retyped = all.iter().any(|one| one.before.kind != one.after.kind || one.fill.is_some());
            let new = match is_retyped || all.iter().any(Difference::is_optional_now) {
                true => super::super::compose::without_unused_imports(&path, &new)?,
                false => new,
            };
            files.push(alter.edited(&path, &source.text, new, first.unwrap_or_default()));
        }
    }
    Ok(files)
}

/// Bodies that tests send keep to the new bounds, and what they say of the old is named.
fn tests(alter: &mut Alter<'_>, all: &[Difference]) -> Result<Vec<FileChange>, ProposeError> {
    let mut files = Vec::new();
    let mut remarks = Vec::new();
    for source in alter.plan.survey.sources.values().filter(|source| suite::is_test(source)) {
        if !super::tests::is_about(alter, source) {
            continue;
        }
        let mut work = Work::new(&source.path, &source.text)?;
        let mut first = None;
        for id in work.tree.all() {
            if super::tests::body(alter, &work, id).is_none() {
                continue;
            }
            for child in work.tree.children(id).to_vec() {
                let Some(name) = work.tree.name(child, work.text) else { continue };
                let Some(one) = all.iter().find(|one| is_field(name, &one.after.column())) else { continue };
                let Some(value) = work.tree.value(child) else { continue };
                let range = work.tree.range(value);
                let sample = sample_text(&one.after, alter.plan.habits.quote);
                let sample = sample.filter(|_| !fits(&one.after, work.tree.text(value, work.text)));
                if let Some(sample) = sample {
                    first.get_or_insert(range.start);
                    work.write(range, sample);
                }
            }
        }
        for one in all {
            let name = super::in_form(&one.after.column(), alter.plan.api);
            for (line, what) in untrue(&source.text, &name, one) {
                remarks.push(format!(
                    "{}:{line} tests that {name} {what}, which is not so any more.",
                    source.path
                ));
            }
        }
        if let Some(at) = first {
            let new = alter.finished(&source.path, &work)?;
            files.push(alter.edited(&source.path, &source.text, new, at));
        }
    }
    alter.remarks.extend(remarks);
    Ok(files)
}
