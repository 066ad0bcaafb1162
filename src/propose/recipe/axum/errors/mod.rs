//! The `error-module` recipe for axum: one type of errors that axum answers in the form that the
//! project has today, and functions that refuse with it in place of statuses and texts.

mod exchange;
mod form;
mod function;

use super::{
    auth::registrations::declared,
    code::{Code, Unit},
    imports::{USES, with_uses},
    manifest::package_name,
    package::{declaring, has_package},
    plan::{RECIPE, Sources, rust_lines, set_up, sources},
};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, line_number},
        recipe::{
            errors::{self, clash, kinds},
            head::StepHead,
            resource::{Ask, Draft, Edited},
        },
        rust::RustFile,
    },
};
use exchange::Exchange;
use form::Form;
use minijinja::{Value, context};
use std::collections::BTreeSet;

/// What the type of the errors is called.
const NAME: &str = "AppError";
/// What the database's errors say where the project says nothing of its own.
const INTERNAL: &str = "internal error";

/// Proposes the errors, and the functions that refuse with them.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let sources = sources(ask)?;
    let Some((path, file, text)) = declaring(&sources) else {
        return Err(ProposeError::NotApplicable(
            "no src/lib.rs or src/main.rs was found, so there is no place for a module of errors".into(),
        ));
    };
    let package = path.split_once("src/").map_or("", |(package, _)| package);
    let is_test = |path: &str| ask.map.layer_of(path).or_else(|| layer_by_path(path)) == Some(Layer::Test);
    refuse(&sources, &is_test)?;
    let manifest = ask.workspace.text(&format!("{package}Cargo.toml"))?.unwrap_or_default();
    let code = Code::new(&sources);
    ask.go_on()?;
    let (form, place) = form_of(&code, &is_test).unwrap_or((Form::Problem, Place::new(path.clone(), 1)));
    if matches!(form, Form::Keyed { .. } | Form::Problem) && !has_package(&manifest, "serde_json") {
        return Err(ProposeError::Input {
            what: format!(
                "answers with a body need the package serde_json, which {package}Cargo.toml does not have"
            ),
            hint: "cargo add serde_json, then ask again".into(),
        });
    }
    let mut exchange = Exchange::plan(&code, &form, &is_test);
    let mut remarks = vec![form.told(&place)];
    if let Some(waits) = waited(&sources, &is_test) {
        if let Some(first) = exchange.changed.first() {
            remarks.push(format!(
                "Functions go on to refuse as they do (the first at {}): {waits} looks at what they refuse with.",
                first.unit.place()
            ));
        }
        exchange.changed.clear();
    }
    let is_library = path.ends_with("lib.rs");
    if !is_library && exchange.changed.is_empty() {
        let stays = exchange.stays.first();
        let why =
            stays.map_or("nothing refuses here yet".to_owned(), |(place, why)| format!("{place}: {why}"));
        return Err(ProposeError::NotApplicable(format!(
            "a program without a library warns of errors that it never raises, and no function could be changed to raise \
             them ({why})"
        )));
    }
    let mut seen = exchange.raised();
    if is_library {
        seen.extend(statuses(&sources, &is_test));
    }
    let mut kinds = kinds::of_statuses(&seen);
    kinds.retain(|kind| is_library || seen.contains(&kind.status));
    let root = Root { path, file, text, package };
    Answers { ask, root, manifest, form, place, exchange, kinds, remarks }.draft()
}

/// Refuses a project that has errors of its own.
fn refuse(sources: &Sources, is_test: &dyn Fn(&str) -> bool) -> Result<(), ProposeError> {
    for (path, file, text) in sources.iter().filter(|(path, _, _)| !is_test(path)) {
        for (at, _) in text.match_indices("IntoResponse for ") {
            let rest = text.get(at + "IntoResponse for ".len()..).unwrap_or_default();
            let name = rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
            let is_enum = file.enums.iter().any(|one| one.name == name);
            if is_enum || name.contains("Err") || name.contains("Reject") {
                return clash(
                    format!("a type of errors that axum answers, {name},"),
                    &Place::new(path.clone(), line_number(text, at)),
                );
            }
        }
        let derived = ["thiserror::Error", "derive(Error", ", Error)]", ", Error,"];
        if let Some(at) = derived.iter().find_map(|one| text.find(one)) {
            return clash("an error of the domain".into(), &Place::new(path.clone(), line_number(text, at)));
        }
        let named = |name: &str| name == NAME;
        if file.enums.iter().any(|one| named(&one.name)) || file.structs.iter().any(|one| named(&one.name)) {
            let at = text.find(NAME).unwrap_or_default();
            return clash(format!("a type {NAME}"), &Place::new(path.clone(), line_number(text, at)));
        }
    }
    Ok(())
}

