//! The `migration` recipe on FastAPI backends: a field of a generated resource and of one
//! that was written by hand, always as a new revision, with everything else kept.

use crate::{
    recipe_endpoint::tools,
    recipe_fastapi::{prove, request},
    recipe_remains,
    support::backend::{
        Texts, assert_cited, fixture, inputs_of, insert, is_real, propose_again, text_of, with,
    },
};
use proscenium::{
    domain::proposal::Proposal,
    ports::{ProposalRequest, ProposeError},
};

const REVIEW: &str = "title:string{1..200} stars:int{1..5} author:belongs_to(User)";
const MORE: &str = "subtitle:string{..80}? rating:int{1..5}=3 hidden:bool=false price:decimal{0..}=0.50 \
                    code:string{..12}?:unique editor:belongs_to(User)?";

fn ask(recipe: &str, texts: &Texts, inputs: &[(&str, &str)]) -> Result<Proposal, ProposeError> {
    let request = ProposalRequest { inputs: inputs_of(inputs), ..request(texts, "", "") };
    propose_again(recipe, texts, &request, None)
}

/// The fixture with a resource that the recipe made and a method that a person wrote.
fn with_review() -> Texts {
    let texts = fixture("fastapi_app");
    let made = ask("resource", &texts, &[("name", "Review"), ("fields", REVIEW)]).unwrap();
    let mut texts = with(&texts, &made);
    let method = "    async def praise(self, review_id: int) -> Review:\n        review = await self.get(review_id)\n        review.stars = 5\n        return review\n\n";
    insert(&mut texts, "app/services/review_service.py", "    async def delete(", method);
    texts
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn a_new_field_is_a_new_revision_and_everything_else_is_kept() {
    let texts = with_review();
    let proposal = ask("migration", &texts, &[("name", "Review"), ("fields", MORE)]).unwrap();
    let paths = paths(&proposal);
    let migration = paths.iter().find(|path| path.contains("/versions/")).unwrap();
    let expected = ["app/models/review.py", "app/schemas/review.py", migration, "tests/test_reviews.py"];
    assert_eq!(paths, expected);
    assert!(!texts.contains_key(*migration), "an old migration is changed");
    assert_cited(&proposal, &texts);
    let revision = text_of(&proposal, migration);
    for line in [
        "    op.add_column(\"reviews\", sa.Column(\"rating\", sa.Integer(), nullable=True))",
        "    op.execute(\"UPDATE reviews SET rating = 3 WHERE rating IS NULL\")",
        "        batch.drop_column(\"rating\")",
    ] {
        assert!(revision.lines().any(|own| own == line), "{line}\n{revision}");
    }
    let model = text_of(&proposal, "app/models/review.py");
    assert!(
        model.contains("rating: Mapped[int] = mapped_column(default=3, server_default=\"3\")"),
        "{model}"
    );
    let schema = text_of(&proposal, "app/schemas/review.py");
    assert!(schema.contains("    rating: int = Field(default=3, ge=1, le=5)\n"), "{schema}");
    assert!(schema.contains("    rating: int | None = Field(default=None, ge=1, le=5)\n"), "{schema}");
    let after = with(&texts, &proposal);
    assert!(after["app/services/review_service.py"].contains("async def praise"));
    assert_eq!(proposal, ask("migration", &texts, &[("name", "Review"), ("fields", MORE)]).unwrap());
}

#[test]
fn a_resource_that_was_written_by_hand_gets_its_field_too() {
    let texts = fixture("fastapi_app");
    let inputs = [("name", "users"), ("fields", "nick:string{2..20}?"), ("index", "name")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let model = text_of(&proposal, "app/models/user.py");
    assert!(model.ends_with(
        "    name: Mapped[str | None] = mapped_column(String(80), index=True)\n    nick: Mapped[str | None] = mapped_column(String(20))\n"
    ), "{model}");
    let schema = text_of(&proposal, "app/schemas/user.py");
    assert!(schema.contains("    name: str | None = None\n    nick: str | None = Field(default=None, min_length=2, max_length=20)\n\n\nclass UserOut"), "{schema}");
    let texts = fixture("fastapi_sync");
    let proposal = ask("migration", &texts, &[("name", "Item"), ("fields", "weight:float=1.5")]).unwrap();
    assert!(
        proposal.remarks.iter().any(|remark| remark.contains("backend/app/crud/item.py:14")),
        "{:?}",
        proposal.remarks
    );
    assert!(paths(&proposal).contains(&"backend/migrations/versions/0002_add_weight_to_item.py"));
    assert_cited(&proposal, &texts);
}

#[test]
fn postgresql_gets_its_index_without_a_lock_and_in_a_revision_of_its_own() {
    let mut texts = with_review();
    let settings = texts.get_mut("app/db.py").unwrap();
    *settings = settings.replace("sqlite+aiosqlite:///./app.db", "postgresql+asyncpg://localhost/shop");
    let proposal = ask("migration", &texts, &[("name", "Review"), ("fields", MORE)]).unwrap();
    let revisions: Vec<&str> = paths(&proposal)
        .into_iter()
        .filter(|path| path.contains("/versions/"))
        .map(|path| text_of(&proposal, path))
        .collect();
    assert_eq!(revisions.len(), 2);
    let (indexes, fields): (Vec<&str>, Vec<&str>) =
        revisions.into_iter().partition(|text| text.contains("autocommit_block"));
    assert!(indexes[0].contains("postgresql_concurrently=True"), "{}", indexes[0]);
    assert!(!indexes[0].contains("import sqlalchemy"), "{}", indexes[0]);
    let more = [("name", "Review"), ("fields", "seen_at:datetime? read_on:date? key:uuid? cost:decimal?")];
    let proposal = ask("migration", &texts, &more).unwrap();
    let model = text_of(&proposal, "app/models/review.py");
    let first =
        "import uuid\nfrom datetime import date, datetime\nfrom decimal import Decimal\n\nfrom sqlalchemy";
    assert!(model.starts_with(first) || model.contains(&format!("\n{first}")), "{model}");
    assert!(fields[0].contains("postgresql_not_valid=True") && !fields[0].contains("batch"), "{}", fields[0]);
    let first = fields[0].split("revision = \"").nth(1).unwrap().split('"').next().unwrap();
    assert!(indexes[0].contains(&format!("down_revision = \"{first}\"")));
}

#[test]
fn what_cannot_be_changed_is_said_with_the_way_on() {
    let texts = with_review();
    let refused = |inputs: &[(&str, &str)]| match ask("migration", &texts, inputs) {
        Err(ProposeError::Input { what, hint }) => {
            assert!(!hint.is_empty(), "{what}");
            format!("{what} | {hint}")
        }
        other => panic!("{inputs:?}: {other:?}"),
    };
    for (inputs, expected) in [
        (&[("name", "Review"), ("fields", "rating:int")][..], "rows that are there need a value for rating"),
        (&[("name", "Review"), ("fields", "rating:int{1..5}=9")], "outside of the bounds"),
        (&[("name", "Review"), ("fields", "buyer:belongs_to(User)")], "buyer:belongs_to(User)?"),
        (&[("name", "Review"), ("fields", "buyer:belongs_to(Buyer)?")], "known models: Review, User"),
        (&[("name", "Invoice"), ("fields", "total:int=0")], "known models: Review, User"),
        (&[("name", "Review"), ("index", "colour")], "its fields are: id, title, stars, author_id"),
        (&[("name", "Review")], "needs fields to add"),
        (&[("name", "Review"), ("fields", "class:int=1")], "a word of Python itself"),
        (&[("name", "Review"), ("fields", "metadata:int=1")], "a base class uses that name"),
    ] {
        let said = refused(inputs);
        assert!(said.contains(expected), "{said}");
    }
    for (key, value) in [("fields", "stars:int=1"), ("fields", "author_id:int=1"), ("index", "author_id")] {
        match ask("migration", &texts, &[("name", "Review"), (key, value)]) {
            Err(ProposeError::Clash { place, .. }) => {
                assert!(place.starts_with("app/models/review.py:"), "{place}")
            }
            other => panic!("{value}: {other:?}"),
        }
    }
}

const CHANGED: &str = "title:string{1..400}:index stars:int{1..10}=3";

#[test]
fn a_column_that_is_there_becomes_as_it_shall_be() {
    let texts = with_review();
    let inputs = [("name", "Review"), ("change", CHANGED)];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let paths = paths(&proposal);
    let revision = paths.iter().find(|path| path.contains("/versions/")).unwrap();
    assert_eq!(paths, ["app/models/review.py", "app/schemas/review.py", revision]);
    assert_cited(&proposal, &texts);
    let model = text_of(&proposal, "app/models/review.py");
    assert!(model.contains("    title: Mapped[str] = mapped_column(String(400), index=True)\n"), "{model}");
    assert!(model.contains("mapped_column(default=3, server_default=\"3\")"), "{model}");
    let schema = text_of(&proposal, "app/schemas/review.py");
    assert!(schema.contains("    title: str = Field(min_length=1, max_length=400)\n"), "{schema}");
    assert!(schema.contains("    stars: int = Field(default=3, ge=1, le=10)\n"), "{schema}");
    assert!(schema.contains("    stars: int | None = Field(default=None, ge=1, le=10)\n"), "{schema}");
    let revision = text_of(&proposal, revision);
    assert!(revision.contains("type_=sa.String(length=400)"), "{revision}");
    assert!(
        revision.contains("op.create_index(op.f(\"ix_reviews_title\"), \"reviews\", [\"title\"])"),
        "{revision}"
    );
    assert_eq!(proposal, ask("migration", &texts, &inputs).unwrap());
    // Other bounds alone leave the table as it is.
    let proposal = ask("migration", &texts, &[("name", "Review"), ("change", "stars:int{2..9}")]).unwrap();
    assert_eq!(proposal.files.len(), 1, "{:?}", proposal.remarks);
    assert!(proposal.remarks.iter().any(|one| one.contains("stays as it is")), "{:?}", proposal.remarks);
}

#[test]
fn postgresql_looks_at_every_row_without_a_lock_before_it_requires() {
    let mut texts = with_review();
    let settings = texts.get_mut("app/db.py").unwrap();
    *settings = settings.replace("sqlite+aiosqlite:///./app.db", "postgresql+asyncpg://localhost/shop");
    let added =
        ask("migration", &texts, &[("name", "Review"), ("fields", "note:text? rank:int?:index")]).unwrap();
    let texts = with(&texts, &added);
    let change = "note:text=none rank:int?";
    let proposal = ask("migration", &texts, &[("name", "Review"), ("change", change)]).unwrap();
    let revision = proposal.files.iter().find(|file| file.path.contains("/versions/")).unwrap();
    let text = text_of(&proposal, &revision.path);
    for expected in [
        "    op.execute(\"UPDATE reviews SET note = 'none' WHERE note IS NULL\")",
        "            \"CHECK (note IS NOT NULL) NOT VALID\"",
        "        op.execute(\"ALTER TABLE reviews VALIDATE CONSTRAINT reviews_note_filled\")",
        "    op.execute(\"ALTER TABLE reviews DROP CONSTRAINT reviews_note_filled\")",
    ] {
        assert!(text.lines().any(|line| line == expected), "{expected}\n{text}");
    }
    assert!(text.contains("op.drop_index(") && text.contains("postgresql_concurrently=True"), "{text}");
}

#[test]
fn a_change_that_rows_may_not_bear_is_refused_with_the_way_on() {
    let texts = with_review();
    for (change, expected) in [
        ("title:string{..80}", "may be longer than 80"),
        ("stars:string", "is of type integer"),
        ("title:string{1..200}", "so already"),
        ("colour:int", "its fields are: id, title, stars, author_id"),
    ] {
        match ask("migration", &texts, &[("name", "Review"), ("change", change)]) {
            Err(ProposeError::Input { what, hint }) => {
                let said = format!("{what} | {hint}");
                assert!(!hint.is_empty() && said.contains(expected), "{said}");
            }
            other => panic!("{change}: {other:?}"),
        }
    }
}

#[test]
fn changed_columns_go_both_ways_and_pass_the_tests() {
    if !is_real() {
        return;
    }
    let texts = with_review();
    let proposal = ask("migration", &texts, &[("name", "Review"), ("change", CHANGED)]).unwrap();
    prove(&texts, "", &[&proposal]);
    recipe_remains::import_without_one("a change of FastAPI", &texts, &proposal, &tools(), "");
    let added =
        ask("migration", &texts, &[("name", "Review"), ("fields", "note:text? rank:int?:index")]).unwrap();
    let texts = with(&texts, &added);
    let change = "note:text=none rank:int? stars:int{1..5}? author:belongs_to(User)?";
    let proposal = ask("migration", &texts, &[("name", "Review"), ("change", change)]).unwrap();
    prove(&texts, "", &[&proposal]);
    recipe_remains::import_without_one("a second change of FastAPI", &texts, &proposal, &tools(), "");
}

#[test]
fn generated_then_written_by_hand_then_one_field_more_passes_its_tests() {
    if !is_real() {
        return;
    }
    let texts = with_review();
    let proposal =
        ask("migration", &texts, &[("name", "Review"), ("fields", MORE), ("index", "title")]).unwrap();
    prove(&texts, "", &[&proposal]);
    recipe_remains::import_without_one("fields more with FastAPI", &texts, &proposal, &tools(), "");
    let texts = fixture("fastapi_sync");
    let fields = "weight:float=1.5 origin:belongs_to(Item)? note:text?";
    let proposal = ask("migration", &texts, &[("name", "Item"), ("fields", fields)]).unwrap();
    prove(&texts, "backend", &[&proposal]);
    recipe_remains::import_without_one("fields more of Item", &texts, &proposal, &tools(), "backend");
}
