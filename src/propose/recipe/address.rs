//! The address of a resource, as the tests of its example ask for it.

use super::{
    names::Name,
    rename::{Joint, Renamer},
};

/// The address of a resource in the requests of the example's tests: `/api/users`.
pub(crate) fn address_in(text: &str, like: &Name) -> Option<String> {
    let renamer = Renamer { from: like, to: &Name::of("proscenium"), joint: Joint::Kebab };
    let literals = text.split(['\'', '"', '`']).skip(1);
    let paths = literals.filter(|literal| literal.starts_with('/') && !literal.contains(' '));
    for path in paths {
        let mut address = String::new();
        for part in path.split('/').skip(1) {
            let part = part.split(['?', '#']).next().unwrap_or_default();
            if part.contains("{") {
                break;
            }
            address = format!("{address}/{part}");
            if renamer.touches(part) {
                return Some(address);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_ends_where_the_resource_is_named() {
        let like = Name::of("user");
        for (text, expected) in [
            ("get('/api/v1/users/1')", Some("/api/v1/users")),
            ("`/users/${id}`", Some("/users")),
            ("\"/{id}/users\"", None),
            ("'no address', '/health'", None),
        ] {
            assert_eq!(address_in(text, &like).as_deref(), expected);
        }
    }
}
