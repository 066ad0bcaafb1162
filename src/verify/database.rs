//! Guards the database that the user's environment names.
//!
//! A migration is applied only to a database that proscenium or the command itself made.
//! Which database a command would reach is read from variables, `.env` files and
//! `alembic.ini`; of a URL only its scheme is kept, never host, user or password.

use crate::domain::{
    command::{CommandKind, CommandSpec},
    place::Place,
};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

const FILES: [&str; 7] =
    [".env", ".env.local", ".env.development", ".env.dev", ".env.test", ".env.production", "alembic.ini"];
const FILE_LIMIT_BYTES: u64 = 256 * 1024;

/// Where a database is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseName {
    /// The variable or setting: `DATABASE_URL`, `sqlalchemy.url`.
    pub name: String,
    /// For example `postgresql`.
    pub scheme: String,
    /// File and line; `None` for the user's environment.
    pub place: Option<Place>,
    /// A file inside the tree or in memory: whatever is written there is the command's own.
    pub is_own: bool,
}

/// Where the user lets a command write.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Target {
    #[default]
    Unnamed,
    /// The user named a database for this purpose; the runtime sets the variable.
    Named,
    /// A database that proscenium made, see `scratch_sqlite`.
    Scratch,
}

/// A command that is not started, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub command: String,
    pub database: DatabaseName,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = self.database.place.as_ref();
        let place = place.map_or_else(|| "your environment".to_owned(), ToString::to_string);
        write!(
            f,
            "{} would write to the {} database of {} ({place}); name a target first",
            self.command, self.database.scheme, self.database.name
        )
    }
}

/// The databases that a command would find: in the variables it is given, and in the
/// files of its folder and of the root. Sorted: environment first, then files.
pub fn databases(env: &BTreeMap<OsString, OsString>, root: &Path, folder: &str) -> Vec<DatabaseName> {
    let mut found: Vec<DatabaseName> =
        env.iter().filter_map(|(name, value)| name_of(name.to_str()?, value.to_str()?, None)).collect();
    let mut folders = vec![String::new()];
    if !folder.trim_matches(['.', '/']).is_empty() {
        folders.push(format!("{}/", folder.trim_matches('/')));
    }
    for (folder, file) in folders.iter().flat_map(|folder| FILES.iter().map(move |file| (folder, file))) {
        let relative = format!("{folder}{file}");
        let Some(text) = read(&root.join(&relative)) else { continue };
        for (index, line) in text.lines().enumerate() {
            let place = Place::new(&relative, u32::try_from(index + 1).unwrap_or(u32::MAX));
            if let Some((name, value)) = assignment(line)
                && let Some(database) = name_of(name, value, Some(place))
            {
                found.push(database);
            }
        }
    }
    found
}

/// Refuses a command that would write to a database which is not its own.
pub fn database_guard(spec: &CommandSpec, found: &[DatabaseName], target: &Target) -> Option<Refusal> {
    if *target != Target::Unnamed {
        return None;
    }
    let writes = writes(&spec.argv).unwrap_or(spec.kind == CommandKind::Migration);
    let database = found.iter().find(|database| !database.is_own).filter(|_| writes)?;
    Some(Refusal { command: spec.title(), database: database.clone() })
}

/// A URL of a new SQLite file in a folder, in the dialect of the variable's present scheme
/// (`sqlite+aiosqlite`, `sqlite`, `file` for Prisma).
pub fn scratch_sqlite(folder: &Path, scheme: &str) -> String {
    let file: PathBuf = folder.join("scratch.sqlite3");
    match scheme {
        "file" => format!("file:{}", file.display()),
        scheme if scheme.starts_with("sqlite") => format!("{scheme}:///{}", file.display()),
        _ => format!("sqlite:///{}", file.display()),
    }
}

