//! What is known of a new route before a line of it is written.

use super::{
    carried,
    code::{Code, Level, Unit},
    store::{Store, Way},
};
use crate::ports::ProposeError;
use crate::propose::recipe::{
    endpoint::{
        Kind,
        column::Column,
        route::{NewValue, Route},
    },
    fields,
    fill::Fill,
    names::{Name, camel, pascal, snake},
    rename::{Joint, Renamer},
    resource::Ask,
    typescript::Habits,
};
use crate::propose::script::Kind as Node;
use std::collections::BTreeMap;

/// The resource, the route, and how sources name what both are about.
pub(in crate::propose::recipe) struct Asked<'a> {
    pub(in crate::propose::recipe) ask: &'a Ask<'a>,
    pub(in crate::propose::recipe) route: &'a Route,
    pub(in crate::propose::recipe) code: &'a Code<'a>,
    pub(in crate::propose::recipe) store: &'a Store,
    pub(in crate::propose::recipe) habits: &'a Habits,
    /// The key's column in queries: `id`.
    pub(in crate::propose::recipe) key: String,
    /// The column that is looked for or changed, in queries: `display_name`.
    pub(in crate::propose::recipe) column: String,
    /// What holds a value of it: `displayName`.
    pub(in crate::propose::recipe) variable: String,
    /// The key of the other table, where the column is a relation to it.
    pub(in crate::propose::recipe) relation: Option<String>,
    /// The type of that variable.
    pub(in crate::propose::recipe) ty: &'static str,
    /// A date in queries is a text.
    pub(in crate::propose::recipe) date_is_text: bool,
    /// A decimal in queries is a text.
    pub(in crate::propose::recipe) decimal_is_text: bool,
    /// New names, by the old, of functions that would be called as the one that calls them.
    pub(in crate::propose::recipe) beneath: BTreeMap<String, String>,
}

/// Words that begin the names of functions that read rows, or change one.
const READING: [&str; 16] = [
    "list", "find", "get", "fetch", "all", "load", "read", "query", "search", "index", "show", "select",
    "browse", "retrieve", "view", "display",
];
const CHANGING: [&str; 10] =
    ["update", "change", "edit", "patch", "modify", "replace", "put", "set", "save", "alter"];
/// Words that say how many rows are read.
const MANY: [&str; 9] = ["all", "page", "many", "paginated", "by", "id", "one", "and", "in"];

