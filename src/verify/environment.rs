//! Which variables a command is given: a short list, stated, never the whole environment.
//!
//! What a tool chain needs to be found passes, what the command or the user names
//! passes, and colours are asked for in the way each tool understands. Credentials,
//! agents' sockets and git's own variables do not pass by themselves. Names may be
//! shown and recorded; values never are.

use crate::{domain::command::CommandSpec, verify::runner::absolute_entries};
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
};

/// Variables that pass when the user has them.
const PASSED: [&str; 46] = [
    "CARGO_HOME",
    "CARGO_TARGET_DIR",
    "CI",
    "COMPOSER_HOME",
    "COREPACK_HOME",
    "DENO_DIR",
    "DOTNET_ROOT",
    "GEM_HOME",
    "GEM_PATH",
    "GOBIN",
    "GOCACHE",
    "GOMODCACHE",
    "GOPATH",
    "GOROOT",
    "GRADLE_USER_HOME",
    "HOME",
    "JAVA_HOME",
    "LANG",
    "LANGUAGE",
    "LOGNAME",
    "MISE_DATA_DIR",
    "NODE_EXTRA_CA_CERTS",
    "NPM_CONFIG_CACHE",
    "NVM_BIN",
    "NVM_DIR",
    "PIP_CACHE_DIR",
    "PNPM_HOME",
    "POETRY_CACHE_DIR",
    "PYENV_ROOT",
    "PYENV_VERSION",
    "RBENV_ROOT",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "SHELL",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
    "TZ",
    "USER",
    "UV_CACHE_DIR",
    "VIRTUAL_ENV",
    "VOLTA_HOME",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
];

/// The environment of one command, complete: nothing else is inherited. `allow` are names
/// that the user lets through; the command's own `env` list was part of what was trusted.
pub fn environment(
    user: &BTreeMap<OsString, OsString>,
    spec: &CommandSpec,
    allow: &[String],
) -> BTreeMap<OsString, OsString> {
    let mut env: BTreeMap<OsString, OsString> = user
        .iter()
        .filter(|(name, _)| passes(name, spec, allow))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let path = user.get(OsStr::new("PATH")).map(OsString::as_os_str).unwrap_or_default();
    // A relative entry would let the tree decide what a program is.
    let path = std::env::join_paths(absolute_entries(path)).unwrap_or_default();
    env.insert("PATH".into(), path);
    env.remove(OsStr::new("NO_COLOR"));
    for (name, value) in stated(&spec.parser) {
        env.insert((*name).into(), (*value).into());
    }
    env
}

fn passes(name: &OsStr, spec: &CommandSpec, allow: &[String]) -> bool {
    let Some(name) = name.to_str() else { return false };
    // They would point a command that calls git at the user's repository.
    if name.starts_with("GIT_") || name.starts_with("PROSCENIUM_") {
        return false;
    }
    PASSED.binary_search(&name).is_ok()
        || name.starts_with("LC_")
        || spec.env.iter().chain(allow).any(|allowed| allowed == name)
}

/// What every command is told, and how its tool is asked for colours.
///
/// A test runner is asked in its own way where it has one: `FORCE_COLOR` would also reach
/// the program under test, and change what its tests compare.
fn stated(parser: &str) -> &'static [(&'static str, &'static str)] {
    const PLAIN: [(&str, &str); 2] = [("PYTHONUNBUFFERED", "1"), ("TERM", "dumb")];
    match parser {
        "pytest" => &[PLAIN[0], PLAIN[1], ("PY_COLORS", "1")],
        "cargo-test" | "cargo-nextest" | "clippy" | "cargo-check" | "cargo-build" | "rustfmt" => {
            &[PLAIN[0], PLAIN[1], ("CARGO_TERM_COLOR", "always")]
        }
        "unittest" | "django-test" | "node-test" | "go-test" => &PLAIN,
        _ => &[PLAIN[0], PLAIN[1], ("CLICOLOR_FORCE", "1"), ("FORCE_COLOR", "1")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{command::CommandKind, place::Place};
    use pretty_assertions::assert_eq;
    use std::time::Duration;

    fn names(parser: &str, ask: &[&str], allow: &[&str], user: &[(&str, &str)]) -> Vec<String> {
        let spec = CommandSpec {
            id: "tests".into(),
            kind: CommandKind::Tests,
            argv: vec!["run".into()],
            folder: String::new(),
            from: Place::new("stack/stack.yaml", 1),
            parser: parser.into(),
            timeout: Duration::from_secs(1),
            optional: false,
            pass_signal: None,
            needs: Vec::new(),
            env: ask.iter().map(|name| (*name).to_owned()).collect(),
        };
        let user = user.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let allow: Vec<String> = allow.iter().map(|name| (*name).to_owned()).collect();
        let env = environment(&user, &spec, &allow);
        env.iter().map(|(name, value)| format!("{}={}", name.display(), value.display())).collect()
    }

    #[test]
    fn secrets_stay_behind_and_what_is_named_passes() {
        let user = [
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("DATABASE_URL", "d"),
            ("GIT_DIR", "g"),
            ("HOME", "/home/u"),
            ("LC_ALL", "C"),
            ("NO_COLOR", "1"),
            ("PATH", "/usr/bin:.:bin:/bin"),
            ("SSH_AUTH_SOCK", "x"),
            ("STAGE", "ci"),
        ];
        let expected = [
            "DATABASE_URL=d",
            "HOME=/home/u",
            "LC_ALL=C",
            "PATH=/usr/bin:/bin",
            "PYTHONUNBUFFERED=1",
            "PY_COLORS=1",
            "STAGE=ci",
            "TERM=dumb",
        ];
        assert_eq!(names("pytest", &["DATABASE_URL", "GIT_DIR"], &["STAGE"], &user), expected);
    }

    #[test]
    fn linters_are_asked_for_colours_and_programs_under_test_are_not() {
        assert_eq!(
            names("eslint", &[], &[], &[]),
            ["CLICOLOR_FORCE=1", "FORCE_COLOR=1", "PATH=", "PYTHONUNBUFFERED=1", "TERM=dumb"]
        );
        assert_eq!(names("node-test", &[], &[], &[]), ["PATH=", "PYTHONUNBUFFERED=1", "TERM=dumb"]);
    }

    #[test]
    fn the_list_is_in_order() {
        let mut sorted = PASSED;
        sorted.sort_unstable();
        assert_eq!(PASSED, sorted);
    }
}
