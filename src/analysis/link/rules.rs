//! Packs made ready for look-ups by name.

use crate::{
    analysis::facts::Lang,
    knowledge::packs::{Call, Operation, Pack, Packs, Pattern},
};
use rustc_hash::{FxHashMap, FxHashSet};

/// The packs that the linker uses.
#[derive(Debug, Default)]
pub(super) struct Rules<'a> {
    packs: Vec<(&'a Pack, Vec<Lang>)>,
    /// Rules for callees by the last name of their pattern.
    calls: FxHashMap<&'a str, Vec<(u16, &'a Call, &'a Pattern)>>,
    /// Rules whose pattern does not say the last name.
    open_calls: Vec<(u16, &'a Call, &'a Pattern)>,
    /// Names of methods and callees that any rule speaks of.
    interesting: FxHashSet<&'a str>,
    /// Names of methods and callees that declare routes.
    routes: FxHashSet<&'a str>,
}

impl<'a> Rules<'a> {
    /// The rules of these packs.
    pub fn new(packs: &'a Packs) -> Self {
        let mut rules = Self::default();
        for pack in packs.iter() {
            let Ok(position) = u16::try_from(rules.packs.len()) else { break };
            let languages = pack.languages.iter().filter_map(|name| Lang::from_name(name)).collect();
            rules.packs.push((pack, languages));
            for call in &pack.calls {
                rules.interesting.extend(call.on.iter().map(String::as_str));
                if matches!(call.operation, Operation::Route | Operation::Mount) {
                    rules.routes.extend(call.on.iter().map(String::as_str));
                    rules.routes.extend(call.call.iter().filter_map(Pattern::last_name));
                }
                for pattern in &call.call {
                    match pattern.last_name() {
                        Some(name) => {
                            rules.calls.entry(name).or_default().push((position, call, pattern));
                            let passive = matches!(
                                call.operation,
                                Operation::Pass
                                    | Operation::List
                                    | Operation::Default
                                    | Operation::Instance
                                    | Operation::Join
                            );
                            if !passive {
                                rules.interesting.insert(name);
                            }
                        }
                        None => rules.open_calls.push((position, call, pattern)),
                    }
                }
            }
        }
        rules
    }

