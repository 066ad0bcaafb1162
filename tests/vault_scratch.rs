//! Scratch trees: exactly the composed tree, quickly, and no way back into the user's sources.

use crate::support::{
    git::{Sandbox, git, run},
    tools,
    vault::{file, open, removal, settings, snapshot},
};
use pretty_assertions::assert_eq;
use proscenium::{ports::Vault, vault::GitVault};
use std::{
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::Path,
    process::Command,
};

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn inode(path: &Path) -> u64 {
    std::fs::symlink_metadata(path).unwrap().ino()
}

#[test]
fn a_scratch_tree_holds_commit_and_files_and_git_says_so() {
    let sandbox = Sandbox::with(&[
        ("a.txt", "a\n"),
        ("d/b.txt", "b\n"),
        ("gone.txt", "g\n"),
        (".gitignore", "*.pyc\n"),
    ]);
    sandbox.write("a.txt", "dirty\n");
    sandbox.write("untracked", "u\n");
    let before = snapshot(&sandbox, true);
    let vault = open(&sandbox);
    let mut script = file("run.sh", "#!/bin/sh\n");
    script.mode = Some(0o100_755);
    let files = [file("d/b.txt", "B\n"), removal("gone.txt"), script];
    let scratch = vault.scratch("approved", &sandbox.head(), &files).unwrap();
    assert_eq!(scratch.tree, vault.compose(&sandbox.head(), &files).unwrap());
    assert_eq!(git(&scratch.path, &["write-tree"]).trim(), scratch.tree);
    assert_eq!(git(&scratch.path, &["status", "--porcelain"]), "M  d/b.txt\nD  gone.txt\nA  run.sh\n");
    assert_eq!(git(&scratch.path, &["rev-parse", "HEAD"]).trim(), sandbox.head());
    assert_eq!(git(&scratch.path, &["remote"]), "");
    assert_eq!(std::fs::read_to_string(scratch.path.join("a.txt")).unwrap(), "a\n");
    assert!(!scratch.path.join("untracked").exists());
    assert_eq!(std::fs::metadata(scratch.path.join("run.sh")).unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(std::fs::metadata(&scratch.path).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(!scratch.path.starts_with(sandbox.root()));
    assert_eq!((scratch.doubts, scratch.shared), (vec![], vec![]));
    assert_eq!(snapshot(&sandbox, true), before);
}

#[test]
fn called_again_it_rewrites_only_what_differs_and_removes_leftovers() {
    let sandbox = Sandbox::with(&[("a", "a\n"), ("b", "b\n"), ("c/d", "d\n"), (".gitignore", "cache/\n")]);
    let vault = open(&sandbox);
    let scratch = vault.scratch("approved", &sandbox.head(), &[file("b", "B\n")]).unwrap();
    let path = scratch.path;
    let kept = inode(&path.join("a"));
    write(&path.join("cache/x"), "warm\n");
    write(&path.join("litter/deep/x"), "l\n");
    write(&path.join("nested/.git/HEAD"), "ref: x\n");
    write(&path.join("b"), "broken by a command\n");
    // Same size, same moment: only the content tells.
    write(&path.join("a"), "x\n");
    std::fs::remove_dir_all(path.join("c")).unwrap();
    let outside = sandbox.dir.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    symlink(&outside, path.join("c")).unwrap();
    let again = vault.scratch("approved", &sandbox.head(), &[file("n", "n\n")]).unwrap();
    assert_eq!(again.path, path);
    assert_eq!(git(&path, &["status", "--porcelain"]), "A  n\n");
    assert_eq!(std::fs::read_to_string(path.join("a")).unwrap(), "a\n");
    assert_eq!(std::fs::read_to_string(path.join("b")).unwrap(), "b\n");
    assert_eq!(std::fs::read_to_string(path.join("c/d")).unwrap(), "d\n");
    assert_eq!(std::fs::read_to_string(path.join("cache/x")).unwrap(), "warm\n");
    assert!(!path.join("litter").exists() && !path.join("nested").exists());
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
    let third = inode(&path.join("a"));
    assert_ne!(third, kept);
    vault.scratch("approved", &sandbox.head(), &[]).unwrap();
    assert_eq!(inode(&path.join("a")), third);
    assert!(!path.join("n").exists());
}

#[test]
fn files_links_and_folders_may_take_each_others_place() {
    let sandbox = Sandbox::with(&[("x", "file\n"), ("y/z", "folder\n")]);
    let vault = open(&sandbox);
    let path = vault.scratch("s", &sandbox.head(), &[]).unwrap().path;
    let files = [removal("x"), file("x/now", "folder\n"), removal("y/z"), file("y", "file\n")];
    vault.scratch("s", &sandbox.head(), &files).unwrap();
    assert_eq!(git(&path, &["status", "--porcelain", "--no-renames"]).lines().count(), 4);
    assert_eq!(git(&path, &["diff", "--stat"]), "");
    vault.scratch("s", &sandbox.head(), &[]).unwrap();
    assert_eq!(git(&path, &["status", "--porcelain"]), "");
}

#[test]
fn commands_inside_cannot_reach_the_users_repository() {
    let sandbox = Sandbox::with(&[("a", "a\n")]);
    write(&sandbox.path(".git/hooks/pre-commit"), "#!/bin/sh\ntouch \"$CANARY\"\n");
    std::fs::set_permissions(sandbox.path(".git/hooks/pre-commit"), std::fs::Permissions::from_mode(0o755))
        .unwrap();
    let before = snapshot(&sandbox, true);
    let path = open(&sandbox).scratch("s", &sandbox.head(), &[file("a", "b\n")]).unwrap().path;
    for command in [
        vec!["commit", "-q", "-m", "evil"],
        vec!["branch", "evil"],
        vec!["config", "x.y", "z"],
        vec!["gc", "-q"],
        vec!["stash"],
    ] {
        run(&path, &command);
    }
    assert_eq!(snapshot(&sandbox, true), before);
}

#[test]
fn an_unborn_repository_and_one_with_alternates_of_its_own_work() {
    let sandbox = Sandbox::unborn();
    let scratch = open(&sandbox).scratch("s", "", &[file("a", "a\n")]).unwrap();
    assert_eq!(git(&scratch.path, &["status", "--porcelain"]), "A  a\n");
    let origin = Sandbox::with(&[("a", "a\n")]);
    git(origin.dir.path(), &["clone", "-q", "--shared", "repo", "shared"]);
    let shared = origin.dir.path().join("shared");
    let vault = GitVault::open(&shared, settings(&origin)).unwrap();
    let scratch = vault.scratch("s", &origin.head(), &[]).unwrap();
    assert_eq!(std::fs::read_to_string(scratch.path.join("a")).unwrap(), "a\n");
}

#[test]
fn packages_are_shared_and_workspace_links_lead_into_the_scratch_tree() {
    let sandbox = Sandbox::with(&[
        (".gitignore", "node_modules/\n"),
        ("packages/core/index.js", "module.exports = 'base';\n"),
        (
            "packages/core/package.json",
            "{\"name\":\"@acme/core\",\"main\":\"index.js\",\"bin\":\"index.js\"}\n",
        ),
        ("app.js", "console.log(require('@acme/core'), require('dep'));\n"),
    ]);
    sandbox.write("node_modules/dep/index.js", "module.exports = 'dep';\n");
    sandbox.write("node_modules/.cache/tool/x", "user's cache\n");
    std::fs::create_dir_all(sandbox.path("node_modules/@acme")).unwrap();
    std::fs::create_dir_all(sandbox.path("node_modules/.bin")).unwrap();
    symlink("../../packages/core", sandbox.path("node_modules/@acme/core")).unwrap();
    symlink("../@acme/core/index.js", sandbox.path("node_modules/.bin/core")).unwrap();
    // The user's own edit must not be what is verified.
    sandbox.write("packages/core/index.js", "throw new Error('the user is in the middle of something');\n");
    let before = snapshot(&sandbox, false);
    let vault = open(&sandbox);
    let files = [file("packages/core/index.js", "module.exports = 'approved';\n")];
    let scratch = vault.scratch("s", &sandbox.head(), &files).unwrap();
    assert_eq!((scratch.shared, scratch.doubts), (vec!["node_modules".to_owned()], vec![]));
    let inside = |path: &str| scratch.path.join(path).canonicalize().unwrap();
    assert_eq!(inside("node_modules/@acme/core"), scratch.path.join("packages/core"));
    assert_eq!(inside("node_modules/.bin/core"), scratch.path.join("packages/core/index.js"));
    assert_eq!(inside("node_modules/dep"), sandbox.path("node_modules/dep"));
    assert!(!scratch.path.join("node_modules/.cache").exists());
    write(&scratch.path.join("node_modules/.cache/tool/x"), "its own cache\n");
    if let Ok(output) = Command::new("node").arg("app.js").current_dir(&scratch.path).output() {
        assert_eq!(String::from_utf8_lossy(&output.stdout), "approved dep\n");
    }
    // A package that goes away goes away here too, private caches stay.
    std::fs::remove_dir_all(sandbox.path("node_modules/dep")).unwrap();
    vault.scratch("s", &sandbox.head(), &files).unwrap();
    assert!(std::fs::symlink_metadata(scratch.path.join("node_modules/dep")).is_err());
    assert!(scratch.path.join("node_modules/.cache/tool/x").exists());
    let mut after = before;
    after.retain(|path, _| !path.starts_with("node_modules/dep"));
    assert_eq!(snapshot(&sandbox, false), after);
    std::fs::remove_dir_all(sandbox.path("node_modules")).unwrap();
    vault.scratch("s", &sandbox.head(), &files).unwrap();
    assert!(!scratch.path.join("node_modules").exists());
}

#[test]
fn a_workspace_package_that_is_not_tracked_is_a_doubt() {
    let sandbox = Sandbox::with(&[(".gitignore", "node_modules/\ngenerated/\n")]);
    sandbox.write("generated/client/index.js", "1\n");
    std::fs::create_dir_all(sandbox.path("node_modules")).unwrap();
    symlink("../generated/client", sandbox.path("node_modules/client")).unwrap();
    let scratch = open(&sandbox).scratch("s", &sandbox.head(), &[]).unwrap();
    assert_eq!(
        scratch.doubts,
        ["node_modules/client leads to generated/client of your working tree, which is not tracked"]
    );
}

/// A virtual environment of this machine's Python, without pip; `None` where there is none.
fn environment(sandbox: &Sandbox) -> Option<std::path::PathBuf> {
    let made =
        tools::python_command().args(["-m", "venv", "--without-pip"]).arg(sandbox.path(".venv")).output();
    if !made.is_ok_and(|output| output.status.success()) {
        return None;
    }
    let lib = sandbox.path(".venv/lib");
    let version = std::fs::read_dir(lib).unwrap().flatten().next().unwrap().file_name();
    Some(Path::new(".venv/lib").join(version).join("site-packages"))
}

#[test]
fn editable_installs_lead_into_the_scratch_tree() {
    let sandbox = Sandbox::with(&[
        (".gitignore", ".venv/\n__pycache__/\n"),
        ("src/acme/__init__.py", "WHO = 'base'\n"),
        ("finder/beta/__init__.py", "WHO = 'base'\n"),
    ]);
    let Some(packages) = environment(&sandbox) else { return };
    let root = sandbox.root();
    let in_packages = |name: &str| sandbox.root().join(&packages).join(name);
    write(&in_packages("dep.py"), "WHO = 'dep'\n");
    write(&in_packages("__editable__.acme-1.0.pth"), &format!("{}/src\n", root.display()));
    write(
        &in_packages("__editable__.beta-1.0.pth"),
        "import __editable___beta_1_0_finder; __editable___beta_1_0_finder.install()\n",
    );
    write(
        &in_packages("__editable___beta_1_0_finder.py"),
        &format!(
            "import sys\nMAPPING = {{'beta': '{}/finder/beta'}}\ndef install():\n    sys.path.append(MAPPING['beta'].rsplit('/', 1)[0])\n",
            root.display()
        ),
    );
    let script = sandbox.path(".venv/bin/who");
    write(
        &script,
        &format!(
            "#!{}/.venv/bin/python\nimport acme, beta, dep\nprint(acme.WHO, beta.WHO, dep.WHO)\n",
            root.display()
        ),
    );
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    // The user's broken edit.
    sandbox.write("src/acme/__init__.py", "raise SystemExit('the user is in the middle of something')\n");
    let before = snapshot(&sandbox, false);
    let vault = open(&sandbox);
    let scratch = vault
        .scratch("s", &sandbox.head(), &[file("finder/beta/__init__.py", "WHO = 'approved'\n")])
        .unwrap();
    assert_eq!((scratch.shared, scratch.doubts), (vec![".venv".to_owned()], vec![]));
    let output = Command::new(scratch.path.join(".venv/bin/who"))
        .current_dir(&scratch.path)
        .env_remove("PYTHONPATH")
        .output()
        .unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(said, "base approved dep\n");
    let mut after = snapshot(&sandbox, false);
    after.retain(|path, _| !path.contains("__pycache__"));
    assert_eq!(after, before);
    // The other way round: a broken approved text is what runs.
    let broken = [file("src/acme/__init__.py", "raise SystemExit('approved and broken')\n")];
    vault.scratch("s", &sandbox.head(), &broken).unwrap();
    let output = Command::new(scratch.path.join(".venv/bin/who")).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("approved and broken"));
}

#[test]
fn editable_installs_that_cannot_be_pointed_elsewhere_are_doubts() {
    let sandbox =
        Sandbox::with(&[(".gitignore", ".venv/\nbuild/\n"), ("src/a.py", "1\n"), ("Cargo.toml", "x\n")]);
    let root = sandbox.root();
    sandbox.write(".venv/pyvenv.cfg", "home = /usr/bin\n");
    let packages = ".venv/lib/python3.12/site-packages";
    sandbox.write(&format!("{packages}/gone.pth"), &format!("{}/build/lib\n", root.display()));
    sandbox.write(
        &format!("{packages}/_acme_editable_loader.py"),
        &format!("path = '{}/build/cp312'\n", root.display()),
    );
    let manifest = format!("[dependencies]\nx = {{ path = \"{}/src\" }}\n", root.display());
    let scratch = open(&sandbox).scratch("s", &sandbox.head(), &[file("Cargo.toml", &manifest)]).unwrap();
    assert_eq!(
        scratch.doubts,
        [
            "Cargo.toml names your working tree by its absolute path",
            "_acme_editable_loader.py loads compiled parts that were built from your working tree",
            "gone.pth names build/lib, which is not part of the tree",
        ]
    );
}

#[test]
fn a_php_autoloader_finds_the_scratch_tree() {
    let sandbox =
        Sandbox::with(&[("composer.json", "{}\n"), (".gitignore", "vendor/\n"), ("lib/pkg/x.php", "1\n")]);
    sandbox.write("vendor/autoload.php", "<?php\n");
    sandbox.write("vendor/composer/autoload_psr4.php", "<?php $vendorDir = dirname(__DIR__);\n");
    sandbox.write("vendor/acme/dep/a.php", "<?php\n");
    symlink("../../lib/pkg", sandbox.path("vendor/acme/pkg")).unwrap();
    let scratch = open(&sandbox).scratch("s", &sandbox.head(), &[]).unwrap();
    let inside = |path: &str| scratch.path.join(path).canonicalize().unwrap();
    assert!(inside("vendor/composer/autoload_psr4.php").starts_with(&scratch.path));
    assert!(inside("vendor/autoload.php").starts_with(&scratch.path));
    assert_eq!(inside("vendor/acme/pkg"), scratch.path.join("lib/pkg"));
    assert_eq!(inside("vendor/acme/dep"), sandbox.path("vendor/acme/dep"));
}

#[test]
fn files_that_a_filter_would_change_and_submodules_are_doubts() {
    let sandbox = Sandbox::with(&[
        (".gitattributes", "*.bin filter=lfs\n"),
        ("a.bin", "pointer\n"),
        ("b.bin", "pointer\n"),
    ]);
    let scratch = open(&sandbox).scratch("s", &sandbox.head(), &[]).unwrap();
    assert_eq!(scratch.doubts, ["a.bin and 1 more are as stored: filter=lfs was not run"]);
}
