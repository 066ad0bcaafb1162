//! The `error-module` recipe for axum: the type, its form, the functions that refuse with it, what
//! is refused, and on the real crates the tests that it writes.
//!
//! The part that needs crates from crates.io runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it shares its target folder with the tests of the recipe `resource`.

use crate::{
    recipe_auth_axum::compile_without_each,
    recipe_axum::prove,
    recipe_hunks,
    support::{
        backend::{Texts, assert_cited, fixture, insert, is_real, run, text_of, with, write_tree},
        grown::ask,
        temp,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

fn errors(texts: &Texts) -> Result<Proposal, ProposeError> {
    ask("error-module", texts, ("axum", "sqlx"), &[])
}

/// The fixture before it had a type of errors: functions refuse with a pair of a status and what
/// `said` makes of a text.
fn refusing(pair: &str, said: &dyn Fn(&str) -> String) -> Texts {
    let mut texts = fixture("axum_app");
    texts.remove("src/error.rs");
    let mut change = |path: &str, changes: &[(&str, String)]| {
        let text = texts.get_mut(path).unwrap();
        for (old, new) in changes {
            assert!(text.contains(old), "{path}: {old}");
            *text = text.replace(old, new);
        }
    };
    change("src/lib.rs", &[("pub mod error;\n", String::new())]);
    let imports = if pair.contains("Json") {
        "use axum::Json;\nuse axum::http::StatusCode;\nuse serde_json::{Value, json};\nuse sqlx::SqlitePool;\n"
    } else {
        "use axum::http::StatusCode;\nuse sqlx::SqlitePool;\n"
    };
    change(
        "src/services/users.rs",
        &[
            ("use crate::error::AppError;\n", String::new()),
            ("use sqlx::SqlitePool;\n", imports.to_owned()),
            (
                "list(pool: &SqlitePool, limit: i64, offset: i64) -> Result<Vec<User>, AppError> {\n    Ok(users::list(pool, limit, offset).await?)",
                format!(
                    "list(\n    pool: &SqlitePool,\n    limit: i64,\n    offset: i64,\n) -> Result<Vec<User>, {pair}> {{\n    users::list(pool, limit, offset).await.map_err(internal)"
                ),
            ),
            ("AppError> {", format!("{pair}> {{")),
            ("        .await?\n", "        .await\n        .map_err(internal)?\n".into()),
            (
                "AppError::NotFound(format!(\"user {id}\"))",
                format!("(StatusCode::NOT_FOUND, {})", said("format!(\"user {id} not found\")")),
            ),
            (
                "    Ok(users::insert(pool, &body).await?)\n}\n",
                format!(
                    "    if body.name == \"root\" {{\n        return Err((StatusCode::CONFLICT, {}));\n    }}\n    Ok(users::insert(pool, &body).await.map_err(internal)?)\n}}\n\n/// What nobody can help.\nfn internal(_: sqlx::Error) -> {pair} {{\n    (StatusCode::INTERNAL_SERVER_ERROR, {})\n}}\n",
                    said("\"this name is taken\""),
                    said("\"something failed\"")
                ),
            ),
        ],
    );
    let invalid = format!("|error| (StatusCode::UNPROCESSABLE_ENTITY, {})", said("error.to_string()"));
    let json =
        if pair.contains("Json") { "use serde_json::{Value, json};\nuse validator" } else { "use validator" };
    change(
        "src/routes/users.rs",
        &[
            ("use crate::error::AppError;\n", String::new()),
            ("use validator", json.into()),
            ("AppError> {", format!("{pair}> {{")),
            (".validate()?", format!(".validate()\n        .map_err({invalid})?")),
        ],
    );
    texts
}

/// Plain text, as most begin.
fn plain() -> Texts {
    refusing("(StatusCode, String)", &|text| {
        if text.starts_with('"') { format!("{text}.to_string()") } else { text.to_owned() }
    })
}

/// An object with a key of the project's own.
fn keyed() -> Texts {
    refusing("(StatusCode, Json<Value>)", &|text| format!("Json(json!({{ \"problem\": {text} }}))"))
}

/// A project without functions that refuse, and without thiserror.
fn silent() -> Texts {
    let mut texts = plain();
    texts.insert("src/services/users.rs".into(), "use sqlx::SqlitePool;\n\nuse crate::models::User;\nuse crate::repositories::users;\n\npub async fn list(pool: &SqlitePool, limit: i64, offset: i64) -> Vec<User> {\n    users::list(pool, limit, offset).await.unwrap_or_default()\n}\n".into());
    texts.insert("src/routes/users.rs".into(), "use axum::extract::{Query, State};\nuse axum::routing::get;\nuse axum::{Json, Router};\n\nuse crate::AppState;\nuse crate::models::User;\nuse crate::page::PageQuery;\nuse crate::services::users;\n\npub fn router() -> Router<AppState> {\n    Router::new().route(\"/\", get(list))\n}\n\nasync fn list(State(state): State<AppState>, Query(page): Query<PageQuery>) -> Json<Vec<User>> {\n    Json(users::list(&state.pool, page.limit, page.offset).await)\n}\n".into());
    texts.remove("tests/users.rs");
    let manifest = texts.get_mut("Cargo.toml").unwrap();
    *manifest = manifest.replace("thiserror = \"2\"\n", "");
    texts
}

/// The sources as rustfmt writes them.
fn formatted(mut texts: Texts) -> Texts {
    let folder = temp::folder();
    write_tree(folder.path(), &texts, &[]);
    run(folder.path(), "cargo", &["fmt"], &[], 60);
    for (path, text) in texts.iter_mut().filter(|(path, _)| path.ends_with(".rs")) {
        *text = std::fs::read_to_string(folder.path().join(path)).unwrap();
    }
    texts
}

#[test]
fn functions_refuse_with_the_errors_of_the_domain_in_the_form_that_clients_know() {
    let texts = plain();
    let proposal = errors(&texts).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        ["src/error.rs", "src/lib.rs", "src/routes/users.rs", "src/services/users.rs", "tests/error.rs"]
    );
    let service = text_of(&proposal, "src/services/users.rs");
    for part in [
        "use sqlx::SqlitePool;\n\nuse crate::error::AppError;\nuse crate::models::{NewUser, User};\n",
        "limit: i64, offset: i64) -> Result<Vec<User>, AppError> {\n    users::list(pool, limit, offset)\n        .await\n        .map_err(AppError::from)\n",
        "    users::find(pool, id)\n        .await?\n        .ok_or_else(|| AppError::NotFound(format!(\"user {id} not found\")))\n",
        "        return Err(AppError::Conflict(\"this name is taken\".to_string()));\n",
        "    Ok(users::insert(pool, &body).await?)\n}\n",
    ] {
        assert!(service.contains(part), "{part}\n{service}");
    }
    assert!(!service.contains("internal") && !service.contains("StatusCode"), "{service}");
    let routes = text_of(&proposal, "src/routes/users.rs");
    assert!(
        routes.contains(
            "    page.validate()\n        .map_err(|error| AppError::Unprocessable(error.to_string()))?;"
        ),
        "{routes}"
    );
    let module = text_of(&proposal, "src/error.rs");
    for part in [
        "#[error(\"something failed\")]",
        "        (status, self.to_string()).into_response()\n",
        "thiserror::Error",
    ] {
        assert!(module.contains(part), "{part}\n{module}");
    }
    assert_cited(&proposal, &texts);
    assert_eq!(proposal, errors(&texts).unwrap());
}

#[test]
fn an_object_keeps_its_key_and_a_project_without_any_answers_problem_details() {
    let module = |texts: &Texts| text_of(&errors(texts).unwrap(), "src/error.rs").to_owned();
    let own = module(&keyed());
    assert!(own.contains("Json(json!({ \"problem\": self.to_string() }))"), "{own}");
    let own = module(&silent());
    assert!(
        own.contains("application/problem+json") && own.contains("impl fmt::Display for AppError"),
        "{own}"
    );
}

#[test]
fn functions_that_hand_on_what_is_not_understood_stay_together_with_where() {
    let mut texts = plain();
    insert(
        &mut texts,
        "src/services/users.rs",
        "    if body.name",
        "    if body.name == \"odd\" {\n        return Err((StatusCode::BAD_GATEWAY, \"odd\".to_string()));\n    }\n",
    );
    let proposal = errors(&texts).unwrap();
    let service = text_of(&proposal, "src/services/users.rs");
    assert!(service.contains("body: NewUser) -> Result<User, (StatusCode, String)>"), "{service}");
    assert!(
        service.contains("fn internal(") && service.contains("id: i64) -> Result<User, AppError>"),
        "{service}"
    );
    let routes = text_of(&proposal, "src/routes/users.rs");
    assert!(routes.contains("Result<(StatusCode, Json<User>), (StatusCode, String)>"), "{routes}");
    assert!(routes.contains("Result<Json<User>, AppError>"), "{routes}");
    let said = proposal.remarks.join("\n");
    assert!(said.contains("src/services/users.rs:22 (its status is no error of the domain)"), "{said}");
}

#[test]
fn a_backend_that_has_errors_is_refused_with_where() {
    let of = |texts: &Texts| match errors(texts) {
        Err(ProposeError::Clash { what, place }) => (what, place),
        other => panic!("{other:?}"),
    };
    let (what, place) = of(&fixture("axum_app"));
    assert_eq!(
        (what.as_str(), place.as_str()),
        ("a type of errors that axum answers, AppError,", "src/error.rs:18")
    );
    let texts = plain();
    assert_eq!(of(&with(&texts, &errors(&texts).unwrap())).1, "src/error.rs:32");
    let mut texts = plain();
    texts.insert("src/error.rs".into(), "pub const LIMIT: i64 = 1;\n".into());
    assert_eq!(of(&texts).1, "src/error.rs:1");
    let mut texts = plain();
    texts.remove("src/lib.rs");
    texts.remove("src/main.rs");
    assert!(matches!(errors(&texts), Err(ProposeError::NotApplicable(why)) if why.contains("src/lib.rs")));
}

#[test]
fn what_remains_without_any_hunk_names_only_what_is_there() {
    for texts in [plain(), keyed()] {
        recipe_hunks::assert_rust_without_each(&texts, &errors(&texts).unwrap());
    }
}

#[test]
fn errors_of_axum_pass_their_tests_and_what_remains_without_a_hunk_compiles() {
    if is_real() {
        for texts in [plain(), keyed()].map(formatted) {
            let proposal = errors(&texts).unwrap();
            let count = prove(&texts, &proposal, "tables [1, 0, 1]");
            println!("error-module: {count} passed");
            compile_without_each(&texts, &proposal);
        }
        prove(&silent(), &errors(&silent()).unwrap(), "tables [1, 0, 1]");
    }
}
