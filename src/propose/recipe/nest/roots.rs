//! Which module of several that import the example's is the place to register a new one.
//!
//! A module imports another because it puts the application together, or because it uses what
//! the other exports. Only the first is a place for a new module: the one that is nearest to
//! the module that starts the application, which no other imports.

use super::survey::{Source, Survey};
use std::collections::{BTreeMap, BTreeSet};

/// The modules of a survey, by class, and what each imports.
struct Graph<'s> {
    imports: BTreeMap<&'s str, (BTreeSet<&'s str>, &'s str, bool)>,
}

/// The file of the module that puts `module` into the application; `None` where none imports it.
pub(super) fn home_of<'s>(survey: &'s Survey, module: &str) -> Option<&'s str> {
    let graph = Graph::of(survey);
    let depths = graph.depths();
    let importing = graph.imports.iter().filter(|(_, (imports, _, _))| imports.contains(module));
    let rank = |class: &str, imports: &BTreeSet<&str>, serves: bool| {
        (depths.get(class).copied().unwrap_or(usize::MAX), serves, usize::MAX - imports.len())
    };
    importing
        .min_by_key(|(class, (imports, _, serves))| rank(class, imports, *serves))
        .map(|(_, (_, path, _))| *path)
}

/// Whether a file of modules is another than the home: its import says that it uses the
/// example's module, and is no place for a new one.
pub(super) fn only_uses(source: &Source, home: Option<&str>) -> bool {
    let has_module = source.script.classes.iter().any(|class| class.mark("Module").is_some());
    has_module && home.is_some_and(|home| home != source.path)
}

impl<'s> Graph<'s> {
    fn of(survey: &'s Survey) -> Self {
        let mut imports = BTreeMap::new();
        for (source, class) in survey.classes().filter(|(_, class)| class.mark("Module").is_some()) {
            let lists = || source.script.lists.iter().filter(|list| !list.elements.is_empty());
            let names = lists()
                .filter(|list| list.key == "imports")
                .flat_map(|list| &list.elements)
                .map(|element| named(source.slice(element)));
            let serves = lists().any(|list| list.key == "controllers");
            imports.insert(class.name.as_str(), (names.collect(), source.path.as_str(), serves));
        }
        Self { imports }
    }

    /// How many imports away from a module that none imports.
    fn depths(&self) -> BTreeMap<&'s str, usize> {
        let imported: BTreeSet<&str> =
            self.imports.values().flat_map(|(names, ..)| names.iter().copied()).collect();
        let mut depths: BTreeMap<&str, usize> = BTreeMap::new();
        let mut current: Vec<&str> =
            self.imports.keys().copied().filter(|class| !imported.contains(class)).collect();
        let mut depth = 0;
        while !current.is_empty() {
            let mut next = Vec::new();
            for class in current {
                if depths.contains_key(class) {
                    continue;
                }
                depths.insert(class, depth);
                next.extend(
                    self.imports.get(class).into_iter().flat_map(|(names, ..)| names.iter().copied()),
                );
            }
            current = next;
            depth += 1;
        }
        depths
    }
}

/// `UsersModule` of `forwardRef(() => UsersModule)` and of `UsersModule.register({})`.
fn named(element: &str) -> &str {
    let inner = element.split_once("=>").map_or(element, |(_, inner)| inner).trim();
    let end = inner.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(inner.len());
    inner.get(..end).unwrap_or(inner)
}
