//! Gives a declared foreign key its index.

use super::{
    Fixed, Language, Site, done,
    migration::{self, Statements},
    no,
};
use crate::{
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_start, newline_of},
        python::{Module, last_name, range_of, string_value},
    },
};
use ruff_python_ast::{
    Expr, ExprCall,
    visitor::{Visitor, walk_expr},
};
use std::ops::Range;

const REASON: &str = "Rows are looked up by this key on every join and every delete of its parent.";

pub(crate) fn fix(site: &Site<'_>, language: Language) -> Result<Fixed, ProposeError> {
    match language {
        Language::Python => python(site),
        Language::Sql => sql(site),
        Language::TypeScript | Language::Rust => typescript(site),
    }
}

/// `index=True` on the column that declares the key.
fn python(site: &Site<'_>) -> Result<Fixed, ProposeError> {
    let module = Module::parse(&site.finding.file, site.text)?;
    let mut finder = Finder { wanted: &site.range, columns: Vec::new(), best: None };
    for stmt in &module.body {
        finder.visit_stmt(stmt);
    }
    let call = finder.best.ok_or_else(|| no("no column with a foreign key stands at the finding".into()))?;
    let has = |name: &str| {
        call.arguments
            .keywords
            .iter()
            .any(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name))
    };
    if has("index") || has("primary_key") || has("unique") {
        return Err(no("the column has an index or says why not".into()));
    }
    let mut edits = Edits::default();
    let end = range_of(call).end - 1;
    let inside = site.text.get(range_of(&*call.func).end + 1..end).unwrap_or_default();
    let trimmed = inside.trim_end();
    if inside.contains('\n') {
        let last = call.arguments.args.iter().map(|arg| range_of(arg).start);
        let last = last.chain(call.arguments.keywords.iter().map(|keyword| range_of(keyword).start)).max();
        let indent = indent_of(site.text, last.unwrap_or(end)).to_owned();
        let at = end - (inside.len() - trimmed.len());
        let comma = if trimmed.ends_with(',') { "" } else { "," };
        edits.insert(at, format!("{comma}{}{indent}index=True,", newline_of(site.text)));
    } else {
        let lead = if trimmed.ends_with(',') { " " } else { ", " };
        edits.insert(end - (inside.len() - trimmed.len()), format!("{lead}index=True"));
    }
    let remark = "The table gets the index with a migration; alembic revision --autogenerate writes it.";
    done(site, edits, REASON, vec![remark.into()])
}

struct Finder<'f, 'm> {
    wanted: &'f Range<usize>,
    columns: Vec<&'m ExprCall>,
    best: Option<&'m ExprCall>,
}

impl<'m> Visitor<'m> for Finder<'_, 'm> {
    fn visit_expr(&mut self, expr: &'m Expr) {
        let range = range_of(expr);
        let Expr::Call(call) = expr else { return walk_expr(self, expr) };
        let hit = range.start < self.wanted.end.max(self.wanted.start + 1) && range.end > self.wanted.start;
        let name = last_name(&call.func);
        let column = matches!(name, Some("mapped_column" | "Column"));
        let field = name == Some("Field")
            && call.arguments.keywords.iter().any(|keyword| {
                keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "foreign_key")
                    && string_value(&keyword.value).is_some()
            });
        if hit && field && self.best.is_none() {
            self.best = Some(call);
        }
        if hit && name == Some("ForeignKey") && self.best.is_none() {
            self.best = self.columns.last().copied();
        }
        if column {
            self.columns.push(call);
        }
        walk_expr(self, expr);
        if column {
            self.columns.pop();
            // The finding may mark the column's line rather than the key itself.
            let declares =
                call.arguments.args.iter().any(
                    |arg| matches!(arg, Expr::Call(inner) if last_name(&inner.func) == Some("ForeignKey")),
                );
            if hit && declares && self.best.is_none() {
                self.best = Some(call);
            }
        }
    }
}

