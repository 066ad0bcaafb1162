//! What the templates see, and the members that they write.

use super::{
    kysely::Builder,
    model::{Mapper, Parent},
    plan::{Plan, RECIPE},
    records::{Holds, Record, mapped},
    words::in_form,
};
use crate::{
    ports::ProposeError,
    propose::recipe::{
        fields::{Field, Kind},
        fill::Fill,
        rename::Joint,
        typescript::set_up,
        values::field_value,
    },
};
use minijinja::{Value, context};

/// A plan as templates see it.
pub(super) struct Context<'a> {
    pub(super) plan: &'a Plan<'a>,
}

impl Context<'_> {
    /// Fills one template.
    pub(super) fn render(&self, template: &str, context: &Value) -> Result<String, ProposeError> {
        self.plan.ask.render(RECIPE, template, context, set_up)
    }

    /// A field with what is true for the whole repository.
    pub(super) fn field(&self, field: &Field) -> Value {
        let plan = self.plan;
        let reference = plan.parents.iter().find(|parent| parent.field == *field);
        context! {
            zod => plan.zod,
            mapper => plan.mapper.name(),
            dialect => plan.dialect,
            // What drivers of PostgreSQL give for numeric and for date.
            decimal_is_text => plan.dialect != "sqlite" && plan.mapper != Mapper::Drizzle,
            date_is_date => plan.dialect != "sqlite" && plan.mapper != Mapper::Drizzle,
            reference => reference.map_or(context! { is_uuid => false, is_native => false }, reference_value),
            fill => plan.fills.get(&field.name).map(Fill::typescript).unwrap_or_default(),
            api => in_form(&field.column(), plan.api),
            ..field_value(field)
        }
    }

    /// The body of a function that says whether a parent's row is there.
    pub(super) fn asking(&self, database: &str, parent: &Parent, id: &str) -> Result<String, ProposeError> {
        let value = context! {
            mapper => self.plan.mapper.name(),
            database,
            id,
            ..reference_value(parent)
        };
        let rendered = self.render("exists.ts.j2", &value)?;
        Ok(self.plan.habits.write(rendered.trim(), &[]))
    }

    /// A field as a column of a migration.
    pub(super) fn column(&self, field: &Field, form: Joint, builder: &Builder) -> Value {
        context! {
            db => in_form(&field.column(), form),
            table => self.plan.names.table.clone(),
            builder => context! {
                parameter => builder.parameter.clone(),
                name => builder.name.clone(),
                database => builder.database.clone(),
            },
            ..self.field(field)
        }
    }

    /// A member of a record for a new field.
    pub(super) fn member(&self, record: &Record<'_>, field: &Field) -> Result<String, ProposeError> {
        let key = in_form(&field.column(), record.form);
        let pattern = &record.pattern;
        let mode = match (record.is_row, record.is_partial) {
            (true, _) if pattern_is_table(record) => "table",
            (true, _) => "row",
            (false, true) => "update",
            (false, false) => "create",
        };
        let with = |template: &str| -> Result<String, ProposeError> {
            let value = self.render(template, &context! { mode, db => key.clone(), ..self.field(field) })?;
            Ok(self.plan.habits.write(value.trim(), &[]).trim().to_owned())
        };
        Ok(match record.holds {
            Holds::Rules => format!("{key}: {}", with("rules.ts.j2")?),
            Holds::Types => {
                let is_free = field.optional || self.plan.fills.contains_key(&field.name);
                let may_miss = mode != "table" && mode != "row" && is_free;
                let optional = if pattern.is_optional && record.is_partial || may_miss { "?" } else { "" };
                format!("{}{key}{optional}: {}", pattern.lead, with("type.ts.j2")?)
            }
            Holds::Columns => {
                let named =
                    pattern.value.split('(').nth(1).is_some_and(|rest| rest.starts_with(['\'', '"', '`']));
                let stored = in_form(&field.column(), super::drizzle::stored_form(&self.plan.table));
                let value = context! { named, stored, ..self.field(field) };
                let made = self.render("drizzle.column.ts.j2", &value)?;
                format!("{key}: {}", self.plan.habits.write(made.trim(), &[]).trim())
            }
            Holds::Values => mapped(record, field, &|word| self.plan.names.code(word)),
            Holds::Names => key,
            Holds::Samples => {
                let quote = self.plan.habits.quote;
                let sample = crate::propose::recipe::values::sample_text(field, quote);
                format!("{key}: {}", sample.unwrap_or_else(|| "1".into()))
            }
        })
    }
}

fn pattern_is_table(record: &Record<'_>) -> bool {
    record.holds == Holds::Types && record.is_table
}

fn reference_value(parent: &Parent) -> Value {
    context! {
        is_uuid => parent.key.is_text(),
        is_native => parent.key.ty.contains("@db.Uuid"),
        table => parent.table.stored.clone(),
        code => parent.table.name.clone(),
        key => parent.key.name.clone(),
        name => crate::propose::recipe::names::camel(&parent.field.name),
        is_nullable => matches!(parent.field.kind, Kind::BelongsTo(_)) && parent.field.optional,
    }
}
