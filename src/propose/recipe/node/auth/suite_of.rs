//! How the tests of sign-in give somebody a role: through the database that the example's tests
//! start the application with.

use super::parts::Parts;
use crate::{
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end, line_start},
        recipe::node::model::Mapper,
        script::{Id, Kind, Script, Tree},
    },
};

/// The function that gives the role.
pub(super) const PROMOTE: &str = "makeAdmin";
/// The name of the database where the tests have none for it.
const DATABASE: &str = "startedWith";

/// The function where the database is a variable of a module, which the tests import too; as
/// templates have it.
pub(super) fn helper(parts: &Parts<'_>) -> Option<String> {
    let database = &parts.wiring.database;
    let is_of_module = !database.contains('.') && parts.wiring.given.is_empty();
    is_of_module.then(|| {
        let statement = statement(parts, database);
        format!("async function {PROMOTE}(email: string) {{\n  await {statement};\n}}\n")
    })
}

/// A test file's text with the function, made where the application is started; `None` where it is
/// started in a way that is not known.
pub(super) fn reach(
    parts: &Parts<'_>,
    path: &str,
    text: &str,
    app: &str,
) -> Result<Option<String>, ProposeError> {
    let tree = Tree::parse(path, text)?;
    let Some((call, given)) = starts(parts, path, text, &tree, app)? else { return Ok(None) };
    let whole = |id: &Id| matches!(tree.kind(*id), Kind::Expression | Kind::Variables);
    let Some(begins) = std::iter::once(call).chain(tree.above(call)).find(whole) else { return Ok(None) };
    let body = tree.above(begins).find(|id| tree.kind(*id) == Kind::Body);
    let Some(hook) = body.and_then(|body| tree.above(body).find(whole)) else { return Ok(None) };
    let mut edits = Edits::default();
    let range = tree.range(begins);
    let argument = tree.text(given, text);
    let name = if tree.kind(given) == Kind::Name { argument } else { DATABASE };
    // Each in the project's own form, as far in as what stands there.
    let habits = &parts.plan.habits;
    let within = |at: usize, written: &str| -> String {
        let depth = indent_of(text, at).len() / habits.indent.len().max(1);
        let lines = written.lines().map(|line| format!("{}{line}\n", "  ".repeat(depth)));
        habits.write(&lines.collect::<String>(), &[])
    };
    if name == DATABASE {
        let written = within(range.start, &format!("const {DATABASE} = {argument};"));
        edits.insert(line_start(text, range.start), written);
        edits.replace(tree.range(given), DATABASE);
    }
    let outer = tree.range(hook).start;
    let declared = within(outer, &format!("let {PROMOTE}: (email: string) => Promise<void>;"));
    edits.insert(line_start(text, outer), format!("{declared}\n"));
    let statement = statement(parts, name);
    let made = within(range.start, &format!("{PROMOTE} = async (email) => {{\n  await {statement};\n}};"));
    edits.insert(line_end(text, range.end), made);
    Ok(Some(edits.apply(text)?))
}

/// The call that starts the application with one thing, and that thing.
fn starts(
    parts: &Parts<'_>,
    path: &str,
    text: &str,
    tree: &Tree,
    app: &str,
) -> Result<Option<(Id, Id)>, ProposeError> {
    let script = Script::parse(path, text)?;
    let import = script.imports.iter().find(|import| {
        parts.plan.survey.resolve(path, &import.from).is_some_and(|target| target.path == app)
    });
    let Some(import) = import else { return Ok(None) };
    Ok(tree.all().filter(|id| tree.kind(*id) == Kind::Call).find_map(|call| {
        let (name, object) = tree.callee(call, text)?;
        let given = tree.arguments(call);
        let [one] = given.as_slice() else { return None };
        let is_it = object.is_none() && import.names.iter().any(|own| own.local == name);
        is_it.then_some((call, *one))
    }))
}

/// Gives the role in the mapper's own way.
fn statement(parts: &Parts<'_>, database: &str) -> String {
    let users = &parts.rows.users.table.name;
    match parts.plan.mapper {
        Mapper::Kysely => format!(
            "{database}⟨.updateTable('{users}')¦.set({{ role: 'admin' }})¦.where('email', '=', email)¦.execute()⟩"
        ),
        Mapper::Drizzle => {
            format!("{database}⟨.update({users})¦.set({{ role: 'admin' }})¦.where(eq({users}.email, email))⟩")
        }
        Mapper::Prisma => {
            format!("{database}.{users}.update({{ ⟨where: {{ email }}¦data: {{ role: 'admin' }}⟩ }})")
        }
    }
}
