//! Simple statements and imports.

use super::{Walk, span};
use crate::analysis::facts::{BindKind, CallFlags, Expr as Fact, ImportFlags};
use ruff_python_ast::{Expr, Stmt, StmtAnnAssign, StmtAugAssign, StmtImport, StmtImportFrom};
use ruff_text_size::Ranged;

impl Walk<'_> {
    /// Adds the facts of a block of statements.
    pub(super) fn statements(&mut self, statements: &[Stmt]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        let at = span(statement.range());
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Return(output) => {
                if let Some(value) = &output.value {
                    let value = self.expr(value);
                    self.facts.ret(value, at);
                }
            }
            Stmt::Assign(assign) => {
                let value = self.expr(&assign.value);
                for target in &assign.targets {
                    self.assign(target, Some(value), BindKind::Assign, at);
                }
            }
            Stmt::AnnAssign(assign) => self.annotated(assign),
            Stmt::AugAssign(assign) => self.augmented(assign),
            Stmt::TypeAlias(alias) => {
                let value = self.type_expr(&alias.value);
                self.assign(&alias.name, Some(value), BindKind::Alias, at);
            }
            Stmt::Expr(expression) => {
                // A text alone is documentation.
                if !expression.value.is_string_literal_expr() {
                    self.expr(&expression.value);
                }
            }
            Stmt::Raise(raise) => {
                if let Some(exception) = &raise.exc {
                    let value = self.expr(exception);
                    self.facts.flag_call(value, CallFlags::THROWN);
                }
                if let Some(cause) = &raise.cause {
                    self.expr(cause);
                }
            }
            Stmt::Assert(assert) => {
                self.expr(&assert.test);
                if let Some(message) = &assert.msg {
                    self.expr(message);
                }
            }
            Stmt::Delete(delete) => {
                self.exprs(&delete.targets);
            }
            Stmt::Import(import) => self.import(import),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::Global(global) => {
                let names: Vec<_> =
                    global.names.iter().map(|name| self.facts.intern(name.as_str())).collect();
                if let Some(function) = self.functions.last_mut() {
                    function.globals.extend(names);
                }
            }
            Stmt::For(_) | Stmt::While(_) | Stmt::If(_) | Stmt::With(_) | Stmt::Match(_) | Stmt::Try(_) => {
                self.compound(statement);
            }
            Stmt::Nonlocal(_)
            | Stmt::Pass(_)
            | Stmt::Break(_)
            | Stmt::Continue(_)
            | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    fn annotated(&mut self, assign: &StmtAnnAssign) {
        let is_alias =
            matches!(assign.annotation.as_ref(), Expr::Name(name) if name.id.as_str() == "TypeAlias");
        let ty = (!is_alias).then(|| self.type_expr(&assign.annotation));
        let value = assign
            .value
            .as_ref()
            .map(|value| if is_alias { self.type_expr(value) } else { self.expr(value) });
        let kind = if is_alias { BindKind::Alias } else { BindKind::Assign };
        if let Some(bind) = self.assign(&assign.target, value, kind, span(assign.range)) {
            self.facts.edit_bind(bind, |bind| bind.ty = ty);
        }
    }

    fn augmented(&mut self, assign: &StmtAugAssign) {
        let old = self.expr(&assign.target);
        let new = self.expr(&assign.value);
        let at = span(assign.range);
        let value = match assign.op {
            ruff_python_ast::Operator::Add => self.facts.tmpl(&[old, new], at),
            ruff_python_ast::Operator::Mod => self.percent_format(old, new, at),
            _ => self.facts.other(&[old, new], at),
        };
        self.assign(&assign.target, Some(value), BindKind::Augment, at);
    }

    fn import(&mut self, import: &StmtImport) {
        let at = span(import.range);
        for alias in &import.names {
            let path = alias.name.as_str();
            let name_span = span(alias.name.range());
            let flags = self.import_flags();
            if let Some(local) = &alias.asname {
                let added = self.facts.import(path, None, Some(local.as_str()), at, name_span);
                self.facts.edit_import(added, |import| import.flags = flags);
            } else {
                let root = path.split('.').next().unwrap_or(path);
                let flags = flags.with_if(ImportFlags::ROOT, root.len() < path.len());
                let added = self.facts.import(path, None, Some(root), at, name_span);
                self.facts.edit_import(added, |import| import.flags = flags);
            }
        }
    }

    fn import_from(&mut self, import: &StmtImportFrom) {
        let at = span(import.range);
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        if module == "__future__" {
            return;
        }
        let level = u8::try_from(import.level).unwrap_or(u8::MAX);
        for alias in &import.names {
            let name = alias.name.as_str();
            let name_span = span(alias.name.range());
            let flags = self.import_flags();
            let added = if name == "*" {
                self.facts.import(module, None, None, at, name_span)
            } else {
                let local = alias.asname.as_ref().map_or(name, |local| local.as_str());
                self.facts.import(module, Some(name), Some(local), at, name_span)
            };
            let flags = flags.with_if(ImportFlags::STAR, name == "*");
            self.facts.edit_import(added, |import| (import.flags, import.level) = (flags, level));
        }
    }

    fn import_flags(&self) -> ImportFlags {
        ImportFlags::NONE.with_if(ImportFlags::TYPE_ONLY, self.types_only > 0)
    }

    /// Whether a condition only holds for type checkers.
    pub(super) fn is_type_checking(&self, test: crate::analysis::facts::ExprId) -> bool {
        match self.facts.peek(test) {
            Fact::Name(name) | Fact::Attr(_, name) => self.facts.text(name) == "TYPE_CHECKING",
            _ => false,
        }
    }
}
