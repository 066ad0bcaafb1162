//! The `endpoint` recipe for Express and Hono: routes into resources that people wrote and into
//! ones that the recipe `resource` made, with functions, with classes, in chains, and with all
//! three mappers. On the real packages each backend is compiled, linted and checked for its
//! form, all of its tests run, and they are counted.
//!
//! The part that needs packages from npm runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it shares its packages with the tests of the recipe `resource`.

use crate::{
    recipe_remains,
    support::{
        backend::{
            Texts, VITEST, fixture, folder_below, installed, installed_without_scripts, is_real, run,
            text_of, write_tree,
        },
        grown::{Frame, Grown, ask},
    },
};
use proscenium::ports::ProposeError;
use std::path::Path;

const KYSELY: Frame = ("express", "kysely");
const PRISMA: Frame = ("express", "prisma");
const DRIZZLE: Frame = ("hono", "drizzle");
/// How tests begin for Vitest.
const VITEST_MARKS: &[&str] = &["it('", "test(\"", "it(\"", "test('"];

const REVIEW: &str = "title:string{1..200} stars:int{1..5} price:decimal{0..} note:text? sku:string{..40}:unique \
                      done:bool batch:uuid:unique author:belongs_to(User)";

/// Functions in layers, with Kysely.
fn functions() -> Grown {
    let mut grown = Grown::new("express_functions", KYSELY);
    grown.take("resource", &[("name", "BookReview"), ("fields", REVIEW)]);
    grown.take("endpoint", &[("name", "User"), ("by", "email")]);
    grown.take("endpoint", &[("name", "User"), ("by", "display_name")]);
    grown.take("endpoint", &[("name", "User"), ("kind", "count")]);
    let forget = [("name", "User"), ("path", "POST /users/{id}/forget"), ("set", "display_name=gone")];
    grown.take("endpoint", &forget);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "author")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "stars")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "done")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "sku")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "batch")]);
    grown.take("endpoint", &[("name", "BookReview"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "BookReview"), ("path", "complete"), ("set", "done=true")]);
    grown
}

/// Classes with tabs and keys that are texts, with Kysely.
fn classes() -> Grown {
    let mut grown = Grown::new("express_classes", KYSELY);
    let fields = "colour:string{3..30} in_stock:int{0..} sold_out:bool code:string{..20}:unique \
                  product:belongs_to(Product)";
    grown.take("resource", &[("name", "ProductVariant"), ("fields", fields)]);
    grown.take("endpoint", &[("name", "Product"), ("by", "display_name")]);
    grown.take("endpoint", &[("name", "Product"), ("kind", "count")]);
    let rename =
        [("name", "Product"), ("path", "PUT /products/{id}/rename"), ("set", "display_name=renamed")];
    grown.take("endpoint", &rename);
    grown.take("endpoint", &[("name", "ProductVariant"), ("by", "product")]);
    grown.take("endpoint", &[("name", "ProductVariant"), ("by", "code")]);
    grown.take("endpoint", &[("name", "ProductVariant"), ("by", "in_stock")]);
    grown.take("endpoint", &[("name", "ProductVariant"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "ProductVariant"), ("path", "sell"), ("set", "sold_out=true")]);
    grown
}

/// A service of methods and routers of one address, with Prisma.
fn methods() -> Grown {
    let mut grown = Grown::new("express_prisma", PRISMA);
    let fields = "body:text{1..2000} minutes:int{0..} sku:string{..20}:unique hidden:bool seen_at:datetime? \
                  ticket:belongs_to(Ticket)";
    grown.take("resource", &[("name", "TicketNote"), ("fields", fields)]);
    grown.take("endpoint", &[("name", "Ticket"), ("by", "subject")]);
    grown.take("endpoint", &[("name", "Ticket"), ("by", "is_open")]);
    grown.take("endpoint", &[("name", "Ticket"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "Ticket"), ("path", "reopen"), ("set", "is_open=true")]);
    grown.take("endpoint", &[("name", "TicketNote"), ("by", "ticket")]);
    grown.take("endpoint", &[("name", "TicketNote"), ("by", "sku")]);
    grown.take("endpoint", &[("name", "TicketNote"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "TicketNote"), ("path", "see"), ("set", "seen_at=now")]);
    grown
}

