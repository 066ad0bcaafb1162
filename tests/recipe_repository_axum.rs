//! The `repository` recipe for axum and SQLx: modules of functions that are handed a pool, a
//! structure that holds one, and functions of an executor in one file. On the real crates each
//! backend is compiled, linted and checked for its form, all of its tests run, and they are counted.
//!
//! The part that needs crates from crates.io runs with the stage of `recipe_endpoint`; it shares its
//! target folder with the tests of the recipe `resource`.

use crate::{
    postgres_axum::served,
    recipe_auth_axum,
    recipe_axum::{passed, prove},
    recipe_hunks,
    support::{
        backend::{Texts, assert_cited, fixture, insert, is_real, text_of, with, write_tree},
        grown::{Frame, Grown, ask},
        postgres::{Database, exchange},
        temp,
    },
};
use proscenium::domain::proposal::Proposal;

pub const RECIPE: &str = "repository";
pub const AXUM: Frame = ("axum", "sqlx");
pub const NOTE: &[(&str, &str)] = &[("name", "Note")];
pub const REPOSITORY: &str = "src/repositories/users.rs";

pub fn put(texts: &mut Texts, path: &str, text: &str) {
    texts.insert(path.to_owned(), text.to_owned());
}

/// A row that a service asks the database for itself: it belongs to a user, whom the body does not
/// name, and has a column whose name SQL keeps for itself.
pub fn functions() -> Texts {
    let mut texts = fixture("axum_app");
    put(
        &mut texts,
        "migrations/20250602120000_create_notes.up.sql",
        "CREATE TABLE notes (\n    id INTEGER PRIMARY KEY AUTOINCREMENT,\n    title TEXT NOT NULL,\n    code TEXT NOT NULL UNIQUE,\n    state TEXT NOT NULL CHECK (state IN ('open', 'done')),\n    stars INTEGER NOT NULL,\n    weight REAL NOT NULL DEFAULT 1.5,\n    \"order\" INTEGER,\n    seen_at TEXT,\n    author_id INTEGER NOT NULL REFERENCES users (id),\n    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,\n    updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP\n);\n",
    );
    put(&mut texts, "migrations/20250602120000_create_notes.down.sql", "DROP TABLE notes;\n");
    put(
        &mut texts,
        "src/models/note.rs",
        "use chrono::{DateTime, Utc};\nuse serde::{Deserialize, Serialize};\n\n#[derive(Debug, Clone, Serialize, sqlx::FromRow)]\npub struct Note {\n    pub id: i64,\n    pub title: String,\n    pub code: String,\n    pub state: String,\n    pub stars: i64,\n    pub weight: f64,\n    pub order: Option<i64>,\n    pub seen_at: Option<DateTime<Utc>>,\n    pub author_id: i64,\n    pub created_at: DateTime<Utc>,\n    pub updated_at: DateTime<Utc>,\n}\n\n#[derive(Debug, Deserialize)]\npub struct NewNote {\n    pub title: String,\n    pub code: String,\n    pub state: String,\n    pub stars: i64,\n    pub weight: Option<f64>,\n    pub order: Option<i64>,\n    pub seen_at: Option<DateTime<Utc>>,\n}\n",
    );
    let models = "src/models/mod.rs";
    put(
        &mut texts,
        models,
        "pub mod note;\npub mod user;\n\npub use note::{NewNote, Note};\npub use user::{NewUser, User};\n",
    );
    put(
        &mut texts,
        "src/services/notes.rs",
        "use sqlx::SqlitePool;\n\nuse crate::error::AppError;\nuse crate::models::Note;\n\npub async fn open(pool: &SqlitePool) -> Result<Vec<Note>, AppError> {\n    let sql = \"SELECT * FROM notes WHERE state = 'open' LIMIT 50\";\n    Ok(sqlx::query_as(sql).fetch_all(pool).await?)\n}\n",
    );
    put(&mut texts, "src/services/mod.rs", "pub mod notes;\npub mod users;\n");
    texts
}

