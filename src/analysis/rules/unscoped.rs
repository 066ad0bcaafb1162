//! Lookups by id alone, of rows that have an owner.

use super::{
    context::{Context, last_name},
    draft::Draft,
    from_request::is_from_request,
    handler_query::callee_span,
    matcher::Rule,
};
use crate::{
    analysis::{
        facts::{Call, CallId, Expr, ExprId, FileFacts, Lang, ScopeId},
        link::{FileId, Value},
    },
    domain::layer::Layer,
};

/// Columns that say whose a row is.
const OWNERS: [&str; 14] = [
    "owner_id",
    "ownerId",
    "owner",
    "user_id",
    "userId",
    "author_id",
    "authorId",
    "tenant_id",
    "tenantId",
    "account_id",
    "accountId",
    "customer_id",
    "organization_id",
    "organizationId",
];

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        if matches!(context.layer(file), Layer::Migration | Layer::Config | Layer::Middleware | Layer::Job) {
            continue;
        }
        for (id, call) in facts.call_ids() {
            let scope = context.resolver().scope_at(file, call.span.start);
            if !is_lookup(context, file, facts, id, call) || asks_for_owner(facts, scope) {
                continue;
            }
            found.push(Draft::new(file, callee_span(facts, call)).symbol(context.symbol(
                file,
                facts,
                named(facts, scope),
            )));
        }
    }
    found
}

fn named(facts: &FileFacts, scope: ScopeId) -> ScopeId {
    facts
        .scopes_around(scope)
        .find(|(_, found)| !facts.text(found.name).is_empty())
        .map_or(scope, |(id, _)| id)
}

/// Whether the function around names the owner: it compares before or after.
fn asks_for_owner(facts: &FileFacts, scope: ScopeId) -> bool {
    let span = facts.scope(named(facts, scope)).map(|scope| scope.span).unwrap_or_default();
    facts.exprs.iter().enumerate().any(|(index, expr)| match expr {
        Expr::Attr(_, name) | Expr::Name(name) => {
            OWNERS.contains(&facts.text(*name)) && span.contains(facts.expr_span(ExprId::from_index(index)))
        }
        _ => false,
    })
}

/// Whether the function around names a user: a moderator may change what is not theirs.
fn asks_for_user(facts: &FileFacts, scope: ScopeId) -> bool {
    let span = facts.scope(named(facts, scope)).map(|scope| scope.span).unwrap_or_default();
    facts.exprs.iter().enumerate().any(|(index, expr)| match expr {
        Expr::Attr(_, name) | Expr::Name(name) => {
            facts.text(*name).contains("user") && span.contains(facts.expr_span(ExprId::from_index(index)))
        }
        _ => false,
    })
}

/// A lookup by one key, of a model whose declaration names an owner.
fn is_lookup(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, id: CallId, call: &Call) -> bool {
    let Some(name) = last_name(facts, call.callee) else { return false };
    let args = facts.args(call.args);
    if facts.lang == Lang::Ruby {
        return is_active_record_lookup(context, file, facts, call, name);
    }
    let model = match (facts.lang, name) {
        (Lang::Python, "get" | "get_one") if args.len() == 2 => args.first().map(|arg| arg.value),
        (
            Lang::JavaScript | Lang::TypeScript,
            "findOneBy" | "findOneByOrFail" | "findUnique" | "findByPk",
        ) => {
            let only_id = args.first().is_some_and(|arg| is_only_id(facts, arg.value));
            return only_id && context.is_query(file, id) && receiver_has_owner(context, file, facts, call);
        }
        _ => return false,
    };
    model.is_some_and(|model| context.is_query(file, id) && has_owner(context, file, model))
}

/// `Order.find(params[:id])`, where nothing is known of orders, or where they belong to
/// somebody and the action changes one: showing one to everyone is often meant.
fn is_active_record_lookup(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    call: &Call,
    name: &str,
) -> bool {
    let Expr::Attr(object, _) = facts.expr(call.callee) else { return false };
    let of_class =
        matches!(facts.expr(object), Expr::Name(class) if facts.text(class).starts_with(char::is_uppercase));
    let scope = context.resolver().scope_at(file, call.span.start);
    let action = facts.scope(named(facts, scope)).map_or("", |scope| facts.text(scope.name));
    let changes = matches!(action, "edit" | "update" | "destroy" | "delete") && !asks_for_user(facts, scope);
    let by_id = matches!(name, "find" | "find_by_id" | "find_by_id!")
        && facts.args(call.args).first().is_some_and(|arg| is_from_request(context, file, facts, arg.value));
    of_class
        && by_id
        && context.resolver().value(file, object).alternatives().iter().all(|value| match value {
            Value::Class(file, class) => context.resolver().facts(*file).is_some_and(|facts| {
                facts.calls.iter().any(|call| {
                    let owner = facts
                        .args(call.args)
                        .first()
                        .and_then(|arg| context.resolver().constant(*file, arg.value));
                    changes
                        && call.scope == *class
                        && last_name(facts, call.callee) == Some("belongs_to")
                        && owner.is_some_and(|owner| OWNERS.contains(&format!("{owner}_id").as_str()))
                })
            }),
            _ => true,
        })
}

/// `{ id }`, `{ where: { id } }`.
fn is_only_id(facts: &FileFacts, value: ExprId) -> bool {
    let Expr::Map(entries) = facts.expr(value) else { return false };
    match facts.entries(entries) {
        [only] => match only.key.map(|key| facts.expr(key)) {
            Some(Expr::Str(key)) => {
                facts.text(key) == "id" || (facts.text(key) == "where" && is_only_id(facts, only.value))
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether the entity of a repository has an owner: `Repository<Order>`.
fn receiver_has_owner(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, call: &Call) -> bool {
    let Expr::Attr(object, _) = facts.expr(call.callee) else { return false };
    let Some(name) = last_name(facts, object) else { return false };
    let is_it = |found: &str| found == name;
    let types =
        facts.binds.iter().filter(|bind| is_it(facts.text(bind.name))).filter_map(|bind| bind.ty).chain(
            facts.scopes.iter().flat_map(|scope| {
                facts
                    .params(scope.params)
                    .iter()
                    .filter(|param| is_it(facts.text(param.name)))
                    .filter_map(|param| param.ty)
            }),
        );
    types.into_iter().any(|ty| match facts.expr(ty) {
        Expr::Index(_, key) => {
            let entity = match facts.expr(key) {
                Expr::List(items) => facts.list(items).first().copied(),
                _ => Some(key),
            };
            entity.is_some_and(|entity| has_owner(context, file, entity))
        }
        _ => false,
    })
}

fn has_owner(context: &Context<'_, '_>, file: FileId, model: ExprId) -> bool {
    context.resolver().value(file, model).alternatives().iter().any(|value| match value {
        Value::Class(file, class) => context.resolver().facts(*file).is_some_and(|facts| {
            facts.binds.iter().any(|bind| bind.scope == *class && OWNERS.contains(&facts.text(bind.name)))
        }),
        _ => false,
    })
}
