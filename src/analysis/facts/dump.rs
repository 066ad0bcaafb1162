//! A readable dump of one file's facts, for debugging packs and front ends.

use super::{
    expr::Expr,
    file::FileData,
    ids::{ExprId, ScopeId},
    items::Param,
};
use std::fmt::Write;

/// How deep an expression is printed before it becomes `…`.
const DEPTH: usize = 24;

impl FileData {
    /// One line for each fact, with its line number.
    pub fn dump(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_dump(&mut out);
        out
    }

    /// An expression as text near to source.
    pub fn show(&self, id: ExprId) -> String {
        let mut out = String::new();
        let _ = self.write_expr(&mut out, id, DEPTH);
        out
    }

    fn write_dump(&self, out: &mut String) -> std::fmt::Result {
        writeln!(
            out,
            "{} {} {} bytes, {} syntax errors",
            self.path, self.lang, self.size_bytes, self.syntax_errors
        )?;
        for import in &self.imports {
            let dots = ".".repeat(import.level.into());
            let name = import.name.map_or("(module)", |name| self.text(name));
            let alias = import.alias.map_or("-", |alias| self.text(alias));
            let line = self.line(import.span.start);
            writeln!(
                out,
                "{line}: import {dots}{} {name} as {alias} {:?}",
                self.text(import.module),
                import.flags
            )?;
        }
        for (id, scope) in self.scope_ids() {
            let line = self.line(scope.name_span.start);
            write!(out, "{line}: {:?} {}(", scope.kind, self.name_of(id))?;
            for param in self.params(scope.params) {
                self.write_param(out, param)?;
            }
            write!(out, ")")?;
            for base in self.list(scope.bases) {
                write!(out, " < {}", self.show(*base))?;
            }
            for annotation in self.list(scope.annotations) {
                write!(out, " @ {}", self.show(*annotation))?;
            }
            writeln!(out)?;
        }
        for bind in &self.binds {
            let line = self.line(bind.span.start);
            let object = bind.object.map(|object| format!("{}.", self.show(object))).unwrap_or_default();
            write!(
                out,
                "{line}: {} {:?} {object}{}",
                self.name_of(bind.scope),
                bind.kind,
                self.text(bind.name)
            )?;
            if let Some(ty) = bind.ty {
                write!(out, ": {}", self.show(ty))?;
            }
            if let Some(value) = bind.value {
                write!(out, " = {}", self.show(value))?;
            }
            writeln!(out)?;
        }
        for call in &self.calls {
            let line = self.line(call.name_span.start);
            let args: Vec<String> = self.args(call.args).iter().map(|arg| self.show(arg.value)).collect();
            let callee = self.show(call.callee);
            writeln!(out, "{line}: {} call {callee}({})", self.name_of(call.scope), args.join(", "))?;
        }
        for ret in &self.returns {
            let line = self.line(ret.span.start);
            writeln!(out, "{line}: {} return {}", self.name_of(ret.scope), self.show(ret.value))?;
        }
        for export in &self.exports {
            let line = self.line(export.span.start);
            writeln!(out, "{line}: export {} = {}", self.text(export.name), self.show(export.value))?;
        }
        Ok(())
    }

    fn name_of(&self, scope: ScopeId) -> String {
        let name = self.qualified_name(scope);
        if name.is_empty() { "(module)".to_owned() } else { name }
    }

    fn write_param(&self, out: &mut String, param: &Param) -> std::fmt::Result {
        write!(out, "{}", self.text(param.name))?;
        for field in self.names(param.fields) {
            write!(out, "{{{}}}", self.text(*field))?;
        }
        if let Some(ty) = param.ty {
            write!(out, ": {}", self.show(ty))?;
        }
        if let Some(default) = param.default {
            write!(out, " = {}", self.show(default))?;
        }
        write!(out, ", ")
    }

    fn write_list(
        &self,
        out: &mut String,
        items: &[ExprId],
        separator: &str,
        depth: usize,
    ) -> std::fmt::Result {
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                write!(out, "{separator}")?;
            }
            self.write_expr(out, *item, depth)?;
        }
        Ok(())
    }

    fn write_expr(&self, out: &mut String, id: ExprId, depth: usize) -> std::fmt::Result {
        let Some(depth) = depth.checked_sub(1) else { return write!(out, "…") };
        match self.expr(id) {
            Expr::Str(text) => write!(out, "{:?}", self.text(text)),
            Expr::Num => write!(out, "0"),
            Expr::Bool(value) => write!(out, "{value}"),
            Expr::Null => write!(out, "null"),
            Expr::Name(name) => write!(out, "{}", self.text(name)),
            Expr::SelfRef => write!(out, "self"),
            Expr::Attr(object, name) => {
                self.write_expr(out, object, depth)?;
                write!(out, ".{}", self.text(name))
            }
            Expr::Index(object, key) => {
                self.write_expr(out, object, depth)?;
                write!(out, "[")?;
                self.write_expr(out, key, depth)?;
                write!(out, "]")
            }
            Expr::Call(call) => {
                let Some(call) = self.call(call) else { return write!(out, "?") };
                self.write_expr(out, call.callee, depth)?;
                write!(out, "(")?;
                for (position, arg) in self.args(call.args).iter().enumerate() {
                    if position > 0 {
                        write!(out, ", ")?;
                    }
                    if let Some(name) = arg.name {
                        write!(out, "{}=", self.text(name))?;
                    }
                    self.write_expr(out, arg.value, depth)?;
                }
                write!(out, ")")
            }
            Expr::Tmpl(parts) => {
                write!(out, "t(")?;
                self.write_list(out, self.list(parts), " ", depth)?;
                write!(out, ")")
            }
            Expr::List(items) => {
                write!(out, "[")?;
                self.write_list(out, self.list(items), ", ", depth)?;
                write!(out, "]")
            }
            Expr::Map(entries) => {
                write!(out, "{{")?;
                for entry in self.entries(entries) {
                    match entry.key {
                        Some(key) => self.write_expr(out, key, depth)?,
                        None => write!(out, "..")?,
                    }
                    write!(out, ": ")?;
                    self.write_expr(out, entry.value, depth)?;
                    write!(out, ", ")?;
                }
                write!(out, "}}")
            }
            Expr::Spread(value) => {
                write!(out, "*")?;
                self.write_expr(out, value, depth)
            }
            Expr::Fun(scope) => {
                write!(out, "fun@{}", self.line(self.scope(scope).map_or(0, |scope| scope.span.start)))
            }
            Expr::Either(options) => {
                write!(out, "(")?;
                self.write_list(out, self.list(options), " | ", depth)?;
                write!(out, ")")
            }
            Expr::Element(iterable) => {
                write!(out, "each ")?;
                self.write_expr(out, iterable, depth)
            }
            Expr::Other(children) => {
                write!(out, "?(")?;
                self.write_list(out, self.list(children), ", ", depth)?;
                write!(out, ")")
            }
        }
    }
}
