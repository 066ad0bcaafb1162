//! A backend that is not for the recipe: one that has users, or signs people in already.

use crate::{
    domain::{layer::Layer, place::Place},
    ports::ProposeError,
    propose::recipe::{resource::Ask, sign_in},
};

/// Models that are users by their name; others are by a column that keeps a password.
const USERS: [&str; 2] = ["User", "RefreshToken"];
/// Their tables, where the class is called otherwise.
const TABLES: [&str; 5] = ["user", "users", "refresh_token", "refresh_tokens", "refreshtoken"];
/// Packages that sign people in.
const PACKAGES: [&str; 6] = ["jwt", "jose", "authlib", "fastapi_users", "fastapi_login", "fastapi_jwt_auth"];
/// Classes of the framework that do.
const CLASSES: [&str; 3] = ["OAuth2PasswordBearer", "OAuth2PasswordRequestForm", "HTTPBearer"];

/// A class with a table.
pub(in crate::propose::recipe) struct Table {
    pub(in crate::propose::recipe) path: String,
    pub(in crate::propose::recipe) class: String,
    pub(in crate::propose::recipe) name: String,
}

/// Says what is there already, with where.
pub(in crate::propose::recipe) fn refuse(ask: &Ask<'_>, tables: &[Table]) -> Result<(), ProposeError> {
    let clash = |what: String, path: &str, line: u32| {
        Err(ProposeError::Clash { what, place: Place::new(path, line).to_string() })
    };
    for Table { path, class, name } in tables {
        let text = ask.workspace.text(path)?.unwrap_or_default();
        let (line, keeps_passwords) = class_of(&text, class);
        if USERS.contains(&class.as_str()) || TABLES.contains(&name.as_str()) || keeps_passwords {
            return clash(format!("a model of users, {class},"), path, line);
        }
    }
    if let Some(endpoint) = sign_in::endpoint(ask.map) {
        return clash(format!("an endpoint {}", endpoint.title()), &endpoint.file, endpoint.line);
    }
    for path in ask.workspace.paths().into_iter().filter(|path| path.ends_with(".py")) {
        if ask.map.layer_of(path) == Some(Layer::Test) {
            continue;
        }
        let Some(text) = ask.workspace.text(path)? else { continue };
        if let Some((line, name)) = import_of(&text) {
            return clash(format!("sign-in with {name}"), path, line);
        }
    }
    Ok(())
}

/// The line of a class, and whether a column of it is a password.
fn class_of(text: &str, name: &str) -> (u32, bool) {
    let heads = [format!("class {name}("), format!("class {name}:")];
    let mut lines = (1..).zip(text.lines());
    let Some((number, _)) = lines.find(|(_, line)| heads.iter().any(|head| line.starts_with(head))) else {
        return (1, false);
    };
    let body = lines.take_while(|(_, line)| line.is_empty() || line.starts_with([' ', '\t', ')']));
    let attribute = |line: &str| line.split([':', '=']).next().unwrap_or_default().contains("password");
    let keeps = body.filter(|(_, line)| !line.trim_start().starts_with('#')).any(|(_, line)| attribute(line));
    (number, keeps)
}

/// The first import that signs people in.
fn import_of(text: &str) -> Option<(u32, &'static str)> {
    (1..).zip(text.lines()).find_map(|(number, line)| {
        let rest = line.strip_prefix("from ").or_else(|| line.strip_prefix("import "))?;
        let mut words = rest.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let root = words.next().unwrap_or_default();
        let package = PACKAGES.into_iter().find(|package| *package == root);
        let found =
            package.or_else(|| words.find_map(|word| CLASSES.into_iter().find(|class| *class == word)));
        found.map(|name| (number, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_seen_among_the_columns_of_its_class_alone() {
        let text =
            "class Item(Base):\n    name: str\n\n\nclass Person(Base):\n    password_hash = Column(String)\n";
        assert_eq!(class_of(text, "Item"), (1, false));
        assert_eq!(class_of(text, "Person"), (5, true));
        let told = "class Note(Base):\n    # the password is elsewhere\n    text: Mapped[str]\n";
        assert_eq!(class_of(told, "Note"), (1, false));
    }

    #[test]
    fn sign_in_is_seen_by_what_is_imported() {
        assert_eq!(import_of("import os\nimport jwt\n"), Some((2, "jwt")));
        assert_eq!(
            import_of("from fastapi.security import HTTPBasic, HTTPBearer\n"),
            Some((1, "HTTPBearer"))
        );
        assert_eq!(import_of("from app.jwt_free import words\nimport json\n"), None);
    }
}
