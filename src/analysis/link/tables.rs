//! Routes and prefixes that stand in YAML files beside the code.
//!
//! A table lists routes (`path`, `methods`, `controller`), further tables, and folders of
//! classes (`resource`), each with a prefix. Nothing in it is executed.

use super::{
    path,
    project::{ProjectFiles, below, normal, parent},
};
use crate::{
    analysis::glob::Glob,
    knowledge::packs::{Packs, RouteFiles},
};
use serde_json::Value;

/// How far tables may list further tables.
const MAX_DEPTH: usize = 8;

/// Entries beyond this are left out: no application has as many.
const MAX_ENTRIES: usize = 20_000;

/// A route of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TableRoute {
    /// Position of the pack.
    pub pack: u16,
    pub verbs: Vec<String>,
    pub path: String,
    /// As the table writes it; empty where it states none.
    pub controller: String,
    /// File and 1-based line of the entry.
    pub file: String,
    pub line: u32,
}

/// Classes below a folder and the prefix under which they are served.
#[derive(Debug, Clone, PartialEq)]
struct Folder {
    pack: u16,
    /// A folder, or a glob over folders.
    place: String,
    prefix: String,
}

/// The tables of a project.
#[derive(Debug, Default)]
pub(super) struct RouteTables {
    pub routes: Vec<TableRoute>,
    folders: Vec<Folder>,
    /// Files that are being read, outermost first: no file is read inside itself.
    open: Vec<String>,
}

/// Where a table is read.
#[derive(Clone, Copy)]
struct Reading<'r> {
    pack: u16,
    rules: &'r RouteFiles,
    project: &'r ProjectFiles,
    /// The folder that the application's code is looked for in.
    root: &'r str,
}

impl RouteTables {
    /// Reads the tables among the texts of a project.
    pub fn new(packs: &Packs, project: &ProjectFiles) -> Self {
        let mut tables = Self::default();
        for (position, pack) in packs.iter().enumerate() {
            let (Some(rules), Ok(pack)) = (&pack.route_tables, u16::try_from(position)) else { continue };
            for file in project.texts.keys() {
                if !rules.roots.iter().any(|glob| Glob::new(glob).is_match(file)) {
                    continue;
                }
                let root = file.split_once("config/").map_or("", |(root, _)| root.trim_end_matches('/'));
                tables.read(Reading { pack, rules, project, root }, file, "");
            }
        }
        tables
    }

    /// The prefixes that tables put before the classes of a file; none where no table
    /// speaks of it.
    pub fn prefixes(&self, pack: u16, file: &str) -> Vec<String> {
        let mut found = Vec::new();
        for folder in self.folders.iter().filter(|folder| folder.pack == pack && folder.has(file)) {
            if !found.contains(&folder.prefix) {
                found.push(folder.prefix.clone());
            }
        }
        found
    }

    fn read(&mut self, reading: Reading<'_>, file: &str, prefix: &str) {
        if self.open.len() >= MAX_DEPTH || self.open.iter().any(|open| open == file) {
            return;
        }
        self.open.push(file.to_owned());
        self.read_entries(reading, file, prefix);
        self.open.pop();
    }

    fn read_entries(&mut self, reading: Reading<'_>, file: &str, prefix: &str) {
        let Some(text) = reading.project.texts.get(file) else { return };
        let Ok(Value::Object(entries)) = serde_saphyr::from_str::<Value>(text) else { return };
        for (name, entry) in &entries {
            if self.routes.len() + self.folders.len() >= MAX_ENTRIES {
                return;
            }
            for own in prefixes(entry) {
                let prefix = path::join(prefix, &own);
                if let Some(resource) = resource(entry) {
                    self.import(reading, file, resource, prefix);
                } else if let Some(path) = entry.get("path").and_then(Value::as_str) {
                    self.route(reading, file, entry, line_of(text, name), path::join(&prefix, path));
                }
            }
        }
    }

    /// A further table, or a folder of classes.
    fn import(&mut self, reading: Reading<'_>, file: &str, resource: &str, prefix: String) {
        let place = match resource.strip_prefix('@') {
            // `@ShopBundle/Resources/config/routing.yml`: wherever the bundle lies.
            Some(inside) => {
                let (bundle, rest) = inside.split_once('/').unwrap_or((inside, ""));
                let short = bundle.strip_suffix("Bundle").unwrap_or(bundle);
                let ending = format!("/{rest}");
                let is_in_bundle = |path: &&String| {
                    path.ends_with(&ending)
                        && path.split('/').any(|folder| folder == bundle || folder == short)
                };
                // Bundles that are not in the project serve routes of their own.
                let Some(found) = reading.project.texts.keys().find(is_in_bundle) else { return };
                found.clone()
            }
            None => normal(&below(parent(file), resource)),
        };
        if reading.project.texts.contains_key(&place) {
            self.read(reading, &place, &prefix);
        } else {
            let is_path = resource.contains('/') || resource.ends_with(".php");
            let place = match is_path {
                true => place,
                false if reading.rules.everything.iter().any(|name| name == resource) => {
                    reading.root.to_owned()
                }
                // Services that make routes of their own.
                false => return,
            };
            self.folders.push(Folder { pack: reading.pack, place, prefix });
        }
    }

