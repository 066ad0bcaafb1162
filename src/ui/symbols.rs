//! The symbols of the screen, and their ASCII stand-ins.
//!
//! `○ ● ■ ▲` have ambiguous width: terminals that draw them two cells wide, and locales
//! that are not UTF-8, get the ASCII set. Both sets are one cell wide each, so that no
//! layout depends on the choice.

use crate::engine::view::Mark;

/// Which set is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Symbols {
    #[default]
    Unicode,
    Ascii,
}

/// Directions in which a border cell continues.
pub(crate) const UP: u8 = 1;
pub(crate) const DOWN: u8 = 2;
pub(crate) const LEFT: u8 = 4;
pub(crate) const RIGHT: u8 = 8;

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stroke {
    Thin,
    Dashed,
}

impl Symbols {
    /// The set for a locale: ASCII unless its character set is UTF-8.
    ///
    /// Takes the first of `LC_ALL`, `LC_CTYPE`, `LANG` that is set, as POSIX does. An empty
    /// environment counts as UTF-8, for that is what terminals speak when nothing is said.
    pub fn for_locale(lookup: impl Fn(&str) -> Option<String>) -> Self {
        match locale(lookup) {
            Some(value) if !value.contains("utf-8") && !value.contains("utf8") => Self::Ascii,
            Some(_) | None => Self::Unicode,
        }
    }

    /// A symbol of ambiguous width, when the locale is one whose terminals may draw it two
    /// cells wide: Chinese, Japanese, Korean. The terminal itself must be asked.
    pub fn ambiguous(lookup: impl Fn(&str) -> Option<String>) -> Option<char> {
        let locale = locale(lookup)?;
        ["zh", "ja", "ko"].iter().any(|language| locale.starts_with(language)).then_some('○')
    }

    pub(crate) fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }

    /// The symbol of a mark; `spinner` is the frame of what turns.
    pub(crate) fn mark(self, mark: Mark, spinner: Option<u8>) -> &'static str {
        let (unicode, ascii) = match mark {
            Mark::None => (" ", " "),
            Mark::Done => ("✓", "v"),
            Mark::Failed => ("✗", "x"),
            Mark::Open => ("○", "."),
            Mark::Half => ("◐", "~"),
            Mark::Warn => ("▲", "^"),
            Mark::Unsure => ("?", "?"),
            Mark::NotApplicable => ("–", "-"),
            Mark::Flaky => ("≈", "%"),
            Mark::Before => ("·", "-"),
            Mark::Dot => ("●", "*"),
            Mark::Chosen => ("■", "#"),
            Mark::NotChosen => ("□", "_"),
            Mark::Blocked => ("!", "!"),
            Mark::Down => ("↓", "v"),
            Mark::Spinner => match spinner {
                None => ("…", "~"),
                Some(frame) => match frame % 4 {
                    0 => ("▖", "|"),
                    1 => ("▘", "/"),
                    2 => ("▝", "-"),
                    _ => ("▗", "\\"),
                },
            },
        };
        self.pick(unicode, ascii)
    }

    pub(crate) fn marker(self) -> &'static str {
        self.pick("▸", ">")
    }

    pub(crate) fn spotlight(self) -> &'static str {
        self.pick("┃", "|")
    }

    pub(crate) fn thumb(self) -> &'static str {
        self.pick("▐", "#")
    }

    pub(crate) fn caret(self) -> &'static str {
        self.pick("▌", "|")
    }

    pub(crate) fn ellipsis(self) -> &'static str {
        self.pick("…", "~")
    }

    pub(crate) fn cut(self) -> &'static str {
        self.pick("›", ">")
    }

    pub(crate) fn wrapped(self) -> &'static str {
        self.pick("↪", "\\")
    }

    pub(crate) fn fold(self) -> &'static str {
        self.pick("┄", "-")
    }

    pub(crate) fn minus(self) -> &'static str {
        self.pick("−", "-")
    }

    pub(crate) fn heavy(self) -> &'static str {
        self.pick("━", "=")
    }

    pub(crate) fn dashed(self) -> &'static str {
        self.pick("╌", "-")
    }

    /// The form of a symbol in the program's own texts. Source is never passed here: what is
    /// to be approved is shown as it is.
    pub(crate) fn form(self, grapheme: &str) -> &str {
        if self == Self::Unicode {
            return grapheme;
        }
        match grapheme {
            "✓" | "↓" => "v",
            "✗" => "x",
            "○" => ".",
            "◐" | "…" => "~",
            "▲" | "↑" => "^",
            "–" | "·" | "−" | "─" | "╌" | "┄" => "-",
            "≈" => "%",
            "●" => "*",
            "■" => "#",
            "□" => "_",
            "▸" | "›" | "→" => ">",
            "←" => "<",
            "“" | "”" => "\"",
            "━" => "=",
            "│" => "|",
            other => other,
        }
    }

    /// The border cell that continues in the given directions.
    pub(crate) fn line(self, bits: u8, stroke: Stroke) -> &'static str {
        if self == Self::Ascii {
            return match bits {
                0 => " ",
                b if b & (LEFT | RIGHT) == 0 => "|",
                b if b & (UP | DOWN) == 0 => "-",
                _ => "+",
            };
        }
        match bits {
            0 => " ",
            b if b & (LEFT | RIGHT) == 0 => match stroke {
                Stroke::Thin => "│",
                Stroke::Dashed => "┊",
            },
            b if b & (UP | DOWN) == 0 => match stroke {
                Stroke::Thin => "─",
                Stroke::Dashed => "╌",
            },
            b if b == DOWN | RIGHT => "╭",
            b if b == DOWN | LEFT => "╮",
            b if b == UP | RIGHT => "╰",
            b if b == UP | LEFT => "╯",
            b if b == UP | DOWN | RIGHT => "├",
            b if b == UP | DOWN | LEFT => "┤",
            b if b == DOWN | LEFT | RIGHT => "┬",
            b if b == UP | LEFT | RIGHT => "┴",
            _ => "┼",
        }
    }
}

