//! Packs made ready for look-ups by name.

use crate::{
    analysis::facts::Lang,
    knowledge::packs::{Call, Operation, Pack, Packs, Pattern, PatternTable},
};
use rustc_hash::{FxHashMap, FxHashSet};

/// The packs that the linker uses, by language: most questions are asked for every call.
#[derive(Debug, Default)]
pub(super) struct Rules<'a> {
    packs: Vec<&'a Pack>,
    /// What the packs of each language of the project say; at the language's place.
    tongues: [Tongue<'a>; Lang::ALL.len()],
}

/// What the packs of one language say.
#[derive(Debug, Default)]
struct Tongue<'a> {
    packs: Vec<(u16, &'a Pack)>,
    calls: PatternTable<'a, (u16, &'a Call)>,
    router_types: PatternTable<'a, u16>,
    app_types: PatternTable<'a, u16>,
    applications: PatternTable<'a, u16>,
    opaque: PatternTable<'a, u16>,
    transparent: PatternTable<'a, u16>,
    format_calls: PatternTable<'a, u16>,
    /// Patterns of families, and base classes that rules speak of.
    known: PatternTable<'a, u16>,
    /// Last names of annotations that rules speak of.
    annotations: FxHashMap<&'a str, Vec<&'a Pack>>,
    /// Methods that are known by their name alone.
    anywhere: FxHashMap<&'a str, u16>,
    /// Names of methods and callees that any rule speaks of.
    interesting: FxHashSet<&'a str>,
    /// Names of methods and callees that declare routes.
    routes: FxHashSet<&'a str>,
}

impl<'a> Tongue<'a> {
    fn add(&mut self, position: u16, pack: &'a Pack) {
        self.packs.push((position, pack));
        for call in &pack.calls {
            self.add_call(position, call);
        }
        self.router_types.extend(&pack.router_types, position);
        self.app_types.extend(&pack.app_types, position);
        self.applications.extend(&pack.applications, position);
        self.opaque.extend(&pack.opaque, position);
        self.transparent.extend(&pack.transparent, position);
        self.format_calls.extend(&pack.format_calls, position);
        for member in pack.families.values().flatten() {
            for patterns in [&member.call, &member.types, &member.base] {
                self.known.extend(patterns, position);
            }
        }
        for rule in &pack.classes {
            self.known.extend(&rule.base, position);
        }
        let names = pack.annotations.iter().flat_map(|rule| &rule.names);
        for name in names.chain(pack.classes.iter().flat_map(|rule| &rule.annotation)) {
            self.annotations.entry(name).or_default().push(pack);
        }
    }

    fn add_call(&mut self, position: u16, call: &'a Call) {
        self.interesting.extend(call.on.iter().map(String::as_str));
        if call.anywhere {
            for name in &call.on {
                self.anywhere.entry(name).or_insert(position);
            }
        }
        if matches!(call.operation, Operation::Route | Operation::Mount) {
            self.routes.extend(call.on.iter().map(String::as_str));
            self.routes.extend(call.call.iter().filter_map(Pattern::last_name));
        }
        let passive = matches!(
            call.operation,
            Operation::Pass | Operation::List | Operation::Default | Operation::Instance | Operation::Join
        );
        self.calls.extend(&call.call, (position, call));
        if !passive {
            self.interesting.extend(call.call.iter().filter_map(Pattern::last_name));
        }
    }
}

impl<'a> Rules<'a> {
    /// What these packs say of the languages of a project.
    pub fn new(packs: &'a Packs, languages: &FxHashSet<Lang>) -> Self {
        let mut rules = Self::default();
        for pack in packs.iter() {
            let Ok(position) = u16::try_from(rules.packs.len()) else { break };
            rules.packs.push(pack);
            let mut spoken: Vec<Lang> =
                pack.languages.iter().filter_map(|name| Lang::from_name(name)).collect();
            spoken.sort_unstable();
            spoken.dedup();
            for lang in spoken.into_iter().filter(|lang| languages.contains(lang)) {
                if let Some(tongue) = rules.tongues.get_mut(lang as usize) {
                    tongue.add(position, pack);
                }
            }
        }
        rules
    }

