//! Relations that are read for each row of a query: `order.items` in a loop over orders.
//!
//! Three things must hold: the loop goes over rows of a known model; the model declares the
//! relation; and nothing in the function loads it with the rows.

use super::{
    context::{Context, last_name},
    draft::Draft,
    reaching::reaching,
};
use crate::analysis::{
    facts::{BlockKind, Expr, ExprId, FileFacts, Lang, ScopeId, ScopeKind, Span},
    link::FileId,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Calls of a class's body that declare a relation, and calls whose value is one.
const DECLARES: [&str; 16] = [
    "relationship",
    "Relationship",
    "ForeignKey",
    "OneToOneField",
    "ManyToManyField",
    "ForeignKeyField",
    "has_many",
    "has_one",
    "belongs_to",
    "has_and_belongs_to_many",
    "hasMany",
    "hasOne",
    "belongsTo",
    "belongsToMany",
    "morphMany",
    "hasManyThrough",
];

/// Calls that load relations with the rows.
const EAGER: [&str; 15] = [
    "prefetch",
    "joinedload",
    "selectinload",
    "subqueryload",
    "contains_eager",
    "immediateload",
    "select_related",
    "prefetch_related",
    "prefetch_related_objects",
    "includes",
    "preload",
    "eager_load",
    "with",
    "load",
    "loadMissing",
];

/// Methods that run a block for each element.
const EACH: [&str; 6] = ["each", "map", "flat_map", "find_each", "sum", "each_with_index"];

/// How far an expression is followed.
const DEPTH: u32 = 12;

/// Names of relations by the name of the class that has them.
pub(super) struct Relations(HashMap<String, BTreeSet<String>>);

impl Relations {
    /// The relations that the project's models declare.
    pub(super) fn of(context: &Context<'_, '_>) -> Self {
        let mut found: HashMap<String, BTreeSet<String>> = HashMap::new();
        for (_, facts) in context.resolver().files() {
            if matches!(facts.lang, Lang::Python | Lang::Ruby | Lang::Php) {
                declared(facts, &mut found);
            }
        }
        Self(found)
    }

    /// Reads of relations in the loops of a file.
    pub(super) fn reads(&self, context: &Context<'_, '_>, file: FileId, facts: &FileFacts) -> Vec<Draft> {
        let mut found: BTreeMap<(u32, String), Draft> = BTreeMap::new();
        if self.0.is_empty() {
            return Vec::new();
        }
        for around in loops(facts) {
            let Some(names) = self.model(context, file, facts, around.items, DEPTH) else { continue };
            if is_eager(context, facts, file, around.items) {
                continue;
            }
            for (index, expr) in facts.exprs.iter().enumerate() {
                let id = ExprId::from_index(index);
                let Expr::Attr(object, member) = expr else { continue };
                let member = facts.text(*member);
                let of_row = matches!(facts.expr(*object), Expr::Name(name) if around.variables.contains(&facts.text(name)));
                let span = facts.expr_span(id);
                if of_row && names.contains(member) && around.body.contains(span) && !is_written(facts, id) {
                    let row = facts.dotted(*object).unwrap_or_default();
                    let draft = Draft::new(file, span)
                        .word("relation", format!("{row}.{member}"))
                        .word("how", "once for each row")
                        .word("collection", context.source(facts, facts.expr_span(around.items)));
                    found.entry((facts.expr_span(around.items).start, member.to_owned())).or_insert(draft);
                }
            }
        }
        for (span, draft) in self.of_one_row(context, file, facts) {
            found.entry((span, String::new())).or_insert(draft);
        }
        found.into_values().collect()
    }

    /// Relations of a row that is picked out of many: `orders[0].items` asks the database
    /// once more, for something that the query could have brought along.
    fn of_one_row(&self, context: &Context<'_, '_>, file: FileId, facts: &FileFacts) -> Vec<(u32, Draft)> {
        let mut found = Vec::new();
        for (index, expr) in facts.exprs.iter().enumerate() {
            let id = ExprId::from_index(index);
            let Expr::Attr(row, member) = expr else { continue };
            let Expr::Index(rows, key) = facts.expr(*row) else { continue };
            if !matches!((facts.expr(rows), facts.expr(key)), (Expr::Name(_), Expr::Num)) {
                continue;
            }
            let Some(names) = self.model(context, file, facts, rows, DEPTH) else { continue };
            if !names.contains(facts.text(*member))
                || is_eager(context, facts, file, rows)
                || is_written(facts, id)
            {
                continue;
            }
            let span = facts.expr_span(id);
            let draft = Draft::new(file, span)
                .word("relation", context.source(facts, span))
                .word("how", "by a query of its own for a row")
                .word("collection", context.source(facts, facts.expr_span(rows)));
            found.push((span.start, draft));
        }
        found
    }

    /// The relations of the model whose rows an expression gives.
    fn model(
        &self,
        context: &Context<'_, '_>,
        file: FileId,
        facts: &FileFacts,
        expr: ExprId,
        depth: u32,
    ) -> Option<&BTreeSet<String>> {
        let depth = depth.checked_sub(1)?;
        let go = |expr: ExprId| self.model(context, file, facts, expr, depth);
        match facts.expr(expr) {
            Expr::Name(name) => {
                let text = facts.text(name);
                if let Some(found) = self.0.get(text.rsplit('.').next().unwrap_or(text)) {
                    return Some(found);
                }
                let at = facts.expr_span(expr).start;
                let scope = context.resolver().scope_at(file, at);
                reaching(facts, scope, text, at)
                    .into_iter()
                    .filter(|(_, bind)| bind.kind != crate::analysis::facts::BindKind::Loop)
                    .find_map(|(_, bind)| go(bind.value?))
            }
            // `models.Order.objects`.
            Expr::Attr(object, name) => {
                let text = facts.text(name);
                let named = text.starts_with(char::is_uppercase).then(|| self.0.get(text)).flatten();
                named.or_else(|| go(object))
            }
            Expr::Index(object, _) => go(object),
            Expr::Call(id) => {
                let call = facts.call(id)?;
                go(call.callee).or_else(|| facts.args(call.args).first().and_then(|arg| go(arg.value)))
            }
            _ => None,
        }
    }
}

/// A loop over rows.
struct RowLoop<'f> {
    variables: Vec<&'f str>,
    items: ExprId,
    body: Span,
}

