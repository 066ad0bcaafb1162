//! The `error-module` recipe for NestJS: the filter and its place, what services throw, what is
//! refused, and on the real framework both kinds of modules.

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

fn errors(texts: &Texts) -> Result<Proposal, ProposeError> {
    ask("error-module", texts, ("nestjs", "typeorm"), &[])
}

/// The CommonJS fixture before it had a filter: its service throws the framework's errors.
fn plain() -> Texts {
    let mut texts = fixture("nest_cjs");
    texts.remove("src/common/not-found.filter.ts");
    texts.remove("src/common/record-not-found.error.ts");
    let root = texts.get_mut("src/app.module.ts").unwrap();
    *root = root
        .replace("import { NotFoundFilter } from \"./common/not-found.filter\";\n", "")
        .replace("        { provide: APP_FILTER, useClass: NotFoundFilter },\n", "")
        .replace("APP_FILTER, APP_PIPE", "APP_PIPE");
    let service = texts.get_mut("src/article/article.service.ts").unwrap();
    *service = service
        .replace("import { Injectable }", "import { Injectable, NotFoundException }")
        .replace("import { RecordNotFoundError } from \"../common/record-not-found.error\";\n", "")
        .replace(
            "new RecordNotFoundError(\"Article\", id)",
            "new NotFoundException(`Article ${id} does not exist`)",
        );
    let test = texts.get_mut("test/article.e2e-spec.ts").unwrap();
    *test = test.replace(
        "        expect(answer.body.wordCount).toBe(3);\n    });\n",
        "        expect(answer.body.wordCount).toBe(3);\n    });\n\n    test(\"a missing article is answered as before\", async () => {\n        const id = \"00000000-0000-4000-8000-000000000000\";\n        const answer = await request(server.getHttpServer()).get(`/v1/articles/${id}`);\n        expect(answer.status).toBe(404);\n        expect(answer.text).toBe(\n            `{\"message\":\"Article ${id} does not exist\",\"error\":\"Not Found\",\"statusCode\":404}`\n        );\n    });\n",
    );
    texts
}

#[test]
fn the_filter_is_a_provider_and_services_throw_errors_of_the_domain() {
    let texts = fixture("nest_esm");
    let proposal = errors(&texts).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "src/app.module.ts",
            "src/common/app-error.filter.ts",
            "src/common/app-error.ts",
            "src/users/users.service.ts",
            "test/app-error.e2e-spec.ts",
        ]
    );
    assert!(
        text_of(&proposal, "src/app.module.ts")
            .contains("  ],\n  providers: [{ provide: APP_FILTER, useClass: AppErrorFilter }],\n})")
    );
    let service = text_of(&proposal, "src/users/users.service.ts");
    assert!(service.contains("throw new NotFoundError(`User ${id} not found`);"), "{service}");
    assert!(service.contains("import { Injectable } from '@nestjs/common';"), "{service}");
    assert_cited(&proposal, &texts);
    let root = errors(&plain()).unwrap();
    let root = text_of(&root, "src/app.module.ts");
    assert!(
        root.contains("    providers: [\n        { provide: APP_FILTER, useClass: AppErrorFilter },\n        { provide: APP_PIPE"),
        "{root}"
    );
    assert!(root.contains("import { APP_FILTER, APP_PIPE } from"), "{root}");
}

#[test]
fn who_asks_for_the_frameworks_errors_keeps_them_and_what_says_more_stays() {
    let mut texts = fixture("nest_esm");
    insert(
        &mut texts,
        "src/users/users.controller.ts",
        "@Controller(",
        "export const isMissing = (error: unknown) => error instanceof NotFoundException;\n\n",
    );
    let proposal = errors(&texts).unwrap();
    assert!(proposal.files.iter().all(|file| !file.path.ends_with("service.ts")));
    assert!(
        proposal.remarks.iter().any(|one| one.contains("users.controller.ts:19")),
        "{:?}",
        proposal.remarks
    );
    let mut texts = fixture("nest_esm");
    let service = texts.get_mut("src/users/users.service.ts").unwrap();
    *service = service.replace("(`User ${id} not found`)", "({ id })");
    let proposal = errors(&texts).unwrap();
    assert!(proposal.remarks.iter().any(|one| one.contains("it says more than a text")));
}

#[test]
fn a_project_that_has_a_filter_or_no_root_is_refused_with_where() {
    match errors(&fixture("nest_cjs")) {
        Err(ProposeError::Clash { what, place }) => {
            assert_eq!(what, "a filter of errors, NotFoundFilter,");
            assert_eq!(place, "src/common/not-found.filter.ts:5");
        }
        other => panic!("{other:?}"),
    }
    let texts = fixture("nest_esm");
    let taken = with(&texts, &errors(&texts).unwrap());
    assert!(matches!(errors(&taken), Err(ProposeError::Clash { .. })));
    let mut texts = fixture("nest_esm");
    texts.remove("src/main.ts");
    assert!(
        matches!(errors(&texts), Err(ProposeError::NotApplicable(why)) if why.contains("NestFactory.create"))
    );
}

#[test]
fn what_remains_without_any_hunk_imports_only_what_is_there() {
    let texts = fixture("nest_esm");
    recipe_hunks::assert_typescript_without_each(&texts, &errors(&texts).unwrap());
}

/// The lines of a backend's tests that begin one.
fn tests_of(texts: &Texts) -> usize {
    let files = texts.iter().filter(|(path, _)| path.ends_with("spec.ts"));
    let begins = |line: &&str| ["it(", "test("].iter().any(|word| line.trim_start().starts_with(word));
    files.map(|(_, text)| text.lines().filter(begins).count()).sum()
}

#[test]
fn errors_of_es_modules_pass_their_tests_and_what_remains_without_a_hunk_compiles() {
    if is_real() {
        let texts = fixture("nest_esm");
        let proposal = errors(&texts).unwrap();
        let said = prove("nest-esm", &texts, &proposal, ("vitest", &VITEST), 1);
        let count = tests_of(&with(&texts, &proposal));
        assert!(count == 7 && said.contains(&format!("Tests  {count} passed ({count})")), "{count}\n{said}");
        let packages = installed("recipe-nest-esm", &texts["package.json"]);
        let tsc = packages.join("node_modules/.bin/tsc").to_str().unwrap().to_owned();
        let session = recipe_hunks::session(&texts, &proposal);
        let hunks = session.hunks();
        for hunk in &hunks {
            println!("without hunk {} of {}: {:?}", hunk.id, hunks.len(), hunk.new_lines().first());
            let rest = recipe_hunks::without(&texts, &session, &recipe_hunks::with_dependants(&hunks, hunk));
            let folder = folder_below(&packages);
            write_tree(folder.path(), &rest, &[]);
            run(folder.path(), &tsc, &["--noEmit"], &[], 120);
        }
    }
}

#[test]
fn errors_of_commonjs_pass_their_tests() {
    if is_real() {
        let texts = plain();
        let proposal = errors(&texts).unwrap();
        let said = prove("nest-cjs", &texts, &proposal, ("jest", &JEST), 1);
        let count = tests_of(&with(&texts, &proposal));
        assert!(
            count == 7 && said.contains(&format!("Tests:       {count} passed, {count} total")),
            "{count}\n{said}"
        );
    }
}
