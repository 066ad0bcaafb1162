//! What a character of untrusted output looks like on screen.
//!
//! Characters that reorder, hide or join text are shown by their code point, so that a
//! line reads as it is stored ("Trojan source"). Piles of combining marks are cut.

use unicode_width::UnicodeWidthChar;

/// More combining marks than this on one character are decoration or an attack.
const MARKS_PER_CHARACTER: u8 = 8;

/// How one character is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// As it is.
    Itself,
    /// As `<U+202E>`.
    CodePoint,
    /// Not at all.
    Nothing,
}

/// Remembers enough of the line to judge joiners and piles of marks.
#[derive(Debug, Default)]
pub(super) struct Eye {
    marks: u8,
    after_wide_text: bool,
}

impl Eye {
    /// Judges the next character of a line. Control characters are the caller's.
    pub(super) fn judge(&mut self, c: char) -> Shown {
        if c.is_ascii() {
            self.marks = 0;
            self.after_wide_text = false;
            return Shown::Itself;
        }
        if is_deceptive(c) || (is_joiner(c) && !self.after_wide_text) {
            self.marks = 0;
            return Shown::CodePoint;
        }
        if c.width().unwrap_or(0) == 0 {
            self.marks = self.marks.saturating_add(1);
            return if self.marks > MARKS_PER_CHARACTER { Shown::Nothing } else { Shown::Itself };
        }
        self.marks = 0;
        self.after_wide_text = true;
        Shown::Itself
    }

    /// A new line starts.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }
}

/// Joiners are needed inside emoji and several scripts, and deceive inside ASCII words.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

fn is_deceptive(c: char) -> bool {
    matches!(c,
        // Bidirectional controls.
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        // Characters without width that are no letters of any script.
        | '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'
        | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}'
        // Line separators that some programs honour and others do not.
        | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut eye = Eye::default();
        let mut out = String::new();
        for c in text.chars() {
            match eye.judge(c) {
                Shown::Itself => out.push(c),
                Shown::CodePoint => out.push_str(&format!("<U+{:04X}>", c as u32)),
                Shown::Nothing => {}
            }
        }
        out
    }

    #[test]
    fn reordering_and_hiding_characters_are_shown_by_code_point() {
        assert_eq!(shown("a\u{202e}b\u{2066}c"), "a<U+202E>b<U+2066>c");
        assert_eq!(shown("pass\u{200b}word\u{feff}"), "pass<U+200B>word<U+FEFF>");
        assert_eq!(shown("us\u{200d}er"), "us<U+200D>er");
    }

    #[test]
    fn emoji_families_and_accents_stay_whole() {
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
        assert_eq!(shown(family), family);
        assert_eq!(shown("e\u{301}"), "e\u{301}");
    }

    #[test]
    fn piles_of_marks_are_cut() {
        let pile = format!("e{}x", "\u{301}".repeat(400));
        assert_eq!(shown(&pile), format!("e{}x", "\u{301}".repeat(8)));
    }
}
