//! The change of a field that is there: what is different, and whether rows can bear it.
//!
//! A field is given as it shall be. A change that rows may not fit into is refused with the way
//! on, or asked for the value that empty rows get; one that only widens is taken as it is.

use super::{
    alter::{Change, values_apart},
    fields::{self, Field, Kind},
    fill::Fill,
    head::Words,
    values::kind_name,
};
use crate::{domain::place::Place, ports::ProposeError, propose::script::unquoted};
use std::collections::BTreeMap;

/// Says that somebody filled the rows whose field has no value that fits all.
const FILLED: &str = "filled";

/// Fields as they shall be, and the values behind them.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    fields: Vec<Field>,
    values: BTreeMap<String, String>,
}

/// What is different about one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) before: Field,
    pub(super) after: Field,
    /// The new default, which rows without a value get too.
    pub(super) fill: Option<Fill>,
    pub(super) place: Place,
}

impl Wanted {
    /// Reads `title:string{1..400} note:text=none`.
    pub(super) fn read(text: &str, words: &Words) -> Result<Self, ProposeError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let (plain, values) = values_apart(text);
        Ok(Self { fields: fields::parse(&plain, words)?, values })
    }

    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// `change_title_and_2_more`, for the names of files and classes; none where nothing is to
    /// be different.
    pub(super) fn subject(&self) -> Option<String> {
        match self.fields.as_slice() {
            [] => None,
            [one] => Some(format!("change_{}", one.name)),
            [one, others @ ..] => Some(format!("change_{}_and_{}_more", one.name, others.len())),
        }
    }

    /// What is different about each field; `known` gives one that is there, and its place.
    pub(super) fn differences(
        &self,
        known: impl Fn(&Field) -> Result<(Field, Place), ProposeError>,
    ) -> Result<Vec<Difference>, ProposeError> {
        let mut all = Vec::new();
        for after in &self.fields {
            let (before, place) = known(after)?;
            let value = self.values.get(&after.name).map(String::as_str);
            all.push(Difference::between(before, after, value, place)?);
        }
        Ok(all)
    }
}

impl Difference {
    /// Compares the two, and refuses what rows may not bear.
    fn between(
        before: Field,
        after: &Field,
        value: Option<&str>,
        place: Place,
    ) -> Result<Self, ProposeError> {
        let name = &after.name;
        let refuse = |what: String, hint: &str| Err(ProposeError::Input { what, hint: hint.to_owned() });
        let beside = "add a second field, fill it from this one, and drop this one in a later step";
        let widens = before.kind == Kind::String && after.kind == Kind::Text;
        if before.kind != after.kind && !widens {
            return refuse(
                format!(
                    "{name} at {place} is of type {}, and its rows may not be of type {}",
                    kind_name(&before.kind),
                    kind_name(&after.kind)
                ),
                beside,
            );
        }
        let is_text = after.kind == Kind::String;
        let longest = |field: &Field| field.max.unwrap_or(255);
        if is_text && longest(after) < longest(&before) {
            return refuse(
                format!(
                    "{name} at {place} holds up to {} characters, and its rows may be longer than {}",
                    longest(&before),
                    longest(after)
                ),
                beside,
            );
        }
        let is_filled = value == Some(FILLED);
        let has_value = !matches!(after.kind, Kind::Date | Kind::DateTime | Kind::Uuid | Kind::BelongsTo(_))
            && !after.unique;
        let fill = match value {
            Some(_) if after.optional => {
                return refuse(
                    format!("{name} is optional and has a value for rows that are there"),
                    "leave out the ? to require it, or the value to leave it empty",
                );
            }
            Some(_) if is_filled && !has_value => None,
            Some(value) => Some(Fill::read(after, value)?),
            None => None,
        };
        if before.optional && !after.optional && fill.is_none() && !is_filled {
            return refuse(
                format!("rows that hold no {name} need a value before it can be required"),
                if has_value {
                    "write the value behind its type with ="
                } else {
                    "fill them, then say so with =filled behind its type"
                },
            );
        }
        let difference = Self { before, after: after.clone(), fill, place };
        let is_same = difference.before == difference.after && difference.fill.is_none();
        if is_same {
            return refuse(
                format!("{name} at {} is so already", difference.place),
                "write the field as it shall be",
            );
        }
        Ok(difference)
    }

