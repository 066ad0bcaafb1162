//! The handlers' signatures: what they are called, what they take, and who has to sign in.

use super::{Plan, answers::body_of, carried::takes, structures::Page};
use minijinja::{Value, context};

impl Plan<'_> {
    pub(super) fn handlers(&self) -> Value {
        context! {
            list => self.handler("list"),
            create => self.handler("create"),
            show => self.handler("show"),
            update => self.handler("update"),
            remove => self.handler("remove"),
        }
    }

    /// The name of a handler: the example's with the new name in it.
    pub(super) fn handler(&self, operation: &str) -> String {
        let like = self.like;
        let (unit, lead, noun) = match operation {
            "list" => (like.list, "list", &self.ask.name.plural),
            "create" => (Some(like.create), "create", &self.ask.name.snake),
            "show" => (like.show, "get", &self.ask.name.snake),
            "update" => (like.update, "update", &self.ask.name.snake),
            _ => (like.remove, "delete", &self.ask.name.snake),
        };
        let is_short = !self.renamer().touches(&like.create.function.name);
        unit.map(|unit| self.renamer().apply(&unit.function.name))
            .unwrap_or_else(|| if is_short { lead.to_owned() } else { format!("{lead}_{noun}") })
    }

    /// What stands before `async fn` in the example.
    pub(super) fn visibility(&self) -> String {
        let unit = self.like.create;
        let text = unit.slice(unit.function.range.start..unit.function.body.start);
        text.split("async fn").next().unwrap_or_default().to_owned()
    }

    /// Whether reading asks for somebody who signed in.
    pub(super) fn reads_signed_in(&self) -> bool {
        self.signs("list") && self.signs("show")
    }

    /// Whether somebody has to sign in for it, as for the example's; where the example does not
    /// have it, as for what is nearest to it.
    pub(super) fn signs(&self, operation: &str) -> bool {
        let like = self.like;
        let create = Some(like.create);
        let nearest = match operation {
            "list" => like.list.or(like.show).or(create),
            "show" => like.show.or(like.list).or(create),
            "update" => like.update.or(create),
            "remove" => like.remove.or(like.update).or(create),
            _ => create,
        };
        self.who.as_ref().is_some_and(|who| takes(nearest, who))
    }

    /// The parameters of each handler, in the example's order.
    pub(super) fn parameters(&self, page: &Page) -> Value {
        let state = &self.carrier.parameter;
        let with = |rest: Vec<String>, signs: Option<bool>| -> Vec<String> {
            let mut all = vec![state.clone()];
            if let Some((who, uses)) = self.who.as_ref().zip(signs) {
                let pattern = if uses { who.variable.as_str() } else { "_" };
                let own = format!("{pattern}: {}", who.ty);
                all.insert(usize::from(!who.is_first), own);
            }
            all.extend(rest);
            all
        };
        let key = format!("Path({}): Path<{}>", self.key.0, self.key.1);
        let pattern = body_of(self.like.create).map_or("Json(req)", |(pattern, _)| pattern);
        let pattern = pattern.replace("mut ", "");
        let (create, update) = self.bodies();
        let wrapped = |body: &str| match &self.taken {
            Some(one) if one.generics.is_empty() && one.is_own => one.name.clone(),
            Some(one) => format!("{}<{body}>", one.name),
            None => body.to_owned(),
        };
        let json = |body: &str| format!("{pattern}: Json<{}>", wrapped(body));
        let reads = |operation: &str| self.signs(operation).then_some(false);
        let changes = |operation: &str| if self.owner().is_some() { Some(true) } else { reads(operation) };
        context! {
            list => with(vec![format!("Query(page): Query<{}>", page.ty)], reads("list")),
            show => with(vec![key.clone()], reads("show")),
            create => with(vec![json(&create)], changes("create")),
            update => with(vec![key.clone(), json(&update)], changes("update")),
            remove => with(vec![key], changes("remove")),
        }
    }
}
