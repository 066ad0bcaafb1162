//! Themes: what a role looks like.
//!
//! Drawing code names roles, never colours. A theme is a table in `themes/*.toml`, one line
//! per role, with a colour for each depth of terminal; the ratios it keeps are tested in
//! `contrast`. `flat` themes (16 colours, mono) paint no backgrounds: selection is reversed,
//! word emphasis bold and underlined.

#[cfg(test)]
mod contrast;
mod depth;
mod file;
mod tone;

pub use depth::{Depth, detect_depth};
pub use file::ThemeError;
pub(crate) use tone::Tone;

use crate::{domain::layer::Layer, engine::view::Role};
use ratatui::style::{Color, Modifier, Style};

/// The themes that come with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ThemeName {
    #[default]
    Dark,
    Light,
    Contrast,
    Mono,
}

impl ThemeName {
    /// Every built-in theme.
    pub const ALL: [Self; 4] = [Self::Dark, Self::Light, Self::Contrast, Self::Mono];

    /// The name used in configuration and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Contrast => "contrast",
            Self::Mono => "mono",
        }
    }

    /// The theme of that name, or none.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }

    fn text(self) -> &'static str {
        match self {
            Self::Dark => include_str!("../../../themes/dark.toml"),
            Self::Light => include_str!("../../../themes/light.toml"),
            Self::Contrast => include_str!("../../../themes/contrast.toml"),
            Self::Mono => include_str!("../../../themes/mono.toml"),
        }
    }
}

/// Whether the screen's background is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Background {
    /// The theme's own, so that its contrast ratios hold.
    #[default]
    Theme,
    /// The terminal's; promises nothing about contrast.
    Terminal,
}

/// What the user chose: theme, depth of colour, background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ThemeChoice {
    pub name: ThemeName,
    pub depth: Depth,
    pub background: Background,
}

/// A theme at one depth of colour, ready to draw with.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Indexed by `Tone`.
    tones: [Style; Tone::COUNT],
    flat: bool,
    underline_emphasis: bool,
    background: Background,
    mono: bool,
}

impl Theme {
    /// One of the built-in themes.
    pub fn builtin(choice: ThemeChoice) -> Self {
        let name = if choice.depth == Depth::Mono { ThemeName::Mono } else { choice.name };
        // The embedded files are parsed by a test; the colourless theme is the answer that
        // needs no file at all.
        Self::from_toml(name.text(), choice.depth, choice.background).unwrap_or_else(|_| Self::colourless())
    }

    /// A theme from the text of a TOML file of the same form as the built-in ones.
    ///
    /// Roles that the file leaves out keep the terminal's default colours.
    pub fn from_toml(text: &str, depth: Depth, background: Background) -> Result<Self, ThemeError> {
        file::read(text, depth, background)
    }

    fn colourless() -> Self {
        Self {
            tones: [Style::new(); Tone::COUNT],
            flat: true,
            underline_emphasis: true,
            background: Background::Terminal,
            mono: true,
        }
    }

    /// Whether this theme paints no backgrounds.
    pub(crate) fn is_flat(&self) -> bool {
        self.flat
    }

    fn tone(&self, tone: Tone) -> Style {
        self.tones.get(tone as usize).copied().unwrap_or_default()
    }

    fn color(&self, tone: Tone) -> Option<Color> {
        self.tone(tone).fg
    }

    /// Text of a tone on whatever background is there.
    pub(crate) fn ink(&self, tone: Tone) -> Style {
        self.tone(tone)
    }

    /// Text with a role of the view.
    pub(crate) fn role(&self, role: Role) -> Style {
        self.ink(Tone::from_role(role))
    }

    /// The layer's hue.
    pub(crate) fn layer(&self, layer: Layer) -> Style {
        self.ink(Tone::from_layer(layer))
    }

    /// The screen's ground: default text on the background.
    pub(crate) fn ground(&self) -> Style {
        let style = self.tone(Tone::Text);
        match self.background {
            Background::Theme if !self.flat => self.with_background(style, Tone::Bg),
            Background::Theme | Background::Terminal => style,
        }
    }

    /// A background that is painted over the ground; nothing in flat themes.
    pub(crate) fn back(&self, tone: Tone) -> Style {
        if self.flat { Style::new() } else { self.with_background(Style::new(), tone) }
    }

    fn with_background(&self, style: Style, tone: Tone) -> Style {
        match self.color(tone) {
            Some(color) => style.bg(color),
            None => style,
        }
    }

    /// The focused selection's row: painted, or reversed in flat themes.
    pub(crate) fn selected(&self) -> Style {
        if self.flat { Style::new().add_modifier(Modifier::REVERSED) } else { self.back(Tone::Select) }
    }

    /// The selection of a pane without focus: the marker alone in flat themes.
    pub(crate) fn selected_aside(&self) -> Style {
        self.back(Tone::Surface)
    }

    /// The chip of the key that is suggested next, and the caret.
    pub(crate) fn chip(&self) -> Style {
        self.filled(Tone::ChipFg, Tone::ChipBg)
    }

    /// The chip of what has the focus: pane name, tab, current scene, popup title.
    pub(crate) fn focus_chip(&self) -> Style {
        self.filled(Tone::FocusFg, Tone::Accent)
    }

    fn filled(&self, text: Tone, ground: Tone) -> Style {
        match (self.color(text), self.color(ground)) {
            (Some(fg), Some(bg)) if bg != Color::Reset => {
                Style::new().fg(fg).bg(bg).add_modifier(Modifier::BOLD)
            }
            _ => Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
        }
    }

    /// Words that differ inside a changed line, on the given emphasis background.
    pub(crate) fn emphasis(&self, tone: Tone) -> Style {
        let mut style = self.tone(Tone::Text).add_modifier(Modifier::BOLD).patch(self.back(tone));
        if self.flat || self.underline_emphasis {
            style = style.add_modifier(Modifier::UNDERLINED);
        }
        style
    }

    /// What everything behind a popup falls to.
    pub(crate) fn house_lights_down(&self) -> Style {
        let base = self.ground().patch(self.tone(Tone::Border));
        if self.mono { base.add_modifier(Modifier::DIM) } else { base }
    }
}
