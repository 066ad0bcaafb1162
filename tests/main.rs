//! All integration tests in one binary: one link, shared helpers.

mod demo_sample;
mod domain_compose;
mod domain_oracle;
mod journal;
mod knowledge_desk;
mod knowledge_opening;
mod layering;
mod propose_command;
mod pty_resume;
mod pty_terminal;
mod pty_walkthrough;
mod recipe_fastapi;
mod shots;
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
