//! Markdown with a small machine-readable head.
//!
//! A page is a YAML head between two `---` lines and a body whose `## Title {#id}`
//! headings begin sections. Prose stays prose: the head holds only what a program needs.
//! Line numbers of sections and of errors are those of the whole file.

use super::{error::KnowledgeError, shipped, source::Text, yaml};
use serde::de::DeserializeOwned;

/// A parsed page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Page<H> {
    pub head: H,
    /// In file order; ids are unique.
    pub sections: Vec<Section>,
}

/// One `##` section.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Section {
    /// From `{#id}`, or the title in lower case with dashes.
    pub id: String,
    pub title: String,
    /// Markdown between this heading and the next, without blank lines around it.
    pub body: String,
    /// 1-based line of the heading.
    pub line: u32,
}

impl Section {
    /// The text below a `###` heading of that title; empty when there is none.
    pub(crate) fn part(&self, title: &str) -> String {
        let mut lines: Vec<&str> = Vec::new();
        let mut inside = false;
        let mut fence = Fence::default();
        for line in self.body.lines() {
            let code = fence.is_code(line);
            if let Some(heading) = line.strip_prefix("### ").filter(|_| !code) {
                inside = heading.trim() == title;
            } else if inside {
                lines.push(line);
            }
        }
        lines.join("\n").trim().to_owned()
    }

    /// The text before the first `###` heading.
    pub(crate) fn lead(&self) -> String {
        let end = self.body.find("\n### ").map_or(self.body.len(), |at| at);
        let text = if self.body.starts_with("### ") { "" } else { self.body.get(..end).unwrap_or_default() };
        text.trim().to_owned()
    }
}

/// The page of a knowledge file; the head of a shipped one was read ahead of time.
pub(crate) fn of<H: DeserializeOwned>(text: &Text) -> Result<Page<H>, KnowledgeError> {
    let Some(head) = text.shipped_name().and_then(shipped::ahead) else {
        return parse(&text.label, &text.text);
    };
    let (_, body, body_line) = split(&text.label, &text.text)?;
    Ok(Page { head, sections: sections(&text.label, body, body_line)? })
}

/// Splits a page and parses its head.
pub(crate) fn parse<H: DeserializeOwned>(file: &str, text: &str) -> Result<Page<H>, KnowledgeError> {
    let (head, body, body_line) = split(file, text)?;
    let head = yaml::parse(file, &head)?;
    Ok(Page { head, sections: sections(file, body, body_line)? })
}

/// The head with one blank line for the opening mark, so that its line numbers are the
/// file's; then the body and its first line.
fn split<'t>(file: &str, text: &'t str) -> Result<(String, &'t str, u32), KnowledgeError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut head = String::new();
    let mut at = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        at += line.len();
        let bare = line.trim_end();
        if index == 0 {
            if bare != "---" {
                return Err(KnowledgeError::at(
                    file,
                    1,
                    1,
                    "the head is missing: the first line is not `---`",
                ));
            }
            head.push('\n');
        } else if bare == "---" {
            let first = u32::try_from(index + 2).unwrap_or(u32::MAX);
            return Ok((head, text.get(at..).unwrap_or_default(), first));
        } else {
            head.push_str(line);
        }
    }
    Err(KnowledgeError::at(file, 1, 1, "the head is not closed: no second `---` line"))
}

fn sections(file: &str, body: &str, first_line: u32) -> Result<Vec<Section>, KnowledgeError> {
    let mut sections: Vec<Section> = Vec::new();
    let mut fence = Fence::default();
    for (number, line) in (first_line..).zip(body.lines()) {
        let code = fence.is_code(line);
        if let Some(heading) = line.strip_prefix("## ").filter(|_| !code) {
            let (title, id) = heading_parts(heading);
            if sections.iter().any(|section| section.id == id) {
                return Err(KnowledgeError::at(file, number, 4, format!("section `{id}` exists twice")));
            }
            sections.push(Section { id, title, body: String::new(), line: number });
        } else if let Some(section) = sections.last_mut() {
            section.body.push_str(line);
            section.body.push('\n');
        }
    }
    for section in &mut sections {
        section.body = section.body.trim().to_owned();
    }
    Ok(sections)
}

