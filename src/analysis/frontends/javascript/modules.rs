//! Imports and exports, of ES modules and of CommonJS alike.

use super::{
    links::unchain,
    walk::{Walk, span},
};
use crate::analysis::facts::{BindKind, Expr, ExprId, ImportFlags, ScopeFlags, Span};
use oxc_ast::ast::{
    AssignmentTarget, BindingPattern, CallExpression, ExportDefaultDeclaration, ExportDefaultDeclarationKind,
    ExportFromDeclaration, ExportNamedDeclaration, Expression, ImportDeclaration, ImportDeclarationSpecifier,
    ImportExpression, ImportOrExportKind, MemberExpression, ModuleDeclaration, TSImportEqualsDeclaration,
    TSModuleReference,
};
use oxc_span::GetSpan;

fn type_only(kind: ImportOrExportKind) -> ImportFlags {
    ImportFlags::NONE.with_if(ImportFlags::TYPE_ONLY, kind == ImportOrExportKind::Type)
}

impl Walk {
    pub(super) fn module_declaration(&mut self, declaration: &ModuleDeclaration<'_>) {
        match declaration {
            ModuleDeclaration::ImportDeclaration(import) => self.import(import),
            ModuleDeclaration::ExportAllDeclaration(export) => {
                let source = &export.source;
                let alias = export.exported.as_ref().map(|name| name.name());
                let (whole, place) = (span(export.span), span(source.span));
                let import = self.facts.import(&source.value, None, alias.as_deref(), whole, place);
                let flags = type_only(export.export_kind)
                    .with(ImportFlags::REEXPORT)
                    .with_if(ImportFlags::STAR, alias.is_none());
                self.facts.edit_import(import, |import| import.flags = flags);
            }
            ModuleDeclaration::ExportDefaultDeclaration(export) => self.export_default(export),
            ModuleDeclaration::ExportDeclaration(export) => {
                self.declaration(&export.declaration, ScopeFlags::EXPORTED);
            }
            ModuleDeclaration::ExportNamedDeclaration(export) => self.export_names(export),
            ModuleDeclaration::ExportFromDeclaration(export) => self.export_from(export),
            ModuleDeclaration::TSExportAssignment(export) => {
                let value = self.expression(&export.expression);
                self.facts.export("=", value, span(export.span));
            }
            ModuleDeclaration::TSNamespaceExportDeclaration(_) => {}
        }
    }

