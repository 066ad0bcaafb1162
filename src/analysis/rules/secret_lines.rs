//! Credentials in files that are no program code: settings, scripts, notes.
//!
//! A line counts when a name that only secrets have is given a text that can be one. Files
//! that say by their name that they are samples, documentation, locks or tests are left out.

use super::{
    context::Context,
    draft::{Draft, Source},
    matcher::Rule,
    secret_names::{is_secret_name, is_secret_text, is_template, signs},
    secrets::is_for_tests,
};
use crate::analysis::facts::Span;
use regex::{Match, Regex};
use std::{collections::BTreeSet, ops::RangeInclusive, sync::LazyLock};

/// Larger files are not searched.
const MAX_BYTES: u64 = 256 << 10;

/// `name = value` in the spellings of settings, scripts and program texts. Lengths are
/// compared afterwards: counted repeats made this the slowest expression to compile.
const ASSIGNMENT: &str = concat!(
    r#"(?m)(?:^|[\s,;{(\[<?&"'`-])([A-Za-z](?-u:[\w.-])+)["'`\]]{0,2}[ \t]{0,4}"#,
    r#"(?:=>|:{1,3}=|\?=|[=!]==?|=|:)[ \t]{0,4}@?"#,
    r#"(?:"([^"\n]+)"|'([^'\n]+)'|`([^`\n]+)`|([^\s"'`,;<>{}()\[\]]{8,})(?:$|[\s,;]))"#
);

/// Bytes of a name, and of a value in quotes or without.
const NAME_BYTES: RangeInclusive<usize> = 2..=61;
const VALUE_BYTES: RangeInclusive<usize> = 6..=200;

static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(ASSIGNMENT).ok());

/// The end of a name that `is_secret_name` takes, with the sign behind it. Groups cost ten
/// times a plain search, so only lines with such a name are matched with them.
const NAME_END: &str = concat!(
    r#"(?i-u)(?:pass(?:word|wd|phrase)?|pwd?|secret|key|token)[0-9._-]*["'`\]]{0,2}"#,
    r#"[ \t]{0,4}[=:?!]"#
);

static HINT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(NAME_END).ok());

pub(super) fn check(context: &Context<'_, '_>, _rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for path in searched(context) {
        let text = context.text_once(path);
        let is_code = is_program(path);
        for (offset, line) in suspicious_lines(&text) {
            for (name, value) in assignments(line, is_code, is_packaged(path)) {
                let (Ok(start), Ok(end)) =
                    (u32::try_from(offset + value.start()), u32::try_from(offset + value.end()))
                else {
                    continue;
                };
                found.push(
                    Draft::at(Source::Path(path.to_owned()), Span::new(start, end))
                        .symbol(name)
                        .word("name", name),
                );
            }
        }
    }
    found
}

/// Lines that may assign to the name of a secret, each with its offset. An assignment
/// never crosses a line.
fn suspicious_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let hit = HINT.as_ref()?.find_at(text, rest)?;
        let start = text.get(..hit.start())?.rfind('\n').map_or(0, |at| at + 1);
        let end = text.get(hit.end()..)?.find('\n').map_or(text.len(), |at| hit.end() + at);
        rest = end;
        Some((start, text.get(start..end)?))
    })
}

/// What a line gives to names of secrets and can be one.
fn assignments(line: &str, is_code: bool, is_packaged: bool) -> impl Iterator<Item = (&str, Match<'_>)> {
    let all = PATTERN.as_ref().map(|pattern| pattern.captures_iter(line));
    all.into_iter().flatten().filter_map(move |hit| {
        let (name, quoted) = (hit.get(1)?, hit.get(2).or(hit.get(3)).or(hit.get(4)));
        let value = quoted.or(hit.get(5).filter(|_| !is_code))?;
        if !NAME_BYTES.contains(&name.len()) || !VALUE_BYTES.contains(&value.len()) {
            return None;
        }
        let name = name.as_str().trim_end_matches(|c: char| c.is_ascii_digit());
        let signs_always = is_packaged && signs(name) && is_long_key(value.as_str());
        (is_secret_name(name) && (is_credential(value.as_str()) || signs_always)).then_some((name, value))
    })
}

/// Files without facts whose lines are worth a look, in the order of the source.
pub(super) fn searched<'c>(context: &Context<'c, '_>) -> Vec<&'c str> {
    let with_facts: BTreeSet<&str> =
        context.resolver().files().map(|(_, facts)| facts.path.as_str()).collect();
    context
        .input
        .files
        .entries()
        .iter()
        .filter(|entry| {
            entry.size_bytes <= MAX_BYTES
                && !with_facts.contains(entry.path.as_str())
                && is_worth_a_look(&entry.path)
                && !crate::analysis::layering::is_test_path(&entry.path)
        })
        .map(|entry| entry.path.as_str())
        .collect()
}

/// Whether a file of settings is packed into the program: what it says holds wherever
/// nothing else is said.
fn is_packaged(path: &str) -> bool {
    let (folder, file) = path.rsplit_once('/').unwrap_or_default();
    let stem = file.split('.').next().unwrap_or(file);
    folder.ends_with("src/main/resources") && matches!(stem, "application" | "bootstrap")
}

/// Whether a signer takes a text as its key, be it one that asks to be changed.
fn is_long_key(text: &str) -> bool {
    text.len() >= 16
        && !is_template(text)
        && !text.contains(|c: char| c.is_whitespace() || matches!(c, '/' | '.'))
}

