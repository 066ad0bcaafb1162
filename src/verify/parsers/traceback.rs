//! Python tracebacks: where in the code, and what was raised.

use super::text::{is_foreign, patterns, place};
use crate::domain::place::Place;

patterns! {
    FRAME = r#"^\s*File "([^"]+)", line (\d+)"#;
}

/// The deepest frame in the code of the repository, else the deepest one.
pub(super) fn deepest(lines: &[&str]) -> Option<Place> {
    let frames: Vec<(&str, &str)> = lines
        .iter()
        .filter_map(|line| {
            let found = FRAME.captures(line)?;
            Some((found.get(1)?.as_str(), found.get(2)?.as_str()))
        })
        .collect();
    let own = frames.iter().rev().find(|(file, _)| !is_foreign(file));
    own.or_else(|| frames.last()).map(|(file, line)| place(file, line))
}

/// The line of the exception: the first that stands at the margin below the frames.
pub(super) fn raised<'a>(lines: &[&'a str]) -> Option<(usize, &'a str)> {
    let last_frame = lines
        .iter()
        .rposition(|line| FRAME.is_match(line))
        .or_else(|| lines.iter().position(|line| line.starts_with("Traceback")))?;
    let below = lines.iter().enumerate().skip(last_frame + 1);
    below
        .map(|(index, line)| (index, *line))
        .find(|(_, line)| !line.is_empty() && !line.starts_with([' ', '\t']))
}
