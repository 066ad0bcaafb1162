//! Tables as Drizzle declares them: a variable, the table's name, an object of columns.

use super::{
    graft::Work,
    model::{Column, Parent, Table},
};
use crate::{
    ports::ProposeError,
    propose::{
        edits::line_start,
        recipe::{
            fields::{Field, Kind as Type},
            rename::Joint,
            sources::{Source, Survey, relative},
            typescript::{Habits, words},
        },
        script::{Id, Kind, Tree},
    },
};

/// What Drizzle's columns are made with, by which its package is known.
const CALLS: [&str; 14] = [
    "varchar",
    "text",
    "integer",
    "real",
    "doublePrecision",
    "numeric",
    "boolean",
    "date",
    "timestamp",
    "uuid",
    "index",
    "uniqueIndex",
    "bigint",
    "serial",
];

/// A table's declaration.
pub(super) struct Declared {
    pub(super) name: String,
    pub(super) stored: String,
    pub(super) call: Id,
    pub(super) columns: Id,
}

/// Every table of every source.
pub(super) fn tables(survey: &Survey) -> Result<Vec<Table>, ProposeError> {
    let mut tables = Vec::new();
    for source in survey.sources.values().filter(|source| source.text.contains("Table(")) {
        let tree = Tree::parse(&source.path, &source.text)?;
        for one in declared(&tree, &source.text) {
            let columns = tree.children(one.columns).iter().filter_map(|member| {
                let name = tree.name(*member, &source.text)?;
                let ty = tree.text(tree.value(*member)?, &source.text);
                Some(Column { name: name.to_owned(), ty: ty.to_owned() })
            });
            tables.push(Table {
                columns: columns.collect(),
                name: one.name,
                stored: one.stored,
                path: source.path.clone(),
                place: source.place(tree.range(one.call).start),
            });
        }
    }
    Ok(tables)
}

/// The tables that a source declares.
pub(super) fn declared(tree: &Tree, text: &str) -> Vec<Declared> {
    let mut found = Vec::new();
    for variable in tree.all().filter(|id| tree.kind(*id) == Kind::Variable) {
        let Some(call) = tree.value(variable).filter(|id| tree.kind(*id) == Kind::Call) else { continue };
        let is_table =
            tree.callee(call, text).is_some_and(|(name, _)| name.ends_with("Table") || name == "table");
        let given = tree.arguments(call);
        let (Some(name), Some(stored), Some(columns)) =
            (tree.name(variable, text), given.first(), given.get(1))
        else {
            continue;
        };
        if is_table && tree.kind(*stored) == Kind::Text && tree.kind(*columns) == Kind::Object {
            found.push(Declared {
                name: name.to_owned(),
                stored: tree.text(*stored, text).trim_matches(['\'', '"', '`']).to_owned(),
                call,
                columns: *columns,
            });
        }
    }
    found
}

/// The form of the names that columns have in the database.
pub(super) fn stored_form(table: &Table) -> Joint {
    let names = table.columns.iter().filter_map(|column| column.ty.split(['\'', '"']).nth(1));
    super::words::form_of(names).unwrap_or(Joint::Snake)
}

