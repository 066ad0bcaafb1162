//! Members that may be empty, or left out, from now on or no more, and the hunks that say so.
//!
//! A table, the rules of a body and a signature have one member each, of one name. Where one of
//! them lets it be empty and another does not, types do not fit: so the hunks that change it in
//! that way go together. Names alone do not say so, because each is known all along. What is
//! tested or migrated has no types that others need.

use super::{edit::FileEdit, hunk::Hunk, ids::HunkId, layer::Layer};
use std::collections::{BTreeMap, BTreeSet};

/// Words that say that a value may be empty or left out, or that it may not.
const MARKS: [&str; 13] = [
    "null",
    "nullish",
    "nullable",
    "optional",
    "None",
    "Optional",
    "Option",
    "IsOptional",
    "default",
    "server_default",
    "db_default",
    "notNull",
    "Generated",
];

/// Triples of two hunks neither of which builds without the other, and the member's name.
pub(super) fn links<'e>(edits: impl Iterator<Item = &'e FileEdit>) -> Vec<(HunkId, HunkId, String)> {
    let mut by_name: BTreeMap<String, BTreeSet<HunkId>> = BTreeMap::new();
    for edit in edits {
        let Some(base) = edit.base.as_deref() else { continue };
        let base: Vec<&str> = base.lines().collect();
        for hunk in edit.hunks.iter().filter(|hunk| !matches!(hunk.layer, Layer::Test | Layer::Migration)) {
            for name in changed(&edit.path, &base, hunk) {
                by_name.entry(name).or_default().insert(hunk.id);
            }
        }
    }
    let mut links = Vec::new();
    for (name, hunks) in by_name {
        for one in &hunks {
            links
                .extend(hunks.iter().filter(|other| *other != one).map(|other| (*one, *other, name.clone())));
        }
    }
    links
}

/// Members that a hunk lets be empty or left out, or does no more.
fn changed(path: &str, base: &[&str], hunk: &Hunk) -> Vec<String> {
    let own = hunk.base_range();
    let (mut start, end) = (own.start as usize, own.end as usize);
    let new: Vec<&str> = hunk.new_lines().iter().map(|line| line.trim_end()).collect();
    if start == end || new.is_empty() {
        return Vec::new();
    }
    // A link of a chain belongs to the member above it, a decorator to the one below.
    let links = |line: Option<&&str>| line.is_some_and(|line| line.trim_start().starts_with('.'));
    let first = start;
    while start > 0 && (links(base.get(start)) || start == first && links(new.first())) {
        start -= 1;
    }
    let above = base.get(start..first).unwrap_or_default();
    let decorates = |line: Option<&&str>| line.is_some_and(|line| line.trim_start().starts_with(['@', '#']));
    let mut below = end;
    while decorates(base.get(below.wrapping_sub(1))) || below == end && decorates(new.last()) {
        if below >= base.len() {
            break;
        }
        below += 1;
    }
    let below = base.get(end..below).unwrap_or_default();
    let old = base.get(first..end).unwrap_or_default();
    let whole = |middle: &[&str]| members(path, &[above, middle, below].concat());
    let (old, new) = (whole(old), whole(&new));
    let differs = |(name, marks): (&String, &BTreeSet<String>)| {
        new.get(name).filter(|now| *now != marks).map(|_| name.clone())
    };
    old.iter().filter_map(differs).collect()
}

/// The members that lines declare, by their names without underscores and in small letters, each
/// with the marks that it has.
fn members(path: &str, lines: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut pending: BTreeSet<String> = BTreeSet::new();
    let mut last: Vec<String> = Vec::new();
    let mut depth = 0_i32;
    for line in lines {
        let text = line.trim();
        let is_decorator = text.starts_with(['@', '#']);
        let goes_on = depth > 0 || text.starts_with('.');
        if is_decorator || goes_on && last.is_empty() {
            pending.extend(marks(text));
        } else if goes_on {
            for name in &last {
                found.entry(name.clone()).or_default().extend(marks(text));
            }
        } else {
            let own = declared(path, text);
            last = own.iter().map(|(name, _)| name.clone()).collect();
            for (name, marks) in own {
                let known = found.entry(name).or_default();
                known.extend(marks);
                known.extend(pending.iter().cloned());
            }
            if !last.is_empty() {
                pending.clear();
            }
        }
        if is_decorator {
            last.clear();
        }
        // A brace holds members of its own; what stands in other brackets is one value.
        depth = (depth + open(text)).max(0);
        if text.ends_with('{') || text.ends_with("({") {
            depth = 0;
        }
    }
    found
}

