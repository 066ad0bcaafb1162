//! Hooks and signatures: run as git would, in a scratch tree, and never skipped silently.

use crate::support::{
    git::{Sandbox, git},
    vault::{assert_sound, commit, commit_files, file, open, request, settings, snapshot},
};
use pretty_assertions::assert_eq;
use proscenium::{
    ports::{
        Vault,
        vault::{HookReport, VaultError},
    },
    vault::GitVault,
};
use std::{os::unix::fs::PermissionsExt, path::Path, time::Duration};

fn hook(sandbox: &Sandbox, name: &str, script: &str) {
    let path = sandbox.path(&format!(".git/hooks/{name}"));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn sandbox() -> Sandbox {
    Sandbox::with(&[("f.txt", "a\n"), ("kept.txt", "k\n"), ("d/x.txt", "x\n")])
}

fn names(reports: &[HookReport]) -> Vec<(&str, i32)> {
    reports.iter().map(|report| (report.hook.as_str(), report.exit)).collect()
}

#[test]
fn hooks_see_exactly_the_tree_that_will_be_committed_and_nothing_else() {
    let sandbox = sandbox();
    sandbox.write("kept.txt", "dirty\n");
    sandbox.write("untracked", "u\n");
    sandbox.write("staged", "s\n");
    sandbox.git(&["add", "staged"]);
    hook(
        &sandbox,
        "pre-commit",
        "#!/bin/sh\nset -e\nenv | grep ^GIT_INDEX_FILE && exit 9\n\
         git diff --cached --name-status; echo --; git status --porcelain; echo --\n\
         cat f.txt kept.txt; ls; git symbolic-ref --short HEAD; git remote; cd d; git ls-files\n",
    );
    let vault = open(&sandbox);
    let (result, reports) =
        commit(&vault, &request(&vault, "m", &[file("f.txt", "b\n"), file("n.txt", "n\n")]));
    result.unwrap();
    let expected =
        "M\tf.txt\nA\tn.txt\n--\nM  f.txt\nA  n.txt\n--\nb\nk\nd\nf.txt\nkept.txt\nn.txt\nmain\nx.txt\n";
    assert_eq!(reports[0].output, expected);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), " M kept.txt\nA  staged\n?? untracked\n");
    assert_sound(&sandbox);
}

#[test]
fn a_hook_that_fails_stops_the_commit_with_its_output_and_nothing_is_written() {
    for name in ["pre-commit", "prepare-commit-msg", "commit-msg"] {
        let sandbox = sandbox();
        hook(&sandbox, name, "#!/bin/sh\nprintf 'no: \\033[31mbad\\033[0m\\r\\n' >&2; exit 7\n");
        let vault = open(&sandbox);
        let planned = request(&vault, "m", &[file("f.txt", "b\n")]);
        let before = snapshot(&sandbox, true);
        let (result, reports) = commit(&vault, &planned);
        assert!(matches!(result, Err(VaultError::HookFailed { hook }) if hook == name));
        assert_eq!(names(&reports), [(name, 7)]);
        assert_eq!(reports[0].output, "no: bad\n");
        assert_eq!(snapshot(&sandbox, true), before);
    }
}

