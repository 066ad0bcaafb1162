//! One field as a model declares it, a migration writes it and a service takes it.
//!
//! `⟨a¦b⟩` is a list that is broken where a line is too long; see `lines`.

use super::{
    super::fields::{Field, Kind},
    parents::Parent,
};

/// The call that makes a field's column, without the module that it is reached over.
pub(super) struct Column {
    kind: &'static str,
    arguments: Vec<String>,
    validators: Vec<String>,
}

/// Whether an optional field stores "nothing" as an empty text.
pub(super) fn is_blank(field: &Field) -> bool {
    field.optional && !field.unique && matches!(field.kind, Kind::String | Kind::Text)
}

/// The column of a field.
pub(super) fn column(field: &Field, parent: Option<&Parent>) -> Column {
    let mut arguments: Vec<String> = Vec::new();
    let mut validators: Vec<String> = Vec::new();
    let kind = match field.kind {
        Kind::String => {
            arguments.push(format!("max_length={}", field.max.unwrap_or(255)));
            "CharField"
        }
        Kind::Text => {
            arguments.extend(field.max.map(|max| format!("max_length={max}")));
            "TextField"
        }
        Kind::Integer => "IntegerField",
        Kind::Float => "FloatField",
        Kind::Decimal => {
            arguments.extend(["decimal_places=2".into(), "max_digits=12".into()]);
            "DecimalField"
        }
        Kind::Boolean => "BooleanField",
        Kind::Date => "DateField",
        Kind::DateTime => "DateTimeField",
        Kind::Uuid => "UUIDField",
        Kind::BelongsTo(_) => {
            let on_delete = parent.map_or("CASCADE", |parent| parent.on_delete.as_str());
            arguments.push(format!("on_delete=models.{on_delete}"));
            arguments.extend(parent.map(|parent| format!("related_name=\"{}\"", parent.related)));
            "ForeignKey"
        }
    };
    match field.kind {
        Kind::String | Kind::Text => {
            validators
                .extend(field.min.filter(|min| *min > 1).map(|min| format!("MinLengthValidator({min})")));
        }
        Kind::Integer | Kind::Float | Kind::Decimal => {
            validators.extend(field.min.map(|min| format!("MinValueValidator({min})")));
            validators.extend(field.max.map(|max| format!("MaxValueValidator({max})")));
        }
        _ => {}
    }
    if field.optional {
        arguments.push("blank=True".into());
        arguments.push(if is_blank(field) { "default=\"\"".into() } else { "null=True".into() });
    }
    if field.unique {
        arguments.push("unique=True".into());
    } else if field.index && !matches!(field.kind, Kind::BelongsTo(_)) {
        arguments.push("db_index=True".into());
    }
    Column { kind, arguments, validators }
}

impl Column {
    /// As a model has it: `CharField(⟨max_length=200⟩)`.
    pub(super) fn in_model(&self, target: Option<&str>) -> String {
        let mut all: Vec<String> = target.map(str::to_owned).into_iter().collect();
        all.extend(self.arguments.iter().cloned());
        if !self.validators.is_empty() {
            all.push(format!("validators=[⟨{}⟩]", self.validators.join("¦")));
        }
        self.call(&all)
    }

    /// As a migration has it; `to` is where a foreign key points.
    pub(super) fn in_migration(&self, to: Option<&str>) -> String {
        let mut all: Vec<String> = self
            .arguments
            .iter()
            .map(|argument| argument.replace("on_delete=models.", "on_delete=django.db.models.deletion."))
            .collect();
        all.extend(to.map(|to| format!("to={to}")));
        if !self.validators.is_empty() {
            let validators: Vec<String> =
                self.validators.iter().map(|one| format!("django.core.validators.{one}")).collect();
            all.push(format!("validators=[⟨{}⟩]", validators.join("¦")));
        }
        self.call(&all)
    }

    /// The same with an argument more, or with that of its name in place of the old one.
    pub(super) fn and(mut self, argument: String) -> Self {
        let name = argument.split('=').next().unwrap_or_default();
        let is_same = |known: &String| known.split('=').next() == Some(name);
        match self.arguments.iter().position(is_same).and_then(|at| self.arguments.get_mut(at)) {
            Some(known) => *known = argument,
            None => self.arguments.push(argument),
        }
        self
    }

    /// The same without an argument.
    pub(super) fn without(mut self, argument: &str) -> Self {
        self.arguments.retain(|known| known != argument);
        self
    }

    /// The validators that it has, as written.
    pub(super) fn bounds(&self) -> impl Iterator<Item = &str> {
        self.validators.iter().map(String::as_str)
    }

    /// Names of the validators that it uses.
    pub(super) fn validators(&self) -> impl Iterator<Item = &str> {
        self.validators.iter().filter_map(|one| one.split('(').next())
    }

    fn call(&self, arguments: &[String]) -> String {
        match arguments {
            [] => format!("{}()", self.kind),
            all => format!("{}(⟨{}⟩)", self.kind, all.join("¦")),
        }
    }
}

/// The Python type of a value.
pub(super) fn python_type(field: &Field, parent: Option<&Parent>) -> String {
    match &field.kind {
        Kind::String | Kind::Text => "str".into(),
        Kind::Integer => "int".into(),
        Kind::Float => "float".into(),
        Kind::Decimal => "Decimal".into(),
        Kind::Boolean => "bool".into(),
        Kind::Date => "date".into(),
        Kind::DateTime => "datetime".into(),
        Kind::Uuid => "UUID".into(),
        Kind::BelongsTo(model) => parent.map_or_else(|| model.clone(), |parent| parent.class.clone()),
    }
}
