//! Lines of a rendered template, broken where they are too long.
//!
//! `⟨a¦b⟩` in a template is a list that stands on one line where it fits, and on lines of its
//! own where it does not; `⟨.a()¦.b()⟩` is a chain of calls that does the same.

/// How a repository breaks its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lines {
    /// Blanks of one level in the templates.
    pub(crate) unit: usize,
    /// One level in the repository.
    pub(crate) indent: String,
    pub(crate) width: usize,
    pub(crate) semicolons: bool,
    pub(crate) trailing_commas: bool,
}

/// Marks a line that is in the repository's form already.
pub(crate) const RAW: char = '\u{2}';

impl Lines {
    /// A whole text.
    pub(crate) fn write(&self, rendered: &str) -> String {
        let mut text = String::new();
        for line in rendered.lines() {
            self.push(line, &mut text);
        }
        self.finished(text)
    }

    /// A text whose lines were pushed: without blank lines at the end, and without trailing
    /// commas where the repository has none.
    pub(crate) fn finished(&self, mut text: String) -> String {
        while text.ends_with("\n\n") {
            text.pop();
        }
        if self.trailing_commas { text } else { without_trailing_commas(&text) }
    }

    /// One line, its lists broken where it is too long.
    pub(crate) fn push(&self, line: &str, text: &mut String) {
        if let Some(raw) = line.strip_prefix(RAW) {
            text.push_str(raw);
            text.push('\n');
            return;
        }
        let inner = line.trim_start_matches(' ');
        let depth = (line.len() - inner.len()) / self.unit;
        let indent = self.indent.repeat(depth);
        let columns = indent.replace('\t', "  ").chars().count();
        let flat = flat(inner);
        let group = first_group(inner).filter(|_| columns + flat.chars().count() > self.width);
        let Some((before, parts, after)) = group else {
            if let Some((head, text_of)) =
                assigned(&flat).filter(|_| columns + flat.chars().count() > self.width)
                && columns + self.indent.len() + text_of.chars().count() <= self.width
            {
                self.push(&format!("{}{head} =", " ".repeat(depth * self.unit)), text);
                return self.push(&format!("{}{text_of}", " ".repeat((depth + 1) * self.unit)), text);
            }
            let flat = if self.semicolons { &*flat } else { flat.strip_suffix(';').unwrap_or(&flat) };
            if !flat.is_empty() {
                text.push_str(&indent);
                text.push_str(flat);
            }
            text.push('\n');
            return;
        };
        let lead = " ".repeat(depth * self.unit);
        let deeper = " ".repeat((depth + 1) * self.unit);
        if let (true, Some((end, calls))) = (is_chain(&parts), parts.split_last()) {
            self.push(&format!("{lead}{}", before.trim_end()), text);
            for call in calls {
                self.push(&format!("{deeper}{call}"), text);
            }
            return self.push(&format!("{deeper}{end}{after}"), text);
        }
        // A last object stays on the line of the call, and is broken itself.
        if let Some((last, others)) = parts.split_last()
            && last.starts_with("{ ⟨")
            && !others.iter().any(|part| part.contains(['{', '⟨']))
        {
            let others: String = others.iter().map(|part| format!("{part}, ")).collect();
            return self.push(&format!("{lead}{before}{others}{last}{after}"), text);
        }
        self.push(&format!("{lead}{}", before.trim_end()), text);
        let last = parts.len().saturating_sub(1);
        for (index, part) in parts.iter().enumerate() {
            let comma = if index < last || self.trailing_commas { "," } else { "" };
            self.push(&format!("{deeper}{}{comma}", part.trim()), text);
        }
        self.push(&format!("{lead}{}", after.trim_start()), text);
    }
}

/// The two sides of a declaration whose value is one text.
fn assigned(line: &str) -> Option<(&str, &str)> {
    let is_declared = line.starts_with("let ") || line.starts_with("const ");
    line.split_once(" = ").filter(|(_, value)| is_declared && value.starts_with(['"', '\'']))
}

fn without_trailing_commas(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let closes = lines.peek().is_some_and(|next| next.trim_start().starts_with([')', ']', '}']));
        result.push_str(line.strip_suffix(',').filter(|_| closes).unwrap_or(line));
        result.push('\n');
    }
    result
}

/// A line with its lists on it.
fn flat(line: &str) -> String {
    match first_group(line) {
        Some((before, parts, after)) => {
            let joint = if is_chain(&parts) { "" } else { ", " };
            let parts: Vec<String> = parts.into_iter().map(flat).collect();
            format!("{before}{}{}", parts.join(joint), flat(after))
        }
        None => line.to_owned(),
    }
}

/// Whether a list is a chain of calls: `⟨.get(a)¦.expect(b)⟩`.
fn is_chain(parts: &[&str]) -> bool {
    parts.first().is_some_and(|part| part.starts_with('.'))
}

/// The first list at the top of a line: what is before, its parts, what is after.
fn first_group(line: &str) -> Option<(&str, Vec<&str>, &str)> {
    let start = line.find('⟨')?;
    let inner_start = start + '⟨'.len_utf8();
    let mut depth = 1_usize;
    let mut parts = Vec::new();
    let mut part_start = inner_start;
    for (offset, c) in line.get(inner_start..)?.char_indices() {
        let at = inner_start + offset;
        match c {
            '⟨' => depth += 1,
            '⟩' => depth -= 1,
            '¦' if depth == 1 => {
                parts.push(line.get(part_start..at)?);
                part_start = at + c.len_utf8();
            }
            _ => {}
        }
        if depth == 0 {
            parts.push(line.get(part_start..at)?);
            return Some((line.get(..start)?, parts, line.get(at + c.len_utf8()..)?));
        }
    }
    None
}
