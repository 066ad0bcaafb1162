//! The `service-method` recipe: a function in the service of a resource that is there, without
//! a route. On the real frameworks all tests of each backend run, and are counted.
//!
//! The part that needs packages runs with the stage of `recipe_endpoint`.

use crate::{
    recipe_auth_axum, recipe_axum, recipe_endpoint, recipe_endpoint_nest, recipe_endpoint_node, recipe_hunks,
    support::{
        backend::{JEST, VITEST, fixture, installed, installed_without_scripts, is_real, text_of},
        grown::{Frame, Grown, ask},
    },
};
use proscenium::ports::ProposeError;

const RECIPE: &str = "service-method";
const DJANGO: Frame = ("django", "django-orm");
const NEST: Frame = ("nestjs", "typeorm");
const KYSELY: Frame = ("express", "kysely");
const PRISMA: Frame = ("express", "prisma");
const DRIZZLE: Frame = ("hono", "drizzle");
const AXUM: Frame = ("axum", "sqlx");
const SQLALCHEMY: Frame = ("fastapi", "sqlalchemy");
const REVIEW: &str = "title:string{1..200} stars:int{1..5} price:decimal note:text? published:bool \
                      seen_on:date sku:string{..40}:unique author:belongs_to(User)";

/// The async backend with layers as classes: a resource of people, and one that was made.
fn layered() -> Grown {
    let mut grown = Grown::new("fastapi_app", SQLALCHEMY);
    grown.take("resource", &[("name", "Review"), ("fields", REVIEW)]);
    grown.take(RECIPE, &[("name", "User"), ("by", "email")]);
    grown.take(RECIPE, &[("name", "User"), ("by", "name")]);
    grown.take(RECIPE, &[("name", "User"), ("kind", "count")]);
    grown.take(RECIPE, &[("name", "User"), ("method", "forget_name"), ("set", "name=null")]);
    grown.take(RECIPE, &[("name", "Review"), ("by", "author")]);
    grown.take(RECIPE, &[("name", "Review"), ("method", "search_by_stars")]);
    grown.take(RECIPE, &[("name", "Review"), ("by", "sku")]);
    grown.take(RECIPE, &[("name", "Review"), ("method", "publish")]);
    grown.take(RECIPE, &[("name", "Review"), ("set", "published=false")]);
    grown.take(RECIPE, &[("name", "Review"), ("method", "count_all"), ("kind", "count")]);
    grown
}

/// The sync backend whose functions commit below the handlers.
fn functions() -> Grown {
    let mut grown = Grown::new("fastapi_sync", SQLALCHEMY);
    let fields =
        "item:belongs_to(Item) amount:int{1..} at:datetime? reason:text{3..} done:bool code:uuid:unique";
    grown.take("resource", &[("name", "StockMove"), ("fields", fields)]);
    grown.take(RECIPE, &[("name", "Item"), ("by", "label")]);
    grown.take(RECIPE, &[("name", "Item"), ("kind", "count")]);
    grown.take(RECIPE, &[("name", "Item"), ("method", "clearLabel"), ("set", "label=cleared")]);
    grown.take(RECIPE, &[("name", "StockMove"), ("by", "item")]);
    grown.take(RECIPE, &[("name", "StockMove"), ("by", "code")]);
    grown.take(RECIPE, &[("name", "StockMove"), ("set", "at=now")]);
    grown
}

/// The Django project with functions as services.
fn services() -> Grown {
    let mut grown = Grown::new("django_functions", DJANGO);
    grown.take(RECIPE, &[("name", "Product"), ("by", "shelf")]);
    grown.take(RECIPE, &[("name", "Product"), ("by", "name")]);
    grown.take(RECIPE, &[("name", "Product"), ("kind", "count")]);
    grown.take(RECIPE, &[("name", "Product"), ("method", "product_rename"), ("set", "name=renamed")]);
    grown
}

