//! A key with its modifiers, as written in the key table and as printed on screen.
//!
//! Parsing and printing are inverse: `parse(print(chord)) == chord`.

use std::fmt;

/// A key without modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Char(char),
    F(u8),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
}

/// A key with its modifiers. Shift is part of the character, except for `Shift-Tab`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chord {
    pub key: Key,
    pub ctrl: bool,
    pub alt: bool,
}

impl Chord {
    /// A key alone.
    pub fn plain(key: Key) -> Self {
        Self { key, ctrl: false, alt: false }
    }

    /// A key with Ctrl.
    pub fn ctrl(letter: char) -> Self {
        Self { key: Key::Char(letter), ctrl: true, alt: false }
    }

    /// Whether it types a character.
    pub fn is_text(self) -> bool {
        matches!(self.key, Key::Char(_)) && !self.ctrl && !self.alt
    }

    /// Reads `a`, `Ctrl-S`, `Alt-Enter`, `Shift-Tab`, `F1`, `Space`, `↑` or `Up`.
    pub fn parse(text: &str) -> Result<Self, ChordError> {
        let unknown = || ChordError { text: text.to_owned() };
        let mut rest = text;
        let (mut ctrl, mut alt, mut shift) = (false, false, false);
        loop {
            if let Some(after) = rest.strip_prefix("Ctrl-") {
                (ctrl, rest) = (true, after);
            } else if let Some(after) = rest.strip_prefix("Alt-") {
                (alt, rest) = (true, after);
            } else if let Some(after) = rest.strip_prefix("Shift-") {
                (shift, rest) = (true, after);
            } else {
                break;
            }
        }
        let key = match rest {
            "Enter" => Key::Enter,
            "Esc" => Key::Esc,
            "Tab" if shift => Key::BackTab,
            "Tab" => Key::Tab,
            "Backspace" => Key::Backspace,
            "Delete" => Key::Delete,
            "Up" | "↑" => Key::Up,
            "Down" | "↓" => Key::Down,
            "Left" | "←" => Key::Left,
            "Right" | "→" => Key::Right,
            "Home" => Key::Home,
            "End" => Key::End,
            "PgUp" => Key::PageUp,
            "PgDn" => Key::PageDown,
            "Space" => Key::Char(' '),
            _ => {
                let mut chars = rest.chars();
                match (chars.next(), chars.next()) {
                    (Some(c), None) if ctrl => Key::Char(c.to_ascii_lowercase()),
                    (Some(c), None) if !c.is_control() => Key::Char(c),
                    (Some('F'), Some(_)) => {
                        let number: u8 = rest.get(1..).and_then(|n| n.parse().ok()).ok_or_else(unknown)?;
                        if (1..=12).contains(&number) { Key::F(number) } else { return Err(unknown()) }
                    }
                    _ => return Err(unknown()),
                }
            }
        };
        Ok(Self { key, ctrl, alt })
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.alt {
            f.write_str("Alt-")?;
        }
        match self.key {
            Key::Char(' ') => f.write_str("Space"),
            Key::Char(c) if self.ctrl => write!(f, "{}", c.to_ascii_uppercase()),
            Key::Char(c) => write!(f, "{c}"),
            Key::F(n) => write!(f, "F{n}"),
            Key::Enter => f.write_str("Enter"),
            Key::Esc => f.write_str("Esc"),
            Key::Tab => f.write_str("Tab"),
            Key::BackTab => f.write_str("Shift-Tab"),
            Key::Backspace => f.write_str("Backspace"),
            Key::Delete => f.write_str("Delete"),
            Key::Up => f.write_str("↑"),
            Key::Down => f.write_str("↓"),
            Key::Left => f.write_str("←"),
            Key::Right => f.write_str("→"),
            Key::Home => f.write_str("Home"),
            Key::End => f.write_str("End"),
            Key::PageUp => f.write_str("PgUp"),
            Key::PageDown => f.write_str("PgDn"),
        }
    }
}

/// A text that names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a key; write for example `a`, `Ctrl-S`, `Shift-Tab`, `F1` or `Space`")]
pub struct ChordError {
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parsing_what_was_printed_gives_the_same_chord(c in any::<char>(), ctrl in any::<bool>(), alt in any::<bool>()) {
            prop_assume!(!c.is_control());
            let key = Key::Char(if ctrl { c.to_ascii_lowercase() } else { c });
            let chord = Chord { key, ctrl, alt };
            prop_assert_eq!(Chord::parse(&chord.to_string()), Ok(chord));
        }

        #[test]
        fn parsing_never_panics(text in ".{0,12}") {
            let _outcome = Chord::parse(&text);
        }
    }

    #[test]
    fn named_keys_are_read_and_printed() {
        for name in [
            "Enter",
            "Esc",
            "Tab",
            "Shift-Tab",
            "F1",
            "F12",
            "Space",
            "↑",
            "Home",
            "PgDn",
            "Ctrl-S",
            "Alt-Enter",
        ] {
            assert_eq!(Chord::parse(name).expect(name).to_string(), name);
        }
        for wrong in ["", "F13", "Ctrl-", "abc", "Hyper-X"] {
            assert!(Chord::parse(wrong).is_err(), "{wrong}");
        }
    }
}
