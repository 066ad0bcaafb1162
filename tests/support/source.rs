//! Our own Rust files, read closely enough to hold them to the house rules.
//!
//! Comments are blanked, literals are filled, `#[cfg(test)]` items are cut out; what is
//! left can be searched without mistaking a word in a comment for code. This is a lexer
//! of Rust, not a parser: it knows braces, attributes and paths, which is all the rules need.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{LazyLock, OnceLock},
};

/// What stands where a literal was: a line of a long text still counts as code.
const FILLER: u8 = b'"';

/// The root of this repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One Rust file.
pub struct RustFile {
    /// From the root, with `/`.
    pub path: String,
    pub text: String,
    /// Same length as the text: comments blank, literals filled.
    pub code: String,
    /// The code without `#[cfg(test)]` items; blank in a file that only tests see.
    pub product: String,
    pub is_test: bool,
    paths: OnceLock<Vec<CodePath>>,
}

impl RustFile {
    /// Every path of the product, found once for the many rules that ask.
    pub fn paths(&self) -> &[CodePath] {
        self.paths.get_or_init(|| paths(&self.product))
    }

    /// The folder or file below `src/`; `main` and `lib` for the two roots.
    pub fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let first = inside.split('/').next()?;
        Some(first.strip_suffix(".rs").unwrap_or(first))
    }

    /// 1-based line of a byte.
    pub fn line(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }

    /// `path:line`, for messages.
    pub fn place(&self, at: usize) -> String {
        format!("{}:{}", self.path, self.line(at))
    }
}

/// Folders with Rust of ours.
const FOLDERS: [&str; 4] = ["benches", "examples", "src", "tests"];

/// All of them, read once for the many rules that look at them.
static FILES: LazyLock<Vec<RustFile>> = LazyLock::new(read_all);

/// Every Rust file below `folder`, by path.
pub fn rust_files(folder: &str) -> impl Iterator<Item = &'static RustFile> {
    let folder = format!("{folder}/");
    FILES.iter().filter(move |file| file.path.starts_with(&folder))
}

fn read_all() -> Vec<RustFile> {
    let mut paths = Vec::new();
    FOLDERS.iter().for_each(|folder| collect(&root().join(folder), &mut paths));
    paths.sort();
    let mut files: Vec<RustFile> = paths
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            let code = scrub(&text);
            let product = blanked(&code, &items(&code, &["#[cfg(test)]", "#[cfg(all(test"]));
            let path = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            let is_test = path.starts_with("tests/");
            RustFile { path, text, code, product, is_test, paths: OnceLock::new() }
        })
        .collect();
    let tests: BTreeSet<String> = files.iter().flat_map(test_modules).collect();
    for file in &mut files {
        let of_tests = |module: &String| {
            file.path == format!("{module}.rs") || file.path.starts_with(&format!("{module}/"))
        };
        if tests.iter().any(of_tests) {
            file.is_test = true;
            file.product = blank(&file.product);
        }
    }
    files
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "fixtures") || !folder.ends_with("tests") {
                collect(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Module files that `#[cfg(test)] mod name;` declares, without `.rs`.
fn test_modules(file: &RustFile) -> Vec<String> {
    let folder = match file.path.strip_suffix("/mod.rs").or_else(|| file.path.strip_suffix("/lib.rs")) {
        Some(folder) => folder.to_owned(),
        None => file.path.trim_end_matches(".rs").to_owned(),
    };
    items(&file.code, &["#[cfg(test)]", "#[cfg(all(test"])
        .into_iter()
        .filter_map(|(start, end)| {
            let item = &file.code[start..end];
            let (_, after) = item.rsplit_once("mod ")?;
            let name = after.trim().strip_suffix(';')?.trim();
            match file.text[start..end].split_once("#[path = \"") {
                Some((_, path)) => {
                    let (path, _) = path.split_once("\"]")?;
                    let own = Path::new(&file.path).parent()?.join(path.trim_end_matches(".rs"));
                    Some(own.to_str()?.to_owned())
                }
                None => Some(format!("{folder}/{name}")),
            }
        })
        .collect()
}

/// Comments blank, literals filled; line ends and byte positions stay.
pub fn scrub(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let word_before = at > 0 && is_word(bytes[at - 1]);
        let (end, filler) = if rest.starts_with("//") {
            (at + rest.find('\n').unwrap_or(rest.len()), b' ')
        } else if rest.starts_with("/*") {
            (at + block_comment(rest), b' ')
        } else if !word_before && let Some(length) = raw_string(rest) {
            (at + length, FILLER)
        } else if rest.starts_with('"') {
            (at + quoted(rest, '"'), FILLER)
        } else if rest.starts_with('\'') && is_char_literal(rest) {
            (at + quoted(rest, '\''), FILLER)
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        for byte in out.iter_mut().take(end).skip(at) {
            if *byte != b'\n' {
                *byte = filler;
            }
        }
        at = end;
    }
    String::from_utf8(out).unwrap()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// The length of `r"…"`, `r#"…"#`, `br"…"` or `cr"…"`.
fn raw_string(rest: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        let after = rest.strip_prefix(prefix).map(|after| after.trim_start_matches('#'));
        after.is_some_and(|after| after.starts_with('"'))
    })?;
    let hashes = rest[prefix.len()..].find('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let body = prefix.len() + hashes + 1;
    Some(rest[body..].find(&close).map_or(rest.len(), |at| body + at + close.len()))
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + 1;
        }
    }
    rest.len()
}

