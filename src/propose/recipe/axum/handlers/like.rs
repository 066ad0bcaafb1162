//! The example: a router whose handlers ask the database themselves, and what each of them is.

use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place},
    propose::{
        edits::line_number,
        recipe::{
            axum::{
                code::{Code, Source, Unit},
                endpoint::routes::{Routed, routed},
                stores::texts,
            },
            endpoint::paths::is_parameter,
            names::{Name, singular, snake},
            rename::{Joint, Renamer},
            resource::Ask,
        },
        rust::Function,
    },
};

/// The example.
pub(super) struct Like<'c> {
    pub(super) name: Name,
    pub(super) source: &'c Source<'c>,
    /// What puts the routes together.
    pub(super) router: &'c Function,
    /// Where its rows are made and listed, as written: `/api/articles`.
    pub(super) collection: String,
    /// Whether parts of a path are written `:id`.
    pub(super) is_colon: bool,
    pub(super) create: Unit<'c>,
    pub(super) list: Option<Unit<'c>>,
    pub(super) show: Option<Unit<'c>>,
    pub(super) update: Option<Unit<'c>>,
    /// `put` or `patch`.
    pub(super) update_verb: &'static str,
    pub(super) remove: Option<Unit<'c>>,
    /// Every handler that is routed to.
    pub(super) handlers: Vec<Unit<'c>>,
    /// The table that a new row goes to.
    pub(super) table: String,
}

impl<'c> Like<'c> {
    /// The router of which most is known; `None` where no handler stores a row itself.
    pub(super) fn find(ask: &Ask<'_>, code: &'c Code<'_>) -> Option<Self> {
        let is_test =
            |path: &str| ask.map.layer_of(path).or_else(|| layer_by_path(path)) == Some(Layer::Test);
        let own = code.sources.iter().filter(|source| !is_test(source.path));
        let mut best: Option<Self> = None;
        for found in own.filter_map(|source| Self::of(code, source)) {
            let rank = |one: &Self| (one.says(), std::cmp::Reverse(one.source.path.matches('/').count()));
            if best.as_ref().is_none_or(|best| rank(&found) > rank(best)) {
                best = Some(found);
            }
        }
        best
    }

    fn of(code: &'c Code<'_>, source: &'c Source<'c>) -> Option<Self> {
        let module = source.module().rsplit("::").next()?;
        let name = Name::of(&singular(&snake(module)));
        let makes_routes = |one: &&Function| {
            one.returns.contains("Router")
                && one.parameters.is_empty()
                && source.text.get(one.body.clone()).is_some_and(|body| body.contains(".route("))
        };
        let router = source.file.functions.iter().find(makes_routes)?;
        let routes: Vec<Routed<'c>> = routed(code, source);
        let other = Name::of("proscenium");
        let renamer = Renamer { from: &name, to: &other, joint: Joint::Kebab };
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let is_collection = |one: &&Routed<'c>| {
            let end = last(&one.path);
            end.is_empty() || !is_parameter(&end) && renamer.touches(&end)
        };
        let stores = |one: &&Routed<'c>| one.verb == "post" && table_of(one.unit).is_some();
        let create = routes.iter().filter(is_collection).find(stores)?;
        let collection = create.path.clone();
        let of_collection = |verb: &str| {
            routes.iter().find(|one| one.verb == verb && one.path == collection).map(|one| one.unit)
        };
        let is_row = |one: &&Routed<'c>| {
            let (lead, end) = one.path.rsplit_once('/').unwrap_or(("", &one.path));
            lead.trim_end_matches('/') == collection.trim_end_matches('/') && is_parameter(end)
        };
        let of_row = |verb: &str| routes.iter().filter(is_row).find(|one| one.verb == verb);
        let update = ["put", "patch"].into_iter().find_map(|verb| Some((of_row(verb)?, verb)));
        Some(Self {
            table: table_of(create.unit)?,
            source,
            router,
            is_colon: routes.iter().any(|one| one.path.contains("/:")),
            create: create.unit,
            list: of_collection("get"),
            show: of_row("get").map(|one| one.unit),
            update: update.map(|(one, _)| one.unit),
            update_verb: update.map_or("put", |(_, verb)| verb),
            remove: of_row("delete").map(|one| one.unit),
            handlers: routes.iter().map(|one| one.unit).collect(),
            collection,
            name,
        })
    }

    fn says(&self) -> usize {
        let others = [self.list, self.show, self.update, self.remove];
        others.iter().filter(|one| one.is_some()).count()
    }

    /// The line of the example's first handler.
    pub(super) fn place(&self) -> Place {
        Place::new(self.source.path, line_number(self.source.text, self.router.range.start))
    }

    /// Whatever the example's own handlers are written as, its create first.
    pub(super) fn known(&self) -> impl Iterator<Item = Unit<'c>> {
        let own = [Some(self.create), self.show, self.list, self.update, self.remove];
        own.into_iter().flatten().chain(self.handlers.iter().copied())
    }
}

/// The source of a function's body.
pub(super) fn body<'c>(unit: Unit<'c>) -> &'c str {
    unit.slice(unit.function.body.clone())
}

/// The statements of a function, as written between their quotes.
pub(super) fn statements<'c>(unit: Unit<'c>) -> Vec<&'c str> {
    texts(body(unit), unit.function.body.start).into_iter().map(|range| unit.slice(range)).collect()
}

/// The table that a function stores a row in.
fn table_of(unit: Unit<'_>) -> Option<String> {
    statements(unit).into_iter().find_map(|sql| {
        let at = sql.to_ascii_lowercase().find("insert into ")?;
        let rest = sql.get(at + "insert into ".len()..)?.trim_start();
        let rest = rest.trim_start_matches(['\\', '"', '`']);
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        rest.get(..end).filter(|name| !name.is_empty()).map(str::to_owned)
    })
}
