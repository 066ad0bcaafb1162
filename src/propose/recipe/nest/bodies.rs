//! The DTOs that carry a changed field: its checks, whether it may be left out, and its type.
//!
//! Only the decorators that the change is about are written anew; the others stay where they
//! are.

use super::{
    alter::Alter,
    declared::retyped,
    example::Role,
    imports,
    stated::{bare, by_hand},
    survey::Source,
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of},
        recipe::{
            fields::{Field, Kind},
            literals::literals,
            names::camel,
            reshape::{Difference, fits, untrue, widest},
            resource::Edited,
            typescript::Candidate,
            values::sample_text,
        },
        script::{Class, Mark, Property},
    },
};
use std::ops::Range;

/// Decorators that hold a value to bounds.
const BOUNDS: [&str; 5] = ["Length", "MinLength", "MaxLength", "Min", "Max"];
/// Decorators that say that a value may be missing.
const LEADS: [&str; 2] = ["IsOptional", "ValidateIf"];
/// What is checked where a value may be left out, and is not null.
const MAY_MISS: &str = "@ValidateIf((_, value) => value !== undefined)";

/// The bounds that a new row is held to; `Err` where one is no plain number.
pub(super) fn bounds(
    alter: &Alter<'_>,
    after: &Field,
    place: &Place,
) -> Result<(Option<i64>, Option<i64>), ProposeError> {
    let name = camel(&after.column());
    let own = alter.class(Role::Create);
    let Some(property) = own.and_then(|(_, class)| class.properties.iter().find(|one| one.name == name))
    else {
        return Ok((None, None));
    };
    let (mut min, mut max) = (None, None);
    for mark in property.marks.iter().filter(|mark| BOUNDS.contains(&mark.name.as_str())) {
        let number = |at: usize| -> Result<Option<i64>, ProposeError> {
            let Some(text) = mark.arguments.get(at) else { return Ok(None) };
            let parsed = text.replace('_', "").parse();
            parsed
                .map(Some)
                .map_err(|_| by_hand(&after.name, place, "is held to bounds that are no plain numbers"))
        };
        match mark.name.as_str() {
            "Length" => (min, max) = (number(0)?, number(1)?.or(max)),
            "MinLength" | "Min" => min = number(0)?,
            _ => max = number(0)?,
        }
    }
    let is_widest =
        |value: &i64| widest(&after.kind).is_some_and(|(least, most)| *value == least || *value == most);
    let is_key =
        |value: &i64| matches!(after.kind, Kind::BelongsTo(_)) && matches!(*value, 1 | 2_147_483_647);
    Ok((min.filter(|min| !is_widest(min) && !is_key(min)), max.filter(|max| !is_widest(max) && !is_key(max))))
}

/// Where a service or repository looks up the row that a reference names.
pub(super) fn lookup(alter: &Alter<'_>, after: &Field) -> Option<Place> {
    let read = format!(".{}", camel(&after.column()));
    [Role::Service, Role::Repository].into_iter().find_map(|role| {
        let (source, _) = alter.class(role)?;
        Some(source.place(source.text.find(&read)?))
    })
}

