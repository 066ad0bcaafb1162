//! How a statement of a template is asked: as a macro or a function, with its values.

use super::Plan;
use crate::propose::recipe::lines::RAW;
use minijinja::{Environment, Value};

/// What a template calls to ask.
#[derive(Debug, Clone)]
pub(super) struct Asks {
    lead: String,
    is_macro: bool,
    is_raw: bool,
    is_small: bool,
    convert: String,
}

impl Plan<'_> {
    pub(super) fn asks(&self) -> Asks {
        let own = &self.asking;
        Asks {
            lead: own.lead.clone(),
            is_macro: own.is_macro,
            is_raw: own.is_raw,
            is_small: own.is_small,
            convert: own.convert.clone(),
        }
    }
}

impl Asks {
    /// `asked(what, type, sql, values, [method, target])` in templates, up to its `?`.
    pub(super) fn add(self, environment: &mut Environment<'_>) {
        environment.add_function(
            "asked",
            move |what: String, ty: String, sql: String, values: Vec<String>, run: Vec<String>| {
                let run = (run.first().map_or("", String::as_str), run.get(1).map_or("", String::as_str));
                Value::from_safe_string(self.written(&what, &ty, &sql, &values, run))
            },
        );
    }

    fn written(
        &self,
        what: &str,
        ty: &str,
        sql: &str,
        values: &[String],
        (method, target): (&str, &str),
    ) -> String {
        let lead = &self.lead;
        let mut lines: Vec<String> = Vec::new();
        let sql = if self.is_small { small(sql) } else { sql.to_owned() };
        let literal = self.literal(&sql);
        if self.is_macro {
            lines.push(format!("{lead}{what}!("));
            lines.extend((what == "query_as").then(|| format!("        {ty},")));
            let last = values.len();
            for (at, line) in literal.iter().enumerate() {
                let comma = if at + 1 == literal.len() && last > 0 { "," } else { "" };
                lines.push(format!("{line}{comma}"));
            }
            for (at, value) in values.iter().enumerate() {
                lines.push(format!("        {value}{}", if at + 1 < last { "," } else { "" }));
            }
            lines.push("    )".into());
        } else {
            let generic = if what == "query" { String::new() } else { format!("::<_, {ty}>") };
            lines.push(format!("{lead}{what}{generic}("));
            let count = literal.len();
            lines.extend(
                literal
                    .into_iter()
                    .enumerate()
                    .map(|(at, line)| format!("{line}{}", if at + 1 == count { "," } else { "" })),
            );
            lines.push("    )".into());
            lines.extend(values.iter().map(|value| format!("    .bind({value})")));
        }
        lines.push(format!("    .{method}({target})"));
        if self.convert.is_empty() {
            lines.push("    .await?".into());
        } else {
            lines.push("    .await".into());
            lines.push(format!("    {}?", self.convert));
        }
        lines.join(&format!("\n{RAW}"))
    }

    /// The lines of a text, between its quotes.
    fn literal(&self, sql: &str) -> Vec<String> {
        let own: Vec<&str> = sql.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        if self.is_raw {
            let inner = own.iter().map(|line| format!("            {line}"));
            let open = "        r#\"".to_owned();
            return std::iter::once(open).chain(inner).chain(["        \"#".to_owned()]).collect();
        }
        let last = own.len().saturating_sub(1);
        let line = |(at, line): (usize, &&str)| {
            let lead = if at == 0 { "        \"" } else { "         " };
            let end = if at == last { "\"" } else { " \\" };
            format!("{lead}{}{end}", line.trim_start().replace('"', "\\\""))
        };
        own.iter().enumerate().map(line).collect()
    }
}

/// SQL in small letters; texts and names in quotes stay as they are.
pub(super) fn small(sql: &str) -> String {
    let mut quote: Option<char> = None;
    let mut out = String::with_capacity(sql.len());
    for c in sql.chars() {
        match quote {
            Some(open) if open == c => quote = None,
            None if matches!(c, '\'' | '"') => quote = Some(c),
            _ => {}
        }
        if quote.is_some() { out.push(c) } else { out.extend(c.to_lowercase()) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(is_macro: bool, is_raw: bool, convert: &str) -> Asks {
        Asks { lead: "sqlx::".into(), is_macro, is_raw, is_small: is_raw, convert: convert.into() }
    }

    #[test]
    fn a_statement_is_asked_as_the_example_does() {
        let sql = "SELECT id\nFROM \"Note\"\nWHERE id = $1\n";
        let values = ["id".to_owned()];
        let text = asks(true, true, "").written("query_as", "Note", sql, &values, ("fetch_one", "&db"));
        assert_eq!(
            text.replace(RAW, ""),
            "sqlx::query_as!(\n        Note,\n        r#\"\n            select id\n            from \"Note\"\n            where id = $1\n        \"#,\n        id\n    )\n    .fetch_one(&db)\n    .await?"
        );
        let text =
            asks(false, false, ".map_err(internal)").written("query", "", sql, &values, ("execute", "&db"));
        assert_eq!(
            text.replace(RAW, ""),
            "sqlx::query(\n        \"SELECT id \\\n         FROM \\\"Note\\\" \\\n         WHERE id = $1\",\n    )\n    .bind(id)\n    .execute(&db)\n    .await\n    .map_err(internal)?"
        );
    }
}
