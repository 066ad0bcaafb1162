//! What the `repository` recipe for axum refuses by name, and what it leaves to the reader.

use crate::{
    recipe_repository_axum::{AXUM, NOTE, RECIPE, REPOSITORY, functions, held, paths, put},
    support::{backend::Texts, grown::ask, postgres::exchange},
};
use proscenium::ports::ProposeError;

fn refused(texts: &Texts, inputs: &[(&str, &str)]) -> ProposeError {
    match ask(RECIPE, texts, AXUM, inputs) {
        Err(error) => error,
        Ok(proposal) => panic!("{inputs:?}: {:?}", paths(&proposal)),
    }
}

#[test]
fn what_is_there_or_has_nothing_to_follow_is_refused() {
    let texts = functions();
    match refused(&texts, &[("name", "User")]) {
        ProposeError::Clash { what, place } => {
            assert_eq!(
                (what.as_str(), place.as_str()),
                ("a repository of User", "src/repositories/users.rs:5")
            );
        }
        other => panic!("{other:?}"),
    }
    match refused(&texts, &[("name", "Colour")]) {
        ProposeError::Input { what, hint } => {
            assert!(what.contains("Colour") && hint.contains("Note, User"), "{what} {hint}");
        }
        other => panic!("{other:?}"),
    }
    for inputs in [&[("name", "Match")][..], &[("name", "a b/c")], &[]] {
        let refusal = refused(&texts, inputs);
        assert!(matches!(refusal, ProposeError::Input { .. }), "{refusal:?}");
    }
    let mut taken = texts.clone();
    put(&mut taken, "src/repositories/notes.rs", "pub const LIMIT: i64 = 1;\n");
    assert!(matches!(refused(&taken, NOTE), ProposeError::Clash { .. }));
    let mut alone = texts.clone();
    alone.remove(REPOSITORY);
    match refused(&alone, NOTE) {
        ProposeError::NotApplicable(why) => assert!(why.contains("walkthrough"), "{why}"),
        other => panic!("{other:?}"),
    }
    let mut unmade = texts.clone();
    unmade.remove("migrations/20250602120000_create_notes.up.sql");
    assert!(
        matches!(refused(&unmade, NOTE), ProposeError::Input { what, .. } if what.contains("no migration"))
    );
}

#[test]
fn a_row_that_is_not_understood_is_refused_by_name() {
    let texts = functions();
    let migration = "migrations/20250602120000_create_notes.up.sql";
    let models = "src/models/mod.rs";
    for (path, old, new, said) in [
        (migration, "\n);", ",\n    PRIMARY KEY (id, title)\n);", "Note has 2 keys"),
        (
            migration,
            "stars INTEGER",
            "secret TEXT NOT NULL,\n    stars INTEGER",
            "secret of notes has to have a value",
        ),
        ("src/models/note.rs", "    pub stars", "    #[sqlx(json)]\n    pub stars", "#[sqlx(json)]"),
        (REPOSITORY, "use sqlx::SqlitePool", "use sqlx::MySqlPool", "asks MySQL"),
        (REPOSITORY, "pool: &SqlitePool, ", "", "asks pool, which it is not handed"),
    ] {
        let mut texts = texts.clone();
        let text = texts[path].replace(old, new);
        assert_ne!(text, texts[path], "{old}");
        put(&mut texts, path, &text);
        match refused(&texts, NOTE) {
            ProposeError::NotApplicable(why) => assert!(why.contains(said), "{why}"),
            other => panic!("{said}: {other:?}"),
        }
    }
    let mut hidden = texts.clone();
    exchange(
        &mut hidden,
        models,
        &[("pub mod note;", "mod note;"), ("pub use note::{NewNote, Note};\n", "")],
    );
    hidden.remove("src/services/notes.rs");
    put(&mut hidden, "src/services/mod.rs", "pub mod users;\n");
    match refused(&hidden, NOTE) {
        ProposeError::Input { what, hint } => {
            assert!(what.contains("Note of src/models/note.rs") && hint.contains("pub use"), "{what} {hint}");
        }
        other => panic!("{other:?}"),
    }
    let mut traits = held();
    let path = "src/repositories/user_repository.rs";
    let text = traits[path].replace("impl UserRepository {", "impl Users for UserRepository {");
    put(&mut traits, path, &text);
    match refused(&traits, NOTE) {
        ProposeError::NotApplicable(why) => assert!(why.contains("implements the trait Users"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_column_whose_values_are_not_known_leaves_the_tests_to_the_reader() {
    let mut texts = functions();
    let text = texts["src/models/note.rs"].replace("pub stars: i64", "pub stars: Stars");
    put(
        &mut texts,
        "src/models/note.rs",
        &format!("{text}\n#[derive(Debug, Clone, sqlx::Type)]\npub enum Stars {{ One }}\n"),
    );
    let proposal = ask(RECIPE, &texts, AXUM, NOTE).unwrap();
    assert_eq!(paths(&proposal), ["src/repositories/mod.rs", "src/repositories/notes.rs"]);
    assert!(proposal.remarks.iter().any(|one| one.contains("stars of NewNote")), "{:?}", proposal.remarks);
}
