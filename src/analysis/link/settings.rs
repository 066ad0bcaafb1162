//! Settings: objects that stand for a module of the project, and values registered by name.

use super::{
    linker::Linker,
    modules::ImportPath,
    project::{FileId, Module},
    select::Site,
    value::Value,
};
use crate::{
    analysis::{
        facts::{Call, Expr, ExprId, FileFacts},
        glob::Glob,
    },
    knowledge::packs::SettingsModule,
};

impl<'a> Linker<'a> {
    /// A member of a foreign object that stands for a module of the project.
    pub fn setting(&mut self, file: FileId, facts: &FileFacts, object: &str, name: &str) -> Option<Value> {
        let rule = self.rules.of(facts.lang).find_map(|(_, pack)| {
            pack.settings
                .iter()
                .find(|settings| settings.object.iter().any(|pattern| pattern.matches(object)))
        })?;
        let mut modules = self.settings_modules(facts, rule);
        // The nearest one: a repository may hold several applications.
        modules.sort_by_key(|(module, _)| {
            let path = module.file.and_then(|file| self.facts(file)).map_or("", |facts| facts.path.as_str());
            std::cmp::Reverse(shared_folders(path, &facts.path))
        });
        for (module, _) in modules {
            if module.file == Some(file) {
                continue;
            }
            match self.module_member(module, name) {
                Some(value) if !value.is_unknown() => return Some(value),
                _ => {}
            }
        }
        None
    }

    /// The modules that texts name beside the variable, or files of the usual names.
    fn settings_modules(&mut self, from: &FileFacts, rule: &SettingsModule) -> Vec<(Module, FileId)> {
        if let Some(known) = self.settings_files.get(&rule.variable) {
            return known.clone();
        }
        let mut found: Vec<(Module, FileId)> = Vec::new();
        for (index, facts) in self.files.iter().enumerate() {
            let Ok(number) = u32::try_from(index) else { break };
            if facts.lang != from.lang || self.muted.get(index).copied().unwrap_or(false) {
                continue;
            }
            let file = FileId(number);
            for call in facts.calls.iter().filter(|call| facts.args(call.args).len() >= 2) {
                let Some(name) = named_setting(facts, call, &rule.variable) else { continue };
                let import = ImportPath { from: file, from_path: &facts.path, module: name, level: 0 };
                if let Some(module) = self.resolvers.of(facts.lang).resolve(import)
                    && !found.iter().any(|(known, _)| *known == module)
                {
                    found.push((module, file));
                }
            }
        }
        if found.is_empty() {
            for (index, facts) in self.files.iter().enumerate() {
                let Ok(number) = u32::try_from(index) else { break };
                let usual = rule.files.iter().any(|glob| Glob::new(glob).is_match(&facts.path));
                if usual && facts.lang == from.lang {
                    found.push((Module::at(Some(FileId(number)), None), FileId(number)));
                }
            }
        }
        self.settings_files.insert(rule.variable.clone(), found.clone());
        found
    }

    /// The value that the project registers under a key: `app.prefix` of what is
    /// registered as `app`.
    pub fn registered(
        &mut self,
        facts: &FileFacts,
        key: &str,
        by: &[crate::knowledge::packs::Pattern],
    ) -> Option<Value> {
        let mut parts = key.split('.');
        let (file, made) = self.registration(facts, parts.next()?, by)?;
        let mut value = match self.expr(file, made) {
            Value::Function(of, function) => self.returned(of, function),
            other => other,
        };
        for part in parts {
            value = self.member(&value, part);
        }
        (!value.is_unknown()).then_some(value)
    }

    fn registration(
        &mut self,
        from: &FileFacts,
        name: &str,
        by: &[crate::knowledge::packs::Pattern],
    ) -> Option<(FileId, ExprId)> {
        for (index, facts) in self.files.iter().enumerate().filter(|(_, facts)| facts.lang == from.lang) {
            let file = FileId(u32::try_from(index).ok()?);
            for call in &facts.calls {
                let [first, second, ..] = facts.args(call.args) else { continue };
                let named = matches!(facts.expr(first.value), Expr::Str(text) if facts.text(text) == name);
                let last = self.callee_name(file, call.callee);
                if !named || !by.iter().any(|pattern| pattern.last_name() == last) {
                    continue;
                }
                let second = second.value;
                if let Value::External(path) = self.expr(file, call.callee)
                    && by.iter().any(|pattern| pattern.matches(&path))
                {
                    return Some((file, second));
                }
            }
        }
        None
    }

    /// The value of a call that reads settings: of a property file, of what is registered,
    /// or the default that the call states.
    pub fn property_read(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
        path: &str,
    ) -> Option<Value> {
        let read = self.rules.of(facts.lang).find_map(|(_, pack)| {
            pack.reads.iter().find(|read| read.call.iter().any(|pattern| pattern.matches(path)))
        })?;
        let site = Site { file, call: Some(call), definition: None };
        let key = self.select_path(site, &read.from)?;
        let key = key.first()?;
        if let Some(stem) = &read.file
            && let Some(value) =
                self.properties.value(&facts.path, Some(stem.as_str()).filter(|stem| *stem != "*"), key)
        {
            return Some(Value::text(&value));
        }
        if let Some(value) = self.registered(facts, key, &read.registered) {
            return Some(value);
        }
        let default = self.select(site, &read.default).into_iter().next()?;
        Some(Value::any([Value::external(format!("{path}()")), default.value]))
    }
}

/// The module that a call names beside the variable: `setdefault("VARIABLE", "app.settings")`.
fn named_setting<'f>(facts: &'f FileFacts, call: &Call, variable: &str) -> Option<&'f str> {
    let [first, second, ..] = facts.args(call.args) else { return None };
    match (facts.expr(first.value), facts.expr(second.value)) {
        (Expr::Str(name), Expr::Str(module)) if facts.text(name) == variable => Some(facts.text(module)),
        _ => None,
    }
}

/// How many folders two paths begin with in common.
fn shared_folders(a: &str, b: &str) -> usize {
    a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b).count()
}
