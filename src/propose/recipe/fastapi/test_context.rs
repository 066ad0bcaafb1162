//! What the test template needs, and when no tests can be written.

use super::{
    context::{FieldContext, Reference},
    fields::Field,
    plan::Plan,
    samples::{TestStyle, row_of},
    style::is_table,
};
use crate::{ports::ProposeError, propose::python::Module};
use minijinja::{Value, context};

impl Plan<'_> {
    /// What the test template needs beside; `None` with a remark where tests cannot be written.
    pub(super) fn test_context(&mut self) -> Result<Option<Value>, ProposeError> {
        let Some(test) = TestStyle::read(&self.layout, self.workspace)? else {
            self.remarks.push("No fixture named client was found, so the tests are yours to write.".into());
            return Ok(None);
        };
        let contexts = self.field_contexts();
        let plain = |field: &&FieldContext| field.comparable && !field.other.is_empty();
        let Some(changed) = contexts.iter().find(plain) else {
            self.remarks.push("Every field is a reference, so the tests are yours to write.".into());
            return Ok(None);
        };
        let mut parents = Vec::new();
        let mut parent_imports = Vec::new();
        for reference in self.references.iter().filter(|reference| !reference.optional) {
            let row = self.row_of(reference)?;
            let reachable = !test.session.is_empty() && (!test.session_is_async || test.client_is_async);
            let Some((args, imports)) = row.filter(|_| reachable) else {
                self.remarks.push(format!(
                    "A test needs a row of {} first, which the recipe cannot make here; the tests are yours to write.",
                    reference.model
                ));
                return Ok(None);
            };
            parent_imports.extend(imports);
            parent_imports.push(reference.import.clone());
            parents.push(context! { name => reference.name.clone(), model => reference.model.clone(), args });
        }
        if !parents.is_empty() {
            let session = if test.session_is_async {
                "sqlalchemy.ext.asyncio:AsyncSession"
            } else {
                "sqlalchemy.orm:Session"
            };
            parent_imports.push(session.into());
        }
        let with_session = !parents.is_empty();
        let session_type = if test.session_is_async { "AsyncSession" } else { "Session" };
        let compared: Vec<String> = contexts
            .iter()
            .filter(|field| field.comparable && !field.sample.is_empty())
            .map(|field| field.column.clone())
            .collect();
        let awaits = |is_async: bool| if is_async { "await " } else { "" };
        Ok(Some(context! {
            def_test => if test.client_is_async { "async def" } else { "def" },
            await_test => awaits(test.client_is_async),
            await_session => awaits(test.session_is_async),
            body_parameter => if with_session { format!("{}: {session_type}", test.session) } else { String::new() },
            session_argument => if with_session { test.session.clone() } else { String::new() },
            parents,
            parent_imports,
            compared,
            changed => changed.value(),
            first_required => self.fields.iter().find(|field| !field.optional).map(Field::column),
            test => test.value(),
        }))
    }

    /// Constructor arguments for a row that the tests refer to.
    fn row_of(&self, reference: &Reference) -> Result<Option<(String, Vec<String>)>, ProposeError> {
        let known = self.map.models.iter().find(|model| model.name == reference.model);
        let mut paths: Vec<&str> = known.iter().map(|model| model.file.as_str()).collect();
        paths.extend(self.workspace.paths());
        for path in paths.into_iter().filter(|path| path.ends_with(".py")) {
            let Some(text) = self.workspace.text(path)? else { continue };
            if !text.contains(&format!("class {}", reference.model)) {
                continue;
            }
            let Ok(module) = Module::parse(path, &text) else { continue };
            let class =
                module.classes().find(|class| class.name.as_str() == reference.model && is_table(class));
            if let Some(class) = class {
                return Ok(row_of(&module, class));
            }
        }
        Ok(None)
    }
}
