//! What templates of jobs in TypeScript say about names and arguments, and the package of BullMQ
//! in the manifest.
//!
//! BullMQ is the usual queue of these stacks, so that nothing is to be decided: where the manifest
//! does not name it, it is added, and a remark says that it needs Redis.

use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::line_number,
        recipe::{
            job::{
                NewJob,
                wanted::{Argument, ArgumentKind},
            },
            names::camel,
            nest::with_package,
            resource::Edited,
        },
    },
};
use minijinja::{Value, context};

/// What the project's manifest says.
pub(in crate::propose::recipe) struct Manifest {
    pub(in crate::propose::recipe) path: String,
    pub(in crate::propose::recipe) text: String,
}

impl Manifest {
    /// The manifest below `root`.
    pub(in crate::propose::recipe) fn read(job: &NewJob<'_>, root: &str) -> Result<Self, ProposeError> {
        let path = format!("{root}package.json");
        let text = job.ask.workspace.text(&path)?.unwrap_or_default();
        Ok(Self { path, text })
    }

    /// The line of the list of packages.
    fn place(&self) -> Place {
        let at = self.text.find("\"dependencies\"").unwrap_or_default();
        Place::new(self.path.clone(), line_number(&self.text, at))
    }

    /// The manifest with what is missing of `wanted`; a remark where it has no list of packages.
    pub(in crate::propose::recipe) fn with(
        &self,
        job: &NewJob<'_>,
        wanted: &[(&str, String)],
        remarks: &mut Vec<String>,
    ) -> Option<FileChange> {
        let missing: Vec<&(&str, String)> =
            wanted.iter().filter(|(name, _)| !self.text.contains(&format!("\"{name}\":"))).collect();
        if missing.is_empty() {
            return None;
        }
        let names = || missing.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" and ");
        let new = missing.iter().try_fold(self.text.clone(), |text, (name, version)| {
            with_package(&text, "dependencies", name, version)
        });
        let Some(new) = new else {
            remarks.push(format!("Add {} to the packages that the program needs.", names()));
            return None;
        };
        remarks.push(format!(
            "No queue was found here: {} is the usual one and needs Redis. Install it before anything runs; the lock \
             file is not written here.",
            names()
        ));
        Some(job.ask.edited(Edited {
            path: &self.path,
            old: &self.text,
            new,
            reason: "Runs the jobs.".into(),
            like: Some(self.place()),
            layer: Layer::Config,
        }))
    }
}

/// What every template may use.
pub(in crate::propose::recipe) fn words(job: &NewJob<'_>) -> Value {
    let name = &job.ask.name;
    let arguments = &job.wanted.arguments;
    let declared = |one: &Argument| {
        let kind = match one.kind {
            ArgumentKind::Text | ArgumentKind::Uuid => "string",
            ArgumentKind::Integer | ArgumentKind::Number => "number",
            ArgumentKind::Boolean => "boolean",
        };
        format!("{}{}: {kind}", camel(&one.name), if one.optional { "?" } else { "" })
    };
    let sample = |one: &Argument| {
        let value = match one.kind {
            ArgumentKind::Text => "'sample'",
            ArgumentKind::Uuid => "'0b5c3f0e-4a51-4bb5-9d0c-2f6a1d1f7c11'",
            ArgumentKind::Integer => "1",
            ArgumentKind::Number => "1.5",
            ArgumentKind::Boolean => "true",
        };
        format!("{}: {value}", camel(&one.name))
    };
    let samples: Vec<String> = arguments.iter().map(sample).collect();
    let keys: Vec<String> = arguments.iter().filter(|one| one.is_key()).map(|one| camel(&one.name)).collect();
    context! {
        kebab => name.snake.replace('_', "-"),
        camel => camel(&name.snake),
        pascal => name.pascal.as_str(),
        constant => name.snake.to_uppercase(),
        members => arguments.iter().map(declared).collect::<Vec<_>>(),
        data => if samples.is_empty() { "{}".to_owned() } else { format!("{{ ⟨{}⟩ }}", samples.join("¦")) },
        keys,
        tries => job.wanted.tries,
        timeout => job.wanted.timeout_seconds,
    }
}

/// What whoever takes the change has to know.
pub(in crate::propose::recipe) fn remarks(run: &str, path: &str, enqueue: &str) -> Vec<String> {
    vec![
        format!(
            "What is done stands in {run} of {path}: until you write it there, a run is logged and nothing else. Handlers \
             and services call {enqueue}."
        ),
        "A job may run twice, after a failure or a stopped worker: write it so that this does not matter."
            .into(),
        "REDIS_URL says where Redis is, for the server and the worker alike.".into(),
    ]
}
