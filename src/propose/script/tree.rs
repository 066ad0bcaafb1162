//! A TypeScript source as a tree of kinds and byte ranges.
//!
//! Where an outline is not enough, because statements are copied, dropped or rewritten, this
//! tree is walked. It owns its nodes, so that no arena has to live as long as a plan does.

use crate::{ports::ProposeError, propose::python::is_parsable};
use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_ast_visit::Visit;
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType};
use std::ops::Range;

/// What a node is; everything that nothing asks for is `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Program,
    /// A name: of a variable, a member, a type.
    Name,
    /// A literal text.
    Text,
    /// A part of a template literal.
    TextPart,
    Template,
    Number,
    Array,
    Object,
    ObjectPattern,
    /// A member of an object or of a pattern.
    Property,
    Spread,
    Rest,
    Member,
    Call,
    New,
    Await,
    Arrow,
    Function,
    Parameters,
    Parameter,
    /// The body of a function.
    Body,
    Block,
    Variables,
    Variable,
    Expression,
    If,
    Return,
    Throw,
    /// Any other statement.
    Statement,
    Try,
    Class,
    ClassBody,
    Method,
    Field,
    Import,
    Specifier,
    Export,
    /// `export … from`.
    ExportFrom,
    Interface,
    Alias,
    /// The members of a type.
    Shape,
    ShapeMember,
    TypeArguments,
    TypeReference,
    Other,
}

/// A node's number in its tree; parents come before what they hold.
pub(crate) type Id = usize;

#[derive(Debug, Clone)]
struct Node {
    kind: Kind,
    range: Range<usize>,
    parent: Id,
    children: Vec<Id>,
    /// The number after that of the last node below.
    end: Id,
}

/// A source's nodes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// Reads a source; one that does not parse is refused.
    pub(crate) fn parse(path: &str, text: &str) -> Result<Self, ProposeError> {
        let broken = |why: String| ProposeError::Rejected(format!("{path} {why}"));
        if !is_parsable(text) {
            return Err(broken("is too large or nests too deep to be changed here".into()));
        }
        let allocator = Allocator::default();
        let kind = SourceType::from_path(path).map_err(|_| broken("is not TypeScript".into()))?;
        let parsed = Parser::new(&allocator, text, kind).parse();
        if parsed.panicked || !parsed.diagnostics.is_empty() {
            let first = parsed.diagnostics.first().map(ToString::to_string).unwrap_or_default();
            return Err(broken(format!("does not parse as TypeScript: {first}")));
        }
        let mut builder = Builder::default();
        builder.visit_program(&parsed.program);
        Ok(Self { nodes: builder.nodes })
    }

    /// The whole.
    pub(crate) const ROOT: Id = 0;

    pub(crate) fn kind(&self, id: Id) -> Kind {
        self.nodes.get(id).map_or(Kind::Other, |node| node.kind)
    }

    pub(crate) fn range(&self, id: Id) -> Range<usize> {
        self.nodes.get(id).map_or(0..0, |node| node.range.clone())
    }

    pub(crate) fn children(&self, id: Id) -> &[Id] {
        self.nodes.get(id).map_or(&[], |node| &node.children)
    }

    /// What holds a node; the root holds itself.
    pub(crate) fn parent(&self, id: Id) -> Id {
        self.nodes.get(id).map_or(Self::ROOT, |node| node.parent)
    }

    /// Everything below a node, in the order of the text.
    pub(crate) fn below(&self, id: Id) -> Range<Id> {
        self.nodes.get(id).map_or(0..0, |node| id + 1..node.end)
    }

    /// Every node.
    pub(crate) fn all(&self) -> Range<Id> {
        0..self.nodes.len()
    }

    /// What holds a node, from near to far, the root left out.
    pub(crate) fn above(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(Some(id), |id| Some(self.parent(*id)))
            .skip(1)
            .take_while(|id| *id != Self::ROOT)
    }

    /// The first child of a kind.
    pub(crate) fn child(&self, id: Id, kind: Kind) -> Option<Id> {
        self.children(id).iter().copied().find(|child| self.kind(*child) == kind)
    }

    /// The source of a node.
    pub(crate) fn text<'t>(&self, id: Id, source: &'t str) -> &'t str {
        source.get(self.range(id)).unwrap_or_default()
    }

    /// The name that a node declares or that stands as its key: of a function, a class, a
    /// variable, a method, a property, a type.
    pub(crate) fn name<'t>(&self, id: Id, source: &'t str) -> Option<&'t str> {
        let first = self.children(id).iter().copied().find(|child| {
            !matches!(self.kind(*child), Kind::Other) || matches!(self.kind(id), Kind::Property)
        })?;
        match self.kind(first) {
            Kind::Name => Some(self.text(first, source)),
            Kind::Text => {
                self.text(first, source).get(1..).and_then(|text| text.get(..text.len().checked_sub(1)?))
            }
            _ => None,
        }
    }

    /// What a call calls: its last name, and the node before the dot where there is one.
    pub(crate) fn callee<'t>(&self, id: Id, source: &'t str) -> Option<(&'t str, Option<Id>)> {
        if !matches!(self.kind(id), Kind::Call | Kind::New) {
            return None;
        }
        let callee = *self.children(id).first()?;
        match self.kind(callee) {
            Kind::Name => Some((self.text(callee, source), None)),
            Kind::Member => {
                let (object, property) = (*self.children(callee).first()?, *self.children(callee).last()?);
                Some((self.text(property, source), Some(object)))
            }
            _ => None,
        }
    }

    /// What a call is given.
    pub(crate) fn arguments(&self, id: Id) -> Vec<Id> {
        let given = self.children(id).iter().copied().skip(1);
        given.filter(|child| self.kind(*child) != Kind::TypeArguments).collect()
    }

    /// Whether the two are one: `{ title }`.
    pub(crate) fn is_shorthand(&self, property: Id) -> bool {
        match self.children(property) {
            [key, value, ..] => self.range(*key).start == self.range(*value).start,
            _ => false,
        }
    }

    /// The value of a property, which is its key where that is all there is.
    pub(crate) fn value(&self, property: Id) -> Option<Id> {
        self.children(property).last().copied()
    }
}

