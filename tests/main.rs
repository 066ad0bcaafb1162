//! All integration tests in one binary: one link, shared helpers.

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
