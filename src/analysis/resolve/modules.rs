//! From an import as written to the file that it names.

use super::packages::Packages;
use crate::analysis::{
    facts::{FileFacts, Lang},
    link::{QualifiedClasses, module_path},
};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Endings that an ECMAScript import may leave out, best first.
const ECMA_ENDINGS: [&str; 10] =
    [".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", "/index.ts", "/index.tsx", "/index.js", "/index.mjs"];

/// Finds files by what imports say.
#[derive(Debug, Default)]
pub struct Modules {
    by_path: HashMap<String, usize>,
    /// Folder of a tsconfig.json or jsconfig.json to its aliases.
    aliases: BTreeMap<String, Vec<Alias>>,
    /// Package names of the repository to the folder of their manifest.
    packages: HashMap<String, String>,
    /// Folders that hold a Cargo.toml.
    crates: Vec<String>,
    /// What packages and namespaces declare.
    declared: Packages,
    /// Paths of Go modules with the folder of their go.mod.
    go_modules: BTreeMap<String, String>,
    /// Classes of the languages that look them up by qualified name.
    qualified: Vec<(Lang, QualifiedClasses)>,
    /// Files by the folder of their Go package, tests left out.
    go_packages: HashMap<String, Vec<usize>>,
}

#[derive(Debug)]
struct Alias {
    before: String,
    after: String,
    /// Folders or files, with `*` for the rest.
    targets: Vec<String>,
}

impl Modules {
    /// `manifests` are texts by path: tsconfig.json, jsconfig.json, package.json, Cargo.toml.
    pub fn new(files: &[FileFacts], manifests: &BTreeMap<String, String>) -> Self {
        let mut modules = Self {
            by_path: files.iter().enumerate().map(|(index, file)| (file.path.clone(), index)).collect(),
            declared: Packages::new(files),
            qualified: [Lang::Ruby, Lang::Php, Lang::Elixir]
                .into_iter()
                .map(|lang| (lang, QualifiedClasses::new(files, lang)))
                .collect(),
            ..Self::default()
        };
        for (index, file) in files.iter().enumerate() {
            if file.lang == Lang::Go && !file.path.ends_with("_test.go") {
                modules.go_packages.entry(parent(&file.path).to_owned()).or_default().push(index);
            }
        }
        for (path, text) in manifests {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            match name {
                "Cargo.toml" => {
                    modules.crates.push(folder.to_owned());
                    if let Some(name) = crate_name(text) {
                        modules.packages.insert(name, folder.to_owned());
                    }
                }
                "go.mod" => {
                    if let Some(module) = module_path(text) {
                        modules.go_modules.insert(module.to_owned(), folder.to_owned());
                    }
                }
                "package.json" => {
                    let json: Option<Value> = serde_json::from_str(text).ok();
                    let name = json.as_ref().and_then(|json| json.get("name")).and_then(Value::as_str);
                    if let Some(name) = name {
                        modules.packages.insert(name.to_owned(), folder.to_owned());
                    }
                }
                _ if name.starts_with("tsconfig") || name.starts_with("jsconfig") => {
                    let found = aliases(folder, text);
                    modules.aliases.entry(folder.to_owned()).or_default().extend(found);
                }
                _ => {}
            }
        }
        modules
    }