/// The form in which most functions refuse, and the first that does.
fn form_of(code: &Code<'_>, is_test: &dyn Fn(&str) -> bool) -> Option<(Form, Place)> {
    let mut found: Vec<(Form, Place, usize)> = Vec::new();
    for source in code.sources.iter().filter(|source| !is_test(source.path)) {
        for function in &source.file.functions {
            let unit = Unit { source, function };
            let error = form::error_of(&function.returns).unwrap_or_else(|| function.returns.clone());
            let Some(form) = Form::of(&error) else { continue };
            if form == Form::Bare && form::error_of(&function.returns).is_none() {
                continue;
            }
            match found.iter_mut().find(|(known, _, _)| known.is(&error)) {
                Some((known, place, count)) => {
                    *count += 1;
                    if let (Form::Keyed { key }, Some(own)) = (known, Form::key(&unit))
                        && key.is_empty()
                    {
                        *key = own;
                        *place = unit.place();
                    }
                }
                None => {
                    let key = Form::key(&unit).unwrap_or_default();
                    let form = if matches!(form, Form::Keyed { .. }) { Form::Keyed { key } } else { form };
                    found.push((form, unit.place(), 1));
                }
            }
        }
    }
    found.retain(|(form, _, _)| !matches!(form, Form::Keyed { key } if key.is_empty()));
    found.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    found.into_iter().next().map(|(form, place, _)| (form, place))
}

/// The first test that looks at what is refused.
fn waited(sources: &Sources, is_test: &dyn Fn(&str) -> bool) -> Option<Place> {
    let tests = sources.iter().filter(|(path, _, text)| is_test(path) && text.contains("StatusCode"));
    tests.into_iter().find_map(|(path, _, text)| {
        let at = text.find("unwrap_err(").or_else(|| text.find("Err((StatusCode"))?;
        Some(Place::new(path.clone(), line_number(text, at)))
    })
}

/// Statuses that the sources name.
fn statuses(sources: &Sources, is_test: &dyn Fn(&str) -> bool) -> BTreeSet<u16> {
    let texts = sources.iter().filter(|(path, _, _)| !is_test(path));
    let named = texts.flat_map(|(_, _, text)| text.split("StatusCode::").skip(1)).filter_map(|rest| {
        let name = rest.split(|c: char| !(c.is_ascii_uppercase() || c == '_')).next()?;
        kinds::status_named(name)
    });
    named.collect()
}

/// The file in which modules are declared.
struct Root<'a> {
    path: &'a str,
    file: &'a RustFile,
    text: &'a str,
    package: &'a str,
}

/// Everything that is known before a file is rendered.
struct Answers<'a> {
    ask: &'a Ask<'a>,
    root: Root<'a>,
    manifest: String,
    form: Form,
    place: Place,
    exchange: Exchange<'a>,
    kinds: Vec<&'static kinds::Kind>,
    remarks: Vec<String>,
}

