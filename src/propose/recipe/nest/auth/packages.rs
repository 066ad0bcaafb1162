//! The packages that hash, sign and count, in the manifest where the project lists what it needs.

use super::super::plan::Plan;
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_number},
        recipe::{password_hash::Hash, resource::Edited},
    },
};

/// What hashes: the package that the manifest names, else one that needs no compiler.
pub(super) fn hasher(manifest: &str, hash: Hash) -> &'static str {
    let known: &[&str] =
        if hash == Hash::Argon2id { &["@node-rs/argon2", "argon2"] } else { &["bcrypt", "bcryptjs"] };
    let named = known.iter().find(|name| manifest.contains(&format!("\"{name}\"")));
    named.or(known.first()).copied().unwrap_or_default()
}

/// The manifest with what is missing; a remark where it has no list of packages.
pub(super) fn needed(
    plan: &Plan<'_>,
    path: &str,
    hasher: &'static str,
    remarks: &mut Vec<String>,
) -> Result<Option<FileChange>, ProposeError> {
    let text = &plan.manifest;
    let version = match hasher {
        "@node-rs/argon2" => "^2.0.0",
        "argon2" => "^0.45.0",
        "bcryptjs" => "^3.0.0",
        _ => "^6.0.0",
    };
    // The package is numbered as the framework is.
    let major = major_of(text).unwrap_or(11);
    let mut wanted = vec![
        ("dependencies", hasher, version.to_owned()),
        ("dependencies", "@nestjs/jwt", format!("^{}.0.0", major.max(10))),
        ("dependencies", "@nestjs/throttler", "^6.4.0".to_owned()),
    ];
    if hasher == "bcrypt" {
        wanted.push(("devDependencies", "@types/bcrypt", "^6.0.0".to_owned()));
    }
    wanted.retain(|(_, name, _)| !text.contains(&format!("\"{name}\"")));
    if wanted.is_empty() {
        return Ok(None);
    }
    let mut new = text.clone();
    for (list, name, version) in &wanted {
        let Some(with) = with_package(&new, list, name, version) else {
            let all: Vec<&str> = wanted.iter().map(|(_, name, _)| *name).collect();
            remarks.push(format!("Add {} to the packages that the program needs.", all.join(", ")));
            return Ok(None);
        };
        new = with;
    }
    remarks.push("Install the new packages before anything runs: the lock file is not written here.".into());
    let at = text.find("\"dependencies\"").unwrap_or_default();
    Ok(Some(plan.ask.edited(Edited {
        path,
        old: text,
        new,
        reason: "Hashes passwords, signs tokens and counts attempts.".into(),
        like: Some(Place::new(path, line_number(text, at))),
        layer: Layer::Config,
    })))
}

/// The major version of the framework.
pub(in crate::propose::recipe) fn major_of(manifest: &str) -> Option<u32> {
    let (_, rest) = manifest.split_once("\"@nestjs/common\"")?;
    let range = rest.split('"').nth(1)?;
    range.trim_start_matches(|c: char| !c.is_ascii_digit()).split('.').next()?.parse().ok()
}

/// A manifest with one more package in a list, before the first that comes after it by name.
pub(in crate::propose::recipe) fn with_package(
    text: &str,
    list: &str,
    name: &str,
    version: &str,
) -> Option<String> {
    let open = text.find(&format!("\"{list}\""))?;
    let open = open + text.get(open..)?.find('{')? + 1;
    let close = open + text.get(open..)?.find('}')?;
    let inside = text.get(open..close)?;
    // Names are every fourth quote: name and version have two each.
    let names: Vec<(usize, &str)> = inside
        .match_indices('"')
        .step_by(4)
        .filter_map(|(at, _)| Some((open + at, inside.get(at + 1..)?.split('"').next()?)))
        .collect();
    let entry = format!("\"{name}\": \"{version}\"");
    let (last, _) = *names.last()?;
    let gap = if inside.contains('\n') { format!("\n{}", indent_of(text, last)) } else { " ".to_owned() };
    let mut edits = Edits::default();
    match names.iter().find(|(_, known)| *known > name) {
        Some((at, _)) => edits.insert(*at, format!("{entry},{gap}")),
        None => edits.insert(open + inside.trim_end().len(), format!(",{gap}{entry}")),
    }
    edits.apply(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_stands_where_its_name_belongs() {
        let text = "{\n  \"dependencies\": {\n    \"@nestjs/common\": \"^12.0.1\",\n    \"typeorm\": \"1\"\n  }\n}\n";
        let added = |name: &str| with_package(text, "dependencies", name, "1").unwrap();
        assert!(added("argon2").contains("\"^12.0.1\",\n    \"argon2\": \"1\",\n    \"typeorm\""));
        assert!(added("zx").contains("\"typeorm\": \"1\",\n    \"zx\": \"1\"\n  }"));
        assert_eq!(with_package("{}", "dependencies", "a", "1"), None);
        assert_eq!(major_of(text), Some(12));
    }

    #[test]
    fn the_package_that_is_there_hashes() {
        assert_eq!(hasher("{\"dependencies\": {\"argon2\": \"1\"}}", Hash::Argon2id), "argon2");
        assert_eq!(hasher("{}", Hash::Argon2id), "@node-rs/argon2");
        assert_eq!(hasher("{\"bcryptjs\": \"3\"}", Hash::Bcrypt), "bcryptjs");
    }
}