    /// The file at that path, as an index into the facts.
    pub fn file(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// The file that declares a name that another file sees without importing it.
    pub fn visible(&self, from: &FileFacts, name: &str) -> Option<usize> {
        self.declared.visible(from, name)
    }

    /// The file that an import names. `name` is tried as a module of its own first.
    pub fn resolve(&self, from: &FileFacts, module: &str, level: u8, name: Option<&str>) -> Option<Resolved> {
        match from.lang {
            Lang::Python => self.python(&from.path, module, level, name),
            Lang::JavaScript | Lang::TypeScript => self.ecmascript(&from.path, module).map(Resolved::file),
            Lang::Rust => self.rust(&from.path, module, name),
            Lang::Java | Lang::Kotlin | Lang::CSharp => {
                let file = self.declared.imported(from, module, name)?;
                Some(Resolved::file(file))
            }
            Lang::Go => self.go(module).map(Resolved::file),
            Lang::Ruby | Lang::Php | Lang::Elixir => {
                let whole = from.lang.dotted_module(module);
                let whole = name.map_or_else(|| whole.clone(), |name| format!("{whole}.{name}"));
                self.qualified(from, whole.trim_matches('.')).map(Resolved::file)
            }
        }
    }

    fn python(&self, from: &str, module: &str, level: u8, name: Option<&str>) -> Option<Resolved> {
        let parts: Vec<&str> = module.split('.').filter(|part| !part.is_empty()).collect();
        let folders: Vec<&str> = if level > 0 {
            ancestors(from).skip(usize::from(level) - 1).take(1).collect()
        } else {
            ancestors(from).collect()
        };
        for folder in folders {
            let base = join(folder, &parts.join("/"));
            if let Some(name) = name
                && let Some(file) = self.python_module(&join(&base, name))
            {
                return Some(Resolved { file, is_name: true });
            }
            if let Some(file) = self.python_module(&base).filter(|_| !base.is_empty()) {
                return Some(Resolved::file(file));
            }
        }
        None
    }

    fn python_module(&self, base: &str) -> Option<usize> {
        self.file(&format!("{base}.py")).or_else(|| self.file(&join(base, "__init__.py")))
    }

    fn ecmascript(&self, from: &str, module: &str) -> Option<usize> {
        if module.starts_with('.') {
            return self.ecma_file(&relative(parent(from), module)?);
        }
        if let Some(rest) = module.strip_prefix('/') {
            return self.ecma_file(rest);
        }
        for folder in ancestors(from) {
            for alias in self.aliases.get(folder).into_iter().flatten() {
                let Some(rest) =
                    module.strip_prefix(&alias.before).and_then(|rest| rest.strip_suffix(&alias.after))
                else {
                    continue;
                };
                let found =
                    alias.targets.iter().find_map(|target| self.ecma_file(&target.replace('*', rest)));
                if found.is_some() {
                    return found;
                }
            }
        }
        self.ecma_package(module).or_else(|| self.ecma_rooted(from, module))
    }

    /// A package of the same repository, or a path inside it.
    fn ecma_package(&self, module: &str) -> Option<usize> {
        let mut name = module;
        loop {
            if let Some(folder) = self.packages.get(name) {
                let rest = module.strip_prefix(name)?.trim_start_matches('/');
                return ["", "src", "lib"].into_iter().find_map(|inner| {
                    let base = join(folder, inner);
                    self.ecma_file(&if rest.is_empty() { base } else { join(&base, rest) })
                });
            }
            name = name.rsplit_once('/')?.0;
        }
    }

    /// `src/x` or `@/x` without a configuration that says so: bundlers and old tools.
    fn ecma_rooted(&self, from: &str, module: &str) -> Option<usize> {
        let rest = module.strip_prefix("@/").or_else(|| module.strip_prefix("~/"));
        let plain = module.starts_with("src/").then_some(module);
        ancestors(from).find_map(|folder| {
            let aliased = rest.and_then(|rest| {
                self.ecma_file(&join(folder, &format!("src/{rest}")))
                    .or_else(|| self.ecma_file(&join(folder, rest)))
            });
            aliased.or_else(|| plain.and_then(|plain| self.ecma_file(&join(folder, plain))))
        })
    }

    fn ecma_file(&self, base: &str) -> Option<usize> {
        if let Some(found) = self.file(base) {
            return Some(found);
        }
        // A compiled name stands for its source.
        let source = base.strip_suffix(".js").or_else(|| base.strip_suffix(".mjs"));
        let by_source = source.and_then(|stem| {
            [".ts", ".tsx", ".mts"].iter().find_map(|end| self.file(&format!("{stem}{end}")))
        });
        by_source.or_else(|| {
            ECMA_ENDINGS.iter().find_map(|end| self.file(format!("{base}{end}").trim_start_matches('/')))
        })
    }

    /// The first file of a package; [`Self::package`] has the others.
    fn go(&self, module: &str) -> Option<usize> {
        self.go_modules.iter().rev().find_map(|(path, folder)| {
            let rest = module.strip_prefix(path.as_str())?;
            let rest = if rest.is_empty() { rest } else { rest.strip_prefix('/')? };
            self.go_packages.get(&join(folder, rest))?.first().copied()
        })
    }

    /// The file of the class of that qualified name.
    pub fn qualified(&self, from: &FileFacts, name: &str) -> Option<usize> {
        let (_, classes) = self.qualified.iter().find(|(lang, _)| *lang == from.lang)?;
        classes.find(name).first().map(|class| class.file.index())
    }

    /// The files that share the names of a file's package.
    pub fn package(&self, file: &FileFacts) -> &[usize] {
        match file.lang {
            Lang::Go => self.go_packages.get(parent(&file.path)).map_or(&[], Vec::as_slice),
            _ => &[],
        }
    }

    fn rust(&self, from: &str, module: &str, name: Option<&str>) -> Option<Resolved> {
        let text = module.replace("::", ".");
        let mut parts: Vec<&str> = text.split('.').filter(|part| !part.is_empty()).collect();
        let first = *parts.first()?;
        let mut folder = match first {
            "crate" => self.crate_source(from)?,
            "self" => rust_children(from),
            "super" => parent(&rust_children(from)).to_owned(),
            _ => match self.packages.get(first) {
                Some(root) => join(root, "src"),
                None => {
                    // A child module without `self::`, as the 2018 edition allows.
                    let base = rust_children(from);
                    self.rust_module(&join(&base, first))?;
                    parts.insert(0, "self");
                    base
                }
            },
        };
        let mut rest = parts.get(1..)?.to_vec();
        while rest.first() == Some(&"super") {
            folder = parent(&folder).to_owned();
            rest.remove(0);
        }
        let mut names = rest.clone();
        names.extend(name);
        // The longest prefix that is a module wins; what follows is a name inside it.
        for length in (0..=names.len()).rev() {
            let inner = names.get(..length)?.join("/");
            let base = join(&folder, &inner);
            let found = if length == 0 { self.rust_root(&folder) } else { self.rust_module(&base) };
            if let Some(file) = found {
                return Some(Resolved { file, is_name: length == names.len() && name.is_some() });
            }
        }
        None
    }

    fn rust_module(&self, base: &str) -> Option<usize> {
        self.file(&format!("{base}.rs")).or_else(|| self.file(&join(base, "mod.rs")))
    }

    fn rust_root(&self, folder: &str) -> Option<usize> {
        ["lib.rs", "main.rs", "mod.rs"]
            .into_iter()
            .find_map(|name| self.file(&join(folder, name)))
            .or_else(|| self.file(&format!("{folder}.rs")))
    }

    fn crate_source(&self, from: &str) -> Option<String> {
        let root = self
            .crates
            .iter()
            .filter(|root| root.is_empty() || from.starts_with(&format!("{root}/")))
            .max_by_key(|root| root.len())?;
        Some(join(root, "src"))
    }
}

/// What an import names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    pub file: usize,
    /// The imported name is the file itself, not something in it.
    pub is_name: bool,
}

