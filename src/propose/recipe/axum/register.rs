//! Makes new modules known: `mod` lines, re-exports, and the router that serves them.

use super::super::rename::Renamer;
use crate::{
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end, newline_of},
        rust::{Item, RustFile},
    },
};
use std::collections::BTreeSet;

/// An edited text, and whether it serves the new router.
pub(super) struct Registered {
    pub(super) text: String,
    pub(super) like_at: usize,
    pub(super) serves: bool,
}

/// The text of a file that knows the example's modules with the new ones beside them; only
/// `modules` and `names` are added. `None` where it knows none.
pub(super) fn register(
    file: &RustFile,
    text: &str,
    renamer: &Renamer<'_>,
    address: &Renamer<'_>,
    modules: &BTreeSet<String>,
    names: &BTreeSet<String>,
) -> Result<Option<Registered>, ProposeError> {
    let mut edits = Edits::default();
    let mut like_at: Option<usize> = None;
    let source = |range: &std::ops::Range<usize>| text.get(range.clone()).unwrap_or_default().to_owned();
    for module in &file.modules {
        let new = renamer.apply(&module.name);
        if new == module.name || !modules.contains(&new) || file.modules.iter().any(|known| known.name == new)
        {
            continue;
        }
        let line = source(&module.range).replace(&module.name, &new);
        let group = group_of(file, text, module);
        let in_order = group.iter().map(|one| &one.name).is_sorted();
        let before = group.iter().find(|one| in_order && one.name > new);
        let last = group.last().filter(|_| in_order).map_or(module.range.end, |one| one.range.end);
        insert_beside(text, before.map(|one| one.range.start), last, &line, &mut edits);
        like_at.get_or_insert(module.range.start);
    }
    for import in file.uses.iter().filter(|import| import.is_public) {
        let known: Vec<&str> = import.paths.iter().map(|(_, local)| local.as_str()).collect();
        let new = sorted_names(&source(&import.range), &renamer.apply(&source(&import.range)));
        let fresh = known.iter().all(|name| names.contains(&renamer.apply(name)));
        if new != source(&import.range) && fresh {
            let publics: Vec<_> = file.uses.iter().filter(|import| import.is_public).collect();
            let in_order = publics.iter().map(|one| source(&one.range)).is_sorted();
            let before = publics.iter().find(|one| in_order && source(&one.range) > new);
            insert_beside(text, before.map(|one| one.range.start), import.range.end, &new, &mut edits);
            like_at.get_or_insert(import.range.start);
        }
    }
    let mounts = |call: &&crate::propose::rust::Call| {
        matches!(call.method.as_str(), "nest" | "merge")
            && call.arguments.last().is_some_and(|router| renamer.touches(router) && router.contains("::"))
    };
    let mount = file.calls.iter().find(mounts);
    if let Some(mount) = mount {
        let written = text.get(mount.receiver_end..mount.range.end).unwrap_or_default();
        let router = mount.arguments.last().map_or("", String::as_str);
        let (head, tail) = written.rsplit_once(router).unwrap_or((written, ""));
        let new = format!("{}{}{tail}", address.apply(head), renamer.apply(router));
        let lead = if new.starts_with('\n') || !text_is_long(text, mount.range.end, &new) {
            new
        } else {
            let indent = indent_of(text, mount.range.start);
            format!("{}{indent}    {}", newline_of(text), new.trim_start())
        };
        if lead.starts_with('\n') && !written.starts_with('\n') {
            // A chain that no longer fits on its line: every call on its own.
            let indent = indent_of(text, mount.range.start);
            edits.insert(mount.receiver_end, format!("{}{indent}    ", newline_of(text)));
        }
        edits.insert(mount.range.end, lead);
        like_at.get_or_insert(mount.range.start);
    }
    let Some(like_at) = like_at else { return Ok(None) };
    Ok(Some(Registered { text: edits.apply(text)?, like_at, serves: mount.is_some() }))
}

/// The modules declared without a gap around one: those that rustfmt keeps in order.
fn group_of<'f>(file: &'f RustFile, text: &str, module: &Item) -> Vec<&'f Item> {
    let touches = |one: &Item, next: &Item| {
        text.get(one.range.end..next.range.start)
            .is_some_and(|gap| gap.trim().is_empty() && gap.matches('\n').count() < 2)
    };
    let mut groups: Vec<Vec<&Item>> = Vec::new();
    for one in &file.modules {
        match groups.last_mut().filter(|group| group.last().is_some_and(|last| touches(last, one))) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups.into_iter().find(|group| group.iter().any(|one| one.range == module.range)).unwrap_or_default()
}

