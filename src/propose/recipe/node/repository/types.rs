//! How the rows of a table are called in TypeScript, and the columns that are its key.

use super::Plan;
use crate::{
    ports::ProposeError,
    propose::{
        recipe::{
            node::{
                kysely,
                model::{Column, Mapper, Table},
                prisma,
            },
            sources::Survey,
        },
        script::{Kind, Tree},
    },
};

/// Types as new functions write them.
pub(super) struct Types {
    pub(super) row: String,
    pub(super) new: String,
    pub(super) changes: String,
    /// Names that they need: each with the source that declares it, or with its package.
    pub(super) needs: Vec<(String, Home)>,
}

/// Where a name is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Home {
    Package(String),
    File(String),
}

/// An exported type: its name, what it stands for without blanks, its source.
struct Alias {
    name: String,
    of: String,
    path: String,
}

/// Reads them; `NotApplicable` where what declares the table cannot be imported.
pub(super) fn of(
    survey: &Survey,
    mapper: Mapper,
    table: &Table,
    client: &str,
) -> Result<Types, ProposeError> {
    if mapper == Mapper::Prisma {
        let row = prisma::model_of(table);
        let home = Home::Package(client.to_owned());
        return Ok(Types {
            new: format!("Prisma.{row}UncheckedCreateInput"),
            changes: format!("Prisma.{row}UncheckedUpdateInput"),
            needs: vec![(row.clone(), home.clone()), ("Prisma".into(), home)],
            row,
        });
    }
    let aliases = aliases(survey)?;
    let mut needs = Vec::new();
    let mut known = |forms: &[String]| {
        let alias = aliases.iter().find(|alias| forms.contains(&alias.of))?;
        needs.push((alias.name.clone(), Home::File(alias.path.clone())));
        Some(alias.name.clone())
    };
    if mapper == Mapper::Drizzle {
        let code = &table.name;
        let either =
            |short: &str, long: &str| [format!("typeof{code}.${short}"), format!("{long}<typeof{code}>")];
        let row = known(&either("inferSelect", "InferSelectModel"));
        let new = known(&either("inferInsert", "InferInsertModel"));
        let new = new.unwrap_or_else(|| format!("typeof {code}.$inferInsert"));
        let changes = known(&[format!("Partial<{}>", new.replace(' ', ""))]);
        return Ok(Types {
            row: row.unwrap_or_else(|| format!("typeof {code}.$inferSelect")),
            changes: changes.unwrap_or_else(|| format!("Partial<{new}>")),
            new,
            needs,
        });
    }
    let declared = declared(survey, table)?;
    let mut types = Vec::new();
    let mut inline = Vec::new();
    for form in ["Selectable", "Insertable", "Updateable"] {
        match known(&[format!("{form}<{}>", declared.clone().unwrap_or_default())]) {
            Some(alias) => types.push(alias),
            None => {
                let Some(declared) = &declared else {
                    return Err(ProposeError::NotApplicable(format!(
                        "{} declares the table and does not export it: export its type, then ask again",
                        table.place
                    )));
                };
                inline.push(form);
                types.push(format!("{form}<{declared}>"));
            }
        }
    }
    if let Some(declared) = declared.filter(|_| !inline.is_empty()) {
        needs.push((declared, Home::File(table.path.clone())));
    }
    needs.extend(inline.into_iter().map(|form| (form.to_owned(), Home::Package("kysely".into()))));
    let [row, new, changes] = <[String; 3]>::try_from(types).unwrap_or_default();
    Ok(Types { row, new, changes, needs })
}

/// Every exported type that stands for another.
fn aliases(survey: &Survey) -> Result<Vec<Alias>, ProposeError> {
    let mut all = Vec::new();
    for source in survey.sources.values().filter(|source| source.text.contains("export type ")) {
        let tree = Tree::parse(&source.path, &source.text)?;
        for id in tree.all().filter(|id| tree.kind(*id) == Kind::Alias) {
            let is_exported = tree.kind(tree.parent(id)) == Kind::Export;
            let stated = tree.text(id, &source.text).split_once('=').filter(|_| is_exported);
            let (Some(name), Some((_, of))) = (tree.name(id, &source.text), stated) else { continue };
            let of = of.split_whitespace().collect::<String>().trim_end_matches(';').to_owned();
            all.push(Alias { name: name.to_owned(), of, path: source.path.clone() });
        }
    }
    Ok(all)
}

