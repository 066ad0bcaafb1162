//! The new view: an action of a view set, or a function with an address of its own.

use super::{Part, Work};
use crate::{
    domain::{layer::Layer, place::Place},
    ports::ProposeError,
    propose::{
        python::functions,
        recipe::{
            endpoint::{
                Kind,
                column::Column,
                route::{NewValue, ROW},
            },
            fields,
            fill::Fill,
        },
    },
};

/// What follows a name in a signature and behind it, where the project types its views.
struct Types {
    request: &'static str,
    returns: &'static str,
}

impl Work<'_> {
    fn types(&self) -> Types {
        let is_typed = self.example.view().is_some_and(|view| view.is_typed);
        if is_typed {
            Types { request: ": Request", returns: " -> Response" }
        } else {
            Types { request: "", returns: "" }
        }
    }

    /// `author_id` in an address for the field `author`.
    pub(super) fn parameter(&self, column: &Column) -> String {
        match column.kind {
            fields::Kind::BelongsTo(_) if !column.name.ends_with("_id") => format!("{}_id", column.name),
            _ => column.name.clone(),
        }
    }

    /// The row's own parameter in addresses and signatures.
    pub(super) fn row_parameter(&self) -> String {
        let stated = self.example.routes.iter().find_map(|route| route.parameter());
        stated.unwrap_or("pk").to_owned()
    }

    /// A method of the view set.
    pub(super) fn action(&self) -> Result<Part, ProposeError> {
        let Types { request, returns } = self.types();
        let route = self.route;
        let name = match route.kind {
            Kind::List => format!("list_{}", route.verb),
            Kind::Lookup => format!("get_{}", route.verb),
            Kind::Count | Kind::Action => route.verb.clone(),
        };
        let words: Vec<&str> = route.path.split('/').filter(|part| !part.is_empty()).collect();
        let word = words.iter().rev().find(|part| !part.starts_with('{')).copied().unwrap_or_default();
        let (mut marks, mut arguments) = (Vec::new(), vec!["self".to_owned(), format!("request{request}")]);
        if route.kind == Kind::Action {
            marks
                .extend(["detail=True".to_owned(), format!("methods=[\"{}\"]", route.method.to_lowercase())]);
            let of = if request.is_empty() { "" } else { ": str | None" };
            let default = if request.is_empty() { "=None" } else { " = None" };
            arguments.push(format!("{}{of}{default}", self.row_parameter()));
        } else {
            marks.push("detail=False".to_owned());
        }
        match &route.by {
            Some(column) => {
                let parameter = self.parameter(column);
                marks.push(format!("url_path=r\"{word}/(?P<{parameter}>[^/.]+)\""));
                let of = if request.is_empty() { "" } else { ": str" };
                arguments.push(format!("{parameter}{of}"));
            }
            None if word != name => marks.push(format!("url_path=\"{word}\"")),
            None => {}
        }
        let mut lines = vec![
            format!("@action(⟨{}⟩)", marks.join("¦")),
            format!("def {name}(⟨{}⟩){returns}:", arguments.join("¦")),
        ];
        lines.extend(self.action_body()?.into_iter().map(|line| format!("    {line}")));
        self.refuse_method(&name)?;
        let text: String = lines.iter().map(|line| format!("    {line}\n")).collect();
        let Some(view) = self.example.view() else { return Err(self.no_views()) };
        Ok(Part {
            path: view.path.clone(),
            class: Some(view.name.clone()),
            after: String::new(),
            text,
            place: view.place.clone(),
            layer: Layer::Router,
            name,
        })
    }

    fn action_body(&self) -> Result<Vec<String>, ProposeError> {
        let (var, plural) = (&self.ask.name.snake, &self.ask.name.plural);
        Ok(match (self.route.kind, &self.route.by) {
            (Kind::List, Some(column)) => vec![
                self.checked(column),
                format!(
                    "{plural} = self.filter_queryset(⟨self.get_queryset().filter({}=value)⟩)",
                    self.attribute(column)
                ),
                format!("page = self.paginate_queryset({plural})"),
                "if page is not None:".into(),
                "    return self.get_paginated_response(⟨self.get_serializer(page, many=True).data⟩)".into(),
                format!("return Response(self.get_serializer({plural}, many=True).data)"),
            ],
            (Kind::Lookup, Some(column)) => vec![
                self.checked(column),
                format!("{var} = get_object_or_404(⟨self.get_queryset()¦{}=value⟩)", self.attribute(column)),
                format!("self.check_object_permissions(request, {var})"),
                format!("return Response(self.get_serializer({var}).data)"),
            ],
            (Kind::Count, _) => vec![
                format!("{plural} = self.filter_queryset(self.get_queryset())"),
                format!("return Response({}({{\"count\": {plural}.count()}}).data)", self.counting()),
            ],
            (Kind::Action, _) => {
                let mut lines = vec![format!("{var} = self.get_object()")];
                lines.extend(self.changed(var)?);
                lines.push(format!("return Response(self.get_serializer({var}).data)"));
                lines
            }
            (Kind::List | Kind::Lookup, None) => {
                return Err(ProposeError::Rejected("a route by a field without a field".into()));
            }
        })
    }

    /// The line that reads the value of the address, refused by the framework's own field.
    fn checked(&self, column: &Column) -> String {
        let limit = |name: &str, value: Option<i64>| value.map(|value| format!("{name}={value}"));
        let (field, limits) = match &column.kind {
            _ if !column.choices.is_empty() => {
                let known: Vec<&str> = column.choices.iter().map(|choice| choice.source.as_str()).collect();
                ("ChoiceField", vec![format!("choices=[{}]", known.join(", "))])
            }
            fields::Kind::String | fields::Kind::Text => {
                ("CharField", vec![format!("max_length={}", column.max.unwrap_or(255))])
            }
            fields::Kind::Boolean => ("BooleanField", Vec::new()),
            fields::Kind::Date => ("DateField", Vec::new()),
            fields::Kind::Uuid => ("UUIDField", Vec::new()),
            fields::Kind::BelongsTo(_) if column.source_type == "UUID" => ("UUIDField", Vec::new()),
            fields::Kind::BelongsTo(_) => ("IntegerField", vec!["min_value=1".to_owned()]),
            fields::Kind::Integer | fields::Kind::Float | fields::Kind::Decimal | fields::Kind::DateTime => {
                let both = [limit("min_value", column.min), limit("max_value", column.max)];
                ("IntegerField", both.into_iter().flatten().collect())
            }
        };
        let limits = limits.join("¦");
        let list = if limits.is_empty() { String::new() } else { format!("⟨{limits}⟩") };
        format!("value = serializers.{field}({list}).run_validation({})", self.parameter(column))
    }

    /// The attribute of a condition: `author_id`.
    pub(super) fn attribute(&self, column: &Column) -> String {
        self.parameter(column)
    }

    /// The lines that give the row its new value, over the services where there are some.
    fn changed(&self, var: &str) -> Result<Vec<String>, ProposeError> {
        if let (Some(services), Some(function)) = (&self.example.services, self.service_name()) {
            let call = match services.class.as_str() {
                "" => format!("{}{function}", services.prefix),
                class if services.decorator.is_empty() => format!("{class}().{function}"),
                class => format!("{class}.{function}"),
            };
            return Ok(vec![format!("{var} = {call}({var})")]);
        }
        self.assigned(var)
    }

    /// `row.field = value` and the saving of what changed.
    pub(super) fn assigned(&self, var: &str) -> Result<Vec<String>, ProposeError> {
        let Some((column, value)) = &self.route.set else {
            return Err(ProposeError::Rejected("an action without a field".into()));
        };
        // `auto_now` fields are written only when they are named.
        let mut names = vec![format!("\"{}\"", column.name)];
        let module = self.survey.modules.values();
        let touched =
            self.columns.iter().filter(|other| other.kind == fields::Kind::DateTime && other.has_default);
        let is_auto = |name: &str| {
            module
                .clone()
                .any(|module| module.text.contains(&format!("{name} = models.DateTimeField(auto_now=True")))
        };
        names.extend(touched.filter(|other| is_auto(&other.name)).map(|other| format!("\"{}\"", other.name)));
        Ok(vec![
            format!("{var}.{} = {}", column.name, source_of(column, value)),
            format!("{var}.save(update_fields=[{}])", names.join(", ")),
        ])
    }

    /// A function with `@api_view`, in the form of the example's.
    pub(super) fn function(&self) -> Result<Part, ProposeError> {
        let Types { request, returns } = self.types();
        let route = self.route;
        let is_row = route.kind == Kind::Action;
        let views = &self.example.views;
        let like = if is_row { views.last() } else { views.first() };
        let Some(view) = like else { return Err(self.no_views()) };
        let name = self.function_name();
        let (var, plural) = (&self.ask.name.snake, &self.ask.name.plural);
        let (model, serializer) = (&self.example.model.class, &self.example.serializer);
        let mut arguments = vec![format!("request{request}")];
        if let Some(column) = &route.by {
            let of = if request.is_empty() { String::new() } else { format!(": {}", column.source_type) };
            arguments.push(format!("{}{of}", self.parameter(column)));
        }
        if is_row {
            let key = self.columns.iter().find(|column| column.is_key);
            let of = key.filter(|_| !request.is_empty()).map(|key| format!(": {}", key.source_type));
            arguments.push(format!("{}{}", self.row_parameter(), of.unwrap_or_default()));
        }
        let owner = self.owner.as_ref().filter(|owner| owner.filters);
        let mine = owner.map(|owner| format!("{}=request.user", owner.attribute));
        let condition = route.by.as_ref().map(|column| format!("{0}={0}", self.parameter(column)));
        let all: Vec<String> = mine.iter().cloned().chain(condition).collect();
        let rows = match all.is_empty() {
            true => format!("{model}.objects.order_by(\"pk\")"),
            false => format!("{model}.objects.filter(⟨{}⟩)", all.join("¦")),
        };
        let mut body = match route.kind {
            Kind::List => vec![
                format!("{plural} = {rows}.order_by(\"pk\")"),
                format!("return Response({serializer}({plural}, many=True).data)"),
            ],
            Kind::Lookup => vec![
                format!("{var} = get_object_or_404(⟨{model}¦{}⟩)", all.join("¦")),
                format!("return Response({serializer}({var}).data)"),
            ],
            Kind::Count => vec![
                format!("{plural} = {rows}"),
                format!("return Response({}({{\"count\": {plural}.count()}}).data)", self.counting()),
            ],
            Kind::Action => {
                let found: Vec<String> =
                    [format!("pk={}", self.row_parameter())].into_iter().chain(mine).collect();
                let mut lines = vec![format!("{var} = get_object_or_404(⟨{model}¦{}⟩)", found.join("¦"))];
                lines.extend(self.changed(var)?);
                lines.push(format!("return Response({serializer}({var}).data)"));
                lines
            }
        };
        if let Some(first) = body.first_mut().filter(|_| route.kind == Kind::List && !rows.contains("filter"))
        {
            *first = format!("{plural} = {rows}");
        }
        let mut lines = vec![format!("@api_view([\"{}\"])", route.method)];
        lines.extend(view.kept.iter().map(|line| format!("@{line}")));
        lines.push(format!("def {name}(⟨{}⟩){returns}:", arguments.join("¦")));
        lines.extend(body.into_iter().map(|line| format!("    {line}")));
        let module = self.survey.modules.get(view.path.as_str());
        if let Some((module, known)) = module
            .and_then(|module| Some((module, module.functions().find(|one| one.name.as_str() == name)?)))
        {
            return Err(clash(format!("a function {name}"), &view.path, module.line(&known.name)));
        }
        Ok(Part {
            path: view.path.clone(),
            class: None,
            after: view.name.clone(),
            text: lines.iter().map(|line| format!("{line}\n")).collect(),
            place: view.place.clone(),
            layer: Layer::Router,
            name,
        })
    }

    /// `product_list_by_shelf`, `product_publish`.
    pub(super) fn function_name(&self) -> String {
        let verb = &self.route.verb;
        let of =
            |view: Option<&super::super::views::View>| view.map(|view| view.name.clone()).unwrap_or_default();
        let (list, row) = (of(self.example.views.first()), of(self.example.views.last()));
        let is_behind = list.starts_with(&self.ask.name.snake) || list.starts_with(&self.ask.name.plural);
        let own = self.service_name().filter(|_| {
            self.example
                .services
                .as_ref()
                .is_some_and(|services| services.class.is_empty() && services.prefix.is_empty())
        });
        let name = match self.route.kind {
            Kind::List => format!("{list}_{verb}"),
            Kind::Lookup => format!("{row}_{verb}"),
            Kind::Count | Kind::Action if is_behind => format!("{}_{verb}", self.ask.name.snake),
            Kind::Count => format!("{verb}_{}", self.ask.name.plural),
            Kind::Action => format!("{verb}_{}", self.ask.name.snake),
        };
        // The view imports its service: they cannot share a name.
        if own.as_ref() == Some(&name) { format!("{row}_{verb}") } else { name }
    }

    /// The address of a function's route, as `path()` takes it.
    pub(super) fn pattern(&self) -> Option<String> {
        let [list, row] = self.example.routes.as_slice() else { return None };
        let words: Vec<&str> = self.route.path.split('/').filter(|part| !part.is_empty()).collect();
        let slash = if list.url.ends_with('/') { "/" } else { "" };
        Some(match (self.route.kind, &self.route.by, words.as_slice()) {
            (Kind::Action, _, [ROW, verb]) => format!("{}/{verb}{slash}", row.url.trim_end_matches('/')),
            (_, Some(column), [word, _]) => {
                let converter = match column.kind {
                    fields::Kind::Integer => "int:",
                    fields::Kind::BelongsTo(_) if column.source_type == "UUID" => "uuid:",
                    fields::Kind::BelongsTo(_) => "int:",
                    fields::Kind::Uuid => "uuid:",
                    _ => "str:",
                };
                format!(
                    "{}/{word}/<{converter}{}>{slash}",
                    list.url.trim_end_matches('/'),
                    self.parameter(column)
                )
            }
            (_, None, [word]) => format!("{}/{word}{slash}", list.url.trim_end_matches('/')),
            _ => return None,
        })
    }

    fn refuse_method(&self, name: &str) -> Result<(), ProposeError> {
        let Some(view) = self.example.view() else { return Ok(()) };
        let Some((module, class)) = self.survey.class(&view.path, &view.name) else { return Ok(()) };
        let word = self.route.path.trim_start_matches('/').split('/').find(|part| !part.starts_with('{'));
        let same = functions(&class.body).find(|method| {
            let mark = method.decorator_list.first().map_or("", |one| module.source(&one.expression));
            let is_there = word.is_some_and(|word| {
                mark.starts_with("action(")
                    && (mark.contains(&format!("\"{word}")) || mark.contains(&format!("'{word}")))
            });
            method.name.as_str() == name || is_there
        });
        match same {
            Some(method) => Err(clash(
                format!("a method {}.{}", view.name, method.name),
                &view.path,
                module.line(&method.name),
            )),
            None => Ok(()),
        }
    }
}

pub(super) fn clash(what: String, path: &str, line: u32) -> ProposeError {
    ProposeError::Clash { what, place: Place::new(path, line).to_string() }
}

/// The new value as Python source.
fn source_of(column: &Column, value: &NewValue) -> String {
    match value {
        NewValue::Nothing => "None".into(),
        NewValue::Choice(choice) => choice.source.clone(),
        NewValue::Fixed(Fill::Boolean(value)) => if *value { "True" } else { "False" }.into(),
        NewValue::Fixed(Fill::Text(text)) => format!("\"{text}\""),
        NewValue::Fixed(Fill::Number(number)) if column.kind == fields::Kind::Decimal => {
            format!("Decimal(\"{number}\")")
        }
        NewValue::Fixed(Fill::Number(number)) => number.clone(),
        NewValue::Now if column.kind == fields::Kind::Date => "timezone.localdate()".into(),
        NewValue::Now => "timezone.now()".into(),
    }
}