/// A chain of handlers that ask the database themselves, with Drizzle.
fn chain() -> Grown {
    let mut grown = Grown::new("hono_drizzle", DRIZZLE);
    let fields = "title:string{1..200} words:int{0..} fee:decimal{0..} summary:text? slug:string{3..60}:unique \
                  hidden:bool printed_on:date author:belongs_to(Author)";
    grown.take("resource", &[("name", "NewsArticle"), ("fields", fields)]);
    grown.take("endpoint", &[("name", "Author"), ("by", "pen_name")]);
    grown.take("endpoint", &[("name", "Author"), ("kind", "count")]);
    let rename = [("name", "Author"), ("path", "POST /authors/{id}/rename"), ("set", "pen_name=renamed")];
    grown.take("endpoint", &rename);
    grown.take("endpoint", &[("name", "NewsArticle"), ("by", "author")]);
    grown.take("endpoint", &[("name", "NewsArticle"), ("by", "slug")]);
    grown.take("endpoint", &[("name", "NewsArticle"), ("by", "printed_on")]);
    grown.take("endpoint", &[("name", "NewsArticle"), ("path", "hide"), ("set", "hidden=true")]);
    grown.take("endpoint", &[("name", "NewsArticle"), ("path", "clear"), ("set", "summary=null")]);
    grown
}

fn assert_holds(texts: &Texts, path: &str, parts: &[&str]) {
    for part in parts {
        assert!(texts[path].contains(part), "{part}\n{}", texts[path]);
    }
}

