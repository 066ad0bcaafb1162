//! `proscenium scan` as CI and people run it.

use crate::support::program::{Sandboxed, finish, schema_errors, section, tree};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use pretty_assertions::assert_eq;
use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt, OsStringExt},
    process::Stdio,
};

#[test]
fn the_demo_shows_its_stack_and_endpoints_with_their_places() {
    let (sandbox, root) = Sandboxed::with_demo();
    let text = sandbox.run(&root, &["scan"]).expect(0).without_escapes().text();
    assert!(text.starts_with("orders-api  python · fastapi · "), "{text}");
    assert_eq!(
        section(&text, "Stack").first().copied(),
        Some("  language         python >=3.9     stated  pyproject.toml:5 states >=3.9")
    );
    assert_eq!(
        section(&text, "Endpoints"),
        [
            "  POST  /api/courier/shipments/{order_id}  parcel_left        app/routers/courier.py:25",
            "  GET   /api/customers                     list_customers     app/routers/customers.py:17",
            "  POST  /api/customers                     register_customer  app/routers/customers.py:36",
            "  GET   /api/customers/in/{city}           customers_in_city  app/routers/customers.py:22",
            "  GET   /api/customers/{customer_id}       get_customer       app/routers/customers.py:29",
            "  GET   /api/orders                        list_orders        app/routers/orders.py:17",
            "  POST  /api/orders                        place_order        app/routers/orders.py:31",
            "  GET   /api/orders/{order_id}             get_order          app/routers/orders.py:26",
            "  GET   /api/products                      list_products      app/routers/products.py:17",
            "  GET   /api/reports/receipts/{order_id}   receipt            app/routers/reports.py:29",
            "  GET   /api/reports/revenue               revenue            app/routers/reports.py:21",
            "  GET   /api/reports/top-customers         top_customers      app/routers/reports.py:34",
        ]
    );
}

#[test]
fn json_fits_its_schema_and_is_the_same_in_every_place() {
    let (sandbox, root) = Sandboxed::with_demo();
    let (other, other_root) = Sandboxed::with_demo();
    let ran = sandbox.run(&root, &["scan", "--format", "json"]).expect(0).without_escapes();
    let mut map = ran.json();
    assert_eq!(schema_errors("scan", &map), Vec::<String>::new());
    let mut again = other.run(&other_root, &["scan", "--format", "json", "--no-cache"]).expect(0).json();
    for map in [&mut map, &mut again] {
        map["stats"]["elapsed_ms"] = 0.into();
    }
    assert_eq!(map, again);
    assert!(!map.to_string().contains(root.to_str().expect("UTF-8")), "an absolute path");
}

#[test]
fn a_folder_outside_any_repository_is_scanned_too() {
    let (sandbox, root) = Sandboxed::with_files(&[
        ("requirements.txt", "fastapi\n"),
        (
            "main.py",
            "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get(\"/ping\")\ndef ping():\n    return 1\n",
        ),
    ]);
    let map = sandbox.run(&root, &["scan", "--format", "json", "--no-cache"]).expect(0).json();
    assert_eq!(map["endpoints"][0]["path"], "/ping");
    assert_eq!(map["stack"]["framework"]["name"], "fastapi");
    // Reading leaves nothing behind, neither there nor in the user's folders.
    assert_eq!(tree(&root).len(), 2);
    assert_eq!(tree(&sandbox.home()), Vec::<std::path::PathBuf>::new());
    // What a scan remembers is in the cache alone.
    assert_eq!(
        sandbox.run(&root, &["scan", "--format", "json"]).expect(0).json()["endpoints"],
        map["endpoints"]
    );
    assert_eq!(tree(&root).len(), 2);
    let scans = sandbox.home().join("cache/proscenium/scans");
    let left = tree(&sandbox.home());
    assert!(
        !left.is_empty() && left.iter().all(|path| path.starts_with(&scans) || scans.starts_with(path)),
        "{left:?}"
    );
}

#[test]
fn an_endpoint_is_explained_by_its_title_or_by_a_path_that_it_serves() {
    let (sandbox, root) = Sandboxed::with_demo();
    for asked in ["GET /api/orders/{order_id}", "/api/orders/17"] {
        let text = sandbox.run(&root, &["scan", "--explain", asked]).expect(0).without_escapes().text();
        assert!(text.starts_with("GET /api/orders/{order_id}  get_order\n"), "{text}");
        assert_eq!(
            section(&text, "Why this endpoint"),
            ["  app/routers/orders.py:26  registers it", "  app/routers/orders.py:27  handles it"]
        );
        for heading in ["Flow", "Why these layers"] {
            let rows = section(&text, heading);
            assert!(rows.iter().any(|row| row.contains("app/routers/orders.py")), "{heading}: {text}");
        }
    }
}

