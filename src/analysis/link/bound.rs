//! What stands behind a name: the expression that it was bound to, here or where it was
//! exported.
//!
//! A value forgets how it was written. `const register = catchAsync(async (req, res) => …)`
//! is some function that `catchAsync` gives; who answers a request is only seen in the
//! expression.

use super::{index::Named, linker::Linker, project::FileId, value::Value};
use crate::analysis::facts::{Expr, ExprId, ScopeId};

/// How many names are followed.
const MAX_STEPS: u32 = 6;

impl Linker<'_> {
    /// The expression that a name or member was bound to; none where it is no binding.
    pub fn bound_expr(&mut self, file: FileId, expr: ExprId) -> Option<(FileId, ExprId)> {
        self.bound_expr_at(file, expr, 0)
    }

    fn bound_expr_at(&mut self, file: FileId, expr: ExprId, steps: u32) -> Option<(FileId, ExprId)> {
        if steps > MAX_STEPS {
            return None;
        }
        let facts = self.facts(file)?;
        match facts.expr(expr) {
            Expr::Name(name) => {
                let scope = self.scope_of(file, expr);
                let around: Vec<ScopeId> = facts.scopes_around(scope).map(|(id, _)| id).collect();
                let name = facts.text(name);
                let named = around.into_iter().find_map(|scope| {
                    self.index(file)?.named(scope, name).last().map(|named| (scope, *named))
                });
                self.behind(file, named?.1, name, steps)
            }
            Expr::Attr(object, name) => {
                let name = facts.text(name);
                match self.expr(file, object) {
                    Value::Module(module) => self.exported_expr(module.file?, name, steps),
                    object @ Value::Map(..) => {
                        let (of, value) = self.entry_expr(&object, name)?;
                        self.bound_expr_at(of, value, steps + 1).or(Some((of, value)))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn behind(&mut self, file: FileId, named: Named, name: &str, steps: u32) -> Option<(FileId, ExprId)> {
        let facts = self.facts(file)?;
        match named {
            Named::Bind(bind) => {
                let value = facts.binds.get(bind as usize)?.value?;
                self.bound_expr_at(file, value, steps + 1).or(Some((file, value)))
            }
            Named::Import(import) => {
                let import = facts.imports.get(import as usize)?;
                let module = self.resolve_module(file, facts, import)?;
                let name = import.name.map_or(name, |name| facts.text(name));
                self.exported_expr(module.file?, name, steps)
            }
            Named::Definition(_) | Named::Param(_) | Named::ParamField(_) => None,
        }
    }

    /// The expression behind a name of a module.
    fn exported_expr(&mut self, file: FileId, name: &str, steps: u32) -> Option<(FileId, ExprId)> {
        let facts = self.facts(file)?;
        if let Some(named) = self.index(file)?.named(ScopeId::MODULE, name).last().copied() {
            return self.behind(file, named, name, steps + 1);
        }
        let export = facts.exports.iter().rev().find(|export| facts.text(export.name) == name);
        if let Some(export) = export {
            let value = export.value;
            return self.bound_expr_at(file, value, steps + 1).or(Some((file, value)));
        }
        let whole = facts.exports.iter().rev().find(|export| facts.text(export.name) == "=")?.value;
        let object = self.expr(file, whole);
        let (of, value) = self.entry_expr(&object, name)?;
        self.bound_expr_at(of, value, steps + 1).or(Some((of, value)))
    }
}