/// How many round and square brackets a line leaves open.
fn open(text: &str) -> i32 {
    text.chars().fold(0, |depth, c| match c {
        '(' | '[' => depth + 1,
        ')' | ']' => depth - 1,
        _ => depth,
    })
}

/// The members that one line declares: `note: A`, `note?: A`, `note = f(a)`, and in Prisma the
/// first word.
fn declared(path: &str, text: &str) -> Vec<(String, BTreeSet<String>)> {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    if path.ends_with(".prisma") {
        let name = text.split_whitespace().next().unwrap_or_default();
        return vec![(plain(name), marks(text))];
    }
    let mut found = Vec::new();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if length == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let name = rest.get(..length).unwrap_or_default();
        let behind = rest.get(length..).unwrap_or_default();
        at += length;
        let value = behind.trim_start().trim_start_matches(['?', '!']);
        let is_declared = value.starts_with(':') && !value.starts_with("::")
            || value.starts_with('=') && !value.starts_with("==") && !value.starts_with("=>");
        if is_declared && !MARKS.contains(&name) {
            let mut marks = marks(up_to_comma(value));
            if behind.trim_start().starts_with('?') {
                marks.insert("?".into());
            }
            found.push((plain(name), marks));
        }
    }
    found
}

/// A value up to the comma or bracket behind it.
fn up_to_comma(text: &str) -> &str {
    let mut depth = 0_i32;
    let end = text.find(|c| {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth -= 1,
            _ => {}
        }
        depth < 0 || depth == 0 && c == ','
    });
    text.get(..end.unwrap_or(text.len())).unwrap_or(text)
}

/// The marks of a text; a question mark behind a type is one.
fn marks(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let mut found: BTreeSet<String> = words.filter(|word| MARKS.contains(word)).map(str::to_owned).collect();
    if text.split_whitespace().any(|word| word.len() > 1 && word.ends_with('?')) {
        found.insert("?".into());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::imports::tests::edit;
    use super::*;
    use pretty_assertions::assert_eq;

    fn linked(files: &[(&str, &str, &str)]) -> Vec<(u32, u32, String)> {
        let edits: Vec<FileEdit> =
            (1..).zip(files).map(|(number, (path, base, new))| edit(path, base, new, number * 10)).collect();
        links(edits.iter()).into_iter().map(|(one, other, name)| (one.0, other.0, name)).collect()
    }

    #[test]
    fn a_member_that_is_empty_no_more_is_so_everywhere() {
        for (table, rules) in [
            (
                ("src/tables.ts", "  note: string | null\n", "  note: Generated<string>\n"),
                ("src/rules.ts", "  note: z.string().nullish(),\n", "  note: z.string().optional(),\n"),
            ),
            (
                ("schema.prisma", "  note String?\n", "  note String @default(\"none\")\n"),
                (
                    "src/rules.ts",
                    "  note: z\n    .string()\n    .nullish(),\n",
                    "  note: z\n    .string()\n    .optional(),\n",
                ),
            ),
            (
                (
                    "src/review.entity.ts",
                    "  @Column({ type: 'text', nullable: true })\n  note!: string | null;\n",
                    "  @Column({ type: 'text', default: 'none' })\n  note!: string;\n",
                ),
                ("src/create.dto.ts", "  note?: string | null;\n", "  note?: string;\n"),
            ),
            (
                (
                    "a/models.py",
                    "    note = models.IntegerField(null=True)\n",
                    "    note = models.IntegerField(default=4)\n",
                ),
                (
                    "a/services.py",
                    "def create(*, name: str, note: int | None) -> A:\n",
                    "def create(*, name: str, note: int = 4) -> A:\n",
                ),
            ),
        ] {
            let found = linked(&[table, rules]);
            assert_eq!(found, [(10, 20, "note".to_owned()), (20, 10, "note".to_owned())], "{table:?}");
        }
    }

    #[test]
    fn other_bounds_and_other_members_are_nobody_elses_matter() {
        for files in [
            [
                (
                    "a.ts",
                    "  note: varchar('note', { length: 80 }),\n",
                    "  note: varchar('note', { length: 90 }),\n",
                ),
                ("b.ts", "  note: z.string().max(80),\n", "  note: z.string().max(90),\n"),
            ],
            [
                ("a.ts", "  note: string | null\n", "  note: string\n"),
                ("b.ts", "  title?: string\n", "  title: string\n"),
            ],
        ] {
            assert_eq!(linked(&files), []);
        }
    }
}
