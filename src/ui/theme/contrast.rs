//! The contrast ratios that the themes promise, computed from the theme files.
//!
//! Ratios are those of WCAG 2.1 (relative luminance of sRGB). Each pair that may occur on
//! screen is tried; the lowest of each theme may not fall below the documented figure.

use super::{Background, Depth, Theme, ThemeChoice, ThemeName, tone::Tone};
use ratatui::style::Color;

/// sRGB of a colour; indexed colours by the standard 6×6×6 cube and grey ramp.
fn srgb(color: Color) -> [u8; 3] {
    match color {
        Color::Rgb(r, g, b) => [r, g, b],
        Color::Indexed(n @ 16..=231) => {
            let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
            let n = n - 16;
            [level(n / 36), level(n / 6 % 6), level(n % 6)]
        }
        Color::Indexed(n @ 232..) => [8 + (n - 232) * 10; 3],
        other => panic!("no fixed colour: {other:?}"),
    }
}

fn luminance(color: Color) -> f64 {
    let [r, g, b] = srgb(color).map(|channel| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn ratio(a: Color, b: Color) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Every pair of text and background that can meet on screen.
fn text_pairs() -> Vec<(Tone, Tone)> {
    use Tone::*;
    let mut pairs = Vec::new();
    let grounds = [Bg, Surface, Select];
    for ground in grounds {
        for text in [Text, Muted, Accent, Spot, Ok, Warn, Fail, Router, Service, Repository, Model] {
            pairs.push((text, ground));
        }
    }
    for line in [AddBg, DelBg, Bg, Select, Surface] {
        for text in [Text, Muted, SynKw, SynStr, SynFn] {
            pairs.push((text, line));
        }
    }
    pairs.extend([(Text, AddEm), (Text, DelEm)]);
    pairs.extend([(Add, Bg), (Add, AddBg), (Del, Bg), (Del, DelBg)]);
    pairs.extend([(FocusFg, Accent), (ChipFg, ChipBg)]);
    pairs
}

fn lowest(theme: &Theme, pairs: &[(Tone, Tone)]) -> (f64, (Tone, Tone)) {
    pairs
        .iter()
        .map(|&(text, ground)| {
            (ratio(theme.color(text).unwrap(), theme.color(ground).unwrap()), (text, ground))
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap()
}

#[test]
fn no_theme_falls_below_its_promised_ratios() {
    let border = [Tone::Bg, Tone::Surface, Tone::Select].map(|ground| (Tone::Border, ground));
    // Documented to two decimals, hence the tolerance of half a hundredth.
    for (name, depth, text_floor, border_floor) in [
        (ThemeName::Dark, Depth::TrueColor, 5.01, 3.30),
        (ThemeName::Light, Depth::TrueColor, 4.90, 3.39),
        (ThemeName::Contrast, Depth::TrueColor, 5.75, 5.62),
        (ThemeName::Dark, Depth::Indexed256, 4.54, 3.31),
        (ThemeName::Light, Depth::Indexed256, 4.58, 3.26),
        (ThemeName::Contrast, Depth::Indexed256, 5.21, 7.09),
    ] {
        let theme = Theme::builtin(ThemeChoice { name, depth, background: Background::Theme });
        let (text, pair) = lowest(&theme, &text_pairs());
        assert!(text > text_floor - 0.005, "{name:?} {depth:?}: {pair:?} has {text:.2}");
        let (line, pair) = lowest(&theme, &border);
        assert!(line > border_floor - 0.005, "{name:?} {depth:?}: {pair:?} has {line:.2}");
    }
}

#[test]
fn every_text_reaches_aa_and_every_border_three_to_one() {
    for name in [ThemeName::Dark, ThemeName::Light, ThemeName::Contrast] {
        for depth in [Depth::TrueColor, Depth::Indexed256] {
            let theme = Theme::builtin(ThemeChoice { name, depth, background: Background::Theme });
            let (text, pair) = lowest(&theme, &text_pairs());
            assert!(text >= 4.5, "{name:?} {depth:?}: {pair:?} has {text:.2}");
        }
    }
}
