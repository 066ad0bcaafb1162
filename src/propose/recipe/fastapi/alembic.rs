//! Alembic's revisions: the current head, and the next revision's name.

use crate::{
    domain::{map::BackendMap, place::Place},
    ports::ProposeError,
    propose::{
        python::{Module, last_name, string_value},
        workspace::Workspace,
    },
};
use ruff_python_ast::{Expr, Stmt};
use sha2::{Digest, Sha256};

/// One revision file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Revision {
    path: String,
    id: String,
    parents: Vec<String>,
}

/// Where the next revision goes, and what it follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    /// The versions folder with its last `/`.
    pub(crate) folder: String,
    /// `None` for the first revision.
    pub(crate) id: Option<String>,
    /// The head's file.
    pub(crate) place: Option<Place>,
    known: Vec<String>,
}

impl Head {
    /// Finds the one head. Several heads are an error: which one to follow is not ours to choose.
    pub(crate) fn find(map: &BackendMap, workspace: &Workspace<'_>) -> Result<Option<Self>, ProposeError> {
        let mut paths: Vec<&str> = map.migrations.iter().map(|migration| migration.path.as_str()).collect();
        paths.extend(workspace.paths().into_iter().filter(|path| path.contains("/versions/")));
        paths.retain(|path| path.ends_with(".py") && !path.ends_with("__init__.py"));
        paths.sort_unstable();
        paths.dedup();
        let mut revisions = Vec::new();
        for path in paths {
            let Some(text) = workspace.text(path)? else { continue };
            revisions.extend(revision(path, &text)?);
        }
        let Some(folder) = revisions.first().and_then(|first| first.path.rsplit_once('/')) else {
            return Ok(empty_folder(workspace)?.map(|folder| Self {
                folder,
                id: None,
                place: None,
                known: Vec::new(),
            }));
        };
        let folder = format!("{}/", folder.0);
        let heads: Vec<&Revision> = revisions
            .iter()
            .filter(|one| !revisions.iter().any(|other| other.parents.contains(&one.id)))
            .collect();
        match heads.as_slice() {
            [head] => Ok(Some(Self {
                folder,
                id: Some(head.id.clone()),
                place: Some(Place::new(head.path.clone(), 1)),
                known: revisions.iter().map(|revision| revision.id.clone()).collect(),
            })),
            [] => Err(ProposeError::Input {
                what: "the alembic revisions follow each other in a circle".into(),
                hint: "run alembic history to see them".into(),
            }),
            several => Err(ProposeError::Input {
                what: format!(
                    "alembic has {} heads: {}",
                    several.len(),
                    several.iter().map(|head| head.id.as_str()).collect::<Vec<_>>().join(", ")
                ),
                hint: "run alembic merge heads first".into(),
            }),
        }
    }

    /// The same folder with another revision as its newest.
    pub(crate) fn following(&self, id: Option<String>) -> Self {
        Self { id, ..self.clone() }
    }

    /// The id of the next revision: the next number where ids are numbers, else twelve
    /// hexadecimal digits that depend on what it does, so that the same input gives the same id.
    pub(crate) fn next_id(&self, what: &str) -> String {
        if let Some(id) = &self.id
            && id.len() <= 6
            && let Ok(number) = id.parse::<u32>()
        {
            return format!("{:0width$}", number + 1, width = id.len());
        }
        let mut salt = 0_u32;
        loop {
            let digest = Sha256::digest(format!("{}/{what}/{salt}", self.id.as_deref().unwrap_or("base")));
            let id: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            if !self.known.contains(&id) {
                return id;
            }
            salt += 1;
        }
    }
}

/// The versions folder of an `env.py` without revisions.
fn empty_folder(workspace: &Workspace<'_>) -> Result<Option<String>, ProposeError> {
    for path in workspace.paths() {
        if let Some(folder) =
            path.strip_suffix("env.py").filter(|folder| folder.is_empty() || folder.ends_with('/'))
            && workspace.text(path)?.is_some_and(|text| text.contains("alembic"))
        {
            return Ok(Some(format!("{folder}versions/")));
        }
    }
    Ok(None)
}

fn revision(path: &str, text: &str) -> Result<Option<Revision>, ProposeError> {
    let module = Module::parse(path, text)?;
    let mut id = None;
    let mut parents = Vec::new();
    for stmt in &module.body {
        let (target, value) = match stmt {
            Stmt::Assign(assign) => (assign.targets.first().and_then(last_name), Some(&*assign.value)),
            Stmt::AnnAssign(assign) => (last_name(&assign.target), assign.value.as_deref()),
            _ => continue,
        };
        let Some(value) = value else { continue };
        match target {
            Some("revision") => id = string_value(value),
            Some("down_revision") => match value {
                Expr::Tuple(tuple) => parents.extend(tuple.elts.iter().filter_map(string_value)),
                other => parents.extend(string_value(other)),
            },
            _ => {}
        }
    }
    Ok(id.map(|id| Revision { path: path.to_owned(), id, parents }))
}
