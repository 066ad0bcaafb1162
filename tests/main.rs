//! All integration tests in one binary: one link, shared helpers.

mod domain_compose;
mod domain_oracle;
mod journal;
mod recipe_fastapi;
mod support;
mod vault_commit;
mod vault_hooks;
mod vault_scratch;
mod vault_state;
mod vault_undo;
mod verify_parsers;
mod verify_runner;