/// NestJS as ES modules: services that ask the repository themselves.
fn modules() -> Grown {
    let mut grown = Grown::new("nest_esm", NEST);
    let fields = "title:string{1..200} stars:int{1..5} sku:string{..40}:unique done:bool \
                  batch:uuid:unique read_at:datetime? author:belongs_to(User)";
    grown.take("resource", &[("name", "BookReview"), ("fields", fields)]);
    grown.take(RECIPE, &[("name", "User"), ("by", "email")]);
    grown.take(RECIPE, &[("name", "User"), ("by", "name")]);
    grown.take(RECIPE, &[("name", "User"), ("kind", "count")]);
    grown.take(RECIPE, &[("name", "User"), ("method", "forget"), ("set", "name=gone")]);
    grown.take(RECIPE, &[("name", "BookReview"), ("by", "author")]);
    grown.take(RECIPE, &[("name", "BookReview"), ("method", "search_by_stars")]);
    grown.take(RECIPE, &[("name", "BookReview"), ("by", "sku")]);
    grown.take(RECIPE, &[("name", "BookReview"), ("set", "done=true")]);
    grown.take(RECIPE, &[("name", "BookReview"), ("set", "read_at=now")]);
    grown
}

/// NestJS in CommonJS: a repository class below the service.
fn commonjs() -> Grown {
    let mut grown = Grown::new("nest_cjs", NEST);
    let fields = "body:text{3..2000} up_votes:int{0..} slug:string{3..60}:unique hidden:bool article:belongs_to(Article)";
    grown.take("resource", &[("name", "comments"), ("fields", fields)]);
    grown.take(RECIPE, &[("name", "Article"), ("by", "title")]);
    grown.take(RECIPE, &[("name", "Article"), ("kind", "count")]);
    grown.take(RECIPE, &[("name", "Article"), ("method", "empty"), ("set", "word_count=0")]);
    grown.take(RECIPE, &[("name", "Comment"), ("by", "article")]);
    grown.take(RECIPE, &[("name", "Comment"), ("by", "slug")]);
    grown.take(RECIPE, &[("name", "Comment"), ("set", "hidden=true")]);
    grown
}

/// Express with functions in layers.
fn express_functions() -> Grown {
    let mut grown = Grown::new("express_functions", KYSELY);
    let fields =
        "title:string{1..200} stars:int{1..5} sku:string{..40}:unique done:bool author:belongs_to(User)";
    grown.take("resource", &[("name", "BookReview"), ("fields", fields)]);
    grown.take(RECIPE, &[("name", "User"), ("by", "email")]);
    grown.take(RECIPE, &[("name", "User"), ("by", "display_name")]);
    grown.take(RECIPE, &[("name", "User"), ("kind", "count")]);
    grown.take(RECIPE, &[("name", "User"), ("method", "forgetUser"), ("set", "display_name=gone")]);
    grown.take(RECIPE, &[("name", "BookReview"), ("by", "author")]);
    grown.take(RECIPE, &[("name", "BookReview"), ("by", "sku")]);
    grown.take(RECIPE, &[("name", "BookReview"), ("set", "done=true")]);
    grown
}

/// Express with classes that are made of each other.
fn express_classes() -> Grown {
    let mut grown = Grown::new("express_classes", KYSELY);
    grown.take(RECIPE, &[("name", "Product"), ("by", "display_name")]);
    grown.take(RECIPE, &[("name", "Product"), ("kind", "count")]);
    grown.take(RECIPE, &[("name", "Product"), ("method", "rename"), ("set", "display_name=renamed")]);
    grown
}

/// Express with functions that make services, and Prisma.
fn factories() -> Grown {
    let mut grown = Grown::new("express_prisma", PRISMA);
    grown.take(RECIPE, &[("name", "Ticket"), ("by", "subject")]);
    grown.take(RECIPE, &[("name", "Ticket"), ("kind", "count")]);
    grown.take(RECIPE, &[("name", "Ticket"), ("method", "reopen"), ("set", "is_open=true")]);
    grown
}

/// The backend of Hono with its routes in layers of a kind.
fn hono(layers: &str) -> Grown {
    let mut grown = Grown::new("hono_drizzle", DRIZZLE);
    grown.texts.retain(|path, _| !path.starts_with("src/authors/"));
    grown.texts.extend(fixture(layers));
    grown
}

