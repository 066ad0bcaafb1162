//! Applications that a manifest composes: objects that name plugins, by their modules.

use super::{
    graph::NodeId,
    linker::Linker,
    modules::ImportPath,
    project::FileId,
    select::{Selected, Site},
    value::{BASE, HOLE, Value},
};
use crate::knowledge::packs;

impl Linker<'_> {
    /// Mounts what each object of a rule's lists names.
    pub fn compose(&mut self, site: Site<'_>, node: NodeId, rule: &packs::Call) {
        let folder = self.select_path(site, &rule.folder).and_then(|texts| texts.first().cloned());
        for (item, expr) in self.objects_in(site, &rule.each) {
            self.items.push((item, expr));
            let prefix = self.select_path(site, &rule.path).unwrap_or_else(|| vec!["".into()]);
            let children: Vec<Selected> = self.select(site, &rule.child);
            let modules: Vec<Value> = children
                .iter()
                .filter_map(|child| {
                    self.plugin_named(site.file, folder.as_deref(), child.value.as_constant()?)
                })
                .collect();
            self.items.pop();
            let modules: Vec<Selected> =
                modules.into_iter().map(|value| Selected { value, expr: None }).collect();
            if !self.mount_children(site.file, node, &modules, rule, &prefix) {
                self.mount_children(site.file, node, &children, rule, &prefix);
            }
        }
    }

    /// The function that a module gives as a plugin: what it exports, or its `register`.
    fn plugin_named(&mut self, file: FileId, folder: Option<&str>, module: &str) -> Option<Value> {
        let facts = self.facts(file)?;
        if !module.starts_with('.') {
            return None;
        }
        // What stands before a known folder is where the program runs.
        let folder = folder
            .map(|folder| folder.trim_start_matches(HOLE).trim_start_matches([BASE, '.']).trim_matches('/'));
        let places = [folder.map(|folder| format!("{folder}/_")), Some(facts.path.clone())];
        let found = places.into_iter().flatten().find_map(|from_path| {
            let import = ImportPath { from: file, from_path: &from_path, module, level: 0 };
            self.resolvers.of(facts.lang).resolve(import)
        })?;
        let plugin = self.plugin_of(found)?;
        let register = ["register", "plugin.register"].into_iter().find_map(|path| {
            let member = path.split('.').fold(plugin.clone(), |value, part| self.member(&value, part));
            matches!(member, Value::Function(..)).then_some(member)
        });
        Some(register.unwrap_or(plugin))
    }
}
