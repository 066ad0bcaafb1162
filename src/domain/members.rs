//! A member that a proposal adds, and who uses it: the field of a new column in the row's type, in
//! what a request sends, in the queries, in the tests.
//!
//! Who stands nearer to the user needs who stands nearer to the data: without the row's `note` its
//! repository does not build, without the repository's the service does not. In one file what reads
//! `sent.note` needs what gives it. A name that any edited file knows as a member links nothing.

use super::{conventional::layer_by_path, dependence::words, edit::FileEdit, ids::HunkId, layer::Layer};
use std::collections::{BTreeMap, BTreeSet};

/// A hunk that gives a name to a type or an object.
struct Giver<'e> {
    hunk: HunkId,
    path: &'e str,
    rank: u8,
}

/// Who uses, who gives, and the name.
pub(super) fn links<'e>(
    edits: &(impl Iterator<Item = &'e FileEdit> + Clone),
) -> Vec<(HunkId, HunkId, &'e str)> {
    let sources: Vec<(&FileEdit, u8)> = edits
        .clone()
        .filter(|edit| edit.base.is_some())
        .filter_map(|edit| Some((edit, rank(edit)?)))
        .collect();
    let mut given: BTreeMap<&str, Vec<Giver<'_>>> = BTreeMap::new();
    for (edit, rank) in &sources {
        for hunk in &edit.hunks {
            let names: BTreeSet<&str> =
                hunk.new_lines().iter().filter_map(|line| member(edit, *rank, line)).collect();
            for name in names {
                given.entry(name).or_default().push(Giver { hunk: hunk.id, path: &edit.path, rank: *rank });
            }
        }
    }
    let known: BTreeSet<&str> = sources
        .iter()
        .flat_map(|(edit, rank)| {
            edit.base.iter().flat_map(|base| base.lines()).map(move |line| (*edit, *rank, line))
        })
        .filter_map(|(edit, rank, line)| member(edit, rank, line))
        .collect();
    given.retain(|name, givers| name.len() > 2 && givers.len() <= MOST_GIVERS && !known.contains(name));
    let mut links = Vec::new();
    for (edit, rank) in &sources {
        for hunk in &edit.hunks {
            let lines = || hunk.new_lines().iter().filter(|line| !is_comment(line));
            let used: BTreeSet<&str> = lines().flat_map(|line| words(line)).collect();
            let read: BTreeSet<&str> = lines().flat_map(|line| read(line)).collect();
            for (name, givers) in used.iter().filter_map(|name| given.get_key_value(name)) {
                let gives = givers.iter().any(|giver| giver.hunk == hunk.id);
                for giver in givers.iter().filter(|giver| giver.hunk != hunk.id) {
                    let needs = if giver.path == edit.path {
                        !gives && read.contains(name)
                    } else {
                        giver.rank < *rank
                    };
                    if needs {
                        links.push((hunk.id, giver.hunk, *name));
                    }
                }
            }
        }
    }
    links
}

/// A name that more hunks give is a word of the project, not one new field.
const MOST_GIVERS: usize = 16;

/// Up to this rank a file describes data and computes nothing.
const DESCRIBES: u8 = 2;

/// How far from the data a source stands; none for what is no source.
fn rank(edit: &FileEdit) -> Option<u8> {
    let is_source = [".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".py", ".rs", ".prisma"]
        .iter()
        .any(|end| edit.path.ends_with(end));
    match layer_by_path(&edit.path) {
        _ if !is_source => None,
        Some(Layer::Migration) => None,
        Some(Layer::Schema) => Some(2),
        Some(Layer::Repository) => Some(3),
        Some(Layer::Service) => Some(4),
        Some(Layer::Router | Layer::Job) => Some(5),
        Some(Layer::Test) => Some(6),
        _ => Some(1),
    }
}

/// The member that a line begins with: `note: string`, `pub note: String,`, in what describes data
/// `note = Text()` as well, which elsewhere is a variable, and `note  String?` of Prisma.
fn member<'l>(edit: &FileEdit, rank: u8, line: &'l str) -> Option<&'l str> {
    let mut rest = line.trim_start();
    if rest.len() == line.len() {
        return None;
    }
    for modifier in ["pub ", "public ", "private ", "protected ", "readonly ", "declare "] {
        rest = rest.strip_prefix(modifier).unwrap_or(rest);
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let (name, after) = rest.split_at_checked(end)?;
    let is_member = if edit.path.ends_with(".prisma") {
        after.starts_with(' ') && after.trim_start().starts_with(char::is_uppercase)
    } else {
        [": ", "?: ", "!: "].iter().any(|sign| after.starts_with(sign))
            || rank <= DESCRIBES && after.starts_with(" = ")
    };
    (!name.is_empty() && is_member).then_some(name)
}

