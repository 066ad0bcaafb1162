//! The texts of a new route in a router of functions, layer by layer.

use super::{
    action,
    answers::counting,
    asked::Asked,
    check::{self, Check, Reading, Schema, exchange},
    code::{Level, Unit},
    copy::{Copy, Registering, layers},
    count,
    handler::{Registration, Rows},
    list, lookup,
    piece::{Need, Piece, lead_in},
    rules,
    store::Way,
};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::{
            endpoint::{Kind, Reach, paths},
            node::{graft::Work, guard::replace_word, plan::Plan},
        },
        script::{Id, Kind as Node},
    },
};
use std::collections::BTreeSet;

/// What was written.
pub(super) struct Made<'s> {
    pub(super) pieces: Vec<Piece>,
    /// The functions that were followed, the handler first.
    pub(super) levels: Vec<Level<'s>>,
    /// The rule that the value in the address keeps.
    pub(super) rule: String,
}

/// The functions that a route follows, the handler first.
pub(super) fn followed<'s>(asked: &Asked<'s>, rows: &Rows<'s>) -> Result<Vec<Level<'s>>, ProposeError> {
    let making = Making { asked, rows, reading: None, schema: None, pieces: Vec::new() };
    making.levels()
}

/// A route under way.
struct Making<'a, 's> {
    asked: &'a Asked<'s>,
    rows: &'a Rows<'s>,
    reading: Option<Reading>,
    schema: Option<Schema>,
    pieces: Vec<Piece>,
}

/// Every text that a route needs but its tests.
pub(super) fn pieces<'s>(
    asked: &Asked<'s>,
    plan: &Plan<'_>,
    rows: &Rows<'s>,
) -> Result<Made<'s>, ProposeError> {
    let by_value = asked.route.by.is_some();
    let reading = check::reading(asked.code, &rows.get)?;
    let mut rule = String::new();
    let mut making = Making { asked, rows, reading, schema: None, pieces: Vec::new() };
    let typed;
    if by_value {
        rule = making.rule(plan);
        typed = Asked {
            ty: rules::type_of(&rule),
            column: asked.column.clone(),
            key: asked.key.clone(),
            variable: asked.variable.clone(),
            relation: asked.relation.clone(),
            beneath: asked.beneath.clone(),
            ..*asked
        };
        making.asked = &typed;
        if asked.route.reach == Reach::Route {
            making.check(plan, &rule)?;
        }
    }
    match asked.route.kind {
        Kind::Lookup => making.lookup()?,
        Kind::List => making.list()?,
        Kind::Count => making.count()?,
        Kind::Action => making.action()?,
    }
    let levels = making.levels()?;
    Ok(Made { pieces: making.pieces, rule, levels })
}

