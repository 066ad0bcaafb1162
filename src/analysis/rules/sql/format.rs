//! Format strings with holes in braces.

/// A part of a format string.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    Text(String),
    /// `{}`.
    Next,
    /// `{name}`.
    Named(String),
}

pub(super) fn parts_of(pattern: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' | '}' if chars.peek() == Some(&c) => {
                chars.next();
                text.push(c);
            }
            '{' => {
                let inside: String = chars.by_ref().take_while(|c| *c != '}').collect();
                let name = inside.split(':').next().unwrap_or_default().trim().to_owned();
                parts.push(Part::Text(std::mem::take(&mut text)));
                parts.push(if name.is_empty() { Part::Next } else { Part::Named(name) });
            }
            other => text.push(other),
        }
    }
    parts.push(Part::Text(text));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_format_string_has_texts_and_holes() {
        let text = |text: &str| Part::Text(text.to_owned());
        assert_eq!(
            parts_of("a {} {{b}} {name:?}"),
            [text("a "), Part::Next, text(" {b} "), Part::Named("name".into()), text("")]
        );
    }
}
