//! Maps every way to name a colour to the sixteen roles of the terminal's own palette.
//!
//! True colour and the 256-colour cube are rounded to the nearest of the sixteen xterm
//! defaults, so that a theme stays in charge of what is readable.

use vte::Params;

/// The part of a style that survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Style {
    /// 0 to 15.
    pub(super) colour: Option<u8>,
    pub(super) bold: bool,
}

/// The xterm defaults of the sixteen roles.
const PALETTE: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

impl Style {
    /// Applies one `CSI … m`. Unknown attributes are ignored.
    pub(super) fn apply(&mut self, params: &Params) {
        let mut groups = params.iter();
        let mut seen = false;
        while let Some(group) = groups.next() {
            seen = true;
            let Some(&code) = group.first() else { continue };
            match code {
                0 => *self = Self::default(),
                1 => self.bold = true,
                21 | 22 => self.bold = false,
                30..=37 => self.colour = u8::try_from(code - 30).ok(),
                90..=97 => self.colour = u8::try_from(code - 90 + 8).ok(),
                39 => self.colour = None,
                // `38:2::r:g:b` carries its parts in the group, `38;2;r;g;b` in the next ones.
                38 | 48 => {
                    let colour = match group.get(1..).unwrap_or_default() {
                        [] => extended(&mut || groups.next().and_then(|next| next.first().copied())),
                        [2, parts @ ..] => {
                            // The colour space may be left out or stand before the three parts.
                            let mut last = parts.iter().skip(parts.len().saturating_sub(3)).copied();
                            rgb(&mut || last.next())
                        }
                        parts => {
                            let mut all = parts.iter().copied();
                            extended(&mut || all.next())
                        }
                    };
                    if code == 38 && colour.is_some() {
                        self.colour = colour;
                    }
                }
                _ => {}
            }
        }
        if !seen {
            *self = Self::default();
        }
    }
}

fn extended(next: &mut dyn FnMut() -> Option<u16>) -> Option<u8> {
    match next()? {
        5 => indexed(next()?),
        2 => rgb(next),
        _ => None,
    }
}

fn rgb(next: &mut dyn FnMut() -> Option<u16>) -> Option<u8> {
    let mut part = || next().map(|value| u8::try_from(value).unwrap_or(u8::MAX));
    Some(nearest(part()?, part()?, part()?))
}

fn indexed(index: u16) -> Option<u8> {
    let index = u8::try_from(index).ok()?;
    Some(match index {
        0..=15 => index,
        16..=231 => {
            let level = |n: u8| if n == 0 { 0 } else { 55 + n * 40 };
            let cube = index - 16;
            nearest(level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
        232..=255 => {
            let grey = 8 + (index - 232) * 10;
            nearest(grey, grey, grey)
        }
    })
}

fn nearest(r: u8, g: u8, b: u8) -> u8 {
    let distance = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    let role = PALETTE
        .iter()
        .enumerate()
        .min_by_key(|(_, (pr, pg, pb))| distance(r, *pr) + distance(g, *pg) + distance(b, *pb))
        .map_or(7, |(role, _)| role);
    u8::try_from(role).unwrap_or(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cube_and_true_colours_round_to_a_role() {
        assert_eq!(nearest(250, 10, 10), 9);
        assert_eq!(nearest(200, 5, 5), 1);
        assert_eq!(indexed(196), Some(9));
        assert_eq!(indexed(244), Some(8));
        assert_eq!(indexed(12), Some(12));
        assert_eq!(indexed(300), None);
    }
}
