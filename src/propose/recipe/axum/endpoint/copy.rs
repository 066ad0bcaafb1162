//! A copy of one function, with another name and other values in it.
//!
//! Edits are ranges of the source that the function stands in; the result is laid out as rustfmt
//! has it and put behind the function that it follows.

use super::{
    super::layout,
    code::{Unit, children},
    queries::Query,
};
use crate::{
    ports::ProposeError,
    propose::{edits::Edits, rust::Function},
};
use std::ops::Range;
use tree_sitter::Node;

/// A function under change.
pub(super) struct Copy<'c> {
    pub(super) unit: Unit<'c>,
    edits: Edits,
    touched: Vec<Range<usize>>,
    /// Each parameter as it is written in the copy.
    parameters: Vec<String>,
    name: String,
    returns: Option<String>,
}

impl<'c> Copy<'c> {
    pub(super) fn new(unit: Unit<'c>, name: String) -> Self {
        let parameters =
            unit.function.parameters.iter().map(|(pattern, ty)| format!("{pattern}: {ty}")).collect();
        Self { unit, edits: Edits::default(), touched: Vec::new(), parameters, name, returns: None }
    }

    pub(super) fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.touched.push(range.clone());
        self.edits.replace(range, text);
    }

    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.edits.insert(at, text);
    }

    /// Whether a byte stands in what is replaced.
    pub(super) fn is_touched(&self, at: usize) -> bool {
        self.touched.iter().any(|range| range.contains(&at))
    }

    pub(super) fn set_parameter(&mut self, index: usize, text: String) {
        if let Some(own) = self.parameters.get_mut(index) {
            *own = text;
        }
    }

    pub(super) fn add_parameter(&mut self, index: usize, text: String) {
        self.parameters.insert(index.min(self.parameters.len()), text);
    }

    pub(super) fn drop_parameters(&mut self, gone: &[usize]) {
        let mut index = 0;
        self.parameters.retain(|_| {
            index += 1;
            !gone.contains(&(index - 1))
        });
    }

    /// Exchanges a variable wherever it is read, in the texts of macros too.
    pub(super) fn rename(&mut self, old: &str, new: &str) {
        if old == new {
            return;
        }
        for node in self.unit.all() {
            match node.kind() {
                "identifier" | "shorthand_field_identifier" if self.unit.text(node) == old => {
                    if is_member(node) || self.is_touched(node.start_byte()) {
                        continue;
                    }
                    let is_short = node.kind() != "identifier"
                        || node.parent().is_some_and(|one| one.kind() == "shorthand_field_initializer");
                    let text = if is_short { format!("{old}: {new}") } else { new.to_owned() };
                    self.replace(node.byte_range(), text);
                }
                "string_content" if node.parent().and_then(|one| one.parent()).is_some_and(in_macro) => {
                    let text = self.unit.text(node);
                    for end in ["}", ":"] {
                        for (at, found) in text.match_indices(&format!("{{{old}{end}")) {
                            let start = node.start_byte() + at + 1;
                            if !self.is_touched(start) {
                                self.replace(start..start + found.len() - 2, new.to_owned());
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// One value more for a query, before as many as it has then.
    pub(super) fn bind(&mut self, query: &Query<'_>, at: usize, value: &str) {
        let (place, is_before) = match (query.binds.get(at), query.binds.last()) {
            (Some(bind), _) => (bind.range.start, true),
            (None, Some(last)) => (last.range.end, false),
            (None, None) => (query.asked, false),
        };
        let text = match (query.is_macro, is_before) {
            (false, _) => format!(".bind({value})"),
            (true, true) => format!("{value}, "),
            (true, false) => format!(", {value}"),
        };
        self.insert(place, text);
    }

    /// The whole function as rustfmt writes it.
    pub(super) fn written(mut self) -> Result<String, ProposeError> {
        let function = self.unit.function;
        let item = item(self.unit);
        if let Some(name) = item.and_then(|item| item.child_by_field_name("name")) {
            self.edits.replace(name.byte_range(), self.name.clone());
        }
        if let Some(list) = item.and_then(|item| item.child_by_field_name("parameters")) {
            self.edits.replace(list.byte_range(), format!("({})", self.parameters.join(", ")));
        }
        let returns = item.and_then(|item| item.child_by_field_name("return_type"));
        if let (Some(node), Some(text)) = (returns, self.returns.take()) {
            self.edits.replace(node.byte_range(), text);
        }
        let range = &function.range;
        let mut own = Edits::default();
        for (at, text) in self.edits.within(range) {
            own.replace(at.start - range.start..at.end - range.start, text);
        }
        let text = own.apply(self.unit.slice(range.clone()))?;
        Ok(format!("{}{}", attributes(function), layout::function(&text)))
    }
}

/// Attributes that say nothing of the function's own names or address.
pub(in crate::propose::recipe::axum) fn attributes(function: &Function) -> String {
    let is_general = |text: &&String| {
        let name = text.trim_start_matches("#[").split(['(', ']']).next().unwrap_or_default();
        let last = name.rsplit("::").next().unwrap_or_default();
        matches!(last, "instrument" | "debug_handler") && (!text.contains('(') || text.contains("skip_all"))
    };
    function.attributes.iter().filter(is_general).map(|text| format!("{text}\n")).collect()
}

fn item<'c>(unit: Unit<'c>) -> Option<Node<'c>> {
    let range = &unit.function.range;
    let mut node = unit.source.tree.root_node().descendant_for_byte_range(range.start, range.end)?;
    while node.kind() != "function_item" {
        node = node.parent()?;
    }
    Some(node)
}

/// Whether a name stands behind a point or a path, or names a field.
fn is_member(node: Node<'_>) -> bool {
    let Some(parent) = node.parent() else { return false };
    match parent.kind() {
        "field_expression" => parent.child_by_field_name("field") == Some(node),
        "scoped_identifier" => true,
        "field_initializer" => parent.child_by_field_name("field") == Some(node),
        "call_expression" => parent.child_by_field_name("function") == Some(node),
        // Of tokens of a macro only the sign before says what a name is.
        "token_tree" => node.prev_sibling().is_some_and(|before| matches!(before.kind(), "." | "::")),
        _ => false,
    }
}

fn in_macro(node: Node<'_>) -> bool {
    node.kind() == "token_tree"
}

/// The names that a pattern binds: `State(state)`, `Json(Body { name, .. })`.
pub(super) fn bound(pattern: &str) -> Vec<String> {
    let words = pattern.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    words
        .filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()) && !word.contains("::"))
        .filter(|word| !matches!(*word, "mut" | "ref"))
        .map(|word| word.trim_end_matches(':').to_owned())
        .collect()
}

/// Whether a part of a function reads one of these variables.
pub(super) fn reads(unit: Unit<'_>, node: Node<'_>, names: &[String]) -> bool {
    let mut pending = vec![node];
    while let Some(node) = pending.pop() {
        let is_name = node.kind() == "identifier" || node.kind() == "shorthand_field_identifier";
        if is_name && !is_member(node) && names.iter().any(|name| name == unit.text(node)) {
            return true;
        }
        pending.extend(children(node));
    }
    false
}
