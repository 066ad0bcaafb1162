//! The migration of the new table: the example's with other columns in it, after the newest.

use super::{
    context::Context,
    graft::{Graft, Work},
    kysely,
    model::Mapper,
    plan::Plan,
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end},
        recipe::{
            names::camel,
            resource::Edited,
            sources::{Source, folder, relative},
        },
    },
};

/// Files of the migration; a remark where there is none to follow.
pub(super) fn files(
    plan: &Plan<'_>,
    context: &Context<'_>,
    remarks: &mut Vec<String>,
) -> Result<Vec<FileChange>, ProposeError> {
    match plan.mapper {
        Mapper::Kysely => of_kysely(plan, context, remarks),
        Mapper::Drizzle => super::drizzle_sql::files(plan, context, remarks),
        Mapper::Prisma => super::prisma::files(plan, context, remarks),
    }
}

fn of_kysely(
    plan: &Plan<'_>,
    context: &Context<'_>,
    remarks: &mut Vec<String>,
) -> Result<Vec<FileChange>, ProposeError> {
    let Some(example) = kysely::migration(plan.survey, &plan.names.like_table) else {
        remarks.push(format!(
            "No migration that makes the table {} was found, so there is none of the new table.",
            plan.names.like_table
        ));
        return Ok(Vec::new());
    };
    let ask = plan.ask;
    let newest = newest(plan, example);
    let stem = next_stem(stem_of(&newest.path), stem_of(&example.path), plan);
    let path = format!("{}/{stem}.ts", folder(&newest.path));
    let builder = kysely::builder(example);
    let form = super::words::form_of(example.text.split(['\'', '"']).skip(1).step_by(2)).unwrap_or(plan.form);
    let mut links = Vec::new();
    let mut indexes = Vec::new();
    for field in &ask.fields {
        let own = context.column(field, form, &builder);
        links.push(plan.habits.write(&context.render("kysely.column.ts.j2", &own)?, &[]).trim().to_owned());
        let is_indexed =
            field.index || matches!(field.kind, crate::propose::recipe::fields::Kind::BelongsTo(_));
        if is_indexed && !field.unique {
            indexes
                .push(plan.habits.write(&context.render("kysely.index.ts.j2", &own)?, &[]).trim().to_owned());
        }
    }
    let graft = Graft { form, ..plan.graft() };
    let mut work = Work::new(&example.path, &example.text)?;
    kysely::rewrite(&graft, &mut work, &links, &indexes)?;
    graft.rename(&mut work);
    let text = work.slice(0..example.text.len())?;
    let text = super::compose::without_unused_imports(&path, &text)?;
    let text = super::compose::fitted(&path, &text, &plan.habits)?;
    let at = example.text.find("createTable").unwrap_or_default();
    let mut files = vec![ask.made(path.clone(), text, Some(example.place(at)), Layer::Migration)];
    files.extend(listed(plan, newest, &path)?);
    Ok(files)
}

/// The migration with the last stamp in the example's folder.
pub(super) fn newest<'p>(plan: &'p Plan<'_>, example: &'p Source) -> &'p Source {
    let beside = plan.survey.sources.values().filter(|source| {
        folder(&source.path) == folder(&example.path)
            && stem_of(&source.path).starts_with(|c: char| c.is_ascii_digit())
                == stem_of(&example.path).starts_with(|c: char| c.is_ascii_digit())
            && source.text.contains("down")
    });
    beside.max_by(|a, b| a.path.cmp(&b.path)).unwrap_or(example)
}

pub(super) fn stem_of(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or_default();
    file.strip_suffix(".ts").unwrap_or(file)
}

/// What orders a migration: digits and what parts them.
fn stamp_of(stem: &str) -> &str {
    let end = stem
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '_' | 'T' | 'Z' | ':')))
        .unwrap_or(stem.len());
    stem.get(..end).unwrap_or_default().trim_end_matches(['-', '_'])
}

