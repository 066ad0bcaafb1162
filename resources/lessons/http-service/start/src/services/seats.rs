//! What the cinema does with seats.

use crate::{models::seat::Seat, repositories::seats::SeatRepository};
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use std::collections::HashMap;

#[derive(Debug, Clone)]
pub struct SeatService {
    seats: SeatRepository,
}

impl SeatService {
    pub fn new(seats: SeatRepository) -> Self {
        Self { seats }
    }

    pub fn get(&self, id: u32) -> Result<Seat, StatusCode> {
        self.seats.find(id).ok_or(StatusCode::NOT_FOUND)
    }

    pub fn book(&self, id: u32, query: &Query<HashMap<String, String>>) -> Result<Seat, StatusCode> {
        let name = query.0.get("name").ok_or(StatusCode::BAD_REQUEST)?;
        let mut seat = self.seats.find(id).ok_or(StatusCode::NOT_FOUND)?;
        if seat.taken_by.is_some() {
            return Err(StatusCode::CONFLICT);
        }
        seat.taken_by = Some(name.clone());
        self.seats.save(seat.clone());
        Ok(seat)
    }

    pub fn release(&self, id: u32) -> Response {
        let Some(mut seat) = self.seats.find(id) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        if seat.taken_by.take().is_none() {
            return (StatusCode::CONFLICT, "nobody sits there").into_response();
        }
        self.seats.save(seat.clone());
        seat.to_string().into_response()
    }
}
