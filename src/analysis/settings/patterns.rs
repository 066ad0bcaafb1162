//! Paths as `.gitignore` writes them, because everybody knows how those read.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// A list of patterns in the syntax of `.gitignore`; `!` takes a path back.
#[derive(Debug, Clone)]
pub struct Patterns {
    globs: Gitignore,
}

impl Patterns {
    /// Compiles the patterns.
    ///
    /// # Errors
    /// The sentence for the first pattern that is none.
    pub fn new(patterns: &[String]) -> Result<Self, String> {
        let mut builder = GitignoreBuilder::new("");
        for pattern in patterns {
            builder.add_line(None, pattern).map_err(|error| format!("`{pattern}` is no pattern: {error}"))?;
        }
        let globs = builder.build().map_err(|error| error.to_string())?;
        Ok(Self { globs })
    }

    /// Whether a file, relative to the root with `/`, is meant, by itself or by a folder of it.
    pub fn matches(&self, path: &str) -> bool {
        self.globs.matched_path_or_any_parents(path, false).is_ignore()
    }

    /// The topmost folder of a file that is meant as a whole, or the file itself.
    pub fn topmost<'p>(&self, path: &'p str) -> &'p str {
        let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        folders.into_iter().find(|folder| self.globs.matched(folder, true).is_ignore()).unwrap_or(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_read_as_in_gitignore() {
        let patterns = ["/resources/", "!/resources/keep.py", "*.gen.ts", "a/**/b.py"].map(str::to_owned);
        let patterns = Patterns::new(&patterns).expect("compiles");
        for path in ["resources/demo/app.py", "src/x.gen.ts", "a/b.py", "a/c/d/b.py"] {
            assert!(patterns.matches(path), "{path}");
        }
        for path in ["src/resources/a.py", "src/x.ts", "b.py"] {
            assert!(!patterns.matches(path), "{path}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_named() {
        let error = Patterns::new(&["a{b".to_owned()]).expect_err("refused");
        assert!(error.starts_with("`a{b` is no pattern"), "{error}");
    }
}