/// Tells `'a'` and `'\n'` from the lifetime `'a`.
fn is_char_literal(rest: &str) -> bool {
    let mut chars = rest.chars().skip(1);
    matches!((chars.next(), chars.next()), (Some('\\'), _) | (Some(_), Some('\'')))
}

/// Byte ranges of the items behind attributes that begin so, attribute included.
pub fn items(code: &str, attributes: &[&str]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for attribute in attributes {
        for (start, _) in code.match_indices(attribute) {
            if found.iter().all(|(from, to)| !(*from..*to).contains(&start)) {
                found.push((start, item_end(code, start)));
            }
        }
    }
    found.sort_unstable();
    found
}

fn item_end(code: &str, start: usize) -> usize {
    let bytes = code.as_bytes();
    let mut at = start;
    // Further attributes and blanks belong to the item.
    loop {
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        if !code[at..].starts_with("#[") {
            break;
        }
        at = matching(code, at + 1);
    }
    const ITEMS: [&str; 13] = [
        "pub", "fn", "mod", "use", "impl", "struct", "enum", "const", "static", "type", "trait", "unsafe",
        "async",
    ];
    let word: String = code[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let is_item = ITEMS.contains(&word.as_str());
    while at < bytes.len() {
        match bytes[at] {
            b'{' => return matching(code, at),
            b'(' | b'[' => at = matching(code, at),
            b';' => return at + 1,
            b',' if !is_item => return at + 1,
            b'}' | b')' => return at,
            _ => at += 1,
        }
    }
    at
}

/// The byte behind the bracket that closes the one at `open`.
fn matching(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    code.len()
}

/// The code with these ranges blank.
pub fn blanked(code: &str, ranges: &[(usize, usize)]) -> String {
    let mut out = String::with_capacity(code.len());
    let mut at = 0;
    for (start, end) in ranges {
        out.push_str(&code[at..*start]);
        out.push_str(&blank(&code[*start..*end]));
        at = *end;
    }
    out.push_str(&code[at..]);
    out
}

fn blank(code: &str) -> String {
    code.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

/// A path of the code: `crate::domain::ids::HunkId` as its segments, with its byte.
pub struct CodePath {
    pub at: usize,
    pub segments: Vec<String>,
    /// Inline modules around it; each takes one `super`.
    pub inline_modules: usize,
}

/// Every path with at least two segments, groups spread out: `a::{b, c::d}` gives two.
pub fn paths(code: &str) -> Vec<CodePath> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    let (mut depth, mut modules): (usize, Vec<usize>) = (0, Vec::new());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                modules.retain(|opened| *opened < depth);
            }
            byte if is_word(byte) => {
                let begins = !code[..at].trim_end().ends_with("::") && !code[..at].ends_with('.');
                let word = word_at(code, at);
                if word == "mod"
                    && let Some(body) = inline_module(code, at + 3)
                {
                    modules.push(depth);
                    depth += 1;
                    at = body + 1;
                    continue;
                }
                if begins {
                    let before = found.len();
                    let end = spread(code, at, &mut Vec::new(), &mut found);
                    for path in &mut found[before..] {
                        path.inline_modules = modules.len();
                    }
                    at = end.max(at + word.len());
                    continue;
                }
                at += word.len();
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn word_at(code: &str, at: usize) -> &str {
    let end = code[at..].bytes().position(|byte| !is_word(byte)).unwrap_or(code.len() - at);
    &code[at..at + end]
}

fn skip_blanks(code: &str, at: usize) -> usize {
    at + (code[at..].len() - code[at..].trim_start().len())
}

/// The `{` of `mod name {`.
fn inline_module(code: &str, at: usize) -> Option<usize> {
    let name = skip_blanks(code, at);
    let brace = skip_blanks(code, name + word_at(code, name).len());
    (name > at && code[brace..].starts_with('{')).then_some(brace)
}

/// Follows one path or group; returns the byte behind it.
fn spread(code: &str, at: usize, before: &mut Vec<String>, found: &mut Vec<CodePath>) -> usize {
    let word = word_at(code, at);
    before.push(word.to_owned());
    let mut end = at + word.len();
    let next = skip_blanks(code, end);
    if code[next..].starts_with("::") {
        let inner = skip_blanks(code, next + 2);
        match code.as_bytes().get(inner) {
            Some(b'{') => {
                let close = matching(code, inner);
                let mut member = inner + 1;
                while member < close {
                    member = skip_blanks(code, member);
                    if code.as_bytes().get(member).is_some_and(|byte| is_word(*byte)) {
                        member = spread(code, member, before, found);
                    } else {
                        member += 1;
                    }
                }
                before.pop();
                return close;
            }
            Some(byte) if is_word(*byte) => {
                end = spread(code, inner, before, found);
                before.pop();
                return end;
            }
            _ => end = inner,
        }
    }
    if before.len() > 1 || end > at + word.len() {
        found.push(CodePath { at, segments: before.clone(), inline_modules: 0 });
    }
    before.pop();
    end
}

#[test]
fn comments_texts_and_lifetimes_are_told_from_code() {
    let text = "fn f<'a>(x: &'a str) { /* crate::ui /* deep */ */ g('\\'', \"crate::ui\", r#\"a\"b\"#); } // crate::ui\n";
    let code = scrub(text);
    assert_eq!(code.len(), text.len());
    assert!(!code.contains("crate") && !code.contains("deep"), "{code}");
    assert!(code.contains("fn f<'a>(x: &'a str) {") && code.contains("g("), "{code}");
}

#[test]
fn paths_are_spread_out_of_their_groups() {
    let code =
        "use crate::{domain::{ids::HunkId, edit}, ports}; fn f() { crate::ui::draw(super::super::x::y) }";
    let found: Vec<String> = paths(code).into_iter().map(|path| path.segments.join("::")).collect();
    let expected = [
        "crate::domain::ids::HunkId",
        "crate::domain::edit",
        "crate::ports",
        "crate::ui::draw",
        "super::super::x::y",
    ];
    assert_eq!(found, expected);
}

#[test]
fn only_the_item_behind_the_attribute_is_a_test() {
    let code = "#[cfg(test)]\n#[path = \"x.rs\"]\nmod tests;\nfn a() {}\n#[cfg(test)]\nmod t { fn b() { [1; 2] } }\nfn c() {}\n";
    let product = blanked(code, &items(code, &["#[cfg(test)]"]));
    assert_eq!(product.split_whitespace().collect::<Vec<_>>().join(" "), "fn a() {} fn c() {}");
}
