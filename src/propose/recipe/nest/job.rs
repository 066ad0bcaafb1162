//! The `job` recipe for NestJS: a module with the queue of BullMQ, a processor that works on it,
//! and a service by which other modules enqueue.

use super::{
    example::{Example, Role},
    plan::{Plan, RECIPE},
    survey::{Survey, folder, relative},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        head::StepHead,
        job::{
            NewJob, queue,
            typescript::{self, Manifest},
        },
        names::Name,
        resource::Draft,
        typescript::set_up,
    },
};
use minijinja::context;

/// Proposes a job.
pub(super) fn draft(job: &NewJob<'_>) -> Result<Draft, ProposeError> {
    queue::refuse_other(job, "bullmq")?;
    let ask = job.ask;
    // A job is no row: its files have one name, whatever the example's are in.
    let snake = ask.name.snake.clone();
    let pascal = ask.name.pascal.clone();
    let name = Name { plural: snake.clone(), plural_pascal: pascal.clone(), snake, pascal };
    let own = ask.named(name);
    let survey = Survey::read(&own)?;
    let example = Example::find(&survey)?;
    let plan = Plan::after(&own, survey, example, "job")?;
    let class = format!("{}Module", job.ask.name.pascal);
    if let Some((source, class)) = plan.survey.class(&class, "") {
        let place = source.place(class.name_at).to_string();
        return Err(ProposeError::Clash { what: format!("a class {}", class.name), place });
    }
    Files { job, plan: &plan, class }.draft()
}

struct Files<'a> {
    job: &'a NewJob<'a>,
    plan: &'a Plan<'a>,
    /// Of the module.
    class: String,
}

impl Files<'_> {
    fn draft(self) -> Result<Draft, ProposeError> {
        let (plan, ask) = (self.plan, self.plan.ask);
        let mut files = Vec::new();
        for step in &ask.head.steps {
            ask.go_on()?;
            files.extend(self.file(step)?);
        }
        let module = self.path("module");
        files.extend(plan.registered(
            &plan.sibling(Role::Module, "imports", &self.class, &module).into_iter().collect::<Vec<_>>(),
        )?);
        let mut remarks = typescript::remarks(
            "run",
            &self.path("processor"),
            &format!("{}Service.enqueue", ask.name.pascal),
        );
        remarks.push(
            "The processor works in the program itself, and the queue is reached when it starts: tests that start the \
             whole application need Redis from now on."
                .into(),
        );
        let root = module.rfind("src/").and_then(|at| module.get(..at)).unwrap_or_default();
        let manifest = Manifest::read(self.job, root)?;
        // The package of the framework follows its version from 10 on.
        let major = super::framework(&manifest.text).unwrap_or(11).max(10);
        let wanted = [("@nestjs/bullmq", format!("^{major}.0.0")), ("bullmq", "^5.40.0".into())];
        files.extend(manifest.with(self.job, &wanted, &mut remarks));
        Ok(Draft { like: format!("on BullMQ, like {}", plan.example.like.plural), files, remarks })
    }

    /// A file of the new module; the job's own has the name and the data.
    fn path(&self, part: &str) -> String {
        let module = self.plan.path(Role::Module);
        let file = self.plan.example.file(&self.job.ask.name.snake);
        format!("{}/{file}.{part}.ts", folder(&module))
    }

    fn file(&self, step: &StepHead) -> Result<Option<FileChange>, ProposeError> {
        let (plan, ask) = (self.plan, self.plan.ask);
        let (path, role) = match (step.layer, step.part.as_str()) {
            (Layer::Test, _) => (self.test(), Role::Test),
            (_, part) => (self.path(part), Role::Module),
        };
        if ask.workspace.text(&path)?.is_some() {
            return Err(ProposeError::Clash { what: path.clone(), place: Place::new(path, 1).to_string() });
        }
        let from = |part: &str| relative(&path, &self.path(part), plan.extension);
        let has_root = plan.survey.sources.values().any(|source| source.text.contains("BullModule.forRoot"));
        let case = plan.setup.as_ref().map_or("it", |setup| setup.case.as_str());
        let words = context! {
            from => context! {
                job => from("job"),
                processor => from("processor"),
                service => from("service"),
                module => from("module"),
            },
            has_root,
            case,
            ..typescript::words(self.job)
        };
        let rendered = ask.render(RECIPE, &step.template, &words, set_up)?;
        let carried = if role == Role::Test { plan.carried(Some(role), &path) } else { Vec::new() };
        let text = plan.habits.write(&rendered, &carried);
        let like =
            plan.example.place(role, &plan.survey).or_else(|| plan.example.place(Role::Module, &plan.survey));
        let mut made = ask.made(path, text, like, step.layer);
        for note in &mut made.notes {
            note.reason.clone_from(&step.reason);
        }
        Ok(Some(made))
    }

    /// Beside the example's test, under the job's name.
    fn test(&self) -> String {
        let file = self.plan.example.file(&self.job.ask.name.snake);
        let like = self.plan.path(Role::Test);
        let (folder, name) = like.rsplit_once('/').unwrap_or(("test", "x.e2e-spec.ts"));
        let end = name.split_once('.').map_or("e2e-spec.ts", |(_, end)| end);
        format!("{folder}/{file}-job.{end}")
    }
}
