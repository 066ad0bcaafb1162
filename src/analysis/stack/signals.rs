//! The signal files, parsed.

use crate::analysis::{glob::Glob, lazy_regex::LazyRegex};
use crate::{
    domain::stack::StackKey,
    knowledge::{
        self,
        packs::{Pack, Packs, StackSign},
    },
    ports::ScanError,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, collections::HashMap, sync::LazyLock};

/// Where the signal files stand among the shipped ones.
const FOLDER: &str = "stack-signals";

static SHIPPED: LazyLock<Result<Signals, String>> = LazyLock::new(Signals::read);

/// The signals that ship with the program.
pub fn shipped() -> Result<&'static Signals, ScanError> {
    SHIPPED.as_ref().map_err(|reason| ScanError::Knowledge(reason.clone()))
}

/// Every ecosystem, in file order.
#[derive(Debug, Default)]
pub struct Signals {
    pub(super) ecosystems: Vec<Ecosystem>,
    /// File extension to language.
    extensions: HashMap<String, LanguageId>,
    /// Rules that read the text of files matched by a glob.
    pub(super) texts: Vec<(Glob, TextRule)>,
}

/// A language: ecosystem and position in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LanguageId {
    pub(super) ecosystem: usize,
    pub(super) language: usize,
}

/// A signal: ecosystem, field, position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SignalId {
    pub(super) ecosystem: usize,
    pub(super) key: StackKey,
    pub(super) index: usize,
}

#[derive(Debug)]
pub(super) struct TextRule {
    pub(super) signal: SignalId,
    pub(super) has: LazyRegex,
}

#[derive(Debug)]
pub(super) struct Ecosystem {
    /// Only tests and debugging show it.
    #[cfg_attr(not(test), expect(dead_code, reason = "names the ecosystem in debug output"))]
    pub(super) name: String,
    pub(super) languages: Vec<Language>,
    pub(super) manifests: Vec<ManifestRule>,
    pub(super) user_interface: Vec<String>,
    pub(super) fields: BTreeMap<StackKey, Vec<Signal>>,
    /// First segment of a module to (prefix, signal).
    pub(super) modules: HashMap<String, Vec<(String, SignalId)>>,
}

#[derive(Debug)]
pub(super) struct Language {
    pub(super) name: String,
    pub(super) imports: Vec<LazyRegex>,
    pub(super) versions: Vec<(String, LazyRegex)>,
}

#[derive(Debug)]
pub(super) struct ManifestRule {
    pub(super) file: Glob,
    pub(super) read: Read,
    pub(super) patterns: Vec<LazyRegex>,
    pub(super) members: Option<Members>,
    /// One that asks for nothing belongs to the unit above it.
    pub(super) bare_is_part: bool,
}

/// When a manifest gathers the manifests of its ecosystem below it.
#[derive(Debug)]
pub(super) enum Members {
    Always,
    Has(LazyRegex),
}

/// How a manifest is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Read {
    Pyproject,
    Pipfile,
    Cargo,
    PackageJson,
    ComposerJson,
    Patterns,
}

#[derive(Debug)]
pub(super) struct Signal {
    pub(super) name: String,
    pub(super) packages: Vec<String>,
    pub(super) has_imports: bool,
    pub(super) files: Vec<Glob>,
    pub(super) above: Vec<String>,
    pub(super) with: Vec<String>,
    pub(super) rank: u8,
    pub(super) default: bool,
    pub(super) proof: Option<Proof>,
}

/// Evidence without which a declared package is not enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Proof {
    Files,
    Imports,
}

impl Signals {
    /// The shipped files; the text of an error names the file and the place.
    fn read() -> Result<Self, String> {
        let mut signals = Self::default();
        for name in knowledge::shipped_names(FOLDER) {
            let raw = knowledge::shipped(name).map_err(|error| error.to_string())?;
            signals.add(raw).map_err(|error| format!("{name}: {error}"))?;
        }
        Ok(signals)
    }

    /// The shipped signals with those of packs that no shipped one names; none where packs
    /// add nothing.
    pub fn with_packs(packs: &Packs) -> Result<Option<Self>, ScanError> {
        let shipped = shipped()?;
        let signs: Vec<(&Pack, &StackSign)> = packs
            .iter()
            .flat_map(|pack| pack.stack.iter().map(move |sign| (pack, sign)))
            .filter(|(pack, sign)| !shipped.knows(pack, sign))
            .collect();
        if signs.is_empty() {
            return Ok(None);
        }
        let mut signals = Self::default();
        let added = knowledge::shipped_names(FOLDER).try_for_each(|file| {
            let mut raw: RawEcosystem = knowledge::shipped(file).map_err(|error| error.to_string())?;
            let own: Vec<&StackSign> =
                signs.iter().filter(|(pack, _)| speaks(&raw, pack)).map(|(_, sign)| *sign).collect();
            for sign in own {
                let list = raw.fields.entry(sign.field).or_default();
                list.push(RawSignal {
                    name: sign.name.clone(),
                    packages: sign.dependencies.clone(),
                    imports: sign.imports.clone(),
                    files: sign.files.clone(),
                    above: Vec::new(),
                    texts: Vec::new(),
                    with: Vec::new(),
                    rank: usual_rank(),
                    default: false,
                    proof: None,
                });
            }
            signals.add(raw).map_err(|error| format!("{file}: {error}"))
        });
        added.map_err(ScanError::Knowledge)?;
        Ok(Some(signals))
    }

