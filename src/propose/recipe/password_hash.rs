//! How passwords are hashed: what the repository says, else what the user decides.
//!
//! A repository says it in its stack file, in its manifest, or by what its sources import. Where
//! it says nothing there is a question with the reason for each answer, in PREPARE and on the
//! command line alike.

use super::resource::Ask;
use crate::{
    domain::{
        map::BackendMap,
        place::Place,
        stack::Stack,
        task::{Intent, Reading, Task},
    },
    ports::{ProposalRequest, ProposeError},
    propose::workspace::{ReadBase, Workspace},
};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// The question of `clarification.md`.
const QUESTION: &str = "password-hash";
/// Key of the recipe's input.
const INPUT: &str = "hash";

/// How passwords are hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Argon2id,
    Bcrypt,
    /// Another one that settings of a framework name: it stays.
    Kept,
}

/// A hash, and the line that says it is used here.
struct Used {
    hash: Hash,
    place: Place,
}

/// Files that say what a project uses, below its root.
const MANIFESTS: [&str; 10] = [
    "stack/stack.yaml",
    "stack.yaml",
    "pyproject.toml",
    "requirements.txt",
    "requirements.in",
    "requirements/base.txt",
    "Pipfile",
    "setup.cfg",
    "package.json",
    "Cargo.toml",
];

impl Hash {
    /// As inputs and templates know it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Argon2id => "argon2id",
            Self::Bcrypt => "bcrypt",
            Self::Kept => "the first of PASSWORD_HASHERS",
        }
    }

    /// What computes it in Python, as manifests ask for it.
    pub(super) fn python_package(self) -> Option<&'static str> {
        match self {
            Self::Argon2id => Some("argon2-cffi>=23.1"),
            Self::Bcrypt => Some("bcrypt>=4.1"),
            Self::Kept => None,
        }
    }

    /// The hash of a word, in any case.
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word.trim().to_lowercase().as_str() {
            "argon2" | "argon2id" => Some(Self::Argon2id),
            "bcrypt" => Some(Self::Bcrypt),
            _ => None,
        }
    }

    /// What the user said, or what the repository uses; else the question, as an error.
    pub(super) fn decide(ask: &Ask<'_>) -> Result<Self, ProposeError> {
        let given = ask.request.inputs.get(INPUT).filter(|word| !word.trim().is_empty());
        if let Some(word) = given {
            return Self::parse(word).ok_or_else(|| ProposeError::Input {
                what: format!("{word:?} is no hash for passwords that the recipe auth writes"),
                hint: card(),
            });
        }
        let used = used(&ask.workspace, ask.map)?;
        if let [one] = used.as_slice() {
            return Ok(one.hash);
        }
        if let Some(answer) = ask.request.task.as_ref().and_then(answered) {
            return Ok(answer);
        }
        Err(ProposeError::Input {
            what: match used.as_slice() {
                [one, other, ..] => format!(
                    "the repository uses two hashes, at {} and {}; which one new passwords get is yours to say",
                    one.place, other.place
                ),
                _ => {
                    "how passwords are hashed is not said: neither stack.yaml, the manifest nor the sources \
                      name a hash"
                        .into()
                }
            },
            hint: card(),
        })
    }
}

/// Both answers with their reasons.
fn card() -> String {
    "hash=argon2id costs an attacker memory as well as time, and is the first choice where nothing is there yet; \
     hash=bcrypt is right where other programs check the same hashes, and takes 72 bytes of a password at most"
        .into()
}

/// The user's answer to the question in PREPARE.
fn answered(task: &Task) -> Option<Hash> {
    let question = task.reading.questions.iter().find(|question| question.id == QUESTION)?;
    Hash::parse(&question.options.get(question.answer?)?.label)
}

