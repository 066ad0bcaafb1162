//! How many colours the terminal shows.

/// Depth of colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Depth {
    #[default]
    TrueColor,
    Indexed256,
    Ansi16,
    /// No colour at all: the mono theme, whatever was chosen.
    Mono,
}

/// Reads the depth from the environment (`NO_COLOR`, `COLORTERM`, `TERM`).
///
/// `NO_COLOR` counts when it is set and not empty, see <https://no-color.org>. `TERM_PROGRAM`
/// and terminal names are not guessed at: a terminal with 24-bit colour says so.
pub fn detect_depth(lookup: impl Fn(&str) -> Option<String>) -> Depth {
    let get = |name: &str| lookup(name).unwrap_or_default().to_ascii_lowercase();
    if !get("NO_COLOR").is_empty() {
        return Depth::Mono;
    }
    let (colorterm, term) = (get("COLORTERM"), get("TERM"));
    if term == "dumb" || term.ends_with("-m") || term.ends_with("-mono") || term.starts_with("vt") {
        return Depth::Mono;
    }
    if colorterm == "truecolor" || colorterm == "24bit" || term.ends_with("-direct") {
        return Depth::TrueColor;
    }
    if term.contains("256color") {
        return Depth::Indexed256;
    }
    Depth::Ansi16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides_the_depth() {
        let cases: [(&[(&str, &str)], Depth); 8] = [
            (&[("COLORTERM", "truecolor"), ("TERM", "xterm-256color")], Depth::TrueColor),
            (&[("TERM", "xterm-direct")], Depth::TrueColor),
            (&[("TERM", "tmux-256color")], Depth::Indexed256),
            (&[("TERM", "linux")], Depth::Ansi16),
            (&[("TERM", "vt100")], Depth::Mono),
            (&[("TERM", "dumb"), ("COLORTERM", "truecolor")], Depth::Mono),
            (&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")], Depth::Mono),
            (&[("NO_COLOR", ""), ("COLORTERM", "24bit")], Depth::TrueColor),
        ];
        for (environment, expected) in cases {
            let found = detect_depth(|name| {
                environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            });
            assert_eq!(found, expected, "{environment:?}");
        }
    }
}
