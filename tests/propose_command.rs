//! The command proposer, driven by scripted programs in a real repository.

use crate::support::temp;
use pretty_assertions::assert_eq;
use proscenium::{
    domain::{
        hunk::Origin,
        ids::StepId,
        layer::Layer,
        map::BackendMap,
        plan::{Filler, Step},
        proposal::{Content, Proposal},
        stack::Stack,
    },
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
    propose::{CommandConfig, CommandProposer},
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

/// A repository with one commit, and a folder for copies beside it.
struct Stage {
    folder: tempfile::TempDir,
    base: String,
}

impl Stage {
    fn new() -> Self {
        let folder = temp::folder();
        let root = folder.path().join("user");
        let repository = git2::Repository::init(&root).unwrap();
        for (path, text) in [
            ("app/a.py", "x = 1\n"),
            ("app/gone.py", "y = 1\n"),
            ("run.sh", "#!/bin/sh\n"),
            (".gitignore", "*.log\n"),
            (".claude/settings.json", "{\"hooks\": \"planted\"}\n"),
        ] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        }
        let mut index = repository.index().unwrap();
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
        index.write().unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        let who = git2::Signature::new("a", "a@example.org", &git2::Time::new(0, 0)).unwrap();
        let base = repository.commit(Some("HEAD"), &who, &who, "base", &tree, &[]).unwrap().to_string();
        // What the user has on the side must neither be seen nor touched.
        fs::write(root.join("app/a.py"), "x = 'unsaved thought'\n").unwrap();
        fs::write(root.join("notes.md"), "private\n").unwrap();
        repository.remote("origin", "https://example.org/x.git").unwrap();
        Self { folder, base }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("user")
    }

    fn request(&self) -> ProposalRequest {
        let texts = BTreeMap::from([("app/new.py".to_owned(), Some("z = 1\n".to_owned()))]);
        ProposalRequest {
            root: self.root(),
            base: self.base.clone(),
            map: Arc::new(BackendMap::default()),
            stack: Stack::default(),
            task: None,
            steps: vec![Step {
                id: StepId(1),
                title: "service".into(),
                layer: Layer::Service,
                filler: Filler::Agent { name: "scripted".into() },
                criteria: Vec::new(),
                after: Vec::new(),
            }],
            step: 0,
            texts: Arc::new(texts),
            inputs: BTreeMap::new(),
        }
    }

    fn config(script: &str) -> CommandConfig {
        CommandConfig::new("scripted", vec!["sh".into(), "-c".into(), script.into()])
    }

    fn run(&self, config: CommandConfig, cancel: &Cancel) -> Result<Proposal, ProposeError> {
        CommandProposer::new(config, self.folder.path().join("state")).propose(&self.request(), cancel)
    }

    /// Every file below the user's folder with its bytes, `.git` included.
    fn bytes(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut bytes = BTreeMap::new();
        let mut folders = vec![self.root()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    bytes.insert(path.clone(), fs::read(&path).unwrap());
                }
            }
        }
        bytes
    }
}

fn contents(proposal: &Proposal) -> BTreeMap<&str, Content> {
    proposal.files.iter().map(|file| (file.path.as_str(), file.content.clone())).collect()
}

fn text(text: &str) -> Content {
    Content::Text { text: text.into() }
}

