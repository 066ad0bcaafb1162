//! A new SQL migration beside the others, numbered, named and divided as they are.
//!
//! A migration that is committed may have run somewhere: tools compare its checksum, and
//! where it ran already a changed text never runs. So what a migration lacks comes with a
//! new one.

use crate::ports::ProposeError;
use regex::Regex;
use std::sync::OnceLock;

/// What a new migration says.
pub(crate) struct Statements<'a> {
    /// Words of its file name, joined by `_`.
    pub(crate) name: &'a str,
    pub(crate) up: &'a str,
    pub(crate) down: &'a str,
}

/// How the tool of a folder names its migrations.
struct Style<'a> {
    folder: &'a str,
    /// In front of the number: `V` of Flyway.
    lead: &'a str,
    /// Between number and name.
    separator: &'a str,
    /// Behind the name.
    ends: &'static [&'static str],
}

/// The files of a new migration after the last of its folder; `None` where the file is no
/// numbered migration, for example a schema that is kept as one file.
pub(crate) fn beside(
    path: &str,
    text: &str,
    known: &[&str],
    new: &Statements<'_>,
) -> Result<Option<Vec<(String, String)>>, ProposeError> {
    if path.ends_with("/migration.sql") {
        return Err(super::no(
            "Prisma writes its migrations: give the model `@@index([..])` in the schema and run prisma migrate dev".into(),
        ));
    }
    let Some(style) = style(path) else { return Ok(None) };
    let numbers = known.iter().filter_map(|other| number_of(other, &style)).map(str::to_owned);
    let Some(last) = numbers.max_by(|a, b| (a.len(), a).cmp(&(b.len(), b))) else { return Ok(None) };
    let Some(number) = after(&last) else { return Ok(None) };
    let stem = format!("{}{}{number}{}{}", style.folder, style.lead, style.separator, new.name);
    let files = match style.ends {
        [up, down] => {
            vec![
                (format!("{stem}{up}"), format!("{}\n", new.up)),
                (format!("{stem}{down}"), format!("{}\n", new.down)),
            ]
        }
        _ => vec![(format!("{stem}.sql"), divided(text, new))],
    };
    Ok(Some(files))
}

fn parts() -> Option<&'static Regex> {
    static PARTS: OnceLock<Option<Regex>> = OnceLock::new();
    PARTS
        .get_or_init(|| {
            Regex::new(
                r"^(?P<folder>(?:.*/)?)(?P<lead>V?)(?P<number>\d{1,20})(?P<sep>__|_|-|\.)(?P<rest>[^/]+)$",
            )
            .ok()
        })
        .as_ref()
}

fn style(path: &str) -> Option<Style<'_>> {
    let found = parts()?.captures(path)?;
    let part = |name: &str| found.name(name).map_or("", |part| part.as_str());
    let rest = part("rest");
    let ends: &[&str] = match rest {
        // One folder for each migration, as Diesel has them.
        _ if rest == "up.sql" || rest == "down.sql" => return None,
        _ if rest.ends_with(".up.sql") => &[".up.sql", ".down.sql"],
        _ => &[".sql"],
    };
    Some(Style { folder: part("folder"), lead: part("lead"), separator: part("sep"), ends })
}

/// The number of another migration of the same folder.
fn number_of<'p>(path: &'p str, style: &Style<'_>) -> Option<&'p str> {
    let name = path.strip_prefix(style.folder)?.strip_prefix(style.lead)?;
    let end = name.find(|c: char| !c.is_ascii_digit())?;
    let is_file = !name.contains('/') && name.ends_with(".sql");
    name.get(..end).filter(|number| is_file && !number.is_empty())
}

/// The next number in as many digits; a time of the clock becomes the next second's.
fn after(last: &str) -> Option<String> {
    let next = last.parse::<u128>().ok()?.checked_add(1)?.to_string();
    Some(format!("{next:0>width$}", width = last.len()))
}

/// The statements between the marks that the file beside it uses for its two directions.
fn divided(text: &str, new: &Statements<'_>) -> String {
    let mark = |word: &str| {
        text.lines().map(str::trim).find(|line| {
            let words = line.strip_prefix("--").unwrap_or_default().to_ascii_lowercase();
            let words: Vec<&str> =
                words.split([' ', ':', '+', '\t']).filter(|part| !part.is_empty()).collect();
            matches!(words.as_slice(), [only] if *only == word)
                || matches!(words.as_slice(), ["goose" | "migrate" | "migration", last, ..] if *last == word)
        })
    };
    match (mark("up"), mark("down")) {
        (Some(up), Some(down)) => format!("{up}\n{}\n\n{down}\n{}\n", new.up, new.down),
        _ => format!("{}\n", new.up),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const NEW: Statements<'_> =
        Statements { name: "index_a_b", up: "CREATE INDEX ix ON a (b);", down: "DROP INDEX ix;" };

    fn names(path: &str, known: &[&str]) -> Vec<String> {
        let files = beside(path, "CREATE TABLE a;", known, &NEW).unwrap().unwrap_or_default();
        files.into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn the_next_number_is_written_as_the_others_are() {
        let table: [(&str, &[&str], &[&str]); 6] = [
            (
                "migrations/3_follow.sql",
                &["migrations/3_follow.sql", "migrations/10_tags.sql"],
                &["migrations/11_index_a_b.sql"],
            ),
            (
                "migrations/0002_orders.sql",
                &["migrations/0002_orders.sql", "migrations/0003_x.sql", "other/0009_y.sql"],
                &["migrations/0004_index_a_b.sql"],
            ),
            ("db/V3__a.sql", &["db/V3__a.sql"], &["db/V4__index_a_b.sql"]),
            ("m/20240101120059_a.sql", &["m/20240101120059_a.sql"], &["m/20240101120060_index_a_b.sql"]),
            (
                "m/000001_a.up.sql",
                &["m/000001_a.up.sql", "m/000001_a.down.sql"],
                &["m/000002_index_a_b.up.sql", "m/000002_index_a_b.down.sql"],
            ),
            ("schema.sql", &["schema.sql"], &[]),
        ];
        for (path, known, expected) in table {
            assert_eq!(names(path, known), expected, "{path}");
        }
    }

    #[test]
    fn both_directions_stand_between_the_marks_of_the_file_beside_it() {
        for (up, down) in
            [("-- up", "-- down"), ("-- +goose Up", "-- +goose Down"), ("-- migrate:up", "-- migrate:down")]
        {
            let text = format!("{up}\nCREATE TABLE a;\n{down}\nDROP TABLE a;\n");
            let files = beside("m/1_a.sql", &text, &["m/1_a.sql"], &NEW).unwrap().unwrap();
            assert_eq!(files[0].1, format!("{up}\n{}\n\n{down}\n{}\n", NEW.up, NEW.down));
        }
    }

    #[test]
    fn a_migration_that_prisma_writes_is_not_written_by_hand() {
        let known = ["prisma/migrations/20240101_a/migration.sql"];
        assert!(beside(known[0], "", &known, &NEW).is_err());
    }
}
