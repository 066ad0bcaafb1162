//! The addresses of the new application, included where those of the example are.

use super::Sessions;
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        python::{Module, last_name, string_value},
        recipe::{
            django::{
                survey::{assigned, elements},
                write::used_names,
            },
            python_lists,
            resource::Edited,
        },
    },
};
use ruff_python_ast::Expr;

impl Sessions<'_> {
    /// The application's addresses where the example's are included, before those: a pattern of
    /// theirs may match whatever stands below them.
    pub(super) fn address(&self) -> Result<Option<FileChange>, ProposeError> {
        let habits = &self.habits;
        let like =
            self.example.routes.first().map(|route| self.project.module_of(&route.file)).unwrap_or_default();
        let root = self.survey.setting("ROOT_URLCONF").and_then(|(_, _, value)| string_value(value));
        let root = root.map(|dotted| format!("{}{}.py", self.project.import_root, dotted.replace('.', "/")));
        let mut found = None;
        for (path, module) in &self.survey.modules {
            let Some(list) = patterns(module) else { continue };
            // Where they are included twice, the shorter address is the one of all.
            let at = (0..elements(list).len())
                .filter(|at| elements(list).get(*at).is_some_and(|one| includes(module, one, &like)))
                .min_by_key(|at| elements(list).get(*at).and_then(first_text).map_or(0, |text| text.len()));
            let is_root = root.as_deref() == Some(*path);
            match at {
                Some(at) => {
                    found = Some((*path, module, list, at));
                    break;
                }
                None if is_root => found = Some((*path, module, list, usize::MAX)),
                None => {}
            }
        }
        let Some((path, module, list, at)) = found else {
            return Err(ProposeError::NotApplicable(
                "no urlpatterns were found that the addresses of sign-in could join".into(),
            ));
        };
        let prefix = elements(list).get(at).and_then(first_text).unwrap_or_default();
        let own = format!("{prefix}auth/");
        if let Some(taken) =
            elements(list).iter().find(|one| first_text(one).as_deref() == Some(own.as_str()))
        {
            let place = Place::new(path, module.line(taken)).to_string();
            return Err(ProposeError::Clash { what: format!("an address {own:?}"), place });
        }
        let quote = habits.quote;
        let item = format!("path({quote}{own}{quote}, include({quote}{}.urls{quote}))", self.app.dotted);
        let text = python_lists::add(module, list, at.min(elements(list).len()), &[item], habits.width)?;
        let used = used_names(&Module::parse(path, &text)?);
        let candidates = ["django.urls:include", "django.urls:path"].map(str::to_owned);
        let text = habits.with_imports(path, &text, &used, &candidates)?;
        let line = elements(list).get(at).map_or_else(|| module.line(list), |one| module.line(one));
        Ok(Some(self.ask.edited(Edited {
            path,
            old: module.text,
            new: text,
            reason: "Gives sign-in its addresses.".into(),
            like: Some(Place::new(path, line)),
            layer: Layer::Router,
        })))
    }
}

/// The list of addresses of a module.
fn patterns<'m>(module: &'m Module<'_>) -> Option<&'m Expr> {
    assigned(&module.body, "urlpatterns").filter(|value| matches!(value, Expr::List(_)))
}

/// Whether an address includes those of a module.
fn includes(module: &Module<'_>, element: &Expr, dotted: &str) -> bool {
    let Expr::Call(call) = element else { return false };
    let is_plain = last_name(&call.func) == Some("path") && first_text(element).is_some();
    let source = module.source(element);
    is_plain
        && source.contains("include(")
        && (source.contains(&format!("\"{dotted}\"")) || source.contains(&format!("'{dotted}'")))
}

/// The text that a call has first.
fn first_text(element: &Expr) -> Option<String> {
    let Expr::Call(call) = element else { return None };
    call.arguments.args.first().and_then(string_value)
}
