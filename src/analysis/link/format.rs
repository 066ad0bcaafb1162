//! Texts made by the functions that packs call `format_calls`.

use super::{
    linker::Linker,
    project::FileId,
    value::{HOLE, Value},
};
use crate::analysis::facts::{Arg, Call, FileFacts};

impl Linker<'_> {
    /// The text of a format call; none for other calls, and where its form is not known.
    pub fn formatted(&mut self, file: FileId, facts: &FileFacts, call: &Call, path: &str) -> Option<Value> {
        if !self.rules.is_format(facts.lang, path) {
            return None;
        }
        let (first, rest) = facts.args(call.args).split_first()?;
        let Value::Text(form) = self.expr(file, first.value) else { return None };
        let rest: Vec<Arg> = rest.to_vec();
        let values: Vec<Value> = rest.iter().map(|arg| self.expr(file, arg.value)).collect();
        fill(&form, &values).map(|text| Value::text(&text))
    }
}

/// A printf form with its verbs replaced; none where a verb has no value.
fn fill(form: &str, values: &[Value]) -> Option<String> {
    let mut out = String::with_capacity(form.len());
    let mut values = values.iter();
    let mut chars = form.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        while chars.next_if(|c| !c.is_ascii_alphabetic() && *c != '%').is_some() {}
        match chars.next()? {
            '%' => out.push('%'),
            _ => match values.next()? {
                Value::Text(text) => out.push_str(text),
                _ => out.push_str(HOLE),
            },
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_filled_in_order_and_what_is_not_known_is_a_hole() {
        let values = [Value::text("api"), Value::Number];
        assert_eq!(fill("/%s/v%02d/%%", &values).as_deref(), Some("/api/v{?}/%"));
        assert_eq!(fill("%s%s%s", &values), None);
        assert_eq!(fill("plain", &[]).as_deref(), Some("plain"));
    }
}