    /// A pack by position.
    pub fn pack(&self, position: u16) -> Option<&'a Pack> {
        self.packs.get(usize::from(position)).copied()
    }

    fn tongue(&self, lang: Lang) -> Option<&Tongue<'a>> {
        self.tongues.get(lang as usize)
    }

    /// The packs of a language.
    pub fn of(&self, lang: Lang) -> impl Iterator<Item = (u16, &'a Pack)> {
        self.tongue(lang).into_iter().flat_map(|tongue| tongue.packs.iter().copied())
    }

    /// The rules whose pattern matches the path of a callee.
    pub fn calls(&self, lang: Lang, path: &str) -> Vec<(u16, &'a Call)> {
        let mut found: Vec<(u16, &'a Call)> = Vec::new();
        for (position, call) in self.tongue(lang).into_iter().flat_map(|tongue| tongue.calls.of(path)) {
            if !found.iter().any(|(_, known)| std::ptr::eq(*known, call)) {
                found.push((position, call));
            }
        }
        found
    }

    /// Whether any rule speaks of a foreign path.
    pub fn knows(&self, lang: Lang, path: &str) -> bool {
        self.tongue(lang).is_some_and(|tongue| {
            tongue.calls.has(path)
                || tongue.router_types.has(path)
                || tongue.transparent.has(path)
                || tongue.known.has(path)
                || tongue.annotates(path)
        })
    }

    /// The pack that knows a method by its name alone.
    pub fn anywhere(&self, lang: Lang, name: &str) -> Option<u16> {
        self.tongue(lang)?.anywhere.get(name).copied()
    }

    /// Whether any rule speaks of a call to this name.
    pub fn is_interesting(&self, lang: Lang, name: &str) -> bool {
        self.tongue(lang).is_some_and(|tongue| tongue.interesting.contains(name))
    }

    /// The pack for which values of a type are routers.
    pub fn router_type(&self, lang: Lang, path: &str) -> Option<u16> {
        self.tongue(lang)?.router_types.of(path).min()
    }

    /// Whether a rule makes routes of calls to this name.
    pub fn is_route(&self, lang: Lang, name: &str) -> bool {
        self.tongue(lang).is_some_and(|tongue| tongue.routes.contains(name))
    }

    /// Whether a type is that of applications: its construction makes one, or its pack says so.
    pub fn is_application(&self, lang: Lang, path: &str) -> bool {
        self.tongue(lang).is_some_and(|tongue| {
            let mut made = tongue.calls.of(path);
            made.any(|(_, rule)| rule.app && rule.operation == Operation::Router)
                || tongue.applications.has(path)
        })
    }

    /// The pack for which values of a type are the application.
    pub fn app_type(&self, lang: Lang, path: &str) -> Option<u16> {
        self.tongue(lang)?.app_types.of(path).min()
    }

    /// Whether a type says nothing about its values.
    pub fn is_opaque(&self, lang: Lang, path: &str) -> bool {
        self.tongue(lang).is_some_and(|tongue| tongue.opaque.has(path))
    }

    /// Whether a generic type stands for its first argument.
    pub fn is_transparent(&self, lang: Lang, path: &str) -> bool {
        self.tongue(lang).is_some_and(|tongue| tongue.transparent.has(path))
    }

    /// Whether a function fills a text with its further arguments.
    pub fn is_format(&self, lang: Lang, path: &str) -> bool {
        self.tongue(lang).is_some_and(|tongue| tongue.format_calls.has(path))
    }
}

impl Tongue<'_> {
    /// Whether a path is an annotation that a rule speaks of, of a module that its pack names.
    fn annotates(&self, path: &str) -> bool {
        let last = path.rsplit('.').next().unwrap_or(path);
        self.annotations.get(last).is_some_and(|packs| packs.iter().any(|pack| owns(pack, path)))
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
