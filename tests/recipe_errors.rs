//! The `error-module` recipe for FastAPI: in which shape errors are answered, what services raise
//! afterwards, what is refused, and on the real framework in backends of opposite habits.
//!
//! The part that needs packages from PyPI runs in a stage of its own, with `PROSCENIUM_REAL=1`.

use crate::{
    recipe_auth, recipe_auth_sqlmodel, recipe_hunks,
    support::{
        backend::{
            Texts, assert_cited, fixture, folder_below, insert, is_real, mypy_cache, run, text_of, with,
            write_tree,
        },
        grown::{Frame, ask},
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};
use std::path::Path;

const FRAME: Frame = ("fastapi", "sqlalchemy");

fn errors(texts: &Texts, frame: Frame) -> Result<Proposal, ProposeError> {
    ask("error-module", texts, frame, &[])
}

/// The layered fixture before it had errors of its own: its service raises the framework's.
fn plain() -> Texts {
    let mut texts = fixture("fastapi_app");
    texts.remove("app/errors.py");
    let main = "from fastapi import FastAPI\n\nfrom app.routers import users\n\n\ndef create_app() -> FastAPI:\n    app = FastAPI()\n    app.include_router(users.router, prefix=\"/api\")\n    return app\n\n\napp = create_app()\n";
    texts.insert("app/main.py".into(), main.into());
    let service = texts.get_mut("app/services/user_service.py").unwrap();
    *service = service
        .replace(
            "from app.errors import NotFound\n",
            "from fastapi import HTTPException, status\nfrom sqlalchemy.exc import IntegrityError\n\n",
        )
        .replace(
            "            raise NotFound(f\"user {user_id}\")\n",
            "            raise HTTPException(\n                status_code=status.HTTP_404_NOT_FOUND,\n                detail=f\"user {user_id}\",\n            )\n",
        )
        .replace(
            "        user = await self.users.add(User(**body.model_dump()))\n",
            "        try:\n            user = await self.users.add(User(**body.model_dump()))\n        except IntegrityError as error:\n            await self.users.session.rollback()\n            raise HTTPException(409, \"this address is taken\") from error\n",
        );
    let test = texts.get_mut("tests/test_users.py").unwrap();
    test.push_str("\n\nasync def test_errors_are_answered_as_before(client: AsyncClient) -> None:\n    missing = await client.get(\"/api/users/999\")\n    assert (missing.status_code, missing.content) == (404, b'{\"detail\":\"user 999\"}')\n    sent = {\"email\": \"ada@example.org\"}\n    await client.post(\"/api/users\", json=sent)\n    taken = await client.post(\"/api/users\", json=sent)\n    assert taken.status_code == 409\n    assert taken.content == b'{\"detail\":\"this address is taken\"}'\n");
    texts
}

/// The same whose service knows nothing of HTTP, so that no client knows a shape.
fn silent() -> Texts {
    let mut texts = plain();
    let service = texts.get_mut("app/services/user_service.py").unwrap();
    let (before, rest) = service.split_once("            raise HTTPException(\n").unwrap();
    let (_, rest) = rest.split_once("            )\n").unwrap();
    let text = format!("{before}            raise LookupError(f\"user {{user_id}}\")\n{rest}");
    *service = text
        .replace("raise HTTPException(409, \"this address is taken\") from error", "raise")
        .replace("from fastapi import HTTPException, status\n", "")
        .replace(" as error:", ":");
    let test = texts.get_mut("tests/test_users.py").unwrap();
    *test = test.split_once("\n\nasync def test_errors_are_answered").unwrap().0.to_owned();
    texts
}

/// The same with an envelope of its own around the framework's errors.
fn enveloped() -> Texts {
    let mut texts = plain();
    let envelope = "from fastapi import FastAPI, Request\nfrom fastapi.responses import JSONResponse\nfrom starlette.exceptions import HTTPException\n\n\nasync def answer_http(_: Request, error: Exception) -> JSONResponse:\n    status = error.status_code if isinstance(error, HTTPException) else 500\n    detail = error.detail if isinstance(error, HTTPException) else \"\"\n    return JSONResponse({\"error\": {\"message\": detail}}, status)\n\n\ndef add_envelope(app: FastAPI) -> None:\n    app.add_exception_handler(HTTPException, answer_http)\n";
    texts.insert("app/envelope.py".into(), envelope.into());
    insert(&mut texts, "app/main.py", "    app.include_router", "    add_envelope(app)\n");
    insert(&mut texts, "app/main.py", "from app.routers", "from app.envelope import add_envelope\n");
    let test = texts.get_mut("tests/test_users.py").unwrap();
    let (before, _) = test.split_once("    assert (missing.status_code").unwrap();
    let after = "    assert missing.status_code == 404\n    assert missing.json() == {\"error\": {\"message\": \"user 999\"}}\n    sent = {\"email\": \"ada@example.org\"}\n    await client.post(\"/api/users\", json=sent)\n    taken = await client.post(\"/api/users\", json=sent)\n    assert taken.json() == {\"error\": {\"message\": \"this address is taken\"}}\n";
    *test = format!("{before}{after}");
    texts
}

#[test]
fn services_raise_errors_of_the_domain_and_the_application_answers_them() {
    let texts = plain();
    let proposal = errors(&texts, FRAME).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "app/error_handlers.py",
            "app/errors.py",
            "app/main.py",
            "app/services/user_service.py",
            "tests/test_error_handlers.py",
        ]
    );
    assert!(
        text_of(&proposal, "app/main.py")
            .contains("    app = FastAPI()\n    register_error_handlers(app)\n    app.include_router")
    );
    let service = text_of(&proposal, "app/services/user_service.py");
    assert!(service.contains("            raise NotFoundError(f\"user {user_id}\")\n"), "{service}");
    assert!(service.contains("raise ConflictError(\"this address is taken\") from error\n"), "{service}");
    assert!(
        !service.contains("fastapi")
            && service.contains("from app.errors import ConflictError, NotFoundError\n")
    );
    assert!(text_of(&proposal, "app/error_handlers.py").contains("JSONResponse({\"detail\": str(error)}"));
    assert!(proposal.remarks.iter().any(|one| one.contains("user_service.py:16")), "{:?}", proposal.remarks);
    assert_cited(&proposal, &texts);
}

