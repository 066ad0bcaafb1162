//! What an outline holds.

use std::ops::Range;

/// A source in outline.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script {
    pub(crate) imports: Vec<Import>,
    pub(crate) exports: Vec<Export>,
    pub(crate) classes: Vec<Class>,
    pub(crate) lists: Vec<List>,
    pub(crate) suites: Vec<Suite>,
}

/// `import { a as b } from './c';`
#[derive(Debug, Clone)]
pub(crate) struct Import {
    pub(crate) from: String,
    pub(crate) names: Vec<Imported>,
    /// `import type`.
    pub(crate) is_type: bool,
    pub(crate) range: Range<usize>,
}

/// One name of an import; `default` and `*` for the whole.
#[derive(Debug, Clone)]
pub(crate) struct Imported {
    pub(crate) name: String,
    pub(crate) local: String,
    /// From the name to the alias.
    pub(crate) range: Range<usize>,
}

/// `export * from './a';` and `export { A } from './a';`
#[derive(Debug, Clone)]
pub(crate) struct Export {
    pub(crate) from: String,
    pub(crate) range: Range<usize>,
}

/// A class that is declared at the top.
#[derive(Debug, Clone)]
pub(crate) struct Class {
    pub(crate) name: String,
    pub(crate) name_at: usize,
    /// What it extends, as written.
    pub(crate) base: Option<String>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) properties: Vec<Property>,
    pub(crate) methods: Vec<Method>,
    /// Of its constructor.
    pub(crate) parameters: Vec<Parameter>,
    /// Body of its constructor, empty where there is none.
    pub(crate) constructor: Range<usize>,
    /// From `{` to `}`.
    pub(crate) body: Range<usize>,
}

/// A decorator.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) name: String,
    /// Arguments as written.
    pub(crate) arguments: Vec<String>,
    /// From `@` to the closing bracket.
    pub(crate) range: Range<usize>,
}

/// A field of a class.
#[derive(Debug, Clone)]
pub(crate) struct Property {
    pub(crate) name: String,
    /// Type as written, empty where there is none.
    pub(crate) ty: String,
    pub(crate) marks: Vec<Mark>,
    /// `name!`.
    pub(crate) definite: bool,
    /// `name?`.
    pub(crate) optional: bool,
    /// From the first decorator to the end of the declaration.
    pub(crate) range: Range<usize>,
    /// From its name to the end of its type, `?` and `!` included.
    pub(crate) stated: Range<usize>,
}

/// A method of a class, its constructor apart.
#[derive(Debug, Clone)]
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) marks: Vec<Mark>,
    pub(crate) parameters: Vec<Parameter>,
    /// Return type as written, empty where there is none.
    pub(crate) returns: String,
    pub(crate) is_public: bool,
    pub(crate) body: Range<usize>,
}

/// A parameter.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) ty: String,
    pub(crate) marks: Vec<Mark>,
    /// `private readonly`, as written.
    pub(crate) modifiers: String,
    pub(crate) optional: bool,
}

/// A list literal below a property or variable.
#[derive(Debug, Clone)]
pub(crate) struct List {
    /// Name of the property or variable that holds it.
    pub(crate) key: String,
    /// Names of the calls and decorators around it, the nearest last.
    pub(crate) within: Vec<String>,
    pub(crate) elements: Vec<Range<usize>>,
    pub(crate) range: Range<usize>,
}

/// A `describe` block at the top, with the statements of its body.
#[derive(Debug, Clone)]
pub(crate) struct Suite {
    pub(crate) title: String,
    pub(crate) variables: Vec<Variable>,
    /// Each statement: its range, and the function it calls where it is a call.
    pub(crate) statements: Vec<(Range<usize>, Option<String>)>,
}

/// A variable of a suite.
#[derive(Debug, Clone)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) ty: String,
}

impl Script {
    /// The module that brings a name into scope, and its name there.
    pub(crate) fn import_of(&self, local: &str) -> Option<(&Import, &Imported)> {
        self.imports
            .iter()
            .flat_map(|import| import.names.iter().map(move |name| (import, name)))
            .find(|(_, name)| name.local == local)
    }
}

impl Class {
    /// The decorator of that name.
    pub(crate) fn mark(&self, name: &str) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.name == name)
    }
}

impl Property {
    /// The first decorator with one of these names.
    pub(crate) fn mark(&self, names: &[&str]) -> Option<&Mark> {
        self.marks.iter().find(|mark| names.contains(&mark.name.as_str()))
    }
}

impl Method {
    /// The first decorator with one of these names.
    pub(crate) fn mark(&self, names: &[&str]) -> Option<&Mark> {
        self.marks.iter().find(|mark| names.contains(&mark.name.as_str()))
    }
}

impl Mark {
    /// The first argument where it is a plain string.
    pub(crate) fn text(&self) -> Option<String> {
        self.arguments.first().and_then(|argument| unquoted(argument))
    }
}

/// The content of a string literal without escapes or holes.
pub(crate) fn unquoted(source: &str) -> Option<String> {
    let source = source.trim();
    let quote = source.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'))?;
    let inner = source.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains([quote, '\\', '$'])).then(|| inner.to_owned())
}
