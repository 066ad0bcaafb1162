//! How many rows there are: what the project's list leaves out is left out.

use super::{
    asked::Asked,
    code::Level,
    copy::{Copy, is_there},
    piece::Piece,
    store::Asking,
};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::{
            node::{
                beside::{Beside, beside},
                finder::database,
            },
            typescript::words,
        },
        script::{Id, Kind},
    },
};

/// The number as a function gets at it.
pub(in crate::propose::recipe) struct Number {
    /// Statements before it.
    pub(in crate::propose::recipe) before: Vec<String>,
    /// The expression, and whether it has to be waited for.
    pub(in crate::propose::recipe) value: String,
    pub(in crate::propose::recipe) waits: bool,
}

/// A function below the handler that gives the number; nothing where it is there already.
pub(in crate::propose::recipe) fn below(
    asked: &Asked<'_>,
    level: &Level<'_>,
) -> Result<Option<Vec<Piece>>, ProposeError> {
    if is_there(asked, level.unit, level.carried)? {
        return Ok(None);
    }
    let mut copy = Copy::new(asked, level)?;
    let number = number(&copy)?;
    // Names that callers import.
    copy.rename_calls();
    let end = asked.end();
    let mut lines: Vec<String> = number.before.iter().map(|line| format!("{line}{end}")).collect();
    lines.push(format!("return {}{end}", number.value));
    let name = asked.name_for(asked.code.name(level.unit));
    let kept: Vec<&str> = copy
        .parameters()
        .into_iter()
        .take(level.carried)
        .map(|id| copy.work.tree.text(id, copy.work.text))
        .collect();
    let parameters = format!("({})", kept.join(", "));
    let text = beside(
        &copy.work,
        level.unit.node,
        &Beside {
            name: &name,
            parameters: Some(&parameters),
            returns: "number",
            lines: &lines.join("\n"),
            waits: !number.before.is_empty(),
        },
    );
    let text = text.ok_or_else(|| not_followed(asked, level))?;
    copy.placed(&text).map(Some)
}

fn not_followed(asked: &Asked<'_>, level: &Level<'_>) -> ProposeError {
    ProposeError::NotApplicable(format!(
        "{} is not written in a way that another could follow",
        asked.code.place(level.unit)
    ))
}

/// The number as the function of a level gets at it.
pub(in crate::propose::recipe) fn number(copy: &Copy<'_, '_>) -> Result<Number, ProposeError> {
    let (asked, tree, text) = (copy.asked, &copy.work.tree, copy.work.text);
    if let Some((call, target)) = copy.level.calls.first() {
        let callee = tree.children(*call).first().map_or("", |id| tree.text(*id, text));
        let old = asked.code.name(*target);
        let lead = callee.strip_suffix(old).ok_or_else(|| not_followed(asked, copy.level))?;
        let handed: Vec<&str> =
            tree.arguments(*call).into_iter().take(copy.level.hands).map(|id| tree.text(id, text)).collect();
        let value = format!("{lead}{}({})", asked.name_for(old), handed.join(", "));
        return Ok(Number { before: Vec::new(), value, waits: true });
    }
    let body = tree.text(copy.unit().function, text);
    let own = || database(body).ok_or_else(|| not_followed(asked, copy.level));
    let table = &asked.store.table;
    let plain = |value: String| Number { before: Vec::new(), value, waits: true };
    Ok(match &asked.store.asking {
        Asking::Kysely => {
            let given = asked.quoted(table);
            let total = asked.quoted("total");
            let mut links = vec![
                format!("selectFrom({given})"),
                format!("select(({{ fn }}) => fn.countAll<string>().as({total}))"),
            ];
            links.extend(conditions(copy, "where")?.into_iter().map(|one| format!("where({one})")));
            links.push("executeTakeFirstOrThrow()".into());
            let chain: String =
                links.iter().map(|link| format!("\n{}.{link}", asked.habits.indent)).collect();
            let query = format!("const {{ total }} = await {}{chain}", own()?);
            Number { before: vec![query], value: "Number(total)".into(), waits: false }
        }
        Asking::Drizzle => {
            let left_out = conditions(copy, "where")?;
            let more = left_out.first().map(|one| format!(", {one}")).unwrap_or_default();
            plain(format!("{}.$count({table}{more})", own()?))
        }
        Asking::Prisma => plain(format!("{}.{table}.count({})", own()?, stated(copy)?)),
        Asking::TypeOrm(_) => {
            let flat: String = body.split_whitespace().collect();
            let mut own = asked.store.receivers(copy.unit().path);
            let receiver = own.find(|one| flat.contains(&format!("{one}.")));
            let receiver = receiver.ok_or_else(|| not_followed(asked, copy.level))?;
            plain(format!("{receiver}.count({})", stated(copy)?))
        }
    })
}

/// The conditions of the list's queries, where they ask for nothing that the list is given.
fn conditions(copy: &Copy<'_, '_>, link: &str) -> Result<Vec<String>, ProposeError> {
    let (tree, text) = (&copy.work.tree, copy.work.text);
    let mut found: Vec<String> = Vec::new();
    for call in tree.below(copy.unit().function).filter(|id| tree.kind(*id) == Kind::Call) {
        if tree.callee(call, text).is_none_or(|(name, _)| name != link) {
            continue;
        }
        let given: Vec<&str> = tree.arguments(call).iter().map(|id| tree.text(*id, text)).collect();
        let given = given.join(", ");
        plain_or(copy, &given)?;
        if !found.contains(&given) {
            found.push(given);
        }
    }
    Ok(found)
}

/// `{ where: … }` of the list's own query, where it has one.
fn stated(copy: &Copy<'_, '_>) -> Result<String, ProposeError> {
    let (tree, text) = (&copy.work.tree, copy.work.text);
    let is_where = |id: &Id| {
        tree.kind(*id) == Kind::Property
            && tree.name(*id, text) == Some("where")
            && tree.kind(tree.parent(*id)) == Kind::Object
    };
    let Some(property) = tree.below(copy.unit().function).find(is_where) else { return Ok(String::new()) };
    let given = tree.text(property, text);
    plain_or(copy, given)?;
    Ok(format!("{{ {given} }}"))
}

/// Refuses a condition that asks for what the list was given or reckoned out.
fn plain_or(copy: &Copy<'_, '_>, condition: &str) -> Result<(), ProposeError> {
    let (tree, text) = (&copy.work.tree, copy.work.text);
    let used = words(condition);
    let declared = tree.below(copy.unit().function).find_map(|id| {
        let is_own = matches!(tree.kind(id), Kind::Parameter | Kind::Variable);
        tree.name(id, text).filter(|name| is_own && used.contains(*name))
    });
    match declared {
        None => Ok(()),
        Some(name) => Err(ProposeError::NotApplicable(format!(
            "{} leaves out rows by {name}, and what a count leaves out by it is yours to say",
            copy.asked.code.place(copy.unit())
        ))),
    }
}
