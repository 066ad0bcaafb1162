//! Drizzle's columns that become different: what a declaration states, the same anew, and the
//! migration with its snapshot as drizzle-kit would write them.

use super::{
    super::{
        chain::Chain,
        journal::{Journal, id_of, written},
        model::Column,
    },
    Alter,
    drizzle::default_of,
    reshape::{State, column, is_altered, is_retyped, place_of},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        fields::{Field, Kind},
        reshape::Difference,
    },
};
use serde_json::{Value, json};

/// What the declaration of a column states.
pub(super) fn state(alter: &Alter<'_>, column: &Column, after: &Field) -> Result<State, ProposeError> {
    let source = alter.plan.survey.get(&alter.plan.table.path);
    let text = source.map_or("", |source| source.text.as_str());
    let chain = Chain::read(&column.ty);
    let call = chain.head().split('(').next().unwrap_or_default();
    let length = chain.head().split_once("length:").and_then(|(_, rest)| {
        let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    let is_known = chain.names().skip(1).all(|name| {
        matches!(
            name,
            "notNull" | "default" | "defaultNow" | "unique" | "references" | "$type" | "$defaultFn"
        )
    });
    let kind = match (call, &after.kind) {
        _ if !is_known => None,
        (_, Kind::BelongsTo(model)) if chain.has("references") => Some(Kind::BelongsTo(model.clone())),
        _ if chain.has("references") => None,
        ("varchar", _) if length.is_some() => Some(Kind::String),
        // In SQLite a text has the length that its rules say.
        ("text", Kind::String) if alter.plan.dialect == "sqlite" => Some(Kind::String),
        ("varchar" | "text", _) => Some(Kind::Text),
        ("integer", _) if !chain.head().contains("mode") => Some(Kind::Integer),
        ("real" | "doublePrecision", _) => Some(Kind::Float),
        ("numeric" | "decimal", _) => Some(Kind::Decimal),
        ("boolean", _) => Some(Kind::Boolean),
        ("date", _) => Some(Kind::Date),
        ("timestamp", _) => Some(Kind::DateTime),
        ("uuid", _) => Some(Kind::Uuid),
        _ => None,
    };
    // `(table) => [index('…').on(table.title)]`
    let from = usize::try_from(alter.plan.table.place.line).unwrap_or(1).saturating_sub(1);
    let lines: Vec<&str> = text.lines().skip(from).take_while(|line| !line.starts_with(");")).collect();
    let whole = lines.join("\n");
    let listed = |line: &&str| {
        line.split_once(".on(").is_some_and(|(_, rest)| {
            let only = rest.split(')').next().unwrap_or_default();
            only.rsplit_once('.').is_some_and(|(_, name)| name == column.name) && !only.contains(',')
        })
    };
    let mut indexes = whole.lines().filter(listed);
    let index = indexes.next();
    let is_unique = index.is_some_and(|line| line.contains("uniqueIndex("));
    Ok(State {
        kind,
        length: length.or(after.max.filter(|_| alter.plan.dialect == "sqlite")),
        optional: !chain.has("notNull"),
        unique: chain.has("unique") || is_unique,
        index: index.is_some() && !is_unique,
        place: place_of(alter, text, column),
    })
}

/// The declaration of a column that is different now.
pub(super) fn declared_anew(text: &str, one: &Difference) -> String {
    let after = &one.after;
    let mut chain = Chain::read(text);
    if one.before.kind != after.kind {
        // From a text of some length to one of any.
        let name = chain.head().split(['\'', '"', '`']).nth(1).map(str::to_owned);
        let quote = chain.head().chars().find(|c| matches!(c, '\'' | '"' | '`')).unwrap_or('\'');
        chain
            .set_head(name.map_or_else(|| "text()".to_owned(), |name| format!("text({quote}{name}{quote})")));
    } else if let (Kind::String, Some(length)) = (&after.kind, one.before.max) {
        let head = chain.head().to_owned();
        let rest = head.split_once("length:").filter(|_| after.max != one.before.max);
        if let Some((before, rest)) = rest {
            let rest = rest.trim_start();
            let rest = rest.strip_prefix(length.to_string().as_str()).unwrap_or(rest);
            chain.set_head(format!("{before}length: {}{rest}", after.max.unwrap_or(255)));
        }
    }
    if one.is_optional_now() {
        chain.remove(&["notNull"]);
    }
    if one.is_required_now() {
        chain.insert(Some(1), "notNull()");
    }
    if let Some(fill) = &one.fill {
        match chain.has("default") {
            true => chain.set("default", &fill.typescript(), &[]),
            false => {
                let at = chain.names().position(|name| name == "notNull").map(|at| at + 1);
                chain.insert(at.or(Some(1)), &format!("default({})", fill.typescript()));
            }
        }
    }
    chain.text()
}

/// Statements, snapshot and journal.
pub(super) fn reshaped(alter: &mut Alter<'_>, all: &[Difference]) -> Result<Vec<FileChange>, ProposeError> {
    if !all.iter().any(is_altered) {
        return Ok(Vec::new());
    }
    let journal = Journal::read(&alter.plan)?.map_err(ProposeError::NotApplicable)?;
    let table = alter.plan.names.like_table.clone();
    let mut snapshot = journal.snapshot(&alter.plan)?;
    let mut statements = Vec::new();
    for one in all.iter().filter(|one| is_altered(one)) {
        let own = column(alter, &one.after)?;
        let stored = Chain::read(&own.ty).head().split(['\'', '"', '`']).nth(1).map(str::to_owned);
        let stored = stored.unwrap_or_else(|| own.name.clone());
        let ty = match &one.after.kind {
            Kind::String => format!("varchar({})", one.after.max.unwrap_or(255)),
            _ => "text".to_owned(),
        };
        let head = format!("ALTER TABLE \"{table}\" ALTER COLUMN \"{stored}\"");
        if is_retyped(one) {
            statements.push(format!("{head} SET DATA TYPE {ty};"));
        }
        if let Some(fill) = &one.fill {
            statements.push(format!("{head} SET DEFAULT {};", fill.plain_sql(true)));
        }
        if one.is_required_now() {
            if let Some(fill) = &one.fill {
                let sql = fill.plain_sql(true);
                // proscenium: ignore sec/sql-interpolated-value because a migration file has no parameters; the value is quoted
                let row = format!("UPDATE \"{table}\" SET \"{stored}\" = {sql} WHERE \"{stored}\" IS NULL;");
                statements.push(row);
            }
            statements.push(format!("{head} SET NOT NULL;"));
        }
        if one.is_optional_now() {
            statements.push(format!("{head} DROP NOT NULL;"));
        }
        if let Some((_, value)) = &mut snapshot {
            let own = value.pointer_mut(&format!("/tables/public.{table}/columns/{stored}"));
            let Some(own) = own.and_then(Value::as_object_mut) else {
                snapshot = None;
                continue;
            };
            if is_retyped(one) {
                own.insert("type".into(), json!(ty));
            }
            own.insert("notNull".into(), json!(!one.after.optional));
            if let Some(fill) = &one.fill {
                own.insert("default".into(), default_of(fill));
            }
        }
    }
    let prefix = journal.next();
    let subject = alter.change.wanted.subject().unwrap_or_default();
    let tag = format!("{prefix}_{subject}_of_{table}");
    let ask = alter.change.ask;
    let like = Place::new(journal.last_path(), 1);
    let sql = statements.join("--> statement-breakpoint\n");
    let mut files =
        vec![ask.made(format!("{}/{tag}.sql", journal.folder), sql, Some(like), Layer::Migration)];
    alter.remarks.push("drizzle-kit knows no way down, so the migration has none.".to_owned());
    match snapshot {
        Some((ends, mut value)) => {
            let previous = value.get("id").cloned().unwrap_or_default();
            if let Some(whole) = value.as_object_mut() {
                whole.insert("id".into(), json!(id_of(&tag, &previous)));
                whole.insert("prevId".into(), previous);
            }
            files.push(ask.made(
                format!("{}/meta/{prefix}_snapshot.json", journal.folder),
                written(&value, ends)?,
                Some(Place::new(journal.snapshot_path(), 1)),
                Layer::Migration,
            ));
        }
        None => alter.remarks.push(
            "No snapshot of drizzle-kit was found to follow; run drizzle-kit generate to compare.".into(),
        ),
    }
    files.push(journal.listing(ask, &tag)?);
    if all.iter().any(Difference::is_required_now) {
        alter.remarks.push(format!(
            "Drizzle's migrator works in one transaction, so {table} is locked for writing while every row is \
             filled and looked at; where that takes long, fill the rows and add a CHECK (… IS NOT NULL) NOT VALID \
             by hand first, then VALIDATE it."
        ));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::recipe::{fields, head::Head, reshape::Wanted};

    fn anew(text: &str, before: &str, after: &str) -> String {
        let words = Head::load("node-zod").unwrap().words;
        let before = fields::parse(before, &words).unwrap().remove(0);
        let wanted = Wanted::read(after, &words).unwrap();
        let place = Place::new("a.ts", 1);
        let all = wanted.differences(|_| Ok((before.clone(), place.clone()))).unwrap();
        declared_anew(text, &all[0])
    }

    #[test]
    fn a_column_is_declared_as_it_shall_be_and_the_rest_of_it_stays() {
        for (text, before, after, expected) in [
            (
                "varchar('a_b', { length: 80 }).notNull().$type<A>()",
                "a_b:string{1..80}",
                "a_b:string{1..400}",
                "varchar('a_b', { length: 400 }).notNull().$type<A>()",
            ),
            ("varchar('a', { length: 8 }).notNull()", "a:string{..8}", "a:text?", "text('a')"),
            ("text('a')", "a:text?", "a:text=none", "text('a').notNull().default('none')"),
            ("integer('a').notNull().default(1)", "a:int", "a:int=3", "integer('a').notNull().default(3)"),
        ] {
            assert_eq!(anew(text, before, after), expected);
        }
    }
}
