//! The row, the bodies and the answers with their members as they shall be.

use super::{
    super::{alter::Alter, imports},
    Changed, Shape,
    attributes::Attributes,
    bounds, by_hand, defaults,
};
use crate::{
    domain::{layer::Layer, place::Place},
    ports::ProposeError,
    propose::{
        edits::{Edits, line_end, line_number, line_start},
        recipe::{
            names::Name,
            rename::{Joint, Renamer},
        },
        rust::{RustFile, Struct},
    },
};
use std::collections::BTreeSet;

/// What a structure is to the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Row,
    /// What clients send for a whole row.
    Body,
    /// What they send for a part of one: every member is optional.
    Part,
    /// What they are answered with, where it is not the row.
    Answer,
}

/// What a structure is to the resource; `None` for one of something else.
pub(super) fn role(alter: &Alter<'_>, one: &Struct) -> Option<Role> {
    if *one == alter.row {
        return Some(Role::Row);
    }
    let other = Name::of("proscenium");
    let renamer = Renamer { from: &alter.change.ask.name, to: &other, joint: Joint::Snake };
    let shares = one.fields.iter().any(|own| alter.row.fields.iter().any(|(known, _)| *known == own.0));
    if !renamer.touches(&one.name) || !shares {
        return None;
    }
    let derives = |word: &str| one.attributes.iter().any(|text| text.contains(word));
    match (derives("Deserialize"), one.fields.iter().all(|(_, ty)| apart(ty).0)) {
        (true, true) => Some(Role::Part),
        (true, false) => Some(Role::Body),
        (false, _) => Some(Role::Answer),
    }
}

/// Whether a type is optional, and what it is then.
pub(super) fn apart(ty: &str) -> (bool, &str) {
    match ty.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>')) {
        Some(inner) => (true, inner.trim()),
        None => (false, ty),
    }
}

/// The attributes of a member.
pub(super) fn attributes_of(text: &str, one: &Struct, at: usize) -> Attributes {
    let from = match at.checked_sub(1).and_then(|before| one.places.get(before)) {
        Some(before) => before.end,
        None => {
            text.get(one.name_at..).and_then(|rest| rest.find('{')).map_or(0, |open| one.name_at + open + 1)
        }
    };
    Attributes::read(text, from, one.places.get(at).map_or(from, |place| place.start))
}

/// Every structure of the resource, changed; says what could not be.
pub(super) fn structures(
    alter: &Alter<'_>,
    all: &[Shape],
    changed: &mut Changed,
) -> Result<Vec<String>, ProposeError> {
    let mut remarks = Vec::new();
    for (path, file, text) in &alter.sources {
        let mut work = Work {
            alter,
            file,
            path,
            text,
            edits: Edits::default(),
            checked: BTreeSet::new(),
            needs: Vec::new(),
        };
        let mut first = None;
        for one in &file.structs {
            let Some(role) = role(alter, one) else { continue };
            for shape in all {
                let column = shape.one.after.column();
                let Some(at) = one.fields.iter().position(|(name, _)| *name == column) else { continue };
                let is_changed = work.member((one, at), role, shape, &mut remarks)?;
                if let Some(place) = one.places.get(at).filter(|_| is_changed) {
                    first.get_or_insert(place.start);
                }
            }
        }
        if let Some(start) = first {
            if !work.needs.is_empty() {
                imports::add(file, text, &work.needs, &mut work.edits);
            }
            let like = Place::new(path.clone(), line_number(text, start));
            let known = std::mem::take(&mut work.edits);
            *changed.of(path, like, Layer::Model) = known;
        }
    }
    Ok(remarks)
}

/// One source under change.
pub(super) struct Work<'w, 'a> {
    pub(super) alter: &'w Alter<'a>,
    pub(super) file: &'w RustFile,
    pub(super) path: &'w str,
    pub(super) text: &'w str,
    pub(super) edits: Edits,
    /// Functions that check a decimal and are written already: bodies of a file share them.
    checked: BTreeSet<String>,
    /// Paths to import.
    needs: Vec<String>,
}

