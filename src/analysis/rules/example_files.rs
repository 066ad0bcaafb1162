//! Examples that are whole files: languages in which a fragment says too little.
//!
//! A comment that is nothing but a path begins a file of its own; what stands before the
//! first one is the example's own file.

use std::collections::BTreeMap;

/// Languages whose examples are whole files: their ending, their manifest and its text.
const LANGUAGES: [(&str, &str, &str, &str); 7] = [
    ("go", "go", "go.mod", "module example.com/shop\n\ngo 1.24\n"),
    ("java", "java", "pom.xml", "<project><artifactId>shop</artifactId></project>\n"),
    ("kotlin", "kt", "pom.xml", "<project><artifactId>shop</artifactId></project>\n"),
    ("csharp", "cs", "shop.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\"></Project>\n"),
    ("ruby", "rb", "Gemfile", "source \"https://rubygems.org\"\ngem \"rails\"\n"),
    ("php", "php", "composer.json", "{\"require\": {}}\n"),
    ("elixir", "ex", "mix.exs", "defmodule Shop.MixProject do\n  use Mix.Project\nend\n"),
];

/// The files of an example in one of these languages, by path; none for other languages and
/// for an example without a path.
pub(super) fn files(language: &str, path: &str, code: &str) -> Option<BTreeMap<String, String>> {
    let (_, ending, manifest, text) = LANGUAGES.into_iter().find(|(name, ..)| *name == language)?;
    if path.is_empty() {
        return None;
    }
    let mut files = BTreeMap::from([(manifest.to_owned(), text.to_owned())]);
    let mut at = path.to_owned();
    for line in code.split_inclusive('\n') {
        if let Some(next) = path_of(line, ending) {
            at = next.to_owned();
            continue;
        }
        files.entry(at.clone()).or_default().push_str(line);
    }
    Some(files)
}

/// The path that a comment is.
fn path_of<'l>(line: &'l str, ending: &str) -> Option<&'l str> {
    let text = line.trim().strip_prefix("//").or_else(|| line.trim().strip_prefix('#'))?.trim();
    let is_path = text.strip_suffix(ending).is_some_and(|rest| rest.ends_with('.'));
    (is_path && !text.contains(char::is_whitespace)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::files;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_comment_that_is_a_path_begins_a_file() {
        let code = "package a\n// b/b.go\npackage b // not a path.\n// see b/b.go\n";
        let found = files("go", "a/a.go", code).unwrap();
        let names: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(names, ["a/a.go", "b/b.go", "go.mod"]);
        assert_eq!(found["b/b.go"], "package b // not a path.\n// see b/b.go\n");
        assert!(files("go", "", code).is_none() && files("python", "a.py", code).is_none());
    }
}
