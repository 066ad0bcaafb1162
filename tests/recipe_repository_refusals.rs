//! What the `repository` recipe refuses for Express and Hono, and when it leaves the tests to its
//! reader.

use crate::{
    recipe_repository_node::{KYSELY, NOTE, RECIPE, classes, functions, paths, put, refused},
    support::{backend::insert, grown::ask},
};
use proscenium::ports::ProposeError;

#[test]
fn what_is_there_or_has_nothing_to_follow_is_refused() {
    let texts = functions();
    match refused(&texts, KYSELY, &[("name", "User")]) {
        ProposeError::Clash { what, place } => assert_eq!(
            (what.as_str(), place.as_str()),
            ("a repository of User", "src/repositories/user-repository.ts:8")
        ),
        other => panic!("{other:?}"),
    }
    match refused(&texts, KYSELY, &[("name", "Colour")]) {
        ProposeError::Input { what, hint } => {
            assert!(what.contains("Colour") && hint.contains("Note, User"), "{what} {hint}")
        }
        other => panic!("{other:?}"),
    }
    for inputs in [&[("name", "Interface")][..], &[("name", "a b/c")], &[]] {
        let refusal = refused(&texts, KYSELY, inputs);
        assert!(matches!(refusal, ProposeError::Input { .. }), "{refusal:?}");
    }
    let mut taken = texts.clone();
    put(&mut taken, "src/repositories/note-repository.ts", "export const notes = 1\n");
    assert!(matches!(refused(&taken, KYSELY, NOTE), ProposeError::Clash { .. }));
    let mut alone = texts.clone();
    alone.remove("src/repositories/user-repository.ts");
    match refused(&alone, KYSELY, NOTE) {
        ProposeError::NotApplicable(why) => assert!(why.contains("walkthrough"), "{why}"),
        other => panic!("{other:?}"),
    }
    let mut several = texts.clone();
    let migration = several.get_mut("src/db/migrations/0002-create-notes.ts").unwrap();
    *migration = migration.replace(
        "    .addColumn('created_at'",
        "    .addPrimaryKeyConstraint('notes_key', ['author_id', 'title'])\n    .addColumn('created_at'",
    );
    match refused(&several, KYSELY, NOTE) {
        ProposeError::NotApplicable(why) => assert!(why.contains("Note has 2 keys"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_class_that_inherits_its_queries_is_not_guessed_at() {
    let mut texts = classes();
    let path = "src/modules/products/ProductRepository.ts";
    let text = texts.get_mut(path).unwrap();
    *text = text.replace("class ProductRepository {", "class ProductRepository extends Base {");
    match refused(&texts, KYSELY, NOTE) {
        ProposeError::NotApplicable(why) => {
            assert!(why.contains("ProductRepository.ts:6 extends Base"), "{why}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_test_that_mocks_the_database_is_not_followed() {
    let mut texts = functions();
    let path = "tests/user-routes.test.ts";
    let text = texts[path].replace("const app", "vi.mock('../src/db/database.js')\n\nconst app");
    put(&mut texts, path, &text);
    let proposal = ask(RECIPE, &texts, KYSELY, NOTE).unwrap();
    assert_eq!(paths(&proposal), ["src/repositories/note-repository.ts"]);
    assert!(proposal.remarks.iter().any(|one| one.contains("No test starts")), "{:?}", proposal.remarks);
}

#[test]
fn what_another_file_cannot_import_is_refused_with_the_line() {
    let path = "src/modules/products/ProductRepository.ts";
    for (old, new, why) in [
        ("export class", "class", ":6 is not exported by its name"),
        (
            "constructor(private readonly database: Db)",
            "constructor(private readonly database: Own)",
            "declares Own itself",
        ),
        (
            "constructor(private readonly database: Db)",
            "constructor(private readonly database: Db, private readonly log: Log)",
            "other things than the database",
        ),
    ] {
        let mut texts = classes();
        let text = texts[path].replace(old, new);
        put(&mut texts, path, &text);
        match refused(&texts, KYSELY, NOTE) {
            ProposeError::NotApplicable(said) => assert!(said.contains(why), "{said}"),
            other => panic!("{other:?}"),
        }
    }
    let mut hidden = classes();
    let text =
        hidden["src/database/tables.ts"].replace("export interface NotesTable", "interface NotesTable");
    put(&mut hidden, "src/database/tables.ts", &text);
    match refused(&hidden, KYSELY, NOTE) {
        ProposeError::NotApplicable(said) => assert!(said.contains("export its type"), "{said}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn mysql_is_refused() {
    let mut texts = functions();
    put(
        &mut texts,
        "src/db/mysql.ts",
        "import { MysqlDialect } from 'kysely'\n\nexport const dialect = MysqlDialect\n",
    );
    match refused(&texts, KYSELY, NOTE) {
        ProposeError::NotApplicable(said) => assert!(said.contains("src/db/mysql.ts connects"), "{said}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_column_whose_values_are_not_known_leaves_the_tests_to_the_reader() {
    let mut texts = functions();
    insert(&mut texts, "src/db/database.ts", "  is_open: boolean\n", "  tags: string[]\n");
    let proposal = ask(RECIPE, &texts, KYSELY, NOTE).unwrap();
    assert_eq!(paths(&proposal), ["src/repositories/note-repository.ts"]);
    assert!(proposal.remarks.iter().any(|one| one.contains("tags of notes")), "{:?}", proposal.remarks);
}
