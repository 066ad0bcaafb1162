//! The tests of a resource: bodies that are sent grow, what is read back is compared, and a
//! wrong value is refused.

use super::{
    super::{
        graft::Work,
        suite,
        words::{form_of, in_form, is_field},
    },
    Alter, records,
};
use crate::{
    domain::proposal::FileChange,
    ports::ProposeError,
    propose::{
        edits::{indent_of, line_end},
        recipe::{
            fields::{Field, Kind as Type},
            rename::Joint,
            sources::Source,
            values::{field_value, sample_text},
        },
        script::{Id, Kind},
    },
};

/// Every such file, changed.
pub(super) fn changed(alter: &mut Alter<'_>) -> Result<Vec<FileChange>, ProposeError> {
    let mut files = Vec::new();
    let mut is_read = false;
    let mut is_sent = false;
    for source in alter.plan.survey.sources.values().filter(|source| suite::is_test(source)) {
        if !is_about(alter, source) {
            continue;
        }
        let mut work = Work::new(&source.path, &source.text)?;
        let fields = sent(alter, &source.text);
        let quote = alter.plan.habits.quote;
        let mut first = None;
        for id in work.tree.all() {
            let Some((last, form)) = body(alter, &work, id) else { continue };
            let members: Vec<String> = fields
                .iter()
                .filter_map(|field| {
                    let sample = sample_text(field, quote)?;
                    Some(format!("{}: {sample}", in_form(&field.column(), form)))
                })
                .collect();
            let at = work.tree.range(id).start;
            records::grow(&mut work, (id, last), ",", &members);
            first.get_or_insert(at);
        }
        let Some(at) = first else { continue };
        is_read |= compare(alter, &mut work, &fields);
        refuse(alter, &mut work, &fields);
        let new = alter.finished(&source.path, &work)?;
        if new != source.text {
            is_sent = true;
            files.push(alter.edited(&source.path, &source.text, new, at));
        }
    }
    let plural = alter.change.ask.name.plural.replace('_', " ");
    if !is_sent {
        alter.remarks.push(format!(
            "No test of {plural} has a body that the new field could join, so a test of it is yours to write."
        ));
    } else if !is_read {
        alter.remarks.push(format!(
            "No test of {plural} compares what is read with what was sent; a line that does so for the new \
             field is yours to write."
        ));
    }
    Ok(files)
}

/// The last of the resource's fields in an object that is sent, and the form of its names. Such
/// an object has most of the fields, a plain value among them, and no key.
pub(super) fn body(alter: &Alter<'_>, work: &Work<'_>, id: Id) -> Option<(Id, Joint)> {
    if work.tree.kind(id) != Kind::Object {
        return None;
    }
    let plan = &alter.plan;
    let named: Vec<(Id, &str)> = work
        .tree
        .children(id)
        .iter()
        .filter(|child| work.tree.kind(**child) == Kind::Property)
        .filter_map(|child| Some((*child, work.tree.name(*child, work.text)?)))
        .collect();
    let own: Vec<&(Id, &str)> =
        named.iter().filter(|(_, name)| plan.own.iter().any(|own| is_field(name, own))).collect();
    let has_key = named.iter().any(|(_, name)| is_field(name, &plan.key.name));
    let is_plain = |(id, _): &&(Id, &str)| {
        let value = work.tree.value(*id).map(|value| work.tree.kind(value));
        matches!(value, Some(Kind::Text | Kind::Number))
    };
    let parent = work.tree.parent(id);
    let is_question =
        work.tree.name(parent, work.text).is_some_and(|name| matches!(name, "where" | "orderBy"));
    let is_most = own.len() * 2 >= plan.own.len().max(1);
    let is_sent = is_most && !has_key && !is_question && own.iter().copied().any(|one| is_plain(&one));
    let (last, _) = own.last().filter(|_| is_sent)?;
    Some((*last, form_of(named.iter().map(|(_, name)| *name)).unwrap_or(plan.api)))
}

/// Whether a file tests the resource: it is named after it, or asks at its address.
pub(super) fn is_about(alter: &Alter<'_>, source: &Source) -> bool {
    let name = &alter.change.ask.name;
    let other = super::Names { to: super::Name::of("proscenium"), ..alter.plan.names.clone() };
    other.path(&source.path) != source.path
        || crate::propose::recipe::address::address_in(&source.text, name).is_some()
}