/// Every class that carries one of the fields, changed.
pub(super) fn reshaped(alter: &mut Alter<'_>, all: &[Difference]) -> Result<Vec<FileChange>, ProposeError> {
    let mut files: Vec<FileChange> = Vec::new();
    let mut remarks = Vec::new();
    for role in [Role::Create, Role::Update] {
        let Some((source, class)) = alter.class(role) else { continue };
        let is_derived =
            class.base.as_deref().is_some_and(|base| base.contains('(') || base.starts_with("Create"));
        if role == Role::Update && is_derived || files.iter().any(|file| file.path == source.path) {
            continue;
        }
        let mut edits = Edits::default();
        let mut like = None;
        for one in all {
            let name = camel(&one.after.column());
            // Two classes may share a file.
            let others = [Role::Create, Role::Update].into_iter().filter(|other| *other != role);
            let twin = others
                .filter_map(|other| alter.class(other))
                .find(|(other, twin)| other.path == source.path && twin.name != class.name);
            let update = twin.filter(|(_, twin)| twin.base.is_none()).map(|(_, twin)| (twin, Role::Update));
            for (class, role) in [(class, role)].into_iter().chain(update) {
                let Some(property) = class.properties.iter().find(|own| own.name == name) else { continue };
                let before = edits.clone();
                let body = Body { source, class, property, role };
                body.reshape(one, &mut edits);
                if edits != before {
                    like.get_or_insert(source.place(property.range.start));
                }
                if let Some(mark) = body.documented().filter(|_| edits != before) {
                    let line = source.place(mark.range.start);
                    remarks.push(format!(
                        "{line} documents {name} with words of its own; look whether they are still so."
                    ));
                }
            }
        }
        let Some(like) = like else { continue };
        let names: Vec<String> =
            BOUNDS.iter().chain(&LEADS).map(|name| format!("class-validator:{name}")).collect();
        let documents = ["@nestjs/swagger:ApiProperty", "@nestjs/swagger:ApiPropertyOptional"];
        let wanted: Vec<Candidate> =
            names.iter().map(String::as_str).chain(documents).filter_map(Candidate::of).collect();
        let prunable: Vec<&str> =
            BOUNDS.iter().chain(&LEADS).copied().chain(["ApiProperty", "ApiPropertyOptional"]).collect();
        let new = imports::settled(source, edits, &wanted, &prunable, &alter.plan.habits)?;
        let ask = alter.change.ask;
        let layer = Layer::Schema;
        let reason = ask.head.reason(layer);
        files.push(ask.edited(Edited {
            path: &source.path,
            old: &source.text,
            new,
            reason,
            like: Some(like),
            layer,
        }));
    }
    alter.plan.remarks.extend(remarks);
    Ok(files)
}

/// A range with the blanks behind it, to the next word.
pub(super) fn with_gap(text: &str, range: &Range<usize>) -> Range<usize> {
    let rest = text.get(range.end..).unwrap_or_default();
    range.start..range.end + (rest.len() - rest.trim_start().len())
}

/// One property of a DTO.
struct Body<'a> {
    source: &'a Source,
    class: &'a Class,
    property: &'a Property,
    role: Role,
}

