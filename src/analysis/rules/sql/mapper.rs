//! What a mapper says of a model or of its rows: names of tables, and keys.
//!
//! The name of a model's table stands in the source, however far away; a key was made by the
//! database, so that nobody outside chose its text.

use crate::analysis::{
    facts::{Arg, Call, Expr, ExprId, FileFacts, Lang},
    rules::context::root,
};

/// Whether a call gives the name of a table or column, or keys of rows, from the mapper.
pub(super) fn is_said_by_mapper(facts: &FileFacts, call: &Call, name: &str) -> bool {
    let args = facts.args(call.args);
    match facts.lang {
        Lang::Elixir => name == "__schema__",
        Lang::Ruby => match name {
            "table_name" | "quoted_table_name" | "primary_key" | "quoted_primary_key" | "ids" => {
                args.is_empty()
            }
            "pluck" | "pick" => names_keys(facts, args),
            "map" | "collect" | "flat_map" => names_keys(facts, args),
            _ => args.is_empty() && is_key(name) && is_of_row(facts, call.callee),
        },
        _ => false,
    }
}

/// Whether all arguments are names of keys: `pluck(:id)`, `map(&:story_id)`.
fn names_keys(facts: &FileFacts, args: &[Arg]) -> bool {
    let is_named = |arg: &Arg| matches!(facts.expr(arg.value), Expr::Str(text) if is_key(facts.text(text)));
    !args.is_empty() && args.iter().all(is_named)
}

fn is_key(name: &str) -> bool {
    name == "id" || name.ends_with("_id")
}

/// Whether a key is read from something other than the request.
fn is_of_row(facts: &FileFacts, callee: ExprId) -> bool {
    let Expr::Attr(object, _) = facts.expr(callee) else { return false };
    !matches!(facts.expr(root(facts, object)), Expr::Name(name) if matches!(facts.text(name), "params" | "request" | "cookies" | "session"))
}
