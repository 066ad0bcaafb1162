//! A function of the services, beside those that create and change a row.

use super::{super::services::Services, Part, Work, views};
use crate::{
    domain::layer::Layer,
    ports::ProposeError,
    propose::recipe::endpoint::{Kind, column::Column},
};

impl Work<'_> {
    /// The service that changes a row, named like the example's: `book_publish`.
    pub(super) fn service_name(&self) -> Option<String> {
        let services = self.example.services.as_ref().filter(|_| self.route.kind == Kind::Action)?;
        let [_, update, _] = &services.names;
        let said = self.route.named.clone();
        Some(said.unwrap_or_else(|| update.replacen("update", &self.route.verb, 1)))
    }

    /// What a service that reads is called: `product_list_by_shelf`, `count_products`.
    fn reader_name(&self, services: &Services) -> String {
        if let Some(said) = &self.route.named {
            return said.clone();
        }
        let (name, verb) = (&self.ask.name, &self.route.verb);
        let lead = match self.route.kind {
            Kind::List => "list",
            Kind::Lookup => "get",
            Kind::Count | Kind::Action => "",
        };
        let [create, ..] = &services.names;
        let is_before = create.starts_with(&format!("{}_", name.snake));
        let is_behind = create.ends_with(&format!("_{}", name.snake));
        let subject = if self.route.kind == Kind::Lookup { &name.snake } else { &name.plural };
        let parts: Vec<&str> = match (is_before, is_behind) {
            (true, _) => vec![&name.snake, lead, verb],
            (_, true) if self.route.kind == Kind::Count => vec![verb, subject],
            (_, true) => vec![lead, subject, verb],
            (false, false) => vec![lead, verb],
        };
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
    }

    /// The service function of an action.
    pub(super) fn service(&self) -> Result<Option<Part>, ProposeError> {
        let (Some(services), Some(name)) = (&self.example.services, self.service_name()) else {
            return Ok(None);
        };
        let (var, model) = (&self.ask.name.snake, &self.example.model.class);
        let (of, returns) = if services.is_typed {
            (format!(": {model}"), format!(" -> {model}"))
        } else {
            (String::new(), String::new())
        };
        let mut lines = self.assigned(var)?;
        lines.push(format!("return {var}"));
        self.part(services, &name, &format!("{var}{of}"), &returns, &lines).map(Some)
    }

    /// The function of a service that no view calls.
    pub(super) fn method(&self) -> Result<Part, ProposeError> {
        let Some(services) = &self.example.services else {
            let place = self.example.view().map(|view| view.place.to_string()).unwrap_or_default();
            return Err(ProposeError::NotApplicable(format!(
                "the views of {} at {place} ask the model themselves, so there is no service that a function could stand in; the recipe endpoint adds a route, and the walkthrough shows where a service would go",
                self.ask.name.plural.replace('_', " ")
            )));
        };
        if let Some(part) = self.service()? {
            return Ok(part);
        }
        let (name, model) = (self.reader_name(services), &self.example.model.class);
        let typed = |of: &str| if services.is_typed { of.to_owned() } else { String::new() };
        let parameter = |column: &Column| {
            let of = typed(&format!(": {}", column.source_type));
            format!("{}{of}", self.parameter(column))
        };
        let narrowed = |column: &Column| format!("{0}={0}", self.parameter(column));
        let rows = format!("{model}.objects");
        let (parameter, returns, line) = match (self.route.kind, &self.route.by) {
            (Kind::List, Some(column)) => (
                parameter(column),
                typed(&format!(" -> QuerySet[{model}]")),
                format!("return {rows}.filter({}).order_by(\"pk\")", narrowed(column)),
            ),
            (Kind::Lookup, Some(column)) => (
                parameter(column),
                typed(&format!(" -> {model} | None")),
                format!("return {rows}.filter({}).first()", narrowed(column)),
            ),
            (Kind::Count, _) => (String::new(), typed(" -> int"), format!("return {rows}.count()")),
            _ => return Err(ProposeError::Rejected("a function without its field".into())),
        };
        self.part(services, &name, &parameter, &returns, &[line])
    }

    /// A function behind the one that changes a row.
    fn part(
        &self,
        services: &Services,
        name: &str,
        parameter: &str,
        returns: &str,
        body: &[String],
    ) -> Result<Part, ProposeError> {
        let module = self.survey.modules.get(services.path.as_str());
        let in_class = !services.class.is_empty();
        let first = match services.decorator.as_str() {
            "@staticmethod" => "",
            "@classmethod" => "cls",
            _ if in_class => "self",
            _ => "",
        };
        let indent = if in_class { "    " } else { "" };
        let mut lines = Vec::new();
        if !services.decorator.is_empty() {
            lines.push(services.decorator.clone());
        }
        let given: Vec<&str> = [first, parameter].into_iter().filter(|one| !one.is_empty()).collect();
        lines.push(format!("def {name}({}){returns}:", given.join(", ")));
        lines.extend(body.iter().map(|line| format!("    {line}")));
        let is_taken = module.is_some_and(|module| module.text.contains(&format!("def {name}(")));
        if is_taken {
            return Err(views::clash(format!("a service {name}"), &services.path, services.place.line));
        }
        let [_, update, _] = &services.names;
        Ok(Part {
            path: services.path.clone(),
            class: in_class.then(|| services.class.clone()),
            after: update.clone(),
            text: lines.iter().map(|line| format!("{indent}{line}\n")).collect(),
            place: services.place.clone(),
            layer: Layer::Service,
            name: name.to_owned(),
        })
    }

    /// How a test reaches a function of the services, and the name that it imports.
    pub(super) fn reached(&self, name: &str) -> Option<(String, String)> {
        let services = self.example.services.as_ref()?;
        let is_of_class = ["@staticmethod", "@classmethod"].contains(&services.decorator.as_str());
        Some(match (services.class.as_str(), is_of_class) {
            ("", _) => (name.to_owned(), name.to_owned()),
            (class, true) => (format!("{class}.{name}"), class.to_owned()),
            (class, false) => (format!("{class}().{name}"), class.to_owned()),
        })
    }
}
