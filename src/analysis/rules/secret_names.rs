//! Names that only secrets have, and texts that can be one.

/// Words that end the name of a secret.
const SECRET_WORDS: [&str; 8] =
    ["password", "passwd", "pwd", "secret", "passphrase", "apikey", "secretkey", "privatekey"];

/// How every name of a secret ends.
const LAST_LETTERS: [&str; 9] =
    ["password", "passwd", "pwd", "secret", "passphrase", "key", "token", "pass", "pw"];

/// Words that do so before `key`: `api_key`, `signing_key`.
const KEY_WORDS: [&str; 10] =
    ["api", "secret", "private", "signing", "encryption", "jwt", "auth", "master", "session", "access"];

/// Words that do so before `token`; a bare token is often a name of something else.
const TOKEN_WORDS: [&str; 6] = ["access", "auth", "api", "bearer", "bot", "refresh"];

/// Words that do so before `pass`.
const OWNERS: [&str; 9] = ["db", "user", "smtp", "mail", "redis", "admin", "root", "mysql", "postgres"];

/// Words that say that the name holds something about a secret, or no real one.
const HARMLESS_WORDS: [&str; 18] = [
    "public",
    "pub",
    "test",
    "tests",
    "dummy",
    "fake",
    "example",
    "sample",
    "mock",
    "invalid",
    "wrong",
    "placeholder",
    "hash",
    "hashed",
    "field",
    "label",
    "error",
    "message",
];

/// Parts of texts that stand for a secret to be filled in.
const PLACEHOLDERS: [&str; 26] = [
    "change",
    "replace",
    "example",
    "placeholder",
    "dummy",
    "your",
    "xxx",
    "todo",
    "sample",
    "insert",
    "fake",
    "default",
    "redacted",
    "secret_key",
    "secret-key",
    "password",
    "passwd",
    "token",
    "apikey",
    "api-key",
    "api_key",
    "not-set",
    "unset",
    "foobar",
    "none",
    "null",
];

/// Lower-case words of a name in any of the usual spellings.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut before_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            before_lower = false;
            continue;
        }
        if c.is_uppercase() && before_lower && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        before_lower = c.is_lowercase() || c.is_numeric();
        word.extend(c.to_lowercase());
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether only a secret is called so.
pub(super) fn is_secret_name(name: &str) -> bool {
    if name.is_ascii() && !ends_as_secret(name) {
        return false;
    }
    let words = words(name);
    if words.iter().any(|word| HARMLESS_WORDS.contains(&word.as_str())) {
        return false;
    }
    let Some((last, rest)) = words.split_last() else { return false };
    let before = rest.last().map_or("", String::as_str);
    SECRET_WORDS.contains(&last.as_str())
        || (last == "key" && KEY_WORDS.contains(&before))
        || (last == "token" && TOKEN_WORDS.contains(&before))
        || (matches!(last.as_str(), "pass" | "pw") && OWNERS.contains(&before))
}

/// Whether the last letters are those of a secret: a look at every name of a project has
/// to cost next to nothing.
fn ends_as_secret(name: &str) -> bool {
    let name = name.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).as_bytes();
    LAST_LETTERS.iter().any(|end| {
        name.len()
            .checked_sub(end.len())
            .and_then(|at| name.get(at..))
            .is_some_and(|last| last.eq_ignore_ascii_case(end.as_bytes()))
    })
}

/// Whether a text can be a secret, and not the name of one or a stand-in.
pub(super) fn is_secret_text(text: &str) -> bool {
    let length = text.chars().count();
    if !(8..=512).contains(&length) || text.chars().any(char::is_whitespace) || is_template(text) {
        return false;
    }
    let lower = text.to_lowercase();
    if PLACEHOLDERS.iter().any(|part| lower.contains(part))
        || lower.starts_with("http")
        || lower.starts_with("ssh-")
    {
        return false;
    }
    if is_password_hash(text) {
        return false;
    }
    // Paths of files and modules, headers and options.
    if text.starts_with(['/', '.', '-', '*', '#', ':', '@']) || text.contains("://") {
        return false;
    }
    let first = text.chars().next();
    if text.chars().all(|c| Some(c) == first) {
        return false;
    }
    let has_digit = text.chars().any(|c| c.is_ascii_digit());
    let has_upper = text.chars().any(|c| c.is_ascii_uppercase());
    let has_lower = text.chars().any(|c| c.is_ascii_lowercase());
    let marks = text.chars().filter(|c| !c.is_alphanumeric()).count();
    // A single word, a constant's name or a dotted path is the name of something.
    let is_word = marks == 0 && !has_digit && !(has_upper && has_lower && length >= 16);
    let is_constant = !has_lower && !has_digit;
    let is_path =
        text.contains('.') && !has_digit && text.chars().all(|c| c.is_ascii_lowercase() || ".-_".contains(c));
    !(is_word || is_constant || is_path)
}