fn heading_parts(heading: &str) -> (String, String) {
    let heading = heading.trim();
    if let Some((title, rest)) = heading.rsplit_once("{#")
        && let Some(id) = rest.strip_suffix('}')
    {
        return (title.trim().to_owned(), id.trim().to_owned());
    }
    (heading.to_owned(), slug(heading))
}

/// Lower case, words joined by dashes.
pub(crate) fn slug(text: &str) -> String {
    let words: Vec<String> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}

/// Follows code fences, so that a heading inside code is text.
#[derive(Default)]
struct Fence {
    open: bool,
}

impl Fence {
    /// Whether the line is code or a fence.
    fn is_code(&mut self, line: &str) -> bool {
        let fence = line.trim_start().starts_with("```");
        if fence {
            self.open = !self.open;
        }
        fence || self.open
    }
}

/// Items of a list, `-` or `1.`; lines that are indented continue the item above.
pub(crate) fn list_items(text: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in text.lines() {
        if let Some(item) = item_text(line) {
            items.push(item.to_owned());
        } else if line.starts_with("  ")
            && let Some(last) = items.last_mut()
        {
            last.push(' ');
            last.push_str(line.trim());
        }
    }
    items
}

fn item_text(line: &str) -> Option<&str> {
    if let Some(item) = line.strip_prefix("- ") {
        return Some(item.trim());
    }
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    if digits == 0 {
        return None;
    }
    line.get(digits..)?.strip_prefix(". ").map(str::trim)
}

/// Splits "`id` text" into id and text.
pub(crate) fn marked(item: &str) -> Option<(&str, &str)> {
    let (id, text) = item.strip_prefix('`')?.split_once('`')?;
    Some((id, text.trim()))
}

/// Splits `**Label** — text` (or with a colon) into label and text.
pub(crate) fn labelled(item: &str) -> Option<(String, String)> {
    let (label, text) = item.strip_prefix("**")?.split_once("**")?;
    let text = text.trim_start_matches([' ', '—', ':', '-']).trim();
    Some((label.trim().to_owned(), text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Head {
        kind: String,
    }

    #[test]
    fn a_page_has_a_head_and_sections_with_lines() {
        let text = "---\nkind: x\n---\n# T\n\n## One {#one}\nbody\n\n## Second part\n```\n## no\n```\n";
        let page: Page<Head> = parse("p.md", text).expect("parses");
        assert_eq!(page.head, Head { kind: "x".into() });
        let seen: Vec<(&str, &str, u32)> =
            page.sections.iter().map(|s| (s.id.as_str(), s.body.as_str(), s.line)).collect();
        assert_eq!(seen, [("one", "body", 6), ("second-part", "```\n## no\n```", 9)]);
    }

    #[test]
    fn errors_in_the_head_name_the_line_of_the_file() {
        let error = parse::<Head>("p.md", "---\nkind: x\nkind: y\n---\n").expect_err("twice");
        assert_eq!(error.position().0, 3);
    }

    #[test]
    fn a_head_that_is_missing_open_or_a_section_twice_is_an_error() {
        for (text, line) in
            [("# no\n", 1), ("---\nkind: x\n", 1), ("---\nkind: x\n---\n## A\n## A\n", 5), ("", 1)]
        {
            assert_eq!(parse::<Head>("p.md", text).expect_err(text).position().0, line, "{text:?}");
        }
    }

    #[test]
    fn parts_lists_and_marks_are_read() {
        let section = Section {
            body: "Lead.\n\n### Steps\n1. one\n   more\n2. two\n\n### Then\nlast".into(),
            ..Section::default()
        };
        assert_eq!(section.lead(), "Lead.");
        assert_eq!(list_items(&section.part("Steps")), ["one more", "two"]);
        assert_eq!(section.part("Then"), "last");
        assert_eq!(marked("`id` the text"), Some(("id", "the text")));
        assert_eq!(labelled("**A b** — cheap"), Some(("A b".into(), "cheap".into())));
    }
}
