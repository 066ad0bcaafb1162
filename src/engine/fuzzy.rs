//! Fuzzy find over short lists: palette, help, endpoints.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};

/// One match: where in the list, and which characters matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub index: usize,
    /// Indexes of characters, rising.
    pub characters: Vec<usize>,
}

/// Matches, best first; equal scores keep the list's order. An empty needle matches all.
pub fn rank(needle: &str, list: &[String]) -> Vec<Hit> {
    if needle.trim().is_empty() {
        return (0..list.len()).map(|index| Hit { index, characters: Vec::new() }).collect();
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(needle, CaseMatching::Ignore, Normalization::Smart);
    let mut buf = Vec::new();
    let mut hits: Vec<(u32, Hit)> = list
        .iter()
        .enumerate()
        .filter_map(|(index, text)| {
            let mut indices = Vec::new();
            let score = pattern.indices(Utf32Str::new(text, &mut buf), &mut matcher, &mut indices)?;
            indices.sort_unstable();
            indices.dedup();
            Some((score, Hit { index, characters: indices.into_iter().map(|at| at as usize).collect() }))
        })
        .collect();
    hits.sort_by_key(|(score, hit)| (std::cmp::Reverse(*score), hit.index));
    hits.into_iter().map(|(_, hit)| hit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_match_comes_first_and_says_where_it_matched() {
        let list = ["redo".to_owned(), "reject hunk".to_owned(), "open".to_owned()];
        let hits = rank("reh", &list);
        assert_eq!(hits.first().map(|hit| hit.index), Some(1));
        assert_eq!(hits.first().map(|hit| hit.characters.len()), Some(3));
        assert_eq!(rank("", &list).len(), 3);
        assert!(rank("zzz", &list).is_empty());
    }
}