/// Whether a text is what a password was hashed to: nobody signs in with it.
fn is_password_hash(text: &str) -> bool {
    let named = |name: &str| text.starts_with(name);
    ["$2a$", "$2b$", "$2y$", "$argon2", "$scrypt$", "$pbkdf2", "$5$", "$6$", "pbkdf2_sha", "{SSHA}"]
        .into_iter()
        .any(named)
}

/// Whether a text says the same as the name that it is given to: `S3SecretKey = "s3.secretkey"`
/// is the key of a setting.
pub(super) fn says_its_name(name: &str, text: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    let (name, said) = (letters(name), letters(text));
    said.len() >= 8 && name.ends_with(&said)
}

/// Whether a program signs or encrypts with what has this name, so that even a weak
/// literal is its secret: `SECRET_KEY = "secret"`.
pub(super) fn is_signing_name(name: &str) -> bool {
    let constant = name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    constant && matches!(name, "SECRET" | "SECRET_KEY" | "JWT_SECRET" | "JWT_SECRET_KEY" | "TOKEN_SECRET")
}

/// Whether a text under such a name asks to be filled in or comes from elsewhere.
pub(super) fn is_stand_in(text: &str) -> bool {
    let lower = text.to_lowercase();
    let marks =
        ["change", "replace", "your", "xxx", "todo", "insert", "placeholder", "example", "not-set", "unset"];
    text.is_empty()
        || is_template(text)
        || text.chars().any(char::is_whitespace)
        || marks.iter().any(|mark| lower.contains(mark))
        || is_signing_name(text)
}

/// Whether a text is filled in elsewhere, or has a part that is: `$KEY`, `${KEY}`, `<key>`.
fn is_hole(text: &str) -> bool {
    let is_variable =
        text.strip_prefix('$').is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic()));
    is_variable || text.contains("${") || text.contains("{{") || (text.contains('<') && text.contains('>'))
}

/// Whether a name speaks of a credential without saying that it holds one: enough for a
/// text that looks like nothing else.
pub(super) fn is_credential_name(name: &str) -> bool {
    let words = words(name);
    !words.iter().any(|word| HARMLESS_WORDS.contains(&word.as_str()))
        && words.last().is_some_and(|word| {
            matches!(word.as_str(), "pw" | "cred" | "creds" | "credential" | "credentials" | "bearer")
        })
}

/// Whether a text is made by a generator of random bytes: long, of mixed letters and digits,
/// in the alphabet of base 64 or base 16.
pub(super) fn is_random_text(text: &str) -> bool {
    let body = text.rsplit(": ").next().unwrap_or(text).trim_end_matches('=');
    let is_coded = body.chars().all(|c| c.is_ascii_alphanumeric() || "+/_-".contains(c));
    let digits = body.chars().filter(char::is_ascii_digit).count();
    let letters = body.chars().filter(char::is_ascii_alphabetic).count();
    let different = body.chars().collect::<std::collections::BTreeSet<_>>().len();
    body.len() >= 24 && is_coded && digits >= 4 && letters >= 6 && different >= 12
}

/// Whether a program signs with what has this name: `jwtSecret`, `SECRET_KEY`.
pub(super) fn signs(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    let before = words.len().checked_sub(2).and_then(|at| words.get(at)).map_or("", String::as_str);
    is_secret_name(name)
        && (last == "secret" || (last == "key" && matches!(before, "secret" | "signing" | "jwt")))
}