fn is_credential(text: &str) -> bool {
    // Words of a language that is not written in ASCII.
    if !text.is_ascii() || text.contains("\\u") {
        return false;
    }
    let has_digit = text.chars().any(|c| c.is_ascii_digit());
    let marks: BTreeSet<char> = text.chars().filter(|c| !c.is_alphanumeric() && !c.is_whitespace()).collect();
    is_secret_text(text) && !is_template(text) && !is_key_file(text) && (has_digit || marks.len() > 3)
}

/// Whether a text says where a key is kept.
fn is_key_file(text: &str) -> bool {
    text.contains('/') && [".pem", ".key", ".crt", ".p12", ".jks"].iter().any(|end| text.ends_with(end))
}

fn is_program(path: &str) -> bool {
    const ENDS: [&str; 12] =
        [".go", ".java", ".cs", ".php", ".rb", ".kt", ".py", ".js", ".ts", ".jsx", ".tsx", ".rs"];
    ENDS.iter().any(|end| path.ends_with(end))
}

/// Whether a file by its name holds settings, scripts or notes.
fn is_worth_a_look(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let lower = file.to_lowercase();
    let is_sample =
        ["example", "sample", "template", "dist", "readme", "license", "changelog", "requirements", ".min."]
            .iter()
            .any(|word| lower.contains(word));
    let locks = ["package-lock.json", "pnpm-lock.yaml", "composer.lock", "go.sum"];
    let ends = [
        ".env",
        ".yml",
        ".yaml",
        ".toml",
        ".ini",
        ".cfg",
        ".conf",
        ".config",
        ".properties",
        ".sh",
        ".tf",
        ".tfvars",
        ".json",
        ".pem",
        ".key",
        ".txt",
        ".xml",
        ".npmrc",
        ".pypirc",
        ".netrc",
    ];
    let is_translation = path.split('/').rev().skip(1).any(|folder| {
        ["locale", "locales", "i18n", "lang", "langs", "translations", "l10n"].contains(&folder)
    });
    !is_sample
        && !is_for_tests(path)
        && !is_translation
        && !locks.contains(&file)
        && !lower.ends_with(".lock")
        && !lower.starts_with("openapi")
        && !lower.starts_with("swagger")
        && (file.starts_with(".env")
            || file == "Dockerfile"
            || ends.iter().any(|end| lower.ends_with(end))
            || is_program(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn names(text: &str) -> Vec<String> {
        let pattern = PATTERN.as_ref().unwrap();
        pattern.captures_iter(text).map(|hit| hit[1].to_owned()).collect()
    }

    #[test]
    fn assignments_of_every_spelling_are_read() {
        let lines = "\
DB_PASSWORD=Xk29vQp7Lm
  POSTGRES_PASSWORD: Xk29vQp7Lm
\"api_key\" : \"Xk29vQp7Lm\"
secret := 'Xk29vQp7Lm'
if (apiKey === \"Xk29vQp7Lm\")
--db-password=Xk29vQp7Lm
";
        assert_eq!(
            names(lines),
            ["DB_PASSWORD", "POSTGRES_PASSWORD", "api_key", "secret", "apiKey", "db-password"]
        );
    }

    /// What is matched line by line is what is matched in the whole text.
    #[test]
    fn only_lines_with_the_name_of_a_secret_are_matched() {
        let lines = "a: 1\nDB_PASSWORD1=Xk29vQp7Lm\nnote: none\n\"apiKey\" => \"Xk29vQp7Lm\"\nlast: b";
        let found: Vec<(usize, &str)> = suspicious_lines(lines).collect();
        assert_eq!(found, [(5, "DB_PASSWORD1=Xk29vQp7Lm"), (40, "\"apiKey\" => \"Xk29vQp7Lm\"")]);
        let given: Vec<&str> = found
            .iter()
            .flat_map(|(_, line)| assignments(line, false, false))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(given, ["DB_PASSWORD", "apiKey"]);
    }

    #[test]
    fn a_credential_is_no_template_and_no_word() {
        assert!(is_credential("Xk29vQp7Lm") && is_credential("9f86d081884c7d65"));
        for text in [
            "${DB_PASSWORD:?set}",
            "{{ .Values.password1 }}",
            "<your-key-1>",
            "real_value",
            "changeme1",
            "%kernel.project_dir%/config/jwt/private1.pem",
            "/run/secrets/jwt-2.key",
        ] {
            assert!(!is_credential(text), "{text}");
        }
    }

    #[test]
    fn a_key_in_packed_settings_counts_even_if_it_asks_to_be_changed() {
        let packed = "app/src/main/resources/application.yml";
        assert!(is_packaged(packed) && !is_packaged("config/application.yml"));
        assert!(
            is_long_key("pleaseReplaceThisByYourOwn")
                && !is_long_key("${JWT_SECRET}")
                && !is_long_key("short")
        );
    }

    #[test]
    fn samples_tests_locks_and_documentation_are_not_searched() {
        for path in [
            "deploy/.env",
            "docker-compose.yml",
            "a/Dockerfile",
            "conf/app.properties",
            "latest.yml",
            "contest.ts",
        ] {
            assert!(is_worth_a_look(path), "{path}");
        }
        for path in [
            ".env.example",
            "package-lock.json",
            "README.txt",
            "docs/a.md",
            "requirements.txt",
            "go.sum",
            "api/.env.testing",
            ".env.test",
            "web/playwright/login.page.ts",
            "cypress/login.js",
        ] {
            assert!(!is_worth_a_look(path), "{path}");
        }
    }
}
