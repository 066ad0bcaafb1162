//! Paths of endpoints: joining prefixes, and one way to write parameters.

use super::value::HOLE;
use crate::knowledge::packs::PathStyle;

/// Joins a prefix and what is below it, with exactly one `/` between.
pub(super) fn join(prefix: &str, rest: &str) -> String {
    let prefix = prefix.trim_end_matches('/');
    let rest = rest.trim_start_matches('/');
    if rest.is_empty() { prefix.to_owned() } else { format!("{prefix}/{rest}") }
}

/// Joins a prefix and the path of a route; a route `/` keeps its slash where `keeps_slash`.
pub(super) fn join_route(prefix: &str, route: &str, keeps_slash: bool) -> String {
    let mut whole = join(prefix, route);
    if keeps_slash && route.ends_with('/') && !whole.ends_with('/') {
        whole.push('/');
    }
    whole
}

/// A path as endpoints show it: with a leading `/`, parameters as `{name}`.
pub(super) fn normalise(path: &str, style: PathStyle) -> String {
    let path = match style {
        PathStyle::Brace => path.to_owned(),
        PathStyle::Angle => angles(without_query(path)),
        PathStyle::Named => angles(&path.split('<').map(name_first).collect::<Vec<_>>().join("<")),
        PathStyle::Colon => colons(path),
        PathStyle::Regex => angles(&regex(path)),
        PathStyle::Optional => colons(&globs(&without_options(path))),
    };
    let path = braces(&without_query_template(path));
    // An optional slash at the end is none.
    let path =
        if style == PathStyle::Regex { path.strip_suffix("/?").unwrap_or(&path).to_owned() } else { path };
    let path = without_empty_segments(path);
    if path.starts_with('/') { path } else { format!("/{path}") }
}

/// `a//b` becomes `a/b`: prefixes that end with a slash meet paths that begin with one.
fn without_empty_segments(path: String) -> String {
    if !path.contains("//") {
        return path;
    }
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !out.ends_with('/') {
            out.push(c);
        }
    }
    out
}

/// A pattern that holds verb, host and path: `GET example.com/x/{rest...}`.
pub(super) fn split_pattern(pattern: &str) -> (&str, String) {
    let pattern = pattern.trim();
    let (verb, rest) = match pattern.split_once([' ', '\t']) {
        Some((verb, rest)) if verb.bytes().all(|byte| byte.is_ascii_uppercase()) => (verb, rest.trim_start()),
        _ => ("ANY", pattern),
    };
    let path = match rest.find('/') {
        Some(slash) if !rest.starts_with(HOLE) => rest.get(slash..).unwrap_or_default(),
        _ => rest,
    };
    // `{$}` only says that nothing follows.
    (verb, path.strip_suffix("{$}").unwrap_or(path).replace("...}", "}"))
}

/// `/items{?limit,offset}` names its query, which is no part of the path.
fn without_query_template(path: String) -> String {
    let mut rest = path.as_str();
    let mut out = String::new();
    while let Some(at) = rest.find("{?") {
        let inner = rest.get(at + 2..).unwrap_or_default();
        match inner.find('}') {
            // A hole has no name.
            Some(end) if end > 0 => {
                out.push_str(rest.get(..at).unwrap_or_default());
                rest = inner.get(end + 1..).unwrap_or_default();
            }
            _ => {
                out.push_str(rest.get(..at + 2).unwrap_or_default());
                rest = inner;
            }
        }
    }
    if out.is_empty() && rest.len() == path.len() {
        return path;
    }
    out + rest
}

/// `{id:int}`, `{id:[0-9]{2}}` and `{*rest}` become `{id}` and `{rest}`.
fn braces(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut depth = 0_u32;
    let mut named = true;
    for c in path.chars() {
        match c {
            '{' => {
                depth += 1;
                if depth == 1 {
                    named = true;
                    out.push(c);
                }
            }
            '}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    out.push(c);
                }
            }
            ':' | '<' if depth == 1 => named = false,
            // A default: `{page?1}`.
            '?' if depth == 1 && !out.ends_with('{') => named = false,
            '*' if depth == 1 && named => {}
            _ if depth == 0 || (depth == 1 && named) => out.push(c),
            _ => {}
        }
    }
    out
}

