//! What methods make of known values: texts, lists, maps and texts that grow.

use super::known::Known;

/// What a method gives that is called on a known value; the value itself is not changed.
pub(super) fn read(receiver: &Known, method: &str, args: &[Known]) -> Known {
    match receiver {
        Known::Text(text) => of_text(text, method, args),
        Known::Number(_) | Known::Bool(_) | Known::Written => {
            Known::written_if(args.iter().all(Known::is_written))
        }
        Known::Builder(content) => match method {
            "toString" | "ToString" | "String" | "build" => (**content).clone(),
            "length" | "Len" | "len" => content.shown().map_or(Known::Written, |text| count(&text)),
            _ => changed(receiver, method, args),
        },
        Known::List(items) => of_list(items, method, args),
        Known::Map(entries) => of_map(entries, method, args),
        Known::Bag(_) => match method {
            "size" | "length" | "isEmpty" | "contains" | "containsKey" | "len" | "count" => Known::Written,
            _ => args.iter().cloned().fold(receiver.element(), Known::or),
        },
        Known::Never | Known::Null | Known::Open => Known::Open,
    }
}

fn count(text: &str) -> Known {
    i64::try_from(text.chars().count()).map_or(Known::Written, Known::Number)
}

fn position(known: Option<&Known>) -> Option<usize> {
    match known {
        Some(Known::Number(number)) => usize::try_from(*number).ok(),
        _ => None,
    }
}

fn of_text(text: &str, method: &str, args: &[Known]) -> Known {
    let first = match args.first() {
        Some(Known::Text(first)) => Some(&**first),
        _ => None,
    };
    let part = |from: usize, to: usize| {
        to.checked_sub(from)
            .map(|length| Known::text(&text.chars().skip(from).take(length).collect::<String>()))
    };
    let exact = match (method, args.len()) {
        ("toString" | "to_string" | "to_s" | "String" | "strip" | "trim" | "Trim", 0) => {
            Some(Known::text(if method.eq_ignore_ascii_case("tostring") { text } else { text.trim() }))
        }
        ("length" | "size" | "len", 0) => Some(count(text)),
        ("isEmpty" | "empty?", 0) => Some(Known::Bool(text.is_empty())),
        ("toUpperCase" | "ToUpper" | "upper" | "upcase", 0) => Some(Known::text(&text.to_uppercase())),
        ("toLowerCase" | "ToLower" | "lower" | "downcase", 0) => Some(Known::text(&text.to_lowercase())),
        ("charAt" | "at" | "get", 1) => {
            position(args.first()).and_then(|at| part(at, at + 1)).filter(|part| *part != Known::text(""))
        }
        ("substring" | "slice", 1) => position(args.first()).and_then(|from| part(from, text.len())),
        ("substring" | "slice", 2) => {
            position(args.first()).zip(position(args.get(1))).and_then(|(from, to)| part(from, to))
        }
        ("equals" | "Equals", 1) => first.map(|first| Known::Bool(first == text)),
        ("equalsIgnoreCase", 1) => first.map(|first| Known::Bool(first.eq_ignore_ascii_case(text))),
        ("contains" | "includes" | "Contains" | "include?", 1) => {
            first.map(|first| Known::Bool(text.contains(first)))
        }
        ("startsWith" | "StartsWith" | "startswith" | "start_with?", 1) => {
            first.map(|first| Known::Bool(text.starts_with(first)))
        }
        ("endsWith" | "EndsWith" | "endswith" | "end_with?", 1) => {
            first.map(|first| Known::Bool(text.ends_with(first)))
        }
        ("concat", 1) => first.map(|first| Known::text(&format!("{text}{first}"))),
        ("split" | "Split", 1) => first
            .filter(|first| is_plain(first))
            .map(|first| Known::list(text.split(first).take(64).map(Known::text).collect())),
        _ => None,
    };
    exact.unwrap_or_else(|| Known::written_if(args.iter().all(Known::is_written)))
}

/// Whether a separator means itself, as a text and as a pattern.
fn is_plain(separator: &str) -> bool {
    !separator.is_empty()
        && separator.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | ',' | ';' | ':' | '-' | '_'))
}