/// Hono with functions that make a repository and a service.
fn hono_factories() -> Grown {
    let mut grown = hono("hono_layers");
    let fields = "title:string{1..200} words:int{0..} slug:string{3..60}:unique hidden:bool \
                  printed_on:date author:belongs_to(Author)";
    grown.take("resource", &[("name", "NewsArticle"), ("fields", fields)]);
    grown.take(RECIPE, &[("name", "Author"), ("by", "email")]);
    grown.take(RECIPE, &[("name", "Author"), ("by", "pen_name")]);
    grown.take(RECIPE, &[("name", "Author"), ("kind", "count")]);
    grown.take(RECIPE, &[("name", "Author"), ("method", "forget"), ("set", "pen_name=gone")]);
    grown.take(RECIPE, &[("name", "NewsArticle"), ("by", "author")]);
    grown.take(RECIPE, &[("name", "NewsArticle"), ("by", "slug")]);
    grown.take(RECIPE, &[("name", "NewsArticle"), ("by", "printed_on")]);
    grown.take(RECIPE, &[("name", "NewsArticle"), ("set", "hidden=true")]);
    grown
}

/// Hono with functions that are handed the database.
fn hono_functions() -> Grown {
    let mut grown = hono("hono_functions");
    let fields = "title:string{1..200} words:int{0..} slug:string{3..60}:unique hidden:bool \
                  printed_on:date author:belongs_to(Author)";
    grown.take("resource", &[("name", "NewsArticle"), ("fields", fields)]);
    grown.take(RECIPE, &[("name", "Author"), ("by", "email")]);
    grown.take(RECIPE, &[("name", "Author"), ("by", "pen_name")]);
    grown.take(RECIPE, &[("name", "Author"), ("kind", "count")]);
    grown.take(RECIPE, &[("name", "Author"), ("method", "forgetAuthor"), ("set", "pen_name=gone")]);
    grown.take(RECIPE, &[("name", "NewsArticle"), ("by", "author")]);
    grown.take(RECIPE, &[("name", "NewsArticle"), ("by", "slug")]);
    grown.take(RECIPE, &[("name", "NewsArticle"), ("set", "hidden=true")]);
    grown
}

/// Functions of modules in Rust.
fn rust() -> Grown {
    let mut grown = Grown::new("axum_app", AXUM);
    let fields = "title:string{1..200} stars:int{1..5} sku:string{..40}:unique done:bool \
                  seen_on:date author:belongs_to(User)";
    grown.take("resource", &[("name", "BookReview"), ("fields", fields)]);
    grown.take(RECIPE, &[("name", "User"), ("by", "email")]);
    grown.take(RECIPE, &[("name", "User"), ("by", "name")]);
    grown.take(RECIPE, &[("name", "User"), ("kind", "count")]);
    grown.take(RECIPE, &[("name", "User"), ("method", "forget"), ("set", "name=gone")]);
    grown.take(RECIPE, &[("name", "BookReview"), ("by", "author")]);
    grown.take(RECIPE, &[("name", "BookReview"), ("by", "seen_on")]);
    grown.take(RECIPE, &[("name", "BookReview"), ("by", "sku")]);
    grown.take(RECIPE, &[("name", "BookReview"), ("set", "done=true")]);
    grown
}

#[test]
fn a_method_stands_beside_those_of_one_row_and_no_route_is_added() {
    let texts = fixture("fastapi_app");
    let inputs = [("name", "User"), ("by", "email"), ("method", "findByEmail")];
    let proposal = ask(RECIPE, &texts, SQLALCHEMY, &inputs).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        ["app/repositories/user_repository.py", "app/services/user_service.py", "tests/test_user_service.py"]
    );
    assert_eq!(proposal.title, "Add UserService.find_by_email to app/services/user_service.py");
    for (path, lines) in [
        (
            "app/services/user_service.py",
            "    async def find_by_email(self, email: str) -> User:\n        user = await self.users.find_by_email(email)\n        if user is None:\n            raise NotFound(f\"user {email}\")\n        return user\n",
        ),
        (
            "tests/test_user_service.py",
            "    with pytest.raises(NotFound):\n        await UserService(UserRepository(session)).find_by_email(\"nothing-like-it\")\n",
        ),
    ] {
        let text = text_of(&proposal, path);
        assert!(text.contains(lines), "{lines}\n{text}");
    }
    recipe_hunks::assert_python_without_each(&texts, &proposal);
}

