//! The text of `tech-stack.md`, and the line that says what a template was written for.

use crate::domain::{
    command::CommandSpec,
    layer::Layer,
    map::BackendMap,
    stack::{Stack, StackKey},
};
use std::collections::BTreeMap;

/// The narrative: fields, layout, commands, settings; only what the map shows.
pub(super) fn text(map: &BackendMap, commands: &[CommandSpec]) -> String {
    let mut out = String::from(
        "# Tech stack\n\nWritten from what was found in this repository.\n`stack.yaml` beside this file is what tools read; where the two differ, `stack.yaml` is right.\n\n| field | tool | seen in |\n| --- | --- | --- |\n",
    );
    for key in StackKey::ALL {
        let field = map.stack.field(key);
        let tool = field.name.as_deref().unwrap_or("not found");
        let version = if field.version.is_empty() { String::new() } else { format!(" {}", field.version) };
        let seen = field.evidence.first().map(|evidence| format!("`{}`", evidence.place)).unwrap_or_default();
        out.push_str(&format!(
            "| {} | {}{} | {} |\n",
            key.name().replace('_', " "),
            cell(tool),
            cell(&version),
            cell(&seen)
        ));
    }
    out.push_str("\n## Layout\n\n| layer | files | folder with most of them |\n| --- | --- | --- |\n");
    for layer in Layer::ALL {
        let paths: Vec<&str> = map.files_in(layer).map(|file| file.path.as_str()).collect();
        if !paths.is_empty() && layer != Layer::Other {
            out.push_str(&format!("| {layer} | {} | `{}` |\n", paths.len(), cell(&main_folder(&paths))));
        }
    }
    if !commands.is_empty() {
        out.push_str("\n## Commands\n\n");
        for command in commands {
            out.push_str(&format!(
                "- {}: `{}`, from `{}`\n",
                command.kind.name(),
                cell(&command.title()),
                cell(&command.from.to_string())
            ));
        }
    }
    let mut names: Vec<&str> = map.config.iter().map(|read| read.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if !names.is_empty() {
        out.push_str("\n## Settings from the environment\n\n");
        for name in names {
            out.push_str(&format!("- `{}`\n", cell(name)));
        }
    }
    out.push_str(
        "\n## Conventions\n\nYours to write: what a newcomer must know and the code does not say.\n",
    );
    out
}

/// The folder that holds most of the paths; the first by name of equals.
fn main_folder(paths: &[&str]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in paths {
        let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
        *counts.entry(folder).or_default() += 1;
    }
    let mut best = (".", 0);
    for (folder, count) in counts {
        if count > best.1 {
            best = (folder, count);
        }
    }
    best.0.to_owned()
}

/// Text for a table cell or a code span: one line, without the marks that end it.
fn cell(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '|' => '/',
            letter if letter.is_control() => ' ',
            letter => letter,
        })
        .collect()
}

/// The template, with a first line that names its stack when this repository has another.
pub(super) fn with_origin(file: &str, template: &str, stack: &Stack) -> String {
    let (framework, orm) = match file.rsplit('.').next() {
        Some("py") => ("fastapi", "sqlalchemy"),
        Some("rs") => ("axum", "sqlx"),
        _ => ("nestjs", "typeorm"),
    };
    let here = |key: StackKey| stack.name(key).unwrap_or("none");
    if here(StackKey::Framework) == framework && here(StackKey::Orm) == orm {
        return template.to_owned();
    }
    let mark = if file.ends_with(".py") { "#" } else { "//" };
    format!(
        "{mark} Written for {framework} with {orm}; this repository has {} with {}: keep the layers, change the calls.\n{template}",
        cell(here(StackKey::Framework)),
        cell(here(StackKey::Orm)),
    )
}
