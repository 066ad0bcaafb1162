//! The settings that sign-in needs: applications, authentication, limits, tokens and hashers.

use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        edits::newline_of,
        python::{Module, string_value},
        recipe::{
            django::survey::{Survey, assigned, elements},
            password_hash::Hash,
            python_lists,
        },
    },
};
use ruff_python_ast::Expr;

/// The application that remembers refresh tokens.
const BLACKLIST: &str = "rest_framework_simplejwt.token_blacklist";
/// What reads access tokens.
const AUTHENTICATION: &str = "rest_framework_simplejwt.authentication.JWTAuthentication";
/// Attempts to sign in a minute: for each address, and for each name.
const RATES: [(&str, &str); 2] = [("login", "50/min"), ("login_name", "5/min")];

/// The module that lists the installed applications.
pub(super) struct Settings<'s> {
    pub(super) path: &'s str,
    pub(super) text: &'s str,
    apps: Vec<(String, u32)>,
}

/// Whether a file is for tests alone: what such settings say, such as fast hashers, is no answer.
pub(super) fn is_test(path: &str) -> bool {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.trim_end_matches(".py");
    folders.split('/').any(|folder| matches!(folder, "test" | "tests"))
        || stem.starts_with("test")
        || stem.ends_with("test")
}

/// The value that settings of the program itself give a name.
pub(in crate::propose::recipe::django) fn stated<'s>(
    survey: &'s Survey<'_>,
    name: &str,
) -> Option<(&'s str, &'s Module<'s>, &'s Expr)> {
    let of_settings = |path: &str| (path.contains("settings") || path.contains("config")) && !is_test(path);
    let modules = survey.modules.iter().filter(|(path, _)| of_settings(path));
    let mut found = modules.filter_map(|(path, module)| Some((*path, module, assigned(&module.body, name)?)));
    found.next()
}

impl<'s> Settings<'s> {
    /// Finds it; `NotApplicable` says what is missing.
    pub(super) fn find(survey: &'s Survey<'s>) -> Result<Self, ProposeError> {
        let Some((path, module, value)) = stated(survey, "INSTALLED_APPS") else {
            return Err(ProposeError::NotApplicable(
                "no settings with INSTALLED_APPS were found to add sign-in to".into(),
            ));
        };
        let lists = literals(module, value, 0);
        let apps: Vec<(String, u32)> = lists
            .iter()
            .flat_map(|list| elements(list))
            .filter_map(|one| Some((string_value(one)?, module.line(one))))
            .collect();
        for needed in ["django.contrib.auth", "rest_framework"] {
            if !apps.iter().any(|(name, _)| name == needed) {
                return Err(ProposeError::NotApplicable(format!(
                    "INSTALLED_APPS of {path} does not have {needed}, which the recipe auth builds on"
                )));
            }
        }
        Ok(Self { path, text: module.text, apps })
    }

    /// Installed applications as they are written, each with its line.
    pub(super) fn installed(&self) -> Vec<(String, u32)> {
        self.apps.clone()
    }

    /// Where the applications are listed.
    pub(super) fn place(&self) -> Place {
        Place::new(self.path, self.apps.first().map_or(1, |(_, line)| *line))
    }

    /// Whether an application of that name or label is installed.
    pub(super) fn has(&self, label: &str) -> bool {
        self.apps.iter().any(|(name, _)| {
            let name = name.split(".apps.").next().unwrap_or_default();
            name.rsplit('.').next() == Some(label)
        })
    }

    /// The settings with the applications in their lists: the blacklist behind the framework,
    /// the project's own behind the example's.
    pub(super) fn with_apps(
        &self,
        own: &str,
        like: &str,
        quote: char,
        width: usize,
    ) -> Result<String, ProposeError> {
        let quoted = |name: &str| format!("{quote}{name}{quote}");
        let is_framework = |name: &str| name.starts_with("rest_framework");
        let is_like = |name: &str| name == like || name.starts_with(&format!("{like}."));
        let text = added(self.text, &[quoted(BLACKLIST)], width, is_framework)?;
        added(&text, &[quoted(own)], width, is_like)
    }
}

/// What of the settings is there, and what a block at their end has to say.
pub(super) struct Known {
    pub(super) framework: bool,
    pub(super) validators: bool,
    /// Whether passwords that are easily guessed are refused then.
    pub(super) checks_passwords: bool,
    /// Hashers to name, where the settings name none.
    pub(super) hashers: Vec<&'static str>,
}

