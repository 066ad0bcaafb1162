//! Folders whose modules are served by where they stand: autoloaded plugins.

use super::{
    graph::{MountEdge, NodeId},
    linker::Linker,
    path,
    project::{FileId, Module, parent},
    select::Site,
    value::Value,
};
use crate::{
    analysis::facts::{Call, Expr, FileFacts},
    knowledge::packs,
};

/// Names of files that configure their folder rather than being served.
const NOT_SERVED: [&str; 2] = ["autohooks", ".autohooks"];

impl Linker<'_> {
    /// Mounts every module of the selected folder, below the path of its own folder;
    /// false where the folder is not known.
    pub fn serve_folder(&mut self, site: Site<'_>, node: NodeId, rule: &packs::Call) -> bool {
        let Some(facts) = self.facts(site.file) else { return false };
        let texts = self.select_path(site, &rule.child);
        let Some(folder) = texts.and_then(|texts| texts.first().cloned()) else { return false };
        let Some(position) = self.graph.get(node).map(|node| node.pack) else { return false };
        let prefix = self.select_path(site, &rule.path).and_then(|texts| texts.first().cloned());
        let inside = ["", parent(&facts.path)];
        let Some(folder) = inside.iter().rev().find_map(|base| {
            let folder = resolved(base, &folder)?;
            let start = format!("{folder}/");
            self.files.iter().any(|file| file.path.starts_with(&start)).then_some(start)
        }) else {
            return false;
        };
        let served: Vec<(FileId, String)> = self
            .files
            .iter()
            .enumerate()
            .filter(|(index, _)| !self.muted.get(*index).copied().unwrap_or(false))
            .filter_map(|(index, file)| {
                let below = file.path.strip_prefix(&folder)?;
                self.is_served(file, below).then_some(())?;
                Some((FileId(u32::try_from(index).ok()?), parent(below).to_owned()))
            })
            .collect();
        let (flat, params) =
            (self.is_flag(site, &rule.folder_path, false), self.is_flag(site, &rule.folder_params, true));
        for (file, below) in served {
            let below = match (flat, params) {
                (true, _) => String::new(),
                (false, true) => {
                    below.replace("/_", "/:").replacen('_', ":", usize::from(below.starts_with('_')))
                }
                (false, false) => below,
            };
            let module = Module::at(Some(file), None);
            let Some(plugin) = self.plugin_of(module) else { continue };
            let own = self
                .module_member(module, "autoPrefix")
                .and_then(|value| value.as_constant().map(str::to_owned));
            let below = own.unwrap_or(below);
            let whole = path::join(prefix.as_deref().unwrap_or(""), &below);
            let mut nodes = self.routers_in(&plugin, position);
            if let Some(param) = rule.bind_param {
                nodes.extend(self.bound_params(&plugin, param, position));
            }
            for child in nodes {
                let prefix = vec![whole.as_str().into()];
                self.graph.mount(MountEdge { parent: node, child, prefix, over: false });
            }
        }
        true
    }

    /// Whether a selected option is written as this.
    fn is_flag(&mut self, site: Site<'_>, selectors: &[packs::Selector], wanted: bool) -> bool {
        selectors.iter().any(|selector| {
            let Some(key) = &selector.key else { return false };
            let whole = packs::Selector { key: None, ..selector.clone() };
            let objects = self.select(site, &[whole]);
            objects.iter().filter_map(|object| self.entry_expr(&object.value, key)).any(|(file, expr)| {
                self.facts(file).is_some_and(|facts| facts.expr(expr) == Expr::Bool(wanted))
            })
        })
    }

    /// Whether a file of the folder is loaded: an index hides the files beside it.
    fn is_served(&self, file: &FileFacts, below: &str) -> bool {
        let stem = |path: &str| {
            let name = path.rsplit('/').next().unwrap_or(path);
            name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
        };
        let own = stem(below);
        if NOT_SERVED.contains(&own.as_str()) || own.ends_with(".d") {
            return false;
        }
        let folder = parent(&file.path);
        own == "index"
            || !self.files.iter().any(|other| parent(&other.path) == folder && stem(&other.path) == "index")
    }

    /// What a module exports as its one value.
    pub fn plugin_of(&mut self, module: Module) -> Option<Value> {
        if let Some(value) = self.module_member(module, "default")
            && !value.is_unknown()
        {
            return Some(value);
        }
        let facts = self.facts(module.file?)?;
        let export = facts.exports.iter().rev().find(|export| facts.text(export.name) == "=")?;
        Some(self.expr(module.file?, export.value))
    }

    /// The text that a call joins from parts of a path; what stands before the first text
    /// is the folder of the file.
    pub fn joined_path(&mut self, file: FileId, facts: &FileFacts, call: &Call) -> Option<Value> {
        let mut parts: Vec<String> = Vec::new();
        for arg in facts.args(call.args).to_vec() {
            match self.expr(file, arg.value) {
                Value::Text(text) => parts.push(text.to_string()),
                _ if parts.is_empty() => {}
                _ => return None,
            }
        }
        (!parts.is_empty()).then(|| Value::text(&parts.join("/")))
    }
}

/// A path below a folder with `.` and `..` taken away; none where it leaves the project.
fn resolved(base: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolved;

    #[test]
    fn a_folder_is_found_from_where_it_is_named() {
        assert_eq!(resolved("src/app", "routes").as_deref(), Some("src/app/routes"));
        assert_eq!(resolved("src/app", "./../routes/").as_deref(), Some("src/routes"));
        assert_eq!(resolved("", "../x"), None);
        assert_eq!(resolved("", "."), None);
    }
}
