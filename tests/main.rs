//! All integration tests in one binary: one link, shared helpers.

mod support;

mod domain_compose;
mod domain_oracle;
