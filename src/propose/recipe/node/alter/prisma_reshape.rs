//! Members of Prisma's models that become different, and the migrations as Prisma's engine
//! would write them.
//!
//! Each migration is a script of its own, so a column becomes required in three steps, none of
//! which looks at every row under a lock.

use super::{
    super::{
        model::Column,
        prisma::{aligned, attribute, members, model_of, schema},
    },
    Alter,
    reshape::{State, by_hand, column, is_altered, is_retyped, place_of},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        fields::{Field, Kind},
        reshape::Difference,
        resource::Edited,
    },
};

/// What the declaration of a member states.
pub(super) fn state(alter: &Alter<'_>, column: &Column, after: &Field) -> Result<State, ProposeError> {
    let Some(schema) = schema(alter.change.ask)? else {
        return Err(ProposeError::NotApplicable("no schema of Prisma was found".into()));
    };
    let model = model_of(&alter.plan.table);
    let body = schema.body(&model).unwrap_or_default();
    let place = place_of(alter, &schema.text, column);
    let Some(member) = members(body).find(|member| member.name == column.name) else {
        return Err(by_hand(alter, &after.name, &place, "is declared in a way that is not known"));
    };
    let length = member.rest.split_once("@db.VarChar(").and_then(|(_, rest)| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    let names = |mark: &str| {
        let lines = body.lines().map(str::trim).filter_map(|line| line.strip_prefix(mark));
        lines.filter_map(|rest| rest.split(']').next()).any(|only| only.trim() == column.name)
    };
    let is_reference = members(body).any(|one| {
        one.rest.contains("@relation(") && one.rest.contains(&format!("fields: [{}]", column.name))
    });
    let native = member
        .rest
        .split_once("@db.")
        .map(|(_, rest)| rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>());
    let kind = match (member.ty.trim_end_matches('?'), native.as_deref(), &after.kind) {
        (_, _, Kind::BelongsTo(model)) if is_reference => Some(Kind::BelongsTo(model.clone())),
        _ if is_reference => None,
        ("String", Some("VarChar"), _) if length.is_some() => Some(Kind::String),
        ("String", Some("Uuid"), _) => Some(Kind::Uuid),
        ("String", None, Kind::String) if alter.plan.dialect == "sqlite" => Some(Kind::String),
        ("String", None | Some("Text"), _) => Some(Kind::Text),
        ("Int", None, _) => Some(Kind::Integer),
        ("Float", None, _) => Some(Kind::Float),
        ("Decimal", _, _) => Some(Kind::Decimal),
        ("Boolean", _, _) => Some(Kind::Boolean),
        ("DateTime", Some("Date"), _) => Some(Kind::Date),
        ("DateTime", _, _) => Some(Kind::DateTime),
        _ => None,
    };
    Ok(State {
        kind,
        length: length.or(after.max.filter(|_| alter.plan.dialect == "sqlite")),
        optional: member.ty.ends_with('?'),
        unique: member.rest.contains("@unique") || names("@@unique(["),
        index: names("@@index(["),
        place,
    })
}

/// The schema and the migrations.
pub(super) fn reshaped(alter: &mut Alter<'_>, all: &[Difference]) -> Result<Vec<FileChange>, ProposeError> {
    if !all.iter().any(is_altered) {
        return Ok(Vec::new());
    }
    let mut files: Vec<FileChange> = changed_schema(alter, all)?.into_iter().collect();
    files.extend(migrations(alter, all)?);
    alter.remarks.push(
        "Prisma's own engine was not asked: the migration is what it writes for such a model, and \
         prisma migrate dev will say so or add what is missing. It knows no way down."
            .into(),
    );
    Ok(files)
}

fn changed_schema(alter: &Alter<'_>, all: &[Difference]) -> Result<Option<FileChange>, ProposeError> {
    let Some(schema) = schema(alter.change.ask)? else { return Ok(None) };
    let mut lines: Vec<String> = schema.text.split_inclusive('\n').map(str::to_owned).collect();
    let mut like = None;
    for one in all {
        let column = column(alter, &one.after)?;
        let place = place_of(alter, &schema.text, column);
        let at = usize::try_from(place.line).unwrap_or(1).saturating_sub(1);
        let Some(line) = lines.get_mut(at) else { continue };
        let new = member(line, one);
        if new != *line {
            *line = new;
            like.get_or_insert(place);
        }
    }
    let Some(like) = like else { return Ok(None) };
    let before = usize::try_from(like.line).unwrap_or(1).saturating_sub(1);
    let at: usize = lines.iter().take(before).map(String::len).sum();
    let new = aligned(&lines.concat(), at);
    let ask = alter.change.ask;
    let layer = Layer::Model;
    let reason = ask.head.reason(layer);
    Ok(Some(ask.edited(Edited {
        path: &schema.path,
        old: &schema.text,
        new,
        reason,
        like: Some(like),
        layer,
    })))
}

/// The line of a member that is different now.
fn member(line: &str, one: &Difference) -> String {
    let Some(own) = members(line).next() else { return line.to_owned() };
    let mut ty = own.ty.to_owned();
    let mut rest = own.rest.to_owned();
    if one.is_optional_now() {
        ty.push('?');
    }
    if one.is_required_now() {
        ty = ty.trim_end_matches('?').to_owned();
    }
    if let Some(length) = one.before.max.filter(|_| is_retyped(one)) {
        let old = format!("@db.VarChar({length})");
        let new = match one.after.kind {
            Kind::String => format!("@db.VarChar({})", one.after.max.unwrap_or(255)),
            _ => String::new(),
        };
        rest = rest.replace(&old, &new).replace("  ", " ").trim().to_owned();
    }
    if let Some(fill) = &one.fill {
        let value = format!("@default({})", fill.typescript().replace('\'', "\""));
        rest = match rest.split_once("@default(") {
            Some((before, tail)) => {
                format!("{before}{value}{}", tail.split_once(')').map_or("", |(_, tail)| tail))
            }
            None if rest.starts_with("@unique") => rest.replacen("@unique", &format!("@unique {value}"), 1),
            None if rest.is_empty() => value,
            None => format!("{value} {rest}"),
        };
    }
    let indent = line.get(..line.len() - line.trim_start().len()).unwrap_or_default();
    let end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
    format!("{}{end}", format!("{indent}{} {ty} {rest}", own.name).trim_end())
}

/// The change, and for what becomes required two steps more.
fn migrations(alter: &mut Alter<'_>, all: &[Difference]) -> Result<Vec<FileChange>, ProposeError> {
    let ask = alter.change.ask;
    let mut paths: Vec<&str> = ask.map.migrations.iter().map(|migration| migration.path.as_str()).collect();
    paths.retain(|path| path.ends_with("/migration.sql"));
    paths.sort_unstable();
    let Some(newest) = paths.last() else {
        return Err(ProposeError::NotApplicable(
            "no migration of Prisma was found to follow; run prisma migrate dev first".into(),
        ));
    };
    let table = alter.plan.names.like_table.clone();
    let (mut first, mut checked, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for one in all.iter().filter(|one| is_altered(one)) {
        let own = column(alter, &one.after)?;
        let db = attribute(&own.ty, "@map").unwrap_or_else(|| own.name.clone());
        let ty = match &one.after.kind {
            Kind::String => format!("VARCHAR({})", one.after.max.unwrap_or(255)),
            _ => "TEXT".to_owned(),
        };
        let mut actions = Vec::new();
        let act = |what: String| format!("ALTER COLUMN \"{db}\" {what}");
        if one.is_optional_now() {
            actions.push(act("DROP NOT NULL".into()));
        }
        if let Some(fill) = &one.fill {
            actions.push(act(format!("SET DEFAULT {}", fill.plain_sql(true))));
        }
        if is_retyped(one) {
            actions.push(act(format!("SET DATA TYPE {ty}")));
        }
        if !actions.is_empty() {
            first.push(format!("-- AlterTable\nALTER TABLE \"{table}\" {};", actions.join(",\n")));
        }
        if one.is_required_now() {
            let check = format!("{table}_{db}_filled");
            if let Some(fill) = &one.fill {
                let sql = fill.plain_sql(true);
                // proscenium: ignore sec/sql-interpolated-value because a migration file has no parameters; the value is quoted
                first.push(format!("UPDATE \"{table}\" SET \"{db}\" = {sql} WHERE \"{db}\" IS NULL;"));
            }
            first.push(format!(
                "ALTER TABLE \"{table}\" ADD CONSTRAINT \"{check}\" CHECK (\"{db}\" IS NOT NULL) NOT VALID;"
            ));
            checked.push(format!("ALTER TABLE \"{table}\" VALIDATE CONSTRAINT \"{check}\";"));
            last.push(format!("-- AlterTable\nALTER TABLE \"{table}\" ALTER COLUMN \"{db}\" SET NOT NULL;"));
            last.push(format!("ALTER TABLE \"{table}\" DROP CONSTRAINT \"{check}\";"));
        }
    }
    let folder = newest.trim_end_matches("/migration.sql");
    let (root, name) = folder.rsplit_once('/').unwrap_or(("", folder));
    let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
    let mut stamp = digits.parse::<u64>().unwrap_or(0);
    let subject = alter.change.wanted.subject().unwrap_or_default();
    let steps = [
        (format!("{subject}_of_{table}"), first),
        (format!("check_{subject}_of_{table}"), checked),
        (format!("finish_{subject}_of_{table}"), last),
    ];
    let mut files = Vec::new();
    for (what, statements) in steps.into_iter().filter(|(_, statements)| !statements.is_empty()) {
        stamp += 1;
        let path = format!("{root}/{stamp:0width$}_{what}/migration.sql", width = digits.len());
        let like = Place::new((*newest).to_owned(), 1);
        let text = format!("{}\n", statements.join("\n\n"));
        files.push(ask.made(path, text, Some(like), Layer::Migration));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::recipe::{fields, head::Head, reshape::Wanted};

    #[test]
    fn a_member_is_declared_as_it_shall_be() {
        let words = Head::load("node-zod").unwrap().words;
        for (line, before, after, expected) in [
            (
                "  title String @db.VarChar(80)\n",
                "title:string{..80}",
                "title:string{..400}",
                "  title String @db.VarChar(400)\n",
            ),
            (
                "  title String @map(\"t\") @db.VarChar(80)\n",
                "title:string{..80}",
                "title:text?",
                "  title String? @map(\"t\")\n",
            ),
            ("  note String?\n", "note:text?", "note:text=none", "  note String @default(\"none\")\n"),
            (
                "  stars Int @default(1) @map(\"s\")\n",
                "stars:int",
                "stars:int=3",
                "  stars Int @default(3) @map(\"s\")\n",
            ),
        ] {
            let before = fields::parse(before, &words).unwrap().remove(0);
            let wanted = Wanted::read(after, &words).unwrap();
            let place = Place::new("schema.prisma", 1);
            let all = wanted.differences(|_| Ok((before.clone(), place.clone()))).unwrap();
            assert_eq!(member(line, &all[0]), expected);
        }
    }
}