/// Whether a command writes to a database; `None` for a tool that is not known.
fn writes(argv: &[String]) -> Option<bool> {
    const WRITERS: [(&str, &[&str]); 18] = [
        ("aerich", &["upgrade", "downgrade", "init-db"]),
        ("alembic", &["upgrade", "downgrade", "stamp"]),
        ("atlas", &["migrate apply", "schema apply"]),
        ("diesel", &["migration run", "migration revert", "migration redo", "database", "setup"]),
        ("django-admin", &["migrate", "flush", "loaddata"]),
        ("drizzle-kit", &["migrate", "push"]),
        ("flask", &["db upgrade", "db downgrade", "db stamp"]),
        ("flyway", &["migrate", "clean", "repair", "baseline"]),
        ("goose", &["up", "up-by-one", "up-to", "down", "down-to", "redo", "reset"]),
        ("knex", &["migrate:latest", "migrate:up", "migrate:down", "migrate:rollback", "seed:run"]),
        ("manage.py", &["migrate", "flush", "loaddata"]),
        (
            "prisma",
            &[
                "migrate dev",
                "migrate deploy",
                "migrate reset",
                "migrate resolve",
                "db push",
                "db execute",
                "db seed",
            ],
        ),
        (
            "sea-orm-cli",
            &["migrate", "migrate up", "migrate down", "migrate fresh", "migrate refresh", "migrate reset"],
        ),
        ("sequelize", &["db:migrate", "db:migrate:undo", "db:seed", "db:seed:all", "db:drop"]),
        ("sequelize-cli", &["db:migrate", "db:migrate:undo", "db:seed", "db:seed:all", "db:drop"]),
        (
            "sqlx",
            &[
                "migrate run",
                "migrate revert",
                "database create",
                "database drop",
                "database reset",
                "database setup",
            ],
        ),
        ("typeorm", &["migration:run", "migration:revert", "schema:sync", "schema:drop", "query"]),
        ("yoyo", &["apply", "rollback", "reapply"]),
    ];
    let tool_of = |word: &String| {
        let name = word.rsplit('/').next().unwrap_or(word).trim_end_matches(".js");
        let name = if name.starts_with("typeorm-ts-node") { "typeorm" } else { name };
        WRITERS.iter().find(|(tool, _)| *tool == name)
    };
    let (at, (_, words)) = argv.iter().enumerate().find_map(|(at, word)| Some((at, tool_of(word)?)))?;
    let rest: Vec<&str> =
        argv.iter().skip(at + 1).map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let line = format!(" {} ", rest.join(" "));
    // Offline modes print statements instead of running them.
    let prints = argv.iter().any(|word| word == "--sql" || word == "--dry-run");
    Some(!prints && words.iter().any(|word| line.contains(&format!(" {word} "))))
}

fn name_of(name: &str, value: &str, place: Option<Place>) -> Option<DatabaseName> {
    const SCHEMES: [&str; 12] = [
        "postgres",
        "postgresql",
        "mysql",
        "mariadb",
        "sqlite",
        "sqlite3",
        "mongodb",
        "mssql",
        "sqlserver",
        "oracle",
        "cockroachdb",
        "mongodb+srv",
    ];
    let value = value.trim().trim_matches(['"', '\'']);
    let (scheme, rest) = value.split_once(':')?;
    let base = scheme.split('+').next().unwrap_or(scheme);
    let is_prisma_file = scheme == "file" && name.to_ascii_uppercase().contains("DATABASE");
    if !SCHEMES.contains(&scheme) && !SCHEMES.contains(&base) && !is_prisma_file {
        return None;
    }
    let is_file = is_prisma_file || base.starts_with("sqlite");
    // `sqlite:///x` is relative, `sqlite:////x` and `sqlite:/x` are absolute; `..` may leave the tree.
    let path = rest.strip_prefix("///").or_else(|| rest.strip_prefix("//")).unwrap_or(rest);
    let is_own = is_file && !path.starts_with('/') && !path.contains("..");
    Some(DatabaseName { name: name.to_owned(), scheme: scheme.to_owned(), place, is_own })
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    if line.starts_with(['#', ';']) {
        return None;
    }
    let (name, value) = line.split_once('=')?;
    Some((name.trim(), value.trim()))
}

