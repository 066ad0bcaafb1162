//! Where the program starts: the signing key is asked for before the application is made.

use super::super::{
    plan::Plan,
    register,
    survey::{Source, relative},
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_start},
        recipe::resource::Edited,
    },
};

/// What makes the application.
const MAKES: &str = "NestFactory.create";

/// The file that starts the application, asking for the key first.
pub(super) fn started(plan: &Plan<'_>, security: &str) -> Result<FileChange, ProposeError> {
    let mains = plan.survey.sources.values().filter(|source| source.script.suites.is_empty());
    for source in mains {
        let specifier = relative(&source.path, security, plan.extension);
        if let Some((new, at)) = with_key(source, &specifier, plan)? {
            return Ok(plan.ask.edited(Edited {
                path: &source.path,
                old: &source.text,
                new,
                reason: "The key is asked for before anything is served.".into(),
                like: Some(source.place(at)),
                layer: Layer::Config,
            }));
        }
    }
    Err(ProposeError::NotApplicable(
        "no statement with NestFactory.create was found, so nothing would ask for the key".into(),
    ))
}

/// The text with the question before the statement that makes the application.
fn with_key(
    source: &Source,
    specifier: &str,
    plan: &Plan<'_>,
) -> Result<Option<(String, usize)>, ProposeError> {
    let text = source.text.as_str();
    let Some(at) = text.find(MAKES) else { return Ok(None) };
    let start = line_start(text, at);
    let line = text.get(start..at).unwrap_or_default().trim_start();
    if !["const ", "let ", "return ", "await ", ""]
        .iter()
        .any(|word| line.starts_with(word) && !line.starts_with("//"))
    {
        return Ok(None);
    }
    // Only a line that begins a statement has room for one before it.
    let before = text.get(..start).unwrap_or_default().trim_end();
    if !before.ends_with([';', '{', '}', ')']) {
        return Ok(None);
    }
    let end = if plan.habits.semicolons { ";" } else { "" };
    let mut edits = Edits::default();
    edits.insert(start, format!("{}signingKey(){end}\n", indent_of(text, start)));
    let Some(last) = source.script.imports.last() else { return Ok(None) };
    register::statement(source, last.range.end, "signingKey", specifier, &plan.habits, &mut edits);
    Ok(Some((edits.apply(text)?, at)))
}
