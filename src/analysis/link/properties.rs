//! Property files: `application.properties`, `application.yml`, `appsettings.json`.

use super::{project::ProjectFiles, value::HOLE};
use serde_json::Value;
use std::collections::BTreeMap;

/// How deep a value may refer to other values.
const MAX_REFERENCES: u32 = 8;

/// The settings of a project's modules.
#[derive(Debug, Default)]
pub(super) struct Properties {
    files: Vec<PropertyTexts>,
}

#[derive(Debug)]
struct PropertyTexts {
    /// The folder of the module that the file configures.
    root: String,
    /// The file's name without its ending.
    stem: String,
    values: BTreeMap<String, String>,
}

impl Properties {
    /// Reads the property files among the texts of a project.
    pub fn new(project: &ProjectFiles) -> Self {
        let mut files = Vec::new();
        for (path, text) in &project.texts {
            let name = path.rsplit('/').next().unwrap_or(path);
            let Some((stem, ending)) = name.rsplit_once('.') else { continue };
            if stem.is_empty() || path.split('/').any(|folder| matches!(folder, "test" | "tests" | "target"))
            {
                continue;
            }
            let values = match ending {
                "properties" => lines(text),
                "yml" | "yaml" => yaml(text),
                "json" => json(text),
                _ => continue,
            };
            files.push(PropertyTexts { root: root_of(path).to_owned(), stem: stem.to_owned(), values });
        }
        // The nearest module comes first; of one module the shorter path.
        files.sort_by(|a, b| (b.root.len(), &a.stem).cmp(&(a.root.len(), &b.stem)));
        Self { files }
    }

    /// The value of a key for the module that a source file belongs to.
    pub fn value(&self, from: &str, stem: Option<&str>, key: &str) -> Option<String> {
        self.value_at(from, stem, key, 0)
    }

    fn value_at(&self, from: &str, stem: Option<&str>, key: &str, depth: u32) -> Option<String> {
        let around =
            |root: &str| root.is_empty() || from.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
        let found = self
            .files
            .iter()
            .filter(|file| around(&file.root) && stem.is_none_or(|stem| file.stem == stem))
            .find_map(|file| file.values.get(key))?;
        Some(self.filled_at(from, found, depth + 1))
    }

    /// A text with `${key}` and `${key:default}` replaced; a hole where a key is not known.
    pub fn filled(&self, from: &str, text: &str) -> String {
        self.filled_at(from, text, 0)
    }

    fn filled_at(&self, from: &str, text: &str, depth: u32) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            out.push_str(&rest[..start]);
            let inner = &rest[start + 2..];
            let mut open = 1;
            let end = inner.char_indices().find_map(|(at, c)| {
                open += i32::from(c == '{') - i32::from(c == '}');
                (open == 0).then_some(at)
            });
            let Some(end) = end else {
                rest = &rest[start..];
                break;
            };
            let (key, default) = match inner[..end].split_once(':') {
                Some((key, default)) => (key, Some(default)),
                None => (&inner[..end], None),
            };
            let known = (depth < MAX_REFERENCES).then(|| self.value_at(from, None, key.trim(), depth));
            match (known.flatten(), default) {
                (Some(value), _) => out.push_str(&value),
                (None, Some(default)) => out.push_str(&self.filled_at(from, default, depth + 1)),
                (None, None) => out.push_str(HOLE),
            }
            rest = &inner[end + 1..];
        }
        out.push_str(rest);
        out
    }
}

/// The folder of the module that a property file configures.
fn root_of(path: &str) -> &str {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let cut = folder.find("/src/").or_else(|| folder.ends_with("/src").then(|| folder.len() - 4));
    match cut {
        Some(at) => &folder[..at],
        None if ["src", "config"].into_iter().any(|name| is_below(folder, name)) => "",
        None => match folder.find("/config/") {
            Some(at) => &folder[..at],
            None => {
                folder.strip_suffix("/config").or_else(|| folder.strip_suffix("/resources")).unwrap_or(folder)
            }
        },
    }
}

/// Whether a path is that folder or stands in it.
fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `key = value` or `key: value`.
fn lines(text: &str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', '!'])) {
        if let Some(at) = line.find(['=', ':']) {
            let (key, value) = (line[..at].trim(), line[at + 1..].trim());
            values.entry(key.to_owned()).or_insert_with(|| value.to_owned());
        }
    }
    values
}

/// The scalars of the documents; the first document that states a key wins, and documents
/// for one profile do not count.
fn yaml(text: &str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for document in text.split("\n---") {
        let Ok(root) = serde_saphyr::from_str::<Value>(document) else { continue };
        let mut found = BTreeMap::new();
        flatten(&root, "", &mut found, 0);
        if found.contains_key("spring.config.activate.on-profile") || found.contains_key("spring.profiles") {
            continue;
        }
        for (key, value) in found {
            values.entry(key).or_insert(value);
        }
    }
    values
}

fn json(text: &str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    if let Ok(root) = serde_json::from_str::<Value>(text) {
        flatten(&root, "", &mut values, 0);
    }
    values
}

fn flatten(value: &Value, prefix: &str, found: &mut BTreeMap<String, String>, depth: u32) {
    if depth > 32 {
        return;
    }
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let whole = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(value, &whole, found, depth + 1);
            }
        }
        Value::String(text) => {
            found.insert(prefix.to_owned(), text.clone());
        }
        Value::Number(number) => {
            found.insert(prefix.to_owned(), number.to_string());
        }
        Value::Bool(_) | Value::Array(_) | Value::Null => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn properties(files: &[(&str, &str)]) -> Properties {
        let texts = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Properties::new(&ProjectFiles { texts })
    }

    #[test]
    fn the_nearest_module_states_the_value() {
        let properties = properties(&[
            ("src/main/resources/application.properties", "# a\nserver.path = /root\nother: x\n"),
            (
                "api/src/main/resources/application.yml",
                "server:\n  path: /api\n---\nspring:\n  profiles: dev\nserver:\n  port: 1\n",
            ),
            ("api/src/test/resources/application.yml", "server:\n  path: /test\n"),
            ("web/appsettings.json", "{\"Server\": {\"Path\": \"/web\"}}"),
        ]);
        let value = |from, key| properties.value(from, None, key);
        assert_eq!(value("api/src/main/java/A.java", "server.path").as_deref(), Some("/api"));
        assert_eq!(value("api/src/main/java/A.java", "other").as_deref(), Some("x"));
        assert_eq!(value("src/main/java/A.java", "server.path").as_deref(), Some("/root"));
        assert_eq!(value("api/src/main/java/A.java", "server.port"), None);
        assert_eq!(value("web/Program.cs", "Server.Path").as_deref(), Some("/web"));
        assert_eq!(properties.value("web/Program.cs", Some("application"), "Server.Path"), None);
    }

    #[test]
    fn references_are_filled_in_and_unknown_ones_are_holes() {
        let properties =
            properties(&[("application.properties", "a = /v${n:1}\nloop = ${loop}\nb = ${a}/b\n")]);
        assert_eq!(properties.filled("A.java", "${b}/x/${none}"), "/v1/b/x/{?}");
        assert_eq!(properties.filled("A.java", "${none:/d}/{id}"), "/d/{id}");
        assert!(properties.filled("A.java", "${loop}").contains(HOLE));
        assert_eq!(properties.filled("A.java", "/open/${x"), "/open/${x");
    }
}