#[test]
fn the_difference_of_the_copy_is_the_proposal_and_the_repository_is_untouched() {
    let stage = Stage::new();
    let before = stage.bytes();
    let script = "cat > brief.md; cat app/a.py app/new.py > seen.txt; \
                  echo 'x = 2' > app/a.py; rm app/gone.py; chmod +x run.sh; \
                  printf 'a\\0b' > data.bin; echo noise > noise.log; \
                  git remote > remotes.txt; git add -A; git commit -q -m mine; git branch other; \
                  ls -a > listing.txt; mkdir -p .codex; echo hook > .codex/config.toml; ln -s /etc/passwd link";
    let proposal = stage.run(Stage::config(script), &Cancel::default()).unwrap();
    let found = contents(&proposal);
    assert_eq!(proposal.origin, Origin::Agent("scripted".into()));
    assert_eq!(proposal.step, Some(StepId(1)));
    assert_eq!(found.get("app/a.py"), Some(&text("x = 2\n")));
    assert_eq!(found.get("app/gone.py"), Some(&Content::Deleted));
    assert_eq!(found.get("run.sh"), Some(&Content::Mode { from: 0o100_644, to: 0o100_755 }));
    assert_eq!(found.get("data.bin"), Some(&Content::Binary { base64: "YQBi".into(), base_size_bytes: 0 }));
    // Base and this session's texts were there; the user's unsaved thought was not.
    assert_eq!(found.get("seen.txt"), Some(&text("x = 1\nz = 1\n")));
    assert_eq!(found.get("remotes.txt"), Some(&text("")));
    let Some(Content::Text { text: listing }) = found.get("listing.txt") else { panic!("{found:?}") };
    assert!(!listing.contains(".claude") && !listing.contains("notes.md"), "{listing}");
    for absent in ["noise.log", ".codex/config.toml", "link", ".claude/settings.json"] {
        assert_eq!(found.get(absent), None, "{absent}");
    }
    let Some(Content::Text { text: brief }) = found.get("brief.md") else { panic!("{found:?}") };
    assert!(brief.contains("service (service layer)") && brief.contains("## Rules"), "{brief}");
    let remarks = proposal.remarks.join("\n");
    for named in [".codex/config.toml is left out", "link is left out", "Not in the copy"] {
        assert!(remarks.contains(named), "{remarks}");
    }
    assert_eq!(stage.bytes(), before);
    let state = stage.folder.path().join("state");
    assert_eq!(fs::read_dir(state).unwrap().count(), 0, "the copy is removed");
}

#[test]
fn a_command_that_fails_or_changes_nothing_is_no_proposal() {
    let stage = Stage::new();
    match stage.run(Stage::config("echo 'not logged in' >&2; exit 3"), &Cancel::default()) {
        Err(ProposeError::Failed { status, detail, .. }) => {
            assert_eq!((status.as_str(), detail.as_str()), ("exit 3", "not logged in"));
        }
        other => panic!("{other:?}"),
    }
    let nothing = stage.run(Stage::config("true"), &Cancel::default());
    assert!(matches!(nothing, Err(ProposeError::Nothing(_))), "{nothing:?}");
    let missing = CommandConfig::new("scripted", vec!["no-such-program-here".into()]);
    assert!(matches!(stage.run(missing, &Cancel::default()), Err(ProposeError::Failed { .. })));
}

#[test]
fn a_command_that_does_not_end_is_ended_with_its_children() {
    let stage = Stage::new();
    let marker = stage.folder.path().join("child-lived");
    let script = format!("(sleep 2; touch {}) & sleep 600", marker.display());
    let config = CommandConfig { limit: Duration::from_millis(200), ..Stage::config(&script) };
    let started = Instant::now();
    let result = stage.run(config, &Cancel::default());
    assert!(matches!(result, Err(ProposeError::TimedOut { .. })), "{result:?}");
    assert!(started.elapsed() < Duration::from_secs(20));
    // The child would have made its mark by then.
    while started.elapsed() < Duration::from_secs(4) {
        std::thread::yield_now();
        assert!(!marker.exists(), "a child outlived its group");
        std::thread::park_timeout(Duration::from_millis(100));
    }
}

#[test]
fn what_a_stopped_command_had_changed_is_kept_and_said() {
    let stage = Stage::new();
    let config = CommandConfig {
        limit: Duration::from_secs(2),
        ..Stage::config("echo 'x = 3' > app/a.py; sleep 600")
    };
    let proposal = stage.run(config, &Cancel::default()).unwrap();
    assert_eq!(contents(&proposal).get("app/a.py"), Some(&text("x = 3\n")));
    assert!(proposal.remarks.iter().any(|remark| remark.contains("was stopped after")), "{proposal:?}");
}

#[test]
fn too_much_output_stops_a_command() {
    let stage = Stage::new();
    let config = CommandConfig { limit_output_bytes: 100_000, ..Stage::config("yes") };
    let result = stage.run(config, &Cancel::default());
    assert!(matches!(result, Err(ProposeError::Failed { .. })), "{result:?}");
}

#[test]
fn a_cancelled_command_leaves_nothing() {
    let stage = Stage::new();
    let cancel = Cancel::default();
    cancel.ask();
    let result = stage.run(Stage::config("echo 'x = 3' > app/a.py; sleep 600"), &cancel);
    assert!(matches!(result, Err(ProposeError::Cancelled)), "{result:?}");
}

#[test]
fn a_copy_inside_the_repository_is_refused() {
    let stage = Stage::new();
    let inside: &Path = &stage.root().join("state");
    let proposer = CommandProposer::new(Stage::config("true"), inside.to_path_buf());
    assert!(matches!(proposer.propose(&stage.request(), &Cancel::default()), Err(ProposeError::Io { .. })));
}