/// What a line reads behind a point.
fn read(line: &str) -> impl Iterator<Item = &str> {
    line.split('.').skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest.get(..end).filter(|name| !name.is_empty())
    })
}

fn is_comment(line: &str) -> bool {
    ["//", "#", "*", "/*"].iter().any(|sign| line.trim_start().starts_with(sign))
}

#[cfg(test)]
mod tests {
    use super::super::imports::tests::edit;
    use super::*;
    use pretty_assertions::assert_eq;

    fn links_of(edits: &[FileEdit]) -> Vec<(u32, u32, String)> {
        links(&edits.iter()).into_iter().map(|(a, b, key)| (a.0, b.0, key.to_owned())).collect()
    }

    #[test]
    fn what_reads_a_new_key_of_its_file_goes_with_what_gives_it() {
        let base = "const body = () => ({\n  title: 'a',\n});\n\nit('a', () => {\n  const sent = body();\n  \
                    expect(sent.title).toBe('a');\n});\n";
        let new = base
            .replace("  title: 'a',\n", "  title: 'a',\n  note: 'b',\n")
            .replace("toBe('a');\n", "toBe('a');\n  expect(read.note).toBe(sent.note);\n");
        assert_eq!(links_of(&[edit("a.test.ts", base, &new, 1)]), [(2, 1, "note".to_owned())]);
        let known = base.replace("title", "note").replace("sent.note", "sent.title");
        let new = known.replace("toBe('a');\n", "toBe('a');\n  expect(read.note);\n");
        assert_eq!(links_of(&[edit("a.test.ts", &known, &new, 1)]), []);
    }

    #[test]
    fn who_stands_nearer_to_the_user_needs_who_stands_nearer_to_the_data() {
        let row = ("src/models/book.rs", "pub struct Book {\n    pub id: i64,\n}\n");
        let store = ("src/repositories/books.rs", "fn add() {\n    query()\n        .bind(&body.id)\n}\n");
        let edits = [
            edit(row.0, row.1, &row.1.replace("i64,\n", "i64,\n    pub note: String,\n"), 1),
            edit(store.0, store.1, &store.1.replace("id)\n", "id)\n        .bind(&body.note)\n"), 9),
        ];
        assert_eq!(links_of(&edits), [(9, 1, "note".to_owned())]);
        let python = [
            edit(
                "app/models/book.py",
                "class Book:\n    id: int\n",
                "class Book:\n    id: int\n    note: str\n",
                1,
            ),
            edit(
                "app/services/book.py",
                "def add(\n    id: int,\n): ...\n",
                "def add(\n    id: int,\n    note: str,\n): ...\n",
                9,
            ),
            edit("migrations/2.py", "a\n", "a\n    note: str\n", 20),
        ];
        assert_eq!(links_of(&python), [(9, 1, "note".to_owned())]);
    }

    #[test]
    fn a_member_is_told_from_a_statement() {
        for (path, line, expected) in [
            ("a.rs", "    pub note: Option<String>,", Some("note")),
            ("a.ts", "  readonly note?: string;", Some("note")),
            ("schema.prisma", "  note      String?   @db.Text", Some("note")),
            ("a.ts", "  return Note", None),
            ("models.py", "    note = models.TextField(null=True)", Some("note")),
            ("services/a.py", "    note = body.note", None),
            ("a.ts", "  note: z.string(),", Some("note")),
            ("a.ts", "note: string", None),
            ("a.rs", "    let note = 1;", None),
            ("a.py", "    note(body)", None),
        ] {
            let edit = edit(path, "a\n", "b\n", 1);
            assert_eq!(member(&edit, rank(&edit).unwrap(), line), expected, "{line}");
        }
    }
}
