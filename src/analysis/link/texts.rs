//! What the methods of texts and lists give that path texts are made with.

use super::{
    linker::Linker,
    project::FileId,
    value::{HOLE, Value},
};
use crate::analysis::facts::{Call, FileFacts};

impl Linker<'_> {
    /// The value of a method of a text or list; none where it is not one of these.
    pub fn text_method(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
        receiver: &Value,
        name: &str,
    ) -> Option<Value> {
        let args: Vec<(Option<String>, Value)> = match receiver {
            Value::Text(_) | Value::List(_) if KNOWN.contains(&name) => facts
                .args(call.args)
                .iter()
                .take(16)
                .map(|arg| (arg.name.map(|name| facts.text(name).to_owned()), self.expr(file, arg.value)))
                .collect(),
            _ => return None,
        };
        match receiver {
            Value::Text(text) => of_text(text, name, &args),
            Value::List(items) => of_list(items, receiver, name, &args),
            _ => None,
        }
    }
}

/// Methods that this file knows.
const KNOWN: [&str; 47] = [
    "to_string",
    "to_owned",
    "into",
    "as_str",
    "as_ref",
    "clone",
    "toString",
    "valueOf",
    "trim",
    "strip",
    "lstrip",
    "rstrip",
    "trimStart",
    "trimEnd",
    "trim_start_matches",
    "trim_end_matches",
    "trim_matches",
    "lower",
    "toLowerCase",
    "to_lowercase",
    "upper",
    "toUpperCase",
    "format",
    "join",
    "concat",
    "replace",
    "removeprefix",
    "removesuffix",
    "removePrefix",
    "removeSuffix",
    "delete_prefix",
    "delete_suffix",
    "Trim",
    "TrimStart",
    "TrimEnd",
    "iter",
    "into_iter",
    "to_vec",
    "collect",
    "flat",
    "copy",
    "slice",
    "filter",
    "unwrap",
    "reverse",
    "as_slice",
    "chain",
];

fn of_text(text: &str, name: &str, args: &[(Option<String>, Value)]) -> Option<Value> {
    let first = args.first().and_then(|(_, value)| value.as_constant());
    let marks = |c: char| first.map_or(c.is_whitespace(), |marks| marks.contains(c));
    let changed = match (name, args.len()) {
        (
            "to_string" | "to_owned" | "into" | "as_str" | "as_ref" | "clone" | "toString" | "valueOf"
            | "unwrap",
            0,
        ) => text.to_owned(),
        ("trim" | "Trim", 0) => text.trim().to_owned(),
        ("strip" | "trim_matches" | "Trim" | "trim", 0 | 1) => text.trim_matches(marks).to_owned(),
        ("lstrip" | "trimStart" | "trim_start_matches" | "TrimStart", 0 | 1) => {
            text.trim_start_matches(marks).to_owned()
        }
        ("rstrip" | "trimEnd" | "trim_end_matches" | "TrimEnd", 0 | 1) => {
            text.trim_end_matches(marks).to_owned()
        }
        ("lower" | "toLowerCase" | "to_lowercase", 0) => text.to_lowercase(),
        ("upper" | "toUpperCase", 0) => text.to_uppercase(),
        ("removeprefix" | "removePrefix" | "delete_prefix", 1) => {
            text.strip_prefix(first?).unwrap_or(text).to_owned()
        }
        ("removesuffix" | "removeSuffix" | "delete_suffix", 1) => {
            text.strip_suffix(first?).unwrap_or(text).to_owned()
        }
        ("replace", 2) => text.replace(first?, args.get(1)?.1.as_constant()?),
        ("concat", _) => {
            let parts: Vec<&Value> = args.iter().map(|(_, value)| value).collect();
            format!("{text}{}", joined(&parts, ""))
        }
        ("format", _) => braces_filled(text, args)?,
        ("join", 1) => match &args.first()?.1 {
            Value::List(items) => joined(&items.iter().collect::<Vec<_>>(), text),
            _ => return None,
        },
        _ => return None,
    };
    Some(Value::text(&changed))
}