#[test]
fn a_service_of_hono_gets_the_database_that_the_tests_application_has() {
    let texts = hono("hono_layers").texts;
    let proposal = ask(RECIPE, &texts, DRIZZLE, &[("name", "Author"), ("by", "email")]).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    // The query is there already.
    assert_eq!(paths, ["src/authors/authors.service.ts", "test/authors.test.ts"]);
    assert_eq!(proposal.title, "Add getByEmail to src/authors/authors.service.ts");
    assert_eq!(proposal.remarks, Vec::<String>::new());
    for (path, lines) in [
        (
            "src/authors/authors.service.ts",
            "  async getByEmail(email: string) {\n    const author = await repository.findByEmail(email);\n    \
             if (!author) throw new NotFound(`no author ${email}`);\n    return author;\n  },\n",
        ),
        (
            "test/authors.test.ts",
            "let app: ReturnType<typeof createApp>;\nlet service: ReturnType<typeof authorService>;\n\n\
             beforeAll(async () => {\n  const database = await connect();\n  app = createApp(database);\n  \
             service = authorService(authorRepository(database));\n});\n",
        ),
    ] {
        let text = text_of(&proposal, path);
        assert!(text.contains(lines), "{lines}\n{text}");
    }
    recipe_hunks::assert_typescript_without_each(&texts, &proposal);
}

#[test]
fn functions_that_are_handed_the_database_hand_it_on() {
    let texts = hono("hono_functions").texts;
    let inputs = [("name", "Author"), ("method", "byPenName"), ("by", "pen_name")];
    let proposal = ask(RECIPE, &texts, DRIZZLE, &inputs).unwrap();
    for (path, lines) in [
        ("src/queries/authors.ts", "export const byPenNameRows = (db: Db, penName: string, limit: number, "),
        (
            "src/services/authors.ts",
            "export async function byPenName(db: Db, penName: string, page: Page) {\n  \
             const items = await byPenNameRows(db, penName, page.limit, page.offset);\n",
        ),
        ("test/authors.test.ts", "await byPenName(db, made.penName, { limit: 20, offset: 0 });\n"),
    ] {
        let text = text_of(&proposal, path);
        assert!(text.contains(lines), "{lines}\n{text}");
    }
    recipe_hunks::assert_typescript_without_each(&texts, &proposal);
    let counted = ask(RECIPE, &texts, DRIZZLE, &[("name", "Author"), ("kind", "count")]).unwrap();
    let service = text_of(&counted, "src/services/authors.ts");
    assert!(service.contains("countAuthors(db: Db) {\n  return countAuthorsRows(db);\n}"), "{service}");
}

#[test]
fn what_a_test_makes_in_its_set_up_gets_a_name_that_all_tests_see() {
    let mut texts = hono("hono_functions").texts;
    let test = texts.get_mut("test/authors.test.ts").unwrap();
    *test = test
        .replace("{ expect, test }", "{ beforeAll, expect, test }")
        .replace("const db = await connect();\nconst app = createApp(db);\n", "let app: ReturnType<typeof createApp>;\n\nbeforeAll(async () => {\n  app = createApp(await connect());\n});\n");
    let proposal = ask(RECIPE, &texts, DRIZZLE, &[("name", "Author"), ("kind", "count")]).unwrap();
    let text = text_of(&proposal, "test/authors.test.ts");
    for lines in [
        "let app: ReturnType<typeof createApp>;\nlet database: Parameters<typeof createApp>[0];\n",
        "  database = await connect();\n  app = createApp(database);\n",
        "  const before = await countAuthors(database);\n",
    ] {
        assert!(text.contains(lines), "{lines}\n{text}");
    }
}