/// A small regular file; links are not followed.
fn read(path: &Path) -> Option<String> {
    let data = fs::symlink_metadata(path).ok()?;
    if !data.is_file() || data.len() > FILE_LIMIT_BYTES {
        return None;
    }
    fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::time::Duration;

    fn spec(kind: CommandKind, command: &str) -> CommandSpec {
        CommandSpec {
            id: "migration".into(),
            kind,
            argv: command.split(' ').map(str::to_owned).collect(),
            folder: String::new(),
            from: Place::new("stack/stack.yaml", 1),
            parser: String::new(),
            timeout: Duration::from_secs(1),
            optional: false,
            pass_signal: None,
            needs: Vec::new(),
            env: Vec::new(),
        }
    }

    fn env(pairs: &[(&str, &str)]) -> BTreeMap<OsString, OsString> {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    #[test]
    fn databases_are_found_by_name_and_line_and_nothing_of_the_url_is_kept() {
        let tree = tempfile::tempdir().expect("folder");
        let text = "# postgres://commented\nDEBUG=1\nexport DATABASE_URL=\"postgresql://u:secret@db/app\"\n";
        fs::write(tree.path().join(".env"), text).expect("write");
        fs::write(tree.path().join("alembic.ini"), "[alembic]\nsqlalchemy.url = sqlite:///dev.db\n")
            .expect("write");
        let found = databases(&env(&[("DB", "mysql://u:secret@h/d"), ("HOME", "/home/u")]), tree.path(), "");
        let said: Vec<_> = found
            .iter()
            .map(|it| {
                format!(
                    "{} {} {:?} {}",
                    it.name,
                    it.scheme,
                    it.place.as_ref().map(ToString::to_string),
                    it.is_own
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                "DB mysql None false",
                "DATABASE_URL postgresql Some(\".env:3\") false",
                "sqlalchemy.url sqlite Some(\"alembic.ini:2\") true",
            ]
        );
        assert!(!format!("{found:?}").contains("secret"));
    }

    #[test]
    fn writing_to_a_database_that_is_not_its_own_is_refused_until_a_target_is_named() {
        let theirs = databases(&env(&[("DATABASE_URL", "postgres://u@h/d")]), Path::new("/nonexistent"), "");
        let own = databases(&env(&[("DATABASE_URL", "sqlite:///dev.db")]), Path::new("/nonexistent"), "");
        let outside =
            databases(&env(&[("DATABASE_URL", "sqlite:////var/db/app.db")]), Path::new("/nonexistent"), "");
        let migration = CommandKind::Migration;
        let table: &[(CommandKind, &str, &[DatabaseName], bool)] = &[
            (migration, "alembic upgrade head", &theirs, true),
            (migration, "uv run alembic upgrade head", &theirs, true),
            (migration, "python -m alembic -c alembic.ini downgrade -1", &theirs, true),
            (migration, "alembic upgrade head --sql", &theirs, false),
            (migration, "alembic check", &theirs, false),
            (migration, "npx prisma migrate deploy", &theirs, true),
            (migration, "npx prisma validate", &theirs, false),
            (migration, "node_modules/.bin/typeorm -d dist/ds.js migration:run", &theirs, true),
            (migration, "cargo sqlx prepare --check", &theirs, false),
            (migration, "python manage.py makemigrations --check", &theirs, false),
            (migration, "npm run migrate", &theirs, true),
            (CommandKind::Tests, "pytest -q", &theirs, false),
            (CommandKind::Tests, "alembic upgrade head", &theirs, true),
            (migration, "alembic upgrade head", &own, false),
            (migration, "alembic upgrade head", &outside, true),
            (migration, "alembic upgrade head", &[], false),
        ];
        for (kind, command, found, refused) in table {
            let refusal = database_guard(&spec(*kind, command), found, &Target::Unnamed);
            assert_eq!(refusal.is_some(), *refused, "{command}: {refusal:?}");
        }
        let upgrade = spec(migration, "alembic upgrade head");
        assert_eq!(database_guard(&upgrade, &theirs, &Target::Scratch), None);
        assert_eq!(
            database_guard(&upgrade, &theirs, &Target::Unnamed).map(|refusal| refusal.to_string()).as_deref(),
            Some(
                "alembic upgrade head would write to the postgres database of DATABASE_URL (your environment); name a target first"
            )
        );
    }

    #[test]
    fn a_scratch_database_keeps_the_dialect() {
        let folder = Path::new("/scratch");
        assert_eq!(
            scratch_sqlite(folder, "sqlite+aiosqlite"),
            "sqlite+aiosqlite:////scratch/scratch.sqlite3"
        );
        assert_eq!(scratch_sqlite(folder, "postgresql"), "sqlite:////scratch/scratch.sqlite3");
        assert_eq!(scratch_sqlite(folder, "file"), "file:/scratch/scratch.sqlite3");
    }
}