/// The first of Django's `PASSWORD_HASHERS`, with which new passwords are hashed; settings for
/// tests take what is fast, and say nothing.
fn hashers(workspace: &Workspace<'_>) -> Result<Option<Used>, ProposeError> {
    let is_test = |path: &str| path.rsplit('/').next().is_some_and(|file| file.contains("test"));
    for path in workspace.paths().into_iter().filter(|path| path.ends_with(".py") && !is_test(path)) {
        let Some(text) = workspace.text(path)? else { continue };
        let known = [
            ("Argon2PasswordHasher", Hash::Argon2id),
            ("BCryptSHA256PasswordHasher", Hash::Bcrypt),
            ("BCryptPasswordHasher", Hash::Bcrypt),
            ("PBKDF2PasswordHasher", Hash::Kept),
            ("ScryptPasswordHasher", Hash::Kept),
        ];
        let begins = |line: &str| line.starts_with("PASSWORD_HASHERS");
        let all: Vec<(u32, &str)> = (1..).zip(text.lines()).skip_while(|(_, line)| !begins(line)).collect();
        let list = all
            .iter()
            .take_while(|(_, line)| begins(line) || !line.starts_with(|c: char| c.is_alphanumeric()));
        // Of several on one line the first is meant.
        let first = list.filter_map(|(number, line)| Some((number, line.split_once("Hasher")?.0))).next();
        let hash = first.and_then(|(number, line)| {
            let (_, hash) = known.iter().find(|(name, _)| line.ends_with(name.trim_end_matches("Hasher")))?;
            Some(Used { hash: *hash, place: Place::new(path, *number) })
        });
        if hash.is_some() {
            return Ok(hash);
        }
    }
    Ok(None)
}

/// The hashes that manifests and sources name, each with its first place.
fn used(workspace: &Workspace<'_>, map: &BackendMap) -> Result<Vec<Used>, ProposeError> {
    if let Some(first) = hashers(workspace)? {
        return Ok(vec![first]);
    }
    let mut found: Vec<Used> = Vec::new();
    let mut look = |path: &str, text: &str, is_told: fn(&str) -> bool| {
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split('#').next().unwrap_or_default();
            for (hash, words) in
                [(Hash::Argon2id, ["argon2", "pwdlib"].as_slice()), (Hash::Bcrypt, &["bcrypt"])]
            {
                let names = is_told(line) && words.iter().any(|word| line.contains(word));
                if names && !found.iter().any(|known| known.hash == hash) {
                    found.push(Used { hash, place: Place::new(path, number) });
                }
            }
        }
    };
    let mut roots = vec![String::new()];
    roots.extend(
        map.services
            .iter()
            .filter(|service| !matches!(service.root.as_str(), "" | "."))
            .map(|service| format!("{}/", service.root)),
    );
    for root in &roots {
        for file in MANIFESTS {
            let path = format!("{root}{file}");
            if let Some(text) = workspace.text(&path)? {
                look(&path, &text, |_| true);
            }
        }
    }
    for path in workspace.paths() {
        if let Some(text) = workspace.text(path)? {
            look(path, &text, |line| ["import ", "from ", "use "].iter().any(|word| line.starts_with(word)));
        }
    }
    Ok(found)
}

