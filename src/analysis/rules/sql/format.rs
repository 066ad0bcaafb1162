//! Format strings: holes in braces, and holes after a percent sign.

/// A part of a format string.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    Text(String),
    /// `{}`.
    Next,
    /// `{name}`.
    Named(String),
    /// `{0}`, `%1$s`: the argument at this position.
    At(usize),
    /// `%d`: the next argument, a number.
    Number,
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
                parts.push(match name.split(',').next().unwrap_or_default().parse() {
                    Ok(position) => Part::At(position),
                    Err(_) if name.is_empty() => Part::Next,
                    Err(_) => Part::Named(name),
                });
            }
            other => text.push(other),
        }
    }
    parts.push(Part::Text(text));
    parts
}

/// The parts of a pattern of `printf`. A hole that only a number fits is text already.
pub(super) fn percent_parts(pattern: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        let mut flags = String::new();
        while let Some(flag) = chars.next_if(|c| c.is_ascii_digit() || "+-# .*$'[]lhq".contains(*c)) {
            // `%q` of Go quotes for Go, not for a database.
            flags.push(flag);
            if flag == 'q' {
                break;
            }
        }
        let verb = if flags.ends_with('q') { Some('q') } else { chars.next() };
        let position = flags.split('$').next().and_then(|at| at.parse::<usize>().ok());
        let position = position.filter(|_| flags.contains('$')).and_then(|at| at.checked_sub(1));
        match verb {
            Some('%') => text.push('%'),
            Some('s' | 'S' | 'v' | 'q' | 'T') => {
                parts.push(Part::Text(std::mem::take(&mut text)));
                parts.push(position.map_or(Part::Next, Part::At));
            }
            Some('n') => text.push('\n'),
            Some(verb) if verb.is_ascii_alphabetic() => {
                parts.push(Part::Text(std::mem::take(&mut text)));
                parts.push(Part::Number);
            }
            Some(other) => text.extend(['%', other]),
            None => text.push('%'),
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
        assert_eq!(parts_of("{1}"), [text(""), Part::At(1), text("")]);
    }

    #[test]
    fn percent_signs_mark_holes_for_texts_and_for_numbers() {
        let text = |text: &str| Part::Text(text.to_owned());
        assert_eq!(
            percent_parts("a %s 100%% %-5d %2$s %q"),
            [
                text("a "),
                Part::Next,
                text(" 100% "),
                Part::Number,
                text(" "),
                Part::At(1),
                text(" "),
                Part::Next,
                text("")
            ]
        );
        assert_eq!(percent_parts("50%"), [text("50%")]);
    }
}
