//! Tables that a schema or a type declares, and the hunks that ask them by name.
//!
//! `model User` of Prisma is asked as `prisma.user.`, a member `users: UsersTable` of the type
//! that Kysely is given as `selectFrom('users')`: no name of the language links the two. In Prisma's
//! schema a relation has two sides, and a model is valid with both only.

use super::{edit::FileEdit, hunk::Hunk, ids::HunkId};

/// Calls of Kysely that take the name of a table first.
const ASKS: [&str; 6] = ["selectFrom(", "insertInto(", "updateTable(", "deleteFrom(", "Join(", "mergeInto("];

/// How a declared table is asked.
enum Table<'e> {
    /// `.user.` of Prisma's client.
    Model(String),
    /// In quotes, as the first argument.
    Member(&'e str),
}

/// Triples of a hunk that asks a table, the hunk that declares it, and the table.
pub(super) fn links<'e>(edits: impl Iterator<Item = &'e FileEdit> + Clone) -> Vec<(HunkId, HunkId, String)> {
    let mut declared: Vec<(HunkId, Table<'e>)> = Vec::new();
    for edit in edits.clone() {
        for hunk in &edit.hunks {
            for line in hunk.new_lines() {
                declared.extend(table(&edit.path, line).map(|table| (hunk.id, table)));
            }
        }
    }
    let mut links: Vec<(HunkId, HunkId, String)> = edits.clone().flat_map(opposites).collect();
    if declared.is_empty() {
        return links;
    }
    let is_script = |edit: &&FileEdit| edit.path.ends_with("ts") || edit.path.ends_with("js");
    for hunk in edits.filter(is_script).flat_map(|edit| &edit.hunks) {
        for (declarer, table) in declared.iter().filter(|(declarer, _)| *declarer != hunk.id) {
            if asks(hunk, table) {
                let name = match table {
                    Table::Model(name) => name.clone(),
                    Table::Member(name) => (*name).to_owned(),
                };
                links.push((hunk.id, *declarer, name));
            }
        }
    }
    links
}

/// What declares a model of Prisma, and the hunks that give other models the other side of its
/// relations: `notes Note[]`. Neither is valid without the other.
fn opposites(edit: &FileEdit) -> Vec<(HunkId, HunkId, String)> {
    let mut links = Vec::new();
    if !edit.path.ends_with(".prisma") {
        return links;
    }
    let models = edit.hunks.iter().flat_map(|hunk| {
        let named = hunk.new_lines().iter().filter_map(|line| line.trim().strip_prefix("model "));
        named.map(|rest| (hunk.id, rest.trim_end_matches(['{', ' '])))
    });
    for (declarer, model) in models {
        let is_side = |line: &String| {
            let ty = line.split_whitespace().nth(1).unwrap_or_default();
            ty.trim_end_matches(['[', ']', '?']) == model
        };
        for hunk in edit.hunks.iter().filter(|hunk| hunk.id != declarer) {
            if hunk.new_lines().iter().any(is_side) {
                links.push((declarer, hunk.id, model.to_owned()));
                links.push((hunk.id, declarer, model.to_owned()));
            }
        }
    }
    links
}

/// The table that a line of a schema or of a type declares.
fn table<'e>(path: &str, line: &'e str) -> Option<Table<'e>> {
    let line = line.trim();
    if path.ends_with(".prisma") {
        let name = line.strip_prefix("model ")?.strip_suffix('{')?.trim();
        let mut letters = name.chars();
        let first = letters.next()?;
        return Some(Table::Model(first.to_lowercase().chain(letters).collect()));
    }
    if !path.ends_with(".ts") {
        return None;
    }
    let (name, ty) = line.trim_end_matches([';', ',']).split_once(": ")?;
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    (is_name(name) && is_name(ty) && ty.starts_with(char::is_uppercase)).then_some(Table::Member(name))
}

fn asks(hunk: &Hunk, table: &Table<'_>) -> bool {
    hunk.new_lines().iter().any(|line| match table {
        Table::Model(name) => line.contains(&format!(".{name}.")) || line.trim() == format!(".{name}"),
        Table::Member(name) => ASKS.iter().any(|call| {
            let mut after = line.split(call).skip(1);
            after.any(|rest| {
                let rest = rest.strip_prefix(['\'', '"']).and_then(|rest| rest.strip_prefix(*name));
                rest.is_some_and(|rest| rest.starts_with(['\'', '"', ' ', '.']))
            })
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::super::imports::tests::edit;
    use super::*;
    use pretty_assertions::assert_eq;

    fn links_of(edits: &[FileEdit]) -> Vec<(u32, u32, String)> {
        links(edits.iter()).into_iter().map(|(user, declarer, name)| (user.0, declarer.0, name)).collect()
    }

    #[test]
    fn a_model_of_prisma_goes_with_the_other_side_of_its_relations() {
        let base = "model User {\n  id Int @id\n}\n\nenum Kind {\n  A\n}\n";
        let new = base.replace("@id\n", "@id\n  notes Note[]\n")
            + "\nmodel Note {\n  id Int @id\n  user User @relation(fields: [userId], references: [id])\n}\n";
        let edits = [edit("prisma/schema.prisma", base, &new, 1)];
        let found: Vec<(u32, u32)> = links(edits.iter()).iter().map(|(a, b, _)| (a.0, b.0)).collect();
        assert_eq!(found, [(2, 1), (1, 2)]);
    }

    #[test]
    fn who_asks_a_table_needs_the_hunk_that_declares_it() {
        let database = "export interface Database {\n  books: BooksTable;\n}\n";
        let wider = database.replace("}", "  users: UsersTable;\n}");
        let store = |table: &str| format!("export const all = () => db.selectFrom('{table}').selectAll();\n");
        for (table, expected) in [("users as one", 1), ("users", 1), ("users_old", 0), ("books", 0)] {
            let edits =
                [edit("src/database.ts", database, &wider, 1), edit("src/store.ts", "", &store(table), 9)];
            let links = links_of(&edits);
            assert_eq!(links.len(), expected, "{table}");
            assert!(links.iter().all(|link| *link == (9, 1, "users".to_owned())));
        }
    }

    #[test]
    fn who_asks_a_model_of_prisma_needs_its_schema() {
        let schema = "model Book {\n  id Int @id\n}\n";
        let wider = format!("{schema}\nmodel UserSession {{\n  id Int @id\n}}\n");
        let store = "export const all = () => prisma.userSession.findMany();\n";
        let edits = [edit("prisma/schema.prisma", schema, &wider, 1), edit("src/store.ts", "", store, 9)];
        assert_eq!(links_of(&edits), [(9, 1, "userSession".to_owned())]);
        let other =
            [edit("prisma/schema.prisma", schema, &wider, 1), edit("src/store.ts", "", "a.user.b();\n", 9)];
        assert_eq!(links_of(&other), []);
    }
}
