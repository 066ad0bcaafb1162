//! As much of axum as this lesson needs, so that nothing must be downloaded.
//!
//! The backend is written for the real one: its handlers, extractors and responses.

pub mod extract;
pub mod http;
pub mod response;
pub mod routing;

pub use routing::Router;
