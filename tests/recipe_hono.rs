//! The `resource` recipe for Hono and Drizzle: the same as for Express, with another router, a
//! chain of handlers, queries that stand in them, and drizzle-kit's migrations. On the real
//! packages drizzle-kit finds nothing that schema and migration differ in.
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

const ARTICLE: &str = "title:string{1..200} words:int{0..} fee:decimal{0..} summary:text? printed_on:date \
                       slug:string{3..60}:unique read_at:datetime? hidden:bool weight:float? token:uuid \
                       author:belongs_to(Author) editor:belongs_to(Author)?";

fn ask(texts: &Texts, name: &str, fields: &str) -> Result<Proposal, ProposeError> {
    let stack = stack("hono", "drizzle");
    propose(texts, &request(texts, &[".ts"], stack, [("name", name), ("fields", fields)]))
}

#[test]
fn a_chain_of_handlers_gives_a_chain_of_handlers() {
    let texts = fixture("hono_drizzle");
    let proposal = ask(&texts, "NewsArticle", ARTICLE).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    let expected = [
        "drizzle/0001_create_news_articles.sql",
        "drizzle/meta/0001_snapshot.json",
        "drizzle/meta/_journal.json",
        "src/app.ts",
        "src/db/schema.ts",
        "src/news-articles/news-articles.routes.ts",
        "src/news-articles/news-articles.schema.ts",
        "test/news-articles.test.ts",
    ];
    assert_eq!(paths, expected);
    assert_cited(&proposal, &texts);
    for (path, lines) in [
        (
            "src/news-articles/news-articles.routes.ts",
            &[
                "export const newsArticleRoutes = (db: Db) =>",
                "      if (!author) throw new HTTPException(404, { message: 'Author not found' });",
                "        .orderBy(asc(newsArticles.id))",
            ][..],
        ),
        (
            "src/db/schema.ts",
            &[
                "export const newsArticles = pgTable(",
                "    printedOn: date('printed_on').notNull(),",
                "    slug: varchar('slug', { length: 60 }).notNull().unique(),",
                "export type NewsArticle = typeof newsArticles.$inferSelect;",
            ],
        ),
        ("src/app.ts", &["    .route('/news-articles', newsArticleRoutes(db));"]),
        ("drizzle/meta/_journal.json", &["      \"tag\": \"0001_create_news_articles\","]),
    ] {
        let text = text_of(&proposal, path);
        for line in lines {
            assert!(text.lines().any(|own| own == *line), "{line}\n{text}");
        }
    }
    let routes = text_of(&proposal, "src/news-articles/news-articles.routes.ts");
    assert!(!routes.contains("by-email"), "{routes}");
    assert!(proposal.remarks.iter().any(|remark| remark.contains("no way down")), "{:?}", proposal.remarks);
    assert_eq!(proposal, ask(&texts, "NewsArticle", ARTICLE).unwrap());
}

#[test]
fn what_is_there_already_stops_the_recipe() {
    let texts = fixture("hono_drizzle");
    match ask(&texts, "author", "title:string") {
        Err(ProposeError::Clash { place, .. }) => assert_eq!(place, "src/db/schema.ts:3"),
        other => panic!("{other:?}"),
    }
    match ask(&texts, "Article", "owner:belongs_to(Customer)") {
        Err(ProposeError::Input { hint, .. }) => assert_eq!(hint, "known tables: authors"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_generated_resource_is_what_drizzle_kit_expects_and_passes_its_own_tests() {
    if !is_real() {
        return;
    }
    let texts = fixture("hono_drizzle");
    let proposal = ask(&texts, "NewsArticle", ARTICLE).unwrap();
    let packages = installed("recipe-hono", texts.get("package.json").unwrap());
    let bin = |name: &str| packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned();
    let folder = folder_below(&packages);
    let folder = folder.path();
    write_tree(folder, &texts, &[&proposal]);
    // A repository of its own: the one around it ignores the target folder, and so would linters.
    run(folder, "git", &["init", "-q"], &[], 60);
    run(folder, &bin("tsc"), &["--noEmit"], &[], 120);
    run(folder, &bin("oxlint"), &["--deny-warnings", "src", "test"], &[], 60);
    run(folder, &bin("prettier"), &["--check", "src", "test"], &[], 60);
    let said = run(folder, &bin("drizzle-kit"), &["generate"], &[], 60);
    assert!(said.contains("No schema changes"), "{said}");
    let said = run(folder, &bin("vitest"), &VITEST, &[], 300);
    let what = "a resource of Hono";
    recipe_remains::run_without_one(what, &texts, &proposal, &packages, ("vitest", &VITEST));
    let generated = text_of(&proposal, "test/news-articles.test.ts").matches("\n  it('").count();
    let count = generated + 2;
    assert!(
        generated > 15 && said.contains(&format!("Tests  {count} passed ({count})")),
        "{count} tests\n{said}"
    );
}
