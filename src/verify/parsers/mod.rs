//! Reads reports of test runners, linters, type checkers and migration tools.
//!
//! A parser never fails: it returns what it understood. It is given the lines of an
//! output without colours and the exit status, and knows nothing of the tree; `anchor`
//! makes paths relative afterwards, so that runs in two trees can be compared. What is
//! missing on the machine (a module, a service, a variable) is told from what is wrong
//! in the code by `missing`. Formats were read from outputs of the versions named in
//! each file.

mod alembic;
mod anchor;
mod biome;
mod cargo_test;
mod compileall;
mod diagnostics;
mod drizzle;
mod eslint;
mod github;
mod go;
mod jest;
mod json;
mod junit;
mod missing;
mod mypy;
mod nextest;
mod node_test;
mod oxlint;
mod prisma;
mod progress;
mod pyright;
mod pytest;
mod ruff;
mod rustc;
mod rustfmt;
mod sqlx;
pub(crate) mod text;
mod traceback;
mod tsc;
mod typeorm;
mod unittest;
mod vitest;

pub(crate) use anchor::anchor;
pub(crate) use junit::cases as junit_cases;
pub use progress::Meter;
pub(crate) use text::patterns;

use crate::domain::command::Parsed;

/// Understands the output of one tool.
pub trait Parser: Sync {
    /// Reads a whole output. `exit` is `None` when the command did not end by itself.
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed;
}

/// The parser of that name, as packs name it.
pub fn parser(name: &str) -> Option<&'static dyn Parser> {
    Some(match name {
        "pytest" => &pytest::Pytest,
        "unittest" | "django-test" => &unittest::Unittest,
        "jest" => &jest::Jest,
        "vitest" => &vitest::Vitest,
        "node-test" => &node_test::NodeTest,
        "cargo-test" => &cargo_test::CargoTest,
        "cargo-nextest" => &nextest::Nextest,
        "go-test" => &go::GoTest,
        "go-vet" => &go::GoVet,
        "clippy" | "cargo-check" | "cargo-build" => &rustc::Rustc,
        "rustfmt" => &rustfmt::Rustfmt,
        "ruff" | "ruff-format" => &ruff::Ruff,
        "compileall" => &compileall::Compileall,
        "mypy" => &mypy::Mypy,
        "pyright" | "basedpyright" => &pyright::Pyright,
        "eslint" => &eslint::Eslint,
        "tsc" => &tsc::Tsc,
        "biome" => &biome::Biome,
        "oxlint" => &oxlint::Oxlint,
        "alembic" => &alembic::Alembic,
        "sqlx" => &sqlx::Sqlx,
        "prisma" => &prisma::Prisma,
        "typeorm" => &typeorm::Typeorm,
        "drizzle" => &drizzle::Drizzle,
        _ => return None,
    })
}

/// The names that `parser` knows, in order.
pub const PARSERS: [&str; 29] = [
    "alembic",
    "basedpyright",
    "biome",
    "cargo-build",
    "cargo-check",
    "cargo-nextest",
    "cargo-test",
    "clippy",
    "compileall",
    "django-test",
    "drizzle",
    "eslint",
    "go-test",
    "go-vet",
    "jest",
    "mypy",
    "node-test",
    "oxlint",
    "prisma",
    "pyright",
    "pytest",
    "ruff",
    "ruff-format",
    "rustfmt",
    "sqlx",
    "tsc",
    "typeorm",
    "unittest",
    "vitest",
];

/// Reads an output with the parser of that name; an unknown name gives only what every
/// output says about what is missing.
pub fn parse(name: &str, lines: &[&str], exit: Option<i32>) -> Parsed {
    let mut parsed = parser(name).map(|parser| parser.parse(lines, exit)).unwrap_or_default();
    missing::explain(&mut parsed, lines, exit);
    if parsed.failures.len() > text::FAILURES_LIMIT {
        parsed.failures.truncate(text::FAILURES_LIMIT);
        parsed.complete = false;
    }
    for failure in &mut parsed.failures {
        for text in [&mut failure.key, &mut failure.name, &mut failure.message] {
            *text = text::clip(text);
        }
    }
    parsed.blocked = parsed.blocked.map(|reason| text::clip(&reason));
    parsed
}