/// Puts the new table's indexes in place of what the example says beyond its columns, and
/// leaves out what says how tables hang together.
pub(super) fn prepare(
    work: &mut Work<'_>,
    like: &str,
    fields: &[Field],
    stored: &str,
    code: &dyn Fn(&Field) -> String,
) {
    let mut changes = Vec::new();
    for one in declared(&work.tree, work.text) {
        if one.name != like {
            continue;
        }
        let columns = work.tree.range(one.columns);
        let end = work.tree.range(one.call).end.saturating_sub(1);
        let rest = work.tree.arguments(one.call).get(2).map(|last| work.tree.range(*last));
        let indexed: Vec<&Field> = fields
            .iter()
            .filter(|field| !field.unique && (field.index || matches!(field.kind, Type::BelongsTo(_))))
            .collect();
        let quote =
            if work.text.get(columns.start..end).is_some_and(|text| text.contains('"')) { '"' } else { '\'' };
        let list: Vec<String> = indexed
            .iter()
            .map(|field| {
                format!("index({quote}{stored}_{}_index{quote}).on(table.{})", field.column(), code(field))
            })
            .collect();
        let new = format!("(table) => [{}]", list.join(", "));
        match (rest, indexed.is_empty()) {
            (Some(rest), false) => changes.push((rest, new)),
            (Some(rest), true) => changes.push((columns.end..rest.end, String::new())),
            (None, false) => changes.push((columns.end..columns.end, format!(", {new}"))),
            (None, true) => {}
        }
    }
    let relations: Vec<Id> = work
        .tree
        .all()
        .filter(|id| work.tree.kind(*id) == Kind::Variable)
        .filter(|id| {
            let value = work.tree.value(*id);
            value
                .and_then(|call| work.tree.callee(call, work.text))
                .is_some_and(|(name, _)| name == "relations")
        })
        .collect();
    for relation in relations {
        let range = super::removal::removable(work, relation);
        work.drop(range);
    }
    for (range, text) in changes {
        work.write(range, text);
    }
}

/// The text with a table of nothing but columns in a formatter's form: the columns begin on the
/// line of the call.
pub(super) fn hugged(path: &str, text: &str, table: &str, habits: &Habits) -> Result<String, ProposeError> {
    let mut text = text.to_owned();
    loop {
        let tree = Tree::parse(path, &text)?;
        let mut new = declared(&tree, &text).into_iter().filter(|one| one.stored == table);
        let apart = new.find_map(|one| {
            let given = tree.arguments(one.call);
            let [stored, columns] = given.as_slice() else { return None };
            let (call, stored, columns) = (tree.range(one.call), tree.range(*stored), tree.range(*columns));
            let open = text.get(call.start..stored.start)?;
            let head = format!("{}{}, {{", open.trim_end(), text.get(stored.clone())?);
            let lead = text.get(line_start(&text, call.start)..call.start)?;
            let fits = lead.chars().count() + head.chars().count() <= habits.width;
            (open.contains('\n') && fits).then_some((call, head, columns))
        });
        let Some((call, head, columns)) = apart else { return Ok(text) };
        let inner = text.get(columns.start + 1..columns.end).unwrap_or_default();
        let inner = inner.replace(&format!("\n{}", habits.indent), "\n");
        text.replace_range(call, &format!("{head}{inner})"));
    }
}

/// The text with what its columns are made with, and the tables that they refer to, imported.
pub(super) fn with_imports(
    survey: &Survey,
    path: &str,
    text: &str,
    parents: &[Parent],
    like: &Table,
) -> Result<String, ProposeError> {
    if !text.contains("Table(") {
        return Ok(text.to_owned());
    }
    let core = ["pg-core", "sqlite-core", "mysql-core"].iter().find(|core| text.contains(**core));
    let Some(core) = core else { return Ok(text.to_owned()) };
    let mut text = text.to_owned();
    for call in CALLS {
        if text.contains(&format!(" {call}(")) || text.contains(&format!("[{call}(")) {
            text = super::compose::with_import(path, &text, call, &format!("drizzle-orm/{core}"))?;
        }
    }
    for parent in parents {
        let is_here = survey.get(path).is_some_and(|source: &Source| {
            words(&source.text).contains(&parent.table.name) && parent.table.path == path
        });
        if is_here || parent.table.path == path || !text.contains(&format!("() => {}.", parent.table.name)) {
            continue;
        }
        let extension = survey
            .get(&like.path)
            .is_some_and(|source| source.text.contains(".js'") || source.text.contains(".js\""));
        let from = relative(path, &parent.table.path, if extension { ".js" } else { "" });
        text = super::compose::with_import(path, &text, &parent.table.name, &from)?;
        text = text.replace(
            &format!("import type {{ {} }}", parent.table.name),
            &format!("import {{ {} }}", parent.table.name),
        );
    }
    Ok(text)
}
