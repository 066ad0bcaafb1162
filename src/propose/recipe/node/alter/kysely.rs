//! Kysely's migration of a changed table, in the words of the one that made it.

use super::{
    super::{compose, kysely, migrations},
    Alter, Made,
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::{
        recipe::sources::folder,
        script::{Kind, Tree},
    },
};
use minijinja::{Value, context};

/// The migration, and the list that names it.
pub(super) fn files(alter: &mut Alter<'_>) -> Result<Vec<FileChange>, ProposeError> {
    let table = alter.plan.names.like_table.clone();
    let Some(example) = kysely::migration(alter.plan.survey, &table) else {
        return Err(ProposeError::NotApplicable(format!(
            "no migration that makes the table {table} was found, so there is none to follow"
        )));
    };
    let newest = migrations::newest(&alter.plan, example);
    let what = format!("add_{}_to_{table}", alter.change.subject());
    let stem = migrations::stem_after(migrations::stem_of(&newest.path), &what);
    let path = format!("{}/{stem}.ts", folder(&newest.path));
    let builder = kysely::builder(example);
    let form = alter.plan.form;
    let stored = |name: &str| super::in_form(name, form);
    let name =
        |column: &str, unique: bool| format!("{table}_{column}_{}", if unique { "key" } else { "index" });
    let indexes = alter.indexes(&stored, &name);
    for index in &indexes {
        if has_index(alter, index) {
            return Err(alter.taken(index));
        }
    }
    let context = alter.context();
    let mut fields: Vec<Value> = Vec::new();
    for field in &alter.change.ask.fields {
        // A unique column is one with a unique index, which every database can add.
        let own = context! { unique => false, ..context.column(field, form, &builder) };
        let link = context.render("kysely.column.ts.j2", &own)?.trim().to_owned();
        fields.push(context! { link, db => stored(&field.column()) });
    }
    let tree = Tree::parse(&example.path, &example.text)?;
    let mut text = String::new();
    for import in &example.script.imports {
        text.push_str(example.slice(&import.range));
        text.push('\n');
    }
    for way in ["up", "down"] {
        let Some(head) = head_of(&tree, &example.text, way) else {
            return Err(ProposeError::NotApplicable(format!(
                "{} has no function {way} to follow",
                example.path
            )));
        };
        let value = context! {
            way,
            table => table.clone(),
            database => builder.database.clone(),
            fields => fields.clone(),
            indexes => indexes.iter().map(Made::value).collect::<Vec<_>>(),
        };
        let body = context.render("kysely.alter.ts.j2", &value)?;
        text.push_str(&format!("\n{head}\n{}\n}}\n", alter.plan.habits.write(&body, &[]).trim_end()));
    }
    let text = compose::without_unused_imports(&path, &text)?;
    let text = compose::fitted(&path, &text, &alter.plan.habits)?;
    let at = example.text.find("createTable").unwrap_or_default();
    let ask = alter.change.ask;
    let mut files = vec![ask.made(path.clone(), text, Some(example.place(at)), Layer::Migration)];
    files.extend(migrations::listed(&alter.plan, newest, &path)?);
    let is_postgres = alter.plan.dialect == "postgres";
    if is_postgres && !indexes.is_empty() {
        alter.remarks.push(format!(
            "Kysely's migrator works in one transaction, so the index locks {table} for writing while it is \
             built; where that takes long, build it CONCURRENTLY by hand first."
        ));
    }
    Ok(files)
}

/// `export async function up(db: Kysely<unknown>) {`, as written.
pub(super) fn head_of<'t>(tree: &Tree, text: &'t str, way: &str) -> Option<&'t str> {
    let is_way = |id: &usize| {
        matches!(tree.kind(*id), Kind::Function | Kind::Variable) && tree.name(*id, text) == Some(way)
    };
    let id = tree.all().find(is_way)?;
    let body = tree.below(id).find(|below| tree.kind(*below) == Kind::Body)?;
    let top = tree.above(id).filter(|above| *above != Tree::ROOT).last().unwrap_or(id);
    text.get(tree.range(top).start..tree.range(body).start + 1)
}

/// Whether a migration indexes the column already, by itself.
pub(super) fn has_index(alter: &Alter<'_>, index: &Made) -> bool {
    let table = &alter.plan.names.like_table;
    alter.plan.survey.sources.values().any(|source| {
        let flat: String = source.text.split_whitespace().collect();
        let flat = flat.replace('"', "'");
        let indexed = flat.contains(&format!(".on('{table}').column('{}').", index.column))
            || flat.contains(&format!(".on('{table}').columns(['{}'])", index.column));
        let made = flat
            .split(&format!("addColumn('{}',", index.column))
            .skip(1)
            .filter_map(|rest| rest.split(".addColumn(").next())
            .any(|link| link.split(".execute(").next().unwrap_or_default().contains(".unique()"));
        indexed || made && flat.contains(&format!("createTable('{table}')"))
    })
}
