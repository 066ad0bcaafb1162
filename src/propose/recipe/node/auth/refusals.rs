//! A backend that is not for the recipe: one that has users, or signs people in already.

use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::recipe::{
        names::{Name, snake},
        node::{model::Table, suite},
        resource::Ask,
        sign_in,
        sources::Survey,
    },
};

/// Packages that sign people in, and what is below a scope of them.
const PACKAGES: [&str; 22] = [
    "@auth",
    "@auth0",
    "@clerk",
    "@hono/clerk-auth",
    "@supabase/auth-helpers-shared",
    "better-auth",
    "client-sessions",
    "cookie-session",
    "express-jwt",
    "express-openid-connect",
    "express-session",
    "firebase-admin",
    "hono/basic-auth",
    "hono/bearer-auth",
    "hono/jwt",
    "iron-session",
    "jose",
    "jsonwebtoken",
    "lucia",
    "next-auth",
    "passport",
    "supertokens-node",
];

/// Says what is there already, with where.
pub(super) fn refuse(ask: &Ask<'_>, survey: &Survey, tables: &[Table]) -> Result<(), ProposeError> {
    let clash = |what: String, place: Place| Err(ProposeError::Clash { what, place: place.to_string() });
    let names = ["user", "refresh_token"].map(Name::of);
    for table in tables {
        let keeps_passwords = table.columns.iter().any(|column| snake(&column.name).contains("password"));
        if keeps_passwords || names.iter().any(|name| table.is_of(name)) {
            return clash(format!("a table of users, {},", table.name), table.place.clone());
        }
    }
    if let Some(endpoint) = sign_in::endpoint(ask.map) {
        return clash(
            format!("an endpoint {}", endpoint.title()),
            Place::new(endpoint.file.clone(), endpoint.line),
        );
    }
    for source in survey.sources.values().filter(|source| !suite::is_test(source)) {
        for import in &source.script.imports {
            let is_it = |package: &&&str| {
                import.from.as_str() == **package || import.from.starts_with(&format!("{package}/"))
            };
            if let Some(package) = PACKAGES.iter().find(is_it) {
                return clash(format!("sign-in with {package}"), source.place(import.range.start));
            }
        }
    }
    Ok(())
}