/// A structure that holds the pool, with errors of the domain and tests of its own; nothing says
/// what a note is made of.
pub fn held() -> Texts {
    let mut texts = functions();
    let models = "src/models/note.rs";
    let text = texts[models].split("\n#[derive(Debug, Deserialize)]").next().unwrap().to_owned();
    put(&mut texts, models, &text.replace("{Deserialize, Serialize}", "Serialize"));
    exchange(&mut texts, "src/models/mod.rs", &[("{NewNote, Note}", "Note")]);
    texts.remove(REPOSITORY);
    put(
        &mut texts,
        "src/repositories/user_repository.rs",
        "use sqlx::SqlitePool;\n\nuse crate::error::AppError;\nuse crate::models::{NewUser, User};\n\n/// The users.\n#[derive(Debug, Clone)]\npub struct UserRepository {\n    pool: SqlitePool,\n}\n\nimpl UserRepository {\n    pub fn new(pool: SqlitePool) -> Self {\n        Self { pool }\n    }\n\n    pub async fn page(&self, offset: i64, limit: i64) -> Result<Vec<User>, AppError> {\n        let sql = \"select id, email, name, created_at from users order by created_at desc, id limit ? offset ?\";\n        let users = sqlx::query_as::<_, User>(sql)\n            .bind(limit)\n            .bind(offset)\n            .fetch_all(&self.pool)\n            .await?;\n        Ok(users)\n    }\n\n    pub async fn find_by_id(&self, user_id: i64) -> Result<User, AppError> {\n        let sql = \"select id, email, name, created_at from users where id = ?\";\n        sqlx::query_as::<_, User>(sql)\n            .bind(user_id)\n            .fetch_optional(&self.pool)\n            .await?\n            .ok_or_else(|| AppError::NotFound(format!(\"user {user_id}\")))\n    }\n\n    pub async fn create(&self, new_user: NewUser) -> Result<User, AppError> {\n        let sql =\n            \"insert into users (email, name) values (?, ?) returning id, email, name, created_at\";\n        let user = sqlx::query_as::<_, User>(sql)\n            .bind(&new_user.email)\n            .bind(&new_user.name)\n            .fetch_one(&self.pool)\n            .await?;\n        Ok(user)\n    }\n\n    pub async fn delete(&self, user_id: i64) -> Result<(), AppError> {\n        let sql = \"delete from users where id = ?\";\n        sqlx::query(sql).bind(user_id).execute(&self.pool).await?;\n        Ok(())\n    }\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[sqlx::test]\n    async fn nobody_is_there(pool: SqlitePool) {\n        let repository = UserRepository::new(pool);\n        assert!(repository.find_by_id(1).await.is_err());\n    }\n}\n",
    );
    put(
        &mut texts,
        "src/repositories/mod.rs",
        "mod user_repository;\n\npub use user_repository::UserRepository;\n",
    );
    put(
        &mut texts,
        "src/services/users.rs",
        "use sqlx::SqlitePool;\n\nuse crate::error::AppError;\nuse crate::models::{NewUser, User};\nuse crate::repositories::UserRepository;\n\npub async fn list(pool: &SqlitePool, limit: i64, offset: i64) -> Result<Vec<User>, AppError> {\n    UserRepository::new(pool.clone()).page(offset, limit).await\n}\n\npub async fn get(pool: &SqlitePool, id: i64) -> Result<User, AppError> {\n    UserRepository::new(pool.clone()).find_by_id(id).await\n}\n\npub async fn create(pool: &SqlitePool, body: NewUser) -> Result<User, AppError> {\n    UserRepository::new(pool.clone()).create(body).await\n}\n",
    );
    texts
}

