//! Literal texts under names that only secrets have.

use super::{
    context::{Context, last_name},
    draft::Draft,
    matcher::Rule,
    secret_names::{
        is_credential_name, is_random_text, is_secret_name, is_secret_text, is_signing_name, is_stand_in,
        says_its_name, signs, words,
    },
};
use crate::{
    analysis::{
        facts::{BlockKind, Expr, ExprId, FileFacts},
        link::FileId,
    },
    domain::layer::Layer,
};

pub(super) fn check_names(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        if context.layer(file) == Layer::Migration || is_for_tests(&facts.path) {
            continue;
        }
        let mut look = |name: &str, value: ExprId| {
            let literal = if is_secret_name(name) {
                literal(facts, value)
                    .or_else(|| signing_key(facts, name, value))
                    .or_else(|| fallback(facts, name, value))
            } else {
                random(facts, name, value)
            };
            if let Some(literal) = literal.filter(|literal| !names_a_place(facts, name, *literal)) {
                found.push(Draft::new(file, facts.expr_span(literal)).word("name", name));
            }
        };
        for bind in &facts.binds {
            if let Some(value) = bind.value {
                look(facts.text(bind.name), value);
            }
        }
        for scope in &facts.scopes {
            for param in facts.params(scope.params) {
                if let Some(default) = param.default {
                    look(facts.text(param.name), default);
                }
            }
        }
        for call in &facts.calls {
            for arg in facts.args(call.args) {
                if let Some(name) = arg.name {
                    look(facts.text(name), arg.value);
                }
            }
        }
        for expr in &facts.exprs {
            let Expr::Map(entries) = expr else { continue };
            for entry in facts.entries(*entries) {
                if let Some(key) = entry.key
                    && let Expr::Str(key) = facts.expr(key)
                {
                    look(facts.text(key), entry.value);
                }
            }
        }
        keyed(file, facts, &mut found);
        compared(file, facts, &mut found);
    }
    found
}

/// `session_key = "auth_session"`: under which key something is kept, and no key that signs.
fn names_a_place(facts: &FileFacts, name: &str, literal: ExprId) -> bool {
    let Expr::Str(text) = facts.expr(literal) else { return false };
    let text = facts.text(text);
    let is_plain = |c: char| c.is_ascii_lowercase() || matches!(c, '_' | '-' | '.' | ':');
    let is_session_key = words(name).ends_with(&["session".to_owned(), "key".to_owned()]);
    let is_setting = text.contains('.') || !signs(name);
    (is_session_key && text.chars().all(is_plain)) || (is_setting && says_its_name(name, text))
}

/// `app.config["SECRET_KEY"] = "…"`: the key of an item that is assigned.
fn keyed(file: FileId, facts: &FileFacts, found: &mut Vec<Draft>) {
    for bind in &facts.binds {
        let (Some(object), Some(value)) = (bind.object, bind.value) else { continue };
        if let Expr::Index(_, key) = facts.expr(object)
            && let Expr::Str(key) = facts.expr(key)
            && is_secret_name(facts.text(key))
            && let Some(literal) = literal(facts, value)
        {
            found.push(Draft::new(file, facts.expr_span(literal)).word("name", facts.text(key)));
        }
    }
}

/// `if api_key == "…"`: a secret that is compared with a literal.
fn compared(file: FileId, facts: &FileFacts, found: &mut Vec<Draft>) {
    for block in facts.blocks.iter().filter(|block| block.kind == BlockKind::Branch) {
        let Some(Expr::Other(parts)) = block.head.map(|head| facts.expr(head)) else { continue };
        let (mut name, mut text) = (None, None);
        for part in facts.list(parts) {
            match facts.expr(*part) {
                Expr::Name(_) | Expr::Attr(..) => name = last_name(facts, *part),
                Expr::Str(found) if is_secret_text(facts.text(found)) => text = Some(*part),
                _ => {}
            }
        }
        if let (Some(name), Some(text)) = (name, text)
            && is_secret_name(name)
        {
            found.push(Draft::new(file, facts.expr_span(text)).word("name", name));
        }
    }
}

/// Whether a file serves tests or samples, told by its name or by the browser that it drives.
pub(super) fn is_for_tests(path: &str) -> bool {
    let mut folders = path.split('/').rev();
    let file = folders.next().unwrap_or(path);
    let drives_browser = folders.any(|folder| matches!(folder, "playwright" | "cypress"));
    drives_browser
        || words(file).iter().any(|word| {
            matches!(
                word.as_str(),
                "test" | "tests" | "testing" | "spec" | "e2e" | "fixture" | "fixtures" | "mock" | "seed"
            )
        })
}

/// A weak literal under a name that the program signs with.
fn signing_key(facts: &FileFacts, name: &str, value: ExprId) -> Option<ExprId> {
    match facts.expr(value) {
        Expr::Str(text) => (is_signing_name(name) && !is_stand_in(facts.text(text))).then_some(value),
        _ => None,
    }
}

/// What signs where the environment says nothing: `os.environ.get("SECRET_KEY", "dev")`,
/// `process.env.JWT_SECRET || 'dev'`. Whoever forgets to set it runs with a known key.
fn fallback(facts: &FileFacts, name: &str, value: ExprId) -> Option<ExprId> {
    let stands = |value: &ExprId| {
        matches!(facts.expr(*value), Expr::Str(text)
            if facts.text(text).len() >= 4 && !is_stand_in(facts.text(text)))
    };
    let asks = |value: ExprId| {
        let path = match facts.expr(value) {
            Expr::Call(id) => facts.call(id).and_then(|call| facts.dotted(call.callee)),
            _ => facts.dotted(value),
        };
        path.is_some_and(|path| {
            words(&path).iter().any(|word| matches!(word.as_str(), "env" | "environ" | "getenv"))
        })
    };
    if !signs(name) {
        return None;
    }
    match facts.expr(value) {
        Expr::Call(id) if asks(value) => {
            let args = facts.args(facts.call(id)?.args);
            let default = args.get(1).or_else(|| args.iter().find(|arg| arg.name.is_some()))?;
            Some(default.value).filter(|value| stands(value))
        }
        Expr::Either(parts) => {
            let parts = facts.list(parts);
            let (last, first) = parts.split_last()?;
            (first.iter().any(|part| asks(*part)) && stands(last)).then_some(*last)
        }
        _ => None,
    }
}

/// A text that can only be a credential, under a name that speaks of one.
fn random(facts: &FileFacts, name: &str, value: ExprId) -> Option<ExprId> {
    match facts.expr(value) {
        Expr::Str(text) => (is_credential_name(name) && is_random_text(facts.text(text))).then_some(value),
        _ => None,
    }
}

/// The literal that a value is, through conversions of texts.
fn literal(facts: &FileFacts, value: ExprId) -> Option<ExprId> {
    match facts.expr(value) {
        Expr::Str(text) => is_secret_text(facts.text(text)).then_some(value),
        Expr::Call(id) => {
            let call = facts.call(id)?;
            let name = last_name(facts, call.callee)?;
            match facts.expr(call.callee) {
                Expr::Attr(object, _)
                    if matches!(
                        name,
                        "to_string" | "to_owned" | "into" | "encode" | "toString" | "as_bytes"
                    ) =>
                {
                    literal(facts, object)
                }
                _ if matches!(name, "from" | "String" | "SecretStr" | "Secret" | "SecretString") => {
                    literal(facts, facts.args(call.args).first()?.value)
                }
                _ => None,
            }
        }
        _ => None,
    }
}
