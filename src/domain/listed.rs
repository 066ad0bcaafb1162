//! A file that lists others by their names goes with those that are new.
//!
//! `"tag": "0001_create_articles"` in a journal of migrations is no import, but who reads the
//! journal looks for that file.

use super::{edit::FileEdit, ids::HunkId};

/// A shorter name may be any word.
const SHORTEST: usize = 8;

/// Triples of a hunk that lists a new file, a hunk of that file, and its name.
pub(super) fn links<'e>(
    edits: &(impl Iterator<Item = &'e FileEdit> + Clone),
) -> Vec<(HunkId, HunkId, &'e str)> {
    let mut links = Vec::new();
    for made in edits.clone().filter(|edit| edit.base.is_none()) {
        let file = made.path.rsplit('/').next().unwrap_or(&made.path);
        let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
        if stem.len() < SHORTEST || !stem.contains(['_', '-']) {
            continue;
        }
        let quoted = ['"', '\''].map(|quote| format!("{quote}{stem}{quote}"));
        for edit in edits.clone().filter(|edit| edit.path != made.path && edit.base.is_some()) {
            let lists = |line: &String| quoted.iter().any(|quoted| line.contains(quoted.as_str()));
            for hunk in edit.hunks.iter().filter(|hunk| hunk.new_lines().iter().any(lists)) {
                links.extend(made.hunks.iter().map(|own| (hunk.id, own.id, stem)));
            }
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::super::imports::tests::edit;
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn an_entry_of_a_journal_goes_with_its_migration() {
        let journal = "{\n  \"entries\": [\n  ]\n}\n";
        let with = journal.replace("[\n", "[\n    { \"tag\": \"0001_create_notes\" }\n");
        let mut edits = [
            edit("drizzle/meta/_journal.json", journal, &with, 1),
            edit("drizzle/0001_create_notes.sql", "", "CREATE TABLE notes ();\n", 11),
            edit("src/notes.ts", "", "export const a = 1;\n", 21),
        ];
        edits[1].base = None;
        edits[2].base = None;
        let found: Vec<(u32, u32, &str)> =
            links(&edits.iter()).iter().map(|(a, b, name)| (a.0, b.0, *name)).collect();
        assert_eq!(found, [(1, 11, "0001_create_notes")]);
    }
}
