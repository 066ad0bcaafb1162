//! A backend that is not for the recipe: one that has users, or signs people in already.

use super::super::{
    plan::{Sources, rows},
    tables::{Migration, creates},
};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place},
    ports::ProposeError,
    propose::{
        edits::line_number,
        recipe::{resource::Ask, sign_in},
        rust::RustFile,
    },
};

/// Rows that are users by their name; others are by a field that keeps a password.
const USERS: [&str; 2] = ["User", "RefreshToken"];
/// Their tables.
const TABLES: [&str; 4] = ["user", "users", "refresh_token", "refresh_tokens"];
/// Packages that sign people in.
const PACKAGES: [&str; 8] = [
    "jsonwebtoken",
    "jwt_simple",
    "jwt",
    "axum_login",
    "tower_sessions",
    "axum_session_auth",
    "oauth2",
    "openidconnect",
];
/// What reads who asks from a header.
const HEADERS: [&str; 2] = ["headers::Authorization", "headers::authorization::Bearer"];

/// Says what is there already, with where.
pub(super) fn refuse(ask: &Ask<'_>, sources: &Sources, migrations: &[Migration]) -> Result<(), ProposeError> {
    let clash = |what: String, place: Place| Err(ProposeError::Clash { what, place: place.to_string() });
    for row in rows(sources) {
        let keeps = row.fields.iter().any(|(name, _)| name.contains("password"));
        if USERS.contains(&row.name.as_str()) || keeps {
            let found = sources.iter().find(|(_, file, _)| file.structs.contains(row));
            let place = found.map(|(path, _, text)| Place::new(path.clone(), line_number(text, row.name_at)));
            return clash(
                format!("a row of users, {},", row.name),
                place.unwrap_or_else(|| Place::new("", 1)),
            );
        }
    }
    for migration in migrations {
        if let Some(table) = TABLES.iter().find(|table| creates(&migration.text, table)) {
            let lines = migration.text.to_lowercase();
            let line = (1..)
                .zip(lines.lines())
                .find(|(_, line)| line.contains("create table") && line.contains(table));
            let line = line.map_or(1, |(number, _)| number);
            return clash(format!("a table {table}"), Place::new(migration.path.clone(), line));
        }
    }
    if let Some(endpoint) = sign_in::endpoint(ask.map) {
        return clash(
            format!("an endpoint {}", endpoint.title()),
            Place::new(endpoint.file.clone(), endpoint.line),
        );
    }
    for (path, file, text) in sources {
        let is_test = ask.map.layer_of(path).or_else(|| layer_by_path(path)) == Some(Layer::Test);
        if let Some((at, name)) = import_of(file).filter(|_| !is_test) {
            return clash(format!("sign-in with {name}"), Place::new(path.clone(), line_number(text, at)));
        }
    }
    Ok(())
}

/// The first import that signs people in, and where it stands.
fn import_of(file: &RustFile) -> Option<(usize, &'static str)> {
    file.uses.iter().find_map(|one| {
        let name = one.paths.iter().find_map(|(path, _)| {
            let root = path.split("::").next().unwrap_or_default();
            let package = PACKAGES.into_iter().find(|package| *package == root);
            package.or_else(|| HEADERS.into_iter().find(|header| path.ends_with(header)))
        })?;
        Some((one.range.start, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_is_seen_by_what_is_imported() {
        let found = |text: &str| import_of(&RustFile::parse("a.rs", text).unwrap()).map(|(_, name)| name);
        assert_eq!(found("use std::fmt;\nuse jsonwebtoken::{decode, encode};\n"), Some("jsonwebtoken"));
        assert_eq!(
            found("use axum_extra::headers::{Authorization, authorization::Bearer};\n"),
            Some("headers::Authorization")
        );
        assert_eq!(found("use crate::jwt_free::words;\n"), None);
    }
}
