//! All integration tests in one binary: one link, shared helpers.

mod demo_sample;
mod domain_compose;
mod domain_oracle;
mod journal;
mod layering;
mod linear_demo;
mod propose_command;
mod recipe_fastapi;
mod support;
mod tidy;
mod vault_commit;
mod vault_commit_files;
mod vault_hooks;
mod vault_kill;
mod vault_scratch;
mod vault_state;
mod vault_undo;
mod verify_parsers;
mod verify_runner;
