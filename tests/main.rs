//! The integration tests, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it did not run"
)]

mod demo_sample;
mod propose_command;
mod recipe_fastapi;
