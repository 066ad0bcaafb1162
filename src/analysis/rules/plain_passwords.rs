//! Passwords that are kept as they came, or so that they can be read again.
//!
//! A password counts as kept where a persisted class gets it straight from the request, and
//! neither the function around nor the file of the class speaks of hashing. Encryption is
//! no hashing: whoever has the key reads every password.

use super::{
    context::{Context, last_name},
    draft::Draft,
    from_request::is_from_request,
    handler_query::callee_span,
    matcher::Rule,
};
use crate::analysis::{
    facts::{Call, CallId, Expr, ExprId, FileFacts, ScopeKind},
    link::{Definition, FileId, Value},
};

/// Methods of persisted classes that write a row.
const WRITES: [&str; 8] =
    ["create", "insert", "save", "get_or_create", "update_or_create", "create_all", "insertOne", "build"];

/// How a password is called before anything was done to it.
const PASSWORDS: [&str; 6] = ["password", "passwd", "pwd", "plainPassword", "rawPassword", "plain_password"];

/// Parts of words that speak of hashing.
const HASHING: [&str; 8] =
    ["hash", "bcrypt", "scrypt", "argon", "pbkdf", "digest", "set_password", "has_secure_password"];

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    if !rule.matcher.plain_passwords {
        return found;
    }
    for (file, facts) in context.files(rule) {
        for (id, call) in facts.call_ids() {
            let problem = if is_kept(context, file, facts, call) {
                "keeps the password as it came"
            } else if is_encrypted(context, file, facts, id, call) {
                "keeps the password so that it is quickly guessed or read again"
            } else {
                continue;
            };
            let name = facts.dotted(call.callee).unwrap_or_default();
            found.push(
                Draft::new(file, callee_span(facts, call)).word("algorithm", name).word("problem", problem),
            );
        }
    }
    found
}

/// `User.create(password=password)` with what the request said.
fn is_kept(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, call: &Call) -> bool {
    let Some(value) = password(facts, call) else { return false };
    let is_plain = matches!(facts.expr(value), Expr::Name(_) | Expr::Attr(..) | Expr::Index(..))
        && is_from_request(context, file, facts, value);
    if !is_plain || speaks(context, facts, call) {
        return false;
    }
    let class = match facts.expr(call.callee) {
        Expr::Attr(object, name) if WRITES.contains(&facts.text(name)) => object,
        _ => call.callee,
    };
    context.resolver().value(file, class).alternatives().iter().any(|value| match value {
        Value::Class(of, scope) => {
            let class = Definition { file: *of, scope: *scope };
            let path = context.resolver().facts(*of).map(|facts| facts.path.as_str()).unwrap_or_default();
            context.resolver().class_in_family("orm-model", class) && !is_about_hashing(&context.text(path))
        }
        _ => false,
    })
}

/// The argument, or the member of the only object, that is called like a password.
fn password(facts: &FileFacts, call: &Call) -> Option<ExprId> {
    let args = facts.args(call.args);
    let named = args.iter().find(|arg| arg.name.is_some_and(|name| PASSWORDS.contains(&facts.text(name))));
    if let Some(arg) = named {
        return Some(arg.value);
    }
    let Expr::Map(entries) = facts.expr(args.first()?.value) else { return None };
    let entries = facts.entries(entries);
    let member = |wanted: &dyn Fn(&str) -> bool| {
        entries.iter().find(|entry| {
            entry.key.is_some_and(|key| matches!(facts.expr(key), Expr::Str(key) if wanted(facts.text(key))))
        })
    };
    member(&|key| PASSWORDS.contains(&key)).map(|entry| entry.value)
}

/// `cipher.encrypt(user.password)`, unless what is called hashes in spite of its name.
fn is_encrypted(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, id: CallId, call: &Call) -> bool {
    let named = last_name(facts, call.callee).is_some_and(|name| name.eq_ignore_ascii_case("encrypt"));
    let of_password = facts
        .args(call.args)
        .first()
        .and_then(|arg| last_name(facts, arg.value))
        .is_some_and(|name| PASSWORDS.contains(&name));
    if !named || !of_password || speaks(context, facts, call) {
        return false;
    }
    let functions = context.functions(file, id);
    !functions.is_empty()
        && functions.into_iter().all(|function| {
            let Some(facts) = context.resolver().facts(function.file) else { return false };
            let text = context.text(&facts.path);
            let body = facts.scope(function.scope).and_then(|scope| text.get(scope.span.range()));
            body.is_some_and(|body| !is_about_hashing(body))
        })
}

/// Whether the function around a call speaks of hashing.
fn speaks(context: &Context<'_, '_>, facts: &FileFacts, call: &Call) -> bool {
    let text = context.text(&facts.path);
    facts
        .scopes_around(call.scope)
        .find(|(_, scope)| matches!(scope.kind, ScopeKind::Function | ScopeKind::Lambda))
        .and_then(|(_, scope)| text.get(scope.span.range()))
        .is_some_and(is_about_hashing)
}

/// Whether a text of code speaks of hashing; what is still to do is not done.
fn is_about_hashing(code: &str) -> bool {
    code.lines()
        .map(|line| line.split_once(" # ").or_else(|| line.split_once("// ")).map_or(line, |(code, _)| code))
        .any(|line| {
            let lower = line.to_lowercase();
            HASHING.iter().any(|word| lower.contains(word))
        })
}

#[cfg(test)]
mod tests {
    use super::is_about_hashing;

    #[test]
    fn comments_hash_nothing() {
        assert!(is_about_hashing("user.password = bcrypt.hashpw(raw)"));
        assert!(!is_about_hashing("user = User(password=raw)  # TODO: set_password"));
    }
}
