//! A file that lists others by their names goes with those that are new, and who imports from a
//! package that has to be listed goes with its entry.
//!
//! `"tag": "0001_create_articles"` in a journal of migrations is no import, but who reads the
//! journal looks for that file, and `include("accounts.urls")` imports by a text. Django's models have no rows before `INSTALLED_APPS` names their
//! application.

use super::{dependence::is_word, edit::FileEdit, ids::HunkId};

/// A shorter name may be any word.
const SHORTEST: usize = 8;

/// Triples of a hunk that lists a new file, a hunk of that file, and its name.
pub(super) fn links<'e>(
    edits: &(impl Iterator<Item = &'e FileEdit> + Clone),
) -> Vec<(HunkId, HunkId, &'e str)> {
    let mut links = Vec::new();
    for made in edits.clone().filter(|edit| edit.base.is_none()) {
        let file = made.path.rsplit('/').next().unwrap_or(&made.path);
        let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
        if stem.len() < SHORTEST || !stem.contains(['_', '-']) {
            continue;
        }
        let quoted = ['"', '\''].map(|quote| format!("{quote}{stem}{quote}"));
        for edit in edits.clone().filter(|edit| edit.path != made.path && edit.base.is_some()) {
            let lists = |line: &String| quoted.iter().any(|quoted| line.contains(quoted.as_str()));
            for hunk in edit.hunks.iter().filter(|hunk| hunk.new_lines().iter().any(lists)) {
                links.extend(made.hunks.iter().map(|own| (hunk.id, own.id, stem)));
            }
        }
    }
    links.extend(named(edits));
    links.extend(installed(edits));
    links
}

/// Triples of a hunk that names a new module of Python in a text, a hunk of it, and the name.
fn named<'e>(edits: &(impl Iterator<Item = &'e FileEdit> + Clone)) -> Vec<(HunkId, HunkId, &'e str)> {
    let python = || edits.clone().filter(|edit| edit.path.ends_with(".py"));
    let mut links = Vec::new();
    for hunk in python().filter(|edit| edit.base.is_some()).flat_map(|edit| &edit.hunks) {
        for name in hunk.new_lines().iter().flat_map(|line| texts(line)).filter(|text| is_dotted(text)) {
            let way = name.replace('.', "/");
            let mut files = vec![format!("{way}/__init__.py"), format!("{way}/apps.py")];
            if let Some((outer, _)) = way.rsplit_once('/') {
                files.extend([format!("{way}.py"), format!("{outer}.py")]);
            }
            let is_meant = |edit: &&FileEdit| {
                let of = |file: &String| edit.path.strip_suffix(file.as_str());
                edit.base.is_none()
                    && files.iter().filter_map(of).any(|before| before.is_empty() || before.ends_with('/'))
            };
            for made in python().filter(is_meant) {
                links.extend(made.hunks.iter().map(|own| (hunk.id, own.id, name)));
            }
        }
    }
    links
}

/// What stands in quotes in a line.
fn texts(line: &str) -> impl Iterator<Item = &str> {
    let mark = if line.contains('"') { '"' } else { '\'' };
    line.split(mark).skip(1).step_by(2)
}

fn is_dotted(name: &str) -> bool {
    name.split('.').all(|part| !part.is_empty() && part.chars().all(is_word))
}

/// Triples of a hunk that imports from an application, the hunk that lists it, and its name.
fn installed<'e>(edits: &(impl Iterator<Item = &'e FileEdit> + Clone)) -> Vec<(HunkId, HunkId, &'e str)> {
    let python = || edits.clone().filter(|edit| edit.path.ends_with(".py"));
    let hunks = || python().flat_map(|edit| &edit.hunks);
    let mut links = Vec::new();
    for lister in python().filter(|edit| edit.base.is_some()).flat_map(|edit| &edit.hunks) {
        for name in lister.new_lines().iter().filter_map(|line| application(line)) {
            let ways = [format!("from {name}.models import "), format!("import {name}.models")];
            let imports = |line: &String| ways.iter().any(|way| line.trim_start().starts_with(way.as_str()));
            let users = hunks().filter(|hunk| hunk.id != lister.id && hunk.new_lines().iter().any(imports));
            links.extend(users.map(|user| (user.id, lister.id, name)));
        }
    }
    links
}

/// The application that stands alone in a line of a list: `'rest_framework.authtoken',`.
fn application(line: &str) -> Option<&str> {
    let line = line.trim().trim_end_matches(',');
    let name = ['"', '\''].iter().find_map(|quote| line.strip_prefix(*quote)?.strip_suffix(*quote))?;
    is_dotted(name).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::super::imports::tests::edit;
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn an_entry_of_a_journal_goes_with_its_migration() {
        let journal = "{\n  \"entries\": [\n  ]\n}\n";
        let with = journal.replace("[\n", "[\n    { \"tag\": \"0001_create_notes\" }\n");
        let mut edits = [
            edit("drizzle/meta/_journal.json", journal, &with, 1),
            edit("drizzle/0001_create_notes.sql", "", "CREATE TABLE notes ();\n", 11),
            edit("src/notes.ts", "", "export const a = 1;\n", 21),
        ];
        edits[1].base = None;
        edits[2].base = None;
        let found: Vec<(u32, u32, &str)> =
            links(&edits.iter()).iter().map(|(a, b, name)| (a.0, b.0, *name)).collect();
        assert_eq!(found, [(1, 11, "0001_create_notes")]);
    }

    #[test]
    fn who_imports_models_goes_with_the_entry_of_their_application() {
        let settings = "INSTALLED_APPS = [\n    'store',\n]\n";
        let with = settings.replace("]", "    'rest.token_blacklist',\n]");
        let tokens = "from rest.token_blacklist.models import OutstandingToken\n";
        let edits = [edit("shop/settings.py", settings, &with, 1), edit("accounts/tokens.py", "", tokens, 9)];
        let found: Vec<(u32, u32, &str)> =
            links(&edits.iter()).iter().map(|(a, b, name)| (a.0, b.0, *name)).collect();
        assert_eq!(found, [(9, 1, "rest.token_blacklist")]);
        assert_eq!(application("    title = 'a.b',"), None);
    }

    #[test]
    fn a_text_that_names_a_new_module_goes_with_it() {
        let settings = "INSTALLED_APPS = [\n    'store',\n]\n";
        let routes = "urlpatterns = [\n]\n";
        let include = "urlpatterns = [\n    path('auth/', include('accounts.urls')),\n]\n";
        let mut edits = [
            edit("back/shop/settings.py", settings, &settings.replace("]", "    'accounts',\n]"), 1),
            edit("back/shop/urls.py", routes, include, 2),
            edit("back/accounts/apps.py", "", "class A: ...\n", 3),
            edit("back/accounts/urls.py", "", "urlpatterns = []\n", 4),
            edit("back/old_accounts/urls.py", "", "urlpatterns = []\n", 5),
        ];
        edits.iter_mut().skip(2).for_each(|edit| edit.base = None);
        let found: Vec<(u32, u32, &str)> =
            links(&edits.iter()).iter().map(|(a, b, name)| (a.0, b.0, *name)).collect();
        assert_eq!(found, [(1, 3, "accounts"), (2, 4, "accounts.urls")]);
    }
}