/// The exported type that declares a table of Kysely's.
fn declared(survey: &Survey, table: &Table) -> Result<Option<String>, ProposeError> {
    let Some(source) = survey.get(&table.path) else { return Ok(None) };
    let tree = Tree::parse(&source.path, &source.text)?;
    let is_it = |id: &crate::propose::script::Id| {
        matches!(tree.kind(*id), Kind::Interface | Kind::Alias)
            && tree.kind(tree.parent(*id)) == Kind::Export
            && source.place(tree.range(*id).start) == table.place
    };
    Ok(tree.all().find(is_it).and_then(|id| tree.name(id, &source.text)).map(str::to_owned))
}

impl Plan<'_> {
    /// The type of the key in TypeScript.
    pub(super) fn key_type(&self) -> String {
        let ty = &self.key.ty;
        let is_big = ty.contains("bigint'") || ty.starts_with("BigInt") || ty.contains("mode: \"bigint\"");
        match self.mapper {
            Mapper::Kysely => super::super::endpoint::columns::selected(ty),
            _ if is_big => "bigint".to_owned(),
            Mapper::Drizzle | Mapper::Prisma => {
                let number =
                    ["serial", "integer", "int(", "smallint", "bigint", "bigserial", "smallserial", "Int"];
                let is_number = number.iter().any(|word| ty.starts_with(word));
                if is_number { "number".to_owned() } else { "string".to_owned() }
            }
        }
    }
}

/// The columns of a key, as the mapper or the migration says it.
pub(super) fn keys(
    survey: &Survey,
    mapper: Mapper,
    table: &Table,
    schema: &str,
    fallback: Option<&Column>,
) -> Vec<Column> {
    let named = |names: &str| -> Vec<Column> {
        let names = names.split(',').map(|name| {
            let name = name.trim().trim_matches(['\'', '"', '`', ' ', '\n', '\t', ']', '[']);
            name.rsplit('.').next().unwrap_or(name)
        });
        names.filter_map(|name| table.columns.iter().find(|column| column.name == name).cloned()).collect()
    };
    let listed = |text: &str, begin: &str| -> Vec<Column> {
        let found = text.split_once(begin).and_then(|(_, rest)| rest.split_once('['));
        found.and_then(|(_, rest)| rest.split(']').next()).map(named).unwrap_or_default()
    };
    let marked = |mark: &str| -> Vec<Column> {
        table.columns.iter().filter(|column| column.ty.contains(mark)).cloned().collect()
    };
    let found = match mapper {
        Mapper::Prisma => {
            let model = prisma::model_of(table);
            let body = schema.split_once(&format!("model {model} ")).map_or("", |(_, rest)| rest);
            let several = listed(body.split("\n}").next().unwrap_or_default(), "@@id(");
            if several.is_empty() { marked("@id") } else { several }
        }
        Mapper::Drizzle => {
            let text = survey.get(&table.path).map_or("", |source| source.text.as_str());
            let own = text.split_once(&format!("const {} =", table.name)).map_or("", |(_, rest)| rest);
            let own = own.split("\nexport ").next().unwrap_or_default();
            let several = listed(own, "primaryKey({");
            if several.is_empty() { marked(".primaryKey(") } else { several }
        }
        Mapper::Kysely => kysely::migration(survey, &table.stored).map_or_else(Vec::new, |source| {
            let making = source
                .text
                .split("createTable(")
                .find(|part| part.trim_start_matches(['\'', '"', '`']).starts_with(table.stored.as_str()));
            let making = making.unwrap_or_default().split(".execute(").next().unwrap_or_default();
            let several = listed(making, "addPrimaryKeyConstraint(");
            if !several.is_empty() {
                return several;
            }
            let links = making.split("addColumn(").skip(1).filter(|link| link.contains(".primaryKey("));
            links.flat_map(|link| named(link.split(',').next().unwrap_or_default())).collect()
        }),
    };
    if found.is_empty() { fallback.into_iter().cloned().collect() } else { found }
}