impl<'s> Making<'_, 's> {
    /// The rule that a value in the address keeps.
    fn rule(&self, plan: &Plan<'_>) -> String {
        let Some(column) = &self.asked.route.by else { return String::new() };
        match rules::rule_of(self.asked.code, &plan.related, &self.asked.column) {
            Some((_, rule)) if rule.trim_start().starts_with('z') => rules::in_address(rule, plan.zod),
            _ => rules::plain_rule(self.asked, &column.kind, column.max, plan.zod, plan.key.is_text()),
        }
    }

    /// The schema of the value in the address, where the key has one.
    fn check(&mut self, plan: &Plan<'_>, rule: &str) -> Result<(), ProposeError> {
        let reading = self.reading.as_ref().ok_or_else(|| self.unread())?;
        let Some(check) = &reading.check else {
            let text = self.asked.code.text(self.rows.get.unit.path, reading.node);
            let is_number = ["Number(", "parseInt(", "+req", "+c."].iter().any(|part| text.contains(part));
            let fits = match self.asked.ty {
                "string" => !is_number,
                "number" => is_number,
                _ => false,
            };
            return if fits { Ok(()) } else { Err(self.unread()) };
        };
        let home = rules::rule_of(self.asked.code, &plan.related, &self.asked.column).map(|(unit, _)| unit);
        let home = home.or_else(|| self.declared(check)).ok_or_else(|| self.unread())?;
        self.schema = Some(check::schema(self.asked, check, home, rule)?);
        Ok(())
    }

    /// Where the schema of the key is declared.
    fn declared(&self, check: &Check) -> Option<Unit<'s>> {
        let path = self.rows.get.unit.path;
        let home = self.asked.code.origin(path, &check.schema).map_or(path, |source| source.path.as_str());
        let (source, tree) = self.asked.code.get(home).ok()?;
        let node = tree.all().find(|id| {
            tree.kind(*id) == Node::Variable && tree.name(*id, &source.text) == Some(&check.schema)
        })?;
        Some(Unit { path: source.path.as_str(), node, function: node })
    }

    fn unread(&self) -> ProposeError {
        ProposeError::NotApplicable(format!(
            "how {} reads and checks the key in its address could not be followed, so how another value is refused is not known",
            self.asked.code.place(self.rows.get.unit)
        ))
    }

    /// The route that changes a row.
    fn change(&self) -> Result<&Registration<'s>, ProposeError> {
        self.rows.change.as_ref().ok_or_else(|| {
            ProposeError::NotApplicable(format!(
                "{} has no route that changes a row, so there is none to follow",
                self.rows.get.path
            ))
        })
    }

    /// The functions that are followed, the handler first.
    fn levels(&self) -> Result<Vec<Level<'s>>, ProposeError> {
        let (unit, way) = match self.asked.route.kind {
            Kind::Lookup => (self.rows.get.unit, Way::Read),
            Kind::List | Kind::Count => (self.rows_of_all()?.unit, Way::Read),
            Kind::Action => (self.change()?.unit, Way::Change),
        };
        let levels = self.asked.way(unit, way)?;
        self.asked.refuse_service(&levels)?;
        Ok(levels)
    }

    /// The handler that gets one beside it; none where a method of the service is all.
    fn handler_of<'l>(&self, levels: &'l [Level<'s>]) -> Option<&'l Level<'s>> {
        levels.first().filter(|_| self.asked.route.reach == Reach::Route)
    }

    /// The list of the rows.
    fn rows_of_all(&self) -> Result<&Registration<'s>, ProposeError> {
        self.rows.list.as_ref().ok_or_else(|| {
            ProposeError::NotApplicable(format!(
                "{} has no route that lists {}, so there is none to follow",
                self.rows.get.path, self.asked.ask.name.plural
            ))
        })
    }

    /// The route beside which a new one stands: before one that would take its requests.
    fn place(&self, url: &str) -> (&Registration<'s>, bool) {
        let takes = |one: &&Registration<'_>| one.verb == "get" && paths::covers(&one.url, url);
        let first = self.rows.all.iter().find(takes);
        (first.unwrap_or(&self.rows.get), true)
    }

    fn url(&self) -> String {
        let row = self.rows.change.as_ref().and_then(|one| one.parameter()).or(self.rows.get.parameter());
        format!("{}{}", self.rows.get.lead(), self.asked.url(row.unwrap_or("id")))
    }

    /// What a handler's file needs to check the value.
    fn schema_needs(&mut self) -> Vec<Need> {
        let Some(schema) = &mut self.schema else { return Vec::new() };
        self.pieces.extend(schema.piece.take());
        vec![schema.need()]
    }

    fn lookup(&mut self) -> Result<(), ProposeError> {
        let asked = self.asked;
        let get = &self.rows.get;
        let levels = self.levels()?;
        let reading = self.reading.clone().ok_or_else(|| self.unread())?;
        let keys = lookup::keys(asked, &levels, &reading)?;
        let below = layers(&levels, &mut |at, level| {
            lookup::below(asked, level, keys.get(at).map_or("", String::as_str))
        })?;
        self.pieces.extend(below);
        let Some(first) = self.handler_of(&levels) else { return Ok(()) };
        let mut copy = Copy::new(asked, first)?;
        if let Some(key) = &reading.variable {
            lookup::key_compared(&mut copy, key)?;
        }
        let mut within: Vec<Id> = copy.work.tree.below(first.unit.function).collect();
        if get.path == first.unit.path {
            within.extend(
                get.between(asked.code)
                    .into_iter()
                    .flat_map(|id| copy.work.tree.below(id).chain([id]).collect::<Vec<_>>()),
            );
        }
        exchange(asked, &mut copy.work, within.into_iter(), &reading, self.schema.as_ref());
        copy.rename_calls();
        let between = self.checks(&copy, get, &|_| true)?;
        copy.needs.extend(self.schema_needs());
        let url = self.url();
        let (place, is_before) = self.place(&url);
        let new = Registering { like: get, place, is_before, verb: "get", url: &url, between };
        let made = copy.route(&new, None)?;
        self.pieces.extend(made);
        Ok(())
    }

    /// What stands between address and handler, with the new schema in it.
    fn checks(
        &self,
        copy: &Copy<'_, 's>,
        like: &Registration<'s>,
        keeps: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<String>, ProposeError> {
        let between = copy.between(like, keeps)?;
        let names =
            self.reading.as_ref().and_then(|reading| reading.check.as_ref()).zip(self.schema.as_ref());
        Ok(match names {
            Some((check, schema)) => {
                between.iter().map(|text| replace_word(text, &check.schema, &schema.name)).collect()
            }
            None => between,
        })
    }

    /// The statement that reads the value in the address, as the handler of one row does it.
    fn statement(&self) -> Result<String, ProposeError> {
        let asked = self.asked;
        let reading = self.reading.as_ref().ok_or_else(|| self.unread())?;
        let unit = self.rows.get.unit;
        let (source, tree) = asked.code.get(unit.path)?;
        let mut work = Work::new(&source.path, &source.text)?;
        let within = tree.below(reading.node).chain([reading.node]);
        exchange(asked, &mut work, within, reading, self.schema.as_ref());
        let text = work.slice(tree.range(reading.node))?;
        if reading.is_statement {
            return Ok(text);
        }
        Ok(format!("const {} = {text}{}", asked.variable, asked.end()))
    }

    fn list(&mut self) -> Result<(), ProposeError> {
        let asked = self.asked;
        let all = self.rows_of_all()?.clone();
        let levels = self.levels()?;
        let below = layers(&levels, &mut |_, level| list::below(asked, level))?;
        self.pieces.extend(below);
        let Some(first) = self.handler_of(&levels) else { return Ok(()) };
        let mut copy = Copy::new(asked, first)?;
        let statement = self.request_named(&mut copy, self.statement()?);
        lead_in(asked.code, &mut copy.work, first.unit, &statement)?;
        list::narrowed(&mut copy)?;
        let mut between = copy.between(&all, &|_| true)?;
        // A validator of the address, where the route of one row has one.
        if let Some(check) = self.reading.as_ref().and_then(|reading| reading.check.as_ref()) {
            let own = Copy::new(asked, first)?;
            let holds = |text: &str| crate::propose::recipe::typescript::words(text).contains(&check.schema);
            let mut validators = self.checks(&own, &self.rows.get, &holds)?;
            validators.append(&mut between);
            between = validators;
        }
        copy.needs.extend(self.schema_needs());
        let url = self.url();
        let (place, is_before) = self.place(&url);
        let new = Registering { like: &all, place, is_before, verb: "get", url: &url, between };
        let made = copy.route(&new, None)?;
        self.pieces.extend(made);
        Ok(())
    }

    /// The request as the handler of all rows names it; one that it does not use gets the name
    /// that it has in the handler of one row.
    fn request_named(&self, copy: &mut Copy<'_, '_>, statement: String) -> String {
        let unit = self.rows.get.unit;
        let Ok((source, tree)) = self.asked.code.get(unit.path) else { return statement };
        let first =
            tree.child(unit.function, Node::Parameters).and_then(|list| tree.children(list).first().copied());
        let wanted = first.and_then(|id| tree.name(id, &source.text)).unwrap_or_default();
        let Some(own) = copy.parameters().first().copied() else { return statement };
        let Some(name) = copy.work.tree.name(own, copy.work.text) else { return statement };
        if name == wanted || wanted.is_empty() {
            return statement;
        }
        if name.starts_with('_') {
            let start = copy.work.tree.range(own).start;
            copy.work.write(start..start + name.len(), wanted.to_owned());
            return statement;
        }
        replace_word(&statement, wanted, name)
    }

    fn count(&mut self) -> Result<(), ProposeError> {
        let asked = self.asked;
        let all = self.rows_of_all()?.clone();
        let levels = self.levels()?;
        let below = layers(&levels, &mut |_, level| count::below(asked, level))?;
        self.pieces.extend(below);
        let Some(first) = self.handler_of(&levels) else { return Ok(()) };
        let mut copy = Copy::new(asked, first)?;
        let text = counting(&copy, self.rows.get.unit)?;
        copy.rename_calls();
        let is_query = |text: &str| {
            text.contains("'query'") || text.contains("\"query\"") || text.to_lowercase().contains("query")
        };
        let between = copy.between(&all, &|text| !is_query(text))?;
        let url = self.url();
        let (place, is_before) = self.place(&url);
        let new = Registering { like: &all, place, is_before, verb: "get", url: &url, between };
        let made = copy.route(&new, Some(text))?;
        self.pieces.extend(made);
        Ok(())
    }

    fn action(&mut self) -> Result<(), ProposeError> {
        let asked = self.asked;
        let change = self.change()?.clone();
        let levels = self.levels()?;
        let Some(first) = levels.first() else { return Ok(()) };
        let mut copy = Copy::new(asked, first)?;
        let dead = action::read_bodies(&copy);
        let mut handed = Vec::new();
        action::without_body(&mut copy, dead, &mut handed)?;
        // What each function below is no longer given.
        let mut gone: Vec<(Unit<'_>, Vec<usize>)> = action::targets(first, &handed);
        let mut made = Vec::new();
        for level in levels.iter().skip(1) {
            let Some((_, own)) = gone.iter().find(|(unit, _)| *unit == level.unit).cloned() else { continue };
            let mut handed = Vec::new();
            if let Some(pieces) = action::below(asked, level, &own, &mut handed)? {
                made.extend(pieces);
                gone.extend(action::targets(level, &handed));
            }
        }
        self.pieces.extend(made);
        if self.handler_of(&levels).is_none() {
            return Ok(());
        }
        copy.rename_calls();
        let dropped: BTreeSet<&str> = ["'json'", "\"json\"", "'body'", "\"body\""].into();
        let keeps = |text: &str| {
            let lower = text.to_lowercase();
            let is_named = ["body", "update", "patch"].iter().any(|word| lower.contains(word));
            let is_json = dropped.iter().any(|word| text.contains(*word));
            !(is_named || is_json)
        };
        let between = copy.between(&change, &keeps)?;
        let url = self.url();
        let verb = asked.route.method.to_lowercase();
        let new =
            Registering { like: &change, place: &change, is_before: false, verb: &verb, url: &url, between };
        let made = copy.route(&new, None)?;
        self.pieces.extend(made);
        Ok(())
    }
}
