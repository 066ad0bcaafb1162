//! Makes the new modules known beside those of the example, serves the new router beside its
//! router, and has the program ask for its key.

use super::{Sessions, start};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, line_number},
        recipe::{
            axum::{
                plan::module_of,
                register::{self, insert_beside},
            },
            rename::{Joint, Renamer},
            resource::Edited,
        },
        rust::RustFile,
    },
};
use std::collections::BTreeSet;

/// A file under change.
struct Grown {
    text: String,
    /// Where the first edit follows something.
    at: Option<usize>,
}

impl Grown {
    fn take(&mut self, made: Option<(String, usize)>) {
        if let Some((text, at)) = made {
            self.at.get_or_insert(at);
            self.text = text;
        }
    }

    fn file(&self, path: &str) -> Result<RustFile, ProposeError> {
        RustFile::parse(path, &self.text)
    }
}

/// A module to declare, and the names of it that are handed on where those of the example are.
pub(in crate::propose::recipe::axum) type New<'n> = (&'n str, &'n [&'n str]);

const ROWS: [New<'_>; 2] =
    [("auth", &["Credentials", "Renewal", "Tokens", "UserOut"]), ("user", &["RefreshToken", "User"])];
const ROOT: [New<'_>; 2] = [("rate_limit", &[]), ("security", &[])];

impl Sessions<'_> {
    /// The example's module of rows, as it is declared: `book`.
    fn row_stem(&self) -> String {
        let path = self.plan.examples.get(&Layer::Model).map_or("", |example| example.path.as_str());
        module_of(path).rsplit("::").next().unwrap_or_default().to_owned()
    }

    /// Whether the folder of rows hands them on: `pub use book::Book;`.
    pub(super) fn hands_on(&self) -> bool {
        let stem = self.row_stem();
        self.plan.sources.iter().any(|(_, file, _)| {
            file.modules.iter().any(|one| one.name == stem) && reexport(file, &stem).is_some()
        })
    }

    /// Edits of the files that know the example's modules, serve its router, and start.
    pub(super) fn registrations(&self) -> Result<Vec<FileChange>, ProposeError> {
        let plan = &self.plan;
        let modules: BTreeSet<String> = [Layer::Repository, Layer::Service, Layer::Router]
            .iter()
            .filter_map(|layer| plan.module(*layer).rsplit("::").next().map(str::to_owned))
            .collect();
        let renamer = plan.renamer();
        let address = Renamer { joint: Joint::Kebab, ..renamer };
        let row = self.row_stem();
        let root = [format!("{}src/lib.rs", self.root), format!("{}src/main.rs", self.root)];
        let root = root.iter().find(|path| plan.sources.iter().any(|(own, _, _)| own == *path)).cloned();
        let is_library = root.as_ref().is_some_and(|path| path.ends_with("lib.rs"));
        let security =
            if is_library { format!("{}::security", self.package()) } else { "security".to_owned() };
        let examples: Vec<&str> = plan.examples.values().map(|example| example.path.as_str()).collect();
        let (mut changed, mut serves, mut starts) = (Vec::new(), false, false);
        for (path, file, old) in &plan.sources {
            if plan.ask.map.layer_of(path) == Some(Layer::Test) || examples.contains(&path.as_str()) {
                continue;
            }
            let mut grown = Grown { text: old.clone(), at: None };
            grown.take(declared(file, old, &row, &ROWS)?);
            // What is made of one text is read again for the next.
            let made = register::register(
                &grown.file(path)?,
                &grown.text,
                &renamer,
                &address,
                &modules,
                &BTreeSet::new(),
            )?;
            serves |= made.as_ref().is_some_and(|made| made.serves);
            grown.take(made.map(|made| (made.text, made.like_at)));
            if root.as_ref() == Some(path) {
                let file = grown.file(path)?;
                let first = file.modules.first().map_or("", |one| one.name.as_str());
                grown.take(declared(&file, &grown.text, first, &ROOT)?);
            }
            if path.starts_with(&self.root) && !starts {
                let made = start::started(&grown.file(path)?, &grown.text, &security)?;
                starts |= made.is_some();
                grown.take(made);
            }
            if let Some(at) = grown.at.filter(|_| grown.text != *old) {
                changed.push(self.edited(path, old, grown.text, line_number(old, at.min(old.len()))));
            }
        }
        if serves && starts {
            return Ok(changed);
        }
        let what = match serves {
            true => "no main that serves was found, so nothing would ask for the key".to_owned(),
            false => "no router nests or merges that of the example, so there is no place to serve sessions"
                .to_owned(),
        };
        Err(ProposeError::Input { what, hint: "serve the example in the application, then ask again".into() })
    }

    /// One edited file, with a reason for each part.
    fn edited(&self, path: &str, old: &str, new: String, like: u32) -> FileChange {
        let starts = new.contains("::start()") && !old.contains("::start()");
        let reason = if starts {
            "The key is asked for before anything is served, and handlers know the address of who asks."
        } else {
            "Makes the new modules known where the example's are, and serves their routes."
        };
        self.plan.ask.edited(Edited {
            path,
            old,
            new,
            reason: reason.into(),
            like: Some(Place::new(path, like)),
            layer: if starts { Layer::Config } else { Layer::Router },
        })
    }
}

/// The public import that hands on the names of a module.
fn reexport<'f>(file: &'f RustFile, stem: &str) -> Option<&'f crate::propose::rust::Use> {
    file.uses.iter().find(|one| {
        one.is_public
            && one
                .paths
                .iter()
                .any(|(path, _)| path.trim_start_matches("self::").split("::").next() == Some(stem))
    })
}

