//! The one sanitizer that every text passes on its way to a terminal.
//!
//! Paths, source, output and task texts are untrusted: a control character would move the
//! terminal's cursor, a bidirectional override would show code in another order than it
//! runs, a zero-width character would hide a difference. Here they become visible text.
//! Nothing in `ui` or `linear` writes without going through this file.

use std::borrow::Cow;

/// The text with every control, bidirectional and zero-width character made visible.
///
/// Tabs become four blanks; callers that care for tab stops expand them before. Texts
/// without such characters, nearly all, are borrowed.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) || !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        push(&mut out, c);
    }
    Cow::Owned(out)
}

/// Whether a character must not reach the terminal as it is.
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || is_invisible(c)
}

/// Removes what a paste may carry and a text must not hold: controls other than line
/// feeds, and characters that cannot be seen. `\r\n` and `\r` become `\n`, tabs stay.
pub fn clean_paste(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|&c| matches!(c, '\n' | '\t') || !is_unsafe(c))
        .collect()
}

/// Appends the visible form of one character.
pub fn push(out: &mut String, c: char) {
    match c {
        '\t' => out.push_str("    "),
        '\u{1b}' => out.push('␛'),
        '\u{7f}' => out.push('␡'),
        // The control pictures block mirrors the first 32 control characters.
        c if (c as u32) < 0x20 => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('␦')),
        c if is_unsafe(c) => out.push_str(&format!("<U+{:04X}>", c as u32)),
        c => out.push(c),
    }
}

/// Bidirectional controls, zero-width characters and other invisible format characters.
/// U+200D and the variation selectors stay: they join emoji and cannot reorder text.
fn is_invisible(c: char) -> bool {
    matches!(
        c as u32,
        0x00ad | 0x034f | 0x061c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180e
            | 0x200b | 0x200c | 0x200e | 0x200f
            | 0x2028..=0x202e
            | 0x2060..=0x206f
            | 0x3164 | 0xfeff | 0xffa0
            | 0xfff9..=0xfffb
            | 0x1d173..=0x1d17a
            | 0xe0000..=0xe007f
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(clean("def cancel(self) -> Order: # größer ✓"), Cow::Borrowed(_)));
    }

    #[test]
    fn an_escape_sequence_becomes_visible() {
        assert_eq!(clean("a\u{1b}[2Jb\u{7}\u{9b}1m"), "a␛[2Jb␇<U+009B>1m");
    }

    #[test]
    fn a_bidirectional_override_is_named() {
        assert_eq!(clean("if admin\u{202e}\u{200b}x\u{feff}"), "if admin<U+202E><U+200B>x<U+FEFF>");
    }

    #[test]
    fn nothing_that_can_move_the_cursor_survives() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let text = c.to_string();
            assert!(!clean(&text).chars().any(is_unsafe), "{:04X} survived", c as u32);
        }
    }

    #[test]
    fn a_paste_keeps_lines_and_loses_controls() {
        assert_eq!(clean_paste("one\r\ntwo\u{1b}[31m\rthree\u{202e}\t4"), "one\ntwo[31m\nthree\t4");
    }
}