#[test]
fn a_name_that_is_taken_and_a_backend_without_a_service_are_refused() {
    let texts = fixture("fastapi_app");
    let inputs = [("name", "User"), ("kind", "count"), ("method", "create")];
    match ask(RECIPE, &texts, SQLALCHEMY, &inputs) {
        Err(ProposeError::Clash { what, place }) => {
            assert_eq!(what, "a method UserService.create");
            assert!(place.starts_with("app/services/user_service.py:"), "{place}");
        }
        other => panic!("{other:?}"),
    }
    let open = fixture("sqlmodel_flat");
    match ask(RECIPE, &open, ("fastapi", "sqlmodel"), &[("name", "Tool"), ("kind", "count")]) {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("endpoint"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_backend_whose_handlers_ask_the_database_is_told_what_to_do() {
    for (name, frame, resource) in
        [("hono_drizzle", ("hono", "drizzle"), "Author"), ("django_app", DJANGO, "Book")]
    {
        match ask(RECIPE, &fixture(name), frame, &[("name", resource), ("kind", "count")]) {
            Err(ProposeError::NotApplicable(why)) => {
                assert!(why.contains("the recipe endpoint") && why.contains("walkthrough"), "{why}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn what_remains_of_a_method_without_any_hunk_calls_only_what_is_there() {
    for (name, frame, inputs) in [
        ("express_functions", KYSELY, &[("name", "User"), ("by", "display_name")][..]),
        ("express_classes", KYSELY, &[("name", "Product"), ("kind", "count")]),
        ("nest_cjs", NEST, &[("name", "Article"), ("by", "title")]),
    ] {
        let texts = fixture(name);
        let proposal = ask(RECIPE, &texts, frame, inputs).unwrap();
        recipe_hunks::assert_typescript_without_each(&texts, &proposal);
    }
    let texts = fixture("axum_app");
    for inputs in [
        &[("name", "User"), ("by", "name")][..],
        &[("name", "User"), ("method", "forget"), ("set", "name=x")],
    ] {
        let proposal = ask(RECIPE, &texts, AXUM, inputs).unwrap();
        recipe_hunks::assert_rust_without_each(&texts, &proposal);
    }
}

#[test]
fn new_methods_of_layered_classes_pass_their_tests() {
    if is_real() {
        recipe_endpoint::prove(&layered(), "");
    }
}

#[test]
fn new_methods_of_plain_functions_pass_their_tests() {
    if is_real() {
        recipe_endpoint::prove(&functions(), "backend");
    }
}

#[test]
fn new_functions_of_django_pass_their_tests() {
    if is_real() {
        recipe_endpoint::prove_django(&services(), "backend");
    }
}

#[test]
fn new_methods_of_es_modules_pass_their_tests() {
    if is_real() {
        let said = |count| format!("Tests  {count} passed ({count})");
        recipe_endpoint_nest::proved(&modules(), "nest-esm", ("vitest", &VITEST), said);
    }
}

#[test]
fn new_methods_of_commonjs_pass_their_tests() {
    if is_real() {
        let said = |count| format!("Tests:       {count} passed, {count} total");
        recipe_endpoint_nest::proved(&commonjs(), "nest-cjs", ("jest", &JEST), said);
    }
}

#[test]
fn new_methods_of_express_pass_their_tests() {
    if !is_real() {
        return;
    }
    for (grown, least) in [(express_functions(), 12), (express_classes(), 5)] {
        let packages = installed("recipe-express", &grown.texts["package.json"]);
        recipe_endpoint_node::prove(&grown, &packages, "tests", &[], least);
    }
}

#[test]
fn new_methods_of_hono_pass_their_tests() {
    if !is_real() {
        return;
    }
    for (grown, least) in [(hono_factories(), 12), (hono_functions(), 12)] {
        let packages = installed("recipe-hono", &grown.texts["package.json"]);
        recipe_endpoint_node::prove(&grown, &packages, "test", &[], least);
    }
}

#[test]
fn new_methods_with_prisma_pass_their_tests() {
    if is_real() {
        let grown = factories();
        let packages = installed_without_scripts("recipe-prisma", &grown.texts["package.json"]);
        let settings = [
            ("PRISMA_SCHEMA_ENGINE_BINARY", "/bin/true"),
            ("PRISMA_QUERY_ENGINE_LIBRARY", "/bin/true"),
            ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none"),
        ];
        recipe_endpoint_node::prove(&grown, &packages, "tests", &settings, 4);
    }
}

#[test]
fn new_functions_of_axum_pass_their_tests() {
    if is_real() {
        let grown = rust();
        let (texts, last) = grown.last();
        let count = recipe_axum::prove(texts, last, "tables [2, 0, 2]");
        recipe_auth_axum::compile_without_one(&last.title, texts, last);
        grown.assert_review_says_nothing_new();
        println!("axum: {count} passed");
    }
}
