//! All integration tests in one binary: one link, shared helpers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what is wrong by panicking, also in its helpers"
)]

mod support;

mod domain_compose;
mod domain_oracle;
mod journal;
mod vault_commit;
mod vault_hooks;
mod vault_kill;
mod vault_scratch;
mod vault_state;
mod vault_undo;
