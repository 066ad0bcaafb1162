//! What drizzle-kit keeps of its migrations: the journal that names them, and the snapshot of
//! the last.

use super::plan::Plan;
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::resource::{Ask, Edited},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The journal, and the migration that the next one follows.
#[derive(Debug, Clone)]
pub(super) struct Journal {
    /// Folder of the migrations.
    pub(super) folder: String,
    pub(super) tags: Vec<String>,
    path: String,
    old: String,
    value: Value,
    last: Value,
    /// The number of the last migration, as written.
    digits: String,
}

impl Journal {
    /// Reads it; the inner error says why there is none to follow.
    pub(super) fn read(plan: &Plan<'_>) -> Result<Result<Self, String>, ProposeError> {
        let folder = folder(plan);
        let path = format!("{folder}/meta/_journal.json");
        let Some(old) = plan.ask.workspace.text(&path)? else {
            let why = format!("{path} was not found, so there is no migration: run drizzle-kit generate.");
            return Ok(Err(why));
        };
        let broken = |_| ProposeError::Rejected(format!("{path} is not what drizzle-kit writes"));
        let value: Value = serde_json::from_str(&old).map_err(broken)?;
        let entries = value.get("entries").and_then(Value::as_array).cloned().unwrap_or_default();
        let tags: Vec<String> =
            entries.iter().filter_map(|entry| entry.get("tag")?.as_str().map(str::to_owned)).collect();
        let Some(last) = entries.last().cloned() else {
            return Ok(Err(
                "The journal of drizzle-kit has no entry to follow: run drizzle-kit generate.".into()
            ));
        };
        let tag = last.get("tag").and_then(Value::as_str).unwrap_or_default();
        let digits = tag.chars().take_while(char::is_ascii_digit).collect();
        Ok(Ok(Self { folder, tags, path, old, value, last, digits }))
    }

    /// The number of the next migration: `0002`.
    pub(super) fn next(&self) -> String {
        let next = self.digits.parse::<u64>().unwrap_or(0) + 1;
        format!("{next:0width$}", width = self.digits.len().max(1))
    }

    /// The last migration's file.
    pub(super) fn last_path(&self) -> String {
        let tag = self.last.get("tag").and_then(Value::as_str).unwrap_or_default();
        format!("{}/{tag}.sql", self.folder)
    }

    /// The journal with one entry more.
    pub(super) fn listing(&self, ask: &Ask<'_>, tag: &str) -> Result<FileChange, ProposeError> {
        let number = |key: &str| self.last.get(key).and_then(Value::as_u64).unwrap_or_default() + 1;
        let mut entry = self.last.as_object().cloned().unwrap_or_default();
        entry.insert("idx".into(), json!(number("idx")));
        entry.insert("when".into(), json!(number("when")));
        entry.insert("tag".into(), json!(tag));
        let mut value = self.value.clone();
        if let Some(list) = value.get_mut("entries").and_then(Value::as_array_mut) {
            list.push(Value::Object(entry));
        }
        let last = self.last.get("tag").and_then(Value::as_str).unwrap_or_default();
        let line = self.old.lines().position(|line| line.contains(last)).unwrap_or_default();
        Ok(ask.edited(Edited {
            path: &self.path,
            old: &self.old,
            new: written(&value, self.old.ends_with('\n'))?,
            reason: "The migrator is told of the new migration.".into(),
            like: Some(Place::new(self.path.clone(), u32::try_from(line + 1).unwrap_or(1))),
            layer: Layer::Migration,
        }))
    }

    /// The last snapshot's file.
    pub(super) fn snapshot_path(&self) -> String {
        format!("{}/meta/{}_snapshot.json", self.folder, self.digits)
    }

    /// The last snapshot, and whether its text ends with a line break; `None` where there is none.
    pub(super) fn snapshot(&self, plan: &Plan<'_>) -> Result<Option<(bool, Value)>, ProposeError> {
        let Some(old) = plan.ask.workspace.text(&self.snapshot_path())? else { return Ok(None) };
        let value = serde_json::from_str::<Value>(&old).ok();
        Ok(value.map(|value| (old.ends_with('\n'), value)))
    }
}

/// Where drizzle-kit keeps its migrations.
fn folder(plan: &Plan<'_>) -> String {
    let config = plan.survey.sources.values().find(|source| source.path.ends_with("drizzle.config.ts"));
    let root = config.and_then(|source| source.path.rsplit_once('/')).map_or("", |(root, _)| root);
    let stated = config.and_then(|source| {
        let (_, rest) = source.text.split_once("out:")?;
        rest.trim_start().split(['\'', '"']).nth(1).map(str::to_owned)
    });
    let out = stated.unwrap_or_else(|| "./drizzle".into());
    crate::domain::modules::join(root, out.trim_end_matches('/'))
}

/// A value as drizzle-kit writes it.
pub(super) fn written(value: &Value, ends: bool) -> Result<String, ProposeError> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| ProposeError::Io { path: "drizzle".into(), reason: error.to_string() })?;
    Ok(if ends { format!("{text}\n") } else { text })
}

/// An id that is the same whenever the same is asked: of the form of a random UUID.
pub(super) fn id_of(tag: &str, previous: &Value) -> String {
    let digest = Sha256::digest(format!("{tag} {previous}"));
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}