fn of_list(items: &[Value], whole: &Value, name: &str, args: &[(Option<String>, Value)]) -> Option<Value> {
    let parts: Vec<&Value> = items.iter().collect();
    let texts = items.iter().any(|item| matches!(item, Value::Text(_)));
    match (name, args) {
        (
            "iter" | "into_iter" | "to_vec" | "collect" | "copy" | "clone" | "slice" | "as_slice" | "reverse",
            [],
        ) => Some(whole.clone()),
        // What a condition leaves of routes is not known: all may be served.
        ("filter", [_]) => Some(whole.clone()),
        ("flat", _) => {
            let flat = items.iter().flat_map(|item| match item {
                Value::List(inner) => inner.to_vec(),
                other => vec![other.clone()],
            });
            Some(Value::List(flat.collect::<Vec<_>>().into()))
        }
        ("concat", []) if texts => Some(Value::text(&joined(&parts, ""))),
        ("concat" | "chain", more) => {
            let mut items = items.to_vec();
            for (_, value) in more {
                match value {
                    Value::List(inner) => items.extend(inner.iter().cloned()),
                    other => items.push(other.clone()),
                }
            }
            Some(Value::List(items.into()))
        }
        ("join", [(_, mark)]) if texts => Some(Value::text(&joined(&parts, mark.as_constant()?))),
        _ => None,
    }
}

fn joined(parts: &[&Value], mark: &str) -> String {
    let texts = parts.iter().map(|part| match part {
        Value::Text(text) => text,
        _ => HOLE,
    });
    texts.collect::<Vec<&str>>().join(mark)
}

/// A form with `{}`, `{0}` and `{name}` replaced; none where a place has no value.
fn braces_filled(form: &str, args: &[(Option<String>, Value)]) -> Option<String> {
    let mut out = String::with_capacity(form.len());
    let mut rest = form;
    let mut next = 0;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(rest.get(..at)?);
        let (mark, behind) = (rest.get(at..=at)?, rest.get(at + 1..)?);
        if behind.starts_with(mark) {
            out.push_str(mark);
            rest = behind.get(1..)?;
            continue;
        }
        let end = behind.find('}')?;
        let place = behind.get(..end)?.split([':', '!']).next()?;
        let value = if place.is_empty() {
            next += 1;
            args.iter().filter(|(name, _)| name.is_none()).nth(next - 1)
        } else if let Ok(position) = place.parse::<usize>() {
            args.iter().filter(|(name, _)| name.is_none()).nth(position)
        } else {
            args.iter().find(|(name, _)| name.as_deref() == Some(place))
        };
        out.push_str(match &value?.1 {
            Value::Text(text) => text,
            _ => HOLE,
        });
        rest = behind.get(end + 1..)?;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str, name: &str, args: &[&str]) -> Option<String> {
        let args: Vec<_> = args.iter().map(|arg| (None, Value::text(arg))).collect();
        of_text(text, name, &args).map(|value| value.as_constant().unwrap_or_default().to_owned())
    }

    #[test]
    fn texts_are_changed_as_their_languages_do() {
        assert_eq!(text("/api/", "rstrip", &["/"]).as_deref(), Some("/api"));
        assert_eq!(text("/api/", "trim_matches", &["/"]).as_deref(), Some("api"));
        assert_eq!(text("/{}/{{x}}/{1}", "format", &["a", "b"]).as_deref(), Some("/a/{x}/b"));
        assert_eq!(text("/{}{}", "format", &["a"]), None);
        assert_eq!(text("v1", "upper", &[]).as_deref(), Some("V1"));
        assert_eq!(text("a", "unheard_of", &[]), None);
    }

    #[test]
    fn lists_join_and_keep_their_items() {
        let list = [Value::text("/api"), Value::Unknown];
        let whole = Value::List(list.to_vec().into());
        assert_eq!(of_list(&list, &whole, "concat", &[]), Some(Value::text("/api{?}")));
        let mark = [(None, Value::text("/"))];
        assert_eq!(of_list(&list, &whole, "join", &mark), Some(Value::text("/api/{?}")));
        assert_eq!(of_list(&list, &whole, "iter", &[]), Some(whole));
    }
}
