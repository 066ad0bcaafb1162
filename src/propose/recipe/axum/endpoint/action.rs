//! One field of a row gets a value: the functions that change a row, without what they do with a
//! body; those that read a row where none changes one.

use super::{
    code::{Unit, children},
    copy::{Copy, bound, reads},
    queries::{Query, queries},
    sql::Verb,
    work::{Piece, Work},
};
use crate::{
    ports::ProposeError,
    propose::recipe::{
        endpoint::{column::Column, route::NewValue},
        fields::Kind as Type,
        fill::Fill,
    },
};
use tree_sitter::Node;

/// The value in SQL, or as it is bound.
enum Value {
    Sql(String),
    Bound(&'static str),
}

/// The functions of every layer, the handler first.
pub(super) fn pieces(work: &Work<'_>, column: &Column, value: &NewValue) -> Result<Vec<Piece>, ProposeError> {
    let (start, verb) = match work.routes.of_row(&["patch", "put"]) {
        Some(change) => (change.unit, Verb::Update),
        None => {
            refuse_unasked(work)?;
            (work.routes.row.unit, Verb::Select)
        }
    };
    let value = value_of(work, column, value);
    let mut pieces = Vec::new();
    let mut pending: Vec<(Unit<'_>, Vec<usize>)> = vec![(start, bodies(start))];
    let mut is_set = false;
    while let Some((unit, gone)) = pending.pop() {
        let name = work.name_for(&unit.function.name);
        work.refuse_taken(unit, &name)?;
        let mut copy = Copy::new(unit, name);
        copy.drop_parameters(&gone);
        let dead: Vec<String> = gone
            .iter()
            .filter_map(|index| unit.function.parameters.get(*index))
            .flat_map(|(pattern, _)| bound(pattern))
            .collect();
        let own: Vec<Query<'_>> =
            queries(unit, work.table).into_iter().filter(|query| query.statement.verb == verb).collect();
        let ways = if own.is_empty() { work.ways(unit, verb) } else { Vec::new() };
        let kept: Vec<usize> =
            own.iter().map(|query| query.asked).chain(ways.iter().map(|site| site.name.start)).collect();
        let dead = without_body(work, &mut copy, dead, &kept)?;
        let mut needs = Vec::new();
        for query in &own {
            needs.extend(set(work, &mut copy, query, column, &value)?);
            is_set = true;
        }
        for site in ways {
            copy.replace(site.name.clone(), work.name_for(&site.target.function.name));
            let is_dead = |index: &usize| {
                site.arguments.get(*index).is_some_and(|range| {
                    let node = unit.source.tree.root_node().descendant_for_byte_range(range.start, range.end);
                    node.is_some_and(|node| reads(unit, node, &dead))
                })
            };
            let gone: Vec<usize> = (0..site.arguments.len()).filter(is_dead).collect();
            let left: Vec<&str> = (0..site.arguments.len())
                .filter(|index| !gone.contains(index))
                .filter_map(|index| site.arguments.get(index).map(|range| unit.slice(range.clone())))
                .collect();
            if let Some(last) = site.arguments.last().filter(|_| !gone.is_empty()) {
                copy.replace(site.inside..last.end, left.join(", "));
            }
            pending.push((site.target, gone));
        }
        pieces.push(work.beside(copy, needs)?);
    }
    if is_set { Ok(pieces) } else { Err(work.lost(start, "the way to a query")) }
}

/// The parameters that hold a body.
fn bodies(unit: Unit<'_>) -> Vec<usize> {
    let is_body = |ty: &str| {
        let name = ty.split('<').next().unwrap_or_default().rsplit("::").next().unwrap_or_default();
        ty.contains('<') && ["Json", "Form", "Body", "Valid"].iter().any(|word| name.contains(word))
    };
    let parameters = unit.function.parameters.iter().enumerate();
    parameters.filter(|(_, (_, ty))| is_body(ty)).map(|(index, _)| index).collect()
}

/// Where nothing changes a row, nobody has said who may: what makes or removes one says it too.
fn refuse_unasked(work: &Work<'_>) -> Result<(), ProposeError> {
    let row = work.routes.row.unit;
    let plain = ["State", "Path", "Query", "Json", "Form", "Extension"];
    let known: Vec<&str> = row.function.parameters.iter().map(|(_, ty)| ty.as_str()).collect();
    for one in work.routes.changing() {
        let asks = one.unit.function.parameters.iter().find(|(_, ty)| {
            let name = ty.split('<').next().unwrap_or_default().rsplit("::").next().unwrap_or_default();
            !known.contains(&ty.as_str()) && !plain.contains(&name) && !ty.contains('<')
        });
        if let Some((_, ty)) = asks {
            return Err(ProposeError::NotApplicable(format!(
                "{} asks for {ty} and no route changes a row, so who may do this is yours to say",
                one.unit.place()
            )));
        }
    }
    Ok(())
}

/// Leaves out the statements that read what is gone; the names that they would have made are gone
/// too. What leads to the query stays.
fn without_body(
    work: &Work<'_>,
    copy: &mut Copy<'_>,
    mut dead: Vec<String>,
    kept: &[usize],
) -> Result<Vec<String>, ProposeError> {
    let unit = copy.unit;
    if dead.is_empty() {
        return Ok(dead);
    }
    let askers: Vec<String> = unit
        .function
        .parameters
        .iter()
        .filter(|(_, ty)| !ty.contains('<') && ty.starts_with(|c: char| c.is_ascii_uppercase()))
        .flat_map(|(pattern, _)| bound(pattern))
        .filter(|name| !dead.contains(name))
        .collect();
    let root = unit.source.tree.root_node();
    let range = &unit.function.body;
    let Some(body) = root.descendant_for_byte_range(range.start, range.end) else { return Ok(dead) };
    for statement in children(body) {
        let leads = kept.iter().any(|at| statement.byte_range().contains(at));
        if leads || !reads(unit, statement, &dead) {
            continue;
        }
        let is_last = statement.end_byte() == last_end(body);
        if (is_last && !unit.text(statement).ends_with(';')) || reads(unit, statement, &askers) {
            return Err(work.lost(unit, "what is done with the body"));
        }
        if statement.kind() == "let_declaration" {
            let pattern = statement.child_by_field_name("pattern");
            dead.extend(pattern.map(|pattern| bound(unit.text(pattern))).unwrap_or_default());
        }
        let end = statement.end_byte();
        let rest = unit.slice(end..unit.function.range.end);
        let blank = rest.len() - rest.trim_start().len();
        copy.replace(statement.start_byte()..end + blank, "");
    }
    Ok(dead)
}

fn last_end(body: Node<'_>) -> usize {
    children(body).last().map_or(0, |last| last.end_byte())
}

/// The query that sets the one column, and what the value needs.
fn set(
    work: &Work<'_>,
    copy: &mut Copy<'_>,
    query: &Query<'_>,
    column: &Column,
    value: &Value,
) -> Result<Vec<String>, ProposeError> {
    let unit = copy.unit;
    let sql = match value {
        Value::Sql(text) => Some(text.as_str()),
        Value::Bound(_) => None,
    };
    let setting = query.statement.setting(work.table, &column.name, sql);
    let setting = setting.ok_or_else(|| work.lost(unit, "the query"))?;
    let mut values: Vec<String> = Vec::new();
    if let (true, Value::Bound(text)) = (setting.is_bound, value) {
        values.push((*text).to_owned());
    }
    for index in &setting.kept {
        let bind = query.binds.get(*index).ok_or_else(|| work.lost(unit, "a value of the query"))?;
        values.push(unit.slice(bind.value.clone()).to_owned());
    }
    copy.replace(query.literal.clone(), setting.text);
    let from = query.binds.first().map_or(query.asked, |bind| bind.range.start);
    let to = query.binds.last().map_or(query.asked, |bind| bind.range.end);
    let text = if query.is_macro {
        values.join(", ")
    } else {
        values.iter().map(|value| format!(".bind({value})")).collect::<String>()
    };
    copy.replace(from..to, text);
    Ok(match value {
        Value::Bound(_) => vec!["chrono::Utc".to_owned()],
        Value::Sql(_) => Vec::new(),
    })
}

/// The new value. SQLite has no type for times: they are bound as other rows have them.
fn value_of(work: &Work<'_>, column: &Column, value: &NewValue) -> Value {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    match value {
        NewValue::Fixed(Fill::Text(text)) => Value::Sql(quoted(text)),
        NewValue::Fixed(Fill::Number(number)) => Value::Sql(number.clone()),
        NewValue::Fixed(Fill::Boolean(value)) => Value::Sql(value.to_string().to_uppercase()),
        NewValue::Choice(choice) => Value::Sql(quoted(&choice.value)),
        NewValue::Nothing => Value::Sql("NULL".into()),
        NewValue::Now if work.dialect == "postgres" => {
            Value::Sql(if column.kind == Type::Date { "CURRENT_DATE" } else { "now()" }.into())
        }
        NewValue::Now => Value::Bound(match column.source_type.as_str() {
            "NaiveDate" => "Utc::now().date_naive()",
            "NaiveDateTime" => "Utc::now().naive_utc()",
            _ => "Utc::now()",
        }),
    }
}
