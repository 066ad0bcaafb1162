//! What an altered field of Django was before: most alterations change no column.

use super::{
    operations::{argument, call_of, is_true, named},
    order::place,
};
use crate::analysis::{
    facts::{Call, Expr, ExprId, FileFacts},
    rules::context::{Context, last_name},
};
use rustc_hash::FxHashMap;

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
    let text = |position: usize, name: &str| str_of(facts, argument(facts, call, position, &[name])?);
    let (Some(model), Some(field)) = (text(0, "model_name"), text(1, "name")) else { return false };
    let Some(now) = argument(facts, call, 2, &["field"]).and_then(|field| call_of(facts, field)) else {
        return false;
    };
    let history = context.field_history.get_or_init(|| History::new(context));
    let before = history.before(&facts.path, model, field);
    before.is_some_and(|before| is_same_column(context, before, (facts, now)))
}

/// A definition of a field in the migration of a number.
type Definition<'a> = (u64, &'a FileFacts, &'a Call);

/// Fields of one folder's migrations by model, in lower case, and name.
type Fields<'a> = FxHashMap<(String, &'a str), Vec<Definition<'a>>>;

/// What each folder's migrations said of each field, so that a long history is read once.
pub(in crate::analysis::rules) struct History<'a>(FxHashMap<String, Fields<'a>>);

impl<'a> History<'a> {
    fn new(context: &Context<'_, 'a>) -> Self {
        let mut folders: FxHashMap<String, Fields<'a>> = FxHashMap::default();
        for (_, facts) in context.resolver().files() {
            let Some((folder, number, _)) = place(&facts.path) else { continue };
            // The last one that a migration gives is what the field is after it.
            let mut last: FxHashMap<(String, &'a str), &'a Call> = FxHashMap::default();
            for (model, field, call) in facts.calls.iter().flat_map(|call| definitions(facts, call)) {
                let known = last.entry((model.to_ascii_lowercase(), field)).or_insert(call);
                if known.span.start <= call.span.start {
                    *known = call;
                }
            }
            if !last.is_empty() {
                let fields = folders.entry(folder).or_default();
                for (key, call) in last {
                    fields.entry(key).or_default().push((number, facts, call));
                }
            }
        }
        Self(folders)
    }

    /// The field in the last migration before this one that speaks of it.
    fn before(&self, path: &str, model: &str, field: &str) -> Option<(&'a FileFacts, &'a Call)> {
        let (folder, number, _) = place(path)?;
        let all = self.0.get(&folder)?.get(&(model.to_ascii_lowercase(), field))?;
        let earlier = all.iter().rev().filter(|(at, ..)| *at < number);
        earlier.max_by_key(|(at, ..)| *at).map(|(_, facts, call)| (*facts, *call))
    }
}

/// Models and fields that a call of a migration defines, each with the call that makes the field.
fn definitions<'a>(facts: &'a FileFacts, call: &Call) -> Vec<(&'a str, &'a str, &'a Call)> {
    let text = |position: usize, name: &str| str_of(facts, argument(facts, call, position, &[name])?);
    match last_name(facts, call.callee) {
        Some("AddField" | "AlterField") => {
            let field = argument(facts, call, 2, &["field"]).and_then(|field| call_of(facts, field));
            let whole = || Some((text(0, "model_name")?, text(1, "name")?, field?));
            whole().into_iter().collect()
        }
        Some("CreateModel") => {
            let fields = argument(facts, call, 1, &["fields"]).map(|fields| facts.expr(fields));
            let (Some(model), Some(Expr::List(fields))) = (text(0, "name"), fields) else {
                return Vec::new();
            };
            let pairs = facts.list(fields).iter().filter_map(|pair| match facts.expr(*pair) {
                Expr::List(pair) => match facts.list(pair) {
                    [name, field] => Some((model, str_of(facts, *name)?, call_of(facts, *field)?)),
                    _ => None,
                },
                _ => None,
            });
            pairs.collect()
        }
        _ => Vec::new(),
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
