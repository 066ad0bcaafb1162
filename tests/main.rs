//! All integration tests in one binary: one link, shared helpers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests are outside `#[test]` functions, where these lints take them for the program"
)]

mod cli_propose;
mod cli_review;
mod cli_review_parts;
mod cli_rules;
mod cli_scan;
mod cli_sessions;
mod cli_settings;
mod cli_stack;
mod cli_verify;
mod demo_sample;
mod domain_compose;
mod domain_oracle;
mod fixes_keep_tests;
mod journal;
mod knowledge_desk;
mod knowledge_opening;
mod knowledge_orm;
mod knowledge_overlay;
mod layering;
mod learn;
mod lesson_walkthrough;
mod linear_demo;
mod packs_docs;
mod pairing;
mod propose_command;
mod pty_answers;
mod pty_follow;
mod pty_hostile;
mod pty_mouse;
mod pty_resume;
mod pty_terminal;
mod pty_verify;
mod pty_walkthrough;
mod recipe_again;
mod recipe_auth;
mod recipe_auth_axum;
mod recipe_auth_django;
mod recipe_auth_nest;
mod recipe_auth_node;
mod recipe_auth_node_real;
mod recipe_auth_sqlmodel;
mod recipe_axum;
mod recipe_axum_migration;
mod recipe_django;
mod recipe_django_migration;
mod recipe_endpoint;
mod recipe_endpoint_axum;
mod recipe_endpoint_nest;
mod recipe_endpoint_node;
mod recipe_errors;
mod recipe_errors_axum;
mod recipe_errors_django;
mod recipe_errors_nest;
mod recipe_errors_node;
mod recipe_express;
mod recipe_express_migration;
mod recipe_fastapi;
mod recipe_fastapi_migration;
mod recipe_hono;
mod recipe_hono_migration;
mod recipe_hunks;
mod recipe_job;
mod recipe_job_django;
mod recipe_job_node;
mod recipe_nest;
mod recipe_nest_customs;
mod recipe_nest_migration;
mod recipe_prisma;
mod recipe_prisma_migration;
mod recipe_repository;
mod recipe_service_method;
mod recipe_sqlmodel;
mod recipe_sqlmodel_migration;
mod recipes_docs;
mod rules_cases;
mod rules_docs;
mod rules_examples;
mod rules_findings;
mod rules_fixes;
mod rules_looks_alike;
mod rules_sample;
mod rules_whole;
mod scan_backends;
mod scan_cache;
mod scan_hostile;
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