    pub(super) fn is_required_now(&self) -> bool {
        self.before.optional && !self.after.optional
    }

    pub(super) fn is_optional_now(&self) -> bool {
        !self.before.optional && self.after.optional
    }

    /// Whether bodies are held to other bounds, which rows that are there may not keep.
    fn is_tighter(&self) -> bool {
        let (before, after) = (&self.before, &self.after);
        let least = |field: &Field| field.min.unwrap_or(i64::MIN);
        let most = |field: &Field| field.max.unwrap_or(i64::MAX);
        let text = matches!(after.kind, Kind::String);
        least(after) > least(before) || !text && most(after) < most(before)
    }

    /// Whether it gets an index: `Some(true)` where it is a unique one.
    pub(super) fn new_index(&self) -> Option<bool> {
        let (before, after) = (&self.before, &self.after);
        let has = |field: &Field| field.unique || field.index || matches!(field.kind, Kind::BelongsTo(_));
        match () {
            () if after.unique && !before.unique => Some(true),
            () if has(after) && !has(before) => Some(false),
            () => None,
        }
    }

    /// What is to be said of it.
    pub(super) fn remarks(&self) -> Vec<String> {
        let name = &self.after.name;
        let mut all = Vec::new();
        if self.is_tighter() {
            all.push(format!(
                "Rows that are there may be outside of the new bounds of {name}: they are read as before, and \
                 refused when they are sent again."
            ));
        }
        if self.is_optional_now() {
            all.push(format!("Code that reads {name} may find nothing in it now; look where it is used."));
        }
        if self.is_optional_now() || self.before.kind != self.after.kind || self.is_longer() {
            all.push(format!("The way down fails once rows have a {name} that did not fit before."));
        }
        all
    }

    /// Whether a text may be longer than it was.
    pub(super) fn is_longer(&self) -> bool {
        let longest = |field: &Field| field.max.unwrap_or(255);
        self.after.kind == Kind::String && longest(&self.after) > longest(&self.before)
    }
}

/// Adding and changing are asked for one at a time: each is a migration of its own.
pub(super) fn refuse_both(wanted: &Wanted, change: &Change<'_>) -> Result<(), ProposeError> {
    let adds = !change.ask.fields.is_empty() || !change.indexes.is_empty();
    if wanted.fields.is_empty() || !adds {
        return Ok(());
    }
    Err(ProposeError::Input {
        what: "fields are to be added and others to be changed".into(),
        hint: "ask for change alone, and for fields and index in a second run".into(),
    })
}

/// Bounds that the columns of a type have by themselves.
pub(super) fn widest(kind: &Kind) -> Option<(i64, i64)> {
    match kind {
        Kind::Integer => Some((-2_147_483_648, 2_147_483_647)),
        Kind::Decimal => Some((-9_999_999_999, 9_999_999_999)),
        _ => None,
    }
}

/// Whether a plain value of TypeScript keeps to the bounds; what is none is left as it is.
pub(super) fn fits(field: &Field, value: &str) -> bool {
    let inside =
        |value: i64| field.min.is_none_or(|min| value >= min) && field.max.is_none_or(|max| value <= max);
    match &field.kind {
        Kind::String | Kind::Text => match unquoted(value) {
            Some(text) => inside(i64::try_from(text.chars().count()).unwrap_or(i64::MAX)),
            None => true,
        },
        _ => value.parse::<f64>().map_or(true, |number| {
            field.min.is_none_or(|min| number >= min as f64)
                && field.max.is_none_or(|max| number <= max as f64)
        }),
    }
}

