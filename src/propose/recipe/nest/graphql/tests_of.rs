//! The tests of a resource's operations, started as its other tests are.

use super::{
    super::{
        entity::ColumnKind,
        example::Role,
        parents::{self, Parent},
        suite,
        survey::relative,
    },
    making::{Making, Target},
    members::Sent,
    names::{self, Part},
    samples,
};
use crate::{
    ports::ProposeError,
    propose::recipe::fields::{Field, Kind},
};
use minijinja::context;

impl Making<'_, '_> {
    /// The tests; a remark says why they are the reader's to write.
    pub(super) fn test(&self, remarks: &mut Vec<String>) -> Result<Option<Target>, ProposeError> {
        let plan = self.plan;
        let yours = |why: &str| format!("{why}, so the tests are yours to write.");
        let Some(setup) = suite::read(&plan.example, &plan.survey, &plan.ask.name) else {
            remarks.push(yours("No test here asks over HTTP in a way that is known"));
            return Ok(None);
        };
        let Some((_, sent)) = &self.offer.create else {
            remarks.push(yours("A test needs a row that a mutation makes"));
            return Ok(None);
        };
        let parents = self.parents(sent)?;
        let rows: Vec<(String, String)> = parents
            .iter()
            .map(|parent| {
                (format!("{}Id", parent.field), format!("{}.{}", parent.field, parent.key.property))
            })
            .collect();
        let valid = samples::valid(sent, &rows);
        let has_rows = parents.iter().all(|parent| parent.row.is_some());
        let Some(valid) = valid.filter(|_| has_rows) else {
            remarks.push(yours("What a valid body is cannot be told of its rules"));
            return Ok(None);
        };
        let like = names::path(plan, Role::Test);
        let (head, name) = like.rsplit_once('/').unwrap_or(("test", "x.e2e-spec.ts"));
        let (stem, end) = name.split_once('.').unwrap_or((name, "e2e-spec.ts"));
        let path = format!("{head}/{stem}-graphql.{end}");
        plan.ask.refuse_files(std::slice::from_ref(&path))?;
        let shown: Vec<String> = self.outputs.iter().map(|one| one.name.clone()).collect();
        let update = self.offer.update.as_ref().map(|(_, sent)| sent.as_slice()).unwrap_or_default();
        let checks = !setup.refused.is_empty();
        if !checks {
            remarks.push(
                "The application that the tests start does not check bodies, so no test sends a wrong one."
                    .into(),
            );
        }
        let refuses_zero = self.args().is_some_and(|args| match &args.base {
            None => true,
            Some((class, _)) => plan.survey.class(class, "").is_some_and(|(_, class)| {
                class.properties.iter().any(|one| one.name == args.take && samples::refuses_zero(one))
            }),
        });
        let filter = self.filter_path().filter(|(_, is_there)| !is_there);
        let words = |text: &str| text.replace('_', " ");
        let row_imports = parents.iter().map(|parent| {
            format!("{}:{}", relative(&path, &parent.table.path, plan.extension), parent.table.class)
        });
        let context = context! {
            own => row_imports.collect::<Vec<_>>(),
            filter => filter.map(|(filter, _)| relative(&path, &filter, plan.extension)),
            many => words(&plan.ask.name.plural),
            one => words(&plan.ask.name.snake),
            statements => plan.statements_of(&setup),
            server => format!("{}({}.getHttpServer())", setup.ask, setup.app),
            app => setup.app.clone(),
            case => setup.case.clone(),
            address => self.server.address.clone(),
            parents => parents.iter().map(|parent| context! {
                name => parent.field.clone(), class => parent.table.class.clone(), row => parent.row.clone(),
            }).collect::<Vec<_>>(),
            valid,
            shown => shown.clone(),
            create_input => self.named(Part::Create).0,
            update_input => self.named(Part::Update).0,
            verbs => self.verbs_value(),
            list => self.offer.list.as_ref().map(|list| context! {
                rows => list.page.iter().find(|(_, is_rows)| *is_rows).map(|(name, _)| name.clone()),
                take => list.args.as_ref().map(|args| args.take.clone()).filter(|take| !take.is_empty()),
            }),
            same => samples::changed(sent, &shown),
            changed => samples::changed(update, &shown),
            wrong => samples::wrong(sent).filter(|_| checks),
            zero => refuses_zero && checks,
            removes => self.offer.remove.is_some(),
            key => context! {
                property => plan.key.property.clone(),
                graphql => if plan.key.is_uuid { "ID" } else { "Int" },
                missing => if plan.key.is_uuid { "'00000000-0000-4000-8000-000000000000'" } else { "999999" },
            },
        };
        let carried = plan.carried(Some(Role::Test), &path);
        Ok(Some(Target { path, role: Role::Test, context, carried }))
    }

    /// The resources that a body refers to.
    fn parents(&self, sent: &[Sent]) -> Result<Vec<Parent>, ProposeError> {
        let relations = self.plan.table.columns.iter().filter_map(|(column, _)| match &column.kind {
            ColumnKind::ManyToOne(class) => Some((column.property.clone(), class.clone())),
            _ => None,
        });
        let needed = relations.filter(|(name, _)| {
            let is_its = |one: &Sent| one.member.name == format!("{name}Id") && !one.member.nullable;
            sent.iter().any(is_its)
        });
        let fields: Vec<Field> = needed
            .map(|(name, class)| Field {
                name,
                kind: Kind::BelongsTo(class.trim_end_matches("Entity").to_owned()),
                optional: false,
                unique: false,
                index: false,
                min: None,
                max: None,
            })
            .collect();
        parents::read(&fields, &self.plan.survey, self.plan.snake_columns)
    }
}
