//! Globs over paths with `/`: `*` stays inside a segment, `**` crosses segments, and `**/`
//! also matches nothing.
//!
//! Every path of a repository is asked of every glob, so that most answers come from the
//! literal end of the glob alone. The rest follows all possible positions at once: no
//! pattern and no path makes it slow.

/// A glob, ready to match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathGlob {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    /// `*`: anything inside a segment.
    Segment,
    /// `**/`: folders, or nothing.
    Folders,
    /// `**`: at least one character.
    Deep,
}

impl PathGlob {
    /// Reads a glob; every text is one.
    pub fn new(glob: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = glob;
        while !rest.is_empty() {
            let (part, after) = if let Some(after) = rest.strip_prefix("**/") {
                (Part::Folders, after)
            } else if let Some(after) = rest.strip_prefix("**") {
                (Part::Deep, after)
            } else if let Some(after) = rest.strip_prefix('*') {
                (Part::Segment, after)
            } else {
                let (literal, after) = rest.split_at(rest.find('*').unwrap_or(rest.len()));
                (Part::Literal(literal.to_owned()), after)
            };
            parts.push(part);
            rest = after;
        }
        Self { parts }
    }

    /// Whether the whole path matches.
    pub fn matches(&self, path: &str) -> bool {
        let path = path.as_bytes();
        if !self.may_end(path) {
            return false;
        }
        let mut places = vec![0];
        for part in &self.parts {
            places = part.from(&places, path);
            if places.is_empty() {
                return false;
            }
        }
        places.contains(&path.len())
    }

    /// The folder in front of a match, empty for the root: the longest there is.
    pub fn base<'p>(&self, path: &'p str) -> Option<&'p str> {
        if !self.may_end(path.as_bytes()) {
            return None;
        }
        let folders = path.rmatch_indices('/').filter(|(at, _)| *at > 0);
        let mut inside = folders.filter_map(|(at, _)| Some((path.get(..at)?, path.get(at + 1..)?)));
        // From the right, the first base is the longest.
        inside
            .find(|(_, rest)| self.matches(rest))
            .map(|(base, _)| base)
            .or_else(|| self.matches(path).then_some(""))
    }

    fn may_end(&self, path: &[u8]) -> bool {
        match self.parts.last() {
            Some(Part::Literal(end)) => path.ends_with(end.as_bytes()),
            Some(Part::Segment | Part::Folders | Part::Deep) | None => true,
        }
    }
}

impl Part {
    /// Where the part can end that begins at one of these places; sorted as they are.
    fn from(&self, places: &[usize], path: &[u8]) -> Vec<usize> {
        let rest = |place: usize| path.get(place..).unwrap_or_default();
        match self {
            Self::Literal(text) => places
                .iter()
                .filter(|place| rest(**place).starts_with(text.as_bytes()))
                .map(|place| place + text.len())
                .collect(),
            Self::Segment => {
                let mut ends: Vec<usize> = Vec::new();
                for place in places {
                    let length = rest(*place).iter().take_while(|byte| **byte != b'/').count();
                    let from = ends.last().map_or(*place, |last| (last + 1).max(*place));
                    ends.extend(from..=place + length);
                }
                ends
            }
            // One place reaches whatever a later one does.
            Self::Folders => {
                let Some(first) = places.first().copied() else { return Vec::new() };
                let after = (first + 1..path.len()).filter(|at| path.get(*at) == Some(&b'/'));
                let mut ends: Vec<usize> = places.iter().copied().chain(after.map(|at| at + 1)).collect();
                ends.sort_unstable();
                ends.dedup();
                ends
            }
            Self::Deep => places.first().map_or_else(Vec::new, |first| (first + 1..=path.len()).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::Regex;

    #[test]
    fn a_glob_reaches_the_root_and_any_depth() {
        let glob = PathGlob::new("**/tests/**");
        assert!(glob.matches("tests/a.py") && glob.matches("api/tests/unit/a.py"));
        assert!(!glob.matches("contests/a.py"));
        assert!(!PathGlob::new("a/*.py").matches("a/b/c.py"));
        assert!(PathGlob::new("größe/*").matches("größe/ü.py"));
    }

    #[test]
    fn the_base_is_the_longest_folder_in_front() {
        let glob = PathGlob::new("requirements/*.txt");
        assert_eq!(glob.base("requirements/dev.txt"), Some(""));
        assert_eq!(glob.base("api/requirements/dev.txt"), Some("api"));
        assert_eq!(glob.base("requirements/a/dev.txt"), None);
        assert_eq!(PathGlob::new("src/app/**/route.ts").base("src/app/src/app/x/route.ts"), Some("src/app"));
    }

    proptest::proptest! {
        #[test]
        fn globs_match_what_their_regular_expression_does(glob in "[a/*.]{0,10}", path in "[a/.]{0,12}") {
            // Which two of three stars belong together is no question that a glob can ask.
            proptest::prop_assume!(!glob.contains("***"));
            let body = regex::escape(&glob)
                .replace(r"\*\*/", "(?:.+/)?")
                .replace(r"\*\*", ".+")
                .replace(r"\*", "[^/]*");
            let whole = Regex::new(&format!("^{body}$")).unwrap();
            let below = Regex::new(&format!("^(?:(?P<base>.+)/)?{body}$")).unwrap();
            let read = PathGlob::new(&glob);
            proptest::prop_assert_eq!(read.matches(&path), whole.is_match(&path));
            let base = below.captures(&path).map(|found| found.name("base").map_or("", |base| base.as_str()));
            proptest::prop_assert_eq!(read.base(&path), base);
        }
    }
}