impl Known {
    pub(super) fn read(survey: &Survey<'_>, hash: Hash) -> Self {
        let is_there = |name: &str| stated(survey, name).is_some();
        let others = ["PBKDF2PasswordHasher", "PBKDF2SHA1PasswordHasher"];
        let hashers = match hasher(hash) {
            Some(first) if !is_there("PASSWORD_HASHERS") => std::iter::once(first).chain(others).collect(),
            _ => Vec::new(),
        };
        let validators = stated(survey, "AUTH_PASSWORD_VALIDATORS");
        let is_empty =
            |value: &Expr| matches!(value, Expr::List(_) | Expr::Tuple(_)) && elements(value).is_empty();
        Self {
            checks_passwords: validators.is_none_or(|(_, _, value)| !is_empty(value)),
            framework: is_there("REST_FRAMEWORK"),
            validators: is_there("AUTH_PASSWORD_VALIDATORS"),
            hashers,
        }
    }
}

/// Django's name of a hash; `None` where what is there stays.
fn hasher(hash: Hash) -> Option<&'static str> {
    match hash {
        Hash::Argon2id => Some("Argon2PasswordHasher"),
        Hash::Bcrypt => Some("BCryptSHA256PasswordHasher"),
        Hash::Kept => None,
    }
}

/// A module's text with the settings that it has extended: authentication, rates and hashers.
pub(super) fn extended(
    path: &str,
    text: &str,
    hash: Hash,
    quote: char,
    width: usize,
) -> Result<String, ProposeError> {
    let quoted = |name: &str| format!("{quote}{name}{quote}");
    let mut text = text.to_owned();
    // Each edit moves what is behind it, so the module is read again before the next.
    let module = Module::parse(path, &text)?;
    if let Some(list) = assigned(&module.body, "PASSWORD_HASHERS")
        && let Some(first) = hasher(hash)
        && !elements(list).first().and_then(string_value).is_some_and(|known| known.ends_with(first))
    {
        let name = quoted(&format!("django.contrib.auth.hashers.{first}"));
        text = python_lists::add(&module, list, 0, &[name], width)?;
    }
    let module = Module::parse(path, &text)?;
    let Some(framework) = assigned(&module.body, "REST_FRAMEWORK") else { return Ok(text) };
    let key = "DEFAULT_AUTHENTICATION_CLASSES";
    text = match item(framework, key) {
        Some(list)
            if elements(list).iter().any(|one| string_value(one).as_deref() == Some(AUTHENTICATION)) =>
        {
            text
        }
        Some(list) => {
            python_lists::add(&module, list, elements(list).len(), &[quoted(AUTHENTICATION)], width)?
        }
        None => {
            let classes = [
                "rest_framework.authentication.SessionAuthentication",
                "rest_framework.authentication.BasicAuthentication",
                AUTHENTICATION,
            ];
            let lines: String = classes.iter().map(|one| format!("        {},\n", quoted(one))).collect();
            let list = format!("{}: [\n{lines}    ]", quoted(key)).replace('\n', newline_of(&text));
            python_lists::add(&module, framework, usize::MAX, &[list], width)?
        }
    };
    let module = Module::parse(path, &text)?;
    let Some(framework) = assigned(&module.body, "REST_FRAMEWORK") else { return Ok(text) };
    let rates: Vec<String> =
        RATES.iter().map(|(scope, rate)| format!("{}: {}", quoted(scope), quoted(rate))).collect();
    let key = "DEFAULT_THROTTLE_RATES";
    match item(framework, key) {
        Some(known) => python_lists::add(&module, known, usize::MAX, &rates, width),
        None => {
            let rates = format!("{}: {{{}}}", quoted(key), rates.join(", "));
            python_lists::add(&module, framework, usize::MAX, &[rates], width)
        }
    }
}

/// A text with names in the list that holds the last name of a kind, behind that; behind the
/// last application where there is none.
fn added(
    text: &str,
    names: &[String],
    width: usize,
    is_near: impl Fn(&str) -> bool,
) -> Result<String, ProposeError> {
    let module = Module::parse("settings.py", text)?;
    let Some(value) = assigned(&module.body, "INSTALLED_APPS") else { return Ok(text.to_owned()) };
    let lists = literals(&module, value, 0);
    let near = lists.iter().rev().find_map(|list| {
        let at =
            elements(list).iter().rposition(|one| string_value(one).is_some_and(|name| is_near(&name)))?;
        Some((*list, at + 1))
    });
    match near.or_else(|| lists.last().map(|list| (*list, usize::MAX))) {
        Some((list, at)) => python_lists::add(&module, list, at, names, width),
        None => Ok(text.to_owned()),
    }
}

