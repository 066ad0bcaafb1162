//! The packages that hash and sign, in the manifest where the project lists what it needs.

use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{indent_of, line_number},
        recipe::{node::plan::Plan, password_hash::Hash, resource::Edited},
    },
};

/// Packages that hash, the one to take first where the manifest names none. The package argon2
/// brings a binary that some builds of Node cannot load without compiling it anew.
const HASHERS: [(Hash, &str); 5] = [
    (Hash::Argon2id, "@node-rs/argon2"),
    (Hash::Argon2id, "argon2"),
    (Hash::Bcrypt, "bcrypt"),
    (Hash::Bcrypt, "bcryptjs"),
    (Hash::Bcrypt, "@node-rs/bcrypt"),
];

/// What the manifest has, and what it needs.
pub(super) struct Packages {
    path: String,
    text: String,
    /// Hashes passwords: `argon2`.
    pub(super) hasher: &'static str,
}

impl Packages {
    /// Reads the manifest of the example's backend.
    pub(super) fn read(plan: &Plan<'_>, hash: Hash) -> Result<Self, ProposeError> {
        let root = plan.router.split_once("src/").map_or("", |(root, _)| root);
        let path = format!("{root}package.json");
        let text = plan.ask.workspace.text(&path)?.unwrap_or_default();
        let of_hash = || HASHERS.iter().filter(|(own, _)| *own == hash).map(|(_, name)| *name);
        let named = of_hash().find(|name| names(&text, name));
        let hasher = named.or_else(|| of_hash().next()).unwrap_or_default();
        Ok(Self { path, text, hasher })
    }

    /// The project's own name, else a word for any.
    pub(super) fn name(&self) -> String {
        let manifest: serde_json::Value = serde_json::from_str(&self.text).unwrap_or_default();
        let name = manifest.get("name").and_then(|name| name.as_str()).unwrap_or_default();
        let plain: String =
            name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
        if plain.is_empty() { "app".into() } else { plain }
    }

    /// Whether sources are modules of ECMAScript.
    fn is_esm(&self) -> bool {
        let manifest: serde_json::Value = serde_json::from_str(&self.text).unwrap_or_default();
        manifest.get("type").and_then(|kind| kind.as_str()) == Some("module")
    }

    /// The manifest with what is missing; a remark where there is no list of packages.
    pub(super) fn needed(
        &self,
        plan: &Plan<'_>,
        remarks: &mut Vec<String>,
    ) -> Result<Option<FileChange>, ProposeError> {
        let version = match self.hasher {
            "argon2" => "^0.45.0",
            "@node-rs/argon2" | "@node-rs/bcrypt" => "^2.0.0",
            "bcryptjs" => "^3.0.0",
            _ => "^6.0.0",
        };
        // The last of its majors that a module of CommonJS can load on every Node that is kept.
        let jose = if self.is_esm() { "^6.0.0" } else { "^5.10.0" };
        let mut wanted = vec![("dependencies", self.hasher, version), ("dependencies", "jose", jose)];
        if self.hasher == "bcrypt" {
            wanted.push(("devDependencies", "@types/bcrypt", "^6.0.0"));
        }
        wanted.retain(|(_, name, _)| !names(&self.text, name));
        if wanted.is_empty() {
            return Ok(None);
        }
        let mut new = self.text.clone();
        for (list, name, version) in &wanted {
            let Some(with) = with_package(&new, list, name, version) else {
                let all: Vec<&str> = wanted.iter().map(|(_, name, _)| *name).collect();
                remarks.push(format!("Add {} to the packages that the program needs.", all.join(" and ")));
                return Ok(None);
            };
            new = with;
        }
        remarks
            .push("Install the new packages before anything runs: the lock file is not written here.".into());
        let at = self.text.find("\"dependencies\"").unwrap_or_default();
        let line = Place::new(self.path.clone(), line_number(&self.text, at));
        Ok(Some(plan.ask.edited(Edited {
            path: &self.path,
            old: &self.text,
            new,
            reason: "Hashes passwords and signs tokens.".into(),
            like: Some(line),
            layer: Layer::Config,
        })))
    }
}

fn names(manifest: &str, package: &str) -> bool {
    manifest.contains(&format!("\"{package}\":"))
}

/// A manifest with one more package in a list, before the first that comes after it by name.
fn with_package(text: &str, list: &str, name: &str, version: &str) -> Option<String> {
    let open = text.find(&format!("\"{list}\""))?;
    let open = open + text.get(open..)?.find('{')? + 1;
    let close = open + text.get(open..)?.find('}')?;
    let inside = text.get(open..close)?;
    let entries: Vec<(usize, &str)> = inside
        .match_indices('"')
        .step_by(4)
        .filter_map(|(at, _)| Some((open + at, inside.get(at + 1..)?.split('"').next()?)))
        .collect();
    let entry = format!("\"{name}\": \"{version}\"");
    let (last, _) = *entries.last()?;
    let is_broken = inside.contains('\n');
    let gap = if is_broken { format!("\n{}", indent_of(text, last)) } else { " ".to_owned() };
    if let Some((at, _)) = entries.iter().find(|(_, known)| *known > name) {
        return Some(format!("{}{entry},{gap}{}", text.get(..*at)?, text.get(*at..)?));
    }
    let end = open + inside.trim_end().len();
    Some(format!("{},{gap}{entry}{}", text.get(..end)?, text.get(end..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_stands_where_its_name_belongs() {
        let text = "{\n  \"dependencies\": {\n    \"express\": \"5\",\n    \"zod\": \"4\"\n  }\n}\n";
        let added = |name: &str| with_package(text, "dependencies", name, "1").unwrap();
        assert_eq!(
            added("jose"),
            "{\n  \"dependencies\": {\n    \"express\": \"5\",\n    \"jose\": \"1\",\n    \"zod\": \"4\"\n  }\n}\n"
        );
        assert_eq!(
            added("zx"),
            "{\n  \"dependencies\": {\n    \"express\": \"5\",\n    \"zod\": \"4\",\n    \"zx\": \"1\"\n  }\n}\n"
        );
        let flat = "{ \"dependencies\": { \"zod\": \"4\" } }";
        assert_eq!(
            with_package(flat, "dependencies", "jose", "1").unwrap(),
            "{ \"dependencies\": { \"jose\": \"1\", \"zod\": \"4\" } }"
        );
        assert_eq!(with_package("{}", "dependencies", "jose", "1"), None);
    }
}
