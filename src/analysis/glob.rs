//! Globs of packs, layer signs and stack signals.
//!
//! `*` stays inside a path segment; `**` stands for any number of segments, at the end for
//! at least one. Several hundred globs are asked about every path of a repository, so they
//! are compared segment by segment; compiled as expressions they took most of the start.

use std::str::Split;

/// A glob that can also tell the folder in front of its match.
#[derive(Debug, Clone)]
pub(crate) struct Glob {
    /// Without a `**/` in front.
    body: Box<[Segment]>,
    /// Whether the pattern begins with `**/`: it may stand at any depth.
    anywhere: bool,
    /// What every path that matches ends with.
    end: Box<str>,
}

#[derive(Debug, Clone)]
enum Segment {
    /// `**`
    Any,
    /// A name, perhaps with `*`.
    Name(Box<str>),
}

impl Glob {
    /// Reads a glob; every text is one.
    pub(crate) fn new(pattern: &str) -> Self {
        let (anywhere, body) = match pattern.strip_prefix("**/") {
            Some(body) => (true, body),
            None => (false, pattern),
        };
        let segment = |text: &str| if text == "**" { Segment::Any } else { Segment::Name(text.into()) };
        let end = body.rsplit(['/', '*']).next().unwrap_or_default().into();
        Self { body: body.split('/').map(segment).collect(), anywhere, end }
    }

    /// Whether it matches the whole of a path.
    pub(crate) fn is_match(&self, path: &str) -> bool {
        if self.anywhere {
            self.base(path).is_some()
        } else {
            path.ends_with(&*self.end) && matches(&self.body, path)
        }
    }

    /// The longest folder below which the path matches, empty for the root; none when the
    /// path does not match in any folder.
    pub(crate) fn base<'p>(&self, path: &'p str) -> Option<&'p str> {
        // Most paths are told by how they end, and most others by their last name.
        if !path.ends_with(&*self.end) {
            return None;
        }
        if let Some(Segment::Name(last)) = self.body.last()
            && !name_matches(last, path.rsplit('/').next().unwrap_or(path))
        {
            return None;
        }
        let folders = path.rmatch_indices('/').filter_map(|(at, _)| path.get(..at));
        let inside = |folder: &&str| below(path, folder).is_some_and(|rest| matches(&self.body, rest));
        folders.chain([""]).find(inside)
    }

    /// Whether it matches below a folder: directly in it, or anywhere for `**/`.
    pub(crate) fn is_below(&self, path: &str, folder: &str) -> bool {
        let Some(relative) = below(path, folder) else { return false };
        match self.base(relative) {
            Some(base) => self.anywhere || base.is_empty(),
            None => false,
        }
    }
}

/// The path relative to a folder, when it is inside; the root folder is empty.
pub(crate) fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    if folder.is_empty() {
        return Some(path);
    }
    path.strip_prefix(folder)?.strip_prefix('/')
}

/// Compares in one pass: what follows a `**` is best met as early as possible, so that only
/// the last `**` is ever tried again.
fn matches(pattern: &[Segment], path: &str) -> bool {
    let mut names = path.split('/');
    let mut pattern = pattern;
    let mut again: Option<(&[Segment], Split<'_, char>)> = None;
    loop {
        match pattern.split_first() {
            Some((Segment::Any, [])) => return names.next().is_some(),
            Some((Segment::Any, after)) => {
                again = Some((after, names.clone()));
                pattern = after;
                continue;
            }
            Some((Segment::Name(wanted), after)) => {
                let Some(name) = names.next() else { return false };
                if name_matches(wanted, name) {
                    pattern = after;
                    continue;
                }
            }
            None if names.next().is_none() => return true,
            None => {}
        }
        let Some((after, from)) = &mut again else { return false };
        if from.next().is_none() {
            return false;
        }
        (pattern, names) = (after, from.clone());
    }
}

/// `*` is any text inside a name.
fn name_matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let (middle, last) = rest.rsplit_once('*').map_or((None, rest), |(middle, last)| (Some(middle), last));
    let Some(mut left) = name.strip_prefix(first).and_then(|left| left.strip_suffix(last)) else {
        return false;
    };
    middle
        .into_iter()
        .flat_map(|middle| middle.split('*'))
        .all(|piece| left.split_once(piece).inspect(|(_, after)| left = after).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;
    use regex::Regex;

    #[test]
    fn a_glob_names_the_folder_it_belongs_to() {
        let glob = Glob::new("requirements/*.txt");
        assert_eq!(glob.base("requirements/dev.txt"), Some(""));
        assert_eq!(glob.base("api/requirements/dev.txt"), Some("api"));
        assert_eq!(glob.base("requirements/a/dev.txt"), None);
    }

    #[test]
    fn a_double_star_reaches_any_depth_and_a_plain_name_only_its_folder() {
        let plain = Glob::new("alembic.ini");
        assert!(plain.is_below("api/alembic.ini", "api"));
        assert!(!plain.is_below("api/db/alembic.ini", "api"));
        let deep = Glob::new("**/migrations/*.sql");
        assert!(deep.is_below("api/migrations/1.sql", "api"));
        assert!(deep.is_below("api/db/migrations/1.sql", "api"));
        assert!(!deep.is_below("web/migrations/1.sql", "api"));
    }

    #[test]
    fn a_glob_reaches_the_root_and_any_depth() {
        let glob = Glob::new("**/tests/**");
        assert!(glob.is_match("tests/a.py") && glob.is_match("api/tests/unit/a.py"));
        assert!(!glob.is_match("contests/a.py") && !glob.is_match("api/tests"));
    }

    /// What the globs mean, as one expression.
    fn expression(glob: &str) -> Regex {
        let body = regex::escape(glob)
            .replace(r"/\*\*/", "/(?:.+/)?")
            .replace(r"\*\*/", "(?:.+/)?")
            .replace(r"\*\*", ".+")
            .replace(r"\*", "[^/]*");
        Regex::new(&format!("^{body}$")).expect("an expression")
    }

    proptest! {
        #[test]
        fn a_glob_means_what_its_expression_means(
            glob in "(\\*\\*/)?([ab*]{1,3}/|\\*\\*/){0,3}([ab*]{1,3}|\\*\\*)",
            path in "([ab]{1,3}/){0,4}[ab]{1,3}",
        ) {
            let starred = glob.split('/').any(|segment| segment.contains("**") && segment != "**");
            prop_assume!(!starred);
            prop_assert_eq!(Glob::new(&glob).is_match(&path), expression(&glob).is_match(&path));
        }
    }
}
