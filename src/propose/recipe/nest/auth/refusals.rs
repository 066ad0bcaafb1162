//! A backend that is not for the recipe: one that has users, or signs people in already.

use super::super::{entity::Table, plan::Plan};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{recipe::sign_in, script::Script},
};

/// Entities that are users by their name; others are by a column that keeps a password.
const USERS: [&str; 4] = ["User", "UserEntity", "RefreshToken", "RefreshTokenEntity"];
/// Their tables.
const TABLES: [&str; 4] = ["user", "users", "refresh_token", "refresh_tokens"];
/// Packages that sign people in, and the one that counts attempts for the whole application.
const PACKAGES: [&str; 8] = [
    "@nestjs/jwt",
    "@nestjs/passport",
    "passport",
    "passport-jwt",
    "jsonwebtoken",
    "jose",
    "express-session",
    "@nestjs/throttler",
];

/// Says what is there already, with where.
pub(super) fn refuse(plan: &Plan<'_>) -> Result<(), ProposeError> {
    let clash = |what: String, place: Place| Err(ProposeError::Clash { what, place: place.to_string() });
    for (source, class) in plan.survey.classes().filter(|(_, class)| class.mark("Entity").is_some()) {
        let table = Table::read(source, class, &plan.survey, plan.snake_columns);
        let keeps = class.properties.iter().any(|property| property.name.to_lowercase().contains("password"));
        if USERS.contains(&class.name.as_str()) || TABLES.contains(&table.name.as_str()) || keeps {
            return clash(format!("an entity of users, {},", class.name), source.place(class.name_at));
        }
    }
    if let Some(endpoint) = sign_in::endpoint(plan.ask.map) {
        let place = Place::new(endpoint.file.clone(), endpoint.line);
        return clash(format!("an endpoint {}", endpoint.title()), place);
    }
    for source in plan.survey.sources.values().filter(|source| source.script.suites.is_empty()) {
        if let Some((at, name)) = import_of(&source.script) {
            return clash(format!("sign-in or limits with {name}"), source.place(at));
        }
    }
    Ok(())
}

/// The first import that signs people in, and where it stands.
fn import_of(script: &Script) -> Option<(usize, &'static str)> {
    script.imports.iter().find_map(|import| {
        let package = PACKAGES.into_iter().find(|package| import.from == *package)?;
        Some((import.range.start, package))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_is_seen_by_what_is_imported() {
        let found = |text: &str| import_of(&Script::parse("a.ts", text).unwrap()).map(|(_, name)| name);
        assert_eq!(found("import { JwtService } from '@nestjs/jwt';\n"), Some("@nestjs/jwt"));
        assert_eq!(found("import { jose } from './jose.js';\n"), None);
    }
}
