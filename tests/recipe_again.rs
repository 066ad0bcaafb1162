//! Running `resource` once more, on every stack: what a person wrote stays, what the recipe
//! writes differently now comes in, and where both changed the same lines it is told.

use crate::{
    recipe_fastapi,
    support::backend::{Texts, fixture, inputs_of, insert, propose_again, request, stack, text_of, with},
};
use proscenium::{
    domain::{
        produced::Version,
        proposal::{Content, Proposal},
    },
    ports::{Produced, ProposalRequest, ProposeError},
};
use std::{
    path::Path,
    sync::{Arc, Mutex},
};

const FIELDS: &str = "title:string{1..200} stars:int{1..5} author:belongs_to(User)";

/// A memory that forgets when the test ends.
#[derive(Default)]
pub struct Memory(Mutex<Vec<Version>>);

impl Produced for Memory {
    fn versions(&self, _: &Path, _: &str, _: &str) -> Vec<Version> {
        self.0.lock().unwrap().clone()
    }

    fn keep(&self, _: &Path, _: &str, _: &str, version: Version) -> Result<(), String> {
        self.0.lock().unwrap().push(version);
        Ok(())
    }
}

/// One stack.
struct Case {
    fixture: &'static str,
    ends: &'static [&'static str],
    stack: (&'static str, &'static str),
    /// Where a person adds something, before what, and what.
    by_hand: (&'static str, &'static str, &'static str),
    /// A line that the recipe writes, and how an earlier version of it wrote that.
    line: (&'static str, &'static str, &'static str),
    migrations: &'static str,
}

const CASES: [Case; 3] = [
    Case {
        fixture: "fastapi_app",
        ends: &[".py"],
        stack: ("fastapi", "sqlalchemy"),
        by_hand: (
            "app/services/review_service.py",
            "    async def delete(",
            "    async def praise(self, review_id: int) -> Review:\n        return await self.get(review_id)\n\n",
        ),
        line: (
            "app/services/review_service.py",
            "\"\"\"What may be done with reviews.\"\"\"",
            "\"\"\"Reviews.\"\"\"",
        ),
        migrations: "/versions/",
    },
    Case {
        fixture: "nest_esm",
        ends: &[".ts"],
        stack: ("nestjs", "typeorm"),
        by_hand: (
            "src/reviews/reviews.service.ts",
            "  async remove(",
            "  praise(id: number): Promise<Review> {\n    return this.findOne(id);\n  }\n\n",
        ),
        line: (
            "src/reviews/reviews.service.ts",
            "throw new NotFoundException(`Review ${id} not found`);",
            "throw new NotFoundException('gone');",
        ),
        migrations: "/migrations/",
    },
    Case {
        fixture: "axum_app",
        ends: &[".rs", ".sql"],
        stack: ("axum", "sqlx"),
        by_hand: (
            "src/repositories/reviews.rs",
            "pub async fn delete(",
            "pub async fn first(pool: &SqlitePool) -> Result<Option<Review>, sqlx::Error> {\n    find(pool, 1).await\n}\n\n",
        ),
        line: (
            "src/repositories/reviews.rs",
            "SELECT EXISTS (SELECT 1 FROM users WHERE id = $1)",
            "SELECT count(*) > 0 FROM users WHERE id = $1",
        ),
        migrations: "migrations/",
    },
];

impl Case {
    fn ask(&self, texts: &Texts, fields: &str, memory: &Arc<Memory>) -> Result<Proposal, ProposeError> {
        let (framework, orm) = self.stack;
        let request = if framework == "fastapi" {
            recipe_fastapi::request(texts, "", "")
        } else {
            request(texts, self.ends, stack(framework, orm), [("name", ""), ("fields", "")])
        };
        let inputs = inputs_of(&[("name", "Review"), ("fields", fields)]);
        propose_again("resource", texts, &ProposalRequest { inputs, ..request }, Some(memory.clone()))
    }

    /// The backend with the resource and what a person added to it.
    fn made(&self, memory: &Arc<Memory>) -> Texts {
        let texts = fixture(self.fixture);
        let proposal = self.ask(&texts, FIELDS, memory).unwrap();
        let mut texts = with(&texts, &proposal);
        let (path, before, text) = self.by_hand;
        insert(&mut texts, path, before, text);
        texts
    }

    /// As if the recipe had written a line in another way the last time.
    fn as_before(&self, texts: &mut Texts, memory: &Memory) {
        let (path, now, before) = self.line;
        let mut versions = memory.0.lock().unwrap();
        let files = versions.iter_mut().flat_map(|version| &mut version.files);
        for file in files.filter(|file| file.path == path) {
            assert_eq!(file.after.matches(now).count(), 1, "{now}\n{}", file.after);
            file.after = file.after.replace(now, before);
        }
        let text = texts.get_mut(path).unwrap();
        *text = text.replace(now, before);
    }
}

#[test]
fn what_is_up_to_date_is_said_to_be() {
    for case in CASES {
        let memory = Arc::new(Memory::default());
        let texts = case.made(&memory);
        match case.ask(&texts, FIELDS, &memory) {
            Err(ProposeError::Nothing(what)) => assert_eq!(what, "the recipe resource"),
            other => panic!("{}: {other:?}", case.fixture),
        }
    }
}

#[test]
fn the_recipe_changes_its_own_lines_and_no_other() {
    for case in CASES {
        let memory = Arc::new(Memory::default());
        let mut texts = case.made(&memory);
        case.as_before(&mut texts, &memory);
        let proposal = case.ask(&texts, FIELDS, &memory).unwrap();
        let (path, now, before) = case.line;
        let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, [path], "{}", case.fixture);
        assert_eq!(text_of(&proposal, path), texts[path].replace(before, now));
        assert!(text_of(&proposal, path).contains(case.by_hand.2));
        // Taken, it is up to date.
        let texts = with(&texts, &proposal);
        assert!(matches!(case.ask(&texts, FIELDS, &memory), Err(ProposeError::Nothing(_))));
    }
}

