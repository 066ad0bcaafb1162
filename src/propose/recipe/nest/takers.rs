//! Where a row is made of single values, and where tests send a body: both get the new field.

use super::{alter::Alter, example::Role};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::Edits,
        recipe::{
            fields::Field,
            literals::{grow, literals},
            names::camel,
            typescript::words,
            values::sample_text,
        },
    },
};
use std::collections::BTreeSet;

impl Alter<'_> {
    /// Where services and repositories take single values from a body.
    pub(super) fn takers(&mut self) -> Result<Vec<FileChange>, ProposeError> {
        let columns = self.columns();
        let mut files = Vec::new();
        let mut remarks = Vec::new();
        for role in [Role::Service, Role::Repository] {
            let Some((source, class)) = self.class(role).filter(|_| !self.change.ask.fields.is_empty())
            else {
                continue;
            };
            let mut edits = Edits::default();
            let mut like = None;
            for method in &class.methods {
                let mut grown = false;
                for literal in literals(&source.text, method.body.clone()) {
                    // `{ title: body.title, stars: body.stars }`
                    let from = literal.entries.iter().map(|entry| {
                        let (from, name) = entry.value.split_once('.')?;
                        (name == entry.key && columns.contains(name)).then_some(from)
                    });
                    let from: Option<BTreeSet<&str>> = from.collect();
                    let Some(from) =
                        from.filter(|from| from.len() == 1).and_then(|from| from.into_iter().next())
                    else {
                        continue;
                    };
                    let added: Vec<String> = self
                        .change
                        .ask
                        .fields
                        .iter()
                        .map(|field| camel(&field.column()))
                        .map(|name| format!("{name}: {from}.{name}"))
                        .collect();
                    let habits = &self.plan.habits;
                    let (width, unit) = (habits.width, habits.indent.as_str());
                    grow(&source.text, &literal, &added, width, unit, habits.trailing_commas, &mut edits);
                    like.get_or_insert(source.place(literal.range.start));
                    grown = true;
                }
                // `const { title, stars } = body;`
                let body = source.slice(&method.body);
                if let Some(at) = body.find("const {").filter(|_| !grown) {
                    let named = body.get(at..).and_then(|rest| rest.split('}').next()).unwrap_or_default();
                    if words(named).iter().any(|word| columns.contains(word)) {
                        remarks.push(format!(
                            "{} takes single values of {}; hand the new field on there.",
                            source.place(method.body.start + at),
                            self.change.ask.name.plural.replace('_', " ")
                        ));
                    }
                }
            }
            if like.is_some() {
                files.push(self.edited(source, edits, like, Layer::Service)?);
            }
        }
        self.plan.remarks.extend(remarks);
        Ok(files)
    }

    /// The body that the tests send, with the new fields.
    pub(super) fn tests(&mut self) -> Result<Option<FileChange>, ProposeError> {
        let columns = self.columns();
        let sample = |field: &Field| sample_text(field, self.plan.habits.quote);
        let fields = &self.change.ask.fields;
        // One value twice is not unique.
        let added: Vec<String> = fields
            .iter()
            .filter(|field| !field.unique)
            .filter_map(|field| Some(format!("{}: {}", camel(&field.column()), sample(field)?)))
            .collect();
        let source = self.plan.example.source(Role::Test, &self.plan.survey);
        if let Some(source) = source.filter(|_| !added.is_empty()) {
            let mut edits = Edits::default();
            let mut like = None;
            for literal in literals(&source.text, 0..source.text.len()) {
                let before = source.text.get(..literal.range.start).unwrap_or_default();
                if before.trim_end().ends_with("return")
                    && literal.entries.iter().all(|entry| columns.contains(&entry.key))
                {
                    let habits = &self.plan.habits;
                    let (width, unit) = (habits.width, habits.indent.as_str());
                    grow(&source.text, &literal, &added, width, unit, habits.trailing_commas, &mut edits);
                    like.get_or_insert(source.place(literal.range.start));
                }
            }
            if like.is_some() {
                return self.edited(source, edits, like, Layer::Test).map(Some);
            }
        }
        if !fields.is_empty() {
            let name = self.change.ask.name.plural.replace('_', " ");
            self.plan.remarks.push(format!(
                "No test of {name} returns a body to send, so a test of the new field is yours to write."
            ));
        }
        Ok(None)
    }

    /// Properties of the entity.
    fn columns(&self) -> BTreeSet<String> {
        self.plan.table.columns.iter().map(|(column, _)| column.property.clone()).collect()
    }
}
