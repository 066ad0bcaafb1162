//! Where new modules stand: in the package of the application, in its `core` where it has one.

use crate::propose::python::Module;
use std::collections::{BTreeMap, BTreeSet};

/// A package and the folder that its modules are imported from.
pub(in crate::propose::recipe::fastapi) struct Home {
    /// `backend/` where `backend/app/db.py` is imported as `app.db`; empty at the root.
    pub(in crate::propose::recipe::fastapi) import_root: String,
    /// The folder of the new modules, with its last `/`; empty at the root.
    folder: String,
}

impl Home {
    /// The home of a backend whose application is made in `path`.
    pub(in crate::propose::recipe::fastapi) fn of(path: &str, modules: &BTreeMap<&str, &Module<'_>>) -> Self {
        let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let core = format!("{folder}core/");
        let has_core = modules.keys().any(|path| path.starts_with(&core));
        let import_root =
            root_by_imports(path, &folder, modules).unwrap_or_else(|| root_by_packages(&folder, modules));
        Self { import_root, folder: if has_core { core } else { folder } }
    }

    /// The path of a new module.
    pub(in crate::propose::recipe::fastapi) fn path(&self, stem: &str) -> String {
        format!("{}{stem}.py", self.folder)
    }

    /// A module as others name it: `app.errors`.
    pub(in crate::propose::recipe::fastapi) fn dotted(&self, path: &str) -> String {
        let inside = path.strip_prefix(&self.import_root).unwrap_or(path).trim_end_matches(".py");
        inside.trim_end_matches("/__init__").replace('/', ".")
    }

    /// Top-level packages and modules of the project.
    pub(in crate::propose::recipe::fastapi) fn own(
        &self,
        modules: &BTreeMap<&str, Module<'_>>,
    ) -> BTreeSet<String> {
        let inside = modules.keys().filter_map(|path| path.strip_prefix(self.import_root.as_str()));
        let first = |path: &str| path.split('/').next().map(|one| one.trim_end_matches(".py").to_owned());
        inside.filter_map(first).filter(|one| one != "alembic").collect()
    }
}

/// The folder from which the application's own imports are found.
fn root_by_imports(path: &str, folder: &str, modules: &BTreeMap<&str, &Module<'_>>) -> Option<String> {
    let module = modules.get(path)?;
    let imports: Vec<String> = module
        .import_froms()
        .filter(|import| import.level == 0)
        .filter_map(|import| import.module.as_ref().map(|module| module.replace('.', "/")))
        .collect();
    let is_there = |stem: &str| {
        modules.contains_key(format!("{stem}.py").as_str())
            || modules.keys().any(|path| path.starts_with(&format!("{stem}/")))
    };
    let mut root = folder.to_owned();
    loop {
        if imports.iter().any(|one| is_there(&format!("{root}{one}"))) {
            return Some(root);
        }
        let up =
            root.trim_end_matches('/').rsplit_once('/').map_or(String::new(), |(up, _)| format!("{up}/"));
        if root.is_empty() {
            return None;
        }
        root = up;
    }
}

/// The folder above the outermost package.
fn root_by_packages(folder: &str, modules: &BTreeMap<&str, &Module<'_>>) -> String {
    let mut root = folder.to_owned();
    while !root.is_empty() && modules.contains_key(format!("{root}__init__.py").as_str()) {
        root = root.trim_end_matches('/').rsplit_once('/').map_or(String::new(), |(up, _)| format!("{up}/"));
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(texts: &[(&'static str, &'static str)], path: &str) -> (String, String, String) {
        let parsed: Vec<(&str, Module<'_>)> =
            texts.iter().map(|(path, text)| (*path, Module::parse(path, text).unwrap())).collect();
        let modules = parsed.iter().map(|(path, module)| (*path, module)).collect();
        let home = Home::of(path, &modules);
        let new = home.path("errors");
        (home.import_root.clone(), home.dotted(&new), new)
    }

    #[test]
    fn modules_stand_beside_the_application_or_in_its_core() {
        let main = ("backend/app/main.py", "from fastapi import FastAPI\nfrom app.api import router\n");
        let api = ("backend/app/api.py", "router = 1\n");
        let core = ("backend/app/core/config.py", "KEY = 1\n");
        assert_eq!(
            home(&[main, api], main.0),
            ("backend/".into(), "app.errors".into(), "backend/app/errors.py".into())
        );
        assert_eq!(home(&[main, api, core], main.0).1, "app.core.errors");
        let flat = ("main.py", "import fastapi\n");
        assert_eq!(home(&[flat], flat.0), (String::new(), "errors".into(), "errors.py".into()));
        let package = [("shop/__init__.py", ""), ("shop/main.py", "import fastapi\n")];
        assert_eq!(home(&package, "shop/main.py").1, "shop.errors");
    }
}
