//! How the new layers reach each other: functions that are imported, or objects that are given.

use super::{
    files::Paths,
    layers::{Form, Given, Layered, Layers},
    style::{self, Style},
};
use crate::{
    ports::ProposeError,
    propose::recipe::{names::pascal, names::snake, node::plan::Plan, sources::Source},
};
use minijinja::{Value, context};

/// A layer as it is written anew.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) path: String,
    /// The file of the example whose imports say where given types come from.
    pub(super) like: String,
    pub(super) form: Form,
    pub(super) name: String,
    /// The type of what it makes.
    pub(super) type_name: String,
}

/// All of them.
pub(super) struct Wiring {
    pub(super) router: Written,
    pub(super) service: Written,
    pub(super) repository: Option<Written>,
    /// What a service says before a query: `this.store.`, `store.`, nothing.
    pub(super) ask: String,
    /// What queries say for the database: `this.database`, `db`.
    pub(super) database: String,
    /// The same of a router, before what the service does.
    pub(super) sessions: String,
    /// The service as the router holds it.
    pub(super) given: String,
    /// Whether the router makes the service of what it is given.
    pub(super) makes_service: bool,
    /// Whether functions are imported as one name: `import * as service`.
    pub(super) service_star: bool,
    pub(super) store_star: bool,
}

/// The name by which a service knows what asks the database.
const STORE: &str = "store";

impl Wiring {
    /// Puts them together; `NotApplicable` where the example's do not reach each other in a way
    /// that is known.
    pub(super) fn of(
        plan: &Plan<'_>,
        layers: &Layers,
        paths: &Paths,
        style: &Style,
    ) -> Result<Self, ProposeError> {
        let unknown = |path: &str| {
            ProposeError::NotApplicable(format!(
                "{path} gets what it needs in a way that sign-in could not follow: from neither an import nor \
                 one parameter of a function or a constructor"
            ))
        };
        let router = written(plan, &layers.router, &paths.router);
        let router = match &router.form {
            Form::Functions => Written { name: plan.names.code(&style.variable), ..router },
            Form::Class { .. } | Form::Factory { .. } => router,
        };
        let touches = |given: &Given| plan.names.touches(&given.ty);
        let repository = layers.repository.as_ref().map(|one| {
            let path = paths.repository.as_deref().unwrap_or_default();
            written(plan, one, path)
        });
        let service = match (&layers.service, &layers.router.form, &repository) {
            (Some(service), ..) => {
                let mut service = written(plan, service, &paths.service);
                if repository.is_some()
                    && let Form::Class { given, .. } | Form::Factory { given, .. } = &mut service.form
                {
                    given.name = STORE.into();
                }
                service
            }
            (None, Form::Functions, _) => Written {
                path: paths.service.clone(),
                like: plan.router.clone(),
                form: Form::Functions,
                name: String::new(),
                type_name: String::new(),
            },
            (None, Form::Factory { given, .. }, None) if !touches(given) => Written {
                path: paths.service.clone(),
                like: plan.router.clone(),
                form: Form::Factory { given: given.clone(), is_arrow: true },
                name: "authService".into(),
                type_name: "AuthService".into(),
            },
            (None, ..) => return Err(unknown(&plan.router)),
        };
        let own = |form: &Form| if *form == Form::Functions { "" } else { "this." };
        let service_source = layers.service.as_ref().and_then(|one| plan.survey.get(&one.path));
        let store_star = takes_whole(plan, service_source, layers.repository.as_ref());
        let ask = match (&repository, &service.form) {
            (None, form) => own(form).to_owned(),
            (Some(store), Form::Functions) if store.form == Form::Functions => {
                if store_star {
                    format!("{STORE}.")
                } else {
                    String::new()
                }
            }
            (Some(store), Form::Class { given, .. } | Form::Factory { given, .. })
                if store.form != Form::Functions && given.ty == store.type_name =>
            {
                let lead = if matches!(service.form, Form::Class { .. }) { "this." } else { "" };
                format!("{lead}{STORE}.")
            }
            (Some(_), _) => return Err(unknown(&service.path)),
        };
        let lowest = repository.as_ref().unwrap_or(&service);
        let database = handle_of(plan, layers, lowest).ok_or_else(|| unknown(&lowest.like))?;
        let service_star = takes_whole(plan, plan.survey.get(&plan.router), layers.service.as_ref());
        let (sessions, given, makes_service) = match (&service.form, &router.form) {
            (Form::Functions, Form::Functions) => {
                let lead = if service_star { "service.".to_owned() } else { String::new() };
                (lead, String::new(), false)
            }
            (_, Form::Class { given, .. }) if given.ty == service.type_name => {
                (format!("this.{}.", given.name), given.name.clone(), false)
            }
            (_, Form::Factory { given, .. }) if given.ty == service.type_name => {
                (format!("{}.", given.name), given.name.clone(), false)
            }
            (Form::Factory { .. }, Form::Factory { .. }) if layers.service.is_none() => {
                ("sessions.".into(), "sessions".into(), true)
            }
            _ => return Err(unknown(&plan.router)),
        };
        Ok(Self {
            router,
            service,
            repository,
            ask,
            database,
            sessions,
            given,
            makes_service,
            service_star,
            store_star,
        })
    }

