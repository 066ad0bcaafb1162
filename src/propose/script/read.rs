//! Makes an outline from a syntax tree.

use super::outline::{
    Class, Export, Import, Imported, List, Mark, Method, Parameter, Property, Script, Suite, Variable,
};
use oxc_ast::ast::{
    Argument, ArrowFunctionBody, BindingPattern, CallExpression, ClassElement, Declaration, Decorator,
    ExportDefaultDeclarationKind, Expression, FormalParameters, ImportDeclaration,
    ImportDeclarationSpecifier, ImportOrExportKind, MethodDefinition, MethodDefinitionKind,
    ModuleDeclaration, ObjectPropertyKind, Program, PropertyDefinition, Statement, TSAccessibility,
    VariableDeclaration,
};
use oxc_span::{GetSpan, Span};
use std::ops::Range;

/// Names of the functions that open a suite.
const SUITES: [&str; 2] = ["describe", "suite"];

struct Read<'t> {
    text: &'t str,
    script: Script,
}

pub(super) fn script(text: &str, program: &Program<'_>) -> Script {
    let mut read = Read { text, script: Script::default() };
    for statement in &program.body {
        read.statement(statement);
    }
    read.script
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// From the name of a property to the end of its type.
fn stated(property: &PropertyDefinition<'_>) -> Range<usize> {
    let key = property.key.span();
    let end = property.type_annotation.as_ref().map_or(key.end, |ty| ty.span.end);
    key.start as usize..end as usize
}

impl Read<'_> {
    fn source(&self, span: Span) -> String {
        self.text.get(range(span)).unwrap_or_default().to_owned()
    }

    fn statement(&mut self, statement: &Statement<'_>) {
        if let Some(module) = statement.as_module_declaration() {
            return self.module(module);
        }
        match statement {
            Statement::ClassDeclaration(class) => self.class(class),
            Statement::VariableDeclaration(variable) => self.variable(variable),
            Statement::ExpressionStatement(statement) => {
                if let Expression::CallExpression(call) = &statement.expression {
                    self.suite(call);
                }
                self.lists(&statement.expression, "", &mut Vec::new());
            }
            _ => {}
        }
    }

    fn module(&mut self, module: &ModuleDeclaration<'_>) {
        match module {
            ModuleDeclaration::ImportDeclaration(import) => self.import(import),
            ModuleDeclaration::ExportAllDeclaration(export) => self
                .script
                .exports
                .push(Export { from: export.source.value.to_string(), range: range(export.span) }),
            ModuleDeclaration::ExportFromDeclaration(export) => self
                .script
                .exports
                .push(Export { from: export.source.value.to_string(), range: range(export.span) }),
            ModuleDeclaration::ExportDeclaration(export) => match &export.declaration {
                Declaration::ClassDeclaration(class) => self.class(class),
                Declaration::VariableDeclaration(variable) => self.variable(variable),
                _ => {}
            },
            ModuleDeclaration::ExportDefaultDeclaration(export) => match &export.declaration {
                ExportDefaultDeclarationKind::ClassDeclaration(class) => self.class(class),
                other => {
                    if let Some(expression) = other.as_expression() {
                        self.lists(expression, "", &mut Vec::new());
                    }
                }
            },
            _ => {}
        }
    }

    fn import(&mut self, import: &ImportDeclaration<'_>) {
        let names = import.specifiers.iter().flatten().map(|specifier| {
            let (name, local, span) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(named) => {
                    (named.imported.name().to_string(), named.local.name.to_string(), named.span)
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(default) => {
                    ("default".to_owned(), default.local.name.to_string(), default.span)
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(all) => {
                    ("*".to_owned(), all.local.name.to_string(), all.span)
                }
            };
            Imported { name, local, range: range(span) }
        });
        let names = names.collect();
        let from = import.source.value.to_string();
        let is_type = import.import_kind == ImportOrExportKind::Type;
        self.script.imports.push(Import { from, names, is_type, range: range(import.span) });
    }

    fn variable(&mut self, declaration: &VariableDeclaration<'_>) {
        for declarator in &declaration.declarations {
            if let Some(init) = &declarator.init {
                let name = binding(&declarator.id);
                self.lists(init, &name, &mut Vec::new());
            }
        }
    }

    fn class(&mut self, class: &oxc_ast::ast::Class<'_>) {
        let Some(id) = &class.id else { return };
        let marks: Vec<Mark> = class.decorators.iter().filter_map(|decorator| self.mark(decorator)).collect();
        for decorator in &class.decorators {
            self.lists(&decorator.expression, "", &mut Vec::new());
        }
        let mut outline = Class {
            name: id.name.to_string(),
            name_at: id.span.start as usize,
            base: class.heritage.as_ref().map(|heritage| self.source(heritage.expression.span())),
            marks,
            properties: Vec::new(),
            methods: Vec::new(),
            parameters: Vec::new(),
            constructor: 0..0,
            body: range(class.body.span),
        };
        for element in &class.body.body {
            match element {
                ClassElement::MethodDefinition(method) => self.method(method, &mut outline),
                ClassElement::PropertyDefinition(property) => {
                    let Some(name) = property.key.static_name() else { continue };
                    let first = property.decorators.first().map_or(property.span, |one| one.span);
                    outline.properties.push(Property {
                        range: first.start.min(property.span.start) as usize..property.span.end as usize,
                        name: name.into_owned(),
                        ty: property
                            .type_annotation
                            .as_ref()
                            .map_or(String::new(), |ty| self.source(ty.type_annotation.span())),
                        marks: property.decorators.iter().filter_map(|one| self.mark(one)).collect(),
                        definite: property.definite,
                        optional: property.optional,
                        stated: stated(property),
                    });
                }
                _ => {}
            }
        }
        self.script.classes.push(outline);
    }

    fn method(&self, method: &MethodDefinition<'_>, class: &mut Class) {
        let parameters = self.parameters(&method.value.params);
        let body = method.value.body.as_ref().map_or(0..0, |body| range(body.span));
        if method.kind == MethodDefinitionKind::Constructor {
            class.parameters = parameters;
            class.constructor = body;
            return;
        }
        let Some(name) = method.key.static_name() else { return };
        class.methods.push(Method {
            name: name.into_owned(),
            marks: method.decorators.iter().filter_map(|one| self.mark(one)).collect(),
            parameters,
            returns: method
                .value
                .return_type
                .as_ref()
                .map_or(String::new(), |ty| self.source(ty.type_annotation.span())),
            is_public: method.accessibility == Some(TSAccessibility::Public),
            body,
        });
    }

    fn parameters(&self, parameters: &FormalParameters<'_>) -> Vec<Parameter> {
        let one = |parameter: &oxc_ast::ast::FormalParameter<'_>| {
            let mut modifiers = Vec::new();
            modifiers.extend(parameter.accessibility.map(|access| match access {
                TSAccessibility::Private => "private",
                TSAccessibility::Protected => "protected",
                TSAccessibility::Public => "public",
            }));
            modifiers.extend(parameter.readonly.then_some("readonly"));
            Parameter {
                name: binding(&parameter.pattern),
                ty: parameter
                    .type_annotation
                    .as_ref()
                    .map_or(String::new(), |ty| self.source(ty.type_annotation.span())),
                marks: parameter.decorators.iter().filter_map(|mark| self.mark(mark)).collect(),
                modifiers: modifiers.join(" "),
                optional: parameter.optional || parameter.initializer.is_some(),
            }
        };
        parameters.items.iter().map(one).collect()
    }

    fn mark(&self, decorator: &Decorator<'_>) -> Option<Mark> {
        let (callee, arguments) = match &decorator.expression {
            Expression::CallExpression(call) => {
                (&call.callee, call.arguments.iter().map(|argument| self.source(argument.span())).collect())
            }
            other => (other, Vec::new()),
        };
        Some(Mark { name: callee_name(callee)?, arguments, range: range(decorator.span) })
    }

    /// Every list below an expression, with what holds it.
    fn lists(&mut self, expression: &Expression<'_>, key: &str, within: &mut Vec<String>) {
        match expression {
            Expression::ArrayExpression(array) => {
                let elements: Vec<&Expression<'_>> =
                    array.elements.iter().filter_map(|element| element.as_expression()).collect();
                self.script.lists.push(List {
                    key: key.to_owned(),
                    within: within.clone(),
                    elements: elements.iter().map(|element| range(element.span())).collect(),
                    range: range(array.span),
                });
                for element in elements {
                    self.lists(element, key, within);
                }
            }
            Expression::ObjectExpression(object) => {
                for property in &object.properties {
                    match property {
                        ObjectPropertyKind::ObjectProperty(property) => {
                            let name = property.key.static_name().unwrap_or_default().into_owned();
                            self.lists(&property.value, &name, within);
                        }
                        ObjectPropertyKind::SpreadProperty(spread) => {
                            self.lists(&spread.argument, key, within);
                        }
                    }
                }
            }
            Expression::CallExpression(call) => {
                within.push(callee_name(&call.callee).unwrap_or_default());
                self.arguments(&call.arguments, within);
                within.pop();
            }
            Expression::NewExpression(new) => {
                within.push(callee_name(&new.callee).unwrap_or_default());
                self.arguments(&new.arguments, within);
                within.pop();
            }
            Expression::TSAsExpression(cast) => self.lists(&cast.expression, key, within),
            Expression::TSSatisfiesExpression(cast) => self.lists(&cast.expression, key, within),
            Expression::ParenthesizedExpression(inner) => self.lists(&inner.expression, key, within),
            Expression::AwaitExpression(awaited) => self.lists(&awaited.argument, key, within),
            Expression::ArrowFunctionExpression(arrow) => {
                if let Some(value) = arrow.body.as_expression() {
                    self.lists(value, key, within);
                }
                for statement in statements(&arrow.body) {
                    match statement {
                        Statement::ExpressionStatement(statement) => {
                            self.lists(&statement.expression, key, within);
                        }
                        Statement::ReturnStatement(statement) => {
                            if let Some(argument) = &statement.argument {
                                self.lists(argument, key, within);
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn arguments(&mut self, arguments: &[Argument<'_>], within: &mut Vec<String>) {
        for argument in arguments.iter().filter_map(|argument| argument.as_expression()) {
            self.lists(argument, "", within);
        }
    }

    fn suite(&mut self, call: &CallExpression<'_>) {
        if !callee_name(&call.callee).is_some_and(|name| SUITES.contains(&name.as_str())) {
            return;
        }
        let title = call.arguments.first().map_or(String::new(), |title| self.source(title.span()));
        let body = match call.arguments.iter().filter_map(|argument| argument.as_expression()).next_back() {
            Some(Expression::ArrowFunctionExpression(arrow)) => statements(&arrow.body),
            Some(Expression::FunctionExpression(function)) => match &function.body {
                Some(body) => body.statements.as_slice(),
                None => return,
            },
            _ => return,
        };
        let mut suite = Suite { title, variables: Vec::new(), statements: Vec::new() };
        for statement in body {
            let mut called = None;
            match statement {
                Statement::ExpressionStatement(statement) => {
                    if let Expression::CallExpression(call) = &statement.expression {
                        called = callee_name(&call.callee);
                    }
                }
                Statement::VariableDeclaration(declaration) => {
                    for declarator in &declaration.declarations {
                        suite.variables.push(Variable {
                            name: binding(&declarator.id),
                            ty: declarator
                                .type_annotation
                                .as_ref()
                                .map_or(String::new(), |ty| self.source(ty.type_annotation.span())),
                        });
                    }
                }
                _ => {}
            }
            suite.statements.push((range(statement.span()), called));
        }
        self.script.suites.push(suite);
    }
}

fn statements<'b, 'a>(body: &'b ArrowFunctionBody<'a>) -> &'b [Statement<'a>] {
    match body {
        ArrowFunctionBody::FunctionBody(body) => &body.statements,
        _ => &[],
    }
}

fn binding(pattern: &BindingPattern<'_>) -> String {
    pattern.get_binding_identifier().map_or(String::new(), |id| id.name.to_string())
}

/// `forFeature` of `TypeOrmModule.forFeature`, `Get` of `Get`.
fn callee_name(callee: &Expression<'_>) -> Option<String> {
    match callee {
        Expression::Identifier(name) => Some(name.name.to_string()),
        Expression::StaticMemberExpression(member) => match &member.object {
            // `describe.skip`, `it.each` are what they begin with.
            Expression::Identifier(object) if object.name.starts_with(char::is_lowercase) => {
                let known =
                    SUITES.contains(&object.name.as_str()) || object.name == "it" || object.name == "test";
                Some(if known { object.name.to_string() } else { member.property.name.to_string() })
            }
            _ => Some(member.property.name.to_string()),
        },
        _ => None,
    }
}