#[test]
fn where_both_changed_a_line_the_persons_stays_and_it_is_told() {
    for case in CASES {
        let memory = Arc::new(Memory::default());
        let mut texts = case.made(&memory);
        case.as_before(&mut texts, &memory);
        let (path, now, before) = case.line;
        let text = texts.get_mut(path).unwrap();
        *text = text.replace(before, &format!("{before} "));
        match case.ask(&texts, FIELDS, &memory) {
            Err(ProposeError::Nothing(what)) => {
                assert!(what.contains(&format!("{path}:")) && what.contains(now), "{what}");
            }
            other => panic!("{}: {other:?}", case.fixture),
        }
    }
}

#[test]
fn one_field_more_is_a_new_migration_and_the_method_stays() {
    for case in CASES {
        let memory = Arc::new(Memory::default());
        let texts = case.made(&memory);
        let fields = format!("{FIELDS} rating:int{{1..5}}=3");
        let proposal = case.ask(&texts, &fields, &memory).unwrap();
        let new: Vec<&str> = proposal
            .files
            .iter()
            .map(|file| file.path.as_str())
            .filter(|path| !texts.contains_key(*path))
            .collect();
        assert!(!new.is_empty() && new.iter().all(|path| path.contains(case.migrations)), "{new:?}");
        let old = texts.keys().filter(|path| path.contains(case.migrations));
        for path in old {
            assert!(!proposal.files.iter().any(|file| file.path == *path), "{path} is changed");
        }
        let texts = with(&texts, &proposal);
        assert!(texts[case.by_hand.0].contains(case.by_hand.2), "{}", case.fixture);
        // Once taken, neither the field nor its migration comes a second time.
        assert!(
            matches!(case.ask(&texts, &fields, &memory), Err(ProposeError::Nothing(_))),
            "{}",
            case.fixture
        );
    }
}

#[test]
fn a_field_that_is_gone_or_another_is_refused() {
    for case in CASES {
        let memory = Arc::new(Memory::default());
        let texts = case.made(&memory);
        for fields in
            ["title:string{1..200} stars:int{1..5}", "title:text stars:int{1..5} author:belongs_to(User)"]
        {
            match case.ask(&texts, fields, &memory) {
                Err(ProposeError::Input { what, hint }) => {
                    assert!(
                        (what.contains("author") || what.contains("title")) && !hint.is_empty(),
                        "{what}"
                    );
                }
                other => panic!("{}: {other:?}", case.fixture),
            }
        }
    }
}

#[test]
fn a_file_that_a_person_removed_stays_away() {
    for case in CASES {
        let memory = Arc::new(Memory::default());
        let mut texts = case.made(&memory);
        let test =
            texts.keys().find(|path| path.contains("test") && path.contains("reviews")).unwrap().clone();
        texts.remove(&test);
        match case.ask(&texts, FIELDS, &memory) {
            Err(ProposeError::Nothing(what)) => {
                assert!(what.contains(&format!("{test} was removed")), "{what}")
            }
            other => panic!("{}: {other:?}", case.fixture),
        }
    }
}

#[test]
fn without_a_memory_what_is_there_is_a_clash() {
    let memory = Arc::new(Memory::default());
    let case = &CASES[0];
    let texts = case.made(&memory);
    match case.ask(&texts, FIELDS, &Arc::default()) {
        Err(ProposeError::Clash { place, .. }) => assert!(place.starts_with("app/models/review.py")),
        other => panic!("{other:?}"),
    }
    let proposal = case.ask(&fixture(case.fixture), FIELDS, &memory).unwrap();
    assert!(proposal.files.iter().all(|file| matches!(file.content, Content::Text { .. })));
}
