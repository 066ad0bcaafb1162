//! The integration tests, in one binary.

mod demo_sample;
mod propose_command;
mod recipe_fastapi;