#[test]
fn what_a_hook_changes_comes_back_and_is_not_committed() {
    let sandbox = sandbox();
    hook(
        &sandbox,
        "pre-commit",
        "#!/bin/sh\nprintf 'B\\n' > f.txt; git add f.txt\nprintf 'new\\n' > gen.txt; git add gen.txt\n\
         printf 'unstaged\\n' > kept.txt\nrm d/x.txt\necho litter > litter\n",
    );
    let vault = open(&sandbox);
    let planned = request(&vault, "m", &[file("f.txt", "b\n")]);
    let before = snapshot(&sandbox, true);
    for _ in 0..2 {
        // The second time the same scratch tree must be as clean as the first.
        let (result, _) = commit(&vault, &planned);
        let text = |text: &str| Some(text.to_owned());
        match result {
            Err(VaultError::HookChanged { hook, files }) => {
                assert_eq!(hook, "pre-commit");
                assert_eq!(
                    files,
                    [
                        ("d/x.txt".to_owned(), None),
                        ("f.txt".to_owned(), text("B\n")),
                        ("gen.txt".to_owned(), text("new\n")),
                        ("kept.txt".to_owned(), text("unstaged\n")),
                    ]
                );
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(snapshot(&sandbox, true), before);
    hook(&sandbox, "pre-commit", "#!/bin/sh\ntest ! -e litter\n");
    commit(&vault, &planned).0.expect("leftovers of the earlier run are gone");
}

#[test]
fn the_message_that_hooks_leave_is_the_message_of_the_commit() {
    let sandbox = sandbox();
    hook(
        &sandbox,
        "prepare-commit-msg",
        "#!/bin/sh\ntest \"$2\" = message || exit 3\necho \"ABC-1 $(cat \"$1\")\" > \"$1\"\n",
    );
    hook(&sandbox, "commit-msg", "#!/bin/sh\nprintf '\\n\\nChange-Id: I1\\n\\n\\n' >> \"$1\"\n");
    hook(&sandbox, "post-commit", "#!/bin/sh\ngit log -1 --format=%s; exit 5\n");
    let vault = open(&sandbox);
    let (result, reports) = commit(&vault, &request(&vault, "subject", &[file("f.txt", "b\n")]));
    let outcome = result.unwrap();
    assert_eq!(outcome.commits[0].subject, "ABC-1 subject");
    assert_eq!(sandbox.git(&["log", "-1", "--format=%B"]), "ABC-1 subject\n\nChange-Id: I1\n\n");
    assert_eq!(names(&reports), [("prepare-commit-msg", 0), ("commit-msg", 0), ("post-commit", 5)]);
    assert_eq!(reports[2].output, "ABC-1 subject\n");
    hook(&sandbox, "commit-msg", "#!/bin/sh\n: > \"$1\"\n");
    let emptied = commit(&vault, &request(&vault, "subject", &[file("f.txt", "c\n")])).0;
    assert!(matches!(emptied, Err(VaultError::HookFailed { .. })));
}

#[test]
fn hooks_run_for_each_part_on_top_of_the_part_before() {
    let sandbox = sandbox();
    hook(&sandbox, "pre-commit", "#!/bin/sh\ngit log --format=%s; git diff --cached --name-only\n");
    let vault = open(&sandbox);
    let mut planned = request(&vault, "one", &[file("f.txt", "b\n")]);
    let mut second = planned.parts[0].clone();
    second.message = "two".into();
    second.files = vec![file("g.txt", "g\n")];
    planned.parts.push(second);
    planned.tree = vault.compose(&planned.base, &[file("f.txt", "b\n"), file("g.txt", "g\n")]).unwrap();
    let (result, reports) = commit(&vault, &planned);
    result.unwrap();
    let outputs: Vec<&str> = reports.iter().map(|report| report.output.as_str()).collect();
    assert_eq!(outputs, ["base\nf.txt\n", "one\nbase\ng.txt\n"]);
}

#[test]
fn a_hook_that_hangs_is_stopped_and_a_script_without_an_interpreter_runs() {
    let sandbox = sandbox();
    hook(&sandbox, "pre-commit", "#!/bin/sh\nsleep 60\n");
    let mut settings = settings(&sandbox);
    settings.child_timeout = Duration::from_millis(300);
    let vault = GitVault::open(&sandbox.root(), settings).unwrap();
    let planned = request(&vault, "m", &[file("f.txt", "b\n")]);
    let (result, reports) = commit(&vault, &planned);
    assert!(matches!(result, Err(VaultError::HookFailed { .. })));
    assert_eq!(names(&reports), [("pre-commit", 124)]);
    // It may have been in the middle of something.
    std::fs::write(vault.scratch_path("approved").join(".git/index.lock"), "").unwrap();
    hook(&sandbox, "pre-commit", "echo plain\n");
    let vault = open(&sandbox);
    let (result, reports) = commit(&vault, &planned);
    result.unwrap();
    assert_eq!(reports[0].output, "plain\n");
}

#[test]
fn a_hook_cannot_reach_the_users_refs_or_configuration() {
    let sandbox = sandbox();
    hook(
        &sandbox,
        "pre-commit",
        "#!/bin/sh\ngit branch evil; git config user.name Evil; git stash -u; git tag evil; git update-ref refs/heads/main $(git write-tree) ; exit 1\n",
    );
    let vault = open(&sandbox);
    let planned = request(&vault, "m", &[file("f.txt", "b\n")]);
    let before = snapshot(&sandbox, true);
    assert!(commit(&vault, &planned).0.is_err());
    assert_eq!(snapshot(&sandbox, true), before);
}

#[test]
fn a_key_that_does_not_work_refuses_and_never_commits_unsigned() {
    for (format, key, word) in [
        ("openpgp", "0123456789ABCDEF", "gpg"),
        ("ssh", "/nonexistent/key", "ssh-keygen"),
        ("ssh", "", "no SSH key"),
    ] {
        let sandbox = sandbox();
        sandbox.git(&["config", "commit.gpgsign", "true"]);
        sandbox.git(&["config", "gpg.format", format]);
        if !key.is_empty() {
            sandbox.git(&["config", "user.signingkey", key]);
        }
        let vault = open(&sandbox);
        let planned = request(&vault, "m", &[file("f.txt", "b\n")]);
        let before = snapshot(&sandbox, true);
        match commit(&vault, &planned).0 {
            Err(VaultError::Signing(reason)) => assert!(reason.contains(word), "{reason}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(snapshot(&sandbox, true), before);
    }
}

#[test]
fn a_signing_program_of_the_repository_itself_is_not_run() {
    let sandbox = sandbox();
    sandbox.git(&["config", "commit.gpgsign", "true"]);
    sandbox.git(&["config", "gpg.program", "/bin/echo"]);
    let vault = open(&sandbox);
    let result = commit(&vault, &request(&vault, "m", &[file("f.txt", "b\n")])).0;
    assert!(matches!(result, Err(VaultError::Signing(reason)) if reason.contains("own configuration")));
}

#[test]
fn an_ssh_key_signs_and_git_accepts_the_signature() {
    let sandbox = sandbox();
    let key = sandbox.dir.path().join("key");
    let made = std::process::Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "ada@example.org", "-f"])
        .arg(&key)
        .status();
    if !made.is_ok_and(|status| status.success()) {
        // The program is not installed here; the refusal is tested above.
        return;
    }
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    let allowed = sandbox.dir.path().join("allowed");
    std::fs::write(&allowed, format!("ada@example.org {public}")).unwrap();
    for (name, value) in [
        ("commit.gpgsign", "true"),
        ("gpg.format", "ssh"),
        ("user.signingkey", key.to_str().unwrap()),
        ("gpg.ssh.allowedSignersFile", allowed.to_str().unwrap()),
    ] {
        sandbox.git(&["config", name, value]);
    }
    let outcome = commit_files(&open(&sandbox), &[file("f.txt", "b\n")]);
    assert!(outcome.commits[0].signed_with.starts_with("ssh "));
    git(Path::new(&sandbox.root()), &["verify-commit", "HEAD"]);
    assert_sound(&sandbox);
}

#[test]
fn a_hook_that_the_user_stops_leaves_no_commit_and_the_next_try_begins_afresh() {
    for name in ["pre-commit", "prepare-commit-msg", "commit-msg"] {
        let sandbox = sandbox();
        let gate = sandbox.path(".git/begun");
        hook(&sandbox, name, &format!("#!/bin/sh\necho half > f.txt\n: > {}\nsleep 60\n", gate.display()));
        let vault = open(&sandbox);
        let planned = request(&vault, "m", &[file("f.txt", "b\n")]);
        let before = snapshot(&sandbox, true);
        let cancel = planned.cancel.clone();
        let asker = std::thread::spawn(move || {
            let until = std::time::Instant::now() + Duration::from_secs(30);
            while !gate.exists() && std::time::Instant::now() < until {
                std::thread::sleep(Duration::from_millis(5));
            }
            cancel.ask();
            gate
        });
        let began = std::time::Instant::now();
        let (result, reports) = commit(&vault, &planned);
        assert!(matches!(result, Err(VaultError::Stopped { what }) if what == name));
        assert!(began.elapsed() < Duration::from_secs(40));
        assert_eq!(names(&reports), [(name, 130)]);
        assert!(reports[0].output.contains("stopped by you"), "{:?}", reports[0]);
        std::fs::remove_file(asker.join().unwrap()).unwrap();
        assert_eq!(snapshot(&sandbox, true), before);
        hook(&sandbox, name, "#!/bin/sh\ngrep -qx b f.txt\n");
        commit(&vault, &request(&vault, "m", &[file("f.txt", "b\n")])).0.unwrap();
        assert_sound(&sandbox);
    }
}

#[test]
fn a_commit_that_is_stopped_before_its_hooks_runs_none() {
    let sandbox = sandbox();
    hook(&sandbox, "pre-commit", "#!/bin/sh\nexit 0\n");
    let vault = open(&sandbox);
    let planned = request(&vault, "m", &[file("f.txt", "b\n")]);
    planned.cancel.ask();
    let (result, reports) = commit(&vault, &planned);
    assert!(matches!(result, Err(VaultError::Stopped { what }) if what == "the commit"));
    assert!(reports.is_empty());
}
