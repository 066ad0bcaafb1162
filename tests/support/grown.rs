//! A backend that grows by one proposal of a recipe after the other, scanned before each.

use super::{
    backend::{Texts, assert_cited, fixture, inputs_of, propose_again, stack, with, write_tree},
    scan::{map_of, scan},
    temp,
};
use proscenium::{
    domain::proposal::Proposal,
    ports::{Produced, ProposalRequest, ProposeError},
};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// Framework and mapper, as `proscenium scan` names them.
pub type Frame = (&'static str, &'static str);

/// What a recipe proposes for a backend that is scanned first.
pub fn ask(
    recipe: &str,
    texts: &Texts,
    frame: Frame,
    inputs: &[(&str, &str)],
) -> Result<Proposal, ProposeError> {
    ask_again(recipe, texts, frame, inputs, None)
}

/// The same where it may remember what it wrote before.
pub fn ask_again(
    recipe: &str,
    texts: &Texts,
    (framework, orm): Frame,
    inputs: &[(&str, &str)],
    memory: Option<Arc<dyn Produced>>,
) -> Result<Proposal, ProposeError> {
    let request = ProposalRequest {
        root: PathBuf::from("/nowhere"),
        base: "0".repeat(40),
        map: map_of(texts),
        stack: stack(framework, orm),
        task: None,
        steps: Vec::new(),
        step: 0,
        texts: Arc::new(BTreeMap::new()),
        inputs: inputs_of(inputs),
    };
    propose_again(recipe, texts, &request, memory)
}

/// A backend, and one proposal after the other taken.
pub struct Grown {
    pub texts: Texts,
    frame: Frame,
    /// Each proposal with the texts before it.
    pub taken: Vec<(Texts, Proposal)>,
}

impl Grown {
    pub fn new(name: &str, frame: Frame) -> Self {
        Self { texts: fixture(name), frame, taken: Vec::new() }
    }

    pub fn take(&mut self, recipe: &str, inputs: &[(&str, &str)]) -> &Proposal {
        let proposal = ask(recipe, &self.texts, self.frame, inputs)
            .unwrap_or_else(|error| panic!("{inputs:?}: {error} {error:?}"));
        if matches!(recipe, "endpoint" | "service-method") {
            assert_cited(&proposal, &self.texts);
            let tests = proposal.files.iter().filter(|file| file.path.contains("test"));
            assert_eq!(tests.count(), 1, "{inputs:?}: {:?}", proposal.remarks);
        }
        let after = with(&self.texts, &proposal);
        self.taken.push((std::mem::replace(&mut self.texts, after), proposal));
        self.taken.last().map(|(_, proposal)| proposal).unwrap()
    }

    /// The last proposal, with the texts that it was made for.
    pub fn last(&self) -> (&Texts, &Proposal) {
        let (texts, proposal) = self.taken.last().expect("something was added");
        (texts, proposal)
    }

    /// How many lines of the backend's test files begin a test.
    pub fn tests(&self, begins: &[&str]) -> usize {
        let files = self.texts.iter().filter(|(path, _)| path.contains("test"));
        let is_test = |line: &&str| begins.iter().any(|begin| line.trim_start().starts_with(begin));
        files.map(|(_, text)| text.lines().filter(is_test).count()).sum()
    }

    /// No rule speaks of a file that it did not speak of before the first addition: a
    /// project whose handlers ask the database gets one more that does.
    pub fn assert_review_says_nothing_new(&self) {
        let first = self.taken.iter().find(|(_, one)| one.title.contains(" to ")).map(|(texts, _)| texts);
        let said = |texts: &Texts| {
            let folder = temp::folder();
            write_tree(folder.path(), texts, &[]);
            let findings = scan(folder.path()).findings;
            findings.into_iter().map(|one| format!("{} {}", one.rule, one.file)).collect::<Vec<String>>()
        };
        let known = said(first.expect("something was added"));
        let new: Vec<String> = said(&self.texts).into_iter().filter(|one| !known.contains(one)).collect();
        assert_eq!(new, Vec::<String>::new());
    }
}
