//! The integration tests, in one binary.

mod recipe_fastapi;