fn of_list(items: &[Known], method: &str, args: &[Known]) -> Known {
    let any = || Known::List(items.into()).element();
    match (method, args.len()) {
        (
            "get" | "at" | "elementAt" | "ElementAt" | "charAt" | "fetch" | "remove" | "removeAt" | "pop",
            1,
        ) => match position(args.first()) {
            Some(at) => items.get(at).cloned().unwrap_or(Known::Null),
            None => any(),
        },
        ("first" | "getFirst" | "First" | "removeFirst" | "shift", 0) => {
            items.first().cloned().unwrap_or(Known::Null)
        }
        ("last" | "getLast" | "Last" | "pop" | "removeLast", 0) => {
            items.last().cloned().unwrap_or(Known::Null)
        }
        ("size" | "length" | "count" | "Count" | "len", 0) => {
            i64::try_from(items.len()).map_or(Known::Written, Known::Number)
        }
        ("isEmpty" | "empty?", 0) => Known::Bool(items.is_empty()),
        ("contains" | "includes" | "Contains" | "indexOf", 1) => Known::Written,
        ("toString" | "join", _) => {
            Known::written_if(any().is_written() && args.iter().all(Known::is_written))
        }
        _ => Known::bag([args.iter().cloned().fold(any(), Known::or)]),
    }
}

fn of_map(entries: &[(Known, Known)], method: &str, args: &[Known]) -> Known {
    let any = || Known::Map(entries.into()).element();
    match (method, args) {
        ("get" | "getOrDefault" | "fetch" | "getValue" | "dig" | "remove" | "pop", [key, otherwise @ ..]) => {
            let other = otherwise.first().cloned().unwrap_or(Known::Null);
            match entry(entries, key) {
                Some(Some(value)) => value,
                Some(None) => other,
                None => any().or(other),
            }
        }
        ("containsKey" | "ContainsKey" | "has" | "key?" | "containsValue" | "size" | "isEmpty", _) => {
            Known::Written
        }
        ("keySet" | "keys" | "Keys", []) => Known::bag(entries.iter().map(|(key, _)| key.clone())),
        _ => Known::bag([args.iter().cloned().fold(any(), Known::or)]),
    }
}

/// The value under a key: known, known to be missing, or not known.
pub(super) fn entry(entries: &[(Known, Known)], key: &Known) -> Option<Option<Known>> {
    let is_exact = matches!(key, Known::Text(_) | Known::Number(_) | Known::Bool(_));
    is_exact.then(|| entries.iter().find(|(found, _)| found == key).map(|(_, value)| value.clone()))
}

/// What becomes of a value on which a method is called.
pub(super) fn changed(receiver: &Known, method: &str, args: &[Known]) -> Known {
    match receiver {
        Known::Builder(content) => Known::builder(grown(content, method, args)),
        Known::List(items) => list_changed(items, method, args),
        Known::Map(entries) => map_changed(entries, method, args),
        Known::Bag(inner) => match method {
            "get" | "size" | "isEmpty" | "contains" | "containsKey" => receiver.clone(),
            _ => Known::bag(args.iter().map(spread).chain([(**inner).clone()])),
        },
        other => other.clone(),
    }
}

/// What an argument adds to a collection: itself, or its elements where it is one.
fn spread(known: &Known) -> Known {
    if known.is_changeable() { known.element() } else { known.clone() }
}

fn grown(content: &Known, method: &str, args: &[Known]) -> Known {
    let blurred = || Known::written_if(content.is_written() && args.iter().all(Known::is_written));
    let Some(text) = content.shown() else { return blurred() };
    match (method, args) {
        ("toString" | "ToString" | "String" | "length" | "Len" | "charAt" | "indexOf" | "substring", _) => {
            content.clone()
        }
        ("append" | "Append" | "WriteString" | "write", [added]) => content.clone().joined(added),
        ("reverse", []) => Known::text(&text.chars().rev().collect::<String>()),
        ("insert" | "Insert", [at, added]) => match (position(Some(at)), added.shown()) {
            (Some(at), Some(added)) => {
                let head: String = text.chars().take(at).collect();
                let tail: String = text.chars().skip(at).collect();
                Known::text(&format!("{head}{added}{tail}"))
            }
            _ => blurred(),
        },
        ("setLength", [Known::Number(0)]) | ("clear" | "Clear" | "Reset", []) => Known::text(""),
        _ => blurred(),
    }
}

