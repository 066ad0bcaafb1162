//! Patterns of trusted origins that let more in than they say.
//!
//! A point that is not escaped stands for any letter: `/^https:\/\/www.shop.com$/` trusts
//! `https://wwwxshop.com` as well, a name that anyone can register.

use super::{context::Context, draft::Draft, matcher::Rule, secret_names::words};
use crate::analysis::facts::{BindKind, Expr, ExprId, FileFacts};

/// How many levels of lists and objects are looked into.
const DEPTH: u32 = 4;

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    if rule.matcher.origin_names.is_empty() {
        return found;
    }
    for (file, facts) in context.files(rule) {
        let names = &rule.matcher.origin_names;
        // Hardly a name holds one: it is not taken apart.
        let is_about = |name: &str| {
            names.iter().any(|known| holds(name, known))
                && words(name).iter().any(|word| names.iter().any(|known| known == word))
        };
        let mut values: Vec<ExprId> = Vec::new();
        for bind in facts.binds.iter().filter(|bind| bind.kind != BindKind::Loop) {
            values.extend(bind.value.filter(|_| is_about(facts.text(bind.name))));
        }
        for arg in facts.calls.iter().flat_map(|call| facts.args(call.args)) {
            values.extend(arg.name.filter(|name| is_about(facts.text(*name))).map(|_| arg.value));
        }
        for expr in &facts.exprs {
            let Expr::Map(entries) = expr else { continue };
            values.extend(facts.entries(*entries).iter().filter_map(|entry| {
                matches!(facts.expr(entry.key?), Expr::Str(key) if is_about(facts.text(key)))
                    .then_some(entry.value)
            }));
        }
        if values.is_empty() {
            continue;
        }
        let text = context.text(&facts.path);
        for value in values {
            for pattern in leaves(facts, value, DEPTH) {
                let span = facts.expr_span(pattern);
                if text.get(span.range()).is_some_and(is_loose) {
                    found.push(
                        Draft::new(file, span)
                            .word("credentials", " whose name the pattern fits by its open point"),
                    );
                }
            }
        }
    }
    found
}

/// Whether a name holds a word, in letters of either case.
fn holds(name: &str, word: &str) -> bool {
    !word.is_empty()
        && name.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// The single values that an expression lists.
fn leaves(facts: &FileFacts, value: ExprId, depth: u32) -> Vec<ExprId> {
    let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
    match facts.expr(value) {
        Expr::List(items) | Expr::Either(items) => {
            facts.list(items).iter().flat_map(|item| leaves(facts, *item, depth)).collect()
        }
        Expr::Map(_) | Expr::Fun(_) | Expr::Call(_) => Vec::new(),
        _ => vec![value],
    }
}

/// Whether the source of an expression is a pattern for whole origins with an open point
/// between the parts of its host.
fn is_loose(source: &str) -> bool {
    let is_pattern = source.starts_with('/') || source.starts_with(['r', '"', '\'']);
    let body = source.trim_start_matches(['r', '/', '"', '\'']);
    let Some(body) = body.strip_prefix('^') else { return false };
    let Some((_, host)) = body.split_once("//").or_else(|| body.split_once(r"\/\/")) else { return false };
    let letters: Vec<char> = host.chars().collect();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == ')';
    is_pattern
        && body.starts_with(['h', '('])
        && letters.windows(3).any(|three| match three {
            [before, '.', after] => is_name(*before) && after.is_ascii_alphanumeric(),
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::is_loose;

    #[test]
    fn only_an_open_point_inside_a_host_is_loose() {
        assert!(is_loose(r"/^https:\/\/www.shop.com$/"));
        assert!(is_loose(r"/^(http|https):\/\/(a|b).shop.com$/"));
        assert!(is_loose(r#"r"^https://app.shop\.com$""#));
        for tight in [
            r"/^https:\/\/www\.shop\.com$/",
            r"/localhost\:/",
            r"/(.+\.)*shop\.com$/",
            r#""https://www.shop.com""#,
        ] {
            assert!(!is_loose(tight), "{tight}");
        }
    }
}