/// A migration with `CREATE INDEX`; in a schema that is one file, after the table's statement.
fn sql(site: &Site<'_>) -> Result<Fixed, ProposeError> {
    let text = site.text;
    let upper = text.to_ascii_uppercase();
    let here = site.range.start;
    let create = upper
        .get(..site.range.end)
        .and_then(|before| before.rfind("CREATE TABLE"))
        .ok_or_else(|| no("the key is not declared in a CREATE TABLE".into()))?;
    let close = text.get(here..).and_then(|rest| rest.find(';')).map(|at| here + at + 1);
    let close = close.ok_or_else(|| no("the statement does not end with ;".into()))?;
    let head = text.get(create + "CREATE TABLE".len()..).unwrap_or_default().trim_start();
    let head = head.strip_prefix("IF NOT EXISTS").unwrap_or(head).trim_start();
    let table = head.split(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let line = text.get(line_start(text, here)..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    // A statement on one line has its columns behind the table's name.
    let is_whole = line.trim_start().to_ascii_uppercase().starts_with("CREATE TABLE");
    let said = if is_whole { text.get(here..).unwrap_or_default() } else { line };
    let column = if said.trim_start().to_ascii_uppercase().starts_with("FOREIGN KEY") {
        said.split(['(', ')']).nth(1).unwrap_or_default().trim()
    } else {
        said.split_whitespace().next().unwrap_or_default()
    };
    if column.eq_ignore_ascii_case("create") {
        return Err(no("the column is not told from the rest of the statement".into()));
    }
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '"'))
    };
    if !is_name(table) || !is_name(column) {
        return Err(no("the table or the column is not named plainly".into()));
    }
    let bare = table.rsplit('.').next().unwrap_or(table).trim_matches('"');
    let now = &site.finding.symbol;
    if !now.is_empty() && !now.eq_ignore_ascii_case(bare) {
        return Err(no(format!("a later migration calls the table {now}")));
    }
    let told = site.finding.message.split(' ').next().unwrap_or_default();
    if !told.is_empty() && !told.eq_ignore_ascii_case(column.trim_matches('"')) {
        return Err(no(format!("a later migration calls the column {told}")));
    }
    let newline = newline_of(text);
    let plain = |name: &str| name.replace('"', "").replace('.', "_");
    let index = format!("ix_{}_{}", plain(table), plain(column));
    let name = format!("index_{}_{}", plain(table), plain(column));
    let down = format!("DROP INDEX {index};");
    // In a migration of its own the table is in use; PostgreSQL then builds it beside the writes.
    let apart = if is_postgres(text) { " CONCURRENTLY" } else { "" };
    let up = format!("CREATE INDEX{apart} {index} ON {table} ({column});");
    let new = Statements { name: &name, up: &up, down: &down };
    if let Some(added) = migration::beside(&site.finding.file, text, site.known, &new)? {
        let mut remarks = vec!["It is a migration of its own: one that has run must not change.".to_owned()];
        if !apart.is_empty() {
            remarks.push("It runs outside a transaction: tell your tool of migrations so.".to_owned());
        }
        return Ok(Fixed { text: text.to_owned(), added, reason: REASON.to_owned(), remarks });
    }
    let mut edits = Edits::default();
    edits.insert(close, format!("{newline}{newline}CREATE INDEX {index} ON {table} ({column});"));
    let remark = "Databases that exist already get the index with a migration.";
    done(site, edits, REASON, vec![remark.into()])
}

/// Whether a migration uses types and functions that only PostgreSQL has.
fn is_postgres(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["timestamptz", "bigserial", "jsonb", "gen_random_uuid", "tsvector", "::"]
        .iter()
        .any(|sign| lower.contains(sign))
}

/// TypeORM: `@Index()` above the relation that owns the key.
fn typescript(site: &Site<'_>) -> Result<Fixed, ProposeError> {
    let text = site.text;
    let window = text.get(line_start(text, site.range.start)..).unwrap_or_default();
    let relation = window
        .find("@ManyToOne(")
        .filter(|at| window.get(..*at).is_some_and(|before| before.lines().count() <= 6))
        .map(|at| line_start(text, site.range.start) + at)
        .or_else(|| text.get(..site.range.end).and_then(|before| before.rfind("@ManyToOne(")))
        .ok_or_else(|| no("no ManyToOne relation stands at the finding".into()))?;
    let import = ["from 'typeorm'", "from \"typeorm\""].iter().find_map(|end| text.find(end));
    let import = import.ok_or_else(|| no("typeorm is not imported here".into()))?;
    let brace = text.get(..import).and_then(|before| before.rfind('}'));
    let brace = brace.ok_or_else(|| no("typeorm is not imported by names".into()))?;
    let mut edits = Edits::default();
    let indent = indent_of(text, relation);
    edits.insert(relation, format!("@Index(){}{indent}", newline_of(text)));
    let open = text.get(..brace).and_then(|before| before.rfind('{')).unwrap_or(0);
    let names = text.get(open + 1..brace).unwrap_or_default();
    if !names.split(',').any(|name| name.trim() == "Index") {
        let trimmed = names.trim_end();
        let lead = if trimmed.ends_with(',') { " " } else { ", " };
        edits.insert(open + 1 + trimmed.len(), format!("{lead}Index"));
    }
    let remark = "The table gets the index with a migration; typeorm migration:generate writes it.";
    done(site, edits, REASON, vec![remark.into()])
}

