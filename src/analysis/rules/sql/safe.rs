//! Which interpolated parts can do no harm.

use super::{mapper::is_said_by_mapper, position::Position, template::Hole};
use crate::analysis::{
    facts::{BindKind, BlockKind, Expr, ExprId, FileFacts, ScopeId},
    link::{Callee, FileId, Value},
    rules::{
        context::{Context, last_name, root},
        matcher::Rule,
        reaching::reaching,
        values::{written, written_name},
    },
};

/// How far an expression is followed.
const DEPTH: u32 = 10;

/// Judges holes with the data of a rule.
pub(super) struct Judge<'r, 'c, 'a> {
    context: &'r Context<'c, 'a>,
    rule: &'r Rule,
}

impl<'r, 'c, 'a> Judge<'r, 'c, 'a> {
    pub(super) fn new(context: &'r Context<'c, 'a>, rule: &'r Rule) -> Self {
        Self { context, rule }
    }

    /// Whether a part can do no harm where it stands.
    pub(super) fn is_safe(&self, hole: &Hole, position: Position) -> bool {
        let Some(facts) = self.context.resolver().facts(hole.file) else { return true };
        let scope = self.context.resolver().scope_at(hole.file, hole.at);
        match hole.expr {
            Some(expr) => {
                self.is_harmless(hole.file, facts, expr, DEPTH)
                    || (position == Position::Identifier
                        && !self.is_from_outside(hole.file, facts, expr, DEPTH))
            }
            None => {
                self.is_harmless_name(hole.file, facts, &hole.name, hole.at, scope, DEPTH)
                    || written_name(self.context, hole.file, &hole.name, hole.at).is_some()
                    || (position == Position::Identifier
                        && parameter(facts, scope, &hole.name).is_none()
                        && !is_bound_nowhere(facts, &hole.name))
            }
        }
    }

    fn is_harmless(&self, file: FileId, facts: &FileFacts, expr: ExprId, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        if self.has_harmless_value(file, expr) && self.is_settled(file, facts, expr, depth) {
            return true;
        }
        match facts.expr(expr) {
            Expr::Str(_) | Expr::Num | Expr::Bool(_) | Expr::Null => true,
            Expr::Tmpl(parts) | Expr::Either(parts) | Expr::List(parts) => {
                facts.list(parts).iter().all(|part| self.is_harmless(file, facts, *part, depth))
            }
            Expr::Other(parts) => {
                let parts = facts.list(parts);
                // With two operands it is arithmetic or a comparison: `+` is a text of its own.
                parts.len() > 1 || parts.iter().all(|part| self.is_harmless(file, facts, *part, depth))
            }
            Expr::Name(name) => {
                let at = facts.expr_span(expr).start;
                let scope = self.context.resolver().scope_at(file, at);
                self.is_harmless_name(file, facts, facts.text(name), at, scope, depth)
            }
            Expr::Attr(object, name) => {
                let name = facts.text(name);
                let fixed = name.len() > 1
                    && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
                fixed
                    || matches!(name, "__tablename__" | "db_table" | "__table__" | "tableName" | "length")
                    || self.has_safe_type(file, object)
                    || self.is_of_safe_type(file, expr)
            }
            Expr::Index(object, _) => self.is_table_of_constants(file, facts, object),
            Expr::Call(id) => {
                let Some(call) = facts.call(id) else { return false };
                let Some(name) = last_name(facts, call.callee) else { return false };
                let is_empty_text = facts.dotted(call.callee).is_some_and(|path| path == "String.new");
                if is_empty_text
                    || self.rule.matcher.safe_calls.iter().any(|safe| safe == name)
                    || is_said_by_mapper(facts, call, name)
                    || self.is_of_safe_type(file, expr)
                {
                    return true;
                }
                match facts.expr(call.callee) {
                    Expr::Attr(object, _) if name == "get" => self.is_table_of_constants(file, facts, object),
                    Expr::Attr(object, _) if PASSING.contains(&name) => {
                        self.is_harmless(file, facts, object, depth)
                    }
                    // The value of an `Option`, or what stands in for it.
                    Expr::Attr(object, _) if matches!(name, "unwrap_or" | "orElse") => {
                        let instead = facts.args(call.args);
                        self.is_harmless(file, facts, object, depth)
                            && instead.iter().all(|arg| self.is_harmless(file, facts, arg.value, depth))
                    }
                    _ if matches!(name, "str" | "String" | "repr") => facts
                        .args(call.args)
                        .first()
                        .is_some_and(|arg| self.is_harmless(file, facts, arg.value, depth)),
                    _ => false,
                }
            }
            Expr::Element(items) => self.is_harmless(file, facts, items, depth),
            Expr::SelfRef | Expr::Map(_) | Expr::Spread(_) | Expr::Fun(_) => false,
        }
    }

