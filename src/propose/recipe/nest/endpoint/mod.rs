//! The `endpoint` recipe for NestJS with TypeORM: a handler, and a method in each class below
//! it, beside those of the routes that are there.

mod columns;
mod methods;
pub(super) mod tests_of;

use super::{
    example::{Example, Role, controller_path},
    plan::Plan,
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::recipe::{
        endpoint::{
            Kind, NewRoute, Reach,
            column::Column,
            route::{self, Route},
        },
        fields::Kind as Type,
        names::{camel, snake},
        node::endpoint::{
            action,
            asked::Asked,
            check::Reading,
            code::{Code, Level, Unit},
            collection,
            copy::{Copy, layers},
            count, files, list, lookup,
            piece::Piece,
            refuse_served,
            store::{Asking, Store, Way},
            unguarded, unindexed,
        },
        resource::{Ask, Draft},
        sources::Survey,
    },
};
use columns::Known;
use methods::Handler;
use std::collections::BTreeSet;

/// All changed files, and the remarks on them.
pub(super) fn draft(new: &NewRoute<'_>) -> Result<Draft, ProposeError> {
    let ask = new.ask;
    let plan = read(ask)?;
    let code = Code::new(&plan.survey);
    ask.go_on()?;
    let missing = || ProposeError::NotApplicable(format!("{} has no controller to follow", ask.name.pascal));
    let (source, class) = plan.example.class(Role::Controller, &plan.survey).ok_or_else(missing)?;
    let handlers = methods::handlers(&code, &source.path, &class.name)?;
    let get = handlers.iter().find(|one| one.verb == "get" && one.is_of_row()).ok_or_else(|| {
        ProposeError::NotApplicable(format!(
            "{} has no handler that reads one row, so there is none to follow",
            class.name
        ))
    })?;
    let place =
        plan.example.place(Role::Entity, &plan.survey).unwrap_or_else(|| Place::new(source.path.clone(), 1));
    let known = columns::of(&plan, &place);
    let columns: Vec<Column> = known.iter().map(|one| one.column.clone()).collect();
    let line = code.place(get.unit).line;
    let stated = format!("/{}", controller_path(class).unwrap_or_default());
    let collection = collection(ask, &source.path, line, &stated);
    let model = route::Model { name: &ask.name.pascal, columns: &columns, collection: &collection };
    let route = match new.wanted.reach {
        Reach::Service => Route::for_service(new.wanted, &model)?,
        Reach::Route => Route::decide(new.wanted, &model)?,
    };
    if route.reach == Reach::Route {
        refuse_served(ask, &collection, &route)?;
    }
    let store = Store { asking: Asking::TypeOrm(receivers(&plan)), table: plan.table.class.clone() };
    let asked = asked(ask, &route, &code, &store, &plan, &known)?;
    let is_uuid = route.by.as_ref().is_some_and(|column| match column.kind {
        Type::Uuid => true,
        Type::BelongsTo(_) => asked.ty == "string",
        _ => false,
    });
    let making = Making { asked: &asked, handlers: &handlers, get, is_uuid };
    let mut pieces = match route.kind {
        Kind::Lookup => making.lookup(),
        Kind::List => making.list(),
        Kind::Count => making.count(),
        Kind::Action => making.action(),
    }?;
    ask.go_on()?;
    let mut remarks: Vec<String> = unguarded(&asked).into_iter().collect();
    let levels = making.levels()?;
    match tests_of::pieces(&asked, &plan, is_uuid, &levels)? {
        Ok(own) => pieces.extend(own),
        Err(why) => remarks.push(why),
    }
    remarks.extend(unindexed(&route));
    let files = files::changed(&asked, &pieces)?;
    let like = match asked.method_in(&levels).filter(|_| route.reach == Reach::Service) {
        Some(like) => like,
        None => {
            let address = format!("{}{}", collection.trim_end_matches('/'), route.path);
            format!("{} {address} to {}", route.method, source.path)
        }
    };
    Ok(Draft { like, files, remarks })
}

