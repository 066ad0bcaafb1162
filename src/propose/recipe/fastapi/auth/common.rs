//! What sign-in has in common on FastAPI, whatever maps its tables.

use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::{
        recipe::{
            fastapi::{layout::Layout, samples::TestStyle},
            names::Name,
            packages,
            password_hash::Hash,
            resource::Ask,
        },
        workspace::Workspace,
    },
};
use minijinja::{Value, context};

/// The shortest password; what is shorter is guessed.
const LEAST_LENGTH: u32 = 12;

/// The name under which routes and tests of sign-in stand.
pub(in crate::propose::recipe) fn subject() -> Name {
    Name { snake: "auth".into(), pascal: "Auth".into(), plural: "auth".into(), plural_pascal: "Auth".into() }
}

/// Modules that belong to no layer of the example stand beside `main`.
pub(in crate::propose::recipe) struct Home<'a> {
    pub(in crate::propose::recipe) import_root: &'a str,
    /// The top-level package: `app`; empty where modules stand at the root.
    pub(in crate::propose::recipe) package: String,
}

impl<'a> Home<'a> {
    /// The home of a backend one of whose modules is `module`.
    pub(in crate::propose::recipe) fn of(import_root: &'a str, module: &str) -> Self {
        let package = module.split_once('.').map_or(String::new(), |(package, _)| package.to_owned());
        Self { import_root, package }
    }

    pub(in crate::propose::recipe) fn path(&self, stem: &str) -> String {
        let folder = if self.package.is_empty() { String::new() } else { format!("{}/", self.package) };
        format!("{}{folder}{stem}.py", self.import_root)
    }

    /// A module as others name it: `app.rate_limit`.
    fn module(&self, stem: &str) -> String {
        if self.package.is_empty() { stem.to_owned() } else { format!("{}.{stem}", self.package) }
    }

    /// What brings a module into scope: `app:security`.
    pub(in crate::propose::recipe) fn import(&self, stem: &str) -> String {
        if self.package.is_empty() { stem.to_owned() } else { format!("{}:{stem}", self.package) }
    }

    /// Where tests get their signing key, before the application is imported.
    pub(in crate::propose::recipe) fn environment(&self) -> String {
        format!("{}conftest.py", self.import_root)
    }

    /// What templates of every mapper may use.
    pub(in crate::propose::recipe) fn context(
        &self,
        hash: Hash,
        workspace: &Workspace<'_>,
    ) -> Result<Value, ProposeError> {
        let has_utc = self.has_utc(workspace)?;
        Ok(context! {
            hash => hash.name(),
            least => LEAST_LENGTH,
            issuer => if self.package.is_empty() { "app" } else { self.package.as_str() },
            limit_module => self.module("rate_limit"),
            security_import => self.import("security"),
            utc => if has_utc { "UTC" } else { "timezone.utc" },
            utc_import => if has_utc { "datetime:UTC" } else { "datetime:timezone" },
        })
    }

    /// Whether every Python that the project runs on has `datetime.UTC`, which came with 3.11.
    fn has_utc(&self, workspace: &Workspace<'_>) -> Result<bool, ProposeError> {
        let mut settings = String::new();
        for file in ["pyproject.toml", "ruff.toml", ".ruff.toml"] {
            settings.push_str(&workspace.text(&format!("{}{file}", self.import_root))?.unwrap_or_default());
            settings.push('\n');
        }
        Ok(least_python(&settings).is_some_and(|minor| minor >= 11))
    }
}

/// The minor version of the oldest Python 3 that settings name.
fn least_python(settings: &str) -> Option<u32> {
    let value = |key: &str| {
        settings.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == key).then(|| value.trim().trim_matches(['"', '\'']).to_owned())
        })
    };
    let number = |text: &str| {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    if let Some(target) = value("target-version") {
        return number(target.strip_prefix("py3")?);
    }
    let stated = value("requires-python")?;
    let from = stated.split(',').find_map(|part| {
        let part = part.trim();
        part.strip_prefix(">=").or_else(|| part.strip_prefix("~=")).or_else(|| part.strip_prefix("=="))
    })?;
    number(from.trim().strip_prefix("3.")?)
}