    /// A pack by position.
    pub fn pack(&self, position: u16) -> Option<&'a Pack> {
        self.packs.get(usize::from(position)).map(|(pack, _)| *pack)
    }

    /// The packs of a language.
    pub fn of(&self, lang: Lang) -> impl Iterator<Item = (u16, &'a Pack)> {
        self.packs
            .iter()
            .enumerate()
            .filter(move |(_, (_, languages))| languages.contains(&lang))
            .filter_map(|(position, (pack, _))| Some((u16::try_from(position).ok()?, *pack)))
    }

    fn speaks(&self, position: u16, lang: Lang) -> bool {
        self.packs.get(usize::from(position)).is_some_and(|(_, languages)| languages.contains(&lang))
    }

    /// The rules whose pattern matches the path of a callee.
    pub fn calls(&self, lang: Lang, path: &str) -> Vec<(u16, &'a Call)> {
        let last = path.rsplit('.').next().unwrap_or(path);
        let named = self.calls.get(last).into_iter().flatten();
        let mut found: Vec<(u16, &'a Call)> = Vec::new();
        for (position, call, pattern) in named.chain(&self.open_calls) {
            let again = found.iter().any(|(_, known)| std::ptr::eq(*known, *call));
            if !again && self.speaks(*position, lang) && pattern.matches(path) {
                found.push((*position, *call));
            }
        }
        found
    }

    /// Whether any rule speaks of a foreign path.
    pub fn knows(&self, lang: Lang, path: &str) -> bool {
        !self.calls(lang, path).is_empty()
            || self.router_type(lang, path).is_some()
            || self.is_transparent(lang, path)
            || self.of(lang).any(|(_, pack)| {
                let mut members = pack.families.values().flatten();
                members.any(|member| {
                    let mut patterns = member.call.iter().chain(&member.types).chain(&member.base);
                    patterns.any(|pattern| pattern.matches(path))
                })
            })
            || self.annotates(lang, path)
    }

    /// The pack that knows a method by its name alone.
    pub fn anywhere(&self, lang: Lang, name: &str) -> Option<u16> {
        self.of(lang)
            .find(|(_, pack)| {
                pack.calls.iter().any(|rule| rule.anywhere && rule.on.iter().any(|on| on == name))
            })
            .map(|(position, _)| position)
    }

    /// Whether a path is an annotation or base class that a rule speaks of.
    fn annotates(&self, lang: Lang, path: &str) -> bool {
        let last = path.rsplit('.').next().unwrap_or(path);
        self.of(lang).any(|(_, pack)| {
            let names = pack.annotations.iter().flat_map(|rule| &rule.names);
            let classes = pack.classes.iter().flat_map(|rule| &rule.annotation);
            let mut bases = pack.classes.iter().flat_map(|rule| &rule.base);
            (owns(pack, path) && names.chain(classes).any(|name| name == last))
                || bases.any(|base| base.matches(path))
        })
    }

    /// Whether any rule speaks of a call to this name.
    pub fn is_interesting(&self, name: &str) -> bool {
        self.interesting.contains(name)
    }

    /// The pack for which values of a type are routers.
    pub fn router_type(&self, lang: Lang, path: &str) -> Option<u16> {
        self.of(lang)
            .find(|(_, pack)| pack.router_types.iter().any(|pattern| pattern.matches(path)))
            .map(|(position, _)| position)
    }

    /// Whether a rule makes routes of calls to this name.
    pub fn is_route(&self, name: &str) -> bool {
        self.routes.contains(name)
    }

    /// Whether a type is that of applications: its construction makes one, or its pack says so.
    pub fn is_application(&self, lang: Lang, path: &str) -> bool {
        self.calls(lang, path).iter().any(|(_, rule)| rule.app && rule.operation == Operation::Router)
            || self.of(lang).any(|(_, pack)| pack.applications.iter().any(|pattern| pattern.matches(path)))
    }

    /// The pack for which values of a type are the application.
    pub fn app_type(&self, lang: Lang, path: &str) -> Option<u16> {
        self.of(lang)
            .find(|(_, pack)| pack.app_types.iter().any(|pattern| pattern.matches(path)))
            .map(|(position, _)| position)
    }

    /// Whether a type says nothing about its values.
    pub fn is_opaque(&self, lang: Lang, path: &str) -> bool {
        self.of(lang).any(|(_, pack)| pack.opaque.iter().any(|pattern| pattern.matches(path)))
    }

    /// Whether a generic type stands for its first argument.
    pub fn is_transparent(&self, lang: Lang, path: &str) -> bool {
        self.of(lang).any(|(_, pack)| pack.transparent.iter().any(|pattern| pattern.matches(path)))
    }
}

/// Whether a path belongs to a pack by the modules that the pack names.
pub(super) fn owns(pack: &Pack, path: &str) -> bool {
    pack.detect.iter().any(|module| {
        path.strip_prefix(module.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '(', '/']))
    })
}

/// The verb that a name stands for, or none.
pub(super) fn verb_of(pack: &Pack, name: &str) -> Option<String> {
    if let Some(verb) = pack.verbs.get(name) {
        return Some(verb.to_uppercase());
    }
    let lower = name.to_ascii_lowercase();
    let lower = lower.strip_suffix("mapping").unwrap_or(&lower);
    let verb = match lower {
        "get" | "post" | "put" | "delete" | "patch" | "head" | "options" | "trace" | "connect" => {
            lower.to_ascii_uppercase()
        }
        "del" => "DELETE".to_owned(),
        "all" | "any" | "*" => "ANY".to_owned(),
        _ => return None,
    };
    Some(verb)
}
