//! Where anchors stand now: looked for in their own file, then in the whole repository.
//!
//! A symbol of the same path in the same file is it, whatever became of its text. In
//! another file the text must be alike too, or every `list` would do. Bare lines are found
//! where enough of them still stand. Nothing is linked and nothing is cached: a file is
//! parsed when it may hold what is looked for, once.

use super::symbols::{Symbol, symbols};
use crate::{
    analysis::{facts::Lang, source::SourceFiles},
    domain::{
        anchor::{Anchor, containment, digests, likeness},
        place::Place,
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// In another file a symbol of the same path must share this much with the anchor.
const MOVED: u32 = 40;

/// A symbol of another path, with the same last name, must share this much.
const RENAMED_OWNER: u32 = 60;

/// This much of bare lines must still stand together in a file.
const LINES_LEFT: u32 = 50;

/// Where an anchor stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub place: Place,
    /// The file has another name now.
    pub is_moved: bool,
    /// The text is not what it was.
    pub is_changed: bool,
}

/// Why an anchor does not resolve, in words that follow its title.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    #[error("the file {path} is gone, and no other file holds it")]
    FileGone { path: String },
    #[error("it no longer stands in {path}, nor in another file")]
    SymbolGone { path: String },
    #[error("it no longer stands in {path}; its text is at {now} under the name {name}")]
    Renamed { path: String, now: Place, name: String },
    #[error("fewer than half of its lines stand in {path} or in another file")]
    LinesGone { path: String },
}

/// Finds anchors in the files of one source.
pub struct Resolver<'f> {
    files: &'f dyn SourceFiles,
    /// Texts and symbols that were needed so far, by path.
    read: BTreeMap<String, Arc<Read>>,
}

/// One file as far as it was needed; empty when it cannot be read.
struct Read {
    text: String,
    symbols: Vec<Symbol>,
    content: Vec<String>,
}

impl<'f> Resolver<'f> {
    /// A resolver that has read nothing yet.
    pub fn new(files: &'f dyn SourceFiles) -> Self {
        Self { files, read: BTreeMap::new() }
    }

    /// Where the anchor stands. Reads files; call from a worker.
    pub fn resolve(&mut self, anchor: &Anchor) -> Result<Found, Unresolved> {
        if anchor.symbol.is_empty() { self.lines(anchor) } else { self.symbol(anchor) }
    }

    fn symbol(&mut self, anchor: &Anchor) -> Result<Found, Unresolved> {
        let own = self.read(&anchor.path);
        let here = best(&anchor.path, &own, anchor, |symbol| symbol.path == anchor.symbol);
        if let Some(candidate) = here {
            return Ok(candidate.found(anchor));
        }
        let mut elsewhere: Vec<Candidate> = Vec::new();
        for path in self.like(&anchor.path) {
            let read = self.read(&path);
            if !read.text.contains(anchor.name()) {
                continue;
            }
            let named =
                best(&path, &read, anchor, |symbol| symbol.path.rsplit('.').next() == Some(anchor.name()));
            elsewhere.extend(named);
        }
        elsewhere.retain(|candidate| {
            candidate.likeness >= if candidate.path == anchor.symbol { MOVED } else { RENAMED_OWNER }
        });
        // The first of the best: paths come in order.
        elsewhere.sort_by_key(|candidate| std::cmp::Reverse(candidate.likeness));
        match elsewhere.into_iter().next() {
            Some(candidate) => Ok(candidate.found(anchor)),
            None => Err(self.lost(anchor, &own)),
        }
    }

    /// What to say of a symbol that is nowhere.
    fn lost(&self, anchor: &Anchor, own: &Read) -> Unresolved {
        let path = anchor.path.clone();
        if !self.files.contains(&path) {
            return Unresolved::FileGone { path };
        }
        match best(&path, own, anchor, |_| true).filter(|candidate| candidate.likeness >= RENAMED_OWNER) {
            Some(Candidate { place, path: name, .. }) => Unresolved::Renamed { path, now: place, name },
            None => Unresolved::SymbolGone { path },
        }
    }

