//! One resource through all layers, in one file to copy from.
//!
//! In a project each part lives in its own module: schema, model, repository, service,
//! router. Replace Item and items by the name of the resource.

use crate::{auth::CurrentUser, error::AppError, state::AppState};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    routing::get,
};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;
use validator::Validate;

// --- schema
#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewItem {
    #[validate(length(min = 1, max = 200))]
    pub title: String,
}

#[derive(Debug, Deserialize, Validate)]
pub struct Page {
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 100))]
    pub limit: i64,
    #[serde(default)]
    #[validate(range(min = 0))]
    pub offset: i64,
}

fn default_limit() -> i64 {
    50
}

#[derive(Debug, Serialize)]
pub struct ItemOut {
    pub id: Uuid,
    pub title: String,
}

// --- model
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Item {
    pub id: Uuid,
    pub owner_id: Uuid,
    pub title: String,
}

impl From<Item> for ItemOut {
    fn from(item: Item) -> Self {
        Self { id: item.id, title: item.title }
    }
}

// --- repository: statements, no decisions
mod repository {
    use super::{Item, Page, PgConnection, Uuid};

    pub async fn get_owned(
        connection: &mut PgConnection,
        id: Uuid,
        owner_id: Uuid,
    ) -> Result<Option<Item>, sqlx::Error> {
        sqlx::query_as("select id, owner_id, title from items where id = $1 and owner_id = $2")
            .bind(id)
            .bind(owner_id)
            .fetch_optional(connection)
            .await
    }

    pub async fn list_owned(
        connection: &mut PgConnection,
        owner_id: Uuid,
        page: &Page,
    ) -> Result<Vec<Item>, sqlx::Error> {
        sqlx::query_as("select id, owner_id, title from items where owner_id = $1 order by id limit $2 offset $3")
            .bind(owner_id)
            .bind(page.limit)
            .bind(page.offset)
            .fetch_all(connection)
            .await
    }

    pub async fn add(connection: &mut PgConnection, item: &Item) -> Result<(), sqlx::Error> {
        sqlx::query("insert into items (id, owner_id, title) values ($1, $2, $3)")
            .bind(item.id)
            .bind(item.owner_id)
            .bind(&item.title)
            .execute(connection)
            .await?;
        Ok(())
    }
}

// --- service: decisions and the transaction, no HTTP
mod service {
    use super::{AppError, Item, NewItem, Page, PgPool, Uuid, repository};

    pub async fn get(pool: &PgPool, id: Uuid, owner_id: Uuid) -> Result<Item, AppError> {
        let mut connection = pool.acquire().await?;
        repository::get_owned(&mut connection, id, owner_id).await?.ok_or(AppError::NotFound("item"))
    }

    pub async fn list(pool: &PgPool, owner_id: Uuid, page: &Page) -> Result<Vec<Item>, AppError> {
        let mut connection = pool.acquire().await?;
        Ok(repository::list_owned(&mut connection, owner_id, page).await?)
    }

    pub async fn create(pool: &PgPool, body: NewItem, owner_id: Uuid) -> Result<Item, AppError> {
        let item = Item { id: Uuid::now_v7(), owner_id, title: body.title };
        let mut transaction = pool.begin().await?;
        repository::add(&mut transaction, &item).await?;
        transaction.commit().await?;
        Ok(item)
    }
}

// --- router: extract, call, answer
pub fn router() -> Router<AppState> {
    Router::new().route("/items", get(list).post(create)).route("/items/{id}", get(read))
}

async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(page): Query<Page>,
) -> Result<Json<Vec<ItemOut>>, AppError> {
    page.validate()?;
    let items = service::list(&state.pool, user.id, &page).await?;
    Ok(Json(items.into_iter().map(ItemOut::from).collect()))
}

async fn read(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(id): Path<Uuid>,
) -> Result<Json<ItemOut>, AppError> {
    Ok(Json(service::get(&state.pool, id, user.id).await?.into()))
}

async fn create(
    State(state): State<AppState>,
    user: CurrentUser,
    Json(body): Json<NewItem>,
) -> Result<(StatusCode, Json<ItemOut>), AppError> {
    body.validate()?;
    Ok((StatusCode::CREATED, Json(service::create(&state.pool, body, user.id).await?.into())))
}