    fn is_harmless_name(
        &self,
        file: FileId,
        facts: &FileFacts,
        name: &str,
        at: u32,
        scope: ScopeId,
        depth: u32,
    ) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        if self.is_guarded(file, facts, name, scope) {
            return true;
        }
        let binds = reaching(facts, scope, name, at);
        if !binds.is_empty() {
            return binds.iter().all(|(_, bind)| {
                bind.value.is_some_and(|value| self.is_harmless(file, facts, value, depth))
                    || bind.ty.is_some_and(|ty| self.is_safe_type(file, facts, ty))
            });
        }
        match parameter(facts, scope, name) {
            Some(ty) => ty.is_some_and(|ty| self.is_safe_type(file, facts, ty)),
            None => false,
        }
    }

    /// Whether what is known of the value makes it harmless.
    fn has_harmless_value(&self, file: FileId, expr: ExprId) -> bool {
        let value = self.context.resolver().value(file, expr);
        let values = value.alternatives();
        !values.is_empty()
            && values.iter().all(|value| match value {
                Value::Number | Value::Null => true,
                Value::Text(_) => value.as_constant().is_some(),
                Value::List(items) => {
                    !items.is_empty() && items.iter().all(|item| item.as_constant().is_some())
                }
                _ => false,
            })
    }

    /// Whether a value is known for all that a name can hold: the resolver looks at one
    /// assignment, and a branch or loop may have made another.
    fn is_settled(&self, file: FileId, facts: &FileFacts, expr: ExprId, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        match facts.expr(expr) {
            Expr::Name(name) => {
                let at = facts.expr_span(expr).start;
                let scope = self.context.resolver().scope_at(file, at);
                let binds = reaching(facts, scope, facts.text(name), at);
                let one = binds.len() < 2;
                binds.iter().filter_map(|(_, bind)| bind.value).all(|value| {
                    self.is_settled(file, facts, value, depth)
                        && (one || self.is_harmless(file, facts, value, depth))
                })
            }
            Expr::Call(id) => facts.call(id).is_none_or(|call| {
                let names = facts.args(call.args).iter().map(|arg| arg.value);
                names
                    .filter(|value| matches!(facts.expr(*value), Expr::Name(_)))
                    .all(|value| self.is_settled(file, facts, value, depth))
            }),
            Expr::Index(object, _) => self.keeps_items(file, facts, object),
            _ => true,
        }
    }

    /// Whether nothing but what the source says is stored in a list or map of the file
    /// after it was made.
    fn keeps_items(&self, file: FileId, facts: &FileFacts, object: ExprId) -> bool {
        let Expr::Name(name) = facts.expr(object) else { return true };
        // Fields are constants as far as the linker says.
        let is_own = facts
            .binds
            .iter()
            .any(|bind| bind.name == name && bind.object.is_none() && bind.kind != BindKind::Field);
        !is_own || written(self.context, file, object).is_some()
    }

    /// Whether everything that an expression can be is of a type that holds no free text, as
    /// fields and functions declare it.
    fn is_of_safe_type(&self, file: FileId, expr: ExprId) -> bool {
        let value = self.context.resolver().value(file, expr);
        let values = value.alternatives();
        !values.is_empty()
            && values.iter().all(|value| match value {
                Value::Number | Value::Null => true,
                Value::External(path) => {
                    let ty = path.strip_suffix("()").unwrap_or(path);
                    // What a method of such a value gives is something else.
                    !ty.contains("()")
                        && self.rule.matcher.safe_types.iter().any(|pattern| pattern.matches(ty))
                }
                _ => false,
            })
    }

    fn has_safe_type(&self, file: FileId, expr: ExprId) -> bool {
        let types = self.context.resolver().types(file, expr);
        types.iter().any(|ty| self.rule.matcher.safe_types.iter().any(|pattern| pattern.matches(ty)))
    }

    fn is_safe_type(&self, file: FileId, facts: &FileFacts, ty: ExprId) -> bool {
        match facts.expr(ty) {
            // Literal types: one of these texts.
            Expr::Str(_) | Expr::Null => true,
            Expr::Either(options) => {
                facts.list(options).iter().all(|option| self.is_safe_type(file, facts, *option))
            }
            Expr::Index(object, key)
                if matches!(last_name(facts, object), Some("Optional" | "Option" | "Nullable")) =>
            {
                let first = match facts.expr(key) {
                    Expr::List(items) => facts.list(items).first().copied(),
                    _ => Some(key),
                };
                first.is_some_and(|first| self.is_safe_type(file, facts, first))
            }
            Expr::Index(object, _) if last_name(facts, object) == Some("Literal") => true,
            _ => {
                let written = last_name(facts, ty).unwrap_or_default();
                self.rule.matcher.safe_types.iter().any(|pattern| pattern.matches(written))
                    || self.has_safe_type(file, ty)
            }
        }
    }

    /// `{"created": "created_at"}[sort]`: whatever the key, the text stands in the source.
    fn is_table_of_constants(&self, file: FileId, facts: &FileFacts, object: ExprId) -> bool {
        let resolver = self.context.resolver();
        if !self.keeps_items(file, facts, object) {
            return false;
        }
        let entries = |file: FileId, facts: &FileFacts, map: ExprId| match facts.expr(map) {
            Expr::Map(entries) => {
                let entries = facts.entries(entries);
                !entries.is_empty()
                    && entries.iter().all(|entry| resolver.constant(file, entry.value).is_some())
            }
            _ => false,
        };
        if entries(file, facts, object) {
            return true;
        }
        resolver.value(file, object).alternatives().iter().any(|value| match value {
            Value::Map(file, map) => resolver.facts(*file).is_some_and(|facts| entries(*file, facts, *map)),
            Value::List(items) => !items.is_empty() && items.iter().all(|item| item.as_constant().is_some()),
            _ => false,
        })
    }

    /// Whether the function compares the name with a list of constants.
    fn is_guarded(&self, file: FileId, facts: &FileFacts, name: &str, scope: ScopeId) -> bool {
        facts
            .blocks
            .iter()
            .filter(|block| block.kind == BlockKind::Branch && block.scope == scope)
            .filter_map(|block| block.head)
            .any(|head| self.compares(file, facts, head, name, 6))
    }

    fn compares(&self, file: FileId, facts: &FileFacts, head: ExprId, name: &str, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let is_name =
            |expr: &ExprId| matches!(facts.expr(*expr), Expr::Name(found) if facts.text(found) == name);
        match facts.expr(head) {
            Expr::Other(parts) => {
                let parts = facts.list(parts);
                (parts.iter().any(is_name)
                    && parts.iter().any(|part| {
                        matches!(facts.expr(*part), Expr::List(_) | Expr::Map(_))
                            || self.is_table_of_constants(file, facts, *part)
                    }))
                    || parts.iter().any(|part| self.compares(file, facts, *part, name, depth))
            }
            Expr::Either(parts) => {
                facts.list(parts).iter().any(|part| self.compares(file, facts, *part, name, depth))
            }
            // `ALLOWED.includes(name)`, `ALLOWED.has(name)`.
            Expr::Call(call) => facts.call(call).is_some_and(|call| {
                let asks = ["includes", "has", "contains", "indexOf", "contains_key", "hasOwnProperty"];
                last_name(facts, call.callee).is_some_and(|method| asks.contains(&method))
                    && facts.args(call.args).iter().any(|arg| is_name(&arg.value))
            }),
            _ => false,
        }
    }

    /// Whether an expression starts from a parameter or from something that a call gave.
    fn is_from_outside(&self, file: FileId, facts: &FileFacts, expr: ExprId, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        if is_of_command_line(facts, expr) {
            return true;
        }
        let start = root(facts, expr);
        // A function of the project gives what it is given, unless it says otherwise.
        if let Expr::Call(id) = facts.expr(expr)
            && matches!(self.context.resolver().callee(file, id), Callee::Function(_))
        {
            let args = facts.call(id).map(|call| facts.args(call.args)).unwrap_or_default();
            return args.iter().any(|arg| self.is_from_outside(file, facts, arg.value, depth));
        }
        let Expr::Name(name) = facts.expr(start) else { return false };
        let at = facts.expr_span(start).start;
        let scope = self.context.resolver().scope_at(file, at);
        let name = facts.text(name);
        if parameter(facts, scope, name).is_some() {
            return !is_element(facts, scope, name);
        }
        let binds = reaching(facts, scope, name, at);
        if binds.is_empty() {
            return is_bound_nowhere(facts, name);
        }
        binds.iter().any(|(_, bind)| {
            bind.value.is_some_and(|value| match facts.expr(value) {
                Expr::Either(options) => {
                    facts.list(options).iter().any(|option| self.is_from_outside(file, facts, *option, depth))
                }
                _ => self.is_from_outside(file, facts, value, depth),
            })
        })
    }
}