impl Resolved {
    fn file(file: usize) -> Self {
        Self { file, is_name: false }
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folders around a file, nearest first, the root (empty) last.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let first = parent(path);
    std::iter::successors(Some(first), |folder| (!folder.is_empty()).then(|| parent(folder)))
}

fn join(folder: &str, rest: &str) -> String {
    match (folder.is_empty(), rest.is_empty()) {
        (true, _) => rest.to_owned(),
        (_, true) => folder.to_owned(),
        (false, false) => format!("{folder}/{rest}"),
    }
}

/// `./a/../b` below a folder; none when it leaves the root.
fn relative(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The folder in which a Rust file's child modules stand.
fn rust_children(path: &str) -> String {
    let folder = parent(path);
    let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".rs");
    if matches!(stem, "mod" | "lib" | "main") { folder.to_owned() } else { join(folder, stem) }
}

fn crate_name(text: &str) -> Option<String> {
    let table: toml::Table = text.parse().ok()?;
    Some(table.get("package")?.get("name")?.as_str()?.replace('-', "_"))
}

/// `compilerOptions.paths` and `baseUrl` of a configuration that may hold comments.
fn aliases(folder: &str, text: &str) -> Vec<Alias> {
    let Ok(json) = serde_json::from_str::<Value>(&without_comments(text)) else { return Vec::new() };
    let options = json.get("compilerOptions");
    let get = |key: &str| options.and_then(|options| options.get(key));
    let base_url = get("baseUrl").and_then(Value::as_str);
    let base = base_url.and_then(|url| relative(folder, url)).unwrap_or_else(|| folder.to_owned());
    let mut found = Vec::new();
    for (pattern, targets) in get("paths").and_then(Value::as_object).into_iter().flatten() {
        let (before, after) = pattern.split_once('*').unwrap_or((pattern, ""));
        let targets = targets
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|target| relative(&base, target.as_str()?))
            .collect();
        found.push(Alias { before: before.to_owned(), after: after.to_owned(), targets });
    }
    if base_url.is_some() {
        found.push(Alias { before: String::new(), after: String::new(), targets: vec![join(&base, "*")] });
    }
    found
}

