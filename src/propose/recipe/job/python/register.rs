//! Where a worker learns of a new job: its list of functions, of modules, or what it imports.

use super::home::{Handle, Home};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        python::{Module, last_name, string_value},
        recipe::{
            django::survey::{Texts, elements},
            head::StepHead,
            job::queue::Queue,
            python_lists,
            resource::Edited,
        },
    },
};
use ruff_python_ast::{Expr, Stmt};
use std::collections::BTreeSet;

/// A file with one more job in it.
pub(super) struct Grown<'t> {
    path: &'t str,
    old: &'t str,
    new: String,
    line: u32,
}

impl<'t> Grown<'t> {
    pub(super) fn edited(self, step: &StepHead) -> Edited<'t> {
        Edited {
            path: self.path,
            old: self.old,
            new: self.new,
            reason: step.reason.clone(),
            like: Some(Place::new(self.path, self.line)),
            layer: step.layer,
        }
    }
}

/// The value that statements give a name.
fn value_of<'m>(body: &'m [Stmt], name: &str) -> Option<&'m Expr> {
    body.iter().find_map(|stmt| match stmt {
        Stmt::Assign(assign) if assign.targets.first().and_then(last_name) == Some(name) => {
            Some(&*assign.value)
        }
        Stmt::AnnAssign(assign) if last_name(&assign.target) == Some(name) => assign.value.as_deref(),
        _ => None,
    })
}

/// The module that a worker is started with, with the job in its list: `functions` of arq's
/// settings, else the `__all__` of the module that imports every job.
pub(super) fn worker<'t>(
    texts: &'t Texts,
    job: &str,
    jobs: &str,
    queue: Queue,
    home: &Home,
) -> Result<Option<Grown<'t>>, ProposeError> {
    for (path, text) in texts {
        let is_list = match queue {
            Queue::Arq => text.contains("class WorkerSettings"),
            _ => {
                path.ends_with("/worker.py")
                    && text.contains(&format!("from {jobs} import "))
                    && text.contains("__all__")
            }
        };
        if !is_list {
            continue;
        }
        let module = Module::parse(path, text)?;
        let list = match queue {
            Queue::Arq => module
                .classes()
                .find(|class| class.name.as_str() == "WorkerSettings")
                .and_then(|class| value_of(&class.body, "functions")),
            _ => value_of(&module.body, "__all__"),
        };
        let Some(list @ (Expr::List(_) | Expr::Tuple(_))) = list else { continue };
        let (item, at) = match queue {
            Queue::Arq => (format!("{job}.JOB"), elements(list).len()),
            _ => {
                let sorted = |item: &&Expr| string_value(item).is_some_and(|name| name.as_str() < job);
                (home.habits.quoted_as(&format!("\"{job}\"")), elements(list).iter().filter(sorted).count())
            }
        };
        let line = module.line(list);
        let new = python_lists::add(&module, list, at, &[item], home.habits.width)?;
        let new = home.habits.with_imports(
            path,
            &new,
            &BTreeSet::from([job.to_owned()]),
            &[format!("{jobs}:{job}")],
        )?;
        return Ok(Some(Grown { path, old: text, new, line }));
    }
    Ok(None)
}

/// The module that makes Celery's application, with a module more in `include`.
pub(super) fn included<'t>(
    texts: &'t Texts,
    handle: &Handle,
    module: &str,
    home: &Home,
) -> Result<Option<Grown<'t>>, ProposeError> {
    let Some((path, text)) = texts.get_key_value(&handle.path) else { return Ok(None) };
    let parsed = Module::parse(path, text)?;
    let Some(Expr::Call(call)) = value_of(&parsed.body, &handle.name) else { return Ok(None) };
    let include = call
        .arguments
        .keywords
        .iter()
        .find(|keyword| keyword.arg.as_ref().is_some_and(|name| name.as_str() == "include"));
    let Some(list @ (Expr::List(_) | Expr::Tuple(_))) = include.map(|keyword| &keyword.value) else {
        return Ok(None);
    };
    let item = home.habits.quoted_as(&format!("\"{module}\""));
    let new = python_lists::add(&parsed, list, elements(list).len(), &[item], home.habits.width)?;
    Ok(Some(Grown { path, old: text, new, line: parsed.line(list) }))
}
