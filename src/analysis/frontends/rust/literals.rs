//! The text that a string or character literal stands for.

use std::borrow::Cow;

/// The value of a literal as written, whatever its prefix and quotes.
pub(super) fn text(source: &str) -> Cow<'_, str> {
    let body = source.trim_start_matches(['b', 'c']);
    if let Some(raw) = body.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let inner = raw.get(hashes + 1..raw.len().saturating_sub(hashes + 1));
        return Cow::Borrowed(inner.unwrap_or_default());
    }
    let inner = body.get(1..body.len().saturating_sub(1)).unwrap_or_default();
    if inner.contains('\\') { Cow::Owned(unescape(inner)) } else { Cow::Borrowed(inner) }
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('0') => out.push('\0'),
            Some('x') => {
                let digits: String = rest.by_ref().take(2).collect();
                out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            Some('u') => {
                let digits: String =
                    rest.by_ref().take_while(|c| *c != '}').filter(|c| !matches!(c, '{' | '_')).collect();
                out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            // A line continuation swallows the indentation of the next line.
            Some('\n' | '\r') => {
                let trimmed = rest.as_str().trim_start();
                rest = trimmed.chars();
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_literal_gives_its_text() {
        let cases = [
            (r#""plain""#, "plain"),
            (r#""a\n\"b\"\\""#, "a\n\"b\"\\"),
            (r#""\x41\u{1F_600}""#, "A\u{1f600}"),
            ("\"SELECT * \\\n      FROM t\"", "SELECT * FROM t"),
            (r###"r#"raw \n "quoted""#"###, r#"raw \n "quoted""#),
            (r#"b"bytes""#, "bytes"),
            (r#"br"x""#, "x"),
            ("'c'", "c"),
            (r"'\''", "'"),
            ("\"", ""),
            ("r#", ""),
            ("\"\\", ""),
        ];
        for (source, expected) in cases {
            assert_eq!(text(source), expected, "{source}");
        }
    }
}
