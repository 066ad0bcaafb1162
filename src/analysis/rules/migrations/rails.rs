//! Changes of the schema that Active Record's migrations make.
//!
//! What a column was before is told by the rest of the file: an earlier call for it, or the
//! way back. What stands inside `safety_assured` was looked at by people.

use super::statements::{Change, Kind};
use crate::analysis::{
    facts::{Call, Expr, ExprId, FileFacts, ScopeKind},
    link::FileId,
    rules::context::{Context, last_name},
};

/// Digits of a second that a time keeps where nothing is said.
const DIGITS: u32 = 6;

/// What a call of a migration changes; none where it locks, breaks and rewrites nothing.
pub(super) fn change(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    call: &Call,
) -> Option<Change> {
    let rails = Rails { context, file, facts };
    if !matches!(facts.expr(call.callee), Expr::Name(_)) || rails.is_assured(call) {
        return None;
    }
    let name = last_name(facts, call.callee)?;
    let (kind, what) = rails.found(name, call)?;
    Some(Change { kind, what, table: rails.text(call, 0).unwrap_or_default(), span: call.span })
}

struct Rails<'r, 'c, 'a> {
    context: &'r Context<'c, 'a>,
    file: FileId,
    facts: &'r FileFacts,
}

impl Rails<'_, '_, '_> {
    fn found(&self, name: &str, call: &Call) -> Option<(Kind, String)> {
        let second = self.text(call, 1).unwrap_or_default();
        let locks =
            self.says(call, "lock", &["shared", "exclusive"]) || self.says(call, "algorithm", &["copy"]);
        let unlocked = self.says(call, "lock", &["none"])
            || self.says(call, "algorithm", &["concurrently", "inplace", "instant"]);
        match name {
            "add_index" if !unlocked => Some((Kind::Index, format!("the index on {second}"))),
            "add_reference" | "add_belongs_to" => self.reference(call, &second, locks, unlocked),
            "add_column" => {
                let ty = self.text(call, 2).unwrap_or_default();
                let stored = self.is_bool(call, "stored", true);
                if ty == "json" {
                    return Some((Kind::Breaking, format!("column {second} of json cannot be compared")));
                }
                let rewrites = matches!(ty.as_str(), "serial" | "bigserial") || stored || locks;
                if rewrites {
                    return Some((Kind::Required, second));
                }
                let refers = second.ends_with("_id") && matches!(ty.as_str(), "integer" | "bigint" | "uuid");
                (refers && self.named(call, "index").is_none() && !self.is_indexed(call, &second))
                    .then_some((Kind::Reference, second))
            }
            "change_column" => self.rewrites(call, &second, locks).then_some((Kind::Required, second)),
            "change_column_null" => {
                let required = matches!(
                    self.argument(call, 2).map(|value| self.facts.expr(value)),
                    Some(Expr::Bool(false))
                );
                let fills = self.argument(call, 3).is_some();
                (required && (fills || !self.has_validated())).then_some((Kind::Required, second))
            }
            "add_check_constraint" | "add_foreign_key" => {
                let later = self.is_bool(call, "validate", false);
                (!later || self.validates_at_once(name)).then_some((Kind::Constraint, second))
            }
            "add_exclusion_constraint" => Some((Kind::Constraint, second)),
            "add_unique_constraint" if self.named(call, "using_index").is_none() => {
                Some((Kind::Constraint, second))
            }
            "remove_column" | "remove_columns" | "remove_reference" | "remove_belongs_to" => {
                Some((Kind::Breaking, format!("column {second} is dropped")))
            }
            "remove_timestamps" => Some((Kind::Breaking, "the columns of times are dropped".to_owned())),
            "rename_column" => Some((Kind::Breaking, format!("column {second} gets another name"))),
            "rename_table" | "drop_table" => {
                let table = self.text(call, 0).unwrap_or_default();
                let how = if name == "drop_table" { "is dropped" } else { "gets another name" };
                Some((Kind::Breaking, format!("table {table} {how}")))
            }
            _ => None,
        }
    }

    /// A reference brings an index, and a constraint where it is asked for.
    fn reference(&self, call: &Call, column: &str, locks: bool, unlocked: bool) -> Option<(Kind, String)> {
        if self.is_bool(call, "foreign_key", true) {
            return Some((Kind::Constraint, format!("the key of {column}")));
        }
        let index = self.named(call, "index");
        let apart = index.is_some_and(|index| match self.facts.expr(index) {
            Expr::Bool(false) => true,
            Expr::Map(entries) => self.facts.entries(entries).iter().any(|entry| {
                matches!(entry.key.map(|key| self.facts.expr(key)), Some(Expr::Str(key))
                    if matches!(self.facts.text(key), "algorithm" | "lock"))
            }),
            _ => false,
        });
        (locks || !(unlocked || apart)).then(|| (Kind::Index, format!("the index on {column}")))
    }

    /// Whether some migration, or the schema that they make, has an index that begins with a
    /// column.
    fn is_indexed(&self, call: &Call, column: &str) -> bool {
        let table = self.text(call, 0);
        let named = self.context.calls_by_name();
        let places = ["add_index", "index"].into_iter().filter_map(|name| named.of.get(name)).flatten();
        places.into_iter().any(|named| {
            let Some(facts) = self.context.resolver().facts(named.file) else { return false };
            let Some(other) = facts.call(named.call) else { return false };
            let other_file = Rails { context: self.context, file: named.file, facts };
            // Inside `create_table` the table is not said again.
            let (same, at) = match last_name(facts, other.callee) {
                Some("add_index") => (other_file.text(other, 0) == table, 1),
                _ => (true, 0),
            };
            let first = other_file.argument(other, at).map(|value| match facts.expr(value) {
                Expr::List(items) => facts.list(items).first().copied().unwrap_or(value),
                _ => value,
            });
            let text = first.and_then(|value| self.context.resolver().constant(named.file, value));
            same && text.as_deref() == Some(column)
        })
    }

    /// Whether another type makes the database write or read every row again.
    fn rewrites(&self, call: &Call, column: &str, locks: bool) -> bool {
        if locks || self.is_bool(call, "null", false) {
            return true;
        }
        let new = self.shape(call);
        let of_text = |ty: &str| matches!(ty, "text" | "string" | "citext");
        let of_times = |ty: &str| matches!(ty, "timestamp" | "datetime" | "timestamptz");
        let table = self.text(call, 0);
        let indexed = self.facts.calls.iter().any(|other| {
            last_name(self.facts, other.callee) == Some("add_index") && self.text(other, 0) == table
        });
        let Some(old) = self.before(call, column) else {
            let plain = of_text(&new.ty) || matches!(new.ty.as_str(), "timestamp" | "timestamptz" | "inet");
            return !plain || new.size.is_some();
        };
        if of_text(&old.ty) && of_text(&new.ty) {
            let folds = (old.ty == "citext") != (new.ty == "citext");
            let grows = new.size.is_none_or(|new| old.size.is_some_and(|old| new >= old));
            return !grows || (folds && indexed);
        }
        let same = old.ty == new.ty || (of_times(&old.ty) && of_times(&new.ty));
        let times = of_times(&new.ty) || matches!(new.ty.as_str(), "time" | "interval");
        if same && times {
            return new.size.unwrap_or(DIGITS) < old.size.unwrap_or(DIGITS);
        }
        !(old.ty == "cidr" && new.ty == "inet")
    }

    /// What the file says of a column before a call: nearest above, else on the way back.
    fn before(&self, call: &Call, column: &str) -> Option<Shape> {
        let table = self.text(call, 0);
        let same = |other: &&Call| {
            last_name(self.facts, other.callee)
                .is_some_and(|name| matches!(name, "add_column" | "change_column"))
                && self.text(other, 0) == table
                && self.text(other, 1).as_deref() == Some(column)
        };
        let calls = || self.facts.calls.iter().filter(same);
        calls()
            .filter(|other| other.span.start < call.span.start && !self.goes_back(other))
            .max_by_key(|other| other.span.start)
            .or_else(|| calls().find(|other| self.goes_back(other)))
            .map(|other| self.shape(other))
    }

    fn goes_back(&self, call: &Call) -> bool {
        self.facts
            .scopes_around(call.scope)
            .any(|(_, scope)| scope.kind == ScopeKind::Function && self.facts.text(scope.name) == "down")
    }

    fn shape(&self, call: &Call) -> Shape {
        let number = |name: &str| {
            let value = self.named(call, name)?;
            self.context.source(self.facts, self.facts.expr_span(value)).parse().ok()
        };
        Shape {
            ty: self.text(call, 2).unwrap_or_default(),
            size: number("limit").or_else(|| number("precision")),
        }
    }

    /// Whether a constraint that was validated says already that no row is empty.
    fn has_validated(&self) -> bool {
        self.facts
            .calls
            .iter()
            .any(|call| last_name(self.facts, call.callee) == Some("validate_check_constraint"))
    }

    /// Whether a constraint is added and validated in one transaction.
    fn validates_at_once(&self, name: &str) -> bool {
        let validates = name.replace("add_", "validate_");
        let calls = |wanted: &str| {
            self.facts.calls.iter().any(|call| last_name(self.facts, call.callee) == Some(wanted))
        };
        calls(&validates) && !calls("disable_ddl_transaction!")
    }

    fn is_assured(&self, call: &Call) -> bool {
        self.facts.calls.iter().any(|other| {
            other.span.contains(call.span) && last_name(self.facts, other.callee) == Some("safety_assured")
        })
    }

    fn argument(&self, call: &Call, position: usize) -> Option<ExprId> {
        self.facts.args(call.args).iter().filter(|arg| arg.name.is_none()).nth(position).map(|arg| arg.value)
    }

    fn text(&self, call: &Call, position: usize) -> Option<String> {
        self.context.resolver().constant(self.file, self.argument(call, position)?)
    }

    fn named(&self, call: &Call, name: &str) -> Option<ExprId> {
        let mut args = self.facts.args(call.args).iter();
        args.find(|arg| arg.name.is_some_and(|arg| self.facts.text(arg) == name)).map(|arg| arg.value)
    }

    fn is_bool(&self, call: &Call, name: &str, wanted: bool) -> bool {
        self.named(call, name)
            .is_some_and(|value| matches!(self.facts.expr(value), Expr::Bool(found) if found == wanted))
    }

    fn says(&self, call: &Call, name: &str, wanted: &[&str]) -> bool {
        let text =
            self.named(call, name).and_then(|value| self.context.resolver().constant(self.file, value));
        text.is_some_and(|text| wanted.contains(&text.as_str()))
    }
}

/// A column's type and its limit or precision.
struct Shape {
    ty: String,
    size: Option<u32>,
}