    fn route(&mut self, reading: Reading<'_>, file: &str, entry: &Value, line: u32, path: String) {
        let stated = entry.get("controller").or_else(|| entry.get("defaults")?.get("_controller"));
        let controller = stated.and_then(Value::as_str).unwrap_or_default().to_owned();
        let dotted = controller.replace('\\', ".");
        if reading.rules.skip.iter().any(|pattern| pattern.matches(&dotted)) {
            return;
        }
        let verbs = match entry.get("methods") {
            Some(Value::Array(verbs)) => {
                verbs.iter().filter_map(Value::as_str).map(str::to_uppercase).collect()
            }
            Some(Value::String(verbs)) => {
                verbs.split(['|', ',']).map(|verb| verb.trim().to_uppercase()).collect()
            }
            _ => vec!["ANY".to_owned()],
        };
        let file = file.to_owned();
        self.routes.push(TableRoute { pack: reading.pack, verbs, path, controller, file, line });
    }
}

impl Folder {
    fn has(&self, file: &str) -> bool {
        if self.place.contains('*') {
            return Glob::new(&format!("{}/**", self.place)).is_match(file);
        }
        let rest = file.strip_prefix(self.place.as_str());
        self.place.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// `resource: a`, `resource: {path: a}`.
fn resource(entry: &Value) -> Option<&str> {
    let resource = entry.get("resource")?;
    resource.as_str().or_else(|| resource.get("path")?.as_str())
}

/// `prefix: /a`, `prefix: {en: /a, fr: /b}`; one empty text where none is stated.
fn prefixes(entry: &Value) -> Vec<String> {
    match entry.get("prefix") {
        Some(Value::String(prefix)) => vec![prefix.clone()],
        Some(Value::Object(prefixes)) => {
            prefixes.values().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => vec![String::new()],
    }
}

/// The 1-based line where an entry begins.
fn line_of(text: &str, name: &str) -> u32 {
    let is_entry = |line: &str| {
        let line = line.trim_start_matches(['\'', '"']);
        let rest = line.strip_prefix(name).map(|rest| rest.trim_start_matches(['\'', '"']).trim_start());
        rest.is_some_and(|rest| rest.starts_with(':'))
    };
    let at = text.lines().position(is_entry).unwrap_or(0);
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn tables_give_routes_and_prefixes_of_folders() {
        let texts = [
            (
                "shop/config/routes.yaml",
                "home:\n    path: /{_locale}\n    controller: App\\Controller\\Home::show\n    methods: GET|HEAD\n\
                 old:\n    path: /old\n    defaults:\n        _controller: Symfony\\Bundle\\FrameworkBundle\\Controller\\RedirectController::urlRedirectAction\n\
                 api:\n    resource: ../src/Api/\n    type: attribute\n    prefix: /api\n\
                 both:\n    resource: {path: ../src/Web, namespace: App\\Web}\n    prefix: {en: /en, fr: /fr}\n\
                 more:\n    resource: routes/more.yaml\n    prefix: /more\n\
                 bundle:\n    resource: '@Other/config/routes.yaml'\n\
                 logout:\n    resource: security.route_loader.logout\n    type: service\n\
                 when@dev:\n    debug:\n        path: /debug\n",
            ),
            ("shop/config/routes/more.yaml", "\nlist:\n    path: /list\n    methods: [get, post]\n"),
        ];
        let texts = texts.map(|(path, text)| (path.to_owned(), text.to_owned()));
        let packs = Packs::built_in().unwrap();
        let tables = RouteTables::new(&packs, &ProjectFiles { texts: texts.into() });
        let mut found: Vec<String> = tables
            .routes
            .iter()
            .map(|route| {
                format!("{:?} {} {} {}:{}", route.verbs, route.path, route.controller, route.file, route.line)
            })
            .collect();
        found.sort();
        assert_eq!(
            found,
            [
                "[\"GET\", \"HEAD\"] /{_locale} App\\Controller\\Home::show shop/config/routes.yaml:1",
                "[\"GET\", \"POST\"] /list  shop/config/routes/more.yaml:2",
                "[\"GET\", \"POST\"] /more/list  shop/config/routes/more.yaml:2",
            ]
        );
        let pack = tables.routes.first().unwrap().pack;
        assert_eq!(tables.prefixes(pack, "shop/src/Api/Users.php"), ["/api"]);
        assert_eq!(tables.prefixes(pack, "shop/src/Web/Page.php"), ["/en", "/fr"]);
        assert_eq!(tables.prefixes(pack, "shop/src/Other.php"), Vec::<String>::new());
    }
}
