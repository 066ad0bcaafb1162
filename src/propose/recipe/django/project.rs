//! What settings say for all applications: user model, REST framework, import root.

use super::survey::{Survey, elements};
use crate::propose::python::{last_name, string_value};
use ruff_python_ast::Expr;

/// The settings that recipes look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Project {
    /// `backend/` where `backend/shop/models.py` is imported as `shop.models`; empty at the root.
    pub(super) import_root: String,
    /// Class of the user model.
    pub(super) user: String,
    /// Name that `create_user` needs first: `username`, `email`.
    pub(super) user_key: String,
    /// Last names of the default permission classes.
    pub(super) permissions: Vec<String>,
    pub(super) authentication: Vec<String>,
    pub(super) is_paginated: bool,
}

impl Project {
    pub(super) fn read(survey: &Survey<'_>) -> Self {
        let manage = survey.modules.keys().find_map(|path| path.strip_suffix("manage.py"));
        let user = survey.setting("AUTH_USER_MODEL").and_then(|(_, _, value)| string_value(value));
        let user = user.and_then(|user| user.rsplit('.').next().map(str::to_owned));
        let user = user.unwrap_or_else(|| "User".to_owned());
        let user_key = survey
            .models
            .get(&user)
            .and_then(|model| survey.class(&model.path, &user))
            .and_then(|(_, class)| super::survey::assigned(&class.body, "USERNAME_FIELD"))
            .and_then(string_value)
            .unwrap_or_else(|| "username".to_owned());
        let framework = survey.setting("REST_FRAMEWORK").map(|(_, _, value)| value);
        let item = |key: &str| framework.and_then(|value| item(value, key));
        let names = |key: &str| -> Vec<String> {
            let list = item(key).map(elements).unwrap_or_default();
            list.iter().filter_map(class_name).collect()
        };
        let authentication = names("DEFAULT_AUTHENTICATION_CLASSES");
        Self {
            import_root: manage.unwrap_or_default().to_owned(),
            user,
            user_key,
            permissions: names("DEFAULT_PERMISSION_CLASSES"),
            authentication: if authentication.is_empty() {
                vec!["SessionAuthentication".into(), "BasicAuthentication".into()]
            } else {
                authentication
            },
            is_paginated: item("DEFAULT_PAGINATION_CLASS").is_some_and(|value| !value.is_none_literal_expr()),
        }
    }

    /// The dotted module of a file.
    pub(super) fn module_of(&self, path: &str) -> String {
        let inside = path.strip_prefix(&self.import_root).unwrap_or(path);
        let stem = inside.strip_suffix("/__init__.py").or_else(|| inside.strip_suffix(".py"));
        stem.unwrap_or(inside).replace('/', ".")
    }
}

/// The last name of a class that is given as a name or as a dotted text.
pub(super) fn class_name(expr: &Expr) -> Option<String> {
    let text = string_value(expr).or_else(|| last_name(expr).map(str::to_owned))?;
    text.rsplit('.').next().map(str::to_owned)
}

/// A value of a dictionary literal.
fn item<'e>(expr: &'e Expr, key: &str) -> Option<&'e Expr> {
    let Expr::Dict(dict) = expr else { return None };
    dict.items
        .iter()
        .find(|item| item.key.as_ref().and_then(string_value).as_deref() == Some(key))
        .map(|item| &item.value)
}