impl Body<'_> {
    /// A decorator that documents the property in words.
    fn documented(&self) -> Option<&Mark> {
        let mut marks = self.property.marks.iter();
        marks.find(|mark| mark.name.starts_with("ApiProperty") && !mark.arguments.is_empty())
    }

    fn reshape(&self, one: &Difference, edits: &mut Edits) {
        self.lead(one, edits);
        self.bounds(one, edits);
        let is_free = self.role == Role::Create && one.fill.is_some();
        let stated = &self.property.stated;
        let text = self.source.slice(stated);
        match (self.role, text.split_once(':')) {
            (Role::Create, Some((name, ty))) if is_free || one.is_optional_now() => {
                let nil = if one.after.optional { " | null" } else { "" };
                let new = format!("{}?: {}{nil}", name.trim_end_matches(['?', '!']), bare(ty));
                if new != text {
                    edits.replace(stated.clone(), new);
                }
            }
            (Role::Update, Some((name, ty))) if one.is_required_now() || one.is_optional_now() => {
                let nil = if one.after.optional { " | null" } else { "" };
                edits.replace(stated.clone(), format!("{name}: {}{nil}", bare(ty)));
            }
            (Role::Update, _) => {}
            _ => retyped(self.source, stated, one, self.class, edits),
        }
    }

    /// What stands between two decorators.
    fn gap(&self) -> String {
        let text = &self.source.text;
        let first = self.property.marks.first().map_or(0..0, |mark| mark.range.clone());
        let rest = text.get(first.end..).unwrap_or_default();
        let blanks = rest.get(..rest.len() - rest.trim_start().len()).unwrap_or_default();
        match self.property.marks.is_empty() {
            true => format!("\n{}", indent_of(text, self.property.range.start)),
            false => blanks.to_owned(),
        }
    }

    /// Whether a value may be missing, as its first decorator says.
    fn lead(&self, one: &Difference, edits: &mut Edits) {
        let is_free = self.role == Role::Create && one.fill.is_some();
        if !(one.is_optional_now() || one.is_required_now() || is_free) {
            return;
        }
        let wanted = match (self.role, one.after.optional) {
            (_, true) => Some("@IsOptional()"),
            (Role::Create, false) if !is_free => None,
            (_, false) => Some(MAY_MISS),
        };
        let text = &self.source.text;
        let known = self.property.mark(&LEADS);
        match (known, wanted) {
            (Some(known), Some(wanted)) if self.source.slice(&known.range) != wanted => {
                edits.replace(known.range.clone(), wanted);
            }
            (Some(known), None) => edits.replace(with_gap(text, &known.range), ""),
            (None, Some(wanted)) => {
                let is_rule = |mark: &&Mark| !mark.name.starts_with("Api");
                let first = self.property.marks.iter().find(is_rule);
                let at = first.map_or(self.property.stated.start, |mark| mark.range.start);
                edits.insert(at, format!("{wanted}{}", self.gap()));
            }
            _ => {}
        }
        // What documents it says so too.
        let (from, to) = match wanted.is_some() && self.role == Role::Create {
            true => ("ApiProperty", "@ApiPropertyOptional"),
            false => ("ApiPropertyOptional", "@ApiProperty"),
        };
        if let Some(mark) = self.property.mark(&[from]).filter(|_| self.role == Role::Create) {
            let end = mark.range.start + 1 + from.len();
            edits.replace(mark.range.start..end, to);
        }
    }

    /// The decorators of bounds, in the place of those that are there.
    fn bounds(&self, one: &Difference, edits: &mut Edits) {
        let (before, after) = (&one.before, &one.after);
        if (&before.kind, before.min, before.max) == (&after.kind, after.min, after.max) {
            return;
        }
        let own: Vec<&Mark> =
            self.property.marks.iter().filter(|mark| BOUNDS.contains(&mark.name.as_str())).collect();
        let wanted = wanted_bounds(after, &own);
        let text = &self.source.text;
        if own.len() == wanted.len() {
            for (mark, wanted) in own.iter().zip(&wanted) {
                if self.source.slice(&mark.range) != wanted {
                    edits.replace(mark.range.clone(), wanted.clone());
                }
            }
            return;
        }
        let gap = self.gap();
        match own.split_first() {
            Some((first, others)) => {
                match wanted.is_empty() {
                    true => edits.replace(with_gap(text, &first.range), ""),
                    false => edits.replace(first.range.clone(), wanted.join(&gap)),
                }
                for mark in others {
                    edits.replace(with_gap(text, &mark.range), "");
                }
            }
            None => {
                let at = self.property.stated.start;
                edits.insert(at, wanted.iter().map(|mark| format!("{mark}{gap}")).collect::<String>());
            }
        }
    }
}

/// The decorators that say the bounds of a field, in the words of those that are there; what
/// they say beside (a message) stays.
fn wanted_bounds(after: &Field, own: &[&Mark]) -> Vec<String> {
    let has = |name: &str| own.iter().any(|mark| mark.name == name);
    let mark = |name: &str, bounds: &[i64]| {
        let like = own.iter().find(|mark| mark.name == name);
        let more = like.map(|mark| mark.arguments.iter().skip(bounds.len()).cloned()).into_iter().flatten();
        let all: Vec<String> = bounds.iter().map(i64::to_string).chain(more).collect();
        format!("@{name}({})", all.join(", "))
    };
    let least = after.min.filter(|min| *min > 0);
    match &after.kind {
        Kind::String => {
            let most = after.max.unwrap_or(255);
            match least {
                Some(least) if has("MinLength") && !has("Length") => {
                    vec![mark("MinLength", &[least]), mark("MaxLength", &[most])]
                }
                Some(least) => vec![mark("Length", &[least, most])],
                None => vec![mark("MaxLength", &[most])],
            }
        }
        Kind::Text => {
            let least = least.map(|least| mark("MinLength", &[least]));
            least.into_iter().chain(after.max.map(|most| mark("MaxLength", &[most]))).collect()
        }
        kind => {
            let widest = widest(kind);
            // A side that had no bound gets none that nobody asked for.
            let side = |name: &str, value: Option<i64>, widest: Option<i64>| {
                value.or(widest.filter(|_| has(name))).map(|value| mark(name, &[value]))
            };
            let min = side("Min", after.min, widest.map(|(least, _)| least));
            let max = side("Max", after.max, widest.map(|(_, most)| most));
            min.into_iter().chain(max).collect()
        }
    }
}

