//! All integration tests in one binary: one link, shared helpers.

mod domain_compose;
mod domain_oracle;
mod recipe_fastapi;
mod support;
mod verify_runner;