impl Answers<'_> {
    fn draft(mut self) -> Result<Draft, ProposeError> {
        let mut remarks = std::mem::take(&mut self.remarks);
        let mut paths = vec![self.path(Layer::Error)];
        if self.is_library() {
            paths.push(self.path(Layer::Test));
        }
        let files = errors::written(
            self.ask,
            &paths,
            &|step| self.file(step),
            &mut |step| self.functions(step),
            &|step| self.registered(step),
        )?;
        // A program without a library has its tests beside the errors.
        let files = files.into_iter().filter(|file| self.is_library() || file.path != self.path(Layer::Test));
        let files: Vec<FileChange> = files.collect();
        remarks.extend(self.said_of_500());
        remarks.extend(errors::left(&self.exchange.stays));
        remarks.push(
            "Bodies that axum itself refuses, and addresses that nobody serves, are answered as before."
                .into(),
        );
        Ok(Draft { like: self.form.like(&self.place), files, remarks })
    }

    fn is_library(&self) -> bool {
        self.root.path.ends_with("lib.rs")
    }

    fn path(&self, layer: Layer) -> String {
        match layer {
            Layer::Test => format!("{}tests/error.rs", self.root.package),
            _ => format!("{}src/error.rs", self.root.package),
        }
    }

    /// What 500 says from now on, where it said something else.
    fn said_of_500(&self) -> Option<String> {
        let hidden = self.exchange.hidden();
        let text = self.internal();
        let (place, _) = hidden.iter().find(|(_, said)| *said != Some(text.as_str()))?;
        (self.form != Form::Bare).then(|| {
            format!(
                "What the database could not do is answered with \"{text}\", and its cause is in the log alone; clients were told \
                 more before (the first at {place})."
            )
        })
    }

    /// What 500 says.
    fn internal(&self) -> String {
        let hidden = self.exchange.hidden();
        let known = hidden.iter().find_map(|(_, said)| *said).map(str::to_owned);
        known.unwrap_or_else(|| INTERNAL.into())
    }

    /// One new file.
    fn file(&self, step: &StepHead) -> Result<FileChange, ProposeError> {
        let rendered = self.ask.render(RECIPE, &step.template, &self.context(), set_up)?;
        let text = rust_lines().write(&with_uses(&rendered, &self.candidates(step.layer)));
        let mut made = self.ask.made(self.path(step.layer), text, Some(self.place.clone()), step.layer);
        for note in &mut made.notes {
            note.reason.clone_from(&step.reason);
        }
        Ok(made)
    }

    fn context(&self) -> Value {
        let kinds: Vec<Value> = self
            .kinds
            .iter()
            .map(|kind| {
                context! {
                    name => kind.name,
                    status => kind.phrase.to_uppercase().replace(' ', "_"),
                    number => kind.status,
                    phrase => kind.phrase,
                    doc => kind.doc,
                }
            })
            .collect();
        let (form, key) = match &self.form {
            Form::Text { .. } => ("text", ""),
            Form::Keyed { key } => ("keyed", key.as_str()),
            Form::Bare => ("bare", ""),
            Form::Problem => ("problem", ""),
        };
        // rustfmt's widest list on one line.
        let width: usize = self.kinds.iter().map(|kind| "(AppError::, 400), ".len() + kind.name.len()).sum();
        let log = ["tracing", "log"].into_iter().find(|name| has_package(&self.manifest, name));
        context! {
            uses => USES,
            kinds,
            form,
            key,
            holds => self.form.holds(),
            thiserror => has_package(&self.manifest, "thiserror"),
            log => log.map_or("eprintln!".to_owned(), |name| format!("{name}::error!")),
            internal => self.internal(),
            library => self.is_library(),
            one_line => self.form == Form::Bare && width <= 62,
        }
    }

    fn candidates(&self, layer: Layer) -> Vec<(String, String)> {
        let mut all: Vec<String> = [
            "axum::Json",
            "axum::body::to_bytes",
            "axum::http::StatusCode",
            "axum::http::header::CONTENT_TYPE",
            "axum::response::IntoResponse",
            "axum::response::Response",
            "serde_json::Value",
            "serde_json::json",
            "std::fmt",
        ]
        .map(str::to_owned)
        .into();
        if layer == Layer::Test {
            all.push(format!("{}::error::{NAME}", package_name(&self.manifest)));
        }
        let named = |path: String| (path.clone(), path.rsplit("::").next().unwrap_or_default().to_owned());
        all.into_iter().map(named).collect()
    }

    /// The module where others are declared.
    fn registered(&self, step: &StepHead) -> Result<FileChange, ProposeError> {
        let Root { path, file, text, .. } = &self.root;
        let first = file.modules.first().map_or("", |one| one.name.as_str());
        let (new, at) = match declared(file, text, first, &[("error", &[])])? {
            Some(made) => made,
            None => {
                let at = file.uses.iter().map(|one| one.range.start).min().unwrap_or_default();
                let line = if self.is_library() { "pub mod error;\n\n" } else { "mod error;\n\n" };
                let mut edits = Edits::default();
                edits.insert(at, line);
                (edits.apply(text)?, at)
            }
        };
        Ok(self.ask.edited(Edited {
            path,
            old: text,
            new,
            reason: step.reason.clone(),
            like: Some(Place::new(*path, line_number(text, at))),
            layer: step.layer,
        }))
    }

    /// Functions that refuse with errors of the domain.
    fn functions(&self, step: &StepHead) -> Result<Vec<FileChange>, ProposeError> {
        let mut files = Vec::new();
        for (path, old, new, like) in self.exchange.files(&format!("crate::error::{NAME}"))? {
            files.push(self.ask.edited(Edited {
                path,
                old,
                new,
                reason: step.reason.clone(),
                like: Some(like),
                layer: step.layer,
            }));
        }
        Ok(files)
    }
}
