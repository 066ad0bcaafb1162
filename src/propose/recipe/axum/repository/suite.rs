//! How the tests of a backend get a database, and what tests outside of the package name.

use super::{Plan, reach};
use crate::{
    domain::place::Place,
    propose::{
        edits::line_number,
        recipe::examples::resource_of,
        rust::{Function, RustFile},
    },
};

/// How tests of this backend get a database.
pub(super) struct Suite {
    pub(super) place: Place,
    pub(super) is_inside: bool,
    pub(super) attributes: Vec<String>,
    /// `pool: SqlitePool`
    pub(super) parameters: String,
    /// `let pool = common::pool().await;`
    pub(super) setup: String,
    pub(super) pool: String,
    pub(super) ty: String,
    /// A function of the same file that makes the pool.
    pub(super) helper: String,
    pub(super) uses: Vec<(String, String)>,
}

impl Plan<'_> {
    /// A test of the example's own file, else of the package's tests, those of the example first.
    pub(super) fn suite(&self, root: &str, manifest: &str) -> Option<Suite> {
        let source = self.like.source;
        if self.path() != source.path
            && let Some(suite) = inside(source.text, source.path)
        {
            return Some(suite);
        }
        if manifest.contains("[[test]]") || manifest.contains("autotests") {
            return None;
        }
        let folder = format!("{root}tests/");
        let mut all: Vec<_> = self
            .code
            .sources
            .iter()
            .filter(|source| source.path.strip_prefix(&folder).is_some_and(|rest| !rest.contains('/')))
            .collect();
        all.sort_by_key(|source| {
            (resource_of(source.path).as_ref() != Some(&self.like.name.snake), source.path)
        });
        let common = |name: &str| {
            let homes = [format!("{folder}common/mod.rs"), format!("{folder}common.rs")];
            let home = homes.iter().find_map(|home| self.code.get(home))?;
            home.file.functions.iter().find(|one| one.name == name)
        };
        all.into_iter().find_map(|source| {
            let found = read(source.file, source.text, &|name| common(name));
            found.map(|(suite, at)| Suite {
                place: Place::new(source.path, line_number(source.text, at)),
                ..suite
            })
        })
    }

    /// Full paths of what tests outside of the package name; `Err` says what they do not reach.
    pub(super) fn outside(&self, suite: &Suite, package: &str) -> Result<Vec<(String, String)>, String> {
        let own = |path: String| (path.clone(), path.rsplit("::").next().unwrap_or_default().to_owned());
        let hidden = |what: &str| format!("{what} is not public for tests");
        let mut all = Vec::new();
        let inputs = [Some(&self.added), self.changed.as_ref()];
        for body in inputs.into_iter().flatten().filter_map(|input| input.body.as_ref()) {
            let path = match &body.home {
                Some(home) => reach::public_path(self.code, home, &body.name, package),
                None => self.own_path(package).map(|module| format!("{module}::{}", body.name)),
            };
            all.push(own(path.ok_or_else(|| hidden(&body.name))?));
        }
        let module = self.own_path(package).ok_or_else(|| hidden(&self.path()))?;
        match self.like.owner {
            Some(_) => all.push(own(format!("{module}::{}", self.owner()))),
            None => all.push(own(module)),
        }
        let uses = suite.uses.iter().filter(|(_, local)| *local == suite.ty);
        all.extend(uses.cloned());
        all.push(own(format!("sqlx::{}", suite.ty)));
        all.extend(suite.uses.iter().filter(|_| !suite.helper.is_empty()).cloned());
        Ok(all)
    }

    /// The path of the new module from outside: as open as the example's.
    fn own_path(&self, package: &str) -> Option<String> {
        let is_public = self
            .like
            .known
            .iter()
            .all(|known| known.unit.slice(known.unit.function.range.clone()).starts_with("pub "));
        reach::public_path(self.code, self.like.source.path, "", package)
            .filter(|_| is_public)
            .map(|_| self.module().replacen("crate", package, 1))
    }
}

/// The tests of a source itself.
fn inside(text: &str, path: &str) -> Option<Suite> {
    let start = text.find("\nmod tests {")? + "\nmod tests {".len();
    let end = text.rfind('}')?;
    let inner = text.get(start..end)?;
    let file = RustFile::parse(path, inner).ok()?;
    let (suite, at) = read(&file, inner, &|_| None)?;
    let place = Place::new(path, line_number(text, start + at));
    Some(Suite { place, is_inside: true, ..suite })
}

/// How a test of a file gets the pool, and where it stands.
fn read<'f>(
    file: &'f RustFile,
    text: &str,
    common: &dyn Fn(&str) -> Option<&'f Function>,
) -> Option<(Suite, usize)> {
    let is_test = |one: &&Function| one.attributes.iter().any(|text| text.contains("test"));
    let uses = || file.uses.iter().flat_map(|one| one.paths.clone()).collect::<Vec<_>>();
    for test in file.functions.iter().filter(is_test) {
        let suite = Suite {
            place: Place::new("", 1),
            is_inside: false,
            attributes: test.attributes.clone(),
            parameters: test
                .parameters
                .iter()
                .map(|(name, ty)| format!("{name}: {ty}"))
                .collect::<Vec<_>>()
                .join(", "),
            setup: String::new(),
            pool: String::new(),
            ty: String::new(),
            helper: String::new(),
            uses: uses(),
        };
        if let [(name, ty)] = test.parameters.as_slice() {
            let ty = pool_type(ty)?;
            let pool = name.trim_start_matches("mut ").to_owned();
            return Some((Suite { pool, ty, ..suite }, test.range.start));
        }
        let body = text.get(test.body.clone())?.trim_start().strip_prefix('{')?;
        let statement = body.split_inclusive(';').next().unwrap_or_default().trim();
        let made = statement.strip_prefix("let ").and_then(|rest| rest.split_once(" = "));
        let Some((pattern, call)) = made.filter(|_| test.parameters.is_empty()) else { continue };
        let Some((callee, rest)) = call.split_once('(') else { continue };
        if !matches!(rest, ").await;" | ");") {
            continue;
        }
        let own = file.functions.iter().find(|one| one.name == callee && one.parameters.is_empty());
        let shared = callee.strip_prefix("common::").and_then(common);
        let Some(ty) = own.or(shared).and_then(|one| pool_type(&one.returns)) else { continue };
        let helper = own.and_then(|one| text.get(one.range.clone())).unwrap_or_default().to_owned();
        let pool = pattern.trim_start_matches("mut ").to_owned();
        return Some((Suite { setup: statement.to_owned(), pool, ty, helper, ..suite }, test.range.start));
    }
    None
}

/// `SqlitePool` of `sqlx::SqlitePool`; nothing of another type.
fn pool_type(ty: &str) -> Option<String> {
    let last = ty.rsplit("::").next()?.trim();
    matches!(last, "SqlitePool" | "PgPool").then(|| last.to_owned())
}
