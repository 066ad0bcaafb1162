//! Untrusted text made safe for a format.
//!
//! One rule for all: no control, bidirectional or zero-width character leaves this
//! program inside a report. Each format says it in its own notation.

use crate::domain::safe::is_unsafe;
use std::fmt::Write;

/// Control characters (but newline and tab) as `\u{…}`, so that no report drives a terminal.
pub(super) fn visible(text: &str) -> String {
    escaped(text, |c| matches!(c, '\n' | '\t'))
}

/// The same on one line: newlines, returns and tabs as `\n`, `\r`, `\t`.
pub(super) fn line(text: &str) -> String {
    escaped(text, |_| false)
}

fn escaped(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if keep(c) || !is_unsafe(c) => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => {
                let _infallible = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    out
}

/// Serialised JSON in which every unsafe character is a `\u` escape. Line feeds and blanks
/// of the layout stay; inside strings the serialiser has escaped them already.
pub fn json(text: String) -> String {
    // Maps are megabytes of plain text with a name here and there that is not.
    let mut plain = plain_length(&text);
    if plain == text.len() {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text.as_str();
    while let Some((start, after)) = rest.split_at_checked(plain) {
        out.push_str(start);
        let mut others = after.chars();
        let Some(c) = others.next() else { break };
        if is_unsafe(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _infallible = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
        rest = others.as_str();
        plain = plain_length(rest);
    }
    out
}

/// Bytes of the visible ASCII, blanks and line feeds that a text begins with.
fn plain_length(text: &str) -> usize {
    const STEP: usize = 64;
    let is_plain = |byte: u8| byte == b'\n' || (b' '..=b'~').contains(&byte);
    let bytes = text.as_bytes();
    // Whole steps without a branch in them are what processors look at many bytes at once.
    let steps = bytes.chunks_exact(STEP);
    let whole = steps.take_while(|step| step.iter().fold(true, |plain, byte| plain & is_plain(*byte)));
    let start = whole.count() * STEP;
    start + bytes.iter().skip(start).take_while(|byte| is_plain(**byte)).count()
}

/// Text or attribute value of XML 1.0, where most controls cannot stand even escaped.
pub(super) fn xml(text: &str) -> String {
    html(text).replace('\'', "&apos;")
}

/// Text between tags.
pub(super) fn html(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text in a Markdown line: markup characters lose their meaning, newlines become blanks.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '\n' | '\t' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' => {
                // Paths and symbols read better unescaped; only what starts markup is escaped.
                if matches!(c, '_' | '#' | '\\') {
                    out.push(c);
                } else {
                    out.push('\\');
                    out.push(c);
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// A fence longer than any run of backticks in the text.
pub(super) fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const HOSTILE: &str = "a\nb\u{1b}[2J\u{202e}\u{9b}\u{e0041}";

    #[test]
    fn one_line_stays_one_line() {
        assert_eq!(line(HOSTILE), r"a\nb\u{1b}[2J\u{202e}\u{9b}\u{e0041}");
        assert_eq!(visible(HOSTILE), "a\nb\\u{1b}[2J\\u{202e}\\u{9b}\\u{e0041}");
    }

    #[test]
    fn json_reads_back_to_the_same_text_and_holds_no_unsafe_character() {
        let text = json(serde_json::to_string_pretty(&[HOSTILE]).expect("JSON"));
        assert!(text.chars().all(|c| c == '\n' || !is_unsafe(c)), "{text}");
        let back: Vec<String> = serde_json::from_str(&text).expect("JSON");
        assert_eq!(back, [HOSTILE]);
    }

    #[test]
    fn an_unsafe_character_is_found_wherever_it_stands_in_a_long_text() {
        for at in [0, 1, 62, 63, 64, 65, 127, 128, 200] {
            let mut text = "\"plain\": 1,\n".repeat(20);
            text.insert_str(at, "é\u{202e}\u{7f}");
            let expected = text.replace('\u{202e}', r"\u202e").replace('\u{7f}', r"\u007f");
            assert_eq!(json(text), expected, "{at}");
        }
    }

    #[test]
    fn xml_has_no_character_that_xml_forbids() {
        assert_eq!(xml("<a b='\"'>&\u{0}"), r"&lt;a b=&apos;&quot;&apos;&gt;&amp;\u{0}");
    }
}
