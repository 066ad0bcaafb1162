//! What the templates of `job` are told, and the names that their texts may import.

use super::Files;
use crate::propose::recipe::{
    axum::{imports::USES, package::has_package, plan::module_of},
    job::wanted::{Argument, ArgumentKind},
};
use minijinja::{Value, context};

/// What the files of a job may import.
const NAMES: [&str; 22] = [
    "apalis::layers::retry::RetryPolicy",
    "apalis::layers::retry::backoff::Backoff",
    "apalis::prelude::AbortError",
    "apalis::prelude::Attempt",
    "apalis::prelude::BoxDynError",
    "apalis::prelude::TaskSink",
    "apalis::prelude::WorkerBuilder",
    "apalis::prelude::WorkerBuilderExt",
    "apalis_redis::Config",
    "apalis_redis::RedisStorage",
    "serde::Deserialize",
    "serde::Serialize",
    "std::error::Error",
    "std::fmt",
    "std::time::Duration",
    "std::time::SystemTime",
    "std::time::UNIX_EPOCH",
    "tokio::sync::OnceCell",
    "tokio::time::Instant",
    "tokio::time::Sleep",
    "tokio::time::sleep",
    "tokio::time::timeout",
];

impl Files<'_> {
    /// What every template is told.
    pub(super) fn words(&self) -> Value {
        let name = &self.job.ask.name;
        let arguments = &self.job.wanted.arguments;
        let keys: Vec<String> =
            arguments.iter().filter(|one| one.is_key()).map(|one| one.name.clone()).collect();
        let samples: Vec<String> =
            arguments.iter().map(|one| format!("{}: {}", one.name, sample(one, Written::Rust))).collect();
        let json: Vec<String> =
            arguments.iter().map(|one| format!("{:?}: {}", one.name, sample(one, Written::Json))).collect();
        let log = ["tracing", "log"].into_iter().find(|log| has_package(&self.manifest, log));
        context! {
            uses => USES,
            kebab => name.snake.replace('_', "-"),
            module => name.snake.as_str(),
            pascal => name.pascal.as_str(),
            given => if keys.is_empty() { "_job" } else { "job" },
            keys,
            members => arguments.iter().map(declared).collect::<Vec<_>>(),
            // A literal this short stays on its line.
            short => samples.join(", ").len() <= 18,
            samples,
            json => json.join(", "),
            log => log.map_or("println!".to_owned(), |log| format!("{log}::info!")),
            tries => self.job.wanted.tries,
            timeout => self.job.wanted.timeout_seconds,
        }
    }

    /// Every name that a file may import, of the library as it is seen from there.
    pub(super) fn candidates(&self, is_outside: bool) -> Vec<(String, String)> {
        let name = &self.job.ask.name;
        let jobs = if is_outside { self.outside() } else { module_of(&self.modules_path()) };
        let mut all: Vec<String> = NAMES.map(str::to_owned).into();
        all.extend(
            ["", "::Doubling", "::QueueError", "::storage_at"].map(|one| format!("{jobs}::queue{one}")),
        );
        let job = format!("{jobs}::{}", name.snake);
        all.extend(["NAME", &name.pascal, "run"].map(|one| format!("{job}::{one}")));
        all.push(job);
        let named = |path: String| (path.clone(), path.rsplit("::").next().unwrap_or_default().to_owned());
        all.into_iter().map(named).collect()
    }
}

/// A member of what the job is told.
fn declared(argument: &Argument) -> String {
    let kind = match argument.kind {
        ArgumentKind::Text | ArgumentKind::Uuid => "String",
        ArgumentKind::Integer => "i64",
        ArgumentKind::Number => "f64",
        ArgumentKind::Boolean => "bool",
    };
    let kind = if argument.optional { format!("Option<{kind}>") } else { kind.to_owned() };
    format!("pub {}: {kind}", argument.name)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Rust,
    Json,
}

/// A value for tests.
fn sample(argument: &Argument, written: Written) -> String {
    let text = |text: &str| match written {
        Written::Rust => format!("{text:?}.into()"),
        Written::Json => format!("{text:?}"),
    };
    let value = match argument.kind {
        ArgumentKind::Text => text("sample"),
        ArgumentKind::Uuid => text("0b5c3f0e-4a51-4bb5-9d0c-2f6a1d1f7c11"),
        ArgumentKind::Integer => "1".to_owned(),
        ArgumentKind::Number => "1.5".to_owned(),
        ArgumentKind::Boolean => "true".to_owned(),
    };
    if argument.optional && written == Written::Rust { format!("Some({value})") } else { value }
}
