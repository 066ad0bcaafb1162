//! The packages that a recipe's code needs, where a Python project lists what it needs.

use super::resource::{Ask, Edited};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
};

/// Gives the text of a list with more in it, and the line that it follows.
type Add = fn(&str, &[&str]) -> Option<(String, u32)>;

/// The manifest below `root` with what is missing; a remark where no list of packages was found.
pub(super) fn needed(
    ask: &Ask<'_>,
    root: &str,
    wanted: &[&str],
    reason: &str,
    remarks: &mut Vec<String>,
) -> Result<Option<FileChange>, ProposeError> {
    let lists: [(&str, Add); 3] = [
        ("pyproject.toml", with_dependencies),
        ("requirements.txt", with_lines),
        ("requirements/base.txt", with_lines),
    ];
    for (file, add) in lists {
        let path = format!("{root}{file}");
        let Some(text) = ask.workspace.text(&path)? else { continue };
        let missing = missing(&text, wanted);
        if missing.is_empty() {
            return Ok(None);
        }
        let Some((new, line)) = add(&text, &missing) else { continue };
        return Ok(Some(ask.edited(Edited {
            path: &path,
            old: &text,
            new,
            reason: reason.to_owned(),
            like: Some(Place::new(path.clone(), line)),
            layer: Layer::Config,
        })));
    }
    remarks.push(format!("Add {} to the packages that the program needs.", wanted.join(" and ")));
    Ok(None)
}

/// Those that a list does not name.
fn missing<'w>(text: &str, wanted: &[&'w str]) -> Vec<&'w str> {
    let text = text.to_lowercase();
    let is_named = |one: &&&str| {
        let name = one.split('>').next().unwrap_or_default();
        text.contains(name) || extra_of(name).is_some_and(|extra| text.contains(extra))
    };
    wanted.iter().filter(|one| !is_named(one)).copied().collect()
}

/// How a framework's extra asks for a package.
fn extra_of(package: &str) -> Option<&'static str> {
    match package {
        "argon2-cffi" => Some("django[argon2]"),
        "bcrypt" => Some("django[bcrypt]"),
        _ => None,
    }
}

/// A list of one package a line with more at its end, and the line of the last that was there.
fn with_lines(text: &str, missing: &[&str]) -> Option<(String, u32)> {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let kept = text.trim_end();
    let line = u32::try_from(kept.lines().count()).ok().filter(|line| *line > 0)?;
    Some((format!("{kept}{newline}{}{newline}", missing.join(newline)), line))
}

/// The manifest with packages at the end of `dependencies`, and the list's line; `None` where
/// nothing is missing or there is no such list.
fn with_dependencies(text: &str, missing: &[&str]) -> Option<(String, u32)> {
    let at = text.find("\ndependencies = [")? + 1;
    let open = at + text.get(at..)?.find('[')?;
    // A package may have extras in brackets: the list ends where a bracket is not within quotes.
    let mut quoted = false;
    let close = text.get(open..)?.char_indices().find_map(|(index, c)| match c {
        '"' => {
            quoted = !quoted;
            None
        }
        ']' if !quoted => Some(open + index),
        _ => None,
    })?;
    let inside = text.get(open + 1..close)?;
    if missing.is_empty() {
        return None;
    }
    let several = inside.contains('\n');
    let kept = inside.trim_end().trim_end_matches(',');
    let list: Vec<String> = missing.iter().map(|one| format!("\"{one}\"")).collect();
    let new = match (several, kept.trim().is_empty()) {
        (true, _) => format!("{kept},\n    {},\n", list.join(",\n    ")),
        (false, true) => list.join(", "),
        (false, false) => format!("{kept}, {}", list.join(", ")),
    };
    let line = u32::try_from(text.get(..at)?.lines().count() + 1).ok()?;
    Some((format!("{}{new}{}", text.get(..=open)?, text.get(close..)?), line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_join_the_list_of_the_manifest_in_its_form() {
        let added = |text: &str| with_dependencies(text, &["pyjwt>=2.8"]).map(|(text, _)| text);
        assert_eq!(
            added("[project]\ndependencies = [\"a[b]\", \"c\"]\n").unwrap(),
            "[project]\ndependencies = [\"a[b]\", \"c\", \"pyjwt>=2.8\"]\n"
        );
        assert_eq!(
            added("[project]\ndependencies = [\n    \"a\",\n]\nx = 1\n").unwrap(),
            "[project]\ndependencies = [\n    \"a\",\n    \"pyjwt>=2.8\",\n]\nx = 1\n"
        );
        assert_eq!(added("[project]\nname = \"x\"\n"), None);
    }

    #[test]
    fn a_list_of_lines_grows_at_its_end_and_keeps_its_line_ends() {
        assert_eq!(with_lines("a\nb==1", &["c", "d"]).unwrap(), ("a\nb==1\nc\nd\n".into(), 2));
        assert_eq!(with_lines("a\r\n\r\n", &["c"]).unwrap(), ("a\r\nc\r\n".into(), 1));
        assert_eq!(with_lines("", &["c"]), None);
        assert_eq!(missing("PyJWT[crypto]==2.9\n", &["pyjwt>=2.8", "bcrypt>=4.1"]), ["bcrypt>=4.1"]);
        assert_eq!(missing("Django[argon2]>=5\n", &["argon2-cffi>=23.1"]), Vec::<&str>::new());
    }
}
