//! What an altered field of Django was before: most alterations change no column.

use super::{
    operations::{argument, call_of, is_true, named},
    order::place,
};
use crate::analysis::{
    facts::{Call, Expr, ExprId, FileFacts},
    rules::context::{Context, last_name},
};

/// Options that only Python reads.
const OF_PYTHON: [&str; 17] = [
    "blank",
    "choices",
    "default",
    "editable",
    "error_messages",
    "help_text",
    "limit_choices_to",
    "on_delete",
    "related_name",
    "related_query_name",
    "serialize",
    "upload_to",
    "storage",
    "validators",
    "verbose_name",
    "auto_now",
    "auto_now_add",
];

/// Whether rows that exist get an empty text in a field of this kind, where it may be blank.
pub(super) fn is_text_field(kind: &str) -> bool {
    matches!(
        kind,
        "CharField"
            | "TextField"
            | "SlugField"
            | "URLField"
            | "EmailField"
            | "FileField"
            | "ImageField"
            | "FilePathField"
    )
}

/// Whether `AlterField` leaves the column's type alone: the field before it, in an earlier
/// migration, is of the same kind and differs in nothing that the database keeps, or only
/// allows more.
pub(super) fn stays_as_it_is(context: &Context<'_, '_>, facts: &FileFacts, call: &Call) -> bool {
    let Some(wanted) = Wanted::of(facts, call) else { return false };
    let Some(now) = argument(facts, call, 2, &["field"]).and_then(|field| call_of(facts, field)) else {
        return false;
    };
    let Some((folder, number, _)) = place(&facts.path) else { return false };
    let mut earlier: Vec<(u64, &FileFacts)> = context
        .resolver()
        .files()
        // A project has many files and few of them in this folder.
        .filter(|(_, other)| other.path.starts_with(&folder))
        .filter_map(|(_, other)| {
            let (of, at, _) = place(&other.path)?;
            (of == folder && at < number).then_some((at, other))
        })
        .collect();
    earlier.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let before = earlier.into_iter().find_map(|(_, other)| Some((other, wanted.last_in(other)?)));
    before.is_some_and(|before| is_same_column(context, before, (facts, now)))
}

/// The field that is looked for.
struct Wanted<'f> {
    model: &'f str,
    field: &'f str,
}

impl<'f> Wanted<'f> {
    fn of(facts: &'f FileFacts, call: &Call) -> Option<Self> {
        let text = |position: usize, name: &str| str_of(facts, argument(facts, call, position, &[name])?);
        Some(Self { model: text(0, "model_name")?, field: text(1, "name")? })
    }

    /// The last definition of the field in a migration.
    fn last_in<'o>(&self, facts: &'o FileFacts) -> Option<&'o Call> {
        let mut found: Vec<&Call> =
            facts.calls.iter().filter_map(|call| self.definition(facts, call)).collect();
        found.sort_by_key(|call| call.span.start);
        found.pop()
    }

    fn definition<'o>(&self, facts: &'o FileFacts, call: &'o Call) -> Option<&'o Call> {
        let is_model = |position: usize, name: &str| {
            argument(facts, call, position, &[name])
                .and_then(|model| str_of(facts, model))
                .is_some_and(|model| model.eq_ignore_ascii_case(self.model))
        };
        match last_name(facts, call.callee)? {
            "AddField" | "AlterField" if is_model(0, "model_name") => {
                let name = str_of(facts, argument(facts, call, 1, &["name"])?)?;
                let field = argument(facts, call, 2, &["field"])?;
                (name == self.field).then(|| call_of(facts, field)).flatten()
            }
            "CreateModel" if is_model(0, "name") => {
                let Expr::List(fields) = facts.expr(argument(facts, call, 1, &["fields"])?) else {
                    return None;
                };
                facts.list(fields).iter().find_map(|pair| {
                    let Expr::List(pair) = facts.expr(*pair) else { return None };
                    let [name, field] = facts.list(pair) else { return None };
                    (str_of(facts, *name)? == self.field).then(|| call_of(facts, *field)).flatten()
                })
            }
            _ => None,
        }
    }
}

fn str_of(facts: &FileFacts, expr: ExprId) -> Option<&str> {
    match facts.expr(expr) {
        Expr::Str(text) => Some(facts.text(text)),
        _ => None,
    }
}

fn is_same_column(
    context: &Context<'_, '_>,
    (before, old): (&FileFacts, &Call),
    (after, new): (&FileFacts, &Call),
) -> bool {
    let kind = last_name(after, new.callee);
    if kind.is_none() || last_name(before, old.callee) != kind {
        return false;
    }
    // To become required reads every row; to be required no more does not.
    if is_true(before, old, "null") && !is_true(after, new, "null") {
        return false;
    }
    let length = |facts: &FileFacts, field: &Call| {
        named(facts, field, "max_length").and_then(|value| written(context, facts, value).parse::<u64>().ok())
    };
    // A longer text fits where a shorter one was.
    let fits = match (length(before, old), length(after, new)) {
        (Some(old), Some(new)) => old <= new,
        (old, new) => old == new,
    };
    fits && kept(context, before, old) == kept(context, after, new)
}

/// The options that the database keeps, by name.
fn kept(context: &Context<'_, '_>, facts: &FileFacts, field: &Call) -> Vec<(String, String)> {
    let args = facts.args(field.args).iter();
    let mut found: Vec<(String, String)> = args
        .filter_map(|arg| Some((facts.text(arg.name?).to_owned(), arg.value)))
        .filter(|(name, _)| !matches!(name.as_str(), "null" | "max_length"))
        .filter(|(name, _)| !OF_PYTHON.contains(&name.as_str()))
        .map(|(name, value)| (name, written(context, facts, value)))
        .collect();
    found.sort();
    found
}

/// A value as the source writes it; models are named in any case.
fn written(context: &Context<'_, '_>, facts: &FileFacts, value: ExprId) -> String {
    let text = context.text(&facts.path);
    let written = text.get(facts.expr_span(value).range()).unwrap_or_default();
    written.replace('"', "'").to_lowercase()
}
