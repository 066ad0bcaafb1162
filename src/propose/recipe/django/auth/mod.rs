//! The `auth` recipe for Django with the REST framework: users are those of `AUTH_USER_MODEL`,
//! tokens those of `djangorestframework-simplejwt` with its blacklist. An application of its own
//! gives them addresses; the settings say how passwords are hashed and how often one may try.

mod address;
mod names;
mod refusals;
pub(super) mod settings;
mod users;

use self::settings::{Known, Settings};
use super::{
    example::Example,
    plan::{self, RECIPE},
    project::Project,
    survey::{self, Survey},
    tests_of,
    views::Form,
    write::{Habits, used_names},
};
use crate::{
    domain::{
        diff::changes_between,
        layer::Layer,
        place::Place,
        proposal::{Content, FileChange, Note},
    },
    ports::ProposeError,
    propose::{
        edits::newline_of,
        python::Module,
        recipe::{
            head::StepHead,
            packages,
            password_hash::Hash,
            resource::{Ask, Draft},
        },
    },
};
use minijinja::{Value, context};
use ruff_python_ast::Stmt;
use users::Users;

/// Names of the new application and its class, the first that is free.
const APPS: [(&str, &str); 2] = [("accounts", "AccountsConfig"), ("authentication", "AuthenticationConfig")];
/// The shortest password; what is shorter is guessed.
const LEAST_LENGTH: u32 = 12;

/// Proposes sign-in.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let texts = survey::texts(ask)?;
    let survey = Survey::of(&texts);
    let project = Project::read(&survey);
    let settings = Settings::find(&survey)?;
    refusals::refuse(ask, &survey, &settings)?;
    let users = users::users(&survey, &project)?;
    let example = Example::find(&survey, None)?;
    let hash = Hash::decide(ask)?;
    let paths = [example.model.path.as_str(), &example.serializer_path];
    let mut habits = plan::habits(ask, &survey, &project, &paths)?;
    let app = App::free(&survey, &project, &settings, &example)?;
    habits.own.extend(app.dotted.split('.').next().map(str::to_owned));
    Sessions { ask, survey: &survey, project: &project, settings, example, users, hash, habits, app }.draft()
}

/// The new application.
struct App {
    name: &'static str,
    config: &'static str,
    /// With its last `/`.
    folder: String,
    dotted: String,
    /// The example's application, as others import it.
    like: String,
}

impl App {
    /// Beside the example's application, under the first name that nothing has.
    fn free(
        survey: &Survey<'_>,
        project: &Project,
        settings: &Settings<'_>,
        example: &Example,
    ) -> Result<Self, ProposeError> {
        let (like, _) = survey.app_of(&example.model.path);
        let beside = like.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let folder = |name: &str| format!("{beside}{name}/");
        let is_taken = |name: &str| {
            settings.has(name) || survey.modules.keys().any(|path| path.starts_with(&folder(name)))
        };
        let Some((name, config)) = APPS.into_iter().find(|(name, _)| !is_taken(name)) else {
            let what = APPS.map(|(name, _)| format!("an application {name}")).join(" and ");
            return Err(ProposeError::Clash { what, place: settings.place().to_string() });
        };
        let folder = folder(name);
        let dotted = project.module_of(folder.trim_end_matches('/'));
        Ok(Self { name, config, folder, dotted, like: project.module_of(&like) })
    }
}

/// Everything that is known before a file is rendered.
struct Sessions<'a> {
    ask: &'a Ask<'a>,
    survey: &'a Survey<'a>,
    project: &'a Project,
    settings: Settings<'a>,
    example: Example,
    users: Users,
    hash: Hash,
    habits: Habits,
    app: App,
}