/// What the repository says answers the question of PREPARE before it is asked; the reading then
/// tells the line. Where it says nothing, or two things, the question stays.
pub fn settle_hash(reading: &mut Reading, map: &Arc<BackendMap>, base: &str, read: &ReadBase) {
    if reading.intent != Intent::Auth || reading.inputs.contains_key(INPUT) {
        return;
    }
    let request = ProposalRequest {
        root: PathBuf::new(),
        base: base.to_owned(),
        map: map.clone(),
        stack: Stack::default(),
        task: None,
        steps: Vec::new(),
        step: 0,
        texts: Arc::default(),
        inputs: BTreeMap::new(),
    };
    // A file that cannot be read says nothing; the recipe itself tells of it.
    let found = used(&Workspace::new(&request, read), map).unwrap_or_default();
    let [one] = found.as_slice() else { return };
    if one.hash != Hash::Kept {
        reading.inputs.insert(INPUT.into(), one.hash.name().into());
    }
    reading.questions.retain(|question| question.id != QUESTION);
    reading
        .assumptions
        .insert(0, format!("passwords are hashed with {}, as {} says", one.hash.name(), one.place));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{layer::Layer, map::SourceFile},
        knowledge::Knowledge,
    };

    fn settled(text: &str, files: &[(&str, &str)]) -> Reading {
        let files: BTreeMap<String, String> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let sources = files.keys().filter(|path| path.ends_with(".py")).map(|path| SourceFile {
            path: path.clone(),
            layer: Layer::Other,
            evidence: Vec::new(),
            functions: 0,
            queries: 0,
        });
        let map = Arc::new(BackendMap { files: sources.collect(), ..BackendMap::default() });
        let read: ReadBase = Arc::new(move |_, path| Ok(files.get(path).cloned()));
        let mut reading = Knowledge::load(&[]).unwrap().read_task(text, &map);
        settle_hash(&mut reading, &map, "base", &read);
        reading
    }

    fn is_asked(reading: &Reading) -> bool {
        reading.questions.iter().any(|question| question.id == QUESTION)
    }

    #[test]
    fn what_the_repository_says_is_told_and_not_asked() {
        let reading = settled("Add login and registration", &[("app/keys.py", "import os\nimport bcrypt\n")]);
        assert!(!is_asked(&reading));
        assert_eq!(reading.inputs.get("hash").map(String::as_str), Some("bcrypt"));
        assert_eq!(
            reading.assumptions.first().map(String::as_str),
            Some("passwords are hashed with bcrypt, as app/keys.py:2 says")
        );
    }

    #[test]
    fn what_nobody_says_and_what_is_said_twice_is_asked_and_an_answer_decides() {
        let two = [("requirements.txt", "bcrypt\nargon2-cffi\n")];
        let told = [("app/notes.py", "# bcrypt\nNOTE = \"bcrypt\"\n")];
        for files in [&[][..], &two, &told] {
            let mut reading = settled("Add login and registration", files);
            assert!(is_asked(&reading), "{files:?}");
            assert_eq!(reading.inputs.get("hash"), None);
            for (answer, hash) in [(0, Hash::Argon2id), (1, Hash::Bcrypt)] {
                let question = reading.questions.iter_mut().find(|question| question.id == QUESTION).unwrap();
                question.answer = Some(answer);
                let task = Task { text: String::new(), reading: reading.clone() };
                assert_eq!(answered(&task), Some(hash));
            }
        }
    }

    #[test]
    fn the_first_of_the_hashers_decides_alone_and_those_of_tests_do_not() {
        let of = |one: &str| {
            format!(
                "A = 1\nPASSWORD_HASHERS = [\n    \"django.contrib.auth.hashers.{one}\",\n    \"x.Argon2PasswordHasher\",\n]\n"
            )
        };
        for (hasher, hash) in [
            ("Argon2PasswordHasher", Some("argon2id")),
            ("BCryptSHA256PasswordHasher", Some("bcrypt")),
            ("PBKDF2PasswordHasher", None),
        ] {
            let reading = settled(
                "Add login and registration",
                &[("shop/settings.py", &of(hasher)), ("requirements.txt", "bcrypt\n")],
            );
            assert!(!is_asked(&reading), "{hasher}");
            assert_eq!(reading.inputs.get("hash").map(String::as_str), hash);
            let told = reading.assumptions.first().map(String::as_str).unwrap_or_default();
            assert!(told.ends_with("as shop/settings.py:3 says"), "{told}");
        }
        for (path, hasher) in
            [("shop/settings.py", "MD5PasswordHasher"), ("shop/settings/test.py", "BCryptPasswordHasher")]
        {
            assert!(is_asked(&settled("Add login and registration", &[(path, &of(hasher))])), "{path}");
        }
    }

    #[test]
    fn the_task_itself_may_name_the_hash() {
        let reading = settled("Add login, with passwords as bcrypt hashes", &[]);
        assert!(!is_asked(&reading));
        assert_eq!(reading.inputs.get("hash").map(String::as_str), Some("bcrypt"));
        let reading = settled("Add login with either argon2id or bcrypt", &[]);
        assert_eq!(reading.inputs.get("hash"), None);
    }
}
