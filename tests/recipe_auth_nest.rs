//! The `auth` recipe for NestJS and TypeORM: what it refuses and asks, and on the real framework
//! two backends with users, as ES modules and in CommonJS, migrated up, down and up, compiled,
//! linted and tested.
//!
//! The part that needs packages from npm runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it keeps its packages in the target folder.

use crate::{
    recipe_hunks,
    recipe_nest::prove,
    support::{
        backend::{
            JEST, Texts, VITEST, assert_cited, fixture, folder_below, insert, installed, is_real, run,
            text_of, with, write_tree,
        },
        grown::ask,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

/// The ES modules about books, so that nobody is a user yet.
fn books() -> Texts {
    let renamed = |text: &str| text.replace("User", "Book").replace("user", "book");
    fixture("nest_esm").iter().map(|(path, text)| (renamed(path), renamed(text))).collect()
}

fn auth(texts: &Texts, inputs: &[(&str, &str)]) -> Result<Proposal, ProposeError> {
    ask("auth", texts, ("nestjs", "typeorm"), inputs)
}

const ARGON: &[(&str, &str)] = &[("hash", "argon2id")];

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn users_come_as_a_module_with_guards_in_the_form_of_the_example() {
    let texts = books();
    let proposal = auth(&texts, ARGON).unwrap();
    assert_eq!(
        paths(&proposal),
        [
            "package.json",
            "src/app.module.ts",
            "src/auth/auth.controller.ts",
            "src/auth/auth.guard.ts",
            "src/auth/auth.module.ts",
            "src/auth/auth.service.ts",
            "src/auth/current-user.decorator.ts",
            "src/auth/dto/credentials.dto.ts",
            "src/auth/dto/renewal.dto.ts",
            "src/auth/refresh-token.entity.ts",
            "src/auth/roles.guard.ts",
            "src/auth/security.ts",
            "src/auth/user.entity.ts",
            "src/database/data-source.ts",
            "src/database/migrations/1750000000001-create-users-and-tokens.ts",
            "src/main.ts",
            "test/auth.e2e-spec.ts",
        ]
    );
    assert_cited(&proposal, &texts);
    for (path, part) in [
        ("src/app.module.ts", "    BooksModule,\n    AuthModule,\n"),
        ("src/main.ts", "  signingKey();\n  const app = await NestFactory.create(AppModule);\n"),
        ("src/auth/auth.service.ts", "throw new NotFoundException(`User ${id} not found`);"),
        ("package.json", "    \"@nestjs/jwt\": \"^12.0.0\",\n"),
        ("package.json", "    \"@node-rs/argon2\": \"^2.0.0\",\n"),
    ] {
        let text = text_of(&proposal, path);
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert_eq!(proposal, auth(&texts, ARGON).unwrap());
}

#[test]
fn the_other_style_is_kept_as_well() {
    let texts = fixture("nest_cjs");
    let proposal = auth(&texts, &[("hash", "bcrypt")]).unwrap();
    assert_cited(&proposal, &texts);
    for (path, part) in [
        (
            "src/auth/entities/user.entity.ts",
            "@Entity({ name: \"users\" })\nexport class UserEntity extends AppEntity {\n",
        ),
        (
            "src/auth/entities/refresh-token.entity.ts",
            "    @Column({ name: \"user_id\", type: \"uuid\" })\n    userId: string;\n",
        ),
        ("src/auth/auth.service.ts", "throw new RecordNotFoundError(\"User\", id);"),
        ("src/auth/auth.controller.ts", "@Controller(\"v1/auth\")"),
        ("src/auth/dto/credentials.dto.ts", "    @IsByteLength(0, 72)\n"),
        ("src/auth/security.ts", "import { compare, hash } from \"bcrypt\";"),
    ] {
        let text = text_of(&proposal, path);
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn a_backend_that_signs_people_in_is_refused_with_where() {
    let clash = |texts: &Texts| match auth(texts, ARGON) {
        Err(ProposeError::Clash { what, place }) => (what, place),
        other => panic!("{other:?}"),
    };
    let clean = books();
    assert_eq!(
        clash(&fixture("nest_esm")),
        ("an entity of users, User,".into(), "src/users/user.entity.ts:10".into())
    );
    let mut texts = clean.clone();
    insert(
        &mut texts,
        "src/books/book.entity.ts",
        "  @CreateDateColumn",
        "  @Column()\n  passwordHash!: string;\n\n",
    );
    assert_eq!(clash(&texts).0, "an entity of users, Book,");
    let mut texts = clean.clone();
    insert(
        &mut texts,
        "src/configure.ts",
        "import { INestApplication",
        "import { JwtService } from '@nestjs/jwt';\n",
    );
    assert_eq!(clash(&texts), ("sign-in or limits with @nestjs/jwt".into(), "src/configure.ts:1".into()));
    let mut texts = clean.clone();
    insert(
        &mut texts,
        "src/books/books.controller.ts",
        "  @Get(':id')",
        "  @Post('login')\n  login() {}\n\n",
    );
    assert_eq!(clash(&texts).0, "an endpoint POST /books/login");
    let mut texts = clean;
    texts.insert("src/auth/security.ts".into(), "export const KEEP = 1;\n".into());
    assert_eq!(clash(&texts), ("src/auth/security.ts".into(), "src/auth/security.ts:1".into()));
}

#[test]
fn where_it_cannot_be_whole_nothing_is_written() {
    let why = |texts: &Texts| match auth(texts, ARGON) {
        Err(ProposeError::NotApplicable(why)) => why,
        other => panic!("{other:?}"),
    };
    let clean = books();
    let mut texts = clean.clone();
    texts.retain(|path, _| !path.starts_with("test/"));
    assert!(why(&texts).contains("without its tests"), "{}", why(&texts));
    let mut texts = clean.clone();
    texts.retain(|path, _| !path.contains("migrations/"));
    assert!(why(&texts).contains("no migration"), "{}", why(&texts));
    let mut texts = clean.clone();
    texts.remove("src/main.ts");
    assert!(why(&texts).contains("NestFactory.create"), "{}", why(&texts));
    match auth(&clean, &[]) {
        Err(ProposeError::Input { hint, .. }) => assert!(hint.contains("hash=argon2id costs"), "{hint}"),
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn what_remains_without_any_hunk_parses_and_imports_only_what_is_there() {
    let texts = books();
    recipe_hunks::assert_typescript_without_each(&texts, &auth(&texts, ARGON).unwrap());
}

/// Lines of a backend that begin a test.
fn tests_of(texts: &Texts) -> usize {
    let files = texts.iter().filter(|(path, _)| path.contains("test"));
    let begins = |line: &&str| ["it('", "test(\""].iter().any(|begin| line.trim_start().starts_with(begin));
    files.map(|(_, text)| text.lines().filter(begins).count()).sum()
}

/// Compiles what remains when each hunk in turn is rejected with those that need it.
fn compile_without_each(name: &str, texts: &Texts, proposal: &Proposal) {
    let packages = installed(&format!("recipe-{name}"), &with(texts, proposal)["package.json"]);
    let tsc = packages.join("node_modules/.bin/tsc").to_str().unwrap().to_owned();
    let session = recipe_hunks::session(texts, proposal);
    let hunks = session.hunks();
    for hunk in &hunks {
        println!("without hunk {} of {}: {:?}", hunk.id, hunks.len(), hunk.new_lines().first());
        let rest = recipe_hunks::without(texts, &session, &recipe_hunks::with_dependants(&hunks, hunk));
        let folder = folder_below(&packages);
        write_tree(folder.path(), &rest, &[]);
        run(folder.path(), &tsc, &["--noEmit"], &[], 120);
    }
}

#[test]
fn users_of_es_modules_pass_their_tests_and_what_remains_without_a_hunk_compiles() {
    if is_real() {
        let texts = books();
        let proposal = auth(&texts, ARGON).unwrap();
        let said = prove("nest-auth-esm", &texts, &proposal, ("vitest", &VITEST), 2);
        let count = tests_of(&with(&texts, &proposal));
        assert!(count > 10 && said.contains(&format!("Tests  {count} passed ({count})")), "{count}\n{said}");
        println!("auth of ES modules: {count} passed");
        compile_without_each("nest-auth-esm", &texts, &proposal);
    }
}

#[test]
fn users_of_commonjs_pass_their_tests() {
    if is_real() {
        let texts = fixture("nest_cjs");
        let proposal = auth(&texts, &[("hash", "bcrypt")]).unwrap();
        let said = prove("nest-auth-cjs", &texts, &proposal, ("jest", &JEST), 2);
        let count = tests_of(&with(&texts, &proposal));
        assert!(
            count > 10 && said.contains(&format!("Tests:       {count} passed, {count} total")),
            "{count}\n{said}"
        );
        println!("auth of CommonJS: {count} passed");
    }
}
