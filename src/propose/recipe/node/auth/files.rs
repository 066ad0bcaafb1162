//! Where the files of sign-in go, and how they are called: as the example's are.

use super::layers::Layers;
use crate::propose::recipe::{
    names::{camel, pascal},
    node::{plan::Plan, suite},
    rename::Joint,
    sources::{Source, folder, relative},
};

/// The paths.
pub(super) struct Paths {
    pub(super) security: String,
    pub(super) limit: String,
    pub(super) schema: String,
    /// None where the example's service asks the database itself.
    pub(super) repository: Option<String>,
    pub(super) service: String,
    pub(super) guard: String,
    pub(super) router: String,
    pub(super) error: String,
    /// What ends specifiers: `.js` or nothing.
    pub(super) ending: &'static str,
}

impl Paths {
    /// Those of a backend whose application stands in `app`.
    pub(super) fn of(plan: &Plan<'_>, layers: &Layers, app: &str) -> Self {
        let beside = Beside { plan, root: folder(app).to_owned() };
        let new = |path: &str| plan.names.path(path);
        let guards = plan
            .survey
            .sources
            .values()
            .filter(|source| !suite::is_test(source))
            .map(|source| folder(&source.path))
            .find(|folder| matches!(folder.rsplit('/').next(), Some("middleware" | "middlewares")));
        let guard = match guards {
            Some(guards) if !beside.is_feature() => format!("{guards}/{}", beside.stem("require_user")),
            _ => beside.file("guard", "require_user"),
        };
        let errors = layers.service.as_ref().and_then(|service| error_import(plan, &service.path));
        Self {
            security: beside.file("security", "security"),
            limit: beside.file("limit", "rate_limit"),
            schema: layers.schema.as_deref().map_or_else(|| beside.file("schema", "auth_schema"), new),
            repository: layers.repository.as_ref().map(|one| new(&one.path)),
            service: layers
                .service
                .as_ref()
                .map_or_else(|| beside.file("service", "auth_service"), |one| new(&one.path)),
            guard,
            router: new(&plan.router),
            error: match errors {
                Some(source) if !beside.is_feature_file(&source.path) => {
                    let joined = |own: &str| format!("{}/{}.ts", folder(&source.path), own);
                    joined(&cased("sign_in_error", stem(&source.path), plan.names.files))
                        .trim_start_matches('/')
                        .to_owned()
                }
                _ => beside.file("error", "sign_in_error"),
            },
            ending: ending(plan),
        }
    }

    /// The specifier of a file, seen from another.
    pub(super) fn specifier(&self, from: &str, to: &str) -> String {
        relative(from, to, self.ending)
    }

    /// Every file that is made anew.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        [&self.security, &self.limit, &self.schema, &self.service, &self.guard, &self.router]
            .into_iter()
            .chain(&self.repository)
            .map(String::as_str)
    }
}

/// The file of an error that a source imports.
fn error_import<'p>(plan: &'p Plan<'_>, path: &str) -> Option<&'p Source> {
    let source = plan.survey.get(path)?;
    source.script.imports.iter().filter_map(|import| plan.survey.resolve(path, &import.from)).find(|target| {
        target
            .script
            .classes
            .iter()
            .any(|class| class.base.as_deref().is_some_and(|base| base.contains("Error")))
    })
}

/// What specifiers of own files end in.
fn ending(plan: &Plan<'_>) -> &'static str {
    let imports = plan.related.iter().filter_map(|path| plan.survey.get(path));
    let own = imports.flat_map(|source| &source.script.imports).filter(|import| import.from.starts_with('.'));
    let (with, without) = own.fold((0, 0), |(with, without), import| match import.from.ends_with(".js") {
        true => (with + 1, without),
        false => (with, without + 1),
    });
    if with > without { ".js" } else { "" }
}

/// Names of files that the example has no counterpart of.
struct Beside<'a> {
    plan: &'a Plan<'a>,
    /// The folder of the application.
    root: String,
}

impl Beside<'_> {
    /// Whether the example has a folder of its own.
    fn is_feature(&self) -> bool {
        self.plan.names.touches(folder(&self.plan.router))
    }

    fn is_feature_file(&self, path: &str) -> bool {
        self.plan.names.touches(folder(path))
    }

    /// In the feature's folder, named after its role as the router is; else beside the
    /// application, by its own name.
    fn file(&self, role: &str, alone: &str) -> String {
        if !self.is_feature() {
            return format!("{}/{}", self.root, self.stem(alone)).trim_start_matches('/').to_owned();
        }
        let router = self.plan.names.path(&self.plan.router);
        let own = stem(&router);
        let (head, joint) = match (own.find(['.', '-', '_']), own.rfind(char::is_uppercase)) {
            (Some(at), _) => (own.get(..=at).unwrap_or_default(), None),
            (None, Some(at)) => (own.get(..at).unwrap_or_default(), Some(())),
            (None, None) => ("", None),
        };
        let role = if joint.is_some() { pascal(role) } else { role.to_owned() };
        format!("{}/{head}{role}.ts", folder(&router))
    }

    /// A name in the form of the router's file.
    fn stem(&self, alone: &str) -> String {
        format!("{}.ts", cased(alone, stem(&self.plan.router), self.plan.names.files))
    }
}

/// The name of a file up to its last ending.
fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or_default();
    file.strip_suffix(".ts").unwrap_or(file)
}

/// Words in the form of another file's name, or joined so where that name is a single word.
fn cased(words: &str, like: &str, joint: Joint) -> String {
    if like.starts_with(char::is_uppercase) {
        return pascal(words);
    }
    match (like.contains('-'), like.contains('_'), like.contains(char::is_uppercase)) {
        (true, ..) => words.replace('_', "-"),
        (_, true, _) => words.to_owned(),
        (_, _, true) => camel(words),
        _ => super::super::words::in_form(words, joint),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_takes_the_form_of_the_file_beside_it() {
        for (like, joint, expected) in [
            ("RecordNotFound", Joint::Kebab, "SignInError"),
            ("not-found", Joint::Camel, "sign-in-error"),
            ("not_found", Joint::Camel, "sign_in_error"),
            ("notFound", Joint::Kebab, "signInError"),
            ("errors", Joint::Kebab, "sign-in-error"),
        ] {
            assert_eq!(cased("sign_in_error", like, joint), expected);
        }
    }
}
