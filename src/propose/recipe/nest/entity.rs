//! What an entity says of its table: name, key, columns, times.

use super::{
    super::names::snake,
    survey::{Source, Survey},
};
use crate::propose::script::{Class, Mark, Property, unquoted};

/// A column of an entity.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) property: String,
    pub(super) ty: String,
    /// Its name in the database.
    pub(super) db: String,
    /// Options as written.
    pub(super) options: String,
    pub(super) kind: ColumnKind,
    /// `name?`.
    pub(super) optional: bool,
    /// Whether the entity keeps it from answers.
    pub(super) hidden: bool,
}

/// What a column is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ColumnKind {
    Plain,
    /// `@CreateDateColumn` and its like, by the decorator's name.
    Time(String),
    /// The many side of a relation to an entity.
    ManyToOne(String),
    /// Filled by the database or from elsewhere.
    Other,
}

/// What identifies a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) property: String,
    pub(super) is_uuid: bool,
}

/// The table of an entity.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) class: String,
    pub(super) path: String,
    pub(super) name: String,
    /// What stands in `@Entity`.
    pub(super) argument: String,
    /// Whether that is a name.
    pub(super) is_named: bool,
    pub(super) key: Option<Key>,
    /// Whether a base class brings the key.
    pub(super) key_in_base: bool,
    /// `name!: string`.
    pub(super) definite: bool,
    /// Own columns, then those of base classes.
    pub(super) columns: Vec<(Column, bool)>,
    /// Columns are given other names than their properties, one by one.
    pub(super) names_columns: bool,
}

impl Table {
    /// Reads an entity and its base classes.
    pub(super) fn read(source: &Source, class: &Class, survey: &Survey, snake_columns: bool) -> Self {
        let argument = class.mark("Entity").and_then(|mark| mark.arguments.first());
        let stated = argument.and_then(|argument| unquoted(argument).or_else(|| option(argument, "name")));
        let mut table = Self {
            class: class.name.clone(),
            path: source.path.clone(),
            argument: argument.cloned().unwrap_or_default(),
            is_named: stated.is_some(),
            name: stated.unwrap_or_else(|| snake(&class.name)),
            key: None,
            key_in_base: false,
            definite: class.properties.iter().any(|property| property.definite),
            columns: Vec::new(),
            names_columns: false,
        };
        let mut at = Some((source, class));
        // Bases of bases, but not for ever.
        for depth in 0..8 {
            let Some((source, class)) = at else { break };
            table.add(class, depth > 0, snake_columns);
            at = class.base.as_deref().and_then(|base| {
                let (import, _) = source.script.import_of(base)?;
                let other = survey.resolve(&source.path, &import.from)?;
                let class = other.script.classes.iter().find(|class| class.name == base)?;
                Some((other, class))
            });
        }
        table
    }

    fn add(&mut self, class: &Class, inherited: bool, snake_columns: bool) {
        for property in &class.properties {
            if let Some(mark) = property.mark(&["PrimaryGeneratedColumn", "PrimaryColumn"]) {
                let is_uuid = mark.arguments.iter().any(|argument| argument.contains("uuid"))
                    || property.ty == "string";
                self.key.get_or_insert(Key { property: property.name.clone(), is_uuid });
                self.key_in_base |= inherited;
                continue;
            }
            let Some((mark, kind)) = column_kind(property) else { continue };
            let options = mark.arguments.join(", ");
            let stated = mark.arguments.iter().find_map(|argument| option(argument, "name"));
            self.names_columns |= stated.as_ref().is_some_and(|stated| *stated != property.name);
            let db = stated
                .unwrap_or_else(|| if snake_columns { snake(&property.name) } else { property.name.clone() });
            let hidden = property.mark(&["Exclude"]).is_some()
                || options.split_whitespace().collect::<String>().contains("select:false");
            let column = Column {
                property: property.name.clone(),
                ty: property.ty.clone(),
                db,
                options,
                kind,
                optional: property.optional,
                hidden,
            };
            self.columns.push((column, inherited));
        }
    }

    /// Columns that the database or TypeORM keeps: `createdAt` and its like.
    pub(super) fn times(&self) -> impl Iterator<Item = (&Column, &str, bool)> {
        self.columns.iter().filter_map(|(column, inherited)| match &column.kind {
            ColumnKind::Time(mark) => Some((column, mark.as_str(), *inherited)),
            _ => None,
        })
    }
}

fn column_kind(property: &Property) -> Option<(&Mark, ColumnKind)> {
    for mark in &property.marks {
        let kind = match mark.name.as_str() {
            "Column"
                if mark
                    .arguments
                    .iter()
                    .any(|argument| argument.contains("default:") || argument.contains("generatedType")) =>
            {
                ColumnKind::Other
            }
            "Column" => ColumnKind::Plain,
            "CreateDateColumn" | "UpdateDateColumn" | "DeleteDateColumn" => {
                ColumnKind::Time(mark.name.clone())
            }
            "VersionColumn" | "VirtualColumn" => ColumnKind::Other,
            "ManyToOne" | "OneToOne"
                if property.marks.iter().any(|mark| mark.name == "JoinColumn")
                    || mark.name == "ManyToOne" =>
            {
                let target = mark.arguments.first().and_then(|argument| argument.split("=>").nth(1));
                ColumnKind::ManyToOne(target.unwrap_or_default().trim().to_owned())
            }
            _ => continue,
        };
        return Some((mark, kind));
    }
    None
}

/// The text of a string option in an object literal: `name: 'users'`.
pub(super) fn option(object: &str, key: &str) -> Option<String> {
    let mut rest = object;
    loop {
        let at = rest.find(key)?;
        let before = rest.get(..at)?.chars().next_back();
        let after = rest.get(at + key.len()..)?;
        let value = after.trim_start().strip_prefix(':');
        if let (Some(value), true) = (value, before.is_none_or(|c| !c.is_alphanumeric())) {
            return unquoted(value.trim_start().split([',', '}', '\n']).next()?);
        }
        rest = after;
    }
}
