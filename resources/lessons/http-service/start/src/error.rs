//! What can go wrong, in the words of the cinema, and which status each is over HTTP.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

#[derive(Debug, PartialEq, Eq)]
pub enum SeatError {
    NoSuchSeat,
}

impl IntoResponse for SeatError {
    fn into_response(self) -> Response {
        match self {
            Self::NoSuchSeat => StatusCode::NOT_FOUND.into_response(),
        }
    }
}
