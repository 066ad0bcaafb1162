//! The manifest of a package: what it is called, packages that it needs beside, their features,
//! and which of its programs is run where none is named.

/// The manifest with the packages in `[dependencies]`, in order where that is in order, and the
/// line of the list; those whose work is slow by intent are optimised in tests as well.
pub(super) fn with_packages(text: &str, wanted: &[(&str, &str)], slow: &[&str]) -> Option<(String, u32)> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let head = lines.iter().position(|line| line.trim() == "[dependencies]")?;
    let end = |lines: &[String]| {
        let own = lines.iter().skip(head + 1);
        let count = own.take_while(|line| !line.trim_start().starts_with('[')).count();
        let kept = lines.iter().skip(head + 1).take(count);
        let blank = kept.rev().take_while(|line| line.trim().is_empty()).count();
        head + 1 + count - blank
    };
    let name_of = |line: &str| line.split(['=', '.', ' ']).next().unwrap_or_default().to_owned();
    let first_end = end(&lines);
    let known: Vec<String> = lines.get(head + 1..first_end)?.iter().map(|line| name_of(line)).collect();
    let plain = || known.iter().filter(|name| !name.is_empty() && !name.starts_with(['#', ']', '"']));
    let in_order = plain().is_sorted();
    let has =
        |name: &str| known.iter().any(|own| own == name) || text.contains(&format!("[dependencies.{name}]"));
    for (name, rest) in wanted {
        if has(name) {
            continue;
        }
        let stop = end(&lines);
        let after = lines.get(head + 1..stop)?.iter().position(|line| {
            let own = name_of(line);
            in_order && own.starts_with(|c: char| c.is_ascii_alphabetic()) && own.as_str() > *name
        });
        lines.insert(after.map_or(stop, |at| head + 1 + at), format!("{name} = {rest}"));
    }
    for name in slow {
        if !text.contains(&format!("[profile.dev.package.{name}]")) {
            lines.extend([
                String::new(),
                format!("[profile.dev.package.{name}]"),
                "opt-level = 3".to_owned(),
            ]);
        }
    }
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let line = u32::try_from(head + 1).ok()?;
    Some((format!("{}{newline}", lines.join(newline)), line))
}

/// The package as sources name it: its library where that has a name of its own.
pub(super) fn package_name(manifest: &str) -> String {
    let lines = manifest.lines().map(str::trim);
    let name = |line: &str| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "name").then(|| value.trim().trim_matches('"').replace('-', "_"))
    };
    let library = lines.clone().skip_while(|line| *line != "[lib]").skip(1);
    let library = library.take_while(|line| !line.starts_with('[')).find_map(name);
    library.or_else(|| lines.clone().find_map(name)).unwrap_or_else(|| "app".into())
}

/// The manifest in which a package has these features as well; `None` where what it says of the
/// package is not on one line.
pub(super) fn with_features(text: &str, package: &str, wanted: &[&str]) -> Option<String> {
    let is_own = |line: &&str| {
        let rest = line.strip_prefix(package).map(str::trim_start);
        rest.is_some_and(|rest| rest.starts_with('='))
    };
    let line = text.lines().find(is_own)?;
    let (head, value) = line.split_once('=')?;
    let value = value.trim();
    let new = if value.starts_with('"') {
        format!("{{ version = {value}, features = [{}] }}", quoted(wanted))
    } else if let Some((before, list, after)) = features(value) {
        let mut all: Vec<&str> =
            list.split(',').map(|one| one.trim().trim_matches('"')).filter(|one| !one.is_empty()).collect();
        let missing: Vec<&str> = wanted.iter().filter(|one| !all.contains(one)).copied().collect();
        if missing.is_empty() || all.contains(&"full") {
            return Some(text.to_owned());
        }
        let in_order = all.is_sorted();
        all.extend(missing);
        if in_order {
            all.sort_unstable();
        }
        format!("{before}{}{after}", quoted(&all))
    } else {
        let inner = value.strip_prefix('{')?.strip_suffix('}')?.trim();
        format!("{{ {inner}, features = [{}] }}", quoted(wanted))
    };
    Some(text.replacen(line, &format!("{head}= {new}"), 1))
}

