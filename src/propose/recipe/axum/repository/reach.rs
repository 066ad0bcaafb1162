//! How files reach names of others: through modules that are declared and what they hand on.

use crate::propose::recipe::axum::{
    code::{Code, Source},
    plan::module_of,
};

/// The path by which every module of the package reaches a name that a file declares; `None` where
/// it is hidden.
pub(super) fn path_of(code: &Code<'_>, home: &str, name: &str) -> Option<String> {
    let root = root_of(home);
    let own = || code.sources.iter().filter(|source| root_of(source.path) == root);
    // Somebody who imports it shows the way.
    let used = own().filter(|source| source.path != home).flat_map(|source| &source.file.uses);
    let mut used = used.filter(|one| !one.is_public).flat_map(|one| &one.paths);
    let shown = used.find(|(path, local)| {
        local == name && path.starts_with("crate::") && path.rsplit("::").next() == Some(name)
    });
    if let Some((path, _)) = shown {
        return Some(path.clone());
    }
    handed_on(code, home, name)
        .into_iter()
        .chain([format!("{}::{name}", module_of(home))])
        .find(|path| is_open(code, root, path, false))
}

/// The same for tests, which stand outside of the package: `library::models::Note`.
pub(super) fn public_path(code: &Code<'_>, home: &str, name: &str, package: &str) -> Option<String> {
    let root = root_of(home);
    let direct = if name.is_empty() { module_of(home) } else { format!("{}::{name}", module_of(home)) };
    let mut all = if name.is_empty() { Vec::new() } else { handed_on(code, home, name) };
    all.push(direct);
    let open = all.into_iter().find(|path| is_open(code, root, path, true))?;
    Some(open.replacen("crate", package, 1))
}

/// The folder of a package.
pub(super) fn root_of(path: &str) -> &str {
    path.split_once("src/").map_or("", |(root, _)| root)
}

/// The modules above that hand the name on.
fn handed_on(code: &Code<'_>, home: &str, name: &str) -> Vec<String> {
    let module = module_of(home);
    let mut found = Vec::new();
    for source in code.sources.iter().filter(|source| root_of(source.path) == root_of(home)) {
        let own = source.module();
        let hands = source.file.uses.iter().filter(|one| one.is_public).flat_map(|one| &one.paths);
        let mut hands = hands.filter(|(_, local)| local == name || local == "*");
        if is_above(own, &module) && source.path != home && hands.any(|(path, _)| leads(own, path, &module)) {
            found.push(format!("{own}::{name}"));
        }
    }
    found.sort_by_key(|path| path.matches("::").count());
    found
}

fn is_above(module: &str, below: &str) -> bool {
    below.strip_prefix(module).is_some_and(|rest| rest.starts_with("::"))
}

/// Whether a path in a module is that of another, or of a name in it.
fn leads(module: &str, path: &str, to: &str) -> bool {
    let lead = path.rsplit_once("::").map_or("", |(lead, _)| lead);
    let lead = lead.trim_start_matches("self::");
    let full = if lead.starts_with("crate") { lead.to_owned() } else { format!("{module}::{lead}") };
    full == to
}

/// Whether each module on the way is declared so that all of the package, or tests, may name it.
fn is_open(code: &Code<'_>, root: &str, path: &str, is_outside: bool) -> bool {
    let parts: Vec<&str> = path.split("::").collect();
    let Some((_, modules)) = parts.split_last() else { return false };
    // A file itself is a module too: its last part stands in the list of whoever declares it.
    let is_module = code.sources.iter().any(|one| root_of(one.path) == root && one.module() == path);
    let modules = if is_module { parts.as_slice() } else { modules };
    let mut parent = "crate".to_owned();
    for (depth, name) in modules.iter().enumerate().skip(1) {
        let declared = |source: &&Source<'_>| {
            source.module() == parent
                && root_of(source.path) == root
                && (!is_outside || !source.path.ends_with("main.rs"))
        };
        let lines = code.sources.iter().filter(declared).flat_map(|source| {
            let own = source.file.modules.iter().filter(|one| one.name == *name);
            own.map(|one| source.text.get(one.range.clone()).unwrap_or_default())
        });
        // A private module of the root is one that all of the package sees.
        let mut fits = lines.map(|line| match is_outside {
            true => line.starts_with("pub mod"),
            false => line.starts_with("pub") || depth == 1,
        });
        if !fits.any(|fits| fits) {
            return false;
        }
        parent = format!("{parent}::{name}");
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::rust::RustFile;

    #[test]
    fn a_name_is_reached_where_modules_are_open_or_hand_it_on() {
        let files = [
            ("src/lib.rs", "pub mod models;\nmod inner;\n"),
            ("src/models/mod.rs", "mod note;\npub mod user;\npub use note::Note;\n"),
            ("src/models/note.rs", "pub struct Note { pub id: i64 }\npub struct NewNote { pub a: i64 }\n"),
            ("src/models/user.rs", "pub struct User { pub id: i64 }\n"),
            ("src/inner.rs", "pub struct Own { pub id: i64 }\n"),
        ];
        let sources: Vec<_> = files
            .iter()
            .map(|(path, text)| {
                ((*path).to_owned(), RustFile::parse(path, text).unwrap(), (*text).to_owned())
            })
            .collect();
        let code = Code::new(&sources);
        let own = |home: &str, name: &str| path_of(&code, home, name);
        assert_eq!(own("src/models/note.rs", "Note").as_deref(), Some("crate::models::Note"));
        assert_eq!(own("src/models/note.rs", "NewNote"), None);
        assert_eq!(own("src/models/user.rs", "User").as_deref(), Some("crate::models::user::User"));
        assert_eq!(own("src/inner.rs", "Own").as_deref(), Some("crate::inner::Own"));
        let public = |home: &str, name: &str| public_path(&code, home, name, "app");
        assert_eq!(public("src/models/note.rs", "Note").as_deref(), Some("app::models::Note"));
        assert_eq!(public("src/models/user.rs", "").as_deref(), Some("app::models::user"));
        assert_eq!(public("src/inner.rs", "Own"), None);
    }
}