    /// The layer that asks the database.
    pub(super) fn store(&self) -> &Written {
        self.repository.as_ref().unwrap_or(&self.service)
    }
}

/// What the lowest layer asks, as it is written there; none where it is not known.
fn handle_of(plan: &Plan<'_>, layers: &Layers, lowest: &Written) -> Option<String> {
    let known = |given: &Given| !plan.names.touches(&given.ty);
    match &lowest.form {
        Form::Functions => style::handle(plan, &layers.lowest().path),
        Form::Class { given, .. } => known(given).then(|| format!("this.{}", given.name)),
        Form::Factory { given, .. } => known(given).then(|| given.name.clone()),
    }
}

/// Whether a file imports all functions of a layer as one name: `import * as service`.
fn takes_whole(plan: &Plan<'_>, source: Option<&Source>, to: Option<&Layered>) -> bool {
    let (Some(source), Some(to)) = (source, to) else { return false };
    let import = source.script.imports.iter().find(|import| {
        plan.survey.resolve(&source.path, &import.from).is_some_and(|target| target.path == to.path)
    });
    import.is_some_and(|import| import.names.iter().any(|name| name.name == "*"))
}

/// A layer of the example under its new name.
fn written(plan: &Plan<'_>, like: &Layered, path: &str) -> Written {
    let code = |text: &str| plan.names.code(text);
    let renamed = |given: &Given| Given {
        modifiers: given.modifiers.clone(),
        name: code(&given.name),
        ty: code(&given.ty),
    };
    let form = match &like.form {
        Form::Functions => Form::Functions,
        Form::Class { given, is_public } => Form::Class { given: renamed(given), is_public: *is_public },
        Form::Factory { given, is_arrow } => Form::Factory { given: renamed(given), is_arrow: *is_arrow },
    };
    let name = code(&like.name);
    let text = plan.survey.get(&like.path).map(|source| source.text.as_str()).unwrap_or_default();
    let stated = text.lines().find(|line| line.contains(&format!("typeof {}>", like.name)));
    let stated = stated.and_then(|line| line.split_once("type ")?.1.split([' ', '=']).next());
    let type_name = match (&form, stated) {
        (Form::Factory { .. }, Some(stated)) => code(stated),
        (Form::Factory { .. }, None) => pascal(&snake(&name)),
        _ => name.clone(),
    };
    Written { path: path.to_owned(), like: like.path.clone(), form, name, type_name }
}

impl Written {
    /// As templates see it.
    pub(super) fn value(&self, style: &Style) -> Value {
        let (form, given, is_public, is_arrow) = match &self.form {
            Form::Functions => ("functions", None, false, false),
            Form::Class { given, is_public } => ("class", Some(given), *is_public, false),
            Form::Factory { given, is_arrow } => ("factory", Some(given), false, *is_arrow),
        };
        context! {
            form,
            is_public,
            is_arrow,
            name => self.name.clone(),
            type_name => self.type_name.clone(),
            modifiers => given.map_or("", |given| given.modifiers.as_str()),
            given => given.map_or("", |given| given.name.as_str()),
            ty => given.map_or("", |given| given.ty.as_str()),
            field => style.made.clone(),
            made => style.made.clone(),
        }
    }
}