/// JSON with comments and trailing commas, as TypeScript reads it, made plain.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut in_text = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_text => {
                out.push(c);
                out.extend(chars.next());
            }
            '"' => {
                in_text = !in_text;
                out.push(c);
            }
            '/' if !in_text && chars.peek() == Some(&'/') => {
                while chars.peek().is_some_and(|next| *next != '\n') {
                    chars.next();
                }
            }
            '/' if !in_text && chars.peek() == Some(&'*') => {
                chars.next();
                let mut last = ' ';
                for inner in chars.by_ref() {
                    if last == '*' && inner == '/' {
                        break;
                    }
                    last = inner;
                }
            }
            '}' | ']' if !in_text => {
                let kept = out.trim_end().trim_end_matches(',').len();
                out.truncate(kept);
                out.push(c);
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::facts::{FactsBuilder, FileFacts};
    use pretty_assertions::assert_eq;

    fn files(paths: &[&str]) -> Vec<FileFacts> {
        paths
            .iter()
            .map(|path| FactsBuilder::new(path, "", Lang::from_path(path).unwrap()).finish())
            .collect()
    }

    fn resolved(
        paths: &[&str],
        manifests: &[(&str, &str)],
        from: &str,
        module: &str,
        level: u8,
        name: Option<&str>,
    ) -> Option<String> {
        let files = files(paths);
        let manifests = manifests.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect();
        let modules = Modules::new(&files, &manifests);
        let from = files.iter().find(|file| file.path == from).unwrap();
        modules.resolve(from, module, level, name).map(|found| files[found.file].path.clone())
    }

    #[test]
    fn python_modules_are_found_from_every_root_and_relatively() {
        let paths = ["api/app/main.py", "api/app/db/__init__.py", "api/app/db/user.py"];
        let find = |module: &str, level, name| resolved(&paths, &[], "api/app/main.py", module, level, name);
        assert_eq!(find("app.db", 0, Some("user")).as_deref(), Some("api/app/db/user.py"));
        assert_eq!(find("app.db", 0, Some("User")).as_deref(), Some("api/app/db/__init__.py"));
        assert_eq!(find("db.user", 1, Some("User")).as_deref(), Some("api/app/db/user.py"));
        assert_eq!(find("os", 0, None), None);
    }

    #[test]
    fn ecmascript_imports_follow_aliases_packages_and_compiled_names() {
        let paths = ["api/src/main.ts", "api/src/users/index.ts", "db/src/index.ts", "api/src/a.ts"];
        let manifests = [
            (
                "api/tsconfig.json",
                "{ // here\n \"compilerOptions\": {\"baseUrl\": \".\", \"paths\": {\"@app/*\": [\"src/*\"],}},\n}",
            ),
            ("db/package.json", "{\"name\": \"@acme/db\"}"),
        ];
        let find = |module: &str| resolved(&paths, &manifests, "api/src/main.ts", module, 0, None);
        assert_eq!(find("./users").as_deref(), Some("api/src/users/index.ts"));
        assert_eq!(find("./a.js").as_deref(), Some("api/src/a.ts"));
        assert_eq!(find("@app/a").as_deref(), Some("api/src/a.ts"));
        assert_eq!(find("src/a").as_deref(), Some("api/src/a.ts"));
        assert_eq!(find("@acme/db").as_deref(), Some("db/src/index.ts"));
        assert_eq!(find("express"), None);
        assert_eq!(find("../../../x"), None);
    }

    #[test]
    fn rust_paths_are_found_from_crate_self_and_super() {
        let paths = ["src/main.rs", "src/http/mod.rs", "src/http/users.rs", "src/db.rs"];
        let manifests = [("Cargo.toml", "[package]\nname = \"a\"\n")];
        let find = |from: &str, module: &str, name| resolved(&paths, &manifests, from, module, 0, name);
        assert_eq!(find("src/http/users.rs", "crate::db", Some("Pool")).as_deref(), Some("src/db.rs"));
        assert_eq!(find("src/http/users.rs", "super", Some("App")).as_deref(), Some("src/http/mod.rs"));
        assert_eq!(find("src/main.rs", "http", Some("users")).as_deref(), Some("src/http/users.rs"));
        assert_eq!(find("src/main.rs", "axum", Some("Router")), None);
    }
}