fn loops(facts: &FileFacts) -> Vec<RowLoop<'_>> {
    let mut found = Vec::new();
    for block in facts.blocks.iter().filter(|block| block.kind == BlockKind::Loop) {
        let Some(items) = block.head else { continue };
        let variables: Vec<&str> = facts
            .binds
            .iter()
            .filter(|bind| {
                bind.value.is_some_and(|value| matches!(facts.expr(value), Expr::Element(of) if of == items))
            })
            .map(|bind| facts.text(bind.name))
            .collect();
        found.push(RowLoop { variables, items, body: block.span });
    }
    for call in &facts.calls {
        let Expr::Attr(items, _) = facts.expr(call.callee) else { continue };
        let each = facts.lang == Lang::Ruby
            && last_name(facts, call.callee).is_some_and(|name| EACH.contains(&name));
        let block = facts.args(call.args).iter().find_map(|arg| match facts.expr(arg.value) {
            Expr::Fun(scope) => facts.scope(scope),
            _ => None,
        });
        if let Some(block) = block.filter(|_| each) {
            let variables =
                facts.params(block.params).iter().take(1).map(|param| facts.text(param.name)).collect();
            found.push(RowLoop { variables, items, body: block.span });
        }
    }
    found
}

/// Whether something is put into a relation rather than read: `user.notices.create(…)`. The
/// call without arguments that a relation is in Ruby lies between.
fn is_written(facts: &FileFacts, relation: ExprId) -> bool {
    const PUTS: [&str; 10] = [
        "create",
        "create!",
        "build",
        "new",
        "add",
        "set",
        "delete_all",
        "destroy_all",
        "update_all",
        "insert_all",
    ];
    facts.calls.iter().any(|call| {
        let Expr::Attr(object, method) = facts.expr(call.callee) else { return false };
        let on_it = object == relation
            || matches!(facts.expr(object), Expr::Call(id) if facts.call(id).is_some_and(|call| call.callee == relation));
        on_it && PUTS.contains(&facts.text(method))
    })
}

/// Whether the function around loads relations with the rows.
fn is_eager(context: &Context<'_, '_>, facts: &FileFacts, file: FileId, items: ExprId) -> bool {
    let at = facts.expr_span(items).start;
    let scope = context.resolver().scope_at(file, at);
    let around = facts
        .scopes_around(scope)
        .filter(|(_, scope)| matches!(scope.kind, ScopeKind::Function | ScopeKind::Lambda))
        .last()
        .map_or_else(|| Span::new(0, u32::MAX), |(_, scope)| scope.span);
    facts.calls.iter().any(|call| {
        around.contains(call.span) && last_name(facts, call.callee).is_some_and(|name| EAGER.contains(&name))
    })
}

/// The relations that a file's classes declare, and the ways back that they name.
fn declared(facts: &FileFacts, found: &mut HashMap<String, BTreeSet<String>>) {
    for call in &facts.calls {
        if !last_name(facts, call.callee).is_some_and(|name| DECLARES.contains(&name)) {
            continue;
        }
        let args = facts.args(call.args);
        let text = |expr: ExprId| match facts.expr(expr) {
            Expr::Str(text) => Some(facts.text(text)),
            _ => last_name(facts, expr),
        };
        let keyword = |wanted: &str| {
            args.iter()
                .find(|arg| arg.name.is_some_and(|name| facts.text(name) == wanted))
                .map(|arg| arg.value)
        };
        let first = args.first().filter(|arg| arg.name.is_none()).and_then(|arg| text(arg.value));
        let Some(class) = class_around(facts, call.scope) else { continue };
        // Loaded with every query of the model.
        let always = keyword("lazy").and_then(text).is_some_and(|how| how != "select" && how != "dynamic");
        let own = match facts.lang {
            Lang::Ruby => first,
            // `function items() { return $this->hasMany(Item::class); }`
            Lang::Php => facts.scope(call.scope).map(|scope| facts.text(scope.name)),
            _ => facts
                .binds
                .iter()
                .find(|bind| bind.value.is_some_and(|value| facts.expr_span(value) == call.span))
                .map(|bind| facts.text(bind.name)),
        };
        if let Some(own) = own.filter(|own| !always && !own.is_empty()) {
            found.entry(class.to_owned()).or_default().insert(own.to_owned());
        }
        let back = ["related_name", "backref"].iter().find_map(|wanted| keyword(wanted)).and_then(text);
        // A way back in words of its own, `backref("items", lazy="joined")`, is judged by them.
        let plain = keyword("backref").is_none_or(|value| matches!(facts.expr(value), Expr::Str(_)));
        if let (Some(back), Some(target)) = (back, first)
            && plain
        {
            let target = target.rsplit('.').next().unwrap_or(target);
            found.entry(target.to_owned()).or_default().insert(back.to_owned());
        }
    }
}

/// The name of the class that a scope is in.
fn class_around(facts: &FileFacts, scope: ScopeId) -> Option<&str> {
    let (_, class) = facts.scopes_around(scope).find(|(_, scope)| scope.kind == ScopeKind::Class)?;
    Some(facts.text(class.name)).filter(|name| !name.is_empty())
}
