//! How the project says that a request is refused: by an error that carries a status, else by one
//! of our own, which its handler of errors is told of.

use super::files::Paths;
use crate::{
    domain::{
        layer::Layer,
        place::Place,
        proposal::{Content, FileChange},
    },
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of},
        recipe::{
            node::{compose, guard::replace_word, plan::Plan, suite},
            resource::Edited,
            sources::{Source, relative},
        },
        script::{Id, Kind, Tree},
    },
};

/// The error by which sign-in refuses.
pub(super) struct Refusing {
    /// The class that is thrown.
    pub(super) name: String,
    /// A package, or the path of a source.
    pub(super) from: Whence,
    /// How it is made, with `STATUS` and `MESSAGE` in it.
    pub(super) made: String,
    /// Where the error is our own: the line of the project's error that it follows.
    pub(super) own: Option<Place>,
}

/// Where a name comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Whence {
    Package(&'static str),
    Path(String),
}

/// The name of our own error.
const OWN: &str = "SignInError";

impl Refusing {
    /// The project's, or our own.
    pub(super) fn of(plan: &Plan<'_>, paths: &Paths, is_hono: bool) -> Self {
        if is_hono {
            return Self {
                name: "HTTPException".into(),
                from: Whence::Package("hono/http-exception"),
                made: "new HTTPException(STATUS, { message: MESSAGE })".into(),
                own: None,
            };
        }
        let sources = || plan.survey.sources.values().filter(|source| !suite::is_test(source));
        if let Some((source, name, made)) = sources().find_map(with_status) {
            return Self { name, from: Whence::Path(source.path.clone()), made, own: None };
        }
        let like = sources()
            .find_map(|source| {
                let is_error = |base: &String| base.contains("Error");
                let class =
                    source.script.classes.iter().find(|one| one.base.as_ref().is_some_and(is_error))?;
                Some(source.place(class.name_at))
            })
            .unwrap_or_else(|| plan.first_line(&plan.router));
        Self {
            name: OWN.into(),
            from: Whence::Path(paths.error.clone()),
            made: format!("new {OWN}(STATUS, MESSAGE)"),
            own: Some(like),
        }
    }

    /// The handler of errors with a branch for our own, in place of the edit that its file may have
    /// already; whether there is a handler that answers by the class of an error.
    pub(super) fn handle(
        &self,
        plan: &Plan<'_>,
        paths: &Paths,
        changes: &mut Vec<FileChange>,
    ) -> Result<bool, ProposeError> {
        for source in plan.survey.sources.values().filter(|source| !suite::is_test(source)) {
            if !source.text.contains("instanceof") {
                continue;
            }
            let known = changes.iter().position(|change| change.path == source.path);
            let edited = known.and_then(|at| changes.get(at)).and_then(|change| match &change.content {
                Content::Text { text } => Some(text.clone()),
                Content::Deleted | Content::Mode { .. } | Content::Binary { .. } => None,
            });
            let text = edited.as_ref().unwrap_or(&source.text);
            let Some((_, at, branch)) = last_branch(&source.path, text)? else { continue };
            let like = last_branch(&source.path, &source.text)?.map_or(0, |(start, _, _)| start);
            let mut edits = Edits::default();
            edits.insert(at, branch);
            let new = edits.apply(text)?;
            let from = relative(&source.path, &paths.error, paths.ending);
            let new = compose::with_value(&source.path, &new, OWN, &from)?;
            let new = compose::fitted_beside(&source.path, &source.text, &new, &plan.habits)?;
            let mut change = plan.ask.edited(Edited {
                path: &source.path,
                old: &source.text,
                new: new.clone(),
                reason: "Answers with the status that the error carries.".into(),
                like: Some(source.place(like)),
                layer: Layer::Error,
            });
            if let Some(known) = known.map(|at| changes.swap_remove(at)) {
                // What was edited before keeps why.
                let lines: Vec<&str> = new.lines().collect();
                let range = |start: u32, end: u32| {
                    let index = |line: u32| usize::try_from(line).unwrap_or_default().saturating_sub(1);
                    lines.get(index(start)..index(end)).unwrap_or_default()
                };
                for note in &mut change.notes {
                    let is_ours = range(note.start, note.end).iter().any(|line| line.contains(OWN));
                    if let Some(before) = known.notes.first().filter(|_| !is_ours) {
                        note.reason.clone_from(&before.reason);
                        note.citation.clone_from(&before.citation);
                        note.step = before.step;
                    }
                }
            }
            changes.push(change);
            return Ok(true);
        }
        Ok(false)
    }
}

/// A class of errors that is made with a status and a message, in either order.
fn with_status(source: &Source) -> Option<(&Source, String, String)> {
    source.script.classes.iter().find_map(|class| {
        class.base.as_deref().filter(|base| base.contains("Error"))?;
        let required: Vec<_> = class.parameters.iter().filter(|one| !one.optional).collect();
        let [first, second] = required.as_slice() else { return None };
        let is_exported = source.text.contains(&format!("export class {}", class.name));
        let is_status = |name: &str| {
            matches!(name, "status" | "statusCode" | "httpStatus" | "httpStatusCode" | "status_code" | "code")
        };
        let is_message = |name: &str| matches!(name, "message" | "msg" | "detail" | "text" | "reason");
        let pair = match (&first.name, &second.name) {
            (status, message) if is_status(status) && is_message(message) && first.ty == "number" => {
                "STATUS, MESSAGE"
            }
            (message, status) if is_status(status) && is_message(message) && second.ty == "number" => {
                "MESSAGE, STATUS"
            }
            _ => return None,
        };
        is_exported.then(|| (source, class.name.clone(), format!("new {}({pair})", class.name)))
    })
}

/// The last branch that answers a class of errors with a status of its own: where it begins, where
/// the next one goes, and what that says.
fn last_branch(path: &str, text: &str) -> Result<Option<(usize, usize, String)>, ProposeError> {
    let tree = Tree::parse(path, text)?;
    let branches = tree.all().filter(|id| tree.kind(*id) == Kind::If);
    Ok(branches.filter_map(|id| branch(text, &tree, id)).next_back())
}

/// A branch of that kind.
fn branch(text: &str, tree: &Tree, id: Id) -> Option<(usize, usize, String)> {
    let [test, leaves, ..] = tree.children(id) else { return None };
    let (variable, class) = tree.text(*test, text).split_once(" instanceof ")?;
    let is_plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_plain(variable) || !is_plain(class) || class.contains("Zod") {
        return None;
    }
    let answer = tree.text(*leaves, text);
    let at = answer.find("tatus(")? + "tatus(".len();
    let status: String = answer.get(at..)?.chars().take_while(char::is_ascii_digit).collect();
    if status.len() != 3 {
        return None;
    }
    let answer = replace_word(answer, &status, &format!("{variable}.status"));
    let end = tree.range(*leaves).end;
    let is_chain = answer.starts_with('{') && !answer.contains("return");
    let lead =
        if is_chain { " else ".to_owned() } else { format!("\n{}", indent_of(text, tree.range(id).start)) };
    Some((tree.range(id).start, end, format!("{lead}if ({variable} instanceof {OWN}) {answer}")))
}
