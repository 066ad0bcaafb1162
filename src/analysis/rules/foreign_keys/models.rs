//! Keys that models declare: SQLAlchemy, SQLModel, TypeORM.

use crate::analysis::{
    facts::{Bind, Call, Expr, ExprId, FileFacts, Lang, ScopeId},
    link::FileId,
    rules::{
        context::{Context, last_name},
        draft::Draft,
        matcher::Rule,
        migrations::is_migration,
    },
};
use crate::domain::layer::Layer;
use std::collections::BTreeSet;

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        // A model inside a migration is a picture of what once was.
        if context.layer(file) == Layer::Migration || is_migration(&facts.path) {
            continue;
        }
        for bind in &facts.binds {
            let draft = match facts.lang {
                Lang::Python => python(context, file, facts, bind),
                Lang::TypeScript | Lang::JavaScript => typescript(file, facts, bind),
                Lang::Rust
                | Lang::Java
                | Lang::Kotlin
                | Lang::CSharp
                | Lang::Go
                | Lang::Ruby
                | Lang::Php
                | Lang::Elixir => None,
            };
            found.extend(draft);
        }
    }
    found
}

/// `mapped_column(ForeignKey("customers.id"))`, `Field(foreign_key="customers.id")`.
fn python(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, bind: &Bind) -> Option<Draft> {
    let call = call_of(facts, bind.value?)?;
    let target = match last_name(facts, call.callee)? {
        "Column" | "mapped_column" => {
            let key = facts.args(call.args).iter().find_map(|arg| {
                let inner = call_of(facts, arg.value)?;
                (last_name(facts, inner.callee) == Some("ForeignKey")).then_some(inner)
            })?;
            facts.args(key.args).first().map(|arg| arg.value)
        }
        "Field" => argument(facts, call, "foreign_key"),
        _ => None,
    }?;
    let has = |name: &str| {
        argument(facts, call, name).is_some_and(|value| !matches!(facts.expr(value), Expr::Bool(false)))
    };
    let column = facts.text(bind.name);
    if has("index") || has("primary_key") || has("unique") || is_in_table_index(facts, bind.scope, column) {
        return None;
    }
    let constant = context.resolver().constant(file, target).unwrap_or_default();
    // `ForeignKey(Customer.id)` names the class.
    let class = match facts.expr(target) {
        Expr::Attr(class, _) => last_name(facts, class),
        _ => None,
    };
    let table = constant.split('.').next().filter(|table| !table.is_empty());
    let table = table.or(class).unwrap_or("another table");
    let span = facts.expr_span(bind.value?);
    Some(Draft::new(file, span).word("column", column).word("table", table))
}

/// Whether `__table_args__` of the class has an index that begins with the column.
fn is_in_table_index(facts: &FileFacts, class: ScopeId, column: &str) -> bool {
    let args =
        facts.binds.iter().find(|bind| bind.scope == class && facts.text(bind.name) == "__table_args__");
    let Some(args) = args.and_then(|bind| bind.value) else { return false };
    let span = facts.expr_span(args);
    let first_column = |call: &Call| {
        let names = facts.args(call.args).iter().filter(|arg| arg.name.is_none());
        // The first argument of `Index` is its own name.
        let skipped = usize::from(last_name(facts, call.callee) == Some("Index"));
        let first = names.skip(skipped).map(|arg| arg.value).next()?;
        match facts.expr(first) {
            Expr::Str(text) => Some(facts.text(text)),
            Expr::Name(name) => Some(facts.text(name)),
            _ => None,
        }
    };
    facts.calls.iter().any(|call| {
        span.contains(call.span)
            && matches!(
                last_name(facts, call.callee),
                Some("Index" | "UniqueConstraint" | "PrimaryKeyConstraint")
            )
            && first_column(call) == Some(column)
    })
}

/// `@ManyToOne(() => Customer)` on a field without `@Index()`.
fn typescript(file: FileId, facts: &FileFacts, bind: &Bind) -> Option<Draft> {
    let annotations = facts.list(bind.annotations);
    let named =
        |name: &str| annotations.iter().copied().find(|found| annotation_name(facts, *found) == Some(name));
    let relation = named("ManyToOne")?;
    let indexes: BTreeSet<&str> = ["Index", "PrimaryColumn", "Unique", "PrimaryGeneratedColumn"].into();
    if annotations
        .iter()
        .any(|found| annotation_name(facts, *found).is_some_and(|name| indexes.contains(name)))
    {
        return None;
    }
    let column = facts.text(bind.name);
    if is_in_class_index(facts, bind.scope, column) {
        return None;
    }
    let call = call_of(facts, relation)?;
    let target = facts.args(call.args).first().and_then(|arg| match facts.expr(arg.value) {
        Expr::Fun(scope) => {
            let returned = facts.returns.iter().find(|ret| ret.scope == scope)?.value;
            last_name(facts, returned)
        }
        _ => None,
    });
    let is_imported = facts.imports.iter().any(|import| {
        facts.text(import.module) == "typeorm"
            && import.name.is_some_and(|name| facts.text(name) == "ManyToOne")
    });
    is_imported.then(|| {
        Draft::new(file, bind.name_span)
            .word("column", column)
            .word("table", target.unwrap_or("another table"))
    })
}

/// Whether the class has `@Index(["column", …])` or `@Unique` on it.
fn is_in_class_index(facts: &FileFacts, class: ScopeId, column: &str) -> bool {
    let Some(class) = facts.scope(class) else { return false };
    facts.list(class.annotations).iter().filter_map(|found| call_of(facts, *found)).any(|call| {
        matches!(last_name(facts, call.callee), Some("Index" | "Unique"))
            && facts.args(call.args).iter().any(|arg| match facts.expr(arg.value) {
                Expr::List(items) => facts.list(items).first().is_some_and(
                    |first| matches!(facts.expr(*first), Expr::Str(text) if facts.text(text) == column),
                ),
                _ => false,
            })
    })
}

fn annotation_name(facts: &FileFacts, annotation: ExprId) -> Option<&str> {
    match call_of(facts, annotation) {
        Some(call) => last_name(facts, call.callee),
        None => last_name(facts, annotation),
    }
}

fn call_of(facts: &FileFacts, expr: ExprId) -> Option<&Call> {
    match facts.expr(expr) {
        Expr::Call(id) => facts.call(id),
        _ => None,
    }
}

fn argument(facts: &FileFacts, call: &Call, name: &str) -> Option<ExprId> {
    facts
        .args(call.args)
        .iter()
        .find(|arg| arg.name.is_some_and(|found| facts.text(found) == name))
        .map(|arg| arg.value)
}
