//! Binds interpolated SQL values in Python: f-strings, `%` and `.format`.

use super::{
    Fixed, Site, done, no,
    sql::{Bound, Piece, bind},
    sql_find::{Found, find},
};
use crate::{
    ports::ProposeError,
    propose::{
        edits::Edits,
        python::{Module, range_of},
    },
};
use ruff_python_ast::{Expr, ExprStringLiteral, FStringPart, InterpolatedStringElement, Operator, Stmt};

const REASON: &str = "The value is bound, so that its text can never become SQL.";

/// How a driver marks a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marks {
    /// `?`, values in a tuple.
    Question,
    /// `%s`, values in a tuple.
    Percent,
    /// `$1`, values as further arguments.
    Dollar,
    /// `:name`, values in a mapping (SQLAlchemy's `text`).
    Named,
}

pub(crate) fn fix(site: &Site<'_>) -> Result<Fixed, ProposeError> {
    let module = Module::parse(&site.finding.file, site.text)?;
    let found =
        find(&module, site).ok_or_else(|| no("no interpolated statement stands at the finding".into()))?;
    let (pieces, shell) = pieces_of(&module, found.built)?;
    let marks = match found.text_call {
        Some(_) => Marks::Named,
        None => marks_of(&module, site.text).ok_or_else(|| {
            no("the driver's mark for values (?, %s or $1) does not show in this file".into())
        })?,
    };
    let mut names: Vec<String> = Vec::new();
    let statement = bind(&pieces, |index, bound| match marks {
        Marks::Question => "?".into(),
        Marks::Percent => "%s".into(),
        Marks::Dollar => format!("${}", index + 1),
        Marks::Named => {
            let name = name_for(bound, &names);
            names.push(name.clone());
            format!(":{name}")
        }
    })?;
    let mut edits = Edits::default();
    let keeps_holes = statement.pieces.iter().any(|piece| matches!(piece, Piece::Hole(_)));
    if keeps_holes && !shell.is_f_string {
        return Err(no("part of the statement is a name, which cannot be bound".into()));
    }
    let mut body = String::new();
    for piece in &statement.pieces {
        match piece {
            Piece::Text(text) => {
                let text = if marks == Marks::Percent { double_percent(text) } else { text.clone() };
                body.push_str(&if keeps_holes { text.replace('{', "{{").replace('}', "}}") } else { text });
            }
            Piece::Hole(expression) => {
                body.push('{');
                body.push_str(expression);
                body.push('}');
            }
        }
    }
    let prefix = if keeps_holes { format!("f{}", shell.prefix) } else { shell.prefix.clone() };
    let values: Vec<String> = statement.values.iter().map(|bound| source_of(bound, &shell)).collect();
    edits.replace(range_of(found.built), format!("{prefix}{0}{body}{0}", shell.quote));
    pass_values(&module, &mut edits, &found, marks, &values, &names)?;
    done(site, edits, REASON, Vec::new())
}

/// Adds the values to the call that runs the statement.
fn pass_values(
    module: &Module<'_>,
    edits: &mut Edits,
    found: &Found<'_>,
    marks: Marks,
    values: &[String],
    names: &[String],
) -> Result<(), ProposeError> {
    let pairs: Vec<String> =
        names.iter().zip(values).map(|(name, value)| format!("\"{name}\": {value}")).collect();
    let Some(call) = found.execute else {
        // `text(…)` that is kept for later carries its own values.
        let Some(text_call) = found.text_call else {
            return Err(no("the call that runs the statement is not in this function".into()));
        };
        let bound: Vec<String> =
            names.iter().zip(values).map(|(name, value)| format!("{name}={value}")).collect();
        edits.insert(range_of(text_call).end, format!(".bindparams({})", bound.join(", ")));
        return Ok(());
    };
    let first_end = call.arguments.args.first().map(|first| range_of(first).end);
    let at = match (found.text_call, first_end) {
        (Some(text_call), Some(end)) if range_of(text_call).end >= end => range_of(text_call).end,
        (_, Some(end)) => end,
        (_, None) => return Err(no("the call that runs the statement has no argument".into())),
    };
    match call.arguments.args.get(1) {
        None if call.arguments.keywords.is_empty() => {
            let added = match marks {
                Marks::Named => format!(", {{{}}}", pairs.join(", ")),
                Marks::Dollar => format!(", {}", values.join(", ")),
                Marks::Question | Marks::Percent => match values {
                    [only] => format!(", ({only},)"),
                    several => format!(", ({})", several.join(", ")),
                },
            };
            edits.insert(at, added);
            Ok(())
        }
        Some(Expr::Dict(dict)) if marks == Marks::Named && call.arguments.args.len() == 2 => {
            let end = range_of(dict).end - 1;
            let inside = module.source(dict).trim_matches(['{', '}']).trim();
            let lead = if inside.is_empty() || inside.ends_with(',') { "" } else { ", " };
            edits.insert(end, format!("{lead}{}", pairs.join(", ")));
            Ok(())
        }
        _ => Err(no("the statement has values already, in an order that only you know".into())),
    }
}

