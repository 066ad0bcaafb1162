//! In which shape a backend of Express or Hono answers errors today.

use super::{super::suite::is_test, application::Frame};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        recipe::{
            errors::{
                kinds,
                typescript::{self as thrown, Change, Throw},
            },
            sources::{Source, Survey},
        },
        script::{Kind, Tree},
    },
};
use std::ops::Range;

/// Keys under which the text of an error stands, as projects call it.
const KEYS: [&str; 4] = ["error", "message", "detail", "msg"];

/// How errors are answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// As Hono answers an `HTTPException`: its text and nothing else.
    Text { place: Place },
    /// An object with the text under one key, as where this is answered.
    Key { key: String, place: Place },
    /// `application/problem+json`.
    Problem,
}

impl Shape {
    /// Which it is, and why.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Text { place } => format!(
                "Errors are answered as plain text: clients know that from HTTPException, which is thrown today ({place})."
            ),
            Self::Key { key, place } => {
                format!("Errors are answered as {{ {key}: … }}: handlers answer so today ({place}).")
            }
            Self::Problem => {
                "Errors are answered as problem details (RFC 9457): nothing here answers an error yet, so \
                              no client knows another shape."
                    .into()
            }
        }
    }

    /// For the title.
    pub(super) fn like(&self) -> String {
        match self {
            Self::Text { place } | Self::Key { place, .. } => format!("in the shape of {place}"),
            Self::Problem => "as problem details".into(),
        }
    }
}

/// Reads it: an object that is answered with a status above 399, then what Hono does itself.
pub(super) fn read(survey: &Survey, frame: Frame) -> Result<Shape, ProposeError> {
    let sources = || survey.sources.values().filter(|source| !is_test(source));
    for source in sources() {
        if let Some((key, at)) = keyed(source)? {
            return Ok(Shape::Key { key, place: source.place(at) });
        }
    }
    if frame == Frame::Hono {
        for source in sources() {
            if let Some(throw) = throws(source)?.first() {
                return Ok(Shape::Text { place: Place::new(source.path.clone(), throw.line) });
            }
        }
    }
    Ok(Shape::Problem)
}

/// The key of an object that is answered for an error, and where it stands.
fn keyed(source: &Source) -> Result<Option<(String, usize)>, ProposeError> {
    let text = source.text.as_str();
    let tree = Tree::parse(&source.path, text)?;
    let found = tree.all().filter(|id| tree.kind(*id) == Kind::Call).find_map(|call| {
        let ("json", Some(object)) = tree.callee(call, text)? else { return None };
        let arguments = tree.arguments(call);
        // `res.status(404).json({…})` or `c.json({…}, 404)`.
        let by_chain = tree.callee(object, text).filter(|(name, _)| *name == "status").and_then(|_| {
            tree.arguments(object).first().and_then(|status| tree.text(*status, text).parse().ok())
        });
        let by_place = || arguments.get(1).and_then(|status| tree.text(*status, text).parse().ok());
        let status: u16 = by_chain.or_else(by_place)?;
        let body = *arguments.first().filter(|body| tree.kind(**body) == Kind::Object)?;
        let [only] = tree.children(body) else { return None };
        let key = tree.name(*only, text).filter(|key| KEYS.contains(key))?;
        (status >= 400).then(|| (key.to_owned(), tree.range(call).start))
    });
    Ok(found)
}

/// Throws of Hono's own error.
pub(super) fn throws(source: &Source) -> Result<Vec<Throw>, ProposeError> {
    let is_own =
        source.script.import_of("HTTPException").is_some_and(|(import, _)| import.from.starts_with("hono"));
    if !is_own {
        return Ok(Vec::new());
    }
    let all = thrown::throws(&source.path, &source.text)?;
    Ok(all.into_iter().filter(|one| one.class == "HTTPException").collect())
}

/// What takes the place of a throw; else why nothing would be answered the same.
pub(super) fn change_of<'t>(source: &Source, throw: &'t Throw) -> Result<Change<'t>, &'static str> {
    let status = throw.arguments.first().and_then(|one| source.text.get(one.range.clone())?.parse().ok());
    let kind = status.and_then(kinds::of).ok_or("its status is no error of the domain")?;
    let said = said(source, throw).ok_or("it says more than a text, or nothing")?;
    Ok(Change { throw, kind, said })
}

/// The text of `{ message: '…' }`, where the error says nothing else.
fn said(source: &Source, throw: &Throw) -> Option<Range<usize>> {
    let [_, options] = throw.arguments.as_slice() else { return None };
    let tree = Tree::parse(&source.path, &source.text).ok()?;
    let id = tree.all().find(|id| tree.kind(*id) == Kind::Object && tree.range(*id) == options.range)?;
    let [only] = tree.children(id) else { return None };
    let value = tree.value(*only).filter(|_| tree.name(*only, &source.text) == Some("message"))?;
    matches!(tree.kind(value), Kind::Text | Kind::Template).then(|| tree.range(value))
}

/// Statuses above 399 that a source answers or throws.
pub(super) fn statuses(source: &Source) -> Result<Vec<u16>, ProposeError> {
    let text = source.text.as_str();
    let tree = Tree::parse(&source.path, text)?;
    let is_answer = |name: &str| matches!(name, "status" | "json" | "text" | "sendStatus" | "HTTPException");
    let calls = tree.all().filter(|id| matches!(tree.kind(*id), Kind::Call | Kind::New));
    let numbers = calls
        .filter(|id| tree.callee(*id, text).is_some_and(|(name, _)| is_answer(name)))
        .flat_map(|id| tree.arguments(id))
        .filter_map(|argument| tree.text(argument, text).parse::<u16>().ok());
    Ok(numbers.filter(|status| *status >= 400).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::script::Script;

    fn shape(text: &str, frame: Frame) -> Shape {
        let script = Script::parse("src/a.ts", text).unwrap();
        let source = Source { path: "src/a.ts".into(), text: text.into(), script };
        read(&Survey { sources: [(source.path.clone(), source)].into() }, frame).unwrap()
    }

    #[test]
    fn the_shape_is_that_of_answers_or_of_the_frameworks_error() {
        let place = |line| Place::new("src/a.ts", line);
        let express = "res.status(200).json({ error: 1 });\nres.status(404).json({ error: 'no' });\n";
        assert_eq!(shape(express, Frame::Express), Shape::Key { key: "error".into(), place: place(2) });
        assert_eq!(
            shape("c.json({ message: 'no' }, 404);\n", Frame::Hono),
            Shape::Key { key: "message".into(), place: place(1) }
        );
        let thrown = "import { HTTPException } from 'hono/http-exception';\nthrow new HTTPException(404, { message: 'no' });\n";
        assert_eq!(shape(thrown, Frame::Hono), Shape::Text { place: place(2) });
        assert_eq!(shape("c.json({ id: 1 });\n", Frame::Hono), Shape::Problem);
    }
}
