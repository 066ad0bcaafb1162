//! Where the next migration goes, and which types its database has.

use super::{
    super::{names::Name, rename::Joint},
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
}

/// The kinds of database whose types the templates know.
const DIALECTS: [(&str, &[&str]); 3] = [
    ("postgres", &["postgres", "aurora-postgres", "cockroachdb"]),
    ("sqlite", &["sqlite", "better-sqlite3", "sqljs", "expo"]),
    ("mysql", &["mysql", "mariadb", "aurora-mysql"]),
];

/// The migration that follows the newest; `None` where the repository has none.
pub(super) fn next(survey: &Survey, name: &Name, joint: Joint) -> Option<Next> {
    let all = survey.classes().filter(|(source, class)| {
        source.text.contains("MigrationInterface") && !stamp(&class.name, &source.path).is_empty()
    });
    let (source, class) = all.max_by_key(|(source, class)| {
        let stamp = stamp(&class.name, &source.path);
        (stamp.len(), stamp)
    })?;
    let newest = stamp(&class.name, &source.path);
    let number: u64 = newest.parse().ok()?;
    let stamp = format!("{:0width$}", number + 1, width = newest.len());
    let what = format!("Create{}", name.plural_pascal);
    let file = source.path.rsplit('/').next().unwrap_or_default();
    let rest = file.trim_start_matches(|c: char| c.is_ascii_digit());
    let separator = rest.chars().next().filter(|c| !c.is_alphanumeric()).unwrap_or('-');
    let is_pascal = rest.trim_start_matches(separator).starts_with(char::is_uppercase);
    let stem = match (is_pascal, joint) {
        (true, _) => what.clone(),
        (false, Joint::Snake) => format!("create_{}", name.plural),
        (false, _) => format!("create-{}", name.plural.replace('_', "-")),
    };
    Some(Next {
        path: format!("{}/{stamp}{separator}{stem}.ts", folder(&source.path)),
        class: format!("{}{stamp}", if class.name.contains('_') { format!("{what}_") } else { what }),
        after: source.place(class.name_at),
        newest: (source.path.clone(), class.name.clone()),
        has_name: class.properties.iter().any(|property| property.name == "name"),
        is_public: class.methods.iter().any(|method| method.is_public),
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