/// What is known of the resource; the error lists those that are known.
fn read<'a>(ask: &'a Ask<'a>) -> Result<Plan<'a>, ProposeError> {
    let survey = Survey::read(ask)?;
    let entities = || survey.classes().filter(|(_, class)| class.mark("Entity").is_some());
    if entities().next().is_none() {
        return Err(ProposeError::NotApplicable("no class with @Entity was found to add a route for".into()));
    }
    let example = Example::of(&survey, &ask.name);
    if example.part(Role::Entity).is_none() {
        let known: BTreeSet<&str> = entities().map(|(_, class)| class.name.as_str()).collect();
        return Err(ProposeError::Input {
            what: format!("there is no resource {} to add a route to", ask.name.pascal),
            hint: format!("known entities: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
        });
    }
    Plan::after(ask, survey, example, "")
}

/// What the repository of the entity is called, wherever a class has it.
fn receivers(plan: &Plan<'_>) -> Vec<(String, String)> {
    let mut found = BTreeSet::new();
    let wanted = format!("Repository<{}>", plan.table.class);
    for (source, class) in plan.survey.classes() {
        for parameter in class.parameters.iter().filter(|one| one.ty.contains(&wanted)) {
            found.insert((source.path.clone(), format!("this.{}", parameter.name)));
        }
        if class.base.as_deref().is_some_and(|base| base.contains("Repository"))
            && class.name.contains(plan.table.class.trim_end_matches("Entity"))
        {
            found.insert((source.path.clone(), "this".to_owned()));
        }
    }
    found.into_iter().collect()
}

/// What is known of the route before a line of it is written.
fn asked<'a>(
    ask: &'a Ask<'a>,
    route: &'a Route,
    code: &'a Code<'a>,
    store: &'a Store,
    plan: &'a Plan<'a>,
    known: &[Known],
) -> Result<Asked<'a>, ProposeError> {
    let column = route.by.as_ref().or(route.set.as_ref().map(|(column, _)| column));
    let own = column.and_then(|column| known.iter().find(|one| one.column.name == column.name));
    if let Some(column) = route.by.as_ref().filter(|column| column.kind == Type::Date) {
        return Err(ProposeError::NotApplicable(format!(
            "no pipe of NestJS checks a date in an address, as {} would need",
            column.name
        )));
    }
    let ty = own.map_or("string", |one| one.ty);
    Ok(Asked {
        ask,
        route,
        code,
        store,
        habits: &plan.habits,
        key: plan.key.property.clone(),
        column: own.map(|one| one.property.clone()).unwrap_or_default(),
        variable: column.map(|column| camel(&snake(&column.name))).unwrap_or_default(),
        relation: own.and_then(|one| one.relation.clone()),
        ty,
        date_is_text: ty == "string",
        decimal_is_text: ty == "string",
        beneath: std::collections::BTreeMap::new(),
    })
}

/// A route under way.
struct Making<'a, 's> {
    asked: &'a Asked<'s>,
    handlers: &'a [Handler<'s>],
    get: &'a Handler<'s>,
    is_uuid: bool,
}