/// Quote and prefix of the string that is built.
struct Shell {
    prefix: String,
    quote: String,
    is_f_string: bool,
}

/// The pieces of a built string, and how it is quoted.
fn pieces_of(module: &Module<'_>, expr: &Expr) -> Result<(Vec<Piece>, Shell), ProposeError> {
    match expr {
        Expr::FString(f_string) => {
            let mut pieces = Vec::new();
            let mut shell: Option<Shell> = None;
            for part in f_string.value.iter() {
                let (part_shell, content) = match part {
                    FStringPart::Literal(literal) => {
                        let (part_shell, inner) = unquote(module.source(literal))?;
                        (part_shell, vec![Piece::Text(inner.to_owned())])
                    }
                    FStringPart::FString(part) => {
                        let (part_shell, _) = unquote(module.source(part))?;
                        (part_shell, elements(module, part.elements.iter())?)
                    }
                };
                if let Some(known) = &shell
                    && (known.quote != part_shell.quote || known.prefix != part_shell.prefix)
                {
                    return Err(no("the statement mixes kinds of quotes".into()));
                }
                shell.get_or_insert(part_shell);
                pieces.extend(content);
            }
            let mut shell = shell.ok_or_else(|| no("the statement is empty".into()))?;
            shell.is_f_string = true;
            Ok((pieces, shell))
        }
        Expr::BinOp(operation) if operation.op == Operator::Mod => {
            let Expr::StringLiteral(literal) = &*operation.left else {
                return Err(no("what is formatted with % is not a plain string".into()));
            };
            let holes: Vec<String> = match &*operation.right {
                Expr::Tuple(tuple) => tuple.elts.iter().map(|one| module.source(one).to_owned()).collect(),
                Expr::Dict(_) => return Err(no("named % values are not rewritten".into())),
                one => vec![module.source(one).to_owned()],
            };
            split_at_marks(module, literal, &["%s", "%d"], holes, |text| text.replace("%%", "%"))
        }
        Expr::Call(call) => {
            let Expr::Attribute(attribute) = &*call.func else {
                return Err(no("the statement is built by a call".into()));
            };
            let (Expr::StringLiteral(literal), "format") = (&*attribute.value, attribute.attr.as_str())
            else {
                return Err(no("the statement is built by a call".into()));
            };
            if !call.arguments.keywords.is_empty() {
                return Err(no("named values of format are not rewritten".into()));
            }
            let holes = call.arguments.args.iter().map(|one| module.source(one).to_owned()).collect();
            split_at_marks(module, literal, &["{}"], holes, |text| text.replace("{{", "{").replace("}}", "}"))
        }
        _ => Err(no("the statement is built in a way that is not rewritten".into())),
    }
}

fn elements<'e>(
    module: &Module<'_>,
    elements: impl Iterator<Item = &'e InterpolatedStringElement>,
) -> Result<Vec<Piece>, ProposeError> {
    elements
        .map(|element| match element {
            InterpolatedStringElement::Literal(literal) => {
                Ok(Piece::Text(module.source(literal).replace("{{", "{").replace("}}", "}")))
            }
            InterpolatedStringElement::Interpolation(hole) => {
                if hole.format_spec.is_some() || hole.debug_text.is_some() || !hole.conversion.is_none() {
                    return Err(no("a value is formatted while it is inserted".into()));
                }
                Ok(Piece::Hole(module.source(&*hole.expression).to_owned()))
            }
        })
        .collect()
}

/// Cuts a plain literal at its marks, one value for each.
fn split_at_marks(
    module: &Module<'_>,
    literal: &ExprStringLiteral,
    marks: &[&str],
    holes: Vec<String>,
    unescape: impl Fn(&str) -> String,
) -> Result<(Vec<Piece>, Shell), ProposeError> {
    let source = module.source(literal);
    let (shell, inner) = unquote(source)?;
    if literal.value.iter().count() != 1 {
        return Err(no("the statement is written in several strings".into()));
    }
    let mut pieces = Vec::new();
    let mut rest = inner;
    for hole in holes {
        let next = marks.iter().filter_map(|mark| rest.find(mark).map(|at| (at, mark.len()))).min();
        let Some((at, length)) = next else { return Err(no("there are more values than marks".into())) };
        pieces.push(Piece::Text(unescape(rest.get(..at).unwrap_or_default())));
        pieces.push(Piece::Hole(hole));
        rest = rest.get(at + length..).unwrap_or_default();
    }
    if marks.iter().any(|mark| rest.contains(mark)) {
        return Err(no("there are more marks than values".into()));
    }
    pieces.push(Piece::Text(unescape(rest)));
    Ok((pieces, shell))
}