/// A re-export whose names stand in order, where those of the example do.
fn sorted_names(old: &str, new: &str) -> String {
    let names = |text: &str| -> Option<Vec<String>> {
        let (_, list) = text.split_once('{')?;
        let (list, _) = list.split_once('}')?;
        Some(list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect())
    };
    match (names(old), names(new), new.split_once('{'), new.rsplit_once('}')) {
        (Some(was), Some(mut is), Some((head, _)), Some((_, tail)))
            if was.is_sorted() && !new.contains('\n') =>
        {
            is.sort();
            format!("{head}{{{}}}{tail}", is.join(", "))
        }
        _ => new.to_owned(),
    }
}

/// Whether a chain on one line is longer than rustfmt leaves it.
fn text_is_long(text: &str, at: usize, new: &str) -> bool {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let line = text.get(start..at).unwrap_or_default().trim();
    line.len() + new.len() > 60
}

/// Puts a line before another, or behind the last.
pub(super) fn insert_beside(text: &str, before: Option<usize>, after: usize, line: &str, edits: &mut Edits) {
    let newline = newline_of(text);
    match before {
        Some(at) => edits.insert(at, format!("{line}{newline}")),
        None => {
            let end = line_end(text, after);
            let lead =
                if text.get(..end).is_some_and(|before| before.ends_with('\n')) { "" } else { newline };
            edits.insert(end, format!("{lead}{line}{newline}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::recipe::{names::Name, rename::Joint};

    #[test]
    fn a_router_is_served_and_its_module_known() {
        let (from, to) = (Name::of("user"), Name::of("book_review"));
        let renamer = Renamer { from: &from, to: &to, joint: Joint::Snake };
        let address = Renamer { joint: Joint::Kebab, ..renamer };
        let text = "pub mod health;\npub mod users;\n\npub fn router() -> Router<AppState> {\n    Router::new().nest(\"/users\", users::router())\n}\n";
        let file = RustFile::parse("a.rs", text).unwrap();
        let modules = BTreeSet::from(["book_reviews".to_owned()]);
        let made = register(&file, text, &renamer, &address, &modules, &BTreeSet::new()).unwrap().unwrap();
        assert!(made.serves);
        assert_eq!(
            made.text,
            "pub mod book_reviews;\npub mod health;\npub mod users;\n\npub fn router() -> Router<AppState> {\n    Router::new()\n        .nest(\"/users\", users::router())\n        .nest(\"/book-reviews\", book_reviews::router())\n}\n"
        );
    }

    #[test]
    fn a_module_stands_in_order_within_its_own_group() {
        let (from, to) = (Name::of("user"), Name::of("note"));
        let renamer = Renamer { from: &from, to: &to, joint: Joint::Snake };
        let known = |to: &Name| BTreeSet::from([to.plural.clone()]);
        let text = "mod types;\n\n// Routes.\nmod cards;\nmod users;\nmod walls;\n";
        let file = RustFile::parse("a.rs", text).unwrap();
        let made = register(&file, text, &renamer, &renamer, &known(&to), &BTreeSet::new()).unwrap().unwrap();
        assert!(made.text.ends_with("mod cards;\nmod notes;\nmod users;\nmod walls;\n"), "{}", made.text);
        let to = Name::of("zone");
        let renamer = Renamer { to: &to, ..renamer };
        let made = register(&file, text, &renamer, &renamer, &known(&to), &BTreeSet::new()).unwrap().unwrap();
        assert!(made.text.ends_with("mod walls;\nmod zones;\n"), "{}", made.text);
    }

    #[test]
    fn re_exports_grow_only_by_names_that_exist() {
        let (from, to) = (Name::of("user"), Name::of("card"));
        let renamer = Renamer { from: &from, to: &to, joint: Joint::Snake };
        let text = "mod user;\npub use user::{NewUser, User};\n";
        let file = RustFile::parse("a.rs", text).unwrap();
        let modules = BTreeSet::from(["card".to_owned()]);
        let names = BTreeSet::from(["Card".to_owned(), "NewCard".to_owned()]);
        let made = register(&file, text, &renamer, &renamer, &modules, &names).unwrap().unwrap();
        assert_eq!(
            made.text,
            "mod card;\nmod user;\npub use card::{Card, NewCard};\npub use user::{NewUser, User};\n"
        );
        let fewer = BTreeSet::from(["Card".to_owned()]);
        let made = register(&file, text, &renamer, &renamer, &modules, &fewer).unwrap().unwrap();
        assert!(!made.text.contains("pub use card"), "{}", made.text);
    }
}