/// Lines of a test that a change of a field makes untrue, and what they test.
pub(super) fn untrue(text: &str, name: &str, one: &Difference) -> Vec<(usize, &'static str)> {
    let is_free = one.is_optional_now() || one.fill.is_some();
    let quoted = [format!("\"{name}\""), format!("'{name}'"), format!(" {name}:")];
    let past = one.before.max.map(|max| max.saturating_add(1).to_string());
    let below = one.before.min.map(|min| min.saturating_sub(1).to_string());
    let other = |was: Option<i64>, is: Option<i64>, edge: Option<String>| edge.filter(|_| was != is);
    let edges = [other(one.before.max, one.after.max, past), other(one.before.min, one.after.min, below)];
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let names = quoted.iter().any(|quoted| line.contains(quoted.as_str()));
        let is_title = ["def test_", "fn ", "it(", "test("].iter().any(|head| line.contains(head));
        let words_of = |joint: &str| line.contains(&format!("without{joint}{name}"));
        let required = is_title && (words_of("_") || words_of(" "));
        let kept = is_title && one.is_optional_now() && line.contains(&format!("let {name} become null"));
        let listed = names && line.trim_start().starts_with("for ") && !line.contains('(');
        let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '-'));
        if kept {
            found.push((at + 1, "is never null"));
        } else if is_free && (required || listed && text.contains("del ")) {
            found.push((at + 1, "is required"));
        } else if names && words.any(|word| edges.iter().flatten().any(|edge| edge == word)) {
            found.push((at + 1, "keeps to its old bounds"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::recipe::head::Head;

    fn differ(before: &str, after: &str) -> Result<Difference, ProposeError> {
        let words = Head::load("django-drf").unwrap().words;
        let before = fields::parse(before, &words).unwrap().remove(0);
        let wanted = Wanted::read(after, &words).unwrap();
        let place = Place::new("a.py", 3);
        wanted.differences(|_| Ok((before.clone(), place.clone()))).map(|mut all| all.remove(0))
    }

    #[test]
    fn what_only_widens_is_taken() {
        let longer = differ("title:string{1..80}", "title:string{1..200}").unwrap();
        assert!(longer.is_longer() && longer.remarks()[0].contains("way down"));
        assert!(differ("title:string{..80}", "title:text").is_ok());
        assert!(differ("title:text", "title:text?").unwrap().is_optional_now());
        assert_eq!(differ("a:int", "a:int:unique").unwrap().new_index(), Some(true));
        assert_eq!(differ("a:int", "a:int:index").unwrap().new_index(), Some(false));
        assert_eq!(differ("a:int:unique", "a:int").unwrap().new_index(), None);
        assert!(differ("a:int{1..9}", "a:int{2..9}").unwrap().remarks()[0].contains("outside"));
        assert!(differ("a:int?", "a:int=3").unwrap().is_required_now());
        assert!(differ("b:belongs_to(Book)?", "b:belongs_to(Book)=filled").unwrap().is_required_now());
    }

    #[test]
    fn what_rows_may_not_bear_is_refused_with_the_way_on() {
        for (before, after, expected) in [
            ("title:string{..200}", "title:string{..80}", "longer than 80"),
            ("title:text", "title:string{..80}", "is of type text"),
            ("a:int", "a:bool", "is of type integer"),
            ("a:int?", "a:int", "need a value"),
            ("b:belongs_to(Book)?", "b:belongs_to(Book)", "need a value"),
            ("a:int{1..5}", "a:int{1..5}", "so already"),
            ("a:int?", "a:int?=3", "is optional"),
            ("a:int{1..5}", "a:int{1..5}=9", "outside of the bounds"),
        ] {
            match differ(before, after) {
                Err(ProposeError::Input { what, hint }) => {
                    assert!(what.contains(expected) && !hint.is_empty(), "{what}");
                }
                other => panic!("{before} {after}: {other:?}"),
            }
        }
    }

    #[test]
    fn lines_of_tests_that_are_not_so_any_more_are_named() {
        let field = |max| Field {
            name: "title".into(),
            kind: Kind::String,
            optional: false,
            unique: false,
            index: false,
            min: Some(2),
            max: Some(max),
        };
        let place = Place::new("a.py", 1);
        let one = Difference { before: field(80), after: field(200), fill: None, place };
        let text = "wrong = [\n    (\"title\", []),\n    (\"title\", \"x\" * 81),\n    (\"days\", 81),\n]\n";
        assert_eq!(untrue(text, "title", &one), [(3, "keeps to its old bounds")]);
        let one = Difference { fill: Some(Fill::Text("none".into())), ..one };
        let text = "for name in [\"title\", \"days\"]:\n    del sent[name]\ndef test_without_title():\n";
        assert_eq!(untrue(text, "title", &one), [(1, "is required"), (3, "is required")]);
    }
}