/// The body that the tests send keeps to the new bounds, and what they say of the old is named.
pub(super) fn tests(alter: &mut Alter<'_>, all: &[Difference]) -> Result<Option<FileChange>, ProposeError> {
    let Some(source) = alter.plan.example.source(Role::Test, &alter.plan.survey) else { return Ok(None) };
    let mut edits = Edits::default();
    let mut like = None;
    for literal in literals(&source.text, 0..source.text.len()) {
        let before = source.text.get(..literal.range.start).unwrap_or_default();
        if !before.trim_end().ends_with("return") {
            continue;
        }
        for one in all {
            let name = camel(&one.after.column());
            let Some(entry) = literal.entries.iter().find(|entry| entry.key == name) else { continue };
            let sample = sample_text(&one.after, alter.plan.habits.quote);
            if let Some(sample) = sample.filter(|_| !fits(&one.after, &entry.value)) {
                edits.replace(entry.range.clone(), format!("{name}: {sample}"));
                like.get_or_insert(source.place(entry.range.start));
            }
        }
    }
    let mut remarks = Vec::new();
    for one in all {
        let name = camel(&one.after.column());
        for (line, what) in untrue(&source.text, &name, one) {
            remarks
                .push(format!("{}:{line} tests that {name} {what}, which is not so any more.", source.path));
        }
    }
    let file = match like {
        Some(like) => Some(alter.edited(source, edits, Some(like), Layer::Test)?),
        None => None,
    };
    alter.plan.remarks.extend(remarks);
    Ok(file)
}

#[cfg(test)]
mod tests_of_bounds {
    use super::*;

    #[test]
    fn bounds_are_said_in_the_words_that_are_there() {
        let field = |kind, min, max| Field {
            name: "title".into(),
            kind,
            optional: false,
            unique: false,
            index: false,
            min,
            max,
        };
        let mark = |name: &str, arguments: &[&str]| Mark {
            name: name.into(),
            arguments: arguments.iter().map(|one| (*one).to_owned()).collect(),
            range: 0..0,
        };
        let title = field(Kind::String, Some(1), Some(400));
        let own = [mark("Length", &["1", "200", "{ message: 'too long' }"])];
        assert_eq!(
            wanted_bounds(&title, &own.iter().collect::<Vec<_>>()),
            ["@Length(1, 400, { message: 'too long' })"]
        );
        let own = [mark("MinLength", &["1"]), mark("MaxLength", &["200"])];
        assert_eq!(
            wanted_bounds(&title, &own.iter().collect::<Vec<_>>()),
            ["@MinLength(1)", "@MaxLength(400)"]
        );
        assert!(wanted_bounds(&field(Kind::Text, None, None), &[]).is_empty());
        assert!(wanted_bounds(&field(Kind::Integer, None, None), &[]).is_empty());
        let own = [mark("Min", &["1"]), mark("Max", &["5"])];
        assert_eq!(
            wanted_bounds(&field(Kind::Integer, Some(0), None), &own.iter().collect::<Vec<_>>()),
            ["@Min(0)", "@Max(2147483647)"]
        );
    }
}
