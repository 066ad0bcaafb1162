//! The number of rows: the rows of the project's list, counted in the query.

use super::{
    code::{Site, Unit},
    list::leading,
    queries::queries,
    sql::Verb,
    work::{Piece, Work},
};
use crate::{
    ports::ProposeError,
    propose::recipe::axum::{layout, style::result_of},
};

/// The functions of every layer, the handler first.
pub(super) fn pieces(work: &Work<'_>) -> Result<Vec<Piece>, ProposeError> {
    let list = work.routes.list()?.unit;
    let name = work.name_for(&list.function.name);
    work.refuse_taken(list, &name)?;
    let (asking, mut pieces) = value_in(work, list, true)?;
    let result = of_result(work, list, &format!("Json<{}>", answer(work)))?;
    let own = answer(work);
    let look = visibility(list);
    let kept: Vec<String> = list
        .function
        .parameters
        .iter()
        .filter(|(_, ty)| !is_data(ty))
        .map(|(pattern, ty)| format!("{pattern}: {ty}"))
        .collect();
    let text = format!(
        "{look}async fn {name}({}) -> {result} {{ let count = {asking}; Ok(Json({own} {{ count }})) }}",
        kept.join(", ")
    );
    let answer = format!("#[derive(Debug, Serialize)]\n{look}struct {own} {{\n    {look}count: i64,\n}}");
    let needs = vec!["serde::Serialize".to_owned(), "axum::Json".to_owned()];
    pieces.insert(0, work.behind(list, &format!("{answer}\n\n{}", layout::function(&text)), needs));
    Ok(pieces)
}

/// The type that the route answers with.
fn answer(work: &Work<'_>) -> String {
    format!("{}Count", work.ask.name.pascal)
}

/// The expression with which a function gets the number, and the functions that it needs.
fn value_in(work: &Work<'_>, unit: Unit<'_>, is_handler: bool) -> Result<(String, Vec<Piece>), ProposeError> {
    let own = queries(unit, work.table);
    let rows = own.iter().filter(|query| query.statement.verb == Verb::Select);
    let counted: Vec<Option<String>> = rows.clone().map(|query| query.statement.counted()).collect();
    if let Some(first) = counted.into_iter().next() {
        let sql = first.ok_or_else(|| depends(unit))?;
        let pool = rows.clone().next().and_then(|query| asked_at(unit, query.asked));
        let pool = pool.ok_or_else(|| work.lost(unit, "what is asked"))?;
        let mark = if is_handler { "?" } else { "" };
        return Ok((format!("sqlx::query_scalar(\"{sql}\").fetch_one({pool}).await{mark}"), Vec::new()));
    }
    let ways = work.ways(unit, Verb::Select);
    let site = ways.first().ok_or_else(|| work.lost(unit, "the way to a query"))?;
    let lead = leading(site.target);
    refuse_others(unit, site, lead, is_handler)?;
    let handed: Vec<&str> = site.arguments.iter().take(lead).map(|one| unit.slice(one.clone())).collect();
    let callee = unit.slice(site.path_start..site.name.end);
    let path = callee.rsplit_once("::").map_or(String::new(), |(path, _)| format!("{path}::"));
    let target = site.target;
    let name = work.name_for(&target.function.name);
    work.refuse_taken(target, &name)?;
    let call = format!("{path}{name}({}).await", handed.join(", "));
    let (value, mut pieces) = value_in(work, target, false)?;
    let same = |one: Unit<'_>, other: Unit<'_>| {
        result_of(&one.function.returns).is_some_and(|own| result_of(&other.function.returns) == Some(own))
    };
    // One kind of error is handed on as it is; another one is made of it by `?`.
    let is_direct = match work.ways(target, Verb::Select).first() {
        Some(next) if queries(target, work.table).is_empty() => same(target, next.target),
        _ => {
            target.function.returns.contains("sqlx::Error")
                || target.function.returns.starts_with("sqlx::Result")
        }
    };
    let value = if is_direct { value } else { format!("Ok({value}?)") };
    let parameters: Vec<String> = target
        .function
        .parameters
        .iter()
        .take(lead)
        .map(|(pattern, ty)| format!("{pattern}: {ty}"))
        .collect();
    let text = format!(
        "{}async fn {name}({}) -> {} {{ {value} }}",
        visibility(target),
        parameters.join(", "),
        of_result(work, target, "i64")?
    );
    pieces.insert(0, work.behind(target, &layout::function(&text), Vec::new()));
    Ok((if is_handler { format!("{call}?") } else { call }, pieces))
}

/// What choosing the rows depends on besides the page: a list by whose they are is not counted.
fn refuse_others(unit: Unit<'_>, site: &Site<'_>, lead: usize, is_handler: bool) -> Result<(), ProposeError> {
    let rest = || site.arguments.iter().skip(lead).map(|one| unit.slice(one.clone()));
    if !is_handler {
        return Ok(());
    }
    let pages = unit.function.parameters.iter().filter(|(_, ty)| ty.contains("Query<"));
    let names: Vec<String> = pages.flat_map(|(pattern, _)| super::copy::bound(pattern)).collect();
    let is_page = |text: &str| {
        let root = text.trim_start_matches(['&', '*']).split(['.', '(']).next().unwrap_or_default();
        names.iter().any(|name| name == root) || root.chars().all(|c| c.is_ascii_digit() || c == '_')
    };
    if rest().all(is_page) { Ok(()) } else { Err(depends(unit)) }
}

fn depends(unit: Unit<'_>) -> ProposeError {
    ProposeError::NotApplicable(format!(
        "the list at {} leaves out rows by something that it is given; whose rows a count counts is yours to say",
        unit.place()
    ))
}

/// What the query is asked at: `pool` of `.fetch_all(pool)`.
fn asked_at<'c>(unit: Unit<'c>, from: usize) -> Option<&'c str> {
    let rest = unit.slice(from..unit.function.body.end);
    let at = rest.find(".fetch")?;
    let inner = rest.get(at..)?.split_once('(')?.1;
    let end = inner.find(')')?;
    inner.get(..end).map(|text| text.trim().trim_end_matches(','))
}

fn is_data(ty: &str) -> bool {
    let last = ty.split('<').next().unwrap_or(ty);
    matches!(last.rsplit("::").next().unwrap_or(last), "Query" | "Path" | "Json" | "Form" | "RawQuery")
}

fn visibility(unit: Unit<'_>) -> &str {
    let head = unit.slice(unit.function.range.clone());
    let end = head.find("async fn").or_else(|| head.find("fn ")).unwrap_or(0);
    head.get(..end).unwrap_or_default()
}

/// The result of a function with something else in it.
fn of_result(work: &Work<'_>, unit: Unit<'_>, inner: &str) -> Result<String, ProposeError> {
    let form = result_of(&unit.function.returns).ok_or_else(|| work.lost(unit, "the result"))?;
    Ok(form.replace("{}", inner))
}