/// Prefix (without `f`), quote and inner text of one string literal.
fn unquote(source: &str) -> Result<(Shell, &str), ProposeError> {
    let odd = || no("the statement's string is written in an unusual way".into());
    let start = source.find(['"', '\'']).ok_or_else(odd)?;
    let (prefix, quoted) = source.split_at(start);
    let quote_char = quoted.chars().next().ok_or_else(odd)?;
    let triple = quote_char.to_string().repeat(3);
    let quote =
        if quoted.starts_with(&triple) && quoted.len() >= 6 { triple } else { quote_char.to_string() };
    let inner = quoted
        .strip_prefix(quote.as_str())
        .and_then(|rest| rest.strip_suffix(quote.as_str()))
        .ok_or_else(odd)?;
    let prefix: String = prefix.chars().filter(|c| !matches!(c, 'f' | 'F')).collect();
    Ok((Shell { prefix, quote, is_f_string: false }, inner))
}

/// A value as Python source.
fn source_of(bound: &Bound, shell: &Shell) -> String {
    match bound {
        Bound::Plain(expression) => expression.trim().to_owned(),
        Bound::Mixed(pieces) => {
            let body: String = pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.replace('{', "{{").replace('}', "}}"),
                    Piece::Hole(expression) => format!("{{{expression}}}"),
                })
                .collect();
            let quote = if shell.quote.len() == 3 { "\"" } else { shell.quote.as_str() };
            format!("f{}{quote}{body}{quote}", shell.prefix)
        }
    }
}

/// A name for a value: that of the variable where it is one.
fn name_for(bound: &Bound, taken: &[String]) -> String {
    let expression = match bound {
        Bound::Plain(expression) => expression.as_str(),
        Bound::Mixed(pieces) => pieces
            .iter()
            .find_map(|piece| match piece {
                Piece::Hole(expression) => Some(expression.as_str()),
                Piece::Text(_) => None,
            })
            .unwrap_or("value"),
    };
    let last = expression.rsplit('.').next().unwrap_or(expression);
    let is_name = last.starts_with(|c: char| c.is_ascii_alphabetic())
        && last.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let name = if is_name { last } else { "value" };
    let mut candidate = name.to_owned();
    let mut number = 2;
    while taken.contains(&candidate) {
        candidate = format!("{name}_{number}");
        number += 1;
    }
    candidate
}

/// With `%s` marks every other percent sign is doubled.
fn double_percent(text: &str) -> String {
    text.split("%s").map(|part| part.replace('%', "%%")).collect::<Vec<_>>().join("%s")
}

