//! The tests of a new repository, in an application that is started as the project's own tests
//! start it.

use super::{
    super::{
        example::Role,
        plan::RECIPE,
        survey::{folder, relative},
    },
    Writing,
    like::{Form, is_take},
    rows,
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        names::snake,
        row_verb::Verb,
        typescript::{set_up, words},
    },
};
use minijinja::context;

const TEMPLATE: &str = "repository.test.ts.j2";

impl Writing<'_> {
    /// The new file; the inner `Err` says why the tests are left to the user.
    pub(super) fn tests(&self) -> Result<Result<FileChange, String>, ProposeError> {
        let yours = |why: &str| Ok(Err(format!("{why}, so the tests are yours to write.")));
        let plan = self.plan;
        if self.like.form == Form::Extends {
            return Ok(Err("Its queries are those of TypeORM's Repository, which are tested there.".into()));
        }
        let found = plan.setup.as_ref().zip(plan.example.source(Role::Test, &plan.survey));
        let Some((setup, source)) = found else {
            return yours("No test starts the application in a way that is known here");
        };
        let statements = plan.statements_of(setup);
        let unknown = [Role::Module, Role::Controller, Role::Service].into_iter().find_map(|role| {
            let class = plan.class(role);
            let is_used = statements.iter().any(|statement| words(statement).contains(&class));
            (is_used && plan.survey.class(&class, "").is_none()).then_some(class)
        });
        if let Some(class) = unknown {
            return yours(&format!(
                "{} starts a part of the application, and there is no {class}",
                source.path
            ));
        }
        let rows = match rows::of(&self.table, &plan.survey, plan.snake_columns) {
            Ok(rows) => rows,
            Err(column) => return yours(&format!("What {column} could hold is not known")),
        };
        let path = self.test_path(&source.path);
        if plan.ask.workspace.text(&path)?.is_some() {
            return yours(&format!("{path} is there"));
        }
        let own = |file: &str, class: &str| format!("{}:{class}", relative(&path, file, plan.extension));
        let mut imports: Vec<String> = vec![own(&self.path, &self.class)];
        imports.extend(rows.entities.iter().map(|(file, class)| own(file, class)));
        let page = |skip: u32| {
            let value = |name: &str| if is_take(name) { "1".to_owned() } else { skip.to_string() };
            self.page().map(value).join(", ")
        };
        let (changed, other) = rows.changed.unwrap_or_default();
        let context = context! {
            class => self.class.as_str(),
            own => imports,
            statements,
            app => setup.app.as_str(),
            case => setup.case.as_str(),
            parents => rows.parents,
            members => rows.members,
            key => self.key.property.as_str(),
            nothing => if self.key.is_uuid { "randomUUID()" } else { "2_000_000_000" },
            counts => self.like.counts(),
            first => page(0),
            second => page(1),
            changed,
            other,
            get => self.method(Verb::Get),
            list => self.method(Verb::List),
            add => self.method(Verb::Add),
            update => self.method(Verb::Update),
            delete => self.method(Verb::Delete),
            update_by_key => self.is_by_key(Verb::Update),
            delete_by_key => self.is_by_key(Verb::Delete),
        };
        let rendered = plan.ask.render(RECIPE, TEMPLATE, &context, set_up)?;
        let carried = plan.carried_of(source, &path, true);
        let text = plan.habits.write(&rendered, &carried);
        let like = plan.example.place(Role::Test, &plan.survey);
        Ok(Ok(plan.ask.made(path, text, like, Layer::Test)))
    }

    /// `test/note-repository.e2e-spec.ts`, beside the test that is followed.
    fn test_path(&self, followed: &str) -> String {
        let file = followed.rsplit('/').next().unwrap_or_default();
        let end = file.split_once('.').map_or("e2e-spec.ts", |(_, end)| end);
        let stem = self.plan.example.file(&snake(&self.class));
        match folder(followed) {
            "" => format!("{stem}.{end}"),
            home => format!("{home}/{stem}.{end}"),
        }
    }
}
