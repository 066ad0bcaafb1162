//! Seats of a small cinema.

pub mod error;
pub mod models;
pub mod repositories;
pub mod routes;
pub mod services;
