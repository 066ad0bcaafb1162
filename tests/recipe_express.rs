//! The `resource` recipe for Express and Kysely: what it proposes is the example's own code
//! with other names and fields, and on the real packages it is compiled, linted, migrated up,
//! down and up, and tested on PostgreSQL (in the process: PGlite).
//!
//! The part that needs packages from npm runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it keeps its packages in the target folder.

use crate::{
    recipe_remains,
    support::backend::{
        Texts, VITEST, assert_cited, fixture, folder_below, installed, is_real, propose, request, run, stack,
        text_of, write_tree,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

const REVIEW: &str = "title:string{1..200} stars:int{1..5} price:decimal{0..} note:text? seen_on:date \
                      sku:string{..40}:unique read_at:datetime? done:bool ratio:float? token:uuid \
                      author:belongs_to(User) editor:belongs_to(User)?";
const VARIANT: &str = "colour:string{3..30} in_stock:int{0..} surcharge:decimal{0..99} sold_out:bool? \
                       released_on:date? product:belongs_to(Product)";

fn ask(texts: &Texts, name: &str, fields: &str) -> Result<Proposal, ProposeError> {
    let stack = stack("express", "kysely");
    propose(texts, &request(texts, &[".ts"], stack, [("name", name), ("fields", fields)]))
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

fn assert_lines(proposal: &Proposal, path: &str, lines: &[&str]) {
    let text = text_of(proposal, path);
    for line in lines {
        assert!(text.lines().any(|own| own == *line), "{line}\n{text}");
    }
}

#[test]
fn functions_without_semicolons_give_functions_without_semicolons() {
    let texts = fixture("express_functions");
    let proposal = ask(&texts, "BookReview", REVIEW).unwrap();
    let expected = [
        "src/app.ts",
        "src/db/database.ts",
        "src/db/migrations/0002-create-book-reviews.ts",
        "src/db/migrations/index.ts",
        "src/repositories/book-review-repository.ts",
        "src/routes/book-review-routes.ts",
        "src/schemas/book-review-schemas.ts",
        "src/services/book-review-service.ts",
        "tests/book-review-routes.test.ts",
    ];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    assert_lines(
        &proposal,
        "src/services/book-review-service.ts",
        &[
            "import * as bookReviews from '../repositories/book-review-repository.js'",
            "  if (!(await bookReviews.hasAuthor(body.author_id)))",
            "    throw notFound('User', body.author_id)",
            "  if (body.editor_id != null) {",
            "  if (!bookReview) throw notFound('BookReview', id)",
        ],
    );
    assert_lines(
        &proposal,
        "src/schemas/book-review-schemas.ts",
        &[
            "  title: z.string().min(1).max(200),",
            "  note: z.string().nullish(),",
            "export const updateBookReviewBody = createBookReviewBody.partial()",
        ],
    );
    assert_lines(&proposal, "src/app.ts", &["  app.use('/api/book-reviews', bookReviewRoutes)"]);
    assert_lines(&proposal, "src/db/database.ts", &["  book_reviews: BookReviewsTable"]);
    for file in &proposal.files {
        assert!(!text_of(&proposal, &file.path).contains("ByEmail"), "{}", file.path);
    }
    assert!(proposal.remarks.iter().any(|one| one.contains("findUserByEmail")), "{:?}", proposal.remarks);
    assert_eq!(proposal, ask(&texts, "BookReview", REVIEW).unwrap());
}

#[test]
fn classes_with_tabs_give_classes_with_tabs() {
    let texts = fixture("express_classes");
    let proposal = ask(&texts, "ProductVariant", VARIANT).unwrap();
    let expected = [
        "src/app.ts",
        "src/database/migrations/20250301120001_create_product_variants.ts",
        "src/database/tables.ts",
        "src/modules/productVariants/ProductVariant.ts",
        "src/modules/productVariants/ProductVariantController.ts",
        "src/modules/productVariants/ProductVariantRepository.ts",
        "src/modules/productVariants/ProductVariantSchemas.ts",
        "src/modules/productVariants/ProductVariantService.ts",
        "tests/productVariants.test.ts",
    ];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    assert_lines(
        &proposal,
        "src/modules/productVariants/ProductVariantService.ts",
        &[
            "export class ProductVariantService {",
            "\tconstructor(private readonly productVariants: ProductVariantRepository) {}",
            "\t\tif (!(await this.productVariants.hasProduct(input.productId))) {",
            "\t\t\tthrow new RecordNotFound(\"Product\", input.productId);",
        ],
    );
    assert_lines(
        &proposal,
        "src/modules/productVariants/ProductVariantRepository.ts",
        &["\t\t\t\tin_stock: productVariant.inStock,", "\t\tinStock: row.in_stock,"],
    );
    assert_lines(
        &proposal,
        "src/app.ts",
        &[
            "\tconst productVariantService = new ProductVariantService(productVariantRepository);",
            "\tapp.use(\"/v1/product-variants\", productVariantController.router);",
        ],
    );
    for file in &proposal.files {
        assert!(!text_of(&proposal, &file.path).contains("VariantBySku"), "{}", file.path);
    }
}

#[test]
fn names_that_are_taken_or_cannot_be_names_change_nothing() {
    let texts = fixture("express_functions");
    match ask(&texts, "User", "title:string") {
        Err(ProposeError::Clash { place, .. }) => assert_eq!(place, "src/db/database.ts:11"),
        other => panic!("{other:?}"),
    }
    for (name, fields) in [
        ("Interface", "a:int"),
        ("Review", "prototype:string"),
        ("Review", "created_at:date"),
        ("Review", "order:int"),
    ] {
        match ask(&texts, name, fields) {
            Err(ProposeError::Input { what, hint }) => assert!(!what.is_empty() && !hint.is_empty()),
            other => panic!("{name} {fields}: {other:?}"),
        }
    }
    match ask(&texts, "Review", "owner:belongs_to(Customer)") {
        Err(ProposeError::Input { hint, .. }) => assert_eq!(hint, "known tables: users"),
        other => panic!("{other:?}"),
    }
    let mut taken = texts.clone();
    taken.insert("src/services/review-service.ts".into(), "export const reviews = 1\n".into());
    assert!(matches!(ask(&taken, "Review", "title:string"), Err(ProposeError::Clash { .. })));
}

#[test]
fn without_an_example_or_a_place_to_mount_nothing_is_proposed() {
    let mut texts = fixture("express_functions");
    let app = texts.get_mut("src/app.ts").unwrap();
    *app = app.replace("  app.use('/api/users', userRoutes)\n", "");
    match ask(&texts, "Review", "title:string") {
        Err(ProposeError::Input { what, hint }) => {
            assert!(what.contains("src/routes/user-routes.ts"), "{what}");
            assert!(hint.contains("mount"), "{hint}");
        }
        other => panic!("{other:?}"),
    }
    texts.remove("src/routes/user-routes.ts");
    match ask(&texts, "Review", "title:string") {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("a router in a file"), "{why}"),
        other => panic!("{other:?}"),
    }
    let frontend =
        Texts::from([("src/App.ts".to_owned(), "export const app = () => fetch('/users')\n".to_owned())]);
    assert!(matches!(ask(&frontend, "Review", "title:string"), Err(ProposeError::NotApplicable(_))));
}

#[test]
fn an_example_that_only_knows_its_own_fields_is_refused() {
    let mut texts = fixture("express_functions");
    let service = texts.get_mut("src/services/user-service.ts").unwrap();
    *service = service.replace(
        "  return users.insertUser(body)\n",
        "  return users.insertUser({ email: body.email.trim(), display_name: shorten(body.display_name) })\n",
    );
    let routes = texts.get_mut("src/routes/user-routes.ts").unwrap();
    *routes = routes
        .replace("service.createUser(createUserBody.parse(req.body))", "service.createUser(req.body.email)");
    match ask(&texts, "Review", "title:string") {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("cannot be followed"), "{why}"),
        other => panic!("{other:?}"),
    }
}

/// Compiles, lints, checks the format, migrates up, down and up, and tests.
fn prove(name: &str, texts: &Texts, proposal: &Proposal, proof: &str) -> String {
    let packages = installed("recipe-express", texts.get("package.json").unwrap());
    let bin = |name: &str| packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned();
    let folder = folder_below(&packages);
    let folder = folder.path();
    write_tree(folder, texts, &[proposal]);
    // A repository of its own: the one around it ignores the target folder, and so would linters.
    run(folder, "git", &["init", "-q"], &[], 60);
    run(folder, &bin("tsc"), &["--noEmit"], &[], 120);
    run(folder, &bin("oxlint"), &["--deny-warnings", "src", "tests"], &[], 60);
    run(folder, &bin("prettier"), &["--check", "src", "tests"], &[], 60);
    std::fs::write(folder.join("tests/proof.test.ts"), proof).unwrap();
    let said = run(folder, &bin("vitest"), &["run", "tests/proof.test.ts", "--testTimeout=100000"], &[], 300);
    assert!(said.contains("Tests  1 passed (1)"), "{name}: {said}");
    std::fs::remove_file(folder.join("tests/proof.test.ts")).unwrap();
    run(folder, &bin("vitest"), &VITEST, &[], 300)
}

/// What remains without one hunk compiles and passes its tests.
fn run_without_one(what: &str, texts: &Texts, proposal: &Proposal) {
    let packages = installed("recipe-express", texts.get("package.json").unwrap());
    recipe_remains::run_without_one(what, texts, proposal, &packages, ("vitest", &VITEST));
}

/// How many tests of a file a runner has to count.
fn tests_of(proposal: &Proposal, path: &str, case: &str) -> usize {
    text_of(proposal, path).matches(case).count()
}

#[test]
fn generated_functions_migrate_both_ways_and_pass_their_own_tests() {
    if !is_real() {
        return;
    }
    let texts = fixture("express_functions");
    let proposal = ask(&texts, "BookReview", REVIEW).unwrap();
    let proof = "import { sql } from 'kysely'\nimport { expect, it } from 'vitest'\n\
                 import { db } from '../src/db/database.js'\n\
                 import { migrateDown, migrateUp } from '../src/db/migrator.js'\n\n\
                 it('goes up, down and up', async () => {\n  \
                 const tables = async () => (await db.introspection.getTables()).map((table) => table.name)\n  \
                 expect(await migrateUp()).toHaveLength(2)\n  expect(await tables()).toContain('book_reviews')\n  \
                 expect(await migrateDown()).toHaveLength(2)\n  expect(await tables()).toEqual([])\n  \
                 expect(await migrateUp()).toHaveLength(2)\n  await sql`select author_id from book_reviews`.execute(db)\n})\n";
    let said = prove("functions", &texts, &proposal, proof);
    run_without_one("a resource of functions", &texts, &proposal);
    let generated = tests_of(&proposal, "tests/book-review-routes.test.ts", "\n  it('");
    let count = generated + 2;
    assert!(
        generated > 15 && said.contains(&format!("Tests  {count} passed ({count})")),
        "{count} tests\n{said}"
    );
}

#[test]
fn generated_classes_migrate_both_ways_and_pass_their_own_tests() {
    if !is_real() {
        return;
    }
    let texts = fixture("express_classes");
    let proposal = ask(&texts, "ProductVariant", VARIANT).unwrap();
    let proof = "import { connect } from \"../src/database/connect.js\";\n\
                 import { migrate } from \"../src/database/migrate.js\";\n\n\
                 test(\"goes up, down and up\", async () => {\n\tconst database = connect();\n\t\
                 const tables = async () => (await database.introspection.getTables()).map((table) => table.name);\n\t\
                 expect(await migrate(database)).toHaveLength(2);\n\texpect(await tables()).toContain(\"product_variants\");\n\t\
                 expect(await migrate(database, \"none\")).toHaveLength(2);\n\texpect(await tables()).toEqual([]);\n\t\
                 expect(await migrate(database)).toHaveLength(2);\n});\n";
    let said = prove("classes", &texts, &proposal, proof);
    run_without_one("a resource of classes", &texts, &proposal);
    let generated = tests_of(&proposal, "tests/productVariants.test.ts", "\n\ttest(\"");
    let count = generated + 1;
    assert!(
        generated > 10 && said.contains(&format!("Tests  {count} passed ({count})")),
        "{count} tests\n{said}"
    );
}
