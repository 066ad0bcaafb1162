//! The manifest of a package: what it is called, and packages that it needs beside.

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
