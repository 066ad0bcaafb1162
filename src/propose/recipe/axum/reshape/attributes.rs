//! Attributes before a member of a structure: `#[validate(length(max = 80))]`,
//! `#[serde(default = "default_stars")]`.
//!
//! Only what a change is about is written anew; the rest keeps its bytes.

use crate::propose::edits::{Edits, indent_of, line_end, line_start};
use std::ops::Range;

/// The attributes of one member.
#[derive(Debug, Clone)]
pub(super) struct Attributes {
    list: Vec<Attribute>,
    /// Where the member itself begins.
    member: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Attribute {
    name: String,
    /// What stands in its brackets, split at commas.
    items: Vec<String>,
    /// From `#` to `]`.
    range: Range<usize>,
    is_changed: bool,
}

impl Attributes {
    /// Reads those between the member before and the member itself.
    pub(super) fn read(text: &str, from: usize, member: usize) -> Self {
        let mut list = Vec::new();
        let mut at = from;
        while let Some(offset) = text.get(at..member).and_then(|rest| rest.find("#[")) {
            let start = at + offset;
            let line = text.get(line_start(text, start)..start).unwrap_or_default();
            let Some(length) = closed(text.get(start + 1..).unwrap_or_default()) else { break };
            let end = start + 1 + length;
            at = end;
            if line.contains("//") {
                continue;
            }
            let inner = text.get(start + 2..end - 1).unwrap_or_default();
            let (name, rest) = inner.split_once('(').unwrap_or((inner, ""));
            let items = split(rest.trim_end().strip_suffix(')').unwrap_or(rest));
            list.push(Attribute {
                name: name.trim().to_owned(),
                items: items.into_iter().map(str::to_owned).collect(),
                range: start..end,
                is_changed: false,
            });
        }
        Self { list, member }
    }

    /// The items of all attributes of a name.
    pub(super) fn items<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        let own = self.list.iter().filter(move |one| one.name == name);
        own.flat_map(|one| &one.items).map(String::as_str)
    }

    /// An item by its head: `length` of `length(max = 80)`, `default` of `default = "a"`.
    pub(super) fn item<'s>(&'s self, name: &'s str, head: &'s str) -> Option<&'s str> {
        self.items(name).find(|item| head_of(item) == head)
    }

    /// Puts an item in place of the one with its head, or beside the others; `None` takes it
    /// away.
    pub(super) fn set(&mut self, name: &str, head: &str, item: Option<String>) {
        self.set_where(name, |own| head_of(own) == head, item);
    }

    /// The same for the item that a test says.
    pub(super) fn set_where(&mut self, name: &str, is_it: impl Fn(&str) -> bool, item: Option<String>) {
        for one in self.list.iter_mut().filter(|one| one.name == name) {
            let Some(at) = one.items.iter().position(|item| is_it(item)) else { continue };
            one.is_changed = true;
            match item {
                Some(item) => one.items.splice(at..=at, [item]).for_each(drop),
                None => drop(one.items.remove(at)),
            }
            return;
        }
        let Some(item) = item else { return };
        match self.list.iter_mut().find(|one| one.name == name) {
            Some(one) => {
                one.items.push(item);
                one.is_changed = true;
            }
            None => self.list.push(Attribute {
                name: name.to_owned(),
                items: vec![item],
                range: 0..0,
                is_changed: true,
            }),
        }
    }

    /// Writes what changed.
    pub(super) fn write(&self, text: &str, edits: &mut Edits) {
        for one in self.list.iter().filter(|one| one.is_changed) {
            let written = format!("#[{}({})]", one.name, one.items.join(", "));
            let is_new = one.range.is_empty();
            match (is_new, one.items.is_empty()) {
                (true, true) => {}
                (true, false) => {
                    let indent = indent_of(text, self.member);
                    edits.insert(self.member, format!("{written}\n{indent}"));
                }
                (false, false) => edits.replace(one.range.clone(), written),
                (false, true) => {
                    let (start, end) = (line_start(text, one.range.start), line_end(text, one.range.end));
                    let is_alone = text
                        .get(start..end)
                        .is_some_and(|line| line.trim() == text.get(one.range.clone()).unwrap_or_default());
                    edits.replace(if is_alone { start..end } else { one.range.clone() }, "");
                }
            }
        }
    }
}

/// What an item is called.
fn head_of(item: &str) -> &str {
    item.split(['(', '=']).next().unwrap_or_default().trim()
}

