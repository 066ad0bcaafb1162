//! The `error-module` recipe for Express and Hono: the handler, its place and its shape, what is
//! refused, and on the real frameworks the tests that it writes.

use crate::{
    recipe_hunks,
    support::{
        backend::{
            Texts, VITEST, assert_cited, fixture, folder_below, installed, is_real, run, text_of, with,
            write_tree,
        },
        grown::{Frame, ask},
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

const EXPRESS: Frame = ("express", "kysely");
const HONO: Frame = ("hono", "drizzle");

fn errors(texts: &Texts, frame: Frame) -> Result<Proposal, ProposeError> {
    ask("error-module", texts, frame, &[])
}

/// The functions of Express before they had errors and a handler.
fn express() -> Texts {
    let mut texts = fixture("express_functions");
    texts.remove("src/errors.ts");
    texts.remove("src/middleware/handle-errors.ts");
    let app = texts.get_mut("src/app.ts").unwrap();
    *app = app
        .replace("import { handleErrors } from './middleware/handle-errors.js'\n", "")
        .replace("  app.use(handleErrors)\n", "");
    let service = texts.get_mut("src/services/user-service.ts").unwrap();
    *service = service
        .replace("import { HttpError, notFound } from '../errors.js'\n", "")
        .replace("throw notFound('User', id)", "throw new RangeError(`no user ${id}`)")
        .replace("throw new HttpError(409, 'this address is taken')", "throw new RangeError('taken')");
    let test = texts.get_mut("tests/user-routes.test.ts").unwrap();
    let (before, _) = test.split_once("\n  it('refuses an address").unwrap();
    *test = format!("{before}}})\n");
    texts
}

/// The same whose handlers answer errors in a shape of their own.
fn keyed() -> Texts {
    let mut texts = express();
    let routes = texts.get_mut("src/routes/user-routes.ts").unwrap();
    *routes = routes.replace(
        "  const user = await service.getUser(idParam.parse(req.params.id))\n",
        "  const user = await service.getUser(idParam.parse(req.params.id))\n  if (user.id < 0) {\n    res.status(404).json({ error: 'no such user' })\n    return\n  }\n",
    );
    texts
}

/// Hono with a service that throws the framework's errors.
fn hono() -> Texts {
    let mut texts = fixture("hono_drizzle");
    texts.insert(
        "src/authors/authors.service.ts".into(),
        "import { HTTPException } from 'hono/http-exception';\n\nexport function named(name: string | undefined): string {\n  if (!name) {\n    throw new HTTPException(422, { message: 'an author has a name' });\n  }\n  if (name.length > 80) {\n    throw new HTTPException(422);\n  }\n  return name;\n}\n".into(),
    );
    texts
}

#[test]
fn express_asks_the_handler_last_and_it_answers_in_the_shape_that_is_there() {
    let texts = keyed();
    let proposal = errors(&texts, EXPRESS).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["src/app.ts", "src/error-handler.ts", "src/errors.ts", "tests/error-handler.test.ts"]);
    assert!(
        text_of(&proposal, "src/app.ts")
            .contains("  app.use('/api/users', userRoutes)\n  app.use(answerError)\n")
    );
    let handler = text_of(&proposal, "src/error-handler.ts");
    assert!(handler.contains("  res.status(status).json({ error: message })\n"), "{handler}");
    assert!(proposal.remarks.iter().any(|one| one.contains("user-routes.ts:16")), "{:?}", proposal.remarks);
    assert_cited(&proposal, &texts);
    let proposal = errors(&express(), EXPRESS).unwrap();
    assert!(text_of(&proposal, "src/error-handler.ts").contains("application/problem+json"));
    assert!(proposal.remarks.iter().any(|one| one.contains("RFC 9457")), "{:?}", proposal.remarks);
}

#[test]
fn hono_has_the_handler_at_the_end_of_its_chain_and_services_throw_errors_of_the_domain() {
    let texts = hono();
    let proposal = errors(&texts, HONO).unwrap();
    assert!(
        text_of(&proposal, "src/app.ts").ends_with("authorRoutes(db))\n    .onError(answerError);\n"),
        "{}",
        text_of(&proposal, "src/app.ts")
    );
    let service = text_of(&proposal, "src/authors/authors.service.ts");
    assert!(service.contains("throw new UnprocessableError('an author has a name');"), "{service}");
    assert!(service.contains("throw new HTTPException(422);"), "{service}");
    let handler = text_of(&proposal, "src/error-handler.ts");
    assert!(handler.contains("new HTTPException(statusOf(error), { message }).getResponse()"), "{handler}");
    assert!(
        proposal.remarks.iter().any(|one| one.contains("authors.service.ts:8")),
        "{:?}",
        proposal.remarks
    );
    assert_cited(&proposal, &texts);
}

#[test]
fn a_backend_that_answers_errors_in_one_place_is_refused_with_where() {
    let of = |texts: &Texts, frame: Frame| match errors(texts, frame) {
        Err(ProposeError::Clash { place, .. }) => place,
        other => panic!("{other:?}"),
    };
    assert_eq!(of(&fixture("express_functions"), EXPRESS), "src/errors.ts:1");
    assert_eq!(of(&fixture("express_prisma"), ("express", "prisma")), "src/app.ts:2");
    let texts = hono();
    assert_eq!(of(&with(&texts, &errors(&texts, HONO).unwrap()), HONO), "src/app.ts:12");
    let mut texts = express();
    texts.remove("src/app.ts");
    assert!(
        matches!(errors(&texts, EXPRESS), Err(ProposeError::NotApplicable(why)) if why.contains("express()"))
    );
}

#[test]
fn what_remains_without_any_hunk_imports_only_what_is_there() {
    for (texts, frame) in [(keyed(), EXPRESS), (hono(), HONO)] {
        recipe_hunks::assert_typescript_without_each(&texts, &errors(&texts, frame).unwrap());
    }
}

/// Checks types, lints, checks the format and counts the tests; then checks types without each
/// hunk.
fn prove(packages: &str, texts: &Texts, frame: Frame, tests: &str) {
    let proposal = errors(texts, frame).unwrap();
    let packages = installed(packages, texts.get("package.json").unwrap());
    let bin = |name: &str| packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned();
    let folder = folder_below(&packages);
    let folder = folder.path();
    write_tree(folder, texts, &[&proposal]);
    // A repository of its own: the one around it ignores the target folder, and so would linters.
    run(folder, "git", &["init", "-q"], &[], 60);
    run(folder, &bin("tsc"), &["--noEmit"], &[], 120);
    run(folder, &bin("oxlint"), &["--deny-warnings", "src", tests], &[], 60);
    run(folder, &bin("prettier"), &["--check", "src", tests], &[], 60);
    let said = run(folder, &bin("vitest"), &VITEST, &[], 300);
    let after = with(texts, &proposal);
    let files = after.iter().filter(|(path, _)| path.ends_with(".test.ts"));
    let count: usize = files.map(|(_, text)| text.matches("\n  it('").count()).sum();
    assert!(count > 5 && said.contains(&format!("Tests  {count} passed ({count})")), "{count}\n{said}");
    let session = recipe_hunks::session(texts, &proposal);
    let hunks = session.hunks();
    for hunk in &hunks {
        println!("without hunk {} of {}: {:?}", hunk.id, hunks.len(), hunk.new_lines().first());
        let rest = recipe_hunks::without(texts, &session, &recipe_hunks::with_dependants(&hunks, hunk));
        let folder = folder_below(&packages);
        write_tree(folder.path(), &rest, &[]);
        run(folder.path(), &bin("tsc"), &["--noEmit"], &[], 120);
    }
}

#[test]
fn errors_of_express_pass_their_tests_and_what_remains_without_a_hunk_compiles() {
    if is_real() {
        prove("recipe-express", &keyed(), EXPRESS, "tests");
        prove("recipe-express", &express(), EXPRESS, "tests");
    }
}

#[test]
fn errors_of_hono_pass_their_tests_and_what_remains_without_a_hunk_compiles() {
    if is_real() {
        prove("recipe-hono", &hono(), HONO, "test");
    }
}