/// `0002-create-book-reviews`, after `0001-create-users`.
fn next_stem(newest: &str, example: &str, plan: &Plan<'_>) -> String {
    let next = next_stamp(newest);
    let rest = example.strip_prefix(stamp_of(example)).unwrap_or_default();
    let joint = if rest.trim_start_matches(['-', '_']).contains('_') || rest.starts_with('_') {
        crate::propose::recipe::rename::Joint::Snake
    } else {
        plan.names.files
    };
    let renamer =
        crate::propose::recipe::rename::Renamer { from: &plan.names.like, to: &plan.names.to, joint };
    let renamed = renamer.apply(rest);
    if renamed == rest {
        let separator = rest.chars().next().unwrap_or('-');
        let join = if separator == '_' { "_" } else { "-" };
        return format!("{next}{separator}create{join}{}", plan.names.to.plural.replace('_', join));
    }
    format!("{next}{renamed}")
}

/// The stamp after that of a migration.
fn next_stamp(newest: &str) -> String {
    let stamp = stamp_of(newest);
    let digits = stamp.len() - stamp.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (head, last) = stamp.split_at(stamp.len() - digits);
    last.parse::<u64>().map_or(String::new(), |number| format!("{head}{:0digits$}", number + 1))
}

/// `0003-add-stars-to-reviews`, after `0002-create-reviews`; words are joined as there.
pub(super) fn stem_after(newest: &str, what: &str) -> String {
    let rest = newest.strip_prefix(stamp_of(newest)).unwrap_or_default();
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '_')).unwrap_or('-');
    let inner = rest.trim_start_matches(['-', '_']);
    let join = if separator == '_' && !inner.contains('-') || inner.contains('_') { "_" } else { "-" };
    format!("{}{separator}{}", next_stamp(newest), what.replace('_', join))
}

/// The list that names each migration, with the new one after the newest.
pub(super) fn listed(
    plan: &Plan<'_>,
    newest: &Source,
    path: &str,
) -> Result<Option<FileChange>, ProposeError> {
    for source in plan.survey.sources.values() {
        let imported = source.script.imports.iter().find(|import| {
            plan.survey.resolve(&source.path, &import.from).is_some_and(|target| target.path == newest.path)
        });
        let Some(import) = imported else { continue };
        let Some(local) = import.names.first().map(|name| name.local.clone()) else { continue };
        let (old, new) = (stem_of(&newest.path), stem_of(path));
        let (old_stamp, new_stamp) = (stamp_of(old), stamp_of(new));
        let name = if !old_stamp.is_empty() && local.contains(old_stamp) {
            local.replace(old_stamp, new_stamp)
        } else {
            let rest = new.strip_prefix(new_stamp).unwrap_or(new).trim_start_matches(['-', '_']);
            camel(&rest.replace('-', "_"))
        };
        let extension = if import.from.ends_with(".js") { ".js" } else { "" };
        let from = relative(&source.path, path, extension);
        let mut edits = Edits::default();
        let line = source.slice(&import.range).replace(&import.from, "\u{1}");
        let line = super::guard::replace_word(&line, &local, &name).replace('\u{1}', &from);
        edits.insert(line_end(&source.text, import.range.end), format!("{line}\n"));
        let work = Work::new(&source.path, &source.text)?;
        let entry = work.tree.all().rfind(|id| {
            use crate::propose::script::Kind;
            let parent = work.tree.kind(work.tree.parent(*id));
            matches!(work.tree.kind(*id), Kind::Property | Kind::Name)
                && matches!(parent, Kind::Object | Kind::Array)
                && work.tree.below(*id).chain([*id]).any(|below| work.tree.text(below, work.text) == local)
        });
        let Some(entry) = entry else { continue };
        let range = work.tree.range(entry);
        let text = work.tree.text(entry, work.text).replace(old, new);
        let text = super::guard::replace_word(&text, &local, &name);
        let is_broken = work
            .text
            .get(..range.start)
            .is_some_and(|before| before.rsplit('\n').next().is_some_and(|lead| lead.trim().is_empty()));
        let lead =
            if is_broken { format!(",\n{}", indent_of(work.text, range.start)) } else { ", ".to_owned() };
        edits.insert(range.end, format!("{lead}{text}"));
        let new = edits.apply(&source.text)?;
        let new = super::compose::fitted(&source.path, &new, &plan.habits)?;
        return Ok(Some(plan.ask.edited(Edited {
            path: &source.path,
            old: &source.text,
            new,
            reason: "The migrator is told of the new migration.".into(),
            like: Some(source.place(range.start)),
            layer: Layer::Migration,
        })));
    }
    Ok(None)
}
