//! Modules, functions, `alias`, `import` and `use`.

use super::Walk;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{ExprId, NewScope, Param, ParamKind, ScopeFlags, ScopeId, ScopeKind, Span},
    frontends::nodes::{children, of_kind, span},
};

impl<'t> Walk<'t> {
    /// `defmodule A.B do … end`.
    pub(super) fn module(&mut self, node: Node<'t>) {
        let name = of_kind(node, "arguments").and_then(|args| children(args).into_iter().next());
        let block = of_kind(node, "do_block");
        let Some(name) = name else { return };
        let written = self.source(name);
        let whole = match self.modules.last() {
            Some(outer) => {
                // A module inside another one is known by its last name there.
                let whole = format!("{outer}.{written}");
                self.aliases.insert(written.to_owned(), whole.clone());
                whole
            }
            None => written.to_owned(),
        };
        let aliases = self.aliases.clone();
        let used: Vec<Node<'t>> = block.map_or_else(Vec::new, children);
        for statement in &used {
            if self.target(*statement) == "alias" {
                self.alias(*statement, false);
            }
        }
        let mut bases = Vec::new();
        for statement in &used {
            if self.target(*statement) == "use" {
                bases.extend(self.used(*statement));
            }
        }
        let (outer, last) = written.rsplit_once('.').map_or((None, written), |(a, b)| (Some(a), b));
        let place = block.map_or_else(|| Span::new(span(node).end, span(node).end), span);
        if let Some(outer) = outer {
            self.open(ScopeKind::Namespace, outer, node, span(name), place, Vec::new());
        }
        self.open(ScopeKind::Class, last, node, span(name), place, bases);
        self.modules.push(whole);
        self.body(used);
        self.modules.pop();
        self.facts.leave_scope();
        if outer.is_some() {
            self.facts.leave_scope();
        }
        self.aliases = aliases;
    }

    fn open(
        &mut self,
        kind: ScopeKind,
        name: &str,
        node: Node<'_>,
        name_span: Span,
        body: Span,
        bases: Vec<ExprId>,
    ) -> ScopeId {
        let sym = self.facts.intern(name);
        let mut scope = NewScope::new(kind, sym, span(node), name_span, body);
        scope.bases = bases;
        scope.flags = ScopeFlags::EXPORTED;
        self.facts.enter_scope(scope)
    }

    /// The name that a call calls, where it is a plain one.
    pub(super) fn target(&self, node: Node<'_>) -> &'t str {
        if node.kind() != "call" {
            return "";
        }
        node.child_by_field_name("target")
            .filter(|target| target.kind() == "identifier")
            .map_or("", |target| self.source(target))
    }

    /// `use A` is a base `A`, `use A, :b` a base `A.b`.
    fn used(&mut self, node: Node<'t>) -> Option<ExprId> {
        let args = of_kind(node, "arguments").map_or_else(Vec::new, children);
        let first = args.first()?;
        let name = self.whole_name(self.source(*first));
        // One name: what the project's own macro of that kind brings is not looked into.
        let name = match args.get(1).filter(|second| second.kind() == "atom") {
            Some(second) => format!("{name}.{}", self.source(*second).trim_start_matches(':')),
            None => name,
        };
        Some(self.facts.name(&name, span(*first)))
    }

    /// `alias A.B`, `alias A.{B, C}`, `alias A.B, as: C`; `import`, `require` and `use` bring
    /// no alias.
    pub(super) fn alias(&mut self, node: Node<'t>, record: bool) {
        let args = of_kind(node, "arguments").map_or_else(Vec::new, children);
        let Some(first) = args.first() else { return };
        let written = self.source(*first);
        let names: Vec<String> = match written.split_once('{') {
            Some((before, inner)) => inner
                .trim_end_matches('}')
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(|name| format!("{}{name}", before.trim()))
                .collect(),
            None => vec![written.to_owned()],
        };
        let named = args
            .get(1)
            .map(|options| self.source(*options))
            .and_then(|options| options.strip_prefix("as:"))
            .map(|name| name.trim().to_owned());
        for name in names {
            let whole = self.whole_name(&name);
            if record {
                self.facts.import(&whole, None, None, span(node), span(*first));
            }
            if self.target(node) == "alias" {
                let last = whole.rsplit('.').next().unwrap_or(&whole).to_owned();
                self.aliases.insert(named.clone().unwrap_or(last), whole);
            }
        }
    }

    /// `def name(a, b) do … end`, `def name(a), do: …`.
    pub(super) fn function(&mut self, node: Node<'t>) {
        let args = of_kind(node, "arguments").map_or_else(Vec::new, children);
        let Some(mut head) = args.first().copied() else { return };
        // `def f(x) when x > 1`
        if head.kind() == "binary_operator"
            && let Some(left) = head.child_by_field_name("left")
        {
            head = left;
        }
        let name = match head.kind() {
            "call" => head.child_by_field_name("target").unwrap_or(head),
            _ => head,
        };
        let written = of_kind(head, "arguments").filter(|_| head.kind() == "call");
        let params: Vec<Param> =
            written.map_or_else(Vec::new, children).into_iter().map(|param| self.param(param)).collect();
        let sym = self.facts.intern(self.text.get(name.byte_range()).unwrap_or_default());
        let block = of_kind(node, "do_block");
        let short = args.iter().copied().find(|arg| arg.kind() == "keywords");
        let place = block.or(short).map_or_else(|| Span::new(span(node).end, span(node).end), span);
        let mut scope = NewScope::new(ScopeKind::Function, sym, span(node), span(name), place);
        let private = matches!(self.target(node), "defp" | "defmacrop");
        scope.flags = ScopeFlags::STATIC.with_if(ScopeFlags::EXPORTED, !private);
        let scope = self.facts.enter_scope(scope);
        self.facts.set_params(scope, params);
        let value = match (block, short) {
            (Some(block), _) => self.body(children(block)),
            (None, Some(short)) => {
                let values = children(short).into_iter().filter_map(|pair| pair.child_by_field_name("value"));
                let values: Vec<Node<'t>> = values.collect();
                self.body(values)
            }
            (None, None) => None,
        };
        if let Some(value) = value {
            let place = self.facts.span_of(value);
            self.facts.ret(value, place);
        }
        self.facts.leave_scope();
    }

    fn param(&mut self, node: Node<'t>) -> Param {
        let mut named = node;
        // `%User{} = user`, `page \\ 1`
        if node.kind() == "binary_operator" {
            let sides = [node.child_by_field_name("left"), node.child_by_field_name("right")];
            named = sides.into_iter().flatten().find(|side| side.kind() == "identifier").unwrap_or(node);
        }
        let name = if named.kind() == "identifier" { self.source(named) } else { "" };
        Param {
            name: self.facts.intern(name),
            kind: ParamKind::Plain,
            ty: None,
            default: None,
            annotations: self.facts.list_of(&[]),
            fields: self.facts.names(&[]),
            span: span(node),
        }
    }
}