impl Sessions<'_> {
    fn draft(self) -> Result<Draft, ProposeError> {
        let mut files = Vec::new();
        for step in &self.ask.head.steps {
            self.ask.go_on()?;
            if step.part == "settings" {
                files.extend(self.settings_files(step)?);
            } else {
                files.push(self.file(step)?);
            }
        }
        files.extend(self.packages(&files));
        files.extend(self.address()?);
        let mut remarks = Vec::new();
        let wanted: Vec<&str> =
            ["djangorestframework-simplejwt>=5.5"].into_iter().chain(self.hash.python_package()).collect();
        let reason = "Hashes passwords and signs tokens.";
        files.extend(packages::needed(self.ask, &self.project.import_root, &wanted, reason, &mut remarks)?);
        remarks.extend(self.remarks());
        Ok(Draft { like: self.example.like.plural.clone(), files, remarks })
    }

    fn remarks(&self) -> [String; 4] {
        [
            format!("New passwords are hashed with {}; those that are there go on to be right.", self.hash.name()),
            "JWT_SECRET must be set where the program runs: without it each process signs with a key of its own, and \
             manage.py check --deploy says so."
                .into(),
            "Attempts to sign in are counted in Django's cache, by name and by address: several processes need a cache \
             that they share, and behind a proxy NUM_PROXIES of REST_FRAMEWORK must be set."
                .into(),
            "A refresh token that comes twice ends all sessions of its user. manage.py flushexpiredtokens forgets tokens \
             that are over."
                .into(),
        ]
    }

    fn path(&self, layer: Layer, part: &str) -> String {
        let file = match (layer, part) {
            (Layer::Test, _) => return self.test_path(),
            (Layer::Schema, _) => "serializers",
            (_, "") => "views",
            (_, part) => part,
        };
        format!("{}{file}.py", self.app.folder)
    }

    /// In the application where the example's tests are in theirs, else beside those.
    fn test_path(&self) -> String {
        let (app, _) = self.survey.app_of(&self.example.model.path);
        let like = self.example.tests.as_deref().unwrap_or_default();
        match like.strip_prefix(&format!("{app}/")).or((like.is_empty()).then_some("tests.py")) {
            Some("tests.py") => format!("{}tests.py", self.app.folder),
            Some(inside) => {
                let folder =
                    inside.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
                format!("{}{folder}test_auth.py", self.app.folder)
            }
            None => {
                let folder = like.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
                format!("{folder}test_auth.py")
            }
        }
    }

    /// The line that a part follows.
    fn place(&self, layer: Layer, part: &str) -> Place {
        let example = &self.example;
        let first = |path: &str| {
            let module = self.survey.modules.get(path)?;
            let line = module.body.iter().find_map(|stmt| match stmt {
                Stmt::ClassDef(class) => Some(module.line(&class.name)),
                Stmt::FunctionDef(function) => Some(module.line(&function.name)),
                _ => None,
            });
            Some(Place::new(path, line.unwrap_or(1)))
        };
        let found = match (layer, part) {
            (Layer::Schema, _) => self.survey.class_place(&example.serializer_path, &example.serializer),
            (Layer::Test, _) => example.tests.as_deref().and_then(first),
            (Layer::Router, "urls") => example.routes.first().and_then(|route| {
                let module = self.survey.modules.get(route.file.as_str())?;
                let line = crate::propose::edits::line_number(module.text, route.range.start);
                Some(Place::new(route.file.clone(), line))
            }),
            (Layer::Router, _) => example.view().map(|view| view.place.clone()),
            _ => None,
        };
        found.unwrap_or_else(|| self.settings.place())
    }

    /// One new file.
    fn file(&self, step: &StepHead) -> Result<FileChange, ProposeError> {
        let (layer, part) = (step.layer, step.part.as_str());
        let path = self.path(layer, part);
        if self.ask.workspace.text(&path)?.is_some() {
            let place = Place::new(path.clone(), 1).to_string();
            return Err(ProposeError::Clash { what: path, place });
        }
        let mut body = self.render(&step.template)?;
        if layer == Layer::Test {
            body = tests_of::assembled(&body, self.is_pytest());
        }
        let text = self.habits.file(&path, &body, &self.candidates(layer, part))?;
        let mut made = self.ask.made(path, text, Some(self.place(layer, part)), layer);
        for note in &mut made.notes {
            note.reason.clone_from(&step.reason);
        }
        Ok(made)
    }

    /// `__init__.py` of the folders that begin here.
    fn packages(&self, files: &[FileChange]) -> Vec<FileChange> {
        let mut folders: Vec<&str> = files
            .iter()
            .filter(|file| file.path.starts_with(&self.app.folder))
            .filter_map(|file| file.path.rsplit_once('/'))
            .map(|(folder, _)| folder)
            .collect();
        folders.sort_unstable();
        folders.dedup();
        let made = |folder: &str| {
            let path = format!("{folder}/__init__.py");
            let mut made = self.ask.made(path, String::new(), Some(self.settings.place()), Layer::Config);
            for note in &mut made.notes {
                note.reason = "Makes the folder a package.".into();
            }
            made
        };
        folders.into_iter().map(made).collect()
    }

    fn is_pytest(&self) -> bool {
        tests_of::is_pytest(self.survey, &self.example)
    }

    fn render(&self, template: &str) -> Result<String, ProposeError> {
        let typed = self.is_typed();
        self.ask.render(RECIPE, template, &self.context(), |environment| {
            // Annotations, where the project writes them.
            environment
                .add_function("t", move |of: &str| if typed { format!(": {of}") } else { String::new() });
            environment
                .add_function("r", move |of: &str| if typed { format!(" -> {of}") } else { String::new() });
        })
    }

    fn is_typed(&self) -> bool {
        self.example.view().is_some_and(|view| view.is_typed)
    }

    /// What every template may use.
    fn context(&self) -> Value {
        let users = &self.users;
        let known = Known::read(self.survey, self.hash);
        let set = |names: &[String]| {
            let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
            format!("{{{}}}", quoted.join(", "))
        };
        let mut made = vec![users.key.clone()];
        made.extend(users.asked.iter().map(|(name, _)| name.clone()));
        let mut sent = made.clone();
        sent.push("password".into());
        context! {
            app => self.app.name,
            dotted => self.app.dotted.clone(),
            config => self.app.config,
            issuer => self.project.module_of(self.settings.path).split('.').next().unwrap_or_default(),
            least => LEAST_LENGTH,
            framework => !known.framework,
            validators => !known.validators,
            checked => known.checks_passwords,
            key => users.key.clone(),
            hashers => known.hashers,
            functions => self.example.form() == Form::Functions,
            username => users.username.clone(),
            made => set(&made),
            sent,
            shown => users.shown.clone(),
            seen => set(&users.shown),
            converter => users.converter,
            key_type => match users.converter { "uuid" => "UUID", "str" => "str", _ => "int" },
            unknown => match users.converter {
                "uuid" => "\"00000000-0000-4000-8000-000000000000\"",
                "str" => "\"nobody\"",
                _ => "999999",
            },
            stranger => if users.username == "email" { "eve@example.org" } else { "eve" },
            values => users.asked.iter().map(|(name, value)| context! { name, value => *value }).collect::<Vec<_>>(),
            pytest => self.is_pytest(),
            client => if self.is_pytest() { "auth_client" } else { "self.client" },
        }
    }

    /// The settings with what sign-in needs, in the modules that say it now.
    fn settings_files(&self, step: &StepHead) -> Result<Vec<FileChange>, ProposeError> {
        let habits = &self.habits;
        let main = self.settings.path;
        let mut all = Vec::new();
        let mut paths = vec![main];
        for name in ["REST_FRAMEWORK", "PASSWORD_HASHERS"] {
            paths.extend(
                settings::stated(self.survey, name).map(|(path, ..)| path).filter(|path| *path != main),
            );
        }
        paths.dedup();
        for path in paths {
            let Some(module) = self.survey.modules.get(path) else { continue };
            let mut text = module.text.to_owned();
            if path == main {
                let (own, like) = (&self.app.dotted, &self.app.like);
                text = self.settings.with_apps(own, like, habits.quote, habits.width)?;
            }
            text = settings::extended(path, &text, self.hash, habits.quote, habits.width)?;
            if path == main {
                let newline = newline_of(&text);
                let block = habits.written(&self.render(&step.template)?).replace('\n', newline);
                text = format!("{}{newline}{newline}{block}", text.trim_end());
                let candidates = ["os", "secrets", "datetime:timedelta"].map(str::to_owned);
                let used = used_names(&Module::parse(path, &text)?);
                text = habits.with_imports(path, &text, &used, &candidates)?;
            }
            if text != module.text {
                all.push(self.noted(path, module.text, text, &step.reason, step.layer));
            }
        }
        Ok(all)
    }

    /// The change of a file that is there; each part follows the line above it.
    fn noted(&self, path: &str, old: &str, text: String, reason: &str, layer: Layer) -> FileChange {
        let last = u32::try_from(old.lines().count()).unwrap_or(u32::MAX).max(1);
        let notes = changes_between(old, &text)
            .into_iter()
            .map(|change| Note {
                start: change.new_start + 1,
                end: change.new_start + 1 + u32::try_from(change.new_lines.len()).unwrap_or(0),
                reason: reason.to_owned(),
                citation: Some(Place::new(path, change.base_start.clamp(1, last))),
                criteria: Vec::new(),
                step: self.ask.step_for(layer),
            })
            .collect();
        FileChange { path: path.to_owned(), content: Content::Text { text }, notes }
    }
}