/// The fixtures that the tests of sign-in use; without them nothing is written.
pub(in crate::propose::recipe) fn test_style(
    layout: &Layout,
    ask: &Ask<'_>,
) -> Result<TestStyle, ProposeError> {
    let style = TestStyle::read(layout, &ask.workspace)?;
    let usable =
        style.filter(|style| !style.session.is_empty() && (!style.session_is_async || style.client_is_async));
    usable.ok_or_else(|| {
        ProposeError::NotApplicable(
            "sign-in is not written without its tests, and no conftest.py here has the fixtures client and session \
             that they need"
                .into(),
        )
    })
}

/// What the tests take from the project's fixtures.
pub(in crate::propose::recipe) fn tests(style: &TestStyle) -> Value {
    let awaits = |is_async: bool| if is_async { "await " } else { "" };
    context! {
        test => style.value(),
        def_test => if style.client_is_async { "async def" } else { "def" },
        await_test => awaits(style.client_is_async),
        await_session => awaits(style.session_is_async),
        test_session_type => if style.session_is_async { "AsyncSession" } else { "Session" },
    }
}

/// The manifest with what hashes and signs.
pub(in crate::propose::recipe) fn packages(
    ask: &Ask<'_>,
    root: &str,
    hash: Hash,
    remarks: &mut Vec<String>,
) -> Result<Option<FileChange>, ProposeError> {
    let wanted: Vec<&str> = ["pyjwt>=2.8"].into_iter().chain(hash.python_package()).collect();
    packages::needed(ask, root, &wanted, "Hashes passwords and signs tokens.", remarks)
}

/// What whoever runs the program has to know.
pub(in crate::propose::recipe) fn remarks(hash: Hash) -> Vec<String> {
    vec![
        format!("Passwords are hashed with {}.", hash.name()),
        "JWT_SECRET must be set where the program runs; without it nothing starts.".into(),
        "Attempts to sign in are counted in one process, by name and by address: several processes need one store for \
         all of them, and behind a proxy the server must be told to take the client's address from it."
            .into(),
    ]
}

/// Whether a file for tests is there; the remark says what to add to it.
pub(in crate::propose::recipe) fn environment_is_there(
    path: &str,
    ask: &Ask<'_>,
    remarks: &mut Vec<String>,
) -> Result<bool, ProposeError> {
    let is_there = ask.workspace.text(path)?.is_some();
    if is_there {
        remarks.push(format!("{path} is there: set JWT_SECRET in it before the application is imported."));
    }
    Ok(is_there)
}

/// Layers whose files hold what is beside the example's: each with its part of the head.
pub(in crate::propose::recipe) fn stem_of(layer: Layer, part: &str) -> Option<&'static str> {
    match (layer, part) {
        (Layer::Config, "limit") => Some("rate_limit"),
        (Layer::Config, _) => Some("security"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_python_is_that_of_the_linter_or_of_the_manifest() {
        for (settings, expected) in [
            ("requires-python = \">=3.10\"\n", Some(10)),
            ("requires-python = \">=3.9, <4\"\ntarget-version = \"py312\"\n", Some(12)),
            ("requires-python = \"~=3.11.2\"\n", Some(11)),
            ("name = \"shop\"\n", None),
        ] {
            assert_eq!(least_python(settings), expected, "{settings}");
        }
    }

    #[test]
    fn modules_stand_in_the_package_of_the_routers_or_at_the_root() {
        let home = Home::of("backend/", "app.routers.auth");
        assert_eq!(home.path("security"), "backend/app/security.py");
        assert_eq!(
            (home.module("rate_limit"), home.import("security")),
            ("app.rate_limit".into(), "app:security".into())
        );
        let home = Home::of("", "routes");
        assert_eq!(
            (home.path("security"), home.import("security")),
            ("security.py".into(), "security".into())
        );
    }
}
