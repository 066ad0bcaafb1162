//! What a test makes its application of: `app = createApp(await connect())`.
//!
//! A service in a test has to have the same database as the application, so what is no plain
//! name gets one first; it is never written a second time.

use super::{asked::Asked, held::Made, piece::Piece};
use crate::{
    domain::layer::Layer,
    propose::{
        edits::indent_of,
        recipe::{sources::Source, typescript::words},
        script::{Id, Kind, Tree},
    },
};

/// The statement that makes the application.
pub(super) struct Start<'t> {
    pub(super) test: &'t Source,
    tree: &'t Tree,
    /// What makes it: `createApp`.
    maker: &'t str,
    /// The variable.
    app: &'t str,
    /// Whether the variable is declared there.
    declares: bool,
    /// What the application is made of.
    given: Id,
    /// How the maker calls that, and its type.
    parameter: (String, String),
    statement: Id,
}

/// From where a value has to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Beside the application.
    Beside,
    /// In every test.
    Tests,
}

/// What the application is made of, by a name.
pub(super) struct Given {
    pub(super) source: String,
    /// What gives it the name.
    pub(super) pieces: Vec<Piece>,
}

impl<'t> Start<'t> {
    /// Where a test makes the application, from one value.
    pub(super) fn read(asked: &Asked<'_>, test: &'t Source, tree: &'t Tree) -> Option<Self> {
        let text = test.text.as_str();
        tree.all().filter(|id| tree.kind(*id) == Kind::Call).find_map(|call| {
            let (maker, object) = tree.callee(call, text)?;
            let [given] = tree.arguments(call)[..] else { return None };
            let origin = asked.code.origin(&test.path, maker).filter(|_| object.is_none())?;
            if origin.path == test.path {
                return None;
            }
            let statement = asked.code.statement(&test.path, call)?;
            let (target, value) = tree.text(statement, text).split_once(" = ")?;
            if !value.starts_with(maker) {
                return None;
            }
            let target = target.trim();
            let declares = target.starts_with("const ") || target.starts_with("let ");
            let app = target.trim_start_matches("const ").trim_start_matches("let ");
            let app = app.split(':').next().unwrap_or_default().trim();
            let is_asked = text.contains(&format!("({app})")) || text.contains(&format!("{app}.request("));
            let unit = asked.code.unit_in(&origin.path, maker);
            let first = unit.and_then(|unit| Some((unit.path, *asked.code.parameters(unit).first()?)));
            let stated = first.map_or("", |(path, id)| asked.code.text(path, id));
            let (name, ty) = stated.split_once(':').unwrap_or((stated, ""));
            let ty = ty.split('=').next().unwrap_or(ty).trim();
            let parameter = (name.trim().to_owned(), ty.to_owned());
            is_asked.then_some(Self { test, tree, maker, app, declares, given, parameter, statement })
        })
    }

    /// Whether what the application is made of has a type; true where it says none.
    pub(super) fn is_made_of(&self, ty: &str) -> bool {
        let (_, own) = &self.parameter;
        own.is_empty() || own == ty
    }

    /// What the application is made of; one that is no name, or that tests do not see, gets one
    /// that is free.
    pub(super) fn given(&self, asked: &Asked<'_>, reach: Reach) -> Option<Given> {
        let (tree, text) = (self.tree, self.test.text.as_str());
        let source = tree.text(self.given, text);
        let is_plain = matches!(tree.kind(self.given), Kind::Name | Kind::Member);
        let is_seen = self.declares || reach == Reach::Beside || self.is_outside(source);
        if is_plain && is_seen {
            return Some(Given { source: source.to_owned(), pieces: Vec::new() });
        }
        let used = words(text);
        let own = self.parameter.0.as_str();
        let mut names = [own, "database", "testDatabase"].into_iter();
        let name = names
            .find(|one| !one.is_empty() && one.chars().all(char::is_alphanumeric) && !used.contains(*one))?;
        let mut pieces = Vec::new();
        let is_local = self.declares || reach == Reach::Beside;
        if !is_local {
            let ty = format!("Parameters<typeof {}>[0]", self.maker);
            pieces.push(self.after(asked, self.declaration()?, &format!("let {name}: {ty}")));
        }
        let start = tree.range(self.statement).start;
        let indent = indent_of(text, start);
        let word = if is_local { "const " } else { "" };
        let end = asked.end();
        pieces.push(self.piece(start, 0, format!("{word}{name} = {source}{end}\n{indent}")));
        let range = tree.range(self.given);
        pieces.push(self.piece(range.start, range.len(), name.to_owned()));
        Some(Given { source: name.to_owned(), pieces })
    }

    /// Whether a name is declared where the application's variable is, or imported.
    fn is_outside(&self, name: &str) -> bool {
        let tree = self.tree;
        let home = self.declaration().map(|id| tree.parent(id));
        self.test.script.import_of(name).is_some()
            || tree.all().any(|id| {
                tree.kind(id) == Kind::Variable
                    && tree.name(id, &self.test.text) == Some(name)
                    && Some(tree.parent(tree.parent(id))) == home
            })
    }

    /// Where the variable is declared without a value.
    fn declaration(&self) -> Option<Id> {
        let (tree, text) = (self.tree, self.test.text.as_str());
        tree.all().find(|id| {
            let own = tree.text(*id, text);
            tree.kind(*id) == Kind::Variables
                && own.starts_with(&format!("let {}", self.app))
                && !own.contains('=')
        })
    }

    /// The statements that make an object in a test, beside those of the application.
    pub(super) fn declared(&self, asked: &Asked<'_>, (name, made): (&str, &Made)) -> Option<Vec<Piece>> {
        if self.declares {
            let line = format!("const {name} = {}", made.source);
            return Some(vec![self.after(asked, self.statement, &line)]);
        }
        let mut declared = self.after(asked, self.declaration()?, &format!("let {name}: {}", made.ty));
        declared.needs.clone_from(&made.needs);
        Some(vec![declared, self.after(asked, self.statement, &format!("{name} = {}", made.source))])
    }

    /// A statement behind another.
    fn after(&self, asked: &Asked<'_>, id: Id, line: &str) -> Piece {
        let range = self.tree.range(id);
        let indent = indent_of(&self.test.text, range.start);
        self.piece(range.end, 0, format!("\n{indent}{line}{}", asked.end()))
    }

    fn piece(&self, at: usize, over: usize, text: String) -> Piece {
        Piece {
            path: self.test.path.clone(),
            at,
            over,
            text,
            layer: Layer::Test,
            like: self.test.place(self.tree.range(self.statement).start),
            needs: Vec::new(),
        }
    }
}