#[cfg(test)]
mod tests {
    use super::super::{
        fix,
        testing::{finding, fixed},
    };
    use pretty_assertions::assert_eq;

    const RULE: &str = "mig/fk-missing-index";

    #[test]
    fn a_declared_key_gets_its_index() {
        for (before, after) in [
            (
                "a: Mapped[int] = mapped_column(ForeignKey(\"t.id\"))\n",
                "a: Mapped[int] = mapped_column(ForeignKey(\"t.id\"), index=True)\n",
            ),
            (
                "a = Column(\n    Integer,\n    ForeignKey(\"t.id\"),\n)\n",
                "a = Column(\n    Integer,\n    ForeignKey(\"t.id\"),\n    index=True,\n)\n",
            ),
            (
                "a: int = Field(foreign_key=\"t.id\", nullable=False)\n",
                "a: int = Field(foreign_key=\"t.id\", nullable=False, index=True)\n",
            ),
        ] {
            let marked = if before.contains("ForeignKey") { "ForeignKey" } else { "Field(" };
            assert_eq!(fixed(RULE, "a.py", before, marked).as_deref(), Ok(after));
        }
        assert!(
            fixed(RULE, "a.py", "a = mapped_column(ForeignKey(\"t.id\"), unique=True)\n", "Foreign").is_err()
        );
    }

    #[test]
    fn the_key_of_the_sample_gets_its_index_in_a_migration_of_its_own() {
        let files = crate::propose::sample_files("python");
        let known: Vec<&str> = files.iter().map(|file| file.path).collect();
        let file = files.iter().find(|file| file.path == "migrations/0002_orders.sql").unwrap();
        let text = std::str::from_utf8(file.bytes).unwrap();
        let found = finding(RULE, file.path, text, "product_id INTEGER");
        let fixed = fix(&found, text, &known).unwrap();
        assert_eq!(fixed.text, text, "what may have run stays as it is");
        let index = "ix_order_lines_product_id";
        assert_eq!(
            fixed.added,
            [(
                "migrations/0004_index_order_lines_product_id.sql".to_owned(),
                format!(
                    "-- up\nCREATE INDEX {index} ON order_lines (product_id);\n\n-- down\nDROP INDEX {index};\n"
                )
            )]
        );
    }

    #[test]
    fn a_table_on_one_line_gets_the_index_of_its_column_beside_the_writes() {
        let text = "create table a (id bigserial primary key, b_id bigint references b (id));\n";
        let found = finding(RULE, "migrations/0007_a.up.sql", text, "b_id bigint");
        let fixed = fix(&found, text, &["migrations/0007_a.up.sql"]).unwrap();
        let up = &fixed.added.first().unwrap().1;
        assert_eq!(up, "CREATE INDEX CONCURRENTLY ix_a_b_id ON a (b_id);\n");
        assert!(fixed.remarks.iter().any(|remark| remark.contains("outside a transaction")));
    }

    #[test]
    fn a_schema_that_is_one_file_gets_the_index_after_the_table() {
        let schema = "CREATE TABLE a (\n    b INT REFERENCES c (id)\n);\nCREATE TABLE d (e INT);\n";
        let expected =
            schema.replace(");\nCREATE TABLE d", ");\n\nCREATE INDEX ix_a_b ON a (b);\nCREATE TABLE d");
        assert_eq!(fixed(RULE, "schema.sql", schema, "b INT").as_deref(), Ok(expected.as_str()));
    }

    #[test]
    fn a_relation_of_typeorm_gets_an_index() {
        let before = "import { Entity, ManyToOne } from 'typeorm';\n\nexport class A {\n  @ManyToOne(() => B)\n  b: B;\n}\n";
        let after = "import { Entity, ManyToOne, Index } from 'typeorm';\n\nexport class A {\n  @Index()\n  @ManyToOne(() => B)\n  b: B;\n}\n";
        assert_eq!(fixed(RULE, "a.ts", before, "@ManyToOne").as_deref(), Ok(after));
    }
}
