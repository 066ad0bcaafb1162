//! `stack/proscenium.toml` through the program: excludes, and a layer contract that bites.

use crate::support::program::Sandboxed;
use pretty_assertions::assert_eq;
use std::{
    fs,
    path::{Path, PathBuf},
};

const SETTINGS: &str = r#"[[exclude]]
paths = ["/samples/"]
reason = "faults on purpose"

[[layer]]
name = "domain"
paths = ["/app/domain/"]
may_use = []

[[layer]]
name = "web"
paths = ["/app/web/"]
may_use = ["domain"]
"#;

const LOOKUP: &str = "import sqlite3\n\n\ndef find(db: sqlite3.Connection, name: str):\n    return db.execute(f\"SELECT id FROM t WHERE name = '{name}'\")\n";

fn sample(settings: &str) -> (Sandboxed, PathBuf) {
    Sandboxed::with_files(&[
        ("requirements.txt", "fastapi\n"),
        ("stack/proscenium.toml", settings),
        ("app/__init__.py", ""),
        ("app/domain/__init__.py", ""),
        ("app/domain/order.py", "TOTAL = 1\n"),
        ("app/web/__init__.py", ""),
        ("app/web/orders.py", "from app.domain.order import TOTAL\n"),
        ("samples/bad.py", LOOKUP),
    ])
}

fn review(sandbox: &Sandboxed, root: &Path, status: i32) -> String {
    sandbox.run(root, &["review"]).expect(status).without_escapes().text()
}

#[test]
fn what_is_excluded_is_not_reviewed_and_is_named_with_its_reason() {
    let (sandbox, root) = sample(SETTINGS);
    let text = review(&sandbox, &root, 0);
    assert!(text.contains("left out: samples: faults on purpose (stack/proscenium.toml:1)"), "{text}");
    fs::remove_file(root.join("stack/proscenium.toml")).unwrap();
    assert!(review(&sandbox, &root, 1).contains("samples/bad.py"));
}

#[test]
fn one_import_against_the_contract_turns_the_review_red() {
    let (sandbox, root) = sample(SETTINGS);
    fs::write(root.join("app/domain/order.py"), "from app.web.orders import TOTAL\n").unwrap();
    let text = review(&sandbox, &root, 1);
    assert!(
        text.contains("app/domain/order.py imports app/web/orders.py: domain may use no other layer (stack/proscenium.toml:5)"),
        "{text}"
    );
    assert_eq!(text.matches("arch/layer-order").count(), 1, "{text}");
}

#[test]
fn settings_that_cannot_be_meant_are_bad_input_with_their_place() {
    let (sandbox, root) = sample(&format!("{SETTINGS}\n[trust]\ncommands = true\n"));
    let said = sandbox.run(&root, &["review"]).expect(2).err;
    assert!(said.contains("stack/proscenium.toml:15:2: unknown field `trust`"), "{said}");
}