fn list_changed(items: &[Known], method: &str, args: &[Known]) -> Known {
    let same = || Known::List(items.into());
    match (method, args) {
        (
            "get" | "at" | "size" | "length" | "isEmpty" | "contains" | "indexOf" | "includes" | "iterator"
            | "stream" | "join" | "map" | "count" | "first" | "last" | "toString" | "forEach",
            _,
        ) => same(),
        ("add" | "Add" | "append" | "push" | "addLast" | "offer" | "addElement", [added]) => {
            Known::list([items, std::slice::from_ref(added)].concat())
        }
        ("add" | "insert" | "Insert", [at, added]) => {
            match position(Some(at)).filter(|at| *at <= items.len()) {
                Some(at) => {
                    let mut items = items.to_vec();
                    items.insert(at, added.clone());
                    Known::list(items)
                }
                None => Known::bag(items.iter().cloned().chain([added.clone()])),
            }
        }
        ("set", [at, value]) => match position(Some(at)).filter(|at| *at < items.len()) {
            Some(at) => {
                let items = items.iter().enumerate();
                Known::list(
                    items.map(|(i, item)| if i == at { value.clone() } else { item.clone() }).collect(),
                )
            }
            None => Known::bag(items.iter().cloned().chain([value.clone()])),
        },
        ("remove" | "removeAt" | "RemoveAt" | "pop" | "delete_at", [Known::Number(_)]) => {
            let at = position(args.first());
            Known::list(
                items
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| Some(*i) != at)
                    .map(|(_, item)| item.clone())
                    .collect(),
            )
        }
        ("removeFirst" | "shift", []) => Known::list(items.iter().skip(1).cloned().collect()),
        ("pop" | "removeLast", []) => {
            Known::list(items.iter().take(items.len().saturating_sub(1)).cloned().collect())
        }
        ("clear" | "Clear", []) => Known::list(Vec::new()),
        ("addAll" | "extend" | "AddRange", [Known::List(more)]) => Known::list([items, more].concat()),
        _ => Known::bag(items.iter().cloned().chain(args.iter().map(spread))),
    }
}

fn map_changed(entries: &[(Known, Known)], method: &str, args: &[Known]) -> Known {
    match (method, args) {
        (
            "get" | "getOrDefault" | "containsKey" | "has" | "size" | "isEmpty" | "keySet" | "keys"
            | "values" | "entrySet" | "fetch" | "items",
            _,
        ) => Known::Map(entries.into()),
        ("put" | "set" | "Add" | "add" | "store", [key, value]) => stored(entries, key, value),
        ("remove" | "delete" | "Remove", [key]) => {
            Known::map(entries.iter().filter(|(found, _)| found != key).cloned().collect())
        }
        ("clear" | "Clear", []) => Known::map(Vec::new()),
        _ => Known::bag(entries.iter().map(|(_, value)| value.clone()).chain(args.iter().map(spread))),
    }
}

/// `map[key] = value`.
pub(super) fn stored(entries: &[(Known, Known)], key: &Known, value: &Known) -> Known {
    let Some(_) = entry(entries, key) else {
        return Known::bag(entries.iter().map(|(_, value)| value.clone()).chain([value.clone()]));
    };
    let others = entries.iter().filter(|(found, _)| found != key).cloned();
    Known::map(others.chain([(key.clone(), value.clone())]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn text(text: &str) -> Known {
        Known::text(text)
    }

    #[test]
    fn texts_answer_as_texts_do() {
        let read = |method, args: &[Known]| read(&text("ABC"), method, args);
        assert_eq!(read("charAt", &[Known::Number(1)]), text("B"));
        assert_eq!(read("substring", &[Known::Number(1), Known::Number(3)]), text("BC"));
        assert_eq!(read("equals", &[text("ABC")]), Known::Bool(true));
        assert_eq!(read("replace", &[text("A"), text("x")]), Known::Written);
        assert_eq!(read("replace", &[text("A"), Known::Open]), Known::Open);
        assert_eq!(super::read(&text("a b"), "split", &[text(" ")]), Known::list(vec![text("a"), text("b")]));
    }

    #[test]
    fn lists_keep_their_order_and_maps_their_keys() {
        let list = ["a", "b", "c"].iter().fold(Known::list(Vec::new()), |list, item| {
            changed(&list, "add", &[if *item == "b" { Known::Open } else { text(item) }])
        });
        let shorter = changed(&list, "remove", &[Known::Number(0)]);
        assert_eq!(read(&shorter, "get", &[Known::Number(0)]), Known::Open);
        assert_eq!(read(&shorter, "get", &[Known::Number(1)]), text("c"));
        assert_eq!(read(&shorter, "get", &[Known::Written]), Known::Open);

        let map = changed(&Known::map(Vec::new()), "put", &[text("a"), text("x")]);
        let map = changed(&map, "put", &[text("b"), Known::Open]);
        assert_eq!(read(&map, "get", &[text("a")]), text("x"));
        assert_eq!(read(&map, "get", &[text("b")]), Known::Open);
        let unknown_key = changed(&map, "put", &[Known::Open, text("y")]);
        assert_eq!(read(&unknown_key, "get", &[text("a")]), Known::Open);
    }

    #[test]
    fn builders_grow_in_place() {
        let builder = Known::builder(text("ab"));
        assert_eq!(changed(&builder, "reverse", &[]), Known::builder(text("ba")));
        assert_eq!(changed(&builder, "insert", &[Known::Number(1), text("x")]), Known::builder(text("axb")));
        assert_eq!(changed(&builder, "append", &[Known::Open]), Known::builder(Known::Open));
        assert_eq!(read(&builder, "toString", &[]), text("ab"));
    }
}