/// The locale of characters, in lower case.
fn locale(lookup: impl Fn(&str) -> Option<String>) -> Option<String> {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| lookup(name))
        .find(|value| !value.is_empty())
        .map(|value| value.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    const MARKS: [Mark; 16] = [
        Mark::None,
        Mark::Done,
        Mark::Failed,
        Mark::Open,
        Mark::Half,
        Mark::Warn,
        Mark::Unsure,
        Mark::NotApplicable,
        Mark::Flaky,
        Mark::Before,
        Mark::Dot,
        Mark::Chosen,
        Mark::NotChosen,
        Mark::Blocked,
        Mark::Spinner,
        Mark::Down,
    ];

    #[test]
    fn every_symbol_is_one_cell_wide_in_both_sets() {
        for set in [Symbols::Unicode, Symbols::Ascii] {
            for mark in MARKS {
                for frame in [None, Some(0), Some(1), Some(2), Some(3)] {
                    assert_eq!(set.mark(mark, frame).width(), 1, "{set:?} {mark:?}");
                }
            }
            for bits in 0..16 {
                assert_eq!(set.line(bits, Stroke::Thin).width(), 1);
                assert_eq!(set.line(bits, Stroke::Dashed).width(), 1);
            }
        }
    }

    #[test]
    fn the_ascii_set_is_ascii() {
        let set = Symbols::Ascii;
        for mark in MARKS {
            assert!(set.mark(mark, Some(1)).is_ascii(), "{mark:?}");
        }
        for bits in 0..16 {
            assert!(set.line(bits, Stroke::Dashed).is_ascii());
        }
    }

    #[test]
    fn a_locale_that_is_not_utf8_gets_ascii() {
        let with =
            |value: &'static str| Symbols::for_locale(move |name| (name == "LANG").then(|| value.to_owned()));
        assert_eq!(with("C"), Symbols::Ascii);
        assert_eq!(with("de_DE.UTF-8"), Symbols::Unicode);
        assert_eq!(with("en_US.utf8"), Symbols::Unicode);
        assert_eq!(Symbols::for_locale(|_| None), Symbols::Unicode);
    }
    #[test]
    fn only_locales_of_wide_scripts_leave_the_width_open() {
        let with =
            |value: &'static str| Symbols::ambiguous(move |name| (name == "LANG").then(|| value.to_owned()));
        assert_eq!(with("ja_JP.UTF-8"), Some('○'));
        assert_eq!(with("zh_TW.UTF-8"), Some('○'));
        assert_eq!(with("en_US.UTF-8"), None);
        assert_eq!(Symbols::ambiguous(|_| None), None);
    }
}