/// Functions of an executor in one file for all rows, given single values; tests that start a
/// database by a function of their own.
fn together() -> Texts {
    let mut texts = fixture("axum_app");
    put(
        &mut texts,
        "migrations/20250602120000_create_tags.up.sql",
        "create table tags (\n    id integer primary key,\n    label text not null,\n    weight integer not null\n);\n",
    );
    put(&mut texts, "migrations/20250602120000_create_tags.down.sql", "drop table tags;\n");
    put(
        &mut texts,
        "src/models/tag.rs",
        "#[derive(Debug, Clone, sqlx::FromRow)]\npub struct Tag {\n    pub id: i64,\n    pub label: String,\n    pub weight: i64,\n}\n",
    );
    put(&mut texts, "src/models/mod.rs", "pub mod tag;\npub mod user;\n\npub use user::{NewUser, User};\n");
    texts.remove(REPOSITORY);
    texts.remove("src/repositories/mod.rs");
    put(
        &mut texts,
        "src/repository.rs",
        "use sqlx::{Executor, Sqlite, query_as};\n\nuse crate::models::User;\n\npub async fn find_user<'e, E>(executor: E, id: i64) -> sqlx::Result<Option<User>>\nwhere\n    E: Executor<'e, Database = Sqlite>,\n{\n    query_as(\"SELECT * FROM users WHERE id = $1\")\n        .bind(id)\n        .fetch_optional(executor)\n        .await\n}\n\npub async fn insert_user<'e, E>(executor: E, email: &str, name: &str) -> sqlx::Result<i64>\nwhere\n    E: Executor<'e, Database = Sqlite>,\n{\n    sqlx::query_scalar(\"INSERT INTO users (email, name) VALUES ($1, $2) RETURNING id\")\n        .bind(email)\n        .bind(name)\n        .fetch_one(executor)\n        .await\n}\n",
    );
    exchange(&mut texts, "src/lib.rs", &[("pub mod repositories;", "pub mod repository;")]);
    put(
        &mut texts,
        "src/services/users.rs",
        "use sqlx::SqlitePool;\n\nuse crate::error::AppError;\nuse crate::models::{NewUser, User};\nuse crate::repository;\n\npub async fn list(pool: &SqlitePool, limit: i64, offset: i64) -> Result<Vec<User>, AppError> {\n    let sql = \"SELECT * FROM users LIMIT $1 OFFSET $2\";\n    let users = sqlx::query_as(sql).bind(limit).bind(offset);\n    Ok(users.fetch_all(pool).await?)\n}\n\npub async fn get(pool: &SqlitePool, id: i64) -> Result<User, AppError> {\n    repository::find_user(pool, id)\n        .await?\n        .ok_or_else(|| AppError::NotFound(format!(\"user {id}\")))\n}\n\npub async fn create(pool: &SqlitePool, body: NewUser) -> Result<User, AppError> {\n    let id = repository::insert_user(pool, &body.email, &body.name).await?;\n    get(pool, id).await\n}\n",
    );
    insert(
        &mut texts,
        "tests/users.rs",
        "#[sqlx::test]\n",
        "async fn database() -> SqlitePool {\n    let pool = SqlitePool::connect(\"sqlite::memory:\").await.unwrap();\n    library::MIGRATOR.run(&pool).await.unwrap();\n    pool\n}\n\n",
    );
    exchange(
        &mut texts,
        "tests/users.rs",
        &[
            ("#[sqlx::test]", "#[tokio::test]"),
            ("read(pool: SqlitePool) {", "read() {\n    let pool = database().await;"),
        ],
    );
    exchange(
        &mut texts,
        "tests/users.rs",
        &[
            (
                "SqlitePool::connect(\"sqlite::memory:\").await.unwrap();",
                "SqlitePoolOptions::new()\n        .max_connections(1)\n        .connect(\"sqlite::memory:\")\n        .await\n        .unwrap();",
            ),
            ("use sqlx::SqlitePool;", "use sqlx::{SqlitePool, sqlite::SqlitePoolOptions};"),
        ],
    );
    texts
}

pub fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

