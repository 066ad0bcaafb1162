//! The `resource` recipe for NestJS and TypeORM: what it proposes follows the example, and on
//! the real framework it is migrated up, down and up, compiled, linted and tested.
//!
//! The part that needs packages from npm runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it keeps its packages in the target folder.

use crate::{
    recipe_remains,
    support::backend::{
        JEST, Texts, VITEST, assert_cited, fixture, folder_below, installed, is_real, propose, request, run,
        stack, text_of, with, write_tree,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};
use std::path::Path;

const REVIEW: &str = "title:string{1..200} stars:int{1..5} price:decimal{0..} note:text? seen_on:date \
                      sku:string{..40}:unique read_at:datetime? done:bool ratio:float? token:uuid \
                      author:belongs_to(User) editor:belongs_to(User)?";

fn ask(texts: &Texts, name: &str, fields: &str) -> Result<Proposal, ProposeError> {
    let stack = stack("nestjs", "typeorm");
    propose(texts, &request(texts, &[".ts"], stack, [("name", name), ("fields", fields)]))
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn a_resource_of_an_esm_backend_follows_the_example_in_every_part() {
    let texts = fixture("nest_esm");
    let proposal = ask(&texts, "BookReview", REVIEW).unwrap();
    let expected = [
        "src/app.module.ts",
        "src/book-reviews/book-review.entity.ts",
        "src/book-reviews/book-reviews.controller.ts",
        "src/book-reviews/book-reviews.module.ts",
        "src/book-reviews/book-reviews.service.ts",
        "src/book-reviews/dto/create-book-review.dto.ts",
        "src/book-reviews/dto/update-book-review.dto.ts",
        "src/database/data-source.ts",
        "src/database/migrations/1750000000001-create-book-reviews.ts",
        "test/book-reviews.e2e-spec.ts",
    ];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    let service = text_of(&proposal, "src/book-reviews/book-reviews.service.ts");
    for line in [
        "import { BookReview } from './book-review.entity.js';",
        "import { PageQueryDto } from '../common/page-query.dto.js';",
        "    private readonly bookReviews: Repository<BookReview>,",
        "  ): Promise<{ items: BookReview[]; total: number }> {",
        "      throw new NotFoundException(`BookReview ${id} not found`);",
    ] {
        assert!(service.lines().any(|own| own == line), "{line}\n{service}");
    }
    let module = text_of(&proposal, "src/app.module.ts");
    assert!(module.contains("    UsersModule,\n    BookReviewsModule,\n"), "{module}");
    assert_eq!(proposal, ask(&texts, "BookReview", REVIEW).unwrap());
}

#[test]
fn names_that_are_taken_or_cannot_be_names_change_nothing() {
    let texts = fixture("nest_esm");
    match ask(&texts, "User", "name:string") {
        Err(ProposeError::Clash { place, .. }) => assert_eq!(place, "src/users/user.entity.ts:10"),
        other => panic!("{other:?}"),
    }
    for (name, fields) in
        [("Interface", "a:int"), ("Review", "constructor:string"), ("Review", "created_at:date")]
    {
        match ask(&texts, name, fields) {
            Err(ProposeError::Input { what, hint }) => assert!(!what.is_empty() && !hint.is_empty()),
            other => panic!("{name} {fields}: {other:?}"),
        }
    }
    match ask(&texts, "Review", "owner:belongs_to(Customer)") {
        Err(ProposeError::Input { hint, .. }) => assert_eq!(hint, "known entities: User"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_backend_without_a_place_to_register_says_where_one_belongs() {
    let mut texts = fixture("nest_esm");
    let module = texts.get_mut("src/app.module.ts").unwrap();
    *module = module.replace("    UsersModule,\n", "");
    match ask(&texts, "Review", "title:string") {
        Err(ProposeError::Input { what, hint }) => {
            assert!(what.contains("UsersModule (src/users/users.module.ts)"), "{what}");
            assert!(hint.contains("imports of the module"), "{hint}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_module_that_merely_uses_the_examples_is_no_place_to_register() {
    let mut texts = fixture("nest_esm");
    texts.insert(
        "src/loans/loans.module.ts".into(),
        "import { Module } from '@nestjs/common';\nimport { UsersModule } from '../users/users.module.js';\n\n\
         @Module({\n  imports: [UsersModule],\n})\nexport class LoansModule {}\n"
            .into(),
    );
    let module = texts.get_mut("src/app.module.ts").unwrap();
    *module = module.replace("    UsersModule,\n", "    UsersModule,\n    LoansModule,\n");
    let proposal = ask(&texts, "Review", "title:string").unwrap();
    assert!(!paths(&proposal).contains(&"src/loans/loans.module.ts"), "{:?}", paths(&proposal));
    assert!(text_of(&proposal, "src/app.module.ts").contains("ReviewsModule,"));
}

#[test]
fn a_frontend_is_no_backend() {
    let texts = Texts::from([
        ("src/App.ts".to_owned(), "export class App {}\n".to_owned()),
        ("src/users/users.service.ts".to_owned(), "export const users = () => fetch('/users');\n".to_owned()),
    ]);
    assert!(matches!(ask(&texts, "Review", "title:string"), Err(ProposeError::NotApplicable(_))));
}

/// Applies, reverts and applies every migration on an empty database, then asks whether the
/// tables are what the entities say.
const PROOF: &str = "import module from './dist/DATA_SOURCE.js';
const source = module.default ?? module;
await source.initialize();
const up = await source.runMigrations({ transaction: 'each' });
for (const _ of up) await source.undoLastMigration({ transaction: 'each' });
const runner = source.createQueryRunner();
const tables = await runner.getTables(source.entityMetadatas.map((entity) => entity.tablePath));
await runner.release();
const again = await source.runMigrations({ transaction: 'each' });
const { upQueries } = await source.driver.createSchemaBuilder().log();
await source.destroy();
console.log(JSON.stringify({ up: up.length, left: tables.length, again: again.length, differences: upQueries.map((one) => one.query) }));
";

/// Compiles, migrates up, down and up, tests, lints and checks the format.
pub fn prove(
    name: &str,
    texts: &Texts,
    proposal: &Proposal,
    tests: (&str, &[&str]),
    migrations: usize,
) -> String {
    let texts = with(texts, proposal);
    let packages = installed(&format!("recipe-{name}"), &texts["package.json"]);
    let folder = folder_below(&packages);
    write_tree(folder.path(), &texts, &[]);
    compiled(&packages, folder.path(), &texts, migrations, &[("DATABASE_FILE", "proof.sqlite")]);
    checked(&packages, folder.path(), tests, &[])
}

/// Compiles, and migrates an empty database up, down and up.
pub fn compiled(packages: &Path, folder: &Path, texts: &Texts, migrations: usize, settings: &[(&str, &str)]) {
    // A repository of its own: the one around it ignores the target folder, and so would linters.
    run(folder, "git", &["init", "-q"], &[], 60);
    let tsc = packages.join("node_modules/.bin/tsc");
    run(folder, tsc.to_str().unwrap(), &["--noEmit"], &[], 120);
    run(folder, tsc.to_str().unwrap(), &["-p", "tsconfig.build.json"], &[], 120);
    std::fs::write(folder.join("proof.mjs"), PROOF.replace("DATA_SOURCE", source_of(texts))).unwrap();
    let said = run(folder, "node", &["proof.mjs"], settings, 60);
    let expected = format!("{{\"up\":{migrations},\"left\":0,\"again\":{migrations},\"differences\":[]}}");
    assert!(said.contains(&expected), "{said}");
}

/// Where the compiled data source is.
pub fn source_of(texts: &Texts) -> &'static str {
    if texts.contains_key("src/data-source.ts") { "data-source" } else { "database/data-source" }
}

/// Lints, checks the format, and tests.
pub fn checked(packages: &Path, folder: &Path, tests: (&str, &[&str]), settings: &[(&str, &str)]) -> String {
    let bin = |name: &str| packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned();
    run(folder, &bin("oxlint"), &["--deny-warnings", "src", "test"], &[], 60);
    run(folder, &bin("prettier"), &["--check", "src", "test"], &[], 60);
    run(folder, &bin(tests.0), tests.1, settings, 300)
}

#[test]
fn a_generated_esm_resource_migrates_both_ways_and_passes_its_own_tests() {
    if !is_real() {
        return;
    }
    let texts = fixture("nest_esm");
    let proposal = ask(&texts, "BookReview", REVIEW).unwrap();
    let said = prove("nest-esm", &texts, &proposal, ("vitest", &VITEST), 2);
    let packages = installed("recipe-nest-esm", &texts["package.json"]);
    let what = "a resource of ES modules";
    recipe_remains::run_without_one(what, &texts, &proposal, &packages, ("vitest", &VITEST));
    let generated = text_of(&proposal, "test/book-reviews.e2e-spec.ts").matches("\n  it('").count();
    let count = generated + 2;
    assert!(
        generated > 15 && said.contains(&format!("Tests  {count} passed ({count})")),
        "{count} tests\n{said}"
    );
}

const COMMENT: &str = "body:text{3..2000} up_votes:int{0..} weight:decimal{0..9} posted_on:date? \
                       slug:string{3..60}:unique seen_at:datetime hidden:bool article:belongs_to(Article)";

#[test]
fn a_backend_of_other_habits_is_followed_too() {
    let texts = fixture("nest_cjs");
    let proposal = ask(&texts, "comments", COMMENT).unwrap();
    let expected = [
        "src/app.module.ts",
        "src/comment/comment.controller.ts",
        "src/comment/comment.module.ts",
        "src/comment/comment.repository.ts",
        "src/comment/comment.service.ts",
        "src/comment/dto/create-comment.dto.ts",
        "src/comment/dto/update-comment.dto.ts",
        "src/comment/entities/comment.entity.ts",
        "src/migrations/1700000000001-CreateComments.ts",
        "test/comment.e2e-spec.ts",
    ];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    for (path, lines) in [
        (
            "src/comment/entities/comment.entity.ts",
            &[
                "@Entity({ name: \"comments\" })",
                "export class CommentEntity extends AppEntity {",
                "    @Column({ name: \"up_votes\" })",
                "    upVotes: number;",
                "import { ArticleEntity } from \"../../article/entities/article.entity\";",
            ][..],
        ),
        (
            "src/comment/comment.service.ts",
            &[
                "    constructor(private readonly comments: CommentRepository) {}",
                "        return { data: comments, total, page, pages: Math.ceil(total / limit) };",
                "            throw new RecordNotFoundError(\"Comment\", id);",
            ],
        ),
        (
            "src/comment/comment.controller.ts",
            &[
                "@Controller(\"v1/comments\")",
                "    public show(@Param(\"id\", ParseUUIDPipe) id: string): Promise<CommentEntity> {",
                "    @Put(\":id\")",
            ],
        ),
        ("test/comment.e2e-spec.ts", &["    test(\"removes a comment\", async () => {"]),
    ] {
        let text = text_of(&proposal, path);
        for line in lines {
            assert!(text.lines().any(|own| own == *line), "{line}\n{text}");
        }
    }
}

#[test]
fn a_generated_commonjs_resource_migrates_both_ways_and_passes_its_own_tests() {
    if !is_real() {
        return;
    }
    let texts = fixture("nest_cjs");
    let proposal = ask(&texts, "comments", COMMENT).unwrap();
    let said = prove("nest-cjs", &texts, &proposal, ("jest", &JEST), 2);
    let packages = installed("recipe-nest-cjs", &texts["package.json"]);
    recipe_remains::run_without_one("a resource in CommonJS", &texts, &proposal, &packages, ("jest", &JEST));
    let generated = text_of(&proposal, "test/comment.e2e-spec.ts").matches("\n    test(\"").count();
    let count = generated + 1;
    assert!(
        generated > 10 && said.contains(&format!("Tests:       {count} passed, {count} total")),
        "{count} tests\n{said}"
    );
}