impl<'s> Asked<'s> {
    /// The functions from a handler down to the query of the table.
    pub(in crate::propose::recipe) fn way(
        &self,
        handler: Unit<'s>,
        way: Way,
    ) -> Result<Vec<Level<'s>>, ProposeError> {
        let levels = self.code.follow(handler, &|path, flat| self.store.asks(path, flat, way));
        let mut levels = levels.ok_or_else(|| {
            ProposeError::NotApplicable(format!(
                "the way from {} to its query could not be followed, so where a new one belongs is not known",
                self.code.place(handler)
            ))
        })?;
        carried::note(self.code, &mut levels);
        Ok(levels)
    }

    /// The names of functions that another calls without saying whose they are, where both
    /// would be called the same: the lower one names its rows.
    pub(in crate::propose::recipe) fn names_beneath(&self, levels: &[Level<'s>]) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for level in levels {
            let Ok((_, tree)) = self.code.get(level.unit.path) else { continue };
            for (call, target) in &level.calls {
                let is_bare = tree.children(*call).first().is_some_and(|id| tree.kind(*id) == Node::Name);
                let (own, old) = (self.name_for(self.code.name(level.unit)), self.code.name(*target));
                if is_bare && own == self.name_for(old) && !self.code.name(level.unit).is_empty() {
                    let end = match self.route.kind {
                        Kind::List | Kind::Count => "Rows",
                        Kind::Lookup | Kind::Action => "Row",
                    };
                    found.insert(old.to_owned(), format!("{own}{end}"));
                }
            }
        }
        found
    }

    /// What a function beside one of that name is called.
    pub(in crate::propose::recipe) fn name_for(&self, name: &str) -> String {
        if let Some(own) = self.beneath.get(name) {
            return own.clone();
        }
        if let Some(said) = &self.route.named {
            return if name.starts_with(char::is_uppercase) { pascal(said) } else { camel(said) };
        }
        match self.route.kind {
            Kind::List | Kind::Lookup => self.name_by(name),
            Kind::Count => self.name_with(name, &READING),
            Kind::Action => self.name_with(name, &CHANGING),
        }
    }

    /// `findUserById` becomes `findUserByEmail`, `list` becomes `listByEmail`.
    fn name_by(&self, name: &str) -> String {
        let by = pascal(&self.route.verb);
        let own = format!("By{}Id", self.ask.name.pascal);
        for end in [own.as_str(), "ById", "ByUuid", "ByPk", "ByKey", "WithId"] {
            if let Some((before, after)) = name.split_once(end)
                && !after.starts_with(char::is_lowercase)
            {
                return format!("{before}{by}{after}");
            }
        }
        format!("{name}{by}")
    }

    /// `listUsers` becomes `countUsers`, `findPage` becomes `count`.
    fn name_with(&self, name: &str, verbs: &[&str]) -> String {
        let written = snake(name);
        let words: Vec<&str> = written.split('_').filter(|word| !word.is_empty()).collect();
        let same = Name::of("proscenium");
        let own = Renamer { from: &self.ask.name, to: &same, joint: Joint::Snake };
        let kept: Vec<&str> =
            words.iter().copied().filter(|word| !verbs.contains(word) && !MANY.contains(word)).collect();
        let rest = kept.join("_");
        let leads = words.first().is_none_or(|first| verbs.contains(first)) || !own.touches(&rest);
        let made = match (own.touches(&rest), leads) {
            (false, _) => self.route.verb.clone(),
            (true, true) => format!("{}_{rest}", self.route.verb),
            (true, false) => format!("{rest}_{}", self.route.verb),
        };
        if name.starts_with(char::is_uppercase) { pascal(&made) } else { camel(&made) }
    }

    /// A text in the repository's quotes.
    pub(in crate::propose::recipe) fn quoted(&self, text: &str) -> String {
        format!("{0}{text}{0}", self.habits.quote)
    }

    /// The end of a statement.
    pub(in crate::propose::recipe) fn end(&self) -> &'static str {
        if self.habits.semicolons { ";" } else { "" }
    }

    /// The member of a condition or of values: `displayName`, `display_name: displayName`.
    pub(in crate::propose::recipe) fn pair(&self) -> String {
        match &self.relation {
            Some(key) => format!("{}: {{ {key}: {} }}", self.column, self.variable),
            None if self.column == self.variable => self.column.clone(),
            None => format!("{}: {}", self.column, self.variable),
        }
    }

    /// The column with the value that an action gives it: `published: true`.
    pub(in crate::propose::recipe) fn set_pair(&self) -> String {
        format!("{}: {}", self.column, self.set_value())
    }

    /// The value that an action gives.
    pub(in crate::propose::recipe) fn set_value(&self) -> String {
        let Some((column, value)) = &self.route.set else { return "undefined".into() };
        match value {
            NewValue::Nothing => "null".into(),
            NewValue::Choice(choice) => choice.source.clone(),
            NewValue::Now => self.now(column),
            NewValue::Fixed(Fill::Boolean(value)) => value.to_string(),
            NewValue::Fixed(Fill::Text(text)) => self.quoted(text),
            NewValue::Fixed(Fill::Number(number))
                if column.kind == fields::Kind::Decimal && self.decimal_is_text =>
            {
                self.quoted(number)
            }
            NewValue::Fixed(Fill::Number(number)) => number.clone(),
        }
    }

    fn now(&self, column: &Column) -> String {
        match (&column.kind, self.date_is_text) {
            (fields::Kind::Date, true) => "new Date().toISOString().slice(0, 10)".into(),
            (fields::Kind::DateTime, true) => "new Date().toISOString()".into(),
            _ => "new Date()".into(),
        }
    }

    /// The path as a router writes it, with the row's own parameter: `/:id/publish`.
    pub(in crate::propose::recipe) fn url(&self, row: &str) -> String {
        let parts: Vec<String> = crate::propose::recipe::endpoint::paths::segments(&self.route.path)
            .into_iter()
            .map(|part| match part.strip_prefix('{') {
                Some(_) if part == crate::propose::recipe::endpoint::route::ROW => format!(":{row}"),
                Some(_) => format!(":{}", self.variable),
                None => part.to_owned(),
            })
            .collect();
        format!("/{}", parts.join("/"))
    }
}
