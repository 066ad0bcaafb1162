//! Files made to be slow, deep or large: each costs little and is named with the reason.
//!
//! With `PROSCENIUM_FULL=1` each file has its full size and is scanned alone, so that its own
//! cost is seen; without, smaller ones of a kind share one backend and one scan.

use crate::support::{effort::is_full, program::Sandboxed};
use serde_json::Value;
use std::{fs, io::Read, path::Path, process::Stdio, time::Duration};

/// Half a second of processor time in a release build; one with checks is some twenty
/// times slower.
const LIMIT: Duration =
    if cfg!(debug_assertions) { Duration::from_secs(20) } else { Duration::from_millis(500) };
/// A build with checks is given fewer, so that the suite stays quick.
fn siblings() -> usize {
    match (is_full(), cfg!(debug_assertions)) {
        (false, _) => 1_000,
        (true, true) => 20_000,
        (true, false) => 100_000,
    }
}

const LIMIT_MB: u64 = 256;

/// Endings of source files, whether or not their language has a front end.
const ENDINGS: [&str; 12] = ["py", "js", "ts", "tsx", "rs", "go", "rb", "java", "kt", "php", "cs", "ex"];

/// Manifests, so that each language is looked at as a backend's.
const MANIFESTS: [(&str, &str); 9] = [
    ("requirements.txt", "fastapi\n"),
    ("package.json", r#"{"dependencies": {"express": "5"}}"#),
    ("Cargo.toml", "[package]\nname = \"x\"\nversion = \"0.1.0\"\n[dependencies]\naxum = \"1\"\n"),
    ("go.mod", "module x\n\nrequire github.com/gin-gonic/gin v1.9.0\n"),
    ("Gemfile", "gem 'rails'\n"),
    (
        "pom.xml",
        "<project><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>",
    ),
    ("composer.json", r#"{"require": {"laravel/framework": "11"}}"#),
    ("x.csproj", r#"<Project Sdk="Microsoft.NET.Sdk.Web"></Project>"#),
    ("mix.exs", "defmodule X.MixProject do\n  defp deps, do: [{:phoenix, \"~> 1.7\"}]\nend\n"),
];

struct Cost {
    map: Value,
    took: Duration,
    peak_mb: u64,
}

/// A hostile file: its path in the backend, what is hostile about it, and its bytes.
struct Hostile {
    path: String,
    what: String,
    bytes: Vec<u8>,
}

impl Hostile {
    fn new(path: &str, what: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.to_owned(), what: what.to_owned(), bytes: bytes.into() }
    }
}

/// Scans hostile files beside every manifest, in a process of its own.
fn cost(files: &[Hostile]) -> Cost {
    let sandbox = Sandboxed::new();
    let root = sandbox.path("backend");
    fs::create_dir(&root).unwrap();
    for (name, text) in MANIFESTS {
        fs::write(root.join(name), text).unwrap();
    }
    for file in files {
        fs::write(root.join(&file.path), &file.bytes).unwrap();
    }
    let mut child = sandbox
        .command(&root)
        .args(["scan", "--format", "json", "--no-cache"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        stdout.read_to_end(&mut text).unwrap();
        text
    });
    let (mut peak_mb, mut took) = (0, Duration::ZERO);
    let status = loop {
        peak_mb = peak_mb.max(high_water_mb(child.id()));
        took = took.max(processor_time(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    assert!(status.success(), "{}: {status}", files.first().map_or("", |file| &file.path));
    let map = serde_json::from_slice(&reader.join().unwrap()).unwrap();
    Cost { map, took, peak_mb }
}

/// The most memory that a process had at once; 0 where the system does not tell.
fn high_water_mb(pid: u32) -> u64 {
    let status = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"));
    let line = status.unwrap_or_default();
    let line = line.lines().find_map(|line| line.strip_prefix("VmHWM:").map(str::to_owned));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// User and system time of a process; nothing where the system does not tell. Other work
/// on the machine does not count, as it would in time on the clock.
fn processor_time(pid: u32) -> Duration {
    let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    // The kernel tells hundredths of a second, whatever its own clock.
    Duration::from_millis(ticks * 10)
}

/// Checks what the files cost, and gives `judge` each with the map that has it.
fn check_cheap(files: &[Hostile], mut judge: impl FnMut(&Hostile, &Value)) {
    for together in files.chunks(if is_full() { 1 } else { files.len() }) {
        let Cost { map, took, peak_mb } = cost(together);
        let what = together.iter().map(|file| format!("{} in {}", file.what, file.path));
        let what = what.collect::<Vec<_>>().join(", ");
        assert!(took <= LIMIT, "{what} took {took:?}");
        assert!(peak_mb <= LIMIT_MB, "{what} took {peak_mb} MB");
        together.iter().for_each(|file| judge(file, &map));
    }
}

/// Whether the map has the file.
fn is_read(map: &Value, path: &str) -> bool {
    map["files"].as_array().unwrap().iter().any(|file| file["path"] == path)
}

/// The reason why a file was left out.
fn reason(map: &Value, path: &str) -> Option<String> {
    let skipped = map["skipped"].as_array().unwrap();
    let found = skipped.iter().find(|skipped| skipped["path"] == path)?;
    Some(found["reason"].as_str().unwrap().to_owned())
}

#[test]
fn ten_megabytes_in_one_line_are_named_and_not_read() {
    let line = b"x = 1; ".repeat((10 << 20) / 7);
    let files = ENDINGS.map(|ending| Hostile::new(&format!("line.{ending}"), "a long line", line.clone()));
    check_cheap(&files, |file, map| {
        let reason = reason(map, &file.path).unwrap();
        assert!(reason.contains("bytes, more than the limit"), "{}: {reason}", file.path);
    });
}

#[test]
fn many_statements_in_one_line_are_cheap() {
    let line = b"f(1); ".repeat(siblings());
    let files = ENDINGS.map(|ending| Hostile::new(&format!("line.{ending}"), "one line", line.clone()));
    check_cheap(&files, |file, map| {
        assert!(is_read(map, &file.path) || reason(map, &file.path).is_some(), "{}", file.path);
    });
}

#[test]
fn a_million_levels_are_refused_with_the_line() {
    let size = if is_full() { 1_000_000 } else { 100_000 };
    let deep = |open: &str, close: &str| {
        let levels = size / open.len();
        let mut text = format!("\n{}1{}", open.repeat(levels), close.repeat(levels));
        text.truncate(2 << 20);
        text
    };
    let mut files = Vec::new();
    for ending in ["py", "js", "ts", "tsx", "rs"] {
        let kinds = [("(", ")"), ("[", "]"), ("{", "}"), ("-", ""), ("f(", ")"), ("a.b(", ")")];
        for (number, (open, close)) in kinds.into_iter().enumerate() {
            let path = format!("deep{number}.{ending}");
            files.push(Hostile::new(&path, &format!("nested {open}"), deep(open, close)));
        }
    }
    check_cheap(&files, |file, map| {
        // Scripts of one endless line are minified before anybody counts their depth.
        let named = reason(map, &file.path).unwrap_or_default();
        assert!(named.contains("deep") || named == "minified", "{} of {}: {named}", file.path, file.what);
    });
}

#[test]
fn a_hundred_thousand_siblings_are_cheap() {
    let files = [
        ("many.py", "app.get('/a')(f)\n"),
        ("calls.py", "f(a, b.c)\n"),
        ("many.js", "app.get('/a', f);\n"),
        ("many.ts", "app.get('/a', f);\n"),
        ("many.rs", "fn f() { g(1) }\n"),
        ("many.go", "var x = f(1)\n"),
        ("many.rb", "get '/a', to: 'b#c'\n"),
        ("many.java", "class A {}\n"),
        ("many.kt", "class A {}\n"),
        ("many.cs", "class A {}\n"),
        ("many.php", "f(1);\n"),
        ("many.ex", "def f, do: 1\n"),
    ]
    .map(|(path, sibling)| {
        let head = match path {
            "many.py" => "from fastapi import FastAPI\napp = FastAPI()\n",
            "many.js" | "many.ts" => "const app = require('express')();\n",
            "many.php" => "<?php\n",
            "many.java" => "import org.springframework.web.bind.annotation.RestController;\n",
            "many.kt" => "import org.springframework.web.bind.annotation.RestController\n",
            _ => "",
        };
        Hostile::new(path, "siblings", format!("{head}{}", sibling.repeat(siblings())))
    });
    check_cheap(&files, |file, map| {
        let named = reason(map, &file.path).is_some();
        assert!(is_read(map, &file.path) || named, "{} is neither read nor named", file.path);
    });
}

#[test]
fn random_bytes_are_named() {
    // A fixed generator: the same bytes on every machine.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    let size = if is_full() { 1 << 20 } else { 1 << 14 };
    let (mut unreadable, mut readable) = (Vec::new(), Vec::new());
    for ending in ENDINGS {
        let bytes: Vec<u8> = (0..size).map(|_| random()).collect();
        // Without NUL and above ASCII: no longer binary by its first bytes, and still no text.
        let text: Vec<u8> = bytes.iter().map(|byte| 1 + byte % 255).collect();
        // Random ASCII is text; a parser has to survive it.
        let ascii: Vec<u8> = bytes.iter().map(|byte| 9 + byte % 118).collect();
        unreadable.push(Hostile::new(&format!("bytes.{ending}"), "random bytes", bytes));
        unreadable.push(Hostile::new(&format!("text.{ending}"), "random text", text));
        readable.push(Hostile::new(&format!("ascii.{ending}"), "random ASCII", ascii));
    }
    check_cheap(&unreadable, |file, map| {
        assert!(reason(map, &file.path).is_some(), "{} is not named", file.path);
    });
    check_cheap(&readable, |file, map| {
        assert!(is_read(map, &file.path) || reason(map, &file.path).is_some(), "{}", file.path);
    });
}
