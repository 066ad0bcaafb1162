//! How a test asks a service: what it gives beside the value, where the rows of a list stand,
//! and whether a row that is not there is thrown for.

use super::{asked::Asked, code::Level, piece::Need};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::{
            endpoint::{Kind, Reach},
            typescript::words,
        },
        script::{Id, Kind as Node},
    },
};

/// A function of a service as a test calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::propose::recipe) struct Subject {
    /// What is called: `service.findOneByEmail`.
    pub(in crate::propose::recipe) call: String,
    /// What each test gets the service with: `app.get(UsersService)`; empty where it has it.
    pub(in crate::propose::recipe) from: String,
    /// What is given before the value: a database.
    pub(in crate::propose::recipe) lead: Vec<String>,
    /// What is given behind the value: `{ limit: 20, offset: 0 }`.
    pub(in crate::propose::recipe) more: Vec<String>,
    /// Where the rows of a list stand: `.items`, or nothing.
    pub(in crate::propose::recipe) rows: String,
    pub(in crate::propose::recipe) throws: bool,
    pub(in crate::propose::recipe) needs: Vec<Need>,
}

impl<'s> Asked<'s> {
    /// Refuses a method where there is no service below the handler, or one with that name.
    pub(in crate::propose::recipe) fn refuse_service(
        &self,
        levels: &[Level<'s>],
    ) -> Result<(), ProposeError> {
        let Some(handler) = levels.first().filter(|_| self.route.reach == Reach::Service) else {
            return Ok(());
        };
        let Some(service) = levels.get(1).filter(|level| level.unit.path != handler.unit.path) else {
            return Err(ProposeError::NotApplicable(format!(
                "{} asks the database itself, so {} have no service that a method could stand in; the recipe endpoint adds a route, and the walkthrough shows where a service would go",
                self.code.place(handler.unit),
                self.ask.name.plural.replace('_', " ")
            )));
        };
        let name = self.method(service);
        match self.code.unit_in(service.unit.path, &name) {
            Some(known) if known.path == service.unit.path => Err(ProposeError::Clash {
                what: format!("a function {name}"),
                place: self.code.place(known).to_string(),
            }),
            _ => Ok(()),
        }
    }

    /// What the new function of a level is called.
    pub(in crate::propose::recipe) fn method(&self, level: &Level<'s>) -> String {
        self.name_for(self.code.name(level.unit))
    }

    /// The service's file and method, for the title: `findByEmail to src/users.service.ts`.
    pub(in crate::propose::recipe) fn method_in(&self, levels: &[Level<'s>]) -> Option<String> {
        let level = levels.get(1)?;
        Some(format!("{} to {}", self.method(level), level.unit.path))
    }

    /// How a test calls the new function of a service by `owner`, which ends in a dot where it
    /// is an object; `None` where a test does not know what to give.
    pub(in crate::propose::recipe) fn subject(
        &self,
        levels: &[Level<'s>],
        owner: &str,
        needs: Vec<Need>,
    ) -> Option<Subject> {
        let level = levels.get(1)?;
        let (source, tree) = self.code.get(level.unit.path).ok()?;
        let text = source.text.as_str();
        let parameters: Vec<Id> = self.code.parameters(level.unit).into_iter().skip(level.carried).collect();
        let more = match self.route.kind {
            Kind::Count => Vec::new(),
            // The key, and for an action the body that it does without.
            Kind::Lookup => (parameters.len() < 2).then(Vec::new)?,
            Kind::Action => (parameters.len() < 3).then(Vec::new)?,
            Kind::List => {
                let given = parameters.iter().map(|id| self.paging(levels, tree.text(*id, text)));
                given.collect::<Option<Vec<String>>>()?
            }
        };
        let body = |level: &Level<'_>| self.code.text(level.unit.path, level.unit.function);
        let throws = levels.iter().skip(1).any(|level| self.throws(level));
        let rows = if self.route.kind == Kind::List { rows_in(body(level))? } else { String::new() };
        let call = format!("{owner}{}", self.method(level));
        Some(Subject { call, from: String::new(), lead: Vec::new(), more, rows, throws, needs })
    }

    /// Whether a function throws for what is not there, itself or in what it calls.
    fn throws(&self, level: &Level<'_>) -> bool {
        let says = |text: &str| ["throw ", "OrFail(", "OrThrow("].iter().any(|word| text.contains(word));
        let (path, function) = (level.unit.path, level.unit.function);
        let Ok((_, tree)) = self.code.get(path) else { return false };
        let calls = tree.below(function).filter(|id| tree.kind(*id) == Node::Call);
        let mut called = calls.filter_map(|call| self.code.target(path, call));
        says(self.code.text(path, function))
            || called.any(|unit| says(self.code.text(unit.path, unit.function)))
    }

    /// What a parameter of a list is given: a number for how many rows or where they begin, or
    /// an object of such.
    fn paging(&self, levels: &[Level<'_>], parameter: &str) -> Option<String> {
        let (pattern, ty) = parameter.split_once(':').map_or((parameter, ""), |(one, of)| (one, of));
        let pattern = pattern.trim();
        if matches!(ty.trim(), "number" | "") && !pattern.starts_with('{') {
            return number_for(pattern).map(str::to_owned);
        }
        let members: Vec<String> = if pattern.starts_with('{') {
            let inner = pattern.trim_matches(['{', '}', ' ']);
            inner
                .split(',')
                .map(|one| one.split([':', '=']).next().unwrap_or_default().trim().to_owned())
                .collect()
        } else {
            let mut found: Vec<String> = Vec::new();
            for level in levels.iter().skip(1) {
                let text = self.code.text(level.unit.path, level.unit.function);
                for (at, lead) in text.match_indices(&format!("{pattern}.")) {
                    let rest = text.get(at + lead.len()..).unwrap_or_default();
                    let word: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
                    if !word.is_empty() && !found.contains(&word) {
                        found.push(word);
                    }
                }
            }
            found
        };
        let members: Vec<String> = members.into_iter().filter(|one| !one.is_empty()).collect();
        if members.is_empty() {
            return None;
        }
        let given: Option<Vec<String>> =
            members.iter().map(|one| Some(format!("{one}: {}", number_for(one)?))).collect();
        Some(format!("{{ {} }}", given?.join(", ")))
    }
}

/// A number that fits a parameter of that name.
fn number_for(name: &str) -> Option<&'static str> {
    match name {
        "limit" | "take" | "pageSize" | "perPage" | "size" | "count" => Some("20"),
        "offset" | "skip" => Some("0"),
        "page" => Some("1"),
        _ => None,
    }
}

/// Where the rows stand in what a function gives, by its declared type or by what it returns.
fn rows_in(function: &str) -> Option<String> {
    let stated = function.split_once("): ").map(|(_, rest)| rest).filter(|rest| {
        // A type of a parameter looks alike; what is returned stands before the body.
        rest.find('{').is_some()
    });
    let stated = stated.map(|rest| rest.strip_prefix("Promise<").unwrap_or(rest)).unwrap_or_default();
    let word_of = |text: &str| text.split([':', '?']).next().unwrap_or_default().trim().to_owned();
    if let Some(members) = stated.strip_prefix('{').filter(|_| !stated.starts_with("{\n    ")) {
        let members = members.split('}').next().unwrap_or_default();
        let rows = members.split([';', ',']).find(|one| one.contains("[]") || one.contains("Array<"));
        return rows.map(|one| format!(".{}", word_of(one)));
    }
    if stated.starts_with('[') {
        return Some("[0]".into());
    }
    let head = stated.split('{').next().unwrap_or_default();
    if head.contains("[]") || head.starts_with("Array<") {
        return Some(String::new());
    }
    if let Some((_, returned)) = function.rsplit_once("return {") {
        let members = words(returned.split('}').next().unwrap_or_default());
        let known = ["items", "rows", "data", "results", "list"].into_iter();
        return known.into_iter().find(|one| members.contains(*one)).map(|one| format!(".{one}"));
    }
    let tuple =
        function.contains("return [") || function.contains("return this.") && function.contains("AndCount(");
    Some(if tuple { "[0]".into() } else { String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_in_a_type_or_in_what_is_returned() {
        for (function, expected) in [
            ("(page: Page): Promise<{ items: User[]; total: number }> {\n  return x;\n}", Some(".items")),
            ("(limit: number): Promise<User[]> {\n  return x;\n}", Some("")),
            ("(limit: number): Promise<[User[], number]> {\n  return x;\n}", Some("[0]")),
            ("(skip: number) {\n  const rows = x;\n  return { rows, total };\n}", Some(".rows")),
            ("(skip: number) {\n  return { page, pages };\n}", None),
            ("(skip: number) => db.select()", Some("")),
        ] {
            assert_eq!(rows_in(function).as_deref(), expected, "{function}");
        }
    }
}
