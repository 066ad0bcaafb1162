//! Where an application of Express or Hono is put together, and where its handler of errors goes.
//!
//! Express asks handlers of errors in the order in which they are added, so ours comes last;
//! Hono has one, which is part of the application itself.

use super::super::suite::is_test;
use crate::propose::{
    edits::{Edits, indent_of, newline_of},
    recipe::{
        sources::{Source, Survey},
        typescript::Habits,
    },
    script::{Id, Kind, Tree},
};

/// The two frameworks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    Express,
    Hono,
}

/// Where the handler is added.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// A statement of its own behind another, on the variable of this name.
    Behind { end: usize, indent: String, name: String },
    /// One more call at the end of a chain.
    Chained { end: usize, indent: String },
}

/// The place where the application is made.
pub(super) struct Application<'s> {
    pub(super) source: &'s Source,
    pub(super) frame: Frame,
    /// Where it is made.
    pub(super) at: usize,
    place: Place,
}

/// The application of a backend; of several that of the file which mounts the others.
pub(super) fn find(survey: &Survey) -> Option<Application<'_>> {
    let mut all: Vec<(usize, Application<'_>)> = Vec::new();
    for source in survey.sources.values().filter(|source| !is_test(source)) {
        let Ok(tree) = Tree::parse(&source.path, &source.text) else { continue };
        let mounted = source.text.matches(".use(").count() + 2 * source.text.matches(".route(").count();
        all.extend(made(source, &tree).map(|one| (usize::MAX - mounted, one)));
    }
    all.sort_by_key(|(rank, _)| *rank);
    all.into_iter().next().map(|(_, one)| one)
}

fn made<'s>(source: &'s Source, tree: &Tree) -> Option<Application<'s>> {
    let text = source.text.as_str();
    let from = |name: &str, package: &str| {
        source.script.import_of(name).is_some_and(|(import, _)| import.from == package)
    };
    let (id, frame) = tree.all().find_map(|id| {
        let (name, None) = tree.callee(id, text)? else { return None };
        match tree.kind(id) {
            Kind::Call if from(name, "express") && tree.arguments(id).is_empty() && name != "Router" => {
                Some((id, Frame::Express))
            }
            Kind::New if from(name, "hono") || from(name, "@hono/zod-openapi") => Some((id, Frame::Hono)),
            _ => None,
        }
    })?;
    let place = place(tree, text, id, frame)?;
    Some(Application { source, frame, at: tree.range(id).start, place })
}

fn place(tree: &Tree, text: &str, id: Id, frame: Frame) -> Option<Place> {
    // `new Hono().basePath(…).route(…)`: the calls on what was made.
    let mut top = id;
    loop {
        let member = tree.parent(top);
        let call = tree.parent(member);
        let is_chained = tree.kind(member) == Kind::Member
            && tree.kind(call) == Kind::Call
            && tree.children(member).first() == Some(&top)
            && tree.children(call).first() == Some(&member);
        if !is_chained {
            break;
        }
        top = call;
    }
    let variable = tree.parent(top);
    if tree.kind(variable) == Kind::Variable {
        let name = tree.name(variable, text)?.to_owned();
        let statement = tree.parent(variable);
        let end = match frame {
            Frame::Hono => tree.range(statement).end,
            Frame::Express => last_use(tree, text, statement, &name),
        };
        return Some(Place::Behind {
            end,
            indent: indent_of(text, tree.range(statement).start).to_owned(),
            name,
        });
    }
    if frame == Frame::Express {
        return None;
    }
    let range = tree.range(top);
    let source = text.get(range.clone())?;
    let last = source.rfind("\n").map(|at| range.start + at + 1);
    let indent = match last {
        // The last line of the chain begins with a dot, or closes what such a line opened.
        Some(at) => indent_of(text, at).to_owned(),
        None => format!("{}  ", indent_of(text, range.start)),
    };
    Some(Place::Chained { end: range.end, indent })
}

/// The end of the last statement beside the application's that adds something to it.
fn last_use(tree: &Tree, text: &str, statement: Id, name: &str) -> usize {
    const ADDS: [&str; 8] = ["use", "get", "post", "put", "patch", "delete", "all", "set"];
    let beside = tree.children(tree.parent(statement)).iter().copied();
    let mut adds = beside.filter(|one| tree.kind(*one) == Kind::Expression).filter(|one| {
        tree.below(*one).next().and_then(|call| tree.callee(call, text)).is_some_and(|(called, object)| {
            ADDS.contains(&called) && object.is_some_and(|object| tree.text(object, text) == name)
        })
    });
    adds.next_back().map_or(tree.range(statement).end, |one| tree.range(one).end)
}

impl Application<'_> {
    /// Adds the handler.
    pub(super) fn register(&self, habits: &Habits, edits: &mut Edits) {
        let newline = newline_of(&self.source.text);
        let end = if habits.semicolons { ";" } else { "" };
        let verb = match self.frame {
            Frame::Express => "use",
            Frame::Hono => "onError",
        };
        match &self.place {
            Place::Behind { end: at, indent, name } => {
                edits.insert(*at, format!("{newline}{indent}{name}.{verb}(answerError){end}"));
            }
            Place::Chained { end: at, indent } => {
                edits.insert(*at, format!("{newline}{indent}.{verb}(answerError)"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::script::Script;

    fn registered(text: &str) -> Option<String> {
        let script = Script::parse("src/app.ts", text).unwrap();
        let source = Source { path: "src/app.ts".into(), text: text.into(), script };
        let survey = Survey { sources: [(source.path.clone(), source)].into() };
        let habits =
            Habits { quote: '\'', semicolons: true, indent: "  ".into(), width: 80, trailing_commas: true };
        let mut edits = Edits::default();
        find(&survey)?.register(&habits, &mut edits);
        Some(edits.apply(text).unwrap())
    }

    #[test]
    fn express_asks_the_handler_last() {
        let head = "import express from 'express';\n\nexport function make() {\n  const app = express();\n  app.use(express.json());\n  app.use('/a', routes);\n";
        let tail = "  app.listen(1);\n  return app;\n}\n";
        assert_eq!(
            registered(&format!("{head}{tail}")).unwrap(),
            format!("{head}  app.use(answerError);\n{tail}")
        );
        assert_eq!(registered("import { Router } from 'express';\nexport const a = Router();\n"), None);
    }

    #[test]
    fn hono_has_the_handler_behind_its_variable_or_at_the_end_of_its_chain() {
        let text = "import { Hono } from 'hono';\nconst app = new Hono();\napp.route('/a', a);\nexport default app;\n";
        assert!(registered(text).unwrap().contains("new Hono();\napp.onError(answerError);\napp.route"));
        let text = "import { Hono } from 'hono';\nexport const make = (db: Db) =>\n  new Hono()\n    .basePath('/api')\n    .route('/a', a(db));\n";
        assert!(registered(text).unwrap().ends_with("    .route('/a', a(db))\n    .onError(answerError);\n"));
    }
}
