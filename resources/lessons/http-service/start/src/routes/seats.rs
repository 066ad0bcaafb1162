//! Seats over HTTP.

use crate::services::seats::SeatService;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
    routing::{get, post},
    Router,
};
use std::collections::HashMap;

pub fn router(service: SeatService) -> Router<SeatService> {
    Router::new()
        .route("/seats/{id}", get(read))
        .route("/seats/{id}/booking", post(book))
        .route("/seats/{id}/release", post(release))
        .with_state(service)
}

async fn read(State(seats): State<SeatService>, Path(id): Path<u32>) -> Result<String, StatusCode> {
    let seat = seats.get(id)?;
    Ok(seat.to_string())
}

async fn book(
    State(seats): State<SeatService>,
    Path(id): Path<u32>,
    query: Query<HashMap<String, String>>,
) -> Result<(StatusCode, String), StatusCode> {
    let seat = seats.book(id, &query)?;
    Ok((StatusCode::CREATED, seat.to_string()))
}

async fn release(State(seats): State<SeatService>, Path(id): Path<u32>) -> Response {
    seats.release(id)
}