    fn lines(&mut self, anchor: &Anchor) -> Result<Found, Unresolved> {
        let path = &anchor.path;
        let own = self.read(path);
        let listed = self.files.contains(path);
        if listed && containment(&anchor.content, &own.content) >= LINES_LEFT {
            return Ok(lines_found(path, &own, anchor));
        }
        let mut best: Option<(u32, String)> = None;
        // Lines that say nothing can only be known by their file.
        let others = if anchor.content.is_empty() { Vec::new() } else { self.like(path) };
        for other in others {
            let share = containment(&anchor.content, &self.read(&other).content);
            let same_name = other.rsplit('/').next() == path.rsplit('/').next();
            let rank = share * 2 + u32::from(same_name);
            if share >= LINES_LEFT && best.as_ref().is_none_or(|(known, _)| *known < rank) {
                best = Some((rank, other));
            }
        }
        match best {
            Some((_, other)) => {
                let read = self.read(&other);
                Ok(lines_found(&other, &read, anchor))
            }
            None if listed => Err(Unresolved::LinesGone { path: path.clone() }),
            None => Err(Unresolved::FileGone { path: path.clone() }),
        }
    }

    /// Files that could hold what stood in the file at `path`, in order of their paths.
    fn like(&self, path: &str) -> Vec<String> {
        let lang = Lang::from_path(path);
        let ending = |path: &str| {
            path.rsplit('/').next().and_then(|file| file.rsplit_once('.')).map(|it| it.1.to_owned())
        };
        let own = ending(path);
        self.files
            .entries()
            .iter()
            .filter(|entry| match (lang, Lang::from_path(&entry.path)) {
                (Some(lang), Some(other)) => lang.shares_modules_with(other),
                (None, None) => ending(&entry.path) == own,
                (Some(_), None) | (None, Some(_)) => false,
            })
            .map(|entry| entry.path.clone())
            .collect()
    }

    fn read(&mut self, path: &str) -> Arc<Read> {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        // Generated files too: a session may have made them.
        let text = self.files.text(path).unwrap_or_default();
        let read = Arc::new(Read {
            symbols: symbols(path, &text).unwrap_or_default(),
            content: digests(text.lines()),
            text,
        });
        self.read.insert(path.to_owned(), read.clone());
        read
    }
}

/// A symbol that may be the one.
struct Candidate {
    place: Place,
    path: String,
    likeness: u32,
    is_same: bool,
}

impl Candidate {
    fn found(self, anchor: &Anchor) -> Found {
        Found { is_moved: self.place.path != anchor.path, is_changed: !self.is_same, place: self.place }
    }
}

/// The symbol of a file that shares most with the anchor, of those that `fits` lets through.
fn best(path: &str, read: &Read, anchor: &Anchor, fits: impl Fn(&Symbol) -> bool) -> Option<Candidate> {
    let candidates = read.symbols.iter().filter(|symbol| fits(symbol)).map(|symbol| {
        let content = digests(symbol.text(&read.text));
        Candidate {
            place: Place::new(path, symbol.lines.start + 1),
            path: symbol.path.clone(),
            likeness: likeness(&content, &anchor.content),
            is_same: content == anchor.content,
        }
    });
    // The first of the best, which `max_by_key` would not give.
    candidates.reduce(|best, next| if next.likeness > best.likeness { next } else { best })
}