#[test]
fn a_lookup_stands_beside_the_functions_of_one_row_in_every_layer() {
    let texts = fixture("express_functions");
    let proposal = ask("endpoint", &texts, KYSELY, &[("name", "User"), ("by", "email")]).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    // The query is there already.
    let expected = [
        "src/routes/user-routes.ts",
        "src/schemas/user-schemas.ts",
        "src/services/user-service.ts",
        "tests/user-routes.test.ts",
    ];
    assert_eq!(paths, expected);
    let has = |path: &str, part: &str| {
        let text = text_of(&proposal, path);
        assert!(text.contains(part), "{part}\n{text}");
    };
    has(
        "src/services/user-service.ts",
        "export async function getUserByEmail(email: string): Promise<User> {\n  \
         const user = await users.findUserByEmail(email)\n  \
         if (!user) throw new HttpError(404, `User ${email} not found`)\n  return user\n}\n",
    );
    has(
        "src/routes/user-routes.ts",
        "userRoutes.get('/by-email/:email', async (req, res) => {\n  \
         const user = await service.getUserByEmail(emailParam.parse(req.params.email))\n",
    );
    has("src/schemas/user-schemas.ts", "export const emailParam = z.email().max(255)\n");
    assert_eq!(proposal, ask("endpoint", &texts, KYSELY, &[("name", "User"), ("by", "email")]).unwrap());
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn each_mapper_gets_its_own_condition_its_own_count_and_its_own_value() {
    let mut classes = Grown::new("express_classes", KYSELY);
    classes.take("endpoint", &[("name", "Product"), ("by", "display_name")]);
    assert_holds(
        &classes.texts,
        "src/modules/products/ProductController.ts",
        &[
            "\t\tthis.router.get(\"/by-display-name/:displayName\", this.listByDisplayName);\n\t\tthis.router.get(\"/:id\"",
            "\t\tconst { items, total } = await this.service.listByDisplayName(\n",
        ],
    );
    let mut methods = Grown::new("express_prisma", PRISMA);
    methods.take("endpoint", &[("name", "Ticket"), ("kind", "count")]);
    methods.take("endpoint", &[("name", "Ticket"), ("path", "reopen"), ("set", "is_open=true")]);
    assert_holds(
        &methods.texts,
        "src/features/tickets/ticket.service.ts",
        &[
            "  async count() {\n    return prisma.ticket.count();\n  },\n",
            "  async reopen(id: number) {\n    await this.find(id);\n    \
             return prisma.ticket.update({ where: { id }, data: { isOpen: true } });\n  },\n",
        ],
    );
    let mut chain = Grown::new("hono_drizzle", DRIZZLE);
    chain.take("endpoint", &[("name", "Author"), ("by", "pen_name")]);
    assert_holds(
        &chain.texts,
        "src/authors/authors.routes.ts",
        &[
            "      zValidator('param', penNameParam),\n      zValidator('query', pageQuery),\n",
            "          .where(eq(authors.penName, penName))\n          .orderBy(",
            "db.$count(authors, eq(authors.penName, penName))",
        ],
    );
}

#[test]
fn what_is_there_or_cannot_be_is_refused_and_changes_nothing() {
    let texts = fixture("express_classes");
    let refused = |inputs: &[(&str, &str)]| match ask("endpoint", &texts, KYSELY, inputs) {
        Err(error) => error,
        Ok(proposal) => panic!("{inputs:?}: {}", proposal.title),
    };
    match refused(&[("name", "Product"), ("by", "sku")]) {
        ProposeError::Clash { place, .. } => {
            assert!(place.starts_with("src/modules/products/ProductController.ts:"), "{place}")
        }
        other => panic!("{other:?}"),
    }
    for (inputs, hint) in [
        (&[("name", "Order"), ("by", "email")][..], "known resources: Product"),
        (&[("name", "Product"), ("by", "colour")], "known fields: id, sku"),
        (&[("name", "Product"), ("by", "unit_price")], "a reference"),
        (
            &[("name", "Product"), ("path", "POST /products/{id}/import"), ("set", "sku=x")],
            "another last word",
        ),
    ] {
        match refused(inputs) {
            ProposeError::Input { hint: said, .. } => assert!(said.contains(hint), "{inputs:?}: {said}"),
            other => panic!("{inputs:?}: {other:?}"),
        }
    }
}

/// Compiles, lints, checks the form, and counts the tests.
pub fn prove(grown: &Grown, packages: &Path, tests: &str, settings: &[(&str, &str)], least: usize) {
    let bin = |name: &str| packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned();
    let folder = folder_below(packages);
    let folder = folder.path();
    write_tree(folder, &grown.texts, &[]);
    // A repository of its own: the one around it ignores the target folder, and so would linters.
    run(folder, "git", &["init", "-q"], &[], 60);
    if grown.texts.contains_key("prisma/schema.prisma") {
        for arguments in [&["validate"][..], &["generate"]] {
            run(folder, &bin("prisma"), arguments, settings, 90);
        }
    }
    run(folder, &bin("tsc"), &["--noEmit"], &[], 120);
    run(folder, &bin("oxlint"), &["--deny-warnings", "src", tests], &[], 60);
    // The formatter changes nothing; what it would is said.
    run(folder, "git", &["add", "-A"], &[], 60);
    run(folder, &bin("prettier"), &["--write", "--log-level=warn", "src", tests], &[], 60);
    run(folder, "git", &["diff", "--exit-code"], &[], 60);
    let said = run(folder, &bin("vitest"), &VITEST, settings, 300);
    let (before, last) = grown.last();
    recipe_remains::check_without_one(&last.title, before, last, packages, &|folder| {
        if grown.texts.contains_key("prisma/schema.prisma") {
            run(folder, &bin("prisma"), &["generate"], settings, 90);
        }
        run(folder, &bin("tsc"), &["--noEmit"], &[], 120);
    });
    let count = grown.tests(VITEST_MARKS);
    let expected = format!("Tests  {count} passed ({count})");
    assert!(count > least && said.contains(&expected), "{expected}\n{said}");
    grown.assert_review_says_nothing_new();
    println!("{}: {expected}", folder.display());
}

#[test]
fn new_routes_of_functions_pass_their_tests() {
    if is_real() {
        let grown = functions();
        let packages = installed("recipe-express", &grown.texts["package.json"]);
        prove(&grown, &packages, "tests", &[], 30);
    }
}

#[test]
fn new_routes_of_classes_pass_their_tests() {
    if is_real() {
        let grown = classes();
        let packages = installed("recipe-express", &grown.texts["package.json"]);
        prove(&grown, &packages, "tests", &[], 30);
    }
}

#[test]
fn new_routes_with_prisma_pass_their_tests() {
    if is_real() {
        let grown = methods();
        let packages = installed_without_scripts("recipe-prisma", &grown.texts["package.json"]);
        // What validates and generates needs no engine, but asks whether one is there.
        let settings = [
            ("PRISMA_SCHEMA_ENGINE_BINARY", "/bin/true"),
            ("PRISMA_QUERY_ENGINE_LIBRARY", "/bin/true"),
            ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none"),
        ];
        prove(&grown, &packages, "tests", &settings, 30);
    }
}

#[test]
fn new_routes_of_a_chain_pass_their_tests() {
    if is_real() {
        let grown = chain();
        let packages = installed("recipe-hono", &grown.texts["package.json"]);
        prove(&grown, &packages, "test", &[], 30);
    }
}
