//! Migration files and the order their tool gives them.

use crate::{
    analysis::{
        facts::{Expr, ExprId, FileFacts, ScopeId},
        resolve::Project,
    },
    domain::{
        layer::Layer,
        map::{BackendMap, MigrationFile},
    },
};

/// Files in folders of migrations that are no migrations.
const NOT_MIGRATIONS: [&str; 6] = ["__init__.py", "env.py", "script.py.mako", "mod.rs", "lib.rs", "main.rs"];

/// Every migration file, by path.
pub(super) fn find(project: &Project<'_>, map: &BackendMap) -> Vec<MigrationFile> {
    map.files_in(Layer::Migration)
        .map(|file| file.path.as_str())
        .filter(|path| {
            let name = path.rsplit('/').next().unwrap_or(path);
            let is_seed =
                path.split(['/', '.', '-', '_']).any(|part| matches!(part, "seed" | "seeds" | "seeders"));
            !NOT_MIGRATIONS.contains(&name) && !is_seed
        })
        .map(|path| {
            let facts = project.file(path).and_then(|index| project.files.get(index));
            let stated = facts.and_then(|facts| Some((facts, module_text(facts, "revision")?)));
            match stated {
                Some((facts, revision)) => MigrationFile {
                    path: path.to_owned(),
                    revision,
                    parent: module_text(facts, "down_revision"),
                },
                None => MigrationFile {
                    path: path.to_owned(),
                    revision: number(path),
                    parent: facts.and_then(dependency),
                },
            }
        })
        .collect()
}

fn module_text(facts: &FileFacts, name: &str) -> Option<String> {
    facts.binds.iter().find_map(|bind| {
        let is_it = bind.scope == ScopeId::MODULE && facts.text(bind.name) == name;
        if is_it { text(facts, bind.value?) } else { None }
    })
}

fn text(facts: &FileFacts, expr: ExprId) -> Option<String> {
    match facts.expr(expr) {
        Expr::Str(text) => Some(facts.text(text).to_owned()),
        _ => None,
    }
}

/// The last pair of Django's `dependencies = [('app', '0001_initial')]` that names a migration.
fn dependency(facts: &FileFacts) -> Option<String> {
    let bind = facts.binds.iter().find(|bind| facts.text(bind.name) == "dependencies")?;
    let Expr::List(pairs) = facts.expr(bind.value?) else { return None };
    facts.list(pairs).iter().rev().find_map(|pair| {
        let Expr::List(parts) = facts.expr(*pair) else { return None };
        let name = text(facts, *facts.list(parts).get(1)?)?;
        name.starts_with(|c: char| c.is_ascii_digit()).then_some(name)
    })
}

/// The digits at the front of the file's name, or of its folder's: `V1__x.sql`,
/// `0001_initial.py`, `20250927144437_init/migration.sql`.
fn number(path: &str) -> String {
    path.rsplit('/')
        .take(2)
        .map(|name| {
            let name = name.strip_prefix('V').unwrap_or(name);
            name.chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect::<String>()
        })
        .map(|digits| digits.trim_matches('-').to_owned())
        .find(|digits| !digits.is_empty())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_migration_is_ordered_by_the_number_in_its_name_or_its_folders() {
        assert_eq!(number("db/migrations/0001_initial.py"), "0001");
        assert_eq!(number("db/migration/V12__create.sql"), "12");
        assert_eq!(number("prisma/migrations/20250927144437_init/migration.sql"), "20250927144437");
        assert_eq!(number("migrations/2021-10-21-064114_create_users/up.sql"), "2021-10-21-064114");
        assert_eq!(number("migrations/initial.sql"), "");
    }
}