/// The length of `[…]` at the beginning of a text.
fn closed(text: &str) -> Option<usize> {
    let mut depth = 0_i32;
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' | '(' if !quoted => depth += 1,
            ']' | ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + c.len_utf8());
        }
    }
    None
}

/// Splits at commas outside of brackets and texts.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    let parts = text.split(|c: char| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' if !quoted => depth += 1,
            ')' | ']' if !quoted => depth -= 1,
            _ => {}
        }
        depth == 0 && !quoted && c == ','
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// A rule with bounds: `length(min = 1, max = 80, message = "…")`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    head: String,
    items: Vec<(String, String)>,
}

impl Rule {
    pub(super) fn read(item: &str) -> Self {
        let inner = item.split_once('(').map_or("", |(_, rest)| rest.strip_suffix(')').unwrap_or(rest));
        let pair = |part: &str| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (name.trim().to_owned(), value.trim().to_owned())
        };
        Self { head: head_of(item).to_owned(), items: split(inner).into_iter().map(pair).collect() }
    }

    /// An empty one.
    pub(super) fn named(head: &str) -> Self {
        Self { head: head.to_owned(), items: Vec::new() }
    }

    /// Whether it holds to bounds in words that the notation does not know, or to no plain
    /// numbers.
    pub(super) fn is_foreign(&self) -> bool {
        self.items.iter().any(|(name, _)| {
            matches!(name.as_str(), "equal" | "exclusive_min" | "exclusive_max")
                || matches!(name.as_str(), "min" | "max") && self.bound(name).is_none()
        })
    }

    /// A bound that is a plain whole number.
    pub(super) fn bound(&self, name: &str) -> Option<i64> {
        let (_, value) = self.items.iter().find(|(own, _)| own == name)?;
        let value = value.trim_matches('"').replace('_', "");
        let whole = value.strip_suffix(".0").unwrap_or(&value);
        whole.parse().ok()
    }

    /// The rule with other bounds; `None` where nothing is left of it.
    pub(super) fn with(mut self, min: Option<String>, max: Option<String>) -> Option<String> {
        self.items.retain(|(name, _)| !matches!(name.as_str(), "min" | "max"));
        let is_bounded = min.is_some() || max.is_some();
        let both = [("min", min), ("max", max)];
        let bounds = both.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        self.items.splice(0..0, bounds.collect::<Vec<_>>());
        let items: Vec<String> = self.items.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        is_bounded.then(|| format!("{}({})", self.head, items.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "struct New {\n    // #[validate(email)]\n    #[validate(email, length(max = 80, message = \"at most, 80\"))]\n    #[serde(default)]\n    pub title: String,\n}\n";

    fn written(change: impl Fn(&mut Attributes)) -> String {
        let mut own = Attributes::read(TEXT, 12, TEXT.find("pub").unwrap());
        change(&mut own);
        let mut edits = Edits::default();
        own.write(TEXT, &mut edits);
        edits.apply(TEXT).unwrap()
    }

    #[test]
    fn only_what_changed_is_written() {
        assert_eq!(written(|_| {}), TEXT);
        let longer = written(|own| {
            let rule = Rule::read(own.item("validate", "length").unwrap());
            own.set("validate", "length", rule.with(Some("2".into()), Some("120".into())));
        });
        assert!(
            longer.contains("#[validate(email, length(min = 2, max = 120, message = \"at most, 80\"))]\n")
        );
        let bare = written(|own| own.set("serde", "default", None));
        assert!(bare.contains("))]\n    pub title"), "{bare}");
        let more = written(|own| own.set("garde", "skip", Some("skip".into())));
        assert!(more.contains("    #[serde(default)]\n    #[garde(skip)]\n    pub title"), "{more}");
    }

    #[test]
    fn bounds_that_are_no_plain_numbers_are_foreign() {
        for (item, foreign) in [
            ("length(min = 1, max = 1_000)", false),
            ("range(min = 0.0)", false),
            ("range(max = LIMIT)", true),
            ("length(equal = 3)", true),
        ] {
            assert_eq!(Rule::read(item).is_foreign(), foreign, "{item}");
        }
        assert_eq!(Rule::read("length(max = 1_000)").bound("max"), Some(1000));
        assert_eq!(Rule::read("length(max = 5)").with(None, None), None);
    }
}