/// Bare lines stand where the longest row of them begins.
fn lines_found(path: &str, read: &Read, anchor: &Anchor) -> Found {
    let mut best = (0_usize, 0_usize);
    let mut row = (0_usize, 0_usize);
    for (number, line) in read.text.lines().enumerate() {
        let said = digests(std::iter::once(line));
        match said.first() {
            // A line that says nothing ends no row.
            None => {}
            Some(digest) if anchor.content.contains(digest) => {
                if row.1 == 0 {
                    row.0 = number;
                }
                row.1 += 1;
                if row.1 > best.1 {
                    best = row;
                }
            }
            Some(_) => row.1 = 0,
        }
    }
    Found {
        place: Place::new(path, u32::try_from(best.0).unwrap_or(u32::MAX).saturating_add(1)),
        is_moved: path != anchor.path,
        is_changed: containment(&anchor.content, &read.content) < 100,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::anchors_of, *};
    use crate::{analysis::source::OverlayFiles, ports::Source};
    use pretty_assertions::assert_eq;

    const TEXT: &str = "class Orders:\n    def list(self):\n        rows = self.db.all()\n        return rows\n\n    def get(self, key):\n        found = self.db.one(key)\n        return found\n";

    /// What the anchor of `Orders.get` resolves to among these files.
    fn get(files: &[(&str, &str)]) -> Result<Found, String> {
        resolved(&anchors_of("app/orders.py", TEXT, 6..7)[0], files)
    }

    fn resolved(anchor: &Anchor, files: &[(&str, &str)]) -> Result<Found, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let below = crate::analysis::source::open(&Source::Directory { root: folder.path().into() });
        let texts = files.iter().map(|(path, text)| ((*path).to_owned(), Some((*text).to_owned()))).collect();
        let files = OverlayFiles::new(below.expect("a source"), Arc::new(texts));
        Resolver::new(&files).resolve(anchor).map_err(|error| error.to_string())
    }

    fn found(place: &str, is_moved: bool, is_changed: bool) -> Result<Found, String> {
        let (path, line) = place.split_once(':').expect("a place");
        Ok(Found { place: Place::new(path, line.parse().expect("a line")), is_moved, is_changed })
    }

    #[test]
    fn a_symbol_is_found_under_inserted_lines_and_in_a_renamed_file() {
        let lower = format!("{}{TEXT}", "import os\n".repeat(100));
        assert_eq!(get(&[("app/orders.py", TEXT)]), found("app/orders.py:6", false, false));
        assert_eq!(get(&[("app/orders.py", &lower)]), found("app/orders.py:106", false, false));
        assert_eq!(get(&[("app/sales.py", &lower)]), found("app/sales.py:106", true, false));
        let edited = TEXT.replace("one(key)", "first(key)");
        assert_eq!(get(&[("app/orders.py", &edited)]), found("app/orders.py:6", false, true));
        let owner = TEXT.replace("Orders", "Sales");
        assert_eq!(get(&[("app/sales.py", &owner)]), found("app/sales.py:6", true, false));
    }

    #[test]
    fn a_symbol_of_the_same_name_elsewhere_is_another_one() {
        let other = "class Orders:\n    def get(self, request):\n        return Response(request.body)\n";
        let gone = "the file app/orders.py is gone, and no other file holds it";
        assert_eq!(get(&[("app/other.py", other)]), Err(gone.into()));
        let without = &TEXT[..TEXT.find("    def get").expect("it is there")];
        let lost = "it no longer stands in app/orders.py, nor in another file";
        assert_eq!(get(&[("app/orders.py", without), ("app/other.py", other)]), Err(lost.into()));
        let renamed = TEXT.replace("def get", "def fetch");
        let now = "it no longer stands in app/orders.py; its text is at app/orders.py:6 under the name Orders.fetch";
        assert_eq!(get(&[("app/orders.py", &renamed)]), Err(now.into()));
    }

    #[test]
    fn bare_lines_are_found_where_most_of_them_stand() {
        let sql = "CREATE TABLE orders (\n  id INTEGER,\n  cancelled_at TEXT,\n  total INTEGER\n);\n";
        let anchor = &anchors_of("db/001.sql", sql, 2..3)[0];
        let lower = format!("{}{sql}", "-- a remark\n".repeat(100));
        assert_eq!(resolved(anchor, &[("db/001.sql", &lower)]), found("db/001.sql:101", false, false));
        assert_eq!(resolved(anchor, &[("db/002.sql", sql)]), found("db/002.sql:1", true, false));
        let lost = "fewer than half of its lines stand in db/001.sql or in another file";
        assert_eq!(resolved(anchor, &[("db/001.sql", "SELECT 1;\n"), ("a.md", sql)]), Err(lost.into()));
    }
}