/// Whether an expression is one of the arguments that a program is started with.
fn is_of_command_line(facts: &FileFacts, expr: ExprId) -> bool {
    let Expr::Index(object, _) = facts.expr(expr) else { return false };
    facts.dotted(object).is_some_and(|path| matches!(path.as_str(), "os.Args" | "sys.argv" | "process.argv"))
}

/// Whether a name is the parameter of a function that a call runs for each element:
/// `columns.each { |column| … }`.
fn is_element(facts: &FileFacts, scope: ScopeId, name: &str) -> bool {
    let owner = facts
        .scopes_around(scope)
        .find(|(_, around)| facts.params(around.params).iter().any(|param| facts.text(param.name) == name));
    let Some((owner, _)) = owner else { return false };
    facts.calls.iter().any(|call| {
        let each = ["each", "map", "forEach", "each_with_index", "flat_map", "collect", "select", "flatMap"];
        last_name(facts, call.callee).is_some_and(|method| each.contains(&method))
            && facts
                .args(call.args)
                .iter()
                .any(|arg| matches!(facts.expr(arg.value), Expr::Fun(scope) if scope == owner))
    })
}

/// Whether a file says nothing of a name: it is neither assigned, defined nor imported.
fn is_bound_nowhere(facts: &FileFacts, name: &str) -> bool {
    !facts.binds.iter().any(|bind| bind.object.is_none() && facts.text(bind.name) == name)
        && !facts.scopes.iter().any(|scope| facts.text(scope.name) == name)
        && !facts.imports.iter().any(|import| {
            let named = import.alias.or(import.name).unwrap_or(import.module);
            facts.text(named) == name
        })
}

/// Methods whose result is as harmless as what they are called on.
const PASSING: [&str; 18] = [
    "lower",
    "upper",
    "strip",
    "trim",
    "toLowerCase",
    "toUpperCase",
    "to_string",
    "toString",
    "as_str",
    "clone",
    "to_lowercase",
    "join",
    "unwrap",
    "unwrap_or_default",
    "expect",
    "copied",
    "cloned",
    "orElseThrow",
];

/// The type of the parameter that a name is, seen from a scope; none where it is none.
fn parameter(facts: &FileFacts, scope: ScopeId, name: &str) -> Option<Option<ExprId>> {
    facts.scopes_around(scope).find_map(|(_, scope)| {
        facts.params(scope.params).iter().find_map(|param| {
            if facts.text(param.name) == name {
                return Some(param.ty);
            }
            facts.names(param.fields).iter().any(|field| facts.text(*field) == name).then_some(None)
        })
    })
}