    fn import(&mut self, declaration: &ImportDeclaration<'_>) {
        let whole = span(declaration.span);
        let module = declaration.source.value.as_str();
        let flags = type_only(declaration.import_kind);
        let Some(specifiers) = &declaration.specifiers else {
            self.facts.import(module, None, None, whole, span(declaration.source.span));
            return;
        };
        for specifier in specifiers {
            let (import, flags) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(named) => {
                    let name = named.imported.name();
                    let place = span(named.imported.span());
                    (
                        self.facts.import(module, Some(&name), Some(&named.local.name), whole, place),
                        flags.with(type_only(named.import_kind)),
                    )
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(default) => {
                    let place = span(default.span);
                    (
                        self.facts.import(module, Some("default"), Some(&default.local.name), whole, place),
                        flags,
                    )
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(all) => {
                    (self.facts.import(module, None, Some(&all.local.name), whole, span(all.span)), flags)
                }
            };
            self.facts.edit_import(import, |import| import.flags = flags);
        }
    }

    fn export_default(&mut self, export: &ExportDefaultDeclaration<'_>) {
        let whole = span(export.span);
        let place = span(export.declaration.span());
        let value = match &export.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                let scope = self.function_declaration(function, ScopeFlags::EXPORTED);
                self.facts.expr(Expr::Fun(scope), place)
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                let scope = self.class(class, None, ScopeFlags::EXPORTED);
                self.facts.expr(Expr::Fun(scope), place)
            }
            ExportDefaultDeclarationKind::TSInterfaceDeclaration(interface) => {
                self.interface(interface, ScopeFlags::EXPORTED);
                self.facts.name(&interface.id.name, place)
            }
            other => match other.as_expression() {
                Some(expression) => self.expression(expression),
                None => return,
            },
        };
        self.facts.export("default", value, whole);
    }

    fn export_names(&mut self, export: &ExportNamedDeclaration<'_>) {
        for specifier in &export.specifiers {
            let place = span(specifier.span);
            let value = self.facts.name(&specifier.local.name(), span(specifier.local.span()));
            self.facts.export(&specifier.exported.name(), value, place);
        }
    }

    fn export_from(&mut self, export: &ExportFromDeclaration<'_>) {
        for specifier in &export.specifiers {
            let (name, alias) = (specifier.local.name(), specifier.exported.name());
            let place = span(specifier.local.span());
            let import =
                self.facts.import(&export.source.value, Some(&name), Some(&alias), span(export.span), place);
            let flags = type_only(export.export_kind)
                .with(type_only(specifier.export_kind))
                .with(ImportFlags::REEXPORT);
            self.facts.edit_import(import, |import| import.flags = flags);
        }
    }

    /// `import a = require('b')` and `import A = B.C`.
    pub(super) fn import_equals(&mut self, import: &TSImportEqualsDeclaration<'_>) {
        let (whole, place) = (span(import.span), span(import.id.span));
        let value = match &import.module_reference {
            TSModuleReference::ExternalModuleReference(module) => {
                let flags = type_only(import.import_kind);
                let module = &module.expression.value;
                let import = self.facts.import(module, None, Some(&import.id.name), whole, place);
                self.facts.edit_import(import, |import| import.flags = flags);
                return;
            }
            TSModuleReference::IdentifierReference(name) => self.facts.name(&name.name, span(name.span)),
            TSModuleReference::QualifiedName(name) => self.qualified_name(name),
        };
        self.facts.bind(BindKind::Alias, &import.id.name, Some(value), whole, place);
    }

    /// `const a = require('b')` and `const { a, b: c } = require('d')`: imports under these
    /// names. False where the pattern or the value is anything else.
    pub(super) fn require(
        &mut self,
        pattern: &BindingPattern<'_>,
        init: &Expression<'_>,
        whole: Span,
    ) -> bool {
        let Expression::CallExpression(call) = init else { return false };
        let Some(module) = call.common_js_require() else { return false };
        match pattern {
            BindingPattern::BindingIdentifier(name) => {
                self.facts.import(&module.value, None, Some(&name.name), whole, span(name.span));
                true
            }
            BindingPattern::ObjectPattern(object) if object.rest.is_none() => {
                let names: Option<Vec<_>> = object
                    .properties
                    .iter()
                    .map(|property| match (&property.value, self.static_key(&property.key)) {
                        (BindingPattern::BindingIdentifier(alias), Some(key)) if !property.computed => {
                            Some((key, alias.name.as_str()))
                        }
                        _ => None,
                    })
                    .collect();
                let Some(names) = names else { return false };
                for ((name, place), alias) in names {
                    self.facts.import(&module.value, Some(&name), Some(alias), whole, place);
                }
                true
            }
            _ => false,
        }
    }

    /// `require('x')` inside an expression: an import under a name that no source can
    /// hold, and that name as the expression.
    pub(super) fn inline_require(&mut self, call: &CallExpression<'_>) -> Option<ExprId> {
        let module = call.common_js_require()?;
        Some(self.inline_import("require", &module.value, span(call.span)))
    }

    /// `import('x')`, the same as `require` for who wants to know what comes from where.
    pub(super) fn dynamic_import(&mut self, import: &ImportExpression<'_>) -> ExprId {
        let place = span(import.span);
        match &import.source {
            Expression::StringLiteral(module) => self.inline_import("import", &module.value, place),
            other => {
                let value = self.expression(other);
                self.facts.other(&[value], place)
            }
        }
    }

    fn inline_import(&mut self, word: &str, module: &str, place: Span) -> ExprId {
        let alias = format!("{word}({module})");
        let import = self.facts.import(module, None, Some(&alias), place, place);
        self.facts.edit_import(import, |import| import.flags = ImportFlags::INLINE);
        self.facts.name(&alias, place)
    }

    /// Whether the target of an assignment is an export of CommonJS; if so, exports it.
    pub(super) fn common_js_export(
        &mut self,
        target: &AssignmentTarget<'_>,
        value: ExprId,
        whole: Span,
    ) -> bool {
        let Some(member) = target.as_member_expression() else { return false };
        let Some(name) = export_name(member) else { return false };
        self.facts.export(&name, value, whole);
        true
    }
}

/// The exported name when a member is `module.exports`, `exports.x` or `module.exports.x`.
fn export_name(member: &MemberExpression<'_>) -> Option<String> {
    let name = member.static_property_name()?;
    let (links, inner) = unchain(member.object());
    let Expression::Identifier(root) = inner else { return None };
    match (root.name.as_str(), links.as_slice()) {
        ("module", []) if name == "exports" => Some("=".to_owned()),
        ("exports", []) => Some(name.to_owned()),
        ("module", [super::links::Link::Member(exports)]) if exports.property.name == "exports" => {
            Some(name.to_owned())
        }
        _ => None,
    }
}
