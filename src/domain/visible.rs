//! Which characters may be shown as they are.
//!
//! Paths, source, output and task texts are untrusted: a control character would drive
//! the terminal, a bidirectional override would show code in another order than it runs,
//! a zero-width character would hide a difference. Screens and reports ask here.

/// Whether a character must not reach a terminal or a document as it is. Line feed and
/// tab are among them: callers that lay lines out allow those two themselves.
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || is_invisible(c)
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
