//! What two people have to look at: changes of the schema, and changes of who may do what.
//!
//! A hunk is guarded by the layer and the path of its file and by the names in the lines
//! that it adds or takes away. In doubt it is guarded: one look too many costs a minute.

use super::{edit::FileEdit, hunk::Hunk, layer::Layer};

/// Why a hunk needs a second look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarded {
    Migration,
    Authentication,
}

impl Guarded {
    /// What it touches, in words: `a migration`.
    pub fn what(self) -> &'static str {
        match self {
            Self::Migration => "a migration",
            Self::Authentication => "authentication",
        }
    }
}

/// Words of paths and names that are about who somebody is and what they may do.
const WORDS: [&str; 39] = [
    "acl",
    "acls",
    "argon2",
    "auth",
    "authenticate",
    "authenticated",
    "authentication",
    "authenticator",
    "authn",
    "authorisation",
    "authorization",
    "authorize",
    "authorized",
    "authz",
    "bcrypt",
    "credential",
    "credentials",
    "csrf",
    "jwt",
    "login",
    "logout",
    "mfa",
    "oauth",
    "oauth2",
    "oidc",
    "otp",
    "passwd",
    "password",
    "passwords",
    "permission",
    "permissions",
    "rbac",
    "saml",
    "signin",
    "signup",
    "sso",
    "totp",
    "unauthenticated",
    "unauthorized",
];

/// Whether the hunk touches a migration or authentication. `layer` is that of its file.
pub fn guarded(edit: &FileEdit, hunk: &Hunk, layer: Layer) -> Option<Guarded> {
    if layer == Layer::Migration {
        return Some(Guarded::Migration);
    }
    let range = hunk.base_range();
    let base = edit.base.as_deref().unwrap_or("").split_inclusive('\n');
    let mut removed = base.skip(range.start as usize).take(range.len());
    let speaks = |line: &str| words(line).any(|word| WORDS.contains(&word.as_str()));
    let is_guarded =
        speaks(&edit.path) || hunk.new_lines().iter().any(|line| speaks(line)) || removed.any(speaks);
    is_guarded.then_some(Guarded::Authentication)
}

/// The words of a line in small letters: `requireLogin` and `require_login` have two.
fn words(line: &str) -> impl Iterator<Item = String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut was_small = false;
    for sign in line.chars() {
        let begins = sign.is_uppercase() && was_small;
        if (!sign.is_alphanumeric() || begins) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if sign.is_alphanumeric() {
            word.extend(sign.to_lowercase());
        }
        was_small = sign.is_lowercase() || sign.is_numeric();
    }
    words.push(word);
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        hunk::{Body, Decision, Origin},
        ids::{HunkId, ProposalId},
    };
    use pretty_assertions::assert_eq;

    fn guard(path: &str, layer: Layer, base: &str, base_len: u32, new: &[&str]) -> Option<Guarded> {
        let hunk = Hunk {
            id: HunkId(1),
            body: Body::Text {
                base_start: 0,
                base_len,
                new_lines: new.iter().map(|line| (*line).to_owned()).collect(),
            },
            origin: Origin::You,
            proposal: ProposalId(1),
            step: None,
            layer,
            reason: String::new(),
            citation: None,
            criteria: Vec::new(),
            needs: Vec::new(),
            decision: Decision::Undecided,
            decided_by: String::new(),
            seconded_by: String::new(),
        };
        guarded(&FileEdit::new(path, Some(base.to_owned())), &hunk, layer)
    }

    #[test]
    fn migrations_and_authentication_are_guarded_and_their_neighbours_are_not() {
        let auth = Some(Guarded::Authentication);
        for (path, layer, base, len, new, expected) in [
            ("migrations/2.sql", Layer::Migration, "", 0, "x\n", Some(Guarded::Migration)),
            ("app/auth/deps.py", Layer::Service, "", 0, "x\n", auth),
            ("src/authGuard.ts", Layer::Middleware, "", 0, "x\n", auth),
            ("app/authors.py", Layer::Router, "", 0, "author = None\n", None),
            ("app/users.py", Layer::Router, "", 0, "    user.password_hash = x\n", auth),
            ("app/users.py", Layer::Router, "@requireLogin\n", 1, "", auth),
            ("app/users.py", Layer::Router, "@requireLogin\nx\n", 0, "y\n", None),
        ] {
            let new: Vec<&str> = if new.is_empty() { Vec::new() } else { vec![new] };
            assert_eq!(guard(path, layer, base, len, &new), expected, "{path} {new:?}");
        }
    }
}
