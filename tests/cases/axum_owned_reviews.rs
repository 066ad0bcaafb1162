use axum::{
    body::{to_bytes, Body},
    http::{Request, StatusCode},
    Router,
};
use serde_json::{json, Value};
use sqlx::PgPool;
use tower::ServiceExt;

async fn ask(app: &Router, who: &str, method: &str, uri: &str, body: Value) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header("authorization", format!("Bearer {who}"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = app.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

async fn app(db: PgPool) -> Router {
    sqlx::query(r#"insert into "user" (name, token) values ('Ada', 'a'), ('Cy', 'c')"#)
        .execute(&db)
        .await
        .unwrap();
    notebook::http::app(db)
}

const ADDRESS: &str = "/api/book-reviews";

fn valid() -> Value {
    json!({ "bookReview": { "title": "one", "stars": 3, "price": "1.50", "due": "2026-01-31" } })
}

#[sqlx::test]
async fn a_row_is_its_owners(db: PgPool) {
    let app = app(db).await;
    let (status, made) = ask(&app, "a", "POST", ADDRESS, valid()).await;
    assert_eq!(status, StatusCode::OK);
    let made = made["bookReview"].clone();
    for (key, value) in valid()["bookReview"].as_object().unwrap() {
        assert_eq!(made[key], *value);
    }
    let uri = format!("{ADDRESS}/{}", made["id"].as_str().unwrap());
    let (_, read) = ask(&app, "c", "GET", &uri, Value::Null).await;
    assert_eq!(read["bookReview"], made);
    let mut other = valid();
    other["bookReview"]["title"] = json!("two");
    for (who, expected) in [
        ("x", StatusCode::UNAUTHORIZED),
        ("c", StatusCode::FORBIDDEN),
        ("a", StatusCode::OK),
    ] {
        let (status, changed) = ask(&app, who, "PUT", &uri, other.clone()).await;
        assert_eq!(status, expected, "{who}");
        assert_eq!(
            changed["bookReview"]["title"] == "two",
            expected == StatusCode::OK
        );
    }
    for (who, expected) in [
        ("c", StatusCode::FORBIDDEN),
        ("a", StatusCode::OK),
        ("a", StatusCode::NOT_FOUND),
    ] {
        let (status, _) = ask(&app, who, "DELETE", &uri, Value::Null).await;
        assert_eq!(status, expected, "{who}");
    }
    let (status, _) = ask(&app, "a", "PUT", &uri, other).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[sqlx::test]
async fn lists_are_bounded_and_values_checked(db: PgPool) {
    let app = app(db).await;
    for _ in 0..2 {
        ask(&app, "a", "POST", ADDRESS, valid()).await;
    }
    for (query, count) in [("", 2), ("?limit=0", 1), ("?offset=1", 1)] {
        let uri = format!("{ADDRESS}{query}");
        let (_, read) = ask(&app, "c", "GET", &uri, Value::Null).await;
        assert_eq!(read["bookReviews"].as_array().map(Vec::len), Some(count));
    }
    for (key, value) in [
        ("title", json!("")),
        ("stars", json!(6)),
        ("price", json!("100")),
        ("due", json!("2026-02-30")),
        ("ownerId", json!("00000000-0000-4000-8000-000000000000")),
    ] {
        let mut sent = valid();
        sent["bookReview"][key] = value;
        let (status, _) = ask(&app, "a", "POST", ADDRESS, sent).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{key}");
    }
}