#[test]
fn the_shape_is_the_projects_own_or_that_of_the_rfc_and_is_told() {
    let proposal = errors(&enveloped(), FRAME).unwrap();
    let handlers = text_of(&proposal, "app/error_handlers.py");
    assert!(handlers.contains("return await answer_http(request, HTTPException("), "{handlers}");
    assert!(
        proposal.remarks.iter().any(|one| one.contains("answer_http") && one.contains("app/envelope.py:13"))
    );
    let proposal = errors(&silent(), FRAME).unwrap();
    assert!(text_of(&proposal, "app/error_handlers.py").contains("media_type=\"application/problem+json\""));
    assert!(proposal.remarks.iter().any(|one| one.contains("RFC 9457")), "{:?}", proposal.remarks);
}

#[test]
fn what_somebody_waits_for_or_says_more_is_left_and_told() {
    let mut texts = plain();
    texts.insert(
        "app/jobs.py".into(),
        "from fastapi import HTTPException\n\n\ndef work() -> None:\n    try:\n        print(1)\n    except HTTPException:\n        pass\n".into(),
    );
    let proposal = errors(&texts, FRAME).unwrap();
    assert!(proposal.files.iter().all(|file| !file.path.contains("services")));
    assert!(proposal.remarks.iter().any(|one| one.contains("app/jobs.py:7")), "{:?}", proposal.remarks);
    let mut texts = plain();
    let service = texts.get_mut("app/services/user_service.py").unwrap();
    *service = service.replace("\"this address is taken\"", "{\"code\": 7}");
    let proposal = errors(&texts, FRAME).unwrap();
    let service = text_of(&proposal, "app/services/user_service.py");
    assert!(service.contains("from fastapi import HTTPException\n") && service.contains("NotFoundError("));
    assert!(proposal.remarks.iter().any(|one| one.contains("it says more than a text")));
}

