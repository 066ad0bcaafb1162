//! The TypeScript sources of a repository, read once, and how they import each other.

use super::resource::Ask;
use crate::{
    domain::{modules::join, place::Place},
    ports::ProposeError,
    propose::{
        edits::line_number,
        script::{Class, Script},
    },
};
use std::collections::BTreeMap;

/// One source.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) script: Script,
}

/// All sources by path.
pub(crate) struct Survey {
    pub(crate) sources: BTreeMap<String, Source>,
}

impl Source {
    /// The text of a range.
    pub(crate) fn slice(&self, range: &std::ops::Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// Where a byte of it stands.
    pub(crate) fn place(&self, at: usize) -> Place {
        Place::new(self.path.clone(), line_number(&self.text, at))
    }
}

impl Survey {
    /// Reads every source of the base and the session; what does not parse teaches nothing.
    pub(super) fn read(ask: &Ask<'_>) -> Result<Self, ProposeError> {
        let mut sources = BTreeMap::new();
        let mut paths: Vec<&str> = ask.workspace.paths();
        paths.extend(ask.map.migrations.iter().map(|migration| migration.path.as_str()));
        for path in paths {
            let is_source = path.ends_with(".ts") && !path.ends_with(".d.ts");
            if !is_source || path.contains("node_modules/") || sources.contains_key(path) {
                continue;
            }
            ask.go_on()?;
            let Some(text) = ask.workspace.text(path)? else { continue };
            let Ok(script) = Script::parse(path, &text) else { continue };
            sources.insert(path.to_owned(), Source { path: path.to_owned(), text, script });
        }
        Ok(Self { sources })
    }

    /// The source at a path.
    pub(crate) fn get(&self, path: &str) -> Option<&Source> {
        self.sources.get(path)
    }

    /// The class of a name that carries a decorator, and its source.
    pub(crate) fn class(&self, name: &str, mark: &str) -> Option<(&Source, &Class)> {
        self.classes()
            .find(|(_, class)| class.name == name && (mark.is_empty() || class.mark(mark).is_some()))
    }

    /// Every class.
    pub(crate) fn classes(&self) -> impl Iterator<Item = (&Source, &Class)> {
        self.sources
            .values()
            .flat_map(|source| source.script.classes.iter().map(move |class| (source, class)))
    }

    /// The source that a specifier means in a file, where it is one of the repository's.
    pub(crate) fn resolve(&self, from: &str, specifier: &str) -> Option<&Source> {
        let stem = specifier.strip_suffix(".js").unwrap_or(specifier);
        if stem.starts_with('.') {
            return self.module(&join(folder(from), stem));
        }
        self.module(stem).or_else(|| {
            // `@/users/user.entity`: an alias, whatever it stands for.
            let (_, tail) = stem.split_once('/').filter(|(head, _)| head.starts_with(['@', '~', '#']))?;
            let ends = [format!("/{tail}.ts"), format!("/{tail}/index.ts")];
            let mut hits =
                self.sources.values().filter(|source| ends.iter().any(|end| source.path.ends_with(end)));
            let hit = hits.next()?;
            hits.next().is_none().then_some(hit)
        })
    }

    fn module(&self, stem: &str) -> Option<&Source> {
        self.get(&format!("{stem}.ts"))
            .or_else(|| self.get(&format!("{stem}/index.ts")))
            .or_else(|| self.get(stem))
    }
}

/// The folder of a path, without its last `/`.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The specifier of a file, seen from another: `../users/user.entity` and an extension.
pub(crate) fn relative(from: &str, to: &str, extension: &str) -> String {
    let stem = to.strip_suffix(".ts").unwrap_or(to);
    let own: Vec<&str> = folder(from).split('/').filter(|part| !part.is_empty()).collect();
    let other: Vec<&str> = stem.split('/').collect();
    let common = own.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let up = own.len() - common;
    let lead = if up == 0 { "./".to_owned() } else { "../".repeat(up) };
    let down = other.get(common..).unwrap_or_default().join("/");
    format!("{lead}{down}{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specifier_is_relative_to_the_file() {
        assert_eq!(relative("src/a/b.ts", "src/c/d.ts", ".js"), "../c/d.js");
        assert_eq!(relative("src/a/b.ts", "src/a/dto/d.ts", ""), "./dto/d");
        assert_eq!(join("src/a", "../c/./d"), "src/c/d");
    }
}