    /// Whether a language of the pack has a signal of that name already.
    fn knows(&self, pack: &Pack, sign: &StackSign) -> bool {
        if sign.field == StackKey::Language {
            return true;
        }
        self.ecosystems
            .iter()
            .filter(|known| known.languages.iter().any(|language| pack.languages.contains(&language.name)))
            .filter_map(|known| known.fields.get(&sign.field))
            .any(|signals| signals.iter().any(|signal| signal.name == sign.name))
    }

    fn add(&mut self, raw: RawEcosystem) -> Result<(), String> {
        let ecosystem = self.ecosystems.len();
        let mut languages = Vec::new();
        for (language, raw) in raw.languages.into_iter().enumerate() {
            for extension in raw.extensions {
                self.extensions.insert(extension, LanguageId { ecosystem, language });
            }
            languages.push(Language {
                name: raw.name,
                imports: compile(&raw.imports)?,
                versions: raw
                    .versions
                    .into_iter()
                    .map(|rule| Ok((rule.file, LazyRegex::new(&rule.has)?)))
                    .collect::<Result<_, String>>()?,
            });
        }
        let mut modules: HashMap<String, Vec<(String, SignalId)>> = HashMap::new();
        let mut fields = BTreeMap::new();
        for (key, list) in raw.fields {
            let mut compiled = Vec::new();
            for (index, raw) in list.into_iter().enumerate() {
                let id = SignalId { ecosystem, key, index };
                for prefix in &raw.imports {
                    modules.entry(first_segment(prefix).to_owned()).or_default().push((prefix.clone(), id));
                }
                for rule in &raw.texts {
                    let glob = Glob::new(&rule.files);
                    self.texts.push((glob, TextRule { signal: id, has: LazyRegex::new(&rule.has)? }));
                }
                compiled.push(Signal {
                    has_imports: !raw.imports.is_empty(),
                    name: raw.name,
                    packages: normal_names(&raw.packages),
                    files: globs(&raw.files),
                    above: raw.above,
                    with: normal_names(&raw.with),
                    rank: raw.rank,
                    default: raw.default,
                    proof: raw.proof,
                });
            }
            fields.insert(key, compiled);
        }
        let manifests = raw.manifests.iter().map(manifest_rule).collect::<Result<_, String>>()?;
        self.ecosystems.push(Ecosystem {
            name: raw.ecosystem,
            languages,
            manifests,
            user_interface: normal_names(&raw.user_interface),
            fields,
            modules,
        });
        Ok(())
    }

    /// The language of a path by its extension.
    pub fn language_of(&self, path: &str) -> Option<LanguageId> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (_, extension) = name.rsplit_once('.')?;
        self.extensions.get(extension).copied()
    }

    /// The canonical name of a language.
    pub fn language_name(&self, id: LanguageId) -> &str {
        self.ecosystems
            .get(id.ecosystem)
            .and_then(|ecosystem| ecosystem.languages.get(id.language))
            .map_or("", |language| language.name.as_str())
    }

    #[cfg(test)]
    pub(super) fn signal(&self, id: SignalId) -> Option<&Signal> {
        self.ecosystems.get(id.ecosystem)?.fields.get(&id.key)?.get(id.index)
    }

    /// Whether the text of a file that is not program source is worth reading.
    pub fn wants_text(&self, path: &str) -> bool {
        self.texts.iter().any(|(glob, _)| glob.base(path).is_some())
    }
}

/// Whether the pack reads files of a language of the ecosystem.
fn speaks(raw: &RawEcosystem, pack: &Pack) -> bool {
    raw.languages.iter().any(|language| pack.languages.contains(&language.name))
}

/// The part of a module name that other modules of the same package share.
pub(super) fn first_segment(module: &str) -> &str {
    module.split(['.', '/', ':', '\\']).next().unwrap_or(module)
}

fn manifest_rule(raw: &RawManifest) -> Result<ManifestRule, String> {
    let members = match raw.members.as_deref() {
        None => None,
        Some("always") => Some(Members::Always),
        Some(pattern) => Some(Members::Has(LazyRegex::new(pattern)?)),
    };
    Ok(ManifestRule {
        file: Glob::new(&raw.file),
        read: raw.read,
        patterns: compile(&raw.patterns)?,
        members,
        bare_is_part: raw.bare_is_part,
    })
}

