//! A changed function in rustfmt's form, statement by statement: what was in another form before
//! keeps it.

use super::layout::{Form, UNIT, children, parsed};
use std::ops::Range;

/// A function after a change: its signature and each statement as rustfmt writes them where the
/// old one was in that form, else as they are.
pub(super) fn changed(old: &str, new: &str) -> String {
    let laid_out = || -> Option<String> {
        let (before, after) = (Parts::of(old)?, Parts::of(new)?);
        if before.0.len() != after.0.len() {
            return None;
        }
        let (mut out, mut end) = (String::new(), 0);
        for (was, is) in before.0.iter().zip(&after.0) {
            out.push_str(new.get(end..is.range.start)?);
            let is_formed = old.get(was.range.clone()) == Some(was.laid_out.as_str());
            out.push_str(if is_formed { &is.laid_out } else { new.get(is.range.clone())? });
            end = is.range.end;
        }
        out.push_str(new.get(end..)?);
        Some(out)
    };
    laid_out().unwrap_or_else(|| new.to_owned())
}

/// A signature up to its brace, or a statement.
struct Part {
    range: Range<usize>,
    laid_out: String,
}

/// The parts of a function, in order.
struct Parts(Vec<Part>);

impl Parts {
    fn of(text: &str) -> Option<Self> {
        let tree = parsed(text)?;
        let root = tree.root_node();
        let mut cursor = root.walk();
        let item = root.children(&mut cursor).find(|child| child.kind() == "function_item")?;
        let body = item.child_by_field_name("body")?;
        let form = Form { text };
        let head = Part { range: 0..body.start_byte() + 1, laid_out: form.head(item, 0)? };
        let statements =
            children(body).map(|one| Part { range: one.byte_range(), laid_out: form.statement(one, UNIT) });
        Some(Self(std::iter::once(head).chain(statements).collect()))
    }
}
