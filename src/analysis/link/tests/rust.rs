//! Rust: routers that functions build and hand over, chains of methods, attributes.

use super::{endpoints, linked};
use pretty_assertions::assert_eq;

#[test]
fn axum_routers_are_followed_through_modules_and_functions() {
    let found = endpoints(
        r#"
== src/main.rs
mod routes;
mod handlers;
use axum::Router;
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let state = AppState::new();
    let app = routes::app(state).layer(TraceLayer::new_for_http());
    axum::serve(listener, app).await?;
    Ok(())
}
== src/routes.rs
use crate::handlers::{self, posts};
use axum::{routing::{self, get, post}, Router};
const USERS: &str = "/users";
pub fn app(state: AppState) -> Router {
    let api = Router::new().merge(posts_routes()).nest(USERS, users().unwrap());
    let mut app = Router::new().route("/", get(|| async { "up" })).nest("/api", api);
    app = app.route("/late", routing::delete(handlers::late));
    app.fallback(handlers::not_found).with_state(state)
}
fn posts_routes() -> Router<AppState> {
    Router::new()
        .route("/posts", get(posts::list).post(posts::create).layer(auth()))
        .route("/posts/{id}", routing::put(posts::update))
}
fn users() -> Result<Router<AppState>> {
    Ok(Router::new().route("/:name", routing::any(super::handlers::user)))
}
== src/handlers/mod.rs
pub mod posts;
pub async fn late() {}
pub async fn user() {}
pub async fn not_found() {}
== src/handlers/posts.rs
pub async fn list() {}
pub async fn create() {}
pub async fn update() {}
"#,
    );
    let expected = [
        "GET /  src/routes.rs:6",
        "GET /api/posts list src/routes.rs:12",
        "POST /api/posts create src/routes.rs:12",
        "PUT /api/posts/{id} update src/routes.rs:13",
        "ANY /api/users/{name} user src/routes.rs:16",
        "DELETE /late late src/routes.rs:7",
    ];
    assert_eq!(found, expected);
}

#[test]
fn openapi_routers_take_their_paths_from_attributes() {
    let found = endpoints(
        r#"
== src/lib.rs
use utoipa_axum::{router::OpenApiRouter, routes};
mod users;
pub fn app() -> axum::Router {
    let (router, api) = OpenApiRouter::new().nest("/api", users::router()).split_for_parts();
    router.merge(swagger(api))
}
== src/users.rs
use utoipa_axum::{router::OpenApiRouter, routes};
pub fn router() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list, self::create))
}
#[utoipa::path(get, path = "/users", responses((status = 200, body = [User])))]
async fn list() {}
#[utoipa::path(post, path = "/users")]
async fn create() {}
"#,
    );
    assert_eq!(found, ["GET /api/users list src/users.rs:5", "POST /api/users create src/users.rs:7"]);
}

#[test]
fn actix_scopes_resources_and_attributes_are_joined() {
    let found = endpoints(
        r#"
== src/main.rs
use actix_web::{web, App, HttpServer};
mod users;
mod admin;
#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(move || {
        App::new()
            .app_data(pool.clone())
            .service(web::scope("/api").configure(users::config).service(users::one))
            .configure(admin::config)
            .route("/ping", web::get().to(ping))
    }).bind("0.0.0.0:80")?.run().await
}
async fn ping() {}
== src/users.rs
use actix_web::{get, web};
#[get("/users/{id}")]
pub async fn one() {}
pub fn config(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/users")
            .route(web::get().to(list))
            .route(web::post().guard(g).to(create)),
    );
}
async fn list() {}
async fn create() {}
== src/admin.rs
use actix_web::web::*;
pub fn config(cfg: &mut ServiceConfig) {
    cfg.service(scope("/admin").route("", delete().to(wipe)).service(resource("/all").to(wipe)));
}
async fn wipe() {}
"#,
    );
    let expected = [
        "DELETE /admin wipe src/admin.rs:3",
        "ANY /admin/all wipe src/admin.rs:3",
        "GET /api/users list src/users.rs:7",
        "POST /api/users create src/users.rs:8",
        "GET /api/users/{id} one src/users.rs:2",
        "GET /ping ping src/main.rs:11",
    ];
    assert_eq!(found, expected);
}

#[test]
fn methods_that_are_not_known_are_unknown_endpoints() {
    let source = r#"
== src/lib.rs
use axum::Router;
pub fn app(handler: MethodRouter) -> Router { Router::new().route("/x", handler) }
"#;
    let (found, unknown) = linked(source, |linked| (linked.endpoints.len(), linked.unknown.len()));
    assert_eq!((found, unknown), (0, 1));
}
