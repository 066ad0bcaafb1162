//! A project that is not for the recipe: one that signs people in already. `contrib.auth` alone
//! is no sign-in: it has users, and no address that gives one of them a token.

use super::settings::{Settings, is_test, stated};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        python::Module,
        recipe::{
            django::{
                routes,
                survey::{Survey, bases},
            },
            resource::Ask,
            sign_in,
        },
    },
};
use ruff_python_ast::{Expr, Stmt, StmtClassDef};

/// Beginnings of installed applications that sign people in.
const APPLICATIONS: [&str; 11] = [
    "allauth",
    "dj_rest_auth",
    "djoser",
    "knox",
    "mozilla_django_oidc",
    "oauth2_provider",
    "rest_auth",
    "rest_framework.authtoken",
    "rest_framework_simplejwt.token_blacklist",
    "social_django",
    "trench",
];
/// Packages whose import signs people in.
const PACKAGES: [&str; 8] =
    ["allauth", "authlib", "dj_rest_auth", "djoser", "jose", "jwt", "knox", "oauth2_provider"];
/// Names of Django and the REST framework that do.
const NAMES: [&str; 10] = [
    "LoginView",
    "RefreshToken",
    "TokenObtainPairView",
    "TokenObtainSlidingView",
    "TokenRefreshView",
    "authenticate",
    "login",
    "obtain_auth_token",
    "token_obtain_pair",
    "token_refresh",
];

/// Says what is there already, with where.
pub(super) fn refuse(
    ask: &Ask<'_>,
    survey: &Survey<'_>,
    settings: &Settings<'_>,
) -> Result<(), ProposeError> {
    let clash = |what: String, path: &str, line: u32| {
        Err(ProposeError::Clash { what, place: Place::new(path, line).to_string() })
    };
    let signs_in = |name: &str| {
        APPLICATIONS
            .iter()
            .any(|known| name == *known || name.strip_prefix(known).is_some_and(|rest| rest.starts_with('.')))
    };
    if let Some((name, line)) = settings.installed().into_iter().find(|(name, _)| signs_in(name)) {
        return clash(format!("sign-in with {name}"), settings.path, line);
    }
    if let Some((path, module, value)) = stated(survey, "SIMPLE_JWT") {
        return clash("sign-in with SIMPLE_JWT".into(), path, module.line(value));
    }
    if let Some(endpoint) = sign_in::endpoint(ask.map) {
        return clash(format!("an endpoint {}", endpoint.title()), &endpoint.file, endpoint.line);
    }
    if let Some(route) = routes::find(survey).iter().find(|route| sign_in::is_path(&route.url)) {
        let module = survey.modules.get(route.file.as_str());
        let line =
            module.map_or(1, |module| crate::propose::edits::line_number(module.text, route.range.start));
        return clash(format!("an address {:?}", route.url), &route.file, line);
    }
    for (path, module) in survey.modules.iter().filter(|(path, _)| !is_test(path)) {
        if let Some((line, name)) = import_of(module) {
            return clash(format!("sign-in with {name}"), path, line);
        }
        if let Some(class) = module.classes().find(|class| is_table_of_passwords(module, class)) {
            return clash(format!("a model of users, {},", class.name), path, module.line(&class.name));
        }
    }
    Ok(())
}

/// The first import that signs people in.
fn import_of(module: &Module<'_>) -> Option<(u32, String)> {
    let root = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let is_package = |name: &str| PACKAGES.contains(&root(name).as_str());
    module.body.iter().find_map(|stmt| match stmt {
        Stmt::Import(import) => {
            let found = import.names.iter().find(|alias| is_package(alias.name.as_str()))?;
            Some((module.line(stmt), root(found.name.as_str())))
        }
        Stmt::ImportFrom(import) if import.level == 0 => {
            let from = import.module.as_ref().map_or("", |from| from.as_str());
            if is_package(from) {
                return Some((module.line(stmt), root(from)));
            }
            let is_known = from.starts_with("django.contrib.auth")
                || from.starts_with("rest_framework.authtoken")
                || from.starts_with("rest_framework_simplejwt");
            let named = import.names.iter().find(|alias| NAMES.contains(&alias.name.as_str()));
            named.filter(|_| is_known).map(|alias| (module.line(stmt), alias.name.to_string()))
        }
        _ => None,
    })
}

/// Whether a class that is no user of Django's keeps passwords.
fn is_table_of_passwords(module: &Module<'_>, class: &StmtClassDef) -> bool {
    let is_model = bases(class).iter().any(|base| module.source(base).ends_with("models.Model"));
    is_model
        && class.body.iter().any(|stmt| match stmt {
            Stmt::Assign(assign) => {
                let named = assign.targets.first().map_or("", |target| module.source(target));
                matches!(&*assign.value, Expr::Call(_)) && named.contains("password")
            }
            _ => false,
        })
}
