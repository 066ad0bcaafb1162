//! What `tsconfig.json`, `jsconfig.json` and `package.json` say about modules.
//!
//! Reads only what module resolution needs and never fails: a file that is no JSON, not
//! even with comments and trailing commas, says nothing.

use super::javascript::join;
use crate::analysis::link::project::{ProjectFiles, parent};
use rustc_hash::FxHashMap;
use serde_json::Value;

/// `extends` is followed this often; longer chains are a loop.
const MAX_EXTENDS: usize = 8;

/// The compiler's mapping of specifiers to paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PathConfig {
    /// Folder that `baseUrl` names, where it is stated.
    pub base_url: Option<String>,
    /// Folder that `paths` are relative to.
    pub base: String,
    /// Patterns with at most one `*`, the most specific first, with their targets.
    pub paths: Vec<(String, Vec<String>)>,
}

/// One `package.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PackageFile {
    /// Files that an import of the package may mean, in order of preference.
    pub entries: Vec<String>,
    /// `imports`: patterns that start with `#`, with the first target of each.
    pub imports: Vec<(String, String)>,
}

/// All such files of a project by their folder.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub paths: FxHashMap<String, PathConfig>,
    pub packages: FxHashMap<String, PackageFile>,
    /// Folders of packages by name.
    pub by_name: FxHashMap<String, String>,
}

impl Workspace {
    /// Reads the files of a project.
    pub fn read(project: &ProjectFiles) -> Self {
        let mut workspace = Self::default();
        for (path, text) in &project.texts {
            let folder = parent(path);
            match path.rsplit('/').next().unwrap_or(path) {
                "tsconfig.json" => {
                    if let Some(config) = path_config(project, path, MAX_EXTENDS) {
                        workspace.paths.insert(folder.to_owned(), config);
                    }
                }
                "jsconfig.json" => {
                    if let Some(config) = path_config(project, path, MAX_EXTENDS) {
                        workspace.paths.entry(folder.to_owned()).or_insert(config);
                    }
                }
                "package.json" => {
                    let Some(json) = relaxed_json(text) else { continue };
                    if let Some(name) = json.get("name").and_then(Value::as_str) {
                        workspace.by_name.entry(name.to_owned()).or_insert_with(|| folder.to_owned());
                    }
                    workspace.packages.insert(folder.to_owned(), package_file(&json));
                }
                _ => {}
            }
        }
        workspace
    }
}

fn path_config(project: &ProjectFiles, path: &str, hops: usize) -> Option<PathConfig> {
    let json = relaxed_json(project.texts.get(path)?)?;
    let folder = parent(path);
    let parents: Vec<&str> = match json.get("extends") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let mut config = PathConfig { base: folder.to_owned(), ..PathConfig::default() };
    for extended in parents {
        let Some(hops) = hops.checked_sub(1).filter(|_| extended.starts_with('.')) else { continue };
        let Some(target) = join(folder, extended) else { continue };
        let target = if target.ends_with(".json") { target } else { format!("{target}.json") };
        if let Some(inherited) = path_config(project, &target, hops) {
            config = inherited;
        }
    }
    let options = json.get("compilerOptions");
    if let Some(base) = options.and_then(|options| options.get("baseUrl")).and_then(Value::as_str) {
        config.base_url = join(folder, base);
        if config.paths.is_empty() {
            config.base = config.base_url.clone().unwrap_or_default();
        }
    }
    if let Some(paths) = options.and_then(|options| options.get("paths")).and_then(Value::as_object) {
        config.base = config.base_url.clone().unwrap_or_else(|| folder.to_owned());
        config.paths = paths
            .iter()
            .map(|(pattern, targets)| {
                let targets = targets.as_array().into_iter().flatten();
                (pattern.clone(), targets.filter_map(Value::as_str).map(str::to_owned).collect())
            })
            .collect();
        // The longest text before the `*` wins, as in the compiler.
        config.paths.sort_by_key(|(pattern, _)| {
            let fixed = pattern.split('*').next().map_or(0, str::len);
            (std::cmp::Reverse(fixed), pattern.clone())
        });
    }
    Some(config)
}

fn package_file(json: &Value) -> PackageFile {
    let mut entries: Vec<String> = Vec::new();
    if let Some(exports) = json.get("exports") {
        let root = exports.get(".").unwrap_or(exports);
        entries.extend(first_target(root));
    }
    for field in ["source", "module", "main", "types"] {
        entries.extend(json.get(field).and_then(Value::as_str).map(str::to_owned));
    }
    let imports = json.get("imports").and_then(Value::as_object).map(|imports| {
        imports
            .iter()
            .filter_map(|(pattern, target)| Some((pattern.clone(), first_target(target)?)))
            .collect()
    });
    PackageFile { entries, imports: imports.unwrap_or_default() }
}

/// The first file among the conditions of `exports` or `imports`.
fn first_target(target: &Value) -> Option<String> {
    let mut at = target;
    for _ in 0..MAX_EXTENDS {
        match at {
            Value::String(path) => return Some(path.clone()),
            Value::Object(conditions) => {
                let preferred = ["source", "import", "default", "require", "node", "types"];
                at = preferred.iter().find_map(|condition| conditions.get(*condition))?;
            }
            Value::Array(options) => at = options.first()?,
            Value::Null | Value::Bool(_) | Value::Number(_) => return None,
        }
    }
    None
}

/// JSON with comments and trailing commas, as the TypeScript compiler reads it.
pub(super) fn relaxed_json(text: &str) -> Option<Value> {
    let text = text.trim_start_matches('\u{feff}');
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '"' {
            let end = string_end(rest);
            out.push_str(rest.get(..end).unwrap_or_default());
            rest = rest.get(end..).unwrap_or_default();
        } else if rest.starts_with("//") {
            rest = rest.find('\n').and_then(|end| rest.get(end..)).unwrap_or_default();
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").and_then(|end| rest.get(end + 2..)).unwrap_or_default();
        } else {
            if matches!(c, '}' | ']') && out.trim_end().ends_with(',') {
                out.truncate(out.trim_end().len() - 1);
            }
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    serde_json::from_str(&out).ok()
}

/// Behind the string at the start of a text.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_trailing_commas_are_no_obstacle() {
        let text = "{ // one\n \"a\": \"x//y\\\"/*\", /* two, */ \"b\": [1, 2,], }";
        assert_eq!(relaxed_json(text), Some(serde_json::json!({ "a": "x//y\"/*", "b": [1, 2] })));
        assert_eq!(relaxed_json("{ \"a\": \"b"), None);
    }

    #[test]
    fn configurations_that_extend_each_other_end() {
        let texts = [("a/tsconfig.json", r#"{"extends": "./tsconfig.json"}"#)];
        let project =
            ProjectFiles { texts: texts.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect() };
        assert_eq!(Workspace::read(&project).paths.len(), 1);
    }
}