#[test]
fn a_project_that_answers_errors_in_one_place_is_refused_with_where() {
    let of = |texts: &Texts| match errors(texts, FRAME) {
        Err(ProposeError::Clash { what, place }) => (what, place),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        of(&fixture("fastapi_app")),
        ("a module of errors, with ShopError,".into(), "app/errors.py:1".into())
    );
    // Asked again, it is there.
    let texts = plain();
    let taken = with(&texts, &errors(&texts, FRAME).unwrap());
    assert_eq!(of(&taken).1, "app/error_handlers.py:1".replace("_handlers.py:1", "s.py:4"));
    let mut texts = plain();
    texts.insert("app/error_handlers.py".into(), "KEEP = 1\n".into());
    assert_eq!(of(&texts).1, "app/error_handlers.py:1");
    let mut texts = plain();
    texts.remove("app/main.py");
    match errors(&texts, FRAME) {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("FastAPI("), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_remains_without_any_hunk_imports_only_what_is_there() {
    for texts in [plain(), enveloped()] {
        recipe_hunks::assert_python_without_each(&texts, &errors(&texts, FRAME).unwrap());
    }
}

/// Every test ran, with those that the recipe wrote.
pub fn assert_all_ran(texts: &Texts, said: &str) {
    let begins = ["def test_", "async def test_"];
    let is_test = |line: &&str| begins.iter().any(|begin| line.trim_start().starts_with(begin));
    let files = texts.iter().filter(|(path, _)| path.contains("test"));
    let count: usize = files.map(|(_, text)| text.lines().filter(is_test).count()).sum();
    assert!(
        count > 5 && said.contains(&format!("{count} passed")) && !said.contains("skipped"),
        "{count}\n{said}"
    );
    println!("{count} passed");
}

/// Lints, checks types and counts the tests, then the first two without each hunk.
fn prove(texts: &Texts, root: &str, frame: Frame, bin: &Path) {
    let proposal = errors(texts, frame).unwrap();
    let tool = |name: &str| bin.join(name).to_str().unwrap().to_owned();
    let folder = folder_below(bin.parent().unwrap());
    write_tree(folder.path(), texts, &[&proposal]);
    let root_folder = folder.path().join(root);
    let settings =
        [("PYTHONDONTWRITEBYTECODE", "1"), ("PYTHONPATH", "."), ("DATABASE_URL", "sqlite:///proof.sqlite3")];
    let cache = mypy_cache(bin.parent().unwrap());
    let checks = |root_folder: &Path| {
        run(root_folder, &tool("ruff"), &["check", "--no-cache", "."], &[], 60);
        let arguments = ["--strict", "--cache-dir", cache.path().to_str().unwrap(), "app"];
        run(root_folder, &tool("mypy"), &arguments, &settings, 180);
    };
    checks(&root_folder);
    run(&root_folder, &tool("ruff"), &["format", "--no-cache", "--diff", "."], &[], 60);
    let arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider"];
    let said = run(&root_folder, &tool("python"), &arguments, &settings, 180);
    assert_all_ran(&with(texts, &proposal), &said);
    recipe_auth::without_each(texts, root, &proposal, bin, &checks);
}

#[test]
fn errors_of_fastapi_backends_pass_their_tests() {
    if is_real() {
        let bin = recipe_auth::packages();
        for texts in [plain(), silent(), enveloped()] {
            prove(&texts, "", FRAME, &bin);
        }
        prove(&fixture("fastapi_sync"), "backend", FRAME, &bin);
    }
}

#[test]
fn errors_of_a_sqlmodel_backend_pass_their_tests() {
    if is_real() {
        let bin = recipe_auth_sqlmodel::packages();
        prove(&fixture("sqlmodel_flat"), "backend", ("fastapi", "sqlmodel"), &bin);
    }
}