/// What stands in parentheses is left out.
fn without_options(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut depth = 0_u32;
    for c in path.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// `*rest` becomes `{rest}`.
fn globs(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.strip_prefix('*') {
        Some(name) if !name.is_empty() => format!("{{{name}}}"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<String>>().join("/")
}

/// What stands before the `?` of a query string: `/items?<page>`.
fn without_query(path: &str) -> &str {
    path.find("?<").and_then(|at| path.get(..at)).unwrap_or(path)
}

/// `id:int>` becomes `id>`.
fn name_first(part: &str) -> String {
    match (part.find(':'), part.find('>')) {
        (Some(colon), Some(end)) if colon < end => format!("{}{}", &part[..colon], &part[end..]),
        _ => part.to_owned(),
    }
}

/// `<int:id>` becomes `{id}`.
fn angles(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(start) = rest.find('<') {
        let Some(length) = rest[start..].find('>') else { break };
        let inner = &rest[start + 1..start + length];
        out.push_str(&rest[..start]);
        out.push('{');
        out.push_str(inner.rsplit(':').next().unwrap_or(inner).trim_end_matches(".."));
        out.push('}');
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    out
}

/// `:id`, `:id?`, `:id(\\d+)` and `*` at the end become `{id}` and `{*}`.
fn colons(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut chars = path.chars().peekable();
    let mut before = '/';
    while let Some(c) = chars.next() {
        let starts = c == ':' && !before.is_alphanumeric();
        if !starts || !chars.peek().is_some_and(|next| next.is_alphabetic() || *next == '_') {
            out.push(c);
            before = c;
            continue;
        }
        out.push('{');
        while let Some(letter) = chars.next_if(|next| next.is_alphanumeric() || *next == '_') {
            out.push(letter);
        }
        out.push('}');
        let close = match chars.next_if(|next| matches!(next, '(' | '{')) {
            Some('{') => Some(('{', '}')),
            Some(_) => Some(('(', ')')),
            None => None,
        };
        if let Some((open, close)) = close {
            let mut depth = 1;
            for inner in chars.by_ref() {
                depth += i32::from(inner == open) - i32::from(inner == close);
                if depth == 0 {
                    break;
                }
            }
        }
        chars.next_if(|next| matches!(next, '?' | '+' | '*'));
        before = '}';
    }
    out
}

/// `/logo(?:/(?P<name>.+))?` becomes `/logo`: the shortest of what it matches.
fn without_optional_groups(path: &str) -> String {
    let mut out = path.to_owned();
    while let Some(start) = out.find("(?:") {
        let mut depth = 0;
        let close = out.char_indices().skip_while(|(at, _)| *at < start).find_map(|(at, c)| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            (depth == 0).then_some(at)
        });
        let Some(close) = close else { break };
        let (inner, behind) = (out[start + 3..close].to_owned(), out[close + 1..].to_owned());
        let optional = behind.strip_prefix('?');
        let kept = if optional.is_some() { String::new() } else { inner };
        out = format!("{}{kept}{}", &out[..start], optional.unwrap_or(&behind));
    }
    out
}

/// `^users/(?P<id>[0-9]+)/$` becomes `users/<id>/`.
fn regex(path: &str) -> String {
    // Joined patterns carry the anchor of each part.
    let path = path.replace("/^", "/");
    let path = path.strip_prefix('^').unwrap_or(&path);
    let path = path.strip_suffix('$').or_else(|| path.strip_suffix(r"\Z")).unwrap_or(path);
    let path = &without_optional_groups(path);
    let mut out = String::with_capacity(path.len());
    let mut rest = path.as_str();
    while let Some(start) = rest.find("(?P<") {
        out.push_str(&rest[..start]);
        let group = &rest[start + 4..];
        let Some(name_end) = group.find('>') else { break };
        let mut depth = 1;
        let mut end = group.len();
        for (at, c) in group.char_indices().skip(name_end) {
            depth += i32::from(c == '(') - i32::from(c == ')');
            if depth == 0 {
                end = at + 1;
                break;
            }
        }
        out.push('<');
        out.push_str(&group[..name_end]);
        out.push('>');
        rest = &group[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_every_style_become_braces() {
        let cases = [
            ("/a/{id}", PathStyle::Brace, "/a/{id}"),
            ("/a/{id:int}/{f:path}", PathStyle::Brace, "/a/{id}/{f}"),
            (r"/a/{id:\d{2,4}}", PathStyle::Brace, "/a/{id}"),
            (r"/a/{id<\d+>}/{page?1}", PathStyle::Brace, "/a/{id}/{page}"),
            ("/a/{*rest}", PathStyle::Brace, "/a/{rest}"),
            ("a/<int:id>/<name>", PathStyle::Angle, "/a/{id}/{name}"),
            ("/a/:id/b/:name?", PathStyle::Colon, "/a/{id}/b/{name}"),
            (r"/a/:id(\d+)", PathStyle::Colon, "/a/{id}"),
            (r"^a/(?P<pk>[0-9]+(-x)?)/$", PathStyle::Regex, "/a/{pk}/"),
            ("a/<slug:s>/", PathStyle::Regex, "/a/{s}/"),
            ("api/^a/$", PathStyle::Regex, "/api/a/"),
            ("a/<open", PathStyle::Angle, "/a/<open"),
            ("/a(/:page)/*rest(.:format)", PathStyle::Optional, "/a/{rest}"),
            ("(?P<open", PathStyle::Regex, "/(?P<open"),
            ("/a/{?}/b", PathStyle::Brace, "/a/{?}/b"),
            ("/a/{id}{?max,offset*}", PathStyle::Brace, "/a/{id}"),
            ("/{?}/a{?max}", PathStyle::Brace, "/{?}/a"),
            ("/a{?max", PathStyle::Brace, "/a{?max"),
        ];
        for (path, style, expected) in cases {
            assert_eq!(normalise(path, style), expected, "{path}");
        }
    }

    #[test]
    fn a_pattern_may_hold_verb_and_host() {
        let cases = [
            ("GET /users/{id}", ("GET", "/users/{id}")),
            ("POST  example.com/x/{$}", ("POST", "/x/")),
            ("/files/{rest...}", ("ANY", "/files/{rest}")),
            ("example.com/", ("ANY", "/")),
            ("{?}/x", ("ANY", "{?}/x")),
        ];
        for (pattern, (verb, path)) in cases {
            assert_eq!(split_pattern(pattern), (verb, path.to_owned()), "{pattern}");
        }
    }

    #[test]
    fn prefixes_join_with_one_slash() {
        assert_eq!(join("/api/", "/users"), "/api/users");
        assert_eq!(join("/api", "users/"), "/api/users/");
        assert_eq!(join("/api", ""), "/api");
        assert_eq!(join("", "/users"), "/users");
        assert_eq!(join("", ""), "");
        assert_eq!(join_route("/api", "/", true), "/api/");
        assert_eq!(join_route("/api", "/", false), "/api");
        assert_eq!(join_route("/api", "", true), "/api");
        assert_eq!(join_route("/api", "/x/", false), "/api/x/");
    }
}
