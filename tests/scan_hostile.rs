//! Files made to be slow, deep or large: each costs little and is named with the reason.

use crate::support::program::Sandboxed;
use serde_json::Value;
use std::{fs, io::Read, path::Path, process::Stdio, time::Duration};

/// Half a second of processor time in a release build; one with checks is some twenty
/// times slower.
const LIMIT: Duration =
    if cfg!(debug_assertions) { Duration::from_secs(20) } else { Duration::from_millis(500) };
/// A build with checks is given fewer, so that the suite stays quick.
const SIBLINGS: usize = if cfg!(debug_assertions) { 20_000 } else { 100_000 };
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
        "<project><dependencies><dependency><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>",
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

/// Scans one hostile file beside every manifest, in a process of its own.
fn cost(path: &str, bytes: &[u8]) -> Cost {
    let sandbox = Sandboxed::new();
    let root = sandbox.path("backend");
    fs::create_dir(&root).unwrap();
    for (name, text) in MANIFESTS {
        fs::write(root.join(name), text).unwrap();
    }
    fs::write(root.join(path), bytes).unwrap();
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
    assert!(status.success(), "{path}: {status}");
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

fn check_cheap(path: &str, what: &str, bytes: &[u8]) -> Value {
    let Cost { map, took, peak_mb } = cost(path, bytes);
    assert!(took <= LIMIT, "{what} in {path} took {took:?}");
    assert!(peak_mb <= LIMIT_MB, "{what} in {path} took {peak_mb} MB");
    map
}

/// The reason why a file was left out.
fn reason(map: &Value, path: &str) -> Option<String> {
    let skipped = map["skipped"].as_array().unwrap();
    let found = skipped.iter().find(|skipped| skipped["path"] == path)?;
    Some(found["reason"].as_str().unwrap().to_owned())
}

#[test]
fn ten_megabytes_in_one_line_are_named_and_not_read() {
    for ending in ENDINGS {
        let path = format!("line.{ending}");
        let map = check_cheap(&path, "a long line", &b"x = 1; ".repeat(10 << 20 >> 3)[..10 << 20 >> 1]);
        let reason = reason(&map, &path).unwrap();
        assert!(reason.contains("bytes, more than the limit"), "{path}: {reason}");
    }
}

#[test]
fn many_statements_in_one_line_are_cheap() {
    for ending in ENDINGS {
        let path = format!("line.{ending}");
        check_cheap(&path, "one line", &b"f(1); ".repeat(SIBLINGS));
    }
}

#[test]
fn a_million_levels_are_refused_with_the_line() {
    let deep = |open: &str, close: &str| {
        let levels = 1_000_000 / open.len();
        format!("\n{}1{}", open.repeat(levels), close.repeat(levels))
    };
    for ending in ["py", "js", "ts", "tsx", "rs"] {
        let path = format!("deep.{ending}");
        for (open, close) in [("(", ")"), ("[", "]"), ("{", "}"), ("-", ""), ("f(", ")"), ("a.b(", ")")] {
            let mut text = deep(open, close);
            text.truncate(2 << 20);
            let map = check_cheap(&path, &format!("nested {open}"), text.as_bytes());
            // Scripts of one endless line are minified before anybody counts their depth.
            let named = reason(&map, &path).unwrap_or_default();
            assert!(named.contains("deep") || named == "minified", "{path} of {open}: {named}");
        }
    }
}

#[test]
fn a_hundred_thousand_siblings_are_cheap() {
    for (path, sibling) in [
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
    ] {
        let head = match path {
            "many.py" => "from fastapi import FastAPI\napp = FastAPI()\n",
            "many.js" | "many.ts" => "const app = require('express')();\n",
            "many.php" => "<?php\n",
            "many.java" => "import org.springframework.web.bind.annotation.RestController;\n",
            "many.kt" => "import org.springframework.web.bind.annotation.RestController\n",
            _ => "",
        };
        let text = format!("{head}{}", sibling.repeat(SIBLINGS));
        let map = check_cheap(path, "siblings", text.as_bytes());
        let known = map["files"].as_array().unwrap().iter().any(|file| file["path"] == path);
        assert!(known || reason(&map, path).is_some(), "{path} is neither read nor named");
    }
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
    for ending in ENDINGS {
        let path = format!("noise.{ending}");
        let bytes: Vec<u8> = (0..1 << 20).map(|_| random()).collect();
        let map = check_cheap(&path, "random bytes", &bytes);
        assert!(reason(&map, &path).is_some(), "{path} is not named");
        // Without NUL and above ASCII: no longer binary by its first bytes, and still no text.
        let text: Vec<u8> = bytes.iter().map(|byte| 1 + byte % 255).collect();
        let map = check_cheap(&path, "random text", &text);
        assert!(reason(&map, &path).is_some(), "{path} is not named");
        // Random ASCII is text; a parser has to survive it.
        let ascii: Vec<u8> = bytes.iter().map(|byte| 9 + byte % 118).collect();
        check_cheap(&path, "random ASCII", &ascii);
    }
}
