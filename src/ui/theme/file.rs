//! Reads a theme file.

use super::{Background, Depth, Theme, tone::Tone};
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Why a theme file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// Not TOML, or an unknown key; the message carries line and column.
    #[error("theme file: {0}")]
    Syntax(#[from] toml::de::Error),
    #[error("theme role `{0}` does not exist")]
    UnknownRole(String),
    #[error("theme role `{role}`: `{value}` is neither #rrggbb nor one of the 16 colour names")]
    BadColor { role: String, value: String },
    #[error("theme role `{role}`: `{value}` is none of bold, italic, underlined, reversed, dim")]
    BadModifier { role: String, value: String },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[expect(dead_code, reason = "names the theme for its reader")]
    name: String,
    #[serde(default)]
    flat: bool,
    #[serde(default)]
    underline_emphasis: bool,
    #[serde(default)]
    roles: BTreeMap<String, Entry>,
}

/// One role: a colour for each depth.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rgb: Option<String>,
    index: Option<u8>,
    ansi: Option<String>,
    #[serde(default)]
    modifiers: Vec<String>,
}

pub(super) fn read(text: &str, depth: Depth, background: Background) -> Result<Theme, ThemeError> {
    let file: File = toml::from_str(text)?;
    let mut tones = [Style::new(); Tone::COUNT];
    for (role, entry) in &file.roles {
        let tone = Tone::ALL
            .into_iter()
            .find(|tone| tone.name() == role)
            .ok_or_else(|| ThemeError::UnknownRole(role.clone()))?;
        if let Some(slot) = tones.get_mut(tone as usize) {
            *slot = style(role, entry, depth)?;
        }
    }
    let mono = depth == Depth::Mono || tones.iter().all(|style| style.fg.is_none());
    Ok(Theme {
        tones,
        flat: file.flat || mono || depth == Depth::Ansi16,
        underline_emphasis: file.underline_emphasis,
        background,
        mono,
    })
}

fn style(role: &str, entry: &Entry, depth: Depth) -> Result<Style, ThemeError> {
    let mut style = Style::new();
    // Both texts are read whatever the depth, so that a mistake is found at once.
    let rgb = entry.rgb.as_deref().map(|value| rgb(role, value)).transpose()?;
    let ansi = entry.ansi.as_deref().map(|value| ansi(role, value)).transpose()?;
    style.fg = match depth {
        Depth::TrueColor => rgb,
        Depth::Indexed256 => entry.index.map(Color::Indexed),
        Depth::Ansi16 => ansi,
        Depth::Mono => None,
    };
    for value in &entry.modifiers {
        style = style.add_modifier(modifier(role, value)?);
    }
    Ok(style)
}

fn rgb(role: &str, value: &str) -> Result<Color, ThemeError> {
    let bad = || ThemeError::BadColor { role: role.to_owned(), value: value.to_owned() };
    let digits = value.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or_else(bad)?;
    let number = u32::from_str_radix(digits, 16).map_err(|_| bad())?;
    let [_, red, green, blue] = number.to_be_bytes();
    Ok(Color::Rgb(red, green, blue))
}

fn ansi(role: &str, value: &str) -> Result<Color, ThemeError> {
    Ok(match value {
        "default" => Color::Reset,
        "black" => Color::Black,
        "red" => Color::Red,
        "green" => Color::Green,
        "yellow" => Color::Yellow,
        "blue" => Color::Blue,
        "magenta" => Color::Magenta,
        "cyan" => Color::Cyan,
        "white" => Color::Gray,
        "bright black" => Color::DarkGray,
        "bright red" => Color::LightRed,
        "bright green" => Color::LightGreen,
        "bright yellow" => Color::LightYellow,
        "bright blue" => Color::LightBlue,
        "bright magenta" => Color::LightMagenta,
        "bright cyan" => Color::LightCyan,
        "bright white" => Color::White,
        _ => return Err(ThemeError::BadColor { role: role.to_owned(), value: value.to_owned() }),
    })
}

fn modifier(role: &str, value: &str) -> Result<Modifier, ThemeError> {
    Ok(match value {
        "bold" => Modifier::BOLD,
        "italic" => Modifier::ITALIC,
        "underlined" => Modifier::UNDERLINED,
        "reversed" => Modifier::REVERSED,
        "dim" => Modifier::DIM,
        _ => return Err(ThemeError::BadModifier { role: role.to_owned(), value: value.to_owned() }),
    })
}

#[cfg(test)]
mod tests {
    use super::super::ThemeName;
    use super::*;

    fn check(text: &str, expected: &str) {
        match read(text, Depth::TrueColor, Background::Theme) {
            Ok(_) => panic!("read: {text}"),
            Err(error) => assert!(error.to_string().contains(expected), "{error}"),
        }
    }

    #[test]
    fn every_embedded_theme_reads_and_names_every_role() {
        for name in ThemeName::ALL {
            for depth in [Depth::TrueColor, Depth::Indexed256, Depth::Ansi16] {
                let theme = read(name.text(), depth, Background::Theme).unwrap();
                let unnamed = theme.tones.iter().filter(|style| style.fg.is_none()).count();
                assert_eq!(unnamed, if name == ThemeName::Mono { Tone::COUNT } else { 0 }, "{name:?}");
            }
        }
    }

    #[test]
    fn a_mistake_in_a_theme_file_is_named() {
        check("name = 1", "invalid type");
        check("name = 'x'\n[roles]\ntxet = {}", "`txet` does not exist");
        check("name = 'x'\n[roles]\ntext = { rgb = '#12345' }", "`#12345`");
        check("name = 'x'\n[roles]\ntext = { ansi = 'mauve' }", "`mauve`");
        check("name = 'x'\n[roles]\ntext = { modifiers = ['loud'] }", "`loud`");
        check("name = 'x'\n[roles]\ntext = { color = 'red' }", "unknown field");
    }

    #[test]
    fn sixteen_colours_paint_no_background() {
        let theme = read(ThemeName::Dark.text(), Depth::Ansi16, Background::Theme).unwrap();
        assert_eq!(theme.ground().bg, None);
        assert!(theme.selected().add_modifier.contains(Modifier::REVERSED));
        assert!(theme.emphasis(Tone::AddEm).add_modifier.contains(Modifier::UNDERLINED));
    }

    #[test]
    fn the_terminals_own_background_is_left_alone_when_asked() {
        let theme = read(ThemeName::Dark.text(), Depth::TrueColor, Background::Terminal).unwrap();
        assert_eq!(theme.ground().bg, None);
        assert!(theme.selected().bg.is_some());
    }
}
