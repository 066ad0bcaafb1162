//! Statements: blocks of loops and branches, declarations, returned values.

use super::walk::{Walk, span};
use crate::analysis::facts::{BindKind, BlockKind, CallFlags, Expr, ExprId, ScopeFlags, Span};
use oxc_ast::ast::{
    Declaration, ForStatementInit, ForStatementLeft, IfStatement, Statement, SwitchStatement, TryStatement,
    VariableDeclaration, VariableDeclarator,
};
use oxc_span::GetSpan;

impl Walk {
    pub(super) fn statements(&mut self, statements: &[Statement<'_>]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    pub(super) fn statement(&mut self, statement: &Statement<'_>) {
        self.deeper(|walk| walk.statement_here(statement));
    }

    fn statement_here(&mut self, statement: &Statement<'_>) {
        match statement {
            Statement::BlockStatement(block) => self.statements(&block.body),
            Statement::ExpressionStatement(statement) => {
                self.expression(&statement.expression);
            }
            Statement::ReturnStatement(statement) => {
                if let Some(argument) = &statement.argument {
                    let value = self.expression(argument);
                    self.facts.ret(value, span(statement.span));
                }
            }
            Statement::IfStatement(statement) => self.if_statement(statement),
            Statement::ForStatement(statement) => {
                match &statement.init {
                    Some(ForStatementInit::VariableDeclaration(declaration)) => self.variables(declaration),
                    Some(init) => {
                        init.as_expression().map(|init| self.expression(init));
                    }
                    None => {}
                }
                self.facts.enter_block(BlockKind::Loop, None, span(statement.span));
                for part in [&statement.test, &statement.update].into_iter().flatten() {
                    self.expression(part);
                }
                self.statement(&statement.body);
                self.facts.leave_block();
            }
            Statement::ForOfStatement(statement) => {
                let head = self.expression(&statement.right);
                self.for_each(&statement.left, head, &statement.body, span(statement.span));
            }
            Statement::ForInStatement(statement) => {
                let head = self.expression(&statement.right);
                self.for_each(&statement.left, head, &statement.body, span(statement.span));
            }
            Statement::WhileStatement(statement) => {
                let head = self.expression(&statement.test);
                self.facts.enter_block(BlockKind::Loop, Some(head), span(statement.span));
                self.statement(&statement.body);
                self.facts.leave_block();
            }
            Statement::DoWhileStatement(statement) => {
                self.facts.enter_block(BlockKind::Loop, None, span(statement.span));
                self.statement(&statement.body);
                self.expression(&statement.test);
                self.facts.leave_block();
            }
            Statement::SwitchStatement(statement) => self.switch_statement(statement),
            Statement::TryStatement(statement) => self.try_statement(statement),
            Statement::ThrowStatement(statement) => {
                let value = self.expression(&statement.argument);
                self.facts.flag_call(value, CallFlags::THROWN);
            }
            Statement::LabeledStatement(statement) => self.statement(&statement.body),
            Statement::WithStatement(statement) => {
                let head = self.expression(&statement.object);
                self.facts.enter_block(BlockKind::With, Some(head), span(statement.span));
                self.statement(&statement.body);
                self.facts.leave_block();
            }
            Statement::BreakStatement(_)
            | Statement::ContinueStatement(_)
            | Statement::DebuggerStatement(_)
            | Statement::EmptyStatement(_) => {}
            other => {
                if let Some(declaration) = other.as_declaration() {
                    self.declaration(declaration, ScopeFlags::NONE);
                } else if let Some(declaration) = other.as_module_declaration() {
                    self.module_declaration(declaration);
                }
            }
        }
    }

    pub(super) fn declaration(&mut self, declaration: &Declaration<'_>, flags: ScopeFlags) {
        match declaration {
            Declaration::VariableDeclaration(declaration) => self.variables(declaration),
            Declaration::FunctionDeclaration(function) => {
                self.function_declaration(function, flags);
            }
            Declaration::ClassDeclaration(class) => {
                self.class(class, None, flags);
            }
            Declaration::TSTypeAliasDeclaration(alias) => {
                let value = self.ty(&alias.type_annotation);
                let name_span = span(alias.id.span);
                self.facts.bind(BindKind::Alias, &alias.id.name, Some(value), span(alias.span), name_span);
            }
            Declaration::TSInterfaceDeclaration(interface) => self.interface(interface, flags),
            Declaration::TSEnumDeclaration(declaration) => self.enumeration(declaration, flags),
            Declaration::TSNamespaceDeclaration(namespace) => self.namespace(namespace, flags),
            Declaration::TSImportEqualsDeclaration(import) => self.import_equals(import),
            // Ambient declarations describe foreign modules; they define nothing here.
            Declaration::TSExternalModuleDeclaration(_) | Declaration::TSGlobalDeclaration(_) => {}
        }
    }

    fn variables(&mut self, declaration: &VariableDeclaration<'_>) {
        for declarator in &declaration.declarations {
            self.variable(declarator);
        }
    }

    fn variable(&mut self, declarator: &VariableDeclarator<'_>) {
        let whole = span(declarator.span);
        let ty = declarator.type_annotation.as_ref().map(|ty| self.ty(&ty.type_annotation));
        let Some(init) = &declarator.init else {
            self.bind_pattern(&declarator.id, BindKind::Assign, None, ty, whole);
            return;
        };
        if self.require(&declarator.id, init, whole) {
            return;
        }
        let name = declarator.id.get_binding_identifier();
        let value = match name {
            Some(name) => self.named(init, &name.name, span(name.span)),
            None => self.expression(init),
        };
        self.bind_pattern(&declarator.id, BindKind::Assign, Some(value), ty, whole);
    }

    fn if_statement(&mut self, statement: &IfStatement<'_>) {
        let head = self.expression(&statement.test);
        self.facts.enter_block(BlockKind::Branch, Some(head), span(statement.consequent.span()));
        self.statement(&statement.consequent);
        self.facts.leave_block();
        if let Some(alternate) = &statement.alternate {
            self.facts.enter_block(BlockKind::Branch, None, span(alternate.span()));
            self.statement(alternate);
            self.facts.leave_block();
        }
    }

    fn for_each(&mut self, left: &ForStatementLeft<'_>, head: ExprId, body: &Statement<'_>, whole: Span) {
        self.facts.enter_block(BlockKind::Loop, Some(head), whole);
        let place = span(left.span());
        let element = self.facts.expr(Expr::Element(head), place);
        match left {
            ForStatementLeft::VariableDeclaration(declaration) => {
                for declarator in &declaration.declarations {
                    self.bind_pattern(&declarator.id, BindKind::Loop, Some(element), None, place);
                }
            }
            other => {
                if let Some(target) = other.as_assignment_target() {
                    self.assign(target, BindKind::Loop, element, place);
                }
            }
        }
        self.statement(body);
        self.facts.leave_block();
    }

    fn switch_statement(&mut self, statement: &SwitchStatement<'_>) {
        self.expression(&statement.discriminant);
        for case in &statement.cases {
            let head = case.test.as_ref().map(|test| self.expression(test));
            self.facts.enter_block(BlockKind::Branch, head, span(case.span));
            self.statements(&case.consequent);
            self.facts.leave_block();
        }
    }

    fn try_statement(&mut self, statement: &TryStatement<'_>) {
        self.facts.enter_block(BlockKind::Try, None, span(statement.block.span));
        self.statements(&statement.block.body);
        self.facts.leave_block();
        if let Some(handler) = &statement.handler {
            self.facts.enter_block(BlockKind::Catch, None, span(handler.span));
            if let Some(parameter) = &handler.param {
                self.bind_pattern(&parameter.pattern, BindKind::Catch, None, None, span(parameter.span));
            }
            self.statements(&handler.body.body);
            self.facts.leave_block();
        }
        if let Some(finalizer) = &statement.finalizer {
            self.facts.enter_block(BlockKind::Finally, None, span(finalizer.span));
            self.statements(&finalizer.body);
            self.facts.leave_block();
        }
    }
}