fn compile(patterns: &[String]) -> Result<Vec<LazyRegex>, String> {
    patterns.iter().map(|pattern| LazyRegex::new(pattern)).collect()
}

fn normal_names(names: &[String]) -> Vec<String> {
    names.iter().map(|name| super::manifest::normal_name(name)).collect()
}

fn globs(patterns: &[String]) -> Vec<Glob> {
    patterns.iter().map(|pattern| Glob::new(pattern)).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEcosystem {
    ecosystem: String,
    languages: Vec<RawLanguage>,
    manifests: Vec<RawManifest>,
    user_interface: Vec<String>,
    fields: BTreeMap<StackKey, Vec<RawSignal>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLanguage {
    name: String,
    extensions: Vec<String>,
    imports: Vec<String>,
    versions: Vec<RawVersion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVersion {
    file: String,
    has: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawText {
    files: String,
    has: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawManifest {
    file: String,
    read: Read,
    #[serde(default)]
    patterns: Vec<String>,
    members: Option<String>,
    #[serde(default)]
    bare_is_part: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSignal {
    name: String,
    #[serde(default)]
    packages: Vec<String>,
    #[serde(default)]
    imports: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    above: Vec<String>,
    #[serde(default)]
    texts: Vec<RawText>,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default = "usual_rank")]
    rank: u8,
    #[serde(default)]
    default: bool,
    proof: Option<Proof>,
}

fn usual_rank() -> u8 {
    5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_signal_file_compiles() {
        let signals = shipped().unwrap();
        assert_eq!(signals.ecosystems.len(), 9);
        for ecosystem in &signals.ecosystems {
            for key in StackKey::ALL.into_iter().filter(|key| *key != StackKey::Language) {
                assert!(ecosystem.fields.contains_key(&key), "{} has no {}", ecosystem.name, key.name());
            }
        }
    }

    /// They compile when first used, which may be never in other tests.
    #[test]
    fn every_shipped_expression_compiles() {
        let signals = shipped().unwrap();
        let languages = signals.ecosystems.iter().flat_map(|ecosystem| &ecosystem.languages);
        let imports = languages.clone().flat_map(|language| &language.imports);
        let versions = languages.flat_map(|language| language.versions.iter().map(|(_, version)| version));
        let manifests = signals.ecosystems.iter().flat_map(|ecosystem| &ecosystem.manifests);
        let packages = manifests.clone().flat_map(|manifest| &manifest.patterns);
        let members = manifests.filter_map(|manifest| match &manifest.members {
            Some(Members::Has(pattern)) => Some(pattern),
            Some(Members::Always) | None => None,
        });
        let texts = signals.texts.iter().map(|(_, rule)| &rule.has);
        for pattern in imports.chain(versions).chain(packages).chain(members).chain(texts) {
            assert!(pattern.regex().is_some(), "{pattern:?}");
        }
    }

    #[test]
    fn packs_add_what_no_shipped_signal_names() {
        let mut packs = Packs::built_in().unwrap();
        assert!(
            Signals::with_packs(&packs).unwrap().is_none(),
            "a built-in pack names what no signal file names"
        );
        let own = "pack: tiny\nlanguages: [python]\nstack:\n  - {field: framework, name: tiny, dependencies: [tiny-web], imports: [tiny]}\n";
        packs.add("tiny.yaml", own).unwrap();
        let signals = Signals::with_packs(&packs).unwrap().expect("a new framework");
        let python = signals.ecosystems.iter().find(|ecosystem| ecosystem.name == "python").unwrap();
        assert!(python.fields[&StackKey::Framework].iter().any(|signal| signal.name == "tiny"));
        assert_eq!(signals.ecosystems.len(), shipped().unwrap().ecosystems.len());
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place() {
        let text = "ecosystem: x\nlanguages: []\nwrong: 1\n";
        let error =
            knowledge::yaml::parse::<RawEcosystem>("x.yaml", text).err().expect("refused").to_string();
        assert!(error.starts_with("x.yaml:3:1") && error.contains("wrong"), "{error}");
    }

    #[test]
    fn languages_are_told_by_extension() {
        let signals = shipped().unwrap();
        let name = |path: &str| signals.language_of(path).map(|id| signals.language_name(id));
        assert_eq!(name("a/b.tsx"), Some("typescript"));
        assert_eq!(name("a/b.mjs"), Some("javascript"));
        assert_eq!(name("a.d/README"), None);
    }

    #[test]
    fn no_shipped_file_is_read_as_yaml_at_a_start() {
        for name in knowledge::shipped_names(FOLDER) {
            assert!(knowledge::ahead::<RawEcosystem>(name).is_some(), "{name}");
        }
    }
}
