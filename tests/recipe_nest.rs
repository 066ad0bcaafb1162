//! The `resource` recipe for NestJS and TypeORM: what it proposes follows the example, and on
//! the real framework it is migrated up, down and up, compiled, linted and tested.
//!
//! The part that needs packages from npm runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it keeps its packages in the target folder.

use crate::support::backend::{
    Texts, assert_cited, fixture, installed, is_real, propose, request, run, stack, text_of, write_tree,
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

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
fn a_frontend_is_no_backend() {
    let texts = Texts::from([
        ("src/App.ts".to_owned(), "export class App {}\n".to_owned()),
        ("src/users/users.service.ts".to_owned(), "export const users = () => fetch('/users');\n".to_owned()),
    ]);
    assert!(matches!(ask(&texts, "Review", "title:string"), Err(ProposeError::NotApplicable(_))));
}

/// Applies, reverts and applies every migration on an empty database, then asks whether the
/// tables are what the entities say.
const PROOF: &str = "import module from './dist/database/data-source.js';
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

#[test]
fn a_generated_esm_resource_migrates_both_ways_and_passes_its_own_tests() {
    if !is_real() {
        return;
    }
    let texts = fixture("nest_esm");
    let proposal = ask(&texts, "BookReview", REVIEW).unwrap();
    let packages = installed("recipe-nest-esm", texts.get("package.json").unwrap());
    let bin = |name: &str| packages.join(".bin").join(name).to_str().unwrap().to_owned();
    let folder = tempfile::tempdir_in(packages.parent().unwrap()).unwrap();
    write_tree(folder.path(), &texts, &[&proposal]);
    let settings = [("DATABASE_FILE", "proof.sqlite")];
    run(folder.path(), &bin("tsc"), &["--noEmit"], &[], 120);
    run(folder.path(), &bin("tsc"), &["-p", "tsconfig.build.json"], &[], 120);
    std::fs::write(folder.path().join("proof.mjs"), PROOF).unwrap();
    let proof = run(folder.path(), "node", &["proof.mjs"], &settings, 60);
    assert!(proof.contains("{\"up\":2,\"left\":0,\"again\":2,\"differences\":[]}"), "{proof}");
    let test = text_of(&proposal, "test/book-reviews.e2e-spec.ts");
    let count = test.matches("\n  it('").count() + 2;
    let said = run(folder.path(), &bin("vitest"), &["run"], &[], 120);
    assert!(said.contains(&format!("Tests  {count} passed ({count})")), "{count} tests\n{said}");
    run(folder.path(), &bin("oxlint"), &["--deny-warnings", "src", "test"], &[], 60);
    run(folder.path(), &bin("prettier"), &["--check", "src", "test"], &[], 60);
}