/// The text with modules declared beside one that is, and their names handed on where its are;
/// `None` where it is not declared.
pub(in crate::propose::recipe::axum) fn declared(
    file: &RustFile,
    text: &str,
    like: &str,
    new: &[New<'_>],
) -> Result<Option<(String, usize)>, ProposeError> {
    let Some(known) = file.modules.iter().find(|one| one.name == like) else { return Ok(None) };
    let source = |range: &std::ops::Range<usize>| text.get(range.clone()).unwrap_or_default();
    let mut edits = Edits::default();
    let in_order = file.modules.iter().map(|one| &one.name).is_sorted();
    let last = file.modules.last().filter(|_| in_order).unwrap_or(known);
    let own = file.uses.iter().filter(|one| one.is_public);
    let handed = reexport(file, like);
    for (name, names) in new {
        let line = source(&known.range).replacen(like, name, 1);
        let before = file.modules.iter().find(|one| in_order && one.name.as_str() > *name);
        insert_beside(text, before.map(|one| one.range.start), last.range.end, &line, &mut edits);
        let Some(handed) = handed.filter(|_| !names.is_empty()) else { continue };
        let lead = if source(&handed.range).contains("self::") { "self::" } else { "" };
        let list = match names {
            [one] => (*one).to_owned(),
            several => format!("{{{}}}", several.join(", ")),
        };
        let line = format!("pub use {lead}{name}::{list};");
        let before = own.clone().find(|one| source(&one.range) > line.as_str());
        let end = own.clone().next_back().map_or(handed.range.end, |one| one.range.end);
        insert_beside(text, before.map(|one| one.range.start), end, &line, &mut edits);
    }
    Ok(Some((edits.apply(text)?, known.range.start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_declared_and_handed_on_in_order() {
        let text = "pub mod book;\npub mod shelf;\n\npub use book::{Book, NewBook};\npub use shelf::Shelf;\n";
        let file = RustFile::parse("a.rs", text).unwrap();
        let (new, at) = declared(&file, text, "book", &ROWS).unwrap().unwrap();
        assert_eq!(at, 0);
        assert_eq!(
            new,
            "pub mod auth;\npub mod book;\npub mod shelf;\npub mod user;\n\npub use auth::{Credentials, Renewal, Tokens, UserOut};\npub use book::{Book, NewBook};\npub use shelf::Shelf;\npub use user::{RefreshToken, User};\n"
        );
        let plain = "mod a;\n";
        let file = RustFile::parse("a.rs", plain).unwrap();
        assert_eq!(declared(&file, plain, "b", &ROOT).unwrap(), None);
    }
}
