//! Colours of plain lines: a few tones, and a switch that turns them all off.
//!
//! Only the terminal's own sixteen colours are named, so that the user's palette holds.
//! Meaning is never in the colour alone: every tone stands beside a word or a mark.

/// Whether tones become escape sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paint {
    /// No escape byte at all: pipes, files, `NO_COLOR`.
    #[default]
    Plain,
    Colour,
}

/// What a piece of text is, as far as colour goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Text,
    /// Titles and names.
    Strong,
    /// Places and other asides.
    Faint,
    Good,
    Warning,
    Bad,
    /// Identifiers that can be copied: rules, digests.
    Accent,
}

impl Paint {
    /// The text in a tone. The text is safe already.
    pub fn tone(self, tone: Tone, text: &str) -> String {
        let code = match (self, tone) {
            (Self::Plain, _) | (Self::Colour, Tone::Text) => return text.to_owned(),
            (Self::Colour, Tone::Strong) => "1",
            (Self::Colour, Tone::Faint) => "2",
            (Self::Colour, Tone::Good) => "32",
            (Self::Colour, Tone::Warning) => "33",
            (Self::Colour, Tone::Bad) => "31",
            (Self::Colour, Tone::Accent) => "36",
        };
        if text.is_empty() { String::new() } else { format!("\u{1b}[{code}m{text}\u{1b}[0m") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paint_adds_no_byte() {
        for tone in [Tone::Strong, Tone::Faint, Tone::Good, Tone::Warning, Tone::Bad, Tone::Accent] {
            assert_eq!(Paint::Plain.tone(tone, "x"), "x");
            assert!(Paint::Colour.tone(tone, "x").starts_with('\u{1b}'));
        }
        assert_eq!(Paint::Colour.tone(Tone::Bad, ""), "");
    }
}
