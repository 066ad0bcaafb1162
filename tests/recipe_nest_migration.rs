//! The `migration` recipe on NestJS backends: a field of a generated resource and of one
//! that was written by hand, always as a new migration, with everything else kept.

use crate::{
    recipe_express_migration::assert_parses,
    recipe_nest::prove,
    recipe_remains,
    support::backend::{
        JEST, Texts, VITEST, assert_cited, fixture, folder_below, insert, installed, is_real, propose_with,
        run, stack, text_of, with, write_tree,
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

const CHANGED: &str = "title:string{1..400}:index stars:int{1..10}=3";

#[test]
fn a_column_that_is_there_becomes_as_it_shall_be() {
    let texts = with_review();
    let inputs = [("name", "Review"), ("change", CHANGED)];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let migration = "src/database/migrations/1750000000002-change-title-and-1-more-of-reviews.ts";
    let expected = [
        "src/database/data-source.ts",
        migration,
        "src/reviews/dto/create-review.dto.ts",
        "src/reviews/review.entity.ts",
    ];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    let entity = text_of(&proposal, "src/reviews/review.entity.ts");
    for part in [
        "  @Index()\n  @Column({ length: 400 })\n  title!: string;\n",
        "  @Column({ default: 3 })\n  stars!: number;\n",
    ] {
        assert!(entity.contains(part), "{part}\n{entity}");
    }
    let body = text_of(&proposal, "src/reviews/dto/create-review.dto.ts");
    for part in [
        "  @Length(1, 400)\n  title!: string;\n",
        "  @ValidateIf((_, value) => value !== undefined)\n  @IsInt()\n  @Min(1)\n  @Max(10)\n  stars?: number;\n",
    ] {
        assert!(body.contains(part), "{part}\n{body}");
    }
    let text = text_of(&proposal, migration);
    assert!(text.contains("queryRunner.changeColumn(") && text.contains("length: '400'"), "{text}");
    assert!(text.contains("length: '200'") && text.contains("dropIndex("), "{text}");
    assert!(proposal.remarks.iter().any(|one| one.contains("copies reviews with all its rows")));
    assert_eq!(proposal, ask("migration", &texts, &inputs).unwrap());
    // Other bounds alone leave the table as it is, and the body of the tests keeps to them.
    let proposal = ask("migration", &texts, &[("name", "Review"), ("change", "stars:int{2..9}")]).unwrap();
    assert_eq!(paths(&proposal), ["src/reviews/dto/create-review.dto.ts", "test/reviews.e2e-spec.ts"]);
    assert!(text_of(&proposal, "test/reviews.e2e-spec.ts").contains("      stars: 2,\n"));
    assert!(proposal.remarks.iter().any(|one| one.contains("stays as it is")), "{:?}", proposal.remarks);
}

#[test]
fn a_field_of_other_habits_is_changed_in_both_bodies() {
    let texts = with_comment();
    let inputs = [("name", "comments"), ("change", "upVotes:int{0..}? body:text{3..4000}")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let entity = text_of(&proposal, "src/comment/entities/comment.entity.ts");
    assert!(
        entity.contains(
            "@Column({ name: \"up_votes\", type: \"integer\", nullable: true })\n    upVotes: number | null;"
        ),
        "{entity}"
    );
    for (path, expected) in [
        ("src/comment/dto/create-comment.dto.ts", "    @IsOptional()\n    @IsInt()\n"),
        ("src/comment/dto/update-comment.dto.ts", "    @IsOptional()\n    @IsInt()\n"),
        ("src/comment/dto/update-comment.dto.ts", "    upVotes?: number | null;\n"),
        ("src/comment/dto/update-comment.dto.ts", "    @MaxLength(4000)\n    body?: string;\n"),
    ] {
        let text = text_of(&proposal, path);
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert!(proposal.remarks.iter().any(|one| one.contains("may find nothing")), "{:?}", proposal.remarks);
}

#[test]
fn postgresql_looks_at_every_row_without_a_lock_before_it_requires() {
    let mut texts = with_review();
    let settings = texts.get_mut("src/database/data-source.ts").unwrap();
    *settings = settings.replace("type: 'sqljs',", "type: 'postgres',");
    let added = ask("migration", &texts, &[("name", "Review"), ("fields", "note:text? code:string{..9}?")]);
    let mut texts = with(&texts, &added.unwrap());
    let inputs = [("name", "Review"), ("change", "note:text=none code:string{..40}?")];
    let migration = "src/database/migrations/1750000000003-change-note-and-1-more-of-reviews.ts";
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let text = text_of(&proposal, migration);
    assert!(!text.contains("NOT VALID") && text.contains("SET NOT NULL"), "{text}");
    assert!(proposal.remarks.iter().any(|one| one.contains("migrationsTransactionMode")));
    let settings = texts.get_mut("src/database/data-source.ts").unwrap();
    *settings =
        settings.replace("type: 'postgres',", "type: 'postgres',\n  migrationsTransactionMode: 'each',");
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let text = text_of(&proposal, migration);
    for expected in [
        "  transaction = false;",
        "`UPDATE \"reviews\" SET \"note\" = 'none' WHERE \"note\" IS NULL`",
        "`ALTER TABLE \"reviews\" ADD CONSTRAINT \"reviews_note_filled\" CHECK (\"note\" IS NOT NULL) NOT VALID`",
        "`ALTER TABLE \"reviews\" VALIDATE CONSTRAINT \"reviews_note_filled\"`",
        "ALTER COLUMN \"note\" SET DEFAULT 'none', ALTER COLUMN \"note\" SET NOT NULL`",
        "`ALTER TABLE \"reviews\" ALTER COLUMN \"code\" TYPE varchar(40)`",
        "`ALTER TABLE \"reviews\" ALTER COLUMN \"code\" TYPE varchar(9)`",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert!(!text.contains("changeColumn"), "TypeORM would drop the column\n{text}");
}

#[test]
fn a_change_that_rows_may_not_bear_is_refused_with_the_way_on() {
    let mut texts = with_review();
    let refused = |texts: &Texts, change: &str| match ask(
        "migration",
        texts,
        &[("name", "Review"), ("change", change)],
    ) {
        Err(ProposeError::Input { what, hint }) => {
            assert!(!hint.is_empty(), "{what}");
            format!("{what} | {hint}")
        }
        other => panic!("{change}: {other:?}"),
    };
    for (change, expected) in [
        ("title:string{..80}", "may be longer than 80"),
        ("stars:string", "is of type integer"),
        ("title:string{1..200}", "so already"),
        ("colour:int", "its fields are: id, title, stars, author_id"),
        ("author:belongs_to(User)?", "is looked up at src/reviews/reviews.service.ts"),
    ] {
        let said = refused(&texts, change);
        assert!(said.contains(expected), "{said}");
    }
    let entity = texts.get_mut("src/reviews/review.entity.ts").unwrap();
    *entity = entity.replace("@Column({ length: 200 })", "@Column({ length: 200, charset: 'utf8' })");
    assert!(refused(&texts, "title:string{1..400}").contains("has the option charset"));
}

#[test]
fn what_remains_of_a_change_without_any_hunk_parses() {
    let texts = with_review();
    let inputs = [("name", "Review"), ("change", CHANGED)];
    assert_parses(&texts, &ask("migration", &texts, &inputs).unwrap(), 5);
    let texts = with_comment();
    let inputs = [("name", "comments"), ("change", "upVotes:int{0..}? body:text{3..4000}")];
    assert_parses(&texts, &ask("migration", &texts, &inputs).unwrap(), 5);
}

#[test]
fn changed_columns_go_both_ways_and_pass_the_tests() {
    if !is_real() {
        return;
    }
    let texts = with_review();
    let proposal =
        ask("migration", &texts, &[("name", "Review"), ("change", "title:string{1..400}:index")]).unwrap();
    let said = prove("nest-esm", &texts, &proposal, ("vitest", &VITEST), 3);
    let count = texts["test/reviews.e2e-spec.ts"].matches("\n  it('").count() + 2;
    assert!(said.contains(&format!("Tests  {count} passed ({count})")), "{count} tests\n{said}");
    assert_rows_stay(&texts, &proposal, "title", "'kept'");
    compile_without_one("a change of NestJS", "nest-esm", &texts, &proposal);
    let added =
        ask("migration", &texts, &[("name", "Review"), ("fields", "note:text? rank:int?:index")]).unwrap();
    let texts = with(&texts, &added);
    let change = "note:text=none rank:int?";
    let proposal = ask("migration", &texts, &[("name", "Review"), ("change", change)]).unwrap();
    prove("nest-esm", &texts, &proposal, ("vitest", &VITEST), 4);
    assert_rows_stay(&texts, &proposal, "note", "NULL");
    compile_without_one("a second change of NestJS", "nest-esm", &texts, &proposal);
    let texts = with_comment();
    let inputs = [("name", "comments"), ("change", "body:text{3..4000} upVotes:int{0..}=1:index")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    prove("nest-cjs", &texts, &proposal, ("jest", &JEST), 3);
    compile_without_one("a change of NestJS in CommonJS", "nest-cjs", &texts, &proposal);
}

pub fn compile_without_one(what: &str, name: &str, texts: &Texts, proposal: &Proposal) {
    let packages = installed(&format!("recipe-{name}"), &with(texts, proposal)["package.json"]);
    recipe_remains::compile_without_one(what, texts, proposal, &packages);
}

/// Rows that are there are there after up, down and up, with a value where one is required.
fn assert_rows_stay(texts: &Texts, proposal: &Proposal, column: &str, value: &str) {
    let packages = installed("recipe-nest-esm", &with(texts, proposal)["package.json"]);
    let folder = folder_below(&packages);
    let folder = folder.path();
    write_tree(folder, texts, &[proposal]);
    let tsc = packages.join("node_modules/.bin/tsc");
    run(folder, tsc.to_str().unwrap(), &["-p", "tsconfig.build.json"], &[], 120);
    std::fs::write(folder.join("rows.mjs"), ROWS.replace("@COLUMN@", column).replace("@VALUE@", value))
        .unwrap();
    let said = run(folder, "node", &["rows.mjs"], &[("DATABASE_FILE", "rows.sqlite")], 60);
    let expected = if value == "NULL" { "none" } else { "kept" };
    assert!(
        said.contains(&format!(
            "{{\"up\":\"{expected}\",\"down\":\"{expected}\",\"again\":\"{expected}\",\"left\":1}}"
        )),
        "{said}"
    );
}

/// All migrations but the last, a row, then the last one up, down and up.
const ROWS: &str = "import module from './dist/database/data-source.js';
const source = module.default ?? module;
await source.initialize();
const all = source.migrations;
source.migrations = all.slice(0, -1);
await source.runMigrations({ transaction: 'each' });
await source.query(`INSERT INTO users (email, name, createdAt) VALUES ('a@b.c', 'A', '2026-01-01')`);
const columns = (await source.query(`PRAGMA table_info('reviews')`)).filter((one) => one.pk === 0);
const plain = (one) =>
  one.name === '@COLUMN@' ? `@VALUE@` : one.name === 'authorId' ? '1' : /int/i.test(one.type) ? '3' : one.notnull ? `'2026-01-01'` : 'NULL';
await source.query(
  `INSERT INTO reviews (${columns.map((one) => `\"${one.name}\"`)}) VALUES (${columns.map(plain)})`,
);
const read = async () => (await source.query(`SELECT @COLUMN@ AS it FROM reviews`))[0]?.it;
source.migrations = all;
await source.runMigrations({ transaction: 'each' });
const up = await read();
await source.undoLastMigration({ transaction: 'each' });
const down = await read();
await source.runMigrations({ transaction: 'each' });
const again = await read();
const [{ n: left }] = await source.query(`SELECT count(*) AS n FROM reviews`);
await source.destroy();
console.log(JSON.stringify({ up, down, again, left }));
";

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
    compile_without_one("fields more with NestJS", "nest-esm", &texts, &proposal);
    let texts = with_comment();
    let proposal = ask("migration", &texts, &[("name", "comments"), ("fields", MORE)]).unwrap();
    let said = prove("nest-cjs", &texts, &proposal, ("jest", &JEST), 3);
    let count = texts["test/comment.e2e-spec.ts"].matches("\n    test(\"").count() + 1;
    assert!(
        count > 8 && said.contains(&format!("Tests:       {count} passed, {count} total")),
        "{count} tests\n{said}"
    );
    compile_without_one("fields more with NestJS in CommonJS", "nest-cjs", &texts, &proposal);
}