/// Whether a text is none yet: empty, a hole of a template, or a request to fill it in.
pub(super) fn is_unfilled(text: &str) -> bool {
    let lower = text.to_lowercase();
    text.trim().is_empty()
        || is_hole(text)
        || ["changeme", "change-me", "change_me", "replace-me", "your-", "your_"]
            .iter()
            .any(|mark| lower.contains(mark))
        || (text.len() > 3 && text.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
}

/// Whether a text has holes to be filled in, or is a rule of validation: `${KEY}`,
/// `{{ key }}`, `<key>`, `%s`, `min:8|max:255`.
pub(super) fn is_template(text: &str) -> bool {
    let is_name =
        |inside: &str| inside.chars().all(|c| c.is_alphanumeric() || " _-.:?,()$[]'\"/!".contains(c));
    let holds = |open: &str, close: &str| {
        text.match_indices(open).any(|(at, _)| {
            let before = text.get(..at).unwrap_or_default();
            let after = text.get(at + open.len()..).unwrap_or_default();
            // `{{x}` is no hole: the first brace escapes the second.
            let escaped = open == "{" && before.ends_with('{');
            !escaped
                && after.split_once(close).is_some_and(|(inside, _)| inside.len() < 60 && is_name(inside))
        })
    };
    let is_variable = text
        .strip_prefix('$')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '('));
    // `%kernel.project_dir%/config/jwt/private.pem`.
    let is_parameter = text
        .strip_prefix('%')
        .and_then(|rest| rest.split_once('%'))
        .is_some_and(|(inside, after)| after.is_empty() || is_name(inside));
    is_variable
        || text.contains('|')
        || text.contains("%s")
        || text.contains("%d")
        || text.starts_with("%(")
        || is_parameter
        || text.contains("...")
        || holds("${", "}")
        || holds("{{", "}}")
        || holds("<", ">")
        || holds("{", "}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn names_are_split_in_every_spelling() {
        assert_eq!(words("JWT_SECRET_KEY"), ["jwt", "secret", "key"]);
        assert_eq!(words("jwtSecretKey"), ["jwt", "secret", "key"]);
        assert_eq!(words("x-api-key"), ["x", "api", "key"]);
    }

    #[test]
    fn only_names_that_end_as_secrets_count() {
        for name in ["SECRET_KEY", "dbPassword", "WEBHOOK_SECRET", "api_key", "accessToken", "jwt_secret"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "password_field",
            "access_key_id",
            "token",
            "token_url",
            "public_key",
            "hashed_password",
            "key",
            "SECRET_NAME",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn random_texts_are_told_from_words_and_paths() {
        assert!(is_random_text("KjasdlkjapoIKLlka98098sdf012U/rL2sLdBqOHQUlt5Z6kCgKGDyCFA=="));
        assert!(is_random_text("Bearer: 2lkjdfoiuwer092834kjdwf09"));
        assert!(
            !is_random_text("a sentence of many words with 1234")
                && !is_random_text("users/123/settings/profile")
        );
        assert!(
            is_credential_name("pw") && is_credential_name("dbCredentials") && !is_credential_name("power")
        );
        assert!(signs("jwtSecret") && signs("SECRET_KEY") && !signs("api_key") && !signs("password"));
    }

    #[test]
    fn hashes_of_passwords_and_keys_of_settings_are_no_secrets() {
        assert!(!is_secret_text("$2a$04$X4aRMEt0ytgPwMIgv36cI..7X9.nhY/.tYwxpqSi0ykRHx2CwQ0S6"));
        assert!(says_its_name("FilesS3SecretKey", "files.s3.secretkey"));
        assert!(says_its_name("shop_jwt_secret", "shop_jwt_secret"));
        assert!(!says_its_name("secret", "correct-horse-1") && !says_its_name("password", "pass"));
    }

    #[test]
    fn a_sign_of_money_alone_is_no_hole() {
        assert!(
            !is_unfilled("A long text of its own !@##$!@#$")
                && is_unfilled("$JWT_KEY")
                && is_unfilled("<your key>")
        );
    }

    #[test]
    fn a_signing_key_is_one_however_weak_unless_it_asks_to_be_changed() {
        assert!(
            is_signing_name("SECRET_KEY")
                && !is_signing_name("secret_key")
                && !is_signing_name("SECRET_NAME")
        );
        assert!(
            !is_stand_in("secret")
                && is_stand_in("change-me")
                && is_stand_in("${JWT}")
                && is_stand_in("JWT_SECRET")
        );
    }

    #[test]
    fn stand_ins_names_and_paths_are_no_secrets() {
        for text in ["correct-horse-battery", "9f86d081884c7d659a2feaa0c55ad015", "q7Vd2mXw9RkT4nLz8HsB3cYf"]
        {
            assert!(is_secret_text(text), "{text}");
        }
        for text in [
            "changeme123",
            "your-secret",
            "short1",
            "Password is required",
            "access_token",
            "/run/secrets/jwt",
            "https://idp.test/token",
            "${JWT_SECRET}",
            "xxxxxxxxxxxx",
            "credential",
            "SESSION_COOKIE",
            "app.auth.provider",
        ] {
            assert!(!is_secret_text(text), "{text}");
        }
    }
}