impl Work<'_, '_> {
    /// A member as it shall be; says whether that is something else than it is.
    fn member(
        &mut self,
        (one, at): (&Struct, usize),
        role: Role,
        shape: &Shape,
        remarks: &mut Vec<String>,
    ) -> Result<bool, ProposeError> {
        let (Some((_, ty)), Some(place)) = (one.fields.get(at), one.places.get(at).cloned()) else {
            return Ok(false);
        };
        let difference = &shape.one;
        let (before, after) = (&difference.before, &difference.after);
        let (is_optional, inner) = apart(ty);
        let mut own = attributes_of(self.text, one, at);
        let mut is_changed = false;
        let here = Place::new(self.path.to_owned(), line_number(self.text, place.start));
        let turns = before.optional != after.optional && role != Role::Part && is_optional == before.optional;
        if turns {
            let heads = ["with", "serialize_with", "deserialize_with"];
            if let Some(item) = heads.iter().find_map(|head| own.item("serde", head)) {
                return Err(by_hand(
                    &after.name,
                    &here,
                    &format!("is read or written by {item}, which has to change with its type"),
                ));
            }
            let new = if after.optional { format!("Option<{inner}>") } else { inner.to_owned() };
            let end = place.end;
            self.edits.replace(end - ty.len()..end, new);
            let is_none = own.item("serde", "skip_serializing_if").filter(|item| item.contains("is_none"));
            if is_none.is_some() && !after.optional {
                own.set("serde", "skip_serializing_if", None);
            }
            is_changed = true;
        }
        if matches!(role, Role::Body | Role::Part) {
            let is_rebound = (before.min, before.max) != (after.min, after.max) || before.kind != after.kind;
            let is_validated = one.attributes.iter().any(|text| text.contains("Validate"));
            if is_rebound && !is_validated {
                remarks.push(format!(
                    "{here} is held to no rules: {} derives no Validate, so its bounds are yours to check.",
                    one.name
                ));
            } else if is_rebound {
                self.rule(&mut own, one, shape, inner)?;
                is_changed = true;
            }
        }
        if role == Role::Body && (difference.fill.is_some() || turns) {
            is_changed |= defaults::written(self, &mut own, (one, inner), shape, (&here, remarks))?;
        }
        own.write(self.text, &mut self.edits);
        Ok(is_changed)
    }

    /// The rule of a body's member, with the new bounds in it.
    fn rule(
        &mut self,
        own: &mut Attributes,
        one: &Struct,
        shape: &Shape,
        inner: &str,
    ) -> Result<(), ProposeError> {
        let after = &shape.one.after;
        let Some(head) = bounds::rule_of(&after.kind) else { return Ok(()) };
        if !inner.ends_with("Decimal") {
            let item = bounds::written(own, head, after, inner);
            own.set("validate", head, item);
            return Ok(());
        }
        let name = bounds::name_of(after);
        let is_first = self.checked.insert(name.clone());
        let known = bounds::checking(own, self.file, after, inner).map(|known| known.range.clone());
        let is_bounded = after.min.is_some() || after.max.is_some();
        let function = bounds::function(self.alter, after)?;
        match (known, is_bounded) {
            (Some(range), true) if is_first => self.edits.replace(range, function),
            (Some(range), false) => {
                own.set_where("validate", |item| bounds::names(item, &name), None);
                if is_first {
                    let start = self.text.get(..line_start(self.text, range.start)).map_or(0, |before| {
                        before.trim_end().len() + usize::from(!before.trim_end().is_empty())
                    });
                    self.edits.replace(start..line_end(self.text, range.end), "");
                }
            }
            (None, true) => {
                own.set_where(
                    "validate",
                    |item| bounds::names(item, &name),
                    Some(format!("custom(function = \"{name}\")")),
                );
                if is_first {
                    self.edits.insert(line_end(self.text, one.range.end), format!("\n{function}\n"));
                    self.needs.push("validator::ValidationError".into());
                }
            }
            (Some(_), true) | (None, false) => {}
        }
        Ok(())
    }
}