#[test]
fn graphs_name_every_file_and_explain_names_the_evidence() {
    let (sandbox, root) = Sandboxed::with_demo();
    let dot = sandbox.run(&root, &["scan", "--format", "dot"]).expect(0).text();
    assert!(dot.starts_with("digraph layers {") && dot.ends_with("}\n"), "{dot}");
    assert!(dot.contains("label=\"app/services/orders.py\""), "{dot}");
    let mermaid = sandbox.run(&root, &["scan", "--format", "mermaid"]).expect(0).text();
    assert!(mermaid.contains("subgraph repository_layer"), "{mermaid}");
    for from in [root.clone(), root.join("app")] {
        let path = if from == root { "app/routers/reports.py" } else { "routers/reports.py" };
        let top = root.to_str().expect("UTF-8");
        let text = sandbox.run(&from, &["scan", top, "--explain", path]).expect(0).text();
        assert!(text.starts_with("app/routers/reports.py  router  "), "{text}");
        assert!(
            section(&text, "Why this layer").contains(&"  app/routers/reports.py:29  registers an endpoint")
        );
    }
    let ran = sandbox.run(&root, &["scan", "--explain", "README.md"]).expect(2);
    assert!(
        ran.err.contains("README.md is neither a source file nor an endpoint") && ran.err.contains("hint: "),
        "{}",
        ran.err
    );
}

#[test]
fn a_wrong_path_is_named_and_leaves_nothing_behind() {
    let sandbox = Sandboxed::new();
    std::fs::write(sandbox.path("file"), "x").expect("a file");
    for (path, words) in [
        ("missing", "missing does not exist"),
        ("file", "file is a file, not a folder"),
        ("a\u{1b}[31m\n", "a␛[31m␊ does not exist"),
    ] {
        let here = sandbox.path("");
        for arguments in
            [vec!["scan", path], vec!["review", path], vec!["verify", path], vec!["stack", "show", path]]
        {
            let ran = sandbox.run(&here, &arguments).expect(2).without_escapes();
            assert!(ran.err.contains(words) && ran.err.contains("hint: "), "{}", ran.err);
            assert_eq!(ran.out, b"");
        }
    }
    assert_eq!(tree(&sandbox.home()), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_name_that_is_not_text_is_kept_exactly_and_hostile_names_stay_on_one_line() {
    let (sandbox, root) =
        Sandboxed::with_files(&[("requirements.txt", "fastapi\n"), ("ok.py", "import fastapi\n")]);
    let raw = OsStr::from_bytes(b"caf\xe9.py");
    std::fs::write(root.join(raw), "import fastapi\n").expect("a file");
    for name in ["new\nline.py", "esc\u{1b}[31m.py", "bidi\u{202e}yp.py", "csi\u{9b}1m.py"] {
        std::fs::write(root.join(name), "import fastapi\n").expect("a file");
    }
    let map = sandbox.run(&root, &["scan", "--format", "json"]).expect(0).without_escapes().json();
    let skipped = map["skipped"].as_array().expect("a list");
    let bytes: Vec<Vec<u8>> =
        skipped.iter().filter_map(|skipped| STANDARD.decode(skipped["path_bytes"].as_str()?).ok()).collect();
    assert_eq!(bytes, [raw.as_bytes()]);
    let files: Vec<&str> =
        map["files"].as_array().expect("a list").iter().filter_map(|file| file["path"].as_str()).collect();
    assert_eq!(files, ["bidi\u{202e}yp.py", "csi\u{9b}1m.py", "esc\u{1b}[31m.py", "new\nline.py", "ok.py"]);
    for format in ["text", "dot", "mermaid"] {
        let text = sandbox.run(&root, &["scan", "--format", format]).expect(0).without_escapes().text();
        assert!(!text.contains('\u{202e}'), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("line.py")), "{text}");
    }
}

#[test]
fn an_argument_that_is_not_text_is_a_path_like_any_other() {
    let sandbox = Sandboxed::new();
    let name = OsString::from_vec(b"back\xffend".to_vec());
    let root = sandbox.path("").join(&name);
    std::fs::create_dir(&root).expect("a folder");
    std::fs::write(root.join("requirements.txt"), "fastapi\n").expect("a file");
    let ran = sandbox.run(&sandbox.path(""), &[OsStr::new("scan"), &name]).expect(0);
    assert!(ran.text().starts_with("back\u{fffd}end  "), "{}", ran.text());
}

#[test]
fn a_reader_that_is_gone_and_a_full_disk_are_errors_and_no_panics() {
    let (sandbox, root) = Sandboxed::with_demo();
    let mut child = sandbox
        .command(&root)
        .args(["scan", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(141));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    // Only Linux has a disk that is always full.
    if let Ok(full) = full {
        let child =
            sandbox.command(&root).arg("scan").stdout(full).stderr(Stdio::piped()).spawn().expect("started");
        let output = child.wait_with_output().expect("ended");
        assert_eq!(output.status.code(), Some(3));
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(err.starts_with("error: standard output: ") && err.contains("hint: "), "{err}");
    }
}

#[test]
fn a_wrong_argument_is_told_without_its_escapes() {
    let sandbox = Sandboxed::new();
    let ran =
        sandbox.run(&sandbox.path(""), &["scan", "--no\u{1b}[31msuch\u{9b}"]).expect(2).without_escapes();
    assert!(ran.err.contains("unexpected argument"), "{}", ran.err);
    let mut command = sandbox.command(&sandbox.path(""));
    std::os::unix::process::CommandExt::arg0(&mut command, "a\u{1b}[31m");
    let ran = finish(command.args(["scan", "--help"])).expect(0).without_escapes();
    assert!(ran.text().contains("Usage: proscenium scan"), "{}", ran.text());
}