/// The driver's mark, from other statements of the file or from its imports.
fn marks_of(module: &Module<'_>, text: &str) -> Option<Marks> {
    let imports = |name: &str| {
        module.body.iter().any(|stmt| match stmt {
            Stmt::Import(import) => {
                import.names.iter().any(|alias| alias.name.as_str().split('.').next() == Some(name))
            }
            Stmt::ImportFrom(import) => {
                import.module.as_ref().is_some_and(|from| from.as_str().split('.').next() == Some(name))
            }
            _ => false,
        })
    };
    let known = [
        ("sqlite3", Marks::Question),
        ("aiosqlite", Marks::Question),
        ("pyodbc", Marks::Question),
        ("duckdb", Marks::Question),
        ("psycopg", Marks::Percent),
        ("psycopg2", Marks::Percent),
        ("pymysql", Marks::Percent),
        ("MySQLdb", Marks::Percent),
        ("mysql", Marks::Percent),
        ("django", Marks::Percent),
        ("asyncpg", Marks::Dollar),
    ];
    let by_import = known.iter().find(|(name, _)| imports(name)).map(|(_, marks)| *marks);
    let has = |needles: &[&str]| needles.iter().any(|needle| text.contains(needle));
    by_import.or_else(|| match () {
        () if has(&["= ?", "(?,", ", ?", "LIMIT ?"]) => Some(Marks::Question),
        () if has(&["= %s", "(%s", ", %s"]) => Some(Marks::Percent),
        () if has(&["= $1", "($1"]) => Some(Marks::Dollar),
        () => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::fixed;

    const RULE: &str = "sec/sql-interpolated-value";

    fn check(head: &str, before: &str, marked: &str, after: Option<&str>) {
        let text = format!("{head}\n\n\ndef f(db, x, y, z):\n    {before}\n");
        let result = fixed(RULE, "a.py", &text, marked);
        match after {
            Some(after) => {
                assert_eq!(
                    result.as_deref(),
                    Ok(format!("{head}\n\n\ndef f(db, x, y, z):\n    {after}\n").as_str())
                );
            }
            None => assert!(result.is_err(), "{result:?}"),
        }
    }

    #[test]
    fn each_driver_gets_its_own_mark() {
        for (head, after) in [
            ("import sqlite3", "db.execute(\"SELECT 1 FROM t WHERE a = ?\", (x,))"),
            ("import psycopg", "db.execute(\"SELECT 1 FROM t WHERE a = %s\", (x,))"),
            ("import asyncpg", "db.execute(\"SELECT 1 FROM t WHERE a = $1\", x)"),
        ] {
            check(head, "db.execute(f\"SELECT 1 FROM t WHERE a = '{x}'\")", "f\"", Some(after));
        }
        check("import os", "db.execute(f\"SELECT 1 FROM t WHERE a = '{x}'\")", "f\"", None);
    }

    #[test]
    fn percent_and_format_are_bound_too() {
        let after = "db.execute(\"SELECT 1 FROM t WHERE a = ? AND b = ?\", (x, y))";
        check(
            "import sqlite3",
            "db.execute(\"SELECT 1 FROM t WHERE a = %s AND b = '%s'\" % (x, y))",
            "db.execute",
            Some(after),
        );
        check(
            "import sqlite3",
            "db.execute(\"SELECT 1 FROM t WHERE a = {} AND b = {}\".format(x, y))",
            "db.execute",
            Some(after),
        );
    }

    #[test]
    fn a_pattern_keeps_its_percent_signs_inside_the_value() {
        check(
            "import psycopg2",
            "db.execute(f\"SELECT '5%' FROM t WHERE a LIKE '%{x}%'\")",
            "f\"",
            Some("db.execute(\"SELECT '5%%' FROM t WHERE a LIKE %s\", (f\"%{x}%\",))"),
        );
    }

    #[test]
    fn sqlalchemy_text_gets_named_values() {
        let head = "from sqlalchemy import text";
        check(
            head,
            "db.execute(text(f\"SELECT 1 FROM t WHERE a = {x.id} AND b = '{y}'\"))",
            "f\"",
            Some("db.execute(text(\"SELECT 1 FROM t WHERE a = :id AND b = :y\"), {\"id\": x.id, \"y\": y})"),
        );
        check(
            head,
            "db.execute(text(f\"SELECT 1 FROM t WHERE a = {x} AND b = :b\"), {\"b\": y})",
            "f\"",
            Some("db.execute(text(\"SELECT 1 FROM t WHERE a = :x AND b = :b\"), {\"b\": y, \"x\": x})"),
        );
        check(
            head,
            "return text(f\"SELECT 1 FROM t WHERE a = {x}\")",
            "f\"",
            Some("return text(\"SELECT 1 FROM t WHERE a = :x\").bindparams(x=x)"),
        );
    }

    #[test]
    fn a_statement_in_a_variable_is_bound_where_it_runs() {
        check(
            "import sqlite3",
            "query = f\"SELECT 1 FROM t WHERE a = {x}\"\n    return db.execute(query)",
            "f\"",
            Some("query = \"SELECT 1 FROM t WHERE a = ?\"\n    return db.execute(query, (x,))"),
        );
        check(
            "import sqlite3",
            "query = f\"SELECT 1 FROM t WHERE a = {x}\"\n    print(query)\n    return db.execute(query)",
            "f\"",
            None,
        );
    }

    #[test]
    fn a_table_name_stays_and_the_value_beside_it_is_bound() {
        check(
            "import sqlite3",
            "db.execute(f\"SELECT 1 FROM {y} WHERE a = {x}\")",
            "f\"",
            Some("db.execute(f\"SELECT 1 FROM {y} WHERE a = ?\", (x,))"),
        );
    }

    #[test]
    fn what_would_be_a_guess_is_refused() {
        for before in [
            "db.execute(f\"SELECT 1 FROM {x}\")",
            "db.execute(f\"SELECT 1 FROM t WHERE a IN ({x})\")",
            "db.execute(f\"SELECT 1 FROM t WHERE a = {x:.2f}\")",
            "db.execute(f\"SELECT 1 FROM t WHERE a = {x} AND b = ?\", (y,))",
            "run(f\"SELECT 1 FROM t WHERE a = {x}\")",
        ] {
            check("import sqlite3", before, "f\"", None);
        }
    }

    #[test]
    fn the_query_of_the_sample_is_repaired() {
        let files = crate::propose::sample_files("python");
        let file = files.iter().find(|file| file.path == "app/repositories/customers.py").unwrap();
        let text = std::str::from_utf8(file.bytes).unwrap();
        let result = fixed(RULE, file.path, text, "f\"SELECT").unwrap();
        assert!(result.contains(
            "            \"SELECT id, name, email, city FROM customers WHERE city = ? ORDER BY name\", (city,)\n"
        ));
    }
}