/// Fields that tests send: a reference has no row, and one value twice is not unique. Where a
/// whole answer is compared, only what comes back as it was sent.
fn sent<'a>(alter: &Alter<'a>, text: &str) -> Vec<&'a Field> {
    let is_whole = ["toMatchObject(", "toEqual(", "toStrictEqual("].iter().any(|word| text.contains(word));
    let change = alter.change;
    let fields = change.ask.fields.iter();
    fields
        .filter(|field| !field.unique && !matches!(field.kind, Type::BelongsTo(_)))
        .filter(|field| !is_whole || is_exact(field))
        .collect()
}

/// Whether an answer repeats the value as it was sent.
fn is_exact(field: &Field) -> bool {
    !matches!(field.kind, Type::Date | Type::DateTime | Type::Decimal)
}

/// `title` of `expect(read.title).toBe(sent.title)`.
fn compared<'w>(alter: &Alter<'_>, work: &'w Work<'_>, id: Id) -> Option<&'w str> {
    let text = work.tree.text(id, work.text);
    let (left, right) = text.strip_prefix("expect(")?.split_once(").toBe(")?;
    let last = |side: &'w str| side.rsplit('.').next().unwrap_or_default();
    let name = last(left);
    let other = last(right.trim_end_matches([';', ')']));
    let is_own = alter.plan.own.iter().any(|own| is_field(name, own));
    (is_own && name == other && left.contains('.')).then_some(name)
}

/// The same comparison for the new fields, below the last one of each test.
fn compare(alter: &Alter<'_>, work: &mut Work<'_>, fields: &[&Field]) -> bool {
    let statements = work.tree.all().filter(|id| work.tree.kind(*id) == Kind::Expression);
    let mut last: Vec<(Id, Id, String)> = Vec::new();
    for id in statements {
        let Some(name) = compared(alter, work, id) else { continue };
        let home = work.tree.parent(id);
        last.retain(|(known, _, _)| *known != home);
        last.push((home, id, name.to_owned()));
    }
    for (_, id, name) in &last {
        let range = work.tree.range(*id);
        let indent = indent_of(work.text, range.start).to_owned();
        let text = work.tree.text(*id, work.text).to_owned();
        let mut added = String::new();
        for field in fields.iter().filter(|field| is_exact(field)) {
            let new = in_form(&field.column(), alter.plan.api);
            let line = text.replace(&format!(".{name})"), &format!(".{new})"));
            added.push_str(&format!("{indent}{line}\n"));
        }
        work.add(line_end(work.text, range.end), added);
    }
    !last.is_empty()
}

/// A test that a wrong value is refused, after the last of that kind and in its words.
fn refuse(alter: &Alter<'_>, work: &mut Work<'_>, fields: &[&Field]) {
    let is_test = |id: &Id| {
        let text = work.tree.text(*id, work.text);
        work.tree.kind(*id) == Kind::Expression && (text.starts_with("it(") || text.starts_with("test("))
    };
    let mut found = None;
    for id in work.tree.all().filter(is_test) {
        let text = work.tree.text(id, work.text);
        for own in &alter.plan.own {
            let name = in_form(own, alter.plan.api);
            let is_like = text.contains(&format!(" with a wrong {name}"));
            if is_like && text.contains(&format!("{name}: ")) {
                found = Some((id, name));
            }
        }
    }
    let Some((id, like)) = found else { return };
    let text = work.tree.text(id, work.text).to_owned();
    let Some((head, rest)) = text.split_once(&format!("{like}: ")) else { return };
    let Some((_, tail)) = rest.split_once(" }") else { return };
    let range = work.tree.range(id);
    let indent = indent_of(work.text, range.start).to_owned();
    let mut added = String::new();
    for field in fields {
        let name = in_form(&field.column(), alter.plan.api);
        let wrong = field_value(field).get_attr("wrong").unwrap_or_default();
        let quote = alter.plan.habits.quote;
        let wrong = wrong.as_str().map_or_else(|| wrong.to_string(), |text| format!("{quote}{text}{quote}"));
        let head = head.replace(&format!("wrong {like}"), &format!("wrong {name}"));
        added.push_str(&format!("\n\n{indent}{head}{name}: {wrong} }}{tail}"));
    }
    work.add(range.end, added);
}