/// The literal lists that a list is made of: itself, or those that are joined in it.
fn literals<'m>(module: &'m Module<'_>, value: &'m Expr, depth: u8) -> Vec<&'m Expr> {
    let below = |value: &'m Expr| if depth < 4 { literals(module, value, depth + 1) } else { Vec::new() };
    match value {
        Expr::BinOp(joined) => [below(&joined.left), below(&joined.right)].concat(),
        Expr::Name(name) => assigned(&module.body, name.id.as_str()).map(below).unwrap_or_default(),
        Expr::Starred(starred) => below(&starred.value),
        Expr::List(_) | Expr::Tuple(_) => {
            let spread: Vec<&Expr> = elements(value)
                .iter()
                .filter(|one| matches!(one, Expr::Starred(_)))
                .flat_map(below)
                .collect();
            let mut all = spread;
            if elements(value).is_empty() || elements(value).iter().any(|one| string_value(one).is_some()) {
                all.push(value);
            }
            all
        }
        _ => Vec::new(),
    }
}

/// A value of a dictionary literal.
pub(in crate::propose::recipe::django) fn item<'e>(expr: &'e Expr, key: &str) -> Option<&'e Expr> {
    let Expr::Dict(dict) = expr else { return None };
    let of = dict.items.iter().find(|item| item.key.as_ref().and_then(string_value).as_deref() == Some(key));
    of.map(|item| &item.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::recipe::django::survey::Texts;

    fn apps(text: &str) -> String {
        let texts: Texts = [("shop/settings.py".to_owned(), text.to_owned())].into();
        let survey = Survey::of(&texts);
        Settings::find(&survey).unwrap().with_apps("accounts", "store", '"', 88).unwrap()
    }

    #[test]
    fn applications_join_the_lists_of_their_kind() {
        let joined = "A = [\"django.contrib.auth\"]\nB = [\"rest_framework\", \"corsheaders\"]\nC = [\n    \"store.apps.StoreConfig\",\n    \"web\",\n]\nINSTALLED_APPS = A + B + C\n";
        let text = apps(joined);
        assert!(text.contains("B = [\n    \"rest_framework\",\n    \"rest_framework_simplejwt.token_blacklist\",\n    \"corsheaders\",\n]\n") || text.contains("B = [\"rest_framework\", \"rest_framework_simplejwt.token_blacklist\", \"corsheaders\"]\n"), "{text}");
        assert!(
            text.contains("    \"store.apps.StoreConfig\",\n    \"accounts\",\n    \"web\",\n"),
            "{text}"
        );
        let spread =
            "LOCAL = [\"store\"]\nINSTALLED_APPS = [\"django.contrib.auth\", \"rest_framework\", *LOCAL]\n";
        assert!(apps(spread).contains("LOCAL = [\"store\", \"accounts\"]\n"));
    }

    #[test]
    fn what_the_framework_is_told_grows_and_stays_in_its_form() {
        let of = |text: &str| extended("shop/settings.py", text, Hash::Argon2id, '"', 120).unwrap();
        assert_eq!(of("DEBUG = True\n"), "DEBUG = True\n");
        let rates = "\"login\": \"50/min\", \"login_name\": \"5/min\"";
        assert_eq!(
            of(
                "REST_FRAMEWORK = {\n    \"DEFAULT_AUTHENTICATION_CLASSES\": (\"x.Session\",),\n    \"DEFAULT_THROTTLE_RATES\": {\"anon\": \"9/day\"},\n}\n"
            ),
            format!(
                "REST_FRAMEWORK = {{\n    \"DEFAULT_AUTHENTICATION_CLASSES\": (\"x.Session\", \"{AUTHENTICATION}\"),\n    \"DEFAULT_THROTTLE_RATES\": {{\"anon\": \"9/day\", {rates}}},\n}}\n"
            )
        );
        let text = of("PASSWORD_HASHERS = [\n    \"x.PBKDF2PasswordHasher\",\n]\nREST_FRAMEWORK = {}\n");
        assert!(
            text.starts_with(
                "PASSWORD_HASHERS = [\n    \"django.contrib.auth.hashers.Argon2PasswordHasher\",\n    \"x."
            ),
            "{text}"
        );
        assert!(text.contains("SessionAuthentication\",\n") && text.contains(rates), "{text}");
    }
}