fn assert_holds(proposal: &Proposal, path: &str, parts: &[&str]) {
    let text = text_of(proposal, path);
    for part in parts {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn functions_follow_functions_and_what_the_example_lacks_is_as_a_resource_has_it() {
    let texts = functions();
    let proposal = ask(RECIPE, &texts, AXUM, NOTE).unwrap();
    assert_eq!(
        paths(&proposal),
        ["src/repositories/mod.rs", "src/repositories/notes.rs", "tests/note_repository.rs"],
        "{:?}",
        proposal.remarks
    );
    assert_cited(&proposal, &texts);
    assert_eq!(
        proposal.title,
        "Add queries on notes to src/repositories/notes.rs, like src/repositories/users.rs:5"
    );
    assert_holds(&proposal, "src/repositories/mod.rs", &["pub mod notes;\npub mod users;\n"]);
    assert_holds(
        &proposal,
        "src/repositories/notes.rs",
        &[
            "use sqlx::SqlitePool;\n\nuse crate::models::{NewNote, Note};\n\npub async fn list(",
            "pub async fn list(pool: &SqlitePool, limit: i64, offset: i64) -> Result<Vec<Note>, sqlx::Error> {\n    sqlx::query_as(\"SELECT * FROM notes ORDER BY id LIMIT $1 OFFSET $2\")\n        .bind(limit)\n",
            "pub async fn find(pool: &SqlitePool, id: i64) -> Result<Option<Note>, sqlx::Error> {\n",
            "pub async fn insert(\n    pool: &SqlitePool,\n    author_id: i64,\n    body: &NewNote,\n) -> Result<Note, sqlx::Error> {\n",
            "    let sql = \"INSERT INTO notes (title, code, state, stars, weight, \\\"order\\\", seen_at, \\\n               author_id) \\\n               VALUES (",
            "COALESCE($5, 1.5)",
            "weight = COALESCE($5, weight)",
            "updated_at = CURRENT_TIMESTAMP",
            "        .bind(body.weight)\n",
            "    let done = sqlx::query(\"DELETE FROM notes WHERE id = $1\")\n        .bind(id)\n        .execute(pool)\n        .await?;\n    Ok(done.rows_affected() > 0)\n",
        ],
    );
    assert!(
        proposal
            .remarks
            .iter()
            .any(|one| one.starts_with("src/services/notes.rs:7 still asks the database for Note")),
        "{:?}",
        proposal.remarks
    );
    assert_eq!(proposal, ask(RECIPE, &texts, AXUM, NOTE).unwrap());
    recipe_hunks::assert_rust_without_each(&texts, &proposal);
}

#[test]
fn a_structure_follows_a_structure_with_its_tests_beside_it() {
    let texts = held();
    let proposal = ask(RECIPE, &texts, AXUM, NOTE).unwrap();
    assert_eq!(
        paths(&proposal),
        ["src/repositories/mod.rs", "src/repositories/note_repository.rs"],
        "{:?}",
        proposal.remarks
    );
    assert_cited(&proposal, &texts);
    assert_holds(
        &proposal,
        "src/repositories/mod.rs",
        &[
            "mod note_repository;\nmod user_repository;\n\npub use note_repository::NoteRepository;\npub use user_",
        ],
    );
    assert_holds(
        &proposal,
        "src/repositories/note_repository.rs",
        &[
            "#[derive(Debug)]\npub struct NewNote {\n    pub title: String,\n",
            "    pub weight: f64,\n    pub order: Option<i64>,\n",
            "#[derive(Debug, Clone)]\npub struct NoteRepository {\n    pool: SqlitePool,\n}\n\nimpl NoteRepository {\n    pub fn new(pool: SqlitePool) -> Self {\n        Self { pool }\n    }\n\n    pub async fn page(&self, offset: i64, limit: i64) -> Result<Vec<Note>, AppError> {\n",
            "order by created_at desc, id",
            "limit ? offset ?\";\n        let notes = sqlx::query_as::<_, Note>(sql)\n            .bind(limit)\n            .bind(offset)\n",
            "            .await?\n            .ok_or_else(|| AppError::NotFound(format!(\"note {note_id}\")))\n",
            "    pub async fn create(&self, new_note: NewNote) -> Result<Note, AppError> {\n",
            "        sqlx::query(sql).bind(note_id).execute(&self.pool).await?;\n        Ok(())\n",
            "#[cfg(test)]\nmod tests {\n    use super::*;\n",
        ],
    );
    for said in ["NewNote is new", "src/services/users.rs:16 make a UserRepository"] {
        assert!(proposal.remarks.iter().any(|one| one.contains(said)), "{said} {:?}", proposal.remarks);
    }
}

#[test]
fn functions_of_an_executor_stand_behind_those_of_their_file() {
    let texts = together();
    let proposal = ask(RECIPE, &texts, AXUM, &[("name", "Tag")]).unwrap();
    assert_eq!(paths(&proposal), ["src/repository.rs", "tests/tag_repository.rs"], "{:?}", proposal.remarks);
    assert_cited(&proposal, &texts);
    assert_holds(
        &proposal,
        "src/repository.rs",
        &[
            "use crate::models::User;\nuse crate::models::tag::Tag;\n",
            "pub async fn find_tag<'e, E>(executor: E, id: i64) -> sqlx::Result<Option<Tag>>\nwhere\n    E: Executor<'e, Database = Sqlite>,\n{\n    query_as(\"SELECT * FROM tags WHERE id = $1\")\n",
            "pub async fn insert_tag<'e, E>(executor: E, label: &str, weight: i64) -> sqlx::Result<i64>\n",
            "    sqlx::query_scalar(\"INSERT INTO tags (label, weight) VALUES ($1, $2) RETURNING id\")\n",
            "pub async fn update_tag<'e, E>(\n",
            "pub async fn list_tags<'e, E>(",
        ],
    );
    assert_holds(
        &proposal,
        "tests/tag_repository.rs",
        &["    let pool = database().await;\n", "repository::find_tag(&pool, key)"],
    );
    recipe_hunks::assert_rust_without_each(&texts, &proposal);
}

#[test]
fn a_folder_of_a_row_gets_its_own_module() {
    let mut texts = functions();
    let repository = texts.remove(REPOSITORY).unwrap();
    texts.remove("src/repositories/mod.rs");
    put(&mut texts, "src/users/repository.rs", &repository);
    put(&mut texts, "src/users/mod.rs", "pub mod repository;\n");
    exchange(&mut texts, "src/lib.rs", &[("pub mod repositories;\n", "pub mod users;\n")]);
    let services = "src/services/users.rs";
    let text = texts[services].replace("crate::repositories::users", "crate::users::repository");
    put(&mut texts, services, &text.replace("users::list", "repository::list"));
    let proposal = ask(RECIPE, &texts, AXUM, NOTE).unwrap();
    let expected = ["src/lib.rs", "src/notes/mod.rs", "src/notes/repository.rs", "tests/note_repository.rs"];
    assert_eq!(paths(&proposal), expected, "{:?}", proposal.remarks);
    assert_holds(&proposal, "src/lib.rs", &["pub mod notes;\n"]);
    assert_holds(&proposal, "src/notes/mod.rs", &["pub mod repository;\n"]);
    assert_holds(
        &proposal,
        "tests/note_repository.rs",
        &["use library::notes::repository;\n", "repository::find(&pool, key)"],
    );
    recipe_hunks::assert_rust_without_each(&texts, &proposal);
}

#[test]
fn macros_a_connection_and_a_page_of_ones_own_are_followed() {
    let mut texts = functions();
    put(
        &mut texts,
        REPOSITORY,
        "use sqlx::SqliteConnection;\n\nuse crate::models::{NewUser, User};\nuse crate::page::PageQuery;\n\npub async fn all(page: &PageQuery, conn: &mut SqliteConnection) -> Result<Vec<User>, sqlx::Error> {\n    sqlx::query_as!(\n        User,\n        \"SELECT * FROM users ORDER BY email LIMIT $1 OFFSET $2\",\n        page.limit,\n        page.offset\n    )\n    .fetch_all(&mut *conn)\n    .await\n}\n\npub async fn insert(body: &NewUser, conn: &mut SqliteConnection) -> Result<User, sqlx::Error> {\n    sqlx::query_as!(User, \"INSERT INTO users (email, name) VALUES ($1, $2) RETURNING *\", body.email, body.name)\n        .fetch_one(&mut *conn)\n        .await\n}\n",
    );
    let proposal = ask(RECIPE, &texts, AXUM, NOTE).unwrap();
    assert_holds(
        &proposal,
        "src/repositories/notes.rs",
        &[
            "use crate::page::PageQuery;\n",
            "pub async fn all(page: &PageQuery, conn: &mut SqliteConnection) -> Result<Vec<Note>, sqlx::Error> {\n",
            "sqlx::query_as!(\n        Note,\n        \"SELECT * FROM notes ORDER BY id LIMIT $1 OFFSET $2\",\n        page.limit,\n        page.offset\n    )\n    .fetch_all(&mut *conn)\n",
            "pub async fn find(id: i64, conn: &mut SqliteConnection) -> Result<Option<Note>, sqlx::Error> {\n",
            "sqlx::query!(\"DELETE FROM notes WHERE id = $1\", id)",
        ],
    );
    let tests = text_of(&proposal, "tests/note_repository.rs");
    assert!(tests.contains("notes::find(key, &mut pool.acquire().await.unwrap())"), "{tests}");
    assert!(!tests.contains("are_listed"), "{tests}");
    assert!(proposal.remarks.iter().any(|one| one.contains("prepare .sqlx again")), "{:?}", proposal.remarks);
}

/// A backend with a new repository, proved; and what remains without a hunk compiles.
fn proved(texts: Texts, name: &str) -> usize {
    let mut grown = Grown::new("axum_app", AXUM);
    grown.texts = texts;
    grown.take(RECIPE, &[("name", name)]);
    let (texts, last) = grown.last();
    let count = prove(texts, last, "tables [2, 0, 2]");
    assert!(count > 4, "{count}");
    recipe_auth_axum::compile_without_one(&last.title, texts, last);
    grown.assert_review_says_nothing_new();
    count
}

#[test]
fn new_functions_of_a_pool_pass_their_tests() {
    if is_real() {
        println!("functions of a pool: {} passed", proved(functions(), "Note"));
    }
}

#[test]
fn a_new_structure_passes_its_tests() {
    if is_real() {
        println!("a structure with a pool: {} passed", proved(held(), "Note"));
    }
}

#[test]
fn new_functions_of_an_executor_pass_their_tests() {
    if is_real() {
        println!("functions of an executor: {} passed", proved(together(), "Tag"));
    }
}

#[test]
fn a_new_repository_passes_its_tests_on_postgres() {
    if !is_real() {
        return;
    }
    let mut texts = served();
    let notes = functions();
    for path in ["src/models/note.rs", "src/models/mod.rs"] {
        put(&mut texts, path, &notes[path]);
    }
    put(
        &mut texts,
        "migrations/20250602120000_create_notes.up.sql",
        "CREATE TABLE notes (\n    id UUID PRIMARY KEY,\n    title VARCHAR(40) NOT NULL,\n    code VARCHAR(20) NOT NULL UNIQUE,\n    state TEXT NOT NULL CHECK (state IN ('open', 'done')),\n    stars BIGINT NOT NULL,\n    weight DOUBLE PRECISION NOT NULL DEFAULT 1.5,\n    \"order\" BIGINT,\n    seen_at TIMESTAMPTZ,\n    author_id BIGINT NOT NULL REFERENCES users (id),\n    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),\n    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()\n);\n",
    );
    put(&mut texts, "migrations/20250602120000_create_notes.down.sql", "DROP TABLE notes;\n");
    let row = texts["src/models/note.rs"].replacen("pub id: i64", "pub id: uuid::Uuid", 1);
    put(&mut texts, "src/models/note.rs", &row);
    let proposal = ask(RECIPE, &texts, AXUM, NOTE).unwrap();
    let database = Database::new();
    let folder = temp::folder();
    let after = with(&texts, &proposal);
    write_tree(folder.path(), &after, &[]);
    let count = passed(folder.path(), &after, &[("DATABASE_URL", &database.url("postgres"))]);
    println!("a repository on PostgreSQL: {count} passed");
}
