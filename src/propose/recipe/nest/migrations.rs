//! Where the next migration goes, and which types its database has.

use super::{
    super::{names::pascal, rename::Joint},
    survey::{Source, Survey, folder},
};
use crate::{domain::place::Place, ports::ProposeError};

/// The next migration.
#[derive(Debug, Clone)]
pub(super) struct Next {
    pub(super) path: String,
    pub(super) class: String,
    /// The newest one, which it follows.
    pub(super) after: Place,
    /// Path and class of the newest.
    pub(super) newest: (String, String),
    /// Whether migrations carry a `name`.
    pub(super) has_name: bool,
    /// Whether methods are written `public async`.
    pub(super) is_public: bool,
    form: Form,
}

/// How files and classes of migrations are named.
#[derive(Debug, Clone)]
struct Form {
    folder: String,
    stamp: u64,
    digits: usize,
    separator: char,
    is_pascal: bool,
    is_snake: bool,
    has_underscore: bool,
}

impl Form {
    /// Path and class of a migration that does `what`, in snake case.
    fn names(&self, what: &str) -> (String, String) {
        let stamp = format!("{:0width$}", self.stamp, width = self.digits);
        let class = pascal(what);
        let stem = match (self.is_pascal, self.is_snake) {
            (true, _) => class.clone(),
            (false, true) => what.to_owned(),
            (false, false) => what.replace('_', "-"),
        };
        let joint = if self.has_underscore { "_" } else { "" };
        (format!("{}/{stamp}{}{stem}.ts", self.folder, self.separator), format!("{class}{joint}{stamp}"))
    }
}

impl Next {
    /// The one after it.
    pub(super) fn following(&self, what: &str) -> Self {
        let form = Form { stamp: self.form.stamp + 1, ..self.form.clone() };
        let (path, class) = form.names(what);
        Self { path, class, newest: (self.path.clone(), self.class.clone()), form, ..self.clone() }
    }
}

/// The kinds of database whose types the templates know.
const DIALECTS: [(&str, &[&str]); 3] = [
    ("postgres", &["postgres", "aurora-postgres", "cockroachdb"]),
    ("sqlite", &["sqlite", "better-sqlite3", "sqljs", "expo"]),
    ("mysql", &["mysql", "mariadb", "aurora-mysql"]),
];

/// The migration that does `what`, in snake case, after the newest; `None` where the
/// repository has none.
pub(super) fn next(survey: &Survey, what: &str, joint: Joint) -> Option<Next> {
    let all = survey.classes().filter(|(source, class)| {
        source.text.contains("MigrationInterface") && !stamp(&class.name, &source.path).is_empty()
    });
    let (source, class) = all.max_by_key(|(source, class)| {
        let stamp = stamp(&class.name, &source.path);
        (stamp.len(), stamp)
    })?;
    let newest = stamp(&class.name, &source.path);
    let number: u64 = newest.parse().ok()?;
    let file = source.path.rsplit('/').next().unwrap_or_default();
    let rest = file.trim_start_matches(|c: char| c.is_ascii_digit());
    let separator = rest.chars().next().filter(|c| !c.is_alphanumeric()).unwrap_or('-');
    let form = Form {
        folder: folder(&source.path).to_owned(),
        stamp: number + 1,
        digits: newest.len(),
        separator,
        is_pascal: rest.trim_start_matches(separator).starts_with(char::is_uppercase),
        is_snake: joint == Joint::Snake,
        has_underscore: class.name.contains('_'),
    };
    let (path, own) = form.names(what);
    Some(Next {
        path,
        class: own,
        after: source.place(class.name_at),
        newest: (source.path.clone(), class.name.clone()),
        has_name: class.properties.iter().any(|property| property.name == "name"),
        is_public: class.methods.iter().any(|method| method.is_public),
        form,
    })
}

/// The digits that order a migration.
fn stamp(class: &str, path: &str) -> String {
    let digits = class.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    if !digits.is_empty() {
        return digits.to_owned();
    }
    let file = path.rsplit('/').next().unwrap_or_default();
    file.chars().take_while(char::is_ascii_digit).collect()
}

/// The database that the application is written for.
pub(super) fn dialect(survey: &Survey, manifest: &str) -> Result<&'static str, ProposeError> {
    let is_settings =
        |source: &&Source| source.text.contains("DataSource") || source.text.contains("forRoot");
    for source in survey.sources.values().filter(is_settings) {
        for (dialect, names) in DIALECTS {
            let stated = |name: &&str| {
                ['\'', '"'].iter().any(|quote| source.text.contains(&format!("type: {quote}{name}{quote}")))
            };
            if names.iter().any(stated) {
                return Ok(dialect);
            }
        }
    }
    let drivers = [
        ("pg", "postgres"),
        ("sql.js", "sqlite"),
        ("better-sqlite3", "sqlite"),
        ("sqlite3", "sqlite"),
        ("mysql2", "mysql"),
        ("mysql", "mysql"),
    ];
    let driver = drivers.iter().find(|(package, _)| manifest.contains(&format!("\"{package}\"")));
    driver.map(|(_, dialect)| *dialect).ok_or_else(|| {
        ProposeError::NotApplicable(
            "the database is not known: no DataSource states its type, and package.json has no driver".into(),
        )
    })
}