impl<'s> Making<'_, 's> {
    /// A handler of some kind; the error says that there is none.
    fn handler(
        &self,
        what: &str,
        is_it: impl Fn(&&Handler<'s>) -> bool,
    ) -> Result<&Handler<'s>, ProposeError> {
        self.handlers.iter().find(is_it).ok_or_else(|| {
            ProposeError::NotApplicable(format!(
                "{} has no handler that {what}, so there is none to follow",
                self.get.unit.path
            ))
        })
    }

    /// The handler whose way is followed.
    fn followed(&self) -> Result<&Handler<'s>, ProposeError> {
        match self.asked.route.kind {
            Kind::Lookup => Ok(self.get),
            Kind::List | Kind::Count => {
                self.handler("lists rows", |one| one.verb == "get" && one.url.is_empty())
            }
            Kind::Action => self.handler("changes a row", |one| {
                matches!(one.verb.as_str(), "patch" | "put") && one.is_of_row()
            }),
        }
    }

    /// The functions that are followed, the handler first.
    fn levels(&self) -> Result<Vec<Level<'s>>, ProposeError> {
        let way = if self.asked.route.kind == Kind::Action { Way::Change } else { Way::Read };
        let levels = self.asked.way(self.followed()?.unit, way)?;
        self.asked.refuse_service(&levels)?;
        Ok(levels)
    }

    fn lookup(&self) -> Result<Vec<Piece>, ProposeError> {
        let asked = self.asked;
        let levels = self.levels()?;
        let Some(first) = levels.first() else { return Ok(Vec::new()) };
        let mut copy = Copy::new(asked, first)?;
        let key = key_of(&copy, self.get).ok_or_else(|| self.unread())?;
        let reading = Reading::of_variable(&key, first.unit.function);
        let keys = lookup::keys(asked, &levels, &reading)?;
        let mut pieces = layers(&levels, &mut |at, level| {
            lookup::below(asked, level, keys.get(at).map_or("", String::as_str))
        })?;
        if asked.route.reach == Reach::Service {
            return Ok(pieces);
        }
        lookup::key_compared(&mut copy, &key)?;
        let (value, needs) = methods::parameter(asked, self.is_uuid);
        if !methods::keyed(&mut copy, &key, &value) {
            return Err(self.unread());
        }
        copy.needs.extend(needs);
        let url = asked.url(self.get.parameter());
        methods::addressed(&mut copy, "get", &url);
        copy.rename_calls();
        let text = copy.written()?;
        pieces.push(methods::put_before(asked, self.handlers, self.get, &url, &text, copy.needs)?);
        Ok(pieces)
    }

    fn unread(&self) -> ProposeError {
        ProposeError::NotApplicable(format!(
            "how {} reads the key in its address could not be followed",
            self.asked.code.place(self.get.unit)
        ))
    }

    fn list(&self) -> Result<Vec<Piece>, ProposeError> {
        let asked = self.asked;
        let levels = self.levels()?;
        let Some(first) = levels.first() else { return Ok(Vec::new()) };
        let mut pieces = layers(&levels, &mut |_, level| list::below(asked, level))?;
        if asked.route.reach == Reach::Service {
            return Ok(pieces);
        }
        let mut copy = Copy::new(asked, first)?;
        let (value, needs) = methods::parameter(asked, self.is_uuid);
        copy.first_parameter(&value);
        list::narrowed(&mut copy)?;
        copy.needs.extend(needs);
        let url = asked.url(self.get.parameter());
        methods::addressed(&mut copy, "get", &url);
        let text = copy.written()?;
        pieces.push(methods::put_before(asked, self.handlers, self.get, &url, &text, copy.needs)?);
        Ok(pieces)
    }

    fn count(&self) -> Result<Vec<Piece>, ProposeError> {
        let asked = self.asked;
        let levels = self.levels()?;
        let Some(first) = levels.first() else { return Ok(Vec::new()) };
        let mut pieces = layers(&levels, &mut |_, level| count::below(asked, level))?;
        if asked.route.reach == Reach::Service {
            return Ok(pieces);
        }
        let copy = Copy::new(asked, first)?;
        let number = count::number(&copy)?;
        let url = asked.url(self.get.parameter());
        let text = methods::counting(&copy, &number.value, &url)?;
        pieces.push(methods::put_before(asked, self.handlers, self.get, &url, &text, copy.needs)?);
        Ok(pieces)
    }

    fn action(&self) -> Result<Vec<Piece>, ProposeError> {
        let asked = self.asked;
        let change = self.followed()?;
        let levels = self.levels()?;
        let Some(first) = levels.first() else { return Ok(Vec::new()) };
        let mut copy = Copy::new(asked, first)?;
        let is_body = |at: &usize| {
            let parameter = copy.parameters().get(*at).copied();
            parameter.is_some_and(|id| copy.work.tree.text(id, copy.work.text).contains("@Body("))
        };
        let gone: Vec<usize> = (0..copy.parameters().len()).filter(is_body).collect();
        let dead = action::without_parameters(&mut copy, &gone);
        let mut handed = Vec::new();
        action::without_body(&mut copy, dead, &mut handed)?;
        let mut pieces = Vec::new();
        let mut left: Vec<(Unit<'_>, Vec<usize>)> = action::targets(first, &handed);
        for level in levels.iter().skip(1) {
            let Some((_, own)) = left.iter().find(|(unit, _)| *unit == level.unit).cloned() else { continue };
            let mut handed = Vec::new();
            if let Some(made) = action::below(asked, level, &own, &mut handed)? {
                pieces.extend(made);
                left.extend(action::targets(level, &handed));
            }
        }
        if asked.route.reach == Reach::Service {
            return Ok(pieces);
        }
        let url = asked.url(change.parameter());
        methods::addressed(&mut copy, &asked.route.method.to_lowercase(), &url);
        copy.rename_calls();
        pieces.extend(copy.beside()?);
        Ok(pieces)
    }
}

/// The parameter that holds the key of a handler's row.
fn key_of(copy: &Copy<'_, '_>, get: &Handler<'_>) -> Option<String> {
    let (tree, text) = (&copy.work.tree, copy.work.text);
    copy.parameters().into_iter().find_map(|id| {
        let own = tree.text(id, text);
        let quoted =
            ['\'', '"', '`'].iter().any(|quote| own.contains(&format!("{quote}{}{quote}", get.parameter())));
        (own.contains("@Param(") && quoted).then(|| tree.name(id, text).unwrap_or_default().to_owned())
    })
}
