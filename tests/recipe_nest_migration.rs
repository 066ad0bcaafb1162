//! The `migration` recipe on NestJS backends: a field of a generated resource and of one
//! that was written by hand, always as a new migration, with everything else kept.

use crate::{
    recipe_nest::prove,
    support::backend::{
        JEST, Texts, VITEST, assert_cited, fixture, insert, is_real, propose_with, stack, text_of, with,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

const MORE: &str = "subtitle:string{..80}? rating:int{1..5}=3 hidden:bool=false price:decimal{0..}=0.50 \
                    code:string{..12}?:unique";

fn ask(recipe: &str, texts: &Texts, inputs: &[(&str, &str)]) -> Result<Proposal, ProposeError> {
    propose_with(recipe, texts, &[".ts"], stack("nestjs", "typeorm"), inputs)
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

/// The fixture with a resource that the recipe made and a method that a person wrote.
fn with_review() -> Texts {
    let texts = fixture("nest_esm");
    let fields = "title:string{1..200} stars:int{1..5} author:belongs_to(User)";
    let made = ask("resource", &texts, &[("name", "Review"), ("fields", fields)]).unwrap();
    let mut texts = with(&texts, &made);
    let method = "  async praise(id: number): Promise<Review> {\n    const review = await this.findOne(id);\n    review.stars = 5;\n    return this.reviews.save(review);\n  }\n\n";
    insert(&mut texts, "src/reviews/reviews.service.ts", "  async remove(", method);
    texts
}

fn with_comment() -> Texts {
    let texts = fixture("nest_cjs");
    let fields = "body:text{3..2000} upVotes:int{0..} article:belongs_to(Article)";
    let made = ask("resource", &texts, &[("name", "comment"), ("fields", fields)]).unwrap();
    with(&texts, &made)
}

#[test]
fn a_new_field_is_a_new_migration_and_everything_else_is_kept() {
    let texts = with_review();
    let fields = format!("{MORE} editor:belongs_to(User)?");
    let inputs = [("name", "Review"), ("fields", fields.as_str())];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let migration = "src/database/migrations/1750000000002-add-subtitle-and-5-more-to-reviews.ts";
    let expected = [
        "src/database/data-source.ts",
        migration,
        "src/reviews/dto/create-review.dto.ts",
        "src/reviews/review.entity.ts",
        "test/reviews.e2e-spec.ts",
    ];
    assert_eq!(paths(&proposal), expected);
    assert!(!texts.contains_key(migration), "an old migration is changed");
    assert_cited(&proposal, &texts);
    let text = text_of(&proposal, migration);
    for line in [
        "      `UPDATE \"reviews\" SET \"rating\" = 3 WHERE \"rating\" IS NULL`,",
        "    await queryRunner.dropColumn('reviews', 'rating');",
    ] {
        assert!(text.lines().any(|own| own == line), "{line}\n{text}");
    }
    let entity = text_of(&proposal, "src/reviews/review.entity.ts");
    assert!(entity.contains("  @Column({ default: 3 })\n  rating!: number;\n"), "{entity}");
    let body = text_of(&proposal, "src/reviews/dto/create-review.dto.ts");
    assert!(body.contains("  @Max(5)\n  rating?: number;\n"), "{body}");
    assert!(with(&texts, &proposal)["src/reviews/reviews.service.ts"].contains("async praise("));
    assert_eq!(proposal, ask("migration", &texts, &inputs).unwrap());
}

#[test]
fn a_backend_of_other_habits_is_followed_too() {
    let texts = with_comment();
    let proposal = ask("migration", &texts, &[("name", "comments"), ("fields", MORE)]).unwrap();
    let expected = [
        "src/comment/comment.service.ts",
        "src/comment/dto/create-comment.dto.ts",
        "src/comment/dto/update-comment.dto.ts",
        "src/comment/entities/comment.entity.ts",
        "src/migrations/1700000000002-AddSubtitleAnd4MoreToComments.ts",
        "test/comment.e2e-spec.ts",
    ];
    let own: Vec<&str> = paths(&proposal).into_iter().filter(|path| *path != "src/data-source.ts").collect();
    assert_eq!(own, expected);
    assert_cited(&proposal, &texts);
    let service = text_of(&proposal, "src/comment/comment.service.ts");
    assert!(service.contains("rating: body.rating"), "{service}");
    let texts = fixture("nest_cjs");
    let inputs = [("name", "Article"), ("fields", "lead:text?"), ("index", "title")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    assert!(text_of(&proposal, "src/article/article.service.ts").contains("lead: body.lead"));
    let entity = text_of(&proposal, "src/article/entities/article.entity.ts");
    assert!(entity.contains("    @Index()\n    @Column({ length: 200 })\n    title: string;\n"), "{entity}");
    assert!(
        proposal.remarks.iter().any(|remark| remark.contains("src/article/article.service.ts:31")),
        "{:?}",
        proposal.remarks
    );
}

#[test]
fn postgresql_gets_its_index_without_a_lock_where_migrations_stand_alone() {
    let mut texts = with_review();
    let settings = texts.get_mut("src/database/data-source.ts").unwrap();
    *settings = settings.replace("type: 'sqljs',", "type: 'postgres',");
    let inputs = [("name", "Review"), ("fields", "code:string{..12}?:unique")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    assert!(proposal.remarks.iter().any(|remark| remark.contains("migrationsTransactionMode")));
    let settings = texts.get_mut("src/database/data-source.ts").unwrap();
    *settings =
        settings.replace("type: 'postgres',", "type: 'postgres',\n  migrationsTransactionMode: 'each',");
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let index = text_of(&proposal, "src/database/migrations/1750000000003-index-code-of-reviews.ts");
    assert!(index.contains("  transaction = false;\n") && index.contains("isConcurrent: true"), "{index}");
    let settings = text_of(&proposal, "src/database/data-source.ts");
    assert!(
        settings.contains("AddCodeToReviews1750000000002")
            && settings.contains("IndexCodeOfReviews1750000000003"),
        "{settings}"
    );
}

#[test]
fn what_cannot_be_changed_is_said_with_the_way_on() {
    let texts = with_review();
    for (inputs, expected) in [
        (&[("name", "Review"), ("fields", "rating:int")][..], "rows that are there need a value for rating"),
        (&[("name", "Review"), ("fields", "buyer:belongs_to(User)")], "buyer:belongs_to(User)?"),
        (&[("name", "Review"), ("fields", "buyer:belongs_to(Buyer)?")], "known entities: Review, User"),
        (&[("name", "Invoice"), ("fields", "total:int=0")], "known entities: Review, User"),
        (&[("name", "Review"), ("index", "colour")], "its fields are: id, title, stars, author_id"),
        (&[("name", "Review"), ("fields", "constructor:int=1")], "constructor"),
    ] {
        match ask("migration", &texts, inputs) {
            Err(ProposeError::Input { what, hint }) => {
                assert!(format!("{what} {hint}").contains(expected), "{what} {hint}");
            }
            other => panic!("{inputs:?}: {other:?}"),
        }
    }
    for (key, value) in [("fields", "stars:int=1"), ("fields", "author:text?"), ("index", "author_id")] {
        match ask("migration", &texts, &[("name", "Review"), (key, value)]) {
            Err(ProposeError::Clash { place, .. }) => {
                assert!(place.starts_with("src/reviews/review.entity.ts:"), "{place}");
            }
            other => panic!("{value}: {other:?}"),
        }
    }
}

#[test]
fn generated_then_written_by_hand_then_one_field_more_passes_its_tests() {
    if !is_real() {
        return;
    }
    let texts = with_review();
    let fields = format!("{MORE} editor:belongs_to(User)?");
    let inputs = [("name", "Review"), ("fields", fields.as_str()), ("index", "title")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let said = prove("nest-esm", &texts, &proposal, ("vitest", &VITEST), 3);
    let count = texts["test/reviews.e2e-spec.ts"].matches("\n  it('").count() + 2;
    assert!(
        count > 10 && said.contains(&format!("Tests  {count} passed ({count})")),
        "{count} tests\n{said}"
    );
    let texts = with_comment();
    let proposal = ask("migration", &texts, &[("name", "comments"), ("fields", MORE)]).unwrap();
    let said = prove("nest-cjs", &texts, &proposal, ("jest", &JEST), 3);
    let count = texts["test/comment.e2e-spec.ts"].matches("\n    test(\"").count() + 1;
    assert!(
        count > 8 && said.contains(&format!("Tests:       {count} passed, {count} total")),
        "{count} tests\n{said}"
    );
}