#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    open: Vec<Id>,
}

impl<'a> Visit<'a> for Builder {
    fn enter_node(&mut self, kind: AstKind<'a>) {
        let span = kind.span();
        let id = self.nodes.len();
        let parent = self.open.last().copied().unwrap_or(Tree::ROOT);
        if let Some(parent) = self.nodes.get_mut(parent) {
            parent.children.push(id);
        }
        let range = span.start as usize..span.end as usize;
        self.nodes.push(Node { kind: kind_of(&kind), range, parent, children: Vec::new(), end: id + 1 });
        self.open.push(id);
    }

    fn leave_node(&mut self, _: AstKind<'a>) {
        let end = self.nodes.len();
        if let Some(node) = self.open.pop().and_then(|id| self.nodes.get_mut(id)) {
            node.end = end;
        }
    }
}

fn kind_of(kind: &AstKind<'_>) -> Kind {
    match kind {
        AstKind::Program(_) => Kind::Program,
        AstKind::IdentifierName(_)
        | AstKind::IdentifierReference(_)
        | AstKind::BindingIdentifier(_)
        | AstKind::PrivateIdentifier(_) => Kind::Name,
        AstKind::StringLiteral(_) => Kind::Text,
        AstKind::TemplateElement(_) => Kind::TextPart,
        AstKind::TemplateLiteral(_) => Kind::Template,
        AstKind::NumericLiteral(_) => Kind::Number,
        AstKind::ArrayExpression(_) => Kind::Array,
        AstKind::ObjectExpression(_) => Kind::Object,
        AstKind::ObjectPattern(_) => Kind::ObjectPattern,
        AstKind::ObjectProperty(_) | AstKind::BindingProperty(_) => Kind::Property,
        AstKind::SpreadElement(_) => Kind::Spread,
        AstKind::BindingRestElement(_) => Kind::Rest,
        AstKind::StaticMemberExpression(_) | AstKind::PrivateFieldExpression(_) => Kind::Member,
        AstKind::CallExpression(_) => Kind::Call,
        AstKind::NewExpression(_) => Kind::New,
        AstKind::AwaitExpression(_) => Kind::Await,
        AstKind::ArrowFunctionExpression(_) => Kind::Arrow,
        AstKind::Function(_) => Kind::Function,
        AstKind::FormalParameters(_) => Kind::Parameters,
        AstKind::FormalParameter(_) => Kind::Parameter,
        AstKind::FunctionBody(_) => Kind::Body,
        AstKind::BlockStatement(_) => Kind::Block,
        AstKind::VariableDeclaration(_) => Kind::Variables,
        AstKind::VariableDeclarator(_) => Kind::Variable,
        AstKind::ExpressionStatement(_) => Kind::Expression,
        AstKind::IfStatement(_) => Kind::If,
        AstKind::ReturnStatement(_) => Kind::Return,
        AstKind::ThrowStatement(_) => Kind::Throw,
        AstKind::TryStatement(_) => Kind::Try,
        AstKind::ForStatement(_)
        | AstKind::ForInStatement(_)
        | AstKind::ForOfStatement(_)
        | AstKind::WhileStatement(_)
        | AstKind::DoWhileStatement(_)
        | AstKind::SwitchStatement(_)
        | AstKind::LabeledStatement(_) => Kind::Statement,
        AstKind::Class(_) => Kind::Class,
        AstKind::ClassBody(_) => Kind::ClassBody,
        AstKind::MethodDefinition(_) => Kind::Method,
        AstKind::PropertyDefinition(_) => Kind::Field,
        AstKind::ImportDeclaration(_) => Kind::Import,
        AstKind::ImportSpecifier(_)
        | AstKind::ImportDefaultSpecifier(_)
        | AstKind::ImportNamespaceSpecifier(_) => Kind::Specifier,
        AstKind::ExportDeclaration(_)
        | AstKind::ExportNamedDeclaration(_)
        | AstKind::ExportDefaultDeclaration(_) => Kind::Export,
        AstKind::ExportFromDeclaration(_) | AstKind::ExportAllDeclaration(_) => Kind::ExportFrom,
        AstKind::TSInterfaceDeclaration(_) => Kind::Interface,
        AstKind::TSTypeAliasDeclaration(_) => Kind::Alias,
        AstKind::TSInterfaceBody(_) | AstKind::TSTypeLiteral(_) => Kind::Shape,
        AstKind::TSPropertySignature(_) | AstKind::TSMethodSignature(_) => Kind::ShapeMember,
        AstKind::TSTypeParameterInstantiation(_) => Kind::TypeArguments,
        AstKind::TSTypeReference(_) => Kind::TypeReference,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_callees_and_values_are_found() {
        let text = "export const a = { list: (x) => x.b(1), c };\nclass D { private e = f.g('h'); }\n";
        let tree = &Tree::parse("a.ts", text).unwrap();
        let of = |kind: Kind| tree.all().filter(move |id| tree.kind(*id) == kind).collect::<Vec<_>>();
        let names: Vec<_> = of(Kind::Property).into_iter().map(|id| tree.name(id, text)).collect();
        assert_eq!(names, [Some("list"), Some("c")]);
        assert_eq!(
            of(Kind::Property).into_iter().map(|id| tree.is_shorthand(id)).collect::<Vec<_>>(),
            [false, true]
        );
        let called: Vec<_> =
            of(Kind::Call).into_iter().filter_map(|id| tree.callee(id, text)).map(|(name, _)| name).collect();
        assert_eq!(called, ["b", "g"]);
        assert_eq!(tree.name(of(Kind::Class)[0], text), Some("D"));
        assert_eq!(tree.name(of(Kind::Field)[0], text), Some("e"));
        assert_eq!(tree.name(of(Kind::Variable)[0], text), Some("a"));
    }
}
