//! Who may call a view, as far as its permissions show it.

use super::{
    project::{Project, class_name},
    survey::{Survey, elements},
    views::View,
};
use crate::propose::{python::Module, recipe::typescript::words};
use ruff_python_ast::{Expr, Stmt};
use std::collections::BTreeSet;

/// Permissions of the REST framework itself.
const STANDARD: [&str; 6] = [
    "AllowAny",
    "IsAuthenticated",
    "IsAdminUser",
    "IsAuthenticatedOrReadOnly",
    "DjangoModelPermissions",
    "DjangoModelPermissionsOrAnonReadOnly",
];

/// Who may call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Access {
    /// Whether no one needs to say who they are.
    pub(super) is_open: bool,
    /// Whether reading needs a user.
    pub(super) read_needs_user: bool,
    /// Whether an ordinary user is refused; what `is_staff` gives is needed.
    pub(super) needs_staff: bool,
    /// Whether a permission on the model is needed.
    pub(super) needs_permission: bool,
    /// Status of an answer to someone unknown.
    pub(super) refused: u16,
    /// `jwt`, `token`, or empty where tokens are not known.
    pub(super) tokens: &'static str,
    /// Permissions that read attributes which the new model does not have.
    pub(super) unfit: Vec<String>,
}

/// Reads the access of the example's views, for a model with these attributes.
pub(super) fn read(
    survey: &Survey<'_>,
    project: &Project,
    views: &[View],
    attributes: &BTreeSet<String>,
) -> Access {
    let stated = |attribute: &str| -> Option<Vec<String>> {
        let view = views.first()?;
        let kept = view.kept.iter().find(|source| source.starts_with(attribute))?;
        let module = Module::parse("kept.py", kept).ok()?;
        let value = module.body.iter().find_map(|stmt| match stmt {
            Stmt::Assign(assign) => Some(&*assign.value),
            Stmt::Expr(expr) => match &*expr.value {
                Expr::Call(call) => call.arguments.args.first(),
                _ => None,
            },
            _ => None,
        })?;
        Some(elements(value).iter().filter_map(class_name).collect())
    };
    let permissions = stated("permission_classes").unwrap_or_else(|| project.permissions.clone());
    let authentication = stated("authentication_classes").unwrap_or_else(|| project.authentication.clone());
    let mut access = Access { is_open: true, refused: 403, ..Access::default() };
    for permission in &permissions {
        match permission.as_str() {
            "AllowAny" => {}
            "IsAuthenticated" => {
                (access.is_open, access.read_needs_user) = (false, true);
            }
            "IsAdminUser" => {
                (access.is_open, access.read_needs_user, access.needs_staff) = (false, true, true);
            }
            "IsAuthenticatedOrReadOnly" => access.is_open = false,
            "DjangoModelPermissions" => {
                (access.is_open, access.read_needs_user, access.needs_permission) = (false, true, true);
            }
            "DjangoModelPermissionsOrAnonReadOnly" => {
                (access.is_open, access.needs_permission) = (false, true);
            }
            custom => {
                access.is_open = false;
                let source = survey.modules.values().find_map(|module| {
                    let class = module.classes().find(|class| class.name.as_str() == custom)?;
                    Some(module.source(class))
                });
                let Some(source) = source else { continue };
                let words = words(source);
                access.needs_staff |= words.contains("is_staff") || words.contains("is_superuser");
                access.read_needs_user |= !words.contains("SAFE_METHODS");
                if !reads_only(source, attributes) {
                    access.unfit.push(custom.to_owned());
                }
            }
        }
    }
    let first = authentication.first().map(String::as_str).unwrap_or_default();
    let names_itself = ["Token", "JWT", "Basic", "Bearer"].iter().any(|word| first.contains(word));
    access.refused = if names_itself { 401 } else { 403 };
    let has = |name: &str| authentication.iter().any(|one| one == name);
    access.tokens = match () {
        () if access.is_open => "",
        () if has("JWTAuthentication") => "jwt",
        () if has("TokenAuthentication") => "token",
        () => "",
    };
    access
}

/// Whether a permission reads only those attributes of a row.
fn reads_only(source: &str, attributes: &BTreeSet<String>) -> bool {
    source.match_indices("obj.").all(|(at, found)| {
        let rest = source.get(at + found.len()..).unwrap_or_default();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        rest.get(..end).is_some_and(|name| attributes.contains(name))
    })
}

/// The lines to keep of a view, without permissions that do not fit the new model.
pub(super) fn fitting(kept: &[String], unfit: &[String]) -> Vec<String> {
    let mut all = Vec::new();
    for line in kept {
        let is_unfit = unfit.iter().any(|name| words(line).contains(name));
        if !is_unfit {
            all.push(line.clone());
            continue;
        }
        let others = STANDARD.iter().filter(|name| words(line).contains(**name)).count();
        if others > 0 {
            let mut line = line.clone();
            for name in unfit {
                line = line.replace(&format!(", {name}"), "").replace(&format!("{name}, "), "");
            }
            all.push(line);
        } else {
            let mut line = line.clone();
            for name in unfit {
                line = line.replace(name.as_str(), "IsAuthenticated");
            }
            all.push(line);
        }
    }
    all
}
