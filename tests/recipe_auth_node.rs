//! The `auth` recipe for Express and Hono: what it refuses and asks, and users and sessions in
//! backends of functions, of classes, of functions that make objects, and of a chain, with all
//! three mappers. `recipe_auth_node_real` runs what is written here on the real packages.

use crate::{
    recipe_again::Memory,
    recipe_auth::again,
    recipe_hunks,
    recipe_remains::remainders,
    support::{
        backend::{Texts, assert_cited, fixture, insert, text_of, with},
        git::Sandbox,
        grown::{Frame, ask},
        program::Sandboxed,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};
use std::sync::Arc;

pub const KYSELY: Frame = ("express", "kysely");
pub const PRISMA: Frame = ("express", "prisma");
pub const DRIZZLE: Frame = ("hono", "drizzle");

/// The fixture of functions about books, so that nobody is a user yet.
pub fn books() -> Texts {
    let renamed = |text: &str| text.replace("User", "Book").replace("user", "book");
    fixture("express_functions").iter().map(|(path, text)| (renamed(path), renamed(text))).collect()
}

pub fn auth(texts: &Texts, frame: Frame, hash: &str) -> Result<Proposal, ProposeError> {
    ask("auth", texts, frame, &[("hash", hash)])
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

fn assert_holds(proposal: &Proposal, path: &str, parts: &[&str]) {
    let text = text_of(proposal, path);
    for part in parts {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn functions_get_functions_and_the_project_s_own_error() {
    let texts = books();
    let proposal = auth(&texts, KYSELY, "argon2id").unwrap();
    let expected = [
        "package.json",
        "src/app.ts",
        "src/db/database.ts",
        "src/db/migrations/0002-create-users.ts",
        "src/db/migrations/0003-create-refresh-tokens.ts",
        "src/db/migrations/index.ts",
        "src/middleware/require-user.ts",
        "src/rate-limit.ts",
        "src/repositories/auth-repository.ts",
        "src/routes/auth-routes.ts",
        "src/schemas/auth-schemas.ts",
        "src/security.ts",
        "src/services/auth-service.ts",
        "tests/auth-routes.test.ts",
        "vitest.config.ts",
    ];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    assert_holds(&proposal, "src/app.ts", &["  app.use('/api/auth', authRoutes)\n"]);
    assert_holds(&proposal, "package.json", &["    \"@node-rs/argon2\": \"^2", "    \"jose\": \"^6"]);
    assert_holds(&proposal, "src/security.ts", &["process.env.JWT_SECRET", "LEAST_KEY_BYTES = 32"]);
    assert_holds(
        &proposal,
        "src/services/auth-service.ts",
        &[
            "import * as store from '../repositories/auth-repository.js'\n",
            "new HttpError(401, 'not signed in')\n",
        ],
    );
    assert_holds(&proposal, "src/routes/auth-routes.ts", &["res.json({ data: shown(currentUser(res)) })\n"]);
    assert_eq!(proposal, auth(&texts, KYSELY, "argon2id").unwrap());
}

#[test]
fn classes_get_classes_and_the_handler_of_errors_learns_of_ours() {
    let texts = fixture("express_classes");
    let proposal = auth(&texts, KYSELY, "bcrypt").unwrap();
    let expected = [
        "package.json",
        "src/app.ts",
        "src/common/SignInError.ts",
        "src/common/errorMiddleware.ts",
        "src/database/migrations/20250301120001_create_users.ts",
        "src/database/migrations/20250301120002_create_refresh_tokens.ts",
        "src/database/tables.ts",
        "src/modules/auth/AuthController.ts",
        "src/modules/auth/AuthGuard.ts",
        "src/modules/auth/AuthLimit.ts",
        "src/modules/auth/AuthRepository.ts",
        "src/modules/auth/AuthSchemas.ts",
        "src/modules/auth/AuthSecurity.ts",
        "src/modules/auth/AuthService.ts",
        "tests/auth.test.ts",
        "vitest.config.ts",
    ];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    assert_holds(
        &proposal,
        "src/app.ts",
        &[
            "\tconst authService = new AuthService(authRepository);\n",
            "\tapp.use(\"/v1/auth\", authController.router);\n",
        ],
    );
    assert_holds(
        &proposal,
        "src/common/errorMiddleware.ts",
        &[
            "import { SignInError } from \"./SignInError.js\";\n",
            "\t} else if (error instanceof SignInError) {\n\t\tres.status(error.status).json({ message: error.message });\n",
        ],
    );
    assert_holds(
        &proposal,
        "src/modules/auth/AuthService.ts",
        &["export class AuthService {\n\tconstructor(private readonly store: AuthRepository) {}\n"],
    );
    assert_holds(&proposal, "package.json", &["\"bcrypt\": \"^6", "\"@types/bcrypt\": \"^6"]);
}

#[test]
fn a_service_of_queries_keeps_them_and_prisma_gets_two_models() {
    let texts = fixture("express_prisma");
    let proposal = auth(&texts, PRISMA, "argon2id").unwrap();
    let expected = [
        "package.json",
        "prisma/migrations/20250301090001_create_users/migration.sql",
        "prisma/migrations/20250301090002_create_refresh_tokens/migration.sql",
        "prisma/schema.prisma",
        "src/app.ts",
        "src/features/auth/auth.guard.ts",
        "src/features/auth/auth.limit.ts",
        "src/features/auth/auth.router.ts",
        "src/features/auth/auth.schema.ts",
        "src/features/auth/auth.security.ts",
        "src/features/auth/auth.service.ts",
        "src/sign-in-error.ts",
        "tests/auth.test.ts",
        "vitest.config.ts",
    ];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    assert_holds(&proposal, "src/app.ts", &["  app.use('/auth', authRouter(authService(prisma)));\n"]);
    assert_holds(
        &proposal,
        "src/features/auth/auth.service.ts",
        &[
            "export const authService = (prisma: PrismaClient) => ({\n",
            "prisma.user.findUnique({ where: { email } })",
        ],
    );
    assert!(
        proposal.remarks.iter().any(|one| one.contains("engine was not asked")),
        "{:?}",
        proposal.remarks
    );
}

#[test]
fn a_chain_gets_a_chain_and_the_exceptions_of_hono() {
    let texts = fixture("hono_drizzle");
    let proposal = auth(&texts, DRIZZLE, "argon2id").unwrap();
    let expected = [
        "drizzle/0001_create_users.sql",
        "drizzle/0002_create_refresh_tokens.sql",
        "drizzle/meta/0001_snapshot.json",
        "drizzle/meta/0002_snapshot.json",
        "drizzle/meta/_journal.json",
        "package.json",
        "src/app.ts",
        "src/auth/auth.guard.ts",
        "src/auth/auth.limit.ts",
        "src/auth/auth.routes.ts",
        "src/auth/auth.schema.ts",
        "src/auth/auth.security.ts",
        "src/auth/auth.service.ts",
        "src/db/schema.ts",
        "test/auth.test.ts",
        "vitest.config.ts",
    ];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    assert_holds(&proposal, "src/app.ts", &["    .route('/auth', authRoutes(db));\n"]);
    assert_holds(
        &proposal,
        "src/auth/auth.guard.ts",
        &["new HTTPException(401, { message: 'not signed in' })"],
    );
}

#[test]
fn a_hash_that_nobody_names_is_a_question_and_a_package_that_is_there_is_used() {
    let texts = books();
    match ask("auth", &texts, KYSELY, &[]) {
        Err(ProposeError::Input { what, hint }) => {
            assert!(what.contains("not said"), "{what}");
            assert!(hint.contains("hash=argon2id costs") && hint.contains("hash=bcrypt is right"), "{hint}");
        }
        other => panic!("{other:?}"),
    }
    let mut texts = texts;
    insert(&mut texts, "package.json", "    \"express\":", "    \"bcryptjs\": \"^3.0.0\",\n");
    let proposal = ask("auth", &texts, KYSELY, &[]).unwrap();
    assert_holds(&proposal, "src/security.ts", &["import { compare, hash } from 'bcryptjs'\n"]);
    assert!(!text_of(&proposal, "package.json").contains("@types/bcrypt"));
}

fn clash(texts: &Texts) -> (String, String) {
    match auth(texts, KYSELY, "argon2id") {
        Err(ProposeError::Clash { what, place }) => (what, place),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_backend_that_signs_people_in_is_refused_with_where() {
    assert_eq!(
        clash(&fixture("express_functions")),
        ("a table of users, users,".into(), "src/db/database.ts:11".into())
    );
    let mut texts = books();
    insert(&mut texts, "src/db/database.ts", "  display_name: string\n", "  password_hash: string\n");
    assert_eq!(clash(&texts), ("a table of users, books,".into(), "src/db/database.ts:11".into()));
    let mut texts = books();
    texts.insert("src/keys.ts".into(), "import { z } from 'zod'\nimport jwt from 'jsonwebtoken'\n".into());
    assert_eq!(clash(&texts), ("sign-in with jsonwebtoken".into(), "src/keys.ts:2".into()));
    let mut texts = books();
    let route = "bookRoutes.post('/login', (_req, res) => {\n  res.end()\n})\n\n";
    insert(&mut texts, "src/routes/book-routes.ts", "bookRoutes.get('/', ", route);
    assert_eq!(clash(&texts).0, "an endpoint POST /api/books/login");
    let mut texts = books();
    texts.insert("src/security.ts".into(), "export const KEEP = 1\n".into());
    assert_eq!(clash(&texts), ("src/security.ts".into(), "src/security.ts:1".into()));
}

#[test]
fn sign_in_is_not_written_without_its_tests_or_a_place_to_mount() {
    let mut texts = books();
    texts.retain(|path, _| !path.starts_with("tests/"));
    match auth(&texts, KYSELY, "argon2id") {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("without its tests"), "{why}"),
        other => panic!("{other:?}"),
    }
    let mut texts = books();
    let app = texts.get_mut("src/app.ts").unwrap();
    *app = app.replace("  app.use('/api/books', bookRoutes)\n", "");
    match auth(&texts, KYSELY, "argon2id") {
        Err(ProposeError::Input { what, .. }) => {
            assert!(what.contains("src/routes/book-routes.ts"), "{what}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn asked_again_it_keeps_what_a_person_wrote_and_the_hash() {
    let memory = Arc::new(Memory::default());
    let base = books();
    let first = again(&base, KYSELY, &[("hash", "bcrypt")], &memory).unwrap();
    let mut texts = with(&base, &first);
    let praise = "export const praise = () => 'well'\n\n";
    insert(&mut texts, "src/services/auth-service.ts", "export async function logout(", praise);
    match again(&texts, KYSELY, &[], &memory) {
        Err(ProposeError::Nothing(what)) => assert_eq!(what, "the recipe auth"),
        other => panic!("{other:?}"),
    }
    match again(&texts, KYSELY, &[("hash", "argon2id")], &memory) {
        Err(ProposeError::Input { what, .. }) => assert!(what.contains("bcrypt"), "{what}"),
        other => panic!("{other:?}"),
    }
    texts.remove("src/rate-limit.ts");
    match again(&texts, KYSELY, &[], &memory) {
        Err(ProposeError::Nothing(what)) => assert!(what.contains("src/rate-limit.ts"), "{what}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn from_the_command_line_it_is_on_disk_and_a_review_finds_nothing_new() {
    for texts in [books(), fixture("hono_drizzle")] {
        on_disk(&texts);
    }
}

fn on_disk(texts: &Texts) {
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (repository, sandbox) = (Sandbox::with(&files), Sandboxed::new());
    let root = repository.root();
    let ran =
        sandbox.run(&root, &["propose", "--recipe", "auth", "--set", "hash=argon2id", "--apply"]).expect(0);
    assert!(ran.err.contains("JWT_SECRET"), "{}", ran.err);
    let review = sandbox.run(&root, &["review", "--base", "HEAD", "--format", "json"]);
    let json = review.json();
    assert_eq!(json["findings"].as_array().unwrap().len(), 0, "{json:#}");
    repository.git(&["add", "."]);
    repository.git(&["commit", "-q", "-m", "auth"]);
    let ran = sandbox.run(&root, &["propose", "--recipe", "auth"]).expect(2);
    assert!(ran.err.contains("the recipe auth changed nothing"), "{}", ran.err);
}

#[test]
fn what_remains_without_any_hunk_imports_only_what_is_there() {
    for (texts, frame) in [(books(), KYSELY), (fixture("hono_drizzle"), DRIZZLE)] {
        let proposal = auth(&texts, frame, "argon2id").unwrap();
        let remainders = remainders(&texts, &proposal);
        assert!(remainders.len() > 10, "{}", remainders.len());
        for (name, rest) in remainders {
            let sources = rest.iter().filter(|(path, _)| path.ends_with(".ts"));
            let missing: Vec<String> =
                sources.flat_map(|(path, text)| recipe_hunks::typescript(&rest, path, text)).collect();
            assert_eq!(missing, Vec::<String>::new(), "without {name}");
        }
    }
}
