//! The text of string literals.

/// The text of a quoted or raw literal, escapes resolved.
pub(super) fn text(source: &str) -> String {
    if let Some(raw) = source.strip_prefix('`') {
        return raw.strip_suffix('`').unwrap_or(raw).replace('\r', "");
    }
    let quoted = source.strip_prefix(['"', '\'']).unwrap_or(source);
    let inner = quoted.strip_suffix(['"', '\'']).unwrap_or(quoted);
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let Some(escape) = chars.next() else { break };
        let digits = match escape {
            'n' => {
                out.push('\n');
                continue;
            }
            't' => {
                out.push('\t');
                continue;
            }
            'r' => {
                out.push('\r');
                continue;
            }
            'x' => 2,
            'u' => 4,
            'U' => 8,
            other => {
                out.push(other);
                continue;
            }
        };
        let mut code = 0_u32;
        for _ in 0..digits {
            let Some(digit) = chars.peek().and_then(|digit| digit.to_digit(16)) else { break };
            code = code.saturating_mul(16).saturating_add(digit);
            chars.next();
        }
        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved_and_raw_texts_are_kept() {
        let cases = [
            (r#""a\n\"b\"\\""#, "a\n\"b\"\\"),
            (r#""\u00e4\x41""#, "äA"),
            ("`a\\n{}`", "a\\n{}"),
            (r#""""#, ""),
            (r#""open\"#, "open"),
        ];
        for (source, expected) in cases {
            assert_eq!(text(source), expected, "{source}");
        }
    }
}
