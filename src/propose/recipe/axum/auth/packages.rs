//! The packages that hash, sign and give random bytes, where the manifest lists what it needs.

use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        axum::manifest::with_packages,
        password_hash::Hash,
        resource::{Ask, Edited},
    },
};

/// The packages, each with what stands behind its name.
fn wanted(hash: Hash) -> Vec<(&'static str, &'static str)> {
    let is_argon = hash == Hash::Argon2id;
    vec![
        if is_argon { ("argon2", "\"0.6\"") } else { ("bcrypt", "\"0.19\"") },
        ("getrandom", "\"0.4\""),
        ("jsonwebtoken", "{ version = \"11\", default-features = false, features = [\"rust_crypto\"] }"),
        ("sha2", "\"0.10\""),
        ("thiserror", "\"2\""),
    ]
}

/// Those whose work is made to be slow: without optimisation each test would wait for seconds.
fn slow(hash: Hash) -> [&'static str; 2] {
    if hash == Hash::Argon2id { ["argon2", "blake2"] } else { ["bcrypt", "blowfish"] }
}

/// The manifest with what is missing; a remark where it has no list of packages.
pub(super) fn needed(
    ask: &Ask<'_>,
    path: &str,
    hash: Hash,
    remarks: &mut Vec<String>,
) -> Result<Option<FileChange>, ProposeError> {
    let text = ask.workspace.text(path)?.unwrap_or_default();
    let Some((new, line)) = with_packages(&text, &wanted(hash), &slow(hash)) else {
        let names: Vec<&str> = wanted(hash).into_iter().map(|(name, _)| name).collect();
        remarks.push(format!("Add {} to the packages that the program needs.", names.join(", ")));
        return Ok(None);
    };
    if new == text {
        return Ok(None);
    }
    Ok(Some(ask.edited(Edited {
        path,
        old: &text,
        new,
        reason: "Hashes passwords and signs tokens; hashing is slow by intent, and would be ten times as slow in tests."
            .into(),
        like: Some(Place::new(path, line)),
        layer: Layer::Config,
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grown(text: &str, hash: Hash) -> Option<(String, u32)> {
        with_packages(text, &wanted(hash), &slow(hash))
    }

    #[test]
    fn packages_stand_in_order_where_others_do() {
        let text = "[package]\nname = \"a\"\n\n[dependencies]\naxum = \"0.8\"\nserde = \"1\"\nthiserror = \"2\"\n\n[dev-dependencies]\ntower = \"0.5\"\n";
        let (new, line) = grown(text, Hash::Argon2id).unwrap();
        assert_eq!(line, 4);
        let expected = "[dependencies]\nargon2 = \"0.6\"\naxum = \"0.8\"\ngetrandom = \"0.4\"\njsonwebtoken = { version = \"11\", default-features = false, features = [\"rust_crypto\"] }\nserde = \"1\"\nsha2 = \"0.10\"\nthiserror = \"2\"\n\n[dev-dependencies]\n";
        assert!(new.contains(expected), "{new}");
        assert!(new.ends_with("[profile.dev.package.blake2]\nopt-level = 3\n"), "{new}");
        assert_eq!(grown(&new, Hash::Argon2id).unwrap().0, new);
        let mixed = "[dependencies]\nserde = \"1\"\naxum = \"0.8\"\n";
        let (new, _) = grown(mixed, Hash::Bcrypt).unwrap();
        assert!(
            new.starts_with("[dependencies]\nserde = \"1\"\naxum = \"0.8\"\nbcrypt = \"0.19\"\n"),
            "{new}"
        );
        assert!(grown("[package]\n", Hash::Bcrypt).is_none());
    }
}
