//! The text that a literal of a C-like language stands for. Knows no tree.

/// The text of a literal between its quotes, with the common escapes resolved.
pub(super) fn unescape(inner: &str) -> String {
    if !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('u') => {
                let digits: String = chars.clone().take_while(char::is_ascii_hexdigit).take(4).collect();
                if let Some(c) = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32) {
                    out.push(c);
                    chars.nth(digits.len().saturating_sub(1));
                }
            }
            // A line that goes on.
            Some('\n') | None => {}
            Some(other) => out.push(other),
        }
    }
    out
}

/// The text of a block literal: `"""` with its common indentation taken away.
pub(super) fn block_text(inner: &str) -> String {
    let mut lines: Vec<&str> = inner.lines().collect();
    if lines.first().is_some_and(|line| line.trim().is_empty()) {
        lines.remove(0);
    }
    let indents = lines.iter().filter(|line| !line.trim().is_empty());
    let common = indents.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let lines: Vec<&str> = lines.iter().map(|line| line.get(common..).unwrap_or_default()).collect();
    unescape(&lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_blocks_give_their_text() {
        assert_eq!(unescape(r#"a\n\"b\" \u0041c"#), "a\n\"b\" Ac");
        assert_eq!(unescape(r"C:\\x"), r"C:\x");
        assert_eq!(block_text("\n    select *\n      from a\n    "), "select *\n  from a\n");
    }
}