/// What stands before, in and behind the list of features.
fn features(value: &str) -> Option<(&str, &str, &str)> {
    let at = value.find("features")?;
    // `default-features` is no list.
    let at = if value.get(..at).is_some_and(|before| before.ends_with("default-")) {
        at + 8 + value.get(at + 8..)?.find("features")?
    } else {
        at
    };
    let open = at + value.get(at..)?.find('[')? + 1;
    let close = open + value.get(open..)?.find(']')?;
    Some((value.get(..open)?, value.get(open..close)?, value.get(close..)?))
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// The manifest that says which program `cargo run` starts, where it has to be said because
/// another joins `programs`, the names of those that there are.
pub(super) fn with_default_program(text: &str, programs: &[String]) -> String {
    let stated = text.matches("[[bin]]").count();
    let [only] = programs else { return text.to_owned() };
    if text.contains("default-run") || stated > 1 {
        return text.to_owned();
    }
    let own = text.split_once("[[bin]]").and_then(|(_, rest)| {
        let lines = rest.lines().skip(1).take_while(|line| !line.starts_with('['));
        lines.filter_map(|line| line.split_once('=')).find(|(key, _)| key.trim() == "name")
    });
    let name = own.map_or(only.as_str(), |(_, value)| value.trim().trim_matches('"'));
    let Some(head) = text.find("[package]") else { return text.to_owned() };
    let from = head + "[package]".len();
    let end = text.get(from..).and_then(|rest| rest.find("\n[")).map_or(text.len(), |at| from + at);
    let section = text.get(..end).unwrap_or(text);
    let at = section.trim_end().len();
    let (before, after) = text.split_at(at);
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    format!("{before}{newline}default-run = \"{name}\"{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_join_those_that_there_are() {
        for (line, expected) in [
            ("tokio = \"1\"", "tokio = { version = \"1\", features = [\"signal\", \"time\"] }"),
            (
                "tokio = { version = \"1\", features = [\"macros\", \"time\"] }",
                "tokio = { version = \"1\", features = [\"macros\", \"signal\", \"time\"] }",
            ),
            ("tokio = { version = \"1\", features = [\"full\"] }", ""),
            (
                "tokio = { workspace = true }",
                "tokio = { workspace = true, features = [\"signal\", \"time\"] }",
            ),
            (
                "tokio = { version = \"1\", default-features = false, features = [\"rt\"] }",
                "tokio = { version = \"1\", default-features = false, features = [\"rt\", \"signal\", \"time\"] }",
            ),
            (
                "tokio = { version = \"1\", default-features = false }",
                "tokio = { version = \"1\", default-features = false, features = [\"signal\", \"time\"] }",
            ),
        ] {
            let text = format!("[dependencies]\n{line}\ntokio-util = \"1\"\n");
            let expected = if expected.is_empty() { line } else { expected };
            let expected = format!("[dependencies]\n{expected}\ntokio-util = \"1\"\n");
            assert_eq!(with_features(&text, "tokio", &["signal", "time"]).unwrap(), expected);
        }
        for line in ["tokio.workspace = true", "tokio = { version = \"1\", features = [", "serde = \"1\""] {
            assert_eq!(with_features(line, "tokio", &["time"]), None, "{line}");
        }
    }

    #[test]
    fn the_program_that_runs_is_said_once_another_joins_it() {
        let text = "[package]\nname = \"shop-api\"\nedition = \"2024\"\n\n[dependencies]\n";
        let one = ["shop-api".to_owned()];
        let new = with_default_program(text, &one);
        assert_eq!(
            new,
            "[package]\nname = \"shop-api\"\nedition = \"2024\"\ndefault-run = \"shop-api\"\n\n[dependencies]\n"
        );
        assert_eq!(with_default_program(&new, &one), new);
        assert_eq!(with_default_program(text, &["a".to_owned(), "b".to_owned()]), text);
        let named = format!("{text}\n[[bin]]\nname = \"server\"\npath = \"src/main.rs\"\n");
        assert!(with_default_program(&named, &one).contains("default-run = \"server\"\n"));
    }
}
